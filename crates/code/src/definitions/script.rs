//! Definitions of JavaScript, and what TypeScript adds: modules of both systems, classes, routers,
//! test blocks.
//!
//! ```text
//! export const load = () => …      Function `load`
//! module.exports = { a }           Export `module.exports`
//! router.get('/x', show)           Call `router.get('/x')`
//! interface A { b(): void }        Type `A`, with a member Function `b`
//! { 'a': 1 }                       Entry `a`
//! ```

use tree_sitter::Node;

use super::{Kind, List, Shape, call_name};
use crate::imports::imported_nodes;
use crate::languages::{Language, field_text, flatten, has_token, node_text};

/// Returns the kind of list that a node is.
pub(super) fn list_kind(node: Node<'_>) -> Option<List> {
    match node.kind() {
        "program" => Some(List::Module),
        "class_body" | "interface_body" | "object_type" => Some(List::Members),
        "statement_block" | "switch_body" | "switch_case" => Some(List::Statements),
        "object" | "array" | "arguments" | "enum_body" | "formal_parameters" | "export_clause"
        | "object_pattern" => Some(List::Entries),
        _ => None,
    }
}

/// Returns a child of a list as an item.
pub(super) fn shape_of_item<'t>(node: Node<'t>, source: &str, list: List) -> Shape<'t> {
    match list {
        List::Entries => shape_of_entry(node, source),
        List::Members => shape_of_member(node, source),
        List::Module | List::Statements => shape_of_statement(node, source),
    }
}

/// Makes an item in its plain form.
fn new_shape<'t>(kind: Kind, name: impl Into<String>, core: Node<'t>) -> Shape<'t> {
    Shape {
        kind,
        name: name.into(),
        variant: String::new(),
        core,
    }
}

/// Returns a statement as an item.
fn shape_of_statement<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    if imported_nodes(Language::TypeScript, node, source).is_some() {
        return new_shape(Kind::Import, flatten(node_text(node, source)), node);
    }
    match node.kind() {
        "export_statement" => shape_of_export(node, source),
        "expression_statement" => shape_of_expression(node, source),
        "return_statement" => new_shape(Kind::Statement, "return", node),
        "if_statement" => new_shape(
            Kind::Statement,
            format!("if {}", flatten(field_text(node, "condition", source))),
            node,
        ),
        _ => shape_of_declaration(node, source)
            .unwrap_or_else(|| new_shape(Kind::Statement, first_line(node, source), node)),
    }
}

/// Returns an export as what it exports, known by "default" where that has no name; a list of names
/// is an Export itself.
///
/// `export default () => 1` -> Function `default`, `export default 1` and `export { a }` -> Export.
fn shape_of_export<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let inner = node
        .child_by_field_name("declaration")
        .or_else(|| node.child_by_field_name("value"));
    let Some(inner) = inner else {
        return new_shape(Kind::Export, flatten(node_text(node, source)), node);
    };
    let default = node_text(node, source)
        .trim_start()
        .starts_with("export default");
    match shape_of_declaration(inner, source) {
        Some(shape) if !shape.name.is_empty() => shape,
        Some(shape) => Shape {
            name: "default".to_owned(),
            ..shape
        },
        None if default => new_shape(Kind::Export, "export default", inner),
        None => new_shape(Kind::Statement, first_line(inner, source), inner),
    }
}

/// Returns a declaration as an item, `None` for any other node. A variable that holds a function or
/// class is one.
///
/// `const a = 1, b = 2` goes by `a` alone.
fn shape_of_declaration<'t>(node: Node<'t>, source: &str) -> Option<Shape<'t>> {
    let name = field_text(node, "name", source);
    Some(match node.kind() {
        "function_declaration"
        | "generator_function_declaration"
        | "function_expression"
        | "arrow_function" => new_shape(Kind::Function, name, node),
        "function_signature" => Shape {
            kind: Kind::Function,
            name: name.to_owned(),
            variant: format!(
                "signature {}",
                flatten(field_text(node, "parameters", source))
            ),
            core: node,
        },
        "class_declaration" | "abstract_class_declaration" | "class" => {
            new_shape(Kind::Class, name, node)
        }
        "interface_declaration" | "type_alias_declaration" | "internal_module" | "module" => {
            new_shape(Kind::Type, flatten(name), node)
        }
        "enum_declaration" => new_shape(Kind::Class, name, node),
        "ambient_declaration" => new_shape(Kind::Type, first_line(node, source), node),
        "lexical_declaration" | "variable_declaration" => {
            let declarator = node
                .named_child(0)
                .filter(|child| child.kind() == "variable_declarator")?;
            let kind = match declarator
                .child_by_field_name("value")
                .map(|value| value.kind())
            {
                Some("arrow_function" | "function_expression" | "generator_function") => {
                    Kind::Function
                }
                Some("class") => Kind::Class,
                _ => Kind::Value,
            };
            new_shape(kind, flatten(field_text(declarator, "name", source)), node)
        }
        _ => return None,
    })
}

/// Returns an expression that stands alone as an item: an assignment, a call, a namespace.
///
/// `module.exports = a` -> Export, `a.b = () => 1` -> Function `a.b`; `await` is seen through.
fn shape_of_expression<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let Some(mut inner) = node.named_child(0) else {
        return new_shape(Kind::Statement, first_line(node, source), node);
    };
    if inner.kind() == "internal_module" {
        return new_shape(
            Kind::Type,
            flatten(field_text(inner, "name", source)),
            inner,
        );
    }
    while inner.kind() == "await_expression" {
        let Some(awaited) = inner.named_child(0) else {
            break;
        };
        inner = awaited;
    }
    match inner.kind() {
        "assignment_expression" => {
            let target = flatten(field_text(inner, "left", source));
            let value = inner
                .child_by_field_name("right")
                .map_or("", |right| right.kind());
            let kind = match value {
                _ if target == "module.exports" || target == "exports" => Kind::Export,
                "function_expression" | "arrow_function" => Kind::Function,
                _ => Kind::Value,
            };
            new_shape(kind, target, inner)
        }
        "call_expression" => new_shape(Kind::Call, call_name(inner, source), inner),
        _ => new_shape(Kind::Statement, first_line(node, source), inner),
    }
}

/// Returns a member of a class or an interface as an item. Methods of an interface have no body,
/// and are no overloads.
///
/// `get x()` and `set x()` are told apart by their variant, and so are a class's signatures, by
/// their parameters.
fn shape_of_member<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let name = field_text(node, "name", source);
    match node.kind() {
        "method_definition" | "method_signature" | "abstract_method_signature" => {
            let accessor = ["get", "set"]
                .into_iter()
                .find(|word| has_token(node, word));
            let interface = node
                .parent()
                .is_some_and(|parent| parent.kind() != "class_body");
            let variant = match accessor {
                Some(accessor) => accessor.to_owned(),
                None if node.kind() == "method_definition" || interface => String::new(),
                None => format!(
                    "signature {}",
                    flatten(field_text(node, "parameters", source))
                ),
            };
            Shape {
                kind: Kind::Function,
                name: name.to_owned(),
                variant,
                core: node,
            }
        }
        "public_field_definition" | "field_definition" | "property_signature" => {
            let name = if name.is_empty() {
                field_text(node, "property", source)
            } else {
                name
            };
            let value = node
                .child_by_field_name("value")
                .map_or("", |value| value.kind());
            let kind = if matches!(value, "arrow_function" | "function_expression") {
                Kind::Function
            } else {
                Kind::Value
            };
            new_shape(kind, name, node)
        }
        _ => new_shape(Kind::Statement, first_line(node, source), node),
    }
}

/// Returns an entry between brackets as an item, known by its key or its text.
///
/// `a: 1` -> `a`, `...rest` -> `...rest`, an object that is passed to a call -> `object`.
fn shape_of_entry<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    match node.kind() {
        "pair" | "pair_pattern" => new_shape(
            Kind::Entry,
            plain_key(field_text(node, "key", source)),
            node,
        ),
        "method_definition" => new_shape(
            Kind::Entry,
            plain_key(field_text(node, "name", source)),
            node,
        ),
        "enum_assignment" | "export_specifier" => new_shape(
            Kind::Entry,
            plain_key(field_text(node, "name", source)),
            node,
        ),
        "required_parameter" | "optional_parameter" => new_shape(
            Kind::Entry,
            flatten(field_text(node, "pattern", source)),
            node,
        ),
        "object" | "array" | "arrow_function" | "function_expression" if is_argument(node) => {
            new_shape(Kind::Entry, node.kind(), node)
        }
        "call_expression" => new_shape(Kind::Entry, call_name(node, source), node),
        _ => new_shape(Kind::Entry, plain_key(node_text(node, source)), node),
    }
}

/// Returns whether a node is an argument, which has no name: an object, a list or a function there goes by its
/// kind.
fn is_argument(node: Node<'_>) -> bool {
    node.parent()
        .is_some_and(|parent| parent.kind() == "arguments")
}

/// Returns a key without the quotes that it does not need: `'a'` and `a` are one key, `'a-b'` keeps
/// them.
fn plain_key(name: &str) -> String {
    let flat = flatten(name);
    let bare = flat.trim_matches('\'');
    if bare
        .chars()
        .all(|character| character.is_alphanumeric() || character == '_')
    {
        bare.to_owned()
    } else {
        flat
    }
}

/// Returns the first line of a node's text, by which statements without a name are known.
fn first_line(node: Node<'_>, source: &str) -> String {
    flatten(node_text(node, source).lines().next().unwrap_or_default())
}
