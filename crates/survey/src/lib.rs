//! Reads a backend codebase without running it: stack, routes, models, layers, conventions and commands.

mod place;

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

mod knowledge;

mod follow;

pub mod tsv;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use commands::{Command, Keeper, Purpose};
pub use conventions::{Convention, Topic};
pub use findings::{Column, Entity, Operation, Route, Shape, Unresolved};
pub use layers::{Layer, LayerBreak, LayerCall, LayerFile, Layers};
pub use place::Place;
pub use stack::{Component, Database, Dependency, Ecosystem, LanguageUse, Migrations, Package, Stack};

/// What a codebase is and has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Frameworks whose marks the sources bear.
    pub frameworks: Vec<String>,
    /// What it is built from.
    pub stack: Stack,
    /// What the backend answers, by file and line.
    pub routes: Vec<Route>,
    /// What a GraphQL schema answers.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// Tables and collections.
    pub entities: Vec<Entity>,
    /// Shapes of data that have no table.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// Which files are which layer, and how the layers use each other.
    pub layers: Layers,
    /// How the project does things, by topic.
    pub conventions: Vec<Convention>,
    /// How the project checks, formats, migrates and builds itself.
    pub commands: Vec<Command>,
    /// What decides routes or models and could not be followed.
    pub unresolved: Vec<Unresolved>,
    /// Source files that were not read, each with the reason.
    pub skipped: Vec<(String, String)>,
}

/// The survey of an earlier call, kept by the caller. A tree with the same content gets the same survey from it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cache {
    fingerprint: u64,
    survey: Option<Survey>,
    /// Within a process an edited tree is surveyed without parsing again what was not edited.
    #[serde(skip)]
    parsed: source::Parsed,
}

impl Cache {
    /// A number that differs where the content of the tree does; 0 where nothing was surveyed yet.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

/// Surveys the tree below `root`. Reads only; what is broken in one file does not concern the others, and a tree
/// that is no backend gives an empty survey.
pub fn survey(root: &Path, cache: Option<&mut Cache>) -> Survey {
    let sources = source::read(root);
    let documents = documents::Documents::read(root, &sources.paths);
    let fingerprint = sources.fingerprint(root) ^ documents.fingerprint();
    if let Some(known) = cache.as_ref().filter(|cache| cache.fingerprint == fingerprint).and_then(|c| c.survey.clone())
    {
        return known;
    }
    if let Some(cache) = &cache {
        sources.reuse(&cache.parsed);
    }
    let (survey, parsed) = follow::follow(sources, documents);
    if let Some(cache) = cache {
        *cache = Cache { fingerprint, survey: Some(survey.clone()), parsed };
    }
    survey
}
