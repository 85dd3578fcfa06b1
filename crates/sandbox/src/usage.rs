//! Measures what a command's processes use: their number, their memory, and the room that
//! they fill in the run's private folder.
//!
//! Not by the kernel's limits for one process: those of memory break programs that only reserve
//! addresses (WebAssembly in Node), and that of processes counts all of the user's.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::command::Limit;
use crate::policy::Limits;
use crate::processes::living_descendants;

/// The least time between two additions of what the private folder holds.
const ADDED_UP: Duration = Duration::from_secs(1);

/// So many times as long as an addition takes, none is made after it.
const PAUSE: u32 = 20;

/// Looks at what commands take.
#[derive(Debug)]
pub(crate) struct Watch {
    limits: Limits,
    /// The run's private folders, held open because their paths may be out of sight; without those
    /// that can't be looked at.
    folders: Vec<File>,
    /// The bytes that lay there when the sandbox was set up.
    first: u64,
    /// When the folder is added up again.
    next: Mutex<Instant>,
}

impl Watch {
    /// Begins to watch; `folders` are the run's private ones. `copied` is the room that a copy of the repository takes in
    /// them: to add it up would be a look at each of its files.
    pub(crate) fn begin<'p>(
        limits: Limits,
        folders: impl Iterator<Item = &'p Path>,
        copied: Option<u64>,
    ) -> Self {
        let folders: Vec<File> = folders.filter_map(|one| File::open(one).ok()).collect();
        Self {
            limits,
            first: copied.unwrap_or_else(|| folders.iter().map(bytes_in).sum()),
            folders,
            next: Mutex::new(Instant::now()),
        }
    }

    /// Returns the limit that what descends from a launcher has passed, if any.
    pub(crate) fn passed(&self, launcher: i32) -> Option<Limit> {
        let processes = living_descendants(launcher, &BTreeSet::new());
        if processes.len() as u64 > self.limits.processes {
            return Some(Limit::Processes(self.limits.processes));
        }
        // What is shared counts for each at first; only where that is too much it is counted once.
        let sum = |of: fn(i32) -> u64| processes.iter().map(|pid| of(*pid)).sum::<u64>();
        if sum(resident_bytes) > self.limits.memory && sum(own_bytes) > self.limits.memory {
            return Some(Limit::Memory(self.limits.memory));
        }
        self.fills_disk().then_some(Limit::Disk(self.limits.disk))
    }

    /// Returns whether the private folders have grown past the limit.
    fn fills_disk(&self) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        if began < *next {
            return false;
        }
        let held: u64 = self.folders.iter().map(bytes_in).sum();
        let grown = held.saturating_sub(self.first);
        *next = Instant::now() + ADDED_UP.max(began.elapsed() * PAUSE);
        grown > self.limits.disk
    }
}

fn bytes_in(folder: &File) -> u64 {
    bytes_below(Path::new(&format!("/proc/self/fd/{}", folder.as_raw_fd())))
}

/// Returns the memory that a process has in use, as the system lists it.
fn resident_bytes(pid: i32) -> u64 {
    let pages = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = pages
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * rustix::param::page_size() as u64
}

/// Returns the memory of a process with its share of what it shares; as listed where that can't be
/// told.
fn own_bytes(pid: i32) -> u64 {
    let shares = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let share = shares.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = share.and_then(|share| share.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map_or_else(|| resident_bytes(pid), |kilobytes| kilobytes * 1024)
}

/// Returns the room that the files below a folder take.
fn bytes_below(folder: &Path) -> u64 {
    let mut waiting = vec![folder.to_path_buf()];
    let mut bytes = 0;
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => waiting.push(entry.path()),
                Ok(found) => bytes += found.blocks() * 512,
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_the_limits_is_let_be() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::begin(Limits::default(), [folder.path()].into_iter(), None);
        assert_eq!(watch.passed(std::process::id().cast_signed()), None);
        fs::write(folder.path().join("file"), vec![1; 100_000]).unwrap();
        assert!((100_000..200_000).contains(&bytes_below(folder.path())));
        assert!(resident_bytes(std::process::id().cast_signed()) > 100_000);
    }
}
