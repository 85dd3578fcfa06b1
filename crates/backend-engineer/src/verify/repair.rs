//! Writes the next task for the model after a verification that failed: what failed, with the end of what it printed.

use journal::Verdict;

use super::{Check, Proof, Verification};
use crate::implement::Change;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// The most times that failures are given back to the model.
const ROUNDS: u32 = 3;

/// Bytes of one check's output that are given back, and of all.
const OUTPUT: usize = 3_000;
const OUTPUTS: usize = 9_000;

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
    }
    Ok(Some(describe_failures(
        &failed,
        &undone,
        &verification.weakened,
    )))
}

fn describe_failures(failed: &[&Check], undone: &[String], weakened: &[String]) -> String {
    let mut text = String::new();
    let mut room = OUTPUTS;
    for check in failed {
        text.push_str(&format!(
            "`{}` failed: {}\n",
            check.ran.script, check.ran.judgement.detail
        ));
        let tail = check.ran.tail.trim_end();
        let share = OUTPUT.min(room);
        let from = tail.ceil_char_boundary(tail.len().saturating_sub(share));
        room -= tail.len() - from;
        if from < tail.len() {
            text.push_str(&format!("```\n{}\n```\n", &tail[from..]));
        }
    }
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
    let plain = |text: &str| {
        text.chars()
            .filter(|letter| !letter.is_ascii_digit())
            .collect::<String>()
    };
    let checks = failed
        .iter()
        .map(|check| format!("{}\0{}", check.ran.script, plain(&check.ran.tail)));
    checks
        .chain(undone.iter().cloned())
        .chain(weakened.iter().cloned())
        .collect::<Vec<_>>()
        .join("\n")
}
