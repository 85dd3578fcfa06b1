//! Checks what a function gives back after an edit: one that returned the value which it promises still does.
//!
//! A plan often shows only the head of a function. Put in place of the whole it parses, and the function returns nothing.
//!
//! ```text
//! def run(self) -> int:              def run(self) -> int:
//!     rows = self.load()       →         rows = self.load(limit=5)
//!     return len(rows)                   # the end is lost
//! ```

use std::collections::HashMap;

use tree_sitter::Node;

use crate::items::Source;
use crate::languages::{Kind, Language, named_children, node_text};

/// The depth to which classes inside of others are followed for their methods.
const DEEPEST: usize = 4;

/// Returns the first function of both texts that returned a value to its end, says that it does, and ends without one now:
/// its name, and where it begins.
pub(super) fn lost_value(old: &Source<'_>, new: &Source<'_>) -> Option<(String, usize)> {
    let before: HashMap<String, Node<'_>> = list_functions(old).into_iter().collect();
    list_functions(new)
        .into_iter()
        .find_map(|(name, function)| {
            let was = before.get(&name)?;
            let is_changed = node_text(*was, old.text) != node_text(function, new.text);
            (is_changed
                && declares_return_value(new, function)
                && returns_value(old, *was)
                && ends_without(new, function)
                && !ends_without(old, *was))
            .then_some((name, function.start_byte()))
        })
}

/// Returns the functions and methods of a text by their qualified names.
pub(super) fn list_functions<'t>(source: &'t Source<'_>) -> Vec<(String, Node<'t>)> {
    let mut found = Vec::new();
    collect_functions(source, source.root(), ("", 0), &mut found);
    found
}

/// Collects the functions of a list and of the classes in it; overloads, which have a variant, are none.
fn collect_functions<'t>(
    source: &Source<'_>,
    list: Node<'t>,
    (owner, depth): (&str, usize),
    found: &mut Vec<(String, Node<'t>)>,
) {
    if depth > DEEPEST {
        return;
    }
    for item in source.items(list) {
        let Some(body) = source.language.body(item.core) else {
            continue;
        };
        let name = if owner.is_empty() {
            item.name.clone()
        } else {
            format!("{owner}.{}", item.name)
        };
        match item.kind {
            Kind::Function => {
                if let Some(function) = body.parent().filter(|_| item.variant.is_empty()) {
                    found.push((name, function));
                }
            }
            Kind::Class => collect_functions(source, body, (&name, depth + 1), found),
            _ => {}
        }
    }
}

/// Returns whether the function's own annotation says that it gives a value.
///
/// No annotation says nothing, and one that any value fits, as `Any`, is fulfilled without a
/// `return`.
fn declares_return_value(source: &Source<'_>, function: Node<'_>) -> bool {
    // Ending without a value gives one of these; `Promise<void>` and `Union[int, None]` hold them.
    const NO_VALUE: [&str; 8] = [
        "None",
        "NoReturn",
        "Never",
        "Optional",
        "void",
        "undefined",
        "never",
        "asserts",
    ];
    const ANY_VALUE: [&str; 4] = ["Any", "object", "any", "unknown"];
    let Some(annotation) = function.child_by_field_name("return_type") else {
        return false;
    };
    let shown = node_text(annotation, source.text).trim_start_matches([':', ' ']);
    let mut words = shown.split(|one: char| !(one.is_alphanumeric() || one == '_'));
    !ANY_VALUE.contains(&shown) && !words.any(|word| NO_VALUE.contains(&word))
}

/// Returns whether some statement of the function returns a value, or it is a generator.
fn returns_value(source: &Source<'_>, function: Node<'_>) -> bool {
    let body = function.child_by_field_name("body");
    body.is_some_and(|body| {
        has_node_in_body(body, &|node| {
            node.kind() == "return_statement" && !named_children(node).is_empty()
        }) && !has_node_in_body(body, &|node| {
            matches!(node.kind(), "yield" | "yield_expression")
        }) && source.language.list(body).is_some()
    })
}

/// Returns whether a node of the body fits, functions inside of it aside.
fn has_node_in_body(node: Node<'_>, fits: &dyn Fn(Node<'_>) -> bool) -> bool {
    fits(node)
        || named_children(node)
            .into_iter()
            .any(|child| !is_function(child) && has_node_in_body(child, fits))
}

/// Returns whether what stands in the node runs apart from what is around it: a `return` there is not the outer function's.
fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "function_definition"
            | "lambda"
            | "class_definition"
            | "function_declaration"
            | "function_expression"
            | "arrow_function"
            | "method_definition"
            | "class_declaration"
            | "class"
    )
}

/// Returns whether the text decides that the function can end without a value.
///
/// Decided is only what the text shows to be reached: a branch that may be taken, an end without a
/// `return`.
fn ends_without(source: &Source<'_>, function: Node<'_>) -> bool {
    let Some(body) = function.child_by_field_name("body") else {
        return false;
    };
    // A body that is one expression gives that; a generator ends as it likes.
    let is_block = source.language.list(body).is_some();
    is_block
        && !has_node_in_body(body, &|node| {
            matches!(node.kind(), "yield" | "yield_expression")
        })
        && falls_through(source, Some(body), returns_value(source, function))
}

/// Returns whether what is below the statement is reached. A call may be one that never comes back: in a function that
/// `returns` a value elsewhere that is left open.
///
/// Statements that are not listed are taken to be passed.
fn falls_through(source: &Source<'_>, node: Option<Node<'_>>, returns: bool) -> bool {
    let Some(node) = node else { return true };
    let field = |name: &str| node.child_by_field_name(name);
    let through = |node: Option<Node<'_>>| falls_through(source, node, returns);
    match node.kind() {
        "return_statement" | "raise_statement" | "throw_statement" | "continue_statement" => false,
        "block" | "statement_block" | "else_clause" | "finally_clause" | "except_clause"
        | "catch_clause" => {
            let inner = field("body").or_else(|| named_children(node).pop());
            through(inner)
        }
        "if_statement" => {
            let others: Vec<Node<'_>> = node
                .children_by_field_name("alternative", &mut node.walk())
                .collect();
            let is_complete = others
                .last()
                .is_some_and(|last| last.kind() != "elif_clause");
            let parts = others
                .iter()
                .map(|other| other.child_by_field_name("consequence").unwrap_or(*other));
            !is_complete
                || through(field("consequence"))
                || parts.into_iter().any(|part| through(Some(part)))
        }
        "with_statement" => through(field("body")),
        "while_statement" | "for_statement" if is_endless(source, node) => false,
        "try_statement" => try_falls_through(source, node, returns),
        // Whether all cases are there, the text alone does not say.
        "match_statement" | "switch_statement" => !returns,
        "expression_statement" => {
            let inner = node.named_child(0).map_or("", |inner| inner.kind());
            !(returns
                && matches!(
                    inner,
                    "call" | "call_expression" | "await" | "await_expression"
                ))
        }
        "assert_statement" => node
            .named_child(0)
            .is_none_or(|asserted| asserted.kind() != "false"),
        _ => true,
    }
}

/// Returns whether what is below a `try` is reached: through its body (or `else`) or a handler, and through its `finally`.
fn try_falls_through(source: &Source<'_>, node: Node<'_>, returns: bool) -> bool {
    let through = |node: Option<Node<'_>>| falls_through(source, node, returns);
    let clauses = named_children(node);
    let last = clauses
        .iter()
        .find(|clause| clause.kind() == "finally_clause")
        .copied();
    let mut handlers = clauses
        .iter()
        .filter(|one| one.kind().starts_with("except") || one.kind() == "catch_clause");
    let otherwise = clauses
        .iter()
        .find(|one| one.kind() == "else_clause")
        .copied();
    let falls = through(otherwise.or_else(|| node.child_by_field_name("body")))
        || handlers.any(|one| through(Some(*one)));
    falls && last.is_none_or(|last| through(Some(last)))
}

/// Returns whether a loop never ends but by `return` or an error.
///
/// `while True:`, `while (true)`, `for (;;)`, without a `break` anywhere in it, be it that of an
/// inner loop.
fn is_endless(source: &Source<'_>, node: Node<'_>) -> bool {
    let condition = node
        .child_by_field_name("condition")
        .map(|one| node_text(one, source.text).trim_matches(['(', ')', ' ', ';']));
    let always = match condition {
        Some(shown) => matches!(shown, "True" | "1" | "true" | ""),
        None => node.kind() == "for_statement" && source.language != Language::Python,
    };
    always && !has_node_in_body(node, &|inner| inner.kind() == "break_statement")
}
