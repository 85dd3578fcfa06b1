//! Writes staged files over the user's: checked against what was seen, the original kept first, each file replaced by a
//! rename, and all of them or none.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use super::{Address, OutsideTree, Pending, Tree, find};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// Somebody else wrote the file since it was read.
    #[error("`{path}` changed on disk while this run was at work; nothing was written")]
    ChangedUnderneath {
        /// The file.
        path: String,
    },
    /// The path leaves the repository.
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    /// The file as it stands can't be read again.
    #[error("`{path}` can't be read again before writing: {why}; nothing was written")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The journal could not keep the original.
    #[error("the original of `{path}` can't be kept: {why}; it was not written")]
    NotKept {
        /// The file.
        path: String,
        /// What the journal said.
        why: String,
    },
    /// The disk is full, the folder is read-only, and so on; what was written before was put back.
    #[error("`{path}` can't be written: {source}; files written before it were put back")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Told of each file before any is written.
pub(crate) trait Witness {
    /// Keeps the original, and what is about to take its place; an error stops all writes.
    fn keep(&mut self, pending: &Pending) -> Result<(), String>;
}

impl Tree {
    /// Writes all pending files that `allowed` lets through, or none of them, and says which.
    pub(crate) fn promote(
        &mut self,
        allowed: &dyn Fn(&str) -> bool,
        witness: &mut dyn Witness,
    ) -> Result<Vec<Pending>, WriteError> {
        let pending: Vec<Pending> = self.pending().into_iter().filter(|file| allowed(&file.path)).collect();
        for file in &pending {
            self.check_unchanged(file)?;
        }
        for file in &pending {
            witness.keep(file).map_err(|why| WriteError::NotKept { path: file.path.clone(), why })?;
        }
        for (index, file) in pending.iter().enumerate() {
            if let Err(source) = write_one(self.root(), file) {
                for written in pending[..=index].iter().rev() {
                    // Putting back is best effort: the journal holds the original whatever happens here.
                    let _ = write_one(self.root(), &reverse(written));
                }
                return Err(WriteError::Io { path: file.path.clone(), source });
            }
        }
        for file in &pending {
            self.settle(file);
        }
        Ok(pending)
    }

    fn check_unchanged(&self, file: &Pending) -> Result<(), WriteError> {
        let now = find(self.root(), &file.path)
            .map_err(|error| WriteError::Unreadable { path: file.path.clone(), why: error.to_string() })?;
        let same = now.as_ref().map(|found| &found.bytes) == file.before.as_ref().map(|found| &found.bytes);
        if same { Ok(()) } else { Err(WriteError::ChangedUnderneath { path: file.path.clone() }) }
    }
}

/// The write that takes `written` back.
fn reverse(written: &Pending) -> Pending {
    Pending {
        path: written.path.clone(),
        before: None,
        after: super::Staged {
            bytes: written.before.as_ref().map(|found| found.bytes.clone()),
            mode: written.before.as_ref().map(|found| found.mode),
        },
    }
}

fn write_one(root: &Path, file: &Pending) -> io::Result<()> {
    let address = Address::of(root, &file.path).map_err(|error| io::Error::other(error.to_string()))?;
    let Some(bytes) = &file.after.bytes else { return remove(address.real()) };
    let folder = address.real().parent().ok_or_else(|| io::Error::other("the path has no folder"))?;
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(".backend-engineer-").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    let mode = file.after.mode.or(file.before.as_ref().map(|found| found.mode));
    set_mode(temporary.as_file(), mode)?;
    temporary.as_file().sync_all()?;
    temporary.persist(address.real()).map_err(|error| error.error)?;
    sync_folder(folder)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(unix)]
fn set_mode(file: &File, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // A temporary file is private to its owner; a new file of the repository is not.
    file.set_permissions(fs::Permissions::from_mode(mode.unwrap_or(0o644)))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: Option<u32>) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn mode_of(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &Metadata) -> u32 {
    0o644
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
