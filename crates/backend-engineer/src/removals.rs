//! Holds the tree against what the plan says must be gone: a symbol that its file still defines was not removed.

use code::items::{Elisions, Item, Source};
use code::languages::Language;
use plan::{Phase, Removal};

use crate::identifiers::contains_identifier;
use crate::prohibitions::{is_path, last_symbol_name};
use crate::unit_work::UnitWork;

/// Returns the file in which a symbol still stands that the plan says must be gone; nothing where the tree does not tell.
///
/// A symbol that a file defines several times, or that a block of the unit shows, may be another one.
pub(crate) fn find_remaining_symbol(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    removal: &Removal,
) -> Option<String> {
    let files = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == phase.id);
    let about = |path: &String| {
        removal
            .within
            .as_ref()
            .is_none_or(|within| is_path(path, within))
    };
    let paths: Vec<String> = files
        .filter_map(|file| file.path.clone())
        .filter(about)
        .collect();
    let (name, entry) = (
        last_symbol_name(&removal.name),
        graft::entry_name(&removal.name),
    );
    if phase.blocks.iter().any(|block| {
        contains_identifier(&block.text, name) || contains_identifier(&block.text, entry)
    }) {
        return None;
    }
    let owner = removal
        .owner
        .as_deref()
        .or_else(|| removal.name.rsplit_once('.').map(|(owner, _)| owner))
        .map(last_symbol_name);
    paths.into_iter().find(|path| {
        let text = work.workspace.tree.read_text(path).ok().flatten();
        text.is_some_and(|text| match Language::of_path(path) {
            Some(_) => count_definitions(path, &text, (owner, name)) == 1,
            None if owner.is_some_and(|owner| !is_path(path, owner)) => false,
            None => graft::count_entries(path, &text, &removal.name) == Some(1),
        })
    })
}

/// Counts the definitions of a name in a file, and its imports; within its owner, where one is given.
fn count_definitions(path: &str, text: &str, (owner, name): (Option<&str>, &str)) -> usize {
    let Some(language) = Language::of_path(path) else {
        return 0;
    };
    let Some(source) = Source::parse(text, language, Elisions::NONE) else {
        return 0;
    };
    let mut found = 0;
    let mut waiting: Vec<_> = source
        .items(source.root())
        .into_iter()
        .map(|item| (item, owner.is_none()))
        .collect();
    while let Some((item, counts)) = waiting.pop() {
        found += usize::from(counts && item.is_definition() && item.name == name);
        let owns = counts || owner == Some(item.name.as_str()) && item.is_definition();
        let inner = language
            .body(item.core)
            .map(|list| source.items(list))
            .unwrap_or_default();
        waiting.extend(inner.into_iter().map(|item: Item<'_>| (item, owns)));
    }
    let imported = code::imports::list_imports(path, text).unwrap_or_default();
    let binds = |import: &&code::imports::Import| {
        import.module == name || import.names.iter().any(|one| one == name)
    };
    found
        + if owner.is_none() {
            imported.iter().filter(binds).count()
        } else {
            0
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_counted_within_their_owner() {
        let python = "import os\nfrom a import b\n\nMAX = 1\n\n\nclass User:\n    name = 1\n\n\nclass Item:\n    name = 2\n";
        for (owner, name, expected) in [
            (None, "MAX", 1),
            (None, "b", 1),
            (None, "name", 2),
            (Some("User"), "name", 1),
            (Some("User"), "MAX", 0),
            (Some("Order"), "name", 0),
            (None, "os", 1),
        ] {
            assert_eq!(
                count_definitions("a.py", python, (owner, name)),
                expected,
                "{owner:?} {name}"
            );
        }
        let typescript = "import { b } from './a';\nexport const MAX = 1;\nexport class User {\n  name = 1;\n}\n";
        for (owner, name, expected) in [(None, "MAX", 1), (None, "b", 1), (Some("User"), "name", 1)]
        {
            assert_eq!(
                count_definitions("a.ts", typescript, (owner, name)),
                expected,
                "{owner:?} {name}"
            );
        }
    }
}
