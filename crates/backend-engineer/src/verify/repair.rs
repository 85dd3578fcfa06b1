//! Writes the next task for the model after a verification that failed: what failed, with the end of what it printed.

use std::collections::BTreeSet;

use journal::Verdict;

use super::narrow::{file_of_test, narrow_to_files};
use super::{Check, Proof, Verification};
use crate::check::{Kind, Request};
use crate::implement::{Change, ROUNDS, describe_failed_runs, without_digits};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Returns the next task, where something does not hold that a model might mend; none where there is nothing more to
/// try.
pub(crate) fn next_repair_task(
    work: &mut UnitWork<'_>,
    change: &mut Change,
    verification: &Verification,
) -> Result<Option<String>, Stop> {
    if work.run.model_setup.is_none()
        || !work.run.runs_commands()
        || !verification.drifted.is_empty()
    {
        return Ok(None);
    }
    let failed: Vec<&Check> = verification
        .checks
        .iter()
        .filter(|check| check.verdict() == Verdict::Failed)
        .collect();
    let undone: Vec<String> = change
        .items
        .iter()
        .zip(&verification.items)
        .filter(|(_, proof)| !matches!(proof, Proof::Proven(_)))
        .flat_map(|(item, _)| {
            item.open()
                .map(|why| format!("line {}: {} - {why}", item.line, item.title.trim()))
        })
        .collect();
    if failed.is_empty() && undone.is_empty() && verification.weakened.is_empty() {
        return Ok(None);
    }
    let signature = failure_signature(&failed, &undone, &verification.weakened);
    if let Some(session) = &mut change.session {
        // The first task is none of the rounds.
        if session.halt.is_some() || session.over || session.rounds > ROUNDS {
            return Ok(None);
        }
        if session.last_failures.as_ref() == Some(&signature) {
            work.note("The model was asked no further: two rounds failed alike.")?;
            return Ok(None);
        }
        session.last_failures = Some(signature);
        session.failed_tests = failed_tests_alone(work, &failed);
    }
    Ok(Some(describe_failures(
        &failed,
        &undone,
        &verification.weakened,
    )))
}

/// Returns the failed commands of tests, each with the files of its failed tests alone; none where something else failed, or
/// a command has no such form.
fn failed_tests_alone(work: &UnitWork<'_>, failed: &[&Check]) -> Vec<Request> {
    let alone = |check: &&Check| {
        let request = check
            .request
            .as_ref()
            .filter(|_| check.kind == Kind::Tests)?;
        let tests = &check.ran.tests;
        let files: BTreeSet<String> = tests
            .iter()
            .filter(|test| test.verdict == Verdict::Failed)
            .map(|test| file_of_test(work, &test.name, &request.folder))
            .collect::<Option<_>>()?;
        let files: Vec<String> = files.into_iter().collect();
        (!files.is_empty()).then(|| narrow_to_files(work, request, &files))?
    };
    failed
        .iter()
        .map(alone)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn describe_failures(failed: &[&Check], undone: &[String], weakened: &[String]) -> String {
    let mut text = String::new();
    text.push_str(&describe_failed_runs(failed.iter().map(|check| &check.ran)));
    for line in undone {
        text.push_str(&format!("Not done: {line}\n"));
    }
    for line in weakened {
        text.push_str(&format!(
            "Not allowed: {line}. Put it back, and mend the code instead.\n"
        ));
    }
    text
}

/// Returns what failed, without what differs from run to run.
fn failure_signature(failed: &[&Check], undone: &[String], weakened: &[String]) -> String {
    let checks = failed
        .iter()
        .map(|check| format!("{}\0{}", check.ran.script, without_digits(&check.ran.tail)));
    checks
        .chain(undone.iter().cloned())
        .chain(weakened.iter().cloned())
        .collect::<Vec<_>>()
        .join("\n")
}
