//! Files of the repository as commands see them, for the host to read, write and remove. No path and no link leads out
//! of the tree.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// The tree, held open.
pub(super) struct Files {
    tree: OwnedFd,
}

impl Files {
    pub(super) fn new(tree: &Path) -> io::Result<Self> {
        Ok(Self { tree: File::open(tree)?.into() })
    }

    /// The bytes of a regular file, or nothing if there is none.
    pub(super) fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let file = match self.open(path, OFlags::RDONLY | OFlags::NONBLOCK) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        regular(&file)?;
        let mut bytes = Vec::new();
        File::from(file).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Writes a regular file, with the folders that lead to it.
    pub(super) fn write(&self, path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
        self.make_folders(path)?;
        let file = self.open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::NONBLOCK)?;
        regular(&file)?;
        let mut file = File::from(file);
        file.set_len(0)?;
        file.write_all(bytes)?;
        if let Some(mode) = mode {
            rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        }
        Ok(())
    }

    /// Removes a file or a link; one that is not there is fine.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
        let folder = match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => self.open(folder, OFlags::PATH | OFlags::DIRECTORY),
            None => self.open(Path::new("."), OFlags::PATH | OFlags::DIRECTORY),
        };
        match folder.and_then(|folder| rustix::fs::unlinkat(folder, name, AtFlags::empty())) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn make_folders(&self, path: &Path) -> io::Result<()> {
        let mut missing = Vec::new();
        let mut folder = path.parent();
        while let Some(at) = folder.filter(|at| !at.as_os_str().is_empty()) {
            match self.open(at, OFlags::PATH | OFlags::DIRECTORY) {
                Ok(_) => break,
                Err(Errno::NOENT) => missing.push(at),
                Err(error) => return Err(error.into()),
            }
            folder = at.parent();
        }
        for at in missing.into_iter().rev() {
            let Some(name) = at.file_name() else { continue };
            let above = at.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let above = self.open(above, OFlags::PATH | OFlags::DIRECTORY)?;
            rustix::fs::mkdirat(above, name, Mode::from_raw_mode(0o755))?;
        }
        Ok(())
    }

    fn open(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mode = if flags.contains(OFlags::CREATE) { Mode::from_raw_mode(0o644) } else { Mode::empty() };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.tree, path, flags | OFlags::CLOEXEC, mode, resolve)
    }
}

fn regular(file: &OwnedFd) -> io::Result<()> {
    let found = FileType::from_raw_mode(rustix::fs::fstat(file)?.st_mode);
    if found == FileType::RegularFile { Ok(()) } else { Err(io::Error::other("not a regular file")) }
}
