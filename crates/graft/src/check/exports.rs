//! Names that a module exports: each once, or no engine loads it.
//!
//! ```text
//! export { detect } from './mentions';
//! export { detect, isBot } from "./mentions";     `detect` a second time
//! ```

use std::collections::HashSet;

use crate::exports::list_exported;
use crate::items::Source;
use crate::languages::named_children;

/// Returns the first name that lists of exports give a second time and did not in the old text, and where.
pub(super) fn find_second_export(
    old: Option<&Source<'_>>,
    new: &Source<'_>,
) -> Option<(String, usize)> {
    let known: HashSet<String> = old
        .map(list_repeated)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    list_repeated(new)
        .into_iter()
        .find(|(name, _)| !known.contains(name))
}

/// Returns the names that lists of exports give again, each with where it stands.
fn list_repeated(source: &Source<'_>) -> Vec<(String, usize)> {
    let mut seen = HashSet::new();
    let lists = named_children(source.root())
        .into_iter()
        .filter(|node| node.kind() == "export_statement");
    lists
        .flat_map(|statement| list_exported(source, statement))
        .filter(|(name, _)| !seen.insert(name.clone()))
        .collect()
}
