//! The bytes of a plan as text, and its Markdown as a flat run of pieces with
//! their places: headings, paragraphs, code, table rows, and the list items around them.

mod fences;
mod mask;
mod tags;

mod pieces;

use std::ops::Range;

use serde::Serialize;

pub(crate) use fences::Fence;
pub(crate) use pieces::{Item, Piece, PieceKind, box_at};
pub(crate) use tags::Tags;

/// Byte offsets into [`crate::Plan::text`].
pub type Span = Range<usize>;

/// The most bytes that a plan may have.
pub(crate) const LIMIT: usize = 16 * 1024 * 1024;

/// A place for people: line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1; a byte order mark counts for none.
    pub column: usize,
}

/// Why some bytes are not a plan at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No bytes, or only white space.
    #[error("the plan is empty: write the plan first, or name another file")]
    Empty,
    /// Bytes that are not UTF-8; the place of the first, from 1.
    #[error(
        "the plan is not UTF-8 (line {line}, column {column}): convert it, e.g. with `iconv -t UTF-8`"
    )]
    NotUtf8 {
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Column of it in bytes, from 1.
        column: usize,
    },
    /// More bytes than a plan may have.
    #[error(
        "the plan has {bytes} bytes, more than the {limit} that are read: split it, or name another file"
    )]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
}

/// The Markdown of a plan.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    /// The whole text, byte order mark and front matter included.
    pub(crate) text: &'t str,
    /// Content of the front matter, without its fences.
    pub(crate) front: Option<Span>,
    /// Code fences in order.
    pub(crate) fences: Vec<Fence>,
    /// List items in order of their start.
    pub(crate) items: Vec<Item>,
    /// Everything that is not blank, in order.
    pub(crate) pieces: Vec<Piece>,
    /// The elements that stand for headings and labels.
    pub(crate) tags: Tags,
}

impl<'t> Document<'t> {
    /// Reads the Markdown of `text`.
    pub(crate) fn read(text: &'t str) -> Self {
        let start = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        let (front, body) = front_matter(text, start);
        let mut fences = fences::find_fences(text, body);
        let comments = mask::find_comments(text, body, &fences);
        let masked = mask::mask_body(text, body, (&fences, &comments));
        let tags = tags::find_tags(text, body, &fences);
        // What a comment holds is no part of the plan.
        fences.retain(|fence| {
            let holds =
                |comment: &Span| comment.start < fence.span.start && fence.span.end < comment.end;
            !comments.iter().any(holds)
        });
        let (items, pieces) = pieces::split_pieces(
            text,
            body,
            &pieces::Source {
                masked: &masked,
                fences: &fences,
                tags: &tags,
            },
        );
        Document {
            text,
            front,
            fences,
            items,
            pieces,
            tags,
        }
    }

    /// Returns the characters of a span; empty where the span is no part of the text.
    pub(crate) fn slice(&self, span: &Span) -> &'t str {
        self.text.get(span.clone()).unwrap_or("")
    }

    /// Returns the indices of the pieces whose start lies in `span`.
    pub(crate) fn pieces_in(&self, span: &Span) -> Range<usize> {
        let first = self
            .pieces
            .partition_point(|piece| piece.span.start < span.start);
        let end = self
            .pieces
            .partition_point(|piece| piece.span.start < span.end);
        first..end.max(first)
    }

    /// Returns the items around a piece, innermost first.
    pub(crate) fn items_around(&self, piece: &Piece) -> Vec<usize> {
        let mut around = Vec::new();
        let mut next = piece.item;
        while let Some(index) = next {
            around.push(index);
            next = self.items.get(index).and_then(|item| item.parent);
        }
        around
    }
}

/// Returns the text as UTF-8, or why it is no plan.
pub(crate) fn decode_text(bytes: &[u8]) -> Result<&str, Unreadable> {
    if bytes.len() > LIMIT {
        return Err(Unreadable::TooLarge {
            bytes: bytes.len(),
            limit: LIMIT,
        });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before
                .iter()
                .rev()
                .take_while(|byte| **byte != b'\n')
                .count()
                + 1;
            return Err(Unreadable::NotUtf8 { line, column });
        }
    };
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        Err(Unreadable::Empty)
    } else {
        Ok(text)
    }
}

/// Returns line and column of a byte; beyond the end, the end.
pub(crate) fn location_of(text: &str, offset: usize) -> Location {
    let end = (0..=offset.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[start..]
        .chars()
        .filter(|letter| *letter != '\u{feff}')
        .count()
        + 1;
    Location { line, column }
}

/// Returns the lines of `text` from `start` on: their spans without line ends.
pub(crate) fn line_spans(text: &str, start: usize) -> impl Iterator<Item = Span> + '_ {
    let mut at = start;
    text[start..].split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        begin..begin + line.trim_end_matches('\n').trim_end_matches('\r').len()
    })
}

/// Front matter between `---` lines at the very start: its content, and where the body begins.
fn front_matter(text: &str, start: usize) -> (Option<Span>, usize) {
    let mut rows = line_spans(text, start);
    let Some(first) = rows.next() else {
        return (None, start);
    };
    if text[first.clone()].trim_end() != "---" {
        return (None, start);
    }
    let begin = text[first.end..]
        .find('\n')
        .map_or(text.len(), |at| first.end + at + 1);
    for row in rows.take(200) {
        if matches!(text[row.clone()].trim_end(), "---" | "...") {
            let body = text[row.end..]
                .find('\n')
                .map_or(text.len(), |at| row.end + at + 1);
            return (Some(begin..row.start), body);
        }
        let words = text[row].trim_end();
        let plain =
            words.is_empty() || words.starts_with([' ', '\t', '-', '#']) || words.contains(':');
        if !plain {
            break;
        }
    }
    (None, start)
}
