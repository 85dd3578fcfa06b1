//! The red team's data: what `tests/red_team/NAME.toml` may say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// The files of a repository, by their paths.
pub(super) type Files = BTreeMap<String, String>;

/// Replaced by the second text: the first, which must be there.
pub(super) type Swap = [String; 2];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Team {
    pub(super) base: String,
    pub(super) module: String,
    pub(super) tests: String,
    pub(super) command: String,
    pub(super) plans: BTreeMap<String, String>,
    pub(super) code: BTreeMap<String, Vec<Swap>>,
    pub(super) pair: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) plan: Option<String>,
    pub(super) attempt: Side,
    pub(super) twin: Side,
    /// Alike to another one: played only where `RED_TEAM` is set, as all of them take minutes.
    #[serde(default)]
    pub(super) wide: bool,
    /// The version of the module that the repository begins with, where that is not the base's.
    pub(super) start: Option<String>,
    /// Whether the repository is one of git, with a commit.
    #[serde(default)]
    pub(super) git: bool,
    /// How long mutants are tried.
    pub(super) strength: Option<String>,
}

/// What one side of a pair changes, from the base.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Side {
    /// The version of the module; where none is named, one that breaks an old test for an attempt, the right one for a twin.
    pub(super) code: Option<String>,
    /// Changes of the module's tests.
    #[serde(default)]
    pub(super) tests: Vec<Swap>,
    /// Changes of other files: path, old, new.
    #[serde(default)]
    pub(super) edits: Vec<[String; 3]>,
    /// Files written whole.
    #[serde(default)]
    pub(super) files: Files,
    /// Files that are removed.
    #[serde(default)]
    pub(super) gone: Vec<String>,
    /// The plan's command, where it is not the team's.
    pub(super) command: Option<String>,
    /// What a note says, where the user is told and decides: what the plan itself shows is what they approved.
    pub(super) noted: Option<String>,
    /// Why the outcome is not yet what it should be. It is expected to be wrong then, and the test fails when it changes.
    pub(super) known: Option<String>,
}

/// Reads the files below a folder.
pub(super) fn read_files(folder: &Path, below: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!(
            "{below}{}",
            path.file_name().expect("a name").to_str().expect("UTF-8")
        );
        match path.is_dir() {
            true => read_files(&path, &format!("{name}/"), files),
            false => drop(files.insert(name, fs::read_to_string(&path).expect("a text"))),
        }
    }
}
