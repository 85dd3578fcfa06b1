//! Copies that are kept from run to run. What commands wrote into one, and what the user wrote into the tree, is found by
//! the stamps of both sides and copied anew.
//!
//! ```text
//! FOLDER/1f2e-0/lock        locked by the run that uses the copy
//! FOLDER/1f2e-0/stamps      of each file that stood when it was brought up to date: of the tree's, of the copy's
//! FOLDER/1f2e-0/tree/shop   the copy; commands may write in `tree` and nowhere else
//!
//! the tree's file    the copy's          then
//! as noted           as noted            stays
//! as noted           any other           copied anew: a command wrote it, or a killed run did not end its copying
//! any other          any                 copied anew
//! not there          any                 removed
//! ```
//!
//! The time of change is part of a stamp, and no command can set it. So what is noted is true whenever a run was killed.
//! Power cuts alone can leave other bytes under an equal stamp: notes count until the machine starts again.

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::copier::TreeCopier;
use super::listed::Listed;
use super::{TreeCopy, make_folders, mode_of_copy, remove_tree, set_modes};
use crate::effects::{Manifest, Stamp};
use crate::error::SandboxError;
use crate::policy::Copies;

/// Copies of one tree: two runs at once (`check` beside `implement`) each have one, a third makes its own.
const SLOTS: usize = 2;

/// Copies past which those that were used longest ago are removed.
const MOST: usize = 6;

/// The time after which a copy that nobody uses is removed.
const IDLE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The seconds after a change within which a file may change again under the same stamp, on file systems with coarse clocks.
const SETTLED: i64 = 2;

/// The part of the free room on a disk that a copy may take.
const SHARE: u64 = 4;

/// A copy that this run alone uses.
#[derive(Debug)]
pub(super) struct Slot {
    folder: PathBuf,
    at: PathBuf,
    /// What the notes must begin with to be true of this copy.
    heading: Vec<u8>,
    lock: File,
}

/// The state of a copy before it is brought up to date.
#[derive(Debug, Default)]
pub(super) struct Stood {
    listed: Listed,
    notes: HashMap<PathBuf, (Stamp, Stamp)>,
}

impl Slot {
    /// Takes a copy of the tree that is there, or with `makes` one to be made; none where all are in use, or nothing can
    /// be kept.
    pub(super) fn take(kept: &Copies, root: &Path, makes: bool) -> Option<Self> {
        let mut hasher = DefaultHasher::new();
        root.hash(&mut hasher);
        let name = root.file_name()?;
        if makes {
            make_private(&kept.folder).ok()?;
        }
        let folder = kept.folder.canonicalize().ok()?;
        if folder.starts_with(root) {
            return None;
        }
        let slots =
            (0..SLOTS).map(|number| folder.join(format!("{:016x}-{number}", hasher.finish())));
        for slot in slots {
            let is_new = !slot.join("stamps").is_file();
            if is_new && !makes {
                continue;
            }
            make_private(&slot.join("tree")).ok()?;
            let lock = File::create(slot.join("lock")).ok()?;
            if lock.try_lock().is_err() || !is_same_file(&lock, &slot.join("lock")) {
                continue;
            }
            // Tells when it was last used.
            lock.set_modified(SystemTime::now()).ok()?;
            if is_new {
                remove_idle(&folder, &slot);
            }
            let at = slot.join("tree").join(name);
            return Some(Slot {
                heading: heading_of(root, &at),
                folder: slot,
                at,
                lock,
            });
        }
        None
    }

    /// Reads what stands there; nothing where it can't be trusted, and is to be made anew.
    pub(super) fn read(&self) -> Option<Stood> {
        let notes = parse_notes(&fs::read(self.folder.join("stamps")).ok()?, &self.heading)?;
        let mut listed = Listed::read(&self.at, &[]).ok()?;
        if !listed.denied.is_empty() {
            // A command took away the right to look into them.
            super::open_up(&self.at);
            listed = Listed::read(&self.at, &[]).ok()?;
        }
        Some(Stood { listed, notes })
    }

    /// Returns whether the disk has room for a copy.
    pub(super) fn has_room(&self, listed: &Listed) -> bool {
        let found = rustix::fs::statvfs(&self.folder);
        let free = found.map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize));
        self.at.is_dir() || listed.bytes() <= free / SHARE
    }

    /// Brings the copy up to date. Where that fails, nothing of it stays.
    pub(super) fn refresh(
        self,
        root: &Path,
        listed: &Listed,
        stood: Option<Stood>,
    ) -> Result<TreeCopy, SandboxError> {
        let refreshed = self.refresh_files(root, listed, stood);
        if refreshed.is_err() {
            drop(fs::remove_file(self.folder.join("stamps")));
            drop(remove_tree(&self.at));
        }
        Ok(TreeCopy {
            manifest: refreshed?,
            at: self.at,
            bytes: listed.bytes(),
            lock: Some(self.lock),
        })
    }

    fn refresh_files(
        &self,
        root: &Path,
        listed: &Listed,
        stood: Option<Stood>,
    ) -> Result<Manifest, SandboxError> {
        let stood = match stood {
            Some(stood) => stood,
            None => {
                remove_tree(&self.at).map_err(SandboxError::file("remove", &self.at))?;
                Stood::default()
            }
        };
        let mut manifest = Manifest::with_capacity(listed.files.len());
        let there: HashMap<&Path, Stamp> = stood
            .listed
            .files
            .iter()
            .map(|(path, found)| (path.as_path(), found.stamp))
            .collect();
        let mut stale = Vec::new();
        for file in &listed.files {
            let (path, found) = file;
            let noted = stood.notes.get(path).copied();
            match there.get(path.as_path()).copied() {
                Some(now) if noted == Some((found.stamp, now)) => {
                    manifest.insert(path.clone(), now);
                }
                _ => stale.push(file),
            }
        }
        let removed = self.remove_foreign(listed, &stood, &manifest)?;
        make_folders(&self.at, listed)?;
        let copier = TreeCopier {
            root,
            at: &self.at,
            moved: true,
        };
        manifest.extend(copier.copy_files(&stale)?);
        let folders: HashMap<&Path, u32> = folders_of(&stood.listed).collect();
        if folders_of(listed).any(|(path, mode)| folders.get(path) != Some(&mode_of_copy(mode))) {
            set_modes(&self.at, listed)?;
        }
        if !stale.is_empty() || removed > 0 {
            // Without notes the next run makes the copy anew.
            drop(self.write_notes(listed, &manifest));
        }
        Ok(manifest)
    }

    /// Removes from the copy what is not to stay as it is, and whatever commands made beside it; returns how many.
    fn remove_foreign(
        &self,
        listed: &Listed,
        stood: &Stood,
        kept: &Manifest,
    ) -> Result<usize, SandboxError> {
        let beside = fs::read_dir(self.folder.join("tree")).into_iter().flatten();
        let beside = beside.flatten().map(|entry| entry.path());
        let mut removed: Vec<PathBuf> = beside.filter(|path| *path != self.at).collect();
        let wanted: HashSet<&Path> = folders_of(listed).map(|(path, _)| path).collect();
        let mut gone: Vec<&Path> = Vec::new();
        for (path, mode) in folders_of(&stood.listed) {
            if gone.last().is_some_and(|gone| path.starts_with(gone)) {
                continue;
            }
            if !wanted.contains(path) {
                gone.push(path);
            } else if mode & 0o700 != 0o700 {
                // Or nothing in it could be removed.
                super::open_up(&self.at.join(path));
            }
        }
        removed.extend(gone.iter().map(|path| self.at.join(path)));
        let lies_in_gone = |path: &Path| {
            path.ancestors()
                .skip(1)
                .any(|folder| !wanted.contains(folder))
        };
        let files = stood.listed.files.iter().map(|(path, _)| path);
        let files = files.chain(&stood.listed.others);
        let files = files.filter(|path| !kept.contains_key(*path) && !lies_in_gone(path));
        removed.extend(files.map(|path| self.at.join(path)));
        for path in &removed {
            remove_tree(path).map_err(SandboxError::file("remove", path))?;
        }
        Ok(removed.len())
    }

    /// Writes the notes: the heading, then of each file its path and both stamps.
    ///
    /// A file that changed just now is left out: it may change again under the same stamp.
    fn write_notes(&self, listed: &Listed, manifest: &Manifest) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| now.as_secs().cast_signed());
        let mut notes = self.heading.clone();
        for (path, found) in &listed.files {
            let is_settled = found.stamp.changed.0 + SETTLED < now;
            if let Some(copied) = manifest.get(path).filter(|_| is_settled) {
                add_note(&mut notes, path, (&found.stamp, copied));
            }
        }
        let new = self.folder.join("stamps.new");
        fs::write(&new, notes)?;
        fs::rename(new, self.folder.join("stamps"))
    }
}

fn folders_of(listed: &Listed) -> impl Iterator<Item = (&Path, u32)> {
    let folders = listed.folders.iter();
    folders.map(|(path, mode)| (path.as_path(), *mode))
}

/// Returns what the notes of a copy begin with: the form, the start of the machine, and both places.
fn heading_of(root: &Path, at: &Path) -> Vec<u8> {
    // Where the start can't be told, no other run's notes are trusted.
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_else(|_| format!("{:?} {}", SystemTime::now(), std::process::id()));
    let mut heading = format!("copy 1 {}\n", start.trim()).into_bytes();
    for path in [root, at] {
        heading.extend(path.as_os_str().as_bytes());
        heading.push(0);
    }
    heading
}

/// Adds a note: the length of the path, the path, both stamps; numbers with their lowest byte first.
fn add_note(notes: &mut Vec<u8>, path: &Path, (tree, copy): (&Stamp, &Stamp)) {
    let path = path.as_os_str().as_bytes();
    notes.extend((path.len() as u64).to_le_bytes());
    notes.extend(path);
    for stamp in [tree, copy] {
        notes.extend(stamp.inode.to_le_bytes());
        notes.extend(stamp.size.to_le_bytes());
        notes.extend(stamp.changed.0.to_le_bytes());
        notes.extend(stamp.changed.1.to_le_bytes());
    }
}

/// Reads notes; none where they are of another copy, or not whole.
fn parse_notes(notes: &[u8], heading: &[u8]) -> Option<HashMap<PathBuf, (Stamp, Stamp)>> {
    let mut rest = notes.strip_prefix(heading)?;
    let mut found = HashMap::new();
    while !rest.is_empty() {
        let length = usize::try_from(u64::from_le_bytes(take_number(&mut rest)?)).ok()?;
        let (path, after) = rest.split_at_checked(length)?;
        rest = after;
        let path = PathBuf::from(std::ffi::OsString::from_vec(path.to_vec()));
        let stamps = (take_stamp(&mut rest)?, take_stamp(&mut rest)?);
        found.insert(path, stamps);
    }
    Some(found)
}

fn take_stamp(rest: &mut &[u8]) -> Option<Stamp> {
    Some(Stamp {
        inode: u64::from_le_bytes(take_number(rest)?),
        size: u64::from_le_bytes(take_number(rest)?),
        changed: (
            i64::from_le_bytes(take_number(rest)?),
            i64::from_le_bytes(take_number(rest)?),
        ),
    })
}

fn take_number(rest: &mut &[u8]) -> Option<[u8; 8]> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*number)
}

/// Returns whether a path still leads to an open file, which another run may have removed before it was locked.
fn is_same_file(open: &File, path: &Path) -> bool {
    let inode = |found: io::Result<fs::Metadata>| found.ok().map(|found| found.ino());
    inode(open.metadata()).is_some_and(|open| Some(open) == inode(fs::metadata(path)))
}

/// Makes a folder that only its owner may enter.
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Removes copies that nobody used for long, and those past the number that is kept; never one that is in use.
fn remove_idle(folder: &Path, own: &Path) {
    let used = |slot: &Path| {
        fs::metadata(slot.join("lock"))
            .and_then(|found| found.modified())
            .unwrap_or(UNIX_EPOCH)
    };
    let slots = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut slots: Vec<(SystemTime, PathBuf)> = slots
        .map(|entry| (used(&entry.path()), entry.path()))
        .filter(|(_, slot)| slot != own && slot.join("lock").is_file())
        .collect();
    slots.sort();
    let too_many = (slots.len() + 1).saturating_sub(MOST);
    for (number, (used, slot)) in slots.iter().enumerate() {
        let is_idle = used.elapsed().is_ok_and(|since| since > IDLE);
        if number < too_many || is_idle {
            let lock = File::open(slot.join("lock"));
            if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
                // What can't be removed is tried again by the next new copy.
                drop(remove_tree(slot));
            }
        }
    }
}
