//! Places a snippet into a file of a programming language: reads both, finds the list for each item, merges, proves.

use crate::check::prove;
use crate::imports::{Imports, wanted};
use crate::items::{Item, Source};
use crate::languages::{Kind, Language, List};
use crate::loose::{Hints, settle};
use crate::merge::{Merger, Pair};
use crate::prose::{Prose, Relation};
use crate::reading::{Reading, read};
use crate::snippet::{Context, File, Graft, Reason, Refusal};
use crate::splice::{Splice, refusal, refuse};
use crate::targets::{Container, Search, ambiguous, containers};

/// Places a snippet by structure.
pub(crate) fn place(
    file: &File<'_>,
    text: &str,
    snippet: &str,
    context: &Context<'_>,
    language: &'static dyn Language,
) -> Graft {
    match try_place(file, text, snippet, context, language) {
        Ok(graft) => graft,
        Err(refusal) => Graft::Refused(refusal),
    }
}

fn try_place(
    file: &File<'_>,
    text: &str,
    snippet: &str,
    context: &Context<'_>,
    language: &'static dyn Language,
) -> Result<Graft, Refusal> {
    let Some(old) = Source::parse(text, language) else {
        return Ok(refuse(Reason::Syntax, format!("{} could not be parsed", file.path)));
    };
    if old.has_error() {
        return Err(refusal(
            Reason::Syntax,
            format!("{} does not parse as it stands, so nothing can be placed by structure", file.path),
        ));
    }
    let reading = read(snippet, language, file.path)?;
    let Some(new) = Source::parse(&reading.text, language) else {
        return Ok(refuse(Reason::Syntax, "the block could not be parsed"));
    };
    let said = format!("{}\n\n{}", context.prose, reading.notes);
    let prose = Prose::read(&said).replacing(context.current.is_some());
    let old_items = old.items(old.root());
    let new_items = new.items(new.root());
    if context.current.is_none() && reading.wrapped.is_none() && is_whole(&old, &new, &prose) {
        return Ok(overwrite(text, snippet, &reading, file.path));
    }
    let mut merger = Merger::new(&old, &new, &prose);
    Imports::read(&old, file.path, &old_items).add(&wanted(&new, &new_items), &mut merger.splice)?;
    let hints = Hints { prose: &prose, lines: context.lines.or_else(|| prose.lines()), inside: reading.indented };
    let placed = place_loose(&mut merger, &reading, &hints, &new_items)?;
    let groups = if placed { Vec::new() } else { assign(&old, &new, &reading, &prose, new_items)? };
    for group in groups {
        let pair = Pair {
            node: group.list,
            kind: language.list(group.list).unwrap_or(List::Module),
            old: old.items(group.list),
            new: group.items,
            wrapped: group.wrapped,
        };
        merger.merge_list(&pair)?;
    }
    let graft = merger.splice.finish();
    if let Graft::Applied(applied) = &graft {
        prove(&old, &applied.text, language)?;
    }
    Ok(graft)
}

/// Whether the block is the file's whole new content: a module without elision that shows most of what the file defines
/// and imports.
fn is_whole(old: &Source<'_>, new: &Source<'_>, prose: &Prose) -> bool {
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
        if let Some(body) = crate::merge::body(source.language, item.core).filter(|_| item.kind == Kind::Class) {
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
fn overwrite(text: &str, snippet: &str, reading: &Reading, path: &str) -> Graft {
    let mut new = snippet.replace("\r\n", "\n");
    let name = path.rsplit('/').next().unwrap_or(path);
    if reading.notes.contains(name)
        && !text.contains(new.lines().next().unwrap_or_default())
        && let Some((_, rest)) = new.split_once('\n')
    {
        new = rest.trim_start_matches('\n').to_owned();
    }
    if !new.ends_with('\n') {
        new.push('\n');
    }
    let mut splice = Splice::new(text);
    for edit in crate::splice::edits_between(text, &new) {
        splice.replace(edit.old, edit.new);
    }
    splice.say("replaced the whole file: the block shows most of what it defines and imports");
    splice.finish()
}

/// Tries to place bare statements or entries by what stands beside them.
fn place_loose(
    merger: &mut Merger<'_, '_, '_>,
    reading: &Reading,
    hints: &Hints<'_>,
    items: &[Item<'_>],
) -> Result<bool, Refusal> {
    if let Some(list) = reading.wrapped {
        if list != List::Entries {
            return Ok(false);
        }
        let wrapper = items.iter().rev().find(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import));
        let inner = wrapper
            .and_then(|wrapper| crate::merge::body(merger.snippet.language, wrapper.core))
            .map(|body| merger.snippet.items(body));
        return settle(merger, &inner.unwrap_or_default(), hints, true);
    }
    let code: Vec<&Item<'_>> =
        items.iter().filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import)).collect();
    let tests = |item: &&Item<'_>| {
        item.kind == Kind::Call && matches!(item.name.split(['(', '.']).next(), Some("it" | "test" | "describe"))
    };
    let bare = |item: &&Item<'_>| {
        matches!(item.kind, Kind::Value | Kind::Call | Kind::Statement)
            || item.kind == Kind::Function && item.core.kind() == "lexical_declaration"
    };
    if code.is_empty() || !code.iter().all(|item| bare(item)) || code.iter().all(|item| tests(item)) {
        return Ok(false);
    }
    let root = merger.file.items(merger.file.root());
    let known = code.iter().any(|item| root.iter().any(|old| old.kind == item.kind && old.name == item.name));
    let stepping = code.iter().any(|item| item.kind == Kind::Statement);
    if known && !stepping && !hints.inside {
        return Ok(false);
    }
    let members: Vec<Item<'_>> = items.iter().filter(|item| item.kind != Kind::Import).cloned().collect();
    if settle(merger, &members, hints, false)? {
        return Ok(true);
    }
    if stepping || hints.inside && code.iter().any(|item| item.kind == Kind::Call) {
        let name: String = code.first().map_or("", |item| item.name.as_str()).chars().take(60).collect();
        return Err(refusal(
            Reason::NotFound,
            format!(
                "nothing says where `{name}` goes: no line of the file is repeated, and the prose names no neighbour"
            ),
        ));
    }
    Ok(false)
}

/// Items of the snippet that belong into one list of the file.
struct Group<'f, 'n> {
    list: tree_sitter::Node<'f>,
    items: Vec<Item<'n>>,
    wrapped: bool,
}

/// Finds for each item of the snippet its list.
fn assign<'f, 'n>(
    old: &'f Source<'_>,
    new: &'n Source<'_>,
    reading: &Reading,
    prose: &Prose,
    items: Vec<Item<'n>>,
) -> Result<Vec<Group<'f, 'n>>, Refusal> {
    let containers = containers(old, old.root());
    let search = Search { file: old, prose, containers: &containers, root: old.root() };
    if let Some(list) = reading.wrapped {
        let Some(wrapper) =
            items.into_iter().rev().find(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import))
        else {
            return Ok(Vec::new());
        };
        let inner = crate::merge::body(new.language, wrapper.core).map(|body| new.items(body)).unwrap_or_default();
        let container = member_container(&search, old, &inner, list)?;
        return Ok(vec![Group { list: container.list, items: inner, wrapped: false }]);
    }
    let root_items = old.items(old.root());
    let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
    let mut groups: Vec<Group<'f, 'n>> = Vec::new();
    for item in items {
        let siblings: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != item.name).collect();
        let target = target(&search, &root_items, &item, &siblings, reading)?;
        let list = target.map_or(old.root(), |container| container.list);
        let loose = matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import);
        match groups.last_mut() {
            Some(group) if group.list == list || loose => group.items.push(item),
            _ => groups.push(Group { list, wrapped: list == old.root(), items: vec![item] }),
        }
    }
    Ok(groups)
}

/// The container of members that came without one.
fn member_container<'s, 't>(
    search: &Search<'s, '_, 't>,
    old: &Source<'_>,
    items: &[Item<'_>],
    list: List,
) -> Result<&'s Container<'t>, Refusal>
where
    't: 's,
{
    let members: Vec<&Item<'_>> =
        items.iter().filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment)).collect();
    for item in &members {
        let siblings: Vec<&str> =
            members.iter().map(|other| other.name.as_str()).filter(|name| *name != item.name).collect();
        if let Some(found) = search.named(item, &siblings, list)? {
            return find(search, found);
        }
        if let Some(found) = search.beside(item, &siblings)? {
            return find(search, found);
        }
    }
    for item in &members {
        let owners = search.owners(item, Some(list));
        match owners.as_slice() {
            [] => {}
            [only] => return find(search, only),
            several => return Err(ambiguous(old, &item.name, several)),
        }
    }
    if list == List::Members {
        let only = search.only_class()?;
        return find(search, only);
    }
    Err(refusal(Reason::NotFound, "the block shows entries, and nothing says into which collection they go"))
}

fn find<'s, 't>(search: &Search<'s, '_, 't>, found: &Container<'t>) -> Result<&'s Container<'t>, Refusal> {
    search
        .containers
        .iter()
        .find(|one| one.list == found.list)
        .ok_or_else(|| refusal(Reason::NotFound, "the container is gone"))
}

/// The container of one item at the top of the snippet; `None` for the module itself.
fn target<'s, 't>(
    search: &Search<'s, '_, 't>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
    reading: &Reading,
) -> Result<Option<&'s Container<'t>>, Refusal> {
    if matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import | Kind::Guard | Kind::Export) {
        return Ok(None);
    }
    let bound = item.kind == Kind::Function && search.file.language.is_bound(item.node, item.core, &reading.text);
    let at_root = root.iter().any(|old| old.name == item.name && old.kind == item.kind && old.variant == item.variant);
    if at_root && matches!(item.kind, Kind::Class | Kind::Type) {
        return Ok(None);
    }
    if item.kind == Kind::Call && !at_root && is_test(&item.name) {
        return test_block(search, root, item, siblings);
    }
    if let Some(found) = search.named(item, siblings, List::Module)? {
        return find(search, found).map(Some);
    }
    if at_root && !bound {
        return Ok(None);
    }
    if let Some(found) = search.beside(item, siblings)? {
        return find(search, found).map(Some);
    }
    let owners = search.owners(item, None);
    let replaces = search.prose.replaces(&item.name);
    let adds =
        search.prose.related(Relation::Mention, &item.name, siblings).is_empty() && search.prose.adds_something();
    if item.is_definition() && (bound || replaces || reading.indented || !adds) {
        match owners.as_slice() {
            [] => {}
            [only] => return find(search, only).map(Some),
            several => return Err(ambiguous(search.file, &item.name, several)),
        }
    }
    if bound || reading.indented && item.is_definition() {
        let only = search.only_class()?;
        return find(search, only).map(Some);
    }
    refuse_stranger(search, root, item, siblings)?;
    Ok(None)
}

/// A call on a name that only lives inside functions, or a field that only looks like one of a class, has no place in
/// the module.
fn refuse_stranger(
    search: &Search<'_, '_, '_>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Result<(), Refusal> {
    let placed = search.prose.end(&item.name, siblings).is_some()
        || !search.prose.related(Relation::After, &item.name, siblings).is_empty();
    if item.kind == Kind::Call {
        let receiver = item.name.split(['.', '(']).next().unwrap_or_default();
        let file = search.file;
        let known = siblings.contains(&receiver)
            || root.iter().any(|old| old.kind == Kind::Value && has_word(file.slice(old.bare..old.code_end), receiver));
        let bound = |old: &Item<'_>| {
            file.language.bindings(old.node, file.text).unwrap_or_default().iter().any(|one| one.local() == receiver)
        };
        let imported = root.iter().filter(|old| old.kind == Kind::Import).any(bound);
        if !known && !imported && declares_inside(file, search.root, receiver) {
            return Err(refusal(
                Reason::NotFound,
                format!(
                    "`{receiver}` lives inside functions of the file, and nothing says in which of them `{}` goes",
                    item.name
                ),
            ));
        }
    }
    if item.kind == Kind::Value && !placed && item.name.chars().any(char::is_lowercase) {
        let lower = |items: &[Item<'_>]| {
            items.iter().any(|old| {
                old.kind == Kind::Value && old.name.chars().any(char::is_lowercase) && !old.name.starts_with("__")
            })
        };
        let classes: Vec<&Container<'_>> = search
            .containers
            .iter()
            .filter(|one| one.kind == Kind::Class && lower(&search.file.items(one.list)))
            .collect();
        if !classes.is_empty() && !lower(root) {
            return Err(ambiguous(search.file, &item.name, &classes));
        }
    }
    Ok(())
}

/// Whether some function of the file takes or makes a variable of this name.
fn declares_inside(file: &Source<'_>, node: tree_sitter::Node<'_>, name: &str) -> bool {
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
                || node.parent().is_some_and(|parent| parent.kind().ends_with("parameters"))
        })
    {
        return true;
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor).any(|child| declares_inside(file, child, name))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '$')).any(|one| one == word)
}

fn is_test(name: &str) -> bool {
    matches!(name.split(['(', '.']).next(), Some("it" | "test" | "describe"))
}

/// The test block that takes a test: the one that has it, the one that the prose names, the only one.
fn test_block<'s, 't>(
    search: &Search<'s, '_, 't>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Result<Option<&'s Container<'t>>, Refusal> {
    let owners = search.owners(item, None);
    if let [only] = owners.as_slice() {
        return find(search, only).map(Some);
    }
    let blocks: Vec<&Container<'_>> = search
        .containers
        .iter()
        .filter(|one| one.kind == Kind::Call && is_test(&one.name) && one.name.starts_with("describe"))
        .collect();
    for relation in [Relation::Within, Relation::Mention, Relation::After] {
        for name in search.prose.related(relation, &item.name, siblings) {
            let plain = crate::prose::plain(name);
            let fit: Vec<&&Container<'_>> = blocks
                .iter()
                .filter(|one| {
                    one.name
                        .rsplit("describe(")
                        .next()
                        .is_some_and(|title| title.trim_matches(['\'', ')', '`']) == plain.trim_matches('\''))
                })
                .collect();
            if let [only] = fit.as_slice() {
                return search
                    .containers
                    .iter()
                    .find(|one| one.list == only.list)
                    .map(Some)
                    .ok_or_else(|| refusal(Reason::NotFound, "the block is gone"));
            }
        }
    }
    if item.name.starts_with("describe(")
        || root.iter().any(|old| old.kind == Kind::Call && is_test(&old.name) && !old.name.starts_with("describe"))
    {
        return Ok(None);
    }
    let outer: Vec<&Container<'_>> =
        blocks.iter().copied().filter(|one| root.iter().any(|old| old.start == one.start)).collect();
    match outer.as_slice() {
        [] => Ok(None),
        [only] => search
            .containers
            .iter()
            .find(|one| one.list == only.list)
            .map(Some)
            .ok_or_else(|| refusal(Reason::NotFound, "the block is gone")),
        several => Err(ambiguous(search.file, &item.name, several)),
    }
}
