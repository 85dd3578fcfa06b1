//! A private copy of the repository, for where there is no overlay: file by file, with everything that names the
//! repository's place made to name the copy's. That of a large tree is kept from run to run, and brought up to date.

mod listed;

mod copier;

mod kept;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::effects::Manifest;
use crate::error::SandboxError;
use crate::policy::Copies;
use copier::TreeCopier;
use kept::Slot;
use listed::Listed;

/// A copy and what it was made of.
#[derive(Debug)]
pub(crate) struct TreeCopy {
    pub(crate) at: PathBuf,
    pub(crate) manifest: Manifest,
    /// The room that its files take, in bytes.
    pub(crate) bytes: u64,
    /// Keeps other runs off a copy that is kept; none of one that ends with its run.
    pub(crate) lock: Option<File>,
}

/// Where a copy may lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sites<'a> {
    /// Where copies of large trees are kept.
    pub(crate) kept: Option<&'a Copies>,
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
    let slot = sites.kept.and_then(|kept| Slot::take(kept, root, false));
    let (listed, stood) = match &slot {
        // Both sides at once: each is a look at as many files.
        Some(slot) => std::thread::scope(|scope| {
            let stood = scope.spawn(|| slot.read());
            let listed = Listed::read(root, hidden);
            (listed, stood.join().unwrap_or_default())
        }),
        None => (Listed::read(root, hidden), None),
    };
    let listed = listed?;
    let large = sites.kept.filter(|kept| listed.files.len() >= kept.from);
    let slot = large.and_then(|kept| slot.or_else(|| Slot::take(kept, root, true)));
    if let Some(slot) = slot.filter(|slot| slot.has_room(&listed)) {
        // What can't be kept is made anew, as if nothing had been.
        if let Ok(copy) = slot.refresh(root, &listed, stood) {
            return Ok(copy);
        }
    }
    let fits = |at: &&Path| fits_in_memory(at, listed.bytes());
    let at = sites.memory.filter(fits).unwrap_or(sites.disk);
    if fs::symlink_metadata(at).is_ok() {
        remove_tree(at).map_err(SandboxError::file("remove", at))?;
    }
    let copier = TreeCopier { root, at, moved };
    make_folders(at, &listed)?;
    let all: Vec<_> = listed.files.iter().collect();
    let manifest = copier.copy_files(&all)?;
    set_modes(at, &listed)?;
    Ok(TreeCopy {
        at: at.to_path_buf(),
        manifest,
        bytes: listed.bytes(),
        lock: None,
    })
}

/// Makes the folders of a copy.
fn make_folders(at: &Path, listed: &Listed) -> Result<(), SandboxError> {
    for (folder, _) in &listed.folders {
        let to = at.join(folder);
        fs::create_dir_all(&to).map_err(SandboxError::file("make", &to))?;
    }
    Ok(())
}

/// Gives the folders of a copy their modes, deepest first: one that its owner may not write in takes files until then.
fn set_modes(at: &Path, listed: &Listed) -> Result<(), SandboxError> {
    for (folder, mode) in listed.folders.iter().rev() {
        let to = at.join(folder);
        fs::set_permissions(&to, fs::Permissions::from_mode(mode_of_copy(*mode)))
            .map_err(SandboxError::file("change", &to))?;
    }
    Ok(())
}

/// Returns the mode of a folder's copy: its owner may always do everything in it.
fn mode_of_copy(mode: u32) -> u32 {
    mode | 0o700
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
