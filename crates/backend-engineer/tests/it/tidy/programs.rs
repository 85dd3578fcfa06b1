//! Programs are named in the table of crate `shell` alone, so that a new linter or runner touches one file.

use std::collections::BTreeSet;

use shell::Kind;

use super::source::Source;

/// Names that are also words, languages, packages or modules of a standard library: a text of that name may mean those.
const AMBIGUOUS: [&str; 9] = [
    "auth",
    "black",
    "blue",
    "safety",
    "standard",
    "ty",
    "tortoise",
    "typescript",
    "unittest",
];

/// Where names of packages stand as data, or what a package is, and not how a program is called.
const DATA: [&str; 6] = [
    "crates/backend-engineer/src/review/rules/packages/modules.rs",
    // Endings of files, which some tools share with their names.
    "crates/plan/src/languages.rs",
    "crates/survey/src/conventions/marks.rs",
    "crates/survey/src/frameworks/",
    "crates/survey/src/stack/known.rs",
    "crates/survey/src/stack/migrations.rs",
];

/// Returns the unmistakable names of programs that check or migrate: no words, no wrappers of other programs.
pub(crate) fn names() -> BTreeSet<&'static str> {
    let wanted =
        |kind: Option<Kind>| kind.is_some_and(|kind| kind.is_check() || kind == Kind::Migrate);
    let rows = shell::table_rows()
        .filter(|(_, is_target)| !is_target)
        .map(|(row, _)| row);
    let rows = rows.filter(|row| {
        let last = row.rules.last().and_then(|rule| rule.kind);
        !row.word
            && row.ecosystem.is_some()
            && row.rules.iter().all(|rule| rule.kind.is_some())
            && wanted(last)
    });
    let names = rows.flat_map(|row| &row.names).map(String::as_str);
    names
        .filter(|name| !name.contains('*') && !AMBIGUOUS.contains(name))
        .collect()
}

/// Complains of texts that are, or begin a command with, the name of a program.
pub(crate) fn named(source: &Source, names: &BTreeSet<&str>) -> Vec<String> {
    if source.package == "shell"
        || !source.is_production
        || DATA.iter().any(|data| source.path.starts_with(data))
    {
        return Vec::new();
    }
    let lines = source
        .text
        .lines()
        .zip(source.code.lines().chain(std::iter::repeat("")));
    let mut complaints = Vec::new();
    for (number, (line, code)) in (1..).zip(lines) {
        // Lines of test modules are empty, those of comments blank.
        if code.is_empty() || line.trim_start().starts_with("//") {
            continue;
        }
        for text in line.split('"').skip(1).step_by(2) {
            let first = text.split(' ').next().unwrap_or(text);
            if names.contains(first) {
                let place = format!("{}:{number}", source.path);
                complaints.push(format!(
                    "{place}: names the program `{first}`; ask crate `shell` what a command is"
                ));
            }
        }
    }
    complaints
}
