//! Reads what a plan expects of a command, from its words.

mod denial;

mod shows;

mod measure;

mod looks;

mod outcome;

mod left;

mod apart;

use super::{Expect, ExpectedOutcome};
use crate::inline::{one_line, plain_text};

pub(super) use left::{Stated, is_left, names_whole, says_result};
pub(super) use looks::Look;
pub(crate) use looks::Side;
pub use measure::{Count, Of, Relation};
pub(super) use outcome::says_no_output;
pub use shows::{Held, Stands};
pub(super) use shows::{failing_statuses, failure_texts, is_showing, list_shown_texts};

/// Reads an expectation.
pub(crate) fn read_expectation(words: &str) -> Expect {
    let text = one_line(&plain_text(words));
    let words = without_replaced(words);
    let lower = one_line(&plain_text(&words)).to_lowercase();
    if lower.is_empty() {
        return Expect::default();
    }
    if let Some(rest) = without_silence(&lower) {
        return without_output(read_expectation(&rest), text);
    }
    if let Some((status, rest)) = apart::split_status(&words) {
        let beside = read_expectation(&rest);
        if beside.is_of_output() {
            return with_status(beside, status, text);
        }
    }
    let quotes = shows::read_quotes(&words, false);
    let mut held = quotes.held;
    if denial::split_clauses(&lower)
        .into_iter()
        .any(denial::denies_warnings)
    {
        held.push(Held::warning());
    }
    let outcome = match outcome::read_outcome(&lower) {
        ExpectedOutcome::Unstated if looks::is_empty(&lower) => ExpectedOutcome::NoMatches,
        outcome => outcome,
    };
    let mut expect = Expect {
        outcome,
        passed: least_passed(&lower),
        shows: quotes.shows,
        held,
        ..Expect::default()
    };
    match measure::read_measure(&lower) {
        Some(measure::Measure::Status(status)) => expect.status = Some(status),
        Some(measure::Measure::Count(count)) => expect.count = Some(count),
        None => {}
    }
    expect.words = Some(text);
    expect
}

/// Adds a status to what is expected of the output.
fn with_status(beside: Expect, status: i32, words: String) -> Expect {
    let outcome = match beside.outcome {
        ExpectedOutcome::Unstated if status == 0 => ExpectedOutcome::Pass,
        outcome => outcome,
    };
    Expect {
        outcome,
        status: Some(status),
        words: Some(words),
        ..beside
    }
}

/// Returns the clauses in lower case that are left without those which say that nothing goes to the stream of errors;
/// nothing where none says so.
pub(super) fn without_silence(lower: &str) -> Option<String> {
    const STREAM: [&str; 3] = ["stderr", "standard error", "standardfehler"];
    let is_silent = |clause: &&str| {
        let named = STREAM.iter().any(|name| clause.contains(name));
        named && (denial::is_denial(clause) || looks::names_nothing(clause))
    };
    let (silent, rest): (Vec<&str>, Vec<&str>) = denial::split_clauses(lower)
        .into_iter()
        .partition(is_silent);
    (!silent.is_empty()).then(|| rest.join(", "))
}

/// Returns what is expected of a command that writes nothing to the stream of errors. Of one run only that stream is
/// kept, so that what is said of its output beside is not read.
fn without_output(rest: Expect, words: String) -> Expect {
    let mut expect = rest;
    expect.left =
        expect.is_of_output() || expect.passed.is_some() || expect.outcome == ExpectedOutcome::Fail;
    if expect.outcome == ExpectedOutcome::Unstated {
        expect.outcome = ExpectedOutcome::Pass;
    }
    expect.held.push(Held::errors());
    expect.words = Some(words);
    expect
}

/// Returns the words without what something is said to be instead of, or was: "returns 500 instead of 200", "3 (it was
/// 4)".
fn without_replaced(words: &str) -> String {
    const SIGNS: [&str; 13] = [
        " instead of ",
        " rather than ",
        " (not ",
        ", not ",
        " and not ",
        " statt ",
        " anstatt ",
        " en lugar de ",
        " au lieu de ",
        " (it was ",
        " (was ",
        " (previously ",
        ", up from ",
    ];
    let lower = words.to_lowercase();
    let first = SIGNS.iter().filter_map(|sign| lower.find(sign)).min();
    // A lower letter may be longer than its capital.
    let Some(at) = first.filter(|at| *at > 0 && lower.len() == words.len()) else {
        return words.to_owned();
    };
    let rest = &words[at..];
    let ends = ['.', ';', ')', '—']
        .iter()
        .filter_map(|sign| rest.find(*sign))
        .min()
        .unwrap_or(rest.len());
    format!("{}{}", &words[..at], &rest[ends..])
}

/// Reads what is said of a look at the tree, whose success says by itself no more than that it looked.
///
/// Quotations are looked for in its output, where they do not bound it; words that are not read stay, so that
/// nobody takes a look for what they ask.
pub(super) fn of_look(words: &str, look: Look<'_>, side: Side) -> Expect {
    let text = one_line(&plain_text(words));
    if let Some((status, rest)) = apart::split_status(words) {
        let beside = of_look(&rest, look, side);
        if beside.is_of_output() {
            return with_status(beside, status, text);
        }
    }
    let silent = Expect::default();
    // "B8:" counts the criteria and says nothing of this one.
    let is_number = |word: &str| {
        word.ends_with([':', '：', '.', ')'])
            && word.contains(|letter: char| letter.is_ascii_digit())
    };
    if side == Side::Before && !text.contains(' ') && is_number(&text) {
        return silent;
    }
    let told = looks::read_finding_words(&text, look, side);
    // "Migration: `ls migrations`": a label by one of the command's own names.
    let label = text.trim_end_matches([':', '：']).to_lowercase();
    let is_label =
        label.len() < text.len() && !label.is_empty() && look.text.to_lowercase().contains(&label);
    let is_more = matches!(
        told,
        looks::Said::Nothing | looks::Said::Fails | looks::Said::Number(_)
    );
    if side == Side::Before && !is_more && is_label {
        return silent;
    }
    let quotes = shows::read_quotes(words, false);
    if told == looks::Said::Silent && quotes.shows.is_empty() && quotes.held.is_empty() {
        return silent;
    }
    let mut expect = Expect {
        words: Some(text.clone()),
        ..silent
    };
    match told {
        looks::Said::Nothing => expect.outcome = ExpectedOutcome::NoMatches,
        looks::Said::Fails => expect.outcome = ExpectedOutcome::Fail,
        looks::Said::Number(measure::Measure::Count(count)) => expect.count = Some(count),
        looks::Said::Number(measure::Measure::Status(status)) => expect.status = Some(status),
        looks::Said::Silent | looks::Said::Found | looks::Said::Unread => {
            let whole = !looks::is_bounded(&text)
                && quotes.left.iter().all(|text| look.text.contains(text));
            if whole {
                (expect.shows, expect.held) = (quotes.shows, quotes.held);
            }
            let silent = expect.shows.is_empty() && expect.held.is_empty();
            if whole && told == looks::Said::Found && silent && !shows::names_more(words, look.text)
            {
                expect.outcome = ExpectedOutcome::Pass;
            }
        }
    }
    expect
}

/// Returns the least number of tests that pass: "12 passed", "all 12 tests pass", "12/12", "PASS (2 tests)", "runs nine
/// tests".
fn least_passed(lower: &str) -> Option<u64> {
    const TESTS: [&str; 9] = [
        "tests",
        "test",
        "specs",
        "cases",
        "new",
        "unit",
        "个测试",
        "pruebas",
        "passing",
    ];
    let words: Vec<&str> = lower
        .split(|letter: char| {
            letter.is_whitespace()
                || matches!(letter, '(' | ')' | ',' | ';' | ':' | '`' | '+' | '*')
        })
        .filter(|word| !word.is_empty())
        .collect();
    let says = |word: &str| word.starts_with("pass") || word == "green" || word.starts_with("通过");
    for (at, word) in words.iter().enumerate() {
        let Some(number) = word.split('/').next().and_then(measure::read_number) else {
            continue;
        };
        let ends = |letter: char| matches!(letter, '.' | '。');
        let next = |ahead: usize| {
            words
                .get(at + ahead)
                .map_or("", |word| word.trim_end_matches(ends))
        };
        // "PASS (5)".
        let told = at > 0 && says(words[at - 1]) && words[at - 1].len() < 7 && next(1).is_empty();
        let tests = TESTS.contains(&next(1));
        let approximate = at > 0 && matches!(words[at - 1], "~" | "about");
        let more = at > 1 && words[at - 1] == "than" && words[at - 2] == "more"
            || at > 0 && words[at - 1] == "over";
        // All that ran, where all of them pass: "PASS (2 tests)", "Ran 4 tests", "2 in total".
        let plural = matches!(next(1), "tests" | "specs") || number == 1 && next(1) == "test";
        let ran = at > 0 && matches!(words[at - 1], "runs" | "ran");
        let all = plural && (ran || next(2).is_empty() && !is_other(&words[..at]));
        let total = matches!((next(1), next(2)), ("in", "total")) && lower.contains("test");
        let passing = says(next(1)) || tests && (says(next(2)) || says(next(3)));
        if !approximate && (passing || total || told || all) {
            return Some(number + u64::from(more));
        }
    }
    None
}

/// Returns whether the words before a number of tests say that they do something else than pass.
fn is_other(before: &[&str]) -> bool {
    before
        .iter()
        .any(|word| word.starts_with("fail") || word.starts_with("skip") || denial::is_denial(word))
}
