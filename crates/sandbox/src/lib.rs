//! Runs commands inside walls, on a private overlay of the repository that is mounted at the repository's own path.
//! The user's tree is never written by a command, and what commands changed is known exactly. The only crate that
//! starts a process.

mod policy;

mod command;

mod error;

mod checked;

mod process;

mod home;

mod mountinfo;

mod view;

mod wire;

#[cfg(target_os = "linux")]
mod spaces;

#[cfg(target_os = "linux")]
mod confine;

#[cfg(target_os = "linux")]
mod mounts;

mod processes;

mod effects;

mod supervise;

mod warden;

mod tree;

mod environment;

mod keeper;

mod walls;

mod sandbox;

pub mod git;

pub use command::{Command, Effect, EffectKind, Exit, FirstValue, Outcome, Output};
pub use error::SandboxError;
pub use policy::{Network, Policy, Service, Temporary, Tier, WallChoice, WallName};
pub use sandbox::{Rising, Sandbox, Server};
pub use warden::{WARDEN_ARGUMENT, warden_main};
