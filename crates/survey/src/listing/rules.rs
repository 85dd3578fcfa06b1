//! The ignore files of a tree, as git weighs them: the nearest one decides, and nothing comes back
//! below an ignored folder.
//!
//! ```text
//! .gitignore        *.log, build/
//! app/.gitignore    !keep.log
//!
//! app/keep.log      not ignored: the nearest file that names it brings it back
//! build/keep.log    ignored: its folder is
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::regular::read_regular;

/// The ignore files that were met, each by its folder from the root.
#[derive(Debug, Default, Clone)]
pub(super) struct Rules {
    /// By the folder from the root; the root's own is the empty path.
    folders: BTreeMap<String, Gitignore>,
    /// Of the folders above the root, up to the top of the repository that it belongs to, the
    /// nearest first; each with the way from there to the root.
    above: Vec<(PathBuf, Gitignore)>,
}

impl Rules {
    /// Reads the ignore files that hold for `root` and do not lie in it.
    pub(super) fn above(root: &Path) -> Self {
        let mut rules = Self::default();
        let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else {
            return rules;
        };
        let holders = root
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(top));
        let files = holders.map(|folder| (folder, folder.join(".gitignore")));
        for (folder, file) in files.chain([(top, top.join(".git/info/exclude"))]) {
            let way = root
                .strip_prefix(folder)
                .unwrap_or(Path::new(""))
                .to_owned();
            rules
                .above
                .extend(read_ignore_file(folder, &file).map(|read| (way, read)));
        }
        rules
    }

    /// Reads the ignore file of a folder.
    pub(super) fn add_ignore_file(&mut self, root: &Path, folder: &str) {
        let place = root.join(folder);
        if let Some(rules) = read_ignore_file(&place, &place.join(".gitignore")) {
            self.folders.insert(folder.to_owned(), rules);
        }
    }

    /// Returns whether a path is ignored whose folder is not.
    pub(super) fn ignores(&self, path: &str, is_folder: bool) -> bool {
        let nearest_first = parent_folders(path).filter_map(|folder| {
            let inside = if folder.is_empty() {
                path
            } else {
                &path[folder.len() + 1..]
            };
            Some(self.folders.get(folder)?.matched(inside, is_folder))
        });
        let above = self
            .above
            .iter()
            .map(|(way, rules)| rules.matched(way.join(path), is_folder));
        for verdict in nearest_first.chain(above) {
            match verdict {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        false
    }

    /// Returns whether a path is ignored, by itself or with a folder that holds it.
    pub(super) fn is_ignored(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.into_iter().any(|folder| self.ignores(folder, true)) || self.ignores(path, false)
    }
}

/// Returns the folders that hold a path, from the nearest to the root.
fn parent_folders(path: &str) -> impl Iterator<Item = &str> {
    let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
    above.chain([""])
}

/// The largest ignore file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Reads an ignore file. One that can't be read ignores nothing, and a line that makes no sense is
/// passed over.
fn read_ignore_file(folder: &Path, file: &Path) -> Option<Gitignore> {
    let bytes = read_regular(file, LARGEST).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    for line in String::from_utf8_lossy(&bytes)
        .trim_start_matches('\u{feff}')
        .lines()
    {
        drop(builder.add_line(Some(file.to_owned()), line));
    }
    builder.build().ok()
}
