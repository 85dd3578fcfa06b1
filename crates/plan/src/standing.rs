//! What a plan says of itself: draft, approved, superseded, done.

use serde::Serialize;

use crate::document::Span;

/// The plan's own mark: front matter `status:` or a `Status:` line near the top.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Standing {
    /// The status as written, without Markdown.
    pub word: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
    /// What it means for implementing.
    pub approval: Approval,
}

/// What a plan's mark means for implementing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// No mark, or one that says neither yes nor no.
    #[default]
    Unmarked,
    /// Approved, accepted, ready, active, in progress.
    Approved,
    /// Draft, proposed, rejected, superseded, abandoned, deprecated.
    Refused,
    /// Completed, done, implemented.
    Finished,
}
