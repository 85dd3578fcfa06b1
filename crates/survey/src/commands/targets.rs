//! Targets of Makefile, justfile and Taskfile, and the project's own shell scripts.

use std::collections::HashMap;

use serde_json::Value;

use super::Keeper;
use super::finding::{Collector, Kept};
use super::naming::purpose_of;
use crate::documents::{folder_of, name_of};
use crate::place::{Finder, Place};

/// A target with the line of its heading and the commands below it.
struct Target<'t> {
    name: &'t str,
    line: u32,
    body: String,
}

pub(super) fn collect(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let (run, targets) = match name_of(path) {
            "Makefile" | "makefile" | "GNUmakefile" => ("make", of_makefile(text)),
            "justfile" | "Justfile" | ".justfile" => ("just", of_justfile(text)),
            "Taskfile.yml" | "Taskfile.yaml" => {
                of_taskfile(collector, path, text);
                continue;
            }
            _ => continue,
        };
        for target in targets {
            keep(collector, run, path, target.name, target.line, &target.body);
        }
    }
}

fn keep(collector: &mut Collector<'_>, run: &str, path: &str, name: &str, line: u32, body: &str) {
    collector.keep(Kept {
        keeper: Keeper::Target,
        name,
        script: format!("{run} {name}"),
        folder: folder_of(path),
        body,
        source: Place::new(path, line),
        by_hand: "npx",
        ecosystem: None,
    });
}

fn of_makefile(text: &str) -> Vec<Target<'_>> {
    let mut variables: HashMap<&str, &str> = HashMap::new();
    let mut targets: Vec<Target<'_>> = Vec::new();
    let mut in_recipe = false;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(recipe) = line.strip_prefix('\t') {
            if let Some(target) = targets.last_mut().filter(|_| in_recipe) {
                target.body.push_str(recipe.trim_start_matches(['@', '-', '+']));
                target.body.push('\n');
            }
            continue;
        }
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        in_recipe = false;
        let assigned =
            bare.split_once('=').map(|(name, value)| (name.trim_end_matches([':', '?', '+']).trim(), value.trim()));
        if let Some((name, value)) = assigned
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            variables.insert(name, value);
        } else if let Some((names, rest)) = bare.split_once(':')
            && !line.starts_with(' ')
        {
            in_recipe = true;
            let first = names.split_whitespace().next().unwrap_or("");
            let inline = rest.split_once(';').map_or("", |(_, recipe)| recipe.trim());
            if !first.starts_with('.') && !first.contains(['%', '$', '/']) && !first.is_empty() {
                targets.push(Target { name: first, line: number, body: inline.to_owned() });
            } else {
                in_recipe = false;
            }
        }
    }
    for target in &mut targets {
        for _ in 0..3 {
            for (name, value) in &variables {
                target.body = target.body.replace(&format!("$({name})"), value).replace(&format!("${{{name}}}"), value);
            }
        }
        target.body = target.body.replace("$$", "$");
    }
    targets
}

fn of_justfile(text: &str) -> Vec<Target<'_>> {
    let mut targets: Vec<Target<'_>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', '[']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(target) = targets.last_mut() {
                target.body.push_str(bare.trim_start_matches(['@', '-']));
                target.body.push('\n');
            }
        } else if let Some((head, _)) = bare.split_once(':').filter(|(_, rest)| !rest.starts_with('=')) {
            let name = head.split_whitespace().next().unwrap_or("").trim_start_matches('@');
            targets.push(Target { name, line: number, body: String::new() });
        }
    }
    targets
}

fn of_taskfile(collector: &mut Collector<'_>, path: &str, text: &str) {
    let Ok(file) = serde_saphyr::from_str::<Value>(text) else { return };
    let mut finder = Finder::new(text);
    finder.next("tasks:");
    for (name, task) in file["tasks"].as_object().into_iter().flatten() {
        let list = task.as_array().or_else(|| task["cmds"].as_array()).into_iter().flatten();
        let commands = list.filter_map(|entry| entry.as_str().or_else(|| entry["cmd"].as_str()));
        let body = commands.chain(task.as_str()).chain(task["cmd"].as_str()).collect::<Vec<_>>().join("\n");
        let line = finder.next(&format!("\n  {name}:")) + 1;
        keep(collector, "task", path, name, line, &body);
    }
}

/// Shell scripts whose names tell what they are for.
pub(super) fn collect_shell_scripts(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let (folder, name) = (folder_of(path), name_of(path));
        let is_shell = text.starts_with("#!") && text.lines().next().is_some_and(|first| first.contains("sh"));
        let stem = name.strip_suffix(".sh").unwrap_or(name);
        if !is_shell
            || !matches!(name_of(folder), "scripts" | "bin" | "script" | "ci" | ".ci")
            || purpose_of(stem).is_none()
        {
            continue;
        }
        let home = folder_of(folder);
        let inner = crate::documents::inside(home, path).unwrap_or(path);
        let body: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("set "))
            .collect();
        collector.keep(Kept {
            keeper: Keeper::ShellScript,
            name: stem,
            script: format!("bash {inner}"),
            folder: home,
            body: &body.join("\n"),
            source: Place::new(path, 1),
            by_hand: "npx",
            ecosystem: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_with_their_variables() {
        let make = "P := node_modules/.bin/prettier\n.PHONY: lint\nlint: deps\n\t@ruff check .\n\t$(P) --check .\n\nA = 1\ntest:\n\tpytest\n";
        let found = of_makefile(make);
        let shown: Vec<_> = found.iter().map(|target| (target.name, target.line, target.body.as_str())).collect();
        assert_eq!(
            shown,
            [("lint", 3, "ruff check .\nnode_modules/.bin/prettier --check .\n"), ("test", 8, "pytest\n")]
        );
        let just = "set shell := [\"bash\"]\n# runs\ntest *args: build\n    pytest {{args}}\n";
        let found = of_justfile(just);
        assert_eq!((found[0].name, found[0].line, found[0].body.as_str()), ("test", 3, "pytest {{args}}\n"));
    }
}
