//! Reads the conventions of a project: names, errors, validation, injection, logging,
//! authentication, answers and tests, each with how usual it is and the best places to look at.
//!
//! ```text
//! logger = logging.getLogger(__name__)     in 12 files     logging: a logger of the module, 12
//! raise NotFound(…)                        9 of 11 raises  error types: `NotFound` is raised, 9 of 11
//! order.service.ts, user.service.ts        in services     file names: `*.service.ts`, 2 of 2
//! ```
//!
//! Most are read from marks (texts of `marks`, found in one pass); the rest from names, routes and places of files.

mod marks;

mod marked;

mod route_guards;

mod naming;

mod errors;

mod bodies;

mod secrets;

mod tests;

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use crate::findings::Route;
use crate::layers::{Layer, Layers};
use crate::place::Place;
use crate::source::Sources;
use code::glance::Glance;
use code::languages::Language;

/// The topic of a convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Names of files in a layer.
    FileNames,
    /// Names of classes and functions in a layer.
    SymbolNames,
    /// Exception types of the project, and those that it raises.
    ErrorTypes,
    /// Where errors become answers.
    ErrorHandlers,
    /// The shape of an answer that tells of an error.
    ErrorBody,
    /// Validation of input.
    Validation,
    /// Injection of dependencies.
    Injection,
    /// Logging.
    Logging,
    /// Authentication: finding out who asks.
    Authentication,
    /// Where secrets come from.
    Secrets,
    /// Authorization: deciding what one may do.
    Authorization,
    /// The shape of an answer.
    Answers,
    /// The writing of tests.
    TestStyle,
    /// Where tests lie.
    TestPlaces,
}

/// One thing that the project does in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Convention {
    /// Its topic.
    pub topic: Topic,
    /// The layer that it holds for, where it is one's.
    pub layer: Option<Layer>,
    /// The convention, in words with the project's own names in backquotes.
    pub what: String,
    /// The number of files, symbols or places that follow it.
    pub count: usize,
    /// Of how many, where that can be told.
    pub of: Option<usize>,
    /// The best places to see it, two at most.
    pub examples: Vec<Place>,
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Topic::FileNames => "file names",
            Topic::SymbolNames => "symbol names",
            Topic::ErrorTypes => "error types",
            Topic::ErrorHandlers => "error handlers",
            Topic::ErrorBody => "error body",
            Topic::Validation => "validation",
            Topic::Injection => "injection",
            Topic::Logging => "logging",
            Topic::Authentication => "authentication",
            Topic::Secrets => "secrets",
            Topic::Authorization => "authorization",
            Topic::Answers => "answers",
            Topic::TestStyle => "test style",
            Topic::TestPlaces => "test places",
        })
    }
}

/// The parts of the survey that conventions are read from.
pub(crate) struct ConventionContext<'g> {
    pub(crate) sources: &'g Sources,
    /// The definitions and imports of each file, in the order of the sources.
    pub(crate) outlines: &'g [Glance],
    pub(crate) layers: &'g Layers,
    pub(crate) routes: &'g [Route],
    /// The layer of each file, by its place in the sources.
    pub(crate) layer: Vec<Option<Layer>>,
}

impl<'g> ConventionContext<'g> {
    pub(crate) fn new(
        sources: &'g Sources,
        outlines: &'g [Glance],
        layers: &'g Layers,
        routes: &'g [Route],
    ) -> Self {
        let known: BTreeMap<&str, Layer> = layers
            .files
            .iter()
            .map(|file| (file.file.as_str(), file.layer))
            .collect();
        let layer = sources
            .files
            .iter()
            .map(|file| known.get(file.path.as_str()).copied())
            .collect();
        ConventionContext {
            sources,
            outlines,
            layers,
            routes,
            layer,
        }
    }

    /// Returns whether a file is code of the backend and no test: a file with a layer, one of Python, or one that
    /// lies beside such files. Where no file has a layer, all count.
    fn is_backend(&self, id: usize) -> bool {
        let file = &self.sources.files[id];
        !file.is_test
            && (self.layer[id].is_some()
                || file.language == Language::Python
                || self.layers.files.is_empty()
                || is_beside(self, id))
    }
}

/// Returns whether a file without a layer lies below the same top folder as one that has a layer.
///
/// `src/mailer.ts` counts where `src/routes/orders.ts` has a layer. Folders of pages don't count, whatever they hold.
fn is_beside(ground: &ConventionContext<'_>, id: usize) -> bool {
    let top = |path: &str| {
        path.split_once('/')
            .map_or(String::new(), |(top, _)| top.to_owned())
    };
    let path = &ground.sources.files[id].path;
    let browser = path.split('/').any(|part| {
        matches!(
            part,
            "frontend" | "client" | "static" | "public" | "web" | "ui" | "docs"
        )
    });
    !browser
        && ground
            .layers
            .files
            .iter()
            .any(|known| known.layer != Layer::Tests && top(&known.file) == top(path))
}

/// One place where a mark stands, by the position of its file in the sources.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) file: usize,
    pub(crate) line: u32,
    /// The byte that its line begins with, where a mark was found.
    pub(crate) start: usize,
}

/// Reads the conventions, by topic, the most usual first.
///
/// A convention is what the project does, even once; how usual it is, its count says.
pub(crate) fn read_conventions(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let hits = find_marks(ground);
    let mut found = naming::read_naming(ground);
    found.extend(marked::read_mark_conventions(ground, &hits));
    found.extend(route_guards::read_guard_conventions(ground));
    found.extend(errors::read_error_types(ground, &hits));
    found.extend(bodies::read_body_shapes(ground, &hits));
    found.extend(secrets::read_secret_sources(ground));
    found.extend(tests::read_test_locations(ground));
    found.sort_by(|a, b| {
        (a.topic, a.layer, std::cmp::Reverse(a.count)).cmp(&(
            b.topic,
            b.layer,
            std::cmp::Reverse(b.count),
        ))
    });
    found
}

/// Returns every place of every mark, in one pass over the sources: the key is the position in `MARKS`.
///
/// A mark counts only in files of its language, in tests or outside them as its topic asks, where the file names the
/// mark's library (`Mark::fits`), and outside comments.
fn find_marks(ground: &ConventionContext<'_>) -> BTreeMap<usize, Vec<Hit>> {
    // Several needles belong to one mark: `owners` leads from a needle's number back to its mark.
    let needles: Vec<&str> = marks::MARKS
        .iter()
        .flat_map(|mark| mark.needles)
        .copied()
        .collect();
    let owners: Vec<usize> = marks::MARKS
        .iter()
        .enumerate()
        .flat_map(|(at, mark)| mark.needles.iter().map(move |_| at))
        .collect();
    let mut hits: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
    let Ok(machine) = AhoCorasick::new(needles) else {
        return hits;
    };
    for (id, file) in ground.sources.files.iter().enumerate() {
        if !file.is_test && !ground.is_backend(id) {
            continue;
        }
        let bytes = file.text.as_bytes();
        let (mut line, mut counted) = (1, 0);
        // Whether a mark fits is a matter of the whole file: asked once for each.
        let mut fitting: BTreeMap<usize, bool> = BTreeMap::new();
        // A mark may stand within another one: all of them count.
        for found in machine.find_overlapping_iter(bytes) {
            let mark = owners[found.pattern().as_usize()];
            let known = &marks::MARKS[mark];
            let fits = known.python == (file.language == Language::Python)
                && known.topic_is_of_tests() == file.is_test;
            let end = found.end();
            // `res.json({` is an object literal, which another mark counts; this one is for values as they are.
            let is_object = known.what.ends_with("as they are") && bytes.get(end) == Some(&b'{');
            if !fits
                || is_object
                || is_comment(bytes, end)
                || !*fitting
                    .entry(mark)
                    .or_insert_with(|| known.fits(&file.text))
            {
                continue;
            }
            // Lines are counted on from the last hit, not from the beginning.
            line += bytes[counted..end]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            counted = end;
            hits.entry(mark).or_default().push(Hit {
                file: id,
                line: u32::try_from(line).unwrap_or(u32::MAX),
                start: start_of(bytes, end),
            });
        }
    }
    hits
}

/// Returns the byte that the line of a place begins with.
fn start_of(bytes: &[u8], at: usize) -> usize {
    bytes[..at]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |found| found + 1)
}

/// Returns whether the line of a place begins as a comment. A comment behind code is not noticed.
fn is_comment(bytes: &[u8], at: usize) -> bool {
    let line = bytes[start_of(bytes, at)..at].trim_ascii_start();
    line.starts_with(b"#") || line.starts_with(b"//") || line.starts_with(b"*")
}

/// Returns the two best places among hits: the first hits of the files that hold most of them, each file once.
pub(crate) fn best_examples(ground: &ConventionContext<'_>, hits: &[Hit]) -> Vec<Place> {
    let mut files: BTreeMap<usize, (usize, u32)> = BTreeMap::new();
    for hit in hits {
        files
            .entry(hit.file)
            .and_modify(|(count, _)| *count += 1)
            .or_insert((1, hit.line));
    }
    let mut files: Vec<_> = files.into_iter().collect();
    // A file of a layer is a better example than one of none.
    files.sort_by_key(|(id, (count, _))| {
        (ground.layer[*id].is_none(), std::cmp::Reverse(*count), *id)
    });
    files
        .into_iter()
        .take(2)
        .map(|(id, (_, line))| Place::new(&ground.sources.files[id].path, line))
        .collect()
}

/// Returns the number of files the hits lie in. Hits must be sorted by file, as `find_marks` gives them.
pub(crate) fn files_of(hits: &[Hit]) -> usize {
    let mut files: Vec<usize> = hits.iter().map(|hit| hit.file).collect();
    files.dedup();
    files.len()
}
