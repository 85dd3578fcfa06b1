//! The folder `.backend-engineer/` of a repository: where it is, that git ignores it, and the lock
//! that keeps a second run off the tree.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::JournalError;

/// A reader that asks whether a run is alive holds the lock for a moment; a run that begins in
/// that moment tries again instead of calling itself busy.
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Paths below a repository's root that belong to the journal.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            path: root.join(".backend-engineer"),
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("journal.db")
    }

    fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// Makes the folder, and the `.gitignore` by which it ignores itself.
    pub(crate) fn make(&self) -> Result<(), JournalError> {
        self.refuse_links()?;
        fs::create_dir_all(&self.path)
            .map_err(|source| JournalError::file("make the folder", &self.path, source))?;
        let ignore = self.path.join(".gitignore");
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&ignore)
        {
            Ok(mut file) => file.write_all(b"*\n").map_err(|source| {
                // A file that says nothing would be taken for somebody's own the next time.
                let _ = fs::remove_file(&ignore);
                JournalError::file("write the file", &ignore, source)
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(source) => Err(JournalError::file("write the file", &ignore, source)),
        }
    }

    /// Refuses links: a repository that somebody else made could lead the journal to another place.
    pub(crate) fn refuse_links(&self) -> Result<(), JournalError> {
        for path in [self.path.clone(), self.database(), self.lock_file()] {
            if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
                let source = io::Error::other("it is a symbolic link; remove it");
                return Err(JournalError::file("use", &path, source));
            }
        }
        Ok(())
    }

    /// Returns the lock of a run, held until it is dropped or the process ends; none when another
    /// run holds it.
    pub(crate) fn lock(&self) -> Result<Option<TreeLock>, JournalError> {
        let path = self.lock_file();
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| JournalError::file("open the lock", &path, source))?;
        for attempt in 1..=LOCK_ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Some(TreeLock { file })),
                Err(TryLockError::WouldBlock) if attempt < LOCK_ATTEMPTS => {
                    thread::sleep(LOCK_PAUSE)
                }
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => {
                    return Err(JournalError::file("lock", &path, source));
                }
            }
        }
        Ok(None)
    }

    /// Returns whether some process holds the lock of a run.
    pub(crate) fn is_locked(&self) -> bool {
        File::open(self.lock_file())
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

/// Held by the one run on a tree. The system lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct TreeLock {
    file: File,
}

impl Drop for TreeLock {
    fn drop(&mut self) {
        // A child process may still hold a copy of the handle; closing ours would then not be enough.
        let _ = self.file.unlock();
    }
}
