//! Reads a backend codebase without running it: stack, routes, models, layers, conventions and
//! commands.

mod place;

mod regular;

mod cores;

mod listing;

mod contents;

mod source;

mod environment;

mod documents;

mod evaluate;

mod findings;

mod frameworks;

mod stack;

mod commands;

mod layers;

mod conventions;

mod undetected;

mod knowledge;

mod siblings;

mod survey_run;

pub mod tsv;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use commands::{
    Command, CommandSource, Purpose, Recipe, read_recipes, recipe_files, recipe_of,
};
pub use contents::Contents;
pub use conventions::{Convention, Topic};
pub use cores::on_all_cores;
pub use findings::{Column, Entity, Operation, Route, RouteOrigin, Shape, Unresolved};
pub use layers::{Layer, LayerBreak, LayerCall, LayerFile, Layers};
pub use listing::{Kind, Listed, Listing};
pub use place::Place;
pub use regular::{open_regular, read_regular};
pub use siblings::{Siblings, guarded_siblings};
pub use stack::{
    Component, Database, Dependency, Ecosystem, LanguageUse, Migrations, Package, Stack,
};

/// The survey of a codebase.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Frameworks whose marks the sources bear.
    pub frameworks: Vec<String>,
    /// The parts that it is built from.
    pub stack: Stack,
    /// The routes, by file and line.
    pub routes: Vec<Route>,
    /// The operations of GraphQL schemas.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// Tables and collections.
    pub entities: Vec<Entity>,
    /// Shapes of data that have no table.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// The layer of each file, and how the layers use each other.
    pub layers: Layers,
    /// The conventions of the project, by topic.
    pub conventions: Vec<Convention>,
    /// The commands by which the project checks, formats, migrates and builds itself.
    pub commands: Vec<Command>,
    /// Code that decides routes or models and could not be followed.
    pub unresolved: Vec<Unresolved>,
    /// Source files that were not read, each with the reason.
    pub skipped: Vec<(String, String)>,
}

/// The survey of an earlier call, kept by the caller. A tree with the same content gets the same
/// survey from it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cache {
    fingerprint: u64,
    survey: Option<Survey>,
    /// Within a process an edited tree is surveyed without parsing again what was not edited.
    #[serde(skip)]
    parsed: source::Parsed,
}

impl Cache {
    /// Returns a number that differs where the content of the tree does; 0 where nothing was
    /// surveyed yet.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    fn known(&self, fingerprint: Option<u64>) -> Option<Survey> {
        let survey = self.survey.as_ref()?;
        (fingerprint == Some(self.fingerprint)).then(|| survey.clone())
    }
}

/// Surveys the tree below `root`. Reads only; what is broken in one file does not concern the
/// others, and a tree that is no backend gives an empty survey.
pub fn survey_tree(root: &Path, cache: Option<&mut Cache>) -> Survey {
    survey_listed(&Listing::read(root), &contents::OnDisk::new(root), cache)
}

/// Surveys a tree that was listed before. Nothing is read where the cache holds the survey of files
/// with these keys.
pub fn survey_listed(
    listing: &Listing,
    contents: &dyn Contents,
    cache: Option<&mut Cache>,
) -> Survey {
    let Some(cache) = cache else {
        return survey_run::survey_on_thread(read_tree(listing, contents)).0;
    };
    if let Some(known) = cache.known(fingerprint_of(listing, contents)) {
        return known;
    }
    let (sources, documents) = read_tree(listing, contents);
    // What was read may turn out to be what it was.
    let fingerprint = fingerprint_of(listing, contents);
    if let Some(known) = cache.known(fingerprint) {
        return known;
    }
    sources.reuse(&cache.parsed);
    let (survey, parsed) = survey_run::survey_on_thread((sources, documents));
    *cache = Cache {
        fingerprint: fingerprint.unwrap_or_default(),
        survey: Some(survey.clone()),
        parsed,
    };
    survey
}

/// Returns the commands by which a project checks, formats, migrates and builds itself: the same
/// that a survey finds, without reading its sources, but for those of Django's own runner.
pub fn read_commands(listing: &Listing, contents: &dyn Contents) -> Vec<Command> {
    let is_manage = |path: &str| path.rsplit('/').next() == Some("manage.py");
    let is_django = listing.files().iter().any(|listed| is_manage(&listed.path));
    let sources = match is_django {
        true => source::read_sources(listing, contents),
        false => source::list_sources(listing),
    };
    let documents = documents::Documents::read(&sources, contents);
    let stack = stack::read_packages(&documents);
    commands::read_commands(&documents, &sources, &stack)
}

fn read_tree(
    listing: &Listing,
    contents: &dyn Contents,
) -> (source::Sources, documents::Documents) {
    let sources = source::read_sources(listing, contents);
    let documents = documents::Documents::read(&sources, contents);
    (sources, documents)
}

/// Returns a number that differs where a path, or the content of a file that a survey reads, does;
/// nothing where that takes reading a file.
fn fingerprint_of(listing: &Listing, contents: &dyn Contents) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let (paths, _) = source::source_paths(listing);
    (env!("CARGO_PKG_VERSION"), &paths, listing.unreadable()).hash(&mut hasher);
    let paths = || paths.iter().map(|path| &***path);
    let code = paths().filter(|path| source::is_read(path, contents));
    let documents =
        documents::select_documents(paths()).filter(|path| documents::is_read(path, contents));
    for path in code.chain(documents) {
        contents.key(path)?.hash(&mut hasher);
    }
    // 0 says that nothing was surveyed yet.
    Some(hasher.finish().max(1))
}
