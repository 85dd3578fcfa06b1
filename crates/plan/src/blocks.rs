//! Code blocks of a unit: what part each plays, and which file it is for.

use serde::Serialize;

use crate::document::Span;

/// A fenced (or indented) code block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeBlock {
    /// The language of the fence, lower case; empty if none.
    pub language: String,
    /// Everything behind the opening fence, as written.
    pub info: String,
    /// The content: fence indentation and quote marks taken off, `\n` line ends, final newline kept.
    pub text: String,
    /// The whole fence.
    pub span: Span,
    /// What part the block plays.
    pub role: Role,
    /// The file it is for.
    pub file: FileOf,
    /// The sentences and labels that introduce it, nearest last.
    pub prose: String,
    /// First and last line said for this block, from 1.
    pub lines: Option<(usize, usize)>,
}

/// What part a code block plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Code to stand in a file.
    #[default]
    Code,
    /// What stands there now.
    Before {
        /// Index in [`crate::Phase::blocks`] of the block that replaces it.
        after: Option<usize>,
    },
    /// What shall stand there instead.
    After {
        /// Index in [`crate::Phase::blocks`] of the block that it replaces.
        before: Option<usize>,
    },
    /// A unified diff, or lines marked `+` and `-`.
    Diff,
    /// `<<<<<<< SEARCH` … `>>>>>>> REPLACE`.
    SearchReplace,
    /// Commands.
    Shell,
    /// What a command is expected to print.
    Output,
    /// Shown, not to be placed: a sample response, a directory tree, a diagram.
    Example,
}

/// The file that a block is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOf {
    /// Index into [`crate::Phase::changes`].
    Change(usize),
    /// No file of the unit fits.
    #[default]
    Nowhere,
    /// Two or more fit equally; indices into [`crate::Phase::changes`].
    Between(Vec<usize>),
}
