//! Numbers that an expectation states: of what is printed, or the status that the command ends with.
//!
//! "outputs a value `<= 0`" is read as *at most 0*, "shows three files" as *exactly 3 lines*, "exits 3" as a status.

mod tokens;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{denial, shows};
pub(super) use tokens::read_number;
use tokens::{join_words, split_tokens};

/// A number that an output is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Count {
    /// The comparison.
    pub relation: Relation,
    /// The number.
    pub number: u64,
    /// The number that ends a range: "between 1 and 3".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// The things that are counted.
    pub of: Of,
}

/// The things that a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The number that is printed.
    Itself,
    /// Lines, whatever prints them.
    Lines,
    /// Things that a search or a listing prints on a line each: "3 matches".
    Things,
    /// A share that is printed: "80%".
    Percent,
}

impl Of {
    /// Tells that lines are counted, where the output is no number itself.
    pub fn is_lines(self) -> bool {
        matches!(self, Of::Lines | Of::Things)
    }
}

/// The comparison of a number with the one that is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It is the number.
    Exactly,
    /// It is another number.
    Not,
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
        if self.to.is_some_and(|to| found > to) {
            return false;
        }
        match self.relation {
            Relation::Exactly => found == self.number,
            Relation::Not => found != self.number,
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
            Relation::Not => "!=",
            Relation::AtLeast => ">=",
            Relation::AtMost => "<=",
            Relation::Under => "<",
            Relation::Over => ">",
        };
        write!(f, "{sign} {}", self.number)?;
        self.to.map_or(Ok(()), |to| write!(f, " and <= {to}"))?;
        if self.of == Of::Percent {
            write!(f, "%")
        } else {
            Ok(())
        }
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
    between: Words,
    tells: Words,
    status: Words,
    lines: Words,
    things: Words,
    units: Words,
    /// By the number, in digits.
    number: BTreeMap<String, Words>,
}

const TEXT: &str = include_str!("../measures.toml");

/// The words; a table that does not parse has none, which a test would show.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Returns the first number that the words state; `None` where a number stands for something else.
pub(super) fn read_measure(lower: &str) -> Option<Measure> {
    of_words(lower, Things::None)
}

/// Returns the first number that words state of a search or a listing, whose every line is one of what is counted:
/// "exactly three exports".
///
/// `counts` tells that a number is what it prints; of others the words must compare it: "the three exports" may be some
/// of what is found.
pub(super) fn read_line_count(lower: &str, counts: bool) -> Option<Measure> {
    of_words(
        lower,
        if counts {
            Things::Any
        } else {
            Things::Compared
        },
    )
}

/// The things that a number may count beside lines and what stands on a line each.
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
    read_number(word).is_some_and(|number| {
        number != 1 || word.starts_with(|letter: char| letter.is_ascii_digit())
    })
}

fn of_words(lower: &str, things: Things) -> Option<Measure> {
    let words = split_tokens(&without_texts(lower));
    (0..words.len()).find_map(|at| at_word(&words, at, things))
}

/// Returns whether a number in front is a label: "Two: `a`, `b`", "One: `c`".
fn is_label(words: &[String]) -> bool {
    let spelled = words
        .first()
        .is_some_and(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
    words
        .get(1)
        .map_or(spelled, |next| matches!(next.as_str(), ":" | "："))
}

/// Returns the letters and digits with which words begin.
fn first_word(words: &str) -> String {
    words
        .chars()
        .take_while(|letter| letter.is_alphanumeric())
        .collect()
}

/// Reads the relation that stands behind a number, "3 or fewer", "3 lines or fewer", and returns the words behind the
/// number, or behind the relation where that follows at once.
fn read_relation_behind<'w>(behind: &'w str, relation: &mut Relation) -> &'w str {
    let first = first_word(behind);
    let counted = behind
        .strip_prefix(first.as_str())
        .filter(|_| is_thing(&first))
        .map_or(behind, str::trim_start);
    let mut rest = behind;
    for (other, list) in &TABLE.after {
        if let Some(left) = list
            .keys()
            .find_map(|word| counted.strip_prefix(word.as_str()))
        {
            *relation = *other;
            rest = if counted == rest { left.trim() } else { rest };
        }
    }
    rest
}

/// Returns what a number counts by the word behind it; `counting`: it may be any thing that has a name.
fn counted_by(next: &str, counting: bool) -> Of {
    let named =
        !next.is_empty() && !next.chars().any(char::is_numeric) && !TABLE.units.contains_key(next);
    match () {
        () if TABLE.lines.contains_key(next) => Of::Lines,
        () if TABLE.things.contains_key(next) || counting && named => Of::Things,
        () => Of::Itself,
    }
}

/// Returns what the word at a place states, if that is a number of a result.
fn at_word(words: &[String], at: usize, things: Things) -> Option<Measure> {
    let (number, percent) = read_share(words, at)?;
    // The end of a range, or one of two.
    if at > 1 && read_number(&words[at - 2]).is_some() && TABLE.units.contains_key(&words[at - 1]) {
        return None;
    }
    let before = join_words(&words[..at]);
    if let Some(status) = read_status(&before, number) {
        return (!is_denied(words, at)).then_some(status);
    }
    if let Some(count) = read_range(words, at, number) {
        return Some(Measure::Count(count));
    }
    let (mut relation, rest) = read_relation(&before);
    let explicit = rest.len() < before.len();
    let rest = rest.trim_end_matches([' ', ':']).to_owned();
    let said = rest.is_empty()
        || ends_with_any(&rest, &TABLE.tells)
        || rest.ends_with(['→', '.', ';', '，', ',']);
    let compares = explicit && relation != Relation::Exactly;
    if !said && !compares {
        return None;
    }
    if at == 0 && is_label(words) {
        return None;
    }
    let after = join_words(
        words
            .get(at + 1 + usize::from(percent == Some(1))..)
            .unwrap_or_default(),
    );
    let behind = read_relation_behind(after.trim(), &mut relation);
    if is_denied(words, at) {
        match relation {
            Relation::Exactly => relation = Relation::Not,
            // "no more than" is one word of its own; what else is denied is not read.
            _ if !explicit || denial::is_denial(&rest) => return None,
            _ => {}
        }
    }
    let next = first_word(behind);
    let counting = things == Things::Any || things == Things::Compared && explicit;
    let of = if percent.is_some() {
        Of::Percent
    } else {
        counted_by(&next, counting)
    };
    // "3 tests", "200 OK", "5 seconds": a number of something that no line stands for.
    let ends = next.is_empty() || !behind.starts_with(char::is_alphanumeric);
    let stated = of != Of::Itself || ends;
    stated.then_some(Measure::Count(Count {
        relation,
        number,
        to: None,
        of,
    }))
}

/// Returns the number at a place, and of a share how many words more it takes: "80%", "80 %".
fn read_share(words: &[String], at: usize) -> Option<(u64, Option<usize>)> {
    let word = &words[at];
    if let Some(number) = word.strip_suffix('%') {
        return Some((read_number(number)?, Some(0)));
    }
    let apart = words
        .get(at + 1)
        .is_some_and(|next| matches!(next.as_str(), "%" | "percent" | "prozent"));
    Some((read_number(word)?, apart.then_some(1)))
}

/// Returns a number from one to another: "between 1 and 3".
fn read_range(words: &[String], at: usize, number: u64) -> Option<Count> {
    let begins = at
        .checked_sub(1)
        .is_some_and(|before| TABLE.between.contains_key(&words[before]));
    let to = words
        .get(at + 2)
        .and_then(|word| read_number(word))
        .filter(|to| begins && *to >= number)?;
    let ends = words
        .get(at + 3)
        .is_none_or(|next| is_break(next) || TABLE.lines.contains_key(next));
    let of = if words
        .get(at + 3)
        .is_some_and(|next| TABLE.lines.contains_key(next))
    {
        Of::Lines
    } else {
        Of::Itself
    };
    (ends && !is_denied(words, at)).then_some(Count {
        relation: Relation::AtLeast,
        number,
        to: Some(to),
        of,
    })
}

/// Returns whether what stands before the number at a place in its clause denies it; Chinese, Japanese and Korean deny
/// behind it, too.
fn is_denied(words: &[String], at: usize) -> bool {
    let from = words[..at]
        .iter()
        .rposition(|word| is_break(word))
        .map_or(0, |before| before + 1);
    let to = words[at..]
        .iter()
        .position(|word| is_break(word))
        .map_or(words.len(), |next| at + next);
    let behind = join_words(&words[at + 1..to.max(at + 1)]);
    denial::is_denial(&join_words(&words[from..at]))
        || !behind.is_ascii() && denial::is_denial(&behind)
}

fn is_break(word: &str) -> bool {
    matches!(
        word,
        "," | ";" | "." | ":" | "(" | ")" | "，" | "。" | "；" | "—" | "–"
    ) || matches!(
        word,
        "and" | "but" | "then" | "und" | "aber" | "y" | "pero" | "et" | "mais" | "и" | "но"
    )
}

fn is_thing(word: &str) -> bool {
    TABLE.lines.contains_key(word) || TABLE.things.contains_key(word)
}

/// Returns the words with a sign in place of each text that they quote: what is quoted is a number only where it is
/// digits.
fn without_texts(lower: &str) -> String {
    let mut bare = String::with_capacity(lower.len());
    let mut from = 0;
    for (outer, inner) in shows::quotation_spans(lower) {
        let number = !lower[inner].contains(char::is_alphabetic);
        bare.push_str(&lower[from..outer.start]);
        bare.push_str(if number {
            &lower[outer.clone()]
        } else {
            " ¶ "
        });
        from = outer.end;
    }
    bare.push_str(&lower[from..]);
    bare
}

/// Returns the numbers that words hold, texts that they quote aside, each with the words around it.
pub(super) fn list_numbers(lower: &str) -> Vec<Number> {
    let words = split_tokens(&without_texts(lower));
    let at = (0..words.len()).filter_map(|at| {
        let (number, percent) = read_share(&words, at)?;
        let counts = is_number(words[at].trim_end_matches('%'));
        let before = at
            .checked_sub(1)
            .map(|before| words[before].clone())
            .unwrap_or_default();
        let lead = join_words(&words[..at]);
        let compared = read_relation(&lead).0 != Relation::Exactly;
        let next = words.get(at + 1).cloned().unwrap_or_default();
        counts.then_some(Number {
            number,
            percent: percent.is_some(),
            before,
            next,
            compared,
        })
    });
    at.collect()
}

/// A number among words.
pub(super) struct Number {
    pub(super) number: u64,
    pub(super) percent: bool,
    /// The word before it.
    pub(super) before: String,
    /// The word behind it.
    pub(super) next: String,
    /// Words before it compare it.
    pub(super) compared: bool,
}

impl Number {
    /// Tells that it measures time, size or weight.
    pub(super) fn is_measure(&self) -> bool {
        TABLE.units.contains_key(&self.next)
            && !matches!(self.next.as_str(), "of" | "or" | "to" | "and" | "instead")
    }
}

/// Tells that a word tells a number of a result.
pub(super) fn is_number_verb(word: &str) -> bool {
    TABLE.tells.contains_key(word)
}

/// Returns a status that a command ends with. What only says "code" or "status" may be that of an answer, which has
/// three digits.
fn read_status(before: &str, number: u64) -> Option<Measure> {
    /// The statuses of answers begin here.
    const OF_ANSWERS: u64 = 100;
    const PLAIN: [&str; 2] = ["status", "code"];
    let bare = before.trim_end_matches([' ', ':', '(', '=']);
    let plain = PLAIN.iter().any(|word| bare.ends_with(word))
        && !bare.contains("exit")
        && !bare.contains("return");
    let told = ends_with_any(bare, &TABLE.status) && !(plain && number >= OF_ANSWERS);
    let status = i32::try_from(number)
        .ok()
        .filter(|status| (0..256).contains(status))?;
    told.then_some(Measure::Status(status))
}

/// Returns the relation that the words before a number end with, and the words before that; none is equality.
fn read_relation(before: &str) -> (Relation, &str) {
    let all = TABLE
        .before
        .iter()
        .flat_map(|(relation, words)| words.keys().map(move |word| (*relation, word)));
    let fitting = all.filter_map(|(relation, word)| {
        let rest = before.trim_end().strip_suffix(word.as_str())?;
        (rest.is_empty()
            || !word.starts_with(char::is_alphanumeric)
            || !rest.ends_with(char::is_alphanumeric))
        .then_some((relation, rest))
    });
    // Of two that fit the longer one is meant: "no more than".
    fitting
        .min_by_key(|(_, rest)| rest.len())
        .unwrap_or((Relation::Exactly, before))
}

fn ends_with_any(text: &str, words: &Words) -> bool {
    words.keys().any(|word| {
        text.strip_suffix(word.as_str()).is_some_and(|rest| {
            rest.is_empty() || !word.is_ascii() || !rest.ends_with(char::is_alphanumeric)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_sentence_that_states_a_number() {
        let table: Table = toml::from_str(TEXT).expect("the table parses");
        for (relation, words) in table.before.iter().chain(&table.after) {
            for (word, example) in words {
                let read = read_measure(&example.to_lowercase());
                let wanted = |count: Count| count.relation == *relation;
                assert!(
                    matches!(read, Some(Measure::Count(count)) if wanted(count)),
                    "{word}: {example}: {read:?}"
                );
            }
        }
        for (word, example) in table
            .tells
            .iter()
            .chain(table.number.values().flatten())
            .chain(&table.lines)
        {
            let read = read_measure(&example.to_lowercase());
            assert!(example.to_lowercase().contains(word), "{word}: {example}");
            assert!(
                matches!(read, Some(Measure::Count(_))),
                "{word}: {example}: {read:?}"
            );
        }
        for (word, example) in table.lines.iter().chain(&table.things) {
            let read = read_measure(&example.to_lowercase());
            assert!(
                matches!(read, Some(Measure::Count(count)) if count.of.is_lines()),
                "{word}: {example}: {read:?}"
            );
        }
        for (word, example) in &table.between {
            let read = read_measure(&example.to_lowercase());
            assert!(
                matches!(read, Some(Measure::Count(count)) if count.to == Some(3)),
                "{word}: {example}: {read:?}"
            );
        }
        for (word, example) in &table.units {
            assert_eq!(
                read_line_count(&example.to_lowercase(), true),
                None,
                "{word}: {example}"
            );
        }
        for (word, example) in &table.status {
            assert_eq!(
                read_measure(&example.to_lowercase()),
                Some(Measure::Status(3)),
                "{word}: {example}"
            );
        }
        assert!(
            table
                .number
                .keys()
                .all(|number| number.parse::<u64>().is_ok())
        );
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
            "two: `a`, `b`",
            "2: works",
            "one",
            "version 2",
        ] {
            assert_eq!(read_measure(words), None, "{words}");
        }
    }
}
