//! Expressions of JavaScript and TypeScript as plain values.
//!
//! ```text
//! db.find({ id })        Call { callee: Member(Name(db), find), arguments: [Map([(id, Name(id))])] }
//! `/users/${id}`         Template([Text(/users/), Name(id)])
//! a ?? b                 Either([Name(a), Name(b)])
//! await import('x')      Call { callee: Name(require), arguments: [Text(x)] }
//! ```

use super::super::{Call, Choose, Comparison, Expression, line_of, unescape_text};
use super::{DEEPEST, Reader};
use crate::languages::{has_token, named_children, node_text};
use tree_sitter::Node;

impl Reader<'_> {
    /// Reads an expression; one that lies too deep is unknown.
    pub(super) fn build_expression(&mut self, node: Node<'_>) -> Expression {
        if self.depth > DEEPEST {
            return Expression::Other(Vec::new());
        }
        self.depth += 1;
        let expression = self.read_expression(node);
        self.depth -= 1;
        expression
    }

    /// Reads an expression by its kind; what is none of these keeps its parts.
    ///
    /// `await`, brackets and what is said of a type are seen through: `(x as T)!` reads as `x`. Of
    /// `a, b` the last counts.
    pub(super) fn read_expression(&mut self, node: Node<'_>) -> Expression {
        match node.kind() {
            "identifier"
            | "shorthand_property_identifier"
            | "this"
            | "super"
            | "type_identifier" => Expression::Name(self.name(node)),
            "string" => Expression::Text(self.string_text(node)),
            "template_string" => self.template(node),
            "number" => Expression::Number(self.name(node)),
            "regex" => Expression::Regex(self.name(node)),
            "true" => Expression::Bool(true),
            "false" => Expression::Bool(false),
            "null" | "undefined" => Expression::Null,
            "member_expression" => self.member(node),
            "subscript_expression" => Expression::Index(
                Box::new(self.field(node, "object")),
                Box::new(self.field(node, "index")),
            ),
            "call_expression" | "new_expression" => self.read_call(node),
            // `import('x')` gives a module, as `require('x')` does.
            "import" => Expression::Name("require".into()),
            "meta_property" => Expression::Name("import.meta".into()),
            "arrow_function" | "function_expression" | "generator_function" => {
                Expression::Function(Box::new(self.function(node)))
            }
            "class" => Expression::Class(Box::new(self.class(node, Vec::new()))),
            "array" => Expression::List(self.all(node)),
            "object" => self.object(node),
            "assignment_expression" => {
                let target = self.field_pattern(node, "left");
                Expression::Assign(Box::new(target), Box::new(self.field(node, "right")))
            }
            "binary_expression" => self.binary(node),
            "ternary_expression" => Expression::Choose(Box::new(Choose {
                condition: self.field(node, "condition"),
                then: self.field(node, "consequence"),
                otherwise: self.field(node, "alternative"),
            })),
            "unary_expression" if has_token(node, "!") => {
                Expression::Not(Box::new(self.field(node, "argument")))
            }
            "await_expression"
            | "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression" => named_children(node)
                .first()
                .map_or(Expression::Null, |inner| self.build_expression(*inner)),
            "type_assertion" | "sequence_expression" => named_children(node)
                .last()
                .map_or(Expression::Null, |inner| self.build_expression(*inner)),
            "spread_element" => Expression::Spread(Box::new(
                node.named_child(0)
                    .map_or(Expression::Null, |v| self.build_expression(v)),
            )),
            _ => Expression::Other(self.all(node)),
        }
    }

    /// Reads `object.name`.
    fn member(&mut self, node: Node<'_>) -> Expression {
        let name = node
            .child_by_field_name("property")
            .map(|name| self.name(name))
            .unwrap_or_default();
        Expression::Member(Box::new(self.field(node, "object")), name)
    }

    /// Reads `callee(…)` and `new Callee(…)`.
    pub(super) fn read_call(&mut self, node: Node<'_>) -> Expression {
        let function = node
            .child_by_field_name("function")
            .or_else(|| node.child_by_field_name("constructor"));
        // A chain starts lines above the name that is called.
        let named =
            function.map(|function| function.child_by_field_name("property").unwrap_or(function));
        let callee = function.map_or(Expression::Null, |function| self.build_expression(function));
        let arguments = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        Expression::Call(Box::new(Call {
            callee,
            arguments,
            line: line_of(named.unwrap_or(node)),
        }))
    }

    /// Reads `a + b`, `a || b`, `a && b` and comparisons for equality; others keep their sides.
    pub(super) fn binary(&mut self, node: Node<'_>) -> Expression {
        let left = self.field(node, "left");
        let right = self.field(node, "right");
        match node.child_by_field_name("operator").map(|sign| sign.kind()) {
            Some("+") => Expression::Add(Box::new(left), Box::new(right)),
            Some("||" | "??") => Expression::Either(vec![left, right]),
            Some("&&") => Expression::Both(Box::new((left, right))),
            Some("==" | "===") => Expression::Compare(Comparison::Same, Box::new((left, right))),
            Some("!=" | "!==") => {
                Expression::Compare(Comparison::Different, Box::new((left, right)))
            }
            _ => Expression::Other(vec![left, right]),
        }
    }

    /// Reads a template: its texts and what is put into it, in order.
    ///
    /// It stays a template where nothing is put into it.
    pub(super) fn template(&mut self, node: Node<'_>) -> Expression {
        let mut pieces = Vec::new();
        for part in named_children(node) {
            match part.kind() {
                "string_fragment" | "escape_sequence" => {
                    pieces.push(Expression::Text(
                        unescape_text(node_text(part, self.source)).into(),
                    ));
                }
                "template_substitution" => {
                    pieces.push(
                        part.named_child(0)
                            .map_or(Expression::Null, |inner| self.build_expression(inner)),
                    );
                }
                _ => {}
            }
        }
        Expression::Template(pieces)
    }
}
