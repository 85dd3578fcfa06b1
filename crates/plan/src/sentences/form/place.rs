//! The place with which a sentence begins, and the words behind it.

use super::mood::VERBS;
use crate::inline::code_spans;
use crate::sentences::words::is_join;
use crate::vocabulary::{Opening, Use};

/// Returns the words behind a Portuguese place that begins with what reads as an English denial: "No módulo, trocar o laço".
/// An infinitive stands behind its comma, and none before: "No tocar la ruta, …" is Spanish.
pub(in crate::sentences) fn without_contraction(words: &str) -> &str {
    let begin = words.trim_start_matches(['*', '_', '-', ' ']);
    let Some((first, rest)) = begin.split_once(' ') else {
        return words;
    };
    if !CONTRACTIONS.contains(&first.to_lowercase().as_str()) {
        return words;
    }
    let Some(behind) = after_place(rest).map(str::trim_start) else {
        return words;
    };
    let place = &rest[..rest.len() - behind.len()];
    let is_infinitive = |word: &str| {
        let ends = ["ar", "er", "ir", "or"];
        word.len() > 3
            && word.chars().all(char::is_alphabetic)
            && ends.iter().any(|end| word.ends_with(end))
    };
    let opening = Opening::new(place);
    let is_known = VERBS.into_iter().any(|what| opening.is(what)) || opening.is(Use::Alter);
    let is_spanish = |word: &str| matches!(word, "el" | "la" | "los" | "las" | "un" | "una");
    // "No handler `x`, trocar …" only ends like a verb.
    let is_infinitive_there = place.split_whitespace().next().is_some_and(is_infinitive);
    let denies = is_known
        || is_infinitive_there && words.split_whitespace().any(is_spanish)
        || words
            .split_whitespace()
            .any(|word| is_join(word) || matches!(word, "it" | "in"));
    let verb = behind
        .split([' ', ':'])
        .next()
        .is_some_and(|word| is_infinitive(&word.to_lowercase()));
    if verb && !denies { behind } else { words }
}

/// "em" and the article: "in the".
const CONTRACTIONS: [&str; 4] = ["no", "na", "nos", "nas"];

/// Returns the words behind "also", "then", "in `x`, ", "after the imports: ".
pub(super) fn after_leads(lower: &str) -> String {
    let mut rest = lower;
    for _ in 0..4 {
        rest = rest.trim_start_matches(|letter: char| {
            !letter.is_alphanumeric() && letter != '`' && letter != '/'
        });
        let opening = Opening::new(rest);
        if let Some(end) = opening.end(Use::Lead) {
            rest = &rest[end..];
            continue;
        }
        let Some(end) = opening.end(Use::Place) else {
            break;
        };
        let Some(behind) = after_place(&rest[end..]) else {
            break;
        };
        rest = behind;
    }
    rest.to_owned()
}

/// The furthest that a place before the verb goes.
const LONGEST_PLACE: usize = 140;

pub(super) fn after_place(rest: &str) -> Option<&str> {
    let code = code_spans(rest, 0);
    let outside = |at: usize| !code.iter().any(|span| span.outer.contains(&at));
    let (at, sign) = rest
        .char_indices()
        .find(|(at, letter)| matches!(letter, ',' | ':' | '，' | '：') && outside(*at))?;
    (at <= LONGEST_PLACE && !rest[at + sign.len_utf8()..].trim().is_empty())
        .then(|| &rest[at + sign.len_utf8()..])
}
