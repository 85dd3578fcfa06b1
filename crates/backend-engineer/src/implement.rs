//! Step three: carries out the phase in the plan's order. What the plan spells out is placed by structure; commands run
//! where the plan has them; what needs a mind is left and said.

mod remainder;
mod identify;
mod removed;
mod doubts;
mod paired;
mod present_text;
mod placement;
mod literal;
mod files;
mod importers;
mod result;
mod commits;
mod inline;
mod sentences;
mod steps;
mod credited;
mod inspect;
mod concurrent_checks;
mod tools;
mod prompt;
mod talk;
mod session;

use journal::{Event, FileAction, ItemKind, ItemName};
use plan::{CheckboxId, PhaseId, Plan};

use crate::check::{CheckRun, KnownResults, first_line};
use crate::evidence::Observation;
use crate::run::{JournalOriginals, Promotable, RunContext};
use crate::stop::{Exit, Stop};
use crate::tree::Pending;
use crate::understand::{Assignment, NamedFile};
use crate::unit_work::UnitWork;

pub(crate) use files::is_left_to_need;
pub(crate) use inspect::inspect_items;
pub(crate) use literal::{PresentFiles, apply_block, find_present_files};
pub(crate) use placement::{Placement, PlacementOutcome, is_code};
pub(crate) use prompt::describe_failed_runs;
pub(crate) use remainder::{NoCommit, OpenPart, Passage, Remainder, code_spans};
pub(crate) use sentences::find_remaining_removals;
pub(crate) use session::Session;
use session::run_model;
pub(crate) use talk::{ROUNDS, without_digits};

/// The work on each item of the phase, with its effects.
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
    /// Results of checks that ran apart from the run's own overlay.
    pub(crate) known: KnownResults,
}

/// One step of the plan, and what came of it.
#[derive(Debug)]
pub(crate) struct Item {
    /// The unit it belongs to.
    pub(crate) unit: PhaseId,
    /// Its place in [`plan::Phase::steps`]; `None` for what a unit says of a file without a step.
    pub(crate) step: Option<usize>,
    /// Its name for people.
    pub(crate) title: String,
    /// Its box.
    pub(crate) checkbox: Option<CheckboxId>,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// Its steps as they were carried out, in order.
    pub(crate) outcomes: Vec<StepOutcome>,
}

/// One part of an item.
#[derive(Debug)]
pub(crate) enum StepOutcome {
    /// Code of the plan, placed or refused.
    Place(Placement),
    /// A command that ran at this place of the plan.
    Run {
        /// Its place in [`plan::Phase::commands`].
        command: usize,
        /// The outcome, with the reason behind it.
        ran: Box<CheckRun>,
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
    Commit(Result<String, NoCommit>),
    /// Prose that asks for something that only a mind can do.
    Left(Remainder),
    /// Work of a model: it changed these files, which says nothing about whether the item is done.
    Worked {
        /// The files.
        paths: Vec<String>,
        /// The words that asked for it, where prose did.
        passage: Option<Passage>,
    },
    /// A sentence of which the reader can't tell what it asks for.
    Unclear {
        /// The words.
        passage: Passage,
        /// A symbol that they are about and that the change left as it was, if that is why.
        untouched: Option<String>,
    },
    /// Prose that a person has accepted as done.
    Accepted(Passage),
    /// A conditional instruction, whose condition can't be told.
    Deferred(Passage),
    /// Prose of which all that it spells out went into a file.
    Stands {
        /// The words.
        passage: Passage,
        /// The file.
        path: String,
    },
    /// The plan's own box says that it is done.
    DoneBefore,
}

impl StepOutcome {
    /// Returns the words of the plan that it answers, where prose asked for it.
    pub(crate) fn passage(&self) -> Option<&Passage> {
        match self {
            StepOutcome::Left(remainder) => remainder.passage(),
            StepOutcome::Worked { passage, .. } => passage.as_ref(),
            StepOutcome::Unclear { passage, .. }
            | StepOutcome::Accepted(passage)
            | StepOutcome::Deferred(passage)
            | StepOutcome::Stands { passage, .. } => Some(passage),
            _ => None,
        }
    }
}

impl Change {
    /// Returns whether no command ran that may have made something beside the tree: an overlay made anew is then like the
    /// run's own.
    pub(crate) fn left_nothing_beside(&self) -> bool {
        let ran = |step_outcome: &StepOutcome| matches!(step_outcome, StepOutcome::Run { ran, .. } if ran.tree.is_some());
        let steps = self.items.iter().flat_map(|item| &item.outcomes).any(ran);
        !steps && self.servers.is_empty() && !self.session.as_ref().is_some_and(Session::touched)
    }

    /// Returns whether anything is left that the plan does not spell out, or that could not be placed. A phase of which
    /// nothing was understood is all left.
    pub(crate) fn leaves_work(&self) -> bool {
        let needs_a_mind = |part: OpenPart| !matches!(part, OpenPart::Dropped { .. });
        self.items.is_empty() || self.items.iter().any(|item| item.open().any(needs_a_mind))
    }
}

impl Item {
    /// Returns what a command of the item speaks of, with `ran` as what came of it.
    pub(crate) fn observation<'a>(&self, ran: &'a CheckRun) -> Observation<'a> {
        let item = ItemName {
            kind: ItemKind::Step,
            text: self.title.clone(),
        };
        Observation {
            unit: Some(self.unit),
            item,
            ran,
        }
    }

    /// Returns whether what is left of the item speaks of the file: by its words or title, or because the plan names the
    /// file within its step or on its line.
    pub(crate) fn is_about(&self, plan: &Plan, file: &NamedFile, left: &Remainder) -> bool {
        let step = || plan.phase(self.unit)?.steps.get(self.step?);
        let below = |step: &plan::Step| {
            step.below
                .as_ref()
                .is_some_and(|label| label.contains(&file.span.start))
        };
        let within =
            || step().is_some_and(|step| step.span.contains(&file.span.start) || below(step));
        let on_its_line =
            || self.step.is_none() && plan.location(file.span.start).line == self.line;
        let named =
            left.names.contains(&file.written) || code_spans(&self.title).contains(&file.written);
        // What the plan says below the file's label speaks of the file.
        let said = || {
            plan.phase(self.unit)
                .and_then(|phase| phase.changes.get(file.change))
        };
        let spoken = |change: &plan::PlannedChange| {
            let prose = change
                .prose
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            left.passage()
                .is_some_and(|passage| prose.contains(&passage.text))
        };
        file.unit == self.unit && (named || within() || on_its_line() || said().is_some_and(spoken))
    }

    /// Returns what is not done about it, each with why.
    pub(crate) fn open(&self) -> impl Iterator<Item = OpenPart> + '_ {
        self.outcomes
            .iter()
            .filter_map(|step_outcome| match step_outcome {
                StepOutcome::Place(placement) => placement.refusal_reason(),
                StepOutcome::Left(remainder) => Some(OpenPart::Left(remainder.what.clone())),
                StepOutcome::Run { ran, .. } if !ran.dropped.is_empty() => {
                    let command = first_line(&ran.script).to_owned();
                    Some(OpenPart::Dropped {
                        command,
                        paths: ran.dropped.clone(),
                    })
                }
                _ => None,
            })
    }
}

/// Carries out what the plan spells out, has a model do what it leaves open, and writes the files.
pub(crate) async fn implement(work: &mut UnitWork<'_>) -> Result<Change, Stop> {
    let run = work.run;
    let runs_something = needs_sandbox(run, work.assignment);
    if runs_something && run.model().is_none() {
        work.workspace.prepare().await?;
    }
    let mut change = apply_plan(work).await?;
    if runs_something && work.workspace.has_raised() {
        work.workspace.prepare().await?;
    }
    if run.model().is_some() && change.leaves_work() {
        run_model(work, &mut change, None).await?;
    }
    if runs_something {
        // Where no command can run, that is said before a file is written.
        work.workspace.prepare().await?;
    }
    write_staged(work, &mut change)?;
    Ok(change)
}

/// Has the model mend what did not hold, and writes the files.
pub(crate) async fn rework_failures(
    work: &mut UnitWork<'_>,
    change: &mut Change,
    failures: String,
) -> Result<(), Stop> {
    run_model(work, change, Some(failures)).await?;
    write_staged(work, change)
}

/// Carries out what the plan spells out; what comes of it is staged.
async fn apply_plan(work: &mut UnitWork<'_>) -> Result<Change, Stop> {
    let mut change = Change::default();
    for unit in &work.assignment.units {
        work.state.before = work.workspace.tree.savepoint();
        files::remove_and_rename(work, *unit, &mut change)?;
        steps::carry_out_steps(work, *unit, &mut change).await?;
        result::take_back_faulty(work, *unit, &mut change)?;
        sentences::add_unit_sentences(work, *unit, &mut change)?;
        files::left_without_code(work, *unit, &mut change)?;
        credited::credit_placements(work, *unit, &mut change);
    }
    Ok(change)
}

/// Returns whether the unit, or the project, has anything to run here.
pub(crate) fn needs_sandbox(run: &RunContext, assignment: &Assignment) -> bool {
    if !run.runs_commands() {
        return false;
    }
    let mut units = assignment
        .units
        .iter()
        .filter_map(|unit| run.plan.phase(*unit));
    units.any(|unit| !unit.commands.is_empty())
        || run
            .settings
            .commands
            .with_keys()
            .iter()
            .any(|(_, held)| held.is_some())
}

/// Writes what is staged within the scope to the user's tree, all files together or none.
pub(crate) fn write_staged(work: &mut UnitWork<'_>, change: &mut Change) -> Result<(), Stop> {
    let Some(run) = work.run.recorder.journal_run() else {
        return Ok(());
    };
    // From here on the user's tree is another one.
    work.state.first_tree(work.run, work.workspace);
    let promotable = Promotable::new(work.run, &work.assignment.scope, &work.state.admitted);
    let mut witness = JournalOriginals::new(run);
    let written = work
        .workspace
        .tree
        .promote(&|path| promotable.allows(path), &mut witness);
    let events = witness.written;
    let paths: Vec<&str> = written
        .iter()
        .flatten()
        .map(|file| file.path.as_str())
        .collect();
    work.run.files.facts().changed(&paths);
    let written = written.map_err(|error| {
        let exit = match error {
            crate::tree::WriteError::Io { .. } | crate::tree::WriteError::NotKept { .. } => {
                Exit::Environment
            }
            _ => Exit::Refused,
        };
        Stop::new(exit, error.to_string())
            .hint("Nothing of this phase was left half-written. Run it again when that is mended.")
    })?;
    work.run.recorder.emit_all(&events, true)?;
    for file in written {
        match change
            .written
            .iter_mut()
            .find(|earlier| earlier.path == file.path)
        {
            Some(earlier) => earlier.after = file.after,
            None => change.written.push(file),
        }
    }
    Ok(())
}

/// Tells what a file is about to become.
fn emit_staged_file(
    work: &mut UnitWork<'_>,
    path: &str,
    action: FileAction,
    how: String,
) -> Result<(), Stop> {
    let pending = work
        .workspace
        .tree
        .pending()
        .into_iter()
        .find(|file| file.path == path);
    let (lines_added, lines_removed) = pending.as_ref().map_or((0, 0), count_changed_lines);
    work.run.emit(Event::FileStaged {
        path: path.to_owned(),
        action,
        how,
        lines_added,
        lines_removed,
    })
}

/// Returns lines that a file gains and loses.
pub(crate) fn count_changed_lines(file: &Pending) -> (usize, usize) {
    let text = |bytes: Option<&Vec<u8>>| {
        bytes
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .unwrap_or_default()
    };
    let (old, new) = (
        text(file.before.as_ref().map(|found| &found.bytes)),
        text(file.after.bytes.as_ref()),
    );
    let diff = similar::TextDiff::from_lines(&old, &new);
    diff.iter_all_changes()
        .fold((0, 0), |(added, removed), change| match change.tag() {
            similar::ChangeTag::Insert => (added + 1, removed),
            similar::ChangeTag::Delete => (added, removed + 1),
            similar::ChangeTag::Equal => (added, removed),
        })
}
