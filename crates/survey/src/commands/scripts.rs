//! Scripts of package.json, and of the Python tools that keep scripts in pyproject.toml or Pipfile.

use toml::Table;

use super::CommandSource;
use super::collector::{Collector, CommandCandidate};
use super::recipes::{Recipe, python_scripts, read_recipes};
use crate::documents::{folder_of, name_of};
use crate::place::Place;
use crate::stack::Ecosystem;

/// Returns the words by which a Node package manager runs a tool of the package.
pub(super) fn by_hand(manager: &str) -> &'static str {
    match manager {
        "pnpm" => "pnpm exec",
        "yarn" => "yarn",
        "bun" => "bunx",
        _ => "npx",
    }
}

/// Collects the scripts of package.json, pyproject.toml and Pipfile.
pub(super) fn collect_scripts(collector: &mut Collector<'_>) {
    let documents = collector.documents;
    for (path, text) in documents.named("package.json") {
        collect_package_scripts(collector, path, text);
    }
    for (path, text) in documents
        .all()
        .filter(|(path, _)| matches!(name_of(path), "pyproject.toml" | "Pipfile"))
    {
        if let Ok(table) = text.parse::<Table>() {
            collect_python_scripts(collector, path, text, &table);
        }
    }
}

/// Collects the scripts of one package.json, each called as its package manager does.
fn collect_package_scripts(collector: &mut Collector<'_>, path: &str, text: &str) {
    let folder = folder_of(path);
    let package = collector
        .stack
        .packages
        .iter()
        .find(|package| package.folder == folder && package.ecosystem == Ecosystem::Node);
    let manager = package.map_or("npm", |package| package.manager.as_str());
    let all = read_recipes(path, text);
    let is_there = |name: &str| all.iter().any(|recipe| recipe.name == name);
    for Recipe {
        name, line, body, ..
    } in all
        .iter()
        .filter(|recipe| !recipe.body.contains("no test specified"))
    {
        // What stands before or after another script runs with that one.
        if ["pre", "post"]
            .iter()
            .any(|mark| name.strip_prefix(mark).is_some_and(is_there))
        {
            continue;
        }
        let script = match (manager, name.as_str()) {
            ("npm", "test") => "npm test".to_owned(),
            ("npm" | "bun", _) => format!("{manager} run {name}"),
            _ => format!("{manager} {name}"),
        };
        collector.add_candidate(CommandCandidate {
            keeper: CommandSource::Script,
            name,
            script,
            folder,
            body,
            source: Place::new(path, *line),
            by_hand: by_hand(manager),
            ecosystem: Some(Ecosystem::Node),
        });
    }
}

/// Collects the scripts of the Python tools of one file.
fn collect_python_scripts(collector: &mut Collector<'_>, path: &str, text: &str, table: &Table) {
    for (script, recipe) in python_scripts(path, text, table) {
        collector.add_candidate(CommandCandidate {
            keeper: CommandSource::Script,
            name: &recipe.name,
            script,
            folder: folder_of(path),
            body: &recipe.body,
            source: Place::new(path, recipe.line),
            by_hand: "",
            ecosystem: Some(Ecosystem::Python),
        });
    }
}
