//! Makes a snippet readable: takes off what only speaks of it, moves it to the margin, and finds the form in which it
//! parses: a module, members of a class, or entries of a collection.

use crate::items::parse;
use crate::languages::{Kind, Language, List, Writing};
use crate::markers::{SENTINEL, bare};
use crate::splice::refusal;
use crate::{Reason, Refusal};

/// A snippet made to parse.
pub(crate) struct Reading {
    pub(crate) text: String,
    /// The list that the bare members stand in, where they needed one to parse.
    pub(crate) wrapped: Option<List>,
    /// The block was indented as a whole, as code inside something is.
    pub(crate) indented: bool,
    /// What the block's opening comments say of its place.
    pub(crate) notes: String,
}

/// Reads a snippet as a module, else its imports as a module and the rest as members or entries.
pub(crate) fn read(snippet: &str, language: Language, path: &str) -> Result<Reading, Refusal> {
    let snippet = snippet.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let (rest, notes) = take_notes(&snippet, path);
    let (text, indented) = dedent(rest);
    let text = language.prepare(&text);
    let parsed = parse(&text, language).ok_or_else(|| refusal(Reason::Syntax, "the block could not be parsed"))?;
    let items = parsed.items(parsed.root());
    let labelled = items.iter().any(|item| item.node.kind() == "labeled_statement");
    if !parsed.has_error() && !labelled {
        return Ok(Reading { wrapped: None, indented, text, notes });
    }
    let head = items
        .iter()
        .take_while(|item| matches!(item.kind, Kind::Import | Kind::Marker))
        .last()
        .map_or(0, |item| item.end);
    if let Some(text) = with_body(&text, language) {
        return Ok(Reading { wrapped: None, indented, text, notes });
    }
    let (imports, members) = text.split_at(head.min(text.len()));
    let listed = members.trim_end().ends_with(',');
    let mut wrappers: Vec<_> = language.wrappers().iter().collect();
    wrappers.sort_by_key(|wrapper| (wrapper.list == List::Entries) != listed);
    for wrapper in wrappers {
        let wrapped = format!("{imports}\n{}{members}{}\n", wrapper.before, wrapper.after);
        let fits = parse(&wrapped, language).is_some_and(|source| !source.has_error());
        if fits {
            return Ok(Reading { text: wrapped, wrapped: Some(wrapper.list), indented, notes });
        }
    }
    if labelled && !parsed.has_error() {
        return Ok(Reading { wrapped: None, indented, text: text.clone(), notes });
    }
    Err(refusal(Reason::Syntax, "the block does not parse, neither as a module nor as members of a class"))
}

/// A function that is shown up to its arrow, with an elision for the body.
fn with_body(text: &str, language: Language) -> Option<String> {
    let head = text.trim_end();
    let whole = format!("{head} {SENTINEL};\n");
    let parses = |text: &str| parse(text, language).is_some_and(|source| !source.has_error());
    (head.ends_with("=>") && parses(&whole)).then_some(whole)
}

/// Splits off opening comments that name the file or say where the block goes.
fn take_notes<'s>(snippet: &'s str, path: &str) -> (&'s str, String) {
    let mut rest = snippet;
    let mut notes = String::new();
    for _ in 0..4 {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() && !notes.is_empty() {
            rest = after;
            continue;
        }
        if !line.trim_start().starts_with(['#', '/'])
            || !(names_file(line, path) || is_instruction(line))
            || after.trim().is_empty()
        {
            break;
        }
        notes.push_str(bare(line));
        notes.push_str(".\n");
        rest = after;
    }
    (rest, notes)
}

fn names_file(line: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    bare(line).split_whitespace().next().is_some_and(|word| {
        let word = word.trim_matches(['`', ':', '(', ')']);
        word == path
            || word.ends_with(&format!("/{name}"))
            || word == name
            || word.contains('/') && path.ends_with(&format!("/{word}"))
    })
}

/// "Add to X", "Inside class X:", "After create():": words of the plan, not of the code.
fn is_instruction(line: &str) -> bool {
    let lower = bare(line).to_lowercase();
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default();
    let verb =
        ["add", "append", "insert", "put", "place", "update", "replace", "modify", "change", "extend"].contains(&first);
    let place = ["in", "inside", "within", "after", "before", "at", "near", "below", "above", "to"].contains(&first);
    let goes = words.clone().any(|word| {
        ["to", "in", "into", "inside", "after", "before", "at", "below", "above", "near", "with", "the", "this"]
            .contains(&word)
    });
    let names = lower.contains("class")
        || lower.contains("import")
        || lower.contains("function")
        || lower.contains("method")
        || lower.contains("file")
        || lower.ends_with(':')
        || bare(line).contains('`')
        || bare(line).contains("()");
    verb && goes || place && names && words.count() <= 8
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
