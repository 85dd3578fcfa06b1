//! Replacements that a sentence spells out in itself, with no block: "Replace `a.get(x)` with `a.find(x)` in `load`."
//!
//! Only the whole sentence is read: a verb that alters what stands, the old code, one word, the new code, and where. What
//! says more, or renames something, is left to who reads it.

use serde::Serialize;

use crate::blocks::is_new_label;
use crate::paths::as_path;
use crate::vocabulary::{Use, uses_in};

use super::prohibition::{Token, entry_end, split_tokens};

/// Code that takes the place of other code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replacement {
    /// The code that stands now.
    pub old: String,
    /// The code that is to stand there.
    pub new: String,
    /// The definition in which it stands.
    pub within: Option<String>,
    /// The path of its file, where the sentence names it.
    pub path: Option<String>,
}

/// Reads the replacement that a sentence is.
pub(super) fn read_replacement(words: &str) -> Option<Replacement> {
    let uses = uses_in(&words.to_lowercase());
    if [Use::Negation, Use::Condition, Use::Proviso]
        .into_iter()
        .any(|what| uses.has(what))
    {
        return None;
    }
    let mut all = split_tokens(words);
    while matches!(all.last(), Some(Token::End)) {
        all.pop();
    }
    let (places, at) = leading_places(&all);
    let verb =
        entry_end(&all, at, Use::Alter).filter(|_| entry_end(&all, at, Use::Keep).is_none())?;
    let from = (verb..all.len()).find(|at| !is_determiner(&all, *at))?;
    let [
        Token::Code(old),
        Token::Word(joint),
        Token::Code(new),
        behind @ ..,
    ] = &all[from..]
    else {
        return None;
    };
    if !is_new_label(joint) || is_whole_name(old) || old == new {
        return None;
    }
    let (more, end) = leading_places(behind);
    if end < behind.len() {
        return None;
    }
    let mut found = Replacement {
        old: (*old).to_owned(),
        new: (*new).to_owned(),
        within: None,
        path: None,
    };
    for place in places.into_iter().chain(more) {
        let named = if as_path(place, true).is_some() {
            &mut found.path
        } else {
            &mut found.within
        };
        if named
            .replace(place.trim_end_matches("()").to_owned())
            .is_some()
        {
            return None;
        }
    }
    Some(found)
}

/// Returns the places with which words begin, each in code, and where they end: "in `f`", "also, in `a.py`".
fn leading_places<'w>(all: &[Token<'w>]) -> (Vec<&'w str>, usize) {
    let mut places = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if let Some(end) = entry_end(all, at, Use::Lead) {
            at = end;
            continue;
        }
        let Some(end) = entry_end(all, at, Use::Place) else {
            break;
        };
        let Some(named) = (end..all.len()).find(|at| !is_determiner(all, *at)) else {
            break;
        };
        let Token::Code(code) = all[named] else { break };
        places.push(code);
        at = named + 1;
    }
    (places, at)
}

fn is_determiner(all: &[Token<'_>], at: usize) -> bool {
    entry_end(all, at, Use::Determiner).is_some_and(|end| end == at + 1)
}

/// Returns whether code is the name of something: to replace it is to rename it, wherever it stands.
fn is_whole_name(code: &str) -> bool {
    let bare = code.trim_end_matches("()");
    bare.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && bare
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_is_a_replacement_is_read() {
        let place = |within: &str, path: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Some((
                "x.a()".to_owned(),
                "x.b()".to_owned(),
                some(within),
                some(path),
            ))
        };
        for (words, expected) in [
            ("Replace `x.a()` with `x.b()`.", place("", "")),
            ("Change `x.a()` to `x.b()` in `f()`.", place("f", "")),
            ("In `f`, replace `x.a()` by `x.b()`.", place("f", "")),
            (
                "In `a.py`, change the `x.a()` to `x.b()` in `f`",
                place("f", "a.py"),
            ),
            ("Ersetze `x.a()` durch `x.b()` in `f`.", place("f", "")),
            ("Replace `x.a()` with `x.b()` and update its callers.", None),
            ("Replace `x.a()` with `x.b()` where it is cheap.", None),
            ("Do not replace `x.a()` with `x.b()`.", None),
            ("If it is slow, replace `x.a()` with `x.b()`.", None),
            ("Replace `x.a()` like `x.b()`.", None),
            ("Replace `a` with `b`.", None),
            ("Rename `a` to `b`.", None),
            ("Keep `x.a()` to `x.b()`.", None),
        ] {
            let found = read_replacement(words).map(|one| (one.old, one.new, one.within, one.path));
            assert_eq!(found, expected, "{words}");
        }
    }
}
