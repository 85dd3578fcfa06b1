//! The words by which a sentence asks, forbids, allows or explains, in the
//! languages that plans are written in: `vocabulary/NAME.toml`, one file a language.
//!
//! Each entry stands beside a sentence that it decides, and a test reads it.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// What a word does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Use {
    /// A verb that asks for something to be written or changed.
    Change,
    /// A verb that asks for something to go.
    Remove,
    /// A verb that asks for something to be looked at, not changed.
    Judge,
    /// A verb that asks for a command to be run.
    Run,
    /// A verb for a person.
    Person,
    /// A verb that asks to read.
    Read,
    /// A word before the verb.
    Lead,
    /// A preposition that begins a place before the verb.
    Place,
    /// A word that says that something has to be so.
    Modal,
    /// A word at the head that demands.
    Demand,
    /// A word for how a test or command ends.
    Outcome,
    /// A verb that asks for something to stay as it is.
    Keep,
    /// A verb that asks for a change of what stands: what must not be touched is protected from it.
    Alter,
    /// A word that takes something out of a prohibition.
    Except,
    /// Words behind the verb that leave the work to what is found.
    Proviso,
    /// A word for a comment in code.
    Comment,
    /// A word that turns the sentence round.
    Negation,
    /// A word that makes the rest depend on something, or leaves it to the reader.
    Condition,
    /// A word that begins an explanation.
    Rationale,
    /// Words that describe a test that is to be written.
    Test,
    /// A word that begins a noun.
    Determiner,
    /// A short word that is no verb, though a noun follows.
    Function,
    /// A word that says that something is there before the work.
    Given,
    /// A word for an import.
    Import,
    /// A word that ends with a full stop inside a sentence.
    Abbreviation,
}

/// The files, one a language.
const FILES: &[&str] = &[
    include_str!("../../vocabulary/english.toml"),
    include_str!("../../vocabulary/chinese.toml"),
    include_str!("../../vocabulary/korean.toml"),
    include_str!("../../vocabulary/japanese.toml"),
    include_str!("../../vocabulary/spanish.toml"),
    include_str!("../../vocabulary/portuguese.toml"),
    include_str!("../../vocabulary/french.toml"),
    include_str!("../../vocabulary/german.toml"),
    include_str!("../../vocabulary/russian.toml"),
];

/// The uses of a language, each with its entries and their examples.
pub(super) type Language = BTreeMap<Use, BTreeMap<String, String>>;

/// Reads the files.
pub(super) fn languages() -> impl Iterator<Item = Result<Language, toml::de::Error>> {
    FILES.iter().map(|file| toml::from_str(file))
}

/// The entries of all languages.
#[derive(Debug, Default)]
struct Vocabulary {
    /// Entries of scripts that put blanks between words, with their uses.
    spaced: HashMap<String, Uses>,
    /// Entries of scripts that do not.
    dense: Vec<(String, Use)>,
}

/// A set of uses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Uses(u32);

impl Uses {
    /// Returns whether the use is in the set.
    pub(super) fn has(self, what: Use) -> bool {
        self.0 & 1 << what as u32 != 0
    }

    fn add(&mut self, what: Use) {
        self.0 |= 1 << what as u32;
    }
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut all = Vocabulary::default();
    for (what, entries) in languages().flatten().flatten() {
        for entry in entries.into_keys() {
            if entry.chars().any(is_dense) {
                all.dense.push((entry, what));
            } else {
                all.spaced.entry(entry).or_default().add(what);
            }
        }
    }
    all
});

/// The most words of an entry.
const LONGEST: usize = 3;

/// Returns whether a letter belongs to a script that puts no blank between a word and its endings.
pub(super) fn is_dense(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Returns how many bytes the entry takes that `text`, in lower case, begins with.
pub(super) fn begins(text: &str, what: Use) -> Option<usize> {
    let dense = text.chars().next().is_some_and(is_dense);
    let entries = VOCABULARY.dense.iter().filter(|_| dense);
    let dense = entries.filter(|(entry, other)| *other == what && text.starts_with(entry.as_str()));
    dense.map(|(entry, _)| entry.len()).max().or_else(|| {
        let ends = word_ends(text).take(LONGEST).filter(|end| is_entry(&text[..*end], what));
        ends.last()
    })
}

/// Where the last entry of a script without blanks ends that `text` holds.
pub(super) fn last_dense(text: &str, what: Use) -> Option<usize> {
    let entries = VOCABULARY.dense.iter().filter(|(_, other)| *other == what);
    entries.filter_map(|(entry, _)| text.rfind(entry.as_str()).map(|at| at + entry.len())).max()
}

/// The uses of all entries that `text`, in lower case, holds.
pub(super) fn held(text: &str) -> Uses {
    let mut found = Uses::default();
    if text.chars().any(is_dense) {
        let entries = VOCABULARY.dense.iter().filter(|(entry, _)| text.contains(entry.as_str()));
        entries.for_each(|(_, what)| found.add(*what));
    }
    let mut before = false;
    for (at, letter) in text.char_indices() {
        let within = std::mem::replace(&mut before, is_word(letter));
        if within || !letter.is_alphanumeric() {
            continue;
        }
        let ends = word_ends(&text[at..]).take(LONGEST);
        ends.filter_map(|end| VOCABULARY.spaced.get(&text[at..at + end])).for_each(|uses| found.0 |= uses.0);
    }
    found
}

/// Returns whether `words`, in lower case, are an entry of this use.
pub(super) fn is_entry(words: &str, what: Use) -> bool {
    VOCABULARY.spaced.get(words).is_some_and(|uses| uses.has(what))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '\'' | '-' | '_')
}

/// Where the words at the beginning of `text` end, one after another, only blanks between them.
fn word_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let skip = if at == 0 { 0 } else { rest.len() - rest.trim_start_matches(' ').len() };
        let word = rest[skip..].find(|letter: char| !is_word(letter)).unwrap_or(rest.len() - skip);
        if word == 0 {
            return None;
        }
        at += skip + word;
        Some(at)
    })
}
