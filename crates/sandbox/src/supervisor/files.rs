//! Files of the repository as commands see them, for the host to read, write and remove. No path
//! and no link leads out of the tree.
//!
//! ```text
//! read  src/a.py            its bytes, or nothing where there is no such file
//! write out/b.txt           makes `out` if it is missing
//! read  link -> /etc/x      fails: it leads out of the tree
//! ```

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

/// The flags by which a folder on the way is opened.
#[cfg(target_os = "linux")]
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);
#[cfg(not(target_os = "linux"))]
const FOLDER: OFlags = OFlags::DIRECTORY;

/// The tree, held open.
pub(super) struct Files {
    tree: OwnedFd,
}

impl Files {
    /// Opens the tree, so that its path need not be found again.
    pub(super) fn new(tree: &Path) -> io::Result<Self> {
        Ok(Self {
            tree: File::open(tree)?.into(),
        })
    }

    /// Returns the bytes of a regular file, or nothing if there is none.
    pub(super) fn read_file(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let file = match self.open(path, OFlags::RDONLY | OFlags::NONBLOCK) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        check_regular(&file)?;
        let mut bytes = Vec::new();
        File::from(file).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Writes a regular file, with the folders that lead to it.
    pub(super) fn write_file(
        &self,
        path: &Path,
        bytes: &[u8],
        mode: Option<u32>,
    ) -> io::Result<()> {
        self.make_folders(path)?;
        let file = self.open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::NONBLOCK)?;
        check_regular(&file)?;
        let mut file = File::from(file);
        file.set_len(0)?;
        file.write_all(bytes)?;
        if let Some(mode) = mode {
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        }
        Ok(())
    }

    /// Removes a file or a link; one that is not there is fine.
    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        let Some(name) = path.file_name() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let folder = match path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            Some(folder) => self.open(folder, FOLDER),
            None => self.open(Path::new("."), FOLDER),
        };
        match folder.and_then(|folder| rustix::fs::unlinkat(folder, name, AtFlags::empty())) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the folders that lead to a path, from the innermost that is there.
    fn make_folders(&self, path: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        let mut folder = path.parent();
        while let Some(at) = folder.filter(|at| !at.as_os_str().is_empty()) {
            match self.open(at, FOLDER) {
                Ok(_) => break,
                Err(Errno::NOENT) => missing.push(at),
                Err(error) => return Err(error.into()),
            }
            folder = at.parent();
        }
        for at in missing.into_iter().rev() {
            let Some(name) = at.file_name() else { continue };
            let above = at
                .parent()
                .filter(|above| !above.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            let above = self.open(above, FOLDER)?;
            rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o755))?;
        }
        Ok(())
    }

    /// Opens below the tree, and fails with a "cross-device link" where a path or a link leads out
    /// of it.
    #[cfg(target_os = "linux")]
    fn open(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mode = if flags.contains(OFlags::CREATE) {
            Mode::from_raw_mode(0o644)
        } else {
            Mode::empty()
        };
        let resolve = rustix::fs::ResolveFlags::BENEATH | rustix::fs::ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.tree, path, flags | OFlags::CLOEXEC, mode, resolve)
    }

    /// Opens the same where the kernel does not offer it: no link is followed at all.
    #[cfg(not(target_os = "linux"))]
    fn open(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mode = Mode::from_raw_mode(0o644);
        let step = OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let refused = |error| {
            if error == Errno::LOOP {
                Errno::XDEV
            } else {
                error
            }
        };
        let mut at: Option<OwnedFd> = None;
        for part in path.parent().into_iter().flat_map(Path::components) {
            let above = at.as_ref().unwrap_or(&self.tree);
            let folder = OFlags::RDONLY | OFlags::DIRECTORY | step;
            at = Some(rustix::fs::openat(above, part.as_os_str(), folder, mode).map_err(refused)?);
        }
        let name = path.file_name().unwrap_or(".".as_ref());
        rustix::fs::openat(at.as_ref().unwrap_or(&self.tree), name, flags | step, mode)
            .map_err(refused)
    }
}

/// Fails for whatever is no regular file: a pipe, a device, a folder.
fn check_regular(file: &OwnedFd) -> io::Result<()> {
    let found = FileType::from_raw_mode(rustix::fs::fstat(file)?.st_mode);
    if found == FileType::RegularFile {
        Ok(())
    } else {
        Err(io::Error::other("not a regular file"))
    }
}
