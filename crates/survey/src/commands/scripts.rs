//! Scripts of package.json, and of the Python tools that keep scripts in pyproject.toml or Pipfile.

use serde_json::Value as Json;
use toml::{Table, Value};

use super::Keeper;
use super::finding::{Collector, Kept};
use crate::documents::{folder_of, name_of};
use crate::place::{Finder, Place};
use crate::stack::Ecosystem;

/// What a Node package manager runs a tool of the package with.
pub(super) fn by_hand(manager: &str) -> &'static str {
    match manager {
        "pnpm" => "pnpm exec",
        "yarn" => "yarn",
        "bun" => "bunx",
        _ => "npx",
    }
}

pub(super) fn collect(collector: &mut Collector<'_>) {
    let documents = collector.documents;
    for (path, text) in documents.named("package.json") {
        if let Ok(manifest) = serde_json::from_str::<Json>(text) {
            of_package(collector, path, text, &manifest);
        }
    }
    for (path, text) in documents.all().filter(|(path, _)| matches!(name_of(path), "pyproject.toml" | "Pipfile")) {
        if let Ok(table) = text.parse::<Table>() {
            of_python(collector, path, text, &table);
        }
    }
}

fn of_package(collector: &mut Collector<'_>, path: &str, text: &str, manifest: &Json) {
    let folder = folder_of(path);
    let package = collector
        .stack
        .packages
        .iter()
        .find(|package| package.folder == folder && package.ecosystem == Ecosystem::Node);
    let manager = package.map_or("npm", |package| package.manager.as_str());
    let mut finder = Finder::new(text);
    finder.next("\"scripts\"");
    for (name, body) in manifest["scripts"].as_object().into_iter().flatten() {
        let Some(body) = body.as_str().filter(|body| !body.contains("no test specified")) else { continue };
        let hooks = |mark| name.strip_prefix(mark).is_some_and(|base: &str| manifest["scripts"].get(base).is_some());
        if hooks("pre") || hooks("post") {
            continue;
        }
        let script = match (manager, name.as_str()) {
            ("npm", "test") => "npm test".to_owned(),
            ("npm" | "bun", _) => format!("{manager} run {name}"),
            _ => format!("{manager} {name}"),
        };
        let source = Place::new(path, finder.next(&format!("\"{name}\"")));
        collector.keep(Kept {
            keeper: Keeper::Script,
            name,
            script,
            folder,
            body,
            source,
            by_hand: by_hand(manager),
            ecosystem: Some(Ecosystem::Node),
        });
    }
}

fn of_python(collector: &mut Collector<'_>, path: &str, text: &str, table: &Table) {
    let tool = |keys: &[&str]| {
        let start = table.get("tool");
        keys.iter().try_fold(start?, |at, key| at.get(key)).and_then(Value::as_table)
    };
    let mut kept: Vec<(&str, String, String)> = Vec::new();
    for (heading, keys, run) in [
        ("[tool.pdm.scripts", &["pdm", "scripts"][..], "pdm run"),
        ("[tool.poe.tasks", &["poe", "tasks"], "poe"),
        ("[tool.taskipy.tasks", &["taskipy", "tasks"], "task"),
        ("[tool.rye.scripts", &["rye", "scripts"], "rye run"),
    ] {
        for (name, value) in tool(keys).into_iter().flatten() {
            kept.extend(text_of(value).map(|body| (heading, format!("{run} {name}"), body)));
        }
    }
    for (environment, value) in tool(&["hatch", "envs"]).into_iter().flatten() {
        for (name, value) in value.get("scripts").and_then(Value::as_table).into_iter().flatten() {
            let at = if environment == "default" { String::new() } else { format!("{environment}:") };
            kept.extend(text_of(value).map(|body| ("[tool.hatch", format!("hatch run {at}{name}"), body)));
        }
    }
    if name_of(path) == "Pipfile" {
        for (name, value) in table.get("scripts").and_then(Value::as_table).into_iter().flatten() {
            kept.extend(text_of(value).map(|body| ("[scripts]", format!("pipenv run {name}"), body)));
        }
    }
    for (heading, script, body) in kept {
        let name = script.rsplit([' ', ':']).next().unwrap_or_default().to_owned();
        let mut finder = Finder::new(text);
        finder.pass(heading);
        let source = Place::new(path, finder.key(&name));
        let (folder, ecosystem) = (folder_of(path), Some(Ecosystem::Python));
        let name = name.as_str();
        collector.keep(Kept {
            keeper: Keeper::Script,
            name,
            script,
            folder,
            body: &body,
            source,
            by_hand: "",
            ecosystem,
        });
    }
}

/// A task as text, as a table with the command in it, or as a list of commands.
fn text_of(value: &Value) -> Option<String> {
    if let Some(list) = value.as_array() {
        let parts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        return (!parts.is_empty()).then(|| parts.join("\n"));
    }
    let inner = ["cmd", "shell", "command", "composite"].iter().find_map(|key| value.get(key));
    value.as_str().map(str::to_owned).or_else(|| text_of(inner?))
}
