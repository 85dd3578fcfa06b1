//! Replaces what a function does below its guards, the statements with which it begins and ends early.
//!
//! ```text
//! def names(rows):                     def names(rows):
//!     if not rows: return []               if not rows: return []     the guard stays
//!     found = sorted(rows)      →          return list(rows)          the block
//!     return found
//! ```

use std::ops::Range;

use tree_sitter::Node;

use crate::items::Item;
use crate::languages::{Kind, List};
use crate::loose::{Block, Hints, collect_named_definitions};
use crate::merge::Merger;
use crate::prose::{Relation, strip_name_decoration};

/// Puts the snippet in the place of all that stands below the guards of the only list that begins with such, or of the only
/// one in what the words name. `false` where there is none or several, or where one of both does not end with a `return`.
pub(super) fn replace_below_guards(
    merger: &mut Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> bool {
    let (Some(first), Some(last)) = (code.first(), code.last()) else {
        return false;
    };
    if !is_return_statement(last.node) {
        return false;
    }
    let guarded: Vec<(&Block<'_>, usize)> = blocks
        .iter()
        .filter(|block| block.kind == List::Statements)
        .filter_map(|block| Some((block, below_guards(&block.items)?)))
        .collect();
    // A guarded list inside another one is a part of what goes with that.
    let outermost = |block: &Block<'_>| {
        !guarded
            .iter()
            .any(|(other, _)| lies_in(block.node, other.node))
    };
    let mut outer: Vec<_> = guarded
        .iter()
        .filter(|(block, _)| outermost(block))
        .collect();
    // Several functions begin with guards: those count that lie in something which the words name.
    if outer.len() > 1 {
        let owners = find_named_owners(merger, hints, &first.name);
        let within = |node: Node<'_>| {
            owners
                .iter()
                .any(|owner| owner.start <= node.start_byte() && node.end_byte() <= owner.end)
        };
        let owned = guarded.iter().filter(|(block, _)| within(block.node));
        outer = owned
            .filter(|(block, _)| {
                !guarded
                    .iter()
                    .any(|(other, _)| within(other.node) && lies_in(block.node, other.node))
            })
            .collect();
    }
    let [(block, from)] = outer.as_slice() else {
        return false;
    };
    let (Some(begin), Some(end)) = (block.items.get(*from), block.items.last()) else {
        return false;
    };
    let indent = merger.file.indent(begin.start).to_owned();
    let piece = merger.piece(first.start..last.code_end, &indent);
    merger
        .splice
        .add_evidence("replaced what stands below the early return, as the plan says");
    merger.splice.replace(begin.start..end.code_end, piece);
    true
}

/// Returns whether a node is a part of another one.
fn lies_in(inner: Node<'_>, outer: Node<'_>) -> bool {
    inner != outer
        && outer.start_byte() <= inner.start_byte()
        && inner.end_byte() <= outer.end_byte()
}

/// Returns what the words name, of which the file has one: a function, a class or a value.
fn find_named_owners(
    merger: &Merger<'_, '_, '_>,
    hints: &Hints<'_>,
    name: &str,
) -> Vec<Range<usize>> {
    let related = [Relation::Within, Relation::Mention].into_iter();
    let mentions = related.flat_map(|relation| hints.prose.related(relation, name, &[]));
    let only = |mention: &str| {
        let mut found = Vec::new();
        collect_named_definitions(
            merger.file,
            (merger.file.root(), ""),
            (&strip_name_decoration(mention), true),
            &mut found,
        );
        found
            .pop()
            .filter(|_| found.is_empty())
            .map(|(range, _)| range)
    };
    mentions.filter_map(only).collect()
}

/// Returns the place of the first item below the guards with which a list begins, where it ends with a `return`.
/// `None` for a list without a guard at its head, with nothing but guards, or without a `return` at
/// its end.
fn below_guards(items: &[Item<'_>]) -> Option<usize> {
    let below = items
        .iter()
        .position(|item| item.kind != Kind::Comment && !is_guard(item.node))?;
    let guards = items.iter().take(below).any(|item| is_guard(item.node));
    let returns = items
        .last()
        .is_some_and(|last| is_return_statement(last.node));
    (guards && returns).then_some(below)
}

fn is_return_statement(node: Node<'_>) -> bool {
    node.kind() == "return_statement"
}

/// Returns whether a statement does nothing but end the function where its condition holds.
/// A condition with an `else` is none, whatever its branches do.
fn is_guard(node: Node<'_>) -> bool {
    let ends = |node: Node<'_>| {
        matches!(
            node.kind(),
            "return_statement" | "throw_statement" | "raise_statement"
        )
    };
    if node.kind() != "if_statement" || node.child_by_field_name("alternative").is_some() {
        return false;
    }
    let Some(body) = node.child_by_field_name("consequence") else {
        return false;
    };
    let mut cursor = body.walk();
    ends(body) || body.named_child_count() > 0 && body.named_children(&mut cursor).all(ends)
}
