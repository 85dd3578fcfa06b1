//! Wrong versions of JavaScript and TypeScript.
//!
//! ```text
//! if (a && b) {…}          if (!(a && b)) {…}     and, an edit of its own, if (a || b) {…}
//! return total;            return undefined;      in TypeScript `undefined as never`
//! (a) => a * 2             (a) => undefined
//! if (x < 0) throw e;      ;                      the whole guard is gone
//! x = await load()         x = load()
//! ```

use tree_sitter::Node;

use super::model::{Edit, Operator};
use super::{is_log_call, is_opposed, one_more, other_comparison, row_range, swap_arguments};
use crate::definitions::call_name;
use crate::languages::{Language, field_text, flatten, node_text};

/// Returns whether nothing in a node is worth an edit: types, imports, and calls that log.
pub(super) fn is_not_mutated(node: Node<'_>, source: &str) -> bool {
    let kind = node.kind();
    match kind {
        "type_annotation" | "type_arguments" | "type_parameters" | "comment" | "decorator"
        | "import_statement" => true,
        "interface_declaration"
        | "type_alias_declaration"
        | "enum_declaration"
        | "formal_parameters" => true,
        "call_expression" => is_log_call(field_text(node, "function", source)),
        _ => kind.ends_with("_type"),
    }
}

/// Returns the body of a function. An arrow without braces inside of another function is part of that.
pub(super) fn function_body(node: Node<'_>, is_inside: bool) -> Option<Node<'_>> {
    let is_function = matches!(
        node.kind(),
        "function_declaration"
            | "generator_function_declaration"
            | "function_expression"
            | "generator_function"
            | "arrow_function"
            | "method_definition"
    );
    let body = node.child_by_field_name("body").filter(|_| is_function)?;
    (body.kind() == "statement_block" || !is_inside).then_some(body)
}

/// Returns the edit of a named function that does nothing: it fails. Not of a constructor, whose parameters may be all that
/// it is for, nor of a function that is given to another one, and does nothing on purpose.
///
/// `{}`, `{ return; }` and `{ return null; }` become `{ throw new Error(); }`; comments do not
/// count.
pub(super) fn of_hollow(node: Node<'_>, source: &str) -> Option<Edit> {
    let block = function_body(node, true)?;
    let is_named = match node.kind() {
        "function_declaration" => true,
        "method_definition" => field_text(node, "name", source) != "constructor",
        _ => node
            .parent()
            .is_some_and(|around| around.kind() == "variable_declarator"),
    };
    let mut cursor = block.walk();
    let told: Vec<Node<'_>> = block
        .named_children(&mut cursor)
        .filter(|one| one.kind() != "comment")
        .collect();
    let does_nothing = match told.as_slice() {
        [] => true,
        [only] => {
            let value = only.named_child(0).map(|value| value.kind());
            only.kind() == "return_statement" && matches!(value, None | Some("undefined" | "null"))
        }
        _ => false,
    };
    (is_named && does_nothing)
        .then(|| new_edit(Operator::Hollow, block, "{ throw new Error(); }", node))
}

/// Returns a function's name behind those around it: `Order.total`, `app.get('/orders')` for a
/// function that is passed to that call, "a function" where nothing has a name.
pub(super) fn function_name(node: Node<'_>, source: &str) -> String {
    let mut names = Vec::new();
    let mut at = Some(node);
    while let Some(around) = at {
        let name = match around.kind() {
            "variable_declarator"
            | "public_field_definition"
            | "field_definition"
            | "class_declaration"
            | "class"
            | "method_definition"
            | "function_declaration"
            | "generator_function_declaration" => field_text(around, "name", source).to_owned(),
            "pair" => flatten(field_text(around, "key", source)),
            "assignment_expression" => flatten(field_text(around, "left", source)),
            "call_expression" if names.is_empty() => call_name(around, source),
            _ => String::new(),
        };
        if !name.is_empty() {
            names.push(name);
        }
        at = around.parent();
    }
    names.reverse();
    if names.is_empty() {
        "a function".to_owned()
    } else {
        names.join(".")
    }
}

/// Returns the edit of an arrow without braces: what it says is what it returns.
pub(super) fn of_function(node: Node<'_>, language: Language) -> Vec<Edit> {
    let body = node
        .child_by_field_name("body")
        .filter(|body| node.kind() == "arrow_function" && returns_much(*body));
    let returned = body.filter(|body| body.kind() != "statement_block");
    returned
        .map(|body| new_edit(Operator::Return, body, &empty_value(language, true), node))
        .into_iter()
        .collect()
}

/// Makes the edit that puts a text at a node; `shown` is the part that a report shows.
fn new_edit(operator: Operator, at: Node<'_>, new: &str, shown: Node<'_>) -> Edit {
    Edit {
        operator,
        at: at.byte_range(),
        new: new.to_owned(),
        shown: shown.byte_range(),
        rows: row_range(at),
    }
}

/// Returns how nothing is written so that a type checker lets it pass: it is not the tests' work to check types.
fn empty_value(language: Language, is_arrow: bool) -> String {
    match (language, is_arrow) {
        (Language::TypeScript | Language::Tsx, true) => "(undefined as never)".to_owned(),
        (Language::TypeScript | Language::Tsx, false) => "undefined as never".to_owned(),
        _ => "undefined".to_owned(),
    }
}

/// Returns whether a value is missed where nothing is returned instead: a constant of two values
/// may be right by chance.
fn returns_much(value: Node<'_>) -> bool {
    !matches!(value.kind(), "undefined" | "null" | "true" | "false")
}

/// Returns the edits of one node, of which a function has several.
pub(super) fn list_edits(node: Node<'_>, source: &str, language: Language) -> Vec<Edit> {
    if node.kind() == "arrow_function" {
        return of_function(node, language);
    }
    let edit =
        edit_of_statement(node, source, language).or_else(|| edit_of_expression(node, source));
    edit.into_iter().collect()
}

/// Returns the edit that takes away what a whole statement does.
fn edit_of_statement(node: Node<'_>, source: &str, language: Language) -> Option<Edit> {
    match node.kind() {
        // A guard turned around throws in each call, which a test sees that checks nothing.
        "if_statement" if is_guard(node) => Some(new_edit(Operator::Validation, node, ";", node)),
        "if_statement" => {
            let condition = node.child_by_field_name("condition")?;
            negate_condition(condition.named_child(0), source)
        }
        "return_statement" => {
            node.named_child(0).filter(|value| returns_much(*value))?;
            let new = format!("return {};", empty_value(language, false));
            Some(new_edit(Operator::Return, node, &new, node))
        }
        "expression_statement" => {
            let call = called_expression(node.named_child(0)?)?;
            let is_log = is_log_call(field_text(call, "function", source));
            (!is_log).then(|| new_edit(Operator::Call, node, ";", node))
        }
        "throw_statement" if !in_guard(node) => {
            Some(new_edit(Operator::Validation, node, ";", node))
        }
        _ => None,
    }
}

/// Returns the edit of an expression.
fn edit_of_expression(node: Node<'_>, source: &str) -> Option<Edit> {
    let constant = |new: &str| new_edit(Operator::Constant, node, new, enclosing_expression(node));
    match node.kind() {
        "ternary_expression" => negate_condition(node.child_by_field_name("condition"), source),
        "binary_expression" => edit_of_operator(node),
        "number" => one_more(node_text(node, source)).map(|more| constant(&more)),
        "true" => Some(constant("false")),
        "false" => Some(constant("true")),
        "call_expression" => {
            let arguments = node.child_by_field_name("arguments")?;
            let is_list = arguments.kind() == "arguments";
            is_list
                .then(|| swap_arguments(node, arguments, source))
                .flatten()
        }
        "await_expression" => {
            let awaited = node_text(node.named_child(0)?, source);
            Some(new_edit(Operator::Await, node, awaited, node))
        }
        _ => None,
    }
}

/// Returns the edit of an operator: `&&` and `||`, or a comparison.
fn edit_of_operator(node: Node<'_>) -> Option<Edit> {
    let sign = node.child_by_field_name("operator")?;
    match sign.kind() {
        "&&" => Some(new_edit(Operator::Condition, sign, "||", node)),
        "||" => Some(new_edit(Operator::Condition, sign, "&&", node)),
        // `in` of a script has no `not in`.
        "in" => None,
        other => {
            other_comparison(other).map(|other| new_edit(Operator::Comparison, sign, other, node))
        }
    }
}

/// Returns the call that a statement comes to.
///
/// `await save(x)` -> `save(x)`. None for an assignment, whose call gives a value.
fn called_expression(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "call_expression" => Some(node),
        "await_expression" => node.named_child(0).and_then(called_expression),
        _ => None,
    }
}

/// Returns whether all that a condition decides is that an error is thrown.
///
/// Braces around the `throw` make no difference; with an `else`, or a second statement, it is none.
fn is_guard(node: Node<'_>) -> bool {
    let consequence = node
        .child_by_field_name("consequence")
        .filter(|_| node.kind() == "if_statement");
    let throws = |one: Node<'_>| match one.kind() {
        "throw_statement" => true,
        "statement_block" => {
            one.named_child_count() == 1
                && one
                    .named_child(0)
                    .is_some_and(|only| only.kind() == "throw_statement")
        }
        _ => false,
    };
    consequence.is_some_and(throws) && node.child_by_field_name("alternative").is_none()
}

/// Returns whether a statement is all of a guard, which is edited as a whole.
fn in_guard(node: Node<'_>) -> bool {
    let parent = node.parent();
    let block = parent
        .filter(|parent| parent.kind() == "statement_block")
        .and_then(|block| block.parent());
    parent.is_some_and(is_guard) || block.is_some_and(is_guard)
}

/// Returns the edit that turns a condition around. `None` for a comparison that is turned around by
/// its sign, and for a constant, which is an edit of its own.
fn negate_condition(condition: Option<Node<'_>>, source: &str) -> Option<Edit> {
    let condition = condition?;
    let sign = condition
        .child_by_field_name("operator")
        .map(|sign| sign.kind());
    let new = match condition.kind() {
        "binary_expression"
            if sign.is_some_and(|sign| other_comparison(sign).is_some() && is_opposed(sign)) =>
        {
            return None;
        }
        "true" | "false" => return None,
        "unary_expression" if sign == Some("!") => {
            node_text(condition.child_by_field_name("argument")?, source).to_owned()
        }
        _ => format!("!({})", node_text(condition, source)),
    };
    let (at, rows) = (condition.byte_range(), row_range(condition));
    Some(Edit {
        operator: Operator::Condition,
        shown: at.clone(),
        at,
        new,
        rows,
    })
}

/// Returns what a value stands in, so that people know which one is meant.
///
/// In a list, an object or a template that is the value itself; for an argument it is the call.
fn enclosing_expression(node: Node<'_>) -> Node<'_> {
    let parent = node.parent().unwrap_or(node);
    match parent.kind() {
        "array" | "object" | "template_substitution" => node,
        "arguments" => parent.parent().unwrap_or(parent),
        _ => parent,
    }
}
