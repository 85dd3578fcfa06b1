//! Recipes: what stands behind the names that runners know, by the file that keeps them.
//!
//! ```text
//! Makefile:  test: lint          recipe `test`: its own commands; where it has none or only prints, `make lint` first
//! package.json:  "test": "jest"  recipe `test` with the body `jest`
//! ```

mod python_scripts;

use std::collections::HashMap;

use serde_json::Value as Json;
use shell::Target;
use toml::Table;

use crate::documents::{Documents, folder_of, join_folder, name_of};
use crate::place::Finder;

pub(super) use python_scripts::python_scripts;

/// A name and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The name.
    pub name: String,
    /// Where the name stands, from 1.
    pub line: u32,
    /// The shell text behind it.
    pub body: String,
    /// Other recipes of its file that run before it.
    pub needs: Vec<String>,
}

/// Names of the files that keep recipes, by the name under which `shell` knows their kind.
const FILES: [(&str, &[&str]); 5] = [
    ("package.json", &["package.json"]),
    ("Makefile", &["GNUmakefile", "makefile", "Makefile"]),
    ("justfile", &["justfile", "Justfile", ".justfile"]),
    ("Taskfile", &["Taskfile.yml", "Taskfile.yaml"]),
    ("pyproject.toml", &["pyproject.toml"]),
];

/// Returns the names under which a file that keeps the recipes of a target may lie in its folder.
pub fn recipe_files(target: &Target) -> &'static [&'static str] {
    let source = target.source.as_deref().unwrap_or("");
    FILES
        .iter()
        .find(|(kind, _)| *kind == source)
        .map_or(&[], |(_, names)| *names)
}

/// Reads the recipes that a file keeps; none where it is of no known kind, or broken.
pub fn read_recipes(path: &str, text: &str) -> Vec<Recipe> {
    let name = name_of(path);
    let kind = FILES
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(kind, _)| *kind);
    match kind {
        Some("package.json") => package_recipes(text),
        Some("Makefile") => makefile_recipes(text),
        Some("justfile") => justfile_recipes(text),
        Some("Taskfile") => taskfile_recipes(text),
        Some("pyproject.toml") => pyproject_recipes(text),
        _ => Vec::new(),
    }
}

/// Returns the recipe of a target among those of its file.
///
/// A recipe that only passes its own name on (`"build": "turbo run build"`) is none for what it
/// calls: what is meant are the recipes of the packages below.
pub fn recipe_of(target: &Target, all: &[Recipe]) -> Option<String> {
    let recipe = if target.name.is_empty() {
        all.first()
    } else {
        all.iter().find(|one| one.name == target.name)
    }?;
    let again = |call: &&shell::Call| {
        call.target
            .as_ref()
            .is_some_and(|inner| inner.name == target.name && inner.runner == target.runner)
    };
    let passes_on = shell::read(&recipe.body).outer_calls().iter().any(again);
    (!passes_on).then(|| recipe.body.clone())
}

/// The recipes of a whole tree, for scripts that run in one folder of it.
#[derive(Debug, Default)]
pub(super) struct Index {
    files: HashMap<String, Vec<Recipe>>,
    /// Folders of packages by their names.
    packages: HashMap<String, String>,
}

impl Index {
    /// Reads the recipes of all documents, and the names of their packages.
    pub(super) fn new(documents: &Documents) -> Self {
        let mut index = Index::default();
        for (path, text) in documents.all() {
            let found = read_recipes(path, text);
            if !found.is_empty() {
                index.files.insert(path.to_owned(), found);
            }
            let manifest =
                (name_of(path) == "package.json").then(|| serde_json::from_str::<Json>(text).ok());
            if let Some(name) = manifest
                .flatten()
                .as_ref()
                .and_then(|manifest| manifest["name"].as_str())
            {
                index
                    .packages
                    .insert(name.to_owned(), folder_of(path).to_owned());
            }
        }
        index
    }

    /// Returns the recipes as a script sees them that runs in `folder`.
    pub(super) fn seen_from<'i>(
        &'i self,
        folder: &'i str,
    ) -> impl Fn(&Target) -> Option<String> + 'i {
        move |target| {
            let home = self.folder_of(target, folder)?;
            let names = recipe_files(target).iter();
            let all = names
                .filter_map(|name| self.files.get(&join_folder(&home, name)))
                .next()?;
            recipe_of(target, all)
        }
    }

    /// Returns whether a target has a recipe, seen from a folder.
    pub(super) fn knows(&self, target: &Target, folder: &str) -> bool {
        self.seen_from(folder)(target).is_some()
    }

    /// Returns whether a recipe of a file, or what it needs first, runs containers.
    pub(super) fn runs_containers(&self, file: &str, name: &str) -> bool {
        let Some(all) = self.files.get(file) else {
            return false;
        };
        let mut open = vec![name];
        let mut seen = Vec::new();
        while let Some(name) = open.pop() {
            let Some(recipe) = all
                .iter()
                .find(|one| one.name == name)
                .filter(|_| !seen.contains(&name))
            else {
                continue;
            };
            seen.push(name);
            if shell::read(&recipe.body)
                .needs()
                .contains(&shell::Need::Docker)
            {
                return true;
            }
            open.extend(recipe.needs.iter().map(String::as_str));
        }
        false
    }

    /// Returns the folder in which a target's runner looks for recipes.
    pub(super) fn folder_of(&self, target: &Target, folder: &str) -> Option<String> {
        if let Some(name) = &target.workspace {
            return self.packages.get(name).cloned();
        }
        match &target.folder {
            None => Some(folder.to_owned()),
            Some(inner) => {
                let base = (!folder.is_empty()).then_some(folder);
                Some(shell::join_folders(base, inner).unwrap_or_default())
                    .filter(|at| !at.starts_with(['/', '.']))
            }
        }
    }
}

/// Reads the scripts of package.json.
fn package_recipes(text: &str) -> Vec<Recipe> {
    let Ok(manifest) = serde_json::from_str::<Json>(text) else {
        return Vec::new();
    };
    let mut finder = Finder::new(text);
    finder.next("\"scripts\"");
    let scripts = manifest["scripts"].as_object().into_iter().flatten();
    let kept = scripts.filter_map(|(name, body)| Some((name, body.as_str()?)));
    kept.map(|(name, body)| {
        let line = finder.next(&format!("\"{name}\""));
        Recipe {
            name: name.clone(),
            line,
            body: body.to_owned(),
            needs: Vec::new(),
        }
    })
    .collect()
}

/// Reads the targets of a Makefile, with variables replaced. Patterns (`%.o`), paths and names with a point in front
/// are no targets that somebody calls; conditionals and includes are not followed.
fn makefile_recipes(text: &str) -> Vec<Recipe> {
    let mut variables: HashMap<&str, &str> = HashMap::new();
    let mut targets: Vec<(Recipe, Vec<&str>)> = Vec::new();
    let mut in_recipe = false;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(recipe) = line.strip_prefix('\t') {
            if let Some((target, _)) = targets.last_mut().filter(|_| in_recipe) {
                let bare = recipe.trim_start_matches(['@', '-', '+']);
                let signs = &recipe[..recipe.len() - bare.len()];
                target.body.push_str(bare);
                // What fails behind a dash is passed over.
                if signs.contains('-') && !bare.ends_with('\\') {
                    target.body.push_str(" || true");
                }
                target.body.push('\n');
            }
            continue;
        }
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        in_recipe = false;
        let assigned = bare
            .split_once('=')
            .map(|(name, value)| (name.trim_end_matches([':', '?', '+']).trim(), value.trim()));
        if let Some((name, value)) = assigned
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            variables.insert(name, value);
        } else if let Some((names, rest)) = bare.split_once(':')
            && !line.starts_with(' ')
        {
            let name = names.split_whitespace().next().unwrap_or("");
            in_recipe =
                !name.starts_with('.') && !name.contains(['%', '$', '/']) && !name.is_empty();
            let (needs, inline) = rest.split_once(';').unwrap_or((rest, ""));
            if in_recipe {
                let body = inline.trim().to_owned();
                let needs = needs.split_whitespace().collect();
                targets.push((
                    Recipe {
                        name: name.to_owned(),
                        line: number,
                        body,
                        needs: Vec::new(),
                    },
                    needs,
                ));
            }
        }
    }
    for (target, _) in &mut targets {
        expand_variables(&mut target.body, &variables);
        if let Some(program) = variables.get("SHELL").filter(|value| !is_shell(value)) {
            target.body = given_to(program, &target.body);
        }
    }
    through_prerequisites(targets, "make")
}

/// Returns whether the value of `SHELL` is a shell: `/bin/bash`, `/usr/bin/env bash`, `$(shell which sh)`.
fn is_shell(value: &str) -> bool {
    let last = value.trim_end_matches(')').split([' ', '/']).next_back();
    last.is_none_or(|name| name.is_empty() || name.trim_end_matches(".exe").ends_with("sh"))
}

/// Returns lines as they run where another program takes the place of the shell: it gets them, and does what it likes.
fn given_to(program: &str, body: &str) -> String {
    let lines = body
        .lines()
        .map(|line| format!("{program} -c '{}'\n", line.replace('\'', "'\\\\''")));
    lines.collect()
}

/// Replaces variables by their values, those of the values as well.
fn expand_variables(body: &mut String, variables: &HashMap<&str, &str>) {
    /// Rounds of replacing; names that are left then, stay.
    const DEEPEST: usize = 3;
    for _ in 0..DEEPEST {
        for (name, value) in variables {
            *body = body
                .replace(&format!("$({name})"), value)
                .replace(&format!("${{{name}}}"), value);
        }
    }
    *body = body.replace("$$", "$");
}

/// Lets a target whose own commands only print, or that has none, run those that it needs.
fn through_prerequisites(targets: Vec<(Recipe, Vec<&str>)>, runner: &str) -> Vec<Recipe> {
    let names: Vec<String> = targets
        .iter()
        .map(|(target, _)| target.name.clone())
        .collect();
    let through = |(mut target, needs): (Recipe, Vec<&str>)| {
        target.needs = needs.iter().map(|need| (*need).to_owned()).collect();
        if only_prints(&target.body) {
            let known = needs
                .iter()
                .filter(|need| names.iter().any(|name| name == **need) && **need != target.name);
            let first: String = known.map(|need| format!("{runner} {need}\n")).collect();
            target.body.insert_str(0, &first);
        }
        target
    };
    targets.into_iter().map(through).collect()
}

/// Returns whether a text has only calls that print, or none.
fn only_prints(body: &str) -> bool {
    let reading = shell::read(body);
    reading
        .calls()
        .iter()
        .all(|call| call.is(shell::Trait::Prints))
}

/// Reads the recipes of a justfile; variables (`name := value`) are left out, and not replaced.
fn justfile_recipes(text: &str) -> Vec<Recipe> {
    let mut targets: Vec<(Recipe, Vec<&str>)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', '[']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((target, _)) = targets.last_mut() {
                target.body.push_str(bare.trim_start_matches(['@', '-']));
                target.body.push('\n');
            }
        } else if let Some((head, needs)) = bare
            .split_once(':')
            .filter(|(_, rest)| !rest.starts_with('='))
        {
            let name = head
                .split_whitespace()
                .next()
                .unwrap_or("")
                .trim_start_matches('@')
                .to_owned();
            let needs = needs.split_whitespace().collect();
            targets.push((
                Recipe {
                    name,
                    line: number,
                    body: String::new(),
                    needs: Vec::new(),
                },
                needs,
            ));
        }
    }
    through_prerequisites(targets, "just")
}

/// Reads the tasks of a Taskfile. A task without commands runs what it depends on.
fn taskfile_recipes(text: &str) -> Vec<Recipe> {
    let Ok(file) = serde_saphyr::from_str::<Json>(text) else {
        return Vec::new();
    };
    let mut finder = Finder::new(text);
    finder.next("tasks:");
    let mut found = Vec::new();
    for (name, task) in file["tasks"].as_object().into_iter().flatten() {
        let list = task
            .as_array()
            .or_else(|| task["cmds"].as_array())
            .into_iter()
            .flatten();
        let command = |entry: &Json| {
            let other = entry["task"].as_str().map(|other| format!("task {other}"));
            entry
                .as_str()
                .or_else(|| entry["cmd"].as_str())
                .map(str::to_owned)
                .or(other)
        };
        let single = task
            .as_str()
            .or_else(|| task["cmd"].as_str())
            .map(str::to_owned);
        let mut body: Vec<String> = list.filter_map(command).chain(single).collect();
        let needs = task["deps"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str);
        let needs: Vec<String> = needs.map(str::to_owned).collect();
        if body.is_empty() {
            body.extend(needs.iter().map(|need| format!("task {need}")));
        }
        let line = finder.next(&format!("\n  {name}:")) + 1;
        found.push(Recipe {
            name: name.clone(),
            line,
            body: body.join("\n"),
            needs,
        });
    }
    found
}

/// Reads the scripts that Python tools keep in pyproject.toml.
fn pyproject_recipes(text: &str) -> Vec<Recipe> {
    let Ok(table) = text.parse::<Table>() else {
        return Vec::new();
    };
    python_scripts("pyproject.toml", text, &table)
        .into_iter()
        .map(|(_, recipe)| recipe)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<(String, u32, String)> {
        read_recipes(path, text)
            .into_iter()
            .map(|recipe| (recipe.name, recipe.line, recipe.body))
            .collect()
    }

    #[test]
    fn recipes_are_read_from_each_kind_of_file() {
        let of = |name: &str, line, body: &str| (name.to_owned(), line, body.to_owned());
        let make = "P := node_modules/.bin/prettier\n.PHONY: lint\nlint: deps\n\t@ruff check .\n\t$(P) --check .\n\nA = 1\ntest:\n\tpytest\nall: lint test\n";
        assert_eq!(
            shown("Makefile", make),
            [
                of(
                    "lint",
                    3,
                    "ruff check .\nnode_modules/.bin/prettier --check .\n"
                ),
                of("test", 8, "pytest\n"),
                of("all", 10, "make lint\nmake test\n"),
            ]
        );
        let just = "set shell := [\"bash\"]\n# runs\ntest *args: build\n    pytest {{args}}\n";
        assert_eq!(
            shown("api/justfile", just),
            [of("test", 3, "pytest {{args}}\n")]
        );
        let make = "check: lint\n\t@echo done\nlint: build\n\truff check .\nbuild:\n\t./build.sh\n";
        assert_eq!(
            shown("Makefile", make),
            [
                of("check", 1, "make lint\necho done\n"),
                of("lint", 3, "ruff check .\n"),
                of("build", 5, "./build.sh\n"),
            ]
        );
        let node = "{\n  \"scripts\": {\n    \"test\": \"jest\"\n  }\n}";
        assert_eq!(shown("package.json", node), [of("test", 3, "jest")]);
        let task = "tasks:\n  test:\n    cmds:\n      - pytest\n      - task: lint\n";
        assert_eq!(shown("Taskfile.yml", task)[0].2, "pytest\ntask lint");
        let python = "[tool.poe.tasks]\ncheck = \"mypy app\"\n";
        assert_eq!(
            shown("pyproject.toml", python),
            [of("check", 2, "mypy app")]
        );
    }

    #[test]
    fn what_passes_its_name_on_has_no_recipe_for_it() {
        let target = |text: &str| shell::read(text).outer_calls()[0].target.clone().unwrap();
        let all = read_recipes(
            "package.json",
            r#"{"scripts": {"build": "turbo run build", "lint": "eslint ."}}"#,
        );
        assert_eq!(
            recipe_of(&target("npm run build"), &all).as_deref(),
            Some("turbo run build")
        );
        assert_eq!(recipe_of(&target("turbo run build"), &all), None);
        assert_eq!(
            recipe_of(&target("pnpm lint"), &all).as_deref(),
            Some("eslint .")
        );
    }
}
