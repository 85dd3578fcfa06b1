//! Definitions of Python: classes with their attributes, decorated functions, settings lists and
//! dictionaries.
//!
//! ```text
//! @app.get("/x")
//! def list_users(): …              Function `list_users`
//! @name.setter
//! def name(self, value): …         Function `name`, variant `setter`
//! TIMEOUT: int = 5                 Value `TIMEOUT`
//! app.include_router(users)        Call `app.include_router(users)`
//! if __name__ == "__main__": …     Guard
//! {"a": 1}                         Entry `'a'`
//! ```

use tree_sitter::Node;

use super::{Kind, List, Shape, call_name};
use crate::languages::{field_text, flatten, node_text};

/// Decorators that only a function of a class bears.
const BOUND: [&str; 19] = [
    "staticmethod",
    "classmethod",
    "property",
    "cached_property",
    "hybrid_property",
    "hybrid_method",
    "setter",
    "deleter",
    "validator",
    "root_validator",
    "field_validator",
    "model_validator",
    "field_serializer",
    "model_serializer",
    "computed_field",
    "declared_attr",
    "abstractmethod",
    "validates",
    "action",
];

/// Returns the kind of list that a node is: the block of a class holds members, any other block
/// statements.
pub(super) fn list_kind(node: Node<'_>) -> Option<List> {
    match node.kind() {
        "module" => Some(List::Module),
        "block" => Some(match node.parent() {
            Some(parent) if parent.kind() == "class_definition" => List::Members,
            _ => List::Statements,
        }),
        "list" | "dictionary" | "tuple" | "set" | "argument_list" | "parameters" => {
            Some(List::Entries)
        }
        _ => None,
    }
}

/// Returns a child of a list as an item.
pub(super) fn shape_of_item<'t>(node: Node<'t>, source: &str, list: List) -> Shape<'t> {
    if list == List::Entries {
        return shape_of_entry(node, source);
    }
    match node.kind() {
        "import_statement" | "import_from_statement" | "future_import_statement" => {
            new_shape(Kind::Import, flatten(node_text(node, source)), node)
        }
        "function_definition" | "class_definition" => shape_of_definition(node, node, source),
        "decorated_definition" => {
            let core = node.child_by_field_name("definition").unwrap_or(node);
            shape_of_definition(node, core, source)
        }
        "expression_statement" => shape_of_statement(node, source),
        "type_alias_statement" => {
            new_shape(Kind::Type, flatten(field_text(node, "left", source)), node)
        }
        "if_statement" => {
            let condition = flatten(field_text(node, "condition", source));
            let kind = if condition.starts_with("__name__") {
                Kind::Guard
            } else {
                Kind::Statement
            };
            new_shape(kind, format!("if {condition}"), node)
        }
        "return_statement" => new_shape(Kind::Statement, "return".to_owned(), node),
        _ => new_shape(Kind::Statement, first_line(node, source), node),
    }
}

/// Returns whether a function belongs to a class: a decorator or its first parameter says so.
pub(super) fn is_bound(node: Node<'_>, core: Node<'_>, source: &str) -> bool {
    let mut cursor = node.walk();
    let marked = node
        .children(&mut cursor)
        .filter(|child| child.kind() == "decorator")
        .any(|child| {
            let shown = node_text(child, source).trim_start_matches('@');
            let name = shown.split('(').next().unwrap_or(shown);
            let last = name.rsplit('.').next().unwrap_or(name).trim();
            BOUND.contains(&last)
        });
    if marked {
        return true;
    }
    let first = core
        .child_by_field_name("parameters")
        .and_then(|parameters| parameters.named_child(0));
    // `self: "Line"` says whose method it is.
    let name = first.map(|first| {
        first
            .named_child(0)
            .filter(|_| first.kind() == "typed_parameter")
            .unwrap_or(first)
    });
    name.is_some_and(|name| matches!(node_text(name, source), "self" | "cls" | "mcs"))
}

/// Makes an item in its plain form.
fn new_shape<'t>(kind: Kind, name: String, core: Node<'t>) -> Shape<'t> {
    Shape {
        kind,
        name,
        variant: String::new(),
        core,
    }
}

/// Returns a function or class as an item. Its variant tells the overloads and accessors of one
/// name apart.
fn shape_of_definition<'t>(node: Node<'t>, core: Node<'t>, source: &str) -> Shape<'t> {
    let kind = if core.kind() == "class_definition" {
        Kind::Class
    } else {
        Kind::Function
    };
    let mut variant = String::new();
    let mut cursor = node.walk();
    for decorator in node
        .children(&mut cursor)
        .filter(|child| child.kind() == "decorator")
    {
        let shown = node_text(decorator, source).trim_start_matches('@').trim();
        if shown.ends_with("overload") {
            variant = format!(
                "overload {}",
                flatten(field_text(core, "parameters", source))
            );
        } else if let Some((_, accessor)) = shown.rsplit_once('.')
            && matches!(
                accessor,
                "setter" | "deleter" | "expression" | "inplace" | "register"
            )
        {
            variant = accessor.to_owned();
        }
    }
    Shape {
        kind,
        name: field_text(core, "name", source).to_owned(),
        variant,
        core,
    }
}

/// Returns an expression that stands alone as an item: an assignment, a call, a docstring, `...`.
fn shape_of_statement<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let Some(inner) = node.named_child(0) else {
        return new_shape(Kind::Statement, first_line(node, source), node);
    };
    match inner.kind() {
        "assignment" => new_shape(
            Kind::Value,
            flatten(field_text(inner, "left", source)),
            inner,
        ),
        "augmented_assignment" => {
            let target = flatten(field_text(inner, "left", source));
            Shape {
                kind: Kind::Value,
                name: target,
                variant: "+=".to_owned(),
                core: inner,
            }
        }
        "call" => new_shape(Kind::Call, call_name(inner, source), inner),
        "await" => match inner.named_child(0) {
            Some(awaited) if awaited.kind() == "call" => {
                new_shape(Kind::Call, call_name(awaited, source), inner)
            }
            _ => new_shape(Kind::Statement, first_line(node, source), inner),
        },
        "string" | "concatenated_string" => {
            new_shape(Kind::Docstring, "docstring".to_owned(), inner)
        }
        "ellipsis" => new_shape(Kind::Marker, "...".to_owned(), inner),
        _ => new_shape(Kind::Statement, first_line(node, source), inner),
    }
}

/// Returns an entry of a list, dictionary, call or parameter list as an item, known by its key or
/// its text.
fn shape_of_entry<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    match node.kind() {
        "pair" => new_shape(Kind::Entry, flatten(field_text(node, "key", source)), node),
        "keyword_argument" => new_shape(
            Kind::Entry,
            format!("{}=", field_text(node, "name", source)),
            node,
        ),
        "dictionary" | "list"
            if node
                .parent()
                .is_some_and(|parent| parent.kind() == "argument_list") =>
        {
            new_shape(Kind::Entry, node.kind().to_owned(), node)
        }
        "call" => new_shape(Kind::Entry, call_name(node, source), node),
        "ellipsis" => new_shape(Kind::Marker, "...".to_owned(), node),
        "typed_parameter" => new_shape(
            Kind::Entry,
            node.named_child(0)
                .map_or("", |name| node_text(name, source))
                .to_owned(),
            node,
        ),
        "default_parameter" | "typed_default_parameter" => new_shape(
            Kind::Entry,
            field_text(node, "name", source).to_owned(),
            node,
        ),
        _ => new_shape(Kind::Entry, flatten(node_text(node, source)), node),
    }
}

/// Returns the first line of a node's text, by which statements without a name are known.
fn first_line(node: Node<'_>, source: &str) -> String {
    flatten(node_text(node, source).lines().next().unwrap_or_default())
}
