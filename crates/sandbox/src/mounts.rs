//! Carries a plan of mounts out in a mount namespace of our own: everything read-only, then the
//! private places over it, each checked at the end.
//!
//! ```text
//! /                      read-only, and every mount below it
//! /dev                   a new one, with the usual devices only
//! a place of `Nothing`   an empty folder or file over it, read-only
//! `Private`, `Copy`      a folder of the run, writable
//! `Host`                 the host's own, read-only
//! `Layered`              an overlay; without one an error if it is needed, else as `Host`
//! ```
//!
//! Sources are opened first and mounted by their descriptors, since each mount may hide the next one's path.

mod devices;

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags};

use crate::mount_plan::{MountPlan, Place, Visibility};
use crate::namespaces;
use crate::protocol::SetupError;

/// Parts of `/proc` through which root would change the host's kernel.
const KERNEL_FILES: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
];

/// Keeps our mounts to ourselves, and makes the scratch a mount of its own, which stays writable:
/// what of it is opened from now on can be written to later.
pub(crate) fn make_private(plan: &MountPlan) -> Result<(), String> {
    let all = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", all).map_err(describe_error(
        "keep mounts to ourselves below",
        Path::new("/"),
    ))?;
    rustix::mount::mount_bind(&plan.scratch, &plan.scratch)
        .map_err(describe_error("bind", &plan.scratch))
}

/// Builds the plan, after the scratch was claimed. Returns notes on the lesser things that could not be had.
pub(crate) fn apply_mount_plan(plan: &MountPlan) -> Result<Vec<String>, SetupError> {
    let blank = plan.scratch.join("blank");
    fs::write(&blank, b"").map_err(describe_error("make", &blank))?;
    let blank = open_path(&blank).map_err(describe_error("open", &blank))?;
    let mut builder = Builder {
        plan,
        blank,
        own: BTreeSet::new(),
        sealed: Vec::new(),
        notes: Vec::new(),
    };
    builder.mount_all()?;
    Ok(builder.notes)
}

/// A place, held open from where mounts will hide it.
#[derive(Default)]
struct OpenedPlace {
    shown: Option<OwnedFd>,
    upper: Option<OwnedFd>,
    work: Option<OwnedFd>,
}

/// The state while mounts are made.
struct Builder<'a> {
    plan: &'a MountPlan,
    /// An empty file, to be put over files.
    blank: OwnedFd,
    /// Mounts that stay writable.
    own: BTreeSet<PathBuf>,
    /// Mounts of ours that become read-only once everything in them is there.
    sealed: Vec<PathBuf>,
    notes: Vec<String>,
}

impl Builder<'_> {
    /// Makes all mounts: `/dev` aside, `/proc`, all read-only, `/dev` in its place, then the places in their order.
    ///
    /// What is sealed becomes read-only last, when everything in it has been made.
    fn mount_all(&mut self) -> Result<(), SetupError> {
        let scratch = &self.plan.scratch;
        let held = self.open_places()?;
        let devices = devices::build_devices(&scratch.join("devices"))?;
        let quiet = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        rustix::mount::mount("proc", "/proc", "proc", quiet, None)
            .map_err(describe_error("mount", Path::new("/proc")))?;
        namespaces::bound_namespace();
        let skipped: Vec<&Path> = vec![scratch, Path::new("/proc")];
        table::make_all_read_only(&skipped)?;
        rustix::mount::mount_move(&devices, "/dev")
            .map_err(describe_error("mount", Path::new("/dev")))?;
        for (place, held) in self.plan.places.iter().zip(&held) {
            self.mount_place(place, held)?;
        }
        for file in KERNEL_FILES
            .iter()
            .map(Path::new)
            .filter(|file| file.exists())
        {
            rustix::mount::mount_bind(file, file).map_err(describe_error("bind", file))?;
            table::make_read_only(file)?;
        }
        for path in std::mem::take(&mut self.sealed) {
            table::make_read_only(&path)?;
        }
        table::check_read_only(&self.own)?;
        std::env::set_current_dir(&self.plan.root)
            .map_err(describe_error("enter", &self.plan.root))?;
        Ok(())
    }

    /// Opens what the places show, and their layers, while they are still in reach.
    fn open_places(&self) -> Result<Vec<OpenedPlace>, String> {
        self.plan
            .places
            .iter()
            .map(|place| self.open_place(place))
            .collect()
    }

    /// Opens what one place shows. What is hidden of the repository is marked in its layer before that is opened.
    fn open_place(&self, place: &Place) -> Result<OpenedPlace, String> {
        let open = |path: &Path| {
            open_path(path)
                .map(Some)
                .map_err(describe_error("open", path))
        };
        match &place.what {
            Visibility::Nothing => Ok(OpenedPlace::default()),
            Visibility::Private(folder) | Visibility::Copy(folder) => Ok(OpenedPlace {
                shown: open(folder)?,
                ..OpenedPlace::default()
            }),
            Visibility::Host => Ok(OpenedPlace {
                shown: open(&place.at)?,
                ..OpenedPlace::default()
            }),
            Visibility::Layered { layer, .. } => {
                let upper = layer.join("upper");
                if place.at == self.plan.root {
                    hide_all(self.plan, &upper)?;
                }
                Ok(OpenedPlace {
                    shown: open(&place.at)?,
                    upper: open(&upper)?,
                    work: open(&fresh_work(layer)?)?,
                })
            }
        }
    }

    /// Mounts one place. An overlay that can't be had is an error where it is needed, else a note, and the place is
    /// read-only.
    fn mount_place(&mut self, place: &Place, held: &OpenedPlace) -> Result<(), SetupError> {
        let at = &place.at;
        match &place.what {
            Visibility::Nothing => self.mount_empty(at)?,
            Visibility::Private(_) | Visibility::Copy(_) => {
                make_folder(at)?;
                bind_mount(held, at)?;
                self.own.insert(at.clone());
            }
            Visibility::Host => self.mount_shown(at, held)?,
            Visibility::Layered { needed, .. } => {
                make_folder(at)?;
                match mount_overlay(held, at) {
                    Ok(()) => {
                        self.own.insert(at.clone());
                    }
                    Err(reason) if *needed => {
                        return Err(SetupError {
                            reason,
                            lacks_overlay: true,
                        });
                    }
                    Err(reason) => {
                        self.notes
                            .push(format!("{} is read-only: {reason}", at.display()));
                        self.mount_shown(at, held)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts an empty folder or file over a path; one that is not there needs none.
    fn mount_empty(&mut self, at: &Path) -> Result<(), String> {
        let Ok(found) = fs::metadata(at) else {
            return Ok(());
        };
        if found.is_dir() {
            let quiet = MountFlags::NOSUID | MountFlags::NODEV;
            rustix::mount::mount("none", at, "tmpfs", quiet, Some(c"mode=755,size=16m"))
                .map_err(describe_error("mount", at))?;
        } else {
            rustix::mount::mount_bind(path_of_descriptor(&self.blank), at)
                .map_err(describe_error("cover", at))?;
        }
        self.sealed.push(at.to_path_buf());
        Ok(())
    }

    /// Shows what is held at a path, read-only in the end; what is missing there to mount on is made.
    fn mount_shown(&mut self, at: &Path, held: &OpenedPlace) -> Result<(), String> {
        let is_folder = held.shown.as_ref().is_some_and(|held| {
            rustix::fs::fstat(held)
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
        });
        if is_folder {
            make_folder(at)?;
        } else if !at.exists() {
            at.parent().map_or(Ok(()), make_folder)?;
            fs::write(at, b"").map_err(describe_error("make", at))?;
        }
        bind_mount(held, at)?;
        self.sealed.push(at.to_path_buf());
        Ok(())
    }
}

/// Opens a path only to name it: it needs no right to read.
fn open_path(path: &Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(
        path,
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}

/// Returns a path by which the kernel finds what we hold, whatever was mounted over it meanwhile.
fn path_of_descriptor(held: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()))
}

/// Mounts what is held on a path, with the mounts below it.
fn bind_mount(held: &OpenedPlace, at: &Path) -> Result<(), String> {
    let shown = held
        .shown
        .as_ref()
        .ok_or_else(|| format!("nothing is held for {}", at.display()))?;
    rustix::mount::mount_bind_recursive(path_of_descriptor(shown), at)
        .map_err(describe_error("bind", at))
}

/// Makes a folder with those that lead to it; one that is there is fine.
fn make_folder(at: &Path) -> Result<(), String> {
    fs::create_dir_all(at).map_err(describe_error("make", at))
}

/// Mounts an overlay of what is held, without waiting for the disk where the kernel offers that:
/// the layer is thrown away.
fn mount_overlay(held: &OpenedPlace, at: &Path) -> Result<(), String> {
    let (Some(lower), Some(upper), Some(work)) = (&held.shown, &held.upper, &held.work) else {
        return Err(format!("nothing is held for {}", at.display()));
    };
    let [lower, upper, work] =
        [lower, upper, work].map(|side| path_of_descriptor(side).display().to_string());
    let base = format!("lowerdir={lower},upperdir={upper},workdir={work},userxattr");
    let quiet = MountFlags::NOSUID | MountFlags::NODEV;
    let mut result = Ok(());
    for options in [format!("{base},volatile"), base] {
        let options = std::ffi::CString::new(options).map_err(|error| error.to_string())?;
        result = rustix::mount::mount("overlay", at, "overlay", quiet, Some(options.as_c_str()));
        if result.is_ok() {
            break;
        }
    }
    result.map_err(describe_error("mount an overlay on", at))
}

/// Returns a working folder of its own for each mount, since a volatile overlay refuses one that
/// was used before.
pub(crate) fn fresh_work(layer: &Path) -> Result<PathBuf, String> {
    for number in 1..u32::MAX {
        let work = layer.join(format!("work-{number}"));
        match fs::create_dir(&work) {
            Ok(()) => return Ok(work),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(describe_error("make", &work)(error)),
        }
    }
    Err(format!("no working folder is free in {}", layer.display()))
}

/// Marks what is hidden of the repository as gone in its upper layer.
pub(crate) fn hide_all(plan: &MountPlan, upper: &Path) -> Result<(), String> {
    plan.hidden
        .iter()
        .try_for_each(|path| hide_path(&plan.root, upper, path))
}

/// Marks a path as gone in an upper layer, unless it is not there anyway.
fn hide_path(root: &Path, upper: &Path, path: &Path) -> Result<(), String> {
    if fs::symlink_metadata(root.join(path)).is_err()
        || fs::symlink_metadata(upper.join(path)).is_ok()
    {
        return Ok(());
    }
    let mut folder = PathBuf::new();
    for part in path.parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        let (from, to) = (root.join(&folder), upper.join(&folder));
        if fs::symlink_metadata(&from).is_ok_and(|found| !found.is_dir()) {
            return Ok(());
        }
        if fs::symlink_metadata(&to).is_err() {
            fs::create_dir(&to).map_err(describe_error("make", &to))?;
            let mode = fs::metadata(&from)
                .map_err(describe_error("read", &from))?
                .permissions();
            fs::set_permissions(&to, mode).map_err(describe_error("make", &to))?;
        }
    }
    let mark = upper.join(path);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &mark,
        FileType::CharacterDevice,
        Mode::empty(),
        rustix::fs::makedev(0, 0),
    )
    .map_err(describe_error("hide", &mark))
}

/// Returns what puts an error into words: `can't mount /dev: Operation not permitted (os error 1)`.
fn describe_error<E: Into<io::Error>>(action: &str, path: &Path) -> impl FnOnce(E) -> String {
    let start = format!("can't {action} {}", path.display());
    move |error| format!("{start}: {}", error.into())
}
