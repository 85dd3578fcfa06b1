//! Lists what lies in a tree: its folders with their modes, its files and links with their stamps.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::effects::Stamp;
use crate::error::SandboxError;

/// A regular file or a link, as it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) is_link: bool,
    /// Its permission bits.
    pub(super) mode: u32,
    pub(super) modified: (i64, i64),
    pub(super) stamp: Stamp,
}

/// The folders and files of a tree, relative to it.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// The folders with their permission bits, each before what lies in it.
    pub(super) folders: Vec<(PathBuf, u32)>,
    /// Regular files and links.
    pub(super) files: Vec<(PathBuf, Found)>,
    /// Sockets, pipes and devices.
    pub(super) others: Vec<PathBuf>,
    /// Folders that we may not look into.
    pub(super) denied: Vec<PathBuf>,
}

impl Found {
    fn new(found: &Metadata) -> Self {
        Self {
            is_link: found.is_symlink(),
            mode: found.mode() & 0o7777,
            modified: (found.mtime(), found.mtime_nsec()),
            stamp: Stamp::of(found),
        }
    }

    /// Returns the size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.stamp.size
    }
}

impl Listed {
    /// Lists the tree below `root` without what is hidden. A folder below that we may not look into is left out: commands
    /// could not look into it either.
    pub(super) fn read(root: &Path, hidden: &[PathBuf]) -> Result<Self, SandboxError> {
        let mut listed = Self::default();
        listed.list_folder(root, Path::new(""), hidden)?;
        Ok(listed)
    }

    /// Returns the room that the files take, in whole pages.
    pub(super) fn bytes(&self) -> u64 {
        const PAGE: u64 = 4096;
        let sizes = self.files.iter().map(|(_, found)| found.size());
        sizes.map(|size| size.div_ceil(PAGE).max(1) * PAGE).sum()
    }

    /// Lists a folder and what lies in it and below.
    fn list_folder(
        &mut self,
        root: &Path,
        folder: &Path,
        hidden: &[PathBuf],
    ) -> Result<(), SandboxError> {
        let from = root.join(folder);
        let entries = match fs::read_dir(&from) {
            Ok(entries) => entries,
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied && folder != Path::new("") =>
            {
                self.denied.push(folder.to_path_buf());
                return Ok(());
            }
            Err(error) => return Err(SandboxError::file("list", &from)(error)),
        };
        let mode = fs::metadata(&from).map_err(SandboxError::file("look at", &from))?;
        self.folders
            .push((folder.to_path_buf(), mode.mode() & 0o7777));
        for entry in entries {
            let entry = entry.map_err(SandboxError::file("list", &from))?;
            let path = folder.join(entry.file_name());
            if hidden.contains(&path) {
                continue;
            }
            let found = match entry.metadata() {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(SandboxError::file("look at", &entry.path())(error)),
            };
            if found.is_dir() {
                self.list_folder(root, &path, hidden)?;
            } else if found.is_file() || found.is_symlink() {
                self.files.push((path, Found::new(&found)));
            } else {
                self.others.push(path);
            }
        }
        Ok(())
    }
}
