//! Cuts the words of a unit into sentences.
//!
//! `- Modify: `a.py` — add the key. It is read once.` is a label, a file and two
//! sentences. A sentence ends at a full stop behind which something new begins,
//! at a label, and with its paragraph; never inside a code span.

use std::ops::Range;

use crate::document::{Document, Span};
use crate::inline::{code_spans, read_label};
use crate::labels::Topic;
use crate::rows::{Row, RowKind};

use crate::vocabulary::{Use, is_dense, is_entry};

/// A sentence that is not judged yet.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    /// The row in which it begins.
    pub(super) row: usize,
    /// The row in which it ends.
    pub(super) last: usize,
    /// Its bytes.
    pub(super) span: Span,
    /// It begins its paragraph.
    pub(super) opens: bool,
    /// It ends its paragraph.
    pub(super) closes: bool,
}

/// Cuts every paragraph of the rows into sentences, in order.
pub(super) fn cut_sentences(document: &Document<'_>, rows: &[Row]) -> Vec<Cut> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let mut end = at + 1;
        if matches!(rows[at].kind, RowKind::Line(_)) {
            let same =
                |row: &Row| matches!(row.kind, RowKind::Line(false)) && row.piece == rows[at].piece;
            end += rows[end..].iter().take_while(|row| same(row)).count();
            cut_paragraph(document, rows, at..end, &mut found);
        }
        at = end;
    }
    found
}

fn cut_paragraph(document: &Document<'_>, rows: &[Row], range: Range<usize>, found: &mut Vec<Cut>) {
    let first = found.len();
    let mut start = range.start;
    for at in range.clone() {
        let next = at + 1;
        let labelled =
            |at: usize| read_label(document.slice(&rows[at].span)).is_some_and(|label| label.bold);
        // "**File**: `a.py`" ends with its line where the next one begins with a mark of its own: "**Changes**, as before:".
        let marked = |at: usize| document.slice(&rows[at].span).starts_with("**");
        let names = |row: &Row| row.label.is_some() && row.topic.is_some_and(Topic::names_files);
        if next == range.end
            || rows[next].label.is_some()
            || labelled(next)
            || names(&rows[at]) && marked(next)
        {
            cut_segment(document, rows, start..next, found);
            start = next;
        }
    }
    if let Some(cut) = found.get_mut(first) {
        cut.opens = true;
    }
    if found.len() > first
        && let Some(cut) = found.last_mut()
    {
        cut.closes = true;
    }
}

/// Cuts the lines from one label to the next.
fn cut_segment(document: &Document<'_>, rows: &[Row], range: Range<usize>, found: &mut Vec<Cut>) {
    let span = rows[range.start].span.start..rows[range.end - 1].span.end;
    let text = document.slice(&span);
    let mut from = 0;
    for end in sentence_ends(text) {
        let words = &text[from..end];
        let start = from + (words.len() - words.trim_start().len());
        let stop = start + words.trim().len();
        from = end;
        if !text[start..stop].chars().any(char::is_alphanumeric) {
            continue;
        }
        let bytes = span.start + start..span.start + stop;
        let row_of = |byte: usize| {
            range.start
                + rows[range.clone()]
                    .partition_point(|row| row.span.start <= byte)
                    .saturating_sub(1)
        };
        let (row, last) = (row_of(bytes.start), row_of(bytes.end.saturating_sub(1)));
        found.push(Cut {
            row,
            last,
            span: bytes,
            opens: false,
            closes: false,
        });
    }
}

/// Returns where the sentences of a text end, the last at its end.
pub(super) fn sentence_ends(text: &str) -> Vec<usize> {
    let mut code = code_spans(text, 0).into_iter().peekable();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut from = 0;
    for (at, letter) in text.char_indices() {
        while code.next_if(|span| span.outer.end <= at).is_some() {}
        if code.peek().is_some_and(|span| span.outer.contains(&at)) {
            continue;
        }
        let end = at + letter.len_utf8();
        match letter {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            '。' | '！' | '？' => found.push(end_with_marks(text, end)),
            '；' if depth == 0 => found.push(end),
            '.' | '!' | '?'
                if (depth == 0 || text[from..].starts_with(['(', '（']))
                    && is_full_stop(text, from, at) =>
            {
                found.push(end_with_marks(text, end));
            }
            _ => {}
        }
        if let Some(last) = found.last().filter(|last| **last > from) {
            from = *last;
            depth = 0;
        }
    }
    if found.last() != Some(&text.len()) {
        found.push(text.len());
    }
    found
}

/// Takes the marks that close an emphasis or a quotation to the sentence that they end.
fn end_with_marks(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    end + rest.len()
        - rest
            .trim_start_matches(['*', '_', ')', '"', '\'', '”', '’', '」', '）', '~'])
            .len()
}

/// Returns whether the sign at `at` ends the sentence that begins at `from`.
fn is_full_stop(text: &str, from: usize, at: usize) -> bool {
    let rest = &text[end_with_marks(text, at + 1)..];
    if !rest.starts_with(char::is_whitespace) && !rest.is_empty() {
        return false;
    }
    let next = rest
        .trim_start()
        .trim_start_matches(['*', '_', '(', '"', '[', '“'])
        .chars()
        .next();
    let fresh = next.is_none_or(|next| {
        next.is_uppercase() || next == '`' || is_dense(next) || !next.is_ascii()
    });
    let before = &text[from..at];
    let word = before
        .rsplit(|letter: char| letter.is_whitespace() || letter == '(')
        .next()
        .unwrap_or("");
    let lower = word.to_lowercase();
    let bare = word.trim_start_matches(['*', '_']);
    let lead = before[..before.len() - bare.len()].trim_end_matches([' ', '*', '_']);
    // "1. " and "**1. " count, as does what a label leads to ("Files: 2. "); "J. " is somebody, "e.g. " goes on.
    let short = !bare.is_empty()
        && bare.chars().all(|letter| letter.is_ascii_digit())
        && (lead.is_empty() || lead.ends_with([':', '：']))
        || word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    fresh && !short && !is_entry(&lower, Use::Abbreviation)
}
