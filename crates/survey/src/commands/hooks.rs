//! Hooks of pre-commit: the project's own are commands, the others are run through pre-commit.
//!
//! ```text
//! - id: types   language: system, entry: mypy shop, pass_filenames: false   mypy shop
//! - id: ruff    of a repository                                             pre-commit run ruff --all-files
//! ```

use serde_json::Value;

use super::collector::{Collector, CommandCandidate};
use super::{Command, CommandSource};
use crate::documents::{folder_of, name_of};
use crate::place::{Finder, Place};

/// Collects the hooks of pre-commit's configuration; a file that is no YAML is left out.
pub(super) fn collect_hooks(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        if !name_of(path).starts_with(".pre-commit-config.") {
            continue;
        }
        let Ok(file) = serde_saphyr::from_str::<Value>(text) else {
            continue;
        };
        let mut finder = Finder::new(text);
        let repositories = file["repos"].as_array().into_iter().flatten();
        for hook in
            repositories.flat_map(|repository| repository["hooks"].as_array().into_iter().flatten())
        {
            let Some(id) = hook["id"].as_str() else {
                continue;
            };
            let source = Place::new(path, finder.pass(&format!("id: {id}")));
            collect_hook(collector, (id, hook), source);
        }
    }
}

/// Keeps the command of a hook; one that takes files runs through pre-commit on all of them.
fn collect_hook(collector: &mut Collector<'_>, (id, hook): (&str, &Value), source: Place) {
    let arguments: Vec<String> = hook["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(shell::quote)
        .collect();
    let entry = hook["entry"]
        .as_str()
        .unwrap_or_else(|| shell::hook_command(id));
    let body = format!("{entry} {}", arguments.join(" ")).trim().to_owned();
    let takes_files = hook["pass_filenames"].as_bool().unwrap_or(true);
    let is_own = hook["entry"].is_string()
        && hook["language"].as_str().is_some_and(|language| {
            matches!(
                language,
                "system" | "unsupported" | "script" | "unsupported_script"
            )
        });
    let script = if is_own && !takes_files {
        body.clone()
    } else {
        format!("pre-commit run {id} --all-files")
    };
    let before = collector.commands.len();
    collector.add_candidate(CommandCandidate {
        keeper: CommandSource::Hook,
        name: "",
        script,
        folder: folder_of(&source.file.clone()),
        body: &body,
        source,
        by_hand: "npx",
        ecosystem: None,
    });
    if let Some(command) = collector.commands.get_mut(before) {
        by_file(command, id, &body, is_own && takes_files);
    }
}

/// A hook takes the files itself: its own command with the file behind, or through pre-commit.
fn by_file(command: &mut Command, id: &str, body: &str, is_own: bool) {
    let through = || format!("pre-commit run {id} --files {{file}}");
    if command.script.starts_with("pre-commit") {
        command.for_file = Some(if is_own {
            format!("{body} {{file}}")
        } else {
            through()
        });
        command.writes |= shell::read(body).writes();
    }
}
