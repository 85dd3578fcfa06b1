//! A private copy of the repository, for where there is no overlay: file by file, sharing blocks
//! where the file system can, and with everything that names the repository's place made to name
//! the copy's.

#[cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "linux")]
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::effects::{Manifest, Stamp};
use crate::error::SandboxError;

/// Files above this size don't hold the paths that an installer writes.
const NAMING_LIMIT: u64 = 1 << 20;

/// A copy and what it was made of.
#[derive(Debug)]
pub(crate) struct TreeCopy {
    pub(crate) at: PathBuf,
    pub(crate) manifest: Manifest,
}

/// Where a copy may lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sites<'a> {
    /// The folder that it becomes, on the disk.
    pub(crate) disk: &'a Path,
    /// The folder that it becomes in memory, if it fits there.
    pub(crate) memory: Option<&'a Path>,
}

/// Copies `root` without what is hidden. With `moved`, the copy is used at its own path, so that
/// virtual environments and links which name the original are rewritten: a command must fail rather
/// than test the wrong tree.
pub(crate) fn copy_tree(
    root: &Path,
    sites: Sites<'_>,
    hidden: &[PathBuf],
    moved: bool,
) -> Result<TreeCopy, SandboxError> {
    let mut listed = Listed::default();
    listed.list(root, Path::new(""), hidden)?;
    let fits = |at: &&Path| fits_in_memory(at, listed.bytes());
    let at = sites.memory.filter(fits).unwrap_or(sites.disk);
    if fs::symlink_metadata(at).is_ok() {
        remove_tree(at).map_err(SandboxError::file("remove", at))?;
    }
    let copier = TreeCopier { root, at, moved };
    for (folder, _) in &listed.folders {
        let to = at.join(folder);
        fs::create_dir_all(&to).map_err(SandboxError::file("make", &to))?;
    }
    let manifest = copier.copy_files(&listed.files)?;
    // Deepest first: a folder that its owner may not write in takes files until then.
    for (folder, mode) in listed.folders.iter().rev() {
        let to = at.join(folder);
        fs::set_permissions(&to, fs::Permissions::from_mode(mode | 0o700))
            .map_err(SandboxError::file("change", &to))?;
    }
    Ok(TreeCopy {
        at: at.to_path_buf(),
        manifest,
    })
}

/// The room that has to be left in memory: what commands build in a copy needs some, too.
const LEFT: u64 = 2 << 30;

/// Returns whether a copy of so many bytes takes at most a quarter of the file system in memory that
/// `at` is to lie on, leaves enough, and can hold programs.
#[cfg(target_os = "linux")]
fn fits_in_memory(at: &Path, bytes: u64) -> bool {
    let there = at.ancestors().find(|folder| folder.is_dir());
    let Some(found) = there.and_then(|folder| rustix::fs::statvfs(folder).ok()) else {
        return false;
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let runs = !found.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC);
    let free = free.min(crate::policy::memory_available());
    runs && bytes <= free / 4 && free - bytes >= LEFT
}

#[cfg(not(target_os = "linux"))]
fn fits_in_memory(_at: &Path, _bytes: u64) -> bool {
    false
}

struct TreeCopier<'a> {
    root: &'a Path,
    at: &'a Path,
    moved: bool,
}

/// The folders and files to be copied, relative to the root.
#[derive(Default)]
struct Listed {
    /// The folders with their permission bits, each before what lies in it.
    folders: Vec<(PathBuf, u32)>,
    /// Regular files and links.
    files: Vec<(PathBuf, Metadata)>,
}

impl Listed {
    /// Returns the room that the files take, in whole pages.
    fn bytes(&self) -> u64 {
        const PAGE: u64 = 4096;
        let sizes = self.files.iter().map(|(_, found)| found.len());
        sizes.map(|size| size.div_ceil(PAGE).max(1) * PAGE).sum()
    }

    /// Lists a folder and what lies in it and below.
    fn list(&mut self, root: &Path, folder: &Path, hidden: &[PathBuf]) -> Result<(), SandboxError> {
        let from = root.join(folder);
        let entries = match fs::read_dir(&from) {
            Ok(entries) => entries,
            // A folder that we may not look into is one that commands could not look into either.
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied && folder != Path::new("") =>
            {
                return Ok(());
            }
            Err(error) => return Err(SandboxError::file("list", &from)(error)),
        };
        let mode = fs::metadata(&from).map_err(SandboxError::file("look at", &from))?;
        self.folders.push((folder.to_path_buf(), mode.mode()));
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
                self.list(root, &path, hidden)?;
            } else if found.is_file() || found.is_symlink() {
                self.files.push((path, found));
            }
        }
        Ok(())
    }
}

impl TreeCopier<'_> {
    /// Copies files on all cores.
    fn copy_files(&self, files: &[(PathBuf, Metadata)]) -> Result<Manifest, SandboxError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(cores).max(1);
        std::thread::scope(|scope| {
            let copying: Vec<_> = files
                .chunks(share)
                .map(|part| {
                    scope.spawn(move || {
                        let copied = part.iter().map(|(path, found)| {
                            Ok(self.file(path, found)?.map(|stamp| (path.clone(), stamp)))
                        });
                        copied
                            .filter_map(Result::transpose)
                            .collect::<Result<Vec<_>, SandboxError>>()
                    })
                })
                .collect();
            let mut manifest = Manifest::with_capacity(files.len());
            for part in copying {
                let ended = part
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                manifest.extend(ended?);
            }
            Ok(manifest)
        })
    }

    /// Copies a file or link; nothing comes of one that is gone, or that we may not read.
    fn file(&self, path: &Path, found: &Metadata) -> Result<Option<Stamp>, SandboxError> {
        let (from, to) = (self.root.join(path), self.at.join(path));
        if found.is_symlink() {
            let target = fs::read_link(&from).map_err(SandboxError::file("read", &from))?;
            symlink(self.renamed(&target), &to).map_err(SandboxError::file("link", &to))?;
            let made = fs::symlink_metadata(&to).map_err(SandboxError::file("look at", &to))?;
            return Ok(Some(Stamp::of(&made)));
        }
        let copied = match copy_file(&from, &to, found) {
            Ok(copied) => copied,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(SandboxError::file("copy", &from)(error)),
        };
        if self.moved && names_its_place(path) && found.len() <= NAMING_LIMIT {
            self.rename_inside(&to)?;
        }
        // Makes what was built still look newer than what it was built from.
        found
            .modified()
            .and_then(|modified| copied.set_times(FileTimes::new().set_modified(modified)))
            .map_err(SandboxError::file("date", &to))?;
        let made = copied
            .metadata()
            .map_err(SandboxError::file("look at", &to))?;
        Ok(Some(Stamp::of(&made)))
    }

    /// Returns a link's target, in the copy if it was in the original.
    fn renamed(&self, target: &Path) -> PathBuf {
        match target.strip_prefix(self.root) {
            Ok(rest) if self.moved => self.at.join(rest),
            _ => target.to_path_buf(),
        }
    }

    fn rename_inside(&self, path: &Path) -> Result<(), SandboxError> {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(SandboxError::file("read", path))?;
        let (old, new) = (
            self.root.as_os_str().as_bytes(),
            self.at.as_os_str().as_bytes(),
        );
        if bytes.contains(&0) || !bytes.windows(old.len()).any(|window| window == old) {
            return Ok(());
        }
        fs::write(path, replace_bytes(&bytes, old, new)).map_err(SandboxError::file("write", path))
    }
}

/// Copies a regular file with its permission bits, sharing blocks where the file system can.
#[cfg(not(target_os = "linux"))]
fn copy_file(from: &Path, to: &Path, _found: &Metadata) -> io::Result<File> {
    fs::copy(from, to)?;
    File::open(to)
}

/// Copies a regular file with its permission bits, sharing blocks where the file system can.
///
/// `fs::copy` asks for the metadata of both sides, and takes the permissions over one by one: of
/// twenty thousand small files, that is half of the time.
#[cfg(target_os = "linux")]
fn copy_file(from: &Path, to: &Path, found: &Metadata) -> io::Result<File> {
    let mut source = File::open(from)?;
    let mode = found.permissions().mode() & 0o7777;
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(to);
    let mut copied = made?;
    let mut left = usize::try_from(found.len()).unwrap_or(usize::MAX);
    while left > 0 {
        match rustix::fs::copy_file_range(&source, None, &copied, None, left) {
            Ok(0) => break,
            Ok(bytes) => left -= bytes,
            // Not every file system can; what is copied so far stands.
            Err(_) => {
                io::copy(&mut source, &mut copied)?;
                break;
            }
        }
    }
    if copied.metadata()?.permissions().mode() & 0o7777 != mode {
        copied.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok(copied)
}

/// Returns whether an installer writes absolute paths into files of this name: the scripts and
/// links of a virtual environment.
fn names_its_place(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let in_programs = path
        .parent()
        .and_then(Path::file_name)
        .is_some_and(|folder| folder == "bin" || folder == ".bin");
    in_programs
        || name == "pyvenv.cfg"
        || name == "direct_url.json"
        || name.ends_with(".pth")
        || name.ends_with(".egg-link")
        || (name.starts_with("__editable__") && name.ends_with(".py"))
}

fn replace_bytes(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(old.len()).position(|window| window == old) {
        result.extend(&rest[..at]);
        let after = &rest[at + old.len()..];
        // A longer name that only begins the same is another place.
        let whole = !after
            .first()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        result.extend(if whole { new } else { old });
        rest = after;
    }
    result.extend(rest);
    result
}

/// Removes a whole tree, also where a command took away the right to look into it.
pub(crate) fn remove_tree(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_dir()) {
        return fs::remove_file(path);
    }
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => {
            open_up(path);
            fs::remove_dir_all(path)
        }
    }
}

fn open_up(folder: &Path) {
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_are_replaced() {
        let found = replace_bytes(b"#!/a/b/.venv/bin/python /a/b-c /a/b\n", b"/a/b", b"/copy");
        assert_eq!(found, b"#!/copy/.venv/bin/python /a/b-c /copy\n");
    }

    #[test]
    fn what_an_installer_writes_is_told_from_source() {
        assert!(names_its_place(Path::new(".venv/bin/pytest")));
        assert!(names_its_place(Path::new(
            ".venv/lib/python3/site-packages/__editable__.app.pth"
        )));
        assert!(!names_its_place(Path::new("src/paths.py")));
    }
}
