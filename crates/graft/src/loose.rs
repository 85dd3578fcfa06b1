//! Places bare statements and entries that stand in no definition of their own: beside the line that the prose
//! names, around the lines of the file that the block repeats, or over the one statement that the prose replaces.
//!
//! ```text
//! words               file            block         result
//! "after `load()`"    def run():      check()       load()
//!                         load()                    check()
//!                         save()                    save()
//! ```

mod choose;

mod rest;

use std::ops::Range;

use tree_sitter::Node;

use crate::compare::same_code;
use crate::items::{Item, Source};
use crate::languages::{Kind, List};
use crate::loose::choose::{ambiguous_block_refusal, choose_block};
use crate::merge::{Merger, Pair};
use crate::neighbours::find_named_items;
use crate::prose::{Prose, Relation, same_name};
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// Lines by which the numbers of a plan may be off: it counts blank lines and comments differently, or an edit above moved them.
const LINE_DRIFT: usize = 2;

/// A list of the file with its items.
struct Block<'t> {
    node: Node<'t>,
    kind: List,
    items: Vec<Item<'t>>,
}

/// Hints of the prose and the plan at where a block goes.
pub(crate) struct Hints<'s> {
    pub(crate) prose: &'s Prose,
    /// Lines that the plan names, 1-based.
    pub(crate) lines: Option<(usize, usize)>,
    /// The block was indented, so the module's own level is not meant.
    pub(crate) inside: bool,
    /// The block's imports belong to a function, as its statements do.
    pub(crate) local_imports: bool,
}

/// Places bare items; `false` where nothing tells where.
pub(crate) fn insert_bare_items(
    merger: &mut Merger<'_, '_, '_>,
    items: &[Item<'_>],
    hints: &Hints<'_>,
    entries: bool,
) -> Result<bool, Refusal> {
    let file = merger.file;
    let mut all = Vec::new();
    collect_blocks(file, file.root(), entries, &mut all);
    if hints.inside && !entries {
        all.retain(|block| block.kind != List::Module);
    }
    let code = list_placed_items(items, hints);
    let Some(first) = code.first() else {
        return Ok(false);
    };
    let siblings: Vec<&str> = code
        .iter()
        .map(|item| item.name.as_str())
        .filter(|name| *name != first.name)
        .collect();
    if let Some((scope, kind)) = find_stated_scope(file, hints, &first.name, &siblings)? {
        let is_member = |item: &&Item<'_>| matches!(item.kind, Kind::Value | Kind::Function);
        if kind == Kind::Class && !entries && code.iter().all(is_member) {
            return Ok(false);
        }
        all.retain(|block| {
            scope.start <= block.node.start_byte() && block.node.end_byte() <= scope.end
        });
    }
    if hints.prose.follows_a_guard()
        && !entries
        && rest::replace_below_guards(merger, &all, &code, hints)
    {
        return Ok(true);
    }
    let told = find_replaced_statement(merger, &all, (&code, &siblings), hints);
    if let Some((_, pair)) = told {
        merger.replaced = Some(pair);
    }
    let chosen = match told {
        Some((at, _)) => Some(at),
        None => choose_block(merger, &all, &code, hints)?,
    };
    let Some(at) = chosen else { return Ok(false) };
    if at >= all.len() {
        return Ok(false);
    }
    let block = all.swap_remove(at);
    let pair = Pair {
        node: block.node,
        kind: block.kind,
        old: block.items,
        new: items.to_vec(),
        wrapped: false,
    };
    merger.merge_list(&pair)?;
    Ok(true)
}

/// Returns the items that get a place: code without its imports, which go to the file's top; imports of a function that
/// come alone are code.
fn list_placed_items<'i, 't>(items: &'i [Item<'t>], hints: &Hints<'_>) -> Vec<&'i Item<'t>> {
    let shown = || {
        items
            .iter()
            .filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment))
    };
    let is_import = |item: &Item<'_>| item.kind == Kind::Import;
    let only_imports = hints.local_imports && shown().all(is_import);
    shown()
        .filter(|item| only_imports || !is_import(item))
        .collect()
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
    collect_blocks(file, file.root(), false, &mut blocks);
    let code: Vec<&Item<'_>> = items
        .iter()
        .filter(|item| matches!(item.kind, Kind::Value | Kind::Call))
        .collect();
    let Some(first) = code.first() else {
        return Ok(false);
    };
    let siblings: Vec<&str> = code
        .iter()
        .map(|item| item.name.as_str())
        .filter(|name| *name != first.name)
        .collect();
    if let Some((scope, _)) = find_stated_scope(file, hints, &first.name, &siblings)? {
        blocks.retain(|block| {
            scope.start <= block.node.start_byte() && block.node.end_byte() <= scope.end
        });
    }
    let mut found = Vec::new();
    for item in &code {
        match find_counterparts(&blocks, item).as_slice() {
            [] => return Ok(false),
            [(at, old)] => found.push((*at, *old)),
            places => {
                return Err(ambiguous_block_refusal(
                    file,
                    &blocks,
                    places,
                    &format!("`{}`", item.name),
                ));
            }
        }
    }
    for ((at, old), item) in found.into_iter().zip(code) {
        let Some(block) = blocks.get(at) else {
            continue;
        };
        merger.splice.add_evidence(format!(
            "replaced `{}`, the only one of that name",
            item.name
        ));
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

/// Returns the items of the blocks with the kind, name and variant of one, as the indices of block and item.
fn find_counterparts(blocks: &[Block<'_>], item: &Item<'_>) -> Vec<(usize, usize)> {
    let same = |old: &Item<'_>| {
        old.kind == item.kind && old.name == item.name && old.variant == item.variant
    };
    let all = blocks.iter().enumerate();
    all.flat_map(|(at, block)| {
        (0..block.items.len())
            .filter(|&old| same(&block.items[old]))
            .map(move |old| (at, old))
    })
    .collect()
}

/// Returns whether a list of the file, at any depth, has an item of this kind and name.
pub(crate) fn contains_item(file: &Source<'_>, node: Node<'_>, item: &Item<'_>) -> bool {
    let known = file.language.list(node).is_some_and(|_| {
        file.items(node)
            .iter()
            .any(|old| old.kind == item.kind && old.name == item.name)
    });
    let mut cursor = node.walk();
    known
        || node
            .named_children(&mut cursor)
            .any(|child| contains_item(file, child, item))
}

/// Collects the lists of the file at any depth: those of entries, or the module and the bodies,
/// outermost first.
fn collect_blocks<'t>(
    file: &Source<'_>,
    node: Node<'t>,
    entries: bool,
    found: &mut Vec<Block<'t>>,
) {
    if let Some(kind) = file.language.list(node) {
        let wanted = if entries {
            kind == List::Entries
        } else {
            matches!(kind, List::Module | List::Statements)
        };
        if wanted {
            found.push(Block {
                node,
                kind,
                items: file.items(node),
            });
        }
    }
    if node.child_count() == 0 {
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        collect_blocks(file, child, entries, found);
    }
}

/// Returns the bytes of the one definition that the prose says the block is in.
fn find_stated_scope(
    file: &Source<'_>,
    hints: &Hints<'_>,
    name: &str,
    siblings: &[&str],
) -> Result<Option<(Range<usize>, Kind)>, Refusal> {
    for relation in [Relation::Within, Relation::Mention, Relation::Replace] {
        let mut narrowed: Option<(Range<usize>, Kind)> = None;
        let mentions = match relation {
            Relation::Within => hints.prose.holders(name, siblings),
            _ => hints.prose.related(relation, name, siblings),
        };
        for mention in mentions {
            let mut found = Vec::new();
            collect_named_definitions(
                file,
                (file.root(), ""),
                (
                    &crate::prose::strip_name_decoration(mention),
                    relation == Relation::Within,
                ),
                &mut found,
            );
            // A name inside another one narrows it: "in `create` of `UserService`". What lies apart
            // from it is another place.
            if let Some((outer, _)) = &narrowed {
                found.retain(|(range, _)| {
                    outer.start <= range.start && range.end <= outer.end
                        || range.start <= outer.start && outer.end <= range.end
                });
            }
            keep_at_lines(file, hints.lines, &mut found);
            match found.as_slice() {
                [only] => {
                    let smaller = narrowed
                        .as_ref()
                        .is_none_or(|(outer, _)| only.0.len() < outer.len());
                    if smaller {
                        narrowed = Some(only.clone());
                    }
                }
                [] => {}
                several if narrowed.is_none() && relation == Relation::Within => {
                    return Err(ambiguous_scope_refusal(file, mention, several));
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

/// Keeps of several definitions the only one at the lines that the plan names, if one alone is there.
fn keep_at_lines(
    file: &Source<'_>,
    lines: Option<(usize, usize)>,
    found: &mut Vec<(Range<usize>, Kind)>,
) {
    let Some((first, last)) = lines.filter(|_| found.len() > 1) else {
        return;
    };
    let touches = |(range, _): &(Range<usize>, Kind)| {
        location_at(file.text, range.start).line <= last + LINE_DRIFT
            && first <= location_at(file.text, range.end).line + LINE_DRIFT
    };
    let close: Vec<(Range<usize>, Kind)> =
        found.iter().filter(|one| touches(one)).cloned().collect();
    if close.len() == 1 {
        *found = close;
    }
}

/// Makes the refusal of a name that several definitions bear, between which the words do not decide.
fn ambiguous_scope_refusal(
    file: &Source<'_>,
    mention: &str,
    several: &[(Range<usize>, Kind)],
) -> Refusal {
    let candidates = several
        .iter()
        .map(|(range, _)| location_at(file.text, range.start))
        .collect();
    let message = format!(
        "`{mention}`, in which the block belongs, is there {} times",
        several.len()
    );
    Refusal {
        candidates,
        ..new_refusal(Reason::Ambiguous, message)
    }
}

/// Returns the bytes of the only function or class of a name, at any depth.
pub(crate) fn only_definition(file: &Source<'_>, name: &str) -> Option<Range<usize>> {
    let mut found = Vec::new();
    collect_named_definitions(
        file,
        (file.root(), ""),
        (&crate::prose::strip_name_decoration(name), false),
        &mut found,
    );
    let only = found.pop()?.0;
    found.is_empty().then_some(only)
}

/// Collects the definitions of this name, at any depth; values too where the prose says "in".
fn collect_named_definitions(
    file: &Source<'_>,
    (node, prefix): (Node<'_>, &str),
    wanted: (&str, bool),
    found: &mut Vec<(Range<usize>, Kind)>,
) {
    let (name, _) = wanted;
    // Where the name is not even written, nothing bears it.
    let last = name.rsplit('.').next().unwrap_or(name);
    if !file.slice(node.byte_range()).contains(last) {
        return;
    }
    if file
        .language
        .list(node)
        .is_some_and(|kind| kind != List::Entries)
    {
        for item in file.items(node) {
            if matches!(
                item.kind,
                Kind::Import | Kind::Comment | Kind::Marker | Kind::Docstring
            ) {
                continue;
            }
            let path = if prefix.is_empty() {
                item.name.clone()
            } else {
                format!("{prefix}.{}", item.name)
            };
            if is_meant(file, &item, &path, wanted) {
                found.push((item.whole(), item.kind));
            }
            let inner = if matches!(item.kind, Kind::Function | Kind::Class | Kind::Value) {
                path
            } else {
                prefix.to_owned()
            };
            let mut cursor = item.node.walk();
            for child in item.node.named_children(&mut cursor) {
                collect_named_definitions(file, (child, &inner), wanted, found);
            }
        }
        return;
    }
    if node.child_count() == 0 {
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        collect_named_definitions(file, (child, prefix), wanted, found);
    }
}

/// Returns whether an item of the qualified name `path` is what a name means: a definition, and where `values` are meant
/// too a value, or a call with a block of its own.
fn is_meant(file: &Source<'_>, item: &Item<'_>, path: &str, (name, values): (&str, bool)) -> bool {
    let kinds =
        matches!(item.kind, Kind::Function | Kind::Class) || values && item.kind == Kind::Value;
    let block = item.kind == Kind::Call
        && item.name.split('(').next() == Some(name)
        && file.language.body(item.core).is_some();
    let meant = if name.contains('.') {
        path == name || path.ends_with(&format!(".{name}"))
    } else {
        same_name(name, &item.name)
    };
    kinds && meant && item.variant.is_empty() || values && block
}

/// Returns the one statement that "replace the `x` call" or "the `x` check" names, and the snippet's statement that
/// takes its place: the only one shown, or the only one of that form. Nothing where all that the snippet shows stands
/// already.
fn find_replaced_statement(
    merger: &Merger<'_, '_, '_>,
    blocks: &[Block<'_>],
    (code, siblings): (&[&Item<'_>], &[&str]),
    hints: &Hints<'_>,
) -> Option<(usize, (usize, usize))> {
    let first = code.first()?;
    let file = merger.file;
    let same = |item: &&Item<'_>, old: &Item<'_>| same_code((file, old), (merger.snippet, item));
    if blocks.iter().any(|block| {
        code.iter()
            .all(|item| block.items.iter().any(|old| same(item, old)))
    }) {
        return None;
    }
    let elided = |name: &&str| name.ends_with("(...)") || name.ends_with("(…)");
    let mut names = hints.prose.replaced(&first.name, siblings);
    names.extend(
        hints
            .prose
            .quotes_replaced(merger.snippet.text)
            .filter(elided),
    );
    for name in names {
        let plain = crate::prose::strip_name_decoration(name);
        let is_named = |item: &Item<'_>| {
            matches!(item.kind, Kind::Statement | Kind::Call)
                && split_words(statement_head(file, item.node)).any(|word| word == plain.as_str())
        };
        let among = |block: &Block<'_>| -> Vec<usize> {
            if elided(&name) {
                find_named_items(file, name, &block.items)
            } else {
                (0..block.items.len())
                    .filter(|&at| is_named(&block.items[at]))
                    .collect()
            }
        };
        let mut found = blocks.iter().enumerate().flat_map(|(at, block)| {
            let items = among(block).into_iter();
            items.map(move |item| (at, &block.items[item]))
        });
        let (Some((at, old)), None) = (found.next(), found.next()) else {
            continue;
        };
        let mut alike = code
            .iter()
            .filter(|item| code.len() == 1 || item.node.kind() == old.node.kind());
        if let (Some(new), None) = (alike.next(), alike.next()) {
            return Some((at, (old.node.start_byte(), new.node.start_byte())));
        }
    }
    None
}

/// Returns the text of a statement without the bodies in it.
fn statement_head<'f>(file: &Source<'f>, node: Node<'_>) -> &'f str {
    let mut cursor = node.walk();
    let body = node.children(&mut cursor).find(|child| {
        file.language
            .list(*child)
            .is_some_and(|kind| kind != List::Entries)
    });
    file.slice(node.start_byte()..body.map_or(node.end_byte(), |body| body.start_byte()))
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')))
}
