//! The words and names of sentences and code, in the form in which they are compared.

use crate::inline::code_spans;

/// Returns a text without blanks and quotation marks.
pub(super) fn squeeze_text(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '"' | '\'' | '`'))
        .collect()
}

/// Returns whether words lead on to what follows: they end with a colon, emphasis around it or not.
pub(in crate::sentences) fn leads_on(words: &str) -> bool {
    words
        .trim_end_matches(['*', '_', ' '])
        .ends_with([':', '：'])
}

/// Returns whether a text is one name.
pub(super) fn is_single_name(text: &str) -> bool {
    text.chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-'))
}

/// Returns the names in a text.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$')))
        .filter(|name| !name.is_empty())
}

/// The fewest letters of a word that says something by itself.
const SHORTEST: usize = 3;

/// Returns the stems of the words in a text; `getUserById` is four.
pub(super) fn stems_in(text: &str) -> impl Iterator<Item = String> + '_ {
    names_in(text)
        .flat_map(split_name)
        .filter(|part| part.chars().count() >= SHORTEST)
        .map(|part| stem_of(&part.to_lowercase()))
}

/// Returns the parts of a name: `getUserById`, `get_user`, `HTTPServer`.
fn split_name(name: &str) -> Vec<&str> {
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

/// Returns a word without the endings of number and tense.
fn stem_of(word: &str) -> String {
    const ENDINGS: [&str; 6] = ["ing", "ies", "ed", "es", "s", "e"];
    let cut = ENDINGS.iter().find_map(|ending| {
        word.strip_suffix(ending)
            .filter(|rest| rest.chars().count() >= SHORTEST)
    });
    let bare = cut.unwrap_or(word);
    // "stopped", "running"
    let mut letters = bare.chars().rev();
    let doubled = cut.is_some()
        && matches!((letters.next(), letters.next()), (Some(one), Some(other)) if one == other);
    let bare = if doubled && bare.chars().count() > SHORTEST {
        &bare[..bare.len() - bare.chars().next_back().map_or(0, char::len_utf8)]
    } else {
        bare
    };
    bare.trim_end_matches(['y', 'i']).to_owned()
}

/// Returns what a sentence names in code: the spans between ticks.
pub(super) fn symbols_in(words: &str) -> Vec<&str> {
    code_spans(words, 0)
        .into_iter()
        .map(|span| &words[span.inner])
        .filter(|inner| !inner.is_empty())
        .collect()
}

/// Words by which a sentence is known as English, as names in code are; no identifier is made of them.
const JOINS: &str = "the of with for to is are be by and that this must should may each every when from not after into it its which";

/// Returns whether a word joins others in English, and is none in a language of the same letters.
pub(in crate::sentences) fn is_join(word: &str) -> bool {
    JOINS.split(' ').any(|known| known == word)
}
