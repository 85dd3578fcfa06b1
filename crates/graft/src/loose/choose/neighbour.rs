//! Finds the block that holds the neighbour which the words name.
//!
//! ```text
//! "after `save()`"     def a(): load()            the body of `b`, the only one with `save()`
//!                      def b(): save()
//!                      def c(): save()            with this one too: refused, unless the plan's lines tell
//! ```

use super::{keep_near_lines, locate_items};
use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::loose::{Block, Hints};
use crate::neighbours::{
    PhraseMatch, find_mentioned_items, find_named_items, find_similar_items, match_phrase,
};
use crate::prose::{Phrase, Relation};
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// Lines by which the numbers of a plan may miss a neighbour: it stands above or below them, and both may be off.
const NEIGHBOUR_DRIFT: usize = 4;

/// Returns the block that holds the neighbour which the prose names.
///
/// `None` where the words name no neighbour that stands in a block. Several blocks that hold one
/// are refused.
pub(super) fn find_block_of_neighbour(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    (code, siblings): (&[&Item<'_>], &[&str]),
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else {
        return Ok(None);
    };
    for relation in [Relation::After, Relation::Before] {
        for name in hints.prose.related(relation, &first.name, siblings) {
            let in_blocks = |find: &dyn Fn(&[Item<'_>]) -> Vec<usize>| {
                let all = blocks.iter().enumerate();
                all.flat_map(|(at, block)| {
                    find(&block.items).into_iter().map(move |item| (at, item))
                })
                .collect::<Vec<(usize, usize)>>()
            };
            // What bears the name, or begins so, is meant before what only holds it.
            let mut found = in_blocks(&|items| find_named_items(file, name, items));
            if found.is_empty() {
                found = in_blocks(&|items| {
                    find_mentioned_items(file, (hints.prose, relation), name, items)
                });
            }
            found = keep_outermost(blocks, found);
            // 1-based; 0 where the item is not there, which no plan's lines are near.
            let line_of = |&(at, item): &(usize, usize)| {
                let item = blocks.get(at).and_then(|block| block.items.get(item));
                item.map_or(0, |item| location_at(file.text, item.start).line)
            };
            keep_near_lines(&mut found, hints.lines, NEIGHBOUR_DRIFT, line_of);
            let mut lists: Vec<usize> = found.iter().map(|&(at, _)| at).collect();
            lists.dedup();
            match lists.as_slice() {
                [] => {}
                [_] if hints.prose.follows_a_group(&first.name, siblings) => {
                    return Err(new_refusal(
                        Reason::Unclear,
                        format!(
                            "beside `{name}`, or \"after all\" of what has no name here: the words name two places"
                        ),
                    ));
                }
                [only] => return Ok(Some(*only)),
                several => {
                    let message = format!(
                        "`{name}`, beside which the block belongs, stands in {} places",
                        several.len()
                    );
                    return Err(Refusal {
                        candidates: locate_items(file, blocks, &found),
                        ..new_refusal(Reason::Ambiguous, message)
                    });
                }
            }
        }
    }
    Ok(None)
}

/// Returns those of the items that lie in none of the others: an argument of an entry is a part of it.
fn keep_outermost(blocks: &[Block<'_>], found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let bytes = |&(at, item): &(usize, usize)| {
        blocks
            .get(at)?
            .items
            .get(item)
            .map(|item| item.node.byte_range())
    };
    let lies_in = |one: &(usize, usize), other: &(usize, usize)| match (bytes(one), bytes(other)) {
        (Some(inner), Some(outer)) => {
            inner != outer && outer.start <= inner.start && inner.end <= outer.end
        }
        _ => false,
    };
    found
        .iter()
        .copied()
        .filter(|one| !found.iter().any(|other| lies_in(one, other)))
        .collect()
}

/// Returns the blocks whose items of a kind with one are all meant by a phrase, each with the last of them.
///
/// A block of which the phrase tells only some is left out: "the existing registrations" means all
/// of them.
pub(super) fn blocks_with_kind(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    item: &Item<'_>,
    phrase: &Phrase,
) -> Vec<(usize, usize)> {
    let last = |block: &Block<'_>| {
        let kin = find_similar_items(&block.items, item);
        let meant = match_phrase(file, phrase, &block.items, &kin);
        (meant == PhraseMatch::All)
            .then(|| kin.last().copied())
            .flatten()
    };
    let found = blocks.iter().enumerate();
    found
        .filter_map(|(at, block)| Some((at, last(block)?)))
        .collect()
}

/// Returns the only collection that has all the keys shown, where several are: "providers: […], exports: […]".
///
/// One key alone is no sign: `name` stands in many collections.
pub(super) fn find_block_of_keys(blocks: &[Block<'_>], code: &[&Item<'_>]) -> Option<usize> {
    let is_key = |item: &Item<'_>| item.kind == Kind::Entry && item.node.kind() == "pair";
    if code.len() < 2 || !code.iter().all(|item| is_key(item)) {
        return None;
    }
    let has_all = |block: &Block<'_>| {
        code.iter().all(|item| {
            let mut old = block.items.iter().filter(|old| is_key(old));
            old.any(|old| old.name == item.name)
        })
    };
    let mut found = (0..blocks.len()).filter(|&at| has_all(&blocks[at]));
    let only = found.next()?;
    found.next().is_none().then_some(only)
}
