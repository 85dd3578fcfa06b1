//! The repository as a run sees it: what lies on disk, beneath what is staged. The user's files are written here and
//! nowhere else: inside the repository, atomically, and only over what was seen before.

mod address;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use address::{Address, OutsideTree};
pub(crate) use write::{OriginalStore, WriteError};

/// A file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileState {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Its permission bits.
    pub(crate) mode: u32,
}

/// The staged state of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staged {
    /// Its bytes; `None` deletes it.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Its permission bits, where they are to change.
    pub(crate) mode: Option<u32>,
}

/// One file that differs from what was found.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    /// The file as it was found, `None` where there was none.
    pub(crate) before: Option<FileState>,
    /// The staged state.
    pub(crate) after: Staged,
}

/// The staged view of one repository.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    root: PathBuf,
    found: BTreeMap<String, Option<FileState>>,
    staged: BTreeMap<String, Staged>,
}

/// A file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The path leaves the repository.
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    /// The system says no.
    #[error("`{path}` can't be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A folder, a device or a pipe stands there.
    #[error("`{path}` is not a regular file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// Not UTF-8.
    #[error("`{path}` is not UTF-8 text (byte {offset})")]
    NotText {
        /// The file.
        path: String,
        /// The first byte that isn't UTF-8.
        offset: usize,
    },
}

impl Tree {
    /// A view of the repository at `root`, with nothing staged.
    pub(crate) fn at(root: &Path) -> Self {
        Tree {
            root: root.to_owned(),
            found: BTreeMap::new(),
            staged: BTreeMap::new(),
        }
    }

    /// Returns the repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the file's bytes as staged, else as found on disk (and remembered); `None` where there is none.
    pub(crate) fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        match self.staged.get(path) {
            Some(staged) => Ok(staged.bytes.clone()),
            None => Ok(self
                .state_on_disk(path)?
                .as_ref()
                .map(|found| found.bytes.clone())),
        }
    }

    /// [`Tree::read`] as text.
    pub(crate) fn read_text(&mut self, path: &str) -> Result<Option<String>, ReadError> {
        let Some(bytes) = self.read(path)? else {
            return Ok(None);
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|error| ReadError::NotText {
                path: path.to_owned(),
                offset: error.utf8_error().valid_up_to(),
            })
    }

    /// Returns the file as it was found before anything was staged.
    pub(crate) fn state_on_disk(&mut self, path: &str) -> Result<&Option<FileState>, ReadError> {
        if !self.found.contains_key(path) {
            let found = read_from_disk(&self.root, path)?;
            self.found.insert(path.to_owned(), found);
        }
        Ok(&self.found[path])
    }

    /// Stages new bytes, or a deletion.
    pub(crate) fn stage(&mut self, path: &str, bytes: Option<Vec<u8>>) -> Result<(), ReadError> {
        self.state_on_disk(path)?;
        self.staged
            .insert(path.to_owned(), Staged { bytes, mode: None });
        Ok(())
    }

    /// Stages permission bits beside whatever is staged.
    pub(crate) fn stage_mode(&mut self, path: &str, mode: u32) -> Result<(), ReadError> {
        let bytes = self.read(path)?;
        self.staged.insert(
            path.to_owned(),
            Staged {
                bytes,
                mode: Some(mode),
            },
        );
        Ok(())
    }

    /// Returns what is staged now, to go back to.
    pub(crate) fn savepoint(&self) -> BTreeMap<String, Staged> {
        self.staged.clone()
    }

    /// Goes back to a savepoint.
    pub(crate) fn restore(&mut self, savepoint: BTreeMap<String, Staged>) {
        self.staged = savepoint;
    }

    /// Returns all staged files, changed or not.
    pub(crate) fn staged(&self) -> &BTreeMap<String, Staged> {
        &self.staged
    }

    /// Returns the staged files that differ from what was found, by path.
    pub(crate) fn pending(&self) -> Vec<Pending> {
        let differs = |path: &str, staged: &Staged| {
            let before = self.found.get(path).and_then(Option::as_ref);
            before.map(|found| &found.bytes) != staged.bytes.as_ref()
                || staged
                    .mode
                    .is_some_and(|mode| before.is_none_or(|found| found.mode != mode))
        };
        self.staged
            .iter()
            .filter(|(path, staged)| differs(path, staged))
            .map(|(path, staged)| Pending {
                path: path.clone(),
                before: self.found.get(path).cloned().flatten(),
                after: staged.clone(),
            })
            .collect()
    }

    /// Returns the known files that lie on disk otherwise than this run knows them: somebody else wrote them.
    pub(crate) fn drifted(&self) -> Vec<String> {
        let moved = |(path, known): &(&String, &Option<FileState>)| {
            let now = read_from_disk(&self.root, path).ok().flatten();
            now.as_ref().map(|found| &found.bytes) != known.as_ref().map(|found| &found.bytes)
        };
        self.found
            .iter()
            .filter(moved)
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// Returns whether the file lies on disk otherwise than this run knows it.
    pub(crate) fn has_drifted(&mut self, path: &str) -> Result<bool, ReadError> {
        let now = read_from_disk(&self.root, path)?;
        let known = self.state_on_disk(path)?;
        Ok(now.as_ref().map(|found| &found.bytes) != known.as_ref().map(|found| &found.bytes))
    }

    /// Marks what was written as what is found from now on.
    fn mark_written(&mut self, written: &Pending) {
        let mode = written
            .after
            .mode
            .or(written.before.as_ref().map(|found| found.mode));
        let found = match &written.after.bytes {
            None => None,
            Some(bytes) => {
                let on_disk = read_from_disk(&self.root, &written.path).ok().flatten();
                let mode = mode.or(on_disk.map(|found| found.mode)).unwrap_or(0o644);
                Some(FileState {
                    bytes: bytes.clone(),
                    mode,
                })
            }
        };
        self.found.insert(written.path.clone(), found);
    }
}

/// Reads a file from disk; `None` where there is none.
fn read_from_disk(root: &Path, path: &str) -> Result<Option<FileState>, ReadError> {
    let address = Address::resolve(root, path)?;
    let unreadable = |source| ReadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let metadata = match fs::metadata(address.real()) {
        Ok(metadata) => metadata,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    if !metadata.is_file() {
        return Err(ReadError::NotAFile {
            path: path.to_owned(),
        });
    }
    let bytes = survey::read_regular(address.real(), u64::MAX).map_err(unreadable)?;
    Ok(Some(FileState {
        bytes,
        mode: write::mode_of(&metadata),
    }))
}

#[cfg(test)]
mod tests;
