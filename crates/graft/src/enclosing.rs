//! The names around a node: of the definitions, variables and keys that hold it.

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, node_text};

/// Returns the names around a node, outermost first: `WORKER`, `env` for the inner dictionary of `WORKER = {"env": {…}}`.
pub(crate) fn path_of(file: &Source<'_>, node: Node<'_>) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        let named = ["name", "key", "left"]
            .iter()
            .find_map(|field| parent.child_by_field_name(field));
        if let Some(name) = named.filter(|name| *name != at) {
            let name = node_text(name, file.text)
                .trim_matches(['"', '\'', '`'])
                .to_owned();
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

/// Returns whether a name, with dots or without, is that of what holds a node directly: the last names of its path.
///
/// The path [`services`, `worker`, `env`] holds for `env` and `worker.env`, but not for `services`
/// or `services.env`.
pub(crate) fn is_held_by(path: &[String], name: &str) -> bool {
    let plain = crate::prose::strip_name_decoration(name);
    let wanted: Vec<&str> = plain
        .split('.')
        .map(|part| part.trim_matches(['"', '\'']))
        .collect();
    !plain.is_empty()
        && path.len() >= wanted.len()
        && path[path.len() - wanted.len()..]
            .iter()
            .zip(&wanted)
            .all(|(one, other)| one == other)
}

/// Functions that make an instance, as the languages call them.
const CONSTRUCTORS: [&str; 2] = ["__init__", "constructor"];

/// Returns whether a list of statements is the body of a constructor.
pub(crate) fn is_of_constructor(file: &Source<'_>, body: Node<'_>) -> bool {
    let name = body
        .parent()
        .and_then(|owner| owner.child_by_field_name("name"));
    name.is_some_and(|name| CONSTRUCTORS.contains(&file.slice(name.byte_range())))
}

/// Returns whether a statement sets an attribute of the instance.
///
/// By the names that both languages' code uses for it, `self.x = 1` and `this.x = 1`.
pub(crate) fn sets_attribute(item: &Item<'_>) -> bool {
    item.kind == Kind::Value
        && ["self.", "this."]
            .iter()
            .any(|own| item.name.starts_with(own))
}
