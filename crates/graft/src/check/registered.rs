//! Registrations of one thing in one body: a block that shows one otherwise means the one that stands, not a second.
//!
//! ```text
//! app.include_router(users.router)
//! app.include_router(users.router, tags=["users"])     ← the same router again
//! ```

use std::collections::BTreeMap;

use tree_sitter::Node;

use crate::items::Source;
use crate::languages::{flatten, named_children, node_text};

/// Calls that register what they are passed first.
const VERBS: [&str; 7] = [
    "register",
    "include_router",
    "register_blueprint",
    "add_middleware",
    "mount",
    "use",
    "add_typer",
];

/// A registration: the body in which it stands, what is called, and what that is passed first.
type Key = (usize, String, String);

/// Returns a name that a body of the new text registers more than once where no body of the old one did.
pub(super) fn registered_twice(old: &Source<'_>, new: &Source<'_>) -> Option<String> {
    let found = |source: &Source<'_>| {
        let mut found = BTreeMap::new();
        collect_registrations(source, source.root(), 0, &mut found);
        found
    };
    let repeats = |found: BTreeMap<Key, Vec<String>>| -> BTreeMap<(String, String), usize> {
        let repeated = found
            .into_iter()
            .filter(|(_, paths)| paths.len() > 1 && !are_apart(paths));
        repeated
            .map(|((_, callee, name), paths)| ((callee, name), paths.len()))
            .collect()
    };
    let before = repeats(found(old));
    let after = repeats(found(new)).into_iter();
    after
        .filter(|(key, count)| before.get(key).is_none_or(|had| had < count))
        .map(|((_, name), _)| name)
        .next()
}

/// Returns whether each registration has a path of its own.
///
/// `app.use('/a', guard)` and `app.use('/b', guard)` do not repeat one another; a registration
/// without a path covers all.
fn are_apart(paths: &[String]) -> bool {
    let mut sorted: Vec<&String> = paths.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted.len() == paths.len() && paths.iter().all(|path| !path.is_empty())
}

/// Collects the registrations below a node, each with its path; `body` is where the innermost body
/// around it begins.
fn collect_registrations(
    source: &Source<'_>,
    node: Node<'_>,
    body: usize,
    found: &mut BTreeMap<Key, Vec<String>>,
) {
    let body = if source.language.body(node) == Some(node) {
        node.start_byte()
    } else {
        body
    };
    if node.kind().starts_with("call")
        && let Some((callee, name, path)) = parse_registration(source, node)
    {
        found.entry((body, callee, name)).or_default().push(path);
    }
    for child in named_children(node) {
        collect_registrations(source, child, body, found);
    }
}

/// Returns what a call registers: a name, or a function with one; its path stands in the text that it is passed.
///
/// `None` for verbs that are not in the table, and for calls, literals and nameless functions
/// without a path as the first argument: nothing tells whether two of them are one.
fn parse_registration(source: &Source<'_>, call: Node<'_>) -> Option<(String, String, String)> {
    let callee = flatten(node_text(
        call.child_by_field_name("function")?,
        source.text,
    ));
    let (_, verb) = callee.rsplit_once('.')?;
    let passed = named_children(call.child_by_field_name("arguments")?);
    let first = passed.first().filter(|_| VERBS.contains(&verb))?;
    let path = passed
        .iter()
        .skip(1)
        .find_map(|one| first_text(source, *one))
        .unwrap_or_default();
    let named = || {
        first
            .child_by_field_name("name")
            .filter(|_| first.kind() == "function_expression")
    };
    let name = match first.kind() {
        "identifier" | "member_expression" | "attribute" => flatten(node_text(*first, source.text)),
        "function_expression" | "arrow_function" => match named() {
            Some(name) => node_text(name, source.text).to_owned(),
            // Without a name it goes by its path.
            None if !path.is_empty() => path.clone(),
            None => return None,
        },
        _ => return None,
    };
    Some((callee.clone(), name, path))
}

/// Returns the first text at any depth of a node, with its quotes.
fn first_text(source: &Source<'_>, node: Node<'_>) -> Option<String> {
    if node.kind() == "string" {
        return Some(node_text(node, source.text).to_owned());
    }
    named_children(node)
        .into_iter()
        .find_map(|child| first_text(source, child))
}
