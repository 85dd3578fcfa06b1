//! The files of a tree that can hold backend code, read once, parsed when first asked for.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use code::languages::Language;
use code::modules::Modules;
use code::paths;
use code::syntax::{self, Syntax};
use ignore::WalkBuilder;

/// Folders that are no part of the project: their owners are programs.
const FOREIGN: [&str; 2] = [".backend-engineer", ".git"];
/// Bytes past which a file is taken for generated.
const LARGEST: u64 = 1_000_000;
/// Files past which the walk ends.
const MOST_FILES: usize = 200_000;
/// Schemas and settings in languages of their own, by the ends of their names.
const DOCUMENTS: [&str; 8] =
    [".prisma", ".graphql", ".graphqls", ".gql", ".sql", "package.json", "jsconfig.json", ".gitmodules"];

#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) language: Language,
    pub(crate) is_test: bool,
    /// Of language and text.
    hash: u64,
    syntax: OnceCell<Arc<Syntax>>,
}

/// What files were parsed to, by the hash of their text.
pub(crate) type Parsed = HashMap<u64, Arc<Syntax>>;

impl SourceFile {
    pub(crate) fn syntax(&self) -> &Syntax {
        self.syntax.get_or_init(|| Arc::new(syntax::read(self.language, &self.text).unwrap_or_default()))
    }

    fn new(path: String, text: String, language: Language) -> Self {
        let mut hasher = DefaultHasher::new();
        (language, &text).hash(&mut hasher);
        let is_test = paths::is_test(&path);
        SourceFile { path, text, language, is_test, hash: hasher.finish(), syntax: OnceCell::new() }
    }
}

impl Sources {
    /// A number that changes when a path or the content of a source file does.
    pub(crate) fn fingerprint(&self, root: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        (env!("CARGO_PKG_VERSION"), root, &self.paths, &self.documents).hash(&mut hasher);
        for file in &self.files {
            file.hash.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Returns the modules of the tree by their paths.
    pub(crate) fn modules(&self) -> Modules {
        let documents = self.documents.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        Modules::new(self.files.iter().map(|file| file.path.as_str()), documents)
    }

    /// Spares files that did not change since an earlier survey from being parsed again.
    pub(crate) fn reuse(&self, parsed: &Parsed) {
        for file in &self.files {
            if let Some(known) = parsed.get(&file.hash) {
                let _ = file.syntax.set(known.clone());
            }
        }
    }

    /// What was parsed, for the next survey.
    pub(crate) fn parsed(&self) -> Parsed {
        self.files.iter().filter_map(|file| Some((file.hash, file.syntax.get()?.clone()))).collect()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    /// Every path of the tree that is not foreign, code or not.
    pub(crate) paths: Vec<String>,
    /// Path and text of schemas and settings that are not code.
    pub(crate) documents: Vec<(String, String)>,
    /// What was left out, and why.
    pub(crate) skipped: Vec<(String, &'static str)>,
}

fn language(path: &str) -> Option<Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".d.ts") || name.contains(".min.") {
        return None;
    }
    // Components and pages are the front end's.
    Language::of_path(name).filter(|_| !name.ends_with("x") && !name.ends_with(".pyi"))
}

/// Walks the tree below `root`. Links are not followed, so that loops do not matter.
pub(crate) fn read(root: &Path) -> Sources {
    let mut sources = Sources::default();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap_or_default();
            let is_foreign = FOREIGN.contains(&name) || paths::is_by_product_folder(name);
            !(is_foreign && entry.file_type().is_some_and(|kind| kind.is_dir()))
        })
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                sources.skipped.extend(place_of(&error, root).map(|path| (path, "unreadable")));
                continue;
            }
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if sources.paths.len() >= MOST_FILES {
            sources.skipped.push((".".to_owned(), "more files than a survey reads"));
            break;
        }
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let path = relative.to_string_lossy().replace('\\', "/");
        if paths::is_by_product(&path) {
            continue;
        }
        sources.paths.push(path.clone());
        let language = language(&path);
        if language.is_none() && !is_document(&path) {
            continue;
        }
        if entry.metadata().is_ok_and(|data| data.len() > LARGEST) {
            sources.skipped.push((path, "larger than 1 MB"));
            continue;
        }
        let Ok(bytes) = std::fs::read(entry.path()) else {
            sources.skipped.push((path, "unreadable"));
            continue;
        };
        if language.is_some_and(|language| is_minified(&bytes, language)) {
            sources.skipped.push((path, "minified"));
            continue;
        }
        let text = text_of(bytes);
        match language {
            Some(language) => sources.files.push(SourceFile::new(path, text, language)),
            None => sources.documents.push((path, text)),
        }
    }
    sources.note_missing_submodules(root);
    sources
}

fn is_document(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    DOCUMENTS.iter().any(|ending| name.ends_with(ending))
        || name.starts_with("tsconfig") && name.ends_with(".json")
        || is_example(path)
}

/// Whether a file shows what the environment of the project may hold.
pub(crate) fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let rest = name.strip_prefix('.').unwrap_or(name);
    let Some(rest) = rest.strip_prefix("env") else { return false };
    rest.is_empty() && name.starts_with('.')
        || ["example", "sample", "template", "dist", "default", "development"].iter().any(|kind| rest.contains(kind))
}

/// The text of a file, with what is not UTF-8 replaced, and without a byte order mark.
fn text_of(bytes: Vec<u8>) -> String {
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

/// The path that a walk stumbled over, relative to the root.
fn place_of(error: &ignore::Error, root: &Path) -> Option<String> {
    match error {
        ignore::Error::WithPath { path, .. } => {
            let relative = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
            (!relative.is_empty()).then_some(relative)
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place_of(err, root),
        _ => None,
    }
}

impl Sources {
    fn note_missing_submodules(&mut self, root: &Path) {
        let Some((_, text)) = self.documents.iter().find(|(path, _)| path == ".gitmodules") else { return };
        let paths = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim().strip_prefix('='));
        for path in paths.map(str::trim) {
            let has_files = std::fs::read_dir(root.join(path)).is_ok_and(|mut entries| entries.next().is_some());
            if !has_files {
                self.skipped.push((path.to_owned(), "a submodule that is not checked out"));
            }
        }
    }
}

fn is_minified(bytes: &[u8], language: Language) -> bool {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    language != Language::Python && bytes.len() > 20_000 && bytes.len() / lines > 400
}
