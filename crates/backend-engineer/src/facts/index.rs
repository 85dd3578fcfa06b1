//! Git's index: which files it knows, by what stamp, and with which content. A file that bears the stamp has the content,
//! and need not be read.
//!
//! The format is that of `Documentation/gitformat-index` in git's sources, versions 2 to 4.

use std::path::{Path, PathBuf};

use survey::read_regular;

use super::stamp::GitStamp;

/// The largest index that is read, in bytes: one of some million files.
const LARGEST: u64 = 256 << 20;

/// The largest file of attributes or configuration that is looked at, in bytes.
const LARGEST_TEXT: u64 = 1 << 20;

/// Bytes of an entry before its name, where there are no further flags.
const FIXED: usize = 62;

/// Words in files of attributes after which git may keep another content than the file has.
const CONVERTING: [&str; 6] = ["text", "eol", "crlf", "filter", "encoding", "ident"];

/// An entry: a path, its stamp, and the name of its content.
struct Entry {
    path: Vec<u8>,
    stamp: GitStamp,
    id: [u8; 20],
}

/// The entries of an index, by path.
pub(super) struct Index {
    entries: Vec<Entry>,
    /// When the index was written: seconds and nanoseconds. What changed then or later may have changed again unseen.
    written: (u32, u32),
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// Reads the index of the repository at `root`; none where there is none, or where git may keep another content than
    /// files have. `attributes` are the files of attributes of the tree.
    pub(super) fn read<'p>(root: &Path, mut attributes: impl Iterator<Item = &'p str>) -> Option<Self> {
        let folder = git_folder(root)?;
        let text =
            |path: PathBuf| read_regular(&path, LARGEST_TEXT).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let config = text(folder.join("config")).unwrap_or_default().to_ascii_lowercase();
        let converts = |text: String| CONVERTING.iter().any(|word| text.contains(word));
        let own = attributes.any(|path| text(root.join(path)).is_none_or(converts));
        let is_plain = !config.contains("objectformat") && !config.contains("autocrlf");
        if own || !is_plain || text(folder.join("info/attributes")).is_some_and(converts) || users_convert() {
            return None;
        }
        let path = folder.join("index");
        let bytes = read_regular(&path, LARGEST).ok()?;
        let written = GitStamp::of(&std::fs::metadata(&path).ok()?).modified;
        Some(Index { entries: entries(&bytes)?, written })
    }

    /// Returns the name of the content of a file that has the stamp of its entry.
    pub(super) fn content(&self, path: &str, stamp: &GitStamp) -> Option<String> {
        let at = self.entries.binary_search_by(|entry| entry.path.as_slice().cmp(path.as_bytes())).ok()?;
        let entry = &self.entries[at];
        (entry.stamp == *stamp && stamp.modified < self.written).then(|| crate::content_id::hex(&entry.id))
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

/// Returns whether the user's or the machine's settings of git speak of converting line ends.
fn users_convert() -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| home.as_ref().map(|home| home.join(".config")));
    let places = [home.map(|home| home.join(".gitconfig")), folder.map(|folder| folder.join("git/config"))];
    let places = places.into_iter().flatten().chain([PathBuf::from("/etc/gitconfig")]);
    let texts = places.filter_map(|path| read_regular(&path, LARGEST_TEXT).ok());
    texts.into_iter().any(|bytes| {
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        text.contains("autocrlf") || text.contains("attributesfile")
    })
}

/// Reads the entries of an index; none where it is not of a known form.
fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let word = |at: usize| bytes.get(at..at + 4).map(|four| u32::from_be_bytes(four.try_into().unwrap_or_default()));
    let version = word(4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let count = usize::try_from(word(8)?).ok()?;
    let mut entries: Vec<Entry> = Vec::with_capacity(count.min(bytes.len() / FIXED));
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
        let more = if is_extended { u16::from_be_bytes(bytes.get(at + 62..at + 64)?.try_into().ok()?) } else { 0 };
        let name = at + FIXED + if is_extended { 2 } else { 0 };
        at = match version {
            4 => compressed(bytes, name, &mut path)?,
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
            entries.push(Entry { path: path.clone(), stamp, id });
        }
    }
    entries.is_sorted_by(|one, next| one.path < next.path).then_some(entries)
}

/// Reads a path that is given by what it shares with the one before; returns where the next entry begins.
fn compressed(bytes: &[u8], at: usize, path: &mut Vec<u8>) -> Option<usize> {
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
            for field in [1, 2, 3, 4, 5, 6, 0o100_644, 0, 0, *size] {
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
        let bytes = index(&[("a.py", 10, 4), ("b/long-name.py", 20, 14), ("c.py", 30, 0x1000)]);
        let index = Index { entries: entries(&bytes).unwrap(), written: (9, 0) };
        let stamp = |size: u32| GitStamp { changed: (1, 2), modified: (3, 4), inode: 6, size };
        assert_eq!(index.content("b/long-name.py", &stamp(20)), Some("07".repeat(20)));
        assert_eq!(index.content("b/long-name.py", &stamp(21)), None, "another size");
        assert_eq!(index.content("c.py", &stamp(30)), None, "in the middle of a merge");
        assert_eq!(index.content("missing.py", &stamp(30)), None);
        let racy = Index { entries: entries(&bytes).unwrap(), written: (3, 4) };
        assert_eq!(racy.content("a.py", &stamp(10)), None, "written when the index was");
        for cut in 0..bytes.len() - 8 {
            assert!(entries(&bytes[..cut]).is_none_or(|entries| entries.len() < 3), "cut at {cut}");
        }
    }
}
