//! Runs commands inside walls, on a private overlay of the repository that is mounted at the repository's own path.
//! The user's tree is never written by a command, and what commands changed is known exactly. The only crate that
//! starts a process.

mod policy;

mod command;

mod error;

mod process;

mod sandbox;

pub mod git;

pub use command::{Command, Effect, EffectKind, Exit, Outcome, Output, Server};
pub use error::SandboxError;
pub use policy::{Network, Policy, Service, Tier, WallChoice, WallName};
pub use sandbox::{Sandbox, WARDEN_ARGUMENT, warden_main};
