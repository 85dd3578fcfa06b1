//! Reads the criteria of a unit: what must hold when it is finished, and who can check it.

mod reader;

use serde::Serialize;

use crate::commands::{Expect, ExpectedOutcome, PlannedCommand, read_expectation};
use crate::document::Span;
use crate::identity::CheckboxId;
use crate::inline::comparison_key;
use crate::labels::Topic;
use crate::rows::Row;
use crate::word_lists::List;

pub(crate) use reader::read;

/// One criterion of success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// A machine or a person checks it.
    pub kind: CriterionKind,
    /// Its words, on one line.
    pub text: String,
    /// The item.
    pub span: Span,
    /// Indices into [`crate::Phase::commands`], or [`crate::Plan::commands`] for a criterion of the whole plan.
    pub commands: Vec<usize>,
    /// Its box.
    pub checkbox: Option<CheckboxId>,
}

/// The one who can check a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// A command decides.
    Automated,
    /// A person decides.
    Manual,
}

/// Returns whether a row stands among criteria.
pub(crate) fn is_among(row: &Row) -> bool {
    let within = row.heading_topic.is_some_and(Topic::is_criteria);
    let run = matches!(
        row.topic,
        Some(Topic::Run | Topic::Expect | Topic::Output | Topic::Test | Topic::Folder)
    );
    row.topic.is_some_and(Topic::is_criteria) || within && run
}

/// Lays down an expectation, unless one is stated already.
pub(crate) fn set_expectation(command: &mut PlannedCommand, words: &str) {
    let words: String = words.chars().take(1000).collect();
    if !words.trim().is_empty()
        && (command.expect.words.is_none() || command.expect.outcome == ExpectedOutcome::Unstated)
    {
        // An expectation in several lines or items.
        let before = command
            .expect
            .words
            .as_deref()
            .map(|before| format!("{before} "))
            .unwrap_or_default();
        command.await_result(read_expectation(&format!("{before}{words}")));
    }
}

/// Gives what is said of the last of several looks to those beside it of which nothing is said: that they find nothing,
/// or something, or what is not read. A number or a text may be the last one's alone.
pub(crate) fn share_look(
    expect: &Expect,
    beside: impl Iterator<Item = usize>,
    commands: &mut [PlannedCommand],
) {
    let told = matches!(
        expect.outcome,
        ExpectedOutcome::NoMatches | ExpectedOutcome::Pass
    ) && expect.shows.is_empty();
    let plain = told || expect.is_unread();
    for at in beside.filter(|_| plain) {
        if let Some(other) = commands
            .get_mut(at)
            .filter(|other| other.facts.is_look() && other.expect == Expect::default())
        {
            other.expect = expect.clone();
        }
    }
}

/// Returns whether the word stands there whole.
fn holds_whole_word(text: &str, word: &str) -> bool {
    let whole = |at: usize| {
        let joined =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        !joined(text[..at].chars().next_back()) && !joined(text[at + word.len()..].chars().next())
    };
    text.match_indices(word)
        .any(|(at, _)| !word.is_ascii() || whole(at))
}

/// Returns who checks a criterion: by its heading, else by its commands and words.
pub(crate) fn kind_of_criterion(
    topic: Option<Topic>,
    words: &str,
    has_command: bool,
) -> CriterionKind {
    match topic {
        Some(Topic::Automated) => CriterionKind::Automated,
        Some(Topic::Manual) => CriterionKind::Manual,
        _ => {
            let lower = comparison_key(words);
            let marked = lower.starts_with("manual")
                || lower.starts_with("手动")
                || lower.contains("(manual");
            let person = !has_command
                && List::ByAPerson
                    .words()
                    .iter()
                    .any(|word| holds_whole_word(&lower, word));
            if marked || person {
                CriterionKind::Manual
            } else {
                CriterionKind::Automated
            }
        }
    }
}
