//! Ways in which something that was read from a plan is known.

use serde::Serialize;

/// A way in which something is known; of two, the smaller one is the better known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// By a form of the plan's dialect: a label, a list of files, a heading, a block's first line.
    #[default]
    Stated,
    /// By evidence in the tree that has one answer.
    Identified,
    /// By the prose.
    Worded,
}
