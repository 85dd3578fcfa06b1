//! Finds the file that a path of the plan means: from the root, from a package of a monorepo, or from the folder of the
//! plan's author. One answer or none; never a guess between two.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use code::languages::Language;
use code::modules::{self, Modules};

use plan::Action;

use crate::facts::{Paths, TreeFacts, read_text};
use crate::tree::{Address, OutsideTree};

/// The repository's files, and what a plan's absolute paths tell of its author's folder.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    facts: Rc<TreeFacts>,
    modules: OnceCell<Modules>,
    author_root: Option<String>,
}

/// The resolution of a path of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathMeaning {
    /// The path as written.
    AsWritten(String),
    /// Another spelling of it, and why.
    Resolved {
        /// The file from the root.
        path: String,
        /// Why it is meant.
        why: Resolution,
    },
    /// More than one file fits.
    Between(Vec<String>),
    /// It leaves the repository, or belongs to somebody else.
    Outside(OutsideTree),
}

/// Why a path that is written otherwise is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Only its `.`, `..` and slashes were tidied: no other file is meant.
    Tidied,
    /// The plan's other paths start from the same folder.
    LikeOtherPaths,
    /// It is the only file that ends so.
    OnlyEnding(String),
    /// The package is the only one with that folder.
    OnlyPackage { package: String, folder: String },
    /// It is absolute, and inside the repository.
    AbsoluteInside,
    /// It lies below the author's own folder.
    BelowAuthor(String),
    /// The plan names it in full elsewhere.
    NamedInFull,
    /// It stands behind a path of this folder, and the plan's code or commands name it there.
    BehindPath(String),
    /// It begins with a slash, which stands for the repository's root.
    FromRoot,
    /// The plan says from which folder its paths start.
    Base(String),
}

impl fmt::Display for Resolution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resolution::Tidied => formatter.write_str("the same path, tidied"),
            Resolution::LikeOtherPaths => {
                formatter.write_str("the plan's other paths start from there")
            }
            Resolution::OnlyEnding(path) => {
                write!(formatter, "the only file that ends in `{path}`")
            }
            Resolution::OnlyPackage { package, folder } => {
                write!(
                    formatter,
                    "`{package}` is the only package with a folder `{folder}`"
                )
            }
            Resolution::AbsoluteInside => {
                formatter.write_str("absolute, and inside the repository")
            }
            Resolution::BelowAuthor(author) => {
                write!(formatter, "below the author's own `{author}`")
            }
            Resolution::NamedInFull => formatter.write_str("the plan names it in full"),
            Resolution::BehindPath(folder) => {
                write!(formatter, "it stands behind a path in `{folder}`")
            }
            Resolution::FromRoot => formatter.write_str("from the repository's root"),
            Resolution::Base(base) => write!(formatter, "the plan's paths start from `{base}`"),
        }
    }
}

impl Files {
    /// Makes the files of a tree of which the facts are known.
    pub(crate) fn new(facts: TreeFacts) -> Self {
        let root = facts.root().to_owned();
        Files {
            root,
            facts: Rc::new(facts),
            modules: OnceCell::new(),
            author_root: None,
        }
    }

    /// Returns what is known of the tree.
    pub(crate) fn facts(&self) -> &Rc<TreeFacts> {
        &self.facts
    }

    /// Returns whether a file or folder of that path stands in the repository.
    pub(crate) fn path_exists(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    /// Returns whether a folder of that path stands in the repository.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }

    /// Returns every file of the repository that git would not ignore, from the root, with `/`.
    pub(crate) fn all(&self) -> &Paths {
        self.facts.paths()
    }

    /// Returns the file that `module`, imported in the file `from`, is in; `None` where it is a package or not clear.
    pub(crate) fn imported(&self, from: &str, module: &str) -> Option<String> {
        let modules = self.modules.get_or_init(|| self.read_modules());
        modules
            .resolve(from, module)
            .and_then(|id| modules.path(id))
            .map(str::to_owned)
    }

    fn read_modules(&self) -> Modules {
        let sources = self
            .all()
            .iter()
            .map(|path| &**path)
            .filter(|path| Language::of_path(path).is_some());
        let documents = self.all().iter().filter(|path| modules::is_read(path));
        // A configuration that can't be read leads nowhere.
        let documents: Vec<(&str, String)> = documents
            .filter_map(|path| Some((&**path, read_text(&self.root.join(&**path))?)))
            .collect();
        Modules::new(
            sources,
            documents.iter().map(|(path, text)| (*path, text.as_str())),
        )
    }

    /// Returns whether any folder or file of the repository bears this module name.
    pub(crate) fn has_module(&self, name: &str) -> bool {
        let bears = |path: &Arc<str>| {
            path.split('/')
                .any(|part| part == name || stem_of_name(part) == name)
        };
        self.all().iter().any(bears)
    }

    /// Returns the file that `path` means; `creates` when the plan makes it new; `bases` are folders that other paths
    /// of the plan turned out to start from.
    pub(crate) fn meaning(
        &self,
        path: &str,
        creates: bool,
        bases: &BTreeSet<String>,
    ) -> PathMeaning {
        if path.starts_with('/') || path.starts_with('~') || path.get(1..3) == Some(":/") {
            return self.of_author(path);
        }
        let tidy = match modules::join_upwards("", path) {
            Some(tidy) => tidy,
            None => {
                let why = "`..` climbs above its root".to_owned();
                return PathMeaning::Outside(OutsideTree::Leaves {
                    path: path.to_owned(),
                    why,
                });
            }
        };
        if let Err(outside) = Address::resolve(&self.root, &tidy) {
            return PathMeaning::Outside(outside);
        }
        if self.path_exists(&tidy) {
            return as_written(path, tidy);
        }
        // "@app/a.py", as chat agents mention a file; a folder may bear the sign itself.
        if let Some(bare) = tidy.strip_prefix('@').filter(|bare| bare.contains('/'))
            && bare
                .split('/')
                .next()
                .is_some_and(|first| self.path_exists(first))
            && tidy
                .split('/')
                .next()
                .is_some_and(|first| !self.path_exists(first))
        {
            return PathMeaning::Resolved {
                path: bare.to_owned(),
                why: Resolution::FromRoot,
            };
        }
        if creates {
            self.new_file(path, tidy, bases)
        } else {
            self.existing_file(path, tidy, bases)
        }
    }

    /// Returns the file that a path means below the folder from which the plan says that its paths start; `None` where
    /// the path is meant from elsewhere after all.
    pub(crate) fn resolve_below_base(
        &self,
        base: &str,
        path: &str,
        action: &Action,
    ) -> Option<PathMeaning> {
        let whole =
            path.starts_with(&format!("{base}/")) || path == base || path.starts_with(['/', '~']);
        let below = modules::join_upwards(base, path)
            .filter(|below| !whole && Address::resolve(&self.root, below).is_ok())?;
        let elsewhere = self.path_exists(path)
            || *action == Action::Modify
            || path.split_once('/').is_some_and(|(first, _)| {
                self.path_exists(first) && !self.path_exists(&format!("{base}/{first}"))
            });
        (self.path_exists(&below) || !elsewhere).then(|| PathMeaning::Resolved {
            path: below,
            why: Resolution::Base(base.to_owned()),
        })
    }

    /// Returns the path behind a slash, where that stands for the repository's root: its file or its first folder is
    /// here.
    fn rooted(&self, path: &str) -> Option<PathMeaning> {
        /// Folders of a machine, which no plan means from the repository's root.
        const MACHINE: [&str; 14] = [
            "etc", "tmp", "var", "usr", "home", "root", "opt", "dev", "proc", "sys", "bin", "mnt",
            "Users", "private",
        ];
        let inside = modules::join_upwards("", path.strip_prefix('/')?)?;
        let first = inside.split('/').next().unwrap_or_default();
        let here = inside.contains('/') && self.path_exists(first) && !MACHINE.contains(&first);
        let meant = here && Address::resolve(&self.root, &inside).is_ok();
        meant.then_some(PathMeaning::Resolved {
            path: inside,
            why: Resolution::FromRoot,
        })
    }

    /// Resolves a file that shall be there already but is not where the plan says.
    fn existing_file(&self, path: &str, tidy: String, bases: &BTreeSet<String>) -> PathMeaning {
        let based: Vec<String> = bases
            .iter()
            .map(|base| format!("{base}/{tidy}"))
            .filter(|path| self.path_exists(path))
            .collect();
        if let [only] = based.as_slice() {
            return PathMeaning::Resolved {
                path: only.clone(),
                why: Resolution::LikeOtherPaths,
            };
        }
        let ending = format!("/{tidy}");
        let found: Vec<String> = self
            .all()
            .iter()
            .filter(|file| file.ends_with(&ending))
            .map(|file| file.to_string())
            .collect();
        match found.as_slice() {
            [only] => PathMeaning::Resolved {
                path: only.clone(),
                why: Resolution::OnlyEnding(path.to_owned()),
            },
            [] => as_written(path, tidy),
            _ => PathMeaning::Between(found),
        }
    }

    /// Resolves a new file: from the root where its first folder stands there, else from the one package that has that
    /// folder.
    fn new_file(&self, path: &str, tidy: String, bases: &BTreeSet<String>) -> PathMeaning {
        let Some((first, _)) = tidy.split_once('/') else {
            return as_written(path, tidy);
        };
        if self.path_exists(first) {
            return as_written(path, tidy);
        }
        let fits = |base: &&String| self.path_exists(&format!("{base}/{first}"));
        let mut packages: Vec<&String> = bases.iter().filter(fits).collect();
        let all;
        if packages.is_empty() {
            all = self.packages();
            packages = all.iter().filter(fits).collect();
        }
        // Of several packages, the only one that has the file's own folder, not only the first of its path.
        let parent = tidy.rsplit_once('/').map_or(first, |(parent, _)| parent);
        let nearest: Vec<&String> = packages
            .iter()
            .copied()
            .filter(|base| self.path_exists(&format!("{base}/{parent}")))
            .collect();
        let (packages, folder) = if nearest.len() == 1 {
            (nearest, parent)
        } else {
            (packages, first)
        };
        match packages.as_slice() {
            [only] => PathMeaning::Resolved {
                path: format!("{only}/{tidy}"),
                why: Resolution::OnlyPackage {
                    package: (*only).clone(),
                    folder: folder.to_owned(),
                },
            },
            [] => as_written(path, tidy),
            several => PathMeaning::Between(
                several
                    .iter()
                    .map(|base| format!("{base}/{tidy}"))
                    .collect(),
            ),
        }
    }

    /// Returns folders with a manifest of their own, the root aside.
    fn packages(&self) -> BTreeSet<String> {
        const MANIFESTS: [&str; 5] = [
            "package.json",
            "pyproject.toml",
            "setup.py",
            "requirements.txt",
            "manage.py",
        ];
        let folder = |file: &Arc<str>| {
            let (folder, name) = file.rsplit_once('/')?;
            MANIFESTS.contains(&name).then(|| folder.to_owned())
        };
        self.all().iter().filter_map(folder).collect()
    }

    /// Resolves an absolute path: of this repository, or of the same repository on its author's machine.
    fn of_author(&self, path: &str) -> PathMeaning {
        if let Ok(inside) = Path::new(path).strip_prefix(&self.root) {
            let inside = inside.to_string_lossy().into_owned();
            return match Address::resolve(&self.root, &inside) {
                Ok(_) => PathMeaning::Resolved {
                    path: inside,
                    why: Resolution::AbsoluteInside,
                },
                Err(outside) => PathMeaning::Outside(outside),
            };
        }
        if let Some(meaning) = self.rooted(path) {
            return meaning;
        }
        let outside = || {
            let why = "it is absolute".to_owned();
            PathMeaning::Outside(OutsideTree::Leaves {
                path: path.to_owned(),
                why,
            })
        };
        let name = self
            .root
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let parts: Vec<&str> = path.split('/').collect();
        let named = name
            .and_then(|name| parts.iter().rposition(|part| *part == name))
            .map(|at| parts[..=at].join("/"));
        let known = named
            .or_else(|| self.author_root.clone())
            .or_else(|| self.home_of(&parts));
        let Some(author) = known else {
            return outside();
        };
        let below = path
            .strip_prefix(&format!("{author}/"))
            .and_then(|below| modules::join_upwards("", below));
        match below.filter(|below| Address::resolve(&self.root, below).is_ok()) {
            Some(below) => PathMeaning::Resolved {
                path: below,
                why: Resolution::BelowAuthor(author.clone()),
            },
            None => outside(),
        }
    }

    /// Returns what stands before the part of a path in somebody's home that is a file of this repository, its folder
    /// included.
    fn home_of(&self, parts: &[&str]) -> Option<String> {
        let home = parts.first() == Some(&"~") || matches!(parts.get(1), Some(&("home" | "Users")));
        let stands = |from: &usize| self.path_exists(&parts[*from..].join("/"));
        let from = (2..parts.len().saturating_sub(1))
            .filter(|_| home)
            .find(stands)?;
        Some(parts[..from].join("/"))
    }

    /// Returns whether the files of its kind nearest to `path`, a few of them, all open with a comment that is their
    /// own path.
    pub(crate) fn neighbours_are_addressed(&self, path: &str) -> bool {
        let opening = |folder: &Path, entry: std::fs::DirEntry| -> Option<bool> {
            let same_kind =
                Path::new(&entry.file_name()).extension() == Path::new(path).extension();
            let inside = folder
                .join(entry.file_name())
                .to_string_lossy()
                .replace('\\', "/");
            if !same_kind || inside == path {
                return None;
            }
            let text = read_text(&entry.path()).filter(|text| !text.trim().is_empty())?;
            Some(graft::opens_with_address(&inside, &text))
        };
        let inside = modules::join_upwards("", path)
            .filter(|_| !path.starts_with(['/', '~']) && !path.contains(':'));
        for folder in inside
            .iter()
            .flat_map(|path| Path::new(path).ancestors().skip(1))
        {
            let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else {
                continue;
            };
            let openings: Vec<bool> = entries
                .filter_map(Result::ok)
                .filter_map(|entry| opening(folder, entry))
                .take(5)
                .collect();
            if !openings.is_empty() {
                return openings.into_iter().all(|addressed| addressed);
            }
        }
        false
    }

    /// Learns where the plan's author keeps the repository, from absolute paths whose last parts stand here: one folder
    /// for all of them, or none.
    pub(crate) fn learn_author<'p>(&mut self, paths: impl Iterator<Item = &'p str>) {
        let root_in = |path: &str| {
            let parts: Vec<&str> = path.split('/').collect();
            let stands = |at: &usize| {
                let inside = parts[*at..].join("/");
                let folder = inside.rsplit_once('/').map(|(folder, _)| folder);
                self.root.join(&inside).is_file()
                    || folder.is_some_and(|folder| self.has_folder(folder))
            };
            (2..parts.len())
                .find(stands)
                .map(|at| parts[..at].join("/"))
        };
        let is_absolute = |path: &&str| path.starts_with('/') || path.get(1..3) == Some(":/");
        let roots: BTreeSet<String> = paths.filter(is_absolute).filter_map(root_in).collect();
        if let (None, 1) = (&self.author_root, roots.len()) {
            self.author_root = roots.into_iter().next();
        }
    }
}

fn as_written(path: &str, tidy: String) -> PathMeaning {
    if path == tidy {
        PathMeaning::AsWritten(tidy)
    } else {
        PathMeaning::Resolved {
            path: tidy,
            why: Resolution::Tidied,
        }
    }
}

fn stem_of_name(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn monorepo() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        for file in [
            "apps/api/package.json",
            "apps/api/src/orders.ts",
            "apps/web/package.json",
            "apps/web/app/orders.tsx",
        ] {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let files = Files::new(TreeFacts::new(&root, None));
        (folder, files)
    }

    fn resolved(meaning: PathMeaning) -> String {
        match meaning {
            PathMeaning::AsWritten(path) | PathMeaning::Resolved { path, .. } => path,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_path_is_found_where_it_can_only_be() {
        let (_folder, files) = monorepo();
        let none = BTreeSet::new();
        assert_eq!(
            resolved(files.meaning("apps/api/src/orders.ts", false, &none)),
            "apps/api/src/orders.ts"
        );
        assert_eq!(
            resolved(files.meaning("src/orders.ts", false, &none)),
            "apps/api/src/orders.ts"
        );
        assert_eq!(
            resolved(files.meaning("src/new.ts", true, &none)),
            "apps/api/src/new.ts"
        );
        assert_eq!(
            resolved(files.meaning("docs/new.md", true, &none)),
            "docs/new.md"
        );
        assert_eq!(
            resolved(files.meaning("/home/ana/shop/apps/api/src/orders.ts", false, &none)),
            "apps/api/src/orders.ts"
        );
        assert_eq!(
            resolved(files.meaning("apps/../apps/api/src/orders.ts", false, &none)),
            "apps/api/src/orders.ts"
        );
    }

    #[test]
    fn the_authors_folder_is_learnt_from_what_stands_here() {
        let (_folder, mut files) = monorepo();
        let none = BTreeSet::new();
        let paths = [
            "/c/Users/ana/Downloads/shop-main/apps/api/src/orders.ts",
            "/c/Users/ana/Downloads/shop-main/new.ini",
        ];
        files.learn_author(paths.into_iter());
        assert_eq!(
            resolved(files.meaning(paths[0], false, &none)),
            "apps/api/src/orders.ts"
        );
        assert_eq!(resolved(files.meaning(paths[1], true, &none)), "new.ini");
        assert!(matches!(
            files.meaning("/etc/passwd", true, &none),
            PathMeaning::Outside(_)
        ));
        files.learn_author(["/etc/passwd"].into_iter());
        assert!(matches!(
            files.meaning("/etc/passwd", true, &none),
            PathMeaning::Outside(_)
        ));
    }

    #[test]
    fn two_that_fit_are_named_and_what_leaves_is_refused() {
        let (_folder, files) = monorepo();
        let none = BTreeSet::new();
        assert!(
            matches!(files.meaning("package.json", false, &none), PathMeaning::Between(found) if found.len() == 2)
        );
        assert_eq!(
            resolved(files.meaning("/apps/api/src/orders.ts", false, &none)),
            "apps/api/src/orders.ts"
        );
        assert_eq!(
            resolved(files.meaning("/apps/api/src/new.ts", true, &none)),
            "apps/api/src/new.ts"
        );
        for path in ["../x.ts", "/etc/passwd", "~/x", "/etc/shop", ".git/config"] {
            assert!(
                matches!(files.meaning(path, true, &none), PathMeaning::Outside(_)),
                "{path}"
            );
        }
    }
}
