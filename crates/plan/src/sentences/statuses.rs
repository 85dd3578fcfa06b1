//! The statuses of HTTP that a sentence names: "Reject empty names with 422" is not shown by code
//! that holds neither `422` nor `Unprocessable`.

use std::collections::HashSet;

use super::evidence::Shown;
use super::words::stems_in;

/// Each status with its phrase, as RFC 9110 and RFC 6585 have them, shortened to what names in code keep.
const STATUSES: &str = include_str!("../../data/statuses.tsv");

/// Returns whether the words name a status that no block shows.
pub(super) fn lacks_status(words: &str, shown: Shown<'_>) -> bool {
    let mut before = "";
    words.split_whitespace().any(|word| {
        let counted = std::mem::replace(&mut before, word);
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        // "line 404", "port 500", "~ 200 rows" count something; so does what a unit follows.
        let named = || counted.is_empty() || !counted.ends_with('~') && !is_counted(counted);
        phrase_of_status(bare).is_some_and(|phrase| {
            named() && !shows_words(bare, shown) && !shows_words(phrase, shown)
        })
    })
}

/// Returns whether a word before a number says that it is no status.
fn is_counted(word: &str) -> bool {
    let bare = word
        .trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    matches!(
        bare.as_str(),
        "line" | "lines" | "port" | "top" | "first" | "last"
    )
}

/// Returns the phrase of a status from 400 on, or of a success that has a name of its own.
fn phrase_of_status(bare: &str) -> Option<&'static str> {
    // "200" counts too many other things.
    let is_status =
        bare.len() == 3 && bare.bytes().all(|letter| letter.is_ascii_digit()) && bare != "200";
    let mut rows = STATUSES.lines().filter_map(|line| line.split_once('\t'));
    is_status
        .then(|| rows.find(|(status, _)| *status == bare))
        .flatten()
        .map(|(_, phrase)| phrase)
}

fn shows_words(words: &str, shown: Shown<'_>) -> bool {
    let wanted: HashSet<String> = stems_in(words).collect();
    let (held, all) = shown.share(&wanted);
    all > 0 && held == all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_phrase() {
        for line in STATUSES.lines() {
            let (status, words) = line.split_once('\t').unwrap();
            assert!(status.len() == 3 && !words.is_empty(), "{line}");
            assert_eq!(
                phrase_of_status(status),
                Some(words).filter(|_| status != "200"),
                "{line}"
            );
        }
    }
}
