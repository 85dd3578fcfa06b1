//! The one table of programs: what a call is, from its program and arguments.
//!
//! It is data, in `programs/*.toml` and `targets.toml`; a test runs the example of each rule. To
//! add a program is one row:
//!
//! ```toml
//! [[program]]
//! names = ["pytest", "py.test"]
//! values = ["-k", "-m"]                  # options that take the next argument with them
//! one_file = "pytest {options} {file}"   # how it runs one file
//! rules = [                              # the first whose `if` is met decides
//!   { if = "--collect-only", kind = "test", is = "lists", example = "pytest --collect-only" },
//!   { kind = "test", example = "pytest -q tests" },
//! ]
//! ```
//! The terms of `if` stand in [`crate::condition`].

mod files;

pub(crate) use files::Table;
use files::{COMMON, CONVENTIONS, EVERY, OWN, PROGRAMS, ROWS, SCRIPTS, TARGETS};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::condition::{Arguments, Condition, Met};
use crate::runner::Runner;

/// The purpose of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Runs tests.
    Test,
    /// Looks for mistakes without running anything, also a check of syntax.
    Lint,
    /// Lays out source text, or checks its layout.
    Format,
    /// Checks types.
    Typecheck,
    /// Makes a product from sources.
    Build,
    /// Brings a database to another state of its schema.
    Migrate,
    /// Writes sources: migrations, clients, skeletons.
    Generate,
    /// Brings dependencies or tools in.
    Install,
    /// Starts the program under work, to serve.
    Server,
    /// Asks a server.
    Request,
    /// Looks at files or states.
    Inspect,
    /// Runs code of its own: `python -c`, a script of the project.
    Script,
    /// Works with the repository.
    Git,
    /// Makes a commit.
    Commit,
    /// Starts or stops what the program under work needs: databases, containers.
    Service,
    /// Deletes files, data or containers.
    Destroy,
    /// Anything else.
    Other,
}

/// A need of a command beside the tree and its tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Something outside of the machine.
    Network,
    /// A server that is up.
    Server,
    /// A database that is up.
    Database,
    /// Docker's daemon.
    Docker,
    /// A browser.
    Browser,
}

/// A property of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// A target that checks, whatever the project has to check: its name does not say what.
    General,
    /// It takes back what was done: a migration, a schema.
    Undoes,
    /// It measures how much of the program is reached by what it runs.
    Measures,
    /// It creates, changes or removes files of the source tree.
    Writes,
    /// It writes, and fails where it did: its success says that there was nothing to write.
    FailsWhereItWrites,
    /// It runs again at each change and does not end.
    Watches,
    /// It only lists or describes; nothing of what it is for happens.
    Lists,
    /// It serves and does not end.
    Serves,
    /// It serves a window in which a person looks at data.
    ForPeople,
    /// It acts on what lies outside of this machine: a push, a publication, a shell there.
    Sends,
    /// It deletes or overwrites what can't be had back.
    Destroys,
    /// It passes its input on, looked at or changed.
    Filter,
    /// It only makes input for others.
    Feeds,
    /// It prints until nobody reads on.
    Endless,
    /// It prints how many there are, not what they are.
    Counts,
    /// It ends before its input does.
    ClosesEarly,
    /// It does nothing of note: waits, or changes the shell's own state.
    Idle,
    /// It prints its arguments.
    Prints,
    /// It compares its arguments, or asks what they name.
    Compares,
    /// It always succeeds.
    Succeeds,
    /// It ends the script.
    Exits,
    /// It removes the files that it names: what they are decides whether sources are written.
    Removes,
    /// It makes the files that it names: where they are decides whether sources are written.
    Makes,
    /// It stages files for a commit.
    Stages,
    /// It changes the shell's folder.
    ChangesFolder,
    /// It changes the shell's folder back.
    LeavesFolder,
    /// It sets the shell's options.
    SetsOptions,
    /// It ends what it runs after a time.
    Bounds,
    /// It lays down what runs when the script ends, or is ended.
    Traps,
    /// It prints sentences or sums beside what it lists, so that its lines count nothing.
    Narrates,
    /// It sets something in the shell for what comes after it: variables, functions' environment.
    Sets,
    /// It runs a program in the project's environment.
    Environment,
}

/// The part of a call that shows its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Its exit status.
    #[default]
    Status,
    /// Its exit status says that something was found, which may be right or wrong.
    Found,
    /// Only what it prints.
    Output,
    /// Nothing.
    Nothing,
}

/// The meaning of an exit status where that is not "it failed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusMeaning {
    /// It ran and found nothing.
    NothingFound,
    /// It had nothing to run.
    NothingCollected,
    /// It was called wrongly, or could not begin.
    Unusable,
    /// It found differences.
    Differences,
}

/// Where a wrapper's inner command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wraps {
    /// The arguments behind what the condition named.
    Command,
    /// The arguments behind what the condition named, where they begin with a known program.
    KnownCommand,
    /// The arguments from the last one that the condition named.
    This,
    /// The arguments behind the option of `after`; a module is the program.
    Module,
    /// One argument is a script: the value of the option of `after`, or the first positional one.
    Script,
    /// All positional arguments, joined by blanks, are a script.
    Joined,
    /// Each positional argument is a script.
    Scripts,
    /// The next positional argument names a target.
    Target,
    /// The positional arguments name targets.
    Targets,
    /// The argument that the condition named is a target.
    ThisTarget,
    /// The next positional argument names a target or, where there is none of this name, a program.
    TargetOrCommand,
}

/// A rule of a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default, rename = "if")]
    written: String,
    #[serde(skip)]
    condition: Condition,
    /// The kind of the call.
    #[serde(default)]
    pub kind: Option<Kind>,
    #[serde(default, rename = "is")]
    traits_written: String,
    #[serde(skip)]
    traits: Vec<Trait>,
    /// The part of it that shows its result.
    #[serde(default)]
    pub tells: Telling,
    #[serde(default, rename = "needs")]
    needs_written: String,
    /// Its needs.
    #[serde(skip)]
    pub needs: Vec<Need>,
    /// It runs another command.
    #[serde(default)]
    pub(crate) wraps: Option<Wraps>,
    /// So many positional arguments stand before the inner command.
    #[serde(default)]
    pub(crate) skip: usize,
    /// The option behind which the inner command stands.
    #[serde(default)]
    pub(crate) after: Option<String>,
    /// A call that this rule decides.
    pub example: String,
}

/// A row: programs of one behaviour.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The names under which it is called.
    pub names: Vec<String>,
    /// `python`, `node` or another family that it belongs to.
    #[serde(default)]
    pub ecosystem: Option<String>,
    /// Options that take the next argument with them.
    #[serde(default)]
    pub(crate) values: Vec<String>,
    /// One-letter options may stand together, as in `-rn`.
    #[serde(default)]
    pub(crate) clusters: bool,
    /// Its name is a usual word: alone, or followed by words, it is no sign of a command.
    #[serde(default)]
    pub word: bool,
    /// The form that runs one file; `{options}` are the options of the call.
    #[serde(default)]
    pub one_file: Option<String>,
    /// Options that say nothing where one file is run: choices, coverage, watching.
    #[serde(default)]
    pub(crate) not_for_one: Vec<String>,
    /// The commands that find imports which are out of order, and put them in order.
    #[serde(default)]
    pub(crate) import_order: Option<ImportOrder>,
    /// The meanings of its exit statuses.
    #[serde(default)]
    pub(crate) statuses: BTreeMap<String, StatusMeaning>,
    /// The option that names the folder to run in.
    #[serde(default)]
    pub(crate) folder: Vec<String>,
    /// The option that names a workspace.
    #[serde(default)]
    pub(crate) workspace: Vec<String>,
    /// The option that names a target.
    #[serde(default)]
    pub(crate) target: Vec<String>,
    /// It runs a target in every package that has it.
    #[serde(default)]
    pub(crate) across: bool,
    /// Options with which it does.
    #[serde(default)]
    pub(crate) recursive: Vec<String>,
    /// Its targets are written `project:target`.
    #[serde(default)]
    pub(crate) project_targets: bool,
    /// Where its targets' recipes stand: `package.json`, `Makefile`, …
    #[serde(default)]
    pub recipes: Option<String>,
    /// Which of its names run tests so that their results can be had from the runner itself.
    #[serde(default)]
    pub(crate) runners: BTreeMap<String, Runner>,
    /// The usual command, for projects that name none.
    #[serde(default)]
    pub usual: Vec<Usual>,
    /// The commands of hooks of `pre-commit` that are not called like a command.
    #[serde(default)]
    pub(crate) hooks: BTreeMap<String, String>,
    /// The commands of actions of continuous integration; `{key:default}` is an input of the
    /// action.
    #[serde(default)]
    pub(crate) actions: BTreeMap<String, String>,
    /// The rules for its calls; the first rule that fits decides.
    pub rules: Vec<Rule>,
}

/// The commands by which a program finds imports that are out of its configured order, and puts
/// them in order. `{files}` in a command stands for the paths of files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportOrder {
    /// Looks at files, and changes none.
    pub look: String,
    /// The code of such a finding in what `look` prints; without one its failure says it.
    #[serde(default)]
    pub code: Option<String>,
    /// Puts the imports of files in order, and changes nothing else.
    pub sort: String,
}

/// A program's usual command, and what tells that a project uses it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usual {
    /// The command.
    pub command: String,
    /// Files that configure it, by their names up to an ending.
    #[serde(default)]
    pub files: Vec<String>,
    /// Sections of pyproject.toml, setup.cfg and tox.ini that configure it.
    #[serde(default)]
    pub sections: Vec<String>,
    /// Packages that bring it.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Counts only where the project depends on this package.
    #[serde(default)]
    pub with_package: Option<String>,
    /// Counts only where the project does not depend on this package.
    #[serde(default)]
    pub without_package: Option<String>,
    /// Counts only for files beside the package's manifest.
    #[serde(default)]
    pub at_package: bool,
    /// Runs in the package's folder, wherever the file lies.
    #[serde(default)]
    pub in_package: bool,
    /// The command where its section states what it looks at.
    #[serde(default)]
    pub bare: Option<String>,
    /// The keys of its section that state it.
    #[serde(default)]
    pub targets: Vec<String>,
}

/// Returns the usual commands of the programs, each with its program.
pub fn usual_commands() -> impl Iterator<Item = (&'static Program, &'static Usual)> {
    program_table()
        .rows
        .iter()
        .flat_map(|row| row.usual.iter().map(move |usual| (row, usual)))
}

/// Returns what a hook of `pre-commit` runs; the id is mostly the command itself.
pub fn hook_command(id: &str) -> &str {
    program_table()
        .rows
        .iter()
        .find_map(|row| row.hooks.get(id))
        .map_or(id, String::as_str)
}

/// Returns what an action of continuous integration runs, with `{key:default}` for its inputs.
pub fn action_command(action: &str) -> Option<&'static str> {
    program_table()
        .rows
        .iter()
        .find_map(|row| row.actions.get(action))
        .map(String::as_str)
}

/// Returns the rules for a script of the project's own.
pub(crate) fn own_script(path: &str) -> Option<&'static Program> {
    OWN.row(path)
}

/// Returns the table of programs.
pub(crate) fn program_table() -> &'static Table {
    &PROGRAMS
}

/// Returns the table of targets that are named by convention.
pub(crate) fn convention_table() -> &'static Table {
    &CONVENTIONS
}

/// Returns the rules that hold for every program.
pub(crate) fn common_rules() -> Option<&'static Program> {
    COMMON.rows.first()
}

/// Reads words of an enumeration, as the table lists them in one string.
fn parse_words<'t, T: Deserialize<'t>>(written: &'t str) -> Vec<T> {
    let one = |word: &'t str| {
        T::deserialize(serde::de::value::BorrowedStrDeserializer::<
            serde::de::value::Error,
        >::new(word))
        .ok()
    };
    written.split_whitespace().filter_map(one).collect()
}

impl Rule {
    /// Returns whether the call has the property.
    pub fn is(&self, one: Trait) -> bool {
        self.traits.contains(&one)
    }

    pub(crate) fn met(&self, arguments: &Arguments<'_>) -> Option<Met> {
        self.condition.met(arguments)
    }

    /// Returns whether every word of `is` and `needs` is known; for the test of the table.
    #[doc(hidden)]
    pub fn is_well_formed(&self) -> bool {
        self.traits.len() == self.traits_written.split_whitespace().count()
            && self.needs.len() == self.needs_written.split_whitespace().count()
            && (self.kind.is_some() || self.wraps.is_some())
    }
}

impl Program {
    /// Returns the rule that decides a call with these arguments, and where it was met.
    pub(crate) fn decide(&self, arguments: &[String]) -> Option<(&Rule, Met)> {
        let arguments = self.arguments(arguments);
        self.rules
            .iter()
            .find_map(|rule| Some((rule, rule.met(&arguments)?)))
    }

    pub(crate) fn arguments<'a>(&self, arguments: &'a [String]) -> Arguments<'a> {
        Arguments::new(arguments, &self.values, self.clusters)
    }

    /// Returns what an exit status means where it says more than "failed".
    pub fn status(&self, code: i32) -> Option<StatusMeaning> {
        self.statuses.get(&code.to_string()).copied()
    }
}

/// Returns every row of the table of programs, and of the conventional targets.
#[doc(hidden)]
pub fn table_rows() -> impl Iterator<Item = (&'static Program, bool)> {
    let programs = program_table().rows.iter().map(|row| (row, false));
    let named = convention_table().rows.iter().map(|row| (row, true));
    programs
        .chain(named)
        .chain(OWN.rows.iter().chain(common_rules()).map(|row| (row, true)))
}

/// Returns why a part of the table can't be read, where one can't.
#[doc(hidden)]
pub fn find_faults() -> Vec<String> {
    let fault = |rows| serde_json::from_str::<Vec<Program>>(rows).err();
    let all = [ROWS, TARGETS, EVERY, SCRIPTS];
    all.into_iter()
        .filter_map(fault)
        .map(|error| error.to_string())
        .collect()
}
