//! The words above a block: those right above it, those that lead to it, those that introduce it.

use super::{direction, language_of_fence};
use crate::changes::Asking;
use crate::inline::{CodeSpan, code_spans, one_line};
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::mention::{Mention, read_mention};
use crate::paths::{FoundPath, as_path, find_paths, same_file};
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

/// Returns the words above a block of the file `path`; none where all they do is to spare other files: "Do not touch `b.py`."
/// A colon leads to the block.
pub(super) fn without_spared(words: String, path: &str) -> String {
    let spans = code_spans(&words, 0);
    let is_spared = |span: &CodeSpan| {
        let other = as_path(&words[span.inner.clone()], true);
        other.is_some_and(|(other, _)| !same_file(path, &other) && !same_file(&other, path))
            && read_mention(&words, &span.outer) == Mention::Spared
    };
    let line = words.trim_end();
    // The full stop behind a path ends a sentence, too.
    let one = !line.contains(". ") && !line.trim_end_matches('。').contains('。');
    let leads = line.ends_with([':', '：']);
    let all = !path.is_empty() && !spans.is_empty() && spans.iter().all(is_spared);
    if all && one && !leads {
        String::new()
    } else {
        words
    }
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

#[cfg(test)]
mod tests {
    use super::without_spared;

    #[test]
    fn words_that_only_spare_other_files_say_nothing_of_the_block() {
        for words in [
            "Do not touch `app/b.py`.",
            "Leave `app/b.py` alone.",
            "`app/b.py` nicht anfassen.",
            "Ne pas modifier `src/b.ts`.",
        ] {
            assert_eq!(without_spared(words.to_owned(), "app/a.py"), "", "{words}");
        }
        for words in [
            "Do not touch `app/a.py`.",
            "Do not write it like this:",
            "Do not touch `app/b.py`:",
            "Do not touch `run` of `app/b.py`.",
            "Do not touch `app/b.py`. Do not write this.",
            "In `app/b.py`, add:",
        ] {
            assert_eq!(without_spared(words.to_owned(), "app/a.py"), words);
        }
    }
}
