//! Tells a command from a name, a path or a sentence in code type.

use crate::call::{row_of, rule_of_target};
use crate::parse::parse;
use crate::resolve::is_assignment;
use crate::table::{Kind, Program, convention_table};

/// Words of control: what follows is a script if there is more.
const CONTROL: [&str; 5] = ["if", "for", "while", "until", "case"];
/// Endings of files that are run by an interpreter: alone they are the file's name.
const SOURCES: [&str; 5] = [".py", ".ts", ".js", ".tsx", ".rb"];

/// Returns whether a text is a command rather than a name, a path or a sentence.
pub fn is_command(text: &str) -> bool {
    let bare = text.trim();
    let grouped = bare.strip_prefix("{ ").filter(|_| bare.ends_with("; }"));
    let bare = grouped
        .unwrap_or(bare)
        .trim_start_matches("$ ")
        .trim_start_matches("! ")
        .trim_start_matches('(');
    let mut words = bare.split_whitespace().peekable();
    let mut assigned = false;
    while words
        .next_if(|word| {
            is_assignment(word)
                && word
                    .split_once('=')
                    .is_some_and(|(name, _)| name.chars().all(|letter| !letter.is_lowercase()))
        })
        .is_some()
    {
        assigned = true;
    }
    let Some(first) = words.next() else {
        return false;
    };
    let first = first.trim_end_matches(';');
    let rest: Vec<&str> = words.collect();
    if CONTROL.contains(&first) {
        return bare.contains(';') && bare.contains("do")
            || bare.contains("then")
            || first == "case" && bare.ends_with("esac");
    }
    match row_of(first) {
        Some(row) if !first.contains("://") => is_known_word(row, bare, &rest, assigned),
        _ => own_script(first, &rest),
    }
}

/// Returns whether a word is the name of a program that says enough alone: no usual word, and no program
/// that does nothing without arguments.
pub fn names_program(word: &str) -> bool {
    let ruled = row_of(word)
        .filter(|row| !row.word)
        .and_then(|row| row.decide(&[]));
    let silent = [Kind::Other, Kind::Script, Kind::Install, Kind::Inspect];
    ruled.is_some_and(|(rule, _)| rule.kind.is_none_or(|kind| !silent.contains(&kind)))
}

/// Returns whether a text is a script of the project's own: by its path, with arguments or so that it can be run
/// alone.
fn own_script(first: &str, rest: &[&str]) -> bool {
    let placed = ["./", "scripts/", "bin/", ".venv/", "venv/"]
        .iter()
        .any(|start| first.starts_with(start))
        && !first.ends_with('/');
    let shell = first.ends_with(".sh") && first.contains('/') && !first.starts_with('/');
    if shell && !rest.is_empty() {
        return rest.iter().all(|word| !is_mere_sign(word)) || has_arguments(rest);
    }
    if !placed || first.contains('*') {
        return false;
    }
    if rest.is_empty() {
        let file = first.rsplit('/').next().unwrap_or(first);
        let ends = file.rsplit_once('.').is_some_and(|(_, end)| end != "sh");
        return first.starts_with("./") && !ends && !SOURCES.iter().any(|end| first.ends_with(end));
    }
    !is_mere_sign(rest[0])
}

/// Returns whether a text begins with a program of the table: by its arguments, and alone only where the name says
/// enough.
fn is_known_word(row: &Program, bare: &str, rest: &[&str], assigned: bool) -> bool {
    if rest.is_empty() {
        let checks = row
            .decide(&[])
            .is_some_and(|(rule, _)| rule.kind.is_some_and(Kind::is_check));
        return assigned || checks && !row.word && row.ecosystem.is_some();
    }
    if !row.word {
        return !is_mere_sign(rest[0]);
    }
    // A usual word: a subcommand that the table names, or the look of arguments.
    has_arguments(rest) || {
        let script = parse(bare);
        let Some(invocation) = script.invocations.first() else {
            return false;
        };
        let arguments: Vec<String> = invocation.arguments().map(str::to_owned).collect();
        let named = row
            .decide(&arguments)
            .is_some_and(|(rule, met)| met.named > 0 && rule.kind.is_some());
        let target = row.recipes.is_some() && rule_of_target(rest[0], &[]).is_some()
            || row.recipes.is_some() && convention_table().row(rest[0]).is_some();
        let few = arguments.len() <= 3;
        // A runner with one plain word names a target: `make routes`.
        few && (named
            || target
            || row.recipes.is_some() && rest.len() == 1 && !is_mere_sign(rest[0]))
    }
}

fn is_mere_sign(word: &str) -> bool {
    matches!(
        word,
        "—" | "–"
            | "-"
            | "+"
            | "/"
            | "="
            | "→"
            | "->"
            | "and"
            | "or"
            | "is"
            | "the"
            | "a"
            | "to"
            | "for"
            | "with"
            | "in"
            | "of"
    )
}

fn has_arguments(rest: &[&str]) -> bool {
    rest.iter().any(|word| {
        word.len() > 1 && word.starts_with(['-', '.', '/', '$', '"', '\'', '{', '[', '~'])
            || word.contains(['/', '=', '|', '>', ':', '*'])
            || word.contains('.') && !word.ends_with('.')
            || matches!(*word, "&&" | "||" | "|" | ";" | ".")
    })
}
