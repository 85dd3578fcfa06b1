//! The parts of a run, by how long they last: what is fixed for the run ([`RunContext`]), what it works on
//! ([`Workspace`]), where it is recorded ([`Recorder`]), and what lasts for one unit only ([`UnitState`]).

mod scratch;
mod original_store;
mod output;

mod recorder;
mod context;
mod promotable;
mod workspace;
mod unit_state;
mod resumed;

pub(crate) use context::{RunContext, RunOptions, RunRequest};
pub(crate) use original_store::JournalOriginals;
pub(crate) use promotable::Promotable;
pub(crate) use recorder::{Emitted, Listener, Recorder};
pub(crate) use resumed::Resumed;
pub(crate) use unit_state::UnitState;
pub(crate) use workspace::{PathRole, ScriptRun, Workspace, last_lines};
