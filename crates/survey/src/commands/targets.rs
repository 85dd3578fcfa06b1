//! Targets of Makefile, justfile and Taskfile, and the project's own shell scripts.

use super::CommandSource;
use super::collector::{Collector, CommandCandidate};
use super::recipes::read_recipes;
use crate::documents::{folder_of, name_of};
use crate::place::Place;

/// Collects the targets of Makefiles, justfiles and Taskfiles.
pub(super) fn collect_targets(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let run = match name_of(path) {
            "Makefile" | "makefile" | "GNUmakefile" => "make",
            "justfile" | "Justfile" | ".justfile" => "just",
            "Taskfile.yml" | "Taskfile.yaml" => "task",
            _ => continue,
        };
        for target in read_recipes(path, text) {
            collector.add_candidate(CommandCandidate {
                keeper: CommandSource::Target,
                name: &target.name,
                script: format!("{run} {}", target.name),
                folder: folder_of(path),
                body: &target.body,
                source: Place::new(path, target.line),
                by_hand: "npx",
                ecosystem: None,
            });
        }
    }
}

/// Collects the project's own shell scripts.
///
/// A script counts where it begins with `#!` and a shell, and lies in a folder for scripts; it runs from the folder
/// above.
pub(super) fn collect_shell_scripts(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        let (folder, name) = (folder_of(path), name_of(path));
        let is_shell = text.starts_with("#!")
            && text
                .lines()
                .next()
                .is_some_and(|first| first.contains("sh"));
        let stem = name.strip_suffix(".sh").unwrap_or(name);
        if !is_shell || !matches!(name_of(folder), "scripts" | "bin" | "script" | "ci" | ".ci") {
            continue;
        }
        let home = folder_of(folder);
        let inner = crate::documents::strip_folder(home, path).unwrap_or(path);
        let body: Vec<&str> = text
            .lines()
            .filter(|line| {
                !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("set ")
            })
            .collect();
        collector.add_candidate(CommandCandidate {
            keeper: CommandSource::ShellScript,
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
