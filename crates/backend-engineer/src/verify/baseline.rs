//! Runs the checks on the tree without a model's change: only a check that fails there proves, by passing now, what the
//! model did. Where the model wrote tests, these stay, with their helpers and data, while its code is taken away: a
//! test that passes without the code says nothing of it. Asked at the end, and only where it matters.

use code::paths::belongs_to_tests;
use journal::{Basis, Verdict};

use super::{
    Check, Verification, earlier_failures, find_proofs, old_tests, record_weakened_tests, weakened,
};
use crate::check::{self, CheckRun, Judgement, Kind, KnownResults};
use crate::evidence;
use crate::implement::{Change, StepOutcome};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// The checks that passed, and what was found beside the work.
type Checks<'a> = (&'a [Check], &'a KnownResults);

/// The part of a model's change that is taken back for a check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reverted {
    Everything,
    AllButTests,
}

/// Runs the checks that passed on the tree as it was before a model changed it, and takes into account what they say.
pub(crate) async fn compare_with_baseline(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    note_changes(work, change)?;
    earlier_failures::weigh_earlier_failures(work, change, verification).await?;
    let works = change.items.iter().any(|item| {
        item.outcomes
            .iter()
            .any(|step_outcome| matches!(step_outcome, StepOutcome::Worked { .. }))
    });
    // A request says nothing of the older code where the server runs with the newer.
    let served = needs_server(work);
    let asked = |check: &Check| {
        let apart = !served || check.kind != Kind::Other;
        check.verdict() == Verdict::Passed && (works && apart || check.kind == Kind::Tests)
    };
    if work.state.worked.is_empty() || !work.run.runs_commands() {
        return record_weakened_tests(work, verification);
    }
    old_tests::compare_with_old_tests(work, verification).await?;
    verification.probes = weakened::find_probes(work);
    if !is_sound(verification) {
        return record_weakened_tests(work, verification);
    }
    let passed: Vec<Check> = verification
        .checks
        .iter()
        .filter(|check| asked(check))
        .cloned()
        .collect();
    let earlier = run_all(work, (&passed, &change.known), Reverted::Everything).await?;
    let accounted = weakened::fewer_by_text(work);
    for (check, ran) in passed.iter().zip(&earlier) {
        verification
            .weakened
            .extend(weakened::of_counts(check, ran, accounted));
    }
    // Evidence of the change would outlive this run, and prove it in the next.
    if !is_sound(verification) {
        return record_weakened_tests(work, verification);
    }
    for (check, ran) in passed.iter().zip(&earlier) {
        evidence::record_evidence(work, &check.observation(ran), Basis::Baseline)?;
    }
    if works && work.state.worked.keys().any(|path| belongs_to_tests(path)) {
        let apart = run_all(work, (&passed, &change.known), Reverted::AllButTests).await?;
        record_tests_apart(work, &passed, apart, &earlier)?;
    }
    let standing = find_proofs(work, change, verification)?;
    verification.accounts =
        super::file_outcomes::of_files(work, change, &standing.whole, &verification.items);
    record_weakened_tests(work, verification)
}

/// Returns whether the tests stayed as hard as they were and nobody else changed the phase's files, so that what they say of
/// the older code counts.
fn is_sound(verification: &Verification) -> bool {
    let found = [
        &verification.weakened,
        &verification.changed_tests,
        &verification.probes,
    ];
    found.iter().all(|lines| lines.is_empty()) && verification.drifted.is_empty()
}

/// Records what the checks (`passed`) say of the new tests on the old code (`apart`), beside what they said of the old
/// tests on it (`earlier`).
fn record_tests_apart(
    work: &mut UnitWork<'_>,
    passed: &[Check],
    apart: Vec<CheckRun>,
    earlier: &[CheckRun],
) -> Result<(), Stop> {
    let asserts = weakened::bring_checks(work);
    let no_tests = weakened::changes_no_tests(work);
    for ((check, mut ran), before) in passed.iter().zip(apart).zip(earlier) {
        // With new settings and helpers alone it is still the old tests that fail, as they did with the old ones.
        let failed_before = no_tests && before.judgement.verdict == Verdict::Failed;
        if !asserts && !failed_before {
            // Such a test fails at most because it can't be loaded, and passes with any stub that lets it be.
            ran.judgement = Judgement::not_checked("the new tests assert nothing");
        }
        evidence::record_evidence(work, &check.observation(&ran), Basis::TestsOnly)?;
    }
    Ok(())
}

/// Notes what the plan's own code changes of tests, and where a model silenced tools.
fn note_changes(work: &mut UnitWork<'_>, change: &Change) -> Result<(), Stop> {
    let mut notes = weakened::notes_on_plan(&weakened::by_plan(work, change));
    notes.extend(weakened::notes_on_ground(work, change));
    notes.extend(weakened::notes_on_probes(work, change));
    notes.extend(weakened::notes_on_silencers(&weakened::by_model(work)));
    notes.into_iter().try_for_each(|line| work.note(line))
}

/// Runs these checks on the tree without what a model did.
async fn run_all(
    work: &mut UnitWork<'_>,
    checks: Checks<'_>,
    back: Reverted,
) -> Result<Vec<CheckRun>, Stop> {
    let now = work.workspace.tree.savepoint();
    let ran = run_each(work, checks, back).await;
    work.workspace.tree.restore(now);
    ran
}

async fn run_each(
    work: &mut UnitWork<'_>,
    (checks, known): Checks<'_>,
    back: Reverted,
) -> Result<Vec<CheckRun>, Stop> {
    for (path, before) in work
        .state
        .worked
        .clone()
        .into_iter()
        .filter(|(path, _)| back == Reverted::Everything || !belongs_to_tests(path))
    {
        work.workspace
            .tree
            .stage(&path, before)
            .map_err(|error| Stop::refused(error.to_string()))?;
    }
    let mut all: Vec<CheckRun> = Vec::new();
    for check in checks {
        let Some(mut request) = check.request.clone() else {
            all.push(check.ran.clone());
            continue;
        };
        request.why = match back {
            Reverted::Everything => "before the model's change",
            Reverted::AllButTests => "with the new tests alone",
        }
        .to_owned();
        let alike = |ran: &&CheckRun| {
            ran.script == request.script
                && ran.folder == request.folder
                && ran.apart == check.ran.apart
        };
        let same = all.iter().find(alike).cloned();
        all.push(match same {
            Some(ran) => ran,
            None if check.ran.apart => work.run_apart(&request, known).await?,
            None => check::run_check(work, &request).await?,
        });
    }
    Ok(all)
}

/// Returns whether checks of the phase may talk to a server of its own.
pub(super) fn needs_server(work: &UnitWork<'_>) -> bool {
    let units = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    units
        .flat_map(|unit| &unit.commands)
        .any(|command| check::is_server(work, command))
}
