//! Puts code that a plan spells out into a file, by structure, or refuses and says why.
//!
//! ```text
//! file                    block               words            answer
//! class A: ...            def b(self): ...    "Add to `A`"     Applied: the text with `b` in `A`, its edits, why
//! class A with `b`        def b(self): ...    "Add to `A`"     AlreadyApplied, if it is the same `b`
//! A and B, both with `b`  def b(self): ...                     Refused, with both as candidates
//! ```
//!
//! Pure: text in, text out. The modules stand in the order in which they build on one another.

#![forbid(unsafe_code)]

mod snippet;

mod splice;

mod fuzzy;

mod edits;

mod diff;

mod markers;

mod block;

mod labelled;

mod languages;

mod items;

mod exports;

mod routes;

mod names;

mod compare;

mod layout;

mod prose;

mod formats;

mod enclosing;

mod sorts;

mod neighbours;

mod imports;

mod merge;

mod targets;

mod loose;

mod reading;

mod content;

mod check;

mod structure;

mod sketch;

mod stale;

mod apply;

pub use apply::{adds_the_missing, apply, breaks_names, replace_at};
pub use content::opens_with_address;
pub use diff::{FileChange, FileDiff, apply_diff, split_diff};
pub use edits::{Replacement, apply_edits, apply_replacement};
pub use formats::{count_entries, entry_name};
pub use snippet::{
    Applied, Context, Edit, Evidence, File, Graft, Intent, Location, Reason, Refusal, Snippet,
};
