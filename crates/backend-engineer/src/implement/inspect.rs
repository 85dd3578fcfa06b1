//! Looks at what stands of a phase without changing anything, for `verify`.
//!
//! The same items as `implement` makes, with outcomes that need no change: a block stands or
//! doesn't, a commit is in the history or isn't, prose is left. So `verify` and the report treat
//! both alike.

use std::collections::BTreeSet;

use plan::{Part, Phase, Step};

use super::literal::{self, find_present_files};
use super::placement::{Placement, PlacementOutcome, is_code};
use super::{Change, Item, StepOutcome, commits, files, sentences, steps};
use crate::stop::Stop;
use crate::understand::PlacedBy;
use crate::unit_work::UnitWork;

/// Returns the items of the assignment as they stand; their commands are left for the checks to run.
pub(crate) async fn inspect_items(work: &mut UnitWork<'_>) -> Result<Change, Stop> {
    let standing = find_present_files(work)?;
    let mut change = Change::default();
    let phases: Vec<Phase> = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit))
        .cloned()
        .collect();
    for phase in phases {
        let rest = steps::code_outside_steps(&phase);
        for (index, step) in phase.steps.iter().chain(&rest).enumerate() {
            let mut item = Item {
                unit: phase.id,
                step: (index < phase.steps.len()).then_some(index),
                title: step.title.clone(),
                checkbox: step.checkbox,
                line: work.run.plan.location(step.span.start).line,
                outcomes: Vec::new(),
            };
            item.outcomes = step_outcomes(work, &phase, step, &standing.whole).await?;
            change.items.push(item);
        }
        // After the steps, in the order of `implement`: sentences are added to the items that are
        // there.
        sentences::add_unit_sentences(work, phase.id, &mut change)?;
        files::left_without_code(work, phase.id, &mut change)?;
    }
    Ok(change)
}

/// Returns the outcomes of the parts of a step, as far as looking gives any.
async fn step_outcomes(
    work: &UnitWork<'_>,
    phase: &Phase,
    step: &Step,
    standing: &BTreeSet<String>,
) -> Result<Vec<StepOutcome>, Stop> {
    let mut step_outcomes = Vec::new();
    for part in &step.parts {
        match part {
            Part::Place(block) if is_code(&phase.blocks[*block]) => {
                step_outcomes.push(StepOutcome::Place(inspect_placement(
                    work, phase, *block, standing,
                )));
            }
            Part::Place(_) => {}
            Part::Run(command) => step_outcomes.extend(steps::left_to_checks(
                work,
                (&phase.commands[*command], steps::is_one_command(step)),
                *command,
            )),
            Part::Commit(command) => {
                step_outcomes.push(commits::look_up(work, phase, *command).await)
            }
            Part::Say(span) => {
                step_outcomes.push(sentences::outcome_of_prose(work, phase, span));
            }
        }
    }
    Ok(step_outcomes)
}

/// Returns the placement of a block by whether its file holds all that the plan shows for it. A
/// part that stands is not credited: only the whole file was compared.
fn inspect_placement(
    work: &UnitWork<'_>,
    phase: &Phase,
    block: usize,
    standing: &BTreeSet<String>,
) -> Placement {
    let path = literal::path_of(work, phase, block);
    let placed = match &path {
        Some(path) if standing.contains(path) => PlacementOutcome::Before,
        _ => PlacementOutcome::Refused {
            reason: "not-there",
            message: "the tree does not hold what the plan shows".to_owned(),
            candidates: Vec::new(),
        },
    };
    let by = work
        .state
        .identified
        .get(&(phase.id, block))
        .map_or(PlacedBy::Stated, |(_, by)| by.clone());
    Placement {
        block: Some(block),
        sentence: None,
        path,
        line: work.run.plan.location(phase.blocks[block].span.start).line,
        by,
        placed,
    }
}
