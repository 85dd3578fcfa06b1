//! What a plan expects of a command, from its words.

mod measure;

mod looks;
mod outcome;
mod shows;

use super::{Expect, ExpectedOutcome};
use crate::inline::{one_line, plain};

pub(super) use looks::{Look, Side};
pub use measure::{Count, Relation};
pub(super) use shows::{failures, is_showing, shows};

/// Reads an expectation.
pub(crate) fn expectation(words: &str) -> Expect {
    let text = one_line(&plain(words));
    let words = without_replaced(words);
    let lower = one_line(&plain(&words)).to_lowercase();
    if lower.is_empty() {
        return Expect::default();
    }
    let mut expect = Expect {
        outcome: outcome::outcome(&lower),
        passed: passed(&lower),
        shows: shows(&words, false),
        ..Expect::default()
    };
    match measure::measure(&lower) {
        Some(measure::Measure::Status(status)) => expect.status = Some(status),
        Some(measure::Measure::Count(count)) => expect.count = Some(count),
        None => {}
    }
    expect.words = Some(text);
    expect
}

/// The words without what something is said to be instead of: "returns 500 instead of 200".
fn without_replaced(words: &str) -> String {
    const SIGNS: [&str; 9] = [
        " instead of ",
        " rather than ",
        " (not ",
        ", not ",
        " and not ",
        " statt ",
        " anstatt ",
        " en lugar de ",
        " au lieu de ",
    ];
    let lower = words.to_lowercase();
    let first = SIGNS.iter().filter_map(|sign| lower.find(sign)).min();
    // A lower letter may be longer than its capital.
    let Some(at) = first.filter(|at| *at > 0 && lower.len() == words.len()) else { return words.to_owned() };
    let rest = &words[at..];
    let ends = ['.', ';', ')', '—'].iter().filter_map(|sign| rest.find(*sign)).min().unwrap_or(rest.len());
    format!("{}{}", &words[..at], &rest[ends..])
}

/// Reads what is said of a look at the tree, whose success says by itself no more than that it looked.
///
/// What the words quote is looked for in its output, where they do not bound it; words that are not read stay, so that
/// nobody takes a look for what they ask.
pub(super) fn of_look(words: &str, look: Look<'_>, side: Side) -> Expect {
    let text = one_line(&plain(words));
    let silent = Expect::default();
    let told = looks::said(&text, look, side);
    if told == looks::Said::Silent && shows(words, false).is_empty() {
        return silent;
    }
    let mut expect = Expect { words: Some(text.clone()), ..silent };
    match told {
        looks::Said::Nothing => expect.outcome = ExpectedOutcome::NoMatches,
        looks::Said::Fails => expect.outcome = ExpectedOutcome::Fail,
        looks::Said::Number(measure::Measure::Count(count)) => expect.count = Some(count),
        looks::Said::Number(measure::Measure::Status(status)) => expect.status = Some(status),
        looks::Said::Silent | looks::Said::Found | looks::Said::Unread => {
            expect.shows = shows(words, false);
            if looks::is_bounded(&text) {
                expect.shows.clear();
            } else if told == looks::Said::Found && expect.shows.is_empty() && !shows::quotes(words, look.text) {
                expect.outcome = ExpectedOutcome::Pass;
            }
        }
    }
    expect
}

/// The number of tests that pass: "12 passed", "all 12 tests pass", "12/12".
fn passed(lower: &str) -> Option<u64> {
    let words: Vec<&str> = lower
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | ',' | ';' | ':' | '`' | '+' | '*'))
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate() {
        let number = word.split('/').next().and_then(|word| word.parse::<u64>().ok());
        let Some(number) = number else { continue };
        let mut behind = words[at + 1..].iter().take(3);
        let next = behind.next().copied().unwrap_or("");
        let tests = matches!(next, "tests" | "test" | "specs" | "cases" | "new" | "unit" | "个测试" | "pruebas");
        let second = behind.next().copied().unwrap_or("");
        let third = behind.next().copied().unwrap_or("");
        let says = |word: &str| word.starts_with("pass") || word == "green" || word.starts_with("通过");
        let approximate = at > 0 && matches!(words[at - 1], "~" | "least" | "about" | "over");
        if !approximate && (says(next) || tests && (says(second) || says(third))) {
            return Some(number);
        }
    }
    None
}
