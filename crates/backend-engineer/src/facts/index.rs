//! Git's index: which files it knows, by what stamp, and with which content. A file that bears the stamp has the content,
//! and need not be read.
//!
//! The format is that of `Documentation/gitformat-index` in git's sources, versions 2 to 4.

use std::cmp::Ordering;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use survey::read_regular;

use super::conversion::{self, Attributes};
use super::stamp::GitStamp;
use crate::content_id::ContentId;

/// The largest index that is read, in bytes: one of some million files.
const LARGEST: u64 = 256 << 20;

/// The largest file that leads to git's own folder, or that says how it names contents, in bytes.
const LARGEST_TEXT: u64 = 1 << 20;

/// Bytes of an entry before its name, where there are no further flags.
const FIXED: usize = 62;

/// An entry: where its path ends among all paths, its stamp, and the name of its content.
struct Entry {
    end: u32,
    stamp: GitStamp,
    id: [u8; 20],
}

/// Entries by path, with all paths one after the other: in a large tree they take most of the room.
#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    paths: Vec<u8>,
}

/// The entries of an index, by path.
pub(super) struct Index {
    entries: Entries,
    /// When the index was written: seconds and nanoseconds. What changed then or later may have changed again unseen.
    written: (u32, u32),
    /// The attributes of the tree; none where git may keep another content than files have.
    attributes: Option<Attributes>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Index")
            .field("entries", &self.entries.all.len())
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Reads the index of the repository at `root`; none where there is none of a known form.
    pub(super) fn from_repository(root: &Path) -> Option<Self> {
        let folder = git_folder(root)?;
        let config = read_regular(&folder.join("config"), LARGEST_TEXT).unwrap_or_default();
        if String::from_utf8_lossy(&config)
            .to_ascii_lowercase()
            .contains("objectformat")
        {
            return None;
        }
        let mut file = survey::open_regular(&folder.join("index")).ok()?;
        // Of the file that is read: another one may lie in its place by then.
        let data = file.metadata().ok().filter(|data| data.len() <= LARGEST)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let entries = parse_index_entries(&bytes)?;
        let attributes = Attributes::of(root, entries.paths());
        let attributes = attributes.filter(|_| !conversion::is_set(&folder));
        Some(Index {
            entries,
            written: GitStamp::new(&data).modified,
            attributes,
        })
    }

    /// Returns the files that git knows, links and modules left out.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.paths()
    }

    /// Returns whether git knows a file of that path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.entries.find(path).is_some()
    }

    /// Returns the name of the content of a file that has the stamp of its entry.
    pub(super) fn content(&self, path: &str, stamp: &GitStamp) -> Option<ContentId> {
        let attributes = self.attributes.as_ref()?;
        let entry = self.entries.find(path)?;
        // The time of modification may have been put back, the other one can't be.
        let is_settled = stamp.modified.max(stamp.changed) < self.written;
        let is_same =
            entry.stamp == *stamp && is_settled && attributes.are_older(path, stamp.changed);
        is_same.then(|| ContentId::from_git(entry.id))
    }
}

impl Entries {
    fn path(&self, at: usize) -> &[u8] {
        let end = |at: usize| self.all.get(at).map_or(0, |entry| entry.end as usize);
        let start = at.checked_sub(1).map_or(0, end);
        self.paths.get(start..end(at)).unwrap_or_default()
    }

    /// Returns the paths that are text.
    fn paths(&self) -> impl Iterator<Item = &str> {
        (0..self.all.len()).filter_map(|at| std::str::from_utf8(self.path(at)).ok())
    }

    /// Finds the entry of a path.
    fn find(&self, path: &str) -> Option<&Entry> {
        let (mut low, mut high) = (0, self.all.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.path(middle).cmp(path.as_bytes()) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return self.all.get(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Adds an entry; none where it does not come after all others.
    fn push(&mut self, path: &[u8], stamp: GitStamp, id: [u8; 20]) -> Option<()> {
        let is_next = self.all.is_empty() || self.path(self.all.len() - 1) < path;
        self.paths.extend_from_slice(path);
        let end = u32::try_from(self.paths.len()).ok()?;
        self.all.push(Entry { end, stamp, id });
        is_next.then_some(())
    }
}

/// Returns git's own folder of the repository at `root`, also where a file leads to it.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let place = root.join(".git");
    if place.is_dir() {
        return Some(place);
    }
    let text = String::from_utf8(read_regular(&place, LARGEST_TEXT).ok()?).ok()?;
    let folder = root.join(text.trim().strip_prefix("gitdir:")?.trim());
    // A linked work tree has its configuration elsewhere, which is not looked for.
    folder.join("config").is_file().then_some(folder)
}

/// Reads the entries of an index; none where it is not of a known form.
fn parse_index_entries(bytes: &[u8]) -> Option<Entries> {
    let word = |at: usize| {
        bytes
            .get(at..at + 4)
            .map(|four| u32::from_be_bytes(four.try_into().unwrap_or_default()))
    };
    let version = word(4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let count = usize::try_from(word(8)?).ok()?;
    let mut entries = Entries::default();
    entries.all.reserve_exact(count.min(bytes.len() / FIXED));
    let mut at = 12;
    let mut path: Vec<u8> = Vec::new();
    for _ in 0..count {
        let field = |number: usize| word(at + 4 * number);
        let stamp = GitStamp {
            changed: (field(0)?, field(1)?),
            modified: (field(2)?, field(3)?),
            inode: field(5)?,
            size: field(9)?,
        };
        let id: [u8; 20] = bytes.get(at + 40..at + 60)?.try_into().ok()?;
        let mode = field(6)?;
        let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
        let is_extended = version >= 3 && flags & 0x4000 != 0;
        let more = if is_extended {
            u16::from_be_bytes(bytes.get(at + 62..at + 64)?.try_into().ok()?)
        } else {
            0
        };
        let name = at + FIXED + if is_extended { 2 } else { 0 };
        at = match version {
            4 => read_compressed_path(bytes, name, &mut path)?,
            _ => {
                let length = bytes.get(name..)?.iter().position(|byte| *byte == 0)?;
                path.clear();
                path.extend_from_slice(&bytes[name..name + length]);
                // Entries are filled up to a multiple of eight bytes, with at least one zero.
                at + (name - at + length) / 8 * 8 + 8
            }
        };
        // In the middle of a merge a path has several entries; one that is only meant to be added has no content yet.
        let is_whole = flags & 0x3000 == 0 && more & 0x2000 == 0 && mode >> 12 == 0o10;
        if is_whole {
            entries.push(&path, stamp, id)?;
        }
    }
    Some(entries)
}

/// Reads a path that is given by what it shares with the one before; returns where the next entry begins.
fn read_compressed_path(bytes: &[u8], at: usize, path: &mut Vec<u8>) -> Option<usize> {
    let mut at = at;
    let mut byte = *bytes.get(at)?;
    let mut dropped = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *bytes.get(at)?;
        dropped = (dropped + 1).checked_mul(128)? + usize::from(byte & 0x7f);
    }
    at += 1;
    let length = bytes.get(at..)?.iter().position(|byte| *byte == 0)?;
    path.truncate(path.len().checked_sub(dropped)?);
    path.extend_from_slice(&bytes[at..at + length]);
    Some(at + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes an index of version 2 with these paths, sizes and flags.
    fn index(files: &[(&str, u32, u16)]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(2_u32.to_be_bytes());
        bytes.extend(u32::try_from(files.len()).unwrap().to_be_bytes());
        for (path, size, flags) in files {
            let start = bytes.len();
            for field in [2, 1, 1, 4, 5, 6, 0o100_644, 0, 0, *size] {
                bytes.extend(u32::to_be_bytes(field));
            }
            bytes.extend([7; 20]);
            bytes.extend(flags.to_be_bytes());
            bytes.extend(path.as_bytes());
            let length = bytes.len() - start;
            bytes.resize(start + length / 8 * 8 + 8, 0);
        }
        bytes
    }

    #[test]
    fn a_content_is_known_by_the_whole_stamp_alone() {
        let bytes = index(&[
            ("a.py", 10, 4),
            ("b/long-name.py", 20, 14),
            ("c.py", 30, 0x1000),
        ]);
        let written = |written| {
            let attributes = Some(Attributes::default());
            Index {
                entries: parse_index_entries(&bytes).unwrap(),
                written,
                attributes,
            }
        };
        let index = written((9, 0));
        let stamp = |size: u32| GitStamp {
            changed: (2, 1),
            modified: (1, 4),
            inode: 6,
            size,
        };
        assert_eq!(
            index.content("b/long-name.py", &stamp(20)),
            Some(ContentId::from_git([7; 20]))
        );
        assert_eq!(
            index.content("b/long-name.py", &stamp(21)),
            None,
            "another size"
        );
        assert_eq!(
            index.content("c.py", &stamp(30)),
            None,
            "in the middle of a merge"
        );
        assert_eq!(index.content("missing.py", &stamp(30)), None);
        assert_eq!(
            written((1, 4)).content("a.py", &stamp(10)),
            None,
            "written when the index was"
        );
        assert_eq!(
            written((2, 1)).content("a.py", &stamp(10)),
            None,
            "its time of modification may have been put back"
        );
        assert_eq!(
            written((2, 2)).content("a.py", &stamp(10)),
            Some(ContentId::from_git([7; 20]))
        );
        for cut in 0..bytes.len() - 8 {
            assert!(
                parse_index_entries(&bytes[..cut]).is_none_or(|entries| entries.all.len() < 3),
                "cut at {cut}"
            );
        }
    }
}
