//! The proof: what must hold of a result before it may leave the engine.
//!
//! ```text
//! result                                                   refused with
//! def f(): …  def f(): …           twice, once before      Conflict
//! store = Store()  class Store: …  read before it is bound Unproven
//! return x                         at the top of a module  NotFound
//! def f() -> int: load()           returned a value before Conflict
//! ```
//!
//! Held are facts of the text alone, and only what the edit made wrong: what was wrong before is
//! the file's own affair.

mod names;

mod order;

mod flow;
mod receiver;

mod calls;
mod contradicted;
mod overwritten;

mod exports;
mod shape;

mod language;

mod registered;

mod result;

use std::collections::BTreeMap;
use std::ops::Range;

use code::scopes::Scopes;
use tree_sitter::Node;

use crate::items::{Source, parse_source};
use crate::languages::{Kind, Language, flatten};
use crate::prose::{Prose, Relation, strip_name_decoration};
use crate::splice::{location_at, new_refusal};
use crate::{Edit, Reason, Refusal};
use names::{Finding, FindingKind, Names, filter_new_findings};
use shape::Stray;

pub(crate) use language::explain_language_mismatch;
pub(crate) use order::reorder_definitions;
pub(crate) use result::check_result;

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
    // An edit of a broken file can't be judged by a tree, and one that breaks a file is refused
    // elsewhere.
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
    if let Some(at) = shape::find_second_default(edited.old, new) {
        let message = format!(
            "the module would have a second default export, at line {}",
            line(at)
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    if let Some((name, at)) = exports::find_second_export(edited.old, new) {
        let message = format!(
            "`{name}` would be exported a second time, at line {}",
            line(at)
        );
        return Err(new_refusal(Reason::Conflict, message));
    }
    hold_values(edited)
}

/// Checks that functions give back what they did, and that what the edit sets is read.
fn hold_values(edited: &Edited<'_, '_>) -> Result<(), Refusal> {
    let Edited { new, .. } = *edited;
    let line = |at: usize| location_at(new.text, at).line;
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
    if let Some((name, at)) = edited
        .old
        .and_then(|old| overwritten::find_rebuilt_attribute(old, new))
    {
        let message = format!(
            "`{name}` is built already, and would be built a second time at line {}",
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
    if let Some((field, class, at)) = old.and_then(|old| receiver::find_stray_field(old, new)) {
        let message = format!(
            "`{field}` is built as the fields of `{class}` are, and would stand at the top of the module, at line {}",
            line(at)
        );
        return Err(new_refusal(Reason::NotFound, message));
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
    // Text that only replaces blanks replaces nothing.
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
///
/// Classes are left out, and so is what holds more: of `A = {"x": 1, "y": [2]}` only the first
/// entry counts.
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
///
/// None, too, where the language is not known or the new text has an error of syntax.
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

/// Returns what the edit makes wrong about names and was not wrong before: read without a binding, bound twice.
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

/// Returns the last statement at the top of the module that belongs into a function or a list, where the edit brought more
/// of its sort than the file had.
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
///
/// Insertions and replacements only shift what is behind them, so the ranges are exact.
fn find_touched_ranges(edited: &Edited<'_, '_>) -> Vec<Range<usize>> {
    let mut shift = 0isize;
    let spans = edited.edits.iter().map(|edit| {
        let start = edit.old.start.saturating_add_signed(shift);
        shift += edit.new.len().cast_signed() - edit.old.len().cast_signed();
        start..start + edit.new.len()
    });
    spans.collect()
}

/// Returns the reason under which a finding about names refuses the edit.
fn reason_of(offence: FindingKind) -> Reason {
    match offence {
        FindingKind::Unbound | FindingKind::Elsewhere => Reason::Unbound,
        FindingKind::Late => Reason::Unproven,
        FindingKind::Twice | FindingKind::Overwritten => Reason::Conflict,
    }
}

/// Writes the sentence for a finding; `line` gives the line of a byte of the new text.
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
