//! Reads titles that name a file: what their words say is done to it, or that they are over code as it is.

use super::Action;
use super::verbs::{action_of, plainly_modifies};
use super::whole::deletes_file;
use crate::inline::comparison_key;
use crate::labels::{Topic, topic_of_label};
use crate::paths::FoundPath;

/// Returns what a title's first word says is done to a file in it.
pub(super) fn action_of_title(bare: &str, words: &str, base: usize, path: &FoundPath) -> Action {
    let action = action_of(bare).unwrap_or_default();
    let before = &words[..path.outer.start - base];
    let behind = &words[(path.outer.end - base).min(words.len())..];
    let action = if action == Action::Delete && !deletes_file(before, behind) {
        Action::Unstated
    } else {
        action
    };
    if action == Action::Unstated && plainly_modifies(bare) {
        Action::Modify
    } else {
        action
    }
}

/// Returns whether what looks like a folder in a title is a route: it begins and ends at a slash, "Add the `/version/` page".
pub(super) fn is_route(words: &str, base: usize, path: &FoundPath) -> bool {
    let written = words.get(path.outer.start - base..path.outer.end - base);
    let written = written.unwrap_or("").trim_matches('`');
    written.starts_with('/') && written.ends_with('/')
}

/// Returns whether a line in bold without a colon names how the code is: "**Old** (`a.py`, line 2)".
pub(super) fn is_pair_title(words: &str) -> bool {
    let bold = words
        .strip_prefix("**")
        .and_then(|rest| rest.split_once("**"));
    bold.is_some_and(|(name, _)| topic_of_label(&comparison_key(name)) == Some(Topic::Before))
}
