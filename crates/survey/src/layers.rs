//! Which layer each file belongs to, told by what it holds and where it lies; who calls whom
//! between layers; and where the project breaks the order that it keeps elsewhere.
//!
//! ```text
//! src/routes/orders.ts     holds 4 handlers                    routes
//! src/orders/service.ts    its class is called OrderService    services
//! src/orders/repo.ts       named repo                          repositories
//! ```
//!
//! Where most routes import services and one imports `repo.ts` itself, that import is a break: it skips a layer that
//! most go through. A project without such a habit has no breaks; no order is prescribed.

mod signs;

mod names;

mod roles;

mod calls;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Survey;
use crate::place::Place;
use crate::source::Sources;
use code::glance::Glance;
use code::modules::Modules;

/// An import of one file by another.
///
/// Files by their position in the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    line: u32,
}

/// A layer of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Says which path leads to what; where handlers stand there as well, these too.
    Routes,
    /// Handlers that are registered elsewhere.
    Controllers,
    /// The work that the project is for.
    Services,
    /// Speaks to the store for the others.
    Repositories,
    /// Shapes of what comes in and goes out.
    Schemas,
    /// Tables and collections.
    Models,
    /// Stands between a request and its handler.
    Middleware,
    /// Used by several layers and tied to none.
    Utilities,
    /// Tests and what only they use.
    Tests,
}

/// A file in a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFile {
    /// The layer.
    pub layer: Layer,
    /// File relative to the root.
    pub file: String,
    /// The sign that decided: `holds 3 handlers`, `named service`.
    pub why: String,
}

/// Imports from one layer into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerCall {
    /// The layer that imports.
    pub from: Layer,
    /// The layer that is imported.
    pub to: Layer,
    /// The number of imports.
    pub count: usize,
    /// One of them.
    pub example: Place,
}

/// A place where the project breaks its own layering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerBreak {
    /// Where.
    pub place: Place,
    /// The layer of the file.
    pub from: Layer,
    /// The layer that it reaches for.
    pub to: Layer,
    /// The rule that is broken, in a clause.
    pub what: String,
}

/// The layers of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Files by layer, then by path.
    pub files: Vec<LayerFile>,
    /// The calls between layers, the most used first.
    pub calls: Vec<LayerCall>,
    /// Where the layering is broken.
    pub breaks: Vec<LayerBreak>,
}

impl Layers {
    /// Returns the layer of a file.
    ///
    /// Returns none for a file that no sign gives a layer.
    pub fn of(&self, file: &str) -> Option<Layer> {
        self.files
            .iter()
            .find(|known| known.file == file)
            .map(|known| known.layer)
    }
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Layer::Routes => "routes",
            Layer::Controllers => "controllers",
            Layer::Services => "services",
            Layer::Repositories => "repositories",
            Layer::Schemas => "schemas",
            Layer::Models => "models",
            Layer::Middleware => "middleware",
            Layer::Utilities => "utilities",
            Layer::Tests => "tests",
        })
    }
}

/// Reads the layers: imports first, then the role of each file, then utilities, which are known only by who uses
/// them.
pub(crate) fn read_layers(
    sources: &Sources,
    modules: &Modules,
    outlines: &[Glance],
    survey: &Survey,
) -> Layers {
    let resolved = calls::resolve_imports(sources, modules, outlines);
    let mut roles = roles::roles_of_files(sources, outlines, survey);
    roles::find_utilities(sources, &resolved, &mut roles);
    let (calls, breaks) = calls::calls_between_layers(sources, &resolved, &roles);
    let mut files: Vec<LayerFile> = roles
        .iter()
        .map(|(id, role)| LayerFile {
            layer: role.layer,
            file: sources.files[*id].path.clone(),
            why: role.why.clone(),
        })
        .collect();
    files.sort_by(|a, b| (a.layer, &a.file).cmp(&(b.layer, &b.file)));
    Layers {
        files,
        calls,
        breaks,
    }
}

/// The role of each file, by its place in the sources.
pub(crate) type Roles = BTreeMap<usize, roles::Role>;
