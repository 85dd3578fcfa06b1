//! The one place that prints: the report and what was asked for to stdout, everything else to stderr.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use crate::stop::Stop;

/// Prints `text` to stdout as it stands.
///
/// A reader that went away (`… | head`) is no error: what follows is dropped, and the exit code stays what it is.
/// Any other failure, such as a full disk behind a redirection, is a [`Stop`].
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::environment(format!("the output can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints `text` to stderr as it stands; where that fails, there is no one left to tell.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    drop(stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush()));
}

/// A stream that people may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// The report.
    Output,
    /// Progress and errors.
    Errors,
}

impl Stream {
    /// Whether a terminal is at its end.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Stream::Output => io::stdout().is_terminal(),
            Stream::Errors => io::stderr().is_terminal(),
        }
    }
}
