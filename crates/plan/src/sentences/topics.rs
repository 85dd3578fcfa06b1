//! Which symbols a sentence is about: those that a clause begins with, or that its verb has for an object.
//!
//! "Retire `MAX` and add `g`" is about both, "Add `g`, which uses `MAX`" about `g` alone. The verb is not asked: where no
//! block shows such a symbol and the change leaves its definition as it was, something that the sentence says of it was
//! perhaps not done, whatever its words are.

use crate::inline::code_spans;
use crate::vocabulary::{Use, is_dense, is_entry, uses_in};

use super::prohibition::{Token, entry_end, join_words, joins_members, split_tokens};
use super::removal::is_symbol;

/// Words before a name, or verbs, by which it is only referred to.
const REFERS: [Use; 7] = [
    Use::Place,
    Use::Goal,
    Use::Source,
    Use::Function,
    Use::Condition,
    Use::Rationale,
    Use::Anaphor,
];
/// Uses of a clause that asks for no change of what it names.
const SPARES: [Use; 8] = [
    Use::Negation,
    Use::Keep,
    Use::Stays,
    Use::Given,
    Use::Read,
    Use::Judge,
    Use::Run,
    Use::Person,
];

/// Returns the symbols that a sentence is about, as written.
pub(super) fn topics_of_sentence(words: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last: Option<&str> = None;
    for part in split_parts(words) {
        let tokens = split_tokens(part);
        let clauses = tokens.split(|token| matches!(token, Token::End));
        found.extend(clauses.flat_map(of_clause).map(str::to_owned));
        let own = code_spans(part, 0).pop().map(|span| &part[span.inner]);
        let uses = uses_in(&part.to_lowercase());
        // "… takes over from `a`, which goes away": it is the last name that goes.
        let goes = own.is_none() && uses.has(Use::Gone) && !uses.has(Use::Negation);
        found.extend(
            last.filter(|name| goes && is_symbol(name))
                .map(str::to_owned),
        );
        last = own.or(last);
    }
    found
}

/// Cuts a sentence at the commas behind which something else is said: not between the names of a list.
fn split_parts(words: &str) -> Vec<&str> {
    let code = code_spans(words, 0);
    let is_comma = |at: usize| {
        let behind = words[at + 1..].trim_start();
        let said = behind.starts_with(char::is_alphabetic)
            && !behind.split(' ').next().is_some_and(joins_members);
        said && !code.iter().any(|span| span.outer.contains(&at))
    };
    let mut from = 0;
    let mut found = Vec::new();
    for (at, _) in words.match_indices(',').filter(|(at, _)| is_comma(*at)) {
        found.push(&words[from..at]);
        from = at + 1;
    }
    found.push(&words[from..]);
    found
}

fn of_clause<'w>(clause: &[Token<'w>]) -> Vec<&'w str> {
    let words = join_words(clause);
    let uses = uses_in(&words);
    if SPARES.into_iter().any(|what| uses.has(what)) {
        return Vec::new();
    }
    let dense = words.chars().any(is_dense);
    // What is added is the block: the name then says where.
    let refers = || uses.has(Use::Change) || REFERS.into_iter().any(|what| uses.has(what));
    let is_topic = |at: usize| {
        if dense {
            !refers()
        } else {
            opens_clause(clause, at)
        }
    };
    let codes = clause
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Code(code) => Some((at, *code)),
            _ => None,
        });
    codes
        .filter(|(at, code)| is_symbol(code) && is_topic(*at))
        .map(|(_, code)| code)
        .collect()
}

/// Returns whether nothing but a verb, and what a symbol is, stands between the beginning of its clause and a symbol, or
/// the symbol begins the clause and something is said of it.
fn opens_clause(clause: &[Token<'_>], at: usize) -> bool {
    let is_join = |at: usize| matches!(&clause[at], Token::Word(word) if joins_members(word));
    let mut start = at;
    while start > 0 {
        let before = start - 1;
        match &clause[before] {
            // Another member of the list: what holds of the first holds of all.
            Token::Code(_) => {
                return (start == at || start + 1 == at && is_join(start))
                    && opens_clause(clause, before);
            }
            Token::Colon | Token::End => break,
            Token::Word(_) if is_join(before) && start < at => break,
            Token::Word(_) if is_join(before) => {}
            Token::Word(word) => {
                // "wrapping `a`" and "a part of `a`" only refer to it.
                if word == "of" || word.ends_with("ing") {
                    return false;
                }
                let determines = is_entry(word, Use::Determiner);
                let refers = |what| {
                    (0..3).any(|back| {
                        before >= back
                            && entry_end(clause, before - back, what)
                                .is_some_and(|end| end > before)
                    })
                };
                if !determines && REFERS.into_iter().any(refers) {
                    return false;
                }
            }
        }
        start = before;
    }
    let named = clause[start..at]
        .iter()
        .all(|token| matches!(token, Token::Word(word) if is_entry(word, Use::Determiner)));
    !named || matches!(clause.get(at + 1), Some(Token::Word(word)) if !joins_members(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_about_what_it_begins_with_and_what_its_verb_has_for_an_object() {
        for (words, about) in [
            ("Throw `MAX` away and add `g`:", &["MAX", "g"][..]),
            ("Add `g` and retire the constant `MAX`:", &["g", "MAX"]),
            ("`MAX` wird nicht gebraucht; ergänze `g`:", &["g"]),
            ("`MAX` fliegt raus; ergänze `g`:", &["MAX", "g"]),
            ("Add `g`, nuke `MAX`:", &["g", "MAX"]),
            ("Round `a`, `b` and `c`.", &["a", "b", "c"]),
            ("去除 `MAX`，添加 `g`：", &["MAX"]),
            ("In `app/a.py`: nuke `MAX`.", &["MAX"]),
            ("`g` takes over from `MAX`, which goes away:", &["g", "MAX"]),
        ] {
            assert_eq!(topics_of_sentence(words), about, "{words}");
        }
    }

    #[test]
    fn what_is_only_referred_to_is_no_topic() {
        for (words, about) in [
            ("Add `g`, which uses `MAX`:", &["g"][..]),
            ("Add `g` using `MAX`:", &["g"]),
            ("Add `g`, wrapping `MAX`:", &["g"]),
            ("Add `g`, a part of `MAX`:", &["g"]),
            ("Add `g` below `MAX`:", &["g"]),
            ("After the constant `MAX`, add:", &[]),
            ("Add it like `f`:", &[]),
            ("`MAX`:", &[]),
            ("Keep `MAX`.", &[]),
            ("Read `f`.", &[]),
            ("在 `MAX` 后添加：", &[]),
            ("`MAX` の後に追加:", &[]),
            ("Write `app/a.py`:", &[]),
        ] {
            assert_eq!(topics_of_sentence(words), about, "{words}");
        }
    }
}
