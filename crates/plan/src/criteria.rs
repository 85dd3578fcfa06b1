//! What must hold when a unit is finished, and who can check it.

use serde::Serialize;

use crate::document::Span;
use crate::identity::CheckboxId;

/// One criterion of success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// Whether a machine or a person checks it.
    pub kind: CriterionKind,
    /// Its words, on one line.
    pub text: String,
    /// The item.
    pub span: Span,
    /// Indices into [`crate::Phase::commands`], or [`crate::Plan::commands`] for a criterion of the whole plan.
    pub commands: Vec<usize>,
    /// Its box.
    pub checkbox: Option<CheckboxId>,
}

/// Who can check a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// A command decides.
    Automated,
    /// A person decides.
    Manual,
}
