//! Why a run could not work: a message, a hint on how to go on, an exit code of its own, and the places in the plan it speaks of.

use std::fmt;
use std::ops::Range;

pub use journal::Severity;
use serde::Serialize;

/// The exit codes, documented in `--help`. Where several hold, [`Exit::first`] chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// Complete and proven.
    Complete = 0,
    /// A check failed.
    CheckFailed = 1,
    /// The command line, the plan's name or the phase is wrong.
    Usage = 2,
    /// A part of the phase is not implemented.
    Incomplete = 3,
    /// Refused: not approved, unclear, working tree in the way.
    Refused = 4,
    /// A limit was reached.
    Limit = 5,
    /// The environment lacks something: a sandbox, a tool, room on the disk.
    Environment = 6,
    /// Implemented, but not proven.
    Unproven = 7,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Exit {
    /// From the one that wins to the one that yields to all others.
    const PRECEDENCE: [Exit; 9] = [
        Exit::Interrupted,
        Exit::Environment,
        Exit::Refused,
        Exit::Limit,
        Exit::Usage,
        Exit::CheckFailed,
        Exit::Incomplete,
        Exit::Unproven,
        Exit::Complete,
    ];

    /// Returns the number that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Returns the one of `all` that is told; [`Exit::Complete`] where there is none.
    pub fn first(all: impl IntoIterator<Item = Exit>) -> Exit {
        let rank = |exit: &Exit| {
            Exit::PRECEDENCE
                .iter()
                .position(|candidate| candidate == exit)
        };
        all.into_iter()
            .min_by_key(|exit| rank(exit).unwrap_or(usize::MAX))
            .unwrap_or(Exit::Complete)
    }
}

/// A run that could not work. A failed check is no `Stop`: that is a report.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The exit code of the process.
    pub exit: Exit,
    /// The error and its location, in one sentence.
    pub message: String,
    /// The next step for the user.
    pub hint: Option<String>,
    /// The places in the plan that it speaks of.
    pub findings: Vec<Finding>,
}

/// Something to say about a place in the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// A stable name, such as `file-missing`.
    pub code: &'static str,
    /// The severity: error, warning or note.
    pub severity: Severity,
    /// The problem, in one sentence.
    pub message: String,
    /// The bytes of the plan that it speaks of.
    pub span: Option<Range<usize>>,
    /// 1-based line of the plan, where there is a span.
    pub line: Option<usize>,
    /// The next step for the user.
    pub hint: Option<String>,
}

impl Stop {
    /// A stop of the given kind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Stop {
            exit,
            message: message.into(),
            hint: None,
            findings: Vec::new(),
        }
    }

    /// The command line, the plan's name or the phase is wrong (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Stop::new(Exit::Usage, message)
    }

    /// The work is refused as it stands (exit code 4).
    pub fn refused(message: impl Into<String>) -> Self {
        Stop::new(Exit::Refused, message)
    }

    /// The environment lacks something (exit code 6).
    pub fn environment(message: impl Into<String>) -> Self {
        Stop::new(Exit::Environment, message)
    }

    /// Adds how to go on.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds places in the plan.
    #[must_use]
    pub fn at(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

impl From<journal::JournalError> for Stop {
    fn from(error: journal::JournalError) -> Self {
        let exit = match error {
            journal::JournalError::Busy { .. } => Exit::Refused,
            journal::JournalError::NotResumable { .. } => Exit::Usage,
            _ => Exit::Environment,
        };
        Stop::new(exit, error.to_string())
    }
}

impl From<sandbox::SandboxError> for Stop {
    fn from(error: sandbox::SandboxError) -> Self {
        let stop = Stop::environment(error.to_string());
        match error {
            sandbox::SandboxError::ForeignOwner { .. } => stop.hint(
                "The repository has files of a foreign user or group; try --sandbox landlock.",
            ),
            _ => stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_exit_is_told() {
        assert_eq!(
            Exit::first([Exit::Unproven, Exit::Incomplete, Exit::CheckFailed]),
            Exit::CheckFailed
        );
        assert_eq!(
            Exit::first([Exit::Incomplete, Exit::Unproven]),
            Exit::Incomplete
        );
        assert_eq!(
            Exit::first([Exit::CheckFailed, Exit::Environment]),
            Exit::Environment
        );
        assert_eq!(Exit::first([]), Exit::Complete);
    }
}
