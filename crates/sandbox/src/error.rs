//! Why a command could not be run at all. A command that ran and failed is an [`Outcome`](crate::Outcome), not an
//! error.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::policy::WallName;

/// Why a command could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No wall can be had here, and none was waived.
    #[error("no wall can be had on this machine ({}). {hint}", list(.tried))]
    NoWall {
        /// What was tried, in order, and why it does not stand.
        tried: Vec<(WallName, String)>,
        /// What to do about it.
        hint: String,
    },
    /// A path of the policy can't be used.
    #[error("{path}: {reason}", path = .path.display())]
    Policy {
        /// The path as given.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A path that leaves the repository.
    #[error("{path} leaves the repository; give a path inside of it", path = .path.display())]
    Outside {
        /// The path as given.
        path: PathBuf,
    },
    /// A file of the run could not be read or written.
    #[error("can't {action} {path}: {source}", path = .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process that keeps the walls is gone.
    #[error(
        "the process that keeps the walls is gone: {0}. Run again; if it happens again, report it"
    )]
    Gone(String),
    /// Something inside the walls could not be done.
    #[error("can't {what}: {reason}")]
    NotDone {
        /// What was asked for.
        what: String,
        /// What the system said.
        reason: String,
    },
    /// A file belongs to a user or group that is not known within the walls.
    #[error("can't {what}: {reason}")]
    ForeignOwner {
        /// What was asked for.
        what: String,
        /// What the system said.
        reason: String,
    },
    /// A command asks for another network than the run's, while servers are running.
    #[error(
        "a command with a network of its own can't run while a server runs; stop the server first"
    )]
    ServerRuns,
    /// git could not be asked.
    #[error("git {what}: {reason}")]
    Git {
        /// The subcommand.
        what: String,
        /// What it said, or why it could not be started.
        reason: String,
    },
    /// A hook of the repository refused.
    #[error("the hook `{hook}` refused: {reason}")]
    HookRefused {
        /// The hook's name.
        hook: String,
        /// What it said.
        reason: String,
    },
    /// git did not answer in time.
    #[error("git {what} did not return within {} s, so it was ended; look for a hook, a signing program or a file \
             system that waits", after.as_secs())]
    GitTime {
        /// The subcommand.
        what: String,
        /// The time that it had.
        after: Duration,
    },
}

impl SandboxError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn list(tried: &[(WallName, String)]) -> String {
    tried
        .iter()
        .map(|(name, why)| format!("{name}: {why}"))
        .collect::<Vec<_>>()
        .join("; ")
}
