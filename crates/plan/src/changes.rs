//! The files that a unit names, and what shall happen to each.

use serde::Serialize;

use crate::document::Span;
use crate::identity::CheckboxId;

/// What shall happen to a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is to be made.
    Create,
    /// It is there and to be changed.
    Modify,
    /// It is to be removed.
    Delete,
    /// It is to be moved.
    Rename {
        /// The new path, as written.
        to: String,
    },
    /// The plan names it without saying what shall happen.
    #[default]
    Unstated,
}

/// One file of a unit. A path named several times in a unit is one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedChange {
    /// The path as written: ticks and notes taken off, no `./`, `/` between folders.
    pub path: String,
    /// The bytes of the path in the text.
    pub span: Span,
    /// What shall happen to the file.
    pub action: Action,
    /// Named as the test file, or a test by its name.
    pub test: bool,
    /// No single file: a placeholder, a glob or a folder.
    pub pattern: bool,
    /// First and last line that the plan names, from 1.
    pub lines: Option<(usize, usize)>,
    /// What is said about it: note behind the path, `**Changes**:` line, bullets below.
    pub prose: String,
    /// Indices into [`crate::Phase::blocks`] of the blocks for this file, in order.
    pub blocks: Vec<usize>,
    /// The box in whose item the file is named.
    pub checkbox: Option<CheckboxId>,
}
