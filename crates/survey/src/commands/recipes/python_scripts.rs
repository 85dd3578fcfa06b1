//! Scripts that Python tools keep in pyproject.toml or Pipfile (PDM, Poe, taskipy, Rye, Hatch,
//! Pipenv), each with how it is run.

use toml::{Table, Value};

use super::Recipe;
use crate::documents::name_of;
use crate::place::Finder;

/// The heading of a table of tasks, its keys below `tool`, and how one of them is run.
const TASKS: [(&str, [&str; 2], &str); 4] = [
    ("[tool.pdm.scripts", ["pdm", "scripts"], "pdm run"),
    ("[tool.poe.tasks", ["poe", "tasks"], "poe"),
    ("[tool.taskipy.tasks", ["taskipy", "tasks"], "task"),
    ("[tool.rye.scripts", ["rye", "scripts"], "rye run"),
];

/// Reads the scripts of the Python tools that keep some in pyproject.toml or Pipfile, each with how
/// it is run.
pub(in crate::commands) fn python_scripts(
    path: &str,
    text: &str,
    table: &Table,
) -> Vec<(String, Recipe)> {
    let tool = |keys: &[&str]| {
        let start = table.get("tool");
        keys.iter()
            .try_fold(start?, |at, key| at.get(key))
            .and_then(Value::as_table)
    };
    let mut kept: Vec<(&str, String, String)> = Vec::new();
    for (heading, keys, run) in TASKS {
        for (name, value) in tool(&keys).into_iter().flatten() {
            kept.extend(text_of(value).map(|body| (heading, format!("{run} {name}"), body)));
        }
    }
    for (environment, value) in tool(&["hatch", "envs"]).into_iter().flatten() {
        // The default environment is the one that is named by none.
        let at = match environment.as_str() {
            "default" => String::new(),
            named => format!("{named}:"),
        };
        for (name, value) in scripts_of(value.get("scripts")) {
            let script = format!("hatch run {at}{name}");
            kept.extend(text_of(value).map(|body| ("[tool.hatch", script, body)));
        }
    }
    if name_of(path) == "Pipfile" {
        for (name, value) in scripts_of(table.get("scripts")) {
            let script = format!("pipenv run {name}");
            kept.extend(text_of(value).map(|body| ("[scripts]", script, body)));
        }
    }
    let place = |(heading, script, body): (&str, String, String)| {
        let name = script
            .rsplit([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut finder = Finder::new(text);
        finder.pass(heading);
        let line = finder.key(&name);
        let recipe = Recipe {
            name,
            line,
            body,
            needs: Vec::new(),
        };
        (script, recipe)
    };
    kept.into_iter().map(place).collect()
}

/// Returns the entries of a table of scripts; nothing where there is none.
fn scripts_of(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_table).into_iter().flatten()
}

/// Returns a task as text, as a table with the command in it, or as a list of commands.
fn text_of(value: &Value) -> Option<String> {
    if let Some(list) = value.as_array() {
        let parts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        return (!parts.is_empty()).then(|| parts.join("\n"));
    }
    let inner = ["cmd", "shell", "command", "composite"]
        .iter()
        .find_map(|key| value.get(key));
    value
        .as_str()
        .map(str::to_owned)
        .or_else(|| text_of(inner?))
}
