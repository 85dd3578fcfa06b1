//! Tells a whole file from a snippet of one, and puts it in the file's place.

use crate::imports::wanted;
use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::merge::Merger;
use crate::prose::Prose;
use crate::reading::Reading;
use crate::snippet::Graft;
use crate::splice;

/// Whether the block is the file's whole new content: a module without elision that shows most of what the file defines
/// and imports.
pub(super) fn is_whole(old: &Source<'_>, new: &Source<'_>, prose: &Prose) -> bool {
    let (old_items, new_items) = (old.items(old.root()), new.items(new.root()));
    if new_items.iter().any(|item| item.kind == Kind::Marker) || Merger::new(old, new, prose).is_elided(new.root()) {
        return false;
    }
    let (there, shown) = (names(old, &old_items), names(new, &new_items));
    let imports = |source: &Source<'_>, items: &[Item<'_>]| -> Vec<String> {
        wanted(source, items).into_iter().map(|one| one.binding.local().to_owned()).collect()
    };
    let (had, has) = (imports(old, &old_items), imports(new, &new_items));
    let share = |all: &[String], part: &[String]| -> (usize, usize) {
        (all.iter().filter(|name| part.contains(name)).count(), all.len())
    };
    let (defined, imported) = (share(&there, &shown), share(&had, &has));
    let begins =
        |items: &[Item<'_>]| items.first().map(|item| item.kind == Kind::Docstring || item.kind == Kind::Import);
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

/// What a module defines, the members of its classes included.
fn names(source: &Source<'_>, items: &[Item<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items.iter().filter(|item| item.is_definition() || item.kind == Kind::Call) {
        names.push(format!("{}{}", item.name, item.variant));
        if let Some(body) = source.language.body(item.core).filter(|_| item.kind == Kind::Class) {
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

/// The whole file by the block, less a first line that only names the file.
pub(super) fn overwrite(text: &str, snippet: &str, reading: &Reading, path: &str) -> Graft {
    let mut new = snippet.replace("\r\n", "\n");
    let name = path.rsplit('/').next().unwrap_or(path);
    if reading.notes.contains(name)
        && !text.contains(new.lines().next().unwrap_or_default())
        && let Some((_, rest)) = new.split_once('\n')
    {
        new = rest.trim_start_matches('\n').to_owned();
    }
    splice::overwrite(text, &new, "replaced the whole file: the block shows most of what it defines and imports")
}
