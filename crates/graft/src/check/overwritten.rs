//! Attributes that one body sets twice in a row: the value that was set first is lost, so the block was meant to take the
//! place of what stands, and not to stand beside it.
//!
//! ```text
//! def __init__(self):
//!     self._clients = [Mail()]     # the block
//!     self._clients = []           # what it was to replace
//! ```

use tree_sitter::Node;

use super::flow::functions;
use crate::items::Source;
use crate::languages::{children, field, text};

/// Returns the first attribute whose value is lost in the new text and was not in the old one, and where it is set again.
pub(super) fn overwritten(old: &Source<'_>, new: &Source<'_>) -> Option<(String, usize)> {
    let before = functions(old);
    functions(new).into_iter().find_map(|(name, function)| {
        let was = before.iter().find(|(known, _)| *known == name)?.1;
        if text(was, old.text) == text(function, new.text) {
            return None;
        }
        let known = lost(old, was).map(|(attribute, _)| attribute);
        lost(new, function).filter(|(attribute, _)| known.as_ref() != Some(attribute))
    })
}

/// Returns the first attribute of the object itself that a body sets again with nothing in between that may read it.
fn lost(source: &Source<'_>, function: Node<'_>) -> Option<(String, usize)> {
    let statements = children(function.child_by_field_name("body")?);
    let set = |at: usize| {
        let statement = statements.get(at)?;
        Some((attribute(source, *statement)?, *statement))
    };
    (0..statements.len()).find_map(|first| {
        let (name, _) = set(first)?;
        let (again, statement) = (first + 1..statements.len())
            .map_while(|at| set(at).map(|found| (at, found)))
            .map(|(_, found)| found)
            .find(|(other, _)| *other == name)?;
        // A value that is made from the earlier one reads it: `self.rows = self.rows[:5]`.
        let reads = field(value_of(statement), "right", source.text).contains(&again);
        let is_read_between = (first + 1..statements.len())
            .map_while(|at| statements.get(at))
            .take_while(|other| other.id() != statement.id())
            .any(|other| may_read(text(*other, source.text), &name));
        (!reads && !is_read_between).then(|| (again, statement.start_byte()))
    })
}

/// Whether a statement may read an attribute: it names it beside its own target, or calls something that gets the object.
fn may_read(statement: &str, name: &str) -> bool {
    let value = statement.split_once('=').map_or(statement, |(_, value)| value);
    let object = name.split('.').next().unwrap_or(name);
    value.contains(object)
}

/// Returns the attribute that a statement sets, as `self.x = …` or `this.x = …`.
fn attribute(source: &Source<'_>, statement: Node<'_>) -> Option<String> {
    let assignment = value_of(statement);
    let plain = matches!(assignment.kind(), "assignment" | "assignment_expression");
    let target = field(assignment, "left", source.text);
    let (object, name) = target.split_once('.')?;
    let is_name = name.chars().all(|one| one.is_alphanumeric() || one == '_');
    (plain && matches!(object, "self" | "this" | "cls") && is_name).then(|| target.to_owned())
}

fn value_of(statement: Node<'_>) -> Node<'_> {
    match statement.kind() {
        "expression_statement" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    }
}
