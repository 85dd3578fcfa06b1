//! Where new items go among their siblings: as the prose says, beside the neighbour that the snippet shows, at the
//! open end of the snippet, else by the file's own order. Never by order alone inside a body.

use crate::enclosing::{is_of_constructor, sets_attribute};
use crate::items::Item;
use crate::languages::{Kind, List};
use crate::merge::once::{ends_the_app, is_mounted};
use crate::merge::order::{entry_order, member_order, start_of_list};
use crate::merge::stated_line::by_line;
use crate::merge::worded::{by_prose, refuse_missing, shorten_name};
use crate::merge::{Merger, Pair, stands_once};
use crate::neighbours::last_of_kin;
use crate::prose::End;
use crate::routes;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Cuts a run of new items into groups with the index before which each goes.
pub(super) fn split_run(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    matches: &[Option<usize>],
    run: &[usize],
) -> Result<Vec<(usize, Vec<usize>)>, Refusal> {
    if run.is_empty() {
        return Ok(Vec::new());
    }
    // A number is the plainest of places.
    if let Some(index) = by_line(merger, pair)? {
        return Ok(vec![(index, run.to_vec())]);
    }
    let said: Vec<Option<usize>> = run
        .iter()
        .map(|&at| {
            let index = position_by_words(merger, pair, at)?;
            Ok(index.map(|index| below_brought(merger, pair, index)))
        })
        .collect::<Result<_, Refusal>>()?;
    if said.iter().any(Option::is_some) {
        return Ok(group_by_words(run, &said));
    }
    let beside = |index| {
        Ok(vec![(
            move_below_reads(merger, pair, (matches, run), index),
            run.to_vec(),
        )])
    };
    if let Some(index) = by_neighbours(pair, matches, run) {
        return beside(index);
    }
    for &at in run {
        refuse_missing(merger, pair, at)?;
    }
    if let Some(index) = by_open_end(pair, run) {
        return beside(index);
    }
    if let Some(index) = by_ends(merger, pair, run) {
        return Ok(vec![(index, run.to_vec())]);
    }
    if pair.kind == List::Statements
        && let Some(last) = run
            .iter()
            .filter_map(|&at| pair.new.get(at))
            .find_map(|item| last_of_kin_call(merger, &pair.old, item))
    {
        let first = run.first().and_then(|&at| pair.new.get(at));
        let index = first.map_or(last + 1, |first| {
            above_what_answers(merger, pair, first, last + 1)
        });
        return Ok(vec![(index, run.to_vec())]);
    }
    group_by_order(merger, pair, run)
}

/// Groups a run by the places that the words give: an item without one goes with the item before it.
fn group_by_words(run: &[usize], said: &[Option<usize>]) -> Vec<(usize, Vec<usize>)> {
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    let first = said.iter().find_map(|found| *found).unwrap_or(0);
    for (at, found) in run.iter().zip(said) {
        match (*found, groups.last_mut()) {
            (Some(index), Some(group)) if group.0 != index => groups.push((index, vec![*at])),
            (_, Some(group)) => group.1.push(*at),
            (found, None) => groups.push((found.unwrap_or(first), vec![*at])),
        }
    }
    groups
}

/// Groups a run by the file's own order, each item for itself.
fn group_by_order(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    run: &[usize],
) -> Result<Vec<(usize, Vec<usize>)>, Refusal> {
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut placed: Vec<(&str, usize)> = Vec::new();
    for &at in run {
        let Some(item) = pair.new.get(at) else {
            continue;
        };
        let mut index = above_what_answers(merger, pair, item, by_order(merger, pair, item)?);
        if pair.kind == List::Module {
            // What the block itself defines above it and what it is made of stay above it.
            let evaluated = evaluated_names(merger, item);
            let uses = |name: &str| evaluated.contains(&name);
            index = placed
                .iter()
                .filter(|(name, _)| uses(name))
                .map(|(_, above)| *above)
                .fold(index, usize::max);
            placed.push((&item.name, index));
        }
        match groups.last_mut() {
            Some(group) if group.0 == index => group.1.push(at),
            _ => groups.push((index, vec![at])),
        }
    }
    Ok(groups)
}

/// Returns the place below what the run reads where it stands, unless the block shows what is to be below the run.
fn move_below_reads(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    (matches, run): (&[Option<usize>], &[usize]),
    index: usize,
) -> usize {
    let last = run.last().copied().unwrap_or_default();
    let is_free = pair.kind == List::Module && matches.iter().skip(last + 1).all(Option::is_none);
    let floors = run
        .iter()
        .filter_map(|&at| pair.new.get(at))
        .map(|item| lowest_valid_index(merger, pair, item));
    if is_free {
        floors.fold(index, usize::max)
    } else {
        index
    }
}

/// Returns the index below what earlier blocks of the unit put at the same place: "after `User`" above two fences puts both
/// there in the plan's order. A sibling is known again by its first line, which a change of its body leaves.
fn below_brought(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, index: usize) -> usize {
    let Some(found) = &merger.prose.found else {
        return index;
    };
    let is_brought = |item: &&Item<'_>| {
        let text = &merger.file.text[item.bare..item.code_end];
        let first = text.lines().next().unwrap_or(text).trim();
        !found.lines().any(|line| line.trim() == first)
    };
    let above = index.checked_sub(1).and_then(|above| pair.old.get(above));
    if above.is_none_or(|above| is_brought(&above)) {
        return index;
    }
    index + pair.old[index..].iter().take_while(is_brought).count()
}

/// Returns what the prose says of one item; for bare items "at the end" counts before any neighbour.
fn position_by_words(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    at: usize,
) -> Result<Option<usize>, Refusal> {
    let found = by_prose(merger, pair, at)?;
    if found.is_some() || pair.is_elided() {
        return Ok(found);
    }
    let end = by_ends(merger, pair, &[at]);
    if end.is_some() {
        refuse_missing(merger, pair, at)?;
    }
    Ok(end)
}

/// Returns a clause for the evidence.
pub(super) fn describe_position(item: &Item<'_>, pair: &Pair<'_, '_>, index: usize) -> String {
    let beside = match (
        index.checked_sub(1).and_then(|above| pair.old.get(above)),
        pair.old.get(index),
    ) {
        (Some(above), _) => format!("after `{}`", above.name),
        (None, Some(below)) => format!("before `{}`", below.name),
        (None, None) => "as the first item".to_owned(),
    };
    format!("added `{}` {beside}", item.name)
}

/// Returns the place beside what the block shows of the file above or below the run.
fn by_neighbours(pair: &Pair<'_, '_>, matches: &[Option<usize>], run: &[usize]) -> Option<usize> {
    let (left, right) = shown_around(pair, run)?;
    let neighbour = |at: usize| matches.get(at).copied().flatten();
    let above = left.and_then(neighbour).map(|above| above + 1);
    above.or_else(|| right.and_then(neighbour))
}

/// Returns the place of a run where the block leaves something out above or below it and shows nothing on the other
/// side.
fn by_open_end(pair: &Pair<'_, '_>, run: &[usize]) -> Option<usize> {
    let (left, right) = shown_around(pair, run)?;
    if !pair.wrapped || !pair.is_elided() {
        return None;
    }
    let is_marker = |at: usize| {
        pair.new
            .get(at)
            .is_some_and(|item| item.kind == Kind::Marker)
    };
    match (left, right) {
        (None, Some(right)) if is_marker(right) && pair.kind != List::Module => {
            Some(start_of_list(pair))
        }
        (Some(left), None) if is_marker(left) && pair.kind != List::Module => end_of_list(pair),
        _ => None,
    }
}

/// Returns the items of the block right above and below the run, comments aside.
fn shown_around(pair: &Pair<'_, '_>, run: &[usize]) -> Option<(Option<usize>, Option<usize>)> {
    let (first, last) = (*run.first()?, *run.last()?);
    let counts = |at: usize| {
        pair.new
            .get(at)
            .is_some_and(|item| item.kind != Kind::Comment)
    };
    Some((
        (0..first).rev().find(|&at| counts(at)),
        (last + 1..pair.new.len()).find(|&at| counts(at)),
    ))
}

/// Returns the end of a list; not behind a statement that leaves the body.
fn end_of_list(pair: &Pair<'_, '_>) -> Option<usize> {
    let leaves = |item: &Item<'_>| {
        matches!(
            item.node.kind(),
            "return_statement"
                | "raise_statement"
                | "throw_statement"
                | "break_statement"
                | "continue_statement"
        )
    };
    if pair.kind == List::Statements && pair.old.last().is_some_and(leaves) {
        return None;
    }
    Some(pair.old.len())
}

/// Returns the place at the end that the words name: "at the end", "at the top".
fn by_ends(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, run: &[usize]) -> Option<usize> {
    let item = run.first().and_then(|&at| pair.new.get(at))?;
    let siblings: Vec<&str> = pair
        .new
        .iter()
        .map(|other| other.name.as_str())
        .filter(|name| *name != item.name)
        .collect();
    let appended = merger.prose.appends(&item.name, &siblings)
        && matches!(
            item.kind,
            Kind::Function | Kind::Class | Kind::Type | Kind::Entry
        );
    // "Append …, with the import at the top": the top is the import's.
    let end_said = appended
        .then_some(End::Bottom)
        .or_else(|| merger.prose.end(&item.name, &siblings));
    match end_said? {
        End::Bottom if pair.kind == List::Module => Some(start_of_module_tail(pair)),
        End::Bottom => end_of_list(pair),
        End::Top if pair.kind == List::Module => Some(after_imports(pair)),
        End::Top => Some(start_of_list(pair)),
    }
}

/// Returns where the closing part of a module begins: the main guard, `module.exports`, export
/// lists.
fn start_of_module_tail(pair: &Pair<'_, '_>) -> usize {
    let closing = |item: &&Item<'_>| {
        matches!(item.kind, Kind::Guard | Kind::Comment)
            || item.kind == Kind::Export && item.node.child_by_field_name("source").is_none()
    };
    let back = pair.old.iter().rev().take_while(closing).count();
    let mut at = pair.old.len() - back;
    while pair
        .old
        .get(at)
        .is_some_and(|item| item.kind == Kind::Comment)
    {
        at += 1;
    }
    at
}

fn after_imports(pair: &Pair<'_, '_>) -> usize {
    let last = pair.old.iter().rposition(|item| item.kind == Kind::Import);
    last.map_or_else(
        || {
            pair.old
                .iter()
                .take_while(|item| matches!(item.kind, Kind::Docstring | Kind::Comment))
                .count()
        },
        |last| last + 1,
    )
}

/// Returns the place of a route where no words name one: above the route that would answer it first.
fn above_what_answers(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
    index: usize,
) -> usize {
    let above = pair.old.get(..index).unwrap_or(&pair.old);
    routes::find_shadowing_route(merger.file, above, &routes::of_item(merger.snippet, item))
        .unwrap_or(index)
}

/// Returns the place of an item by the file's own order: beside the last of its like.
fn by_order(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Result<usize, Refusal> {
    match pair.kind {
        List::Module => Ok(module_order(merger, pair, item)),
        List::Members => Ok(member_order(pair, item)),
        List::Entries => Ok(entry_order(pair, item)),
        List::Statements if is_test_body(pair) => Ok(pair.old.len()),
        List::Statements if sets_attribute(item) && is_of_constructor(merger.file, pair.node) => {
            // Behind the attributes that are set there; a constructor may go on to call what reads them.
            Ok(pair
                .old
                .iter()
                .rposition(sets_attribute)
                .map_or(pair.old.len(), |last| last + 1))
        }
        // What a function imports for itself stands above all that may read it.
        List::Statements if item.kind == Kind::Import => {
            Ok(after_imports(pair).max(start_of_list(pair)))
        }
        List::Statements => Err(new_refusal(
            Reason::NotFound,
            format!(
                "nothing says where in the body `{}` goes: no neighbour is shown, and the prose names none",
                shorten_name(&item.name)
            ),
        )),
    }
}

/// In a body a registration goes behind the last of its kind. Middleware runs in the order of the text: where the app is
/// worked on below the last of it, nothing says on which side of that it goes.
fn last_of_kin_call(
    merger: &Merger<'_, '_, '_>,
    items: &[Item<'_>],
    new: &Item<'_>,
) -> Option<usize> {
    let (receiver, verb) = new.name.split('(').next()?.rsplit_once('.')?;
    let last = last_of_kin(items, new).filter(|_| new.kind == Kind::Call)?;
    let mounted = is_mounted(new);
    let works = |item: &Item<'_>| {
        let text = merger.file.slice(item.bare..item.code_end);
        text.contains(&format!("{receiver}.")) && stands_once(&item.name).is_none()
    };
    let below = items.get(last + 1..).unwrap_or_default();
    (mounted || verb != "use" || !below.iter().any(works)).then_some(last)
}

/// Returns whether a list is the body of a `describe`: it lists tests, not steps.
fn is_test_body(pair: &Pair<'_, '_>) -> bool {
    let tests = |item: &Item<'_>| {
        let verb = item.name.split(['(', '.']).next().unwrap_or_default();
        item.kind == Kind::Call
            && matches!(
                verb,
                "it" | "test" | "describe" | "beforeEach" | "afterEach" | "beforeAll" | "afterAll"
            )
    };
    pair.old.iter().any(tests)
        && pair
            .new
            .iter()
            .filter(|item| !matches!(item.kind, Kind::Comment | Kind::Marker))
            .all(tests)
}

fn module_order(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, item: &Item<'_>) -> usize {
    let tail = start_of_module_tail(pair);
    let body = || pair.old.iter().take(tail).enumerate();
    let last = |test: &dyn Fn(&Item<'_>) -> bool| {
        body()
            .filter(|(_, old)| test(old))
            .map(|(at, _)| at + 1)
            .last()
    };
    let definition = |old: &Item<'_>| matches!(old.kind, Kind::Function | Kind::Class);
    let index = match item.kind {
        Kind::Call => {
            let receiver = receiver_of_call(&item.name);
            let kin =
                |old: &Item<'_>| old.kind == Kind::Call && receiver_of_call(&old.name) == receiver;
            let above = |old: &Item<'_>| kin(old) && !ends_the_app(old);
            let mount = last_of_kin(&pair.old, item).filter(|_| is_mounted(item));
            mount
                .map(|at| at + 1)
                .or_else(|| last(&above).filter(|_| !ends_the_app(item)))
                .or_else(|| last(&kin))
                .unwrap_or(tail)
        }
        Kind::Value => {
            let first_definition = body()
                .find(|(_, old)| definition(old))
                .map_or(tail, |(at, _)| at);
            let zone = body()
                .take(first_definition)
                .filter(|(_, old)| old.kind == Kind::Value)
                .map(|(at, _)| at + 1)
                .next_back();
            zone.or_else(|| last(&|old| old.kind == Kind::Value))
                .unwrap_or_else(|| first_definition.max(after_imports(pair)))
        }
        Kind::Type => last(&|old| old.kind == Kind::Type)
            .or_else(|| last(&definition))
            .unwrap_or(tail),
        Kind::Function | Kind::Class => last(&definition).unwrap_or(tail),
        _ => tail,
    };
    index
        .max(lowest_valid_index(merger, pair, item))
        .min(pair.old.len())
}

/// Returns the lowest place for an item: one that is evaluated where it stands must stand below what it names.
fn lowest_valid_index(merger: &Merger<'_, '_, '_>, pair: &Pair<'_, '_>, item: &Item<'_>) -> usize {
    let words = evaluated_names(merger, item);
    let named = pair.old.iter().enumerate().filter(|(_, old)| {
        old.is_definition() && old.kind != Kind::Type && words.contains(&old.name.as_str())
    });
    named.map(|(at, _)| at + 1).max().unwrap_or(0)
}

/// Returns the words of an item that is evaluated where it stands; none for types and functions without decorators.
fn evaluated_names<'s>(merger: &'s Merger<'_, '_, '_>, item: &Item<'_>) -> Vec<&'s str> {
    if item.kind == Kind::Type || item.kind == Kind::Function && !item.has_decorators() {
        return Vec::new();
    }
    let text = merger.snippet.slice(item.head..item.code_end);
    text.split(|one: char| !(one.is_alphanumeric() || one == '_'))
        .collect()
}

fn receiver_of_call(name: &str) -> &str {
    let callee = name.split('(').next().unwrap_or(name);
    callee
        .rsplit_once('.')
        .map_or(callee, |(receiver, _)| receiver)
}
