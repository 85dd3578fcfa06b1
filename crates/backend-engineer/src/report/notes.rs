//! The notes of a report: observations, decisions, what is left open and why.

use std::collections::BTreeSet;

use journal::Verdict;
use plan::SentenceClass;

use super::verdict_words;
use crate::check::{Kind, first_line};
use crate::implement::Change;
use crate::unit_work::UnitWork;
use crate::verify::{SpanLine, SpanState, Verification};

/// Returns the notes of a report, each once: on the run, on checks, sentences and the model, and what a person must look at.
pub(super) fn list_notes(
    work: &UnitWork<'_>,
    change: &Change,
    verification: &Verification,
) -> Vec<String> {
    let mut notes = work.run.remarks.clone();
    notes.extend(work.state.notes.iter().cloned());
    if change.written.is_empty() && work.workspace.tree.pending().is_empty() {
        notes.push("No file was changed.".to_owned());
    }
    let other = verification
        .checks
        .iter()
        .filter(|check| check.kind == Kind::Other && check.verdict() != Verdict::Passed);
    for check in other {
        let what = if check.ran.script.is_empty() {
            &check.text
        } else {
            &check.ran.script
        };
        notes.push(format!(
            "{} `{}`: {}",
            verdict_words(check.verdict()),
            first_line(what),
            check.ran.judgement.detail
        ));
    }
    notes.extend(of_sentences(work, verification));
    notes.extend(of_model(work, change));
    let open = verification.manual.iter().filter(|manual| !manual.done);
    notes.extend(open.map(|manual| {
        format!(
            "For a person to check: {} (plan line {})",
            manual.text, manual.line
        )
    }));
    if let Some(tier) = work.workspace.tier() {
        notes.push(format!("Sandbox of the commands: {tier}."));
    }
    let mut seen = BTreeSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    notes
}

/// Returns what the plan says must stay, and what waits for a condition.
fn of_sentences(work: &UnitWork<'_>, verification: &Verification) -> Vec<String> {
    let mut notes = Vec::new();
    for one in &verification.prohibitions {
        match &one.broken {
            Some(path) => notes.push(format!(
                "BROKEN: the plan says \"{}\" (plan line {}), and the change touches it in `{path}`",
                one.text, one.line
            )),
            None if !one.decided => notes.push(format!("To be kept in mind: {} (plan line {})", one.text, one.line)),
            None => {}
        }
    }
    let waits = |line: &&SpanLine| {
        line.state == SpanState::Deferred && line.class == Some(SentenceClass::Condition)
    };
    let mut told = BTreeSet::new();
    for line in verification.spans.iter().filter(waits) {
        // A code span cuts a sentence in two passages.
        let sentence = sentence_around(work, line);
        if !told.insert(sentence.start) {
            continue;
        }
        let words = work
            .run
            .plan
            .text()
            .get(sentence)
            .unwrap_or_default()
            .split_whitespace();
        let words = words.collect::<Vec<_>>().join(" ");
        notes.push(format!(
            "Deferred, as it depends on a condition: {words} (plan line {})",
            line.line
        ));
    }
    notes
}

/// Returns the whole sentence of which a line holds a part.
fn sentence_around(work: &UnitWork<'_>, line: &SpanLine) -> plan::Span {
    let units = work.assignment.units.iter();
    let mut sentences = units
        .filter_map(|unit| work.run.plan.phase(*unit))
        .flat_map(|phase| &phase.sentences);
    let around =
        |one: &&plan::Sentence| one.span.start < line.span.end && line.span.start < one.span.end;
    let found = sentences.find(around);
    found.map_or_else(|| line.span.clone(), |one| one.span.clone())
}

/// Returns what a model said and took, and what it changed beyond the files that the plan names.
fn of_model(work: &UnitWork<'_>, change: &Change) -> Vec<String> {
    let mut notes = Vec::new();
    let written = |path: &String| change.written.iter().any(|file| file.path == *path);
    for (path, why) in work.state.admitted.iter().filter(|(path, _)| written(path)) {
        notes.push(format!(
            "`{path}` was changed beyond the files that the plan names: {why}."
        ));
    }
    let (Some(session), Some(model_setup)) = (&change.session, &work.run.model_setup) else {
        return notes;
    };
    let words: Vec<&str> = session.words.split_whitespace().collect();
    if !words.is_empty() {
        let words = words.join(" ");
        let end = words.floor_char_boundary(words.len().min(1_200));
        notes.push(format!(
            "The model says: {}",
            work.run.redactor.redact_text(&words[..end])
        ));
    }
    let spent = model_setup.spent.get();
    let cost = spent
        .usage
        .cost
        .map(|cost| format!(", ${cost:.4}"))
        .unwrap_or_default();
    notes.push(format!(
        "{} worked on it: {} turns, {} tokens read ({} from a cache), {} written{cost}.",
        model_setup.model.name(),
        spent.turns,
        spent.usage.context(),
        spent.usage.cache_read,
        spent.usage.output
    ));
    notes
}
