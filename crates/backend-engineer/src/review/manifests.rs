//! The declarations of the repository's manifests: packages, scripts, make targets. Read as text where a name alone is
//! wanted, so that any dialect of a manifest counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::facts::read_text;
use crate::understand::Files;

/// Files that declare packages of Python.
const PYTHON: [&str; 8] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "environment.yml",
    "environment.yaml",
    "pixi.toml",
    "tox.ini",
];
/// Manifests and settings of scripts that declare packages and aliases.
const SCRIPTS: [&str; 5] = [
    "package.json",
    "pnpm-workspace.yaml",
    "deno.json",
    "tsconfig.json",
    "jsconfig.json",
];

/// The manifests of a repository.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// All that declares Python packages, in lower case with `-` for `_`.
    python: String,
    /// All that declares packages of scripts, or aliases for folders.
    scripts: String,
    has_python: bool,
    has_scripts: bool,
    /// Scripts of each `package.json`, by its folder.
    packages: BTreeMap<String, BTreeMap<String, String>>,
    /// Recipes behind the names that runners know, by the file that keeps them.
    recipes: BTreeMap<String, Vec<survey::Recipe>>,
    /// Targets of each Makefile, by its folder; `None` where they can't be told.
    targets: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Manifests {
    /// Reads the manifests below `root`.
    pub(crate) fn read(root: &Path, files: &Files) -> Self {
        let mut found = Manifests::default();
        for path in files.all() {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let requirements = name.contains("requirements")
                && (name.ends_with(".txt") || name.ends_with(".in"))
                || folder.ends_with("requirements") && name.ends_with(".txt");
            // What locks a manifest declares as much.
            let declares = code::paths::locked_manifest(name).unwrap_or(name);
            let python = PYTHON.contains(&declares) || requirements;
            let config = name.starts_with("tsconfig") && name.ends_with(".json")
                || [
                    "vite.config",
                    "vitest.config",
                    "jest.config",
                    "webpack.config",
                ]
                .iter()
                .any(|start| name.starts_with(start));
            let scripts = SCRIPTS.contains(&declares) || config;
            let make = matches!(name, "Makefile" | "makefile" | "GNUmakefile");
            if !(python || scripts || make) {
                continue;
            }
            let file = root.join(&**path);
            let Some(text) = read_text(&file) else {
                continue;
            };
            if python {
                found.has_python = true;
                found
                    .python
                    .push_str(&text.to_lowercase().replace('_', "-"));
            }
            if scripts {
                found.has_scripts |= name == "package.json";
                found.scripts.push_str(&text);
            }
            let recipes = survey::read_recipes(path, &text);
            if !recipes.is_empty() {
                found.recipes.insert(path.to_string(), recipes);
            }
            if name == "package.json" {
                found.packages.insert(folder.to_owned(), scripts_of(&text));
            }
            if make {
                found.targets.insert(folder.to_owned(), targets_of(&text));
            }
        }
        found
    }

    /// Returns whether a Python package of one of these names is declared; `None` where the repository has no manifest
    /// for them.
    pub(crate) fn declares_python(&self, names: &[&str]) -> Option<bool> {
        let named = |name: &&str| holds_word(&self.python, &name.to_lowercase().replace('_', "-"));
        self.has_python.then(|| names.iter().any(named))
    }

    /// Returns whether a script's package, or an alias that begins so, is declared; `None` without a manifest.
    pub(crate) fn declares_script(&self, package: &str) -> Option<bool> {
        let scope = package
            .split_once('/')
            .map(|(scope, _)| format!("\"{scope}/"));
        let alias = scope.is_some_and(|scope| self.scripts.contains(&format!("{scope}*")));
        self.has_scripts.then(|| {
            alias
                || holds_word(&self.scripts, package)
                || self.scripts.contains(&format!("\"{package}/*\""))
        })
    }

    /// Returns the scripts of the `package.json` in a folder.
    pub(crate) fn scripts(&self, folder: &str) -> Option<&BTreeMap<String, String>> {
        self.packages.get(folder)
    }

    /// Returns what stands behind a target in a folder.
    pub(crate) fn recipe(&self, folder: &str, target: &shell::Target) -> Option<String> {
        let path = |name: &&str| {
            if folder.is_empty() {
                (*name).to_owned()
            } else {
                format!("{folder}/{name}")
            }
        };
        let all = survey::recipe_files(target)
            .iter()
            .find_map(|name| self.recipes.get(&path(name)))?;
        survey::recipe_of(target, all)
    }

    /// Returns the targets of the Makefile in a folder; `None` where there is none, or it can't be told.
    pub(crate) fn targets(&self, folder: &str) -> Option<&BTreeSet<String>> {
        self.targets.get(folder).and_then(Option::as_ref)
    }
}

/// Returns the folder that a command of `base` runs in after it went to `inside`; `None` outside of the repository, and
/// where only a shell knows which one is meant.
pub(crate) fn entered_folder(base: &str, inside: Option<&str>) -> Option<String> {
    match inside {
        Some(inside)
            if inside == "-" || inside.starts_with('/') || inside.contains(['$', '~', '`']) =>
        {
            None
        }
        inside => code::modules::join_upwards(base, inside.unwrap_or_default()),
    }
}

/// Returns whether a name stands in a text with no letter, digit or hyphen of another name beside it.
fn holds_word(text: &str, name: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '-';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part)
            && !text[at + name.len()..].chars().next().is_some_and(part)
    })
}

fn scripts_of(text: &str) -> BTreeMap<String, String> {
    let parsed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let scripts = parsed["scripts"].as_object();
    let entry = |(name, value): (&String, &serde_json::Value)| {
        (name.clone(), value.as_str().unwrap_or_default().to_owned())
    };
    scripts
        .map(|scripts| scripts.iter().map(entry).collect())
        .unwrap_or_default()
}

/// Returns the targets that a Makefile names; `None` where it takes in others or makes them up.
fn targets_of(text: &str) -> Option<BTreeSet<String>> {
    let mut targets = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.starts_with(['\t', '#', ' ']))
    {
        if ["include ", "-include ", "sinclude ", "define ", "%"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            return None;
        }
        let Some((names, rest)) = line.split_once(':') else {
            continue;
        };
        if rest.starts_with('=') || rest.starts_with(":=") || names.contains('=') {
            continue;
        }
        if names.contains(['$', '%']) {
            return None;
        }
        targets.extend(names.split_whitespace().map(str::to_owned));
    }
    Some(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn make_targets_are_told_or_not_at_all() {
        let targets =
            targets_of(".PHONY: test\nA := 1\nB = x:y\ntest lint: deps\n\tpytest\n# c: d\n")
                .unwrap();
        assert_eq!(
            targets.into_iter().collect::<Vec<_>>(),
            [".PHONY", "lint", "test"]
        );
        assert!(targets_of("include common.mk\ntest:\n").is_none());
        assert!(targets_of("$(NAME): x\n").is_none());
    }

    #[test]
    fn a_name_counts_only_whole() {
        assert!(
            holds_word("fastapi>=0.1\nredis", "redis")
                && holds_word("\"uvicorn[standard]\"", "uvicorn")
        );
        assert!(!holds_word("fastapi-users", "fastapi") && !holds_word("pyredis", "redis"));
    }
}
