//! What a plan expects of a command, from its words.

mod measure;
mod outcome;
mod shows;

use super::Expect;
use crate::inline::{one_line, plain};

pub use measure::{Count, Relation};
pub(super) use shows::{failures, is_showing, shows};

/// Reads an expectation.
pub(crate) fn expectation(words: &str) -> Expect {
    let text = one_line(&plain(words));
    let lower = text.to_lowercase();
    if lower.is_empty() {
        return Expect::default();
    }
    let mut expect = Expect {
        outcome: outcome::outcome(&lower),
        passed: passed(&lower),
        shows: shows(words, false),
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
