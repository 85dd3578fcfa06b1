//! Carries a view out in a mount namespace of our own: everything read-only, then the private places over it, each
//! checked at the end.

mod devices;

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::mount::{MountFlags, MountPropagationFlags};

use crate::spaces;
use crate::view::{Place, Sight, View};
use crate::wire::Unbuilt;

/// Parts of `/proc` through which root would change the host's kernel.
const KERNEL_FILES: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
];

/// Keeps our mounts to ourselves, and makes the scratch a mount of its own, which stays writable: what of it is opened
/// from now on can be written to later.
pub(crate) fn claim(view: &View) -> Result<(), String> {
    let all = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", all)
        .map_err(said("keep mounts to ourselves below", Path::new("/")))?;
    rustix::mount::mount_bind(&view.scratch, &view.scratch).map_err(said("bind", &view.scratch))
}

/// Builds the view, after the scratch was claimed. Gives notes on the lesser things that could not be had.
pub(crate) fn build(view: &View) -> Result<Vec<String>, Unbuilt> {
    let blank = view.scratch.join("blank");
    fs::write(&blank, b"").map_err(said("make", &blank))?;
    let blank = hold(&blank).map_err(said("open", &blank))?;
    let mut builder = Builder {
        view,
        blank,
        own: BTreeSet::new(),
        sealed: Vec::new(),
        notes: Vec::new(),
    };
    builder.build()?;
    Ok(builder.notes)
}

/// What a place needs from where mounts will hide it.
#[derive(Default)]
struct Held {
    shown: Option<OwnedFd>,
    upper: Option<OwnedFd>,
    work: Option<OwnedFd>,
}

/// What is under construction.
struct Builder<'a> {
    view: &'a View,
    /// An empty file, to be put over files.
    blank: OwnedFd,
    /// Mounts that stay writable.
    own: BTreeSet<PathBuf>,
    /// Mounts of ours that become read-only once everything in them is there.
    sealed: Vec<PathBuf>,
    notes: Vec<String>,
}

impl Builder<'_> {
    fn build(&mut self) -> Result<(), Unbuilt> {
        let scratch = &self.view.scratch;
        let held = self.hold()?;
        let devices = devices::build(&scratch.join("devices"))?;
        let quiet = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        rustix::mount::mount("proc", "/proc", "proc", quiet, None)
            .map_err(said("mount", Path::new("/proc")))?;
        spaces::bound_namespace();
        let skipped: Vec<&Path> = vec![scratch, Path::new("/proc")];
        table::seal_everything(&skipped)?;
        rustix::mount::mount_move(&devices, "/dev").map_err(said("mount", Path::new("/dev")))?;
        for (place, held) in self.view.places.iter().zip(&held) {
            self.put(place, held)?;
        }
        for file in KERNEL_FILES
            .iter()
            .map(Path::new)
            .filter(|file| file.exists())
        {
            rustix::mount::mount_bind(file, file).map_err(said("bind", file))?;
            table::seal(file)?;
        }
        for path in std::mem::take(&mut self.sealed) {
            table::seal(&path)?;
        }
        table::check(&self.own)?;
        std::env::set_current_dir(&self.view.root).map_err(said("enter", &self.view.root))?;
        Ok(())
    }

    /// Opens what the places show, and their layers, while they are still in reach.
    fn hold(&self) -> Result<Vec<Held>, String> {
        self.view
            .places
            .iter()
            .map(|place| self.hold_one(place))
            .collect()
    }

    fn hold_one(&self, place: &Place) -> Result<Held, String> {
        let open = |path: &Path| hold(path).map(Some).map_err(said("open", path));
        match &place.what {
            Sight::Nothing => Ok(Held::default()),
            Sight::Private(folder) | Sight::Copy(folder) => Ok(Held {
                shown: open(folder)?,
                ..Held::default()
            }),
            Sight::Host => Ok(Held {
                shown: open(&place.at)?,
                ..Held::default()
            }),
            Sight::Layered { layer, .. } => {
                let upper = layer.join("upper");
                if place.at == self.view.root {
                    hide_all(self.view, &upper)?;
                }
                Ok(Held {
                    shown: open(&place.at)?,
                    upper: open(&upper)?,
                    work: open(&fresh_work(layer)?)?,
                })
            }
        }
    }

    fn put(&mut self, place: &Place, held: &Held) -> Result<(), Unbuilt> {
        let at = &place.at;
        match &place.what {
            Sight::Nothing => self.empty(at)?,
            Sight::Private(_) | Sight::Copy(_) => {
                make_folder(at)?;
                bind(held, at)?;
                self.own.insert(at.clone());
            }
            Sight::Host => self.show(at, held)?,
            Sight::Layered { needed, .. } => {
                make_folder(at)?;
                match overlay(held, at) {
                    Ok(()) => {
                        self.own.insert(at.clone());
                    }
                    Err(reason) if *needed => {
                        return Err(Unbuilt {
                            reason,
                            lacks_overlay: true,
                        });
                    }
                    Err(reason) => {
                        self.notes
                            .push(format!("{} is read-only: {reason}", at.display()));
                        self.show(at, held)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn empty(&mut self, at: &Path) -> Result<(), String> {
        let Ok(found) = fs::metadata(at) else {
            return Ok(());
        };
        if found.is_dir() {
            let quiet = MountFlags::NOSUID | MountFlags::NODEV;
            rustix::mount::mount("none", at, "tmpfs", quiet, Some(c"mode=755,size=16m"))
                .map_err(said("mount", at))?;
        } else {
            rustix::mount::mount_bind(through(&self.blank), at).map_err(said("cover", at))?;
        }
        self.sealed.push(at.to_path_buf());
        Ok(())
    }

    fn show(&mut self, at: &Path, held: &Held) -> Result<(), String> {
        let is_folder = held.shown.as_ref().is_some_and(|held| {
            rustix::fs::fstat(held)
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
        });
        if is_folder {
            make_folder(at)?;
        } else if !at.exists() {
            at.parent().map_or(Ok(()), make_folder)?;
            fs::write(at, b"").map_err(said("make", at))?;
        }
        bind(held, at)?;
        self.sealed.push(at.to_path_buf());
        Ok(())
    }
}

fn hold(path: &Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(
        path,
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}

/// A path by which the kernel finds what we hold, whatever was mounted over it meanwhile.
fn through(held: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", held.as_raw_fd()))
}

fn bind(held: &Held, at: &Path) -> Result<(), String> {
    let shown = held
        .shown
        .as_ref()
        .ok_or_else(|| format!("nothing is held for {}", at.display()))?;
    rustix::mount::mount_bind_recursive(through(shown), at).map_err(said("bind", at))
}

fn make_folder(at: &Path) -> Result<(), String> {
    fs::create_dir_all(at).map_err(said("make", at))
}

/// An overlay of what is held, without waiting for the disk where the kernel offers that: the layer is thrown away.
fn overlay(held: &Held, at: &Path) -> Result<(), String> {
    let (Some(lower), Some(upper), Some(work)) = (&held.shown, &held.upper, &held.work) else {
        return Err(format!("nothing is held for {}", at.display()));
    };
    let [lower, upper, work] = [lower, upper, work].map(|side| through(side).display().to_string());
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
    result.map_err(said("mount an overlay on", at))
}

/// A working folder of its own for each mount, since a volatile overlay refuses one that was used before.
pub(crate) fn fresh_work(layer: &Path) -> Result<PathBuf, String> {
    for number in 1..u32::MAX {
        let work = layer.join(format!("work-{number}"));
        match fs::create_dir(&work) {
            Ok(()) => return Ok(work),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(said("make", &work)(error)),
        }
    }
    Err(format!("no working folder is free in {}", layer.display()))
}

/// Marks what is hidden of the repository as gone in its upper layer.
pub(crate) fn hide_all(view: &View, upper: &Path) -> Result<(), String> {
    view.hidden
        .iter()
        .try_for_each(|path| hide(&view.root, upper, path))
}

/// Marks a path as gone in an upper layer, unless it is not there anyway.
fn hide(root: &Path, upper: &Path, path: &Path) -> Result<(), String> {
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
            fs::create_dir(&to).map_err(said("make", &to))?;
            let mode = fs::metadata(&from)
                .map_err(said("read", &from))?
                .permissions();
            fs::set_permissions(&to, mode).map_err(said("make", &to))?;
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
    .map_err(said("hide", &mark))
}

fn said<E: Into<io::Error>>(action: &str, path: &Path) -> impl FnOnce(E) -> String {
    let start = format!("can't {action} {}", path.display());
    move |error| format!("{start}: {}", error.into())
}
