//! Fingerprints of the tree that evidence speaks of, and which files are mere by-products of running commands.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whether the path is a cache, coverage or build output by its name.
pub(crate) fn is_by_product(path: &str) -> bool {
    if let Some(inside) = path.strip_prefix(".git/") {
        // Reading a repository refreshes its index; what would lead the user's own git elsewhere is worth a word.
        return !["hooks/", "config", "refs/", "packed-refs", "HEAD"].iter().any(|told| inside.starts_with(told));
    }
    code::paths::is_by_product(path)
}

/// Returns the fingerprint of a tree: its files' hashes with some files laid over them (`None`: taken away).
pub(crate) fn of_tree<'a>(
    files: impl Iterator<Item = (&'a String, &'a String)>,
    laid: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
) -> String {
    let mut files: BTreeMap<&str, Cow<'_, str>> = files.map(|(path, hash)| (path.as_str(), hash.into())).collect();
    for (path, content) in laid {
        match content {
            Some(bytes) => files.insert(path, journal::hash(bytes).into()),
            None => files.remove(path),
        };
    }
    let lines: String = files.iter().map(|(path, hash)| format!("{path}\0{hash}\n")).collect();
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
