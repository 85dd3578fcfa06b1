//! Copies the files of a tree on all cores, sharing blocks where the file system can, and makes what names the tree's
//! place name the copy's.

#[cfg(target_os = "linux")]
use std::fs::OpenOptions;
use std::fs::{self, File, FileTimes};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "linux")]
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::listed::Found;
use crate::effects::{Manifest, Stamp};
use crate::error::SandboxError;

/// Files above this size don't hold the paths that an installer writes.
const NAMING_LIMIT: u64 = 1 << 20;

/// Copies from a tree to a place. With `moved`, the copy is used at its own path, so that virtual environments and links
/// which name the original are rewritten: a command must fail rather than test the wrong tree.
pub(super) struct TreeCopier<'a> {
    pub(super) root: &'a Path,
    pub(super) at: &'a Path,
    pub(super) moved: bool,
}

impl TreeCopier<'_> {
    /// Copies files on all cores; their folders must be there.
    pub(super) fn copy_files(&self, files: &[&(PathBuf, Found)]) -> Result<Manifest, SandboxError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(cores).max(1);
        std::thread::scope(|scope| {
            let copying: Vec<_> = files
                .chunks(share)
                .map(|part| {
                    scope.spawn(move || {
                        let copied = part.iter().map(|(path, found)| {
                            Ok(self
                                .copy_entry(path, found)?
                                .map(|stamp| (path.clone(), stamp)))
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
    fn copy_entry(&self, path: &Path, found: &Found) -> Result<Option<Stamp>, SandboxError> {
        let (from, to) = (self.root.join(path), self.at.join(path));
        if found.is_link {
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
        if self.moved && names_its_place(path) && found.size() <= NAMING_LIMIT {
            self.rename_inside(&to)?;
        }
        // Makes what was built still look newer than what it was built from.
        let (seconds, nanoseconds) = found.modified;
        let since = Duration::new(
            seconds.try_into().unwrap_or_default(),
            nanoseconds.try_into().unwrap_or_default(),
        );
        copied
            .set_times(FileTimes::new().set_modified(UNIX_EPOCH + since))
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
fn copy_file(from: &Path, to: &Path, _found: &Found) -> io::Result<File> {
    fs::copy(from, to)?;
    File::open(to)
}

/// Copies a regular file with its permission bits, sharing blocks where the file system can.
///
/// `fs::copy` asks for the metadata of both sides, and takes the permissions over one by one: of
/// twenty thousand small files, that is half of the time.
#[cfg(target_os = "linux")]
fn copy_file(from: &Path, to: &Path, found: &Found) -> io::Result<File> {
    let mut source = File::open(from)?;
    let mode = found.mode;
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(to);
    let mut copied = made?;
    let mut left = usize::try_from(found.size()).unwrap_or(usize::MAX);
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
