//! Accounts for every file that the phase names: what became of it, or why it was left alone.

use std::collections::BTreeSet;

use plan::{Action, Basis, PlannedChange};
use serde::Serialize;

use super::Proof;
use crate::implement::{
    Change, Item, Placement, PlacementOutcome, StepOutcome, count_changed_lines, is_left_to_need,
};
use crate::understand::{Assignment, NamedFile};
use crate::unit_work::UnitWork;

/// One file of the phase.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FileLine {
    /// From the root, or as the plan writes it where no one file is meant.
    pub(crate) path: String,
    /// Its state at the end of the run.
    pub(crate) fate: FileOutcome,
    /// A description of the change, or of why there is none.
    pub(crate) description: String,
    /// The basis on which the plan is known to mean this file; of several placements, the weakest.
    pub(crate) basis: Basis,
    /// Lines that it gained.
    pub(crate) lines_added: usize,
    /// Lines that it lost.
    pub(crate) lines_removed: usize,
}

/// The state of a file at the end of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileOutcome {
    /// It was not there before.
    Created,
    /// It was there, and changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It had what the plan shows before this run.
    Standing,
    /// It was left as it is, and the plan wants something of it.
    Untouched,
}

/// The facts from which each file's outcome is told.
struct FileContext<'a> {
    work: &'a UnitWork<'a>,
    change: &'a Change,
    standing: &'a BTreeSet<String>,
    proofs: &'a [Proof],
}

/// Accounts for each named file, and for what commands changed within the scope.
pub(super) fn of_files(
    work: &UnitWork<'_>,
    change: &Change,
    standing: &BTreeSet<String>,
    proofs: &[Proof],
) -> Vec<FileLine> {
    let accounting = FileContext {
        work,
        change,
        standing,
        proofs,
    };
    let mut accounts: Vec<FileLine> = Vec::new();
    for file in &work.assignment.files {
        let path = file.path.clone().unwrap_or_else(|| file.written.clone());
        if accounts.iter().any(|account| account.path == path) {
            continue;
        }
        let account = line_of_written_file(work, change, &path)
            .unwrap_or_else(|| line_of_unwritten_file(&accounting, file, path));
        accounts.push(account);
    }
    let beyond: Vec<FileLine> = pending_paths(work, change)
        .into_iter()
        .filter(|path| !accounts.iter().any(|account| account.path == *path))
        .filter_map(|path| line_of_written_file(work, change, &path))
        .collect();
    let is_answered = |account: &FileLine| {
        is_pattern_met(work.assignment, account, &beyond) || is_left(work, account)
    };
    accounts.retain(|account| account.fate != FileOutcome::Untouched || !is_answered(account));
    accounts.extend(beyond);
    accounts
}

/// Returns whether the file is a pattern of the plan for which a command made a file.
fn is_pattern_met(assignment: &Assignment, account: &FileLine, beyond: &[FileLine]) -> bool {
    let pattern = assignment
        .files
        .iter()
        .any(|file| file.path.is_none() && file.written == account.path);
    pattern
        && beyond
            .iter()
            .any(|made| assignment.scope.allows(&made.path))
}

/// Returns whether the plan leaves the file to what is needed (a note says that it was left), or only says that it is there.
fn is_left(work: &UnitWork<'_>, account: &FileLine) -> bool {
    let mut named = work.assignment.files.iter().filter(|file| {
        let path = file.path.as_ref().unwrap_or(&file.written);
        *path == account.path
    });
    named.any(|file| {
        let Some(phase) = work.run.plan.phase(file.unit) else {
            return false;
        };
        let planned = phase.changes.get(file.change);
        let is_there = planned.is_some_and(PlannedChange::is_there_already);
        is_left_to_need(phase, file) || is_there && work.run.files.path_exists(&account.path)
    })
}

fn pending_paths(work: &UnitWork<'_>, change: &Change) -> Vec<String> {
    let pending = work
        .workspace
        .tree
        .pending()
        .into_iter()
        .map(|file| file.path);
    change
        .written
        .iter()
        .map(|file| file.path.clone())
        .chain(pending)
        .collect()
}

fn line_of_written_file(work: &UnitWork<'_>, change: &Change, path: &str) -> Option<FileLine> {
    let pending = work.workspace.tree.pending();
    let file = change
        .written
        .iter()
        .find(|file| file.path == path)
        .or_else(|| pending.iter().find(|file| file.path == path))?;
    let (lines_added, lines_removed) = count_changed_lines(file);
    let fate = match (&file.before, &file.after.bytes) {
        (_, None) => FileOutcome::Deleted,
        (None, Some(_)) => FileOutcome::Created,
        (Some(_), Some(_)) => FileOutcome::Modified,
    };
    let worked = work.state.worked.contains_key(path);
    let hows: Vec<String> = placements_in_file(change, path)
        .filter_map(describe_placement)
        .collect();
    let basis = placements_in_file(change, path)
        .map(|placement| placement.by.basis())
        .max()
        .unwrap_or_default();
    let mut hows = hows.iter().map(String::as_str);
    let description = match hows.next() {
        None if fate == FileOutcome::Deleted => "removed".to_owned(),
        None if worked => "changed by the model".to_owned(),
        None => "changed by a command of the plan".to_owned(),
        Some(first) => {
            let told: Vec<&str> = std::iter::once(first)
                .chain(hows)
                .filter(|how| !how.is_empty())
                .collect();
            let told = if told.is_empty() {
                "changed as the plan shows".to_owned()
            } else {
                told.join("; ")
            };
            if worked {
                format!("{told}; then changed by the model")
            } else {
                told
            }
        }
    };
    Some(FileLine {
        path: path.to_owned(),
        fate,
        description,
        basis,
        lines_added,
        lines_removed,
    })
}

/// Returns how a block was placed, and how its file is known where the plan does not state it.
fn describe_placement(placement: &Placement) -> Option<String> {
    let PlacementOutcome::Now { how, .. } = &placement.placed else {
        return None;
    };
    match placement.by.basis() {
        Basis::Stated => Some(how.clone()),
        _ => Some(format!("{how} ({})", placement.by)),
    }
}

fn placements_in_file<'a>(
    change: &'a Change,
    path: &'a str,
) -> impl Iterator<Item = &'a Placement> {
    change
        .items
        .iter()
        .flat_map(|item| &item.outcomes)
        .filter_map(move |step_outcome| match step_outcome {
            StepOutcome::Place(placement) if placement.path.as_deref() == Some(path) => {
                Some(placement)
            }
            _ => None,
        })
}

/// Returns the line of a file that this run did not write: what stands of it, or why it was not touched.
fn line_of_unwritten_file(
    accounting: &FileContext<'_>,
    file: &NamedFile,
    path: String,
) -> FileLine {
    let change = accounting.change;
    let refused = placements_in_file(change, &path).find_map(Placement::refusal_reason);
    let (fate, description) = if let Some(part) = refused {
        (FileOutcome::Untouched, part.without_path())
    } else if let Some(why) = why_settled(accounting, file, &path) {
        (FileOutcome::Standing, why.to_owned())
    } else {
        let why = file
            .obstacle
            .clone()
            .unwrap_or_else(|| "the plan shows no code for it".to_owned());
        (FileOutcome::Untouched, why)
    };
    FileLine {
        path,
        fate,
        description,
        basis: Basis::Stated,
        lines_added: 0,
        lines_removed: 0,
    }
}

/// Returns why nothing is left to do for a file that was not written; what its text shows counts before the plan's box,
/// and that before the checks of its items.
fn why_settled(accounting: &FileContext<'_>, file: &NamedFile, path: &str) -> Option<&'static str> {
    let FileContext {
        work,
        change,
        standing,
        proofs,
    } = *accounting;
    let empty = file.action == Action::Create
        && placements_in_file(change, path)
            .any(|one| matches!(one.placed, PlacementOutcome::Before));
    if standing.contains(path)
        || empty && !is_shown_in_plan(work, file)
        || file.action == Action::Delete && !work.run.files.path_exists(path)
    {
        return Some("what the plan asks for stands already");
    }
    if matches!(&file.action, Action::Rename { to } if work.run.files.path_exists(to)) {
        return Some("renamed already");
    }
    let done = change.items.iter().any(|item| {
        let mut outcomes = item.outcomes.iter();
        item.unit == file.unit
            && outcomes.any(|step_outcome| matches!(step_outcome, StepOutcome::DoneBefore))
    });
    if done {
        return Some("its step was done before, by the plan's box");
    }
    let about = |item: &Item| {
        item.outcomes.iter().any(|step_outcome| match step_outcome {
            StepOutcome::Left(remainder) => item.is_about(&work.run.plan, file, remainder),
            _ => false,
        })
    };
    let mut left = change
        .items
        .iter()
        .zip(proofs)
        .filter(|(item, _)| about(item))
        .peekable();
    let proven = left.peek().is_some() && left.all(|(_, proof)| matches!(proof, Proof::Proven(_)));
    proven.then_some("done before, and proven by its checks")
}

/// Returns whether the plan shows anything for the file.
fn is_shown_in_plan(work: &UnitWork<'_>, file: &NamedFile) -> bool {
    let change = work
        .run
        .plan
        .phase(file.unit)
        .and_then(|phase| phase.changes.get(file.change));
    change.is_some_and(|change| !change.blocks.is_empty())
}
