//! The names around a node: of the definitions, variables and keys that hold it.

use tree_sitter::Node;

use crate::items::Source;
use crate::languages::text;

/// Returns the names around a node, outermost first: `WORKER`, `env` for the inner dictionary of `WORKER = {"env": {…}}`.
pub(crate) fn path_of(file: &Source<'_>, node: Node<'_>) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        let named = ["name", "key", "left"].iter().find_map(|field| parent.child_by_field_name(field));
        if let Some(name) = named.filter(|name| *name != at) {
            let name = text(name, file.text).trim_matches(['"', '\'', '`']).to_owned();
            // `export const x = …` and what it declares are one.
            if path.last() != Some(&name) {
                path.push(name);
            }
        }
        at = parent;
    }
    path.reverse();
    path
}

/// Whether a name, with dots or without, is that of what holds a node directly: the last names of its path.
pub(crate) fn is_held_by(path: &[String], name: &str) -> bool {
    let plain = crate::prose::plain(name);
    let wanted: Vec<&str> = plain.split('.').map(|part| part.trim_matches(['"', '\''])).collect();
    !plain.is_empty()
        && path.len() >= wanted.len()
        && path[path.len() - wanted.len()..].iter().zip(&wanted).all(|(one, other)| one == other)
}
