//! Adds the project as a whole to a briefing: its middleware and utilities, its conventions, what it is built from,
//! and how it checks itself.
//!
//! A fact concerns the phase if it was seen in a language of its files, and if it belongs to one of
//! their layers or packages. Of a project in Python and TypeScript, a phase in Python learns
//! nothing about the other half.

use std::collections::{BTreeMap, BTreeSet};

use survey::{Command, Convention, Ecosystem, Layer, Purpose, Topic};

use super::{BriefingContext, BriefingEntry, Section};

/// Files of a layer that are named.
/// A list of names is enough to know that something is there; the survey has the rest.
const MOST_FILES: usize = 15;
/// Conventions of one topic that are told; the most usual stand first.
const MOST_OF_A_TOPIC: usize = 4;
/// Conventions that are told.
/// The most usual ways of doing a thing; rarer ones are exceptions.
const MOST_CONVENTIONS: usize = 30;

/// Whose code a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Python,
    Script,
}

/// Returns the family of a file by its ending; `None` for what is no code of either.
fn language_family(path: &str) -> Option<Family> {
    match path.rsplit_once('.')?.1 {
        "py" | "pyi" => Some(Family::Python),
        "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" => Some(Family::Script),
        _ => None,
    }
}

/// Returns the families of the phase's files: what holds for others does not concern it.
fn families_of_phase(context: &BriefingContext<'_>) -> BTreeSet<Family> {
    context
        .assignment
        .files
        .iter()
        .filter_map(|file| language_family(file.path.as_deref()?))
        .collect()
}

/// Returns the files that stand between requests and handlers, and those that several layers use.
///
/// What exists here need not be written again.
pub(super) fn list_helper_files(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let families = families_of_phase(context);
    let of_layer = |layer: Layer| {
        let concerns =
            |path: &str| language_family(path).is_some_and(|one| families.contains(&one));
        let all = context
            .code
            .layers
            .files
            .iter()
            .filter(|file| file.layer == layer && concerns(&file.file));
        let files: Vec<&str> = all.map(|file| file.file.as_str()).collect();
        let more = files.len().saturating_sub(MOST_FILES);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let shown = files
            .iter()
            .take(MOST_FILES)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        (!files.is_empty()).then(|| {
            BriefingEntry::new(
                Section::Helpers,
                layer.to_string(),
                vec![format!("- {layer}: {shown}{more}")],
            )
        })
    };
    [Layer::Middleware, Layer::Utilities]
        .into_iter()
        .filter_map(of_layer)
        .collect()
}

/// Returns how the project does things; how it names them, only in the layers of the phase's files and their models.
pub(super) fn list_conventions(
    context: &BriefingContext<'_>,
    models: &[String],
) -> Vec<BriefingEntry> {
    let layers = &context.code.layers;
    let named = context
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.as_deref());
    let own: BTreeSet<Layer> = named
        .chain(models.iter().map(String::as_str))
        .filter_map(|file| layers.of(file))
        .collect();
    let families = families_of_phase(context);
    // Names differ by layer; where tests lie concerns every phase, since each has some.
    let fits = |one: &Convention| match one.topic {
        Topic::FileNames | Topic::SymbolNames => {
            one.layer.is_some_and(|layer| own.contains(&layer))
        }
        Topic::TestStyle | Topic::TestPlaces => true,
        _ => one
            .layer
            .is_none_or(|layer| own.is_empty() || own.contains(&layer)),
    };
    // Counted as they come: the survey lists the most usual first.
    let mut told: BTreeMap<Topic, usize> = BTreeMap::new();
    let mut concerns = |one: &&Convention| {
        let here = one
            .examples
            .iter()
            .any(|place| language_family(&place.file).is_some_and(|one| families.contains(&one)));
        let count = told.entry(one.topic).or_default();
        let concerns = here && *count < MOST_OF_A_TOPIC && fits(one);
        *count += usize::from(concerns);
        concerns
    };
    context
        .code
        .conventions
        .iter()
        .filter(|one| concerns(one))
        .take(MOST_CONVENTIONS)
        .map(entry_of_convention)
        .collect()
}

/// Returns the entry of a convention: where it is seen, its topic and layer, what holds, and how often.
fn entry_of_convention(one: &Convention) -> BriefingEntry {
    let layer = one
        .layer
        .map(|layer| format!(" of {layer}"))
        .unwrap_or_default();
    let often = one
        .of
        .map(|all| format!(" ({} of {all})", one.count))
        .unwrap_or_default();
    let places: Vec<String> = one.examples.iter().map(ToString::to_string).collect();
    let text = format!(
        "- {}: {}{layer}: {}{often}",
        places.join(", "),
        one.topic,
        one.what
    );
    BriefingEntry::new(
        Section::Conventions,
        format!("{}{layer}", one.topic),
        vec![text],
    )
}

/// Returns the frameworks and tools of the packages that the phase's files belong to, the database and the migrations.
///
/// The database and the migrations are the project's, whichever package asks for them.
pub(super) fn list_stack(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let stack = &context.code.stack;
    let packages = packages_of_phase(context);
    let mut lines: Vec<String> = Vec::new();
    for component in stack
        .components
        .iter()
        .filter(|one| packages.contains(one.package.as_str()))
    {
        let version = component
            .version
            .as_deref()
            .unwrap_or(&component.requirement);
        let version = if version.is_empty() {
            String::new()
        } else {
            format!(" {version}")
        };
        lines.push(format!(
            "- {}: {}: {}{version}",
            component.place, component.role, component.name
        ));
    }
    for database in &stack.databases {
        let (what, place) = match database.evidence.first() {
            Some((what, place)) => (what.as_str(), place.to_string()),
            None => continue,
        };
        lines.push(format!("- {place}: database: {} ({what})", database.name));
    }
    for migrations in &stack.migrations {
        let folders = migrations.folders.join(", ");
        lines.push(format!(
            "- {}: migrations: {} in {folders}",
            migrations.place, migrations.tool
        ));
    }
    match lines.is_empty() {
        true => Vec::new(),
        false => vec![BriefingEntry::new(
            Section::Stack,
            "the stack",
            vec![lines.join("\n")],
        )],
    }
}

/// Returns the folders of the packages that hold a file of the phase; the root's where there is none.
fn packages_of_phase<'g>(context: &'g BriefingContext<'_>) -> BTreeSet<&'g str> {
    let stack = &context.code.stack;
    let paths = context
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.as_deref());
    let of_file = |path: &str| {
        let ecosystem = match path.ends_with(".py") {
            true => Ecosystem::Python,
            false => Ecosystem::Node,
        };
        stack
            .package_of(path, ecosystem)
            .map(|package| package.folder.as_str())
    };
    let mut found: BTreeSet<&str> = paths.filter_map(of_file).collect();
    if found.is_empty() {
        found.insert("");
    }
    found
}

/// Returns the best command of each purpose for these packages; for the whole and, where it can, for one file.
///
/// Commands that watch never end, and a build proves less than the tests; both are left out.
pub(super) fn list_commands(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let packages = packages_of_phase(context);
    let wanted = |command: &&Command| {
        command.preferred
            && !command.watches
            && command.purpose != Purpose::Build
            && (packages.contains(command.package.as_str()) || command.package.is_empty())
    };
    let lines: Vec<String> = context
        .code
        .commands
        .iter()
        .filter(wanted)
        .take(14)
        .map(format_command)
        .collect();
    match lines.is_empty() {
        true => Vec::new(),
        false => vec![BriefingEntry::new(
            Section::Commands,
            "the commands",
            vec![lines.join("\n")],
        )],
    }
}

/// Writes a command with where it is read, its purpose, its folder, and its form for one file.
fn format_command(command: &Command) -> String {
    let purpose = match command.purpose {
        Purpose::Test => "test",
        Purpose::Lint => "lint",
        Purpose::TypeCheck => "type check",
        Purpose::Format => "format",
        Purpose::Migrate => "migrate",
        Purpose::Build => "build",
    };
    let folder = if command.folder.is_empty() {
        String::new()
    } else {
        format!(" in {}", command.folder)
    };
    let one = command
        .for_file
        .as_deref()
        .map(|script| format!("; one file: `{script}`"))
        .unwrap_or_default();
    format!(
        "- {}: {purpose}: `{}`{folder}{one}",
        command.source, command.script
    )
}
