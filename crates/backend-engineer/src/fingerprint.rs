//! Fingerprints of the tree that evidence speaks of, and which files are mere by-products of running commands.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::content_id::ContentId;

/// Returns whether the path is a cache, coverage or build output by its name.
pub(crate) fn is_by_product(path: &str) -> bool {
    if let Some(inside) = path.strip_prefix(".git/") {
        // Reading a repository refreshes its index; what would lead the user's own git elsewhere is worth a word.
        return !["hooks/", "config", "refs/", "packed-refs", "HEAD"]
            .iter()
            .any(|told| inside.starts_with(told));
    }
    code::paths::is_by_product(path)
}

/// A staged state of a file: its bytes, and its permission bits where they are to change.
pub(crate) type Laid<'a> = (&'a [u8], Option<u32>);

/// The mark behind the hash of an executable file. Of a mode, git keeps only this.
const EXECUTABLE: &str = ", executable";

/// Returns whether a file with these permission bits may be run by its owner.
pub(crate) fn is_executable(mode: u32) -> bool {
    mode & 0o100 != 0
}

/// What stands for a file in a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileState {
    /// A regular file.
    Content { id: ContentId, is_executable: bool },
    /// A link, or a file that is told otherwise than by its content.
    Told(Box<str>),
}

impl FileState {
    /// Makes the state of a file that is told in words.
    pub(crate) fn told(words: &str, is_executable: bool) -> Self {
        let mark = if is_executable { EXECUTABLE } else { "" };
        FileState::Told(format!("{words}{mark}").into())
    }

    fn is_executable(&self) -> bool {
        match self {
            FileState::Content { is_executable, .. } => *is_executable,
            FileState::Told(words) => words.ends_with(EXECUTABLE),
        }
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileState::Content { id, is_executable } => {
                let mark = if *is_executable { EXECUTABLE } else { "" };
                write!(formatter, "{id}{mark}")
            }
            FileState::Told(words) => formatter.write_str(words),
        }
    }
}

/// Returns the fingerprint of a tree: the states of its files, ordered by path, with some files laid over them (`None`:
/// taken away).
pub(crate) fn of_tree<'f, 'a>(
    files: impl Iterator<Item = (&'f str, &'f FileState)>,
    laid: impl Iterator<Item = (&'a str, Option<Laid<'a>>)>,
) -> String {
    let mut laid: BTreeMap<&str, Option<Laid<'_>>> = laid.collect();
    let mut digest = journal::Digest::default();
    let mut line = String::new();
    let mut add = |path: &str, state: &FileState| {
        line.clear();
        // Writing into memory does not fail.
        let _ = writeln!(line, "{path}\0{state}");
        digest.update(line.as_bytes());
    };
    let laid_state = |(bytes, mode): Laid<'_>, stood: bool| FileState::Content {
        id: ContentId::of(bytes),
        is_executable: mode.map_or(stood, is_executable),
    };
    for (path, found) in files {
        // New files that come before this one.
        while let Some(first) = laid.first_entry().filter(|first| *first.key() < path) {
            let (path, new) = first.remove_entry();
            new.iter()
                .for_each(|new| add(path, &laid_state(*new, false)));
        }
        match laid.remove(path) {
            Some(new) => new
                .iter()
                .for_each(|new| add(path, &laid_state(*new, found.is_executable()))),
            None => add(path, found),
        }
    }
    let rest = laid
        .iter()
        .filter_map(|(path, new)| Some((path, new.as_ref()?)));
    rest.for_each(|(path, new)| add(path, &laid_state(*new, false)));
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_gits_own_files_only_those_count_that_lead_it_elsewhere() {
        assert!(is_by_product(".git/index") && is_by_product("app/__pycache__/a.pyc"));
        assert!(!is_by_product(".git/refs/tags/v1") && is_by_product(".git/objects/ab/cd"));
        assert!(!is_by_product(".git/hooks/pre-commit") && !is_by_product("app/main.py"));
    }
}
