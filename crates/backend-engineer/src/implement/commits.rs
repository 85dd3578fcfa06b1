//! Carries out the plan's commit steps, only when asked: in the user's own repository, with their identity, hooks and
//! signing, and never waiting for an answer.
//!
//! A commit is made only if the user asked for commits, the plan gives its message, nothing of the
//! unit so far was refused or failed, and the tree can be imported. Each of these has a reason of
//! its own ([`NoCommit`]), which the report shows in place of the commit.

use std::time::Duration;

use journal::{Event, Verdict};
use plan::{Action, Phase};

use super::remainder::NoCommit;
use super::{Change, Item, StepOutcome, result, write_staged};
use crate::stop::Stop;
use crate::understand::Assignment;
use crate::unit_work::UnitWork;

/// The time that git and its hooks may take at most: hooks run linters and whole suites, and the
/// run must end even where one of them waits for an answer.
const LONGEST: Duration = Duration::from_secs(300);

/// Makes the commit of a step, or says why there is none. Without leave to commit it looks whether
/// the commit was made before.
pub(super) async fn carry_out_commit(
    work: &mut UnitWork<'_>,
    (phase, command): (&Phase, usize),
    change: &mut Change,
    item: &Item,
) -> Result<Option<StepOutcome>, Stop> {
    let Some(planned) = phase
        .commands
        .get(command)
        .and_then(|command| command.commit.clone())
    else {
        return Ok(None);
    };
    let skip = |work: &mut UnitWork<'_>, why: NoCommit| {
        work.run.emit(Event::CommitSkipped {
            why: why.to_string(),
        })?;
        Ok(Some(StepOutcome::Commit(Err(why))))
    };
    if !work.run.options.commit || work.run.options.dry_run {
        return Ok(Some(look_up(work, phase, command).await));
    }
    let Some(message) = planned
        .message
        .clone()
        .filter(|message| !message.trim().is_empty())
    else {
        return skip(work, NoCommit::NoMessage);
    };
    if let Some(why) = no_commit_reason(change, item, phase) {
        return skip(work, why);
    }
    if let Some(why) = result::find_import_fault(work, phase.id, change, item) {
        return skip(work, NoCommit::Faulty(why));
    }
    // Git sees only what is on disk.
    write_staged(work, change)?;
    let earlier = files_of_earlier_runs(work)?;
    let named = paths_to_commit(work, phase, &planned, &earlier);
    let paths: Vec<String> = match sandbox::git::read_status(work.run.root(), &named).await {
        Ok(changed) => changed.into_iter().map(|changed| changed.path).collect(),
        Err(error) => return skip(work, NoCommit::NoAnswer(error.to_string())),
    };
    // Nothing to commit: the files are as the history has them, perhaps by that very commit.
    if paths.is_empty() {
        return Ok(Some(look_up(work, phase, command).await));
    }
    let limit = work.run.settings.timeout().min(LONGEST);
    match sandbox::git::commit_paths(work.run.root(), &paths, &message, limit).await {
        Ok(id) => {
            work.run.emit(Event::Committed {
                id: id.clone(),
                message,
            })?;
            // Only behind the commit: before it, they might still have become a part of it.
            emit_left_out(work, &earlier).await?;
            Ok(Some(StepOutcome::Commit(Ok(id))))
        }
        Err(error) => skip(work, NoCommit::Refused(error.to_string())),
    }
}

/// Leaves a push to a person: no run sends commits to another machine.
pub(super) fn leave_push(work: &mut UnitWork<'_>) -> Result<StepOutcome, Stop> {
    let why = NoCommit::Push;
    work.run.emit(Event::CommitSkipped {
        why: why.to_string(),
    })?;
    Ok(StepOutcome::Commit(Err(why)))
}

/// Returns the paths that a commit may take: the files of its unit, those that a model was let
/// change, and what `earlier` runs wrote where the command adds everything. Never whatever else the
/// user has changed meanwhile, even if the plan says `git add -A`.
fn paths_to_commit(
    work: &UnitWork<'_>,
    phase: &Phase,
    planned: &plan::Commit,
    earlier: &[String],
) -> Vec<String> {
    let mut named = paths_of(work.assignment, phase);
    named.extend(work.state.admitted.keys().cloned());
    if adds_all(planned) {
        named.extend(earlier.iter().cloned());
    }
    named
}

/// Returns the files that earlier runs of this plan wrote, each once.
fn files_of_earlier_runs(work: &UnitWork<'_>) -> Result<Vec<String>, Stop> {
    let mut paths: Vec<String> = work
        .run
        .recorder
        .written(&work.run.plan_name)?
        .into_iter()
        .map(|(_, path)| path)
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Returns whether a commit's own command adds whatever there is.
fn adds_all(planned: &plan::Commit) -> bool {
    planned
        .paths
        .iter()
        .any(|path| matches!(path.as_str(), "-A" | "--all" | "." | "./" | ":/"))
}

/// Tells which files of earlier runs of the plan are not in the commit: without them it may not
/// work by itself. Files that are committed already are not named.
async fn emit_left_out(work: &mut UnitWork<'_>, earlier: &[String]) -> Result<(), Stop> {
    let Ok(changed) = sandbox::git::read_status(work.run.root(), earlier).await else {
        return Ok(());
    };
    if changed.is_empty() || earlier.is_empty() {
        return Ok(());
    }
    let paths: Vec<String> = changed
        .iter()
        .map(|changed| format!("`{}`", changed.path))
        .collect();
    work.note(format!(
        "{} of earlier runs of this plan is not in the commit",
        paths.join(", ")
    ))
}

/// Returns the commit as it is in the history, by its subject; or that it is not there. The first
/// line alone is asked for, as git wraps and trims what follows.
pub(super) async fn look_up(work: &UnitWork<'_>, phase: &Phase, command: usize) -> StepOutcome {
    let planned = phase
        .commands
        .get(command)
        .and_then(|command| command.commit.as_ref());
    let subject = planned
        .and_then(|commit| commit.message.as_deref())
        .and_then(|message| message.lines().next());
    let found = match subject {
        Some(subject) => sandbox::git::find_commit(work.run.root(), subject)
            .await
            .ok()
            .flatten(),
        None => None,
    };
    StepOutcome::Commit(found.ok_or(NoCommit::NotAsked))
}

/// Returns why the unit's work is not fit to be committed: a block that was refused, or a command
/// that failed. An expected failure is as it should be.
fn no_commit_reason(change: &Change, item: &Item, phase: &Phase) -> Option<NoCommit> {
    let items = change
        .items
        .iter()
        .filter(|other| other.unit == phase.id)
        .chain([item]);
    let mut step_outcomes = items.flat_map(|item| &item.outcomes);
    step_outcomes.find_map(|step_outcome| match step_outcome {
        StepOutcome::Place(placement) => placement.refusal_reason().map(NoCommit::Unplaced),
        StepOutcome::Run {
            ran,
            expects_failure: false,
            ..
        } if ran.judgement.verdict == Verdict::Failed => {
            Some(NoCommit::CommandFailed(ran.script.clone()))
        }
        _ => None,
    })
}

/// Returns the files that the unit names, of a renamed one both paths: git records it as removed
/// and added.
fn paths_of(assignment: &Assignment, phase: &Phase) -> Vec<String> {
    let mut paths = Vec::new();
    for file in assignment.files.iter().filter(|file| file.unit == phase.id) {
        paths.extend(file.path.clone());
        if let Action::Rename { to } = &file.action {
            paths.push(to.clone());
        }
    }
    paths
}
