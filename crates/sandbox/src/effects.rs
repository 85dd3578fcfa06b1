//! Finds what commands changed, by comparing with the real tree: in an overlay only what lies in
//! its upper layer, in a copy what is no longer as it was copied.
//!
//! ```text
//! upper layer                 below            effect
//! a.txt, other content        a.txt            modified
//! a.txt, same content         a.txt            none, unless its mode differs
//! a whiteout at b.txt         b.txt            deleted
//! c/ opaque, with d           c/e              c/d created, c/e deleted
//! a socket                    nothing there    special
//! ```

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::Access;

use crate::command::{Effect, EffectKind};
use crate::mount_plan::Layers;

/// The metadata of a copied file right after it was copied. The time of change (`ctime`) can't be set by a command,
/// so that equal stamps mean an untouched file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) inode: u64,
    pub(crate) size: u64,
    /// Seconds and nanoseconds of `ctime`.
    pub(crate) changed: (i64, i64),
}

impl Stamp {
    /// Takes the stamp of a file.
    pub(crate) fn of(found: &Metadata) -> Self {
        Self {
            inode: found.ino(),
            size: found.size(),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    /// Returns whether the last change is so old that another one would bear another stamp.
    fn is_older(&self, now: SystemTime) -> bool {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, nanoseconds) = self.changed;
        let changed = u64::try_from(seconds).ok().zip(nanoseconds.try_into().ok());
        changed.is_some_and(|(seconds, nanoseconds)| {
            now.checked_sub(SETTLED)
                .is_some_and(|then| Duration::new(seconds, nanoseconds) < then)
        })
    }
}

/// The files and links of a copy, relative to it, as they were right after it was made.
pub(crate) type Manifest = HashMap<PathBuf, Stamp>;

/// Files whose contents were compared before: both stamps, and whether the contents are equal. While both sides bear
/// these stamps neither has to be read again, however often is looked. Only while no command runs: one that has mapped a
/// file into its memory writes it without a new stamp.
#[derive(Debug, Default)]
pub(crate) struct Compared(HashMap<PathBuf, (Stamp, Stamp, bool)>);

/// The age of a change from which on its stamp tells it: ten ticks of the coarsest clock by which Linux stamps files. What
/// is written twice within one tick bears one stamp.
const SETTLED: Duration = Duration::from_millis(100);

impl Compared {
    /// Compares the contents of two files of equal length, unless that was done before.
    fn are_equal(
        &mut self,
        (new, new_stamp): (&Path, Stamp),
        (old, old_stamp): (&Path, Stamp),
    ) -> Result<bool, String> {
        if let Some((known_new, known_old, equal)) = self.0.get(new)
            && (*known_new, *known_old) == (new_stamp, old_stamp)
        {
            return Ok(*equal);
        }
        // Before the files are read: what is written meanwhile bears a later stamp.
        let now = SystemTime::now();
        let equal = equal_if_opened(new, old)?;
        if new_stamp.is_older(now) && old_stamp.is_older(now) {
            self.0
                .insert(new.to_path_buf(), (new_stamp, old_stamp, equal));
        } else {
            self.0.remove(new);
        }
        Ok(equal)
    }
}

/// Returns what lies in the upper layers and differs from what is below, sorted by path.
pub(crate) fn of_overlays(all: &[Layers], compared: &mut Compared) -> Result<Vec<Effect>, String> {
    let mut effects = Vec::new();
    for layers in all {
        let mut walk = Comparison {
            new: &layers.upper,
            old: &layers.lower,
            hidden: &layers.hidden,
            compared,
            found: Vec::new(),
        };
        walk.compare_layer(Path::new(""), true)?;
        effects.extend(walk.sorted().into_iter().map(|effect| {
            Effect {
                path: layers
                    .path
                    .join(&effect.path)
                    .to_string_lossy()
                    .into_owned(),
                ..effect
            }
        }));
    }
    effects.sort();
    Ok(effects)
}

/// Returns what is no longer in a copy as it was copied, and differs from the real tree, sorted by
/// path.
pub(crate) fn of_copy(
    copy: &Path,
    root: &Path,
    manifest: &Manifest,
    hidden: &[PathBuf],
) -> Result<Vec<Effect>, String> {
    let mut walk = Comparison {
        new: copy,
        old: root,
        hidden,
        compared: &mut Compared::default(),
        found: Vec::new(),
    };
    let mut seen = Vec::new();
    walk.compare_copy(Path::new(""), manifest, &mut seen)?;
    let seen: std::collections::HashSet<PathBuf> = seen.into_iter().collect();
    for path in manifest.keys().filter(|path| !seen.contains(*path)) {
        if read_metadata(&root.join(path))?.is_some_and(|old| is_tracked(&old)) {
            walk.add_effect(path, EffectKind::Deleted, None);
        }
    }
    Ok(walk.sorted())
}

/// A walk through a changed tree, with the effects found so far.
struct Comparison<'a> {
    /// The tree with changes.
    new: &'a Path,
    /// The real tree.
    old: &'a Path,
    /// Paths that commands never saw; nothing below them is an effect.
    hidden: &'a [PathBuf],
    compared: &'a mut Compared,
    found: Vec<Effect>,
}

impl Comparison<'_> {
    /// Returns the effects by path, each once.
    fn sorted(mut self) -> Vec<Effect> {
        self.found.sort();
        self.found.dedup();
        self.found
    }

    /// Adds an effect; only files have a mode, and what is gone has no size.
    fn add_effect(&mut self, path: &Path, kind: EffectKind, new: Option<&Metadata>) {
        let mode = new
            .filter(|new| new.is_file())
            .map(|new| new.mode() & 0o7777);
        let bytes = new.map_or(0, Metadata::len);
        self.found.push(Effect {
            path: path.to_string_lossy().into_owned(),
            kind,
            mode,
            bytes,
        });
    }

    /// Returns whether a path is one of the hidden ones or below.
    fn is_hidden(&self, path: &Path) -> bool {
        self.hidden.iter().any(|hidden| path.starts_with(hidden))
    }

    /// Compares one folder of an upper layer. `merged`: what it does not name is seen through to the
    /// folder below.
    fn compare_layer(&mut self, folder: &Path, merged: bool) -> Result<(), String> {
        let mut named = Vec::new();
        let at = self.new.join(folder);
        let _opened = Opened::new(&at, Access::READ_OK | Access::EXEC_OK)?;
        for name in list_names(&at)? {
            let path = folder.join(&name);
            named.push(name);
            if self.is_hidden(&path) {
                continue;
            }
            let at = self.new.join(&path);
            let Some(new) = read_metadata(&at)? else {
                continue;
            };
            if is_whiteout(&at, &new) {
                self.add_deleted(&path)?;
            } else if new.is_dir() {
                let old = read_metadata(&self.old.join(&path))?;
                let onto_folder = old.as_ref().is_some_and(Metadata::is_dir);
                if old.is_some() && !onto_folder {
                    // A folder in place of a file: the file is gone.
                    self.add_deleted(&path)?;
                }
                self.compare_layer(&path, merged && onto_folder && !is_opaque(&at))?;
            } else {
                self.compare_file(&path, &new)?;
            }
        }
        if !merged {
            self.unnamed_are_deleted(folder, &named)?;
        }
        Ok(())
    }

    /// Adds as deleted what a folder below has and the upper one, which does not show through, does not name.
    fn unnamed_are_deleted(
        &mut self,
        folder: &Path,
        named: &[std::ffi::OsString],
    ) -> Result<(), String> {
        if !read_metadata(&self.old.join(folder))?.is_some_and(|old| old.is_dir()) {
            return Ok(());
        }
        for name in list_names(&self.old.join(folder))? {
            if !named.contains(&name) {
                self.add_deleted(&folder.join(name))?;
            }
        }
        Ok(())
    }

    /// Compares one folder of a copy.
    fn compare_copy(
        &mut self,
        folder: &Path,
        manifest: &Manifest,
        seen: &mut Vec<PathBuf>,
    ) -> Result<(), String> {
        let at = self.new.join(folder);
        let _opened = Opened::new(&at, Access::READ_OK | Access::EXEC_OK)?;
        for name in list_names(&at)? {
            let path = folder.join(name);
            if self.is_hidden(&path) {
                continue;
            }
            let Some(new) = read_metadata(&self.new.join(&path))? else {
                continue;
            };
            if new.is_dir() {
                self.compare_copy(&path, manifest, seen)?;
                continue;
            }
            let untouched = manifest.get(&path) == Some(&Stamp::of(&new));
            seen.push(path.clone());
            if !untouched {
                self.compare_file(&path, &new)?;
            }
        }
        Ok(())
    }

    /// Compares something that is no folder with what was there before.
    fn compare_file(&mut self, path: &Path, new: &Metadata) -> Result<(), String> {
        let below = self.old.join(path);
        let old = read_metadata(&below)?;
        // A file in place of a folder: all that was in the folder is gone.
        if old.as_ref().is_some_and(Metadata::is_dir) {
            for name in list_names(&below)? {
                self.add_deleted(&path.join(name))?;
            }
        }
        if !is_tracked(new) {
            match old {
                Some(old) if is_tracked(&old) => self.add_effect(path, EffectKind::Deleted, None),
                Some(old) if !old.is_dir() => {}
                _ => self.add_effect(path, EffectKind::Special, None),
            }
            return Ok(());
        }
        let at = self.new.join(path);
        let old = old.filter(is_tracked);
        // Length before content: most changes are seen without reading a file.
        let kind = match old {
            _ if new.is_symlink() => {
                let same = old.is_some_and(|old| old.is_symlink()) && links_are_equal(&at, &below)?;
                (!same).then_some(EffectKind::Link)
            }
            None => Some(EffectKind::Created),
            Some(old) if !old.is_file() => Some(EffectKind::Modified),
            Some(old) if new.len() != old.len() => Some(EffectKind::Modified),
            Some(old) => match self
                .compared
                .are_equal((&at, Stamp::of(new)), (&below, Stamp::of(&old)))
            {
                // It may be gone since the folder was listed: a command may still run.
                Err(_) if read_metadata(&at)?.is_none() => None,
                Err(error) => return Err(error),
                Ok(false) => Some(EffectKind::Modified),
                Ok(true) => {
                    (new.mode() & 0o7777 != old.mode() & 0o7777).then_some(EffectKind::ModeChanged)
                }
            },
        };
        if let Some(kind) = kind {
            self.add_effect(path, kind, Some(new));
        }
        Ok(())
    }

    /// Adds the deletion of everything that was at a path and below it.
    fn add_deleted(&mut self, path: &Path) -> Result<(), String> {
        if self.is_hidden(path) {
            return Ok(());
        }
        let below = self.old.join(path);
        let Some(old) = read_metadata(&below)? else {
            return Ok(());
        };
        if old.is_dir() {
            for name in list_names(&below)? {
                self.add_deleted(&path.join(name))?;
            }
        } else if is_tracked(&old) {
            self.add_effect(path, EffectKind::Deleted, None);
        }
        Ok(())
    }
}

/// Returns whether it is a file or a link, whose change and loss are effects. Of sockets, pipes and
/// devices only new ones are.
fn is_tracked(found: &Metadata) -> bool {
    found.is_file() || found.is_symlink()
}

/// Returns whether an overlay marks the path as deleted: a device of number 0, or an attribute on an empty file.
fn is_whiteout(path: &Path, found: &Metadata) -> bool {
    (found.file_type().is_char_device() && found.rdev() == 0)
        || (found.is_file()
            && found.len() == 0
            && read_attribute(path, "user.overlay.whiteout").is_some())
}

/// Returns whether an overlay marks the folder as removed and made again, so that nothing below shows through.
fn is_opaque(path: &Path) -> bool {
    read_attribute(path, "user.overlay.opaque").is_some_and(|value| value == b"y")
}

/// Returns the first eight bytes of an attribute, or none: the values that overlays set are shorter.
fn read_attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = [0; 8];
    let length = rustix::fs::lgetxattr(path, name, &mut value).ok()?;
    Some(value[..length].to_vec())
}

/// Returns the metadata of a path itself, not of what a link leads to; none where nothing is there.
fn read_metadata(path: &Path) -> Result<Option<Metadata>, String> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(format!("can't look at {}: {error}", path.display())),
    }
}

/// Lists the names in a folder; a folder that is gone has none.
fn list_names(folder: &Path) -> Result<Vec<std::ffi::OsString>, String> {
    let said = |error: io::Error| format!("can't list {}: {error}", folder.display());
    let entries = match fs::read_dir(folder) {
        // A server that is running may remove what was there a moment ago.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(said)?,
    };
    entries
        .map(|entry| entry.map(|entry| entry.file_name()).map_err(said))
        .collect()
}

/// Something that a command made, kept open to us for as long as this lives, also where the command
/// took the right to look away from everyone: it lies in the run's own layer, and gets its mode
/// back.
struct Opened<'a> {
    path: &'a Path,
    mode: Option<u32>,
}

impl<'a> Opened<'a> {
    /// Opens a path for reading where its mode forbids it; `Drop` gives the mode back.
    fn new(path: &'a Path, needed: Access) -> Result<Self, String> {
        let can = rustix::fs::accessat(rustix::fs::CWD, path, needed, rustix::fs::AtFlags::EACCESS);
        if can != Err(rustix::io::Errno::ACCESS) {
            return Ok(Self { path, mode: None });
        }
        let said = |error: io::Error| format!("can't look into {}: {error}", path.display());
        let mode = fs::symlink_metadata(path).map_err(said)?.mode();
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o700)).map_err(said)?;
        Ok(Self {
            path,
            mode: Some(mode),
        })
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        if let Some(mode) = self.mode {
            // What is gone meanwhile has no mode to get back.
            let _ = fs::set_permissions(self.path, fs::Permissions::from_mode(mode));
        }
    }
}

/// Returns whether two links lead to the same text.
fn links_are_equal(one: &Path, other: &Path) -> Result<bool, String> {
    let target = |path: &Path| {
        fs::read_link(path).map_err(|error| format!("can't read {}: {error}", path.display()))
    };
    Ok(target(one)?.as_os_str().as_bytes() == target(other)?.as_os_str().as_bytes())
}

/// Compares two files; the new one may have a mode that keeps us from reading it.
fn equal_if_opened(new: &Path, old: &Path) -> Result<bool, String> {
    let _opened = Opened::new(new, Access::READ_OK)?;
    files_are_equal(new, old)
}

/// Compares the content of two files in pieces of 64 KiB, so that large ones need no memory.
fn files_are_equal(one: &Path, other: &Path) -> Result<bool, String> {
    let said = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| format!("can't read {path}: {error}")
    };
    let mut one_file = File::open(one).map_err(said(one))?;
    let mut other_file = File::open(other).map_err(said(other))?;
    let (mut left, mut right) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        let count = fill_buffer(&mut one_file, &mut left).map_err(said(one))?;
        let same = fill_buffer(&mut other_file, &mut right).map_err(said(other))?;
        if count != same || left[..count] != right[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

/// Fills a buffer as far as the file goes: a short read must not look like a difference.
fn fill_buffer(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
