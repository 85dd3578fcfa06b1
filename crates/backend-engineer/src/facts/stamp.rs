//! Stamps of files: metadata by which the system shows that a file changed, without its content being read.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

#[cfg(unix)]
use crate::fingerprint;

/// The age of a file's last change from which on its stamp is trusted in a later run. A file that is written again
/// within one tick of the file system's clock bears the same stamp; the coarsest clocks in use tick every two seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// Size, times and number of a file. The time of its last change of any kind can't be set by a program that puts an old
/// time of modification back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    modified: Duration,
    changed: Duration,
    inode: u64,
    /// Its owner may run it.
    pub(super) is_executable: bool,
}

/// The stamp of a file as git's index has it: its times in seconds and nanoseconds, size and number cut to 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GitStamp {
    pub(super) changed: (u32, u32),
    pub(super) modified: (u32, u32),
    pub(super) inode: u32,
    pub(super) size: u32,
}

impl GitStamp {
    #[cfg(unix)]
    pub(super) fn new(data: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let bits = |number: i64| u32::try_from(number & 0xffff_ffff).unwrap_or_default();
        let low = |number: u64| u32::try_from(number & 0xffff_ffff).unwrap_or_default();
        GitStamp {
            changed: (bits(data.ctime()), bits(data.ctime_nsec())),
            modified: (bits(data.mtime()), bits(data.mtime_nsec())),
            inode: low(data.ino()),
            size: low(data.len()),
        }
    }

    /// Has a stamp that no entry has where the system does not tell as much.
    #[cfg(not(unix))]
    pub(super) fn new(_: &Metadata) -> Self {
        GitStamp {
            changed: (u32::MAX, 0),
            modified: (u32::MAX, 0),
            inode: 0,
            size: 0,
        }
    }
}

impl Stamp {
    /// Returns the stamp that the system's say of a file makes.
    pub(super) fn of_data(data: &Metadata) -> Self {
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = data.modified().map(since).unwrap_or_default();
        let (changed, inode, is_executable) = of_system(data);
        Self {
            size: data.len(),
            modified,
            changed: changed.unwrap_or(modified),
            inode,
            is_executable,
        }
    }

    /// Returns whether the file may be told by this stamp in a later run.
    pub(super) fn is_settled(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        now.checked_sub(SETTLED)
            .is_some_and(|then| self.modified.max(self.changed) < then)
    }

    /// Returns what stands for a large file in place of its content.
    pub(super) fn of_large(&self) -> String {
        format!(
            "{} bytes, {}.{:09}",
            self.size,
            self.modified.as_secs(),
            self.modified.subsec_nanos()
        )
    }
}

#[cfg(unix)]
fn of_system(data: &Metadata) -> (Option<Duration>, u64, bool) {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(data.ctime()).unwrap_or_default();
    let nanoseconds = u32::try_from(data.ctime_nsec()).unwrap_or_default();
    (
        Some(Duration::new(seconds, nanoseconds)),
        data.ino(),
        fingerprint::is_executable(data.mode()),
    )
}

#[cfg(not(unix))]
fn of_system(_: &Metadata) -> (Option<Duration>, u64, bool) {
    (None, 0, false)
}
