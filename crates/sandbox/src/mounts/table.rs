//! The table of mounts: making each one read-only, and making sure that none was missed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::StatVfsMountFlags;
use rustix::io::Errno;
use rustix::mount::MountFlags;

use super::describe_error;
use crate::mountinfo::{LIST, read_mounts};

/// Options of a mount that a namespace inherits and may not take away again.
const KEPT: &[(&str, MountFlags)] = &[
    ("nosuid", MountFlags::NOSUID),
    ("nodev", MountFlags::NODEV),
    ("noexec", MountFlags::NOEXEC),
    ("noatime", MountFlags::NOATIME),
    ("nodiratime", MountFlags::NODIRATIME),
    ("relatime", MountFlags::RELATIME),
];

/// Makes every mount read-only but the skipped ones and what lies in them.
pub(super) fn make_all_read_only(skipped: &[&Path]) -> Result<(), String> {
    for (path, options) in list_mounts()? {
        if skipped.iter().any(|skip| path.starts_with(skip)) {
            continue;
        }
        let sealed = remount_with(&path, &options);
        // Out of our reach, or hidden under a later mount: not to be written either.
        if !matches!(
            sealed,
            Ok(()) | Err(Errno::ACCESS | Errno::NOENT | Errno::INVAL | Errno::NOTDIR)
        ) {
            return sealed.map_err(describe_error("make read-only", &path));
        }
    }
    Ok(())
}

/// Makes one mount read-only. One that went away meanwhile (another process removed its socket, and the kernel unmounts
/// what is removed) needs no protection.
pub(super) fn make_read_only(path: &Path) -> Result<(), String> {
    let options = list_mounts()?.remove(path).unwrap_or_default();
    match remount_with(path, &options) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(describe_error("make read-only", path)(error)),
    }
}

/// Makes a mount read-only, with those of its options that may not be taken away; devices stay in use in `/dev` alone.
fn remount_with(path: &Path, options: &str) -> Result<(), Errno> {
    let kept = KEPT
        .iter()
        .filter(|(name, _)| options.split(',').any(|option| option == *name));
    let mut flags = kept.fold(
        MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID,
        |flags, (_, flag)| flags | *flag,
    );
    if !path.starts_with("/dev") {
        flags |= MountFlags::NODEV;
    }
    rustix::mount::mount_remount(path, flags, "")
}

/// Fails if anything can be written to but our own mounts.
pub(super) fn check_read_only(own: &BTreeSet<PathBuf>) -> Result<(), String> {
    let ours =
        |path: &Path| own.contains(path) || path.starts_with("/dev") || path.starts_with("/proc");
    for path in list_mounts()?.into_keys().filter(|path| !ours(path)) {
        if let Ok(found) = rustix::fs::statvfs(&path)
            && !found.f_flag.contains(StatVfsMountFlags::RDONLY)
            && !own.iter().any(|own| is_seen_through(own, &path))
        {
            return Err(format!("{} would stay writable", path.display()));
        }
    }
    Ok(())
}

/// Returns whether `path` is no mount any more as it is reached now, but lies in `own`.
fn is_seen_through(own: &Path, path: &Path) -> bool {
    path.starts_with(own)
        && matches!((fs::metadata(own), fs::metadata(path)), (Ok(own), Ok(path)) if {
            use std::os::unix::fs::MetadataExt;
            own.dev() == path.dev()
        })
}

/// Returns the mounts of our namespace by path, each with its options: `rw,nosuid,relatime`.
fn list_mounts() -> Result<std::collections::BTreeMap<PathBuf, String>, String> {
    read_mounts().map_err(describe_error("read", Path::new(LIST)))
}
