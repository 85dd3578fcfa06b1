//! Takes the status that words state apart from what they say of the output: "exit code 0, prints 3" states two facts.

use super::measure::{Measure, read_measure};
use super::shows::quotation_spans;
use crate::inline::plain_text;

/// Words and signs between two facts.
const BETWEEN: [&str; 18] = [
    ", ", "; ", " (", ") ", ")", "，", "；", "（", "）", " — ", " – ", " - ", " and ", " und ",
    " y ", " et ", " e ", " и ",
];
/// Words that begin the second one themselves.
const BEGINS: [&str; 5] = [
    " with no ",
    " with empty ",
    " with an empty ",
    " ohne ausgabe",
    " sin salida",
];
/// The most words of a clause that states nothing but a status: "and it ends with status 0".
const LONGEST: usize = 6;

/// Returns the status that one clause states, and the words of the others; nothing where there are no others.
pub(super) fn split_status(words: &str) -> Option<(i32, String)> {
    let clauses = split_clauses(words);
    let status = |clause: &&str| {
        let plain = plain_text(clause).replace('`', "").to_lowercase();
        let short = plain.split_whitespace().count() <= LONGEST;
        match read_measure(plain.trim().trim_end_matches('.')).filter(|_| short)? {
            Measure::Status(status) => Some(status),
            Measure::Count(_) => None,
        }
    };
    let at = clauses.iter().position(|clause| status(clause).is_some())?;
    let rest: Vec<&str> = clauses
        .iter()
        .enumerate()
        .filter(|(other, clause)| *other != at && clause.contains(char::is_alphanumeric))
        .map(|(_, clause)| clause.trim())
        .collect();
    (!rest.is_empty()).then(|| Some((status(&clauses[at])?, rest.join(", "))))?
}

/// Cuts words into clauses; what they quote stays whole.
fn split_clauses(words: &str) -> Vec<&str> {
    let quoted: Vec<_> = quotation_spans(words)
        .into_iter()
        .map(|(outer, _)| outer)
        .collect();
    let lower = words.to_lowercase();
    // A lower letter may be longer than its capital.
    if lower.len() != words.len() {
        return vec![words];
    }
    let outside = |at: &usize| !quoted.iter().any(|span| span.contains(at));
    let found = |signs: &'static [&'static str], whole: bool| {
        let lower = lower.as_str();
        signs.iter().flat_map(move |sign| {
            lower
                .match_indices(sign)
                .map(move |(at, sign)| (at, if whole { at } else { at + sign.len() }))
        })
    };
    let mut cuts: Vec<(usize, usize)> = found(&BETWEEN, false)
        .chain(found(&BEGINS, true))
        .filter(|(at, _)| outside(at))
        .collect();
    cuts.sort_unstable();
    let mut clauses = Vec::new();
    let mut from = 0;
    for (end, next) in cuts {
        if end >= from {
            clauses.push(&words[from..end]);
            from = next;
        }
    }
    clauses.push(&words[from.min(words.len())..]);
    clauses
}

#[cfg(test)]
mod tests {
    use crate::commands::{Expect, ExpectedOutcome, read_expectation};

    #[test]
    fn a_status_and_what_is_printed_are_two_facts() {
        let silent: fn(&Expect) -> bool = |expect| expect.outcome == ExpectedOutcome::NoMatches;
        let three: fn(&Expect) -> bool =
            |expect| expect.count.is_some_and(|count| count.number == 3);
        let shown: fn(&Expect) -> bool = |expect| expect.shows == ["ok"];
        for (words, status, holds) in [
            ("no output, exit code 0", 0, silent),
            ("No output and exit code 0.", 0, silent),
            ("exits 1 with no output", 1, silent),
            ("exit code 0; output is empty", 0, silent),
            ("empty output (exit code 0)", 0, silent),
            ("prints nothing and exits with 0", 0, silent),
            ("nothing, exit 1", 1, silent),
            ("exit code 0, prints 3", 0, three),
            ("prints 3 and exits 0", 0, three),
            ("exit status 0 and 3 lines", 0, three),
            ("exits 0 and prints `ok`", 0, shown),
            ("exit 2, prints `ok`", 2, shown),
        ] {
            let expect = read_expectation(words);
            assert_eq!(expect.status, Some(status), "{words}: {expect:?}");
            assert!(holds(&expect), "{words}: {expect:?}");
        }
        let plain = read_expectation("exit code 0, all is well");
        assert!(!plain.is_of_output(), "{plain:?}");
        assert_eq!(read_expectation("prints `a, exit 0`").status, None);
    }
}
