//! Reads a Markdown implementation plan without losing a byte, and ticks its
//! boxes by changing one character each. Pure: no file, no process, no clock.

mod identity;

mod document;

mod inline;

mod languages;

mod topic;

mod vocabulary;

mod word_lists;

mod paths;

mod mention;

mod labels;

mod boxes;

mod naming;

mod approval;

mod dialects;

mod outline;

mod checkboxes;

mod rows;

mod basis;

mod changes;

mod commands;

mod criteria;

mod imports;

mod blocks;

mod steps;

mod sentences;

mod spans;

mod phase;

mod contents;

mod units;

mod implied;

mod diagnostics;

mod drawn;

mod reading;

mod roles;

mod select;

mod tick;

#[cfg(test)]
mod examples;

pub use approval::{Approval, ApprovalStatus};
pub use basis::Basis;
pub use blocks::{CodeBlock, FileOf, Role, Uncertainty};
pub use boxes::{Checkbox, State};
pub use changes::{Action, PlannedChange, is_in_many_folders, joins_both};
pub use commands::{
    Commit, Count, Doubt, Expect, ExpectedOutcome, Facts, Held, Of, PlannedCommand, Relation,
    Stands,
};
pub use criteria::{Criterion, CriterionKind};
pub use diagnostics::Diagnostic;
pub use document::{Location, Span, Unreadable};
pub use identity::{CheckboxId, PhaseId};
pub use phase::Phase;
pub use reading::{Bound, Plan, read};
pub use roles::{CommandReading, CommandRole, read as read_commands};
pub use select::Unselected;
pub use sentences::{Protected, Removal, Replacement, Sentence, SentenceClass};
pub use spans::{Passage, PassageKind};
pub use steps::{Part, Step, StepKind};
pub use tick::{Mark, TickError, TickFailure, Ticking, tick};
