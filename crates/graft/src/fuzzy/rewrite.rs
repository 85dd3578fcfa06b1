//! Rewrites a block where it was found: kept lines keep their bytes, new lines take the text's own habits.
//!
//! ```text
//! text          block, before → after         result
//! a = 1·        a = 1      a = 1              a = 1·      kept with the blank behind it
//! b = 2         b = 2      b = 3              b = 3
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use similar::{Algorithm, DiffTag};

use super::indent::{Habit, Shown, leading_blanks, lost_columns, translate_indentation};
use super::{Hit, Lines, Tier, fold_typography};
use crate::splice::{Splice, new_refusal};
use crate::{Reason, Refusal};

/// One line of a change to a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// The block's next line stays.
    Keep,
    /// The block's next line goes.
    Drop,
    /// A new line comes here.
    Add(String),
}

/// Returns the change that makes `new` of `old`.
///
/// Lines that differ in trailing blanks only are the same, so that they are kept.
pub(crate) fn line_ops(old: &[String], new: &[String]) -> Vec<Op> {
    let trimmed = |lines: &[String]| {
        lines
            .iter()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    let mut ops = Vec::new();
    for op in similar::capture_diff_slices(Algorithm::Myers, &trimmed(old), &trimmed(new)) {
        if op.tag() == DiffTag::Equal {
            ops.extend(op.old_range().map(|_| Op::Keep));
        } else {
            ops.extend(op.old_range().map(|_| Op::Drop));
            ops.extend(new[op.new_range()].iter().cloned().map(Op::Add));
        }
    }
    ops
}

/// Replaced lines of the text, and what stands there then.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    lines: Range<usize>,
    new: Vec<String>,
}

/// A block's change at one of the places where it was found.
pub(crate) struct Rewrite<'a> {
    pub(crate) tier: Tier,
    pub(crate) hit: &'a Hit,
    /// The lines of the block as it was.
    pub(crate) block: &'a [String],
    pub(crate) ops: &'a [Op],
    /// The indentation that other blocks of the same source were found to have lost.
    pub(crate) lost: Option<usize>,
}

/// Stages a block's change.
///
/// # Errors
/// A refusal where the new lines' indentation can't be told.
pub(crate) fn rewrite_hit(
    text: &Lines<'_>,
    rewrite: &Rewrite<'_>,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let Rewrite { hit, ops, .. } = *rewrite;
    let mut added = adapt_new_lines(text, rewrite)?.into_iter();
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    let mut next = hit.lines.start;
    let mut aligned = hit.aligned.iter().copied();
    for op in ops {
        if let Op::Add(_) = op {
            let run = open.get_or_insert_with(|| Run {
                lines: next..next,
                new: Vec::new(),
            });
            run.new.extend(added.next());
            continue;
        }
        let Some(line) = aligned.next().flatten() else {
            continue;
        };
        next = line + 1;
        if *op == Op::Keep {
            runs.extend(close_run(text, open.take(), line));
        } else if let Some(run) = open.as_mut() {
            run.lines.end = line + 1;
        } else {
            open = Some(Run {
                lines: line..line + 1,
                new: Vec::new(),
            });
        }
    }
    runs.extend(close_run(text, open.take(), hit.lines.end));
    for run in runs {
        stage_lines(text, run.lines, &run.new, into);
    }
    Ok(())
}

/// Ends a run before line `next`: blank lines of the text that the block doesn't show are not doubled.
fn close_run(text: &Lines<'_>, run: Option<Run>, next: usize) -> Option<Run> {
    let mut run = run?;
    let blank = |line: usize| text.get(line).trim().is_empty();
    let follows = (run.lines.end..next)
        .take_while(|&line| blank(line))
        .count();
    if follows > 0 {
        while run.new.last().is_some_and(|line| line.trim().is_empty()) {
            run.new.pop();
        }
        // Removed lines with a blank line on both sides leave one of them.
        let emptied = run.new.is_empty() && !run.lines.is_empty();
        if emptied && run.lines.start > 0 && blank(run.lines.start - 1) {
            run.lines.end += follows;
        }
    }
    (!run.lines.is_empty() || !run.new.is_empty()).then_some(run)
}

/// Returns the new lines in the text's own habits: its indentation, and its plain characters where the block shows
/// typographic ones.
fn adapt_new_lines(text: &Lines<'_>, rewrite: &Rewrite<'_>) -> Result<Vec<String>, Refusal> {
    let Rewrite {
        tier, hit, lost, ..
    } = *rewrite;
    let (shown, chars) = align_shown_lines(text, rewrite);
    let added = || {
        shown
            .iter()
            .enumerate()
            .filter(|(_, shown)| shown.real.is_none())
    };
    let habit = Habit::of_lines(text.iter());
    let above: Vec<&str> = (0..hit.lines.start).map(|line| text.get(line)).collect();
    let indents = translate_indentation(&shown, &habit, &above, lost).ok_or_else(|| {
        new_refusal(
            Reason::Unclear,
            "the block's indentation is not the file's, and that of its new lines can't be told",
        )
    })?;
    let body = |line: &str| {
        line.trim()
            .chars()
            .map(|shown| chars.get(&shown).copied().unwrap_or(shown))
            .collect::<String>()
    };
    let dressed = |(at, shown): (usize, &Shown<'_>)| {
        // Found with its own indentation: a new line that needs none of the text's is taken byte
        // for byte.
        let untouched = tier < Tier::Indentation && indents[at] == leading_blanks(shown.line);
        if untouched {
            shown.line.trim_end_matches('\r').to_owned()
        } else {
            indents[at].clone() + &body(shown.line)
        }
    };
    Ok(added().map(dressed).collect())
}

/// Returns the block's lines of before and after the change, each beside the text's own where it is one of its, and the plain
/// characters that the text has for typographic ones of the block.
fn align_shown_lines<'a>(
    text: &Lines<'a>,
    rewrite: &Rewrite<'a>,
) -> (Vec<Shown<'a>>, BTreeMap<char, char>) {
    let mut shown = Vec::new();
    let mut chars = BTreeMap::new();
    let mut at = 0;
    for op in rewrite.ops {
        if let Op::Add(line) = op {
            shown.push(Shown {
                line,
                real: None,
                stays: true,
            });
            continue;
        }
        let aligned = rewrite.hit.aligned.get(at).copied().flatten();
        let real = aligned.map(|line| text.get(line));
        let line = rewrite
            .block
            .get(at)
            .map(String::as_str)
            .unwrap_or_default();
        at += 1;
        learn_chars(line, real.unwrap_or_default(), &mut chars);
        shown.push(Shown {
            line,
            real: real.or(Some(line)),
            stays: *op == Op::Keep,
        });
    }
    (shown, chars)
}

/// Returns the indentation that a block was found to have lost at a place.
pub(crate) fn lost_at(text: &Lines<'_>, hit: &Hit, block: &[String]) -> Option<usize> {
    let pairs: Vec<(&str, &str)> = block
        .iter()
        .zip(&hit.aligned)
        .filter_map(|(line, at)| Some((line.as_str(), text.get((*at)?))))
        .collect();
    lost_columns(&pairs)
}

/// Notes which typographic characters of the block are plain ones in the text.
fn learn_chars(shown: &str, real: &str, chars: &mut BTreeMap<char, char>) {
    let (shown, real): (Vec<char>, Vec<char>) = (
        shown.trim().chars().collect(),
        real.trim().chars().collect(),
    );
    // Lines of another length have no signs that answer one another.
    if shown.len() == real.len() {
        let same = |shown: char, real: char| {
            fold_typography(&shown.to_string()) == fold_typography(&real.to_string())
        };
        chars.extend(
            shown
                .into_iter()
                .zip(real)
                .filter(|&(shown, real)| shown != real && same(shown, real)),
        );
    }
}

/// Stages whole lines in the place of others, with the text's line end, its last line's habit kept.
///
/// A text that ends without a line end ends without one afterwards, too.
pub(crate) fn stage_lines(
    text: &Lines<'_>,
    lines: Range<usize>,
    new: &[String],
    into: &mut Splice<'_>,
) {
    let end = text.line_end();
    let open_end =
        lines.end == text.len() && text.len() > 0 && text.end(text.len() - 1) == text.text.len();
    let joined = new.join(end);
    let from = text.line_start(lines.start);
    if !open_end {
        let to = text.line_start(lines.end);
        into.replace(from..to, if new.is_empty() { joined } else { joined + end });
    } else if lines.is_empty() {
        into.insert(text.text.len(), format!("{end}{joined}"));
    } else if new.is_empty() && lines.start > 0 {
        into.replace(text.end(lines.start - 1)..text.text.len(), String::new());
    } else {
        into.replace(from..text.text.len(), joined);
    }
}
