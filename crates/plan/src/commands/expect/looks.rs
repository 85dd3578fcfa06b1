//! Reads what a sentence says of a look at the tree: a search, a listing, git's state.
//!
//! A look succeeds whatever it finds, so that words about it are never taken for "it shall end with 0" unless they say
//! no more than that something was found: "returns the block" is found, "comes up empty" and "the old name is gone" are
//! nothing, "lists the three handlers in their order" is more than is read here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::measure::{self, Measure};
use crate::inline::code_spans;

/// Where the words stand: a statement has its subject before it says what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// In front of the command: "The old name is gone: `grep …`".
    Before,
    /// Behind it, or below "Expected:".
    Behind,
}

/// The result of a look at the tree, as words state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing of its result.
    Silent,
    /// It finds nothing.
    Nothing,
    /// It finds something.
    Found,
    /// It ends with another status than 0.
    Fails,
    /// A number.
    Number(Measure),
    /// Something that could not be read.
    Unread,
}

/// Words, each with a sentence in which it decides.
type Words = BTreeMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    leads: Words,
    nothing: Words,
    none_of: Words,
    denials: Words,
    found: Words,
    fails: Words,
    limits: Words,
    arrangement: Words,
    suspects: Words,
    excepts: Words,
    mute: Words,
}

const TEXT: &str = include_str!("../looks.toml");

/// The words; a table that does not parse has none, which a test would show.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// The sign that stands for a quotation among the words.
const QUOTED: &str = "¶";

/// A look as words are held against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    /// The command; a number or name of its own tells nothing of what it finds.
    pub(crate) text: &'a str,
    /// It prints how many there are.
    pub(crate) counts: bool,
    /// It prints lines beside those that it lists.
    pub(crate) narrates: bool,
}

/// Returns the words of one side from their first word, quotation or comparison on.
fn trim_lead(lower: &str, side: Side) -> &str {
    let lead = |letter: char| !(letter.is_alphanumeric() || "`\"“<>=≥≤!≠".contains(letter));
    // A number in front is the item's: "1.3 The docs name it".
    let item = lower.split_once(' ').filter(|(first, _)| {
        first.contains('.')
            && first
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    item.filter(|_| side == Side::Before)
        .map_or(lower, |(_, rest)| rest)
        .trim_start_matches(lead)
}

/// Reads the words that stand on one side of a command.
pub(crate) fn read_finding_words(words: &str, look: Look<'_>, side: Side) -> Said {
    let table = &*TABLE;
    let lower = words.to_lowercase();
    let lower = trim_lead(&lower, side);
    let bare = without_quotations(lower);
    let all = split_words(&bare);
    if let Some(number) = measure::read_line_count(lower, look.counts) {
        // "no more than", "less than": the number's own words.
        let excepted = table
            .excepts
            .keys()
            .any(|word| word != "than" && has_whole_word(&all, word));
        let counted = matches!(number, Measure::Count(_));
        let unread =
            excepted || counted && (look.narrates || has_entry(&all, lower, &table.arrangement));
        return if unread {
            Said::Unread
        } else {
            Said::Number(number)
        };
    }
    let mark = |word: &String| word == QUOTED || is_commit(word);
    if all
        .iter()
        .all(|word| mark(word) || table.mute.contains_key(word) || table.leads.contains_key(word))
    {
        // A verb alone: "matches", but not "returns `x`".
        let verb = side == Side::Behind && all.iter().any(|word| table.found.contains_key(word));
        return if verb && !all.iter().any(|word| word == QUOTED) {
            Said::Found
        } else {
            Said::Silent
        };
    }
    let excepted = has_entry(&all, lower, &table.excepts);
    let clause = first_clause(&bare);
    let first = split_words(clause);
    let result = match () {
        () if is_not_nothing(&first) => Said::Found,
        () if says_nothing(&first, clause, side) => Said::Nothing,
        () if begins_with_entry(&first, &table.fails)
            || begins_with_entry(after_leads(&first), &table.fails) =>
        {
            Said::Fails
        }
        // What counts prints a number of its own for that: "returns a dozen".
        () if look.counts && side == Side::Behind => Said::Unread,
        () if says_found(&first, clause, side) && !is_more(&bare, look.text, side) => Said::Found,
        () => Said::Unread,
    };
    if excepted { Said::Unread } else { result }
}

/// Returns whether a clause says that something is found; what is stated in front of a search says so by itself.
fn says_found(words: &[String], clause: &str, side: Side) -> bool {
    let leads = words.len() - after_leads(words).len();
    let found = |word: &String| TABLE.found.contains_key(word);
    let unspaced = |word: &&String| !is_spaced(word) && clause.contains(word.as_str());
    side == Side::Before
        || words.iter().take(leads + 1).any(found)
        || TABLE.found.keys().any(|word| unspaced(&word))
}

/// Returns whether a sentence says more than that something is found: how many, all of them, that something else is
/// not.
fn is_more(bare: &str, own: &str, side: Side) -> bool {
    let table = &*TABLE;
    let words = split_words(first_sentence(bare));
    let named = split_words(&own.to_lowercase());
    let numbered = words
        .iter()
        .any(|word| measure::is_number(word) && !named.contains(word));
    let lists = [
        &table.limits,
        &table.arrangement,
        &table.denials,
        &table.none_of,
    ];
    let suspected = side == Side::Before && has_entry(&words, bare, &table.suspects);
    numbered || suspected || lists.iter().any(|list| has_entry(&words, bare, list))
}

/// Words that say that nothing comes.
const NOTHING: [&str; 9] = [
    "nothing",
    "empty",
    "nichts",
    "leer",
    "nada",
    "vacío",
    "rien",
    "vide",
    "пусто",
];

/// Tells that a clause in lower case has a word for that nothing comes: "an empty stderr".
pub(super) fn names_nothing(clause: &str) -> bool {
    split_words(clause)
        .iter()
        .any(|word| NOTHING.contains(&word.as_str()))
}

/// Tells that words in lower case say no more than that nothing comes: "prints nothing", "empty", "nothing is printed by".
pub(super) fn is_empty(lower: &str) -> bool {
    const PRINTED: [&str; 10] = [
        "printed", "shown", "by", "from", "von", "par", "is", "are", "output", "aus",
    ];
    let words = split_words(lower);
    let printed = |word: &String| PRINTED.contains(&word.as_str());
    let at = words
        .iter()
        .position(|word| NOTHING.contains(&word.as_str()));
    // "an empty list" is one.
    at.is_some_and(|at| {
        let lead = |word: &String| TABLE.leads.contains_key(word) || printed(word);
        words[..at].iter().all(lead) && words[at + 1..].iter().all(printed)
    })
}

/// Tells that words bound what a quotation shall be: "shows only `a.py`".
pub(crate) fn is_bounded(words: &str) -> bool {
    let lower = words.to_lowercase();
    let all = split_words(&without_quotations(&lower));
    // "both `a` and `b`": each of them is looked for.
    let both = |list: &Words| {
        list.keys()
            .any(|one| one != "both" && list_has(&all, &lower, one))
    };
    [&TABLE.limits, &TABLE.arrangement, &TABLE.excepts]
        .iter()
        .any(|list| both(list))
}

/// Returns whether a clause denies that it is nothing: "is not empty".
fn is_not_nothing(words: &[String]) -> bool {
    let table = &*TABLE;
    let nothing = words
        .last()
        .is_some_and(|word| table.nothing.contains_key(word));
    nothing
        && words.len() > 1
        && table.denials.keys().any(|denial| {
            words[..words.len() - 1]
                .join(" ")
                .ends_with(denial.as_str())
        })
}

/// Returns whether a clause says that nothing is found.
fn says_nothing(words: &[String], clause: &str, side: Side) -> bool {
    let table = &*TABLE;
    let start = words.len() - after_leads(words).len();
    let closes = |at: usize| {
        let known = |word: &String| {
            [&table.leads, &table.mute, &table.found]
                .iter()
                .any(|list| list.contains_key(word))
        };
        words.get(at + 1).is_none_or(known)
    };
    // "gone" stands where its clause ends, "nothing" and "empty" also before what they are said of.
    let told = |at: usize| {
        words
            .get(at)
            .is_some_and(|word| table.nothing.contains_key(word))
            && closes(at)
    };
    let at_end = !words.is_empty() && told(words.len() - 1);
    let in_front = told(start) && (side == Side::Behind || words[start] == "nothing");
    let unspaced = table
        .nothing
        .keys()
        .any(|word| !is_spaced(word) && clause.contains(word.as_str()));
    // "no longer" is said of a verb.
    let (none, denial) = (
        longest_beginning(&words[start..], &table.none_of),
        longest_beginning(&words[start..], &table.denials),
    );
    none > denial || at_end || in_front || denies_finding(words) || unspaced
}

/// Returns whether a verb of finding is denied: "must not match", "findet nicht".
fn denies_finding(words: &[String]) -> bool {
    /// A verb stands close to what denies it: "does not appear", "no longer is used".
    const REACH: usize = 3;
    let found = |word: &String| TABLE.found.contains_key(word);
    TABLE.denials.keys().any(|denial| {
        let length = denial.split(' ').count();
        let at = words
            .windows(length)
            .position(|window| window.join(" ") == *denial);
        at.is_some_and(|at| {
            let (before, behind) = (&words[..at], &words[at + length..]);
            let bare = !behind
                .iter()
                .any(|word| word == QUOTED || TABLE.limits.contains_key(word));
            bare && (behind.iter().take(REACH).any(found)
                || behind.is_empty() && before.iter().any(found))
        })
    })
}

/// Returns the words from the first that is no lead.
fn after_leads(words: &[String]) -> &[String] {
    let start = words
        .iter()
        .position(|word| !TABLE.leads.contains_key(word))
        .unwrap_or(words.len());
    &words[start..]
}

fn begins_with_entry(words: &[String], list: &Words) -> bool {
    longest_beginning(words, list) > 0
}

/// Returns the length of the longest entry that the words begin with.
fn longest_beginning(words: &[String], list: &Words) -> usize {
    let text = words.join(" ");
    let whole =
        |word: &String, left: &str| left.is_empty() || left.starts_with(' ') || !is_spaced(word);
    let fits = |word: &&String| {
        text.strip_prefix(word.as_str())
            .is_some_and(|left| whole(word, left))
    };
    list.keys().filter(fits).map(String::len).max().unwrap_or(0)
}

/// Returns whether one of the words stands there whole; of a script without blanks, anywhere.
fn has_entry(words: &[String], text: &str, list: &Words) -> bool {
    list.keys().any(|one| list_has(words, text, one))
}

fn list_has(words: &[String], text: &str, one: &str) -> bool {
    if is_spaced(one) {
        has_whole_word(words, one)
    } else {
        text.contains(one)
    }
}

fn has_whole_word(words: &[String], one: &str) -> bool {
    let parts: Vec<&str> = one.split(' ').collect();
    words
        .windows(parts.len())
        .any(|window| window.iter().zip(&parts).all(|(word, part)| word == part))
}

/// Returns whether words of its script are set off by blanks.
fn is_spaced(word: &str) -> bool {
    word.chars().all(|letter| u32::from(letter) < 0x2E80)
}

/// Returns whether a word is a commit's name, as done items are marked with it.
fn is_commit(word: &str) -> bool {
    let hex = (7..=40).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex && word.contains(|letter: char| letter.is_ascii_digit())
}

fn first_clause(text: &str) -> &str {
    let bare = text.trim_start_matches(|letter: char| {
        !letter.is_alphanumeric() && !matches!(letter, '`' | '"')
    });
    bare.split(['.', ';', '—', '–', '(', ',', '。', '；', '，'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or("")
}

fn first_sentence(text: &str) -> &str {
    text.split(['.', ';', '。', '；'])
        .find(|part| !part.trim().is_empty())
        .unwrap_or("")
}

fn without_quotations(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut at = 0;
    for span in code_spans(text, 0) {
        bare.push_str(&text[at..span.outer.start]);
        bare.push_str(QUOTED);
        at = span.outer.end;
    }
    bare.push_str(&text[at..]);
    bare
}

fn split_words(text: &str) -> Vec<String> {
    let sign =
        |letter: char| !(letter.is_alphanumeric() || matches!(letter, '\'' | '-' | '_' | '¶'));
    let words = text.split(sign).map(|word| word.trim_matches(['-', '\'']));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: Look<'_> = Look {
        text: "grep -rn x src",
        counts: false,
        narrates: false,
    };

    #[test]
    fn every_word_decides_its_sentence() {
        let table: Table = toml::from_str(TEXT).expect("the table parses");
        let nothing = table
            .leads
            .iter()
            .chain(&table.nothing)
            .chain(&table.none_of)
            .chain(&table.denials);
        let read = nothing.map(|pair| (pair, Said::Nothing));
        let read = read.chain(table.found.iter().map(|pair| (pair, Said::Found)));
        let read = read.chain(table.fails.iter().map(|pair| (pair, Said::Fails)));
        let read = read.chain(
            table
                .limits
                .iter()
                .chain(&table.arrangement)
                .chain(&table.excepts)
                .map(|pair| (pair, Said::Unread)),
        );
        let read = read.chain(table.suspects.iter().map(|pair| (pair, Said::Unread)));
        let read = read.chain(table.mute.iter().map(|pair| (pair, Said::Silent)));
        let wrong: Vec<String> = read
            .filter(|((word, example), wanted)| {
                let lower = example.to_lowercase();
                let suspect = table.suspects.contains_key(*word);
                let side =
                    if suspect || lower.starts_with("the old") || lower.starts_with("der alte") {
                        Side::Before
                    } else {
                        Side::Behind
                    };
                !lower.contains(word.as_str())
                    || read_finding_words(&lower, SEARCH, side) != *wanted
            })
            .map(|((word, example), wanted)| format!("{word}: {example}: not {wanted:?}"))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn statements_and_results_are_read_as_far_as_they_go() {
        use Side::{Before, Behind};
        let cases = [
            ("the endpoint is registered", Before, Said::Found),
            ("old helper is no longer used", Before, Said::Nothing),
            (
                "the removed handler is listed under its new name",
                Before,
                Said::Found,
            ),
            ("no hits for", Before, Said::Nothing),
            ("1.3 the docs name the policy", Before, Said::Found),
            ("the three handlers are registered", Before, Said::Unread),
            (
                "lists the three handlers in their old order",
                Behind,
                Said::Unread,
            ),
            ("no longer lists `old.py`", Behind, Said::Unread),
            ("no matches outside `legacy/`", Behind, Said::Unread),
            ("(from `api/`)", Behind, Said::Silent),
            ("→ **no hits**", Behind, Said::Nothing),
            (
                "returns nothing; all callers are moved",
                Behind,
                Said::Nothing,
            ),
            ("is as in the design", Behind, Said::Unread),
            ("is not empty", Behind, Said::Found),
            ("hits nothing any more", Behind, Said::Nothing),
            ("the old name is nowhere left", Before, Said::Unread),
            ("returns the error handler", Behind, Said::Found),
            (
                "shows the commit message of this phase",
                Behind,
                Said::Found,
            ),
        ];
        for (words, side, wanted) in cases {
            assert_eq!(read_finding_words(words, SEARCH, side), wanted, "{words}");
        }
    }
}
