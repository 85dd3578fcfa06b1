//! The files of a tree that can hold backend code, read once, parsed when first asked for.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use code::languages::Language;
use code::modules::Modules;
use code::paths as known;
use code::syntax::{self, Syntax};

use crate::contents::Contents;
use crate::listing::{Kind, Listing};

/// Bytes past which a file is taken for generated.
const LARGEST: u64 = 1_000_000;
/// Files past which the walk ends.
const MOST_FILES: usize = 200_000;
/// Schemas and settings in languages of their own, by the ends of their names.
const DOCUMENTS: [&str; 8] = [
    ".prisma",
    ".graphql",
    ".graphqls",
    ".gql",
    ".sql",
    "package.json",
    "jsconfig.json",
    ".gitmodules",
];

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

/// The syntax trees of files, by the hash of their text.
pub(crate) type Parsed = HashMap<u64, Arc<Syntax>>;

impl SourceFile {
    pub(crate) fn syntax(&self) -> &Syntax {
        self.syntax
            .get_or_init(|| Arc::new(syntax::read(self.language, &self.text).unwrap_or_default()))
    }

    fn new(path: String, text: String, language: Language) -> Self {
        let mut hasher = DefaultHasher::new();
        (language, &text).hash(&mut hasher);
        let is_test = known::is_test(&path);
        SourceFile {
            path,
            text,
            language,
            is_test,
            hash: hasher.finish(),
            syntax: OnceCell::new(),
        }
    }
}

impl Sources {
    /// Returns the modules of the tree by their paths.
    pub(crate) fn modules(&self) -> Modules {
        let documents = self
            .documents
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
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

    /// Returns the syntax trees, for the next survey.
    pub(crate) fn parsed(&self) -> Parsed {
        self.files
            .iter()
            .filter_map(|file| Some((file.hash, file.syntax.get()?.clone())))
            .collect()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    /// Every path of the tree that is not foreign, code or not.
    pub(crate) paths: Vec<Arc<str>>,
    /// Path and text of schemas and settings that are not code.
    pub(crate) documents: Vec<(String, String)>,
    /// Files that were left out, each with the reason.
    pub(crate) skipped: Vec<(String, &'static str)>,
}

/// `app/models.py` is Python. Returns none for declarations (`.d.ts`, `.pyi`), minified files and components (`.tsx`,
/// `.jsx`).
fn language_of(path: &str) -> Option<Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".d.ts") || name.contains(".min.") {
        return None;
    }
    // Components and pages are the front end's.
    Language::of_path(name).filter(|_| !name.ends_with("x") && !name.ends_with(".pyi"))
}

/// Returns the listed paths that are worth a look, and whether there are more.
pub(crate) fn source_paths(listing: &Listing) -> (Vec<&Arc<str>>, bool) {
    let files = listing.files().iter();
    let mut wanted = files
        .filter(|listed| listed.kind == Kind::File && !listed.is_by_product)
        .map(|listed| &listed.path);
    let paths = wanted.by_ref().take(MOST_FILES).collect();
    (paths, wanted.next().is_some())
}

/// Returns whether this module reads a file, as code or as a document.
pub(crate) fn is_read(path: &str, contents: &dyn Contents) -> bool {
    (language_of(path).is_some() || is_document(path)) && !is_too_large(path, contents)
}

/// Returns the paths of a listing as sources of which none is read.
pub(crate) fn list_sources(listing: &Listing) -> Sources {
    let (paths, _) = source_paths(listing);
    Sources {
        paths: paths.into_iter().cloned().collect(),
        ..Sources::default()
    }
}

/// Reads the sources of a listing.
pub(crate) fn read_sources(listing: &Listing, contents: &dyn Contents) -> Sources {
    let mut sources = Sources::default();
    let unreadable = listing.unreadable().iter().filter(|path| *path != ".");
    sources
        .skipped
        .extend(unreadable.map(|path| (path.clone(), "unreadable")));
    let (paths, more) = source_paths(listing);
    if more {
        sources
            .skipped
            .push((".".to_owned(), "more files than a survey reads"));
    }
    for path in paths {
        sources.paths.push(Arc::clone(path));
        let language = language_of(path);
        if language.is_none() && !is_document(path) {
            continue;
        }
        match read_text(path, language, contents) {
            Ok(text) => match language {
                Some(language) => {
                    sources
                        .files
                        .push(SourceFile::new(path.to_string(), text, language))
                }
                None => sources.documents.push((path.to_string(), text)),
            },
            Err(reason) => sources.skipped.push((path.to_string(), reason)),
        }
    }
    sources.note_missing_submodules();
    sources
}

/// Reads one file, or returns why it is left out.
fn read_text(
    path: &str,
    language: Option<Language>,
    contents: &dyn Contents,
) -> Result<String, &'static str> {
    if is_too_large(path, contents) {
        return Err("larger than 1 MB");
    }
    let bytes = contents.read(path).map_err(|_| "unreadable")?;
    if language.is_some_and(|language| is_minified(&bytes, language)) {
        return Err("minified");
    }
    Ok(text_of(bytes))
}

/// Returns whether a file is larger than `LARGEST`; one whose size is not known is not.
fn is_too_large(path: &str, contents: &dyn Contents) -> bool {
    contents.size(path).is_some_and(|size| size > LARGEST)
}

/// Returns whether a path is a schema, a setting or an example of the environment: `schema.prisma`,
/// `tsconfig.app.json`.
fn is_document(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    DOCUMENTS.iter().any(|ending| name.ends_with(ending))
        || name.starts_with("tsconfig") && name.ends_with(".json")
        || is_example(path)
}

/// Returns whether a file shows what the environment of the project may hold.
///
/// `.env`, `.env.example` and `env.sample` do; `.env.local` does not.
pub(crate) fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let rest = name.strip_prefix('.').unwrap_or(name);
    let Some(rest) = rest.strip_prefix("env") else {
        return false;
    };
    rest.is_empty() && name.starts_with('.')
        || [
            "example",
            "sample",
            "template",
            "dist",
            "default",
            "development",
        ]
        .iter()
        .any(|kind| rest.contains(kind))
}

/// Returns the text of a file, with what is not UTF-8 replaced, and without a byte order mark.
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

impl Sources {
    /// Adds the submodules of `.gitmodules` of which no file is there to what is skipped.
    fn note_missing_submodules(&mut self) {
        let Some((_, text)) = self
            .documents
            .iter()
            .find(|(path, _)| path == ".gitmodules")
        else {
            return;
        };
        let named = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("path")?.trim().strip_prefix('='));
        let paths: BTreeSet<&str> = self.paths.iter().map(|path| &**path).collect();
        let mut missing = Vec::new();
        for path in named.map(str::trim) {
            let inside = format!("{path}/");
            let has_files = paths
                .range(inside.as_str()..)
                .next()
                .is_some_and(|found| found.starts_with(&inside));
            if !has_files {
                missing.push((path.to_owned(), "a submodule that is not checked out"));
            }
        }
        self.skipped.extend(missing);
    }
}

/// Returns whether a script is minified: more than 20,000 bytes, and more than 400 a line on average.
fn is_minified(bytes: &[u8], language: Language) -> bool {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    language != Language::Python && bytes.len() > 20_000 && bytes.len() / lines > 400
}
