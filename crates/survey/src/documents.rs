//! The documents beside the code that describe a project: manifests, lock files, configuration of
//! tools, workflows, container files and examples of the environment. Read once, for all parts that
//! need them.

pub(crate) mod ini;

use std::collections::{BTreeMap, HashMap};

use crate::contents::Contents;
use crate::source::Sources;

/// Names of files that are read, wherever they lie.
const NAMES: &[&str] = &[
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lock",
    "lerna.json",
    "nx.json",
    "project.json",
    "turbo.json",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    ".justfile",
    "Taskfile.yml",
    "Taskfile.yaml",
    "tox.ini",
    "tox.toml",
    "noxfile.py",
    "tasks.py",
    ".coveragerc",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    ".gitlab-ci.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "tsconfig.json",
    "ormconfig.json",
    ".sequelizerc",
    ".python-version",
    ".nvmrc",
    ".node-version",
];

/// Configuration files of tools that come with many endings: only that they are there matters.
const STEMS: &[&str] = &[
    "knexfile",
    "drizzle.config",
    "ormconfig",
    "playwright.config",
];

/// Bytes past which a lock file is left alone; other documents are small.
const LARGEST_LOCK: u64 = 12 << 20;
const LARGEST: u64 = 1 << 20;
/// Documents past which no more are read.
const MOST: usize = 4000;

/// The documents of a tree by their paths from the root.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    texts: BTreeMap<String, String>,
}

/// Returns the last part of a path.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the path without its last part; empty for the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns a path below a folder that may be the root.
pub(crate) fn join_folder(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// Returns the path from `folder`, where it lies inside.
///
/// `app` and `app/a.py` give `a.py`. Returns none for a path outside, and for the folder itself unless it is the root.
pub(crate) fn strip_folder<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() {
        Some(path)
    } else {
        path.strip_prefix(folder)?.strip_prefix('/')
    }
}

/// Returns whether a name is `stem`, or `stem` with an ending: `knexfile.js` is of `knexfile`, `knexfiles` is not.
pub(crate) fn is_stem(stem: &str, name: &str) -> bool {
    name.strip_prefix(stem)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns whether a path is a document by its name, or by the folder that it lies in: `.github/workflows/test.yml`.
fn is_wanted(path: &str) -> bool {
    has_wanted_name(name_of(path)) || lies_at_wanted_place(path)
}

/// Returns whether a document of this name is wanted wherever it lies.
fn has_wanted_name(name: &str) -> bool {
    NAMES.contains(&name)
        || shell::usual_commands()
            .flat_map(|(_, usual)| &usual.files)
            .any(|stem| is_stem(stem, name))
        || STEMS.iter().any(|stem| is_stem(stem, name))
}

fn lies_at_wanted_place(path: &str) -> bool {
    let name = name_of(path);
    let starts = |part: &str| name.starts_with(part);
    (starts("requirements") || path.contains("requirements/"))
        && (name.ends_with(".txt") || name.ends_with(".in"))
        || (name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml")))
        || is_environment(name)
        || path.contains(".github/workflows/")
            && (name.ends_with(".yml") || name.ends_with(".yaml"))
        || path.ends_with(".circleci/config.yml")
        || name.ends_with(".prisma")
        || is_script(path)
}

/// Returns whether a file is an example of the environment, or a checkout's own: only the kinds of
/// addresses in it are looked at.
pub(crate) fn is_environment(name: &str) -> bool {
    name == ".env"
        || name.starts_with(".env.")
        || name.starts_with("env-example")
        || name.starts_with("env.example")
        || name.ends_with(".env.example")
        || name == "example.env"
}

/// Returns whether a file is a shell script that a project keeps for its own work.
fn is_script(path: &str) -> bool {
    let (folder, name) = (folder_of(path), name_of(path));
    matches!(name_of(folder), "scripts" | "bin" | "script" | "ci" | ".ci")
        && (name.ends_with(".sh") || !name.contains('.'))
}

/// Returns whether a path lies in folders of made-up projects, which say nothing of this one.
fn is_made_up(path: &str) -> bool {
    folder_of(path).split('/').any(|part| {
        matches!(
            part,
            "fixtures" | "__fixtures__" | "testdata" | "test-data" | "vendor"
        )
    })
}

/// Returns those of the paths that are documents of this project.
pub(crate) fn select_documents<'p>(
    paths: impl Iterator<Item = &'p str>,
) -> impl Iterator<Item = &'p str> {
    // In a large tree the same names come again and again.
    let mut names: HashMap<&str, bool> = HashMap::new();
    let mut has_wanted_name = move |path: &'p str| {
        let name = name_of(path);
        *names.entry(name).or_insert_with(|| has_wanted_name(name))
    };
    paths
        .filter(move |path| has_wanted_name(path) || lies_at_wanted_place(path))
        .filter(|path| !is_made_up(path))
        .take(MOST)
}

/// Returns whether a document is small enough to be read.
pub(crate) fn is_read(path: &str, contents: &dyn Contents) -> bool {
    let name = name_of(path);
    let most = if name.contains("lock") || name.contains("shrinkwrap") {
        LARGEST_LOCK
    } else {
        LARGEST
    };
    contents.size(path).is_none_or(|size| size <= most)
}

impl Documents {
    /// Reads the documents of the tree; what `sources` holds already is taken from there.
    pub(crate) fn read(sources: &Sources, contents: &dyn Contents) -> Self {
        let files = sources
            .files
            .iter()
            .map(|file| (file.path.as_str(), file.text.as_str()));
        let others = sources
            .documents
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let held: HashMap<&str, &str> = files
            .chain(others)
            .filter(|(path, _)| is_wanted(path))
            .collect();
        let mut documents = Documents::default();
        for path in select_documents(sources.paths.iter().map(|path| &**path)) {
            let text = match held.get(path) {
                Some(text) => (*text).to_owned(),
                None if is_read(path, contents) => match contents.read(path) {
                    Ok(bytes) => {
                        let text = String::from_utf8_lossy(&bytes);
                        text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
                    }
                    Err(_) => continue,
                },
                None => continue,
            };
            documents.texts.insert(path.to_owned(), text);
        }
        documents
    }

    /// Returns the text of the document at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Returns all documents, by path.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns documents of that name, by path.
    pub(crate) fn named<'d>(&'d self, name: &'d str) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.all().filter(move |(path, _)| name_of(path) == name)
    }

    /// Returns the document of one of the names in the folder or the nearest above it; none where there is none up to
    /// the root. In one folder the names count in their order.
    pub(crate) fn upward(&self, folder: &str, names: &[&str]) -> Option<(&str, &str)> {
        code::modules::folders_upwards(folder)
            .find_map(|at| {
                names
                    .iter()
                    .find_map(|name| self.texts.get_key_value(&join_folder(at, name)))
            })
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }
}
