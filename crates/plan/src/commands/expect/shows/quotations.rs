//! Quotations in the words about an output, and which of them are literals.

use crate::document::Span;
use crate::inline::code_spans;

/// Code spans, and quotations outside them, in order: with and without their signs.
pub(in crate::commands::expect) fn quotation_spans(words: &str) -> Vec<(Span, Span)> {
    let mut found: Vec<(Span, Span)> = code_spans(words, 0)
        .into_iter()
        .map(|span| (span.outer, span.inner))
        .collect();
    let spans = found.clone();
    let mut open: Option<(usize, usize)> = None;
    for (at, letter) in words.char_indices() {
        let inside = spans.iter().any(|(outer, _)| outer.contains(&at));
        if inside || !matches!(letter, '"' | '“' | '”') {
            continue;
        }
        match open.take() {
            Some((start, inner)) => {
                // A quotation that holds a code span is the code span's.
                if !spans
                    .iter()
                    .any(|(outer, _)| outer.start >= start && outer.end <= at)
                {
                    found.push((start..at + letter.len_utf8(), inner..at));
                }
            }
            None => open = Some((at, at + letter.len_utf8())),
        }
    }
    found.sort_by_key(|(outer, _)| outer.start);
    found
}

/// A short number is told by itself: "prints `4`" means a line of its own.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 3 && text.chars().all(|letter| letter.is_ascii_digit())
}

/// "prints `True`": a line of its own.
pub(super) fn is_truth(text: &str) -> bool {
    ["true", "false", "none", "null", "[]", "{}"].contains(&text.to_lowercase().as_str())
}

/// Returns whether quoted words can stand in an output as they are.
pub(super) fn is_literal(text: &str) -> bool {
    let bare = text
        .trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    let verdict = [
        "pass", "passed", "passes", "fail", "failed", "fails", "failures", "success", "true",
        "false", "none",
    ]
    .contains(&bare.as_str());
    let elided = text.contains("...") || text.contains('…') || text.contains("XX");
    let holder = text.split('<').skip(1).any(|part| {
        part.split_once('>').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '_' | ' '))
        })
    }) && !text.contains("</");
    let counted = text.chars().count() < 2
        || !text.contains(char::is_alphanumeric) && text.len() < 3
        || bare.chars().all(|letter| letter.is_ascii_digit()) && bare.len() < 3;
    !verdict && !elided && !holder && !counted && !shell::is_command(text)
}
