//! Removes the code that a block shows, where the words above it ask for that: its lines, where they stand exactly once.
//!
//! "Remove this field from `User`:" with `nick = 2` takes that line out of the class `User`, and only there.
//!
//! 1. The words name what goes; a block that shows something else as well is refused.
//! 2. The block's lines are looked for, with any margin, within the definitions that the words
//!    name.
//! 3. Found once → gone, as a diff with its surroundings, so that the engine finds the same place.
//! 4. Found several times → refused with the lines. Not found → gone already, or there in another
//!    form, which its names tell; then refused.

use code::items::{Elisions, Source};
use code::languages::Language;
use code::scopes::Scopes;
use graft::{Context, File, Graft, Snippet};
use plan::CodeBlock;
use std::ops::Range;

use super::remainder::code_spans;
use crate::identifiers::contains_identifier;

/// The result of removing code.
pub(super) enum RemovalOutcome {
    /// The file's text without it.
    Now(Graft),
    /// Nothing of it stands there.
    Gone,
    /// Why it was left.
    Refused(String),
}

/// The lines that a diff keeps around those that go, so that they are found at one place.
const AROUND: usize = 3;

/// Takes the lines of a block out of a text.
pub(super) fn remove_block(block: &CodeBlock, path: &str, text: Option<&str>) -> RemovalOutcome {
    let Some(text) = text else {
        return RemovalOutcome::Gone;
    };
    // "Remove `nick`:" over a block with `nick` and `age`: which of the two goes is not clear.
    let named = names_above_removal(block);
    if let Some(other) = find_other_bound_name(block, path, &named) {
        return RemovalOutcome::Refused(format!(
            "the words ask to remove something else than `{other}`, which the block shows"
        ));
    }
    let lines: Vec<&str> = text.lines().collect();
    let owners = find_definitions_of_names(path, text, &named);
    // Every name that the file defines must hold the place, or be held by it: "the field `nick` of
    // `User`" is neither a `nick` elsewhere nor another field of `User`.
    let within = |found: &Range<usize>| {
        owners
            .iter()
            .all(|owner| owner.iter().any(|span| is_nested_range(span, found)))
    };
    let mut found = find_block_lines(&lines, &block.text);
    if found.is_empty() {
        // "# DELETE this block:" is said to the reader.
        found = find_block_lines(&lines, strip_leading_comment(&block.text));
    }
    let found: Vec<Range<usize>> = found.into_iter().filter(within).collect();
    match found.as_slice() {
        [one] => RemovalOutcome::Now(remove_lines(&lines, path, text, one)),
        [] => outcome_without_lines(block, path, text, &lines),
        // Which of them is meant, only the plan's author knows.
        several => {
            let at: Vec<String> = several
                .iter()
                .map(|one| (one.start + 1).to_string())
                .collect();
            RemovalOutcome::Refused(format!(
                "the code to remove stands {} times in {path} (lines {})",
                at.len(),
                at.join(", ")
            ))
        }
    }
}

/// Returns the names in the sentence right above a block.
///
/// Only the last line of the paragraph counts: earlier ones often name what stays.
fn names_above_removal(block: &CodeBlock) -> Vec<String> {
    let last = block
        .prose
        .split("\n\n")
        .next()
        .unwrap_or("")
        .lines()
        .last()
        .unwrap_or("");
    code_spans(last)
        .into_iter()
        .map(|name| name.trim_end_matches("()").to_owned())
        .collect()
}

/// Returns a name that the block binds at its top and the words do not name, though they name something else that it
/// holds.
/// `User.nick` and `#nick` both mean `nick`.
fn find_other_bound_name(block: &CodeBlock, path: &str, named: &[String]) -> Option<String> {
    let last = |name: &str| name.rsplit(['.', '#']).next().unwrap_or(name).to_owned();
    let shown: Vec<String> = named
        .iter()
        .map(|name| last(name))
        .filter(|name| contains_identifier(&block.text, name))
        .collect();
    // Names of something around the block ("from `models.py`") say nothing about its content.
    if shown.is_empty() {
        return None;
    }
    top_level_names(path, &block.text)
        .into_iter()
        .find(|name| !shown.contains(name))
}

/// Returns the names that code binds at its top, whatever its margin.
fn top_level_names(path: &str, code: &str) -> Vec<String> {
    let scopes = Scopes::of_file(path, &super::identify::dedent_text(code));
    let module = scopes.as_ref().and_then(Scopes::module);
    module
        .map(|module| module.bindings.iter().map(|one| one.name.clone()).collect())
        .unwrap_or_default()
}

/// Returns the lines of the definitions of each name that the file defines: what goes stands within, or is one.
///
/// A name that the file doesn't define has no entry: it limits nothing.
fn find_definitions_of_names(path: &str, text: &str, named: &[String]) -> Vec<Vec<Range<usize>>> {
    let Some(language) = Language::of_path(path) else {
        return Vec::new();
    };
    let Some(source) = Source::parse(text, language, Elisions::NONE) else {
        return Vec::new();
    };
    let line = |at: usize| text[..at].matches('\n').count();
    let of = |name: &String| {
        // Methods and nested classes are definitions too, so bodies are searched to their ends.
        let mut found = Vec::new();
        let mut waiting = vec![source.root()];
        while let Some(list) = waiting.pop() {
            for item in source.items(list) {
                if item.is_definition() && item.name == *name {
                    let whole = item.whole();
                    found.push(line(whole.start)..line(whole.end) + 1);
                }
                waiting.extend(language.body(item.core));
            }
        }
        found
    };
    named
        .iter()
        .map(of)
        .filter(|found| !found.is_empty())
        .collect()
}

/// Code without the line of comment that it begins with.
fn strip_leading_comment(code: &str) -> &str {
    let code = code.trim_start_matches('\n');
    if is_comment(code) {
        code.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        code
    }
}

/// Returns whether one of two ranges lies within the other.
fn is_nested_range(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start <= other.start && other.end <= one.end
        || other.start <= one.start && one.end <= other.end
}

/// Returns where the lines of a block stand one after another, their common margin apart.
fn find_block_lines(lines: &[&str], block: &str) -> Vec<Range<usize>> {
    // Blank lines at the ends of a block are the fence's, not the code's.
    let wanted: Vec<&str> = block
        .lines()
        .map(str::trim_end)
        .skip_while(|line| line.is_empty())
        .collect();
    let end = wanted
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last + 1);
    let wanted = &wanted[..end];
    if wanted.is_empty() {
        return Vec::new();
    }
    // Margins are compared below that of the first line: a method is shown with or without its own.
    let own = leading_whitespace(wanted[0]);
    let same = |at: usize| {
        let by = leading_whitespace(lines[at]);
        wanted.iter().zip(&lines[at..]).all(|(wanted, line)| {
            let line = line.trim_end();
            let shifted = leading_whitespace(wanted)
                .strip_prefix(own)
                .zip(leading_whitespace(line).strip_prefix(by));
            wanted.trim_start() == line.trim_start()
                && (line.is_empty() || shifted.is_some_and(|(one, other)| one == other))
        })
    };
    let last = lines.len().saturating_sub(wanted.len() - 1);
    (0..last)
        .filter(|at| same(*at))
        .map(|at| at..at + wanted.len())
        .collect()
}

fn leading_whitespace(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// A definition between two others keeps one of the two gaps; at the end of the file neither.
/// Asks the engine for the text without some lines, and without the blank ones that only kept them apart.
fn remove_lines(lines: &[&str], path: &str, text: &str, found: &Range<usize>) -> Graft {
    let blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    let mut range = found.clone();
    if range.start == 0 || blank(range.start - 1) {
        while range.end < lines.len() && blank(range.end) {
            range.end += 1;
        }
    }
    if range.end == lines.len() {
        while range.start > 0 && blank(range.start - 1) {
            range.start -= 1;
        }
    }
    let signed = |sign: &'static str, at: Range<usize>| {
        lines[at].iter().map(move |line| format!("{sign}{line}\n"))
    };
    let before = range.start.saturating_sub(AROUND)..range.start;
    let behind = range.end..lines.len().min(range.end + AROUND);
    let diff: String = std::iter::once("@@\n".to_owned())
        .chain(signed(" ", before))
        .chain(signed("-", range))
        .chain(signed(" ", behind))
        .collect();
    graft::apply(
        &File {
            path,
            text: Some(text),
        },
        &Snippet {
            text: &diff,
            language: "diff",
        },
        &Context::default(),
    )
}

/// Returns what stands of code whose lines do not stand in the file as the block shows them.
///
/// | stands in the file | outcome |
/// |---|---|
/// | a name that the block binds or lists | refused: it is there in another form |
/// | its first line that says something | refused: a part of it is there |
/// | neither | gone, perhaps by an earlier run |
fn outcome_without_lines(
    block: &CodeBlock,
    path: &str,
    text: &str,
    lines: &[&str],
) -> RemovalOutcome {
    // `}` and `)` stand in every file.
    let telling = |line: &&str| {
        line.chars()
            .filter(|letter| letter.is_alphanumeric())
            .count()
            > 1
    };
    let first = block
        .text
        .lines()
        .map(str::trim)
        .find(|line| telling(line) && !is_comment(line));
    let stands = first.is_some_and(|first| lines.iter().any(|line| line.trim() == first));
    let mut named = top_level_names(path, &block.text)
        .into_iter()
        .chain(names_in_list(&block.text));
    match (named.find(|name| contains_identifier(text, name)), stands) {
        (Some(name), _) => RemovalOutcome::Refused(format!(
            "the code to remove does not stand in {path} as the plan shows it, and `{name}` does"
        )),
        (None, true) => RemovalOutcome::Refused(format!(
            "only a part of the code to remove stands in {path}"
        )),
        (None, false) => RemovalOutcome::Gone,
    }
}

/// Returns the names on lines that hold nothing else: `MEM0, MEM0_MODEL` below "remove these imports".
fn names_in_list(code: &str) -> Vec<String> {
    let is_name = |word: &str| {
        word.chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
            && word.chars().any(char::is_alphabetic)
    };
    let names = |line: &str| -> Option<Vec<String>> {
        let bare = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
        let names: Vec<String> = line
            .trim()
            .trim_end_matches(',')
            .split(',')
            .map(bare)
            .collect();
        names.iter().all(|name| is_name(name)).then_some(names)
    };
    // A lone word may be a keyword: `try`, `pass`.
    code.lines()
        .filter_map(names)
        .filter(|names| names.len() > 1)
        .flatten()
        .collect()
}

/// Returns whether a line is a comment in any language that plans show.
fn is_comment(line: &str) -> bool {
    ["#", "//", "--", "/*", "<!--"]
        .iter()
        .any(|sign| line.trim_start().starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_by_lines_of_nothing_else() {
        assert_eq!(
            names_in_list("# Remove these:\nMAX, \"MIN\",\nreturn x, y\npass\n"),
            ["MAX", "MIN"]
        );
    }
}
