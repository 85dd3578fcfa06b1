//! Reads the scopes of Python.
//!
//! ```text
//! def f(a=LIMIT): return b      `LIMIT` is read where the function stands, `b` when it is called
//! class A(Base): x = y          `Base` and `y` are read where the class stands
//! try: import a                 bound under a branch; a read of `a` in the `try` is guarded
//! except ImportError: a = 1
//! ```

mod expressions;

use tree_sitter::Node;

use super::model::{BoundBy, Purpose, ScopeId, ScopeKind, Scopes, Why};
use super::walk::Walker;
use crate::imports::{Form, imported_nodes};
use crate::languages::{Language, field_text, named_children};

/// Reads the scopes of a module.
pub(super) fn read_python(root: Node<'_>, source: &str) -> Scopes {
    let mut walker = Walker::new(root, source);
    walker.block(root);
    walker.finish()
}

/// Exceptions whose handlers see to a name that is missing.
const CATCHES_MISSING: [&str; 4] = ["NameError", "ImportError", "Exception", "BaseException"];

impl Walker<'_> {
    /// Walks the statements of a block.
    fn block(&mut self, node: Node<'_>) {
        self.deeper(|walker| {
            for child in named_children(node) {
                walker.walk_statement(child);
            }
        });
    }

    /// Walks the block in a field of a node, if it has one.
    fn body_of(&mut self, node: Node<'_>, name: &str) {
        if let Some(body) = node.child_by_field_name(name) {
            self.block(body);
        }
    }

    /// Walks a statement by its kind; what is none of these is walked as an expression.
    fn walk_statement(&mut self, node: Node<'_>) {
        match node.kind() {
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                self.import(node)
            }
            "function_definition" | "class_definition" => self.definition(node, node, &[]),
            "decorated_definition" => {
                let decorators: Vec<Node<'_>> = named_children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "decorator")
                    .collect();
                for decorator in &decorators {
                    self.expressions(*decorator);
                }
                if let Some(definition) = node.child_by_field_name("definition") {
                    self.definition(definition, node, &decorators);
                }
            }
            "if_statement" => self.walk_branches(node),
            "for_statement" => self.for_loop(node),
            "while_statement" => {
                self.in_loop(node.byte_range(), |walker| {
                    walker.field_expression(node, "condition");
                    walker.body_of(node, "body");
                });
                self.otherwise(node);
            }
            "try_statement" => self.attempt(node),
            "with_statement" => {
                for clause in named_children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "with_clause")
                {
                    self.expressions(clause);
                }
                self.body_of(node, "body");
            }
            "match_statement" => {
                for subject in node.children_by_field_name("subject", &mut node.walk()) {
                    self.walk_expression(subject);
                }
                self.body_of(node, "body");
            }
            "case_clause" => self.case(node),
            "global_statement" | "nonlocal_statement" => self.declare(node),
            "delete_statement" => self.delete(node),
            "type_alias_statement" => self.type_alias(node),
            "exec_statement" => self.open(ScopeId::MODULE, Why::DynamicNames),
            "block" | "ERROR" => self.block(node),
            _ => self.expressions(node),
        }
    }

    /// Binds what an import brings. A star brings names that can't be seen.
    fn import(&mut self, node: Node<'_>) {
        for found in imported_nodes(Language::Python, node, self.source).unwrap_or_default() {
            let Some(name) = found.name else { continue };
            if found.form == Form::Star {
                self.open(self.place.scope, Why::StarImport);
                continue;
            }
            let taken = (found.form == Form::Named).then(|| self.text(name).to_owned());
            // `import a.b` binds `a`.
            let first = if found.form == Form::Module {
                name.named_child(0).unwrap_or(name)
            } else {
                name
            };
            let by = BoundBy::Import {
                module: found.module,
                name: taken,
            };
            self.bind(found.alias.unwrap_or(first), by, node.end_byte());
        }
    }

    /// Walks a function or class and binds its name behind it; `whole` includes its decorators.
    fn definition(&mut self, node: Node<'_>, whole: Node<'_>, decorators: &[Node<'_>]) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        if let Some(parameters) = node.child_by_field_name("type_parameters") {
            // They are seen by bases, annotations and the body, and by nothing else.
            self.in_scope(ScopeKind::Block, "", node.byte_range(), |walker| {
                for name in named_children(parameters)
                    .into_iter()
                    .filter_map(first_identifier)
                {
                    walker.bind(name, BoundBy::Parameter, node.start_byte());
                }
                walker.defined(node);
            });
        } else {
            self.defined(node);
        }
        let by = match node.kind() {
            "class_definition" => BoundBy::Class,
            _ => self.form_of(self.text(name), decorators),
        };
        self.bind(name, by, whole.end_byte());
    }

    /// Walks what a definition holds: what runs with it, and its own scope.
    fn defined(&mut self, node: Node<'_>) {
        let called = field_text(node, "name", self.source);
        if node.kind() == "class_definition" {
            if let Some(bases) = node.child_by_field_name("superclasses") {
                self.expressions(bases);
            }
            self.in_scope(ScopeKind::Class, called, node.byte_range(), |walker| {
                walker.body_of(node, "body")
            });
            return;
        }
        let parameters = node.child_by_field_name("parameters");
        if let Some(parameters) = parameters {
            self.defaults(parameters);
        }
        self.annotation(node.child_by_field_name("return_type"));
        self.in_scope(ScopeKind::Function, called, node.byte_range(), |walker| {
            if let Some(parameters) = parameters {
                walker.parameters(parameters);
            }
            walker.body_of(node, "body");
        });
    }

    /// Returns the form of a decorated binding: a decorator taken from the name itself, `@price.setter`, adds a part to
    /// what is there.
    fn form_of(&self, name: &str, decorators: &[Node<'_>]) -> BoundBy {
        let shown = decorators
            .iter()
            .filter_map(|decorator| decorator.named_child(0));
        for decorator in shown.map(|decorator| self.text(decorator)) {
            let (object, last) = decorator.rsplit_once('.').unwrap_or(("", decorator));
            if last == "overload" {
                return BoundBy::Signature;
            }
            if object == name {
                return BoundBy::Accessor;
            }
        }
        BoundBy::Function
    }

    /// Walks an `if` or `elif` with all that follows it. Code for the type checker is no branch: it
    /// never runs.
    fn walk_branches(&mut self, node: Node<'_>) {
        self.field_expression(node, "condition");
        let condition = field_text(node, "condition", self.source);
        let is_for_types = condition.rsplit('.').next() == Some("TYPE_CHECKING");
        if let Some(then) = node.child_by_field_name("consequence") {
            self.in_branch(then.byte_range(), |walker| {
                if is_for_types {
                    (walker.place.purpose, walker.place.branch) = (Purpose::Type, None);
                }
                walker.block(then);
            });
        }
        self.otherwise(node);
    }

    /// Walks `elif` and `else` of whatever statement.
    fn otherwise(&mut self, node: Node<'_>) {
        for alternative in node.children_by_field_name("alternative", &mut node.walk()) {
            self.in_branch(alternative.byte_range(), |walker| {
                match alternative.kind() {
                    "elif_clause" => walker.walk_branches(alternative),
                    _ => walker.body_of(alternative, "body"),
                }
            });
        }
    }

    /// Walks a `for`, whose target is bound before its body.
    fn for_loop(&mut self, node: Node<'_>) {
        self.field_expression(node, "right");
        self.in_loop(node.byte_range(), |walker| {
            if let Some(left) = node.child_by_field_name("left") {
                walker.target(left, &BoundBy::Target, left.end_byte());
            }
            walker.body_of(node, "body");
        });
        self.otherwise(node);
    }

    /// Walks a `try`: with handlers its body is a branch, and guarded if one of them catches a
    /// missing name.
    fn attempt(&mut self, node: Node<'_>) {
        let clauses = named_children(node);
        let handlers: Vec<Node<'_>> = clauses
            .iter()
            .copied()
            .filter(|one| one.kind().starts_with("except"))
            .collect();
        let catches = handlers.iter().any(|handler| {
            let shown = self
                .text(*handler)
                .split_once(':')
                .map_or("", |(head, _)| head);
            let is_bare = shown.trim() == "except";
            is_bare || CATCHES_MISSING.iter().any(|name| shown.contains(name))
        });
        if let Some(body) = node.child_by_field_name("body") {
            let change = |place: &mut super::walk::Place| {
                place.is_guarded |= catches;
                if !handlers.is_empty() {
                    place.branch = Some(body.byte_range());
                }
            };
            self.at(change, |walker| walker.block(body));
        }
        for clause in clauses {
            match clause.kind() {
                "finally_clause" => self.block(clause),
                "else_clause" => {
                    self.in_branch(clause.byte_range(), |walker| walker.body_of(clause, "body"))
                }
                kind if kind.starts_with("except") => {
                    self.in_branch(clause.byte_range(), |walker| {
                        for child in named_children(clause) {
                            if child.kind() == "block" {
                                walker.block(child);
                            } else if Some(child) == clause.child_by_field_name("alias") {
                                walker.target(child, &BoundBy::Target, child.end_byte());
                            } else {
                                walker.walk_expression(child);
                            }
                        }
                    })
                }
                _ => {}
            }
        }
    }

    /// Walks one case of a `match`, which is a branch.
    fn case(&mut self, node: Node<'_>) {
        self.in_branch(node.byte_range(), |walker| {
            for child in named_children(node) {
                match child.kind() {
                    "case_pattern" => walker.case_pattern(child),
                    "block" => walker.block(child),
                    _ => walker.expressions(child),
                }
            }
        });
    }

    /// Walks a pattern: names in it are bound, classes and dotted names read.
    fn case_pattern(&mut self, node: Node<'_>) {
        match node.kind() {
            // One name alone takes what it meets; a dotted one is a value to compare with.
            "dotted_name" => match node.named_child(0) {
                Some(name) if self.text(name) == "_" => {}
                Some(name) if node.named_child_count() == 1 => {
                    self.bind(name, BoundBy::Target, node.end_byte())
                }
                Some(first) => self.read(first, node.named_child(1)),
                None => {}
            },
            "identifier" => self.bind(node, BoundBy::Target, node.end_byte()),
            "class_pattern" => {
                let parts = named_children(node);
                if let Some(first) = parts.first().and_then(|class| class.named_child(0)) {
                    self.read(first, None);
                }
                parts
                    .into_iter()
                    .skip(1)
                    .for_each(|part| self.case_pattern(part));
            }
            "keyword_pattern" => named_children(node)
                .into_iter()
                .skip(1)
                .for_each(|part| self.case_pattern(part)),
            "string" | "concatenated_string" => self.expressions(node),
            _ => named_children(node)
                .into_iter()
                .for_each(|part| self.deeper(|walker| walker.case_pattern(part))),
        }
    }

    /// Notes names that a function declares to be the module's, or an outer function's.
    fn declare(&mut self, node: Node<'_>) {
        let here = self.scopes.runs_with(self.place.scope);
        let home = match node.kind() {
            "global_statement" => Some(ScopeId::MODULE),
            _ => None,
        };
        if here == ScopeId::MODULE {
            return;
        }
        for name in named_children(node) {
            self.declared
                .insert((here, self.text(name).to_owned()), home);
        }
    }

    /// Walks `del`, which reads what it takes away.
    fn delete(&mut self, node: Node<'_>) {
        for target in named_children(node) {
            let targets = if target.kind() == "expression_list" {
                named_children(target)
            } else {
                vec![target]
            };
            for target in targets {
                self.walk_expression(target);
                if target.kind() == "identifier" {
                    self.bind(target, BoundBy::Deletion, node.end_byte());
                }
            }
        }
    }

    /// Walks `type A = …`.
    fn type_alias(&mut self, node: Node<'_>) {
        let left = node.child_by_field_name("left").and_then(first_identifier);
        // The value is read when somebody asks for it.
        self.annotation(node.child_by_field_name("right"));
        if let Some(name) = left {
            self.bind(
                name,
                BoundBy::Assignment {
                    reads_itself: false,
                },
                node.end_byte(),
            );
        }
    }
}

/// Returns the first identifier of a node, at any depth.
fn first_identifier(node: Node<'_>) -> Option<Node<'_>> {
    if node.kind() == "identifier" {
        return Some(node);
    }
    named_children(node).into_iter().find_map(first_identifier)
}
