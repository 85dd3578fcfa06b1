//! Ticks boxes by changing one character each, in a text that may have been
//! edited since it was read.

use serde::Serialize;

use crate::boxes::{Checkbox, State};
use crate::document::Span;
use crate::inline::{comparison_key, one_line};
use crate::reading::{Plan, read};

/// A box to be marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticking {
    /// The box's text as it was read.
    pub text: String,
    /// The line where it was, from 1.
    pub line: usize,
    /// The mark to make of it.
    pub to: Mark,
    /// Label, title or heading of its unit, to tell boxes of one text apart; may be empty.
    pub heading: String,
}

/// The mark that a box shall bear.
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
        /// The number of boxes that fit.
        candidates: usize,
    },
}

/// Some boxes could not be marked; the others are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}", list_failures(.failures))]
pub struct TickError {
    /// The text with every other box marked: write it, then say what failed.
    pub text: String,
    /// The boxes that were not marked, in the order asked for.
    pub failures: Vec<TickFailure>,
}

fn list_failures(failures: &[TickFailure]) -> String {
    failures
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Marks the boxes in `text`, changing exactly one character of each and nothing else.
/// A box that bears the mark already stays as it is.
///
/// A box is found by its text; where several have it, by its unit too; where
/// several of one unit have it, only at its old line.
///
/// # Errors
/// [`TickError`] names the boxes that were not found or are not unique, and
/// holds the text with all the others marked.
pub fn tick(text: &str, boxes: &[Ticking]) -> Result<String, TickError> {
    let Ok(plan) = read(text.as_bytes()) else {
        let failures = boxes.iter().cloned().map(TickFailure::Missing).collect();
        return Err(TickError {
            text: text.to_owned(),
            failures,
        });
    };
    let mut edits: Vec<(Span, char)> = Vec::new();
    let mut failures = Vec::new();
    for wanted in boxes {
        match find_checkbox(&plan, wanted) {
            Ok(found) => {
                edits.extend(
                    mark_for(&plan, found, wanted.to).map(|sign| (found.mark_span.clone(), sign)),
                );
            }
            Err(failure) => failures.push(failure),
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    edits.dedup_by(|left, right| left.0 == right.0);
    let mut marked = text.to_owned();
    for (span, sign) in edits {
        marked.replace_range(span, sign.encode_utf8(&mut [0; 4]));
    }
    if failures.is_empty() {
        Ok(marked)
    } else {
        Err(TickError {
            text: marked,
            failures,
        })
    }
}

fn find_checkbox<'p>(plan: &'p Plan, wanted: &Ticking) -> Result<&'p Checkbox, TickFailure> {
    let fitting: Vec<&Checkbox> = plan
        .checkboxes()
        .iter()
        .filter(|found| one_line(&found.text) == one_line(&wanted.text))
        .collect();
    let of_unit: Vec<&Checkbox> = fitting
        .iter()
        .copied()
        .filter(|found| bears_name(plan, found, &wanted.heading))
        .collect();
    let narrowed = if of_unit.is_empty() {
        &fitting
    } else {
        &of_unit
    };
    match narrowed.as_slice() {
        [] => Err(TickFailure::Missing(wanted.clone())),
        [one] => Ok(one),
        several => {
            let here =
                |found: &&&Checkbox| plan.location(found.mark_span.start).line == wanted.line;
            let found = several.iter().find(here).copied();
            found.ok_or_else(|| TickFailure::Ambiguous {
                ticking: wanted.clone(),
                candidates: several.len(),
            })
        }
    }
}

/// Returns whether the box stands in a unit of that name, by label, title or heading.
fn bears_name(plan: &Plan, found: &Checkbox, heading: &str) -> bool {
    let asked = comparison_key(heading.trim_start_matches('#'));
    if asked.is_empty() {
        return false;
    }
    let own = found.phase.and_then(|id| plan.phase(id));
    let mut around = std::iter::successors(own, |phase| plan.parent(phase.id));
    around.any(|phase| {
        let written = plan
            .text()
            .get(phase.heading.clone())
            .unwrap_or("")
            .trim_start_matches('#');
        [&phase.label, &phase.title]
            .into_iter()
            .any(|name| comparison_key(name) == asked)
            || comparison_key(written) == asked
    })
}

/// Returns the sign that marks a box, if it does not bear the mark already.
fn mark_for(plan: &Plan, found: &Checkbox, to: Mark) -> Option<char> {
    let bracketed = plan.text()[..found.mark_span.start].ends_with('[');
    let ticked = found.state == State::Done;
    let uses = |sign: char| plan.checkboxes().iter().any(|other| other.mark == sign);
    match (to, bracketed) {
        (Mark::Ticked, _) if ticked => None,
        (Mark::Ticked, true) => Some('x'),
        // Unlike ✅, this sign alone makes a line a box, so the plan still reads alike.
        (Mark::Ticked, false) => Some('☑'),
        (Mark::Open, true) => (found.mark != ' ').then_some(' '),
        (Mark::Open, false) => ticked.then(|| {
            ['☐', '⬜', '🔲']
                .into_iter()
                .find(|sign| uses(*sign))
                .unwrap_or('☐')
        }),
    }
}
