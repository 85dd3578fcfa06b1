//! Finds for each item of the snippet the list of the file that it belongs into.
//!
//! ```text
//! block                     file                                goes into
//! def save(self): …         class A with `save`                 A: it has one of that name
//! def save(self): …         classes A and B, words "in `B`"     B
//! def save(self): …         classes A and B with `save`         refused: two of them
//! LIMIT = 3                 any                                 the module
//! ```

mod describe;

mod margin;

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, List, imported_names};
use crate::prose::{Prose, Relation, same_name};
use crate::reading::Reading;
use crate::splice::new_refusal;
use crate::targets::{
    Container, Search, ambiguous_container_refusal, find_containers, search_words,
};
use crate::{Reason, Refusal};
use describe::{is_test, test_block};
use margin::inner_by_margin;

/// Items of the snippet that belong into one list of the file.
pub(super) struct Group<'f, 'n> {
    /// The list of the file.
    pub(super) list: Node<'f>,
    pub(super) items: Vec<Item<'n>>,
    /// The items stand at the level of the list itself, as the file's root shows it.
    pub(super) wrapped: bool,
}

/// The file and the snippet that are brought together, as they were read.
pub(super) struct Sides<'s, 'o, 'p> {
    pub(super) old: &'s Source<'o>,
    pub(super) new: &'s Source<'p>,
    pub(super) reading: &'s Reading,
    pub(super) prose: &'s Prose,
}

/// Finds for each item of the snippet its list. `root_items` are those of the file's root.
pub(super) fn assign_items<'s>(
    sides: &Sides<'s, '_, '_>,
    root_items: &[Item<'s>],
    items: Vec<Item<'s>>,
) -> Result<Vec<Group<'s, 's>>, Refusal> {
    let Sides {
        old,
        new,
        reading,
        prose,
    } = *sides;
    if let Some(list) = reading.wrapped {
        return assign_wrapped(sides, root_items, items, list);
    }
    let containers = find_containers(old, root_items, &search_words(&items, prose));
    let search = Search {
        file: old,
        prose,
        containers: &containers,
        root: old.root(),
    };
    let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
    let mut groups: Vec<Group<'s, 's>> = Vec::new();
    for item in items {
        let siblings: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| *name != item.name)
            .collect();
        let target =
            find_target_container(&search, root_items, (&item, &siblings), (reading, new))?;
        let target = match target {
            Some(found) => Some(inner_by_margin(&search, found, &item, reading)?),
            None => None,
        };
        let list = target.map_or(old.root(), |container| container.list);
        // Elisions, comments and imports stay with the item above them.
        let loose = matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import);
        match groups.last_mut() {
            Some(group) if group.list == list || loose => group.items.push(item),
            _ => groups.push(Group {
                list,
                wrapped: list == old.root(),
                items: vec![item],
            }),
        }
    }
    Ok(groups)
}

/// Finds the list for members or entries that came without what holds them: all of them go into one.
fn assign_wrapped<'s>(
    sides: &Sides<'s, '_, '_>,
    root_items: &[Item<'s>],
    items: Vec<Item<'s>>,
    list: List,
) -> Result<Vec<Group<'s, 's>>, Refusal> {
    let Sides {
        old, new, prose, ..
    } = *sides;
    let Some(wrapper) = items
        .into_iter()
        .rev()
        .find(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import))
    else {
        return Ok(Vec::new());
    };
    let inner = new
        .language
        .body(wrapper.core)
        .map(|body| new.items(body))
        .unwrap_or_default();
    let containers = find_containers(old, root_items, &search_words(&inner, prose));
    let search = Search {
        file: old,
        prose,
        containers: &containers,
        root: old.root(),
    };
    let container = member_container(&search, (old, new), &inner, list)?;
    Ok(vec![Group {
        list: container.list,
        items: inner,
        wrapped: false,
    }])
}

/// Returns the container of members that came without one.
///
/// In this order: the words, the members that the block repeats, and for members of a class the
/// only class that fits.
fn member_container<'s, 't>(
    search: &Search<'s, '_, 't>,
    (old, new): (&Source<'_>, &Source<'_>),
    items: &[Item<'_>],
    list: List,
) -> Result<&'s Container<'t>, Refusal>
where
    't: 's,
{
    let members: Vec<&Item<'_>> = items
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment))
        .collect();
    for item in &members {
        let siblings: Vec<&str> = members
            .iter()
            .map(|other| other.name.as_str())
            .filter(|name| *name != item.name)
            .collect();
        if let Some(found) = search.find_stated_container(item, &siblings, list)? {
            return find_same_container(search, found);
        }
        if let Some(found) = search.find_container_by_neighbour(item, &siblings)? {
            return find_same_container(search, found);
        }
    }
    for item in &members {
        let owners = search.owners(item, Some(list));
        match owners.as_slice() {
            [] => {}
            [only] => return find_same_container(search, only),
            several => return Err(ambiguous_container_refusal(old, &item.name, several)),
        }
    }
    if list == List::Members {
        let only = search.class_of(new, &members)?;
        return find_same_container(search, only);
    }
    Err(new_refusal(
        Reason::NotFound,
        "the block shows entries, and nothing says into which collection they go",
    ))
}

/// Returns the container of the search that has the same list, to live as long as the search.
fn find_same_container<'s, 't>(
    search: &Search<'s, '_, 't>,
    found: &Container<'t>,
) -> Result<&'s Container<'t>, Refusal> {
    search
        .containers
        .iter()
        .find(|one| one.list == found.list)
        .ok_or_else(|| new_refusal(Reason::NotFound, "the container is gone"))
}

/// Returns the container of one item at the top of the snippet; `None` for the module itself.
///
/// A method, known by `self` or `this`, must go into a class; anything else stays at the top unless
/// the words, a neighbour or an item of its name say otherwise.
///
/// In this order: the top, for a class or type that stands there; the block of a test; the top, for
/// a class that the words put beside one there; the words; the top, for what else stands there; a
/// neighbour; what has an item of its name; the only class that a method fits; the class of fields
/// that an earlier block went into.
fn find_target_container<'s, 't>(
    search: &Search<'s, '_, 't>,
    root: &[Item<'_>],
    (item, siblings): (&Item<'_>, &[&str]),
    (reading, new): (&Reading, &Source<'_>),
) -> Result<Option<&'s Container<'t>>, Refusal> {
    if matches!(
        item.kind,
        Kind::Marker | Kind::Comment | Kind::Import | Kind::Guard | Kind::Export
    ) {
        return Ok(None);
    }
    let bound = item.kind == Kind::Function
        && search
            .file
            .language
            .is_bound(item.node, item.core, &reading.text);
    let at_root = root
        .iter()
        .any(|old| old.name == item.name && old.kind == item.kind && old.variant == item.variant);
    if at_root && matches!(item.kind, Kind::Class | Kind::Type) {
        return Ok(None);
    }
    if item.kind == Kind::Call && !at_root && is_test(&item.name) {
        return test_block(search, root, item, siblings);
    }
    if item.kind == Kind::Class && !reading.indented && stands_beside(search, root, item, siblings)
    {
        return Ok(None);
    }
    if let Some(found) = search.find_stated_container(item, siblings, List::Module)? {
        refuse_call(search, found, item)?;
        return find_same_container(search, found).map(Some);
    }
    if at_root && !bound {
        return Ok(None);
    }
    if let Some(found) = search.find_container_by_neighbour(item, siblings)? {
        return find_same_container(search, found).map(Some);
    }
    if item.is_definition()
        && (bound || reading.indented || !is_only_added(search, item, siblings))
        && let Some(owner) = find_owner(search, item)?
    {
        return Ok(Some(owner));
    }
    if bound || reading.indented && item.is_definition() {
        let only = search.class_of(new, &[item])?;
        return find_same_container(search, only).map(Some);
    }
    if let Some(classes) = classes_of_fields(search, root, item, siblings)
        && let Some(found) = search.earlier(&classes)
    {
        return find_same_container(search, found).map(Some);
    }
    refuse_stranger(search, root, item, siblings)?;
    Ok(None)
}

/// Returns whether the words add something and neither replace an item of this name nor mention another one beside it.
fn is_only_added(search: &Search<'_, '_, '_>, item: &Item<'_>, siblings: &[&str]) -> bool {
    let mentioned = search
        .prose
        .related(Relation::Mention, &item.name, siblings);
    mentioned.is_empty() && search.prose.adds_something() && !search.prose.replaces(&item.name)
}

/// Returns the only container that has an item of this name and kind already.
fn find_owner<'s, 't>(
    search: &Search<'s, '_, 't>,
    item: &Item<'_>,
) -> Result<Option<&'s Container<'t>>, Refusal> {
    match search.owners(item, None).as_slice() {
        [] => Ok(None),
        [only] => find_same_container(search, only).map(Some),
        several => Err(ambiguous_container_refusal(
            search.file,
            &item.name,
            several,
        )),
    }
}

/// Refuses to put a function into another one where the words speak of a call of it: the place is that of the call.
///
/// Only for functions without decorators: others register themselves where they stand.
fn refuse_call(
    search: &Search<'_, '_, '_>,
    found: &Container<'_>,
    item: &Item<'_>,
) -> Result<(), Refusal> {
    let is_plain = item.kind == Kind::Function && !item.has_decorators();
    let calls = |name: &str| {
        name.strip_prefix(item.name.as_str())
            .is_some_and(|rest| rest.starts_with('('))
    };
    let called = search
        .prose
        .mentions
        .iter()
        .find(|mention| calls(&mention.name) && !mention.name.ends_with("()"));
    match called.filter(|_| {
        is_plain && found.kind == Kind::Function && found.lists == Some(List::Statements)
    }) {
        Some(call) => Err(new_refusal(
            Reason::Unclear,
            format!(
                "the words put the call `{}` into `{}`, and the block shows the function",
                call.name, found.name
            ),
        )),
        None => Ok(()),
    }
}

/// Returns whether the words put the class beside something at the top of the file.
///
/// "after `Base`", with a definition `Base` at the top. Not beside a call or a statement.
fn stands_beside(
    search: &Search<'_, '_, '_>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> bool {
    [Relation::After, Relation::Before]
        .into_iter()
        .any(|relation| {
            let named = search.prose.related(relation, &item.name, siblings);
            named.into_iter().any(|name| {
                root.iter()
                    .any(|old| old.is_definition() && same_name(name, &old.name))
            })
        })
}

/// Refuses what has no place in the module: a call on a name that only lives inside functions, or a
/// field that only looks like one of a class.
fn refuse_stranger(
    search: &Search<'_, '_, '_>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Result<(), Refusal> {
    let placed = search.prose.end(&item.name, siblings).is_some()
        || !search
            .prose
            .related(Relation::After, &item.name, siblings)
            .is_empty();
    if item.kind == Kind::Call {
        let receiver = item.name.split(['.', '(']).next().unwrap_or_default();
        let file = search.file;
        let known = siblings.contains(&receiver)
            || root.iter().any(|old| {
                old.kind == Kind::Value && has_word(file.slice(old.bare..old.code_end), receiver)
            });
        let bound = |old: &Item<'_>| {
            imported_names(file.language, old.node, file.text)
                .unwrap_or_default()
                .iter()
                .any(|one| one.local() == receiver)
        };
        let imported = root
            .iter()
            .filter(|old| old.kind == Kind::Import)
            .any(bound);
        if !known && !imported && declares_inside(file, search.root, receiver) {
            return Err(new_refusal(
                Reason::NotFound,
                format!(
                    "`{receiver}` lives inside functions of the file, and nothing says in which of them `{}` goes",
                    item.name
                ),
            ));
        }
        if !placed && called_only_inside(search, root, item) {
            return Err(new_refusal(
                Reason::NotFound,
                format!(
                    "its like stands inside functions of the file, and nothing says where in them `{}` goes",
                    item.name
                ),
            ));
        }
    }
    if let Some(classes) = classes_of_fields(search, root, item, siblings) {
        return Err(ambiguous_container_refusal(
            search.file,
            &item.name,
            &classes,
        ));
    }
    Ok(())
}

/// Returns the classes among whose fields a bare value looks like one more, in a module that has no such values of its
/// own.
///
/// Fields of a class are told by their small letters: constants stand at the top of many modules.
fn classes_of_fields<'s, 't>(
    search: &Search<'s, '_, 't>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Option<Vec<&'s Container<'t>>> {
    let placed = search.prose.end(&item.name, siblings).is_some()
        || !search
            .prose
            .related(Relation::After, &item.name, siblings)
            .is_empty();
    if item.kind != Kind::Value || placed || !item.name.chars().any(char::is_lowercase) {
        return None;
    }
    let lower = |items: &[Item<'_>]| {
        items.iter().any(|old| {
            old.kind == Kind::Value
                && old.name.chars().any(char::is_lowercase)
                && !old.name.starts_with("__")
        })
    };
    let classes: Vec<&'s Container<'t>> = search
        .containers
        .iter()
        .filter(|one| one.kind == Kind::Class && lower(&one.items))
        .collect();
    (!classes.is_empty() && !lower(root)).then_some(classes)
}

/// Returns whether the file makes calls like this one, but only in the bodies of its functions, where order matters.
fn called_only_inside(search: &Search<'_, '_, '_>, root: &[Item<'_>], item: &Item<'_>) -> bool {
    let callee = |item: &Item<'_>| item.name.split('(').next().unwrap_or_default().to_owned();
    let like = |old: &Item<'_>| old.kind == Kind::Call && callee(old) == callee(item);
    let inside = |one: &Container<'_>| {
        one.kind == Kind::Function
            && one.lists == Some(List::Statements)
            && one.items.iter().any(like)
    };
    callee(item).contains('.') && !root.iter().any(like) && search.containers.iter().any(inside)
}

/// Returns whether some function of the file takes or makes a variable of this name.
///
/// Assignments at the top count as well: the caller asks about those first.
fn declares_inside(file: &Source<'_>, node: Node<'_>, name: &str) -> bool {
    const PLACES: [&str; 8] = [
        "formal_parameters",
        "required_parameter",
        "parameters",
        "typed_parameter",
        "default_parameter",
        "arrow_function",
        "variable_declarator",
        "assignment",
    ];
    let names = node.kind() == "identifier" && file.slice(node.byte_range()) == name;
    if names
        && node.parent().is_some_and(|parent| {
            PLACES.contains(&parent.kind()) && parent.named_child(0) == Some(node)
                || node
                    .parent()
                    .is_some_and(|parent| parent.kind().ends_with("parameters"))
        })
    {
        return true;
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .any(|child| declares_inside(file, child, name))
}

/// Returns whether a text has a word, not as a part of a longer name.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '$'))
        .any(|one| one == word)
}
