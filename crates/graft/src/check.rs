//! The proof: what must hold of a result before it may leave the engine.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::imports::wanted;
use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::markers::{SENTINEL, is_elision};
use crate::merge::stands_once;
use crate::routes::{of_item, shadowed};
use crate::splice::refusal;
use crate::{Reason, Refusal};

/// Checks the new text against the old one: it parses, nothing was lost, nothing stands twice, no elision came in.
pub(crate) fn prove(old: &Source<'_>, new: &Source<'_>, snippet: &Source<'_>) -> Result<(), Refusal> {
    let unproven = |message: String| refusal(Reason::Unproven, message);
    if new.has_error() {
        return Err(refusal(Reason::Syntax, "the result would not parse any more"));
    }
    if new.text.matches(SENTINEL).count() > old.text.matches(SENTINEL).count()
        || elisions(snippet, snippet.root()) > 0 && elisions(new, new.root()) > elisions(old, old.root())
    {
        return Err(unproven("an elision would be left in the file".to_owned()));
    }
    let (before, after) = (counts(old), counts(new));
    if let Some(lost) = before.keys().find(|name| !after.contains_key(*name)) {
        return Err(unproven(format!("`{}` would be lost", lost.1)));
    }
    for (name, &count) in &after {
        let had = before.get(name).copied().unwrap_or(0);
        if count > had.max(1) && name.2 {
            return Err(unproven(format!("`{}` would be defined twice", name.1)));
        }
    }
    if has_routes(snippet) {
        let before = shadowed(old);
        if let Some((above, below)) = shadowed(new).into_iter().find(|pair| !before.contains(pair)) {
            return Err(refusal(
                Reason::Conflict,
                format!("`{below}` would stand behind `{above}`, which answers it first"),
            ));
        }
    }
    if let Some(twice) = made_twice(old, new, snippet) {
        return Err(unproven(format!("`{twice}` would be called twice")));
    }
    let new_items = new.items(new.root());
    let have = wanted(new, &new_items);
    let old_items = old.items(old.root());
    for import in wanted(old, &old_items) {
        let kept = have
            .iter()
            .any(|one| one.binding.local() == import.binding.local() && one.binding.module == import.binding.module);
        if !kept {
            return Err(unproven(format!("the import of `{}` would be lost", import.binding.local())));
        }
    }
    Ok(())
}

/// Whether the snippet shows a route, on its own or in a class.
fn has_routes(snippet: &Source<'_>) -> bool {
    snippet.items(snippet.root()).iter().any(|item| {
        let inner = snippet.language.body(item.core).map(|body| snippet.items(body)).unwrap_or_default();
        std::iter::once(item).chain(&inner).any(|item| !of_item(snippet, item).is_empty())
    })
}

/// How often each name stands at the top of the text; the flag says whether it must stand once.
fn counts(source: &Source<'_>) -> HashMap<(bool, String, bool), usize> {
    let mut counts = HashMap::new();
    for item in source.items(source.root()) {
        if matches!(item.kind, Kind::Class | Kind::Function | Kind::Type | Kind::Value) {
            *counts
                .entry((item.kind == Kind::Type, format!("{}{}", item.name, item.variant), once(&item)))
                .or_insert(0) += 1;
        }
    }
    counts
}

/// A call of which a program makes one, and that the snippet would bring in beside the file's own.
fn made_twice(old: &Source<'_>, new: &Source<'_>, snippet: &Source<'_>) -> Option<String> {
    snippet.items(snippet.root()).iter().filter(|item| item.kind == Kind::Call).find_map(|item| {
        let callee = stands_once(&item.name)?;
        let call = format!("{callee}(");
        let times = |source: &Source<'_>| source.text.matches(&call).count();
        (times(new) > times(old).max(1)).then(|| callee.to_owned())
    })
}

/// How many comments of the text are elisions.
fn elisions(source: &Source<'_>, node: Node<'_>) -> usize {
    if node.kind() == "comment" {
        return usize::from(is_elision(source.slice(node.byte_range())));
    }
    if node.child_count() == 0 {
        return 0;
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).map(|child| elisions(source, child)).sum()
}

fn once(item: &Item<'_>) -> bool {
    item.kind != Kind::Value && item.variant.is_empty() && item.name != "_"
}
