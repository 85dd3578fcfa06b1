//! Finds the block that holds the neighbour which the words name.

use super::{keep_near_lines, locate_items};
use crate::items::{Item, Source};
use crate::loose::{Block, Hints};
use crate::neighbours::find_mentioned_items;
use crate::prose::Relation;
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// Lines by which the numbers of a plan may miss a neighbour: it stands above or below them, and both may be off.
const NEIGHBOUR_DRIFT: usize = 4;

/// Returns the block that holds the neighbour which the prose names.
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
            let mut found: Vec<(usize, usize)> = Vec::new();
            for (at, block) in blocks.iter().enumerate() {
                found.extend(
                    find_mentioned_items(file, (hints.prose, relation), name, &block.items)
                        .into_iter()
                        .map(|item| (at, item)),
                );
            }
            found = keep_outermost(blocks, found);
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
