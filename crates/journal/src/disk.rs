//! Puts many files in place at once, so that the disk is waited for once and not for each: all new
//! contents are written beside their places, brought to the disk together, moved into place one by
//! one, and then the folders are brought to the disk together.
//!
//! A crash between any two operations leaves at each place the old or the new file, whole, and at
//! most files under passing names, which the journal knows.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Threads that wait for the disk at a time. File systems answer all that wait with one write of
/// their log; more threads than this gain nothing.
const WAITING: usize = 16;

/// Operations on files that putting one in place takes. A test records them, and finds out what a
/// crash after each leaves.
pub trait Disk: Sync {
    /// Makes a folder whose parent is there.
    ///
    /// # Errors
    /// As the system says, also where it is there already.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file that must not be there yet, not on the disk when it returns.
    ///
    /// # Errors
    /// As the system says.
    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()>;

    /// Makes a symbolic link that must not be there yet.
    ///
    /// # Errors
    /// As the system says.
    fn link(&self, path: &Path, target: &str) -> io::Result<()>;

    /// Waits until a file or a folder is on the disk.
    ///
    /// # Errors
    /// As the system says.
    fn sync(&self, path: &Path) -> io::Result<()>;

    /// Moves a file over another.
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file or a link.
    ///
    /// # Errors
    /// As the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        let mut options = OpenOptions::new();
        // Private until it is whole: what it replaces may have been readable to its owner only.
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        // One that its owner may not read can't be opened again to wait for it.
        if mode & OWNER_READS == 0 {
            file.sync_all()?;
        }
        Ok(())
    }

    fn link(&self, path: &Path, target: &str) -> io::Result<()> {
        symlink(target, path)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        match File::open(path) {
            Ok(file) => file.sync_all(),
            Err(_) if is_unreadable(path) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// The permission bit by which a file's owner may read it.
const OWNER_READS: u32 = 0o400;

/// Returns whether not even the owner may read a file: [`RealDisk::create`] has waited for it.
fn is_unreadable(path: &Path) -> bool {
    let mode = fs::symlink_metadata(path).map(|found| found.permissions().mode());
    mode.is_ok_and(|mode| mode & OWNER_READS == 0)
}

/// The new state of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewState {
    /// A file with these permission bits.
    File(Vec<u8>, u32),
    /// A symbolic link to this target.
    Link(String),
    /// Nothing.
    Absent,
}

/// A change of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The place.
    pub at: PathBuf,
    /// The name under which the new file lies in the same folder until it is moved.
    pub passing: String,
    /// The new state.
    pub state: NewState,
}

/// Why a place was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct NotPlaced {
    /// The number of changes, from the first, that took place.
    pub placed: usize,
    /// The place that could not be changed, by its index.
    pub failed: usize,
    /// The system's reason.
    pub source: io::Error,
}

impl Placement {
    fn folder(&self) -> &Path {
        self.at.parent().unwrap_or(Path::new("/"))
    }

    fn passing_path(&self) -> PathBuf {
        self.folder().join(&self.passing)
    }
}

/// Changes all places in order, and returns when that is on the disk. Folders on the way are made.
///
/// # Errors
/// The first failure. Places before [`NotPlaced::placed`] are changed then; nothing is left under a
/// passing name as far as the disk lets go of it.
pub fn apply_all(disk: &dyn Disk, changes: &[Placement]) -> Result<(), NotPlaced> {
    let mut done = 0;
    while done < changes.len() {
        let group = &changes[done..][..count_independent(&changes[done..])];
        apply_group(disk, group).map_err(|unplaced| NotPlaced {
            placed: done + unplaced.placed,
            failed: done + unplaced.failed,
            ..unplaced
        })?;
        done += group.len();
    }
    Ok(())
}

/// Returns how many changes from the first can be made together: none lies below a place that
/// another takes away, as `a/b` does where the file `a` makes room for a folder.
fn count_independent(changes: &[Placement]) -> usize {
    let mut gone = BTreeSet::new();
    let depends = |change: &Placement| {
        let below = change
            .at
            .ancestors()
            .skip(1)
            .any(|above| gone.contains(above));
        if change.state == NewState::Absent {
            gone.insert(change.at.clone());
        }
        below
    };
    changes.iter().position(depends).unwrap_or(changes.len())
}

fn apply_group(disk: &dyn Disk, changes: &[Placement]) -> Result<(), NotPlaced> {
    let written = write_beside(disk, changes);
    let moved = written.and_then(|()| move_in_place(disk, changes));
    if moved.is_err() {
        for change in changes {
            // What was moved is no longer there; what can't be removed the next run removes.
            let _ = disk.remove(&change.passing_path());
        }
    }
    moved
}

/// Writes what is new under passing names, and waits for the disk.
fn write_beside(disk: &dyn Disk, changes: &[Placement]) -> Result<(), NotPlaced> {
    let failed = |failed: usize| {
        move |source: io::Error| NotPlaced {
            placed: 0,
            failed,
            source,
        }
    };
    for (index, change) in changes.iter().enumerate() {
        if change.state == NewState::Absent {
            continue;
        }
        make_folders(disk, change.folder()).map_err(failed(index))?;
        let passing = change.passing_path();
        match &change.state {
            NewState::File(content, mode) => disk.create(&passing, content, *mode),
            NewState::Link(target) => disk.link(&passing, target),
            NewState::Absent => Ok(()),
        }
        .map_err(failed(index))?;
    }
    let files: Vec<(usize, PathBuf)> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| matches!(change.state, NewState::File(..)))
        .map(|(index, change)| (index, change.passing_path()))
        .collect();
    sync_together(disk, &files).map_err(|(index, source)| failed(index)(source))
}

fn move_in_place(disk: &dyn Disk, changes: &[Placement]) -> Result<(), NotPlaced> {
    for (index, change) in changes.iter().enumerate() {
        let moved = match change.state {
            NewState::Absent => match disk.remove(&change.at) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
            _ => disk.rename(&change.passing_path(), &change.at),
        };
        moved.map_err(|source| NotPlaced {
            placed: index,
            failed: index,
            source,
        })?;
    }
    let mut seen = BTreeSet::new();
    let folders: Vec<(usize, PathBuf)> = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| seen.insert(change.folder()) && change.folder().is_dir())
        .map(|(index, change)| (index, change.folder().to_path_buf()))
        .collect();
    sync_together(disk, &folders).map_err(|(failed, source)| NotPlaced {
        placed: changes.len(),
        failed,
        source,
    })
}

fn make_folders(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|above| fs::symlink_metadata(above).is_err())
        .collect();
    for above in missing.into_iter().rev() {
        match disk.make_folder(above) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Waits for all paths at once; gives the first failure, with the path's number.
fn sync_together(disk: &dyn Disk, paths: &[(usize, PathBuf)]) -> Result<(), (usize, io::Error)> {
    let next = AtomicUsize::new(0);
    let failure: Mutex<Option<(usize, io::Error)>> = Mutex::new(None);
    let work = || {
        while let Some((number, path)) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = disk.sync(path) {
                let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert((*number, error));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..WAITING.min(paths.len()) {
            scope.spawn(work);
        }
        work();
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}
