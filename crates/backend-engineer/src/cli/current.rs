//! Compares plan and tree with those that a run's checks ran on.

use journal::{Basis, Event, Evidence, RunSummary};

use crate::cli::run_history::{self, RunHistory};
use crate::facts::TreeFacts;
use crate::settings::SettingsSources;
use crate::stop::Stop;
use crate::understand::load_plan;

/// Returns whether plan and tree are still the ones that the run's checks ran on.
pub(super) fn is_current(past: &RunHistory, run: &RunSummary) -> Result<bool, Stop> {
    if !is_plan_same(past, run) {
        return Ok(false);
    }
    let events = past
        .journal()?
        .events(&run.id)
        .map_err(run_history::stop_of_journal_error)?;
    let events: Vec<Event> = events.into_iter().map(|recorded| recorded.event).collect();
    Ok(is_tree_same(
        &current_tree_facts(past),
        run,
        &final_checks(run, &events),
    ))
}

/// Returns whether the plan says what it said when the run began; what is ticked is no part of that.
pub(super) fn is_plan_same(past: &RunHistory, run: &RunSummary) -> bool {
    let now = load_plan(&past.root.join(&run.start.plan)).ok();
    let now = now.map(|loaded| journal::hash(loaded.plan.text_without_marks().as_bytes()));
    now.is_some() && now == run.start.plan_hash
}

/// Returns whether the tree is the one that all these checks of a run ran on.
pub(super) fn is_tree_same(facts: &TreeFacts, run: &RunSummary, checks: &[Evidence]) -> bool {
    let now = facts.fingerprint(Some(&run.start.plan), std::iter::empty());
    let mut ran_on = checks
        .iter()
        .filter_map(|check| check.condition.tree.as_ref())
        .peekable();
    ran_on.peek().is_some() && ran_on.all(|tree| *tree == now)
}

/// Returns what is known of the tree as it lies there.
pub(super) fn current_tree_facts(past: &RunHistory) -> TreeFacts {
    TreeFacts::new(&past.root, SettingsSources::of_process().cache.as_deref())
}

/// Returns the last result of each check on the final tree.
pub(super) fn final_checks(run: &RunSummary, events: &[Event]) -> Vec<Evidence> {
    let mut found: Vec<&Evidence> = Vec::new();
    for event in events {
        let Event::Evidence(evidence) = event else {
            continue;
        };
        if evidence.run == run.id && evidence.condition.basis == Basis::Final {
            found.retain(|known| known.subject != evidence.subject);
            found.push(evidence);
        }
    }
    found.into_iter().cloned().collect()
}
