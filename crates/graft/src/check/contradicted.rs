//! Assertions that contradict each other: of the same subject, one right behind the other, with different values. Where the
//! words change something, the new one was meant to take the place of the old one.
//!
//! ```text
//! assert lookup(source) is None            # the block
//! assert lookup(source) == "fallback"      # what it was to replace
//! ```

use tree_sitter::Node;

use crate::items::Source;
use crate::languages::{field_text, named_children, node_text};

/// Returns the first assertion of the new text that contradicts the one above it, where no such pair is in the old text,
/// and where it stands.
pub(super) fn find_new_contradiction(
    old: &Source<'_>,
    new: &Source<'_>,
) -> Option<(String, usize)> {
    let known = find_contradictions(old);
    find_contradictions(new)
        .into_iter()
        .find(|(subject, _)| known.iter().all(|(known, _)| known != subject))
}

/// Returns the assertions of all bodies that contradict the one above them.
fn find_contradictions(source: &Source<'_>) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut left = vec![source.root()];
    while let Some(node) = left.pop() {
        let inner = named_children(node);
        if matches!(node.kind(), "block" | "statement_block") {
            let statements: Vec<Node<'_>> = inner
                .iter()
                .copied()
                .filter(|one| one.kind() != "comment")
                .collect();
            found.extend(
                statements
                    .windows(2)
                    .filter_map(|pair| contradiction_of_pair(source, pair)),
            );
        }
        left.extend(inner);
    }
    found
}

/// Returns the subject of two assertions in a row that demand different values, and where the
/// second one begins.
fn contradiction_of_pair(source: &Source<'_>, pair: &[Node<'_>]) -> Option<(String, usize)> {
    let [first, second] = pair else { return None };
    let (subject, value) = parse_assertion(source, *first)?;
    let (again, other) = parse_assertion(source, *second)?;
    (subject == again && value != other).then(|| (subject.to_owned(), second.start_byte()))
}

/// Matchers of Jest and Vitest that say all of a value, so that no two of them hold with different words.
const EXACT: [&str; 6] = [
    "toBe",
    "toEqual",
    "toStrictEqual",
    "toBeNull",
    "toBeUndefined",
    "toBeNaN",
];

/// Returns what an assertion is about, and the one value that it demands: `assert SUBJECT == 1`, `expect(SUBJECT).toBe(1)`.
/// A bound, a type or a denial (`> 1`, `toHaveLength`, `.not`) may hold beside another one.
///
/// The value that is returned is all that follows the subject, operator and all: `== 1`,
/// `.toBe(1)`.
fn parse_assertion<'t>(source: &Source<'t>, statement: Node<'_>) -> Option<(&'t str, &'t str)> {
    let inner = statement.named_child(0)?;
    let subject = match (statement.kind(), inner.kind()) {
        ("assert_statement", "comparison_operator") => {
            let operator = field_text(inner, "operators", source.text);
            (inner.named_child_count() == 2 && matches!(operator, "==" | "is"))
                .then(|| inner.named_child(0))??
        }
        ("expression_statement", "call_expression") => {
            let called = inner.child_by_field_name("function")?;
            let expected = called
                .child_by_field_name("object")
                .filter(|one| one.kind() == "call_expression")?;
            let is_expected = field_text(expected, "function", source.text) == "expect";
            (is_expected && EXACT.contains(&field_text(called, "property", source.text)))
                .then_some(expected)?
        }
        _ => return None,
    };
    Some((
        node_text(subject, source.text),
        source.text.get(subject.end_byte()..inner.end_byte())?,
    ))
}
