//! Fingerprints of the tree that evidence speaks of, and which files are mere by-products of running commands.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Folders that tools fill and nobody commits.
const FOLDERS: [&str; 28] = [
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    "htmlcov",
    ".ipynb_checkpoints",
    "node_modules",
    ".nyc_output",
    "coverage",
    ".vitest",
    ".vite",
    ".turbo",
    ".nx",
    ".next",
    ".nuxt",
    ".cache",
    ".parcel-cache",
    "dist",
    "build",
    "target",
    ".gradle",
    ".eggs",
    "test-results",
];

/// Endings of files that tools leave.
const ENDINGS: [&str; 8] = [".pyc", ".pyo", ".tsbuildinfo", ".egg-info", ".coverage", ".log", ".pid", ".swp"];

/// Whether the path is a cache, coverage or build output by its name.
pub(crate) fn is_by_product(path: &str) -> bool {
    if let Some(inside) = path.strip_prefix(".git/") {
        // Reading a repository refreshes its index; what would lead the user's own git elsewhere is worth a word.
        return !["hooks/", "config", "refs/heads/", "HEAD"].iter().any(|told| inside.starts_with(told));
    }
    let mut parts = path.split('/');
    let name = parts.next_back().unwrap_or(path);
    let in_folder = parts.chain([name]).any(|part| FOLDERS.contains(&part) || part.ends_with(".egg-info"));
    in_folder || ENDINGS.iter().any(|ending| name.ends_with(ending)) || name.starts_with(".coverage.")
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
    fn by_products_are_told_by_name() {
        for path in
            ["app/__pycache__/a.pyc", ".coverage", ".coverage.host.1", ".git/index", "dist/a.js", "x.egg-info/PKG-INFO"]
        {
            assert!(is_by_product(path), "{path}");
        }
        for path in ["app/main.py", "package-lock.json", ".git/hooks/pre-commit", "app/coverage_report.py", "shop.db"] {
            assert!(!is_by_product(path), "{path}");
        }
    }
}
