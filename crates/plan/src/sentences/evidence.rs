//! What the blocks of a unit show: their words, names and text, to be held
//! against what a sentence asks for.
//!
//! "Cache the total in `Cart.total`" is shown by a block that holds `total` and a
//! `Cart`, or the words "cache" and "total"; a signature with an empty body shows its
//! name and nothing of what it shall do.

use std::collections::HashSet;

use crate::blocks::{CodeBlock, Role};
use crate::inline::code_spans;

/// How much text is searched for each symbol: a longer unit is known by its names alone, so that
/// the time stays in proportion to its length.
const LONGEST: usize = 1 << 17;

/// What some blocks show.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// How many blocks hold code.
    pub(super) blocks: usize,
    /// How many of those are no commands.
    pub(super) code: usize,
    /// How many of those are signatures with empty bodies.
    pub(super) stubs: usize,
    /// Stems of their words, those of names one by one.
    stems: HashSet<String>,
    /// Their names as they stand.
    names: HashSet<String>,
    /// Names on lines that import.
    imported: HashSet<String>,
    /// Their text without blanks and quotation marks.
    text: String,
}

impl Shown {
    /// Adds what a block shows.
    pub(super) fn add(&mut self, block: &CodeBlock) {
        if !shows(block) {
            return;
        }
        self.blocks += 1;
        self.code += usize::from(block.role != Role::Shell);
        self.stubs += usize::from(is_stub(&block.text));
        self.stems.extend(stems(&block.text));
        self.names.extend(names(&block.text).map(str::to_owned));
        let imports = block.text.lines().filter(|line| is_import(line));
        self.imported.extend(imports.flat_map(names).map(str::to_owned));
        if self.text.len() < LONGEST {
            self.text.push('\n');
            self.text.push_str(&squeezed(&block.text));
        }
    }

    /// Returns whether there is code whose bodies are not empty.
    pub(super) fn works(&self) -> bool {
        self.blocks > self.stubs
    }

    /// Returns whether a name, path or piece of code stands in the blocks.
    pub(super) fn has(&self, symbol: &str) -> bool {
        let bare = squeezed(symbol);
        if bare.is_empty() || self.text.contains(&bare) {
            return true;
        }
        let called = symbol.split('(').next().unwrap_or(symbol).trim_end_matches(['.', '(', ')']);
        let last = called.rsplit(['.', ':', '#']).next().unwrap_or(called);
        if !last.is_empty() && is_name(last) {
            return self.names.contains(last);
        }
        let parts: Vec<&str> = names(symbol).collect();
        let held = parts.iter().filter(|part| self.names.contains(**part)).count();
        // Most of an expression stands there, only written otherwise.
        parts.len() > 2 && held * 4 >= parts.len() * 3
    }

    /// Returns whether an import of the name stands in the blocks.
    pub(super) fn imports(&self, symbol: &str) -> bool {
        names(symbol).last().is_some_and(|name| self.imported.contains(name))
    }

    /// How many of the words stand in the blocks.
    pub(super) fn share(&self, words: &HashSet<String>) -> (usize, usize) {
        (words.iter().filter(|word| self.stems.contains(*word)).count(), words.len())
    }
}

/// Returns whether a block is to stand somewhere, and holds more than comments.
fn shows(block: &CodeBlock) -> bool {
    !matches!(block.role, Role::Before { .. } | Role::Output) && code_lines(&block.text) > 0
}

/// A line of an import in several lines counts, too: "    DiscoverLinksResponse,".
fn is_import(line: &str) -> bool {
    let line = line.trim();
    let listed = line.strip_suffix(',').is_some_and(is_name);
    listed
        || ["import ", "from ", "use ", "export {", "} from", "const {"].iter().any(|word| line.starts_with(word))
        || line.contains("require(")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "# ", "--", "/*", "*", "<!--", "#!"].iter().any(|sign| line.starts_with(sign)) || line == "#"
}

/// The lines that are neither blank nor a comment.
fn code_lines(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty() && !is_comment(line)).count()
}

/// Words by which code says that its bodies are to be empty.
const ABSTRACT: [&str; 5] = ["Protocol", "ABC", "abstract", "@overload", "interface "];

/// Returns whether a block declares functions and none of them has a body.
///
/// A migration with an empty `downgrade`, an exception class and a protocol are whole.
fn is_stub(text: &str) -> bool {
    if ABSTRACT.iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut declared = false;
    let mut quoted = false;
    let mut depth = 0_isize;
    for line in text.lines() {
        let words = line.trim();
        let quotes = words.matches("\"\"\"").count();
        if quotes > 0 || quoted {
            quoted = quoted != (quotes == 1);
            continue;
        }
        if words.is_empty() || is_comment(words) || words.starts_with('@') {
            continue;
        }
        let inside = depth > 0;
        depth += bracket_sum(words);
        if inside || is_signature(words) {
            declared = declared || !words.contains("class ");
            continue;
        }
        let body = words.trim_end_matches([';', ',', ')']);
        let empty =
            matches!(body, "pass" | "..." | "…" | "{}" | "{" | "}" | "]") || body.contains("NotImplementedError");
        if !(empty || words.starts_with("import ") || words.starts_with("from ")) {
            return false;
        }
    }
    declared
}

/// Opening round brackets less closing ones.
fn bracket_sum(words: &str) -> isize {
    words.chars().fold(0, |sum, letter| match letter {
        '(' => sum + 1,
        ')' => sum - 1,
        _ => sum,
    })
}

/// Returns whether a line begins a function, or a class that holds some.
fn is_signature(words: &str) -> bool {
    let begins = ["def ", "async def ", "class ", "function ", "async function ", "export "];
    let begins = begins.iter().any(|word| words.starts_with(word));
    begins && (words.ends_with([':', '{', '(', ';', ',']) || words.ends_with("..."))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '"' | '\'' | '`')).collect()
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-'))
}

/// The names in a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$')))
        .filter(|name| !name.is_empty())
}

/// The fewest letters of a word that says something by itself.
const SHORTEST: usize = 3;

/// The stems of the words in a text; `getUserById` is four.
pub(super) fn stems(text: &str) -> impl Iterator<Item = String> + '_ {
    names(text).flat_map(parts).filter(|part| part.chars().count() >= SHORTEST).map(|part| stem(&part.to_lowercase()))
}

/// The parts of a name: `getUserById`, `get_user`, `HTTPServer`.
fn parts(name: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = name.char_indices().collect();
    for (index, (at, letter)) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before].1);
        let next = letters.get(index + 1).map(|(_, next)| *next);
        let turns = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
                || before.is_some_and(char::is_uppercase) && next.is_some_and(char::is_lowercase));
        if *letter == '_' || turns {
            found.push(&name[start..*at]);
            start = if *letter == '_' { at + 1 } else { *at };
        }
    }
    found.push(&name[start..]);
    found.retain(|part| !part.is_empty());
    found
}

/// A word without the endings of number and tense.
fn stem(word: &str) -> String {
    const ENDINGS: [&str; 6] = ["ing", "ies", "ed", "es", "s", "e"];
    let cut =
        ENDINGS.iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.chars().count() >= SHORTEST));
    let bare = cut.unwrap_or(word);
    // "stopped", "running"
    let mut letters = bare.chars().rev();
    let doubled = cut.is_some() && matches!((letters.next(), letters.next()), (Some(one), Some(other)) if one == other);
    let bare = if doubled && bare.chars().count() > SHORTEST {
        &bare[..bare.len() - bare.chars().next_back().map_or(0, char::len_utf8)]
    } else {
        bare
    };
    bare.trim_end_matches(['y', 'i']).to_owned()
}

/// What a sentence names in code: the spans between ticks.
pub(super) fn symbols(words: &str) -> Vec<&str> {
    code_spans(words, 0).into_iter().map(|span| &words[span.inner]).filter(|inner| !inner.is_empty()).collect()
}
