//! Checkboxes: where they stand, what mark they bear and what it means.

use serde::Serialize;

use crate::document::Span;
use crate::identity::{CheckboxId, PhaseId};

/// The progress of a unit or an item, by its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not begun, or nothing says otherwise.
    #[default]
    Open,
    /// Begun: `[-]`, `[>]`, `[~]`, `🟡`, "(in progress)".
    InProgress,
    /// Finished: `[x]`, `✅`, "(DONE)".
    Done,
    /// Left out on purpose: struck through, "(skipped)", "(deferred)".
    Skipped,
}

/// One checkbox outside every code fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkbox {
    /// Its index in [`crate::Plan::checkboxes`].
    pub id: CheckboxId,
    /// The character between the brackets, or the sign itself (`☐`, `✅`).
    pub mark: char,
    /// The bytes of that one character.
    pub mark_span: Span,
    /// The words behind the box, first paragraph, on one line, Markdown kept.
    pub text: String,
    /// The whole item's first paragraph, from its marker to its end.
    pub span: Span,
    /// The state by the mark, or by a note like "skipped" behind it.
    pub state: State,
    /// The innermost unit that the box belongs to.
    pub phase: Option<PhaseId>,
    /// The number of list items with a box around it.
    pub depth: usize,
}
/// Returns what the mark of a box says.
pub(crate) fn state_of_mark(mark: char) -> State {
    match mark {
        'x' | 'X' | '✓' | '✔' | '✅' | '☑' => State::Done,
        '-' | '>' | '/' | '.' | '~' => State::InProgress,
        _ => State::Open,
    }
}
