//! Finds what commands need from outside of the repository, and the sockets that they must not reach.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the folders of git outside of the repository: a linked worktree's own and the one that
/// all worktrees share, a submodule's.
pub(super) fn git_folders(root: &Path) -> Vec<PathBuf> {
    let line = |path: PathBuf| {
        fs::read_to_string(path)
            .ok()
            .map(|text| PathBuf::from(text.trim()))
    };
    let pointer = fs::read_to_string(root.join(".git")).unwrap_or_default();
    let Some(own) = pointer
        .trim()
        .strip_prefix("gitdir:")
        .map(|path| root.join(path.trim()))
    else {
        return Vec::new();
    };
    let common = line(own.join("commondir")).map(|common| own.join(common));
    std::iter::once(own)
        .chain(common)
        .filter_map(|folder| folder.canonicalize().ok())
        .collect()
}

/// Virtual environments and folders of packages outside of the repository that links at its root
/// lead to.
pub(super) fn linked_packages(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let links = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_symlink());
    let holds_packages =
        |path: &Path| path.join("pyvenv.cfg").is_file() || path.ends_with("node_modules");
    links
        .filter(|path| path.is_dir() && holds_packages(path))
        .filter_map(|path| path.canonicalize().ok())
        .collect()
}

/// Returns the virtual environment whose programs lie in a folder.
pub(super) fn virtual_environment(programs: &Path) -> Option<PathBuf> {
    let environment = programs.parent()?;
    environment
        .join("pyvenv.cfg")
        .is_file()
        .then(|| environment.to_path_buf())
}

/// Returns the folder that an interpreter was installed into, when the interpreter is reached
/// through a link.
pub(super) fn installation_folder(program: &Path) -> Option<PathBuf> {
    let target = program.canonicalize().ok()?;
    let folder = target.parent()?;
    (folder.file_name()? == "bin").then(|| folder.parent().map(Path::to_path_buf))?
}

/// Returns the named sockets on which some process of the host listens.
pub(super) fn listening_sockets() -> Vec<PathBuf> {
    const LISTENS: u32 = 0x1_0000;
    let listed = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    listed
        .lines()
        .filter_map(|line| {
            let flags = u32::from_str_radix(line.split_whitespace().nth(3)?, 16).ok()?;
            let path = &line[line.find(" /")? + 1..];
            (flags & LISTENS != 0).then(|| PathBuf::from(path))
        })
        .collect()
}
