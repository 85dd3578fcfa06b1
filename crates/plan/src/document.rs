//! The bytes of a plan as text, and places in it.

use std::ops::Range;

use serde::Serialize;

/// Byte offsets into [`crate::Plan::text`].
pub type Span = Range<usize>;

/// A place for people: line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
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
    #[error("the plan is not UTF-8 (line {line}, column {column}): convert it, e.g. with `iconv -t UTF-8`")]
    NotUtf8 {
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Column of it in bytes, from 1.
        column: usize,
    },
    /// More bytes than a plan may have.
    #[error("the plan has {bytes} bytes, more than the {limit} that are read: split it, or name another file")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
}
