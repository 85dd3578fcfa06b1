//! The layer of one file: what it holds comes first, then its name and folder, then weaker signs of
//! its content.
//!
//! The signs, in the order in which they decide:
//!
//! ```text
//! tests/…                            tests
//! defines 2 tables, no handlers      models
//! holds 4 handlers                   routes, or controllers where another file registers them
//! @Controller( or @Resolver(         controllers
//! class OrderService                 services
//! order.service.ts, services/        the layer of the word
//! `(req, res, next) =>`              middleware, without a name that says so
//! ```
//!
//! A file with none of these has no layer. What runs in a browser, migrations and configuration have none either.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::{feature_folders, is_kind, layer_by_name};
use super::signs::{BETWEEN, BROWSER, COMPOSES, QUERIES, REGISTERS, SERVER, SHAPES, has_any_mark};
use super::{Edge, Layer, Roles};
use crate::Survey;
use crate::documents::{folder_of, name_of, strip_folder};
use crate::source::{SourceFile, Sources};
use crate::stack::{Ecosystem, Stack};
use code::glance::{DefinitionKind, Glance};
use code::languages::Language;

/// A file's layer, what tells it, and whether it asks the store itself.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) layer: Layer,
    /// The sign that decided, as it is shown: `holds 3 handlers`.
    pub(crate) why: String,
    /// The first line with a query.
    pub(crate) queries: Option<u32>,
    /// It puts the application together, and may use every layer for that.
    pub(crate) composes: bool,
}

/// Returns the layer of each file that has one, by its position in the sources.
pub(super) fn roles_of_files(sources: &Sources, outlines: &[Glance], survey: &Survey) -> Roles {
    let mut handlers: HashMap<&str, usize> = HashMap::new();
    // What the rest of the survey found in each file.
    for route in &survey.routes {
        *handlers.entry(route.file.as_str()).or_default() += 1;
    }
    let tables: HashMap<&str, usize> =
        survey
            .entities
            .iter()
            .fold(HashMap::new(), |mut tables, entity| {
                *tables.entry(entity.file.as_str()).or_default() += 1;
                tables
            });
    let browser = browser_folders(&survey.stack);
    let features = feature_folders(sources);
    let mut roles = Roles::new();
    for (id, file) in sources.files.iter().enumerate() {
        let path = file.path.as_str();
        // What is not code of the backend has no layer.
        if browser
            .iter()
            .any(|folder| strip_folder(folder, path).is_some())
            || is_aside(path)
        {
            continue;
        }
        let counted = FileFindings {
            handlers: handlers.get(path).copied().unwrap_or(0),
            tables: tables.get(path).copied().unwrap_or(0),
            registers: has_any_mark(&file.text, &REGISTERS) && !file.is_test,
        };
        if let Some((layer, why)) = layer_of_file(file, &outlines[id], &counted, &features) {
            let composes = has_any_mark(&file.text, &COMPOSES);
            let queries = (!file.is_test)
                .then(|| first_line(&file.text, &QUERIES))
                .flatten();
            roles.insert(
                id,
                Role {
                    layer,
                    why,
                    queries,
                    composes,
                },
            );
        }
    }
    roles
}

/// The findings of the rest of the survey in one file.
struct FileFindings {
    /// Routes whose handler lies in the file.
    handlers: usize,
    /// Tables or collections that the file defines.
    tables: usize,
    /// The file says which path leads to what.
    registers: bool,
}

/// Returns folders of packages whose code runs in a browser.
///
/// A package at the root is never one: a backend may bring its pages along there. One that has a server's framework
/// as well runs on a server.
fn browser_folders(stack: &Stack) -> Vec<&str> {
    let has = |package: &crate::stack::Package, names: &[&str]| {
        names.iter().any(|name| package.dependency(name).is_some())
    };
    let node = stack
        .packages
        .iter()
        .filter(|package| package.ecosystem == Ecosystem::Node && !package.folder.is_empty());
    node.filter(|package| has(package, &BROWSER) && !has(package, &SERVER))
        .map(|package| package.folder.as_str())
        .collect()
}

/// Returns whether a path is one of migrations, configuration of tools, examples, or files that are served as they
/// are.
fn is_aside(path: &str) -> bool {
    let name = name_of(path);
    path.split('/').any(|part| {
        matches!(
            part,
            "migrations"
                | "static"
                | "public"
                | "assets"
                | "docs"
                | "node_modules"
                | "versions"
                | "seeds"
                | "examples"
        )
    }) || name.contains(".config.")
        || name.starts_with('.')
}

/// Returns the layer of one file and the sign that decided; none where no sign does.
///
/// The content of a file comes before its name, as a name is only a promise.
fn layer_of_file(
    file: &SourceFile,
    outline: &Glance,
    held: &FileFindings,
    features: &BTreeSet<&str>,
) -> Option<(Layer, String)> {
    if file.is_test {
        return Some((Layer::Tests, "lies with the tests".to_owned()));
    }
    // An empty file, or one without code: its name alone is no evidence.
    if outline.definitions.is_empty() && outline.imports.is_empty() {
        return None;
    }
    let is_script = file.language != Language::Python;
    let named = layer_by_name(file, outline, features);
    let composes = has_any_mark(&file.text, &COMPOSES);
    let class = outline
        .definitions
        .iter()
        .filter(|found| found.kind == DefinitionKind::Class)
        .find_map(|class| layer_by_class(&class.name));
    let stem = name_of(&file.path).split('.').next().unwrap_or("");
    // Tables that a framework brings along are noted at the settings.
    if held.tables > 0 && held.handlers == 0 && !matches!(stem, "settings" | "config") {
        return Some((
            Layer::Models,
            count_in_words("defines", held.tables, "table"),
        ));
    }
    let decorated = file.text.contains("@Controller(") || file.text.contains("@Resolver(");
    if held.handlers > 0 {
        return layer_of_handlers(held, named, decorated, is_script);
    }
    if decorated {
        return Some((Layer::Controllers, "marked as a controller".to_owned()));
    }
    // What an application brings along where it is put together does not make the file of its kind.
    if let Some((layer, word)) = class.filter(|_| !composes) {
        return Some((layer, format!("its class is called {word}")));
    }
    // Names come after content; where both are silent, weaker marks of the content follow.
    if let Some((layer, _)) = &named {
        // `lib/urls.py` registers nothing: it is about addresses.
        let aside = matches!(
            name_of(folder_of(&file.path)),
            "lib" | "libs" | "utils" | "utilities"
        );
        if aside
            && matches!(layer, Layer::Routes | Layer::Controllers | Layer::Schemas)
            && !held.registers
        {
            return Some((Layer::Utilities, "lies with what others use".to_owned()));
        }
        return named;
    }
    if composes || name_of(&file.path) == "__init__.py" && outline.definitions.is_empty() {
        return None;
    }
    layer_by_content(file, outline, held)
}

/// Returns the layer of a file that holds handlers of routes.
///
/// `decorated` are Nest's `@Controller` and `@Resolver`: they hold handlers whatever else the file does.
fn layer_of_handlers(
    held: &FileFindings,
    named: Option<(Layer, String)>,
    decorated: bool,
    is_script: bool,
) -> Option<(Layer, String)> {
    // Middleware that answers a few paths itself is still middleware: up to two handlers, none registered by the
    // file.
    if let Some((Layer::Middleware | Layer::Utilities | Layer::Services, _)) = named
        .as_ref()
        .filter(|_| !held.registers && held.handlers < 3)
    {
        return named;
    }
    // In Python, what holds views without registering them is a controller; in a script, only where it is called so.
    let is_controller = matches!(named, Some((Layer::Controllers, _))) || !is_script;
    let layer = if decorated || is_controller && !held.registers {
        Layer::Controllers
    } else {
        Layer::Routes
    };
    Some((layer, count_in_words("holds", held.handlers, "handler")))
}

/// Returns the layer that only the content of a file tells, weaker than its name.
///
/// Marks of middleware come first, as they are the most definite; queries last, as many files ask the store once.
fn layer_by_content(
    file: &SourceFile,
    outline: &Glance,
    held: &FileFindings,
) -> Option<(Layer, String)> {
    let stem = name_of(&file.path).split('.').next().unwrap_or("");
    let marks = |marks: &[&str]| {
        marks
            .iter()
            .filter(|mark| file.text.contains(**mark))
            .count()
    };
    if has_any_mark(&file.text, &BETWEEN) && !held.registers {
        return Some((Layer::Middleware, "stands before handlers".to_owned()));
    }
    if held.registers
        && (file.text.contains("Router")
            || file.text.contains("urlpatterns")
            || file.text.contains("Blueprint("))
    {
        return Some((Layer::Routes, "registers paths".to_owned()));
    }
    if has_any_mark(&file.text, &SHAPES) {
        return Some((Layer::Schemas, "defines shapes of data".to_owned()));
    }
    // What is run by hand or by a timer asks the store, but for no other layer.
    let is_run_by_hand = file.path.split(['/', '.', '_', '-']).any(|part| {
        matches!(
            part,
            "commands"
                | "scripts"
                | "script"
                | "tasks"
                | "jobs"
                | "job"
                | "signals"
                | "start"
                | "seed"
                | "cli"
        )
    });
    // Three different ways to ask: one or two stand in any file that happens to need a row.
    let asks = marks(&QUERIES) >= 3 && !is_run_by_hand && !is_kind(stem, outline);
    asks.then(|| (Layer::Repositories, "asks the store".to_owned()))
}

/// Writes a count with its noun: `count_in_words("holds", 3, "handler")` is `holds 3 handlers`.
fn count_in_words(verb: &str, count: usize, what: &str) -> String {
    format!("{verb} {count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Returns the layer that the ending of a class's name tells, and the ending: `OrderService` gives services.
///
/// `Service` alone is no name of a kind, and gives none. Classes of tables are not here: tables are counted.
fn layer_by_class(name: &str) -> Option<(Layer, &'static str)> {
    const ENDINGS: [(&str, Layer); 12] = [
        ("Repository", Layer::Repositories),
        ("Repo", Layer::Repositories),
        ("Dao", Layer::Repositories),
        ("Service", Layer::Services),
        ("UseCase", Layer::Services),
        ("Controller", Layer::Controllers),
        ("ViewSet", Layer::Controllers),
        ("Middleware", Layer::Middleware),
        ("Guard", Layer::Middleware),
        ("Serializer", Layer::Schemas),
        ("Schema", Layer::Schemas),
        ("Dto", Layer::Schemas),
    ];
    ENDINGS
        .iter()
        .find(|(ending, _)| name.ends_with(ending) && name.len() > ending.len())
        .map(|(ending, layer)| (*layer, *ending))
}

/// Returns the line of the first of the marks in a text, from 1; none where it has none of them.
fn first_line(text: &str, marks: &[&str]) -> Option<u32> {
    let at = marks.iter().filter_map(|mark| text.find(mark)).min()?;
    u32::try_from(
        text.get(..at)?
            .bytes()
            .filter(|byte| *byte == b'\n')
            .count()
            + 1,
    )
    .ok()
}

/// Gives files without a layer that several layers import the layer of utilities.
///
/// Three imports from two layers is the least: one user makes a part, not a helper, and one layer may share a base.
/// Settings are used by all and are no utilities; nor is a package's `__init__.py`, which only hands names on.
pub(super) fn find_utilities(sources: &Sources, edges: &[Edge], roles: &mut Roles) {
    let mut users: BTreeMap<usize, (usize, BTreeSet<Layer>)> = BTreeMap::new();
    // Tests use everything, so that they say nothing about who shares a file.
    for edge in edges {
        let Some(layer) = roles
            .get(&edge.from)
            .map(|role| role.layer)
            .filter(|layer| *layer != Layer::Tests)
        else {
            continue;
        };
        let (count, layers) = users.entry(edge.to).or_default();
        *count += 1;
        layers.insert(layer);
    }
    for (id, (count, layers)) in users {
        let file = &sources.files[id];
        let is_settings =
            name_of(&file.path).contains("config") || name_of(&file.path).contains("settings");
        let is_code = file.language != Language::Python || name_of(&file.path) != "__init__.py";
        if count >= 3
            && layers.len() >= 2
            && !roles.contains_key(&id)
            && !is_settings
            && is_code
            && !is_aside(&file.path)
        {
            let why = format!("{count} files of {} layers use it", layers.len());
            roles.insert(
                id,
                Role {
                    layer: Layer::Utilities,
                    why,
                    queries: None,
                    composes: false,
                },
            );
        }
    }
}
