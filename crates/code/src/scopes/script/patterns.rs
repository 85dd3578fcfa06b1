//! Patterns, functions and their parameters.
//!
//! ```text
//! const { a, b = a, c: d } = load()     binds `a`, `b`, `d`; `a` is read as a default, guarded: the pattern binds it
//! function f(x = y) { … }               binds `x` in its own scope, and reads `y` there
//! ```

use std::collections::HashSet;

use tree_sitter::Node;

use super::super::model::{BoundBy, ScopeId, ScopeKind};
use super::super::walk::Walker;
use crate::languages::named_children;

impl Walker<'_> {
    /// Binds the names of a pattern, and reads its defaults. A `var` is bound in the function
    /// around.
    pub(super) fn bind_pattern(&mut self, node: Node<'_>, by: &BoundBy, from: usize, is_var: bool) {
        let (first, is_guarded) = (self.scopes.reads.len(), self.place.is_guarded);
        self.bind_part(node, by, from, is_var);
        if is_guarded || self.scopes.reads.len() == first {
            return;
        }
        // A default may read what the same pattern binds before it; nothing else of it is in doubt.
        let mut names = HashSet::new();
        self.names_in_pattern(node, &mut names);
        for read in self.scopes.reads.iter_mut().skip(first) {
            read.is_guarded &= names.contains(&read.name);
        }
    }

    /// Collects the names that a pattern binds.
    ///
    /// `{ a, b: [c = d], ...e }` -> `a`, `c`, `e`: neither keys nor defaults.
    fn names_in_pattern(&self, node: Node<'_>, names: &mut HashSet<String>) {
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => {
                names.insert(self.text(node).to_owned());
            }
            "assignment_pattern" | "object_assignment_pattern" => {
                node.child_by_field_name("left")
                    .iter()
                    .for_each(|left| self.names_in_pattern(*left, names));
            }
            "pair_pattern" => node
                .child_by_field_name("value")
                .iter()
                .for_each(|value| self.names_in_pattern(*value, names)),
            _ => named_children(node)
                .into_iter()
                .for_each(|child| self.names_in_pattern(child, names)),
        }
    }

    /// Binds a part of a pattern, one level deeper.
    fn bind_part(&mut self, node: Node<'_>, by: &BoundBy, from: usize, is_var: bool) {
        self.deeper(|walker| walker.bind_any_pattern(node, by, from, is_var));
    }

    /// Binds a part of a pattern by its kind; a computed key and a default are read.
    fn bind_any_pattern(&mut self, node: Node<'_>, by: &BoundBy, from: usize, is_var: bool) {
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" | "type_identifier" => {
                if is_var {
                    let scope = self.scopes.runs_with(self.place.scope);
                    self.bind_hoisted(scope, node, by.clone(), from);
                } else {
                    self.bind(node, by.clone(), from);
                }
            }
            "pair_pattern" => {
                if let Some(key) = node
                    .child_by_field_name("key")
                    .filter(|key| key.kind() == "computed_property_name")
                {
                    self.visit_all(key);
                }
                if let Some(value) = node.child_by_field_name("value") {
                    self.bind_part(value, by, from, is_var);
                }
            }
            "assignment_pattern" | "object_assignment_pattern" => {
                // Until the names of the pattern are known.
                self.at(
                    |place| place.is_guarded = true,
                    |walker| walker.visit_field(node, "right"),
                );
                if let Some(left) = node.child_by_field_name("left") {
                    self.bind_part(left, by, from, is_var);
                }
            }
            "object_pattern" | "array_pattern" | "rest_pattern" => {
                for child in named_children(node) {
                    self.bind_part(child, by, from, is_var);
                }
            }
            _ => self.visit(node),
        }
    }

    /// Binds a name that is there before its value.
    pub(super) fn bind_hoisted(
        &mut self,
        scope: ScopeId,
        node: Node<'_>,
        by: BoundBy,
        from: usize,
    ) {
        self.bind_in(scope, node, by, from);
        if let Some(binding) = self
            .scopes
            .all
            .get_mut(scope.0)
            .and_then(|scope| scope.bindings.last_mut())
        {
            binding.is_hoisted = true;
        }
    }

    /// Walks a function that binds its name in the block around it.
    pub(super) fn function_declaration(&mut self, node: Node<'_>) {
        if let Some(name) = node.child_by_field_name("name") {
            // Functions are there from the start of their block.
            let from = self
                .scopes
                .scope(self.place.scope)
                .map_or(0, |scope| scope.span.start);
            self.bind(name, BoundBy::Function, from);
        }
        self.function(node);
    }

    /// Walks a function of any form. The name of a function expression is its own.
    pub(super) fn function(&mut self, node: Node<'_>) {
        let name = node.child_by_field_name("name");
        let shown = name.map_or("", |name| self.text(name));
        self.in_scope(ScopeKind::Function, shown, node.byte_range(), |walker| {
            if let Some(name) =
                name.filter(|_| matches!(node.kind(), "function_expression" | "generator_function"))
            {
                walker.bind(name, BoundBy::Function, node.start_byte());
            }
            for part in named_children(node)
                .into_iter()
                .filter(|part| Some(*part) != name)
            {
                match part.kind() {
                    "formal_parameters" => walker.parameters_of(part),
                    "identifier" if Some(part) == node.child_by_field_name("parameter") => {
                        walker.bind(part, BoundBy::Parameter, node.start_byte());
                    }
                    // Parameters and body share one scope.
                    "statement_block" => walker.visit_all(part),
                    "decorator"
                    | "property_identifier"
                    | "private_property_identifier"
                    | "computed_property_name" => {}
                    _ => walker.visit(part),
                }
            }
        });
    }

    /// Binds parameters; defaults and types are read before.
    fn parameters_of(&mut self, node: Node<'_>) {
        for parameter in named_children(node) {
            self.visit_field(parameter, "value");
            self.visit_field(parameter, "type");
            let pattern = parameter
                .child_by_field_name("pattern")
                .unwrap_or(parameter);
            // `this` in front of the parameters only has a type: it binds nothing.
            if matches!(
                pattern.kind(),
                "required_parameter" | "optional_parameter" | "this"
            ) {
                continue;
            }
            self.bind_pattern(pattern, &BoundBy::Parameter, node.start_byte(), false);
        }
    }
}
