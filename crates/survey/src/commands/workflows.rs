//! Commands that continuous integration runs: GitHub's workflows, GitLab, CircleCI, Travis and
//! Azure.
//!
//! ```text
//! - run: npm run lint                         known from package.json: the workflow is noted as a further place
//! - run: pytest -q ${{ matrix.args }}         pytest -q: what the workflow fills in is left out
//!   working-directory: api                    and runs in `api`
//! - run: deploy.py --key $KEY                 a variable: left out, it is known there alone
//! ```

use serde_json::Value;
use shell::{Call, Reading, quote};

use super::CommandSource;
use super::collector::{Collector, CommandCandidate, by_name, canonical_call};
use crate::documents::{join_folder, name_of};
use crate::place::{Finder, Place};

/// Collects the commands of workflows; a file that is no YAML is left out.
pub(super) fn collect_workflows(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let is_workflow = path.contains(".github/workflows/")
            || path.ends_with(".circleci/config.yml")
            || matches!(
                name_of(path),
                ".gitlab-ci.yml" | ".travis.yml" | "azure-pipelines.yml"
            );
        if !is_workflow {
            continue;
        }
        // A workflow of a package below counts from the package.
        let home = path
            .split(".github/")
            .next()
            .unwrap_or("")
            .trim_end_matches('/');
        let home = if path.contains(".github/") { home } else { "" };
        if let Ok(file) = serde_saphyr::from_str::<Value>(text) {
            let mut walk = WorkflowReader {
                collector,
                path,
                finder: Finder::new(text),
            };
            walk.value(&file, home, home, 0);
        }
    }
}

struct WorkflowReader<'w, 'd, 't> {
    collector: &'w mut Collector<'d>,
    path: &'t str,
    finder: Finder<'t>,
}

impl WorkflowReader<'_, '_, '_> {
    /// Goes through the file in its order, so that lines are found one behind the other.
    fn value(&mut self, value: &Value, home: &str, folder: &str, depth: u32) {
        if depth > 12 {
            return;
        }
        match value {
            Value::Array(list) => list
                .iter()
                .for_each(|entry| self.value(entry, home, folder, depth + 1)),
            Value::Object(map) => {
                let told = map.get("working-directory").and_then(Value::as_str);
                let told = told.or_else(|| value["defaults"]["run"]["working-directory"].as_str());
                let at = told.filter(|told| !told.contains('$')).map(|told| {
                    join_folder(home, told.trim_start_matches("./").trim_end_matches('/'))
                });
                let folder = at.as_deref().unwrap_or(folder);
                for (key, entry) in map {
                    match (key.as_str(), entry) {
                        ("uses", Value::String(action)) => {
                            self.action(action, &value["with"], folder)
                        }
                        (
                            "run" | "command" | "script" | "before_script" | "bash",
                            Value::String(script),
                        ) => {
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
        let name = action.split('@').next().unwrap_or(action);
        let Some(form) = shell::action_command(name) else {
            return;
        };
        let script = fill_action_inputs(form, with);
        let line = self.finder.next(action);
        let reading = shell::read(&script);
        if let Some(call) = reading.outer_calls().first() {
            self.call(&reading, call, folder, line);
        }
    }

    /// Collects the calls of a script, each with its line.
    fn script(&mut self, script: &str, folder: &str) {
        let reading = shell::read(&without_expressions(script));
        for call in reading.outer_calls() {
            let text = reading.script.slice(&call.span);
            let first = text.lines().next().unwrap_or_default();
            // The line as it stands in the file; what was joined or unquoted is found by its beginning.
            let start: String = first
                .chars()
                .take_while(|letter| *letter != FILLED_IN)
                .take(70)
                .collect();
            let line = self.finder.next(start.trim_end_matches('\\').trim());
            self.call(&reading, call, folder, line);
        }
    }

    /// Keeps one call: a target of the project's is only noted, a shell script and a plain call become commands.
    fn call(&mut self, reading: &Reading, call: &Call, folder: &str, line: u32) {
        let place = Place::new(self.path, line);
        let is_named = |target: &&shell::Target| {
            !target.or_command || self.collector.recipes.knows(target, folder)
        };
        if let Some(target) = call.target.as_ref().filter(is_named) {
            let home = self
                .collector
                .recipes
                .folder_of(target, folder)
                .unwrap_or_else(|| folder.to_owned());
            self.collector.note_known(&by_name(target), &home, &place);
            return;
        }
        let text = reading.script.slice(&call.span).to_owned();
        let folder = match &call.folder {
            Some(inner) => {
                join_folder(folder, inner.trim_start_matches("./").trim_end_matches('/'))
            }
            None => folder.to_owned(),
        };
        let is_filled = |word: &String| word.contains(FILLED_IN);
        if call.written.ends_with(".sh") || call.written.starts_with("./") {
            let mut here = call.clone();
            here.folder = None;
            let key = canonical_call(&here).unwrap_or_default();
            if !self.collector.note_known(&key, &folder, &place)
                && !call.written.contains(['$', FILLED_IN])
            {
                let name = name_of(&call.written).trim_end_matches(".sh");
                self.add_step_command(name, text, &folder, place);
            }
            return;
        }
        // What the workflow fills in is known there alone.
        let words = || {
            call.prefix
                .iter()
                .chain([&call.written])
                .chain(&call.arguments)
        };
        if words().any(|word| word.contains('$')) {
            return;
        }
        let cut = words().any(is_filled);
        let kept = || {
            words()
                .filter(|word| !is_filled(word))
                .map(|word| quote(word))
        };
        let script = if cut {
            kept().collect::<Vec<_>>().join(" ")
        } else {
            text
        };
        self.add_step_command("", script, &folder, place);
    }

    /// Adds a command of a step; without a name, its calls alone decide its purpose.
    fn add_step_command(&mut self, name: &str, script: String, folder: &str, source: Place) {
        let body = script.clone();
        let (keeper, by_hand) = (CommandSource::Workflow, "npx");
        self.collector.add_candidate(CommandCandidate {
            keeper,
            name,
            script,
            folder,
            body: &body,
            source,
            by_hand,
            ecosystem: None,
        });
    }
}

/// Fills the inputs of an action into the command that it runs, `{key:default}`; how it prints is
/// the action's own.
fn fill_action_inputs(form: &str, with: &Value) -> String {
    let mut words = Vec::new();
    for word in form.split(' ') {
        let input = word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}')?.split_once(':'));
        let value = input.map_or(word, |(key, default)| {
            with[key]
                .as_str()
                .filter(|text| !text.contains('$'))
                .unwrap_or(default)
        });
        words.extend(
            value
                .split_whitespace()
                .filter(|word| !word.starts_with("--output")),
        );
    }
    words.join(" ")
}

/// Stands for what the workflow fills in.
const FILLED_IN: char = '\u{fffc}';

/// Returns a script with a mark in place of each `${{ … }}`.
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
