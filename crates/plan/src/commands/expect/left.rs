//! Finds what words state of a result and no rule has read: as long as there is some, nothing is proven by the command.
//!
//! A number, a quotation or a denial states something whatever the words around it are, so that it must be accounted for by
//! what was read: `returns 3 twice` leaves nothing, but `is sorted, 4 rows` leaves the 4.

use super::{Expect, ExpectedOutcome, Side, Stands, denial, looks, measure, outcome, shows};

/// Words about a command, and what was read of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated<'a> {
    /// The words.
    pub(crate) words: &'a str,
    /// Where they stand.
    pub(crate) side: Side,
    /// The command; what it names itself is no result.
    pub(crate) own: &'a str,
    /// It runs tests, linters, type checks or builds, which report in words of their own.
    pub(crate) check: bool,
    /// The expectation as far as it was read.
    pub(crate) expect: &'a Expect,
}

/// Tells that the words state something of the result which was not read.
pub(crate) fn is_left(stated: Stated<'_>) -> bool {
    let words = of_result(&super::without_replaced(stated.words));
    let stated = Stated {
        words: &words,
        ..stated
    };
    let lower = words.to_lowercase();
    let failing = stated.expect.outcome == ExpectedOutcome::Fail
        || stated.expect.status.is_some_and(|status| status != 0);
    let quotes = shows::read_quotes(stated.words, false);
    let held = quotes.held.iter().map(|held| &held.text);
    let mut quoted = quotes.left.iter().chain(&quotes.shows).chain(held);
    let left = !stated.check && !failing && quoted.any(|text| !stated.is_accounted(text));
    let bounded =
        !stated.check && !stated.expect.shows.is_empty() && looks::is_bounded(stated.words);
    let denied = |clause: &&str| denial::is_denial(clause) && !stated.reads_denial(clause);
    let denied = !stated.check && !failing && denial::split_clauses(&lower).iter().any(denied);
    let numbered = measure::list_numbers(&lower)
        .iter()
        .any(|number| !failing && stated.leaves(number));
    match stated.side {
        Side::Behind => left || bounded || denied || numbered,
        Side::Before => numbered,
    }
}

/// Returns the sentences that are about the result: the first one, up to the reason or the time that it gives, and
/// those that begin with a verb of showing or with the output. The others tell what to do, or of something else.
fn of_result(words: &str) -> String {
    const OUTPUT: [&str; 6] = [
        "it ",
        "output ",
        "the output ",
        "stdout ",
        "the response ",
        "the command ",
    ];
    const REASONS: [&str; 5] = [" after ", " because ", " since ", " once ", " now that "];
    let sentences: Vec<&str> = words
        .split_inclusive(". ")
        .flat_map(|part| part.split_inclusive(['。', '；']))
        .collect();
    let shows = |sentence: &str| {
        let lower = sentence.trim_start().to_lowercase();
        let first = lower.split_whitespace().next().unwrap_or_default();
        shows::is_showing(first) || OUTPUT.iter().any(|lead| lower.starts_with(lead))
    };
    let kept = sentences
        .iter()
        .enumerate()
        .filter(|(at, sentence)| *at == 0 || shows(sentence));
    let plain = |front: &&str| !front.contains(['`', '"']) && !front.contains(char::is_numeric);
    let short = |sentence: &str| {
        let cut = REASONS
            .iter()
            .filter_map(|reason| sentence.find(reason))
            .min();
        let front = cut.map(|cut| &sentence[..cut]).filter(plain);
        let verdict =
            |front: &&str| outcome::read_outcome(&front.to_lowercase()) == ExpectedOutcome::Pass;
        front.filter(verdict).unwrap_or(sentence).to_owned()
    };
    kept.map(|(_, sentence)| short(sentence)).collect()
}

/// Tells that words right behind a command say what it gives, by a verb: "returns …", "is …".
pub(crate) fn says_result(behind: &str) -> bool {
    const NO_VERBS: [&str; 9] = [
        "to", "all", "the", "left", "with", "mit", "code", "status", "expect",
    ];
    let first: String = behind
        .chars()
        .take_while(|letter| letter.is_alphanumeric())
        .collect();
    let first = first.to_lowercase();
    shows::is_showing(&first)
        || measure::is_number_verb(&first) && !NO_VERBS.contains(&first.as_str())
}

impl Stated<'_> {
    /// Returns whether a quoted text was read, or is none of a result: the command names it, or it is a command or
    /// folder itself.
    fn is_accounted(&self, text: &str) -> bool {
        let expect = self.expect;
        let number = |text: &str| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits
                .parse::<u64>()
                .is_ok_and(|number| self.is_read(number))
        };
        let places = ["folder", "directory", "dir", "package"];
        let placed = |place: &&str| self.words.contains(&format!("`{text}` {place}"));
        let folder = text.ends_with('/') || places.iter().any(placed);
        names_whole(self.own, text)
            || expect.shows.iter().any(|shown| shown == text)
            || expect.held.iter().any(|held| held.text == text)
            || folder
            || shell::is_command(text)
            || number(text)
            || is_verdict(text) && expect.outcome == ExpectedOutcome::Pass
    }

    /// Returns whether a number is one of those that were read.
    fn is_read(&self, number: u64) -> bool {
        let expect = self.expect;
        let count = expect
            .count
            .is_some_and(|count| count.number == number || count.to == Some(number));
        count
            || expect
                .passed
                .is_some_and(|passed| passed == number || passed == number + 1)
            || expect
                .status
                .is_some_and(|status| u64::try_from(status) == Ok(number))
            || number == 200 && expect.outcome == ExpectedOutcome::Pass
            || number == 0
                && matches!(
                    expect.outcome,
                    ExpectedOutcome::Pass | ExpectedOutcome::NoMatches
                )
    }

    /// Returns whether a number states something that was not read. In front of a command it does only where words
    /// compare it or tell it; what a check reports is told by its percentages and times.
    fn leaves(&self, number: &measure::Number) -> bool {
        let digits = number.number.to_string();
        let named = names_whole(self.own, &digits) || is_name(&number.before);
        let of_check = number.percent;
        let states = match (self.side, self.check) {
            (_, true) => of_check,
            (Side::Before, false) => number.percent || number.compared || number.is_measure(),
            (Side::Behind, false) => true,
        };
        states && !named && !self.is_read(number.number)
    }

    /// Returns whether what a clause denies was read: that nothing comes, that nothing fails, another number, a text.
    fn reads_denial(&self, clause: &str) -> bool {
        let expect = self.expect;
        let nothing = expect.outcome == ExpectedOutcome::NoMatches;
        let another = expect.count.is_some_and(|count| {
            let numbers = measure::list_numbers(clause);
            numbers.iter().any(|number| number.number == count.number)
        });
        let mut absent = expect
            .held
            .iter()
            .filter(|held| held.stands == Stands::Nowhere);
        let absent =
            absent.any(|held| clause.contains(&held.text.to_lowercase()) || held.is_warning());
        nothing || another || absent || outcome::reads_denial(clause)
    }
}

/// Returns whether a command names a text whole: `ok` is no part of `okf`.
pub(crate) fn names_whole(command: &str, text: &str) -> bool {
    let joins = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    };
    command.match_indices(text).any(|(at, _)| {
        !joins(command[..at].chars().next_back())
            && !joins(command[at + text.len()..].chars().next())
    })
}

/// Returns whether the word before a number makes it a name: "phase 2", "python 3".
fn is_name(before: &str) -> bool {
    const NAMES: [&str; 15] = [
        "phase", "step", "task", "section", "part", "chapter", "line", "lines", "version",
        "python", "node", "django", "page", "item", "#",
    ];
    NAMES.contains(&before)
}

/// Returns whether a quoted text is a verdict: `PASS`, `All checks passed`; `ok` is a name.
fn is_verdict(text: &str) -> bool {
    let words = text
        .chars()
        .all(|letter| letter.is_alphabetic() || matches!(letter, ' ' | '!' | '.'));
    words
        && text.chars().any(char::is_uppercase)
        && outcome::read_outcome(&text.to_lowercase()) == ExpectedOutcome::Pass
}
