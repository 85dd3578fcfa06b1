//! Tells a whole file from a snippet of one, and puts it in the file's place.
//!
//! ```text
//! file: import os, a, b, c, d     block: import os, a, b, c     whole: three of four definitions, the import
//!                                 block: a, b                   none: half of them, and no import
//!                                 block: import os, a, …        none: an elision
//! words that only add             block: import os, a, b, c     none: `d` would go
//! ```

use crate::imports::collect_wanted_imports;
use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::merge::Merger;
use crate::prose::Prose;
use crate::reading::Reading;
use crate::snippet::Graft;
use crate::splice;

/// Returns whether the block is the file's whole new content: a module without elision that shows most of what the file
/// defines and imports.
pub(super) fn is_whole(old: &Source<'_>, new: &Source<'_>, prose: &Prose) -> bool {
    let (old_items, new_items) = (old.items(old.root()), new.items(new.root()));
    if new_items.iter().any(|item| item.kind == Kind::Marker)
        || Merger::new(old, new, prose).is_elided(new.root())
    {
        return false;
    }
    let (there, shown) = (
        list_defined_names(old, &old_items),
        list_defined_names(new, &new_items),
    );
    let imports = |source: &Source<'_>, items: &[Item<'_>]| -> Vec<String> {
        collect_wanted_imports(source, items)
            .into_iter()
            .map(|one| one.binding.local().to_owned())
            .collect()
    };
    let (had, has) = (imports(old, &old_items), imports(new, &new_items));
    if had.iter().all(|name| has.contains(name))
        && covers_all_calls((old, &old_items), (new, &new_items))
    {
        return true;
    }
    if prose.takes_away()
        && replaces_all((old, &old_items), (new, &new_items))
        && there.iter().all(|name| shown.contains(name))
    {
        return true;
    }
    let loses = there.iter().any(|name| !shown.contains(name));
    // Words that only add let nothing go.
    if loses && prose.adds_something() && !prose.replaces_something() && !prose.removes_something()
    {
        return false;
    }
    let share = |all: &[String], part: &[String]| -> (usize, usize) {
        (
            all.iter().filter(|name| part.contains(name)).count(),
            all.len(),
        )
    };
    let (defined, imported) = (share(&there, &shown), share(&had, &has));
    let begins = |items: &[Item<'_>]| {
        items
            .first()
            .map(|item| item.kind == Kind::Docstring || item.kind == Kind::Import)
    };
    // Three quarters of what the file defines, half of what it imports, and at least three names in
    // all: fewer could agree by chance.
    let most = |(kept, all): (usize, usize)| kept * 4 >= all * 3;
    let other = new_items.iter().any(|item| item.kind != Kind::Import);
    if defined.1 == 0 {
        return imported.1 > 0 && most(imported) && other && prose.replaces_something();
    }
    defined.1 + imported.1 >= 3
        && most(defined)
        && imported.0 * 2 >= imported.1
        && begins(&old_items) == begins(&new_items)
        && (imported.1 > 0 || defined.1 > 1)
}

/// Returns whether nothing of a file but unused imports would be left where the block's definitions replace its own: the block
/// brings its imports with it, and the file holds imports and definitions alone.
///
/// Otherwise values and calls of the file would stay beside the new definitions.
fn replaces_all(
    (old, old_items): (&Source<'_>, &[Item<'_>]),
    (new, new_items): (&Source<'_>, &[Item<'_>]),
) -> bool {
    let is_import = |item: &&Item<'_>| item.kind == Kind::Import;
    let had: Vec<&Item<'_>> = old_items.iter().filter(is_import).collect();
    let defined = old_items.len() - had.len();
    let is_plain = old_items
        .iter()
        .all(|item| item.kind == Kind::Import || item.is_definition());
    let is_read = |name: &str| {
        let mut words = new
            .text
            .split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')));
        words.any(|word| word == name)
    };
    let is_left = |item: &&Item<'_>| {
        let bound = collect_wanted_imports(old, std::slice::from_ref(*item));
        bound.is_empty() || bound.iter().any(|one| is_read(one.binding.local()))
    };
    let has = |item: &Item<'_>| {
        new_items
            .iter()
            .any(|one| new.slice(one.bare..one.code_end) == old.slice(item.bare..item.code_end))
    };
    let unshown = had.iter().filter(|item| !has(item)).copied();
    defined > 0
        && is_plain
        && new_items.iter().any(|item| item.kind == Kind::Import)
        && !unshown.into_iter().any(|item| is_left(&item))
}

/// Returns whether the block shows again all that a file of calls does, each at most in a longer chain: with
/// `createApp(App).mount('#app')` in the file, `createApp(App).use(router).mount('#app')` beside it would do it twice.
///
/// A file with anything but such chains is not judged by them.
fn covers_all_calls(
    (old, old_items): (&Source<'_>, &[Item<'_>]),
    (new, new_items): (&Source<'_>, &[Item<'_>]),
) -> bool {
    let is_other = |item: &&Item<'_>| item.kind != Kind::Import;
    let shown: Vec<Option<&str>> = new_items
        .iter()
        .filter(is_other)
        .map(|item| chain_begin(new, item))
        .collect();
    let mut begun = old_items
        .iter()
        .filter(is_other)
        .map(|item| chain_begin(old, item))
        .peekable();
    begun.peek().is_some() && begun.all(|begin| begin.is_some() && shown.contains(&begin))
}

/// Returns the call with which a statement's chain of calls begins: `createApp(App)` of
/// `createApp(App).use(router).mount('#app')`; nothing for anything but a chain.
fn chain_begin<'a>(source: &Source<'a>, item: &Item<'_>) -> Option<&'a str> {
    let mut node = item.core;
    if node.kind() == "expression_statement" {
        node = node.named_child(0)?;
    }
    let mut links = 0;
    loop {
        let called = node.child_by_field_name("function")?;
        let inner = called
            .child_by_field_name("object")
            .filter(|inner| matches!(inner.kind(), "call" | "call_expression"));
        let Some(inner) = inner else { break };
        node = inner;
        links += 1;
    }
    (links > 0).then(|| source.slice(node.byte_range()))
}

/// Returns what a module defines, the members of its classes included.
///
/// Calls count too: `Order`, `Order.total`, `app.use(cors())`.
fn list_defined_names(source: &Source<'_>, items: &[Item<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items
        .iter()
        .filter(|item| item.is_definition() || item.kind == Kind::Call)
    {
        names.push(format!("{}{}", item.name, item.variant));
        if let Some(body) = source
            .language
            .body(item.core)
            .filter(|_| item.kind == Kind::Class)
        {
            names.extend(
                source
                    .items(body)
                    .into_iter()
                    .filter(Item::is_definition)
                    .map(|member| format!("{}.{}", item.name, member.name)),
            );
        }
    }
    names
}

/// Returns the whole file by the block, less a first line that only names the file.
///
/// The block may open with the file's name, which its notes then hold; a file that has that line
/// keeps it.
pub(super) fn overwrite_file(text: &str, snippet: &str, reading: &Reading, path: &str) -> Graft {
    let mut new = snippet.replace("\r\n", "\n");
    let name = path.rsplit('/').next().unwrap_or(path);
    if reading.notes.contains(name)
        && !text.contains(new.lines().next().unwrap_or_default())
        && let Some((_, rest)) = new.split_once('\n')
    {
        new = rest.trim_start_matches('\n').to_owned();
    }
    splice::overwrite_content(
        text,
        &new,
        "replaced the whole file: the block shows most of what it defines and imports",
    )
}
