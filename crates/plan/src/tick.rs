//! Ticks boxes by changing one character each, in a text that may have been
//! edited since it was read.

use serde::Serialize;

use crate::reading::read;

/// A box to be marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticking {
    /// The box's text as it was read.
    pub text: String,
    /// The line where it was, from 1.
    pub line: usize,
    /// What to make of it.
    pub to: Mark,
    /// Label, title or heading of its unit, to tell boxes of one text apart; may be empty.
    pub heading: String,
}

/// What a box shall bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// `x`.
    Ticked,
    /// A blank.
    Open,
}

/// One box that could not be marked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TickFailure {
    /// No box has that text any more.
    #[error("no box `{}` (line {} before): it was edited or removed; tick it by hand", .0.text, .0.line)]
    Missing(Ticking),
    /// Several boxes have that text.
    #[error("{candidates} boxes read `{}`: tick the right one by hand", .ticking.text)]
    Ambiguous {
        /// The box that was asked for.
        ticking: Ticking,
        /// How many fit.
        candidates: usize,
    },
}

/// Some boxes could not be marked; the others are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}", list(.failures))]
pub struct TickError {
    /// The text with every other box marked: write it, then say what failed.
    pub text: String,
    /// The boxes that were not marked, in the order asked for.
    pub failures: Vec<TickFailure>,
}

fn list(failures: &[TickFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Marks the boxes in `text`, changing exactly one character of each and nothing else.
///
/// # Errors
/// [`TickError`] names the boxes that were not found or are not unique, and
/// holds the text with all the others marked.
pub fn tick(text: &str, boxes: &[Ticking]) -> Result<String, TickError> {
    let Ok(plan) = read(text.as_bytes()) else {
        let failures = boxes.iter().cloned().map(TickFailure::Missing).collect();
        return Err(TickError { text: text.to_owned(), failures });
    };
    let mut edits = Vec::new();
    let mut failures = Vec::new();
    for wanted in boxes {
        let fitting: Vec<_> = plan.checkboxes().iter().filter(|found| found.text == wanted.text).collect();
        match fitting.as_slice() {
            [] => failures.push(TickFailure::Missing(wanted.clone())),
            [one] => edits.push((one.mark_span.clone(), wanted.to)),
            several => {
                failures.push(TickFailure::Ambiguous { ticking: wanted.clone(), candidates: several.len() });
            }
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut marked = text.to_owned();
    for (span, to) in edits {
        marked.replace_range(span, if to == Mark::Ticked { "x" } else { " " });
    }
    if failures.is_empty() { Ok(marked) } else { Err(TickError { text: marked, failures }) }
}
