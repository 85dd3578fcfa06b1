//! Step three: carries out the phase in the plan's order. What the plan spells out is placed by structure; commands run
//! where the plan has them; what needs a mind is left and said.

mod literal;
mod files;
mod commits;
mod steps;
mod inspect;
mod tools;
mod prompt;
mod session;

use journal::{Event, FileAction};
use plan::{CheckboxId, PhaseId};

use crate::check::Ran;
use crate::stop::{Exit, Stop};
use crate::tree::Pending;
use crate::understand::Assignment;
use crate::workbench::{JournalWitness, Workbench};

pub(crate) use inspect::inspect;
pub(crate) use literal::{Placed, Placement, is_code, place, standing};
pub(crate) use session::{Session, engage};

/// What was done about each item of the phase.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// The items in the plan's order.
    pub(crate) items: Vec<Item>,
    /// The files that were written, as they were and as they are.
    pub(crate) written: Vec<Pending>,
    /// Servers that steps started and that later checks may meet.
    pub(crate) servers: Vec<(String, sandbox::Server)>,
    /// Servers that wait for a model's work, to be started anew.
    pub(crate) put_away: Vec<String>,
    /// The model's work on it.
    pub(crate) session: Option<Session>,
}

/// One step of the plan, and what came of it.
#[derive(Debug)]
pub(crate) struct Item {
    /// The unit it belongs to.
    pub(crate) unit: PhaseId,
    /// Its place in [`plan::Phase::steps`]; `None` for what a unit says of a file without a step.
    pub(crate) step: Option<usize>,
    /// What people call it.
    pub(crate) title: String,
    /// Its box.
    pub(crate) checkbox: Option<CheckboxId>,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// What was done, in order.
    pub(crate) deeds: Vec<Deed>,
}

/// One part of an item.
#[derive(Debug)]
pub(crate) enum Deed {
    /// Code of the plan, placed or refused.
    Place(Placement),
    /// A command that ran at this place of the plan.
    Run {
        /// Its place in [`plan::Phase::commands`].
        command: usize,
        /// What came of it.
        ran: Box<Ran>,
        /// The plan expects it to fail here.
        expects_failure: bool,
    },
    /// A server that was started; `None` where it did not start, with why.
    Serve {
        /// The command.
        script: String,
        /// Why it doesn't run.
        failed: Option<String>,
    },
    /// A commit: its hash, or why there is none.
    Commit(Result<String, String>),
    /// Prose that asks for something that only a mind can do.
    Left(String),
    /// What a model worked on: it changed these files, which says nothing about whether it is done.
    Worked {
        /// The files.
        paths: Vec<String>,
    },
    /// The plan's own box says that it is done.
    DoneBefore,
}

impl Change {
    /// Whether anything is left that the plan does not spell out, or that could not be placed. A phase of which nothing
    /// was understood is all left.
    pub(crate) fn leaves_work(&self) -> bool {
        self.items.is_empty() || self.items.iter().any(|item| item.open().next().is_some())
    }
}

impl Item {
    /// What is not done about it, each with why.
    pub(crate) fn open(&self) -> impl Iterator<Item = String> + '_ {
        self.deeds.iter().filter_map(|deed| match deed {
            Deed::Place(placement) => placement.refused(),
            Deed::Left(what) => Some(format!("needs a person or a model: {what}")),
            _ => None,
        })
    }
}

/// Carries out what the plan spells out of the assignment; what comes of it is staged.
pub(crate) async fn implement(bench: &mut Workbench, assignment: &Assignment) -> Result<Change, Stop> {
    bench.worked.clear();
    let mut change = Change::default();
    for unit in &assignment.units {
        files::remove_and_rename(bench, assignment, *unit, &mut change)?;
        steps::carry_out(bench, assignment, *unit, &mut change).await?;
        files::left_without_code(bench, assignment, *unit, &mut change)?;
    }
    Ok(change)
}

/// Whether the phase, or the project, has anything to run here.
pub(crate) fn needs_walls(bench: &Workbench, assignment: &Assignment) -> bool {
    if !bench.runs_commands() {
        return false;
    }
    let mut units = assignment.units.iter().filter_map(|unit| bench.plan.phase(*unit));
    units.any(|unit| !unit.commands.is_empty())
        || bench.settings.commands.named().iter().any(|(_, held)| held.is_some())
}

/// Writes what is staged within the scope to the user's tree, all files together or none.
pub(crate) fn write(bench: &mut Workbench, assignment: &Assignment, change: &mut Change) -> Result<(), Stop> {
    let Some(run) = bench.run.as_ref().filter(|_| !bench.conduct.dry_run) else { return Ok(()) };
    let plan = bench.plan_inside().map(str::to_owned);
    let admitted = &bench.admitted;
    let takes = |path: &str| assignment.scope.allows(path) || admitted.contains_key(path);
    let allowed = |path: &str| takes(path) && plan.as_deref() != Some(path) && !bench.settings.protects(path);
    let mut witness = JournalWitness::of(run);
    let written = bench.tree.promote(&allowed, &mut witness);
    let events = witness.written;
    let paths: Vec<&str> = written.iter().flatten().map(|file| file.path.as_str()).collect();
    bench.files.facts().changed(&paths);
    let written = written.map_err(|error| {
        let exit = match error {
            crate::tree::WriteError::Io { .. } | crate::tree::WriteError::NotKept { .. } => Exit::Environment,
            _ => Exit::Refused,
        };
        Stop::new(exit, error.to_string())
            .hint("Nothing of this phase was left half-written. Run it again when that is mended.")
    })?;
    for event in events {
        bench.tell(event)?;
    }
    for file in written {
        match change.written.iter_mut().find(|earlier| earlier.path == file.path) {
            Some(earlier) => earlier.after = file.after,
            None => change.written.push(file),
        }
    }
    Ok(())
}

/// Tells what a file is about to become.
fn tell_staged(bench: &mut Workbench, path: &str, action: FileAction, how: String) -> Result<(), Stop> {
    let pending = bench.tree.pending().into_iter().find(|file| file.path == path);
    let (lines_added, lines_removed) = pending.as_ref().map_or((0, 0), counts);
    bench.tell(Event::FileStaged { path: path.to_owned(), action, how, lines_added, lines_removed })
}

/// Lines that a file gains and loses.
pub(crate) fn counts(file: &Pending) -> (usize, usize) {
    let text =
        |bytes: Option<&Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
    let (old, new) = (text(file.before.as_ref().map(|found| &found.bytes)), text(file.after.bytes.as_ref()));
    let diff = similar::TextDiff::from_lines(&old, &new);
    diff.iter_all_changes().fold((0, 0), |(added, removed), change| match change.tag() {
        similar::ChangeTag::Insert => (added + 1, removed),
        similar::ChangeTag::Delete => (added, removed + 1),
        similar::ChangeTag::Equal => (added, removed),
    })
}
