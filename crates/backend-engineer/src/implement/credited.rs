//! Gives a step that only says which file to create its part in that file: the plan shows the code above, or makes the file
//! an empty one.
//!
//! ```text
//! ### Data contract: [a block with the content of `limits.yaml`]
//! - [ ] Step 2: Create `limits.yaml`: paste the YAML above in full.
//! ```

use std::collections::BTreeSet;

use plan::{Action, Phase, PhaseId, SentenceClass, Step};

use super::remainder::{Missing, Remainder};
use super::{Change, Item, Placement, PlacementOutcome, StepOutcome};
use crate::unit_work::UnitWork;

/// Replaces what is left of such steps by the placements that carried it out.
pub(super) fn credit_placements(work: &UnitWork<'_>, unit: PhaseId, change: &mut Change) {
    let Some(phase) = work.run.plan.phase(unit) else {
        return;
    };
    let placed: Vec<Placement> = successful_placements(change, unit).cloned().collect();
    for item in change
        .items
        .iter_mut()
        .filter(|item| item.unit == unit && is_only_said(item))
    {
        let Some(step) = item.step.and_then(|step| phase.steps.get(step)) else {
            continue;
        };
        let created = files_created_by_step(work, phase, step);
        if !is_shown(work, phase, step, &created) {
            continue;
        }
        let made = |path: &String| {
            let of_file = placed.iter().filter(|one| one.path.as_ref() == Some(path));
            // It stands there by what another item did, which is told there.
            of_file
                .map(|one| {
                    StepOutcome::Place(Placement {
                        placed: PlacementOutcome::Before,
                        ..one.clone()
                    })
                })
                .collect::<Vec<_>>()
        };
        let made: Vec<Vec<StepOutcome>> = created.iter().map(made).collect();
        if !made.is_empty() && made.iter().all(|step_outcomes| !step_outcomes.is_empty()) {
            item.outcomes = made.into_iter().flatten().collect();
        }
    }
}

fn successful_placements(change: &Change, unit: PhaseId) -> impl Iterator<Item = &Placement> {
    let items = change.items.iter().filter(move |item| item.unit == unit);
    items
        .flat_map(|item| &item.outcomes)
        .filter_map(|step_outcome| match step_outcome {
            StepOutcome::Place(one)
                if matches!(
                    one.placed,
                    PlacementOutcome::Now { .. } | PlacementOutcome::Before
                ) =>
            {
                Some(one)
            }
            _ => None,
        })
}

/// Returns whether an item has nothing but words of the plan that were left.
fn is_only_said(item: &Item) -> bool {
    let prose = |step_outcome: &StepOutcome| {
        matches!(
            step_outcome,
            StepOutcome::Left(Remainder {
                what: Missing::Prose(_),
                ..
            })
        )
    };
    item.outcomes.iter().all(prose)
}

/// Returns whether blocks of the unit show all that a step's sentences ask for. Its title may name the file alone.
fn is_shown(work: &UnitWork<'_>, phase: &Phase, step: &Step, created: &BTreeSet<String>) -> bool {
    use SentenceClass::{Context, DoShown, Place};
    let inside = |span: &plan::Span| step.span.start <= span.start && span.end <= step.span.end;
    let names = |span: &plan::Span| {
        let words = work.run.plan.text().get(span.clone()).unwrap_or_default();
        created
            .iter()
            .any(|path| words.contains(path.rsplit('/').next().unwrap_or(path)))
    };
    let mut own = phase.sentences.iter().filter(|one| inside(&one.span));
    own.all(|one| match one.span.contains(&step.span.start) {
        true => !one.open || names(&one.span),
        false => !one.open && matches!(one.class, DoShown | Place | Context),
    })
}

/// Returns the files that a step names, where the unit creates each of them.
fn files_created_by_step(work: &UnitWork<'_>, phase: &Phase, step: &Step) -> BTreeSet<String> {
    let words = work
        .run
        .plan
        .text()
        .get(step.span.clone())
        .unwrap_or_default();
    let files = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == phase.id);
    let named: Vec<_> = files
        .filter(|file| words.contains(&format!("`{}`", file.written)))
        .collect();
    if named.iter().any(|file| file.action != Action::Create) {
        return BTreeSet::new();
    }
    named.iter().filter_map(|file| file.path.clone()).collect()
}
