//! Reads what the plan's words ask to be changed: a verb, the name that it governs, and the source file named beside
//! it.
//!
//! "Update `UserService.create` in `app/services/user.py` to return the id."
//! 1. a verb of change ("update") before which nothing speaks of making something;
//! 2. within five pieces behind it a span of code, with no word between that turns the sense;
//! 3. nothing behind the name that makes it something else ("`create` route");
//! 4. the name is code by its form → name `UserService.create`, file `app/services/user.py`.
//!
//! English verbs only: the rule gives warnings, and a sentence in another language gives none.

use std::ops::Range;

use crate::facts::is_source;
use crate::identifiers::contains_identifier;

/// A name that a sentence asks to change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestedEdit<'t> {
    pub(crate) name: &'t str,
    /// The source files that the sentence names.
    pub(crate) files: Vec<&'t str>,
    /// It is to go.
    pub(crate) goes: bool,
}

/// Those of the verbs after which the name is to be gone.
const REMOVALS: [&str; 3] = ["remove", "delete", "drop"];

/// Verbs whose object is there already.
const CHANGES: [&str; 19] = [
    "modify",
    "update",
    "replace",
    "change",
    "extend",
    "rename",
    "remove",
    "delete",
    "refactor",
    "edit",
    "rewrite",
    "adjust",
    "fix",
    "patch",
    "enhance",
    "drop",
    "simplify",
    "convert",
    "deprecate",
];

/// Words that speak of something that is not there yet.
const STARTS: [&str; 27] = [
    "add",
    "adds",
    "adding",
    "added",
    "create",
    "creates",
    "creating",
    "created",
    "new",
    "introduce",
    "introduces",
    "introducing",
    "implement",
    "implements",
    "define",
    "defines",
    "write",
    "insert",
    "append",
    "export",
    "build",
    "extract",
    "expose",
    "register",
    "generate",
    "provide",
    "declare",
];

/// Words between a verb and a name that make the name something else than the verb's object.
/// "Update callers of `x`", "change it to `x`": the span is not what changes.
const TURNS: [&str; 34] = [
    "to", "with", "by", "into", "as", "for", "using", "from", "in", "via", "so", "like", "and",
    "or", "all", "every", "any", "that", "when", "not", "on", "at", "call", "calls", "caller",
    "callers", "usage", "usages", "import", "imports", "test", "tests", "section", "docs",
];

/// Words behind a name that make it the name of something else than code.
/// "Update the `users` table", "remove the `create` test".
const OTHER_THINGS: [&str; 28] = [
    "test",
    "tests",
    "spec",
    "specs",
    "mock",
    "mocks",
    "fixture",
    "fixtures",
    "docs",
    "documentation",
    "route",
    "routes",
    "endpoint",
    "page",
    "section",
    "step",
    "task",
    "flow",
    "feature",
    "command",
    "job",
    "workflow",
    "table",
    "column",
    "migration",
    "tab",
    "label",
    "row",
];

/// Words that leave open whether the thing is there.
/// "Remove `x` if present" asks for nothing where it is not.
const DOUBTS: [&str; 12] = [
    "if",
    "unless",
    "exists",
    "present",
    "optionally",
    "optional",
    "possibly",
    "maybe",
    "wherever",
    "not",
    "never",
    "don't",
];

/// Kinds of definitions, which make a plain word a name.
const KINDS: [&str; 12] = [
    "function",
    "method",
    "class",
    "field",
    "property",
    "helper",
    "interface",
    "hook",
    "constant",
    "decorator",
    "attribute",
    "fixture",
];

/// Returns the lines of a part of the plan that stand outside of its code, each with its bytes.
///
/// Fences are counted line by line, which is enough for telling prose from code.
pub(crate) fn lines_of_prose(text: &str, part: Range<usize>) -> Vec<(Range<usize>, &str)> {
    let mut fenced = false;
    let mut at = part.start;
    let mut found = Vec::new();
    for line in text[part].split_inclusive('\n') {
        let (start, bare) = (at, line.trim());
        at += line.len();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            fenced = !fenced;
        } else if !fenced && !bare.is_empty() {
            found.push((start..start + line.trim_end().len(), line.trim_end()));
        }
    }
    found
}

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SentencePiece<'t> {
    Word(&'t str),
    /// Text between backquotes.
    Code(&'t str),
}

/// Returns what the sentences of a line ask to be changed.
pub(crate) fn parse_requested_edits(line: &str) -> Vec<RequestedEdit<'_>> {
    split_sentences(line)
        .iter()
        .filter_map(|sentence| asked_in(sentence))
        .collect()
}

/// Returns what one sentence asks to be changed; `None` where it asks for nothing, says no, leaves
/// it open, or speaks of something else than a name of code.
fn asked_in<'t>(sentence: &[SentencePiece<'t>]) -> Option<RequestedEdit<'t>> {
    let words = |pieces: &[SentencePiece<'t>], list: &[&str]| {
        pieces
            .iter()
            .any(|piece| matches!(piece, SentencePiece::Word(word) if is_one(word, list)))
    };
    let verb = sentence
        .iter()
        .position(|piece| matches!(piece, SentencePiece::Word(word) if is_one(word, &CHANGES)))?;
    // Chinese says no within the word.
    let denies = |piece: &SentencePiece<'_>| matches!(piece, SentencePiece::Word(word) if word.contains(['不', '别', '勿', '未']));
    if sentence.iter().any(denies) || words(sentence, &DOUBTS) || words(&sentence[..verb], &STARTS)
    {
        return None;
    }
    let rest = &sentence[verb + 1..];
    let at = rest
        .iter()
        // Further behind it is the object of another verb.
        .take(5)
        .position(|piece| matches!(piece, SentencePiece::Code(_)))?;
    let SentencePiece::Code(name) = rest[at] else {
        return None;
    };
    let name = name.trim().trim_end_matches("()");
    let behind = rest.get(at + 1);
    let is_other = matches!(behind, Some(SentencePiece::Word(word)) if is_one(word, &OTHER_THINGS));
    let is_kind = words(&rest[..at], &KINDS)
        || matches!(behind, Some(SentencePiece::Word(word)) if is_one(word, &KINDS));
    if words(&rest[..at], &TURNS) || is_other || !is_name(name, is_kind) {
        return None;
    }
    let goes = matches!(sentence[verb], SentencePiece::Word(word) if is_one(word, &REMOVALS));
    Some(RequestedEdit {
        name,
        files: files_of(sentence),
        goes,
    })
}

/// Returns the source files among spans of code, each once.
fn files_of<'t>(pieces: &[SentencePiece<'t>]) -> Vec<&'t str> {
    let codes = pieces.iter().filter_map(|piece| {
        if let SentencePiece::Code(code) = piece {
            Some(*code)
        } else {
            None
        }
    });
    let mut files: Vec<&str> = codes
        .map(file_of_span)
        .filter(|code| is_source(code))
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// Returns the source files that a line names in backquotes.
pub(crate) fn source_files(line: &str) -> Vec<&str> {
    files_of(&split_sentences(line).concat())
}

/// Returns whether a line speaks of making the name, or of what something turns into it.
///
/// "Add `read_all`" → yes. "Rename `load` to `read_all`" → yes, by the word before it.
pub(crate) fn starts_something(line: &str, name: &str) -> bool {
    split_sentences(line).iter().any(|sentence| {
        let at = sentence
            .iter()
            .position(|piece| matches!(piece, SentencePiece::Code(code) | SentencePiece::Word(code) if contains_identifier(code, name)));
        let Some(at) = at else { return false };
        let is_made = sentence.iter().any(|piece| matches!(piece, SentencePiece::Word(word) if is_one(word, &STARTS)));
        let turns = ["to", "with", "as", "into", "by", "called", "named", "→", "->", "=>"];
        is_made
            || at > 0 && matches!(sentence[at - 1], SentencePiece::Word(word) if is_one(word, &turns) || turns.contains(&word))
    })
}

/// Returns a path in backquotes without the lines that are named behind it.
///
/// `./app/user.py:40-52` → `app/user.py`; `a.ts:L12` → `a.ts`.
pub(crate) fn file_of_span(code: &str) -> &str {
    let code = code.trim().trim_start_matches("./");
    match code.split_once(':') {
        Some((path, lines))
            if lines.starts_with(|letter: char| letter.is_ascii_digit() || letter == 'L') =>
        {
            path
        }
        _ => code,
    }
}

/// Returns whether a word, without its punctuation and in small letters, is one of a list.
fn is_one(word: &str, list: &[&str]) -> bool {
    let bare = word
        .trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    list.contains(&bare.as_str())
}

/// Returns whether a text is an identifier, or several with dots between, that can hardly be a word of prose.
///
/// `created_at`, `loadUser`, `User.save` → yes. `create` → only beside a word of kind ("the method
/// `create`"). `user.ts`, `id` → no.
fn is_name(name: &str, is_kind: bool) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|letter: char| letter.is_ascii_digit())
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$')
    };
    let Some(last) = name
        .rsplit('.')
        .next()
        .filter(|_| name.split('.').all(part))
    else {
        return false;
    };
    let is_file = name.contains('.')
        && last.len() <= 5
        && last.chars().all(|letter| letter.is_ascii_lowercase());
    let mixed = last.contains('_') && last.len() > 5
        || last
            .chars()
            .zip(last.chars().skip(1))
            .any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    let qualified =
        name.contains('.') && name.starts_with(|letter: char| letter.is_ascii_uppercase());
    last.len() >= 4 && (mixed || is_kind || qualified) && (!is_file || qualified)
}

/// Returns the sentences of a line in pieces.
///
/// Cut at the end of a sentence and at the bar of a table; a full stop within code ends nothing.
fn split_sentences(line: &str) -> Vec<Vec<SentencePiece<'_>>> {
    let mut found = vec![Vec::new()];
    for (at, part) in line.split('`').enumerate() {
        if at % 2 == 1 {
            if let Some(last) = found.last_mut() {
                last.push(SentencePiece::Code(part));
            }
            continue;
        }
        for word in part.split_whitespace() {
            let ends = word.ends_with(['.', ';', '!', '?']) || word == "|";
            if let Some(last) = found.last_mut().filter(|_| {
                word.chars()
                    .any(|letter| letter.is_alphanumeric() || "→->=>".contains(letter))
            }) {
                last.push(SentencePiece::Word(word));
            }
            if ends {
                found.push(Vec::new());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(line: &str) -> Option<&str> {
        parse_requested_edits(line).first().map(|asked| asked.name)
    }

    #[test]
    fn a_name_is_what_a_verb_of_change_governs() {
        for (line, name) in [
            (
                "- Update `UserService.create` in `app/user.py` to hash",
                Some("UserService.create"),
            ),
            (
                "In `app/user.py`, rename the `load_all()` helper to `load`",
                Some("load_all"),
            ),
            (
                "Remove the unused `status` field from `a.py`",
                Some("status"),
            ),
            ("Update `status` in `a.py`", None),
            ("Add a call and update `load_all` in `a.py`", None),
            ("Update the tests for `load_all` in `a.py`", None),
            ("Change `a.py` to use `load_all`", None),
            ("Remove `load_all` from `a.py` if it exists", None),
            ("Do not modify `load_all` in `a.py`", None),
            ("Update `load_all` tests in `a.py`", None),
            ("别去 patch 不存在的 `load_all` (`a.py`)", None),
        ] {
            assert_eq!(name_of(line), name, "{line}");
        }
        assert_eq!(
            parse_requested_edits("Fix `load_all` (`src/a.py:12-20`).")[0].files,
            ["src/a.py"]
        );
    }

    #[test]
    fn what_a_line_makes_is_told_from_what_it_names() {
        assert!(starts_something("Rename `a_b` to `load_all`", "load_all"));
        assert!(starts_something(
            "Introduce `load_all` in `x.py`",
            "load_all"
        ));
        assert!(!starts_something("`load_all` reads every row.", "load_all"));
    }
}
