//! Compares two pieces of code, their layout aside.
//!
//! ```text
//! f(a, b,)            f(a,  b)              the same: commas at the end and blanks
//! f("a")              f('a')                not the same: strings are compared as written
//! await save(x)       save(x)               the same call as an item, as the file awaits it
//! ```

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::node_text;

/// Returns whether two trees are the same: every token, in the same structure; blanks, semicolons and last commas
/// aside.
pub(crate) fn same_tree(one: (&Source<'_>, Node<'_>), other: (&Source<'_>, Node<'_>)) -> bool {
    let (a, b) = (one.1, other.1);
    if a.kind() != b.kind() {
        return false;
    }
    // Strings keep their blanks, so they are compared as text and not by their parts.
    if a.child_count() == 0 || one.0.language.is_text(a) || a.kind() == "string" {
        return same_text(node_text(a, one.0.text), node_text(b, other.0.text), a);
    }
    let (first, second) = (comparable_children(a), comparable_children(b));
    first.len() == second.len()
        && first
            .into_iter()
            .zip(second)
            .all(|(a, b)| same_tree((one.0, a), (other.0, b)))
}

/// Returns the children that say something: no commas and semicolons.
fn comparable_children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .filter(|child| child.is_named() || !matches!(child.kind(), "," | ";"))
        .filter(|child| child.kind() != "empty_statement")
        .collect()
}

/// Returns whether two leaves are the same. Comments and docstrings of several lines may be
/// indented otherwise.
fn same_text(one: &str, other: &str, node: Node<'_>) -> bool {
    if one == other {
        return true;
    }
    let docstring = node
        .parent()
        .is_some_and(|parent| parent.kind() == "expression_statement");
    let prose = node.kind() == "comment" || docstring && one.contains('\n');
    prose && one.lines().map(str::trim).eq(other.lines().map(str::trim))
}

/// Returns whether two items are the same definition, the comments around them aside; decorators count where the second
/// shows some.
pub(crate) fn same_item(old: (&Source<'_>, &Item<'_>), new: (&Source<'_>, &Item<'_>)) -> bool {
    if new.1.has_comments()
        && old
            .0
            .slice(old.1.start..old.1.head)
            .split_whitespace()
            .ne(new.0.slice(new.1.start..new.1.head).split_whitespace())
    {
        return false;
    }
    same_code(old, new)
}

/// Returns whether two items are the same code, as [`same_item`] does, but blind to comments above.
///
/// A definition that the file exports may be shown without `export`.
pub(crate) fn same_code(old: (&Source<'_>, &Item<'_>), new: (&Source<'_>, &Item<'_>)) -> bool {
    if new.1.has_decorators() {
        let decorators = |source: &Source<'_>, item: &Item<'_>| -> Vec<String> {
            source
                .slice(item.head..item.bare)
                .split_whitespace()
                .map(str::to_owned)
                .collect()
        };
        if decorators(old.0, old.1).concat() != decorators(new.0, new.1).concat() {
            return false;
        }
    }
    // A text below a field that the block shows must stand there as well.
    let documents = |source: &Source<'_>, item: &Item<'_>| -> Vec<String> {
        let behind = source.slice(item.node.end_byte()..item.code_end);
        let words = behind.trim_matches(';').split_whitespace();
        words.map(str::to_owned).collect()
    };
    let shown = documents(new.0, new.1);
    if !shown.is_empty() && shown != documents(old.0, old.1) {
        return false;
    }
    let (old_node, new_node) = match (is_exported(old.1), is_exported(new.1)) {
        (true, false) => (old.1.core, new.1.core),
        _ => (old.1.node, new.1.node),
    };
    same_tree(
        (old.0, without_decorators(old_node, new.1)),
        (new.0, new_node),
    ) || awaits_same_call(old, new)
}

/// Returns whether the file awaits the very call that is shown without `await`: it is meant, whatever is said above it,
/// and not a second one.
pub(crate) fn awaits_same_call(
    old: (&Source<'_>, &Item<'_>),
    new: (&Source<'_>, &Item<'_>),
) -> bool {
    let calls = awaited_call(old.1.node).zip(call_of_statement(new.1.node));
    calls.is_some_and(|(call, shown)| same_tree((old.0, call), (new.0, shown)))
}

/// Returns the call that a statement awaits.
fn awaited_call(statement: Node<'_>) -> Option<Node<'_>> {
    let inner = statement
        .named_child(0)
        .filter(|_| statement.kind() == "expression_statement")?;
    inner
        .named_child(0)
        .filter(|_| matches!(inner.kind(), "await_expression" | "await"))
}

/// Returns the call that a statement is.
fn call_of_statement(statement: Node<'_>) -> Option<Node<'_>> {
    let inner = statement
        .named_child(0)
        .filter(|_| statement.kind() == "expression_statement")?;
    matches!(inner.kind(), "call_expression" | "call").then_some(inner)
}

/// Returns whether an item is exported by its own statement.
fn is_exported(item: &Item<'_>) -> bool {
    item.node.kind() == "export_statement"
}

/// Returns the definition alone where the other shows no decorators.
fn without_decorators<'t>(node: Node<'t>, shown: &Item<'_>) -> Node<'t> {
    if node.kind() == "decorated_definition" && !shown.has_decorators() {
        return node.child_by_field_name("definition").unwrap_or(node);
    }
    node
}
