//! The parts of a run, by how long they last: what is fixed for the run ([`RunContext`]), what it works on
//! ([`Workspace`]), where it is recorded ([`Recorder`]), and what lasts for one unit only ([`UnitState`]).

mod scratch;
mod witness;
mod output;

mod recorder;
mod context;
mod promotable;
mod workspace;
mod unit_state;
mod resumed;

pub(crate) use context::{RunContext, RunOptions, RunRequest};
pub(crate) use promotable::Promotable;
pub(crate) use recorder::{Emitted, Listener, Recorder};
pub(crate) use resumed::Resumed;
pub(crate) use unit_state::UnitState;
pub(crate) use witness::JournalWitness;
pub(crate) use workspace::{Belonging, ToRun, Workspace, last_lines};
