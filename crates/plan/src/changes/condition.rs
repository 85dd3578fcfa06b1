//! Reads if what happens to a file depends on something: then no run does it by itself.

use crate::inline::code_spans;
use crate::vocabulary::is_dense;
use crate::word_lists::List;

/// Returns whether words behind a path, or beside a label, make what happens to the file depend on something: "once
/// nothing imports it", "(after the release)", ", sofern unbenutzt". What a comma sets off is that only where it begins so.
pub(super) fn is_under_condition(words: &str) -> bool {
    let depends = |word: &str| List::RemovalCondition.words().contains(&word);
    let lower = words.to_lowercase().replace('’', "'");
    let parts = lower.split([',', ';', '，', '；']);
    parts.enumerate().any(|(at, part)| {
        let held = code_spans(part, 0);
        let outside = part
            .char_indices()
            .filter(|(at, _)| !held.iter().any(|span| span.outer.contains(at)));
        let plain: String = outside.map(|(_, letter)| letter).collect();
        if plain.chars().any(is_dense) {
            let words = List::RemovalCondition.words().iter();
            return words
                .filter(|word| word.chars().any(is_dense))
                .any(|word| plain.contains(word));
        }
        let ends = |letter: char| !letter.is_alphanumeric() && letter != '\'';
        let mut words = plain.split(ends).filter(|word| !word.is_empty());
        if at == 0 {
            words.any(depends)
        } else {
            // "but only once", "aber erst wenn"
            words.take(3).any(depends)
        }
    })
}
