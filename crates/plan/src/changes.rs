//! The files that a unit names, and what shall happen to each.

mod condition;

mod verbs;

mod urging;

mod asks;

mod whole;

mod titles;

mod asking;
mod declared;

use code::paths::is_test;
use serde::Serialize;

use crate::basis::Basis;
use crate::document::Span;
use crate::identity::CheckboxId;
use crate::inline::read_label;
use crate::paths::{FoundPath, expand_braces, is_pattern, same_file};
use crate::vocabulary::{Use, uses_in};

pub(crate) use asking::{Asking, base_of, supposed_base_of};
pub use asks::joins_both;
pub(crate) use asks::{is_marker, only_joins, only_names, only_tells};
pub(crate) use declared::declared_changes;
pub(crate) use urging::asks_for_change;
#[cfg(test)]
pub(crate) use verbs::{action_of, action_of_note, names_part, only_looks, plainly_modifies};
pub(crate) use verbs::{moves_whole, removes_whole};
#[cfg(test)]
pub(crate) use whole::leaves_a_list;

/// The change that is planned for a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is to be made.
    Create,
    /// It is there and to be changed.
    Modify,
    /// It is to be removed.
    Delete,
    /// It is to be moved.
    Rename {
        /// The new path, as written.
        to: String,
    },
    /// The plan names it without saying what shall happen.
    #[default]
    Unstated,
}

/// One file of a unit. A path named several times in a unit is one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedChange {
    /// The path as written: ticks and notes taken off, no `./`, `/` between folders.
    pub path: String,
    /// The bytes of the path in the text.
    pub span: Span,
    /// The change that is planned for it.
    pub action: Action,
    /// Named as the test file, or a test by its name.
    pub test: bool,
    /// No single file: a placeholder, a glob or a folder.
    pub pattern: bool,
    /// First and last line that the plan names, from 1.
    pub lines: Option<(usize, usize)>,
    /// The words about it: note behind the path, `**Changes**:` line, bullets below.
    pub prose: String,
    /// Indices into [`crate::Phase::blocks`] of the blocks for this file, in order.
    pub blocks: Vec<usize>,
    /// The box in whose item the file is named.
    pub checkbox: Option<CheckboxId>,
    /// The way in which it is known that the unit is about this file.
    pub basis: Basis,
    /// The plan says that the file has no content.
    pub empty: bool,
    /// The folder from which the plan says that its paths start.
    pub base: Option<String>,
    /// The folder that a label of unknown words above it states.
    #[serde(skip)]
    pub supposed_base: Option<String>,
    /// The folder of the path of the same ending that stands before this bare name in a list: "`app/a.py`, `b.py`".
    #[serde(skip)]
    pub beside: Option<String>,
    /// A list of files names it.
    #[serde(skip)]
    pub listed: bool,
    /// The folder that another place leaves out: `backend` where `config/urls.py` stands for `backend/config/urls.py`.
    #[serde(skip)]
    pub(crate) left_out: Option<String>,
}

impl PlannedChange {
    /// Returns whether it names no single file, and the plan leaves the files to what is found: "one per event, as needed".
    pub fn is_left_to_need(&self) -> bool {
        self.pattern && uses_in(&self.prose.to_lowercase()).has(Use::Proviso)
    }

    /// Returns whether all that is said of it is a note that it is there: "Test: `a.py` (is there already)".
    pub fn is_there_already(&self) -> bool {
        let lower = self.prose.trim().to_lowercase();
        let note = lower
            .strip_prefix('(')
            .and_then(|note| note.strip_suffix(')'))
            .filter(|note| !note.contains(['(', ';', ',', ':']));
        let asks = [Use::Change, Use::Remove, Use::Negation, Use::Modal];
        note.is_some_and(|note| {
            let said = uses_in(note);
            (said.has(Use::Given) || said.has(Use::Stays)) && !asks.iter().any(|one| said.has(*one))
        }) && self.action == Action::Unstated
            && self.blocks.is_empty()
    }
}

/// The words about a path where it is named, as read.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileNote {
    /// The change that is planned for the file.
    pub(crate) action: Action,
    /// Named as a test.
    pub(crate) test: bool,
    /// The box around it.
    pub(crate) checkbox: Option<CheckboxId>,
    /// It is an entry of a list of files, which names each in full.
    pub(crate) listed: bool,
    /// The way in which it is known.
    pub(crate) basis: Basis,
    /// The file has no content.
    pub(crate) empty: bool,
    /// The folder from which paths start here.
    pub(crate) base: Option<String>,
    /// The folder that a label of unknown words states here.
    pub(crate) supposed_base: Option<String>,
    /// The folder of the path before this bare name.
    pub(crate) beside: Option<String>,
}

/// Returns whether words say of a file as a whole what its change states already: "**Changes**: Delete the file.", "**Changes**:
/// Move the file.", "`a/__init__.py` (empty)".
pub(crate) fn is_stated_of_file(changes: &[PlannedChange], words: &str) -> bool {
    let value = read_label(words)
        .filter(|label| label.rest < words.len())
        .map_or(words, |label| &words[label.rest..]);
    let about = |change: &PlannedChange| change.prose.lines().any(|line| line == words);
    changes.iter().any(|change| match change.action {
        Action::Delete => about(change) && removes_whole(value),
        Action::Rename { .. } => about(change) && moves_whole(value),
        _ => false,
    })
}

/// Returns the changes that a path could mean: an exact one alone, else those that end alike.
pub(crate) fn changes_meant(changes: &[PlannedChange], path: &str) -> Vec<usize> {
    let path = path.trim_start_matches("./");
    if let Some(exact) = changes.iter().position(|change| change.path == path) {
        return vec![exact];
    }
    let moved = |change: &PlannedChange| matches!(&change.action, Action::Rename { to } if same_file(to, path));
    (0..changes.len())
        .filter(|at| same_file(&changes[*at].path, path) || moved(&changes[*at]))
        .collect()
}

/// Returns whether a file of this name may stand in the root and in folders as well,
/// so that a list of files that names two means two.
pub fn is_in_many_folders(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "Makefile",
        "Dockerfile",
        "package.json",
        "tsconfig.json",
        "pyproject.toml",
        "requirements.txt",
        "Cargo.toml",
        "go.mod",
        "README.md",
        "CLAUDE.md",
        "AGENTS.md",
        ".gitignore",
        ".env.example",
        ".env",
        "docker-compose.yml",
        "__init__.py",
        "conftest.py",
    ];
    NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// Gives the folder that a unit leaves out of the paths of its list, of several the same one, to the files that it names
/// beside the list: with `config/urls.py` for `backend/config/urls.py`, `tests/conftest.py` is one of `backend`, too.
pub(crate) fn start_as_shortened(changes: &mut [PlannedChange]) {
    let left_out: Vec<&String> = changes
        .iter()
        .filter_map(|change| change.left_out.as_ref())
        .collect();
    let [first, _, ..] = left_out.as_slice() else {
        return;
    };
    if left_out.iter().any(|other| other != first) {
        return;
    }
    let folder = (*first).clone();
    for change in changes
        .iter_mut()
        .filter(|change| !change.listed && change.base.is_none())
    {
        if !change.path.starts_with(&format!("{folder}/")) {
            change.base = Some(folder.clone());
        }
    }
}

/// Adds what is said of a path; gives the changes that stand for it.
pub(crate) fn add_change(
    changes: &mut Vec<PlannedChange>,
    found: &FoundPath,
    said: &FileNote,
) -> Vec<usize> {
    let mut touched = Vec::new();
    // Where lines of a file are named, they go or move, and it stays.
    let of_lines =
        found.lines.is_some() && matches!(said.action, Action::Delete | Action::Rename { .. });
    let action = if of_lines {
        Action::Modify
    } else {
        said.action.clone()
    };
    for path in expand_braces(&found.path) {
        let mut known = changes_meant(changes, &path);
        if said.listed && is_in_many_folders(&path) {
            known.retain(|at| changes[*at].path == path);
        }
        let at = match known.as_slice() {
            [one] => *one,
            [] => {
                changes.push(new_change(path, found, action.clone(), said));
                touched.push(changes.len() - 1);
                continue;
            }
            _ => continue,
        };
        let change = &mut changes[at];
        add_note(change, &action, said);
        add_spelling(change, path, &found.span);
        change.lines = change.lines.or(found.lines);
        touched.push(at);
    }
    touched
}

/// Builds the change of a file that is named for the first time.
fn new_change(path: String, found: &FoundPath, action: Action, said: &FileNote) -> PlannedChange {
    PlannedChange {
        pattern: is_pattern(&path),
        test: said.test || is_test(&path),
        path,
        span: found.span.clone(),
        action,
        lines: found.lines,
        prose: String::new(),
        blocks: Vec::new(),
        checkbox: said.checkbox,
        basis: said.basis,
        empty: said.empty,
        base: said.base.clone(),
        supposed_base: said.supposed_base.clone(),
        beside: said.beside.clone(),
        listed: said.listed,
        left_out: None,
    }
}

/// Adds what is said of a file to its change; what was said first stays.
fn add_note(change: &mut PlannedChange, action: &Action, said: &FileNote) {
    // What the prose asks of a file that is listed without an action does not say whether it is there.
    let guessed =
        said.basis == Basis::Worded && change.basis == Basis::Stated && *action == Action::Modify;
    if change.action == Action::Unstated && !guessed {
        change.action = action.clone();
    }
    change.basis = change.basis.min(said.basis);
    change.empty = change.empty || said.empty;
    change.base = change.base.take().or_else(|| said.base.clone());
    let supposed = change.supposed_base.take();
    change.supposed_base = supposed.or_else(|| said.supposed_base.clone());
    change.listed = change.listed || said.listed;
    change.test = change.test || said.test;
    change.checkbox = change.checkbox.or(said.checkbox);
}

/// Holds another spelling of a file's path against the known one: the folder that one of them leaves out is noted, and
/// the longer one is kept: `api/a.py` beside `src/api/a.py`.
fn add_spelling(change: &mut PlannedChange, path: String, span: &Span) {
    let (longer, shorter) = if path.len() > change.path.len() {
        (&path, &change.path)
    } else {
        (&change.path, &path)
    };
    let folder = longer
        .strip_suffix(shorter.as_str())
        .and_then(|folder| folder.strip_suffix('/'));
    if let Some(folder) = folder.filter(|_| shorter.contains('/')) {
        change.left_out.get_or_insert_with(|| folder.to_owned());
    }
    // The longer path says more, but a name that only ends alike may lie elsewhere.
    if path.len() > change.path.len() && path.ends_with(&format!("/{}", change.path)) {
        change.path = path;
        change.span = span.clone();
        change.beside = None;
    }
}
