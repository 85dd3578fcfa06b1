//! The mood of a sentence: whether it asks, demands or states, and which verb it does so with.
//!
//! "Add a test" → asks for a change; "The test must pass" → demands; "The test passes" → states.

use super::Mood;
use crate::vocabulary::{Opening, Use, entry_at_start, last_dense, uses_in};

/// The verbs that ask for something; of two that fit alike, the first counts.
pub(super) const VERBS: [Use; 7] = [
    Use::Remove,
    Use::Keep,
    Use::Change,
    Use::Judge,
    Use::Run,
    Use::Person,
    Use::Read,
];

pub(super) fn mood_of(head: &str, opening: &Opening, main: &str) -> Mood {
    if opening.is(Use::Modal) || opening.is(Use::Demand) {
        return Mood::Demands;
    }
    let last = head.chars().any(is_verb_last);
    let first = |what: &Use| {
        let end = opening.end(*what).filter(|_| !last)?;
        (*what != Use::Change || is_verb(&head[end..])).then_some(end)
    };
    if let Some(what) = farthest_use(first) {
        return Mood::Asks(what);
    }
    if !opening.is(Use::Function) && is_base_form(head) {
        return Mood::Asks(Use::Change);
    }
    // "Do not add …", "Never log …" ask as much as "Add …".
    let rest = opening
        .end(Use::Negation)
        .map(|end| Opening::new(head[end..].trim_start()));
    if rest.is_some_and(|rest| VERBS.into_iter().any(|what| rest.is(what))) {
        return Mood::Asks(Use::Change);
    }
    if let Some(what) = clause_verb(main) {
        return Mood::Asks(what);
    }
    if uses_in(main).has(Use::Modal) {
        Mood::Demands
    } else {
        Mood::States
    }
}

/// Returns the kind of verb that reaches the farthest: "make sure" before "make", the last verb of a Korean sentence.
fn farthest_use(reach: impl Fn(&Use) -> Option<usize>) -> Option<Use> {
    let found = VERBS
        .into_iter()
        .filter_map(|what| reach(&what).map(|end| (end, what)));
    found
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, what)| what)
}

/// Returns whether a sentence begins with a verb that no list knows: "flip the row", "thread `x` through".
///
/// A word before a determiner or a code span is a verb, unless its ending says that it is none.
pub(super) fn is_base_form(head: &str) -> bool {
    let end = head
        .find(|letter: char| !letter.is_ascii_alphabetic() && letter != '-')
        .unwrap_or(head.len());
    let (word, rest) = head.split_at(end);
    let Some(rest) = rest.strip_prefix(' ') else {
        return false;
    };
    let ended = ["s", "ed", "ing", "ly", "ion", "ment"]
        .iter()
        .any(|ending| word.ends_with(ending));
    word.len() > 2 && !ended && entry_at_start(rest, Use::Determiner).is_some()
}

/// The distance from its end at which a sentence of a language that puts the verb last is searched for it.
const LAST: usize = 14;

/// Returns the verb of some clause: Chinese puts it before its object, Korean and Japanese last.
fn clause_verb(main: &str) -> Option<Use> {
    if main.chars().any(is_verb_last) {
        let from = main.char_indices().rev().nth(LAST).map_or(0, |(at, _)| at);
        return farthest_use(|what| last_dense(&main[from..], *what));
    }
    let clauses = main.split(['，', '、', '；', '：', ':', ',', '+', '时', '后']);
    let clauses =
        clauses.map(|clause| clause.trim_start_matches(|letter: char| !letter.is_alphanumeric()));
    let clauses: Vec<_> = clauses
        .map(|clause| (Opening::new(clause), clause))
        .collect();
    VERBS.into_iter().find(|what| {
        let moved =
            |clause: &str| clause.starts_with(COVERBS) && last_dense(clause, *what).is_some();
        clauses
            .iter()
            .any(|(opening, clause)| opening.is(*what) || moved(clause))
    })
}

/// Returns whether a letter belongs to Korean or Japanese, which put the verb last.
fn is_verb_last(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}')
}

/// Chinese words before which the object may stand, and others that may stand before the verb.
const COVERBS: [char; 16] = [
    '将', '把', '在', '为', '給', '给', '对', '向', '从', '用', '於', '于', '并', '再', '先', '也',
];

/// Returns whether a word is a verb by what follows it: "build passes", "test is red" speak of things.
fn is_verb(rest: &str) -> bool {
    let words = rest
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or("");
    let finite = ["is", "are", "was", "were", "has", "have"];
    let ends = [
        "of",
        "passes",
        "pass",
        "fails",
        "succeeds",
        "completes",
        "works",
        "runs",
        "must",
        "should",
        "can",
        "will",
        "doesn't",
        "does",
    ];
    let states = words.take(3).any(|word| finite.contains(&word));
    !states && !ends.contains(&first) && !rest.starts_with([':', '-', '_', '('])
}
