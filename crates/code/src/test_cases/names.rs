//! The local names of a test: how often each one stands there, and which values the code may change.
//!
//! ```text
//! rows = [1]            bound once
//! rows.append(2)        changed: a method may change its receiver
//! fill(rows)            changed: it is handed to code that may change it
//! assert rows == [1]    looks only
//! ```

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::model::{Check, Silence};
use super::python_calls::Place;
use super::render::Env;
use crate::languages::{named_children, node_text};

/// Reads what an expression checks, with the values of local names.
type ReadChecks<'r> = dyn Fn(Place<'_>) -> Option<Vec<Check>> + 'r;

/// The names that stand in a test.
pub(super) struct Names<'t> {
    source: &'t str,
    /// The number of times that each name stands in the test.
    counts: HashMap<&'t str, usize>,
    /// The number of times that Python binds each name.
    bound: HashMap<&'t str, usize>,
    /// Names whose value is handed to code that may change it, or is changed by the test itself.
    changed: HashSet<&'t str>,
}

impl<'t> Names<'t> {
    /// Reads the names of a test; `is_check` tells of a call that it looks at its arguments only.
    pub(super) fn read(
        test: Node<'t>,
        source: &'t str,
        is_check: &dyn Fn(Node<'t>) -> bool,
    ) -> Self {
        let mut names = Names {
            source,
            counts: HashMap::new(),
            bound: HashMap::new(),
            changed: HashSet::new(),
        };
        names.walk(test, false, is_check);
        names
    }

    /// Returns how often a name stands in the test.
    pub(super) fn count(&self, name: &str) -> usize {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// Returns how often a test in Python binds a name.
    pub(super) fn times_bound(&self, name: &str) -> usize {
        self.bound.get(name).copied().unwrap_or_default()
    }

    /// Walks a node; `is_handed` tells that code which may change it gets its value.
    fn walk(&mut self, node: Node<'t>, is_handed: bool, is_check: &dyn Fn(Node<'t>) -> bool) {
        match node.kind() {
            "identifier" => {
                let name = node_text(node, self.source);
                *self.counts.entry(name).or_default() += 1;
                if is_binding(node) {
                    *self.bound.entry(name).or_default() += 1;
                }
                if is_handed {
                    self.changed.insert(name);
                }
                return;
            }
            "shorthand_property_identifier" if is_handed => {
                self.changed.insert(node_text(node, self.source));
            }
            "call" | "call_expression" => return self.call(node, is_check(node), is_check),
            _ => {}
        }
        // A function changes what its own calls change, wherever it is handed to.
        let is_function = node.child_by_field_name("body").is_some();
        let target = target_of(node);
        for child in node.children(&mut node.walk()) {
            let is_key = node.kind() == "keyword_argument"
                && node.child_by_field_name("name") == Some(child);
            let is_target = target == Some(child);
            let is_handed = is_handed && !is_function && !is_key || is_target;
            self.walk(child, is_handed, is_check);
        }
    }

    /// Walks a call; `looks` tells that it is a link of a check: `expect(one)` of
    /// `expect(one).toBe(1)`.
    fn call(&mut self, call: Node<'t>, looks: bool, is_check: &dyn Fn(Node<'t>) -> bool) {
        let mut callee = call.child_by_field_name("function");
        for child in call.children(&mut call.walk()) {
            if Some(child) != callee {
                self.walk(child, !looks, is_check);
            }
        }
        while let Some(node) = callee {
            callee = None;
            if looks && node.kind() == "call_expression" {
                self.call(node, looks, is_check);
            } else if let Some(object) = node.child_by_field_name("object") {
                // The receiver of a method: `one.append(1)`.
                match looks {
                    true => callee = Some(object),
                    false => self.walk(object, true, is_check),
                }
            } else {
                self.walk(node, false, is_check);
            }
        }
    }

    /// Reads checks, and marks those that hold whatever the code does. A list or a table that the
    /// code may have changed is no constant.
    pub(super) fn read_checks(
        &self,
        place: Place<'_>,
        read: &ReadChecks<'_>,
    ) -> Option<Vec<Check>> {
        let mut checks = read(place)?;
        if checks.iter().any(Check::is_trivial) {
            let mut env: Env = place.env.clone();
            env.retain(|name, value| !self.changed.contains(name.as_str()) || !can_change(value));
            let env = &env;
            let stays = read(Place { env, ..place }).unwrap_or_default();
            for (check, stays) in checks.iter_mut().zip(stays) {
                let is_trivial = check.is_trivial() && stays.is_trivial();
                check.silence = is_trivial.then_some(Silence::Trivial);
            }
        }
        Some(checks)
    }
}

/// Returns whether a call with these checks looks at its arguments and changes none of them. What a
/// function of the test file does with them is its own affair.
pub(super) fn only_looks(checks: Vec<Check>) -> bool {
    checks.iter().all(|check| check.relation != "calls")
}

/// Returns whether a name of Python is bound where it stands.
fn is_binding(name: Node<'_>) -> bool {
    name.parent().is_some_and(|parent| match parent.kind() {
        "assignment" | "augmented_assignment" | "for_statement" | "for_in_clause" => {
            parent.child_by_field_name("left") == Some(name)
        }
        "pattern_list" | "tuple_pattern" | "as_pattern_target" => true,
        _ => false,
    })
}

/// Returns the part of a statement that it changes: `one["x"]` of `one["x"] = 2`. A name that is
/// only bound anew is none.
fn target_of(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "assignment" | "assignment_expression" => node.child_by_field_name("left").filter(|left| {
            left.child_by_field_name("object").is_some() || left.kind() == "subscript"
        }),
        "augmented_assignment" | "augmented_assignment_expression" => {
            node.child_by_field_name("left")
        }
        "update_expression" => node.child_by_field_name("argument"),
        "delete_statement" => named_children(node).first().copied(),
        "unary_expression" if node.child(0).is_some_and(|sign| sign.kind() == "delete") => {
            node.child_by_field_name("argument")
        }
        _ => None,
    }
}

/// Returns whether a rendered value is or holds a list or a table, which code can change in place.
fn can_change(value: &str) -> bool {
    value
        .split('"')
        .step_by(2)
        .any(|unquoted| unquoted.contains(['[', '{']))
}
