//! Fingerprints of the tree that evidence speaks of, and which files are mere by-products of running commands.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use ignore::gitignore::GitignoreBuilder;

/// Whether the path is a cache, coverage or build output by its name.
pub(crate) fn is_by_product(path: &str) -> bool {
    if let Some(inside) = path.strip_prefix(".git/") {
        // Reading a repository refreshes its index; what would lead the user's own git elsewhere is worth a word.
        return !["hooks/", "config", "refs/heads/", "HEAD"].iter().any(|told| inside.starts_with(told));
    }
    code::paths::is_by_product(path)
}

/// Whether the repository's ignore files, from its root down to the file, leave the path out.
pub(crate) fn is_ignored(root: &Path, path: &str) -> bool {
    let mut folder = root.to_owned();
    let mut builder = GitignoreBuilder::new(root);
    // An ignore file that can't be read ignores nothing.
    let _ = builder.add(root.join(".gitignore"));
    let _ = builder.add(root.join(".git/info/exclude"));
    let parts: Vec<&str> = path.split('/').collect();
    let top = builder.build();
    let mut verdict = top.is_ok_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore());
    for (index, part) in parts.iter().enumerate().take(parts.len().saturating_sub(1)) {
        folder.push(part);
        let file = folder.join(".gitignore");
        if !file.is_file() {
            continue;
        }
        let mut builder = GitignoreBuilder::new(&folder);
        let _ = builder.add(file);
        let inside = parts[index + 1..].join("/");
        if let Ok(rules) = builder.build() {
            let matched = rules.matched_path_or_any_parents(&inside, false);
            verdict = (verdict || matched.is_ignore()) && !matched.is_whitelist();
        }
    }
    verdict
}

/// The hash of every file that git would not ignore, the plan and by-products left out, as it lies on disk.
pub(crate) fn of_files(root: &Path, files: &BTreeSet<String>, plan: Option<&str>) -> BTreeMap<String, String> {
    let listed = files.iter().filter(|path| Some(path.as_str()) != plan && !is_by_product(path));
    listed
        .map(|path| {
            let content = content_of(&root.join(path)).unwrap_or_else(|_| "unreadable".to_owned());
            (path.clone(), content)
        })
        .collect()
}

/// Stands for a file's content; a large file (data, a database) is told by its size and time, as build tools do.
fn content_of(path: &Path) -> io::Result<String> {
    const LARGE: u64 = 8 << 20;
    let metadata = fs::metadata(path)?;
    if metadata.len() <= LARGE {
        return Ok(journal::hash(&fs::read(path)?));
    }
    Ok(format!("{} bytes, {:?}", metadata.len(), metadata.modified()?))
}

/// The fingerprint of a tree: its files' hashes with some files laid over them (`None`: taken away).
pub(crate) fn of_tree<'a>(
    files: &BTreeMap<String, String>,
    laid: impl Iterator<Item = (&'a str, Option<&'a [u8]>)>,
) -> String {
    let mut files: BTreeMap<&str, String> = files.iter().map(|(path, hash)| (path.as_str(), hash.clone())).collect();
    for (path, content) in laid {
        match content {
            Some(bytes) => files.insert(path, journal::hash(bytes)),
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
        assert!(!is_by_product(".git/hooks/pre-commit") && !is_by_product("app/main.py"));
    }

    #[test]
    fn ignore_files_count_from_the_root_down() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("api/data")).unwrap();
        fs::write(folder.path().join(".gitignore"), "*.db\n").unwrap();
        fs::write(folder.path().join("api/.gitignore"), "data/\n!keep.db\n").unwrap();
        assert!(is_ignored(folder.path(), "shop.db"));
        assert!(is_ignored(folder.path(), "api/data/x.json"));
        assert!(!is_ignored(folder.path(), "api/keep.db"));
        assert!(!is_ignored(folder.path(), "api/main.py"));
    }

    #[test]
    fn a_fingerprint_changes_with_content_and_not_with_the_plan() {
        let folder = tempfile::tempdir().unwrap();
        let files: BTreeSet<String> = ["a.py", "plan.md"].map(str::to_owned).into();
        fs::write(folder.path().join("a.py"), "a").unwrap();
        fs::write(folder.path().join("plan.md"), "- [ ] x").unwrap();
        let fingerprint = || of_tree(&of_files(folder.path(), &files, Some("plan.md")), std::iter::empty());
        let before = fingerprint();
        fs::write(folder.path().join("plan.md"), "- [x] x").unwrap();
        assert_eq!(fingerprint(), before);
        let laid =
            of_tree(&of_files(folder.path(), &files, Some("plan.md")), [("a.py", Some(b"b".as_slice()))].into_iter());
        fs::write(folder.path().join("a.py"), "b").unwrap();
        assert_ne!(fingerprint(), before);
        assert_eq!(fingerprint(), laid, "laid over or written, it is the same tree");
    }
}
