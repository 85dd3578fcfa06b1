//! Functions, classes, objects and types of JavaScript and TypeScript.
//!
//! ```text
//! class A extends B { @Col() name?: string }     Class A, bases [B], with Assign name: Union([Name(string), Null])
//! (a, ...rest) => a                              Function { is_lexical: true, body: [Return(Name(a))] }
//! { a, 'b': 1, c() {} }                          Map([(a, Name(a)), (b, Number(1)), (c, Function)])
//! ```

use tree_sitter::Node;

use super::Reader;
use crate::languages::{has_token, named_children, node_text};
use crate::syntax::{
    Argument, Assignment, Class, Expression, Function, Parameter, Pattern, Statement, line_of,
};

impl Reader<'_> {
    /// Reads a function of any form; an arrow without braces returns its expression.
    pub(super) fn function(&mut self, node: Node<'_>) -> Function {
        let name = node
            .child_by_field_name("name")
            .map(|name| self.property_name(name));
        let parameters = match node.child_by_field_name("parameters") {
            Some(list) => named_children(list)
                .into_iter()
                .map(|child| self.parameter(child))
                .collect(),
            None => match node.child_by_field_name("parameter") {
                Some(one) => vec![self.parameter(one)],
                None => Vec::new(),
            },
        };
        let body = match node.child_by_field_name("body") {
            Some(body) if body.kind() == "statement_block" => self.block(body),
            Some(value) => vec![Statement::Return(Some(self.build_expression(value)))],
            None => Vec::new(),
        };
        Function {
            name,
            parameters,
            body,
            decorators: Vec::new(),
            is_static: has_token(node, "static"),
            is_lexical: node.kind() == "arrow_function",
            line: line_of(node),
        }
    }

    /// Returns the name of a property without its quotes and brackets.
    ///
    /// `'a-b'` -> `a-b`, `[key]` -> `key`: a computed name keeps the text of its expression.
    fn property_name(&self, node: Node<'_>) -> Box<str> {
        node_text(node, self.source)
            .trim_matches(['"', '\'', '`', '[', ']'])
            .into()
    }

    /// Reads a parameter, with a default in its pattern or beside it.
    fn parameter(&mut self, node: Node<'_>) -> Parameter {
        let pattern = node.child_by_field_name("pattern").unwrap_or(node);
        let default = match node.child_by_field_name("value") {
            Some(value) => Some(self.build_expression(value)),
            None if pattern.kind() == "assignment_pattern" => Some(self.field(pattern, "right")),
            None => None,
        };
        Parameter {
            is_rest: pattern.kind() == "rest_pattern",
            pattern: self.pattern(pattern),
            default,
            annotation: self.annotation(node),
        }
    }

    /// Reads the decorators that are children of a node.
    ///
    /// Those of a method in TypeScript are not: they stand before it, and `class_body` keeps them.
    pub(super) fn decorators(&mut self, node: Node<'_>) -> Vec<Expression> {
        named_children(node)
            .into_iter()
            .filter(|child| child.kind() == "decorator")
            .filter_map(|decorator| decorator.named_child(0))
            .map(|value| self.build_expression(value))
            .collect()
    }

    /// Reads a class; `outer` are decorators that stand before `export`.
    pub(super) fn class(&mut self, node: Node<'_>, outer: Vec<Expression>) -> Class {
        let name = node
            .child_by_field_name("name")
            .map(|name| self.name(name))
            .unwrap_or_default();
        let mut decorators = outer;
        decorators.extend(self.decorators(node));
        let mut bases = Vec::new();
        for heritage in named_children(node)
            .into_iter()
            .filter(|child| child.kind() == "class_heritage")
        {
            for part in named_children(heritage) {
                match part.kind() {
                    "extends_clause" => {
                        let value = self.field(part, "value");
                        bases.push(Argument { name: None, value });
                    }
                    "implements_clause" => {}
                    _ => bases.push(Argument {
                        name: None,
                        value: self.build_expression(part),
                    }),
                }
            }
        }
        let body = node
            .child_by_field_name("body")
            .map(|body| self.class_body(body))
            .unwrap_or_default();
        Class {
            name,
            bases,
            decorators,
            body,
            line: line_of(node),
        }
    }

    /// Reads the members of a class; a getter counts as a property, as in Python.
    ///
    /// `get total() {…}` -> a function decorated with `property`. Signatures without a body and
    /// index signatures are left out.
    fn class_body(&mut self, node: Node<'_>) -> Vec<Statement> {
        let mut body = Vec::new();
        // In TypeScript the decorators of a method stand before it, as its siblings.
        let mut pending = Vec::new();
        for member in named_children(node) {
            match member.kind() {
                "decorator" => {
                    if let Some(value) = member.named_child(0) {
                        pending.push(self.build_expression(value));
                    }
                    continue;
                }
                "method_definition" => {
                    let mut function = self.function(member);
                    function.decorators = std::mem::take(&mut pending);
                    function.decorators.extend(self.decorators(member));
                    if has_token(member, "get") {
                        function
                            .decorators
                            .push(Expression::Name("property".into()));
                    }
                    body.push(Statement::Function(Box::new(function)));
                }
                "public_field_definition" | "field_definition" => {
                    let mut decorators = std::mem::take(&mut pending);
                    decorators.extend(self.decorators(member));
                    body.push(self.class_field(member, decorators));
                }
                "class_static_block" => body.extend(self.body_of(member, "body")),
                _ => {}
            }
            // A decorator belongs to the member right below it.
            pending.clear();
        }
        body
    }

    /// Reads a field; one with `?` may be nothing.
    ///
    /// `name?: string` -> `name` annotated with string or null; a bare `name?` with null alone.
    fn class_field(&mut self, node: Node<'_>, decorators: Vec<Expression>) -> Statement {
        let name = node
            .child_by_field_name("name")
            .or_else(|| node.child_by_field_name("property"));
        let target = name.map_or(Pattern::Ignore, |name| {
            Pattern::Name(self.property_name(name))
        });
        let mut annotation = self.annotation(node);
        if has_token(node, "?") {
            annotation = Some(Expression::Union(
                annotation.into_iter().chain([Expression::Null]).collect(),
            ));
        }
        let value = node
            .child_by_field_name("value")
            .map(|value| self.build_expression(value));
        Statement::Assign(Box::new(Assignment {
            target,
            value,
            annotation,
            decorators,
            is_added: false,
        }))
    }

    /// Reads an object by its keys and values.
    ///
    /// Every entry is a pair: `{a}` -> (`a`, the name a), `{[k]: 1}` -> (the name k, 1). A spread
    /// stands as a key whose value is null.
    pub(super) fn object(&mut self, node: Node<'_>) -> Expression {
        let mut entries = Vec::new();
        for part in named_children(node) {
            match part.kind() {
                "pair" => {
                    let key = match part.child_by_field_name("key") {
                        Some(key) if key.kind() == "computed_property_name" => key
                            .named_child(0)
                            .map_or(Expression::Null, |inner| self.build_expression(inner)),
                        Some(key) => Expression::Text(self.property_name(key)),
                        None => Expression::Null,
                    };
                    entries.push((key, self.field(part, "value")));
                }
                "shorthand_property_identifier" => {
                    entries.push((
                        Expression::Text(self.name(part)),
                        Expression::Name(self.name(part)),
                    ));
                }
                "method_definition" => {
                    let function = self.function(part);
                    let key = Expression::Text(function.name.clone().unwrap_or_default());
                    entries.push((key, Expression::Function(Box::new(function))));
                }
                "spread_element" => entries.push((self.build_expression(part), Expression::Null)),
                _ => {}
            }
        }
        Expression::Map(entries)
    }

    /// Reads the type that a node is annotated with, `None` without one.
    pub(super) fn annotation(&mut self, node: Node<'_>) -> Option<Expression> {
        let annotation = node.child_by_field_name("type")?;
        // Some nodes hold the type itself, without a colon before it.
        let inner = if annotation.kind() == "type_annotation" {
            annotation.named_child(0)?
        } else {
            annotation
        };
        Some(self.type_expression(inner))
    }

    /// Reads a type as the expression of its names; what has no name is unknown.
    ///
    /// `string` -> the name; `A.B` -> B; `A | null` -> a union with null; `T[]` and `Array<T>` ->
    /// `Array` indexed by a list of T. Types of functions and objects are among the unknown.
    fn type_expression(&mut self, node: Node<'_>) -> Expression {
        match node.kind() {
            "predefined_type" | "type_identifier" => Expression::Name(self.name(node)),
            "nested_type_identifier" => {
                let name = node
                    .child_by_field_name("name")
                    .map(|name| self.name(name))
                    .unwrap_or_default();
                Expression::Name(name)
            }
            "union_type" => Expression::Union(self.types(node)),
            "array_type" => Expression::Index(
                Box::new(Expression::Name("Array".into())),
                Box::new(Expression::List(self.types(node))),
            ),
            "generic_type" => {
                let name = node
                    .child_by_field_name("name")
                    .map(|name| self.type_expression(name));
                let inner = node
                    .child_by_field_name("type_arguments")
                    .map(|list| self.types(list));
                Expression::Index(
                    Box::new(name.unwrap_or(Expression::Null)),
                    Box::new(Expression::List(inner.unwrap_or_default())),
                )
            }
            "literal_type" => match node.named_child(0).map(|inner| (inner.kind(), inner)) {
                Some(("null" | "undefined", _)) | None => Expression::Null,
                Some((_, inner)) => self.build_expression(inner),
            },
            "parenthesized_type" | "readonly_type" => node
                .named_child(0)
                .map_or(Expression::Null, |inner| self.type_expression(inner)),
            _ => Expression::Other(Vec::new()),
        }
    }

    /// Reads the types in a node.
    fn types(&mut self, node: Node<'_>) -> Vec<Expression> {
        // A union of three nests to the left.
        let mut flat = Vec::new();
        for child in named_children(node) {
            match self.type_expression(child) {
                Expression::Union(inner) if node.kind() == "union_type" => flat.extend(inner),
                other => flat.push(other),
            }
        }
        flat
    }
}
