//! Commands that continuous integration runs: GitHub's workflows, GitLab, CircleCI, Travis and Azure.

use serde_json::Value;

use super::Keeper;
use super::finding::{Collector, Kept, ran_by_name};
use super::shell::{Simple, call_of, simple_commands};
use crate::documents::{below, name_of};
use crate::place::{Finder, Place};

pub(super) fn collect(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let is_workflow = path.contains(".github/workflows/")
            || path.ends_with(".circleci/config.yml")
            || matches!(name_of(path), ".gitlab-ci.yml" | ".travis.yml" | "azure-pipelines.yml");
        if !is_workflow {
            continue;
        }
        // A workflow of a package below counts from the package.
        let home = path.split(".github/").next().unwrap_or("").trim_end_matches('/');
        let home = if path.contains(".github/") { home } else { "" };
        if let Ok(file) = serde_saphyr::from_str::<Value>(text) {
            let mut walk = Walk { collector, path, finder: Finder::new(text) };
            walk.value(&file, home, home, 0);
        }
    }
}

struct Walk<'w, 'd, 't> {
    collector: &'w mut Collector<'d>,
    path: &'t str,
    finder: Finder<'t>,
}

impl Walk<'_, '_, '_> {
    /// Goes through the file in its order, so that lines are found one behind the other.
    fn value(&mut self, value: &Value, home: &str, folder: &str, depth: u32) {
        if depth > 12 {
            return;
        }
        match value {
            Value::Array(list) => list.iter().for_each(|entry| self.value(entry, home, folder, depth + 1)),
            Value::Object(map) => {
                let told = map.get("working-directory").and_then(Value::as_str);
                let told = told.or_else(|| value["defaults"]["run"]["working-directory"].as_str());
                let at = told
                    .filter(|told| !told.contains('$'))
                    .map(|told| below(home, told.trim_start_matches("./").trim_end_matches('/')));
                let folder = at.as_deref().unwrap_or(folder);
                for (key, entry) in map {
                    match (key.as_str(), entry) {
                        ("uses", Value::String(action)) => self.action(action, &value["with"], folder),
                        ("run" | "command" | "script" | "before_script" | "bash", Value::String(script)) => {
                            self.script(script, folder);
                        }
                        ("script" | "before_script" | "after_script", Value::Array(lines)) => {
                            for line in lines.iter().filter_map(Value::as_str) {
                                self.script(line, folder);
                            }
                        }
                        _ => self.value(entry, home, folder, depth + 1),
                    }
                }
            }
            _ => {}
        }
    }

    /// Actions that are a tool's own: the tool's call stands for them.
    fn action(&mut self, action: &str, with: &Value, folder: &str) {
        let text = |key: &str| with[key].as_str().filter(|text| !text.contains('$'));
        let script = match action.split('@').next().unwrap_or(action) {
            "astral-sh/ruff-action" | "chartboost/ruff-action" => {
                let arguments =
                    text("args").unwrap_or("check").split_whitespace().filter(|word| !word.starts_with("--output"));
                format!("ruff {} {}", arguments.collect::<Vec<_>>().join(" "), text("src").unwrap_or("."))
            }
            "psf/black" => format!("black {} {}", text("options").unwrap_or("--check"), text("src").unwrap_or(".")),
            "pre-commit/action" => "pre-commit run --all-files".to_owned(),
            _ => return,
        };
        let line = self.finder.next(action);
        let parts = simple_commands(&script);
        if let Some(part) = parts.first() {
            self.simple(part, folder, line);
        }
    }

    fn script(&mut self, script: &str, folder: &str) {
        let script = without_expressions(&without_documents(script));
        let mut at = folder.to_owned();
        for part in simple_commands(&script) {
            let first = part.text.lines().next().unwrap_or_default();
            // The line as it stands in the file; what was joined or unquoted is found by its beginning.
            let start: String = first.chars().take_while(|letter| *letter != FILLED_IN).take(70).collect();
            let line = self.finder.next(start.trim_end_matches('\\').trim());
            if let [cd, to] = part.words.as_slice()
                && cd == "cd"
            {
                at = below(folder, to.trim_start_matches("./").trim_end_matches('/'));
                continue;
            }
            self.simple(&part, &at, line);
        }
    }

    fn simple(&mut self, part: &Simple, folder: &str, line: u32) {
        let words: Vec<String> = part.words.iter().filter(|word| !word.contains(FILLED_IN)).cloned().collect();
        let Some(call) = call_of(&words) else { return };
        let place = Place::new(self.path, line);
        if let Some((runner, name, told)) = ran_by_name(&call) {
            let folder = self.collector.folder_told(folder, told.as_deref());
            let script = match runner {
                "node" => format!("npm run {name}"),
                "sh" => format!("bash {name}"),
                _ => format!("{runner} {name}"),
            };
            if !self.collector.note(&script, &folder, &place) && runner == "sh" && !name.contains(['$', FILLED_IN]) {
                let name = name_of(&name).trim_end_matches(".sh");
                self.keep(name, part.text.clone(), &folder, place);
            }
            return;
        }
        // What the workflow fills in is known there alone.
        if words.iter().any(|word| word.contains('$')) {
            return;
        }
        let cut = words.len() < part.words.len();
        let script = if cut { super::shell::joined(&words) } else { part.text.clone() };
        self.keep("", script, folder, place);
    }

    fn keep(&mut self, name: &str, script: String, folder: &str, source: Place) {
        let body = script.clone();
        let (keeper, by_hand) = (Keeper::Workflow, "npx");
        self.collector.keep(Kept { keeper, name, script, folder, body: &body, source, by_hand, ecosystem: None });
    }
}

/// Stands for what the workflow fills in.
const FILLED_IN: char = '\u{fffc}';

/// A script with a mark in place of each `${{ … }}`.
fn without_expressions(script: &str) -> String {
    let mut plain = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once("${{") {
        plain.push_str(before);
        plain.push(FILLED_IN);
        rest = after.split_once("}}").map_or("", |(_, behind)| behind);
    }
    plain + rest
}

/// A script without its here-documents, which are no commands.
fn without_documents(script: &str) -> String {
    let mut kept = String::new();
    let mut end: Option<String> = None;
    for line in script.lines() {
        match &end {
            Some(mark) if line.trim() == *mark => end = None,
            Some(_) => {}
            None => {
                if let Some((_, mark)) = line.split_once("<<") {
                    let mark = mark.trim_start_matches('-').trim().trim_matches(['\'', '"']);
                    let mark: String =
                        mark.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
                    end = (!mark.is_empty()).then_some(mark);
                }
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}
