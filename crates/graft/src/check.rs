//! The proof: what must hold of a result before it may leave the engine.

mod names;

mod order;

mod flow;
mod receiver;

mod calls;
mod contradicted;
mod overwritten;

mod shape;

mod language;

mod registered;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use code::scopes::Scopes;
use tree_sitter::Node;

use crate::imports::collect_wanted_imports;
use crate::items::{Item, Source, parse_source};
use crate::languages::{Kind, Language, flatten};
use crate::markers::{SENTINEL, is_elision};
use crate::merge::stands_once;
use crate::prose::{Prose, Relation, strip_name_decoration};
use crate::routes::{find_shadowed_routes, of_item};
use crate::splice::{location_at, new_refusal};
use crate::{Edit, Reason, Refusal};
use names::{Finding, FindingKind, Names, filter_new_findings};
use shape::Stray;

pub(crate) use language::explain_language_mismatch;
pub(crate) use order::reorder_definitions;

/// An edit of a code file, made and read.
pub(crate) struct Edited<'e, 'a> {
    pub(crate) path: &'e str,
    /// The file before it; none for a new file.
    pub(crate) old: Option<&'e Source<'a>>,
    pub(crate) new: &'e Source<'a>,
    /// The replaced parts, in the order of the old text.
    pub(crate) edits: &'e [Edit],
    /// Names that other blocks of the plan's unit bind in this file.
    pub(crate) pending: &'e [String],
}

/// Checks what an edit brings in against facts of the text alone: names are bound before they are read at import time and
/// once in their scope, statements of functions and entries of lists stay in them, functions keep their values.
pub(crate) fn check_edit(edited: &Edited<'_, '_>) -> Result<(), Refusal> {
    let Edited { new, .. } = *edited;
    if new.has_error() || edited.old.is_some_and(Source::has_error) {
        return Ok(());
    }
    let line = |at: usize| location_at(new.text, at).line;
    if let Some(one) = names_introduced(edited).first() {
        return Err(new_refusal(
            reason_of(one.kind),
            describe_finding(one, line),
        ));
    }
    if edited.old.is_none() {
        let scopes = Scopes::of_tree(new.language, new.root(), new.text);
        let missing = Names::new(new.language, &scopes).missing_from_a_part();
        if let Some(read) = missing.filter(|read| !edited.pending.contains(&read.name)) {
            let message = format!(
                "`{}` is read at line {}, and nothing in the new file binds it: the block is a part of a file",
                read.name,
                line(read.span.start)
            );
            return Err(new_refusal(Reason::Unbound, message));
        }
    }
    if let Some((node, stray)) = strays_introduced(edited) {
        let at = line(node.start_byte());
        let first = new
            .slice(node.byte_range())
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end();
        let owner = match stray {
            Stray::Function => "a statement of a function",
            Stray::Entry => "an entry of a list",
        };
        let message =
            format!("`{first}` is {owner}, and would stand at the top of the module at line {at}");
        return Err(new_refusal(Reason::NotFound, message));
    }
    if let Some((name, at)) = edited.old.and_then(|old| flow::lost_value(old, new)) {
        let message = format!(
            "`{name}` says that it returns a value and did, and would end without one at line {}: the block shows a part of it",
            line(at)
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    if let Some((name, at)) = edited
        .old
        .and_then(|old| overwritten::find_overwritten_attribute(old, new))
    {
        let message = format!(
            "`{name}` would be set again at line {}, before anything reads what the block sets",
            line(at)
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    hold_members(edited)
}

/// Checks that Python can build the classes, and call their methods, as it could before.
fn hold_members(edited: &Edited<'_, '_>) -> Result<(), Refusal> {
    let Edited { new, old, .. } = *edited;
    let line = |at: usize| location_at(new.text, at).line;
    if let Some((name, at)) = old.and_then(|old| receiver::lost_receiver(old, new)) {
        let message = format!(
            "`{name}` would be a method that takes no `self`, at line {}",
            line(at)
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    let had = old
        .and_then(receiver::misplaced_field)
        .map(|(class, field, _)| (class, field));
    let found = receiver::misplaced_field(new);
    let Some((class, field, at)) =
        found.filter(|(class, field, _)| had != Some((class.clone(), field.clone())))
    else {
        return Ok(());
    };
    let message = format!(
        "`{class}.{field}` has no default and would stand at line {} behind a field that has one: Python refuses such a class",
        line(at)
    );
    Err(new_refusal(Reason::Conflict, message))
}

/// Checks that a block which is to replace something takes something away.
pub(crate) fn hold_replaced(
    old: &Source<'_>,
    edits: &[Edit],
    prose: &Prose,
) -> Result<(), Refusal> {
    let only_adds = edits
        .iter()
        .all(|edit| old.slice(edit.old.clone()).trim().is_empty());
    if !prose.takes_away() || !only_adds {
        return Ok(());
    }
    let message = "the block is to replace something, what it replaces was not found, and it would only be added";
    Err(new_refusal(Reason::NotFound, message))
}

/// Checks that a changed assertion does not stand beside the one that it was to replace.
pub(crate) fn hold_assertions(
    old: &Source<'_>,
    new: &Source<'_>,
    prose: &Prose,
) -> Result<(), Refusal> {
    let Some((subject, at)) =
        contradicted::find_new_contradiction(old, new).filter(|_| prose.replaces_something())
    else {
        return Ok(());
    };
    let line = location_at(new.text, at).line;
    let message = format!(
        "`{subject}` would be asserted at line {line} and right above it, with different values"
    );
    Err(new_refusal(Reason::Conflict, message))
}

/// Checks that words which only add leave the entries of lists and dictionaries as they were: a block that shows some of them
/// otherwise says two things.
pub(crate) fn hold_added(old: &Source<'_>, new: &Source<'_>, prose: &Prose) -> Result<(), Refusal> {
    if !prose.adds_something() || prose.replaces_something() {
        return Ok(());
    }
    let (had, has) = (collect_module_entries(old), collect_module_entries(new));
    let is_lost = |(key, value): &(&(String, String), &String)| {
        has.get(*key).is_some_and(|now| now != *value)
    };
    let Some(((owner, key), value)) = had.iter().find(is_lost) else {
        return Ok(());
    };
    let message = format!(
        "the words only add, and the block shows `{value}` of `{owner}` otherwise: `{}`",
        has[&(owner.clone(), key.clone())]
    );
    Err(new_refusal(Reason::Conflict, message))
}

/// Returns the entries of the lists and dictionaries that a module defines, by the name of the definition and their
/// own.
fn collect_module_entries(source: &Source<'_>) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for item in source
        .items(source.root())
        .iter()
        .filter(|item| item.is_definition())
    {
        let Some(list) = source
            .language
            .body(item.core)
            .filter(|_| item.kind != Kind::Class)
        else {
            continue;
        };
        for entry in source
            .items(list)
            .iter()
            .filter(|entry| entry.kind == Kind::Entry)
        {
            let value = flatten(source.slice(entry.head..entry.code_end))
                .trim_end_matches(',')
                .to_owned();
            // What holds more may have got more.
            if !value.contains(['{', '[', '(']) {
                found.insert((item.name.clone(), entry.name.clone()), value);
            }
        }
    }
    found
}

/// Checks that a class which the block shows at its own top did not end inside another class, unless the words say so.
pub(crate) fn hold_apart(
    (old, new): (&Source<'_>, &Source<'_>),
    snippet: &Source<'_>,
    prose: &Prose,
) -> Result<(), Refusal> {
    if new.language != Language::Python {
        return Ok(());
    }
    let scopes = |source: &Source<'_>| Scopes::of_tree(source.language, source.root(), source.text);
    let Some((name, owner, at)) = shape::find_misnested_class(&scopes(old), &scopes(new), snippet)
    else {
        return Ok(());
    };
    let says = |relation: Relation| {
        prose
            .related(relation, &name, &[])
            .iter()
            .any(|named| strip_name_decoration(named).rsplit('.').next() == Some(owner.as_str()))
    };
    if says(Relation::Within) && !says(Relation::After) && !says(Relation::Before) {
        return Ok(());
    }
    let message = format!(
        "the block shows `{name}` as a class of the module, and it would be one of `{owner}` at line {}",
        location_at(new.text, at).line
    );
    Err(new_refusal(Reason::Conflict, message))
}

/// Refuses a text that, unlike the one before it, reads a name at import time that nothing binds by then, or calls a
/// function as that can't be called any more.
pub(crate) fn breaks_names(path: &str, old: Option<&str>, new: &str) -> Option<Refusal> {
    let language = Language::of_path(path)?;
    let (old, new) = (
        old.and_then(|old| parse_source(old, language)),
        parse_source(new, language)?,
    );
    let edited = Edited {
        path,
        old: old.as_ref(),
        new: &new,
        edits: &[],
        pending: &[],
    };
    if new.has_error() {
        return None;
    }
    let found = names_introduced(&edited);
    let unbound = found.first().map(|one| {
        new_refusal(
            reason_of(one.kind),
            describe_finding(one, |at| location_at(new.text, at).line),
        )
    });
    unbound.or_else(|| {
        let (name, at) =
            calls::find_unfit_call(old.as_ref().filter(|old| !old.has_error())?, &new)?;
        let line = location_at(new.text, at).line;
        let message =
            format!("`{name}` is called at line {line} with other arguments than it would take");
        Some(new_refusal(Reason::Conflict, message))
    })
}

fn names_introduced(edited: &Edited<'_, '_>) -> Vec<Finding> {
    // Stubs and declarations are never run.
    if [".pyi", ".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| edited.path.ends_with(ending))
    {
        return Vec::new();
    }
    let language = edited.new.language;
    let scopes = |source: &Source<'_>| Scopes::of_tree(language, source.root(), source.text);
    let after = scopes(edited.new);
    // What a new file reads may be brought to it by the framework's own build; an old one shows what is.
    let names = Names::new(language, &after).of_a_known_file(edited.old.is_some());
    let mut found = names.findings(&find_touched_ranges(edited));
    let is_read = |one: &Finding| matches!(one.kind, FindingKind::Unbound | FindingKind::Elsewhere);
    found.retain(|one| !is_read(one) || !edited.pending.contains(&one.name));
    // A new file is the block: what it binds twice, the plan shows twice.
    found.retain(|one| {
        edited.old.is_some()
            || !matches!(
                one.kind,
                FindingKind::Twice | FindingKind::Overwritten | FindingKind::Elsewhere
            )
    });
    if found.is_empty() {
        return found;
    }
    let everywhere = [Range {
        start: 0,
        end: usize::MAX,
    }];
    let before = edited.old.map(|old| {
        Names::new(language, &scopes(old))
            .like(&names)
            .findings(&everywhere)
    });
    let before = before.unwrap_or_default();
    filter_new_findings(&before, found)
}

fn strays_introduced<'e>(edited: &Edited<'e, '_>) -> Option<(Node<'e>, Stray)> {
    let found = shape::find_stray_statements(edited.new);
    if found.is_empty() {
        return None;
    }
    let had = edited
        .old
        .map(shape::find_stray_statements)
        .unwrap_or_default();
    let count =
        |of: &[(Node<'_>, Stray)], stray: Stray| of.iter().filter(|(_, one)| *one == stray).count();
    found
        .iter()
        .rev()
        .find(|(_, stray)| count(&found, *stray) > count(&had, *stray))
        .copied()
}

/// Returns where in the new text something was replaced.
fn find_touched_ranges(edited: &Edited<'_, '_>) -> Vec<Range<usize>> {
    let mut shift = 0isize;
    let spans = edited.edits.iter().map(|edit| {
        let start = edit.old.start.saturating_add_signed(shift);
        shift += edit.new.len().cast_signed() - edit.old.len().cast_signed();
        start..start + edit.new.len()
    });
    spans.collect()
}

fn reason_of(offence: FindingKind) -> Reason {
    match offence {
        FindingKind::Unbound | FindingKind::Elsewhere => Reason::Unbound,
        FindingKind::Late => Reason::Unproven,
        FindingKind::Twice | FindingKind::Overwritten => Reason::Conflict,
    }
}

fn describe_finding(finding: &Finding, line: impl Fn(usize) -> usize) -> String {
    let (name, at) = (&finding.name, line(finding.at));
    let other = finding.other.map_or(0, line);
    let inside = if finding.owner.is_empty() {
        String::new()
    } else {
        format!(" of `{}`", finding.owner)
    };
    match (finding.kind, &finding.local_to) {
        (FindingKind::Unbound, Some(function)) => format!(
            "`{name}` would be read at line {at} while the module is imported, and only {function} has a name like this"
        ),
        (FindingKind::Unbound, None) => {
            format!(
                "`{name}` would be read at line {at} while the module is imported, and nothing binds it"
            )
        }
        (FindingKind::Elsewhere, function) => format!(
            "`{name}`{inside} is read at line {at}, and only {} has a name like this: the code may belong into it",
            function.as_deref().unwrap_or("another function")
        ),
        (FindingKind::Late, _) => format!(
            "`{name}` would be read at line {at} while the module is imported, and is defined below, at line {other}"
        ),
        (FindingKind::Twice, _) => {
            format!("`{name}`{inside} would be defined at line {at} and is defined at line {other}")
        }
        (FindingKind::Overwritten, _) => format!(
            "`{name}`{inside} would be assigned at line {at}, and nothing reads what it is assigned at line {other}"
        ),
    }
}

/// Checks the new text against the old one: it parses, nothing was lost, nothing stands twice, no elision came in.
pub(crate) fn check_result(
    old: &Source<'_>,
    new: &Source<'_>,
    snippet: &Source<'_>,
) -> Result<(), Refusal> {
    let unproven = |message: String| new_refusal(Reason::Unproven, message);
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
        return Err(unproven("an elision would be left in the file".to_owned()));
    }
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
    if has_routes(snippet) {
        let before = find_shadowed_routes(old);
        if let Some((above, below)) = find_shadowed_routes(new)
            .into_iter()
            .find(|pair| !before.contains(pair))
        {
            return Err(new_refusal(
                Reason::Conflict,
                format!("`{below}` would stand behind `{above}`, which answers it first"),
            ));
        }
    }
    if let Some(twice) = made_twice(old, new, snippet) {
        return Err(unproven(format!("`{twice}` would be called twice")));
    }
    if let Some(name) = registered::registered_twice(old, new) {
        let message = format!(
            "`{name}` would be registered twice: the block shows otherwise what stands there"
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    let new_items = new.items(new.root());
    let have = collect_wanted_imports(new, &new_items);
    let old_items = old.items(old.root());
    for import in collect_wanted_imports(old, &old_items) {
        let kept = have.iter().any(|one| {
            one.binding.local() == import.binding.local()
                && one.binding.module == import.binding.module
        });
        if !kept {
            return Err(unproven(format!(
                "the import of `{}` would be lost",
                import.binding.local()
            )));
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

fn must_be_unique(item: &Item<'_>) -> bool {
    item.kind != Kind::Value && item.variant.is_empty() && item.name != "_"
}
