//! A `/dev` with nothing in it but what every program may count on.
//!
//! ```text
//! /dev/null, zero, full, random, urandom, tty      those of the host
//! /dev/fd, stdin, stdout, stderr, ptmx             links
//! /dev/shm, /dev/pts                               new and empty
//! ```

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::mount::MountFlags;

use super::describe_error;

/// The devices that are taken from the host.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom", "tty"];

/// Where a link leads, and its name.
const LINKS: &[(&str, &str)] = &[
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("pts/ptmx", "ptmx"),
];

/// Builds it at `at`, from where it is moved to its place.
pub(super) fn build_devices(at: &Path) -> Result<PathBuf, String> {
    let quiet = MountFlags::NOSUID;
    fs::create_dir_all(at).map_err(describe_error("make", at))?;
    rustix::mount::mount("none", at, "tmpfs", quiet, Some(c"mode=755,size=64k"))
        .map_err(describe_error("mount", at))?;
    for name in DEVICES {
        let (from, to) = (Path::new("/dev").join(name), at.join(name));
        fs::write(&to, b"").map_err(describe_error("make", &to))?;
        rustix::mount::mount_bind(&from, &to).map_err(describe_error("bind", &from))?;
    }
    for (target, name) in LINKS {
        symlink(target, at.join(name)).map_err(describe_error("link", &at.join(name)))?;
    }
    let (shared, terminals) = (at.join("shm"), at.join("pts"));
    for folder in [&shared, &terminals] {
        fs::create_dir(folder).map_err(describe_error("make", folder))?;
    }
    let quiet = MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount("none", &shared, "tmpfs", quiet, Some(c"mode=1777"))
        .map_err(describe_error("mount", &shared))?;
    let options = Some(c"newinstance,ptmxmode=0666,mode=620");
    rustix::mount::mount(
        "devpts",
        &terminals,
        "devpts",
        MountFlags::NOSUID | MountFlags::NOEXEC,
        options,
    )
    .map_err(describe_error("mount", &terminals))?;
    Ok(at.to_path_buf())
}
