//! What a briefing tells of the project as a whole: what it is built from, and how it checks itself.

use std::collections::BTreeSet;

use survey::{Command, Ecosystem, Purpose};

use super::{Entry, Ground, Section};

/// The frameworks and tools of the packages that the phase's files belong to, the database and the migrations.
pub(super) fn stack(ground: &Ground<'_>) -> Vec<Entry> {
    let stack = &ground.code.stack;
    let packages = packages(ground);
    let mut lines: Vec<String> = Vec::new();
    for component in stack.components.iter().filter(|one| packages.contains(one.package.as_str())) {
        let version = component.version.as_deref().unwrap_or(&component.requirement);
        let version = if version.is_empty() { String::new() } else { format!(" {version}") };
        lines.push(format!("- {}: {}: {}{version}", component.place, component.role, component.name));
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
        lines.push(format!("- {}: migrations: {} in {folders}", migrations.place, migrations.tool));
    }
    match lines.is_empty() {
        true => Vec::new(),
        false => vec![Entry::new(Section::Stack, "the stack", vec![lines.join("\n")])],
    }
}

/// The folders of the packages that hold a file of the phase; the root's where there is none.
fn packages<'g>(ground: &'g Ground<'_>) -> BTreeSet<&'g str> {
    let stack = &ground.code.stack;
    let paths = ground.assignment.files.iter().filter_map(|file| file.path.as_deref());
    let of_file = |path: &str| {
        let ecosystem = match path.ends_with(".py") {
            true => Ecosystem::Python,
            false => Ecosystem::Node,
        };
        stack.package_of(path, ecosystem).map(|package| package.folder.as_str())
    };
    let mut found: BTreeSet<&str> = paths.filter_map(of_file).collect();
    if found.is_empty() {
        found.insert("");
    }
    found
}

/// The best command of each purpose for these packages; for the whole and, where it can, for one file.
pub(super) fn commands(ground: &Ground<'_>) -> Vec<Entry> {
    let packages = packages(ground);
    let wanted = |command: &&Command| {
        command.preferred
            && !command.watches
            && command.purpose != Purpose::Build
            && (packages.contains(command.package.as_str()) || command.package.is_empty())
    };
    let lines: Vec<String> = ground.code.commands.iter().filter(wanted).take(14).map(line).collect();
    match lines.is_empty() {
        true => Vec::new(),
        false => vec![Entry::new(Section::Commands, "the commands", vec![lines.join("\n")])],
    }
}

fn line(command: &Command) -> String {
    let purpose = match command.purpose {
        Purpose::Test => "test",
        Purpose::Lint => "lint",
        Purpose::TypeCheck => "type check",
        Purpose::Format => "format",
        Purpose::Migrate => "migrate",
        Purpose::Build => "build",
    };
    let folder = if command.folder.is_empty() { String::new() } else { format!(" in {}", command.folder) };
    let one = command.for_file.as_deref().map(|script| format!("; one file: `{script}`")).unwrap_or_default();
    format!("- {}: {purpose}: `{}`{folder}{one}", command.source, command.script)
}
