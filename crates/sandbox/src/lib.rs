//! Runs commands in a sandbox, on a private overlay of the repository that is mounted at the
//! repository's own path. The user's tree is never written by a command, and what commands changed
//! is known exactly. The only crate that starts a process.

mod policy;

mod command;

mod error;

mod checked;

mod process;

mod home;

mod mountinfo;

mod mount_plan;

mod protocol;

#[cfg(target_os = "linux")]
mod namespaces;

#[cfg(target_os = "linux")]
mod lockdown;

#[cfg(target_os = "linux")]
mod mounts;

mod processes;

mod usage;

mod effects;

mod launcher;

mod supervisor;

mod tree;

mod environment;

mod client;

mod backends;

mod sandbox;

pub mod git;

pub use command::{Command, Effect, EffectKind, Exit, FirstValue, Limit, Outcome, Output};
pub use error::SandboxError;
pub use policy::{
    BackendChoice, BackendName, Copies, Lease, Limits, Network, Policy, Service, Temporary, Tier,
};
pub use sandbox::{OpeningSandbox, Sandbox, Server};
pub use supervisor::{SUPERVISOR_ARGUMENT, supervisor_main};
