//! Parsed texts as lists of items, read with the elisions of snippets.

use code::items::Elisions;
pub(crate) use code::items::{Item, Replaced, Source, line_end, line_start};
use tree_sitter::Node;

use crate::languages::{Language, adjust_shape};
use crate::markers::is_elision;

/// The way in which crate `code` tells elisions from code when it lists items.
const ELISIONS: Elisions = Elisions {
    is_comment: is_elision,
    adjust: adjust_shape,
};

/// Parses the text; `None` only where the parser itself fails.
pub(crate) fn parse_source(text: &str, language: Language) -> Option<Source<'_>> {
    Source::parse(text, language, ELISIONS)
}

/// Returns the decorators of an item: its children or, for methods of a class in JavaScript, the siblings before it.
pub(crate) fn decorators_of_item<'t>(item: &Item<'t>) -> Vec<Node<'t>> {
    let mut cursor = item.node.walk();
    let mut found: Vec<Node<'t>> = item
        .node
        .children(&mut cursor)
        .filter(|child| child.kind() == "decorator")
        .collect();
    let mut before = item.node.prev_sibling();
    while let Some(node) = before.filter(|node| {
        matches!(node.kind(), "decorator" | "comment") && node.start_byte() >= item.head
    }) {
        if node.kind() == "decorator" {
            found.insert(0, node);
        }
        before = node.prev_sibling();
    }
    found
}
