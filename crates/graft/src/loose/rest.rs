//! Replaces what a function does below its guards, the statements with which it begins and ends early.

use tree_sitter::Node;

use crate::items::Item;
use crate::languages::{Kind, List};
use crate::loose::Block;
use crate::merge::Merger;

/// Puts the snippet in the place of all that stands below the guards of the only list that begins with such. `false` where
/// there is none or several, or where one of both does not end with a `return`.
pub(super) fn replace(merger: &mut Merger<'_, '_, '_>, blocks: &[Block<'_>], code: &[&Item<'_>]) -> bool {
    let (Some(first), Some(last)) = (code.first(), code.last()) else { return false };
    if !returns(last.node) {
        return false;
    }
    let guarded: Vec<(&Block<'_>, usize)> = blocks
        .iter()
        .filter(|block| block.kind == List::Statements)
        .filter_map(|block| Some((block, below_guards(&block.items)?)))
        .collect();
    let lies_in = |inner: Node<'_>, outer: Node<'_>| {
        inner != outer && outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
    };
    let mut outer =
        guarded.iter().filter(|(block, _)| !guarded.iter().any(|(other, _)| lies_in(block.node, other.node)));
    let (Some((block, from)), None) = (outer.next(), outer.next()) else { return false };
    let (Some(begin), Some(end)) = (block.items.get(*from), block.items.last()) else { return false };
    let indent = merger.file.indent(begin.start).to_owned();
    let piece = merger.piece(first.start..last.code_end, &indent);
    merger.splice.say("replaced what stands below the early return, as the plan says");
    merger.splice.replace(begin.start..end.code_end, piece);
    true
}

/// The place of the first item below the guards with which a list begins, where it ends with a `return`.
fn below_guards(items: &[Item<'_>]) -> Option<usize> {
    let below = items.iter().position(|item| item.kind != Kind::Comment && !is_guard(item.node))?;
    let guards = items.iter().take(below).any(|item| is_guard(item.node));
    let returns = items.last().is_some_and(|last| returns(last.node));
    (guards && returns).then_some(below)
}

fn returns(node: Node<'_>) -> bool {
    node.kind() == "return_statement"
}

/// Whether a statement does nothing but end the function where its condition holds.
fn is_guard(node: Node<'_>) -> bool {
    let ends = |node: Node<'_>| matches!(node.kind(), "return_statement" | "throw_statement" | "raise_statement");
    if node.kind() != "if_statement" || node.child_by_field_name("alternative").is_some() {
        return false;
    }
    let Some(body) = node.child_by_field_name("consequence") else { return false };
    let mut cursor = body.walk();
    ends(body) || body.named_child_count() > 0 && body.named_children(&mut cursor).all(ends)
}
