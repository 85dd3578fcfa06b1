//! Words that put a block at the end or the top of what it goes into: the table `data/ends.tsv`. English "at the end" and "at
//! the top" are read with what they speak of.
//!
//! ```text
//! "Am Ende von `x`:"          End::Bottom
//! "First thing in `x`:"       End::Top
//! ```

use std::sync::LazyLock;

use super::End;
use super::words::{Token, tokenize_prose};

/// Words behind "the first" that make it an order of the work, and not the top of something.
const STEPS: [&str; 10] = [
    "step", "steps", "thing", "change", "phase", "task", "Schritt", "Aufgabe", "paso", "étape",
];

/// The rows of the table: words in a row, and the end that they name.
static ENDS: LazyLock<Vec<(Vec<&'static str>, End)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/ends.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let read = |row: &'static str| {
        let mut cells = row.split('\t');
        let words = cells.next()?.split(' ').collect();
        Some((
            words,
            if cells.next()? == "top" {
                End::Top
            } else {
                End::Bottom
            },
        ))
    };
    rows.filter_map(read).collect()
});

/// Returns the end that the words from a token on name.
///
/// Words of languages that put endings behind them, or write without blanks, need only be held by
/// the token.
pub(super) fn beginning_at(tokens: &[Token], at: usize) -> Option<End> {
    let is = |at: usize, wanted: &str| match tokens.get(at) {
        Some(Token::Word(word)) if is_parted(wanted) => word.to_lowercase() == wanted,
        Some(Token::Word(word)) => word.contains(wanted),
        _ => false,
    };
    let fits = |words: &[&str]| words.iter().zip(at..).all(|(word, at)| is(at, word));
    let (words, end) = ENDS.iter().find(|(words, _)| fits(words))?;
    let is_step = matches!(tokens.get(at + words.len()), Some(Token::Word(next)) if STEPS.contains(&next.as_str()));
    (!is_step).then_some(*end)
}

/// Returns whether a token is the last of words that name an end: what follows is what it is the end of.
pub(super) fn ends_with(tokens: &[Token], at: usize) -> bool {
    let longest = 3.min(at + 1);
    (1..=longest).any(|length| {
        let from = at + 1 - length;
        let named = ENDS.iter().any(|(words, _)| words.len() == length);
        named && beginning_at(tokens, from).is_some() && words_at(tokens, from) == length
    })
}

/// Returns how many tokens from one on are words of the table, compared as a whole; 0 for none.
fn words_at(tokens: &[Token], at: usize) -> usize {
    let is = |at: usize, wanted: &str| matches!(tokens.get(at), Some(Token::Word(word)) if word.to_lowercase() == wanted);
    let fits = |words: &&(Vec<&str>, End)| words.0.iter().zip(at..).all(|(word, at)| is(at, word));
    ENDS.iter().find(fits).map_or(0, |(words, _)| words.len())
}

/// Returns whether the language of a word parts its words by blanks and does not put endings behind them.
///
/// U+0530 is where the scripts of Latin, Greek and Cyrillic end.
fn is_parted(word: &str) -> bool {
    word.chars()
        .all(|letter| !letter.is_alphabetic() || letter < '\u{530}')
}

/// Returns the end that words name last, those of the table alone.
pub(crate) fn named_end(text: &str) -> Option<End> {
    let tokens = tokenize_prose(text);
    (0..tokens.len())
        .rev()
        .find_map(|at| beginning_at(&tokens, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prose::Prose;

    #[test]
    fn each_example_names_its_end() {
        for row in include_str!("../../data/ends.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let cells: Vec<&str> = row.split('\t').collect();
            let wanted = if cells[1] == "top" {
                End::Top
            } else {
                End::Bottom
            };
            assert_eq!(Prose::read(cells[2]).end("new", &[]), Some(wanted), "{row}");
        }
        assert_eq!(Prose::read("As the first step, add:").end("new", &[]), None);
    }
}
