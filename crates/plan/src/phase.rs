//! A unit of work of a plan: a phase, a task, a numbered section.

use serde::Serialize;

use crate::blocks::CodeBlock;
use crate::boxes::State;
use crate::changes::PlannedChange;
use crate::commands::PlannedCommand;
use crate::criteria::Criterion;
use crate::document::Span;
use crate::identity::{CheckboxId, PhaseId};
use crate::sentences::{Removal, Sentence};
use crate::spans::Passage;
use crate::steps::Step;

/// A unit of work: whatever the plan's dialect calls a phase, task or section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// Its number in the plan.
    pub id: PhaseId,
    /// The unit word as written ("Phase", "Task", "阶段"); empty for a free section.
    pub word: String,
    /// Its number as written: "2", "2.1", "1A", "T001".
    pub number: Option<String>,
    /// Its name without word, number, marks and box.
    pub title: String,
    /// The name that people use: "Phase 2.1", "T001", or the title.
    pub label: String,
    /// From its heading to the end of its content.
    pub span: Span,
    /// Its heading, or the first line of its item.
    pub heading: Span,
    /// By its heading's marks, else by its own boxes.
    pub state: State,
    /// The plan says that it may be left out.
    pub optional: bool,
    /// Units that must be finished first, as written.
    pub depends_on: Vec<String>,
    /// Paragraphs that belong to the unit itself.
    pub prose: Vec<Span>,
    /// The files that it names.
    pub changes: Vec<PlannedChange>,
    /// Its code blocks.
    pub blocks: Vec<CodeBlock>,
    /// Its commands.
    pub commands: Vec<PlannedCommand>,
    /// The criteria of a finished unit.
    pub criteria: Vec<Criterion>,
    /// Its steps in the document's order.
    pub steps: Vec<Step>,
    /// Its text from the first byte to the last, part by part; a nested unit is one part.
    pub passages: Vec<Passage>,
    /// Its sentences in the document's order, those of nested units not among them.
    pub sentences: Vec<Sentence>,
    /// The symbols that it asks to remove.
    pub removals: Vec<Removal>,
    /// Its boxes, those of its steps and criteria, not those of nested units.
    pub checkboxes: Vec<CheckboxId>,
    /// Units nested in it.
    pub phases: Vec<Phase>,
}
