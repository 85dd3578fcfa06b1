//! Goes through a unit's steps in the plan's order: places code, runs commands where the plan has them, leaves prose.
//!
//! A step "2. Add the route (code), run `pytest tests/test_users.py` (expected to fail), then
//! change the service (code)":
//! 1. the block is placed in the staged tree. Is it refused, all that follows in the step is held
//!    back, and what the step had staged is taken out again: a step is done as a whole or not at
//!    all;
//! 2. the command runs on the staged tree. Its failure is recorded as evidence, as this is the only
//!    moment at which it can be seen;
//! 3. the second block is placed. A box that is ticked already skips all of it.

use journal::{Basis, Event, ItemKind, ItemName};
use plan::{ExpectedOutcome, Part, Phase, PhaseId, PlannedCommand, State, Step, StepKind};

use super::literal;
use super::placement::{Placement, PlacementOutcome, is_code};
use super::sentences::outcome_of_prose;
use super::{Change, Item, StepOutcome, commits, inline};
use crate::check::{self, CheckRun, Kind, Request, first_line, kind_of};
use crate::evidence::{self, Observation};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Carries out all steps of one unit.
pub(super) async fn carry_out_steps(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Result<(), Stop> {
    let Some(phase) = work.run.plan.phase(unit).cloned() else {
        return Ok(());
    };
    // The run's own unit was announced when it began; here only the units within it are.
    if unit != work.assignment.unit {
        work.run.emit(Event::PhaseStarted {
            label: phase.label.clone(),
            title: phase.title.clone(),
        })?;
    }
    let rest = code_outside_steps(&phase);
    let (before, after): (Vec<&Step>, Vec<&Step>) = rest.iter().partition(|_| comes_first(&phase));
    let own = phase.steps.iter().enumerate();
    let outside = phase.steps.len();
    let all = before
        .into_iter()
        .map(|step| (outside, step))
        .chain(own)
        .chain(after.into_iter().map(|step| (outside, step)));
    for (index, step) in all {
        let mut item = carry_out_step(
            work,
            &StepAt {
                phase: &phase,
                index,
                step,
            },
            change,
        )
        .await?;
        item.step = (index < outside).then_some(index);
        change.items.push(item);
    }
    Ok(())
}

/// Returns whether the code that stands in no step stands before all of them: a unit that shows the
/// code first and then lists "run the tests, commit" means its steps to see that code.
fn comes_first(phase: &Phase) -> bool {
    let code = phase
        .blocks
        .iter()
        .filter(|block| is_code(block))
        .map(|block| block.span.start)
        .min();
    let step = phase.steps.iter().map(|step| step.span.start).min();
    code < step
}

/// Returns the code of the unit that stands in none of its steps, as one more step, so that it is
/// placed with the same rule of all or nothing. `None` where every block is in a step.
pub(super) fn code_outside_steps(phase: &Phase) -> Option<Step> {
    let placed = |block: usize| {
        phase
            .steps
            .iter()
            .any(|step| step.parts.contains(&Part::Place(block)))
    };
    let left = |index: &usize| is_code(&phase.blocks[*index]) && !placed(*index);
    let parts: Vec<Part> = (0..phase.blocks.len())
        .filter(left)
        .map(Part::Place)
        .collect();
    let title = format!("{}: {}", phase.label, phase.title);
    let step = Step {
        title,
        number: None,
        span: phase.span.clone(),
        checkbox: None,
        parts,
        kind: StepKind::Change,
        below: None,
    };
    (!step.parts.is_empty()).then_some(step)
}

/// A step of a unit; `index` is its place in [`Phase::steps`], or past them for the code that stands in none.
struct StepAt<'a> {
    phase: &'a Phase,
    index: usize,
    step: &'a Step,
}

/// Carries out the parts of one step in their order, and returns its item. A refused block takes
/// the whole step back to where the tree was before it.
async fn carry_out_step(
    work: &mut UnitWork<'_>,
    at: &StepAt<'_>,
    change: &mut Change,
) -> Result<Item, Stop> {
    let StepAt { phase, index, step } = *at;
    let mut item = Item {
        unit: phase.id,
        step: Some(index),
        title: step.title.clone(),
        checkbox: step.checkbox,
        line: work.run.plan.location(step.span.start).line,
        outcomes: Vec::new(),
    };
    let state = step
        .checkbox
        .and_then(|id| work.run.plan.checkboxes().get(id.0))
        .map(|found| found.state);
    // A ticked box is believed for the work, and not for its checks: those are run again.
    if matches!(state, Some(State::Done | State::Skipped)) {
        item.outcomes.push(StepOutcome::DoneBefore);
        item.outcomes
            .extend(step.parts.iter().filter_map(|part| match part {
                Part::Run(command) => left_to_checks(
                    work,
                    (&phase.commands[*command], is_one_command(step)),
                    *command,
                ),
                _ => None,
            }));
        return Ok(item);
    }
    let savepoint = work.workspace.tree.savepoint();
    let mut held_back = false;
    for part in &step.parts {
        let step_outcome = match part {
            Part::Place(block) if is_code(&phase.blocks[*block]) => {
                apply_and_report(work, phase, *block)?
            }
            // Output and examples are shown to the reader.
            Part::Place(_) => None,
            // A command behind a refused block would run on a tree that the plan does not mean.
            Part::Run(_) | Part::Commit(_) if held_back => None,
            Part::Run(command) => run_step_command(work, at, *command, change).await?,
            Part::Commit(command) => {
                commits::carry_out_commit(work, (phase, *command), change, &item).await?
            }
            Part::Say(span) => match inline::of_passage(work, phase, span)? {
                Some(placement) => Some(StepOutcome::Place(placement)),
                None => Some(outcome_of_prose(work, phase, span)),
            },
        };
        held_back |= matches!(
            &step_outcome,
            Some(StepOutcome::Place(Placement {
                placed: PlacementOutcome::Refused { .. },
                ..
            }))
        );
        // A part without an outcome (an example, a held back command) leaves no trace in the item.
        item.outcomes.extend(step_outcome);
    }
    if held_back {
        work.workspace.tree.restore(savepoint);
        hold_back(&mut item);
    }
    Ok(item)
}

/// Places one block of a step and reports it.
fn apply_and_report(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    block: usize,
) -> Result<Option<StepOutcome>, Stop> {
    let placement = literal::apply_block(work, phase, block)?;
    if let Some(placement) = &placement {
        inline::emit_placement(work, placement)?;
    }
    Ok(placement.map(StepOutcome::Place))
}

/// Marks what the step had placed before one of its blocks was refused. What stood before stays as
/// it is: it was not taken back.
fn hold_back(item: &mut Item) {
    for step_outcome in &mut item.outcomes {
        if let StepOutcome::Place(placement) = step_outcome
            && matches!(placement.placed, PlacementOutcome::Now { .. })
        {
            placement.placed = PlacementOutcome::HeldBack;
        }
    }
}

/// Returns whether a step is one command and nothing else: its box says that it ends well.
pub(super) fn is_one_command(step: &Step) -> bool {
    matches!(step.parts.as_slice(), [Part::Run(_)])
}

/// Returns whether a command is run for what it leaves behind, by its nature: it writes by what the
/// plan or its text says, or is of a kind that does (a migration, a code generator, an
/// installation).
fn acts(work: &UnitWork<'_>, planned: &PlannedCommand) -> bool {
    let reading = check::read_command(work, &planned.text, &check::folder_of(planned, work));
    planned.facts.writes
        || reading.writes()
        || reading.kinds().into_iter().any(shell::Kind::is_action)
}

/// Returns a step's command as one that the checks are to run; actions and expected failures have
/// their moment in `implement`. Where the step is that command alone (`is_alone`), whatever is no
/// action is looked at again.
///
/// "- [x] `alembic upgrade head`" → `None`: to act a second time is not to look. "- [x] `pytest`" →
/// for the checks. "- [x] `pytest` (fails)" → not run, with the reason: a failure from before the
/// change can't be seen behind it.
pub(super) fn left_to_checks(
    work: &UnitWork<'_>,
    (planned, is_alone): (&PlannedCommand, bool),
    command: usize,
) -> Option<StepOutcome> {
    let outcome = planned.expect.outcome;
    let is_check = kind_of(work, &planned.text, &check::folder_of(planned, work)) != Kind::Other
        || matches!(outcome, ExpectedOutcome::Pass | ExpectedOutcome::NoMatches)
        // Stated output shows that the command is run to be looked at, unless it also writes.
        || planned.expect.words.is_some() && !planned.facts.writes
        || is_alone && !acts(work, planned);
    if check::is_server(work, planned) || !is_check && outcome != ExpectedOutcome::Fail {
        return None;
    }
    let expects_failure = outcome == ExpectedOutcome::Fail;
    let why = if expects_failure {
        "a failure before the change shows only while implementing"
    } else {
        "not run yet"
    };
    let ran = match Request::of_step(planned, "", work) {
        Ok(request) => CheckRun::not_run(&request.script, &request.folder, why),
        Err(not_run) => *not_run,
    };
    Some(StepOutcome::Run {
        command,
        ran: Box::new(ran),
        expects_failure,
    })
}

/// Runs a command of a step where the plan has it. Not run, with the reason, where the user asked
/// for no commands, and where a failure is expected whose cause is there already.
///
/// A server is started and stays for the steps behind it; a push is left to a person.
async fn run_step_command(
    work: &mut UnitWork<'_>,
    at: &StepAt<'_>,
    command: usize,
    change: &mut Change,
) -> Result<Option<StepOutcome>, Stop> {
    let phase = at.phase;
    let planned = &phase.commands[command];
    let expects_failure = planned.expect.outcome == ExpectedOutcome::Fail;
    let step_outcome = |ran: CheckRun| {
        Some(StepOutcome::Run {
            command,
            ran: Box::new(ran),
            expects_failure,
        })
    };
    let folder = check::folder_of(planned, work);
    if !work.run.runs_commands() {
        return Ok(step_outcome(CheckRun::not_run(
            &planned.text,
            &folder,
            "no command was run, as you asked",
        )));
    }
    if check::is_push(&check::read_command(work, &planned.text, &folder)) {
        return commits::leave_push(work).map(Some);
    }
    let request = match Request::of_step(planned, &format!("step of {}", phase.label), work) {
        Ok(request) => request,
        Err(not_run) => return Ok(step_outcome(*not_run)),
    };
    if check::is_server(work, planned) {
        return start_step_server(work, &request, change).await.map(Some);
    }
    // "Run the test; it fails" proves the test only while the code is missing.
    if expects_failure && stands_already(work, phase, at.index)? {
        let why = "the change it is to fail before stands already";
        return Ok(step_outcome(CheckRun::not_run(
            &request.script,
            &request.folder,
            why,
        )));
    }
    // What tests or a type checker write is no part of the work, wherever the plan runs them.
    let ran = match kind_of(work, &request.script, &request.folder) {
        Kind::Tests | Kind::TypeCheck => check::run_check(work, &request).await?,
        Kind::Lint | Kind::Other => check::run_step(work, &request).await?,
    };
    if expects_failure {
        let item = ItemName {
            kind: ItemKind::Step,
            text: at.step.title.clone(),
        };
        let observation = Observation {
            unit: Some(phase.id),
            item,
            ran: &ran,
        };
        evidence::record_evidence(work, &observation, Basis::ExpectedFailure)?;
    }
    Ok(step_outcome(ran))
}

/// Returns whether everything that the unit places after this step stands already, up to the next
/// step that expects a failure of its own. It is tried by placing each block and taking all of them
/// back.
fn stands_already(work: &mut UnitWork<'_>, phase: &Phase, step: usize) -> Result<bool, Stop> {
    let later = phase
        .steps
        .iter()
        .skip(step + 1)
        .take_while(|step| !starts_another_test(phase, step));
    let blocks: Vec<usize> = later
        .flat_map(|step| &step.parts)
        .filter_map(|part| match part {
            Part::Place(block) if is_code(&phase.blocks[*block]) => Some(*block),
            _ => None,
        })
        .collect();
    let savepoint = work.workspace.tree.savepoint();
    let mut stands = !blocks.is_empty();
    for block in blocks {
        let placed = literal::apply_block(work, phase, block)?.map(|placement| placement.placed);
        // A block that is no code for its file neither stands nor is missing.
        stands &= matches!(placed, None | Some(PlacementOutcome::Before));
    }
    work.workspace.tree.restore(savepoint);
    Ok(stands)
}

/// Returns whether the step expects a failure of its own: then what follows it belongs to that one.
fn starts_another_test(phase: &Phase, step: &Step) -> bool {
    step.parts.iter().any(|part| match part {
        Part::Run(command) => phase.commands[*command].expect.outcome == ExpectedOutcome::Fail,
        _ => false,
    })
}

/// Starts a server that a step names, and keeps it for the steps behind. One that ends at once is
/// noted and never asked for again.
async fn start_step_server(
    work: &mut UnitWork<'_>,
    request: &Request,
    change: &mut Change,
) -> Result<StepOutcome, Stop> {
    work.run.emit(Event::ServerStarted {
        command: request.script.clone(),
        folder: request.folder.clone(),
    })?;
    let server = check::start_server(work, request).await?;
    let failed = server
        .exited
        .as_ref()
        .map(|exit| format!("the server ended at once with {exit}"));
    match &failed {
        Some(why) => work.note(format!("`{}`: {why}", first_line(&request.script)))?,
        None => change.servers.push((request.script.clone(), server)),
    }
    Ok(StepOutcome::Serve {
        script: request.script.clone(),
        failed,
    })
}
