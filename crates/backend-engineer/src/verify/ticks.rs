//! Ticks the plan's boxes for what is proven, one character each, and opens again what no longer holds where asked.

use std::path::Path;

use journal::{Event, Verdict};
use plan::{CheckboxId, Mark, State, TickFailure, Ticking};

use super::proof::{Proof, state_of};
use super::{Origin, Verification};
use crate::check::Ran;
use crate::implement::{Change, Deed};
use crate::stop::Stop;
use crate::tree::{Pending, Tree, Witness};
use crate::understand::Assignment;
use crate::workbench::{JournalWitness, Workbench};

/// Puts what every check proved into the journal.
pub(super) fn record_evidence(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    verification: &Verification,
) -> Result<(), Stop> {
    let Some(run) = bench.run.as_ref().map(|run| run.id().clone()) else { return Ok(()) };
    let evidence = |item: &str, kind: &str, ran: &Ran, verdict: Verdict| Event::Evidence {
        item: item.to_owned(),
        kind: kind.to_owned(),
        command: (!ran.script.is_empty()).then(|| ran.script.clone()),
        exit: ran.exit,
        tree: ran.tree.clone(),
        run: run.clone(),
        verdict,
    };
    let mut events = Vec::new();
    for check in &verification.checks {
        let kind = match check.origin {
            Origin::Criterion(_) => "criterion",
            Origin::Step(..) => "step",
            Origin::Project | Origin::Found => "project",
        };
        events.push(evidence(&check.text, kind, &check.ran, check.verdict()));
    }
    for item in change.items.iter().filter(|item| assignment.units.contains(&item.unit)) {
        for deed in &item.deeds {
            if let Deed::Run { ran, expects_failure: true, .. } = deed {
                events.push(evidence(&item.title, "expected-failure", ran, ran.judgement.verdict));
            }
        }
    }
    events.into_iter().try_for_each(|event| bench.tell(event))
}

/// Ticks, and where asked opens, the boxes of the phase.
pub(super) fn tick(bench: &mut Workbench, verification: &mut Verification) -> Result<(), Stop> {
    if !bench.runs_commands() {
        return Ok(());
    }
    let mut ticked = Vec::new();
    let mut unticked = Vec::new();
    for (id, proof) in &verification.proofs {
        match (proof, state_of(bench, *id)) {
            (Proof::Proven(_), State::Open | State::InProgress) => ticked.push((*id, String::new())),
            (Proof::Broken(why), State::Done) if bench.conduct.untick => unticked.push((*id, why.clone())),
            _ => {}
        }
    }
    let done = mark(bench, &ticked, Mark::Ticked)?;
    let opened = mark(bench, &unticked, Mark::Open)?;
    for (id, _) in done {
        let (line, text) = line_and_text(bench, id);
        bench.tell(Event::Ticked { line, text: text.clone() })?;
        verification.ticked.push((line, text));
    }
    for (id, why) in opened {
        let (line, text) = line_and_text(bench, id);
        bench.tell(Event::Unticked { line, text: text.clone(), why })?;
        verification.unticked.push((line, text));
    }
    Ok(())
}

fn line_and_text(bench: &Workbench, id: CheckboxId) -> (usize, String) {
    bench
        .plan
        .checkboxes()
        .get(id.0)
        .map_or((0, String::new()), |found| (bench.plan.place(found.span.start).line, found.text.clone()))
}

/// Changes the boxes in the plan as it lies on disk now; gives those that were found.
pub(crate) fn mark(
    bench: &mut Workbench,
    boxes: &[(CheckboxId, String)],
    to: Mark,
) -> Result<Vec<(CheckboxId, String)>, Stop> {
    if boxes.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<Ticking> = boxes.iter().filter_map(|(id, _)| ticking(bench, *id, to)).collect();
    let (root, path) = place_of_plan(bench)?;
    let mut tree = Tree::at(&root);
    let text = tree.read_text(&path).map_err(|error| Stop::refused(error.to_string()))?;
    let text = text.ok_or_else(|| Stop::refused(format!("{} is gone; no box was ticked", bench.plan_name)))?;
    let (marked, failed) = match plan::tick(&text, &wanted) {
        Ok(marked) => (marked, Vec::new()),
        Err(error) => {
            for failure in &error.failures {
                bench.note(failure.to_string())?;
            }
            (error.text, error.failures)
        }
    };
    tree.stage(&path, Some(marked.into_bytes())).map_err(|error| Stop::refused(error.to_string()))?;
    write(bench, &mut tree)?;
    let missed = |id: CheckboxId| {
        let Some(ticking) = ticking(bench, id, to) else { return true };
        failed.iter().any(|failure| match failure {
            TickFailure::Missing(failed) | TickFailure::Ambiguous { ticking: failed, .. } => *failed == ticking,
        })
    };
    Ok(boxes.iter().filter(|(id, _)| !missed(*id)).cloned().collect())
}

/// Writes the plan; where it lies in the repository, the journal keeps its original.
fn write(bench: &mut Workbench, tree: &mut Tree) -> Result<(), Stop> {
    let inside = bench.plan_inside().is_some();
    let outcome = match &bench.run {
        Some(run) if inside => {
            let mut witness = JournalWitness::of(run);
            let outcome = tree.promote(&|_| true, &mut witness);
            outcome.map(|_| witness.written)
        }
        _ => tree.promote(&|_| true, &mut Unwitnessed).map(|_| Vec::new()),
    };
    let events = outcome.map_err(|error| Stop::refused(format!("no box was ticked: {error}")))?;
    events.into_iter().try_for_each(|event| bench.tell(event))
}

/// The folder that the plan is written from, and its path below it.
fn place_of_plan(bench: &Workbench) -> Result<(std::path::PathBuf, String), Stop> {
    if let Some(inside) = bench.plan_inside() {
        return Ok((bench.root().to_owned(), inside.to_owned()));
    }
    let name = bench.plan_path.file_name().map(|name| name.to_string_lossy().into_owned());
    match (bench.plan_path.parent().map(Path::to_owned), name) {
        (Some(folder), Some(name)) => Ok((folder, name)),
        _ => Err(Stop::usage(format!("{} has no folder", bench.plan_name))),
    }
}

fn ticking(bench: &Workbench, id: CheckboxId, to: Mark) -> Option<Ticking> {
    let found = bench.plan.checkboxes().get(id.0)?;
    let heading = found
        .phase
        .and_then(|phase| bench.plan.phase(phase))
        .map(|phase| bench.plan.text().get(phase.heading.clone()).unwrap_or_default().to_owned());
    Some(Ticking {
        text: found.text.clone(),
        line: bench.plan.place(found.span.start).line,
        to,
        heading: heading.unwrap_or_default(),
    })
}

/// A plan outside of the repository has no place in the repository's journal.
struct Unwitnessed;

impl Witness for Unwitnessed {
    fn keep(&mut self, _: &Pending) -> Result<(), String> {
        Ok(())
    }
}
