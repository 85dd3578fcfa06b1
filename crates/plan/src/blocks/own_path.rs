//! The path of its file that a block says itself: in its first comment, or behind its opening fence.

use super::role::opening_comment;
use crate::inline::comparison_key;
use crate::labels::{Topic, topic_of_label};
use crate::paths::{as_path, same_file};
use crate::vocabulary::{Use, entry_at_start};

/// `title="a.ts"`, `python:src/a.py`, `ts src/a.ts`, or a path alone.
pub(super) fn info_path(info: &str) -> Option<String> {
    for word in info.split_whitespace() {
        let value = word.split_once('=').map_or(word, |(_, value)| value);
        let value = value.trim_matches(['"', '\'', '{', '}', ',', '(', ')']);
        let value = value
            .split_once(':')
            .filter(|(language, _)| !language.contains(['/', '.']))
            .map_or(value, |(_, path)| path);
        if let Some((path, _)) = as_path(value, false)
            .filter(|(path, _)| path.contains('/') || path.contains('.') && path.len() > 4)
        {
            return Some(path);
        }
    }
    None
}

/// Returns the words of a block's first comment that say where in its file it goes: "# In main.py, after the import:".
pub(super) fn placing_comment(text: &str, path: &str) -> Option<String> {
    let named = first_comment(text).filter(|said| !path.is_empty() && same_file(path, said))?;
    let words = opening_comment(text)?.trim();
    let behind = words[words.find(named.as_str())? + named.len()..]
        .trim_start_matches(['`', ',', ' ', '—', '–', '-', '(']);
    let placed = [Use::Place, Use::Change]
        .into_iter()
        .any(|what| entry_at_start(&behind.to_lowercase(), what).is_some());
    placed.then(|| words.trim_end_matches(['*', '/', ' ']).to_owned())
}

/// Words before the path of a comment that say what happens to its file, or that it is one.
const LEADS_OF_PATH: [&str; 12] = [
    "file:",
    "file path:",
    "filename:",
    "path:",
    "in ",
    "new file:",
    "create:",
    "add to ",
    "update ",
    "create ",
    "文件:",
    "文件：",
];

/// Returns the words of the comment with which a text begins, without its signs; the line of a `#!` is passed over, and
/// of a comment that opens on a line of its own the next line is read.
fn words_of_comment(text: &str) -> Option<&str> {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    let line = lines.next()?.trim();
    let line = if matches!(line, "/**" | "/*" | "<!--" | "\"\"\"") {
        lines.next()?.trim()
    } else {
        line
    };
    let comment = ["//", "#", "--", "/*", "<!--", "{/*", "*", ";", "\"\"\""]
        .iter()
        .find_map(|sign| line.strip_prefix(sign))?;
    let words = comment.trim_matches(|letter: char| {
        letter.is_whitespace()
            || matches!(letter, '*' | '/' | '#' | '-' | '>' | '}' | '!' | '"') && letter != '/'
    });
    Some(words.trim_end_matches("*/").trim_end_matches("-->").trim())
}

/// Returns the path in a comment on the first line.
pub(super) fn first_comment(text: &str) -> Option<String> {
    let bare = words_of_comment(text)?;
    let behind_lead = LEADS_OF_PATH.iter().find_map(|word| {
        bare.get(..word.len())
            .filter(|start| start.eq_ignore_ascii_case(word))
            .map(|_| bare[word.len()..].trim())
    });
    let bare = behind_lead.unwrap_or(bare);
    // "Datei: app/a.py": what a label says of files in any language.
    let labelled = bare
        .split_once([':', '：'])
        .filter(|(name, _)| topic_of_label(&comparison_key(name)) == Some(Topic::Files));
    let bare = labelled.map_or(bare, |(_, rest)| rest.trim());
    // "src/app/(public)/page.tsx": a folder may stand in brackets.
    let ends = |(at, letter): (usize, char)| {
        let note = letter == '(' && !bare[..at].ends_with('/');
        (note || matches!(letter, ' ' | '\t' | ',' | '—' | '–')).then_some(at)
    };
    let end = bare.char_indices().find_map(ends).unwrap_or(bare.len());
    let word = bare[..end].trim_matches(['`', '"', '\'']);
    let word = word.trim_end_matches([':', '.']);
    let rest = bare[bare.find(word)? + word.len()..].trim_start_matches(['`', ':', ' ']);
    let noted = rest.is_empty()
        || rest.starts_with(['(', '—', '-', '–', ',', '['])
        || rest.starts_with("lines")
        || rest.starts_with("line ");
    // "app/a.py 完整内容", "app/a.py full content": a path with folders and few words are a title, not a sentence.
    let titled = word.contains('/')
        && rest.split_whitespace().count() <= 3
        && !rest.ends_with(['.', '。', ';', ')']);
    as_path(word, false)
        .map(|(path, _)| path)
        .filter(|_| noted || titled)
}
