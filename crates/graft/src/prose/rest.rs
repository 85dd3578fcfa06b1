//! Words that keep what a function returns early for and replace the rest of it: "Keep the guard as it is and replace only
//! the sorting below it with …".
//!
//! ```text
//! keep/leave … guard/return/check … replace/rewrite … below/after … it/the guard    one sentence, in this order
//! ```

use super::sorts::{Sort, sort_of, sort_within};
use super::words::{ARTICLES, Token, is_word};

/// Verbs that leave something as it is.
const KEEPS: [&str; 6] = ["keep", "leave", "retain", "preserve", "behalte", "conserva"];
/// Words for the statement with which a function ends early.
const GUARDS: [&str; 6] = ["guard", "guards", "return", "returns", "check", "checks"];
/// Words for what follows.
const BELOW: [&str; 5] = ["below", "beneath", "underneath", "under", "after"];
/// Words for the guard that they may follow, besides its name.
const IT: [&str; 4] = ["it", "them", "that", "those"];

/// Returns whether a sentence keeps a guard, and replaces what is below that.
pub(super) fn follows_a_guard(tokens: &[Token]) -> bool {
    tokens
        .split(|token| matches!(token, Token::Stop))
        .any(is_told)
}

/// Returns whether one sentence has the words of all steps, each behind the one before.
fn is_told(sentence: &[Token]) -> bool {
    // Tokens that are no words count as "", so that indices stay those of the sentence.
    let words: Vec<String> = sentence
        .iter()
        .map(|token| {
            if let Token::Word(word) = token {
                word.to_lowercase()
            } else {
                String::new()
            }
        })
        .collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let find = |from: usize, fits: &dyn Fn(&str) -> bool| {
        (from..sentence.len()).find(|at| fits(word(*at)))
    };
    let Some(keeps) = find(0, &|word| KEEPS.contains(&word)) else {
        return false;
    };
    let Some(guard) = find(keeps, &|word| {
        GUARDS.contains(&word) || word.ends_with("-return")
    }) else {
        return false;
    };
    let Some(replaces) = find(guard, &|word| word == "replace" || word == "rewrite") else {
        return false;
    };
    (replaces + 1..sentence.len())
        .filter(|at| BELOW.contains(&word(*at)))
        .any(|at| {
            let next = if ARTICLES.contains(&word(at + 1)) {
                word(at + 2)
            } else {
                word(at + 1)
            };
            IT.contains(&next) || GUARDS.contains(&next)
        })
}

/// Beginnings of words that call something missing.
const MISSING: [&str; 7] = [
    "missing", "fehlende", "faltante", "manquant", "mancant", "缺失", "缺少",
];
/// Beginnings of verbs that say something is added.
const ADDING: [&str; 12] = [
    "add",
    "adds",
    "create",
    "implement",
    "hinzufügen",
    "ergänze",
    "añad",
    "agreg",
    "adicion",
    "ajout",
    "添加",
    "新增",
];

/// Returns whether a sentence adds functions that it calls missing: "Add Missing API Methods".
pub(super) fn adds_the_missing(tokens: &[Token]) -> bool {
    // Words of languages without blanks hold the stem anywhere.
    let said = |word: &str, any: &[&str]| {
        any.iter()
            .any(|one| word.starts_with(one) || !one.is_ascii() && word.contains(one))
    };
    tokens
        .split(|token| matches!(token, Token::Stop))
        .any(|sentence| {
            let words = sentence.iter().filter_map(|token| {
                if let Token::Word(word) = token {
                    Some(word.to_lowercase())
                } else {
                    None
                }
            });
            let words: Vec<String> = words.collect();
            let is_code = |word: &String| {
                let sort = sort_of(std::slice::from_ref(word)).or_else(|| sort_within(word));
                matches!(sort, Some(Sort::Function | Sort::Route))
            };
            words.iter().any(|word| said(word, &ADDING))
                && words.iter().any(|word| said(word, &MISSING))
                && words.iter().any(is_code)
        })
}

/// Returns the code that the words put in the place of the code at a token: "`a` with `b`".
/// `None` where code follows no "with", or no code does.
pub(super) fn exchanged_for(tokens: &[Token], at: usize) -> Option<&str> {
    let joins = is_word(
        tokens.get(at + 1),
        &["with", "by", "to", "durch", "por", "par"],
    );
    match tokens.get(at + 2)? {
        Token::Code(new) if joins => Some(new),
        _ => None,
    }
}

/// Nouns for what has a body of statements.
const BODIES: [&str; 14] = [
    "handler",
    "handlers",
    "component",
    "function",
    "method",
    "hook",
    "callback",
    "view",
    "controller",
    "endpoint",
    "middleware",
    "resolver",
    "constructor",
    "body",
];

/// Returns whether a sentence puts something inside a function that it does not name in code: "Inside the handler, add:".
pub(super) fn is_for_a_body(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| {
        let opens = is_word(
            tokens.get(at),
            &["in", "In", "inside", "Inside", "within", "Within"],
        );
        let article = is_word(tokens.get(at + 1), &ARTICLES);
        let body = is_word(tokens.get(at + 2), &BODIES);
        let next = match tokens.get(at + 3) {
            None | Some(Token::Comma | Token::Stop) => true,
            Some(Token::Word(word)) => ADDING.contains(&word.as_str()),
            _ => false,
        };
        // "Inside the handler (`create`)" names it.
        let named = matches!(tokens.get(at + 4), Some(Token::Code(_)));
        opens && article && body && next && !named
    })
}
