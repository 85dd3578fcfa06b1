//! The commands by which a project checks, formats, migrates and builds itself, read where it keeps
//! them and never run.
//!
//! ```text
//! package.json   "lint": "eslint . && tsc --noEmit"   npm run lint, and a type check of its own: npx tsc --noEmit
//! Makefile       test: ; pytest -q                    make test
//! mypy.ini                                            mypy, with its usual words, if nothing else calls it
//! ```
//!
//! The keepers are read in the order of `read_commands`: a later one that holds the same command only adds its place.
//! Configuration comes last, since its commands stand only where the project names none.

mod recipes;

mod purpose;

mod choice;

mod collector;

mod scripts;

mod targets;

mod python_runners;

mod hooks;

mod workflows;

mod configured;

use serde::{Deserialize, Serialize};

use crate::documents::Documents;
use crate::place::Place;
use crate::source::Sources;
use crate::stack::{Ecosystem, Stack};

use collector::Collector;
pub use recipes::{Recipe, read_recipes, recipe_files, recipe_of};

/// The purpose of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Runs tests.
    Test,
    /// Looks for suspicious code and wrong style.
    Lint,
    /// Checks types.
    TypeCheck,
    /// Formats, or checks the format.
    Format,
    /// Brings the database up to date.
    Migrate,
    /// Builds what is shipped.
    Build,
}

/// The kind of file that a command stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandSource {
    /// A script of package.json, pyproject.toml or Pipfile.
    Script,
    /// A target of a Makefile, justfile or Taskfile.
    Target,
    /// A shell script of the project.
    ShellScript,
    /// tox or nox.
    Runner,
    /// A workflow of continuous integration.
    Workflow,
    /// A hook of pre-commit.
    Hook,
    /// Only the configuration of a tool: the command is the tool's usual one.
    Configuration,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Its purpose.
    pub purpose: Purpose,
    /// The script that checks the whole.
    pub script: String,
    /// The script behind it, where the command only names one.
    pub behind: String,
    /// The script for one file: `{file}` is its path from `folder`, `{module}` its dotted name.
    pub for_file: Option<String>,
    /// The folder to run it in, from the root; empty for the root.
    pub folder: String,
    /// The folder of the package that it belongs to.
    pub package: String,
    /// The language whose code it looks at; `None` for several or an unknown one.
    pub ecosystem: Option<Ecosystem>,
    /// Where it was read.
    pub source: Place,
    /// The kind of file that it stands in.
    pub keeper: CommandSource,
    /// Where it stands as well.
    pub also: Vec<Place>,
    /// It changes files of the project.
    pub writes: bool,
    /// It goes on until somebody ends it.
    pub watches: bool,
    /// The best of its purpose for its package and language.
    pub preferred: bool,
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Purpose::Test => "test",
            Purpose::Lint => "lint",
            Purpose::TypeCheck => "type check",
            Purpose::Format => "format",
            Purpose::Migrate => "migrate",
            Purpose::Build => "build",
        })
    }
}

/// Reads the commands, those of one package together and the best of each purpose first.
pub(crate) fn read_commands(
    documents: &Documents,
    sources: &Sources,
    stack: &Stack,
) -> Vec<Command> {
    let mut collector = Collector::new(documents, stack);
    scripts::collect_scripts(&mut collector);
    targets::collect_targets(&mut collector);
    python_runners::collect_python_runners(&mut collector);
    targets::collect_shell_scripts(&mut collector);
    hooks::collect_hooks(&mut collector);
    workflows::collect_workflows(&mut collector);
    configured::collect_configured_tools(&mut collector, sources);
    choice::order_commands(collector.commands)
}

impl Command {
    /// Returns whether it only looks: it neither changes files, nor goes on for ever, nor needs
    /// containers.
    pub fn only_looks(&self) -> bool {
        !self.writes && !self.watches && !choice::needs_containers(self)
    }

    /// Returns the command for one file (its path from the root), or `None` where the tool looks
    /// only at the whole or the file lies outside of the command's folder.
    pub fn for_one(&self, file: &str) -> Option<String> {
        self.for_files(&[file])
    }

    /// [`Command::for_one`], for several files at once.
    pub fn for_files(&self, files: &[&str]) -> Option<String> {
        let form = self.for_file.as_deref().filter(|_| !files.is_empty())?;
        // Django's names of modules count from where its manage.py lies.
        let manage = form
            .split(' ')
            .find_map(|word| word.strip_suffix("manage.py"))
            .unwrap_or("");
        let mut paths = Vec::new();
        let mut modules = Vec::new();
        for file in files {
            let inside = crate::documents::strip_folder(&self.folder, file)?;
            paths.push(shell::quote(inside));
            modules.push(
                inside
                    .strip_prefix(manage)
                    .unwrap_or(inside)
                    .trim_end_matches(".py")
                    .replace('/', "."),
            );
        }
        Some(
            form.replace("{file}", &paths.join(" "))
                .replace("{module}", &modules.join(" ")),
        )
    }
}
