//! Lists the files of a tree that git would not ignore, in one walk for everybody who asks about
//! them.

mod rules;

use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use code::paths;
use rules::Rules;

/// Our own folder in a repository.
const OWN: &str = ".backend-engineer";

/// Folders below the root in which environment files are looked for: those of packages in a
/// monorepo lie at most so deep.
const DEPTH_OF_ENVIRONMENTS: usize = 2;

/// The kind of entry at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// From the root, with forward slashes.
    pub path: String,
    /// The kind of entry there.
    pub kind: Kind,
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
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let mut listing = Self {
            rules: Rules::above(root),
            ..Self::default()
        };
        // The folders that are still to be listed, the next one last: no recursion, however deep a tree is.
        let mut waiting = vec![Step::Folder {
            path: String::new(),
            is_ignored: false,
        }];
        while let Some(step) = waiting.pop() {
            match step {
                Step::File(listed) => listing.files.push(listed),
                Step::Folder { path, is_ignored } => {
                    let found = listing.list_folder(root, &path, is_ignored);
                    waiting.extend(found.into_iter().rev());
                }
            }
        }
        listing
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
        let found = fs::symlink_metadata(root.join(path))
            .ok()
            .map(|data| data.file_type());
        let foreign = path
            .split('/')
            .any(|part| part == ".git" || is_foreign(part));
        let found = found.filter(|kind| !kind.is_dir() && !foreign && !self.rules.is_ignored(path));
        let place = self
            .files
            .binary_search_by(|listed| Path::new(&listed.path).cmp(Path::new(path)));
        match (place, found) {
            (Ok(at), Some(kind)) => self.files[at].kind = kind_of(kind),
            (Ok(at), None) => drop(self.files.remove(at)),
            (Err(at), Some(kind)) => self.files.insert(
                at,
                Listed {
                    path: path.to_owned(),
                    kind: kind_of(kind),
                },
            ),
            (Err(_), None) => {}
        }
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

    /// Lists one folder. Of an ignored one only environment files are taken, and folders that may
    /// hold some.
    fn list_folder(&mut self, root: &Path, folder: &str, is_ignored: bool) -> Vec<Step> {
        let mut entries = match entries_of(&path_at(root, folder)) {
            Ok(entries) => entries,
            Err(_) if is_ignored => return Vec::new(),
            Err(_) => {
                self.unreadable.push(if folder.is_empty() {
                    ".".to_owned()
                } else {
                    folder.to_owned()
                });
                return Vec::new();
            }
        };
        entries.sort_by_key(|(entry, _)| entry.file_name());
        if !is_ignored
            && entries
                .iter()
                .any(|(entry, kind)| kind.is_file() && entry.file_name() == ".gitignore")
        {
            self.rules.add_ignore_file(root, folder);
        }
        let mut steps = Vec::new();
        for (entry, kind) in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == ".git" {
                // A folder, or in a linked work tree and in a submodule the file that leads to it.
                continue;
            }
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let near = depth_of(folder) <= DEPTH_OF_ENVIRONMENTS;
            if kind.is_dir() {
                let ignored = is_ignored || self.rules.ignores(&path, true);
                let may_hold =
                    near && depth_of(folder) < DEPTH_OF_ENVIRONMENTS && !name.starts_with('.');
                if !is_foreign(&name) && (!ignored || may_hold) {
                    steps.push(Step::Folder {
                        path,
                        is_ignored: ignored,
                    });
                }
                continue;
            }
            let hidden = folder.split('/').any(|part| part.starts_with('.'));
            if near && !hidden && !kind.is_symlink() && is_environment(&name) {
                self.environments.push(path.clone());
            }
            if !is_ignored && !self.rules.ignores(&path, false) {
                steps.push(Step::File(Listed {
                    path,
                    kind: kind_of(kind),
                }));
            }
        }
        steps
    }
}

/// Returns whether nobody who asks about a project's files means what lies in folders of this name:
/// our own, installed packages, caches. Build output is listed: people keep some of it in git.
fn is_foreign(name: &str) -> bool {
    name == OWN
        || paths::is_by_product_folder(name)
            && (paths::is_dependency(name) || paths::is_cache(name))
}

/// The next step of a walk.
enum Step {
    File(Listed),
    Folder { path: String, is_ignored: bool },
}

fn entries_of(folder: &Path) -> io::Result<Vec<(DirEntry, FileType)>> {
    // An entry that is gone by the time it is looked at is as good as never there.
    let entries = fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(entries
        .filter_map(|entry| entry.file_type().ok().map(|kind| (entry, kind)))
        .collect())
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
        listing
            .files()
            .iter()
            .map(|listed| listed.path.as_str())
            .collect()
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
