//! One block that shows what stands and, below it, what shall stand.
//!
//! ```text
//! # Before                two blocks: `limit = 10` (before)
//! limit = 10        →                 `limit = 20` (after)
//! # After
//! limit = 20
//! ```

use std::ops::Range;

use super::role::reads_mark;
use super::{CodeBlock, Role};
use crate::document::{Fence, Span};

/// Joins the lines of a half to its text, without blank lines around it.
fn join_lines(lines: &[&str]) -> String {
    let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
    format!("{}\n", text.trim_matches('\n'))
}

/// Returns the bytes of some lines of a fence; where it has no such line, the block's own end stands for it.
fn span_of_lines(block: &Span, fence: &Fence, lines: Range<usize>) -> Span {
    let start = fence
        .content
        .get(lines.start)
        .map_or(block.start, |line| line.start);
    let end = fence
        .content
        .get(lines.end.saturating_sub(1))
        .map_or(block.end, |line| line.end);
    start..end.max(start)
}

/// Returns a block whose comments tell a "before" and an "after" part, as two.
pub(super) fn split_halves(block: CodeBlock, fence: &Fence) -> Vec<CodeBlock> {
    let lines: Vec<&str> = block.text.lines().collect();
    let marks: Vec<(usize, bool)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| reads_mark(line).map(|old| (at, old)))
        .collect();
    let first = lines
        .iter()
        .position(|line| !line.trim().is_empty())
        .unwrap_or(0);
    let cut = |from: usize, to: usize| join_lines(&lines[from..to]);
    let place = |from: usize, to: usize| span_of_lines(&block.span, fence, from..to);
    match marks.as_slice() {
        [(old, true), (new, false)] if *old == first && *new > old + 1 && new + 1 < lines.len() => {
            let before = CodeBlock {
                text: cut(old + 1, *new),
                span: place(*old, *new),
                role: Role::Before { after: None },
                ..block.clone()
            };
            let after = CodeBlock {
                text: cut(new + 1, lines.len()),
                span: place(*new, lines.len()),
                role: Role::After { before: None },
                ..block
            };
            vec![before, after]
        }
        [(only, old)]
            if *only == first
                && only + 1 < lines.len()
                // "# New" is a heading there.
                && !matches!(block.language.as_str(), "markdown" | "md")
                && matches!(block.role, Role::Before { .. } | Role::After { .. }) =>
        {
            let role = if *old {
                Role::Before { after: None }
            } else {
                Role::After { before: None }
            };
            vec![CodeBlock {
                text: cut(only + 1, lines.len()),
                role,
                ..block
            }]
        }
        _ => vec![block],
    }
}
