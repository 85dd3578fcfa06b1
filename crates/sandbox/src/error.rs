//! Why a command could not be run at all. A command that ran and failed is an
//! [`Outcome`](crate::Outcome), not an error.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::policy::BackendName;

/// Why a command could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No backend works here, and none was waived.
    #[error("no sandbox backend works on this machine ({}). {hint}", list_reasons(.tried))]
    NoBackend {
        /// The backends that were tried, in order, each with the reason why it does not work.
        tried: Vec<(BackendName, String)>,
        /// The next thing to do.
        hint: String,
    },
    /// A path of the policy can't be used.
    #[error("{path}: {reason}", path = .path.display())]
    Policy {
        /// The path as given.
        path: PathBuf,
        /// The fault.
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
        /// The action that failed, as a verb.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The supervisor of the sandbox is gone.
    #[error(
        "the supervisor of the sandbox is gone: {0}. Run again; if it happens again, report it"
    )]
    Gone(String),
    /// Something inside the sandbox could not be done.
    #[error("can't {what}: {reason}")]
    NotDone {
        /// The request.
        what: String,
        /// The system's reason.
        reason: String,
    },
    /// A file belongs to a user or group that is not known in the sandbox.
    #[error("can't {what}: {reason}")]
    ForeignOwner {
        /// The request.
        what: String,
        /// The system's reason.
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
        /// Its message, or why it could not be started.
        reason: String,
    },
    /// A hook of the repository refused.
    #[error("the hook `{hook}` refused: {reason}")]
    HookRefused {
        /// The hook's name.
        hook: String,
        /// Its message.
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

fn list_reasons(tried: &[(BackendName, String)]) -> String {
    tried
        .iter()
        .map(|(name, why)| format!("{name}: {why}"))
        .collect::<Vec<_>>()
        .join("; ")
}
