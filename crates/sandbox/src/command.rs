//! A command to run and what came of it: how it ended, what it printed, and what it left behind.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::policy::{Network, Policy};

/// One command for the run's shell.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The script that is given to `bash -c`, or to `sh -c` where there is no bash.
    pub script: String,
    /// The folder to run in, relative to the repository's root.
    pub folder: PathBuf,
    /// Variables for this command, over those of the policy.
    pub env: Vec<(String, String)>,
    /// Values that come before what variables hold already.
    pub env_first: Vec<FirstValue>,
    /// Folders that come first in `PATH` for this command, before the policy's.
    pub paths_first: Vec<PathBuf>,
    /// The time that it may take; the policy's time-out if absent.
    pub timeout: Option<Duration>,
    /// The network for this command alone; the policy's if absent. Meant for the configured setup
    /// command: no server may be running when it differs from that of the command before.
    pub network: Option<Network>,
    /// True if it reaches nothing but its own loopback, whatever the policy opens: no network, and
    /// no service of the host.
    pub alone: bool,
}

/// A value that comes before what a variable holds, or is all that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstValue {
    /// The variable.
    pub name: String,
    /// The value that comes first.
    pub value: String,
    /// The separator of its values.
    pub divider: char,
}

impl FirstValue {
    /// Puts it before what the variable holds.
    pub(crate) fn prepend_to(&self, env: &mut BTreeMap<String, String>) {
        let rest = env.get(&self.name).filter(|rest| !rest.is_empty());
        let all = rest.map_or_else(
            || self.value.clone(),
            |rest| format!("{}{}{rest}", self.value, self.divider),
        );
        env.insert(self.name.clone(), all);
    }
}

impl Command {
    /// Returns the network that it finds under a policy.
    pub(crate) fn network_under(&self, policy: &Policy) -> Network {
        if self.alone {
            return Network::Closed;
        }
        self.network.unwrap_or(policy.network)
    }

    /// Returns a command in the repository's root with nothing but its script.
    pub fn new(script: impl Into<String>) -> Self {
        Self {
            script: script.into(),
            ..Self::default()
        }
    }
}

/// The outcome of a command.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The way it ended.
    pub exit: Exit,
    /// Its output.
    pub output: Output,
    /// The time that it ran.
    pub elapsed: Duration,
    /// True if processes that it started outlived it; they were ended.
    pub left_behind: bool,
}

/// The way a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It returned this status.
    Code(i32),
    /// It was ended by this signal.
    Signal(i32),
    /// It took more of the machine than it may, and its whole process tree was ended.
    OverLimit(Limit),
    /// Its time was up, and its whole process tree was ended.
    TimedOut {
        /// The time that it had.
        after: Duration,
        /// True if it listened on a port or printed nothing more for most of its time, as a
        /// server or a watcher does.
        looks_like_server: bool,
    },
}

/// A limit that a command passed, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// Processes at a time.
    Processes(u64),
    /// Bytes of memory.
    Memory(u64),
    /// Bytes written.
    Disk(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: &u64| bytes >> 20;
        match self {
            Self::Processes(most) => write!(
                formatter,
                "it had more than {most} processes (limits.processes)"
            ),
            Self::Memory(most) => write!(
                formatter,
                "it used more than {} MiB of memory (limits.memory)",
                mebibytes(most)
            ),
            Self::Disk(most) => write!(
                formatter,
                "it wrote more than {} MiB (limits.disk)",
                mebibytes(most)
            ),
        }
    }
}

impl Exit {
    /// Returns whether the command returned status 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        *self == Self::Code(0)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "exit status {code}"),
            Self::Signal(signal) => write!(formatter, "ended by signal {signal}"),
            Self::OverLimit(limit) => write!(formatter, "ended because {limit}"),
            Self::TimedOut {
                after,
                looks_like_server: false,
            } => {
                write!(
                    formatter,
                    "still running after {} s, so it was ended",
                    after.as_secs()
                )
            }
            Self::TimedOut {
                after,
                looks_like_server: true,
            } => write!(
                formatter,
                "still running after {} s, so it was ended; it behaves like a server or a watcher, which never \
                 returns by itself",
                after.as_secs()
            ),
        }
    }
}

/// The output of a command on its standard output and error, in the order in which it came.
#[derive(Debug, Clone)]
pub struct Output {
    /// The file that holds it, in the run's scratch folder.
    pub path: PathBuf,
    /// The number of bytes that were printed. The file holds them all, unless there were more than
    /// [`Output::LIMIT`].
    pub bytes: u64,
}

impl Output {
    /// The bytes of a command's output that are kept; what comes after is counted and dropped.
    pub const LIMIT: u64 = 1 << 30;

    /// Returns the first `bytes` bytes as text; a byte that is not UTF-8 becomes a replacement
    /// character.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn head(&self, bytes: usize) -> io::Result<String> {
        self.read_range(0, bytes).map(|found| decode_lossy(&found))
    }

    /// Returns the last `bytes` bytes as text; a byte that is not UTF-8 becomes a replacement
    /// character.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn tail(&self, bytes: usize) -> io::Result<String> {
        let kept = File::open(&self.path)?.metadata()?.len();
        self.read_range(kept.saturating_sub(bytes as u64), bytes)
            .map(|found| decode_lossy(&found))
    }

    fn read_range(&self, from: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut found = Vec::new();
        file.take(bytes as u64).read_to_end(&mut found)?;
        Ok(found)
    }
}

/// Decodes a cut text: a cut through a character leaves up to three stray bytes at either end, which are
/// dropped rather than shown.
fn decode_lossy(bytes: &[u8]) -> String {
    let start = bytes
        .iter()
        .take(3)
        .take_while(|byte| **byte & 0xC0 == 0x80)
        .count();
    let mut end = bytes.len();
    if let Err(error) = std::str::from_utf8(&bytes[start..])
        && error.error_len().is_none()
    {
        end = start + error.valid_up_to();
    }
    String::from_utf8_lossy(&bytes[start..end]).into_owned()
}

/// One difference between the real tree and what commands made of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Effect {
    /// Relative to the root, with `/` between its parts.
    pub path: String,
    /// The kind of change.
    pub kind: EffectKind,
    /// Its permission bits now; none for a link and for what is gone.
    pub mode: Option<u32>,
    /// Its size now, in bytes; 0 for what is gone.
    pub bytes: u64,
}

/// The kind of change at a path. Folders have no effects of their own, only the files in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EffectKind {
    /// A regular file that was not there.
    Created,
    /// A regular file with other bytes.
    Modified,
    /// A file or a symbolic link that is gone.
    Deleted,
    /// A regular file with the same bytes and other permissions.
    ModeChanged,
    /// A symbolic link that was not there, or points elsewhere.
    Link,
    /// A pipe, a socket or a device where there was nothing.
    Special,
}
