//! Paths of requests, and the errors that replies stand for.

use crate::backends::Backend;
use crate::error::SandboxError;
use crate::protocol::Reply;
use std::path::{Component, Path, PathBuf};

pub(super) fn relative_path(path: &Path) -> Result<PathBuf, SandboxError> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            _ => {
                return Err(SandboxError::Outside {
                    path: path.to_path_buf(),
                });
            }
        }
    }
    Ok(clean)
}

/// The system's number for a path that leaves the folder to which it is bound.
pub(super) const CROSSES: i32 = rustix::io::Errno::XDEV.raw_os_error();

/// The system's number for a file whose owner or group has no place in the user namespace.
pub(super) const UNMAPPED: i32 = rustix::io::Errno::OVERFLOW.raw_os_error();

pub(super) fn file_error(action: &str, path: &str, reply: &Reply) -> SandboxError {
    match reply {
        Reply::Refused {
            errno: Some(CROSSES),
            ..
        } => SandboxError::Outside {
            path: PathBuf::from(path),
        },
        Reply::Refused {
            errno: Some(UNMAPPED),
            reason,
            ..
        } => SandboxError::ForeignOwner {
            what: format!("{action} {path}"),
            reason: reason.clone(),
        },
        Reply::Refused { reason, .. } => SandboxError::NotDone {
            what: format!("{action} {path}"),
            reason: reason.clone(),
        },
        reply => unexpected_reply(reply),
    }
}

pub(super) fn unexpected_reply(reply: &Reply) -> SandboxError {
    SandboxError::Gone(format!(
        "it gave an answer that was not asked for: {reply:?}"
    ))
}

pub(super) fn nothing_came() -> SandboxError {
    SandboxError::Gone("it ended before it answered".into())
}

pub(super) fn connection_lost(error: std::io::Error) -> SandboxError {
    SandboxError::Gone(error.to_string())
}

pub(super) fn require_backend(backend: Option<&Backend>) -> Result<&Backend, SandboxError> {
    backend.ok_or_else(|| SandboxError::Gone("the sandbox could not be set up again".into()))
}
