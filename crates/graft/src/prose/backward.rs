//! Words that put a block beside what was spoken of or shown last, "add right after it": the table `data/backward.tsv`.
//!
//! ```text
//! "Add right after it:"             After, the pronoun behind a word of place
//! "Insert directly below:"          After, `near` before a word of place that nothing follows
//! "After that, run the tests."      nothing: at the start of a sentence it tells when
//! ```

use std::sync::LazyLock;

use super::Relation;
use super::places::beginning_at;
use super::words::{ARTICLES, Token};

/// The words of the table by their kind.
#[derive(Default)]
struct Words {
    pronouns: Vec<&'static str>,
    near: Vec<&'static str>,
    phrases: Vec<(&'static str, Relation)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    for row in include_str!("../../data/backward.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let cells: Vec<&'static str> = row.split('\t').collect();
        match cells[..] {
            [word, "pronoun", ..] => words.pronouns.push(word),
            [word, "near", ..] => words.near.push(word),
            [phrase, _, side, ..] => {
                words.phrases.push((
                    phrase,
                    if side == "before" {
                        Relation::Before
                    } else {
                        Relation::After
                    },
                ));
            }
            _ => {}
        }
    }
    words
});

/// Returns the side of what was spoken of last on which the words put the block, and the number of the sentence that says so.
///
/// Sentences count from 0. The last place that is stated counts; phrases of several words are
/// looked for in the text where no token states one.
pub(super) fn points_back(text: &str, tokens: &[Token]) -> Option<(Relation, usize)> {
    let mut found = None;
    let mut sentence = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Stop => sentence += 1,
            Token::Word(word) => {
                if let Some(relation) =
                    relation_of_place_word(tokens, at).or_else(|| relation_of_word(word))
                {
                    found = Some((relation, sentence));
                }
            }
            _ => {}
        }
    }
    let in_text = || {
        WORDS
            .phrases
            .iter()
            .find(|(phrase, _)| phrase.contains(' ') && text.contains(phrase))
    };
    found.or_else(|| in_text().map(|(_, relation)| (*relation, sentence)))
}

/// Returns a phrase that is a word of its own, or part of one where words are not parted.
///
/// In languages that part their words by blanks the word must be equal, else it only has to hold
/// the phrase.
fn relation_of_word(word: &str) -> Option<Relation> {
    let fits = |phrase: &str| {
        if phrase.is_ascii() || phrase.chars().any(is_latin) {
            word == phrase
        } else {
            word.contains(phrase)
        }
    };
    WORDS
        .phrases
        .iter()
        .find(|(phrase, _)| fits(phrase))
        .map(|(_, relation)| *relation)
}

/// Returns whether a letter belongs to Latin script, accents included, up to U+024F.
fn is_latin(letter: char) -> bool {
    letter.is_alphabetic() && letter < '\u{250}'
}

/// Returns the side that a word of place with a pronoun behind it states, or one that nothing follows. "After that,
/// run" tells when.
fn relation_of_place_word(tokens: &[Token], at: usize) -> Option<Relation> {
    let (place, length) = beginning_at(tokens, at)?;
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let before = at.checked_sub(1).and_then(word);
    let is_near = before.is_some_and(|word| WORDS.near.contains(&word.to_lowercase().as_str()));
    let opens = before.is_none();
    let mut next = at + length;
    while word(next).is_some_and(|word| word == "de" || ARTICLES.contains(&word)) {
        next += 1;
    }
    let ends = |at: usize| matches!(tokens.get(at), None | Some(Token::Comma | Token::Stop));
    // Behind the pronoun the clause must end or say what is done: "after it runs" tells when.
    let goes_on = |at: usize| {
        ends(at)
            || word(at).is_some_and(|word| !word.starts_with(char::is_uppercase) && is_act(word))
    };
    match word(next) {
        Some(pronoun) if WORDS.pronouns.contains(&pronoun) => {
            ((is_near || !opens) && goes_on(next + 1)).then_some(place.relation)
        }
        _ => (is_near && ends(next)).then_some(place.relation),
    }
}

/// Returns whether a word behind a pronoun says what is done there: "nach ihm einfügen", "unter ihr ein".
fn is_act(word: &str) -> bool {
    ["ein", "einfügen", "ergänzen", "hinzufügen", "anfügen", "in"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prose::words::tokenize_prose;

    #[test]
    fn each_example_points_back() {
        for row in include_str!("../../data/backward.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let example = row.rsplit('\t').next().unwrap_or_default();
            assert!(
                points_back(example, &tokenize_prose(example)).is_some(),
                "{row}: {:?}",
                tokenize_prose(example)
            );
        }
        for text in [
            "After that, add the route:",
            "Before this can work, add:",
            "Add it after the others:",
            "Add the following below:",
            "Add it after `x`:",
            "Put it after this function:",
        ] {
            assert_eq!(points_back(text, &tokenize_prose(text)), None, "{text}");
        }
    }
}
