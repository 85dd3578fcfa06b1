//! A private copy of the repository, for where there is no overlay: file by file, sharing blocks
//! where the file system can, and with everything that names the repository's place made to name
//! the copy's.

use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
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

/// Copies `root` without what is hidden. With `moved`, the copy is used at its own path, so that
/// virtual environments and links which name the original are rewritten: a command must fail rather
/// than test the wrong tree.
pub(crate) fn copy_tree(
    root: &Path,
    at: &Path,
    hidden: &[PathBuf],
    moved: bool,
) -> Result<TreeCopy, SandboxError> {
    if fs::symlink_metadata(at).is_ok() {
        remove_tree(at).map_err(SandboxError::file("remove", at))?;
    }
    let mut copying = TreeCopier {
        root,
        at,
        hidden,
        moved,
        manifest: Manifest::new(),
    };
    copying.folder(Path::new(""))?;
    Ok(TreeCopy {
        at: at.to_path_buf(),
        manifest: copying.manifest,
    })
}

struct TreeCopier<'a> {
    root: &'a Path,
    at: &'a Path,
    hidden: &'a [PathBuf],
    moved: bool,
    manifest: Manifest,
}

impl TreeCopier<'_> {
    fn folder(&mut self, folder: &Path) -> Result<(), SandboxError> {
        let (from, to) = (self.root.join(folder), self.at.join(folder));
        fs::create_dir_all(&to).map_err(SandboxError::file("make", &to))?;
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
        for entry in entries {
            let entry = entry.map_err(SandboxError::file("list", &from))?;
            let path = folder.join(entry.file_name());
            if self.hidden.contains(&path) {
                continue;
            }
            let found = match entry.metadata() {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(SandboxError::file("look at", &entry.path())(error)),
            };
            if found.is_dir() {
                self.folder(&path)?;
            } else {
                self.file(&path, &found)?;
            }
        }
        let mode = fs::metadata(&from)
            .map_err(SandboxError::file("look at", &from))?
            .permissions()
            .mode();
        fs::set_permissions(&to, fs::Permissions::from_mode(mode | 0o700))
            .map_err(SandboxError::file("change", &to))
    }

    fn file(&mut self, path: &Path, found: &Metadata) -> Result<(), SandboxError> {
        let (from, to) = (self.root.join(path), self.at.join(path));
        if found.is_symlink() {
            let target = fs::read_link(&from).map_err(SandboxError::file("read", &from))?;
            symlink(self.renamed(&target), &to).map_err(SandboxError::file("link", &to))?;
        } else if found.is_file() {
            match fs::copy(&from, &to) {
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                    ) =>
                {
                    return Ok(());
                }
                Err(error) => return Err(SandboxError::file("copy", &from)(error)),
            }
            if self.moved && names_its_place(path) && found.len() <= NAMING_LIMIT {
                self.rename_inside(&to)?;
            }
            keep_times(&to, found).map_err(SandboxError::file("date", &to))?;
        } else {
            return Ok(());
        }
        let stamp = fs::symlink_metadata(&to).map_err(SandboxError::file("look at", &to))?;
        self.manifest.insert(path.to_path_buf(), Stamp::of(&stamp));
        Ok(())
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

/// Makes what was built still look newer than what it was built from.
fn keep_times(path: &Path, found: &Metadata) -> io::Result<()> {
    let times = FileTimes::new().set_modified(found.modified()?);
    let file = match File::open(path) {
        Ok(file) => file,
        // A file that not even its owner may read has nothing built from it.
        Err(_) => return Ok(()),
    };
    file.set_times(times)
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
