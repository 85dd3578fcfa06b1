//! Finds for each item of the snippet the one item of the file that it means.
//!
//! ```text
//! file            block       match
//! 0  a = 1        a = 2       2, the only one of that text
//! 1  log(a)       log(a)      1 or 3 by its text; 3, as it stands below the match of `a = 2`
//! 2  a = 2
//! 3  log(a)
//! ```
//!
//! Definitions go by name, statements by text and then by what they are known by, imports of a
//! module and comments by nothing: they are merged elsewhere. Several that fit equally well are
//! refused.

use crate::Reason;
use crate::Refusal;
use crate::compare::{same_code, same_item};
use crate::exports::list_exported;
use crate::items::{Item, Source};
use crate::languages::{Kind, List, flatten};
use crate::merge::once::find_replaced_call;
use crate::merge::{Merger, Pair};
use crate::prose::Relation;
use crate::splice::{location_at, new_refusal};

/// Finds for each item of the snippet the file's item that it stands for.
/// The result has one slot for each item of the snippet: the index of the file's item, `None` for
/// what is new.
pub(super) fn match_items(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
) -> Result<Vec<Option<usize>>, Refusal> {
    // First all that have one candidate only: they bound those that have several.
    let mut candidates: Vec<Vec<usize>> = Vec::with_capacity(pair.new.len());
    for item in &pair.new {
        candidates.push(find_matches(merger, pair, item)?);
    }
    let mut matches: Vec<Option<usize>> = candidates
        .iter()
        .map(|found| {
            if found.len() == 1 {
                found.first().copied()
            } else {
                None
            }
        })
        .collect();
    // Then those with several, between the nearest matches above and below them, and never one that
    // is taken already.
    for at in 0..matches.len() {
        let several = candidates.get(at).map_or(&[][..], Vec::as_slice);
        if several.len() < 2 {
            continue;
        }
        let low = matches
            .get(..at)
            .and_then(|before| before.iter().rev().find_map(|found| *found));
        let high = matches
            .get(at + 1..)
            .and_then(|after| after.iter().find_map(|found| *found));
        let fit: Vec<usize> = several
            .iter()
            .copied()
            .filter(|&old| low.is_none_or(|low| old > low) && high.is_none_or(|high| old < high))
            .filter(|old| !matches.contains(&Some(*old)))
            .collect();
        let chosen = choose_match(merger, (pair, at), &fit, (low, high))?;
        if let Some(slot) = matches.get_mut(at) {
            *slot = chosen;
        }
    }
    drop_crossings(pair, &mut matches);
    Ok(matches)
}

/// Picks among equal statements: the only one between the neighbours' places, or the one right beside a neighbour.
///
/// None where none fits; several that nothing tells apart are refused, with all of them as
/// candidates.
fn choose_match(
    merger: &Merger<'_, '_, '_>,
    (pair, at): (&Pair<'_, '_>, usize),
    fit: &[usize],
    (low, high): (Option<usize>, Option<usize>),
) -> Result<Option<usize>, Refusal> {
    if let [only] = fit {
        return Ok(Some(*only));
    }
    if fit.is_empty() {
        return Ok(None);
    }
    // An elision between two items leaves open how far they stand apart, so only a direct neighbour
    // counts.
    let adjacent = |step: usize| {
        at.checked_sub(step)
            .and_then(|before| pair.new.get(before))
            .is_some_and(|item| item.kind != Kind::Marker)
    };
    if let Some(low) = low.filter(|_| adjacent(1))
        && fit.contains(&(low + 1))
    {
        return Ok(Some(low + 1));
    }
    let next = pair
        .new
        .get(at + 1)
        .is_some_and(|item| item.kind != Kind::Marker);
    if let Some(high) = high.filter(|_| next)
        && high > 0
        && fit.contains(&(high - 1))
    {
        return Ok(Some(high - 1));
    }
    let name = pair.new.get(at).map_or("", |item| item.name.as_str());
    let mut refusal = new_refusal(
        Reason::Ambiguous,
        format!(
            "`{name}` stands {} times here, and nothing tells which one is meant",
            fit.len()
        ),
    );
    refusal.candidates = fit
        .iter()
        .filter_map(|&old| pair.old.get(old))
        .map(|item| location_at(merger.file.text, item.start))
        .collect();
    Err(refusal)
}

/// Drops each match that stands at or above an earlier one: in a body the order tells.
///
/// Other lists keep theirs.
fn drop_crossings(pair: &Pair<'_, '_>, matches: &mut [Option<usize>]) {
    if pair.kind != List::Statements {
        return;
    }
    let mut last = None;
    for slot in matches.iter_mut() {
        if let Some(found) = *slot {
            if last.is_some_and(|last| found <= last) {
                *slot = None;
            } else {
                last = Some(found);
            }
        }
    }
}

/// Returns all items of the file that an item may stand for; the caller picks. The order goes from
/// certain to likely: words that name the statement, the same text, a name, a call that can stand
/// only once, a key.
fn find_matches(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Result<Vec<usize>, Refusal> {
    // In a function an import is a statement like others, so the same text is the same import.
    if matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import) {
        return Ok(if item.kind == Kind::Import && pair.kind != List::Module {
            find_exact_matches(merger, pair, item)
        } else {
            Vec::new()
        });
    }
    if let Some((old_start, _)) = merger
        .replaced
        .filter(|(_, new)| *new == item.node.start_byte())
    {
        return Ok(matching_indices(pair, |old| {
            old.node.start_byte() == old_start
        }));
    }
    let same = find_exact_matches(merger, pair, item);
    if item.is_definition() {
        return match_definition(merger, pair, item, same);
    }
    if !same.is_empty() {
        return Ok(same);
    }
    let forebears = find_replaced_call(merger, pair, item)?;
    if !forebears.is_empty() {
        return Ok(forebears);
    }
    if let Some(named) = find_named_entry(merger, pair, item) {
        return Ok(vec![named]);
    }
    if item.kind == Kind::Export {
        let grown = find_grown_exports(merger, pair, item);
        if grown.len() == 1 {
            return Ok(grown);
        }
    }
    if matches!(item.kind, Kind::Export | Kind::Guard) {
        return only_one(merger, pair, item);
    }
    Ok(match_by_key(merger, pair, item))
}

/// Returns the lists of exports of the same module of which the block's shows all names: it is that list, with more.
fn find_grown_exports(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Vec<usize> {
    let module = |source: &Source<'_>, item: &Item<'_>| {
        let from = item.node.child_by_field_name("source")?;
        let quoted = source.slice(from.byte_range());
        Some(quoted.trim_matches(['"', '\'']).to_owned())
    };
    let names = |source: &Source<'_>, item: &Item<'_>| -> Vec<String> {
        let exported = list_exported(source, item.node).into_iter();
        exported.map(|(name, _)| name).collect()
    };
    let Some(wanted) = module(merger.snippet, item) else {
        return Vec::new();
    };
    let shown = names(merger.snippet, item);
    matching_indices(pair, |old| {
        let there = names(merger.file, old);
        old.kind == Kind::Export
            && module(merger.file, old).as_ref() == Some(&wanted)
            && !there.is_empty()
            && there.iter().all(|name| shown.contains(name))
    })
}

/// Returns the one entry of a list that is a call of what the words name and the snippet calls: "In `db.row.create`, add the
/// new fields" over that call shows the one which stands.
fn find_named_entry(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Option<usize> {
    let callee = |item: &Item<'_>, source: &Source<'_>| {
        let call = item.node.child_by_field_name("function");
        call.map(|call| flatten(source.slice(call.byte_range())))
    };
    if pair.kind != List::Entries {
        return None;
    }
    let wanted = callee(item, merger.snippet).filter(|callee| callee.contains('.'))?;
    let named = merger.prose.mentions.iter().any(|one| {
        let beside = matches!(one.relation, Relation::After | Relation::Before);
        !beside && flatten(one.name.trim_end_matches("()")) == wanted
    });
    let found = matching_indices(pair, |old| {
        callee(old, merger.file).as_ref() == Some(&wanted)
    });
    found.first().copied().filter(|_| named && found.len() == 1)
}

/// Returns the item of the same kind and name, for what a module has one of: a default export, a
/// guard. Two or more leave open which is meant: refused, with all of them as candidates.
fn only_one(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Result<Vec<usize>, Refusal> {
    let found = matching_indices(pair, |old| old.kind == item.kind && old.name == item.name);
    if found.len() < 2 {
        return Ok(found);
    }
    let mut refusal = new_refusal(
        Reason::Ambiguous,
        format!("`{}` stands {} times here", item.name, found.len()),
    );
    refusal.candidates = found
        .iter()
        .filter_map(|&old| pair.old.get(old))
        .map(|old| location_at(merger.file.text, old.start))
        .collect();
    Err(refusal)
}

/// Returns the items of the same kind and the same code, layout and comments aside.
fn find_exact_matches(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Vec<usize> {
    matching_indices(pair, |old| {
        old.kind == item.kind && same_code((merger.file, old), (merger.snippet, item))
    })
}

/// Returns the indices of the file's items that pass a test.
fn matching_indices(pair: &Pair<'_, '_>, test: impl Fn(&Item<'_>) -> bool) -> Vec<usize> {
    pair.old
        .iter()
        .enumerate()
        .filter(|(_, old)| test(old))
        .map(|(at, _)| at)
        .collect()
}

/// Matches a definition by its name; the same text, the same accessor, the same decorators tell
/// several of one name apart. Values, and definitions in a body, may be bound again and again: of
/// those all are returned, and the neighbours decide.
fn match_definition(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
    same: Vec<usize>,
) -> Result<Vec<usize>, Refusal> {
    if pair.kind == List::Statements
        && !pair.wrapped
        && item.kind == Kind::Value
        && !merger.prose.replaces_something()
    {
        // A `const` or `let` of one scope stands once: shown again, it is the one that stands.
        let declared = item.core.kind() == "lexical_declaration" && same.is_empty();
        let there = if declared {
            matching_indices(pair, |old| old.name == item.name && old.kind == item.kind)
        } else {
            Vec::new()
        };
        return Ok(if there.len() == 1 { there } else { same });
    }
    let named = matching_indices(pair, |old| {
        old.name == item.name && old.variant == item.variant && share_namespace(old.kind, item.kind)
    });
    // Two functions of one text under two names are a rename only where nothing bears the new name.
    if named.len() < 2 {
        if named.is_empty() && pair.kind == List::Module && item.kind == Kind::Function {
            return Ok(same);
        }
        return Ok(named);
    }
    // Several of one name: the first of these tests that leaves one decides.
    let narrowed: [Vec<usize>; 3] = [
        same,
        all_of(pair, &named, |old| {
            same_item((merger.file, old), (merger.snippet, item))
        }),
        all_of(pair, &named, |old| {
            let decorators = |text: &str| text.split_whitespace().collect::<String>();
            old.has_decorators() == item.has_decorators()
                && decorators(merger.file.slice(old.head..old.bare))
                    == decorators(merger.snippet.slice(item.head..item.bare))
        }),
    ];
    if let Some(found) = narrowed.iter().find(|found| found.len() == 1) {
        return Ok(found.clone());
    }
    if pair.kind == List::Statements || item.kind == Kind::Value {
        return Ok(named);
    }
    let mut refusal = new_refusal(
        Reason::Ambiguous,
        format!("`{}` is defined {} times here", item.name, named.len()),
    );
    refusal.candidates = named
        .iter()
        .filter_map(|&old| pair.old.get(old))
        .map(|old| location_at(merger.file.text, old.start))
        .collect();
    Err(refusal)
}

/// Returns those of `among` that pass a test.
fn all_of(pair: &Pair<'_, '_>, among: &[usize], test: impl Fn(&Item<'_>) -> bool) -> Vec<usize> {
    among
        .iter()
        .copied()
        .filter(|&at| pair.old.get(at).is_some_and(&test))
        .collect()
}

/// Kinds that share one namespace; a type may stand beside a value of its name.
pub(super) fn share_namespace(one: Kind, other: Kind) -> bool {
    one == other
        || matches!(
            (one, other),
            (Kind::Function | Kind::Value, Kind::Function | Kind::Value)
        )
}

/// Matches statements and entries that are not there as shown by what they are known by; none where
/// several are, except calls with a key.
///
/// A head of fewer than six characters, as `if x`, says too little, and that of `try` nothing. An
/// early `return` may stand anywhere, so one is matched only where it ends the body.
fn match_by_key(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, item: &Item<'_>) -> Vec<usize> {
    // `setup({ a })` grows to `setup({ a, b })`: the same call, with nothing lost.
    let grows =
        |old: &Item<'_>| old.name == item.name && merger.drops(old.core, item.core).is_none();
    let only_call = item.kind == Kind::Call
        && pair.new.len() == 1
        && pair
            .old
            .iter()
            .filter(|old| old.kind == item.kind)
            .any(grows);
    // Bare statements without a word of replacing are new ones, even where something is called
    // alike.
    if pair.kind == List::Statements
        && !pair.wrapped
        && !merger.prose.replaces_something()
        && !only_call
    {
        return Vec::new();
    }
    let found = matching_indices(pair, |old| old.kind == item.kind && old.name == item.name);
    if found.len() != 1 {
        // Several routes of one path are all candidates, so that the neighbours can decide.
        return if item.kind == Kind::Call && found.len() > 1 && is_keyed_call(merger, item) {
            found
        } else {
            Vec::new()
        };
    }
    match item.kind {
        Kind::Call => {
            if is_keyed_call(merger, item) {
                found
            } else {
                Vec::new()
            }
        }
        Kind::Statement => {
            if item.name.len() < 6 && item.name != "return" || item.name.starts_with("try") {
                return Vec::new();
            }
            let last = found.first().is_some_and(|&at| at + 1 == pair.old.len());
            if item.name == "return" && !last {
                Vec::new()
            } else {
                found
            }
        }
        Kind::Entry => {
            // An entry that is a call is known only by a text that it is passed:
            // `path('users/', …)`.
            let pairs = |item: &Item<'_>| {
                item.node.kind() != "call" && item.node.kind() != "call_expression"
                    || item.name.contains('\'')
            };
            if pairs(item) { found } else { Vec::new() }
        }
        _ => found,
    }
}

/// Returns whether a call is the only one of its callee and first argument: a route is, `app.use('/api', …)` is not.
///
/// The verbs stand in two groups: those that add to a list, of which several with the same first
/// argument may stand (`use`, `append`, `mock`), and those whose first argument is a key
/// (`get('/x')`, `test('title')`).
fn is_keyed_call(merger: &Merger<'_, '_, '_>, item: &Item<'_>) -> bool {
    let callee = item.name.split('(').next().unwrap_or_default();
    let verb = callee.rsplit('.').next().unwrap_or(callee);
    if merger.prose.replaces(&item.name)
        || merger.prose.replaces_something() && !merger.prose.adds_something()
    {
        return true;
    }
    // A registration with a title is one of that title, unless the words add another.
    let titled = item
        .name
        .split_once('(')
        .is_some_and(|(_, first)| first.starts_with('\''));
    if titled && matches!(verb, "register" | "add_url_rule") && !merger.prose.adds_something() {
        return true;
    }
    if matches!(
        verb,
        "use"
            | "register"
            | "include_router"
            | "add_middleware"
            | "register_blueprint"
            | "add_url_rule"
            | "connect"
            | "append"
            | "mock"
            | "push"
    ) {
        return merger.is_elided(item.node);
    }
    if matches!(
        verb,
        "get"
            | "post"
            | "put"
            | "patch"
            | "delete"
            | "head"
            | "options"
            | "all"
            | "route"
            | "describe"
            | "it"
            | "test"
    ) {
        return true;
    }
    !merger.prose.adds_something() || merger.is_elided(item.node)
}
