//! The unit's text as a model is shown it: whole, each line once. What stands in a file by now is named in the place of its
//! code; what is left is marked where the plan says it.
//!
//! ```text
//! - [ ] Add `Store.count()` [left for you]
//! (code: stands in `app/store.py` already)
//! ```
//!
//! Each outcome becomes a note on a span of the plan: code that stands is replaced by its file's
//! name, a refused block is followed by the reason, prose that is left by the mark. Notes are set
//! in from the top to the bottom; where the room ends the text ends at a line, and the notes behind
//! that become a list, so that nothing that is left goes unsaid.

use std::collections::BTreeSet;
use std::ops::Range;

use plan::Plan;

use super::super::remainder::{Missing, OpenPart};
use super::super::{Change, Item, Placement, PlacementOutcome, StepOutcome};
use crate::unit_work::UnitWork;

/// The mark of words that ask for something which is not done.
const MARK: &str = "[left for you]";
/// Code of fewer lines is shown although it stands in its file: the note would not be shorter.
const FEWEST_LINES: usize = 5;

/// The text of a unit, and what is left that no mark in it shows.
#[derive(Debug)]
pub(super) struct UnitText {
    /// The text, with its marks.
    pub(super) text: String,
    /// Bytes of the plan that it shows.
    pub(super) shown: Range<usize>,
    /// The rest of what is left, which no mark in the text shows.
    pub(super) left: Vec<String>,
    /// True if anything in it is marked.
    pub(super) is_marked: bool,
}

/// A note on a part of the plan.
struct Note {
    /// The part that it is about.
    span: Range<usize>,
    /// The text that takes the place of the part, or follows it.
    text: String,
    replaces: bool,
    /// The text for the list of what is left, where the part is not shown; `None` where nothing is left.
    otherwise: Option<String>,
}

/// Returns the text of the unit that is worked on, in at most `room` bytes of the plan.
///
/// What has no place in the text goes above the list: files without code, and what commands wrote
/// that was discarded.
pub(super) fn unit_text(work: &UnitWork<'_>, change: &Change, room: usize) -> UnitText {
    let plan = &work.run.plan;
    let span = plan
        .phase(work.assignment.unit)
        .map_or(0..0, |unit| unit.span.clone());
    let span = trim_span(plan.text(), span);
    let mut notes: Vec<Note> = Vec::new();
    let (mut left, mut without_code) = (Vec::new(), BTreeSet::new());
    for item in &change.items {
        for step_outcome in &item.outcomes {
            match step_outcome {
                StepOutcome::Place(placement) => notes.extend(of_placement(plan, item, placement)),
                StepOutcome::Left(remainder) => match &remainder.what {
                    Missing::Prose(passage) => notes.push(Note {
                        span: passage.span.clone(),
                        text: format!(" {MARK}"),
                        replaces: false,
                        otherwise: Some(format!("line {}: {}", passage.line, passage.text)),
                    }),
                    Missing::NoCode(path) => drop(without_code.insert(format!("`{path}`"))),
                },
                _ => {}
            }
        }
        left.extend(
            item.open()
                // Other open parts have a note in the text.
                .filter(|part| matches!(part, OpenPart::Dropped { .. }))
                .map(|part| part.to_string()),
        );
    }
    if !without_code.is_empty() {
        let paths: Vec<String> = without_code.into_iter().collect();
        left.insert(
            0,
            format!("the code of {}: the plan shows none", paths.join(", ")),
        );
    }
    left.dedup();
    let mut shown = set_in(plan, span, notes, room);
    shown.left.splice(0..0, left);
    shown.text.push_str(&rest_of(work, &shown.shown));
    shown
}

/// Returns the note on a block of the plan.
///
/// Long code that stands is left out, since it is in its file; short code stays, with a word beside
/// it. `None` for what is no block of the plan.
fn of_placement(plan: &Plan, item: &Item, placement: &Placement) -> Option<Note> {
    let block = plan.phase(item.unit)?.blocks.get(placement.block?)?;
    let path = placement.path.as_deref().unwrap_or_default();
    let (text, replaces, otherwise) = match &placement.placed {
        PlacementOutcome::Now { .. } | PlacementOutcome::Before => {
            let is_long = block.text.lines().count() >= FEWEST_LINES;
            let what = if is_long { "code: stands" } else { "stands" };
            (format!("({what} in `{path}` already)"), is_long, None)
        }
        PlacementOutcome::Refused { .. } | PlacementOutcome::HeldBack => {
            let why = placement.refusal_reason()?.to_string();
            (format!("(not placed: {why}) {MARK}"), false, Some(why))
        }
    };
    Some(Note {
        span: block.span.clone(),
        text,
        replaces,
        otherwise,
    })
}

/// Returns the part of the plan with its notes, cut at a line when it is longer than `room`.
///
/// `at` is where the plan's text goes on. A note within what is already shown, or behind the cut,
/// changes nothing in the text; only its line for the list is kept.
fn set_in(plan: &Plan, span: Range<usize>, mut notes: Vec<Note>, room: usize) -> UnitText {
    // By their ends: a note on a part comes before that on the whole which holds it.
    notes.sort_by_key(|note| (note.span.end, note.span.start));
    // A step with two outcomes for one passage has two equal notes.
    notes.dedup_by(|next, first| next.span == first.span && next.text == first.text);
    let (mut text, mut left, mut is_marked) = (String::new(), Vec::new(), false);
    let mut at = span.start;
    let mut end = span.end;
    for note in notes {
        let Note {
            span: about,
            text: words,
            replaces,
            otherwise,
        } = note;
        let from = if replaces { about.start } else { about.end };
        let is_inside = from >= at && about.end <= end;
        let before = plan.text().get(at..from).filter(|_| is_inside);
        match before {
            Some(before) if text.len() + before.len() + words.len() <= room => {
                text.push_str(before.trim_end_matches('\n'));
                // A mark goes behind the words on their line; a note in place of code has its own.
                let own_line = replaces || !words.starts_with(' ');
                let lines = before.len() - before.trim_end_matches('\n').len();
                if own_line && !text.is_empty() {
                    text.push_str(&"\n".repeat(lines.max(1)));
                }
                is_marked |= otherwise.is_some();
                text.push_str(&words);
                if !own_line {
                    text.push_str(&"\n".repeat(lines));
                }
                at = about.end;
                // What a note stands for may hold the end of its line.
                if own_line
                    && !plan
                        .text()
                        .get(at..)
                        .is_some_and(|rest| rest.starts_with('\n'))
                    && at < end
                {
                    text.push('\n');
                }
            }
            found => {
                if found.is_some() {
                    end = end_within_room(plan.text(), at, from, room.saturating_sub(text.len()));
                }
                left.extend(otherwise);
            }
        }
    }
    end = end_within_room(plan.text(), at, end, room.saturating_sub(text.len()));
    text.push_str(plan.text().get(at..end).unwrap_or_default());
    UnitText {
        text: text.trim_end().to_owned(),
        shown: span.start..end,
        left,
        is_marked,
    }
}

/// Returns where a part of the text ends that has room: at its end, or behind a line.
/// Without a line end in the room the cut is wherever it falls, on a whole character.
fn end_within_room(text: &str, from: usize, to: usize, room: usize) -> usize {
    if to.saturating_sub(from) <= room {
        return to;
    }
    let most = text.floor_char_boundary(from + room);
    text.get(from..most)
        .and_then(|shown| shown.rfind('\n'))
        .map_or(most, |line| from + line)
}

/// Returns what is said where the unit's text does not end with what is shown.
///
/// A plan outside of the repository can't be read on by the model: then it must say what it misses.
fn rest_of(work: &UnitWork<'_>, shown: &Range<usize>) -> String {
    let plan = &work.run.plan;
    let end = plan
        .phase(work.assignment.unit)
        .map_or(0, |unit| trim_span(plan.text(), unit.span.clone()).end);
    if shown.end >= end {
        return String::new();
    }
    let (next, last) = (plan.location(shown.end).line + 1, plan.location(end).line);
    match work.run.plan_inside() {
        Some(path) => {
            format!(
                "\n[cut here, for its length: Read `{path}` with offset {next} for lines {next} to {last}]"
            )
        }
        None => format!(
            "\n[cut here, for its length: lines {next} to {last} are not shown, and the plan lies outside of the repository; say \
             what you could not do for that]"
        ),
    }
}

/// The span without blank space at its ends.
fn trim_span(text: &str, span: Range<usize>) -> Range<usize> {
    let inside = text.get(span.clone()).unwrap_or_default();
    let start = span.start + (inside.len() - inside.trim_start().len());
    start..(span.start + inside.trim_end().len()).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "# Plan\n\n## Phase 1: Count\n\n- [ ] Add `count()`. Keep it short.\n\n```python\na = 1\n```\n\nRoute it.\n";

    /// Returns the plan with notes on the parts that begin with these words.
    fn noted(notes: &[(&str, &str, bool)], room: usize) -> UnitText {
        let plan = plan::read(PLAN.as_bytes()).expect("a plan");
        let note = |(words, text, replaces): &(&str, &str, bool)| {
            let start = PLAN.find(words).expect("words of the plan");
            let (span, otherwise) = (
                start..start + words.len(),
                text.ends_with(MARK).then(|| format!("line: {words}")),
            );
            Note {
                span,
                text: (*text).to_owned(),
                replaces: *replaces,
                otherwise,
            }
        };
        let span = trim_span(PLAN, 8..PLAN.len());
        set_in(&plan, span, notes.iter().map(note).collect(), room)
    }

    const CODE: &str = "```python\na = 1\n```";

    #[test]
    fn what_is_left_is_marked_where_the_plan_says_it_and_once() {
        let mark = format!(" {MARK}");
        let left = ("Add `count()`.", mark.as_str(), false);
        let shown = noted(
            &[
                ("Route it.", &mark, false),
                left,
                left,
                (CODE, "(code: stands)", true),
            ],
            1000,
        );
        let expected = format!(
            "## Phase 1: Count\n\n- [ ] Add `count()`. {MARK} Keep it short.\n\n(code: stands)\n\nRoute it. {MARK}"
        );
        assert_eq!(
            (shown.text.as_str(), shown.is_marked),
            (expected.as_str(), true)
        );
        assert_eq!(shown.left, Vec::<String>::new());
    }

    #[test]
    fn a_note_behind_code_has_a_line_of_its_own() {
        let shown = noted(&[(CODE, "(not placed: two places)", false)], 1000);
        assert!(
            shown
                .text
                .contains("```\n(not placed: two places)\n\nRoute it."),
            "{}",
            shown.text
        );
        assert!(!shown.is_marked);
    }

    #[test]
    fn what_is_cut_off_is_told_apart() {
        let mark = format!(" {MARK}");
        let shown = noted(
            &[
                ("Add `count()`.", &mark, false),
                ("Route it.", &mark, false),
            ],
            70,
        );
        assert_eq!(
            shown.text,
            format!("## Phase 1: Count\n\n- [ ] Add `count()`. {MARK} Keep it short.")
        );
        assert_eq!(shown.left, ["line: Route it."]);
        assert!(
            PLAN[shown.shown.end..].contains("a = 1"),
            "what is cut is cut at a line"
        );
    }
}
