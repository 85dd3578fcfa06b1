//! Classes: which of their parts run where the class stands, and which when an object is made or a
//! method is called.
//!
//! ```text
//! class A extends B {      `B` is read before `A` is bound
//!   static n = A.count     read where the class stands: `A` is bound from here on
//!   m = load()             read when an object is made, in a scope of its own
//! }
//! ```

use tree_sitter::Node;

use super::super::model::{BoundBy, ScopeKind};
use super::super::walk::Walker;
use crate::languages::{has_token, named_children};

impl Walker<'_> {
    /// Walks a class that binds its name in the scope around it.
    pub(super) fn class_declaration(&mut self, node: Node<'_>) {
        self.class_head(node);
        let body = node.child_by_field_name("body");
        if let Some(name) = node.child_by_field_name("name") {
            // What it extends is read before the class has its name, static parts after.
            self.bind(
                name,
                BoundBy::Class,
                body.map_or(node.end_byte(), |body| body.start_byte()),
            );
        }
        if let Some(body) = body {
            self.class_body(body);
        }
    }

    /// Walks a class that is a value: its name is seen in itself alone.
    pub(super) fn class_expression(&mut self, node: Node<'_>) {
        self.class_head(node);
        let name = node.child_by_field_name("name");
        let shown = name.map_or("", |name| self.text(name));
        self.in_scope(ScopeKind::Block, shown, node.byte_range(), |walker| {
            let Some(body) = node.child_by_field_name("body") else {
                return;
            };
            if let Some(name) = name {
                walker.bind(name, BoundBy::Class, body.start_byte());
            }
            walker.class_body(body);
        });
    }

    /// Walks the decorators, the type parameters, and what the class extends.
    fn class_head(&mut self, node: Node<'_>) {
        let (name, body) = (
            node.child_by_field_name("name"),
            node.child_by_field_name("body"),
        );
        for part in named_children(node)
            .into_iter()
            .filter(|part| Some(*part) != name && Some(*part) != body)
        {
            self.visit(part);
        }
    }

    /// Walks the members of a class, in order.
    fn class_body(&mut self, body: Node<'_>) {
        for member in named_children(body) {
            match member.kind() {
                "method_definition" | "method_signature" | "abstract_method_signature" => {
                    self.method(member)
                }
                "public_field_definition" | "field_definition" => self.field_definition(member),
                _ => self.visit(member),
            }
        }
    }

    /// Walks a method: decorators and computed names run where the class stands.
    ///
    /// So do the decorators of its parameters; their defaults run in each call.
    pub(super) fn method(&mut self, node: Node<'_>) {
        self.member_head(node);
        if let Some(parameters) = node.child_by_field_name("parameters") {
            for parameter in named_children(parameters) {
                for decorator in named_children(parameter)
                    .into_iter()
                    .filter(|child| child.kind() == "decorator")
                {
                    self.visit(decorator);
                }
            }
        }
        self.function(node);
    }

    /// Walks a field: a static one has its value at once, any other when an object is made.
    fn field_definition(&mut self, node: Node<'_>) {
        self.member_head(node);
        self.visit_field(node, "type");
        let Some(value) = node.child_by_field_name("value") else {
            return;
        };
        if has_token(node, "static") {
            self.visit(value);
        } else {
            self.in_scope(ScopeKind::Function, "", value.byte_range(), |walker| {
                walker.visit(value)
            });
        }
    }

    /// Walks the decorators and the computed name of a member.
    fn member_head(&mut self, node: Node<'_>) {
        for part in named_children(node) {
            if matches!(part.kind(), "decorator" | "computed_property_name") {
                self.visit_all(part);
            }
        }
    }
}
