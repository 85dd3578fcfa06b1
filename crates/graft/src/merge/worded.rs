//! Places that the words state: beside a name, a route, an item of a sort, or words that only one item has. A stated place
//! that is not there refuses: the end of the list is not what the plan says.
//!
//! ```text
//! words                                list of the file         place of the new item
//! "after `load()`"                     load() save()            behind `load()`
//! "after `load()`"                     load() load() save()     behind the second: they stand together
//! "after `load()`"                     load() save() load()     refused: two places
//! "before the `GET /{id}` route"       the routes of an app     above the one with that path
//! ```

use crate::enclosing::{is_held_by, path_of};
use crate::items::Item;
use crate::languages::{Kind, List};
use crate::merge::{Merger, Pair};
use crate::neighbours::{
    PhraseMatch, find_mentioned_items, find_named_items, find_readers, find_similar_items,
    match_phrase, without_kind,
};
use crate::prose::{Phrase, Relation, Sort, split_name_words};
use crate::sorts::{index_beside, of_sort};
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// Returns the index before which the words put an item: "after `x`", "before `y`" where the list
/// holds exactly one such item; `None` where they name no neighbour that is here.
pub(super) fn by_prose(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    at: usize,
) -> Result<Option<usize>, Refusal> {
    let Some(item) = pair.new.get(at) else {
        return Ok(None);
    };
    let siblings: Vec<&str> = pair
        .new
        .iter()
        .filter(|other| other.name != item.name)
        .map(|other| other.name.as_str())
        .collect();
    let beside = |relation| beside_named(merger, pair, (item, &siblings), relation);
    let after = beside(Relation::After)?;
    // Where both sides are named, what stands between them may belong to the first: "after the order is loaded and
    // validated and before it is saved".
    let before = match after {
        Some(after) => beside(Relation::Before)
            .ok()
            .flatten()
            .or_else(|| first_use(merger, pair, (item, &siblings), after)),
        None => beside(Relation::Before)?,
    };
    // Behind one and before another: right before the second, as what lies between may belong to
    // the first.
    match (after, before) {
        (Some(after), Some(before)) if after < before => Ok(Some(before)),
        (None, None) => by_phrase(merger, pair, item, &siblings),
        (after, before) => Ok(after.or(before)),
    }
}

/// Returns the only statement from `after` on that uses what the sentences put an item before: the one with `call(order)`
/// for "before the `call(...)`".
fn first_use(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    (item, siblings): (&Item<'_>, &[&str]),
    after: usize,
) -> Option<usize> {
    let names = merger.prose.related(Relation::Before, &item.name, siblings);
    let below: Vec<usize> = (after..pair.old.len()).collect();
    names.into_iter().find_map(|name| {
        let bare = name.split('(').next().unwrap_or(name);
        match find_readers(merger.file, bare, &pair.old, &below)[..] {
            [only] => Some(only),
            _ => None,
        }
    })
}

/// Returns the place on one side of what the sentences about an item name.
fn beside_named(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    (item, siblings): (&Item<'_>, &[&str]),
    relation: Relation,
) -> Result<Option<usize>, Refusal> {
    // `found` are indices of items: the place before item `n` is `n`, the one behind it `n + 1`.
    let step = usize::from(relation == Relation::After);
    for name in merger.prose.related(relation, &item.name, siblings) {
        let found = find_mentioned_items(merger.file, (merger.prose, relation), name, &pair.old);
        match found.as_slice() {
            [only] => return Ok(Some(only + step)),
            [] => {}
            // A definition among several uses of the name is what the words mean; what stands
            // together is one place.
            [first, .., last] => {
                if let Some(named) = pick_definition(pair, &found) {
                    return Ok(Some(named + step));
                }
                if last - first + 1 == found.len() {
                    return Ok(Some(if step == 1 { last + 1 } else { *first }));
                }
                let mut refusal = new_refusal(
                    Reason::Ambiguous,
                    format!(
                        "`{name}`, beside which the block belongs, stands {} times here",
                        found.len()
                    ),
                );
                refusal.candidates = found
                    .iter()
                    .filter_map(|&old| pair.old.get(old))
                    .map(|old| location_at(merger.file.text, old.start))
                    .collect();
                return Err(refusal);
            }
        }
    }
    Ok(None)
}

/// Finds a place that the words name, by a route, by a sort, by code or by words that only one item
/// has: "after the book routes", "before the `GET /{id}` route", "below the imports".
fn by_phrase(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
    siblings: &[&str],
) -> Result<Option<usize>, Refusal> {
    let kin = find_similar_items(&pair.old, item);
    for phrase in merger.prose.phrases(&item.name, siblings) {
        // A neighbour that the block brings itself is placed with it.
        if phrase
            .code
            .iter()
            .any(|code| !find_named_items(merger.snippet, code, &pair.new).is_empty())
        {
            continue;
        }
        if let Some(sort) = phrase.sort {
            match by_sort(merger, pair, phrase, sort)? {
                Some(index) => return Ok(Some(index)),
                None => continue,
            }
        }
        let found = match found_by_words(merger, pair, phrase, (item, &kin)) {
            PhraseMatch::Items(found) => found,
            PhraseMatch::All
                if is_listed(item) && kin.len() > 1 && names_one(merger, pair, phrase, &kin) =>
            {
                return Err(refusal_between(merger, pair, &kin));
            }
            PhraseMatch::All if is_listed(item) => kin.clone(),
            PhraseMatch::All | PhraseMatch::Nothing => continue,
        };
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            continue;
        };
        // Others stand between those that the words fit, so the words don't tell one place.
        if last - first + 1 > found.len() && phrase_is_one(phrase, &found, &kin) {
            return Err(refusal_between(merger, pair, &found));
        }
        return Ok(Some(if phrase.relation == Relation::After {
            last + 1
        } else {
            *first
        }));
    }
    Ok(None)
}

/// Returns whether a phrase names one thing by words that are not those of the call that all of a kind are.
fn names_one(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    phrase: &Phrase,
    kin: &[usize],
) -> bool {
    // The words of the callee, as "router" of `app.include_router(...)`, name the kind and tell
    // none of them.
    let called = kin
        .first()
        .and_then(|&at| pair.old.get(at))
        .map_or("", |old| {
            merger
                .file
                .slice(old.bare..old.code_end)
                .split('(')
                .next()
                .unwrap_or_default()
        });
    let called = split_name_words(called);
    let is_other = |word: &&String| {
        !called
            .iter()
            .any(|part| part.starts_with(word.as_str()) || word.starts_with(part))
    };
    !phrase.is_plural()
        && !phrase.words.is_empty()
        && phrase.words.iter().all(|word| is_other(&word))
}

/// Returns whether the order of an item among its like is part of what it does.
fn is_listed(item: &Item<'_>) -> bool {
    matches!(item.kind, Kind::Call | Kind::Entry)
}

/// Returns the place beside the items of a sort ("the imports", "the last assertion"); `None` where
/// the list has none of that sort.
fn by_sort(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    phrase: &Phrase,
    sort: Sort,
) -> Result<Option<usize>, Refusal> {
    let found = of_sort(merger.file, sort, &pair.old);
    let index = index_beside(&found, phrase.relation, phrase.pick);
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(None);
    };
    // Of several that stand apart one word means one, "the imports" are a part of the file wherever they stand.
    let is_apart = last - first + 1 > found.len() && sort != Sort::Import;
    if is_apart && phrase.pick.is_none() && !phrase.is_plural() {
        return Err(refusal_between(merger, pair, &found));
    }
    Ok(index)
}

/// Returns the items that a phrase means: of the kind of the new one, else of those that order matters to.
fn found_by_words(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    phrase: &Phrase,
    (item, kin): (&Item<'_>, &[usize]),
) -> PhraseMatch {
    let listed = is_listed(item);
    if !phrase.code.is_empty() && phrase.route.is_none() && !listed {
        return PhraseMatch::Nothing;
    }
    let found = match_phrase(merger.file, phrase, &pair.old, kin);
    if found != PhraseMatch::Nothing || !listed || phrase.route.is_some() {
        return found;
    }
    // Beside its like a new call may go by the steps of a function and the values that it sets.
    let is_other =
        |old: &Item<'_>| is_listed(old) || pair.kind == List::Statements && old.kind == Kind::Value;
    let others: Vec<usize> = (0..pair.old.len())
        .filter(|&at| pair.old.get(at).is_some_and(is_other))
        .collect();
    let by_code = phrase
        .code
        .iter()
        .map(|code| find_readers(merger.file, code, &pair.old, &others));
    if let Some(found) = by_code.into_iter().find(|found| !found.is_empty()) {
        return PhraseMatch::Items(found);
    }
    match match_phrase(
        merger.file,
        &without_kind(merger.file, phrase, &pair.old, kin),
        &pair.old,
        &others,
    ) {
        PhraseMatch::Items(found) => PhraseMatch::Items(found),
        PhraseMatch::All | PhraseMatch::Nothing => PhraseMatch::Nothing,
    }
}

/// Refuses where the words about an item state a place, and none of those that they state is there.
pub(super) fn refuse_missing(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    at: usize,
) -> Result<(), Refusal> {
    let Some(item) = pair.new.get(at) else {
        return Ok(());
    };
    let siblings: Vec<&str> = pair
        .new
        .iter()
        .filter(|other| other.name != item.name)
        .map(|other| other.name.as_str())
        .collect();
    // What counts as a place depends on the kind of the new item: the order of calls and entries
    // acts, that of definitions does not.
    let has_kin = !find_similar_items(&pair.old, item).is_empty();
    let around = path_of(merger.file, pair.node);
    let brought = |phrase: &Phrase| {
        phrase
            .code
            .iter()
            .any(|code| !find_named_items(merger.snippet, code, &pair.new).is_empty())
    };
    let missing = merger
        .prose
        .phrases(&item.name, &siblings)
        .into_iter()
        .find(|phrase| {
            let is_place = match item.kind {
                Kind::Marker | Kind::Comment | Kind::Import => false,
                // Definitions stand anywhere among their like.
                Kind::Function | Kind::Class | Kind::Type => phrase.names_a_definition(),
                Kind::Call | Kind::Entry => true,
                _ => phrase.sort.is_some() || phrase.names_a_definition(),
            };
            // Calls run in the order of the text: what may be a place is one.
            let is_stated =
                phrase.is_stated || item.kind == Kind::Call && !phrase.may_be_an_act && has_kin;
            // "Under `env`" names what the list itself is in; that is no place inside it.
            let holds = |code: &String| is_held_by(&around, code);
            let is_owner = phrase.is_under && phrase.code.iter().any(holds);
            is_stated
                && is_place
                && !is_owner
                && phrase.sort != Some(Sort::Import)
                && !brought(phrase)
        });
    match missing {
        None => Ok(()),
        Some(phrase) => Err(new_refusal(
            Reason::NotFound,
            format!(
                "{}, beside which `{}` belongs, is not there",
                phrase.shown(),
                shorten_name(&item.name)
            ),
        )),
    }
}

/// Returns whether a phrase means one of the items that it fits, and not all of a kind, between which others may stand.
fn phrase_is_one(phrase: &Phrase, found: &[usize], kin: &[usize]) -> bool {
    phrase.route.is_some() || found != kin
}

/// Makes the refusal of words that fit several items which do not stand together.
fn refusal_between(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, found: &[usize]) -> Refusal {
    let mut refusal = new_refusal(
        Reason::Ambiguous,
        format!(
            "the words name a neighbour that stands {} times here",
            found.len()
        ),
    );
    refusal.candidates = found
        .iter()
        .filter_map(|&at| pair.old.get(at))
        .map(|old| location_at(merger.file.text, old.start))
        .collect();
    refusal
}

/// Returns the only definition among the items found; `None` where there are none or several.
fn pick_definition(pair: &Pair<'_, '_>, found: &[usize]) -> Option<usize> {
    let mut definitions = found
        .iter()
        .copied()
        .filter(|&at| pair.old.get(at).is_some_and(Item::is_definition));
    let only = definitions.next()?;
    definitions.next().is_none().then_some(only)
}

/// Returns the first 60 characters of a name: the name of a statement may be all of its text, and a
/// message is one line.
pub(super) fn shorten_name(name: &str) -> String {
    name.chars().take(60).collect()
}
