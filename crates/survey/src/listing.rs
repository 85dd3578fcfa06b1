//! Lists the files of a tree that git would not ignore, in one walk for everybody who asks about
//! them.

mod rules;

use std::collections::HashMap;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use code::paths;
use rules::Rules;

use crate::cores::on_all_cores;

/// Our own folder in a repository.
const OWN: &str = ".backend-engineer";

/// Folders below the root in which environment files are looked for: those of packages in a
/// monorepo lie at most so deep.
const DEPTH_OF_ENVIRONMENTS: usize = 2;

/// The kind of entry at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link, to whatever it leads.
    Link,
    /// A pipe, a socket or a device. Reading it could wait for ever.
    Special,
}

/// A path of the listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// From the root, with forward slashes; shared with whoever keeps it.
    pub path: Arc<str>,
    /// The kind of entry there.
    pub kind: Kind,
    /// It is a cache's, a build's or a dependency's by its path.
    pub is_by_product: bool,
}

impl Listed {
    fn new(path: &str, kind: Kind) -> Self {
        Self {
            is_by_product: paths::is_by_product(path),
            path: path.into(),
            kind,
        }
    }
}

/// The files of a tree. What git ignores, installed packages and caches are left out; links are not
/// followed.
#[derive(Debug, Default, Clone)]
pub struct Listing {
    files: Vec<Listed>,
    environments: Vec<String>,
    unreadable: Vec<String>,
    rules: Rules,
}

impl Listing {
    /// Walks the tree below `root`, each folder once and its entries by name.
    ///
    /// The folders of one depth are looked into by all cores; their ignore files hold for what lies deeper.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let mut rules = Rules::above(root);
        let mut known: HashMap<String, Folder> = HashMap::new();
        let mut waiting = vec![(String::new(), false)];
        while !waiting.is_empty() {
            let listed = on_all_cores(&waiting, |(path, is_ignored)| {
                list_entries(root, path, *is_ignored)
            });
            let listed: Vec<_> = waiting.into_iter().zip(listed).collect();
            for ((path, is_ignored), entries) in &listed {
                if !is_ignored && entries.as_ref().is_ok_and(has_rules) {
                    rules.add_ignore_file(root, path);
                }
            }
            let sorted = on_all_cores(&listed, |((path, is_ignored), entries)| {
                Folder::new(&rules, (path, *is_ignored), entries)
            });
            waiting = sorted
                .iter()
                .flat_map(|folder| folder.steps.iter().filter_map(Step::folder))
                .collect();
            let paths = listed.into_iter().map(|((path, _), _)| path);
            known.extend(paths.zip(sorted));
        }
        let mut listing = Self {
            rules,
            ..Self::default()
        };
        listing.take_in_order(known);
        listing
    }

    /// Takes in what was found of the folders, in the order of a walk: what a folder holds stands in its place among
    /// its neighbours.
    fn take_in_order(&mut self, mut known: HashMap<String, Folder>) {
        let mut waiting = vec![Step::Folder {
            path: String::new(),
            is_ignored: false,
        }];
        self.files
            .reserve(known.values().map(|folder| folder.steps.len()).sum());
        // The next step is the last one: no recursion, however deep a tree is.
        while let Some(step) = waiting.pop() {
            match step {
                Step::File(listed) => self.files.push(listed),
                Step::Folder { path, .. } => {
                    let Some(folder) = known.remove(&path) else {
                        continue;
                    };
                    self.environments.extend(folder.environments);
                    if folder.is_unreadable {
                        self.unreadable.push(if path.is_empty() {
                            ".".to_owned()
                        } else {
                            path
                        });
                    }
                    waiting.extend(folder.steps.into_iter().rev());
                }
            }
        }
        self.files.shrink_to_fit();
    }

    /// Returns the same listing with fewer files.
    #[must_use]
    pub fn only(&self, keeps: impl Fn(&str) -> bool) -> Self {
        Self {
            files: self
                .files
                .iter()
                .filter(|listed| keeps(&listed.path))
                .cloned()
                .collect(),
            ..self.clone()
        }
    }

    /// Looks again whether a file is there, where no ignore file has changed since the walk.
    pub fn look_again(&mut self, root: &Path, path: &str) {
        match self.look_at(root, path) {
            (Ok(at), Some(kind)) => self.files[at].kind = kind,
            (Ok(at), None) => drop(self.files.remove(at)),
            (Err(at), Some(kind)) => self.files.insert(at, Listed::new(path, kind)),
            (Err(_), None) => {}
        }
    }

    /// Returns whether [`Listing::look_again`] would find another listing.
    #[must_use]
    pub fn would_change(&self, root: &Path, path: &str) -> bool {
        match self.look_at(root, path) {
            (Ok(at), Some(kind)) => self.files[at].kind != kind,
            (Err(_), None) => false,
            (Ok(_), None) | (Err(_), Some(_)) => true,
        }
    }

    /// Returns the place of a path among the files, and what is there now.
    fn look_at(&self, root: &Path, path: &str) -> (Result<usize, usize>, Option<Kind>) {
        let found = fs::symlink_metadata(root.join(path))
            .ok()
            .map(|data| data.file_type());
        let foreign = path
            .split('/')
            .any(|part| part == ".git" || is_foreign(part));
        let found = found.filter(|kind| !kind.is_dir() && !foreign && !self.rules.is_ignored(path));
        let place = self
            .files
            .binary_search_by(|listed| Path::new(&*listed.path).cmp(Path::new(path)));
        (place, found.map(kind_of))
    }

    /// Returns the files, ordered by the parts of their paths.
    #[must_use]
    pub fn files(&self) -> &[Listed] {
        &self.files
    }

    /// Returns the environment files (`.env`, `.env.local`, `test.env`) of the root and of the
    /// folders near it, ignored by git or not; examples are none.
    #[must_use]
    pub fn environments(&self) -> &[String] {
        &self.environments
    }

    /// Returns the folders that could not be listed.
    #[must_use]
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Returns whether git ignores the path, by the ignore files that were there when the tree was
    /// walked.
    #[must_use]
    pub fn is_ignored(&self, path: &str) -> bool {
        self.rules.is_ignored(path)
    }
}

/// The content of one folder that is listed.
#[derive(Debug, Default)]
struct Folder {
    /// By name.
    steps: Vec<Step>,
    environments: Vec<String>,
    is_unreadable: bool,
}

/// The entries of a folder, by name.
type Entries = Vec<(String, FileType)>;

impl Folder {
    /// Takes what is listed of a folder. Of an ignored one that is only environment files, and folders that may hold
    /// some.
    fn new(
        rules: &Rules,
        (folder, is_ignored): (&str, bool),
        entries: &io::Result<Entries>,
    ) -> Self {
        let mut found = Self::default();
        let Ok(entries) = entries else {
            found.is_unreadable = !is_ignored;
            return found;
        };
        let near = depth_of(folder) <= DEPTH_OF_ENVIRONMENTS;
        let hidden = folder.split('/').any(|part| part.starts_with('.'));
        for (name, kind) in entries {
            if name == ".git" {
                // A folder, or in a linked work tree and in a submodule the file that leads to it.
                continue;
            }
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            if kind.is_dir() {
                let ignored = is_ignored || rules.ignores(&path, true);
                let may_hold =
                    near && depth_of(folder) < DEPTH_OF_ENVIRONMENTS && !name.starts_with('.');
                if !is_foreign(name) && (!ignored || may_hold) {
                    found.steps.push(Step::Folder {
                        path,
                        is_ignored: ignored,
                    });
                }
                continue;
            }
            if near && !hidden && !kind.is_symlink() && is_environment(name) {
                found.environments.push(path.clone());
            }
            if !is_ignored && !rules.ignores(&path, false) {
                found
                    .steps
                    .push(Step::File(Listed::new(&path, kind_of(*kind))));
            }
        }
        found
    }
}

/// Returns whether a folder has an ignore file of its own.
fn has_rules(entries: &Entries) -> bool {
    let is_one = |(name, kind): &(String, FileType)| kind.is_file() && name == ".gitignore";
    entries.iter().any(is_one)
}

/// Returns whether nobody who asks about a project's files means what lies in folders of this name:
/// our own, installed packages, caches. Build output is listed: people keep some of it in git.
fn is_foreign(name: &str) -> bool {
    name == OWN
        || paths::is_by_product_folder(name)
            && (paths::is_dependency(name) || paths::is_cache(name))
}

/// The next step of a walk.
#[derive(Debug)]
enum Step {
    File(Listed),
    Folder { path: String, is_ignored: bool },
}

impl Step {
    /// Returns the folder that is to be listed, and whether it is ignored.
    fn folder(&self) -> Option<(String, bool)> {
        match self {
            Step::File(_) => None,
            Step::Folder { path, is_ignored } => Some((path.clone(), *is_ignored)),
        }
    }
}

/// Lists a folder. One that can't be listed and is ignored is as good as empty.
fn list_entries(root: &Path, folder: &str, is_ignored: bool) -> io::Result<Entries> {
    let entries = match fs::read_dir(path_at(root, folder)) {
        Err(_) if is_ignored => return Ok(Entries::new()),
        entries => entries?,
    };
    // An entry that is gone by the time it is looked at is as good as never there.
    let mut entries: Entries = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            let name = entry.file_name().into_string();
            let name = name.unwrap_or_else(|name| name.to_string_lossy().into_owned());
            Some((name, kind))
        })
        .collect();
    entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    Ok(entries)
}

fn kind_of(kind: FileType) -> Kind {
    match (kind.is_file(), kind.is_symlink()) {
        (true, _) => Kind::File,
        (false, true) => Kind::Link,
        (false, false) => Kind::Special,
    }
}

fn path_at(root: &Path, folder: &str) -> PathBuf {
    if folder.is_empty() {
        root.to_owned()
    } else {
        root.join(folder)
    }
}

/// Returns how many folders below the root a folder lies.
fn depth_of(folder: &str) -> usize {
    if folder.is_empty() {
        0
    } else {
        folder.split('/').count()
    }
}

fn is_environment(name: &str) -> bool {
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env"))
        && !name.contains("example")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn paths(listing: &Listing) -> Vec<&str> {
        listing.files().iter().map(|listed| &*listed.path).collect()
    }

    #[test]
    fn what_git_ignores_and_what_is_installed_is_left_out() {
        let folder = tree(&[
            (".gitignore", "*.db\n/data/\n!kept.db\n"),
            ("api/.gitignore", "local/\n"),
            ("api/local/x.py", ""),
            ("api/main.py", ""),
            ("api-old/main.py", ""),
            ("api/.venv/lib/x.py", ""),
            ("data/x.json", ""),
            ("kept.db", ""),
            ("node_modules/x/index.js", ""),
            ("shop.db", ""),
            (".backend-engineer/journal.db", ""),
        ]);
        let listing = Listing::read(folder.path());
        assert_eq!(
            paths(&listing),
            [
                ".gitignore",
                "api/.gitignore",
                "api/main.py",
                "api-old/main.py",
                "kept.db"
            ],
            "by the parts of the paths: `api` comes before `api-old`"
        );
        for path in ["shop.db", "api/deep/x.db", "data/x", "api/local/y.py"] {
            assert!(listing.is_ignored(path), "{path}");
        }
        for path in ["api/kept.db", "api/data/x", "api/main.py"] {
            assert!(!listing.is_ignored(path), "{path}");
        }
    }

    #[test]
    fn a_folder_of_a_larger_repository_has_that_ones_rules() {
        let folder = tree(&[
            (".git/info/exclude", "*.secret\n"),
            (".gitignore", "*.db\n"),
            ("api/x.db", ""),
        ]);
        fs::write(folder.path().join("api/y.secret"), "").unwrap();
        fs::write(folder.path().join("api/z.py"), "").unwrap();
        assert_eq!(paths(&Listing::read(&folder.path().join("api"))), ["z.py"]);
    }

    #[test]
    fn environments_are_found_though_git_ignores_them() {
        let folder = tree(&[
            (".gitignore", ".env*\nconfig/\n!.env.example\n"),
            (".env", ""),
            (".env.example", ""),
            ("apps/api/.env.local", ""),
            ("apps/api/src/deep.env", ""),
            ("config/live.env", ""),
        ]);
        let listing = Listing::read(folder.path());
        assert_eq!(
            listing.environments(),
            [".env", "apps/api/.env.local", "config/live.env"]
        );
        assert_eq!(
            paths(&listing),
            [".env.example", ".gitignore", "apps/api/src/deep.env"]
        );
    }

    #[test]
    fn a_file_that_comes_or_goes_is_listed_as_if_it_had_been_walked() {
        let folder = tree(&[
            (".gitignore", "*.db\n"),
            ("a/x.py", ""),
            ("a-b/x.py", ""),
            ("z.py", ""),
        ]);
        let mut listing = Listing::read(folder.path());
        fs::write(folder.path().join("a/y.py"), "").unwrap();
        fs::write(folder.path().join("a/y.db"), "").unwrap();
        fs::remove_file(folder.path().join("z.py")).unwrap();
        for path in ["a/y.py", "a/y.db", "z.py", "never.py"] {
            listing.look_again(folder.path(), path);
        }
        assert_eq!(listing.files(), Listing::read(folder.path()).files());
        assert_eq!(
            paths(&listing),
            [".gitignore", "a/x.py", "a/y.py", "a-b/x.py"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_named_and_not_followed() {
        let folder = tree(&[("a/x.py", "")]);
        std::os::unix::fs::symlink("../a", folder.path().join("a/loop")).unwrap();
        let listing = Listing::read(folder.path());
        assert_eq!(paths(&listing), ["a/loop", "a/x.py"]);
        assert_eq!(listing.files()[0].kind, Kind::Link);
    }
}
