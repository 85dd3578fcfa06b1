//! Ticks the plan's boxes for what is proven, one character each, and opens again what no longer holds where asked.

use std::path::Path;

use journal::Event;
use plan::{CheckboxId, Mark, State, TickFailure, Ticking};

use super::Verification;
use super::proof::state_of;
use super::reasons::Proof;
use crate::run::{JournalOriginals, RunContext};
use crate::stop::Stop;
use crate::tree::{OriginalStore, Pending, Tree};
use crate::unit_work::UnitWork;

/// Boxes of which a mark was asked: those that were found, and why others were not.
#[derive(Debug, Default)]
pub(crate) struct MarkResult {
    /// Boxes that have the mark now.
    pub(crate) found: Vec<CheckboxId>,
    /// Boxes that were not found in the plan as it lies on disk.
    pub(crate) failures: Vec<TickFailure>,
}

/// Ticks, and where asked opens, the boxes of the phase.
pub(super) fn tick_boxes(
    work: &mut UnitWork<'_>,
    verification: &mut Verification,
) -> Result<(), Stop> {
    let run = work.run;
    if !run.runs_commands() || run.options.recheck {
        return Ok(());
    }
    let mut ticked = Vec::new();
    let mut unticked = Vec::new();
    for (id, proof) in &verification.proofs {
        match (proof, state_of(run, *id)) {
            (Proof::Proven(_), State::Open | State::InProgress) => ticked.push(*id),
            (Proof::Broken(by), State::Done) if run.options.untick => {
                unticked.push((*id, by.to_string()))
            }
            _ => {}
        }
    }
    let done = mark_boxes(run, &ticked, Mark::Ticked)?;
    let opened = mark_boxes(
        run,
        &unticked.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        Mark::Open,
    )?;
    for failure in done.failures.iter().chain(&opened.failures) {
        work.note(failure.to_string())?;
    }
    for id in done.found {
        let (line, text) = line_and_text(run, id);
        run.emit(Event::Ticked {
            line,
            text: text.clone(),
        })?;
        verification.ticked.push((line, text));
    }
    for (id, why) in unticked
        .into_iter()
        .filter(|(id, _)| opened.found.contains(id))
    {
        let (line, text) = line_and_text(run, id);
        run.emit(Event::Unticked {
            line,
            text: text.clone(),
            why,
        })?;
        verification.unticked.push((line, text));
    }
    Ok(())
}

fn line_and_text(run: &RunContext, id: CheckboxId) -> (usize, String) {
    run.plan
        .checkboxes()
        .get(id.0)
        .map_or((0, String::new()), |found| {
            (run.plan.location(found.span.start).line, found.text.clone())
        })
}

/// Changes the boxes in the plan as it lies on disk now.
pub(crate) fn mark_boxes(
    run: &RunContext,
    boxes: &[CheckboxId],
    to: Mark,
) -> Result<MarkResult, Stop> {
    if boxes.is_empty() {
        return Ok(MarkResult::default());
    }
    let wanted: Vec<Ticking> = boxes
        .iter()
        .filter_map(|id| ticking_of_box(run, *id, to))
        .collect();
    let (root, path) = locate_plan_file(run)?;
    let mut tree = Tree::at(&root);
    let text = tree
        .read_text(&path)
        .map_err(|error| Stop::refused(error.to_string()))?;
    let text =
        text.ok_or_else(|| Stop::refused(format!("{} is gone; no box was ticked", run.plan_name)))?;
    let (marked, failures) = match plan::tick(&text, &wanted) {
        Ok(marked) => (marked, Vec::new()),
        Err(error) => (error.text, error.failures),
    };
    tree.stage(&path, Some(marked.into_bytes()))
        .map_err(|error| Stop::refused(error.to_string()))?;
    write_plan(run, &mut tree)?;
    let missed = |id: CheckboxId| {
        let Some(ticking) = ticking_of_box(run, id, to) else {
            return true;
        };
        failures.iter().any(|failure| match failure {
            TickFailure::Missing(failed)
            | TickFailure::Ambiguous {
                ticking: failed, ..
            } => *failed == ticking,
        })
    };
    let found = boxes.iter().filter(|id| !missed(**id)).copied().collect();
    Ok(MarkResult { found, failures })
}

/// Writes the plan; where it lies in the repository, the journal keeps its original.
fn write_plan(run: &RunContext, tree: &mut Tree) -> Result<(), Stop> {
    let inside = run.plan_inside().is_some();
    let outcome = match run.recorder.journal_run() {
        Some(recorded) if inside => {
            let mut witness = JournalOriginals::new(recorded);
            let outcome = tree.promote(&|_| true, &mut witness);
            outcome.map(|_| witness.written)
        }
        recorded => {
            let passing = recorded.map(journal::Run::passing_plan);
            tree.promote(&|_| true, &mut NoOriginals(passing))
                .map(|_| Vec::new())
        }
    };
    let events = outcome.map_err(|error| Stop::refused(format!("no box was ticked: {error}")))?;
    events.into_iter().try_for_each(|event| run.emit(event))
}

/// Returns the folder that the plan is written from, and its path below it.
fn locate_plan_file(run: &RunContext) -> Result<(std::path::PathBuf, String), Stop> {
    if let Some(inside) = run.plan_inside() {
        return Ok((run.root().to_owned(), inside.to_owned()));
    }
    let name = run
        .plan_path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    match (run.plan_path.parent().map(Path::to_owned), name) {
        (Some(folder), Some(name)) => Ok((folder, name)),
        _ => Err(Stop::usage(format!("{} has no folder", run.plan_name))),
    }
}

fn ticking_of_box(run: &RunContext, id: CheckboxId, to: Mark) -> Option<Ticking> {
    let found = run.plan.checkboxes().get(id.0)?;
    let heading = found
        .phase
        .and_then(|phase| run.plan.phase(phase))
        .map(|phase| {
            run.plan
                .text()
                .get(phase.heading.clone())
                .unwrap_or_default()
                .to_owned()
        });
    Some(Ticking {
        text: found.text.clone(),
        line: run.plan.location(found.span.start).line,
        to,
        heading: heading.unwrap_or_default(),
    })
}

/// Writes a plan that lies outside of the repository.
pub(crate) fn write_outside(path: &Path, text: String) -> Result<(), String> {
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return Err("it is no file".to_owned());
    };
    let mut tree = Tree::at(folder);
    tree.stage(name, Some(text.into_bytes()))
        .map_err(|error| error.to_string())?;
    tree.promote(&|_| true, &mut NoOriginals(None))
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A plan outside of the repository has no place in the repository's journal; at most a name beside the plan is known there.
struct NoOriginals(Option<String>);

impl OriginalStore for NoOriginals {
    fn store_originals(&mut self, pending: &[Pending]) -> Result<Vec<String>, String> {
        let name = self
            .0
            .clone()
            .unwrap_or_else(|| format!(".backend-engineer-{}", std::process::id()));
        Ok(vec![name; pending.len()])
    }
}
