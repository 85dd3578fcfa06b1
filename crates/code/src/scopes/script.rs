//! Reads the scopes of JavaScript and TypeScript.
//!
//! ```text
//! import { a } from './a'       `a` from the start: imports come before all else
//! f(); function f() {}          `f` from the start of its block
//! var x = 1                     `x` in the function around, there before its value
//! if (c) { let y = 2 }          `y` in the block alone
//! interface T {}                `T` as a type: never there when the program runs
//! ```

mod classes;

mod patterns;

use tree_sitter::Node;

use super::model::{BoundBy, Purpose, ScopeId, ScopeKind, Scopes, Why};
use super::walk::Walker;
use crate::imports::{Form, imported_nodes};
use crate::languages::{Language, has_token, named_children};

/// Reads the scopes of a script, which may have globals that no text shows.
pub(super) fn read_script(root: Node<'_>, source: &str) -> Scopes {
    let mut walker = Walker::new(root, source);
    walker.scopes.has_ambient_globals = true;
    walker.visit_all(root);
    walker.finish()
}

impl Walker<'_> {
    /// Walks all parts of a node.
    pub(super) fn visit_all(&mut self, node: Node<'_>) {
        for child in named_children(node) {
            self.visit(child);
        }
    }

    /// Walks a field of a node, if it has it.
    pub(super) fn visit_field(&mut self, node: Node<'_>, name: &str) {
        if let Some(child) = node.child_by_field_name(name) {
            self.visit(child);
        }
    }

    /// Walks a node: as a statement, else as a type, else as an expression.
    pub(super) fn visit(&mut self, node: Node<'_>) {
        self.deeper(|walker| {
            if !walker.visit_statement(node) && !walker.visit_type(node) {
                walker.visit_expression(node);
            }
        });
    }

    /// Walks a statement; `false` for what is none.
    fn visit_statement(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            "import_statement" => self.visit_import(node),
            "export_statement" => self.export(node),
            "lexical_declaration" | "variable_declaration" => self.declaration(node),
            "function_declaration" | "generator_function_declaration" => {
                self.function_declaration(node)
            }
            "class_declaration" | "abstract_class_declaration" => self.class_declaration(node),
            "statement_block" | "class_static_block" | "switch_body" => {
                self.in_scope(ScopeKind::Block, "", node.byte_range(), |walker| {
                    walker.visit_all(node)
                });
            }
            "if_statement" => {
                self.visit_field(node, "condition");
                for name in ["consequence", "alternative"] {
                    if let Some(part) = node.child_by_field_name(name) {
                        self.in_branch(part.byte_range(), |walker| walker.visit(part));
                    }
                }
            }
            "for_statement" | "for_in_statement" => self.visit_for(node),
            "while_statement" | "do_statement" => {
                self.in_loop(node.byte_range(), |walker| walker.visit_all(node))
            }
            "try_statement" => self.visit_try(node),
            "switch_case" | "switch_default" => {
                self.in_branch(node.byte_range(), |walker| walker.visit_all(node));
            }
            // A name in it may be a property of the object that it opens.
            "with_statement" => {
                self.open(ScopeId::MODULE, Why::DynamicNames);
                self.visit_all(node);
            }
            _ => return false,
        }
        true
    }

    /// Walks what only TypeScript has.
    ///
    /// Returns false for any other node, which it leaves alone.
    fn visit_type(&mut self, node: Node<'_>) -> bool {
        match node.kind() {
            "type_annotation"
            | "type_arguments"
            | "type_parameters"
            | "index_signature"
            | "implements_clause"
            | "extends_type_clause"
            | "asserts_annotation"
            | "type_predicate_annotation" => {
                self.at(
                    |place| place.purpose = Purpose::Type,
                    |walker| walker.visit_all(node),
                );
            }
            // Only the value runs; what stands behind it is a type.
            "as_expression" | "satisfies_expression" => {
                let parts = named_children(node);
                for (at, part) in parts.into_iter().enumerate() {
                    let purpose = if at == 0 {
                        self.place.purpose
                    } else {
                        Purpose::Type
                    };
                    self.at(|place| place.purpose = purpose, |walker| walker.visit(part));
                }
            }
            "interface_declaration" | "type_alias_declaration" => {
                if let Some(name) = node.child_by_field_name("name") {
                    self.bind(name, BoundBy::Type, 0);
                }
                self.at(
                    |place| place.purpose = Purpose::Type,
                    |walker| walker.visit_all(node),
                );
            }
            "function_signature" => {
                if let Some(name) = node.child_by_field_name("name") {
                    self.bind(name, BoundBy::Signature, 0);
                }
                self.at(
                    |place| place.purpose = Purpose::Type,
                    |walker| walker.visit_all(node),
                );
            }
            "enum_declaration" | "internal_module" | "module" => self.merging(node),
            "ambient_declaration" => self.ambient(node),
            "import_alias" => self.import_alias(node),
            "type_identifier" => self.at(
                |place| place.purpose = Purpose::Type,
                |walker| walker.read(node, None),
            ),
            _ => return false,
        }
        true
    }

    /// Walks `import name = a.b`.
    ///
    /// `a` is read before `name` is bound.
    fn import_alias(&mut self, node: Node<'_>) {
        let parts = named_children(node);
        for part in parts.iter().skip(1) {
            self.visit(*part);
        }
        if let Some(name) = parts.first() {
            self.bind(
                *name,
                BoundBy::Assignment {
                    reads_itself: false,
                },
                node.end_byte(),
            );
        }
    }

    /// Walks an expression by its kind; those that read no name of their own are walked by their
    /// parts.
    fn visit_expression(&mut self, node: Node<'_>) {
        match node.kind() {
            "identifier" | "shorthand_property_identifier" => self.read(node, None),
            "member_expression" => match node.child_by_field_name("object") {
                Some(object) if object.kind() == "identifier" => {
                    self.read(object, node.child_by_field_name("property"));
                }
                Some(object) => self.visit(object),
                None => {}
            },
            "function_expression" | "generator_function" | "arrow_function" => self.function(node),
            "method_definition" => self.method(node),
            "class" => self.class_expression(node),
            // `typeof x` is how a script asks whether there is such a name: it may be missing.
            "unary_expression" if has_token(node, "typeof") => {
                self.at(
                    |place| place.is_guarded = true,
                    |walker| walker.visit_all(node),
                );
            }
            "jsx_opening_element" | "jsx_self_closing_element" => {
                for child in named_children(node) {
                    // `<div>` is an element, `<Order>` a name.
                    let is_element = child.kind() == "identifier"
                        && self.text(child).starts_with(|one: char| one.is_lowercase());
                    if !is_element {
                        self.visit(child);
                    }
                }
            }
            "jsx_closing_element" | "jsx_namespace_name" => {}
            _ => self.visit_all(node),
        }
    }

    /// Binds what an import brings, from the start of the module on.
    ///
    /// `import { a as b } from 'm'` -> `b`, which is `a` of `m`; `import 'm'` binds nothing.
    fn visit_import(&mut self, node: Node<'_>) {
        for found in imported_nodes(Language::TypeScript, node, self.source).unwrap_or_default() {
            let Some(name) = found.name else { continue };
            let taken = match found.form {
                Form::Named | Form::RequireNamed => Some(self.text(name).to_owned()),
                Form::Default => Some("default".to_owned()),
                _ => None,
            };
            let purpose = if found.type_only {
                Purpose::Type
            } else {
                self.place.purpose
            };
            let by = BoundBy::Import {
                module: found.module,
                name: taken,
            };
            let bound = found.alias.unwrap_or(name);
            // Imports come before all else, wherever they stand.
            self.at(
                |place| place.purpose = purpose,
                |walker| walker.bind(bound, by, 0),
            );
        }
    }

    /// Walks an export; one with a source binds nothing here.
    fn export(&mut self, node: Node<'_>) {
        if node.child_by_field_name("source").is_some() {
            return;
        }
        for child in named_children(node) {
            match child.kind() {
                // What is exported by its name is read by who imports it.
                "export_clause" => {}
                _ => self.visit(child),
            }
        }
    }

    /// Walks a declaration, `require` as the import that it is.
    ///
    /// Values and types are read before the names have them.
    fn declaration(&mut self, node: Node<'_>) {
        let is_var = node.kind() == "variable_declaration";
        let required = imported_nodes(Language::TypeScript, node, self.source);
        for declarator in named_children(node)
            .into_iter()
            .filter(|child| child.kind() == "variable_declarator")
        {
            self.visit_field(declarator, "value");
            self.visit_field(declarator, "type");
            if required.is_some() {
                continue;
            }
            if let Some(pattern) = declarator.child_by_field_name("name") {
                self.bind_pattern(
                    pattern,
                    &BoundBy::Assignment {
                        reads_itself: false,
                    },
                    declarator.end_byte(),
                    is_var,
                );
            }
        }
        for found in required.unwrap_or_default() {
            let Some(name) = found.name else { continue };
            let taken = (found.form == Form::RequireNamed).then(|| self.text(name).to_owned());
            let by = BoundBy::Import {
                module: found.module,
                name: taken,
            };
            self.bind_pattern(found.alias.unwrap_or(name), &by, node.end_byte(), is_var);
        }
    }

    /// Walks a loop with a scope of its own for what its head declares.
    ///
    /// `for (const a of list)` -> `list` is read, then `a` is bound, both in the scope of the loop.
    fn visit_for(&mut self, node: Node<'_>) {
        self.in_scope(ScopeKind::Block, "", node.byte_range(), |walker| {
            walker.visit_field(node, "right");
            walker.visit_field(node, "initializer");
            walker.in_loop(node.byte_range(), |walker| {
                if let Some(left) = node.child_by_field_name("left") {
                    match node.child_by_field_name("kind") {
                        Some(kind) => {
                            let is_var = walker.text(kind) == "var";
                            walker.bind_pattern(left, &BoundBy::Target, left.end_byte(), is_var);
                        }
                        None => walker.visit(left),
                    }
                }
                for name in ["condition", "increment", "body"] {
                    walker.visit_field(node, name);
                }
            });
        });
    }

    /// Walks a `try`: with a handler its body is a branch, and guarded, as a missing name throws.
    fn visit_try(&mut self, node: Node<'_>) {
        let handler = node.child_by_field_name("handler");
        if let Some(body) = node.child_by_field_name("body") {
            let change = |place: &mut super::walk::Place| {
                if handler.is_some() {
                    place.is_guarded = true;
                    place.branch = Some(body.byte_range());
                }
            };
            self.at(change, |walker| walker.visit(body));
        }
        if let Some(handler) = handler {
            self.in_branch(handler.byte_range(), |walker| {
                walker.in_scope(ScopeKind::Block, "", handler.byte_range(), |walker| {
                    if let Some(parameter) = handler.child_by_field_name("parameter") {
                        walker.bind_pattern(
                            parameter,
                            &BoundBy::Target,
                            parameter.end_byte(),
                            false,
                        );
                    }
                    walker.visit_field(handler, "body");
                });
            });
        }
        self.visit_field(node, "finalizer");
    }

    /// Walks an enum or a namespace: parts of one name merge, and the name is a `var`.
    ///
    /// `enum A { X = 1 }` -> `A` around it, and `X` in a scope of its own. `declare module 'm'`,
    /// whose name is a text, binds nothing and is not entered.
    fn merging(&mut self, node: Node<'_>) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let is_name = name.kind() == "identifier";
        if is_name {
            let id = self.place.scope;
            self.bind_hoisted(id, name, BoundBy::Merging, node.start_byte());
        }
        let Some(body) = node.child_by_field_name("body").filter(|_| is_name) else {
            return;
        };
        self.in_scope(ScopeKind::Block, "", body.byte_range(), |walker| {
            for member in named_children(body) {
                match member.kind() {
                    "property_identifier" => walker.bind(member, BoundBy::Target, 0),
                    "enum_assignment" => {
                        if let Some(name) = member.child_by_field_name("name") {
                            walker.bind(name, BoundBy::Target, 0);
                        }
                        walker.visit_field(member, "value");
                    }
                    _ => walker.visit(member),
                }
            }
        });
    }

    /// Binds what `declare …` says to stand elsewhere.
    ///
    /// `declare const a: A` -> `a`, from the start of the module on. What `declare module` holds is
    /// left out.
    fn ambient(&mut self, node: Node<'_>) {
        for declared in named_children(node) {
            let declarators = match declared.kind() {
                "lexical_declaration" | "variable_declaration" => named_children(declared),
                "statement_block" | "module" | "internal_module" => continue,
                _ => vec![declared],
            };
            for declarator in declarators {
                if let Some(name) = declarator
                    .child_by_field_name("name")
                    .filter(|name| name.kind() != "string")
                {
                    self.bind_pattern(name, &BoundBy::Declaration, 0, false);
                }
            }
        }
    }
}
