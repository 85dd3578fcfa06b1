//! The table of mounts: making each one read-only, and making sure that none was missed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::StatVfsMountFlags;
use rustix::io::Errno;
use rustix::mount::MountFlags;

use super::said;

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
pub(super) fn seal_everything(skipped: &[&Path]) -> Result<(), String> {
    for (path, options) in mounts()? {
        if skipped.iter().any(|skip| path.starts_with(skip)) {
            continue;
        }
        let sealed = remount(&path, &options);
        // Out of our reach, or hidden under a later mount: not to be written either.
        if !matches!(sealed, Ok(()) | Err(Errno::ACCESS | Errno::NOENT | Errno::INVAL | Errno::NOTDIR)) {
            return sealed.map_err(said("make read-only", &path));
        }
    }
    Ok(())
}

/// Makes one mount read-only.
pub(super) fn seal(path: &Path) -> Result<(), String> {
    let options = mounts()?.remove(path).unwrap_or_default();
    remount(path, &options).map_err(said("make read-only", path))
}

fn remount(path: &Path, options: &str) -> Result<(), Errno> {
    let kept = KEPT.iter().filter(|(name, _)| options.split(',').any(|option| option == *name));
    let mut flags =
        kept.fold(MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID, |flags, (_, flag)| flags | *flag);
    if !path.starts_with("/dev") {
        flags |= MountFlags::NODEV;
    }
    rustix::mount::mount_remount(path, flags, "")
}

/// Fails if anything can be written to but our own mounts.
pub(super) fn check(own: &BTreeSet<PathBuf>) -> Result<(), String> {
    let ours = |path: &Path| own.contains(path) || path.starts_with("/dev") || path.starts_with("/proc");
    for path in mounts()?.into_keys().filter(|path| !ours(path)) {
        if let Ok(found) = rustix::fs::statvfs(&path)
            && !found.f_flag.contains(StatVfsMountFlags::RDONLY)
            && !own.iter().any(|own| is_seen_through(own, &path))
        {
            return Err(format!("{} would stay writable", path.display()));
        }
    }
    Ok(())
}

/// Whether `path` is no mount any more as it is reached now, but lies in `own`.
fn is_seen_through(own: &Path, path: &Path) -> bool {
    path.starts_with(own)
        && matches!((fs::metadata(own), fs::metadata(path)), (Ok(own), Ok(path)) if {
            use std::os::unix::fs::MetadataExt;
            own.dev() == path.dev()
        })
}

/// Every mount and its options; of several at one path, the topmost.
fn mounts() -> Result<BTreeMap<PathBuf, String>, String> {
    let path = Path::new("/proc/self/mountinfo");
    let listed = fs::read(path).map_err(said("read", path))?;
    Ok(listed
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ');
            let at = fields.nth(4)?;
            Some((unescape(at), String::from_utf8_lossy(fields.next()?).into_owned()))
        })
        .collect())
}

/// The table writes spaces, tabs, line ends and backslashes as three octal digits.
fn unescape(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let digits =
            after.get(..3).filter(|digits| *first == b'\\' && digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        match digits {
            Some(digits) => {
                bytes.push(digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_are_taken_back() {
        assert_eq!(unescape(br"/a\040b\134c\12"), PathBuf::from(r"/a b\c\12"));
    }
}
