//! Python to the plain tree.
//!
//! ```text
//! @app.get("/x")                  Function { name: show, decorators: [Call …], … }
//! def show(id: int = 1): …        parameters: [id, annotation Name(int), default Number(1)]
//! with open(p) as f: f.read()     Assign f = open(p), then the body
//! try: a() except E: b()          a(), then If(unknown, b()): a handler may run
//! ```

mod expressions;

use tree_sitter::Node;

use super::{
    Argument, Assignment, Class, Expression, Function, Import, Imported, Name, Parameter, Pattern,
    Statement, Syntax, line_of,
};
use crate::imports::{Form, imported_nodes};
use crate::languages::{Language, named_children, node_text};

/// The depth to which expressions and blocks are followed: deeper than people write, and each level
/// takes stack.
const DEEPEST: u32 = 150;

/// Reads a module.
pub(super) fn read_python(root: Node<'_>, source: &str) -> Syntax {
    let mut reader = Reader { source, depth: 0 };
    Syntax {
        body: reader.block(root),
        exports: Vec::new(),
    }
}

/// A walk through the tree of a module.
struct Reader<'t> {
    source: &'t str,
    /// Levels of blocks and expressions around what is read.
    depth: u32,
}

/// Returns the named nodes in a field that a node may have several times.
fn read_fields<'n>(node: Node<'n>, field: &str) -> Vec<Node<'n>> {
    node.children_by_field_name(field, &mut node.walk())
        .filter(Node::is_named)
        .collect()
}

impl Reader<'_> {
    /// Returns the text of a node as a name.
    fn name(&self, node: Node<'_>) -> Name {
        node_text(node, self.source).into()
    }

    /// Reads the statements of a block; none where it lies too deep.
    fn block(&mut self, node: Node<'_>) -> Vec<Statement> {
        if self.depth > DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let mut statements = Vec::new();
        for child in named_children(node) {
            self.read_statement(child, &mut statements);
        }
        self.depth -= 1;
        statements
    }

    /// Reads the block in a field, empty where there is none.
    fn body_of(&mut self, node: Node<'_>, field: &str) -> Vec<Statement> {
        node.child_by_field_name(field)
            .map(|body| self.block(body))
            .unwrap_or_default()
    }

    /// Reads a statement by its kind: what only changes the order of running, as `break`, is left
    /// out.
    fn read_statement(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let unknown = || Expression::Other(Vec::new());
        match node.kind() {
            "expression_statement" => {
                for child in named_children(node) {
                    self.expression_statement(child, out);
                }
            }
            "import_statement" | "import_from_statement" => self.import(node, out),
            "if_statement" => {
                let statement = self.read_branches(node);
                out.push(statement);
            }
            "for_statement" => {
                let target = self.field_pattern(node, "left");
                let over = self.field(node, "right");
                let body = self.body_of(node, "body");
                out.push(Statement::Loop(target, over, body));
            }
            "while_statement" => out.push(Statement::If(
                unknown(),
                self.body_of(node, "body"),
                Vec::new(),
            )),
            "with_statement" => self.with(node, out),
            "try_statement" => self.attempt(node, out),
            "match_statement" => out.push(Statement::Block(self.body_of(node, "body"))),
            "case_clause" => out.push(Statement::If(
                unknown(),
                self.body_of(node, "consequence"),
                Vec::new(),
            )),
            "function_definition" | "class_definition" => {
                self.definition(node, Vec::new(), line_of(node), out)
            }
            "decorated_definition" => {
                let decorators = named_children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "decorator")
                    .filter_map(|decorator| decorator.named_child(0))
                    .map(|value| self.build_expression(value))
                    .collect();
                if let Some(definition) = node.child_by_field_name("definition") {
                    self.definition(definition, decorators, line_of(definition), out);
                }
            }
            "return_statement" => {
                let value = node
                    .named_child(0)
                    .map(|value| self.build_expression(value));
                out.push(Statement::Return(value));
            }
            "raise_statement" => {
                let value = node
                    .named_child(0)
                    .map(|value| self.build_expression(value));
                out.push(Statement::Raise(value));
            }
            "ERROR" | "block" | "else_clause" | "finally_clause" => out.extend(self.block(node)),
            _ => {}
        }
    }

    /// Reads an expression that stands alone; a docstring is none.
    fn expression_statement(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        match node.kind() {
            "assignment" | "augmented_assignment" => self.assignment(node, out),
            "string" | "concatenated_string" => {}
            _ => out.push(Statement::Expression(self.build_expression(node))),
        }
    }

    /// Reads an assignment, `a = b = value` as two of them.
    fn assignment(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let target = self.field_pattern(node, "left");
        // `a = b = value` binds both.
        let value = match node.child_by_field_name("right") {
            Some(inner) if inner.kind() == "assignment" => {
                self.assignment(inner, out);
                inner
                    .child_by_field_name("left")
                    .map(|left| self.build_expression(left))
            }
            Some(value) => Some(self.build_expression(value)),
            None => None,
        };
        let annotation = node
            .child_by_field_name("type")
            .map(|annotation| self.build_expression(annotation));
        out.push(Statement::Assign(Box::new(Assignment {
            target,
            value,
            annotation,
            decorators: Vec::new(),
            is_added: node.kind() == "augmented_assignment",
        })));
    }

    /// Reads an import: each module for itself, the names of one together.
    fn import(&self, node: Node<'_>, out: &mut Vec<Statement>) {
        let mut taken: Vec<(Name, Name)> = Vec::new();
        let mut from = None;
        for found in imported_nodes(Language::Python, node, self.source).unwrap_or_default() {
            let Some(name) = found.name else { continue };
            let source: Name = found.module.into();
            let what = match found.form {
                Form::Module => Imported::Whole {
                    local: found.alias.map(|alias| self.name(alias)),
                },
                Form::Star => Imported::Everything,
                _ => {
                    taken.push((self.name(name), self.name(found.alias.unwrap_or(name))));
                    from = Some(source);
                    continue;
                }
            };
            out.push(Statement::Import(Import { source, what }));
        }
        out.extend(from.map(|source| {
            Statement::Import(Import {
                source,
                what: Imported::Names(taken),
            })
        }));
    }

    /// Reads an `if` with all of its `elif`, each in the `else` of the one before.
    fn read_branches(&mut self, node: Node<'_>) -> Statement {
        let condition = self.field(node, "condition");
        let then = self.body_of(node, "consequence");
        let mut otherwise = Vec::new();
        for alternative in read_fields(node, "alternative").into_iter().rev() {
            otherwise = if alternative.kind() == "elif_clause" {
                let condition = self.field(alternative, "condition");
                vec![Statement::If(
                    condition,
                    self.body_of(alternative, "consequence"),
                    otherwise,
                )]
            } else {
                self.body_of(alternative, "body")
            };
        }
        Statement::If(condition, then, otherwise)
    }

    /// Reads a `with`: what it opens is assigned or called, then the body runs.
    fn with(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        for item in named_children(node)
            .into_iter()
            .filter(|child| child.kind() == "with_clause")
            .flat_map(named_children)
        {
            let Some(value) = item.child_by_field_name("value") else {
                continue;
            };
            if value.kind() != "as_pattern" {
                out.push(Statement::Expression(self.build_expression(value)));
                continue;
            }
            let expression = value
                .named_child(0)
                .map(|inner| self.build_expression(inner));
            let target = value
                .child_by_field_name("alias")
                .and_then(|alias| alias.named_child(0));
            out.push(Statement::Assign(Box::new(Assignment {
                target: target.map_or(Pattern::Ignore, |target| self.pattern(target)),
                value: expression,
                annotation: None,
                decorators: Vec::new(),
                is_added: false,
            })));
        }
        out.extend(self.body_of(node, "body"));
    }

    /// Reads a `try`: its body runs, each handler perhaps, `else` and `finally` after.
    fn attempt(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        out.extend(self.body_of(node, "body"));
        for child in named_children(node) {
            match child.kind() {
                "except_clause" | "except_group_clause" => {
                    let block = named_children(child)
                        .into_iter()
                        .rfind(|inner| inner.kind() == "block");
                    let handler = block.map(|block| self.block(block)).unwrap_or_default();
                    out.push(Statement::If(
                        Expression::Other(Vec::new()),
                        handler,
                        Vec::new(),
                    ));
                }
                "else_clause" => out.extend(self.body_of(child, "body")),
                "finally_clause" => out.extend(self.block(child)),
                _ => {}
            }
        }
    }

    /// Reads a function or class. Only `@staticmethod` takes the object away.
    fn definition(
        &mut self,
        node: Node<'_>,
        decorators: Vec<Expression>,
        line: u32,
        out: &mut Vec<Statement>,
    ) {
        let Some(name) = node.child_by_field_name("name").map(|name| self.name(name)) else {
            return;
        };
        let body = self.body_of(node, "body");
        if node.kind() == "class_definition" {
            let bases = node
                .child_by_field_name("superclasses")
                .map(|list| self.arguments(list))
                .unwrap_or_default();
            out.push(Statement::Class(Box::new(Class {
                name,
                bases,
                decorators,
                body,
                line: line_of(node),
            })));
            return;
        }
        let is_static = decorators
            .iter()
            .any(|value| matches!(value, Expression::Name(name) if &**name == "staticmethod"));
        out.push(Statement::Function(Box::new(Function {
            name: Some(name),
            parameters: node
                .child_by_field_name("parameters")
                .map(|list| self.parameters(list))
                .unwrap_or_default(),
            body,
            decorators,
            is_static,
            is_lexical: false,
            line,
        })));
    }

    /// Reads parameters; a bare `*` and `/` are none.
    fn parameters(&mut self, node: Node<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for child in named_children(node) {
            let plain = |pattern, is_rest| Parameter {
                pattern,
                default: None,
                annotation: None,
                is_rest,
            };
            match child.kind() {
                "identifier" => parameters.push(plain(Pattern::Name(self.name(child)), false)),
                "list_splat_pattern" | "dictionary_splat_pattern" => {
                    let pattern = child
                        .named_child(0)
                        .map_or(Pattern::Ignore, |name| Pattern::Name(self.name(name)));
                    parameters.push(plain(pattern, true));
                }
                "default_parameter" | "typed_default_parameter" | "typed_parameter" => {
                    let name = child
                        .child_by_field_name("name")
                        .or_else(|| child.named_child(0));
                    let is_rest = name.is_some_and(|name| name.kind().contains("splat"));
                    let name = name.map(|name| {
                        if is_rest {
                            name.named_child(0).unwrap_or(name)
                        } else {
                            name
                        }
                    });
                    parameters.push(Parameter {
                        pattern: name
                            .map_or(Pattern::Ignore, |name| Pattern::Name(self.name(name))),
                        default: child
                            .child_by_field_name("value")
                            .map(|value| self.build_expression(value)),
                        annotation: child
                            .child_by_field_name("type")
                            .map(|value| self.build_expression(value)),
                        is_rest,
                    });
                }
                _ => {}
            }
        }
        parameters
    }

    /// Reads the expression in a field, nothing where there is none.
    fn field(&mut self, node: Node<'_>, field: &str) -> Expression {
        node.child_by_field_name(field)
            .map_or(Expression::Null, |child| self.build_expression(child))
    }

    /// Reads the target in a field.
    fn field_pattern(&mut self, node: Node<'_>, field: &str) -> Pattern {
        node.child_by_field_name(field)
            .map_or(Pattern::Ignore, |child| self.pattern(child))
    }

    /// Reads a target: a name, names in a list, a part of something; others bind nothing that is
    /// followed.
    fn pattern(&mut self, node: Node<'_>) -> Pattern {
        match node.kind() {
            "identifier" => Pattern::Name(self.name(node)),
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" => Pattern::List(
                named_children(node)
                    .into_iter()
                    .map(|child| self.pattern(child))
                    .collect(),
            ),
            "attribute" | "subscript" => Pattern::Target(self.build_expression(node)),
            _ => Pattern::Ignore,
        }
    }

    /// Reads arguments, a lone generator as the only one.
    fn arguments(&mut self, node: Node<'_>) -> Vec<Argument> {
        if node.kind() == "generator_expression" {
            return vec![Argument {
                name: None,
                value: self.build_expression(node),
            }];
        }
        named_children(node)
            .into_iter()
            .map(|child| match child.kind() {
                "keyword_argument" => Argument {
                    name: child
                        .child_by_field_name("name")
                        .map(|name| self.name(name)),
                    value: self.field(child, "value"),
                },
                _ => Argument {
                    name: None,
                    value: self.build_expression(child),
                },
            })
            .collect()
    }

    /// Reads all parts of a node as expressions.
    fn all(&mut self, node: Node<'_>) -> Vec<Expression> {
        named_children(node)
            .into_iter()
            .map(|child| self.build_expression(child))
            .collect()
    }

    /// Reads the expression in a field, on the heap.
    fn boxed(&mut self, node: Node<'_>, field: &str) -> Box<Expression> {
        Box::new(self.field(node, field))
    }
}

/// Returns a single key as it is, several as a list.
fn one_or_list(mut keys: Vec<Expression>) -> Expression {
    if keys.len() == 1 {
        keys.remove(0)
    } else {
        Expression::List(keys)
    }
}
