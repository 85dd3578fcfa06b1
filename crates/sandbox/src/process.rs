//! The one door through which processes are started.

use std::ffi::OsStr;
use std::process::Stdio;

/// Returns a program to start, with no input and an empty environment; the caller adds what it may know.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door that the ban leads to"
)]
pub(crate) fn new_command(path: impl AsRef<OsStr>) -> std::process::Command {
    let mut command = std::process::Command::new(path);
    command
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
