//! The files of a tree that can hold backend code, read once, parsed when first asked for.

use std::cell::OnceCell;
use std::path::Path;

use ignore::WalkBuilder;

use crate::syntax::script::Dialect;
use crate::syntax::{self, Syntax};

/// Folders that hold other people's or generated code.
const FOREIGN: [&str; 14] = [
    "node_modules",
    ".git",
    ".venv",
    "venv",
    "site-packages",
    "__pycache__",
    "dist",
    ".next",
    ".tox",
    ".nox",
    "bower_components",
    ".yarn",
    ".mypy_cache",
    "coverage",
];
/// Bytes past which a file is taken for generated.
const LARGEST: u64 = 1_000_000;
/// Files past which the walk ends.
const MOST_FILES: usize = 200_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    JavaScript,
    TypeScript,
}

#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
    pub(crate) is_test: bool,
    syntax: OnceCell<Syntax>,
}

impl SourceFile {
    pub(crate) fn syntax(&self) -> &Syntax {
        self.syntax.get_or_init(|| {
            let read = match self.language {
                Language::Python => syntax::python::read(&self.text),
                Language::JavaScript => syntax::script::read(&self.text, Dialect::JavaScript),
                Language::TypeScript => syntax::script::read(&self.text, Dialect::TypeScript),
            };
            read.unwrap_or_default()
        })
    }
}

impl Sources {
    /// A number that changes when a path or the content of a source file does.
    pub(crate) fn fingerprint(&self, root: &Path) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        root.hash(&mut hasher);
        self.paths.hash(&mut hasher);
        for file in &self.files {
            file.text.hash(&mut hasher);
        }
        hasher.finish()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    /// Every path of the tree that is not foreign, code or not.
    pub(crate) paths: Vec<String>,
    /// What was left out, and why.
    pub(crate) skipped: Vec<(String, &'static str)>,
}

fn language(path: &str) -> Option<Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".d.ts") || name.contains(".min.") {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "py" => Some(Language::Python),
        "js" | "cjs" | "mjs" => Some(Language::JavaScript),
        "ts" | "mts" | "cts" => Some(Language::TypeScript),
        _ => None,
    }
}

pub(crate) fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_tests = folders.split('/').any(|part| {
        matches!(part, "tests" | "test" | "__tests__" | "e2e" | "spec" | "cypress" | "testing" | "__mocks__")
    });
    let stem = name.split('.').next().unwrap_or(name);
    in_tests
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || matches!(stem, "conftest" | "tests")
        || name.contains(".spec.")
        || name.contains(".test.")
        || name.contains("-spec.")
}

/// Walks the tree below `root`. Links are not followed, so that loops do not matter.
pub(crate) fn read(root: &Path) -> Sources {
    let mut sources = Sources::default();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| {
            let is_foreign = entry.file_name().to_str().is_some_and(|name| FOREIGN.contains(&name));
            !(is_foreign && entry.file_type().is_some_and(|kind| kind.is_dir()))
        })
        .build();
    for entry in walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())).take(MOST_FILES) {
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let path = relative.to_string_lossy().replace('\\', "/");
        sources.paths.push(path.clone());
        let Some(language) = language(&path) else { continue };
        if entry.metadata().is_ok_and(|data| data.len() > LARGEST) {
            sources.skipped.push((path, "larger than 1 MB"));
            continue;
        }
        let Ok(bytes) = std::fs::read(entry.path()) else {
            sources.skipped.push((path, "unreadable"));
            continue;
        };
        if is_minified(&bytes, language) {
            sources.skipped.push((path, "minified"));
            continue;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let is_test = is_test(&path);
        sources.files.push(SourceFile { path, text, language, is_test, syntax: OnceCell::new() });
    }
    sources
}

fn is_minified(bytes: &[u8], language: Language) -> bool {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    language != Language::Python && bytes.len() > 20_000 && bytes.len() / lines > 400
}
