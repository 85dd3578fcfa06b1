//! Rewrites a block where it was found: kept lines keep their bytes, new lines take the text's own habits.

use std::collections::BTreeMap;
use std::ops::Range;

use similar::{Algorithm, DiffTag};

use super::indent::{Indents, leading};
use super::{Found, Hit, Lines, Tier, fold};
use crate::splice::Splice;

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

/// The change that makes `new` of `old`.
pub(crate) fn line_ops(old: &[String], new: &[String]) -> Vec<Op> {
    let trimmed = |lines: &[String]| lines.iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
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

/// Stages a block's change at one of the places where it was found.
pub(crate) fn rewrite(text: &Lines<'_>, found: &Found, hit: &Hit, block: &[String], ops: &[Op], into: &mut Splice<'_>) {
    let habits = Habits::learn(text, found.tier, hit, block);
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<Run> = None;
    let mut next = hit.lines.start;
    let mut at = 0;
    for op in ops {
        match op {
            Op::Keep => {
                if let Some(line) = hit.aligned.get(at).copied().flatten() {
                    runs.extend(close(text, open.take(), line));
                    next = line + 1;
                }
                at += 1;
            }
            Op::Drop => {
                if let Some(line) = hit.aligned.get(at).copied().flatten() {
                    match open.as_mut() {
                        Some(run) => run.lines.end = line + 1,
                        None => open = Some(Run { lines: line..line + 1, new: Vec::new() }),
                    }
                    next = line + 1;
                }
                at += 1;
            }
            Op::Add(line) => {
                let run = open.get_or_insert_with(|| Run { lines: next..next, new: Vec::new() });
                run.new.push(habits.dress(at, line));
            }
        }
    }
    runs.extend(close(text, open.take(), hit.lines.end));
    for run in runs {
        stage_lines(text, run.lines, &run.new, into);
    }
}

/// Ends a run before line `next`: blank lines of the text that the block doesn't show are not doubled.
fn close(text: &Lines<'_>, run: Option<Run>, next: usize) -> Option<Run> {
    let mut run = run?;
    let blank = |line: usize| text.get(line).trim().is_empty();
    let follows = (run.lines.end..next).take_while(|&line| blank(line)).count();
    if follows > 0 {
        while run.new.last().is_some_and(|line| line.trim().is_empty()) {
            run.new.pop();
        }
        let emptied = run.new.is_empty() && !run.lines.is_empty();
        if emptied && run.lines.start > 0 && blank(run.lines.start - 1) {
            run.lines.end += follows;
        }
    }
    (!run.lines.is_empty() || !run.new.is_empty()).then_some(run)
}

/// What the text does otherwise than the block.
struct Habits {
    indents: Indents,
    chars: BTreeMap<char, char>,
    literal: bool,
}

impl Habits {
    fn learn(text: &Lines<'_>, tier: Tier, hit: &Hit, block: &[String]) -> Self {
        let mut habits =
            Habits { indents: Indents::default(), chars: BTreeMap::new(), literal: tier < Tier::Indentation };
        if habits.literal {
            return habits;
        }
        for (at, (line, aligned)) in block.iter().zip(&hit.aligned).enumerate() {
            let Some(there) = aligned.map(|line| text.get(line)).filter(|there| !there.trim().is_empty()) else {
                continue;
            };
            habits.indents.learn(at, line, there);
            let (shown, real): (Vec<char>, Vec<char>) = (line.trim().chars().collect(), there.trim().chars().collect());
            if shown.len() == real.len() {
                habits.chars.extend(shown.into_iter().zip(real).filter(|(shown, real)| shown != real));
            }
        }
        habits
    }

    fn dress(&self, at: usize, line: &str) -> String {
        if self.literal || line.trim().is_empty() {
            return line.trim_end_matches('\r').to_owned();
        }
        let indent = self.indents.translate(at, leading(line));
        let plain = |shown: char| {
            self.chars.get(&shown).copied().filter(|real| fold(&shown.to_string()) == fold(&real.to_string()))
        };
        let body: String = line.trim_start().chars().map(|shown| plain(shown).unwrap_or(shown)).collect();
        indent + &body
    }
}

/// Stages whole lines in the place of others, with the text's line end, its last line's habit kept.
pub(crate) fn stage_lines(text: &Lines<'_>, lines: Range<usize>, new: &[String], into: &mut Splice<'_>) {
    let end = text.line_end();
    let open_end = lines.end == text.len() && text.len() > 0 && text.end(text.len() - 1) == text.text.len();
    let joined = new.join(end);
    let from = text.start(lines.start);
    if !open_end {
        let to = text.start(lines.end);
        into.replace(from..to, if new.is_empty() { joined } else { joined + end });
    } else if lines.is_empty() {
        into.insert(text.text.len(), format!("{end}{joined}"));
    } else if new.is_empty() && lines.start > 0 {
        into.replace(text.end(lines.start - 1)..text.text.len(), String::new());
    } else {
        into.replace(from..text.text.len(), joined);
    }
}
