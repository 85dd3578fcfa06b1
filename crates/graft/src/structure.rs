//! Places a snippet into a file of a programming language: reads both, finds the list for each item, merges, proves.

use crate::check::prove;
use crate::imports::{Imports, wanted};
use crate::items::{Item, Source};
use crate::languages::{Kind, Language, List};
use crate::merge::{Merger, Pair};
use crate::prose::{Prose, Relation};
use crate::snippet::{Context, File, Graft, Reason, Refusal};
use crate::splice::{refusal, refuse};
use crate::targets::{Container, Search, ambiguous, containers};

/// Places a snippet by structure.
pub(crate) fn place(file: &File<'_>, text: &str, snippet: &str, context: &Context<'_>, language: &'static dyn Language) -> Graft {
    match try_place(file, text, snippet, context, language) {
        Ok(graft) => graft,
        Err(refusal) => Graft::Refused(refusal),
    }
}

fn try_place(file: &File<'_>, text: &str, snippet: &str, context: &Context<'_>, language: &'static dyn Language) -> Result<Graft, Refusal> {
    let Some(old) = Source::parse(text, language) else {
        return Ok(refuse(Reason::Syntax, format!("{} could not be parsed", file.path)));
    };
    if old.has_error() {
        return Err(refusal(Reason::Syntax, format!("{} does not parse as it stands, so nothing can be placed by structure", file.path)));
    }
    let reading = read(snippet, language, file.path)?;
    let Some(new) = Source::parse(&reading.text, language) else {
        return Ok(refuse(Reason::Syntax, "the block could not be parsed"));
    };
    let prose = Prose::read(context.prose);
    let old_items = old.items(old.root());
    let new_items = new.items(new.root());
    let mut merger = Merger::new(&old, &new, &prose);
    Imports::read(&old, file.path, &old_items).add(&wanted(&new, &new_items), &mut merger.splice)?;
    let groups = assign(&old, &new, &reading, &prose, new_items)?;
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

/// A snippet made to parse.
struct Reading {
    text: String,
    /// The list that the bare members stand in, where they needed one to parse.
    wrapped: Option<List>,
    /// The block was indented as a whole, as code inside something is.
    indented: bool,
}

/// Reads a snippet as a module, else its imports as a module and the rest as members or entries.
fn read(snippet: &str, language: &'static dyn Language, path: &str) -> Result<Reading, Refusal> {
    let (text, indented) = dedent(&without_path(snippet, path));
    let text = language.prepare(&text);
    let parsed = Source::parse(&text, language).ok_or_else(|| refusal(Reason::Syntax, "the block could not be parsed"))?;
    let labelled = parsed.items(parsed.root()).iter().any(|item| item.node.kind() == "labeled_statement");
    if !parsed.has_error() && !labelled {
        return Ok(Reading { wrapped: None, indented, text });
    }
    let items = parsed.items(parsed.root());
    let head = items.iter().take_while(|item| matches!(item.kind, Kind::Import | Kind::Marker)).last().map_or(0, |item| item.end);
    let (imports, rest) = text.split_at(head.min(text.len()));
    for wrapper in language.wrappers() {
        let wrapped = format!("{imports}\n{}{rest}{}\n", wrapper.before, wrapper.after);
        let fits = Source::parse(&wrapped, language).is_some_and(|source| !source.has_error());
        if fits {
            return Ok(Reading { text: wrapped, wrapped: Some(wrapper.list), indented });
        }
    }
    if labelled && !parsed.has_error() {
        return Ok(Reading { wrapped: None, indented, text: text.clone() });
    }
    Err(refusal(Reason::Syntax, "the block does not parse, neither as a module nor as members of a class"))
}

/// The block without a first line that only names the file.
fn without_path(snippet: &str, path: &str) -> String {
    let snippet = snippet.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let Some((first, rest)) = snippet.split_once('\n') else { return snippet };
    let name = path.rsplit('/').next().unwrap_or(path);
    let comment = first.trim_start().starts_with(['#', '/']);
    let bare = crate::markers::bare(first);
    let names = bare.split_whitespace().next().is_some_and(|word| {
        let word = word.trim_matches(['`', ':', '(', ')']);
        word == path || word.ends_with(&format!("/{name}")) || word == name || !word.is_empty() && path.ends_with(&format!("/{word}"))
    });
    if comment && names { rest.to_owned() } else { snippet.clone() }
}

/// The block moved to the left margin, and whether it had to be.
fn dedent(text: &str) -> (String, bool) {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let indent = lines.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    if indent == 0 {
        return (text.to_owned(), false);
    }
    let moved: Vec<&str> = text.split('\n').map(|line| line.get(indent..).unwrap_or("")).collect();
    (moved.join("\n"), true)
}

/// Items of the snippet that belong into one list of the file.
struct Group<'f, 'n> {
    list: tree_sitter::Node<'f>,
    items: Vec<Item<'n>>,
    wrapped: bool,
}

/// Finds for each item of the snippet its list.
fn assign<'f, 'n>(old: &'f Source<'_>, new: &'n Source<'_>, reading: &Reading, prose: &Prose, items: Vec<Item<'n>>) -> Result<Vec<Group<'f, 'n>>, Refusal> {
    let containers = containers(old, old.root());
    let search = Search { file: old, prose, containers: &containers, root: old.root() };
    if let Some(list) = reading.wrapped {
        let Some(wrapper) = items.into_iter().rev().find(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import)) else {
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
fn member_container<'s, 't>(search: &Search<'s, '_, 't>, old: &Source<'_>, items: &[Item<'_>], list: List) -> Result<&'s Container<'t>, Refusal>
where
    't: 's,
{
    let members: Vec<&Item<'_>> = items.iter().filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment)).collect();
    for item in &members {
        let siblings: Vec<&str> = members.iter().map(|other| other.name.as_str()).filter(|name| *name != item.name).collect();
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
    search.containers.iter().find(|one| one.list == found.list).ok_or_else(|| refusal(Reason::NotFound, "the container is gone"))
}

/// The container of one item at the top of the snippet; `None` for the module itself.
fn target<'s, 't>(search: &Search<'s, '_, 't>, root: &[Item<'_>], item: &Item<'_>, siblings: &[&str], reading: &Reading) -> Result<Option<&'s Container<'t>>, Refusal> {
    if matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import | Kind::Guard | Kind::Export) {
        return Ok(None);
    }
    let bound = item.kind == Kind::Function && search.file.language.is_bound(item.node, item.core, &reading.text);
    let at_root = root.iter().any(|old| old.name == item.name && old.kind == item.kind && old.variant == item.variant);
    if at_root && matches!(item.kind, Kind::Class | Kind::Type) {
        return Ok(None);
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
    let adds = search.prose.related(Relation::Mention, &item.name, siblings).is_empty() && search.prose.adds_something();
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
fn refuse_stranger(search: &Search<'_, '_, '_>, root: &[Item<'_>], item: &Item<'_>, siblings: &[&str]) -> Result<(), Refusal> {
    let placed = search.prose.end(&item.name, siblings).is_some() || !search.prose.related(Relation::After, &item.name, siblings).is_empty();
    if item.kind == Kind::Call {
        let receiver = item.name.split(['.', '(']).next().unwrap_or_default();
        let file = search.file;
        let known = siblings.contains(&receiver) || root.iter().any(|old| old.kind == Kind::Value && has_word(file.slice(old.bare..old.code_end), receiver));
        let bound = |old: &Item<'_>| file.language.bindings(old.node, file.text).unwrap_or_default().iter().any(|one| one.local() == receiver);
        let imported = root.iter().filter(|old| old.kind == Kind::Import).any(bound);
        if !known && !imported && declares_inside(file, search.root, receiver) {
            return Err(refusal(Reason::NotFound, format!("`{receiver}` lives inside functions of the file, and nothing says in which of them `{}` goes", item.name)));
        }
    }
    if item.kind == Kind::Value && !placed && item.name.chars().any(char::is_lowercase) {
        let lower = |items: &[Item<'_>]| items.iter().any(|old| old.kind == Kind::Value && old.name.chars().any(char::is_lowercase) && !old.name.starts_with("__"));
        let classes: Vec<&Container<'_>> =
            search.containers.iter().filter(|one| one.kind == Kind::Class && lower(&search.file.items(one.list))).collect();
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
    if names && node.parent().is_some_and(|parent| PLACES.contains(&parent.kind()) && parent.named_child(0) == Some(node) || node.parent().is_some_and(|parent| parent.kind().ends_with("parameters"))) {
        return true;
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor).any(|child| declares_inside(file, child, name))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_' || one == '$')).any(|one| one == word)
}
