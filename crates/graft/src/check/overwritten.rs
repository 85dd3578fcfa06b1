//! Attributes that one body sets twice in a row: the value that was set first is lost, so the block was meant to take the
//! place of what stands, and not to stand beside it.
//!
//! ```text
//! def __init__(self):
//!     self._clients = [Mail()]     # the block
//!     self._clients = []           # what it was to replace
//! ```

use tree_sitter::Node;

use super::flow::list_functions;
use crate::items::Source;
use crate::languages::{field_text, named_children, node_text};

/// Returns the first attribute whose value is lost in the new text and was not in the old one, and where it is set again.
pub(super) fn find_overwritten_attribute(
    old: &Source<'_>,
    new: &Source<'_>,
) -> Option<(String, usize)> {
    let before = list_functions(old);
    list_functions(new)
        .into_iter()
        .find_map(|(name, function)| {
            let was = before.iter().find(|(known, _)| *known == name)?.1;
            if node_text(was, old.text) == node_text(function, new.text) {
                return None;
            }
            let known = find_lost_assignment(old, was).map(|(attribute, _)| attribute);
            find_lost_assignment(new, function)
                .filter(|(attribute, _)| known.as_ref() != Some(attribute))
        })
}

/// Returns the first attribute of the object itself that a body sets again with nothing in between that may read it.
///
/// Searched is from each assignment on, as long as only attributes are set.
fn find_lost_assignment(source: &Source<'_>, function: Node<'_>) -> Option<(String, usize)> {
    let statements = named_children(function.child_by_field_name("body")?);
    (0..statements.len()).find_map(|first| {
        let set = assigned_attribute(source, *statements.get(first)?)?;
        // Anything but another attribute may read the object in a way that its text doesn't show: that ends the search.
        let behind = statements
            .iter()
            .skip(first + 1)
            .map_while(|next| Some((*next, assigned_attribute(source, *next)?)));
        let unread = behind.take_while(|(next, _)| !may_read(source, *next, &set));
        let again = unread.into_iter().find(|(_, name)| *name == set);
        again.map(|(next, name)| (name, next.start_byte()))
    })
}

/// Returns the first attribute that a constructor of the new text builds twice and that of the old one did not, and where it
/// does so again: the same class called for it, and not with what it was before.
///
/// Elsewhere than in a constructor the second call may fetch anew what has changed.
pub(super) fn find_rebuilt_attribute(
    old: &Source<'_>,
    new: &Source<'_>,
) -> Option<(String, usize)> {
    let before = list_functions(old);
    let is_constructor = |name: &str| {
        let name = name.rsplit('.').next().unwrap_or(name);
        matches!(name, "__init__" | "constructor")
    };
    list_functions(new)
        .into_iter()
        .filter(|(name, _)| is_constructor(name))
        .find_map(|(name, function)| {
            let was = before.iter().find(|(known, _)| *known == name)?.1;
            let known = find_second_building(old, was).map(|(attribute, _)| attribute);
            find_second_building(new, function)
                .filter(|(attribute, _)| known.as_ref() != Some(attribute))
        })
}

/// Returns the first attribute that a body's own statements build a second time by the same call.
fn find_second_building(source: &Source<'_>, function: Node<'_>) -> Option<(String, usize)> {
    let mut built: Vec<(String, String)> = Vec::new();
    for statement in named_children(function.child_by_field_name("body")?) {
        let Some(attribute) = assigned_attribute(source, statement) else {
            continue;
        };
        let value = value_of(statement).child_by_field_name("right");
        let Some(callee) = value.and_then(|value| {
            value
                .child_by_field_name("function")
                .or_else(|| value.child_by_field_name("constructor"))
        }) else {
            continue;
        };
        let callee = node_text(callee, source.text).to_owned();
        let again = built.contains(&(attribute.clone(), callee.clone()));
        let is_read = value.is_some_and(|value| node_text(value, source.text).contains(&attribute));
        if again && !is_read {
            return Some((attribute, statement.start_byte()));
        }
        built.push((attribute, callee));
    }
    None
}

/// Returns whether the value of an assignment may read an attribute: it has the object in it, and so perhaps passes it
/// on.
///
/// The name of the object alone counts, so `selfish` reads `self`, too: a loss is refused only
/// where it is certain.
fn may_read(source: &Source<'_>, statement: Node<'_>, name: &str) -> bool {
    let object = name.split('.').next().unwrap_or(name);
    field_text(value_of(statement), "right", source.text).contains(object)
}

/// Returns the attribute that a statement sets, as `self.x = …` or `this.x = …`.
fn assigned_attribute(source: &Source<'_>, statement: Node<'_>) -> Option<String> {
    let assignment = value_of(statement);
    let plain = matches!(assignment.kind(), "assignment" | "assignment_expression");
    let target = field_text(assignment, "left", source.text);
    let (object, name) = target.split_once('.')?;
    let is_name = name.chars().all(|one| one.is_alphanumeric() || one == '_');
    (plain && matches!(object, "self" | "this" | "cls") && is_name).then(|| target.to_owned())
}

/// Returns the assignment that a statement is, else the statement itself.
fn value_of(statement: Node<'_>) -> Node<'_> {
    match statement.kind() {
        "expression_statement" => statement.named_child(0).unwrap_or(statement),
        _ => statement,
    }
}
