//! Makes a snippet readable: takes off what only speaks of it, moves it to the margin, and finds the form in which it
//! parses: a module, members of a class, or entries of a collection.
//!
//! ```text
//! # In app/models.py, below User:      notes: "In app/models.py, below User:."
//!     name: str                        text "name: str\nage: int", moved to the margin
//!     age: int
//! ```
//!
//! The forms are tried from the plainest: as a module, with an elision for a missing body, in a
//! class, in a collection.

use std::collections::HashSet;

use tree_sitter::Node;

use crate::items::{Item, Source, parse_source};
use crate::languages::{Kind, Language, List, Writing, named_children};
use crate::markers::{SENTINEL, strip_comment_signs};
use crate::prose::is_beside;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// A snippet made to parse.
pub(crate) struct Reading {
    pub(crate) text: String,
    /// The list that the bare members stand in, where they needed one to parse.
    pub(crate) wrapped: Option<List>,
    /// The block was indented as a whole, as code inside something is.
    pub(crate) indented: bool,
    /// The columns by which all its code was indented.
    pub(crate) margin: usize,
    /// Its imports were indented beside statements of a function, so that they belong there.
    pub(crate) local_imports: bool,
    /// The block's opening comments, as far as they speak of its place.
    pub(crate) notes: String,
}

/// Reads a snippet as a module, else its imports as a module and the rest as members or entries. `known` are names that
/// the file defines.
pub(crate) fn read_snippet(
    snippet: &str,
    language: Language,
    path: &str,
    known: &HashSet<String>,
) -> Result<Reading, Refusal> {
    let snippet = snippet.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let (rest, notes) = take_notes(&snippet, path, known);
    // Only code below imports at the margin may be indented on its own; else the block is moved as
    // a whole.
    let (text, indented) =
        below_imports(rest, language).map_or_else(|| dedent_block(rest), |text| (text, true));
    let whole = indented && dedent_block(rest).1;
    let margin = margin_of(rest);
    let text = language.prepare(&text);
    let parsed = parse_source(&text, language)
        .ok_or_else(|| new_refusal(Reason::Syntax, "the block could not be parsed"))?;
    let items = parsed.items(parsed.root());
    let labelled = items
        .iter()
        .any(|item| item.node.kind() == "labeled_statement");
    let plain = |text: String, local_imports: bool| Reading {
        wrapped: None,
        indented,
        margin,
        local_imports,
        text,
        notes: notes.clone(),
    };
    // A label, as in `key: value`, or a tuple with a comma at its end, parses but is meant as an
    // entry.
    if !parsed.has_error() && !labelled && !are_listed(&items, &text) {
        let local = whole && has_imports_among_statements(&items);
        return Ok(plain(text, local));
    }
    let opening = items
        .iter()
        .take_while(|item| matches!(item.kind, Kind::Import | Kind::Marker));
    let head = opening.last().map_or(0, |item| item.end);
    if let Some(text) = with_body(&text, language) {
        return Ok(plain(text, false));
    }
    // Imports go to the top of the file, whatever the rest needs around it.
    let (imports, members) = text.split_at(head.min(text.len()));
    let listed = members.trim_end().ends_with(',');
    let mut wrappers: Vec<_> = language.wrappers().iter().collect();
    // A comma at the end makes entries likelier than members.
    wrappers.sort_by_key(|wrapper| (wrapper.list == List::Entries) != listed);
    for wrapper in wrappers {
        let wrapped = format!("{imports}\n{}{members}{}\n", wrapper.before, wrapper.after);
        let source = parse_source(&wrapped, language).filter(|source| !source.has_error());
        // `cache: app.cache` parses as a member of that type; in an object it has a value.
        let fits = |source: Source<'_>| {
            wrapper.list != List::Members || !has_values_for_types(&source, source.root())
        };
        if source.is_some_and(fits) {
            return Ok(Reading {
                wrapped: Some(wrapper.list),
                ..plain(wrapped, false)
            });
        }
    }
    // No form around it parses: then the label or tuple was meant as it is.
    if !parsed.has_error() {
        return Ok(plain(text.clone(), false));
    }
    Err(new_refusal(
        Reason::Syntax,
        "the block does not parse, neither as a module nor as members of a class",
    ))
}

/// Returns whether a field of the block's has a value where a member of a type has its type: `cache: app.cache`, `size:
/// 3`. A type begins with a capital, or is one of the language's own.
fn has_values_for_types(source: &Source<'_>, node: Node<'_>) -> bool {
    const OWN: [&str; 4] = ["symbol", "bigint", "unknown", "never"];
    let is_value = |kind: &Node<'_>| {
        let shown = source.slice(kind.byte_range());
        let last = shown.rsplit('.').next().unwrap_or(shown);
        match kind.kind() {
            "nested_type_identifier" | "type_identifier" => {
                last.starts_with(char::is_lowercase) && last.len() > 1 && !OWN.contains(&last)
            }
            "literal_type" => shown.starts_with(|one: char| one.is_ascii_digit() || one == '-'),
            _ => false,
        }
    };
    if node.kind() == "public_field_definition" && node.child_by_field_name("value").is_none() {
        let written = node
            .child_by_field_name("type")
            .and_then(|written| written.named_child(0));
        return written.as_ref().is_some_and(is_value);
    }
    named_children(node)
        .into_iter()
        .any(|child| has_values_for_types(source, child))
}

/// Returns whether all that the block shows are expressions with a comma behind them: to Python a tuple, in a plan
/// entries of a list.
fn are_listed(items: &[Item<'_>], text: &str) -> bool {
    let mut code = items
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Import | Kind::Marker | Kind::Comment))
        .peekable();
    let listed = |item: &Item<'_>| {
        let shown = text.get(item.node.byte_range()).unwrap_or_default();
        let assigns = item
            .node
            .named_child(0)
            .is_some_and(|inner| inner.kind().contains("assignment"));
        item.node.kind() == "expression_statement" && shown.ends_with(',') && !assigns
    };
    code.peek().is_some() && code.all(listed)
}

/// Returns whether imports stand beside statements that only a function has.
fn has_imports_among_statements(items: &[Item<'_>]) -> bool {
    let imports = items.iter().any(|item| item.kind == Kind::Import);
    let mut others = items
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Import | Kind::Marker | Kind::Comment))
        .peekable();
    imports
        && others.peek().is_some()
        && others.all(|item| matches!(item.kind, Kind::Value | Kind::Call | Kind::Statement))
}

/// Returns the block with the code below its imports moved to the margin, where only that is indented: the imports go
/// to the file's top, the rest inside something.
fn below_imports(text: &str, language: Language) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let margin = lines
        .iter()
        .rposition(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t']))?;
    let (head, tail) = lines.split_at(margin + 1);
    if tail.iter().all(|line| line.trim().is_empty()) {
        return None;
    }
    let head = head.join("\n");
    let source = parse_source(&head, language).filter(|source| !source.has_error())?;
    let items = source.items(source.root());
    let imports = items.iter().any(|item| item.kind == Kind::Import)
        && items
            .iter()
            .all(|item| matches!(item.kind, Kind::Import | Kind::Comment));
    imports.then(|| format!("{head}\n{}\n", dedent_block(&tail.join("\n")).0))
}

/// Returns a function that is shown up to its arrow or bracket, with an elision for the body.
fn with_body(text: &str, language: Language) -> Option<String> {
    let head = text.trim_end();
    let parses =
        |text: &str| parse_source(text, language).is_some_and(|source| !source.has_error());
    let arrow = head
        .ends_with("=>")
        .then(|| format!("{head} {SENTINEL};\n"));
    // "export function f(id: string) {" alone: its body stays.
    let open = (head.ends_with('{') && !head.contains('\n'))
        .then(|| format!("{head}\n  {SENTINEL};\n}}\n"));
    arrow.or(open).filter(|whole| parses(whole))
}

/// Splits off opening comments that name the file or say where the block goes.
fn take_notes<'s>(snippet: &'s str, path: &str, known: &HashSet<String>) -> (&'s str, String) {
    let mut rest = snippet;
    let mut notes = String::new();
    // At most four lines: more comments at the head describe the code.
    for _ in 0..4 {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim().is_empty() && !notes.is_empty() {
            rest = after;
            continue;
        }
        if !line.trim_start().starts_with(['#', '/'])
            || !(names_file(line, path) || is_instruction(line) || says_where(line, path, known))
            || after.trim().is_empty()
        {
            break;
        }
        notes.push_str(strip_comment_signs(line));
        notes.push_str(".\n");
        rest = after;
    }
    (rest, notes)
}

/// Returns whether a comment names the file: `# app/a.py`, `// --- a.py ---`, `# Datei: a.py`, also
/// by the end of its path.
fn names_file(line: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // "--- a.py ---", "Datei: a.py": signs before it, or one word that announces it.
    let mut words = strip_comment_signs(line)
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .peekable();
    words.next_if(|word| word.ends_with([':', '：']) && !word.contains(['.', '/']));
    // "in a.py (step 1), add"
    words.next_if(|word| matches!(word.to_lowercase().as_str(), "in" | "into"));
    words.next().is_some_and(|word| {
        let word = word.trim_matches(['`', ':', '(', ')']);
        word == path
            || word.ends_with(&format!("/{name}"))
            || word == name
            || word.contains('/') && path.ends_with(&format!("/{word}"))
    })
}

/// Returns whether a comment speaks to the reader of the plan, "Add to X", "Inside class X:",
/// "After create():", and not of the code.
fn is_instruction(line: &str) -> bool {
    let lower = strip_comment_signs(line).to_lowercase();
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default();
    let verb = [
        "add", "append", "insert", "put", "place", "update", "replace", "modify", "change",
        "extend",
    ]
    .contains(&first);
    let place = [
        "in", "inside", "within", "after", "before", "at", "near", "below", "above", "to",
    ]
    .contains(&first);
    let goes = words.clone().any(|word| {
        [
            "to", "in", "into", "inside", "after", "before", "at", "below", "above", "near",
            "with", "the", "this",
        ]
        .contains(&word)
    });
    let names = lower.contains("class")
        || lower.contains("import")
        || lower.contains("function")
        || lower.contains("method")
        || lower.contains("file")
        || lower.ends_with(':')
        || strip_comment_signs(line).contains('`')
        || strip_comment_signs(line).contains("()");
    // A verb needs a word of place or "with" behind it; a word of place alone needs something that
    // it names, in at most eight words more.
    verb && goes || place && names && words.count() <= 8
}

/// Words with which a comment says where the block goes.
const PLACES: [&str; 13] = [
    "after", "before", "below", "above", "behind", "in", "inside", "within", "under", "at", "near",
    "to", "into",
];

/// Words that say how near such a place is.
const NEAR: [&str; 4] = ["right", "directly", "just", "immediately"];

/// Words that may stand beside names in such a comment; any other makes it one of the code's own.
const SMALL: [&str; 27] = [
    "the",
    "of",
    "and",
    "line",
    "lines",
    "class",
    "function",
    "method",
    "field",
    "fields",
    "existing",
    "imports",
    "import",
    "route",
    "routes",
    "end",
    "top",
    "bottom",
    "file",
    "interface",
    "type",
    "enum",
    "model",
    "this",
    "here",
    "add",
    "new",
];

/// Returns whether a comment says where the block goes: "After line 3 (band)", "In main.py", "Below
/// Settings": a word of place, and nothing but names of the file, lines and small words.
fn says_where(line: &str, path: &str, known: &HashSet<String>) -> bool {
    let signs = |one: char| matches!(one, '`' | ':' | '(' | ')' | ',' | '.' | '~' | '"' | '\'');
    let words: Vec<&str> = strip_comment_signs(line)
        .split_whitespace()
        .map(|word| word.trim_matches(signs))
        .filter(|word| !word.is_empty())
        .collect();
    let names = |word: &str| {
        let number = word
            .chars()
            .all(|one| one.is_ascii_digit() || matches!(one, '-' | '–' | '~'));
        number
            || known.contains(word.trim_end_matches("()"))
            || path == word
            || path.ends_with(&format!("/{word}"))
    };
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    // "app/main.py, right below Settings": the file and how near stand before the place.
    let is_file =
        |word: &str| word.contains('.') && (path == word || path.ends_with(&format!("/{word}")));
    let leads = |(word, lower): &(&&str, &String)| is_file(word) || NEAR.contains(&lower.as_str());
    let begins = words
        .iter()
        .zip(&lower)
        .find(|pair| !leads(pair))
        .is_some_and(|(_, first)| PLACES.contains(&first.as_str()));
    let small =
        |word: &str| PLACES.contains(&word) || SMALL.contains(&word) || NEAR.contains(&word);
    begins
        && words.iter().skip(1).any(|word| names(word))
        && words
            .iter()
            .zip(&lower)
            .all(|(word, lower)| small(lower) || names(word))
        || is_beside(strip_comment_signs(line), &names)
}

/// Returns the least indentation of a text's lines.
fn margin_of(text: &str) -> usize {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0)
}

/// Returns the block moved to the left margin, and whether it had to be.
fn dedent_block(text: &str) -> (String, bool) {
    let indent = margin_of(text);
    if indent == 0 {
        return (text.to_owned(), false);
    }
    let moved: Vec<&str> = text
        .split('\n')
        .map(|line| line.get(indent..).unwrap_or(""))
        .collect();
    (moved.join("\n"), true)
}
