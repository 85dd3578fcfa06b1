//! Collects changes to one text by byte range and makes the answer from them, so that every byte outside stays.
//!
//! ```text
//! text "a b c"     replace 2..3 by "x", insert "!" at 5     "a x c!", two edits
//!                  replace 2..3, replace 1..4               refused: both touch the same text
//!                  nothing                                  already applied
//! ```

use std::ops::Range;

use similar::{Algorithm, DiffTag};

use crate::{Applied, Edit, Evidence, Graft, Location, Reason, Refusal};

/// Changes to one text, staged together.
#[derive(Debug)]
pub(crate) struct Splice<'a> {
    text: &'a str,
    edits: Vec<Edit>,
    evidence: Vec<Evidence>,
}

impl<'a> Splice<'a> {
    /// Begins without any change.
    pub(crate) fn new(text: &'a str) -> Self {
        Splice {
            text,
            edits: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Stages a replacement; one that would change nothing is dropped.
    pub(crate) fn replace(&mut self, old: Range<usize>, new: impl Into<String>) {
        let new = new.into();
        if self.text.get(old.clone()) != Some(new.as_str()) {
            self.edits.push(Edit { old, new });
        }
    }

    /// Stages an insertion; several at one place keep the order in which they were staged.
    pub(crate) fn insert(&mut self, at: usize, new: impl Into<String>) {
        self.replace(at..at, new);
    }

    /// Adds a clause that says why a change stands where it stands.
    pub(crate) fn add_evidence(&mut self, evidence: impl Into<String>) {
        self.evidence.push(Evidence(evidence.into()));
    }

    /// Returns whether nothing is staged.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Makes the answer; nothing staged means that all stands already.
    pub(crate) fn finish(mut self) -> Graft {
        if self.edits.is_empty() {
            return Graft::AlreadyApplied;
        }
        self.edits
            // Stable, so that insertions at one place keep their order.
            .sort_by_key(|edit| (edit.old.start, edit.old.end));
        let mut text = String::with_capacity(self.text.len() + 256);
        let mut at = 0;
        for edit in &self.edits {
            let (Some(kept), Some(_)) = (
                self.text.get(at..edit.old.start),
                self.text.get(edit.old.clone()),
            ) else {
                return refuse_graft(
                    Reason::Conflict,
                    "two changes of this block touch the same text",
                );
            };
            text.push_str(kept);
            text.push_str(&edit.new);
            at = edit.old.end;
        }
        text.push_str(self.text.get(at..).unwrap_or_default());
        if text == self.text {
            return Graft::AlreadyApplied;
        }
        Graft::Applied(Applied {
            text,
            edits: self.edits,
            evidence: self.evidence,
        })
    }
}

/// Gives the file another content, in its own line ends and with its byte order mark.
///
/// Only the lines that differ become edits.
pub(crate) fn overwrite_content(text: &str, content: &str, why: &str) -> Graft {
    let mut new = content.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if !new.is_empty() && !new.ends_with('\n') {
        new.push('\n');
    }
    if text.contains("\r\n") {
        new = new.replace('\n', "\r\n");
    }
    if text.starts_with('\u{feff}') {
        new.insert(0, '\u{feff}');
    }
    let mut splice = Splice::new(text);
    for edit in edits_between(text, &new) {
        splice.replace(edit.old, edit.new);
    }
    splice.add_evidence(why);
    splice.finish()
}

/// Returns the line-wise changes that lead from one text to another.
pub(crate) fn edits_between(old: &str, new: &str) -> Vec<Edit> {
    let (old_lines, new_lines) = (split_lines(old), split_lines(new));
    let (old_starts, new_starts) = (line_starts(&old_lines), line_starts(&new_lines));
    similar::capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines)
        .into_iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            Edit {
                old: old_starts[from.start]..old_starts[from.end],
                new: new[new_starts[to.start]..new_starts[to.end]].to_owned(),
            }
        })
        .collect()
}

/// Returns the lines of a text, each with its line end.
fn split_lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Returns the first byte of each line, and the length of all as the last one.
fn line_starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = vec![0];
    for line in lines {
        at += line.len();
        starts.push(at);
    }
    starts
}

/// Returns a refusal without places.
pub(crate) fn refuse_graft(reason: Reason, message: impl Into<String>) -> Graft {
    Graft::Refused(new_refusal(reason, message))
}

/// Returns a refusal without places, to be given some.
pub(crate) fn new_refusal(reason: Reason, message: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        message: message.into(),
        candidates: Vec::new(),
        nearest: None,
    }
}

/// Returns the place of the line that holds byte `at`.
pub(crate) fn location_at(text: &str, at: usize) -> Location {
    let head = text.get(..at).unwrap_or(text);
    let start = head.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text
        .get(start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    Location {
        name: line.trim().to_owned(),
        line: head.bytes().filter(|&byte| byte == b'\n').count() + 1,
    }
}
