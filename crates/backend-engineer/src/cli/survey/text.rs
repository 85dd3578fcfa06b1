//! A survey for people at a terminal: an overview that fits a screen, and each part as aligned columns.
//!
//! ```text
//! /work/shop
//! Languages    Python (41 files)
//! Built with   fastapi 0.115.0 · sqlalchemy 2.0.36 · pytest 8.3.3
//! Routes       18 in 4 files, 12 of them guarded
//! most under /users (7), /orders (6)
//! ```
//!
//! A row without lines is left out. Lists are cut with a word on how many more there are, and the
//! subcommand's parts (`survey routes`) have them whole.

use std::collections::BTreeMap;
use std::path::Path;

use survey::{Layer, Survey, Topic};

use super::SurveyPart;
use super::rows::{Table, folder_label, tables_of_part};
use crate::cli::colour::Palette;
use crate::cli::printer::one_line;

/// Characters past which a cell is cut, unless it is the last.
const WIDEST: usize = 64;

/// Returns a part as tables.
pub(super) fn render_part(survey: &Survey, part: SurveyPart, palette: Palette) -> String {
    let tables = tables_of_part(survey, part);
    if tables.is_empty() {
        return format!("{}: nothing was found.\n", part.name());
    }
    tables
        .iter()
        .map(|table| render_table(table, palette))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Renders a table: its title, its heads, and rows in columns as wide as their widest cell.
///
/// The last column is never cut, as nothing stands behind it that a long cell would push away.
fn render_table(table: &Table, palette: Palette) -> String {
    let shown = |text: &str| {
        let line = one_line(text);
        if line.chars().count() > WIDEST {
            line.chars().take(WIDEST - 1).chain(['…']).collect()
        } else {
            line
        }
    };
    let last = table.heads.len().saturating_sub(1);
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .enumerate()
                .map(|(at, cell)| {
                    if at == last {
                        one_line(cell)
                    } else {
                        shown(cell)
                    }
                })
                .collect()
        })
        .collect();
    // Counted in characters, as bytes would misalign names that are not ASCII.
    let widths: Vec<usize> = (0..table.heads.len())
        .map(|at| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(table.heads[at].len())
        })
        .collect();
    // Cells of a row are padded; blanks at the end of a line only get in the way of a copy.
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                format!(
                    "{cell}{}",
                    " ".repeat(width.saturating_sub(cell.chars().count()))
                )
            })
            .collect();
        format!("  {}", padded.join("  ")).trim_end().to_owned()
    };
    let mut text = format!("{}\n", palette.bold(&one_line(&table.title)));
    let heads: Vec<String> = table.heads.iter().map(|head| (*head).to_owned()).collect();
    text.push_str(&format!("{}\n", palette.faint(&line(&heads))));
    for row in &rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}

/// Returns everything at a glance.
pub(super) fn render_overview(survey: &Survey, root: &Path, palette: Palette) -> String {
    let mut text = format!("{}\n", palette.bold(&one_line(&root.display().to_string())));
    // The name stands before its first line alone, so that further lines read as its own.
    for (name, lines) in overview_rows(survey) {
        for (at, line) in lines.into_iter().enumerate() {
            let name = if at == 0 {
                palette.cyan(&format!("{name:12}"))
            } else {
                " ".repeat(12)
            };
            text.push_str(&format!("  {name} {}\n", one_line(&line)));
        }
    }
    if !is_empty(survey) {
        text.push_str(
            &palette.faint(
                "  More of each: backend-engineer survey [DIR] stack|routes|models|layers|conventions|commands|unresolved\n",
            ),
        );
    }
    text
}

/// Returns whether a survey found no source file and no manifest.
fn is_empty(survey: &Survey) -> bool {
    survey.stack.languages.is_empty() && survey.stack.packages.is_empty()
}

/// Returns the rows of the overview: a name, and the lines beside it, of which there may be none.
fn overview_rows(survey: &Survey) -> Vec<(&'static str, Vec<String>)> {
    let mut rows = Vec::new();
    if is_empty(survey) {
        rows.push((
            "Nothing",
            vec![
                "no source file that it reads, and no manifest: Python, JavaScript and TypeScript are read".to_owned(),
            ],
        ));
    }
    // From what the project is made of to how one works in it; doubts come last.
    rows.push((
        "Languages",
        join_on_one_line(
            survey
                .stack
                .languages
                .iter()
                .map(|found| format!("{} ({} files)", found.name, found.files)),
        ),
    ));
    rows.push(("Packages", package_lines(survey)));
    rows.push(("Built with", built_with(survey)));
    rows.push(("Database", database_lines(survey)));
    rows.push((
        "Migrations",
        join_on_one_line(survey.stack.migrations.iter().map(describe_migrations)),
    ));
    rows.push(("Routes", route_lines(survey)));
    rows.push(("Models", model_lines(survey)));
    rows.push(("Layers", layer_lines(survey)));
    rows.push(("Conventions", convention_lines(survey)));
    rows.push(("Commands", command_lines(survey)));
    if !survey.unresolved.is_empty() {
        rows.push((
            "Open",
            vec![format!(
                "{} places could not be followed; `unresolved` lists them",
                survey.unresolved.len()
            )],
        ));
    }
    if !survey.skipped.is_empty() {
        rows.push((
            "Not read",
            join_on_one_line(
                // Enough to recognise a kind of file; the JSON form lists all of them.
                survey
                    .skipped
                    .iter()
                    .take(4)
                    .map(|(path, why)| format!("{path} ({why})")),
            ),
        ));
    }
    rows
}

/// Joins parts on one line, as short facts are read faster side by side; no line without any.
fn join_on_one_line(parts: impl Iterator<Item = String>) -> Vec<String> {
    let all: Vec<String> = parts.collect();
    if all.is_empty() {
        Vec::new()
    } else {
        vec![all.join(" · ")]
    }
}

/// Returns a line for each package, up to eight: beyond that a monorepo would fill the screen.
fn package_lines(survey: &Survey) -> Vec<String> {
    let packages = &survey.stack.packages;
    let shown = packages.iter().take(8).map(|package| {
        let name = if package.name.is_empty() {
            String::new()
        } else {
            format!(" {}", package.name)
        };
        format!(
            "{}{name} ({}, {} dependencies)",
            folder_label(&package.folder),
            package.manager,
            package.dependencies.len()
        )
    });
    let mut lines: Vec<String> = shown.collect();
    if packages.len() > 8 {
        lines.push(format!("and {} more", packages.len() - 8));
    }
    lines
}

/// Returns what shapes the code most, each name once.
///
/// Only roles that decide how code of the project is written; a date library does not. A name that
/// several packages use counts once, with the version that was found first.
fn built_with(survey: &Survey) -> Vec<String> {
    let mut seen = Vec::new();
    let roles = [
        "web",
        "graphql",
        "orm",
        "validation",
        "authentication",
        "queue",
        "tests",
        "lint",
        "types",
    ];
    let shaping = survey
        .stack
        .components
        .iter()
        .filter(|found| roles.contains(&found.role.as_str()));
    for found in shaping {
        if !seen
            .iter()
            .any(|(name, _): &(&str, String)| *name == found.name)
        {
            // The lock file knows the version; a manifest only says which ones would do.
            let version = found.version.as_deref().unwrap_or(&found.requirement);
            seen.push((
                found.name.as_str(),
                format!("{} {version}", found.name).trim().to_owned(),
            ));
        }
    }
    join_on_one_line(seen.into_iter().take(14).map(|(_, shown)| shown))
}

/// Returns the databases on one line, each with its version and the first place that tells of it.
fn database_lines(survey: &Survey) -> Vec<String> {
    join_on_one_line(survey.stack.databases.iter().map(|found| {
        let version = found
            .version
            .as_deref()
            .map(|version| format!(" {version}"))
            .unwrap_or_default();
        let place = found
            .evidence
            .first()
            .map(|(what, place)| format!(" ({what}, {place})"))
            .unwrap_or_default();
        format!("{}{version}{place}", found.name)
    }))
}

/// Describes a tool of migrations with its folder, or with the first and the number of others.
fn describe_migrations(found: &survey::Migrations) -> String {
    match found.folders.as_slice() {
        [] => found.tool.clone(),
        [one] => format!("{} in {one}", found.tool),
        [one, rest @ ..] => format!("{} in {one} and {} more", found.tool, rest.len()),
    }
}

/// Returns how many routes there are, and under which prefixes most of them are.
///
/// `/api/v1/users/{id}` and `/api/v1/users` → `/api/v1/users (2)`.
fn route_lines(survey: &Survey) -> Vec<String> {
    if survey.routes.is_empty() {
        return Vec::new();
    }
    let guarded = survey
        .routes
        .iter()
        .filter(|route| !route.guards.is_empty())
        .count();
    let mut files: Vec<&str> = survey
        .routes
        .iter()
        .map(|route| route.file.as_str())
        .collect();
    files.sort_unstable();
    files.dedup();
    let mut prefixes: BTreeMap<String, usize> = BTreeMap::new();
    for route in &survey.routes {
        let parts: Vec<&str> = route
            .path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        // Behind `api` and a version comes what tells the routes apart.
        let common = parts
            .iter()
            .take_while(|part| **part == "api" || is_version(part))
            .count();
        // A route that is only `/api` has no part behind it.
        let prefix = parts
            .get(..=common)
            .or(parts.get(..common))
            .unwrap_or_default()
            .join("/");
        *prefixes.entry(format!("/{prefix}")).or_default() += 1;
    }
    let mut prefixes: Vec<_> = prefixes.into_iter().collect();
    prefixes.sort_by_key(|(prefix, count)| (std::cmp::Reverse(*count), prefix.clone()));
    let shown: Vec<String> = prefixes
        .iter()
        .take(6)
        .map(|(prefix, count)| format!("{prefix} ({count})"))
        .collect();
    vec![
        format!(
            "{} in {} files, {guarded} of them guarded",
            survey.routes.len(),
            files.len()
        ),
        format!("most under {}", shown.join(", ")),
    ]
}

/// Returns whether a part of a path is a version: `v1`, `v2beta`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Returns how many tables there are and the six with most columns, which tell what a project is
/// about better than the first by name.
fn model_lines(survey: &Survey) -> Vec<String> {
    let entities = &survey.entities;
    if entities.is_empty() {
        return Vec::new();
    }
    let columns: usize = entities.iter().map(|entity| entity.columns.len()).sum();
    let mut largest: Vec<_> = entities.iter().collect();
    largest.sort_by_key(|entity| std::cmp::Reverse(entity.columns.len()));
    let names: Vec<&str> = largest
        .iter()
        .take(6)
        .map(|entity| entity.table.as_str())
        .collect();
    vec![format!(
        "{} tables or collections, {columns} columns: {}{}",
        entities.len(),
        names.join(", "),
        if entities.len() > 6 { ", …" } else { "" }
    )]
}

/// Returns how many files each layer has, which layer calls which, and how the layering is broken.
fn layer_lines(survey: &Survey) -> Vec<String> {
    let mut counts: BTreeMap<Layer, usize> = BTreeMap::new();
    for file in &survey.layers.files {
        *counts.entry(file.layer).or_default() += 1;
    }
    let mut lines = join_on_one_line(
        counts
            .into_iter()
            .map(|(layer, count)| format!("{layer} {count}")),
    );
    let calls = survey
        .layers
        .calls
        .iter()
        // Tests call every layer, which says nothing about the code.
        .filter(|call| call.from != Layer::Tests)
        .take(4);
    lines.extend(join_on_one_line(
        calls.map(|call| format!("{} → {} ({})", call.from, call.to, call.count)),
    ));
    if !survey.layers.breaks.is_empty() {
        let first = &survey.layers.breaks[0];
        lines.push(format!(
            "{} breaks, such as {}: {}",
            survey.layers.breaks.len(),
            first.place,
            first.what
        ));
    }
    lines
}

/// Returns the most usual convention of each topic that tells code how to look.
///
/// Topics are in the order in which a reader of unknown code asks; the survey lists the most usual
/// convention of a topic first.
fn convention_lines(survey: &Survey) -> Vec<String> {
    let topics = [
        Topic::ErrorTypes,
        Topic::ErrorHandlers,
        Topic::ErrorBody,
        Topic::Validation,
        Topic::Injection,
        Topic::Logging,
        Topic::Authentication,
        Topic::Authorization,
        Topic::Answers,
        Topic::TestStyle,
        Topic::TestPlaces,
    ];
    let first = |topic: &Topic| {
        survey
            .conventions
            .iter()
            .find(|known| known.topic == *topic)
    };
    let line = |known: &survey::Convention| {
        let place = known
            .examples
            .first()
            .map(|place| format!("  {place}"))
            .unwrap_or_default();
        format!("{:15} {}{place}", known.topic, known.what)
    };
    topics.iter().filter_map(first).map(line).collect()
}

/// Returns the preferred command of each purpose, up to sixteen lines.
fn command_lines(survey: &Survey) -> Vec<String> {
    let preferred = survey.commands.iter().filter(|command| command.preferred);
    let line = |command: &survey::Command| {
        let at = if command.folder.is_empty() {
            String::new()
        } else {
            format!(" (in {})", command.folder)
        };
        format!(
            "{:11} {}{at}  {}",
            command.purpose,
            one_line(&command.script),
            command.source
        )
    };
    let mut lines: Vec<String> = preferred.map(line).collect();
    if lines.len() > 16 {
        let more = lines.len() - 16;
        lines.truncate(16);
        lines.push(format!("and {more} more"));
    }
    lines
}
