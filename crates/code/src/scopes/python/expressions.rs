//! Expressions of Python: what they read, what they bind on the way, and which of their parts run
//!
//! ```text
//! [x for x in xs if x > y]     `xs` is read around it, `x` bound and `y` read in a scope of its own
//! (n := len(a))                binds `n` outside the comprehensions around it
//! lambda a=b: a                `b` is read where the lambda stands, `a` bound in its own scope
//! x: int = load()              `load` is read, then `int` as an annotation, then `x` bound
//! ```
//! later.

use tree_sitter::Node;

use super::super::model::{BoundBy, Purpose, ScopeId, ScopeKind, Why};
use super::super::walk::Walker;
use crate::languages::named_children;

/// Functions by which names come into being that no text shows.
const DYNAMIC: [&str; 4] = ["globals", "exec", "locals", "vars"];

impl Walker<'_> {
    /// Walks all parts of a node as expressions.
    pub(super) fn expressions(&mut self, node: Node<'_>) {
        for child in named_children(node) {
            self.walk_expression(child);
        }
    }

    /// Walks a field of a node, if it has it, as an expression.
    pub(super) fn field_expression(&mut self, node: Node<'_>, name: &str) {
        if let Some(child) = node.child_by_field_name(name) {
            self.walk_expression(child);
        }
    }

    /// Walks an expression, one level deeper.
    pub(super) fn walk_expression(&mut self, node: Node<'_>) {
        self.deeper(|walker| walker.any_expression(node));
    }

    /// Walks an expression by its kind; those that bind nothing are walked by their parts.
    fn any_expression(&mut self, node: Node<'_>) {
        match node.kind() {
            "identifier" => {
                if DYNAMIC.contains(&self.text(node)) {
                    self.open(ScopeId::MODULE, Why::DynamicNames);
                }
                self.read(node, None);
            }
            "attribute" => match node.child_by_field_name("object") {
                Some(object) if object.kind() == "identifier" => {
                    self.read(object, node.child_by_field_name("attribute"));
                }
                Some(object) => self.walk_expression(object),
                None => {}
            },
            "keyword_argument" => self.field_expression(node, "value"),
            "assignment" => self.assignment(node),
            "augmented_assignment" => {
                // `x += 1` reads `x` before it binds it.
                self.field_expression(node, "left");
                self.field_expression(node, "right");
                if let Some(left) = node
                    .child_by_field_name("left")
                    .filter(|left| left.kind() == "identifier")
                {
                    self.bind(left, BoundBy::Augmented, node.end_byte());
                }
            }
            "named_expression" => self.named_expression(node),
            "as_pattern" => {
                for child in named_children(node) {
                    match child.kind() {
                        "as_pattern_target" => {
                            self.target(child, &BoundBy::Target, node.end_byte())
                        }
                        _ => self.walk_expression(child),
                    }
                }
            }
            "lambda" => self.lambda(node),
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension" => {
                self.comprehension(node, ScopeKind::Comprehension);
            }
            // A generator runs when somebody asks it for a value.
            "generator_expression" => self.comprehension(node, ScopeKind::Function),
            // The condition runs before what stands to its left.
            "conditional_expression" => self.at(
                |place| _ = place.unordered.get_or_insert(node.start_byte()),
                |walker| walker.expressions(node),
            ),
            _ => self.expressions(node),
        }
    }

    /// Walks `name := value`, which binds outside the comprehensions around it.
    fn named_expression(&mut self, node: Node<'_>) {
        self.field_expression(node, "value");
        if let Some(name) = node.child_by_field_name("name") {
            let scope = self.outside_comprehensions();
            let from = self.place.unordered.unwrap_or(node.end_byte());
            self.bind_in(
                scope,
                name,
                BoundBy::Assignment {
                    reads_itself: false,
                },
                from,
            );
        }
    }

    /// Walks an assignment: the value runs before the names have it. Without a value it only
    /// declares them.
    fn assignment(&mut self, node: Node<'_>) {
        let first = self.scopes.reads.len();
        self.field_expression(node, "right");
        let read = self.names_read_since(first);
        self.annotation(node.child_by_field_name("type"));
        let Some(left) = node.child_by_field_name("left") else {
            return;
        };
        if node.child_by_field_name("right").is_none() {
            self.target(left, &BoundBy::Declaration, node.end_byte());
            return;
        }
        let reads_itself = left.kind() == "identifier" && read.contains(self.text(left));
        self.target(left, &BoundBy::Assignment { reads_itself }, node.end_byte());
    }

    /// Binds the names of a target; what it writes to is read.
    ///
    /// `a, (b, *c)` -> `a`, `b`, `c`; `x.y` and `x[0]` bind nothing and read `x`.
    pub(super) fn target(&mut self, node: Node<'_>, by: &BoundBy, from: usize) {
        match node.kind() {
            "identifier" => self.bind(node, by.clone(), from),
            "attribute" | "subscript" | "call" => self.walk_expression(node),
            _ => {
                for child in named_children(node) {
                    self.deeper(|walker| walker.target(child, by, from));
                }
            }
        }
    }

    /// Walks an annotation, which may never run; under `if TYPE_CHECKING` it is a type like all
    /// else.
    pub(super) fn annotation(&mut self, node: Option<Node<'_>>) {
        let Some(node) = node else { return };
        let purpose = match self.place.purpose {
            Purpose::Type => Purpose::Type,
            _ => Purpose::Annotation,
        };
        self.at(
            |place| place.purpose = purpose,
            |walker| walker.walk_expression(node),
        );
    }

    /// Walks what runs where a function is defined: default values and annotations.
    pub(super) fn defaults(&mut self, parameters: Node<'_>) {
        for parameter in named_children(parameters) {
            self.field_expression(parameter, "value");
            self.annotation(parameter.child_by_field_name("type"));
        }
    }

    /// Binds the parameters of a function, at the start of its scope.
    pub(super) fn parameters(&mut self, parameters: Node<'_>) {
        for parameter in named_children(parameters) {
            let name = parameter
                .child_by_field_name("name")
                .or_else(|| match parameter.kind() {
                    "identifier" => Some(parameter),
                    _ => parameter.named_child(0),
                });
            if let Some(name) = name {
                self.target(name, &BoundBy::Parameter, parameters.start_byte());
            }
        }
    }

    /// Walks a lambda: defaults run where it stands, its body when it is called.
    fn lambda(&mut self, node: Node<'_>) {
        let parameters = node.child_by_field_name("parameters");
        if let Some(parameters) = parameters {
            self.defaults(parameters);
        }
        self.in_scope(ScopeKind::Function, "", node.byte_range(), |walker| {
            if let Some(parameters) = parameters {
                walker.parameters(parameters);
            }
            walker.field_expression(node, "body");
        });
    }

    /// Walks a comprehension: the first iterable belongs to the code around, all else to the scope
    /// of its own.
    fn comprehension(&mut self, node: Node<'_>, kind: ScopeKind) {
        let clauses: Vec<Node<'_>> = named_children(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "for_in_clause" | "if_clause"))
            .collect();
        if let Some(first) = clauses.first() {
            self.field_expression(*first, "right");
        }
        self.in_scope(kind, "", node.byte_range(), |walker| {
            walker.place.unordered.get_or_insert(node.start_byte());
            for (at, clause) in clauses.iter().enumerate() {
                if clause.kind() == "if_clause" {
                    walker.expressions(*clause);
                    continue;
                }
                if at > 0 {
                    walker.field_expression(*clause, "right");
                }
                if let Some(left) = clause.child_by_field_name("left") {
                    // The element is written before the clauses that bind what it reads.
                    walker.target(left, &BoundBy::Target, node.start_byte());
                }
            }
            walker.field_expression(node, "body");
        });
    }

    /// Returns the scope around all comprehensions at hand, where `:=` binds.
    fn outside_comprehensions(&self) -> ScopeId {
        let is_home =
            |(_, scope): &(ScopeId, &super::super::Scope)| scope.kind != ScopeKind::Comprehension;
        self.scopes
            .outwards(self.place.scope)
            .find(is_home)
            .map_or(ScopeId::MODULE, |(id, _)| id)
    }
}
