//! Places bare statements and entries that stand in no definition of their own: beside the line that the prose
//! names, around the lines of the file that the block repeats, or over the one statement that the prose replaces.

use std::ops::Range;

use tree_sitter::Node;

use crate::compare::same_code;
use crate::items::{Item, Source};
use crate::languages::{Kind, List};
use crate::merge::{Merger, Pair};
use crate::neighbours::{self, Named, kin, told};
use crate::prose::{Prose, Relation, same_name};
use crate::splice::{place, refusal};
use crate::{Reason, Refusal};

/// A list of the file with its items.
struct Block<'t> {
    node: Node<'t>,
    kind: List,
    items: Vec<Item<'t>>,
}

/// What the prose and the plan say of the place.
pub(crate) struct Hints<'s> {
    pub(crate) prose: &'s Prose,
    /// Lines that the plan names, 1-based.
    pub(crate) lines: Option<(usize, usize)>,
    /// The block was indented, so the module's own level is not meant.
    pub(crate) inside: bool,
}

/// Places bare items; `false` where nothing tells where.
pub(crate) fn settle(
    merger: &mut Merger<'_, '_, '_>,
    items: &[Item<'_>],
    hints: &Hints<'_>,
    entries: bool,
) -> Result<bool, Refusal> {
    let file = merger.file;
    let mut all = Vec::new();
    collect(file, file.root(), entries, &mut all);
    if hints.inside && !entries {
        all.retain(|block| block.kind != List::Module);
    }
    let code: Vec<&Item<'_>> =
        items.iter().filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import)).collect();
    let Some(first) = code.first() else { return Ok(false) };
    let siblings: Vec<&str> = code.iter().map(|item| item.name.as_str()).filter(|name| *name != first.name).collect();
    if let Some((scope, kind)) = scope(file, hints, &first.name, &siblings)? {
        if kind == Kind::Class && !entries && code.iter().all(|item| matches!(item.kind, Kind::Value | Kind::Function))
        {
            return Ok(false);
        }
        all.retain(|block| scope.start <= block.node.start_byte() && block.node.end_byte() <= scope.end);
    }
    let told = replaced(merger, &all, &code, hints, &siblings);
    if let Some((_, pair)) = told {
        merger.replaced = Some(pair);
    }
    let chosen = match told {
        Some((at, _)) => Some(at),
        None => choose(merger, &all, &code, hints)?,
    };
    let Some(at) = chosen else { return Ok(false) };
    if at >= all.len() {
        return Ok(false);
    }
    let block = all.swap_remove(at);
    let pair = Pair { node: block.node, kind: block.kind, old: block.items, new: items.to_vec(), wrapped: false };
    merger.merge_list(&pair)?;
    Ok(true)
}

/// Puts each of the bare statements in the place of the only one that binds or calls the same; `false` where one of them
/// has none, a refusal where it has several.
pub(crate) fn replace_each(
    merger: &mut Merger<'_, '_, '_>,
    items: &[Item<'_>],
    hints: &Hints<'_>,
) -> Result<bool, Refusal> {
    let file = merger.file;
    let mut blocks = Vec::new();
    collect(file, file.root(), false, &mut blocks);
    let code: Vec<&Item<'_>> = items.iter().filter(|item| matches!(item.kind, Kind::Value | Kind::Call)).collect();
    let Some(first) = code.first() else { return Ok(false) };
    let siblings: Vec<&str> = code.iter().map(|item| item.name.as_str()).filter(|name| *name != first.name).collect();
    if let Some((scope, _)) = scope(file, hints, &first.name, &siblings)? {
        blocks.retain(|block| scope.start <= block.node.start_byte() && block.node.end_byte() <= scope.end);
    }
    let mut found = Vec::new();
    for item in &code {
        let same = |old: &Item<'_>| old.kind == item.kind && old.name == item.name && old.variant == item.variant;
        let places: Vec<(usize, usize)> = blocks
            .iter()
            .enumerate()
            .flat_map(|(at, block)| {
                (0..block.items.len()).filter(|&old| same(&block.items[old])).map(move |old| (at, old))
            })
            .collect();
        match places.as_slice() {
            [] => return Ok(false),
            [(at, old)] => found.push((*at, *old)),
            _ => return Err(several(file, &blocks, &places, &format!("`{}`", item.name))),
        }
    }
    for ((at, old), item) in found.into_iter().zip(code) {
        let Some(block) = blocks.get(at) else { continue };
        merger.splice.say(format!("replaced `{}`, the only one of that name", item.name));
        merger.replaced = Some((block.items[old].node.start_byte(), item.node.start_byte()));
        let pair = Pair {
            node: block.node,
            kind: block.kind,
            old: block.items.clone(),
            new: vec![item.clone()],
            wrapped: false,
        };
        merger.merge_list(&pair)?;
    }
    Ok(true)
}

/// Whether a list of the file, at any depth, has an item of this kind and name.
pub(crate) fn stands(file: &Source<'_>, node: Node<'_>, item: &Item<'_>) -> bool {
    let known = file
        .language
        .list(node)
        .is_some_and(|_| file.items(node).iter().any(|old| old.kind == item.kind && old.name == item.name));
    let mut cursor = node.walk();
    known || node.named_children(&mut cursor).any(|child| stands(file, child, item))
}

/// The block that takes the bare items, by the first of these that tells one.
fn choose(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else { return Ok(None) };
    let siblings: Vec<&str> = code.iter().map(|item| item.name.as_str()).filter(|name| *name != first.name).collect();
    // A key whose old values are elided stands in the file: its neighbours in the words are those of the new values.
    if let [only] = code
        && only.kind == Kind::Entry
        && merger.is_elided(only.node)
        && let Some(found) = keyed(merger, blocks, code, hints)?
    {
        return Ok(Some(found));
    }
    if let Some(found) = beside(merger.file, blocks, code, hints, &siblings)? {
        return Ok(Some(found));
    }
    if let Some(found) = beside_words(merger.file, blocks, code, hints)? {
        return Ok(Some(found));
    }
    if let Some(found) = repeated(merger, blocks, code) {
        return Ok(Some(found));
    }
    if let Some(found) = keyed(merger, blocks, code, hints)? {
        return Ok(Some(found));
    }
    let ended = hints.prose.end(&first.name, &siblings).is_some() || hints.prose.appends(&first.name, &siblings);
    if let Some(found) = kindred(merger.file, blocks, code)?.filter(|_| !ended) {
        return Ok(Some(found));
    }
    Ok(at_end(blocks, code, hints, &siblings))
}

/// The only block whose items of the same kind hold the one that the words name: "after the book routes".
fn beside_words(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
) -> Result<Option<usize>, Refusal> {
    for item in code.iter().filter(|item| matches!(item.kind, Kind::Call | Kind::Entry)) {
        let siblings: Vec<&str> = code.iter().map(|one| one.name.as_str()).filter(|name| *name != item.name).collect();
        for phrase in hints.prose.phrases(&item.name, &siblings) {
            let fits = |block: &Block<'_>| match neighbours::named(file, phrase, &block.items, &kin(&block.items, item))
            {
                Named::Items(found) => found.first().copied(),
                Named::All | Named::Nothing => None,
            };
            let found: Vec<(usize, usize)> =
                blocks.iter().enumerate().filter_map(|(at, block)| Some((at, fits(block)?))).collect();
            match found.as_slice() {
                [] => {}
                [(only, _)] => return Ok(Some(*only)),
                _ => return Err(several(file, blocks, &found, &phrase.shown())),
            }
        }
    }
    Ok(None)
}

fn several(file: &Source<'_>, blocks: &[Block<'_>], found: &[(usize, usize)], what: &str) -> Refusal {
    let mut refusal = refusal(
        Reason::Ambiguous,
        format!("{what}, by which the block has its place, stands in {} places", found.len()),
    );
    refusal.candidates = found
        .iter()
        .filter_map(|&(at, item)| blocks.get(at)?.items.get(item))
        .map(|item| place(file.text, item.start))
        .collect();
    refusal
}

/// The only function that makes calls like those shown on a name of its own: an app that is put together in a factory. Where
/// the module makes such calls or binds the name, it is the module's.
fn kindred(file: &Source<'_>, blocks: &[Block<'_>], code: &[&Item<'_>]) -> Result<Option<usize>, Refusal> {
    let callee = |item: &Item<'_>| item.name.split('(').next().unwrap_or_default().to_owned();
    let calls =
        code.iter().filter(|item| item.kind == Kind::Call && callee(item).contains('.') || item.kind == Kind::Entry);
    for item in calls {
        let called = item.kind == Kind::Call || item.node.kind().starts_with("call");
        let receiver = callee(item).split('.').next().unwrap_or_default().to_owned();
        let module = blocks.iter().find(|block| block.kind == List::Module);
        let own = |block: &Block<'_>| {
            block.items.iter().any(|old| old.kind == Kind::Value && old.name == receiver)
                || !kin(&block.items, item).is_empty()
        };
        if !called || module.is_some_and(own) {
            continue;
        }
        let found: Vec<(usize, usize)> =
            blocks.iter().enumerate().filter_map(|(at, block)| Some((at, *kin(&block.items, item).first()?))).collect();
        match found.as_slice() {
            [] => {}
            [(only, _)] => return Ok(Some(*only)),
            _ => return Err(several(file, blocks, &found, &format!("`{}`", callee(item)))),
        }
    }
    Ok(None)
}

fn collect<'t>(file: &Source<'_>, node: Node<'t>, entries: bool, found: &mut Vec<Block<'t>>) {
    if let Some(kind) = file.language.list(node) {
        let wanted = if entries { kind == List::Entries } else { matches!(kind, List::Module | List::Statements) };
        if wanted {
            found.push(Block { node, kind, items: file.items(node) });
        }
    }
    if node.child_count() == 0 {
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        collect(file, child, entries, found);
    }
}

/// The bytes of the one definition that the prose says the block is in.
fn scope(
    file: &Source<'_>,
    hints: &Hints<'_>,
    name: &str,
    siblings: &[&str],
) -> Result<Option<(Range<usize>, Kind)>, Refusal> {
    for relation in [Relation::Within, Relation::Mention, Relation::Replace] {
        let mut narrowed: Option<(Range<usize>, Kind)> = None;
        for mention in hints.prose.related(relation, name, siblings) {
            let mut found = Vec::new();
            named(file, file.root(), "", (&crate::prose::plain(mention), relation == Relation::Within), &mut found);
            if let Some((outer, _)) = &narrowed {
                found.retain(|(range, _)| {
                    outer.start <= range.start && range.end <= outer.end
                        || range.start <= outer.start && outer.end <= range.end
                });
            }
            if let Some(lines) = hints.lines.filter(|_| found.len() > 1) {
                let touches = |(range, _): &(Range<usize>, Kind)| {
                    place(file.text, range.start).line <= lines.1 + 2 && lines.0 <= place(file.text, range.end).line + 2
                };
                let close: Vec<(Range<usize>, Kind)> = found.iter().filter(|one| touches(one)).cloned().collect();
                if close.len() == 1 {
                    found = close;
                }
            }
            match found.as_slice() {
                [only] => {
                    let smaller = narrowed.as_ref().is_none_or(|(outer, _)| only.0.len() < outer.len());
                    if smaller {
                        narrowed = Some(only.clone());
                    }
                }
                [] => {}
                several if narrowed.is_none() && relation == Relation::Within => {
                    let mut refusal = refusal(
                        Reason::Ambiguous,
                        format!("`{mention}`, in which the block belongs, is there {} times", several.len()),
                    );
                    refusal.candidates = several.iter().map(|(range, _)| place(file.text, range.start)).collect();
                    return Err(refusal);
                }
                _ => {}
            }
        }
        if narrowed.is_some() {
            return Ok(narrowed);
        }
    }
    Ok(None)
}

/// The definitions of this name, at any depth; values too where the prose says "in".
fn named(file: &Source<'_>, node: Node<'_>, prefix: &str, wanted: (&str, bool), found: &mut Vec<(Range<usize>, Kind)>) {
    let (name, values) = wanted;
    // Where the name is not even written, nothing bears it.
    let last = name.rsplit('.').next().unwrap_or(name);
    if !file.slice(node.byte_range()).contains(last) {
        return;
    }
    if file.language.list(node).is_some_and(|kind| kind != List::Entries) {
        for item in file.items(node) {
            if matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker | Kind::Docstring) {
                continue;
            }
            let kinds = matches!(item.kind, Kind::Function | Kind::Class) || values && item.kind == Kind::Value;
            let block = item.kind == Kind::Call
                && item.name.split('(').next() == Some(name)
                && file.language.body(item.core).is_some();
            let path = if prefix.is_empty() { item.name.clone() } else { format!("{prefix}.{}", item.name) };
            let meant = if name.contains('.') {
                path == name || path.ends_with(&format!(".{name}"))
            } else {
                same_name(name, &item.name)
            };
            if kinds && meant && item.variant.is_empty() || values && block {
                found.push((item.whole(), item.kind));
            }
            let inner =
                if matches!(item.kind, Kind::Function | Kind::Class | Kind::Value) { path } else { prefix.to_owned() };
            let mut cursor = item.node.walk();
            for child in item.node.named_children(&mut cursor) {
                named(file, child, &inner, wanted, found);
            }
        }
        return;
    }
    if node.child_count() == 0 {
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        named(file, child, prefix, wanted, found);
    }
}

/// The one statement that "replace the `x` call" or "the `x` check" names, and the snippet's statement that takes its
/// place: the only one shown, or the only one of that form. Nothing where all that the snippet shows stands already.
fn replaced(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
    siblings: &[&str],
) -> Option<(usize, (usize, usize))> {
    let first = code.first()?;
    let file = merger.file;
    let same = |item: &&Item<'_>, old: &Item<'_>| same_code((file, old), (merger.snippet, item));
    if blocks.iter().any(|block| code.iter().all(|item| block.items.iter().any(|old| same(item, old)))) {
        return None;
    }
    for name in hints.prose.replaced(&first.name, siblings) {
        let plain = crate::prose::plain(name);
        let names = |item: &Item<'_>| {
            matches!(item.kind, Kind::Statement | Kind::Call)
                && words(head(file, item.node)).any(|word| word == plain.as_str())
        };
        let mut found = blocks
            .iter()
            .enumerate()
            .flat_map(|(at, block)| block.items.iter().filter(|item| names(item)).map(move |item| (at, item)));
        let (Some((at, old)), None) = (found.next(), found.next()) else { continue };
        let mut alike = code.iter().filter(|item| code.len() == 1 || item.node.kind() == old.node.kind());
        if let (Some(new), None) = (alike.next(), alike.next()) {
            return Some((at, (old.node.start_byte(), new.node.start_byte())));
        }
    }
    None
}

/// The text of a statement without the bodies in it.
fn head<'f>(file: &Source<'f>, node: Node<'_>) -> &'f str {
    let mut cursor = node.walk();
    let body =
        node.children(&mut cursor).find(|child| file.language.list(*child).is_some_and(|kind| kind != List::Entries));
    file.slice(node.start_byte()..body.map_or(node.end_byte(), |body| body.start_byte()))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')))
}

/// The block that holds the neighbour which the prose names.
fn beside(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    code: &[&Item<'_>],
    hints: &Hints<'_>,
    siblings: &[&str],
) -> Result<Option<usize>, Refusal> {
    let Some(first) = code.first() else { return Ok(None) };
    for relation in [Relation::After, Relation::Before] {
        for name in hints.prose.related(relation, &first.name, siblings) {
            let mut found: Vec<(usize, usize)> = Vec::new();
            for (at, block) in blocks.iter().enumerate() {
                found
                    .extend(told(file, (hints.prose, relation), name, &block.items).into_iter().map(|item| (at, item)));
            }
            if let Some(lines) = hints.lines.filter(|_| found.len() > 1) {
                let near = |&(at, item): &(usize, usize)| {
                    let line = blocks
                        .get(at)
                        .and_then(|block| block.items.get(item))
                        .map_or(0, |item| place(file.text, item.start).line);
                    lines.0 <= line + 4 && line <= lines.1 + 4
                };
                let close: Vec<(usize, usize)> = found.iter().copied().filter(near).collect();
                if close.len() == 1 {
                    found = close;
                }
            }
            let mut lists: Vec<usize> = found.iter().map(|&(at, _)| at).collect();
            lists.dedup();
            match lists.as_slice() {
                [] => {}
                [_] if hints.prose.follows_a_group(&first.name, siblings) => {
                    return Err(refusal(
                        Reason::Unclear,
                        format!(
                            "beside `{name}`, or \"after all\" of what has no name here: the words name two places"
                        ),
                    ));
                }
                [only] => return Ok(Some(*only)),
                several => {
                    let mut refusal = refusal(
                        Reason::Ambiguous,
                        format!("`{name}`, beside which the block belongs, stands in {} places", several.len()),
                    );
                    refusal.candidates = found
                        .iter()
                        .filter_map(|&(at, item)| blocks.get(at)?.items.get(item))
                        .map(|item| place(file.text, item.start))
                        .collect();
                    return Err(refusal);
                }
            }
        }
    }
    Ok(None)
}

/// The only block that holds lines which the snippet repeats.
fn repeated(merger: &Merger<'_, '_, '_>, blocks: &[Block<'_>], code: &[&Item<'_>]) -> Option<usize> {
    let hits = |block: &Block<'_>| {
        code.iter()
            .filter(|item| {
                block.items.iter().any(|old| {
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
    let others = counts.iter().filter(|&&count| count > 0).count();
    (holders.next().is_none() && (others == 1 || best > 1)).then_some(only)
}

/// The only block with a statement that is known by the same name, where the prose says that something is replaced.
fn keyed(
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
            && hints.prose.mentions.iter().any(|mention| crate::prose::plain(&mention.name) == callee)
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
        .flat_map(|(at, block)| block.items.iter().filter(same).map(move |item| (at, item.start)))
        .collect();
    if let Some(lines) = hints.lines.filter(|_| found.len() > 1) {
        let close: Vec<(usize, usize)> = found
            .iter()
            .copied()
            .filter(|&(_, start)| {
                let line = place(file.text, start).line;
                lines.0 <= line + 2 && line <= lines.1 + 2
            })
            .collect();
        if close.len() == 1 {
            found = close;
        }
    }
    match found.as_slice() {
        [] => Ok(None),
        [(at, _)] => Ok(Some(*at)),
        several => {
            let mut refusal =
                refusal(Reason::Ambiguous, format!("`{}` stands {} times in the file", only.name, several.len()));
            refusal.candidates = several.iter().map(|&(_, start)| place(file.text, start)).collect();
            Err(refusal)
        }
    }
}

/// The body of the function that the prose names, where it says "at the end" or "at the top" of it.
fn at_end(blocks: &[Block<'_>], code: &[&Item<'_>], hints: &Hints<'_>, siblings: &[&str]) -> Option<usize> {
    let first = code.first()?;
    hints.prose.end(&first.name, siblings)?;
    let outer = blocks.first()?;
    let within = !hints.prose.related(Relation::Within, &first.name, siblings).is_empty();
    (outer.kind == List::Statements && within).then_some(0)
}
