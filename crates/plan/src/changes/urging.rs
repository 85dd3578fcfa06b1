//! Table: verbs by which a sentence asks, in the imperative, for something to
//! be changed, in the languages that plans are written in.

use super::verbs::begins_with_word;
use crate::word_lists::List;

/// Returns whether a sentence asks, in the imperative, for something to be changed:
/// "Add the import.", "In `x`, rename …", "Also delete …".
pub(crate) fn asks_for_change(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut rest = lower.as_str();
    for _ in 0..4 {
        rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '`');
        if let Some(lead) = List::ImperativeLead
            .words()
            .iter()
            .find(|lead| begins_with_word(rest, lead))
        {
            rest = &rest[lead.len()..];
            continue;
        }
        let placed = List::ImperativePlace.words();
        let Some(place) = placed.iter().find(|place| begins_with_word(rest, place)) else {
            break;
        };
        let behind = &rest[place.len()..];
        let Some(cut) = behind
            .find([',', ':', '，', '：', '、', '中'])
            .filter(|cut| *cut < 120)
        else {
            break;
        };
        let width = behind[cut..].chars().next().map_or(1, char::len_utf8);
        rest = &behind[cut + width..];
    }
    rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let urged = List::Imperative
        .words()
        .iter()
        .find(|verb| begins_with_word(rest, verb));
    urged.is_some_and(|verb| {
        // "Set of …", "Build passes", "Any failing test is fixed": not in the imperative.
        let next = rest[verb.len()..].split_whitespace().next().unwrap_or("");
        !matches!(
            next,
            "of" | "is" | "are" | "was" | "passes" | "succeeds" | "any" | "if" | "sure"
        )
    })
}
