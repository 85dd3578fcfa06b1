//! The words above a block: those right above it, those that lead to it, those that introduce it.

use super::{direction, language_of_fence};
use crate::changes::Asking;
use crate::inline::one_line;
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::paths::{FoundPath, find_paths, same_file};
use crate::rows::{Row, RowKind};

/// Returns the paragraph right above a block within its step; a label that names its file, or the title of a step, says
/// nothing of what becomes of it.
pub(super) fn leading_words(asking: &Asking<'_, '_>, row: usize, from: usize) -> String {
    let mut words = String::new();
    for before in asking.rows[from..row].iter().rev() {
        let RowKind::Line(first) = before.kind else {
            break;
        };
        let names = before.label.is_some()
            && before.topic.is_some_and(Topic::names_files)
            && asking.document.slice(&before.span).contains(['`', '/']);
        let own = asking.document.slice(&before.span);
        let title = (before.boxed || before.item.is_some())
            && !own.trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
        if names || title {
            break;
        }
        words = format!("{own}\n{words}");
        if first {
            break;
        }
    }
    words
}

/// Returns the words right above a block within its step.
pub(super) fn words_above(asking: &Asking<'_, '_>, row: usize, from: usize) -> String {
    let before = row
        .checked_sub(1)
        .filter(|before| *before >= from)
        .and_then(|before| asking.rows.get(before));
    match before {
        Some(Row {
            kind: RowKind::Line(_) | RowKind::Heading(_),
            span,
            ..
        }) => asking.document.slice(span).to_owned(),
        _ => String::new(),
    }
}

/// Returns the sentences and labels that introduce a block for a file, nearest last.
pub(super) fn introduction_of(
    asking: &Asking<'_, '_>,
    row: usize,
    (starts, path): (&[usize], &str),
) -> String {
    let from = starts.get(row).copied().unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    for at in (from..row).rev() {
        let before = &asking.rows[at];
        match before.kind {
            RowKind::Line(_) if direction::speaks_of_the_last(asking, at, starts) => {}
            RowKind::Line(_) | RowKind::Heading(_) => {
                lines.push(one_line(asking.document.slice(&before.span)))
            }
            RowKind::Code(fence) => {
                let shell = asking
                    .document
                    .fences
                    .get(fence)
                    .is_some_and(|fence| is_shell(&language_of_fence(&fence.info)));
                if !shell && !lines.is_empty() {
                    break;
                }
            }
            RowKind::Cells(_) | RowKind::Rule => break,
        }
        if lines.len() >= 8 {
            break;
        }
    }
    for at in [from, asking.rows[row].section.unwrap_or(from)] {
        let title = one_line(asking.document.slice(&asking.rows[at].span));
        if at < row
            && !matches!(asking.rows[at].kind, RowKind::Code(_))
            && !lines.contains(&title)
            && !leads_to_another_file(asking, (at, row), path)
        {
            // A title is a sentence of its own, whatever stands behind it.
            lines.push(title + "\n");
        }
    }
    lines.reverse();
    lines.join("\n")
}

/// Returns whether the words with which a step begins lead to another block than the one at a row, and name a file that is
/// not the row's: "In `a.ts`, below `x`, add:" says nothing of the block below "In `b.ts`, add:".
fn leads_to_another_file(asking: &Asking<'_, '_>, (at, row): (usize, usize), path: &str) -> bool {
    let first = &asking.rows[at];
    if path.is_empty() || !matches!(first.kind, RowKind::Line(_)) {
        return false;
    }
    let below = &asking.rows[at + 1..row];
    let next = below
        .iter()
        .find(|row| !matches!(row.kind, RowKind::Line(false)));
    let leads = next.is_some_and(|next| matches!(next.kind, RowKind::Code(_)));
    let named = find_paths(asking.document.slice(&first.span), 0, false);
    let is_own = |found: &FoundPath| same_file(&found.path, path);
    leads && !named.is_empty() && !named.iter().any(is_own)
}
