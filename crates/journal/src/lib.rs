//! The durable record of runs: what happened, what was proven, and what every file was before.
//!
//! One SQLite database per repository, under `.backend-engineer/`, is the only memory between runs.
//! Whatever is recorded is on disk when the call returns, so that a run killed at any moment can be
//! read, and what it wrote can be undone byte for byte. What may be lost with the machine, though not
//! with the process, is recorded without that wait where a method says so.

mod identity;

mod event;

mod error;

mod digest;

mod folder;

mod originals;

mod store;

mod run;

mod journal;

mod undo;

pub use digest::hash;
pub use error::JournalError;
pub use event::{Event, FileAction, Severity, StepName, Verdict};
pub use identity::{OutputId, RunId};
pub use journal::{Journal, Recorded, RunState, RunSummary, Written};
pub use originals::Original;
pub use run::{Run, RunStart};
pub use undo::{UndoError, Undone, undo};
