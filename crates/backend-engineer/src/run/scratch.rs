//! The private folder of one run: outside of the repository, gone with the run; what a killed run left is swept up by the
//! next one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Holds the folder, and a lock that tells the next run that it is in use.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
    _lock: File,
}

const LOCK: &str = "lock";

/// Where Linux keeps files in memory.
const MEMORY: &str = "/dev/shm";

/// The prefix of the names of runs' folders.
const PREFIX: &str = "run-";

/// The time after which a run's folder without a lock is what was left of one.
const UNLOCKED: Duration = Duration::from_secs(3_600);

/// The most attempts to make a folder and lock it in time. Another run looks once at what it finds, so that
/// many would have to begin in the same moment.
const ATTEMPTS: usize = 20;

impl Scratch {
    /// Makes a folder in the user's cache, or where that can't be written, in the system's temporary folder.
    pub(super) fn make(cache: Option<&Path>) -> io::Result<Self> {
        let mut last = io::Error::other("no folder for temporary files");
        for parent in scratch_parents(cache) {
            match Self::make_in(&parent) {
                Ok(scratch) => return Ok(scratch),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Makes a folder in memory; none where the system has no place for that, or somebody else's stands in its place.
    pub(super) fn make_in_memory() -> Option<Self> {
        let there = cfg!(target_os = "linux") && Path::new(MEMORY).is_dir();
        let parent =
            there.then(|| Path::new(MEMORY).join(format!("backend-engineer-{}", user_name())))?;
        // The last of other runs may take the folder away behind our back, once.
        let made = Self::make_in(&parent)
            .or_else(|_| Self::make_in(&parent))
            .ok()?;
        is_ours(&parent, &made.folder).then_some(made)
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        remove_dead_runs(parent);
        for _ in 0..ATTEMPTS {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .tempdir_in(parent)?
                .keep();
            let Ok(lock) = File::create(folder.join(LOCK)) else {
                continue;
            };
            lock.lock()?;
            // Another run may have found it before it was locked, and taken it for a dead one's.
            if folder.join(LOCK).exists() {
                return Ok(Scratch {
                    folder,
                    _lock: lock,
                });
            }
        }
        Err(io::Error::other(
            "each folder for temporary files was removed by another run",
        ))
    }

    /// Returns a folder below it, made.
    pub(super) fn path(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_folder(&self.folder);
        // Nothing is left in memory: that of all runs goes with the last, and stays where others lie in it.
        if let Some(parent) = self
            .folder
            .parent()
            .filter(|parent| parent.starts_with(MEMORY))
        {
            let _ = fs::remove_dir(parent);
        }
    }
}

/// Returns whether a folder in a place that everybody may write to belongs to whom a folder belongs that we made.
fn is_ours(parent: &Path, made: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let owner = |path: &Path| {
            fs::symlink_metadata(path)
                .ok()
                .filter(fs::Metadata::is_dir)
                .map(|found| found.uid())
        };
        owner(parent).is_some() && owner(parent) == owner(made)
    }
    #[cfg(not(unix))]
    false
}

fn scratch_parents(cache: Option<&Path>) -> Vec<PathBuf> {
    let temporary = std::env::temp_dir().join(format!("backend-engineer-{}", user_name()));
    cache
        .map(|cache| cache.join("backend-engineer").join("runs"))
        .into_iter()
        .chain([temporary])
        .collect()
}

/// Files from which the copy of a tree is kept from run to run: fewer are copied in a tenth of a second.
const KEPT_FROM: usize = 2_000;

/// Returns where copies of large trees are kept in the user's cache.
pub(super) fn place_of_copies(cache: &Path) -> sandbox::Copies {
    sandbox::Copies {
        folder: cache.join("backend-engineer").join("copies"),
        from: KEPT_FROM,
    }
}

fn user_name() -> String {
    std::env::var("USER")
        .unwrap_or_else(|_| "user".to_owned())
        .replace('/', "_")
}

/// Removes the folders of runs that no longer live. Whatever else lies there is somebody else's.
fn remove_dead_runs(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    let is_runs = |entry: &fs::DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        is_folder && entry.file_name().to_string_lossy().starts_with(PREFIX)
    };
    for folder in entries
        .filter_map(Result::ok)
        .filter(is_runs)
        .map(|entry| entry.path())
    {
        // Held until the folder is gone: a run that has just made it waits, and finds out.
        match survey::open_regular(&folder.join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => remove_folder(&folder),
            Ok(_) => {}
            // A run locks its folder as soon as it has made it.
            Err(_) if is_older(&folder, UNLOCKED) => remove_folder(&folder),
            Err(_) => {}
        }
    }
}

/// Returns whether a folder was last changed longer ago than a time.
fn is_older(folder: &Path, time: Duration) -> bool {
    let changed = fs::symlink_metadata(folder).and_then(|found| found.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|since| since > time))
}

/// Removes a folder, also where a command has taken the right to enter parts of it.
fn remove_folder(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() {
        return;
    }
    open_up(folder);
    // What still can't be removed is swept up by a later run.
    let _ = fs::remove_dir_all(folder);
}

fn open_up(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
    {
        open_up(&entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lives_as_long_as_its_run() {
        let parent = tempfile::tempdir().unwrap();
        let first = Scratch::make_in(parent.path()).unwrap();
        let held = first.path("upper").unwrap();
        let dead = parent.path().join("run-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let second = Scratch::make_in(parent.path()).unwrap();
        assert!(held.is_dir(), "a living run's folder stays");
        assert!(!dead.exists(), "a dead run's folder goes");
        drop((first, second));
        assert!(!held.exists());
    }

    #[test]
    fn what_is_no_run_s_stays() {
        let parent = tempfile::tempdir().unwrap();
        let at = |path: &str| parent.path().join(path);
        for folder in ["mine", "elsewhere/run-1"] {
            fs::create_dir_all(at(folder)).unwrap();
            fs::write(at(folder).join(LOCK), "").unwrap();
        }
        fs::create_dir(at("run-without-a-lock")).unwrap();
        fs::write(at("run-file"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("elsewhere/run-1"), at("run-link")).unwrap();
        remove_dead_runs(parent.path());
        for path in [
            "mine/lock",
            "elsewhere/run-1/lock",
            "run-without-a-lock",
            "run-file",
        ] {
            assert!(at(path).exists(), "{path}");
        }
    }

    #[test]
    fn runs_that_begin_at_once_leave_each_other_their_folders() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..40 {
                        let scratch = Scratch::make_in(parent.path()).unwrap();
                        assert!(
                            scratch.path("upper").unwrap().is_dir()
                                && scratch.folder.join(LOCK).exists()
                        );
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
