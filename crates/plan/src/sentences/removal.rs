//! Which symbols a sentence asks to remove, so that the change can be held against it.
//!
//! `Remove the constant `MAX` from `app/limits.py`` asks that `MAX` be gone there. What only speaks of uses or parts of a
//! symbol (``Remove the `foo` calls``) names nothing that could be gone, and neither does a negated verb.

use crate::word_lists::List;
use serde::Serialize;

use crate::document::{Document, Span};
use crate::paths::as_path;
use crate::vocabulary::{Use, is_dense, uses_in};

use super::prohibition::{TO_OBJECT, Token, entry_end, joins_members, split_tokens};
use super::{Sentence, SentenceClass};

/// A symbol that must be gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// The bytes of the words that ask for it.
    pub span: Span,
    /// The symbol, as written.
    pub name: String,
    /// The symbol that holds it, where the sentence says so: "from `User`".
    pub owner: Option<String>,
    /// The path in which it stands, where the sentence says so.
    pub within: Option<String>,
}

/// Returns what sentences ask to remove; those that hold only on a condition, or speak of another unit, ask for nothing.
pub(crate) fn removals_of_sentences(
    document: &Document<'_>,
    sentences: &[Sentence],
) -> Vec<Removal> {
    use SentenceClass::{Context, DoPartly, DoShown, DoUnshown, Place, Unclear};
    // A statement counts, too: "The constant `MAX` goes away."
    let asks = |class| {
        matches!(
            class,
            DoShown | DoPartly | DoUnshown | Place | Unclear | Context
        )
    };
    let asking = sentences.iter().filter(|one| asks(one.class));
    asking
        .flat_map(|one| removals_of_words(document.slice(&one.span), &one.span))
        .collect()
}

/// Returns what words ask to remove, `span` being where they stand.
pub(crate) fn removals_of_words(words: &str, span: &Span) -> Vec<Removal> {
    let uses = uses_in(&words.to_lowercase());
    if !words.contains('`') || !uses.has(Use::Remove) && !uses.has(Use::Gone) {
        return Vec::new();
    }
    let tokens = split_tokens(words);
    let clauses = tokens.split(|token| matches!(token, Token::End));
    let found = clauses.flat_map(of_clause);
    found
        .map(|one| Removal {
            span: span.clone(),
            ..one
        })
        .collect()
}

fn of_clause(clause: &[Token<'_>]) -> Vec<Removal> {
    let mut found = Vec::new();
    for at in 0..clause.len() {
        let object = verb_end(clause, at)
            .and_then(|end| object_behind(clause, end))
            .or_else(|| object_before(clause, at));
        let (first, gone) = match (object, removed_subject(clause, at)) {
            (Some(first), _) => (first, None),
            (None, Some((first, end))) => (first, Some(end)),
            (None, None) => continue,
        };
        let denied = (0..at.max(first)).any(|at| {
            entry_end(clause, at, Use::Negation).is_some() || says_within(clause, at, Use::Negation)
        });
        let new = if denied {
            Vec::new()
        } else {
            listed_names(clause, first, gone)
        };
        // "goes" and "goes away" end with the same.
        found.extend(
            new.into_iter()
                .filter(|one| !found.contains(one))
                .collect::<Vec<_>>(),
        );
    }
    found
}

/// Returns whether a word of a script without blanks holds such a word.
fn says_within(clause: &[Token<'_>], at: usize, what: Use) -> bool {
    matches!(&clause[at], Token::Word(word) if word.chars().any(is_dense) && uses_in(word).has(what))
}

/// Returns where a verb that begins at a token ends.
fn verb_end(clause: &[Token<'_>], at: usize) -> Option<usize> {
    entry_end(clause, at, Use::Remove)
        .or_else(|| says_within(clause, at, Use::Remove).then_some(at + 1))
}

/// Returns the first name behind the verb, with nothing between that gives it another sense: "from `a`", "uses of `a`".
fn object_behind(clause: &[Token<'_>], from: usize) -> Option<usize> {
    let last = clause.len().min(from + TO_OBJECT + 1);
    let at = (from..last).find(|at| matches!(clause[*at], Token::Code(_)))?;
    let free = (from..at).all(|at| {
        let of = matches!(&clause[at], Token::Word(word) if word == "of");
        !of && [Use::Place, Use::Goal, Use::Source]
            .into_iter()
            .all(|what| entry_end(clause, at, what).is_none())
    });
    free.then_some(at)
}

/// Returns the name before a verb that ends the clause: "`MAX` entfernen", "`MAX` を削除".
fn object_before(clause: &[Token<'_>], at: usize) -> Option<usize> {
    let ends = verb_end(clause, at).is_some_and(|end| end == clause.len());
    (ends && at > 0 && matches!(clause[at - 1], Token::Code(_))).then(|| at - 1)
}

/// The most words before the name with which a clause begins: "the old constant".
const TO_NAME: usize = 3;
/// The most words between a name and what says that it goes: "`MAX` is then".
const TO_GONE: usize = 3;

/// Returns the first name of a clause that says that it goes, and where those words end: "The constant `MAX` goes
/// away".
fn removed_subject(clause: &[Token<'_>], at: usize) -> Option<(usize, usize)> {
    let end = entry_end(clause, at, Use::Gone)?;
    let first = clause
        .iter()
        .position(|token| matches!(token, Token::Code(_)))?;
    let last = clause[..at]
        .iter()
        .rposition(|token| matches!(token, Token::Code(_)))?;
    // "Once `MAX` is removed" and "the value of `MAX` is dropped" speak of something else.
    let other = [
        Use::Condition,
        Use::Function,
        Use::Place,
        Use::Goal,
        Use::Source,
        Use::Change,
    ];
    let is_name = |at: usize| {
        other
            .into_iter()
            .all(|what| entry_end(clause, at, what).is_none())
    };
    let of = |at: usize| matches!(&clause[at], Token::Word(word) if word == "of");
    let opens = first <= TO_NAME && (0..first).all(|at| is_name(at) && !of(at));
    let ends = end == clause.len() || source_end(clause, end).is_some();
    (opens && ends && at - last <= TO_GONE + 1).then_some((first, end))
}

/// Where the preposition ends that begins at a token: "from", "in".
fn source_end(clause: &[Token<'_>], at: usize) -> Option<usize> {
    (at < clause.len()).then(|| {
        [Use::Source, Use::Place]
            .into_iter()
            .find_map(|what| entry_end(clause, at, what))
    })?
}

/// Returns the names of a list that begins with one, each without those that are paths or other code. `gone` is where
/// the words end that say that they go, if these stand behind.
fn listed_names(clause: &[Token<'_>], first: usize, gone: Option<usize>) -> Vec<Removal> {
    let mut names = Vec::new();
    let mut next = first;
    let mut joined = false;
    while let Some(Token::Code(code)) = clause.get(next) {
        names.push(*code);
        next += 1;
        joined = matches!(clause.get(next), Some(Token::Word(word)) if joins_members(word));
        next += usize::from(joined);
    }
    let sort = |word: &str| {
        List::DefinitionNoun
            .words()
            .iter()
            .any(|sort| word == *sort || word.strip_suffix('s') == Some(sort))
    };
    // "the `MAX` constant entirely"
    for fits in [&sort as &dyn Fn(&str) -> bool, &|word| word.ends_with("ly")] {
        next += usize::from(matches!(clause.get(next), Some(Token::Word(word)) if fits(word)));
    }
    let source = source_end(clause, gone.unwrap_or(next));
    let ends = match clause.get(next) {
        None | Some(Token::Code(_) | Token::Colon | Token::End) => true,
        Some(Token::Word(word)) => {
            let goes_on = joined || joins_members(word) || word.chars().any(is_dense);
            goes_on || source.is_some() || gone.is_some() || verb_end(clause, next).is_some()
        }
    };
    if !ends {
        return Vec::new();
    }
    let holder = source.and_then(|end| {
        clause[end..].iter().find_map(|token| match token {
            Token::Code(code) => Some(*code),
            _ => None,
        })
    });
    // "`MAX` is removed in Task 3"
    if gone.is_some() && source.is_some() && holder.is_none() {
        return Vec::new();
    }
    let (within, owner) = match holder {
        Some(code) if as_path(code, true).is_some() => (Some(code.to_owned()), None),
        other => (None, other.map(str::to_owned)),
    };
    let symbols = names.into_iter().filter(|name| is_symbol(name));
    symbols
        .map(|name| Removal {
            span: 0..0,
            name: name.to_owned(),
            owner: owner.clone(),
            within: within.clone(),
        })
        .collect()
}

/// Returns whether code is a symbol: `total`, `Order.total()`; not a path, a call with arguments or a line.
pub(super) fn is_symbol(code: &str) -> bool {
    let bare = code.strip_suffix("()").unwrap_or(code);
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
    };
    bare.split('.').all(is_name) && as_path(code, true).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &str) -> Vec<String> {
        let from = |one: &Option<String>| {
            one.as_ref()
                .map(|one| format!(" from {one}"))
                .unwrap_or_default()
        };
        removals_of_words(words, &(0..0))
            .iter()
            .map(|one| format!("{}{}{}", one.name, from(&one.owner), from(&one.within)))
            .collect()
    }

    #[test]
    fn what_is_to_go_is_named() {
        for (words, names) in [
            ("Remove the constant `MAX`", &["MAX"][..]),
            ("Modify: `a.py` (remove the local `MAX`)", &["MAX"]),
            (
                "**Changes**: Remove the `MAX` constant; add `third`:",
                &["MAX"],
            ),
            (
                "Delete `a` and `b()` from `app/x.py`, then add `c`.",
                &["a from app/x.py", "b() from app/x.py"],
            ),
            ("Drop the column `name` from `User`.", &["name from User"]),
            ("Remove `Order.total`.", &["Order.total"]),
            ("Remove the unused import `os`.", &["os"]),
            (
                "Entferne die Konstante `MAX` und ergänze `third`.",
                &["MAX"],
            ),
            ("Die Konstante `MAX` entfernen", &["MAX"]),
            ("删除常量 `MAX`，添加 `third`。", &["MAX"]),
            ("`MAX` を削除する。", &["MAX"]),
            ("Remove: `MAX`", &["MAX"]),
            (
                "Delete the `total()` function entirely (lines 5-9)",
                &["total()"],
            ),
            ("Remove `MAX`: it is unused.", &["MAX"]),
            ("Supprimer la constante `MAX`.", &["MAX"]),
            ("`MAX` wird entfernt; ergänze `g`:", &["MAX"]),
            ("Die Konstante `MAX` fällt weg.", &["MAX"]),
            ("The constant `MAX` goes away.", &["MAX"]),
            (
                "`a` and `b` are removed from `app/x.py`.",
                &["a from app/x.py", "b from app/x.py"],
            ),
            (
                "The old field `name` is dropped from `User`.",
                &["name from User"],
            ),
            ("Get rid of `MAX` and add `g`:", &["MAX"]),
        ] {
            assert_eq!(shown(words), names, "{words}");
        }
    }

    #[test]
    fn what_stays_or_is_no_symbol_is_not_named() {
        for words in [
            "Do not remove `MAX`.",
            "Never delete `a` or `b`.",
            "Remove the `foo` calls.",
            "Remove all uses of `foo`.",
            "Remove the check in `foo`.",
            "Remove `app/x.py`.",
            "Remove `foo`'s second parameter.",
            "Remove the line `return 1`.",
            "`MAX` is removed in Task 3.",
            "`MAX` is not removed.",
            "Once `MAX` is removed, add `g`.",
            "If `MAX` is gone, add `g`.",
            "The value of `MAX` is dropped.",
            "`session` is removed when the user leaves.",
            "不要删除 `MAX`。",
            "Add `third`.",
        ] {
            assert_eq!(shown(words), Vec::<String>::new(), "{words}");
        }
    }
}
