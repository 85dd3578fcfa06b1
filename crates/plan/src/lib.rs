//! Reads a Markdown implementation plan without losing a byte, and ticks its
//! boxes by changing one character each. Pure: no file, no process, no clock.

mod blocks;
mod boxes;
mod changes;
mod commands;
mod criteria;
mod document;
mod identity;
mod phase;
mod reading;
mod select;
mod standing;
mod steps;
mod tick;

pub use blocks::{CodeBlock, FileOf, Role};
pub use boxes::{Checkbox, State};
pub use changes::{Action, PlannedChange};
pub use commands::{Commit, Doubt, Expect, ExpectedOutcome, PlannedCommand};
pub use criteria::{Criterion, CriterionKind};
pub use document::{Place, Span, Unreadable};
pub use identity::{CheckboxId, PhaseId};
pub use phase::Phase;
pub use reading::{Bound, Diagnostic, Plan, read};
pub use select::Unselected;
pub use standing::{Approval, Standing};
pub use steps::{Part, Step, StepKind};
pub use tick::{Mark, TickError, TickFailure, Ticking, tick};
