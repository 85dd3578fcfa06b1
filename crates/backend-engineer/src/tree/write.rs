//! Writes staged files over the user's: checked against what was seen, the originals kept first, each file replaced by a
//! rename, and all of them or none.

use std::fs::Metadata;
use std::io;
use std::path::Path;

use journal::{Disk, NewState, Placement, RealDisk, apply_all};

use super::{Address, OutsideTree, Pending, Tree, read_from_disk};

/// The permission bits of a new file of the repository.
const NEW_FILE: u32 = 0o644;

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
        /// The error of the operating system.
        why: String,
    },
    /// The journal could not keep the originals.
    #[error("the originals of the files can't be kept: {why}; nothing was written")]
    NotKept {
        /// The error of the journal.
        why: String,
    },
    /// The disk is full, the folder is read-only, and so on; what was written before was put back.
    #[error("`{path}` can't be written: {source}; files written before it were put back")]
    Io {
        /// The file.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Told of all files before any is written.
pub(crate) trait OriginalStore {
    /// Keeps the originals, and what is about to take their places; an error stops all writes. Gives for each file the
    /// name under which its new text may lie beside it until it is moved into place.
    fn store_originals(&mut self, pending: &[Pending]) -> Result<Vec<String>, String>;
}

impl Tree {
    /// Writes all pending files that `allowed` lets through, or none of them, and says which.
    pub(crate) fn promote(
        &mut self,
        allowed: &dyn Fn(&str) -> bool,
        witness: &mut dyn OriginalStore,
    ) -> Result<Vec<Pending>, WriteError> {
        self.promote_on(&RealDisk, allowed, witness)
    }

    /// [`Tree::promote`] on a disk that may be recorded.
    pub(crate) fn promote_on(
        &mut self,
        disk: &dyn Disk,
        allowed: &dyn Fn(&str) -> bool,
        witness: &mut dyn OriginalStore,
    ) -> Result<Vec<Pending>, WriteError> {
        let pending: Vec<Pending> = self
            .pending()
            .into_iter()
            .filter(|file| allowed(&file.path))
            .collect();
        if pending.is_empty() {
            return Ok(pending);
        }
        for file in &pending {
            self.check_unchanged(file)?;
        }
        let names = witness
            .store_originals(&pending)
            .map_err(|why| WriteError::NotKept { why })?;
        let placement =
            |file: &Pending, name: &String| journal_placement(self.root(), file, name.clone());
        let changes: Vec<Placement> = pending
            .iter()
            .zip(&names)
            .map(|(file, name)| placement(file, name))
            .collect::<Result<_, _>>()?;
        if let Err(unplaced) = apply_all(disk, &changes) {
            let placed = pending.iter().zip(&names).take(unplaced.placed);
            let back = placed
                .rev()
                .map(|(file, name)| placement(&reverse_write(file), name));
            // Putting back is best effort: the journal holds the originals whatever happens here.
            if let Ok(back) = back.collect::<Result<Vec<_>, _>>() {
                drop(apply_all(disk, &back));
            }
            return Err(WriteError::Io {
                path: pending[unplaced.failed].path.clone(),
                source: unplaced.source,
            });
        }
        for file in &pending {
            self.mark_written(file);
        }
        Ok(pending)
    }

    fn check_unchanged(&self, file: &Pending) -> Result<(), WriteError> {
        let now =
            read_from_disk(self.root(), &file.path).map_err(|error| WriteError::Unreadable {
                path: file.path.clone(),
                why: error.to_string(),
            })?;
        let same = now.as_ref().map(|found| &found.bytes)
            == file.before.as_ref().map(|found| &found.bytes);
        if same {
            Ok(())
        } else {
            Err(WriteError::ChangedUnderneath {
                path: file.path.clone(),
            })
        }
    }
}

/// Returns the write that takes `written` back.
fn reverse_write(written: &Pending) -> Pending {
    Pending {
        path: written.path.clone(),
        before: None,
        after: super::Staged {
            bytes: written.before.as_ref().map(|found| found.bytes.clone()),
            mode: written.before.as_ref().map(|found| found.mode),
        },
    }
}

/// Returns the change that puts a file in its place.
fn journal_placement(
    root: &Path,
    file: &Pending,
    passing: String,
) -> Result<Placement, OutsideTree> {
    let address = Address::resolve(root, &file.path)?;
    let mode = file
        .after
        .mode
        .or(file.before.as_ref().map(|found| found.mode));
    let state = match &file.after.bytes {
        Some(bytes) => NewState::File(bytes.clone(), mode.unwrap_or(NEW_FILE)),
        None => NewState::Absent,
    };
    Ok(Placement {
        at: address.real().to_owned(),
        passing,
        state,
    })
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
