//! The words and numbers of a sentence from which measures are read: "1,000 lines" → "1000", "lines".

use super::TABLE;

/// Returns the number that a word is, in digits or in letters.
pub(in crate::commands::expect) fn read_number(word: &str) -> Option<u64> {
    let digits =
        !word.is_empty() && word.len() < 10 && word.bytes().all(|byte| byte.is_ascii_digit());
    let named = || {
        TABLE
            .number
            .iter()
            .find(|(_, words)| words.contains_key(word))
            .map(|(number, _)| number.as_str())
    };
    (if digits { Some(word) } else { named() })?.parse().ok()
}

/// Words, numbers and signs apart: `>=3` are two; ticks and quotes stand for nothing.
pub(super) fn split_tokens(lower: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut glued = false;
    for letter in remove_thousands_commas(lower).chars().map(|letter| {
        if matches!(letter, '`' | '"' | '“' | '”') {
            ' '
        } else {
            letter
        }
    }) {
        if letter.is_whitespace() {
            glued = false;
            continue;
        }
        let class = |letter: char| match letter {
            '<' | '>' | '=' | '≥' | '≤' | '→' | '!' | '≠' => 1,
            ',' | ';' | ':' | '(' | ')' | '，' | '。' | '；' | '—' | '–' => 2,
            '+' => 3,
            _ => 0,
        };
        let same = found
            .last()
            .and_then(|word| word.chars().last())
            .is_some_and(|last| class(last) == class(letter));
        match found
            .last_mut()
            .filter(|_| glued && same && class(letter) != 2)
        {
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
fn remove_thousands_commas(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let groups = |at: usize| {
        at > 0 && digit(at - 1) && (1..=3).all(|next| digit(at + next)) && !digit(at + 4)
    };
    text.char_indices()
        .filter(|(at, letter)| *letter != ',' || !groups(*at))
        .map(|(_, letter)| letter)
        .collect()
}

pub(super) fn join_words(words: &[String]) -> String {
    words.join(" ")
}
