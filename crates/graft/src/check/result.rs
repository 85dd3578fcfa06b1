//! Holds a result against the file before it: it parses, and of what stood there nothing is lost or stands twice.
//!
//! ```text
//! file                 result
//! import os            import os               fine
//! import re            def run(): …            refused: the import of `re` would be lost
//! def run(): …         def run(): …            refused: `run` would be defined twice
//! ```

use std::collections::HashMap;

use tree_sitter::Node;

use super::registered::registered_twice;
use crate::imports::collect_wanted_imports;
use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::markers::{SENTINEL, is_elision};
use crate::merge::stands_once;
use crate::routes::{find_shadowed_routes, of_item};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Checks the new text against the old one: it parses, nothing was lost, nothing stands twice, no elision came in.
pub(crate) fn check_result(
    old: &Source<'_>,
    new: &Source<'_>,
    snippet: &Source<'_>,
) -> Result<(), Refusal> {
    if new.has_error() {
        return Err(new_refusal(
            Reason::Syntax,
            "the result would not parse any more",
        ));
    }
    if new.text.matches(SENTINEL).count() > old.text.matches(SENTINEL).count()
        || count_elisions(snippet, snippet.root()) > 0
            && count_elisions(new, new.root()) > count_elisions(old, old.root())
    {
        return Err(new_refusal(
            Reason::Unproven,
            "an elision would be left in the file",
        ));
    }
    check_top_names(old, new)?;
    if has_routes(snippet) {
        check_routes(old, new)?;
    }
    if let Some(twice) = made_twice(old, new, snippet) {
        return Err(new_refusal(
            Reason::Unproven,
            format!("`{twice}` would be called twice"),
        ));
    }
    if let Some(name) = registered_twice(old, new) {
        let message = format!(
            "`{name}` would be registered twice: the block shows otherwise what stands there"
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    check_imports(old, new)
}

/// Checks that every name at the top of the file is still there, and none twice that was there once.
///
/// A name that stood several times before, as overloads do, may stand as often as it likes.
fn check_top_names(old: &Source<'_>, new: &Source<'_>) -> Result<(), Refusal> {
    let unproven = |message: String| new_refusal(Reason::Unproven, message);
    let (before, after) = (count_top_names(old), count_top_names(new));
    if let Some(lost) = before.keys().find(|name| !after.contains_key(*name)) {
        return Err(unproven(format!("`{}` would be lost", lost.1)));
    }
    for (name, &count) in &after {
        let had = before.get(name).copied().unwrap_or(0);
        if count > had.max(1) && name.2 {
            return Err(unproven(format!("`{}` would be defined twice", name.1)));
        }
    }
    Ok(())
}

/// Checks that no route came to stand behind one that answers its requests first. Pairs that the file had before are its
/// own affair.
fn check_routes(old: &Source<'_>, new: &Source<'_>) -> Result<(), Refusal> {
    let before = find_shadowed_routes(old);
    let mut after = find_shadowed_routes(new).into_iter();
    match after.find(|pair| !before.contains(pair)) {
        Some((above, below)) => Err(new_refusal(
            Reason::Conflict,
            format!("`{below}` would stand behind `{above}`, which answers it first"),
        )),
        None => Ok(()),
    }
}

/// Checks that all that the file imported is imported still, under the same name from the same module.
fn check_imports(old: &Source<'_>, new: &Source<'_>) -> Result<(), Refusal> {
    let new_items = new.items(new.root());
    let have = collect_wanted_imports(new, &new_items);
    let old_items = old.items(old.root());
    for import in collect_wanted_imports(old, &old_items) {
        let kept = have.iter().any(|one| {
            one.binding.local() == import.binding.local()
                && one.binding.module == import.binding.module
        });
        if !kept {
            let message = format!("the import of `{}` would be lost", import.binding.local());
            return Err(new_refusal(Reason::Unproven, message));
        }
    }
    Ok(())
}

/// Returns whether the snippet shows a route, on its own or in a class.
fn has_routes(snippet: &Source<'_>) -> bool {
    snippet.items(snippet.root()).iter().any(|item| {
        let inner = snippet
            .language
            .body(item.core)
            .map(|body| snippet.items(body))
            .unwrap_or_default();
        std::iter::once(item)
            .chain(&inner)
            .any(|item| !of_item(snippet, item).is_empty())
    })
}

/// Returns how often each name stands at the top of the text; the flag says whether it must stand once.
///
/// A key is whether it is a type, the name with its variant, and whether it must stand once.
fn count_top_names(source: &Source<'_>) -> HashMap<(bool, String, bool), usize> {
    let mut counts = HashMap::new();
    for item in source.items(source.root()) {
        if matches!(
            item.kind,
            Kind::Class | Kind::Function | Kind::Type | Kind::Value
        ) {
            *counts
                .entry((
                    item.kind == Kind::Type,
                    format!("{}{}", item.name, item.variant),
                    must_be_unique(&item),
                ))
                .or_insert(0) += 1;
        }
    }
    counts
}

/// Returns a call of which a program makes one, and that the snippet would bring in beside the file's own.
///
/// Counted in the text, so that calls inside functions count, too.
fn made_twice(old: &Source<'_>, new: &Source<'_>, snippet: &Source<'_>) -> Option<String> {
    snippet
        .items(snippet.root())
        .iter()
        .filter(|item| item.kind == Kind::Call)
        .find_map(|item| {
            let callee = stands_once(&item.name)?;
            let call = format!("{callee}(");
            let times = |source: &Source<'_>| source.text.matches(&call).count();
            (times(new) > times(old).max(1)).then(|| callee.to_owned())
        })
}

/// Returns how many comments of the text are elisions.
fn count_elisions(source: &Source<'_>, node: Node<'_>) -> usize {
    if node.kind() == "comment" {
        return usize::from(is_elision(source.slice(node.byte_range())));
    }
    if node.child_count() == 0 {
        return 0;
    }
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .map(|child| count_elisions(source, child))
        .sum()
}

/// Returns whether two definitions of this name are an error: values may be assigned again, overloads and `_` repeat.
fn must_be_unique(item: &Item<'_>) -> bool {
    item.kind != Kind::Value && item.variant.is_empty() && item.name != "_"
}
