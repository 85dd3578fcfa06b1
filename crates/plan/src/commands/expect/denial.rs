//! Words that deny what stands beside them, in the languages that plans are written in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Words, each with a clause in which it denies.
type Words = BTreeMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    words: Words,
    signs: Words,
    warnings: Words,
}

const TEXT: &str = include_str!("../denials.toml");

/// The words; a table that does not parse has none, which a test would show.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Signs and words that end a clause.
const BREAKS: [&str; 24] = [
    ". ", "; ", ", ", ": ", "—", "–", "(", ")", "。", "；", "，", "、", "：", " and ", " but ",
    " then ", " und ", " aber ", " y ", " pero ", " et ", " mais ", " и ", " но ",
];

/// Cuts lower-case words into clauses: what one of them denies, another may state.
pub(super) fn split_clauses(lower: &str) -> Vec<&str> {
    let mut found = vec![lower];
    for sign in BREAKS {
        found = found
            .into_iter()
            .flat_map(|part| part.split(sign))
            .collect();
    }
    found.retain(|part| !part.trim().is_empty());
    found
}

/// Returns the clause that lower-case words begin with; it may be empty.
pub(super) fn first_clause(lower: &str) -> &str {
    let to = BREAKS.iter().filter_map(|sign| lower.find(sign)).min();
    &lower[..to.unwrap_or(lower.len())]
}

/// Returns the clause that lower-case words end in; it may be empty.
pub(super) fn last_clause(lower: &str) -> &str {
    let from = BREAKS
        .iter()
        .filter_map(|sign| lower.rfind(sign).map(|at| at + sign.len()))
        .max();
    &lower[from.unwrap_or(0)..]
}

/// Tells that a clause in lower case denies something.
pub(super) fn is_denial(clause: &str) -> bool {
    let table = &*TABLE;
    let word = |word: &str| {
        let begins = ["n'", "n’", "non-"]
            .iter()
            .any(|start| word.starts_with(start));
        let ends = ["n't", "n’t"].iter().any(|end| word.ends_with(end));
        begins || ends || table.words.contains_key(word)
    };
    let phrase = |phrase: &String| phrase.contains(' ') && clause.contains(phrase.as_str());
    clause
        .split_whitespace()
        .any(|one| word(one.trim_matches(is_edge)))
        || table.words.keys().any(phrase)
        || table
            .signs
            .keys()
            .any(|sign| clause.contains(sign.as_str()))
}

/// Tells that a clause denies that there are warnings.
pub(super) fn denies_warnings(clause: &str) -> bool {
    let named = TABLE.warnings.keys().any(|word| {
        if word.is_ascii() {
            has_whole_word(clause, word)
        } else {
            clause.contains(word.as_str())
        }
    });
    named && (is_denial(clause) || has_whole_word(clause, "0") || has_whole_word(clause, "zero"))
}

fn has_whole_word(clause: &str, word: &str) -> bool {
    clause
        .split_whitespace()
        .any(|one| one.trim_matches(is_edge) == word)
}

fn is_edge(letter: char) -> bool {
    !(letter.is_alphanumeric() || matches!(letter, '\'' | '’' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_denies_in_its_clause() {
        let table: Table = toml::from_str(TEXT).expect("the table parses");
        for (word, example) in table.words.iter().chain(&table.signs) {
            assert!(
                example.contains(word.as_str()) && is_denial(example),
                "{word}: {example}"
            );
        }
        for (word, example) in &table.warnings {
            let lower = example.to_lowercase();
            assert!(
                lower.contains(word.as_str()) && denies_warnings(&lower),
                "{word}: {example}"
            );
        }
    }

    #[test]
    fn a_statement_denies_nothing() {
        for clause in [
            "prints 3",
            "the notes are listed",
            "knows nomen",
            "gibt 3 aus",
            "输出 3",
            "returns another page",
        ] {
            assert!(!is_denial(clause), "{clause}");
        }
        assert_eq!(
            split_clauses("exits 0, prints `a` and not `b`"),
            ["exits 0", "prints `a`", "not `b`"]
        );
    }
}
