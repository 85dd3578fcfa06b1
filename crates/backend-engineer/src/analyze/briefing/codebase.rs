//! Adds the codebase around the phase's files to a briefing: tables, routes, and the modules that they share.
//!
//! Chosen by the assignment's words: a table by its file, its model or its name; a route by its
//! file, or by a path in the words that it ends in; a module by how many of the phase's files
//! import it.

use std::collections::{BTreeMap, BTreeSet};

use survey::{Column, Entity, Route, guarded_siblings};

use super::files::render_outline;
use super::{BriefingContext, BriefingEntry, Section};
use crate::analyze::words::{route_paths, route_segments, text_of_assignment, words_of_text};

/// A dozen tables and thirty routes are about a page each: more than that is the whole project.
const MOST_TABLES: usize = 12;
const MOST_ROUTES: usize = 30;
const MOST_SHARED: usize = 6;

/// Returns the tables whose files the phase names, or that its words name.
///
/// A table's name of three letters or fewer is left to its file: it would be any word.
pub(super) fn list_named_tables(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let text = text_of_assignment(context.plan, context.assignment);
    let words = words_of_text(&text);
    let named = resolved_paths(context);
    let concerns = |entity: &&Entity| {
        named.contains(entity.file.as_str())
            || words.contains(entity.model.as_str())
            || entity.table.len() > 3 && words.contains(entity.table.as_str())
    };
    let tell = |entity: &Entity| {
        let columns: Vec<String> = entity.columns.iter().map(describe_column).collect();
        let model = if entity.model.is_empty() {
            String::new()
        } else {
            format!(" ({})", entity.model)
        };
        let head = format!("- {}:{}: {}{model}", entity.file, entity.line, entity.table);
        let forms = vec![head.clone(), format!("{head}: {}", columns.join("; "))];
        BriefingEntry::new(Section::Tables, entity.table.clone(), forms)
    };
    context
        .code
        .entities
        .iter()
        .filter(concerns)
        .take(MOST_TABLES)
        .map(tell)
        .collect()
}

/// Writes a column as a migration would: name, type, marks, and what it refers to.
fn describe_column(column: &Column) -> String {
    let mut text = column.name.clone();
    let marks = [
        (!column.kind.is_empty(), column.kind.as_str()),
        (column.primary, "primary key"),
        (column.unique, "unique"),
        (column.nullable == Some(true), "null"),
        (!column.references.is_empty(), column.references.as_str()),
    ];
    for (holds, mark) in marks {
        if holds {
            text.push(' ');
            text.push_str(mark);
        }
    }
    text
}

/// Returns the routes of the phase's files, and those that its words name or that lie beside one.
///
/// A path that consists of parameters alone fits everything, and is no choice.
pub(super) fn list_relevant_routes(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let text = text_of_assignment(context.plan, context.assignment);
    let spoken: Vec<Vec<&str>> = route_paths(&text).into_iter().map(route_segments).collect();
    let named = resolved_paths(context);
    let concerns = |route: &&Route| {
        let own = route_segments(&route.path);
        named.contains(route.file.as_str())
            || spoken.iter().any(|said| {
                !said.is_empty() && said.iter().any(|part| *part != "*") && ends_alike(&own, said)
            })
    };
    let tell = |route: &Route| {
        let guards = match route.guards.is_empty() {
            true => missing_guard(&context.code.routes, route),
            false => format!("; guarded by {}", route.guards.join(", ")),
        };
        let text = format!(
            "- {}:{}: {} {} → {}{guards}",
            route.file, route.line, route.method, route.path, route.handler
        );
        BriefingEntry::new(
            Section::Routes,
            format!("{} {}", route.method, route.path),
            vec![text],
        )
    };
    context
        .code
        .routes
        .iter()
        .filter(concerns)
        .take(MOST_ROUTES)
        .map(tell)
        .collect()
}

/// Returns what is to say of a route without a guard whose siblings have one.
///
/// A new route is often copied from the one beside it, so that a missing guard would spread.
fn missing_guard(routes: &[Route], route: &Route) -> String {
    guarded_siblings(routes, route)
        .map(|beside| {
            format!(
                "; missing-guard: {} of {} routes beside it have one",
                beside.guarded, beside.all
            )
        })
        .unwrap_or_default()
}

/// Returns whether a route is the one that was spoken of, perhaps without its prefix.
///
/// "/orders/{id}" names `/api/v1/orders/{id}`, and "/api/v1/orders" the route `/orders` of a router
/// that is mounted there.
fn ends_alike(route: &[&str], said: &[&str]) -> bool {
    route.ends_with(said) || said.ends_with(route) && route.iter().any(|part| *part != "*")
}

/// Returns the modules of the project that the phase's files, or their models, import most.
///
/// Of two with as many users the first by its path, so that a briefing is the same each time.
pub(super) fn list_shared_modules(
    context: &mut BriefingContext<'_>,
    models: &[String],
) -> Vec<BriefingEntry> {
    let named: BTreeSet<String> = resolved_paths(context)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for from in named.iter().chain(models) {
        let Ok(Some(text)) = context.tree.read_text(from) else {
            continue;
        };
        for import in code::imports::list_imports(from, &text).unwrap_or_default() {
            if let Some(file) = context.files.imported(from, &import.module) {
                users.entry(file).or_default().insert(from.clone());
            }
        }
    }
    let mut found: Vec<(String, BTreeSet<String>)> = users
        .into_iter()
        .filter(|(file, _)| !named.contains(file) && !models.contains(file))
        .collect();
    found.sort_by_key(|(file, users)| (std::cmp::Reverse(users.len()), file.clone()));
    found.truncate(MOST_SHARED);
    let mut entries = Vec::new();
    for (file, users) in found {
        let Ok(Some(text)) = context.tree.read_text(&file) else {
            continue;
        };
        let users: Vec<&str> = users.iter().map(String::as_str).take(3).collect();
        let title = format!("### {file} (used by {})", users.join(", "));
        let outline = render_outline(&file, &text);
        if outline.is_empty() {
            continue;
        }
        let forms = match outline.lines().count() > 80 {
            true => vec![title],
            false => vec![title.clone(), format!("{title}\n{outline}")],
        };
        entries.push(BriefingEntry::new(Section::Shared, file, forms));
    }
    entries
}

/// Returns the phase's files that are clear.
fn resolved_paths<'g>(context: &'g BriefingContext<'_>) -> BTreeSet<&'g str> {
    context
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.as_deref())
        .collect()
}
