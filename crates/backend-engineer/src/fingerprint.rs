//! Fingerprints of the tree that evidence speaks of, and which files are mere by-products of running commands.

use std::collections::BTreeMap;

use crate::content_id;

/// Whether the path is a cache, coverage or build output by its name.
pub(crate) fn is_by_product(path: &str) -> bool {
    if let Some(inside) = path.strip_prefix(".git/") {
        // Reading a repository refreshes its index; what would lead the user's own git elsewhere is worth a word.
        return !["hooks/", "config", "refs/", "packed-refs", "HEAD"].iter().any(|told| inside.starts_with(told));
    }
    code::paths::is_by_product(path)
}

/// Returns the fingerprint of a tree: its files' hashes, ordered by path, with some files laid over them (`None`: taken away).
pub(crate) fn of_tree<'a>(
    files: impl Iterator<Item = &'a (String, String)>,
    laid: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
) -> String {
    let mut laid: BTreeMap<&str, Option<String>> =
        laid.map(|(path, content)| (path, content.map(content_id::of))).collect();
    let mut lines = String::new();
    let mut add = |path: &str, hash: &str| {
        lines.extend([path, "\0", hash, "\n"]);
    };
    for (path, hash) in files {
        // New files that come before this one.
        while let Some(first) = laid.first_entry().filter(|first| *first.key() < path.as_str()) {
            let (path, hash) = first.remove_entry();
            hash.iter().for_each(|hash| add(path, hash));
        }
        match laid.remove(path.as_str()) {
            Some(hash) => hash.iter().for_each(|hash| add(path, hash)),
            None => add(path, hash),
        }
    }
    laid.iter().filter_map(|(path, hash)| Some((path, hash.as_ref()?))).for_each(|(path, hash)| add(path, hash));
    journal::hash(lines.as_bytes())
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
