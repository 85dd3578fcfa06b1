//! The path of its file that a block says itself: in its first comment, or behind its opening fence.

use super::role::opening_comment;
use crate::inline::comparison_key;
use crate::labels::{Topic, topic_of_label};
use crate::paths::{as_path, find_paths, same_file};
use crate::vocabulary::{Use, entry_at_start, is_all, is_dense, uses_in};
use crate::word_lists::List;

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
    let rest = &words[words.find(named.as_str())? + named.len()..];
    let behind = rest
        .trim_start_matches(['`', ',', ' ', '—', '–', '-', '('])
        .to_lowercase();
    let is_place = |words: &str| {
        [Use::Place, Use::Change]
            .into_iter()
            .any(|what| entry_at_start(words, what).is_some())
    };
    // "server.js, right after the import": a word says how near.
    let near = behind
        .split_once(' ')
        .is_some_and(|(_, place)| entry_at_start(place, Use::Place).is_some());
    let placed = is_place(&behind) || rest.trim_start_matches('`').starts_with(',') && near;
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

/// A path that a comment says, and the words behind it.
struct Said<'w> {
    path: String,
    behind: &'w str,
    /// Words stand before it that a reader of plans takes for no part of the code.
    led: bool,
}

/// The most letters of a script without blanks that stand behind a path and say no more than "in it": "在 app/b.py 里面".
const LONGEST_POSTPOSITION: usize = 3;

impl Said<'_> {
    /// Returns whether words behind the path say something of it.
    fn tells_more(&self) -> bool {
        let mut letters = self.behind.chars().filter(|one| one.is_alphanumeric());
        let dense =
            letters.clone().all(is_dense) && letters.clone().count() <= LONGEST_POSTPOSITION;
        !dense && letters.next().is_some()
    }
}

/// Returns words with a blank wherever a script without blanks meets other letters: "在app/b.py中" names a path.
fn spaced(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut last = ' ';
    for letter in words.chars() {
        let meets = last.is_ascii_graphic() && is_dense(letter)
            || is_dense(last) && letter.is_ascii_graphic();
        if meets {
            out.push(' ');
        }
        out.push(letter);
        last = letter;
    }
    out
}

/// Returns whether few words before a path only mention it: "see", "tests for", "mirrors".
fn only_mention(lower: &str) -> bool {
    let said = uses_in(lower);
    let mentions = [
        Use::Source,
        Use::TestWord,
        Use::Read,
        Use::Judge,
        Use::Negation,
        Use::Import,
        Use::Employ,
        Use::Rationale,
    ];
    let mut words = lower.split_whitespace();
    words.any(|word| List::LookVerb.words().contains(&word))
        || mentions.iter().any(|what| said.has(*what))
}

/// Returns the path in a comment on the first line.
pub(super) fn first_comment(text: &str) -> Option<String> {
    let words = spaced(words_of_comment(text)?);
    path_at_start(&words)
        .or_else(|| path_behind_leads(&words))
        .map(|said| said.path)
}

/// Returns the path that a comment begins with, behind one of the usual words for it.
fn path_at_start(bare: &str) -> Option<Said<'_>> {
    let behind_lead = LEADS_OF_PATH.iter().find_map(|word| {
        bare.get(..word.len())
            .filter(|start| start.eq_ignore_ascii_case(word))
            .map(|_| bare[word.len()..].trim())
    });
    let led = behind_lead.is_some();
    let bare = behind_lead.unwrap_or(bare);
    // "Datei: app/a.py": what a label says of files in any language.
    let labelled = bare
        .split_once([':', '：'])
        .filter(|(name, _)| topic_of_label(&comparison_key(name)) == Some(Topic::Files));
    let bare = labelled.map_or(bare, |(_, rest)| rest.trim());
    said_at_start(bare).map(|said| Said {
        led: led || labelled.is_some(),
        ..said
    })
}

/// Returns the path that words begin with, unless they go on to a sentence.
fn said_at_start(bare: &str) -> Option<Said<'_>> {
    // "src/app/(public)/page.tsx": a folder may stand in brackets.
    let ends = |(at, letter): (usize, char)| {
        let note = letter == '(' && !bare[..at].ends_with('/');
        (note || matches!(letter, ' ' | '\t' | ',' | '—' | '–')).then_some(at)
    };
    let end = bare.char_indices().find_map(ends).unwrap_or(bare.len());
    let word = bare[..end].trim_matches(['`', '"', '\'']);
    let word = word.trim_end_matches([':', '.']);
    let behind = &bare[bare.find(word)? + word.len()..];
    let rest = behind.trim_start_matches(['`', ':', ' ']);
    let noted = rest.is_empty()
        || rest.starts_with(['(', '—', '-', '–', ',', '['])
        || rest.starts_with("lines")
        || rest.starts_with("line ")
        // "在 constants.py 添加:": the verb of what is done there, and nothing else.
        || is_all(rest.trim_end_matches([':', '：', ' ']), Use::Change);
    // "app/a.py 完整内容", "app/a.py full content": a path with folders and few words are a title, not a sentence.
    let titled = word.contains('/')
        && rest.split_whitespace().count() <= 3
        && !rest.ends_with(['.', '。', ';', ')']);
    let (path, _) = as_path(word, false).filter(|_| noted || titled)?;
    Some(Said {
        path,
        behind,
        led: false,
    })
}

/// The most words before a path that may do no more than lead to it: "Dans le fichier app/b.py". More are a sentence of
/// the code's own: "keep in sync with the table in app/b.py".
const MOST_LEADS: usize = 3;

/// Returns the words of a comment before its first path, if they are few, and the rest, which begins with the path.
fn part_at_path(bare: &str) -> Option<(&str, &str)> {
    let paths = find_paths(bare, 0, true);
    let [path] = paths.as_slice() else {
        return None;
    };
    let (before, rest) = bare.split_at(path.outer.start);
    let count = before.split_whitespace().count();
    ((1..=MOST_LEADS).contains(&count)).then_some((before, rest))
}

/// Returns the path that stands in a comment behind words that lead to it: "En app/b.py", "Next, app/b.py:".
fn path_behind_leads(bare: &str) -> Option<Said<'_>> {
    let (before, rest) = part_at_path(bare)?;
    let lower = before.to_lowercase();
    let words = lower
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '\''))
        .filter(|word| !word.is_empty());
    let is_listed = |word: &str| {
        [
            List::InFile,
            List::CreateVerb,
            List::ModifyVerb,
            List::WholeFile,
        ]
        .iter()
        .any(|list| list.words().contains(&word))
            || is_all(word, Use::Lead)
    };
    let (small, leads): (Vec<&str>, Vec<&str>) =
        words.partition(|word| is_all(word, Use::Determiner));
    let known = !leads.is_empty() && leads.iter().all(|word| is_listed(word));
    let only = known && small.len() < MOST_LEADS && !only_mention(&lower);
    said_at_start(rest)
        .filter(|_| only)
        .map(|said| Said { led: true, ..said })
}

/// Returns whether the words of a comment are no more than what leads to a path, and the path.
#[cfg(test)]
pub(crate) fn leads_to_path(bare: &str) -> bool {
    path_behind_leads(bare).is_some()
}

/// Returns the path that a first comment names behind few words of which nobody knows what they say: "Plik app/b.py". Such
/// a comment may say which file the block is for, or what its code has to do with another one.
pub(super) fn doubtful_comment(text: &str) -> Option<String> {
    let words = spaced(words_of_comment(text)?);
    let (before, rest) = part_at_path(&words)?;
    let lower = before.to_lowercase();
    if only_mention(&lower) {
        return None;
    }
    let found = said_at_start(rest)?;
    (!found.tells_more()).then_some(found.path)
}

/// Returns a block's text with nothing but its file's path in the first comment, where that says beside the path only that
/// the block is for the file, or where in it: words of the plan, which are no code.
pub(super) fn with_plain_address(text: &str, path: &str) -> Option<String> {
    let bare = words_of_comment(text)?;
    let words = spaced(bare);
    let said = path_at_start(&words).or_else(|| path_behind_leads(&words))?;
    if path.is_empty() || !same_file(path, &said.path) {
        return None;
    }
    let is_plain = if said.tells_more() {
        placing_comment(text, path).is_none()
    } else {
        !said.led
    };
    (!is_plain).then(|| text.replacen(bare, &said.path, 1))
}
