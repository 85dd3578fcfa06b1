//! The durable record of runs: what happened, what was proven, and what every file was before.
//!
//! One SQLite database per repository, under `.backend-engineer/`, is the only memory between runs.
//! Whatever is recorded outlives the process when the call returns, so that a run killed at any
//! moment can be read, and what it wrote can be undone byte for byte. The machine it outlives in
//! the same order: what a run writes to the user's files is noted on the disk first, with all that
//! was recorded before it.

mod identity;

mod evidence;

mod event;

mod error;

mod digest;

mod folder;

mod disk;

mod originals;

mod store;

mod run;

mod journal;

mod undo;

pub use digest::{Digest, hash, hash_of};
pub use disk::{Disk, NewState, NotPlaced, Placement, RealDisk, apply_all};
pub use error::JournalError;
pub use event::{Event, FileAction, Severity, StepName};
pub use evidence::{
    Basis, CheckResult, Condition, Evidence, EvidenceId, FoundEvidence, ItemKind, ItemName,
    Subject, TestResult, UnitName, Verdict,
};
pub use identity::{OutputId, RunId, now_ms, written_time};
pub use journal::{Journal, Recorded, RunState, RunSummary, Written};
pub use originals::Original;
pub use run::{Run, RunStart};
pub use undo::{UndoError, Undone, undo_on, undo_run};
