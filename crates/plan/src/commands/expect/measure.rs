//! Numbers that an expectation states: of what is printed, or the status that the command ends with.
//!
//! "outputs a value `<= 0`" is read as *at most 0*, "shows three files" as *exactly 3 lines*, "exits 3" as a status.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A number that an output is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Count {
    /// How it is compared.
    pub relation: Relation,
    /// The number.
    pub number: u64,
    /// Lines are counted ("3 matches"), where the output is no number itself.
    pub of_lines: bool,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It is the number.
    Exactly,
    /// It is the number or more.
    AtLeast,
    /// It is the number or less.
    AtMost,
    /// It is less.
    Under,
    /// It is more.
    Over,
}

impl Count {
    /// Tells that `found` is as stated.
    pub fn holds(self, found: u64) -> bool {
        match self.relation {
            Relation::Exactly => found == self.number,
            Relation::AtLeast => found >= self.number,
            Relation::AtMost => found <= self.number,
            Relation::Under => found < self.number,
            Relation::Over => found > self.number,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.relation {
            Relation::Exactly => "=",
            Relation::AtLeast => ">=",
            Relation::AtMost => "<=",
            Relation::Under => "<",
            Relation::Over => ">",
        };
        write!(f, "{sign} {}", self.number)
    }
}

/// A number that words state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// Of what is printed.
    Count(Count),
    /// The status at the end.
    Status(i32),
}

/// Words, each with a sentence that they decide.
type Words = BTreeMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    before: BTreeMap<Relation, Words>,
    after: BTreeMap<Relation, Words>,
    tells: Words,
    status: Words,
    lines: Words,
    units: Words,
    /// By the number, in digits.
    number: BTreeMap<String, Words>,
}

const TEXT: &str = include_str!("../measures.toml");

/// The words; a table that does not parse has none, which a test would show.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Returns the first number that the words state; `None` where a number stands for something else.
pub(super) fn measure(lower: &str) -> Option<Measure> {
    of_words(lower, Things::None)
}

/// Returns the first number that words state of a search or a listing, whose every line is one of what is counted:
/// "exactly three exports".
///
/// `counts` tells that a number is what it prints; of others the words must compare it: "the three exports" may be some
/// of what is found.
pub(super) fn counted(lower: &str, counts: bool) -> Option<Measure> {
    of_words(lower, if counts { Things::Any } else { Things::Compared })
}

/// What a number may count beside lines and what stands on a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Things {
    /// Nothing else.
    None,
    /// Anything, where the words compare the number: "exactly three exports".
    Compared,
    /// Anything.
    Any,
}

/// Tells that a word is a number.
pub(super) fn is_number(word: &str) -> bool {
    value(word).is_some_and(|number| number != 1 || word.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn of_words(lower: &str, things: Things) -> Option<Measure> {
    let words = tokens(lower);
    (0..words.len()).find_map(|at| {
        let number = value(&words[at])?;
        // The end of a range, or one of two.
        if at > 1 && value(&words[at - 2]).is_some() && TABLE.units.contains_key(&words[at - 1]) {
            return None;
        }
        let before = joined(&words[..at]);
        if let Some(status) = status(&before, number) {
            return Some(status);
        }
        let (mut relation, rest) = compared(&before);
        let explicit = rest.len() < before.len();
        let rest = rest.trim_end_matches([' ', ':']).to_owned();
        let told = rest.is_empty() || ends_with_any(&rest, &TABLE.tells) || rest.ends_with(['→', '.', ';', '，', ',']);
        let after = joined(words.get(at + 1..).unwrap_or_default());
        if !told {
            return None;
        }
        let mut behind = after.trim();
        for (other, list) in &TABLE.after {
            if let Some(left) = list.keys().find_map(|word| behind.strip_prefix(word.as_str())) {
                relation = *other;
                behind = left.trim();
            }
        }
        let next: String = behind.chars().take_while(|letter| letter.is_alphanumeric()).collect();
        let counting = things == Things::Any || things == Things::Compared && explicit;
        let named = !next.is_empty() && !next.chars().any(char::is_numeric) && !TABLE.units.contains_key(&next);
        let thing = counting && named;
        let of_lines = TABLE.lines.contains_key(&next) || thing;
        // "3 tests", "200 OK", "5 seconds": a number of something that no line stands for.
        let ends = next.is_empty() || !behind.starts_with(char::is_alphanumeric);
        (of_lines || ends).then_some(Measure::Count(Count { relation, number, of_lines }))
    })
}

fn status(before: &str, number: u64) -> Option<Measure> {
    let bare = before.trim_end_matches([' ', ':', '(', '=']);
    let told = ends_with_any(bare, &TABLE.status);
    let status = i32::try_from(number).ok().filter(|status| (0..256).contains(status))?;
    told.then_some(Measure::Status(status))
}

/// The relation that the words before a number end with, and the words before that; none is equality.
fn compared(before: &str) -> (Relation, &str) {
    let all = TABLE.before.iter().flat_map(|(relation, words)| words.keys().map(move |word| (*relation, word)));
    let fitting = all.filter_map(|(relation, word)| {
        let rest = before.trim_end().strip_suffix(word.as_str())?;
        (rest.is_empty() || !word.starts_with(char::is_alphanumeric) || !rest.ends_with(char::is_alphanumeric))
            .then_some((relation, rest))
    });
    // Of two that fit the longer one is meant: "no more than".
    fitting.min_by_key(|(_, rest)| rest.len()).unwrap_or((Relation::Exactly, before))
}

fn ends_with_any(text: &str, words: &Words) -> bool {
    words.keys().any(|word| {
        text.strip_suffix(word.as_str())
            .is_some_and(|rest| rest.is_empty() || !word.is_ascii() || !rest.ends_with(char::is_alphanumeric))
    })
}

fn value(word: &str) -> Option<u64> {
    let digits = !word.is_empty() && word.len() < 10 && word.bytes().all(|byte| byte.is_ascii_digit());
    let named = || TABLE.number.iter().find(|(_, words)| words.contains_key(word)).map(|(number, _)| number.as_str());
    (if digits { Some(word) } else { named() })?.parse().ok()
}

/// Words, numbers and signs apart: `>=3` are two; ticks and quotes stand for nothing.
fn tokens(lower: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut glued = false;
    for letter in
        ungrouped(lower).chars().map(|letter| if matches!(letter, '`' | '"' | '“' | '”') { ' ' } else { letter })
    {
        if letter.is_whitespace() {
            glued = false;
            continue;
        }
        let class = |letter: char| match letter {
            '<' | '>' | '=' | '≥' | '≤' | '→' => 1,
            ',' | ';' | ':' | '(' | ')' | '，' | '。' | '；' => 2,
            '+' => 3,
            _ => 0,
        };
        let same = found.last().and_then(|word| word.chars().last()).is_some_and(|last| class(last) == class(letter));
        match found.last_mut().filter(|_| glued && same && class(letter) != 2) {
            Some(word) => word.push(letter),
            None => found.push(letter.to_string()),
        }
        glued = true;
    }
    // The full stop at the end of a sentence.
    let stop = |word: String| match word.strip_suffix('.').filter(|bare| !bare.is_empty()) {
        Some(bare) => vec![bare.to_owned(), ".".to_owned()],
        None => vec![word],
    };
    found.into_iter().flat_map(stop).collect()
}

/// Takes out the commas that set thousands apart: `1,200`.
fn ungrouped(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let groups = |at: usize| at > 0 && digit(at - 1) && (1..=3).all(|next| digit(at + next)) && !digit(at + 4);
    text.char_indices().filter(|(at, letter)| *letter != ',' || !groups(*at)).map(|(_, letter)| letter).collect()
}

fn joined(words: &[String]) -> String {
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_sentence_that_states_a_number() {
        let table: Table = toml::from_str(TEXT).expect("the table parses");
        for (relation, words) in table.before.iter().chain(&table.after) {
            for (word, example) in words {
                let read = measure(&example.to_lowercase());
                let wanted = |count: Count| count.relation == *relation;
                assert!(matches!(read, Some(Measure::Count(count)) if wanted(count)), "{word}: {example}: {read:?}");
            }
        }
        for (word, example) in table.tells.iter().chain(table.number.values().flatten()).chain(&table.lines) {
            let read = measure(&example.to_lowercase());
            assert!(example.to_lowercase().contains(word), "{word}: {example}");
            assert!(matches!(read, Some(Measure::Count(_))), "{word}: {example}: {read:?}");
        }
        for (word, example) in &table.lines {
            let read = measure(&example.to_lowercase());
            assert!(matches!(read, Some(Measure::Count(count)) if count.of_lines), "{word}: {example}: {read:?}");
        }
        for (word, example) in &table.units {
            assert_eq!(counted(&example.to_lowercase(), true), None, "{word}: {example}");
        }
        for (word, example) in &table.status {
            assert_eq!(measure(&example.to_lowercase()), Some(Measure::Status(3)), "{word}: {example}");
        }
        assert!(table.number.keys().all(|number| number.parse::<u64>().is_ok()));
    }

    #[test]
    fn numbers_that_name_something_are_none() {
        for words in [
            "shows line 42 changed",
            "200 ok",
            "12 tests pass",
            "5 seconds at most",
            ">200mb",
            "python 3.11",
            "prints 3.5",
            "see phase 2",
            "version 2",
        ] {
            assert_eq!(measure(words), None, "{words}");
        }
    }
}
