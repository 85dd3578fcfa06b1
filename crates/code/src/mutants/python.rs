//! Wrong versions of Python.
//!
//! ```text
//! if a and b:             if not (a and b):     and, an edit of its own, if a or b:
//! return total            return None
//! save(order)             pass
//! if x < 0: raise E       pass: the whole guard is gone
//! x = await load()        x = load()
//! ```

use tree_sitter::Node;

use super::model::{Edit, Operator};
use super::{is_log_call, is_opposed, one_more, other_comparison, row_range, swap_arguments};
use crate::languages::{field_text, node_text};

/// Returns whether nothing in a node is worth an edit: what is read by tools and people only, and calls that log.
pub(super) fn is_not_mutated(node: Node<'_>, source: &str) -> bool {
    match node.kind() {
        "type"
        | "comment"
        | "decorator"
        | "format_specifier"
        | "import_statement"
        | "import_from_statement" => true,
        "call" => is_log_call(field_text(node, "function", source)),
        // An abstract method, or one that nobody wrote as yet.
        "raise_statement" => node_text(node, source).contains("NotImplemented"),
        _ => false,
    }
}

/// Returns the body of a function.
/// None for any other node, a lambda among them.
pub(super) fn function_body(node: Node<'_>) -> Option<Node<'_>> {
    (node.kind() == "function_definition")
        .then(|| node.child_by_field_name("body"))
        .flatten()
}

/// Returns the edit of a function that does nothing: it fails. Not of what others are to fill (an abstract method, one of
/// a protocol) and of what the language calls by itself.
///
/// `pass`, `return` and, in a function of the module itself, `...` become `raise RuntimeError`;
/// `raise NotImplementedError` outside a class becomes `pass`. A docstring and comments do not
/// count.
pub(super) fn of_hollow(node: Node<'_>, source: &str) -> Option<Edit> {
    let mut cursor = node.walk();
    let block = function_body(node)?;
    let told: Vec<Node<'_>> = block
        .named_children(&mut cursor)
        .filter(|one| one.kind() != "comment" && !is_docstring(*one))
        .collect();
    let [only] = told.as_slice() else { return None };
    let owner = node.parent().and_then(|around| around.parent());
    let is_decorated = node
        .parent()
        .is_some_and(|around| around.kind() == "decorated_definition");
    let inherits = std::iter::successors(node.parent(), Node::parent)
        .find(|one| one.kind() == "class_definition")
        .is_some_and(|class| class.child_by_field_name("superclasses").is_some());
    let is_method = owner.is_some_and(|one| one.kind() == "class_definition");
    let is_of_module = node.parent().is_some_and(|one| one.kind() == "module");
    let statement = node_text(*only, source);
    let new = match only.kind() {
        "pass_statement" => "raise RuntimeError",
        "return_statement" if matches!(statement, "return" | "return None") => "raise RuntimeError",
        "expression_statement" if is_of_module && statement == "..." => "raise RuntimeError",
        "raise_statement" if !is_method && statement.contains("NotImplemented") => "pass",
        _ => return None,
    };
    // `__init__`, `__enter__` and the like run without a call in the text.
    let is_called_by_python = field_text(node, "name", source).starts_with("__");
    (!is_decorated && !inherits && !is_called_by_python).then(|| Edit {
        operator: Operator::Hollow,
        at: only.byte_range(),
        new: new.to_owned(),
        shown: only.byte_range(),
        rows: row_range(*only),
    })
}

/// Returns whether a statement is a text and nothing else.
fn is_docstring(node: Node<'_>) -> bool {
    node.kind() == "expression_statement"
        && node
            .named_child(0)
            .is_some_and(|only| only.kind() == "string")
}

/// Returns a function's name behind those of the classes and functions around it: `Order.total`.
pub(super) fn function_name(node: Node<'_>, source: &str) -> String {
    let mut names = vec![field_text(node, "name", source)];
    let mut above = node.parent();
    while let Some(around) = above {
        if matches!(around.kind(), "class_definition" | "function_definition") {
            names.push(field_text(around, "name", source));
        }
        above = around.parent();
    }
    names.reverse();
    names.join(".")
}

/// Returns the edit that puts a text at a node; `shown` is what a report shows of it.
fn edit(operator: Operator, at: Node<'_>, new: &str, shown: Node<'_>) -> Edit {
    Edit {
        operator,
        at: at.byte_range(),
        new: new.to_owned(),
        shown: shown.byte_range(),
        rows: row_range(at),
    }
}

/// Returns the edits of one node: at most one for an expression or a condition, more for a whole statement.
pub(super) fn list_edits(node: Node<'_>, source: &str) -> Vec<Edit> {
    edit_of_expression(node, source)
        .map_or_else(|| edits_of_statement(node, source), |edit| vec![edit])
}

/// Returns the edit of an expression, a condition or a guard.
fn edit_of_expression(node: Node<'_>, source: &str) -> Option<Edit> {
    let constant = |new: &str| edit(Operator::Constant, node, new, enclosing_expression(node));
    match node.kind() {
        // A guard turned around raises in each call, which a test sees that checks nothing.
        "if_statement" if is_guard(node) => Some(edit(Operator::Validation, node, "pass", node)),
        "if_statement" | "elif_clause" => {
            negate_condition(node.child_by_field_name("condition"), source)
        }
        "if_clause" => negate_condition(node.named_child(0), source),
        "conditional_expression" => negate_condition(node.named_child(1), source),
        "boolean_operator" => {
            let sign = node.child_by_field_name("operator")?;
            let other = if sign.kind() == "and" { "or" } else { "and" };
            Some(edit(Operator::Condition, sign, other, node))
        }
        "comparison_operator" => {
            let sign = only_sign(node)?;
            let other = other_comparison(sign.kind())?;
            Some(edit(Operator::Comparison, sign, other, node))
        }
        "integer" | "float" => one_more(node_text(node, source)).map(|more| constant(&more)),
        "true" => Some(constant("False")),
        "false" => Some(constant("True")),
        "call" => {
            let arguments = node.child_by_field_name("arguments")?;
            let is_list = arguments.kind() == "argument_list";
            is_list
                .then(|| swap_arguments(node, arguments, source))
                .flatten()
        }
        // A statement that is not awaited does not run at all, as if the call were gone.
        "await" if !is_whole_statement(node) => {
            let awaited = node_text(node.named_child(0)?, source);
            Some(edit(Operator::Await, node, awaited, node))
        }
        _ => None,
    }
}

/// Returns whether a node is a statement of its own.
fn is_whole_statement(node: Node<'_>) -> bool {
    node.parent()
        .is_some_and(|parent| parent.kind() == "expression_statement")
}

/// Returns the edits that take away what a whole statement does: its value, its call, its check.
fn edits_of_statement(node: Node<'_>, source: &str) -> Vec<Edit> {
    let one = |edit: Edit| vec![edit];
    match node.kind() {
        "return_statement" => {
            let value = node
                .named_child(0)
                // `return None` changes nothing for `None`; `True` and `False` get edits as
                // constants.
                .filter(|value| !matches!(value.kind(), "none" | "true" | "false"));
            value
                .map(|_| edit(Operator::Return, node, "return None", node))
                .into_iter()
                .collect()
        }
        "expression_statement" => {
            let called = node
                .named_child(0)
                .filter(|_| node.named_child_count() == 1)
                .and_then(called_expression);
            let weighs = called.filter(|call| !is_log_call(field_text(*call, "function", source)));
            weighs
                .map(|_| edit(Operator::Call, node, "pass", node))
                .into_iter()
                .collect()
        }
        "assert_statement" => one(edit(Operator::Validation, node, "pass", node)),
        // Where it is all that a guard does, the guard's own edit takes it away with its condition.
        "raise_statement"
            if !node
                .parent()
                .is_some_and(|block| block.parent().is_some_and(is_guard)) =>
        {
            one(edit(Operator::Validation, node, "pass", node))
        }
        _ => Vec::new(),
    }
}

/// Returns the call that a statement comes to.
///
/// `await save(x)` -> `save(x)`. None for an assignment, whose call gives a value.
fn called_expression(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "call" => Some(node),
        "await" => node.named_child(0).and_then(called_expression),
        _ => None,
    }
}

/// Returns whether all that a condition decides is that an error is raised.
///
/// `if x < 0: raise ValueError` is one; with an `else`, or a second statement, it is none.
fn is_guard(node: Node<'_>) -> bool {
    let consequence = node
        .child_by_field_name("consequence")
        .filter(|_| node.kind() == "if_statement");
    let raises = |block: Node<'_>| {
        block.named_child_count() == 1
            && block
                .named_child(0)
                .is_some_and(|only| only.kind() == "raise_statement")
    };
    consequence.is_some_and(raises) && node.child_by_field_name("alternative").is_none()
}

/// Returns the edit that turns a condition around. `None` for a comparison that is turned around by
/// its sign, and for a constant, which is an edit of its own.
fn negate_condition(condition: Option<Node<'_>>, source: &str) -> Option<Edit> {
    let condition = condition?;
    let new = match condition.kind() {
        "comparison_operator"
            if only_sign(condition).is_some_and(|sign| is_opposed(sign.kind())) =>
        {
            return None;
        }
        "true" | "false" => return None,
        "not_operator" => node_text(condition.child_by_field_name("argument")?, source).to_owned(),
        _ => format!("not ({})", node_text(condition, source)),
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

/// Returns the sign of a comparison of two values.
/// None for a chain: `0 < x < 9` has two.
fn only_sign(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let signs: Vec<Node<'_>> = node
        .children_by_field_name("operators", &mut cursor)
        .collect();
    match signs.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Returns what a value stands in, so that people know which one is meant.
///
/// In a list, a block or a tuple that is the value itself; for an argument the call, if it begins
/// on the same line.
fn enclosing_expression(node: Node<'_>) -> Node<'_> {
    let parent = node.parent().unwrap_or(node);
    match parent.kind() {
        "block" | "module" | "list" | "dictionary" | "tuple" => node,
        "argument_list" | "keyword_argument" | "pair" => {
            let call =
                std::iter::successors(Some(parent), Node::parent).find(|one| one.kind() == "call");
            call.filter(|call| call.start_position().row == node.start_position().row)
                .unwrap_or(parent)
        }
        _ => parent,
    }
}
