//! Wrong versions of named constants, where they are all that was changed: what else stands at the top of a module may keep
//! it from being loaded.
//!
//! ```text
//! MAX_ITEMS = 50                MAX_ITEMS = 51
//! export const UNIT = "kg";     export const UNIT = "kg?";
//! ```

use std::ops::Range;

use tree_sitter::Node;

use super::model::{Edit, Operator};
use super::{one_more, row_range};
use crate::languages::{field_text, node_text};

/// A constant at the top of a module.
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) edit: Edit,
}

/// Returns the constants on the changed lines; none where anything else was changed.
pub(super) fn list_constants(
    root: Node<'_>,
    source: &str,
    changed: &[Range<usize>],
) -> Vec<Constant> {
    let mut cursor = root.walk();
    let all: Vec<(Range<usize>, Option<Constant>)> = root
        .named_children(&mut cursor)
        .map(|statement| (row_range(statement), constant_of(statement, source)))
        .collect();
    let is_bare = |row: usize| {
        let line = source.lines().nth(row).unwrap_or_default().trim();
        line.is_empty() || line.starts_with(['#', '*']) || line.starts_with("//")
    };
    let holds = |row: usize| {
        all.iter()
            .any(|(rows, found)| found.is_some() && rows.contains(&row))
    };
    let rows = || changed.iter().flat_map(Clone::clone);
    if !rows().all(|row| is_bare(row) || holds(row)) {
        return Vec::new();
    }
    let touched = |rows: &Range<usize>| {
        changed
            .iter()
            .any(|one| one.start < rows.end && rows.start < one.end)
    };
    all.into_iter()
        .filter(|(rows, _)| touched(rows))
        .filter_map(|(_, found)| found)
        .collect()
}

/// Returns the constant that a statement names: a name in capitals, and a number, a text or a yes.
fn constant_of(statement: Node<'_>, source: &str) -> Option<Constant> {
    let inner = match statement.kind() {
        "expression_statement" => statement
            .named_child(0)
            .filter(|one| one.kind() == "assignment")?,
        "export_statement" => declarator(statement.child_by_field_name("declaration")?)?,
        _ => declarator(statement)?,
    };
    let (name, value) = match inner.kind() {
        "assignment" => (
            field_text(inner, "left", source),
            inner.child_by_field_name("right")?,
        ),
        _ => (
            field_text(inner, "name", source),
            inner.child_by_field_name("value")?,
        ),
    };
    let is_named = name.chars().any(|letter| letter.is_ascii_uppercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    let new = other_value(value, source).filter(|_| is_named)?;
    Some(Constant {
        name: name.to_owned(),
        edit: Edit {
            operator: Operator::Named,
            at: value.byte_range(),
            new,
            shown: inner.byte_range(),
            rows: row_range(statement),
        },
    })
}

/// Returns the only declarator of `const A = 1`.
fn declarator(node: Node<'_>) -> Option<Node<'_>> {
    let only = node
        .named_child(0)
        .filter(|_| node.named_child_count() == 1)?;
    (node.kind() == "lexical_declaration" && only.kind() == "variable_declarator").then_some(only)
}

/// Returns another value of the same type.
fn other_value(value: Node<'_>, source: &str) -> Option<String> {
    let text = node_text(value, source);
    match value.kind() {
        "integer" | "float" | "number" => one_more(text),
        "true" => Some(if text == "True" { "False" } else { "false" }.to_owned()),
        "false" => Some(if text == "False" { "True" } else { "true" }.to_owned()),
        // A prefix or three quotes may mean more than a text.
        "string" if text.starts_with(['"', '\'']) && !text.starts_with("\"\"\"") => {
            let (inner, quote) = text.split_at(text.len() - 1);
            Some(format!("{inner}?{quote}"))
        }
        _ => None,
    }
}
