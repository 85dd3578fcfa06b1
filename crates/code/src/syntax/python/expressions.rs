//! Expressions of Python as plain values.
//!
//! ```text
//! db.get(user_id, lazy=True)     Call { callee: Member(Name(db), get), arguments: [Name(user_id), lazy: Bool(true)] }
//! f"/users/{id}"                 Template([Text(/users/), Name(id)])
//! a or b                         Either([Name(a), Name(b)])
//! list[int] (an annotation)      Index(Name(list), Name(int))
//! ```

use super::super::{
    Call, Choose, Comparison, Comprehension, Expression, Function, Statement, line_of,
    unescape_text,
};
use super::{DEEPEST, Reader, one_or_list, read_fields};
use crate::languages::{named_children, node_text};
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
    /// Brackets and `await` are seen through: `(await f())` reads as `f()`. Lists, tuples and sets
    /// are one kind. What `**rest` puts into a dictionary has null as its value.
    pub(super) fn read_expression(&mut self, node: Node<'_>) -> Expression {
        match node.kind() {
            "identifier" => Expression::Name(self.name(node)),
            "string" => self.string(node),
            "concatenated_string" => Expression::Template(self.all(node)),
            "integer" | "float" => Expression::Number(self.name(node)),
            "true" => Expression::Bool(true),
            "false" => Expression::Bool(false),
            "none" => Expression::Null,
            "attribute" => {
                let name = node
                    .child_by_field_name("attribute")
                    .map(|name| self.name(name))
                    .unwrap_or_default();
                Expression::Member(self.boxed(node, "object"), name)
            }
            "subscript" => self.subscript(node),
            // Annotations parse `A[B]` as a generic type.
            "generic_type" => self.generic_type(node),
            "union_type" => Expression::Union(self.all(node)),
            "call" => self.read_call(node),
            "list" | "tuple" | "set" | "expression_list" => Expression::List(self.all(node)),
            "dictionary" => Expression::Map(
                named_children(node)
                    .into_iter()
                    .map(|pair| match pair.kind() {
                        "pair" => (self.field(pair, "key"), self.field(pair, "value")),
                        _ => (self.build_expression(pair), Expression::Null),
                    })
                    .collect(),
            ),
            "list_splat" | "dictionary_splat" => Expression::Spread(Box::new(
                node.named_child(0)
                    .map_or(Expression::Null, |v| self.build_expression(v)),
            )),
            "lambda" => self.lambda(node),
            "parenthesized_expression" | "await" | "type" => named_children(node)
                .first()
                .map_or(Expression::Null, |inner| self.build_expression(*inner)),
            "binary_operator" => self.binary(node),
            "boolean_operator" => self.boolean(node),
            "conditional_expression" => self.conditional(node),
            "comparison_operator" => self.comparison(node),
            "not_operator" => Expression::Not(self.boxed(node, "argument")),
            "named_expression" => {
                let target = self.field_pattern(node, "name");
                Expression::Assign(Box::new(target), self.boxed(node, "value"))
            }
            "list_comprehension" | "generator_expression" | "set_comprehension" => {
                self.comprehension(node)
            }
            _ => Expression::Other(self.all(node)),
        }
    }

    /// Reads `value[key]`; several keys are a list.
    pub(super) fn subscript(&mut self, node: Node<'_>) -> Expression {
        let keys = read_fields(node, "subscript")
            .into_iter()
            .map(|key| self.build_expression(key))
            .collect();
        Expression::Index(self.boxed(node, "value"), Box::new(one_or_list(keys)))
    }

    /// Reads `A[B]` of an annotation as the subscript that it is.
    pub(super) fn generic_type(&mut self, node: Node<'_>) -> Expression {
        let inner = named_children(node);
        let Some((head, rest)) = inner.split_first() else {
            return Expression::Null;
        };
        let keys = rest.iter().flat_map(|keys| self.all(*keys)).collect();
        Expression::Index(
            Box::new(self.build_expression(*head)),
            Box::new(one_or_list(keys)),
        )
    }

    /// Reads `callee(…)`.
    pub(super) fn read_call(&mut self, node: Node<'_>) -> Expression {
        let callee = self.field(node, "function");
        let arguments = node
            .child_by_field_name("arguments")
            .map(|list| self.arguments(list))
            .unwrap_or_default();
        Expression::Call(Box::new(Call {
            callee,
            arguments,
            line: line_of(node),
        }))
    }

    /// Reads `a or b` and `a and b`.
    pub(super) fn boolean(&mut self, node: Node<'_>) -> Expression {
        let right = self.field(node, "right");
        let is_or = node
            .child_by_field_name("operator")
            .is_some_and(|sign| sign.kind() == "or");
        if is_or {
            Expression::Either(vec![self.field(node, "left"), right])
        } else {
            Expression::Both(Box::new((self.field(node, "left"), right)))
        }
    }

    /// Reads `a if condition else b`.
    pub(super) fn conditional(&mut self, node: Node<'_>) -> Expression {
        let mut parts = self.all(node).into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(then), Some(condition), Some(otherwise)) => {
                Expression::Choose(Box::new(Choose {
                    condition,
                    then,
                    otherwise,
                }))
            }
            _ => Expression::Other(Vec::new()),
        }
    }

    /// Reads `a + b`, and `a | b` of types; other operators keep their sides.
    pub(super) fn binary(&mut self, node: Node<'_>) -> Expression {
        let left = self.field(node, "left");
        let right = self.field(node, "right");
        match node.child_by_field_name("operator").map(|sign| sign.kind()) {
            Some("+") => Expression::Add(Box::new(left), Box::new(right)),
            Some("|") => Expression::Union(vec![left, right]),
            _ => Expression::Other(vec![left, right]),
        }
    }

    /// Reads a comparison of two values; `a < b` and `a == b == c` keep their parts.
    pub(super) fn comparison(&mut self, node: Node<'_>) -> Expression {
        let signs: Vec<_> = node
            .children_by_field_name("operators", &mut node.walk())
            .map(|sign| sign.kind())
            .collect();
        let comparison = match signs.as_slice() {
            ["==" | "is"] => Comparison::Same,
            ["!=" | "is not"] => Comparison::Different,
            ["in"] => Comparison::In,
            ["not in"] => Comparison::NotIn,
            _ => return Expression::Other(self.all(node)),
        };
        let mut sides = self.all(node).into_iter();
        match (sides.next(), sides.next()) {
            (Some(left), Some(right)) => Expression::Compare(comparison, Box::new((left, right))),
            _ => Expression::Other(Vec::new()),
        }
    }

    /// Reads a comprehension of one clause; of several the first.
    ///
    /// The conditions are those of all clauses. A dictionary's comprehension is none of these: it
    /// keeps its parts.
    pub(super) fn comprehension(&mut self, node: Node<'_>) -> Expression {
        let element = self.field(node, "body");
        let parts = named_children(node);
        let clause = parts.iter().find(|child| child.kind() == "for_in_clause");
        let Some(clause) = clause else {
            return Expression::Other(Vec::new());
        };
        let target = self.field_pattern(*clause, "left");
        let over = self.field(*clause, "right");
        let conditions = parts.iter().filter(|part| part.kind() == "if_clause");
        let conditions = conditions.flat_map(|clause| self.all(*clause)).collect();
        Expression::Comprehension(Box::new(Comprehension {
            element,
            target,
            over,
            conditions,
        }))
    }

    /// Reads a lambda as a function that returns its body.
    pub(super) fn lambda(&mut self, node: Node<'_>) -> Expression {
        let parameters = node
            .child_by_field_name("parameters")
            .map(|list| self.parameters(list))
            .unwrap_or_default();
        let value = self.field(node, "body");
        Expression::Function(Box::new(Function {
            name: None,
            parameters,
            body: vec![Statement::Return(Some(value))],
            decorators: Vec::new(),
            is_static: true,
            is_lexical: true,
            line: line_of(node),
        }))
    }

    /// Reads a string: a template if something is put into it, text else.
    ///
    /// `f"{a:>8}"` -> Template([Name(a)]), without its format. Escapes are undone, but for raw
    /// strings.
    pub(super) fn string(&mut self, node: Node<'_>) -> Expression {
        let parts = named_children(node);
        let is_raw = parts.first().is_some_and(|start| {
            node_text(*start, self.source)
                .to_ascii_lowercase()
                .contains('r')
        });
        let mut pieces = Vec::new();
        for part in parts {
            match part.kind() {
                "string_content" => {
                    let raw = node_text(part, self.source);
                    let text = if is_raw {
                        raw.to_owned()
                    } else {
                        unescape_text(raw)
                    };
                    pieces.push(Expression::Text(text.into()));
                }
                "interpolation" => pieces.push(self.field(part, "expression")),
                _ => {}
            }
        }
        match pieces.len() {
            0 => Expression::Text("".into()),
            1 if matches!(pieces[0], Expression::Text(_)) => pieces.remove(0),
            _ => Expression::Template(pieces),
        }
    }
}
