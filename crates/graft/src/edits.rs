//! Exact edits: old text for new, found by the line ladder, all of them or none.

use crate::splice::refuse;
use crate::{Graft, Reason};

/// One edit: the text that stands in the file and what is to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'a> {
    /// The text to find.
    pub old: &'a str,
    /// The text to put there.
    pub new: &'a str,
    /// Whether every occurrence is meant; else there must be exactly one.
    pub all: bool,
}

/// Replaces `old` by `new`: the one place where it stands, or every place with `all`.
///
/// Answers [`Graft::AlreadyApplied`] where only `new` stands, and refuses where the place can't be told.
#[must_use]
pub fn replace(text: &str, old: &str, new: &str, all: bool) -> Graft {
    apply_edits(text, &[Replacement { old, new, all }])
}

/// Applies every edit in order, each to what the ones before it left, or none at all.
#[must_use]
pub fn apply_edits(text: &str, edits: &[Replacement<'_>]) -> Graft {
    let _ = (text, edits);
    refuse(Reason::Unsupported, "exact edits are not placed yet")
}

/// Applies a block of `<<<<<<< SEARCH` / `=======` / `>>>>>>> REPLACE` sections, all or none.
pub(crate) fn apply_blocks(text: &str, block: &str) -> Graft {
    let _ = block;
    apply_edits(text, &[])
}
