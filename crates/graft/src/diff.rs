//! Unified diffs by content: line numbers and counts are ignored, the lines themselves must be there.

use crate::splice::refuse;
use crate::{Graft, Reason};

/// The part of a diff that speaks of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDiff<'a> {
    /// Path before the change, without `a/`; `None` where the diff creates the file or names none.
    pub old_path: Option<&'a str>,
    /// Path after the change, without `b/`; `None` where the diff deletes the file or names none.
    pub new_path: Option<&'a str>,
    /// The part's own text, headers and hunks.
    pub text: &'a str,
}

/// Splits a diff into its files, in order; a diff without headers is one part without paths.
#[must_use]
pub fn split_diff(diff: &str) -> Vec<FileDiff<'_>> {
    vec![FileDiff { old_path: None, new_path: None, text: diff }]
}

/// Applies the part of `diff` that speaks of `path` to `text` (`None` where no file stands).
///
/// A deletion answers with empty text and says so in its evidence.
#[must_use]
pub fn apply_diff(text: Option<&str>, diff: &str, path: &str) -> Graft {
    let _ = (text, diff, path);
    refuse(Reason::Unsupported, "unified diffs are not placed yet")
}
