//! The block of the file that takes bare items: the one that holds the neighbour which the words name, that repeats the
//! lines shown, that has the statement to change, or the only one that makes such calls.

mod collection;

mod neighbour;

use crate::compare::same_code;
use crate::enclosing::{is_of_constructor, sets_attribute};
use crate::items::{Item, Source};
use crate::languages::{Kind, List};
use crate::loose::{Block, Hints, LINE_DRIFT};
use crate::merge::Merger;
use crate::neighbours::{self, PhraseMatch, find_similar_items};
use crate::prose::{Phrase, Relation, Sort};
use crate::sorts::{is_test, of_sort};
use crate::splice::{location_at, new_refusal};
use crate::{Location, Reason, Refusal};
use collection::find_named_collection;
use neighbour::{blocks_with_kind, find_block_of_keys, find_block_of_neighbour};

/// Returns the block that takes the bare items, by the first of these that tells one.
pub(super) fn choose_block(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else {
        return Ok(None);
    };
    let siblings: Vec<&str> = code
        .iter()
        .map(|item| item.name.as_str())
        .filter(|name| *name != first.name)
        .collect();
    // A key whose old values are elided stands in the file: its neighbours in the words are those of the new values.
    if let [only] = code
        && only.kind == Kind::Entry
        && merger.is_elided(only.node)
        && let Some(found) = find_block_of_replaced_name(merger, blocks, code, hints)?
    {
        return Ok(Some(found));
    }
    if first.kind == Kind::Entry
        && let Some(found) =
            find_named_collection(merger.file, blocks, hints, (&first.name, &siblings))
    {
        return Ok(Some(found));
    }
    if let Some(found) = find_block_of_neighbour(merger.file, blocks, (code, &siblings), hints)? {
        return Ok(Some(found));
    }
    if let Some(found) = beside_words(merger.file, blocks, code, hints)? {
        return Ok(Some(found));
    }
    if let Some(found) = beside_sort(merger.file, blocks, (code, &siblings), hints)? {
        return Ok(Some(found));
    }
    if let Some(found) = find_block_of_repeated_lines(merger, blocks, code) {
        return Ok(Some(found));
    }
    if let Some(found) = find_block_of_replaced_name(merger, blocks, code, hints)? {
        return Ok(Some(found));
    }
    if let Some(found) = find_block_of_keys(blocks, code) {
        return Ok(Some(found));
    }
    let ended = hints.prose.end(&first.name, &siblings).is_some()
        || hints.prose.appends(&first.name, &siblings);
    if let Some(found) = find_block_of_similar_calls(merger.file, blocks, code)?.filter(|_| !ended)
    {
        return Ok(Some(found));
    }
    if let Some(found) = at_end(blocks, code, hints, &siblings) {
        return Ok(Some(found));
    }
    if let Some(found) = in_the_constructor(merger.file, blocks, (code, &siblings), hints) {
        return Ok(Some(found));
    }
    in_the_test(merger.file, blocks, (code, &siblings), hints)
}

/// Returns the only block whose items of the same kind hold the one that the words name: "after the book routes".
fn beside_words(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let is_named = blocks
        .first()
        .is_some_and(|block| block.kind == List::Statements);
    for item in code
        .iter()
        .filter(|item| matches!(item.kind, Kind::Call | Kind::Entry))
    {
        let siblings: Vec<&str> = code
            .iter()
            .map(|one| one.name.as_str())
            .filter(|name| *name != item.name)
            .collect();
        for phrase in hints.prose.phrases(&item.name, &siblings) {
            let mut found = blocks_with_phrase(file, blocks, &|items| {
                (phrase.clone(), find_similar_items(items, item))
            });
            // In a function that the words name any of its steps may be meant.
            if found.is_empty() && is_named && phrase.sort.is_none() {
                let told = |items: &[Item<'_>]| {
                    neighbours::without_kind(file, phrase, items, &find_similar_items(items, item))
                };
                found = blocks_with_phrase(file, blocks, &|items| {
                    (told(items), list_step_indices(items))
                });
            }
            // "After the existing registrations": all the calls of the kind that the function makes.
            if found.is_empty() && is_named && phrase.is_plural() {
                found = blocks_with_kind(file, blocks, item, phrase);
            }
            match found.as_slice() {
                [] => {}
                [(only, _)] => return Ok(Some(*only)),
                _ => {
                    return Err(ambiguous_block_refusal(
                        file,
                        blocks,
                        &found,
                        &phrase.shown(),
                    ));
                }
            }
        }
    }
    Ok(None)
}

/// Gives for the items of a block a phrase and those of them that it may mean.
type Asked<'a> = dyn Fn(&[Item<'_>]) -> (Phrase, Vec<usize>) + 'a;

/// Returns the blocks that hold an item which a phrase means, each with the first of them; `asked` gives the phrase and
/// those of the items that it may mean.
fn blocks_with_phrase(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    asked: &Asked<'_>,
) -> Vec<(usize, usize)> {
    let fits = |block: &Block<'_>| {
        let (phrase, among) = asked(&block.items);
        match neighbours::match_phrase(file, &phrase, &block.items, &among) {
            PhraseMatch::Items(found) => found.first().copied(),
            PhraseMatch::All | PhraseMatch::Nothing => None,
        }
    };
    blocks
        .iter()
        .enumerate()
        .filter_map(|(at, block)| Some((at, fits(block)?)))
        .collect()
}

/// Returns where a list has steps: calls and values.
fn list_step_indices(items: &[Item<'_>]) -> Vec<usize> {
    let is_step = |item: &Item<'_>| matches!(item.kind, Kind::Call | Kind::Value);
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| is_step(item))
        .map(|(at, _)| at)
        .collect()
}

/// Returns the only block that has items of the sort which the words name: "after the existing assertion". In a
/// function that the words name it is the function's own body, for imports it is the module.
fn beside_sort(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    (code, siblings): (&[&Item<'_>], &[&str]),
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else {
        return Ok(None);
    };
    let is_named = blocks
        .first()
        .is_some_and(|block| block.kind == List::Statements);
    for phrase in hints.prose.phrases(&first.name, siblings) {
        let Some(sort) = phrase.sort else { continue };
        let found: Vec<(usize, usize)> = blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| Some((at, *of_sort(file, sort, &block.items).first()?)))
            .collect();
        match found.as_slice() {
            [] => {}
            [(only, _)] => return Ok(Some(*only)),
            [(outer @ 0, _), ..] if is_named || sort == Sort::Import => return Ok(Some(*outer)),
            _ => {
                return Err(ambiguous_block_refusal(
                    file,
                    blocks,
                    &found,
                    &phrase.shown(),
                ));
            }
        }
    }
    Ok(None)
}

/// Returns the body of the only test of the file, where the words speak of the end or the top of the test.
fn in_the_test(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    (code, siblings): (&[&Item<'_>], &[&str]),
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else {
        return Ok(None);
    };
    if hints.prose.end_of(&first.name, siblings) != Some(Sort::Test) {
        return Ok(None);
    }
    let top = file.items(file.root());
    let inner = blocks
        .iter()
        .filter(|block| block.kind != List::Module)
        .flat_map(|block| &block.items);
    let bodies: Vec<usize> = top
        .iter()
        .chain(inner)
        .filter(|item| is_test(item))
        .filter_map(|test| {
            let body = file.language.body(test.core)?;
            blocks.iter().position(|block| block.node == body)
        })
        .collect();
    match bodies.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => {
            let found: Vec<(usize, usize)> = bodies.iter().map(|&at| (at, 0)).collect();
            Err(ambiguous_block_refusal(file, blocks, &found, "the test"))
        }
    }
}

pub(super) fn ambiguous_block_refusal(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    found: &[(usize, usize)],
    what: &str,
) -> Refusal {
    let message = format!(
        "{what}, by which the block has its place, stands in {} places",
        found.len()
    );
    Refusal {
        candidates: locate_items(file, blocks, found),
        ..new_refusal(Reason::Ambiguous, message)
    }
}

/// Returns where items of blocks stand in the file.
fn locate_items(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    found: &[(usize, usize)],
) -> Vec<Location> {
    let items = found
        .iter()
        .filter_map(|&(at, item)| blocks.get(at)?.items.get(item));
    items
        .map(|item| location_at(file.text, item.start))
        .collect()
}

/// Returns the only function that makes calls like those shown on a name of its own: an app that is put together in a
/// factory. Where the module makes such calls or binds the name, it is the module's.
fn find_block_of_similar_calls(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
) -> Result<Option<usize>, Refusal> {
    let callee = |item: &Item<'_>| item.name.split('(').next().unwrap_or_default().to_owned();
    let calls = code.iter().filter(|item| {
        item.kind == Kind::Call && callee(item).contains('.') || item.kind == Kind::Entry
    });
    for item in calls {
        let called = item.kind == Kind::Call || item.node.kind().starts_with("call");
        let receiver = callee(item)
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned();
        let module = blocks.iter().find(|block| block.kind == List::Module);
        let own = |block: &Block<'_>| {
            block
                .items
                .iter()
                .any(|old| old.kind == Kind::Value && old.name == receiver)
                || !find_similar_items(&block.items, item).is_empty()
        };
        if !called || module.is_some_and(own) {
            continue;
        }
        let found: Vec<(usize, usize)> = blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| Some((at, *find_similar_items(&block.items, item).first()?)))
            .collect();
        match found.as_slice() {
            [] => {}
            [(only, _)] => return Ok(Some(*only)),
            _ => {
                return Err(ambiguous_block_refusal(
                    file,
                    blocks,
                    &found,
                    &format!("`{}`", callee(item)),
                ));
            }
        }
    }
    Ok(None)
}

/// Keeps of several places the only one near the lines that the plan names, if one alone is there.
fn keep_near_lines(
    found: &mut Vec<(usize, usize)>,
    lines: Option<(usize, usize)>,
    drift: usize,
    line_of: impl Fn(&(usize, usize)) -> usize,
) {
    let Some((first, last)) = lines.filter(|_| found.len() > 1) else {
        return;
    };
    let near = |place: &&(usize, usize)| {
        let line = line_of(place);
        first <= line + drift && line <= last + drift
    };
    let close: Vec<(usize, usize)> = found.iter().filter(near).copied().collect();
    if close.len() == 1 {
        *found = close;
    }
}

/// Returns the only block that holds lines which the snippet repeats.
fn find_block_of_repeated_lines(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
) -> Option<usize> {
    let hits = |block: &Block<'_>| {
        code.iter()
            .filter(|item| {
                block.items.iter().any(|old| {
                    // Six bytes and fewer, as `pass`, stand in many bodies and tell nothing.
                    old.kind == item.kind
                        && old.node.byte_range().len() > 6
                        && same_code((merger.file, old), (merger.snippet, item))
                })
            })
            .count()
    };
    let counts: Vec<usize> = blocks.iter().map(hits).collect();
    let best = counts.iter().copied().max().filter(|&best| best > 0)?;
    let mut holders = (0..counts.len()).filter(|&at| counts.get(at) == Some(&best));
    let only = holders.next()?;
    // One line that is repeated in several blocks tells none of them; two lines in the same do.
    let others = counts.iter().filter(|&&count| count > 0).count();
    (holders.next().is_none() && (others == 1 || best > 1)).then_some(only)
}

/// Returns the only block with a statement that is known by the same name, where the prose says that something is
/// replaced.
fn find_block_of_replaced_name(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let [only] = code else { return Ok(None) };
    let file = merger.file;
    // A call that the prose names may grow, as long as nothing that it passes is lost.
    let grows = |old: &Item<'_>| {
        let callee = only.name.split('(').next().unwrap_or_default();
        only.kind == Kind::Call
            && hints
                .prose
                .mentions
                .iter()
                .any(|mention| crate::prose::strip_name_decoration(&mention.name) == callee)
            && merger.drops(old.core, only.core).is_none()
    };
    let told = hints.prose.replaces_something() || only.kind == Kind::Entry;
    let same = |old: &&Item<'_>| {
        old.kind == only.kind
            && old.name == only.name
            && old.variant == only.variant
            && only.name != "return"
            && (told || grows(old))
    };
    let mut found: Vec<(usize, usize)> = blocks
        .iter()
        .enumerate()
        .flat_map(|(at, block)| {
            block
                .items
                .iter()
                .filter(same)
                .map(move |item| (at, item.start))
        })
        .collect();
    let line_of = |&(_, start): &(usize, usize)| location_at(file.text, start).line;
    keep_near_lines(&mut found, hints.lines, LINE_DRIFT, line_of);
    match found.as_slice() {
        [] => Ok(None),
        [(at, _)] => Ok(Some(*at)),
        several => {
            let mut refusal = new_refusal(
                Reason::Ambiguous,
                format!("`{}` stands {} times in the file", only.name, several.len()),
            );
            refusal.candidates = several
                .iter()
                .map(|&(_, start)| location_at(file.text, start))
                .collect();
            Err(refusal)
        }
    }
}

/// Returns the body of the constructor that the prose names, for statements that set attributes beside those that it
/// sets.
fn in_the_constructor(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    (code, siblings): (&[&Item<'_>], &[&str]),
    hints: &Hints<'_>,
) -> Option<usize> {
    let (first, outer) = (code.first()?, blocks.first()?);
    let within = !hints
        .prose
        .related(Relation::Within, &first.name, siblings)
        .is_empty();
    let fits = outer.kind == List::Statements && is_of_constructor(file, outer.node);
    let beside = outer.items.iter().any(sets_attribute);
    (within && fits && beside && code.iter().all(|item| sets_attribute(item))).then_some(0)
}

/// Returns the body of the function that the prose names, where it says "at the end" or "at the top" of it.
fn at_end(
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
    siblings: &[&str],
) -> Option<usize> {
    let first = code.first()?;
    hints.prose.end(&first.name, siblings)?;
    let outer = blocks.first()?;
    let within = !hints
        .prose
        .related(Relation::Within, &first.name, siblings)
        .is_empty();
    (outer.kind == List::Statements && within).then_some(0)
}
