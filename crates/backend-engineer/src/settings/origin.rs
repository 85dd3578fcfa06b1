//! Where a setting came from: every value carries its origin, so that a person can find what to change.

use std::fmt;
use std::path::PathBuf;

/// A value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    /// The configuration where there is one, else the default.
    pub(crate) value: T,
    /// The source of the value.
    pub(crate) origin: Origin,
}

impl<T> Sourced<T> {
    /// A value that `origin` set.
    pub(crate) fn new(value: T, origin: Origin) -> Self {
        Sourced { value, origin }
    }

    /// Returns what the program does when nobody says otherwise.
    pub(crate) fn default_of(value: T) -> Self {
        Sourced {
            value,
            origin: Origin::Default,
        }
    }
}

/// The source of a setting's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody.
    Default,
    /// The user's own configuration.
    User(Line),
    /// The configuration that lies in the repository.
    Repository(Line),
    /// An environment variable of this name.
    Environment(&'static str),
    /// A flag of this name.
    Flag(&'static str),
    /// A file named with `--env-file`.
    EnvFile(PathBuf),
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The file, as it is shown to people.
    pub(crate) file: PathBuf,
    /// From 1.
    pub(crate) number: usize,
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.number)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => formatter.write_str("default"),
            Origin::User(line) | Origin::Repository(line) => line.fmt(formatter),
            Origin::Environment(name) | Origin::Flag(name) => formatter.write_str(name),
            Origin::EnvFile(file) => write!(formatter, "--env-file {}", file.display()),
        }
    }
}
