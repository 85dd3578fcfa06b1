//! Wrong versions of code: each a text with one small edit, for which a test of that code should fail.
//!
//! ```text
//! def fee(total):
//!     if total < 0:            # `total <= 0`; `total < 1`
//!         raise ValueError     # the whole guard goes
//!     return total * 2         # `return None`; `total * 3`
//! ```
//!
//! Only edits inside of functions are made, and of constants that are all that was changed: what else stands at the top of
//! a module runs when it is loaded, and a module that can't be loaded says nothing of its tests.

mod model;

mod python;

mod script;

mod constants;

use std::collections::BTreeMap;
use std::ops::Range;

use tree_sitter::Node;

use crate::languages::{Language, flatten, node_text};
use model::Edit;
pub use model::{Mutant, Operator};

/// The longest part of a line of code, in characters, that is shown of a mutant.
const SHOWN: usize = 80;

/// Returns the wrong versions of what stands on the changed lines (from 0) of a file's functions, the most telling first:
/// one of each function, then the second of each. A function with a changed line and nothing to edit on it is edited as a
/// whole. Empty for a language without a grammar, and where the text does not parse.
#[must_use]
pub fn list_mutants(path: &str, source: &str, changed: &[Range<usize>]) -> Vec<Mutant> {
    let Some(language) = Language::of_path(path) else {
        return Vec::new();
    };
    let Some(tree) = language
        .parse(source)
        .filter(|tree| !tree.root_node().has_error())
    else {
        return Vec::new();
    };
    let mut functions = Vec::new();
    collect_mutants(
        tree.root_node(),
        &mut Walk {
            language,
            source,
            inside: None,
            functions: &mut functions,
        },
    );
    let is_changed = |rows: &Range<usize>| {
        changed
            .iter()
            .any(|one| one.start < rows.end && rows.start < one.end)
    };
    let mut found = Vec::new();
    for function in functions
        .into_iter()
        .filter(|function| is_changed(&function.rows))
    {
        let (on, off): (Vec<Edit>, Vec<Edit>) = function
            .edits
            .into_iter()
            .partition(|edit| is_changed(&edit.rows));
        let edits = order_edits(if on.is_empty() { off } else { on });
        let made = edits
            .into_iter()
            .filter(|edit| still_parses(language, source, edit));
        found.extend(
            made.enumerate()
                .map(|(turn, edit)| new_mutant(source, &function.name, turn, edit)),
        );
    }
    if found.is_empty() {
        let named = constants::list_constants(tree.root_node(), source, changed).into_iter();
        return named
            .filter(|one| still_parses(language, source, &one.edit))
            .map(|one| new_mutant(source, &one.name, 0, one.edit))
            .collect();
    }
    // A stable sort: within a turn the functions stay in the order of the text.
    found.sort_by_key(|mutant| mutant.turn);
    found
}

/// A function with the edits that belong to it and to no function inside of it.
struct Function {
    name: String,
    /// The lines of the function, from 0.
    rows: Range<usize>,
    edits: Vec<Edit>,
}

/// The state of a walk through a tree.
struct Walk<'w> {
    language: Language,
    source: &'w str,
    /// The innermost function around what is looked at, by its place in `functions`.
    inside: Option<usize>,
    functions: &'w mut Vec<Function>,
}

/// Collects the functions below a node with their edits; a function inside another one has its own.
fn collect_mutants(node: Node<'_>, walk: &mut Walk<'_>) {
    let is_python = walk.language == Language::Python;
    let skips = if is_python {
        python::is_not_mutated(node, walk.source)
    } else {
        script::is_not_mutated(node, walk.source)
    };
    if skips {
        return;
    }
    let body = if is_python {
        python::function_body(node)
    } else {
        script::function_body(node, walk.inside.is_some())
    };
    if let Some(body) = body {
        let name = if is_python {
            python::function_name(node, walk.source)
        } else {
            script::function_name(node, walk.source)
        };
        let outer = walk.inside.replace(walk.functions.len());
        walk.functions.push(Function {
            name,
            rows: row_range(node),
            edits: Vec::new(),
        });
        let hollow = if is_python {
            python::of_hollow(node, walk.source)
        } else {
            add_edits(script::of_function(node, walk.language), walk);
            script::of_hollow(node, walk.source)
        };
        add_edits(hollow.into_iter().collect(), walk);
        collect_mutants(body, walk);
        walk.inside = outer;
        return;
    }
    if walk.inside.is_some() {
        let edits = match is_python {
            true => python::list_edits(node, walk.source),
            false => script::list_edits(node, walk.source, walk.language),
        };
        add_edits(edits, walk);
    }
    let mut cursor = node.walk();
    let inner: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
    inner
        .into_iter()
        .for_each(|child| collect_mutants(child, walk));
}

/// Adds edits to the innermost function.
fn add_edits(edits: Vec<Edit>, walk: &mut Walk<'_>) {
    if let Some(function) = walk.inside.and_then(|at| walk.functions.get_mut(at)) {
        function.edits.extend(edits);
    }
}

/// Returns the lines of a node, from 0, as a half-open range.
fn row_range(node: Node<'_>) -> Range<usize> {
    node.start_position().row..node.end_position().row + 1
}

/// Puts the edits of a function in the order of their use: one of each operator before the second of any, and first those
/// that no test of the function lets pass, so that few runs are enough to tell a test from an empty one.
fn order_edits(edits: Vec<Edit>) -> Vec<Edit> {
    let mut seen: BTreeMap<Operator, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, Edit)> = Vec::new();
    for edit in edits {
        let turn = seen.entry(edit.operator).or_default();
        turns.push((*turn, edit));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, edit)| (*turn, edit.operator));
    turns.into_iter().map(|(_, edit)| edit).collect()
}

/// Returns whether a text still parses after an edit: a mutant that can't be loaded fails every
/// test.
fn still_parses(language: Language, source: &str, edit: &Edit) -> bool {
    let text = apply_edit(source, &edit.at, &edit.new);
    language
        .parse(&text)
        .is_some_and(|tree| !tree.root_node().has_error())
}

/// Returns a text with other text at a range of bytes.
fn apply_edit(source: &str, at: &Range<usize>, new: &str) -> String {
    let (head, tail) = (
        source.get(..at.start).unwrap_or_default(),
        source.get(at.end..).unwrap_or_default(),
    );
    [head, new, tail].concat()
}

/// Makes the mutant of an edit.
fn new_mutant(source: &str, function: &str, turn: usize, edit: Edit) -> Mutant {
    let shown = edit.shown;
    let before = source.get(shown.clone()).unwrap_or_default();
    let after = apply_edit(
        before,
        &(edit.at.start - shown.start..edit.at.end - shown.start),
        &edit.new,
    );
    Mutant {
        function: function.to_owned(),
        operator: edit.operator,
        turn,
        line: edit.rows.start + 1,
        before: shorten_code(before),
        after: shorten_code(&after),
        text: apply_edit(source, &edit.at, &edit.new),
    }
}

/// Returns code on one line, cut at [`SHOWN`] characters.
fn shorten_code(code: &str) -> String {
    let flat = code.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &flat[..end]),
        None => flat,
    }
}

/// Returns the number that is one more; nothing for hexadecimal and other forms.
fn one_more(number: &str) -> Option<String> {
    let plain = number.replace('_', "");
    if let Ok(whole) = plain.parse::<i64>() {
        return whole.checked_add(1).map(|more| more.to_string());
    }
    let is_decimal = plain
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == '.');
    let (whole, rest) = plain.split_once('.').filter(|_| is_decimal)?;
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<i64>().ok()?
    };
    Some(format!("{}.{rest}", whole.checked_add(1)?))
}

/// Returns the comparison that is close to another one, and wrong in its place.
fn other_comparison(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "<" => "<=",
        "<=" => "<",
        ">" => ">=",
        ">=" => ">",
        "==" => "!=",
        "!=" => "==",
        "===" => "!==",
        "!==" => "===",
        "in" => "not in",
        "not in" => "in",
        "is" => "is not",
        "is not" => "is",
        _ => return None,
    })
}

/// Returns whether a comparison is turned into its opposite by [`other_comparison`]: negating it would be the same.
fn is_opposed(sign: &str) -> bool {
    !matches!(sign, "<" | "<=" | ">" | ">=")
}

/// Returns whether a call writes to a log. Few tests look at logs, and nobody misses one that does not.
fn is_log_call(callee: &str) -> bool {
    const OBJECTS: [&str; 5] = ["logger", "logging", "log", "console", "print"];
    let mut names = callee.split('.').rev();
    let last = names.next().unwrap_or_default();
    let object = names
        .next()
        .map_or(last, |object| object.trim_start_matches('_'));
    OBJECTS.contains(&object.to_lowercase().as_str())
}

/// Returns the edit that puts the first two arguments of a call in each other's place. Not for what takes them in any
/// order, and not where one of them is a function, a table or a keyword: no test is needed to see that.
fn swap_arguments(call: Node<'_>, arguments: Node<'_>, source: &str) -> Option<Edit> {
    const ANY_ORDER: [&str; 4] = ["min", "max", "gcd", "isclose"];
    let callee = node_text(call.child_by_field_name("function")?, source);
    if ANY_ORDER.contains(&callee.rsplit('.').next().unwrap_or(callee)) {
        return None;
    }
    let mut cursor = arguments.walk();
    let given: Vec<Node<'_>> = arguments
        .named_children(&mut cursor)
        .filter(|one| one.kind() != "comment")
        .collect();
    let [first, second, ..] = given.as_slice() else {
        return None;
    };
    let is_plain = |one: &Node<'_>| {
        matches!(
            one.kind(),
            "identifier" | "attribute" | "member_expression" | "integer" | "float" | "number"
        ) || matches!(
            one.kind(),
            "call" | "call_expression" | "binary_operator" | "binary_expression" | "subscript"
        ) || matches!(one.kind(), "string" | "subscript_expression")
    };
    let (one, other) = (node_text(*first, source), node_text(*second, source));
    if !is_plain(first) || !is_plain(second) || flatten(one) == flatten(other) {
        return None;
    }
    let between = source.get(first.end_byte()..second.start_byte())?;
    let at = first.start_byte()..second.end_byte();
    let new = [other, between, one].concat();
    Some(Edit {
        operator: Operator::Arguments,
        shown: call.byte_range(),
        rows: row_range(call),
        at,
        new,
    })
}

#[cfg(test)]
mod tests;
