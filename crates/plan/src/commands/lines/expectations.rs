//! Reads the words beside a command in its line for the result that they expect of it.
//!
//! "`pytest` passes" → a pass; "`rg TODO src` finds nothing" → no matches.

use super::Manner;
use crate::commands::expect::{Side, names_whole, says_result};
use crate::commands::{Expect, ExpectedOutcome, Of, PlannedCommand, read_expectation};
use crate::inline::{comparison_key, one_line, plain_text};

/// Lays down what is said of a look at the tree, behind it or in front of it. Words that are not read keep a criterion
/// from being taken for proven; elsewhere they may be about anything.
pub(crate) fn attach_expectation(
    command: &mut PlannedCommand,
    before: &str,
    behind: &str,
    manner: Manner,
) {
    let rest = expected_behind(behind).unwrap_or(behind);
    command.await_look(rest, Side::Behind);
    let said = std::mem::take(&mut command.expect);
    if said.words.is_none() || said.is_unread() {
        if manner != Manner::Labelled {
            command.await_look(before, Side::Before);
        }
        let open = command.expect.words.is_none() || command.expect.is_unread();
        // What is said in front may be the half of it: "Only new ones: `…` lists the files".
        if open && said.words.is_some()
            || said.is_unread() && command.expect.outcome == ExpectedOutcome::Pass
        {
            command.expect = said;
        }
    } else {
        command.expect = said;
    }
    let lead = |letter: char| {
        letter.is_whitespace() || matches!(letter, '—' | '–' | '-' | '→' | '*' | ',')
    };
    let asked = asked_to_see(behind.trim_start_matches(lead)).is_some();
    let stated = manner == Manner::Criterion || claim_words(behind).is_some() || asked;
    if command.expect.is_unread() && !stated {
        command.expect = Expect::default();
    }
}

/// Marks what a criterion says of its command and what nothing read, so that it is not taken for proven.
pub(crate) fn mark_unread_words(command: &mut PlannedCommand, before: &str, behind: &str) {
    let lead = |letter: char| letter.is_whitespace() || matches!(letter, '*' | ',' | '→');
    let rest = behind.trim_start_matches(lead);
    let unsaid =
        command.expect.words.is_none() && command.expect.outcome == ExpectedOutcome::Unstated;
    if unsaid && !command.facts.is_check() && !command.server && says_result(rest) {
        command.expect.words = Some(one_line(&plain_text(behind)));
    }
    command.weigh(behind, Side::Behind);
    command.weigh(before, Side::Before);
}

/// Lays down what a criterion claims in front of its command: "The lock is valid: `uv lock --check`", "Exit code 1: `…`",
/// "Prints `ok`: `…`", "The old schema fails: `…`", "HTTP 404 from `…`".
pub(super) fn attach_claim(command: &mut PlannedCommand, before: &str) {
    let bare = before.trim_end();
    let statement = bare.trim_end_matches([':', '：']);
    let linked = LINKS.iter().find_map(|link| bare.strip_suffix(link));
    let statement = match linked {
        _ if statement.len() < bare.len() => statement,
        Some(statement) => statement,
        None => return,
    };
    if comparison_key(statement).is_empty() {
        return;
    }
    let said = read_expectation(statement);
    let checks = command.facts.is_check();
    let percent = said.count.is_some_and(|count| count.of == Of::Percent);
    let statement = comparison_key(statement);
    let words: Vec<&str> = statement.split_whitespace().collect();
    let fails = words.last().is_some_and(|word| FAILS.contains(word));
    let told = words.iter().any(|word| FAILS.contains(word));
    let quoted = !said.shows.is_empty() || !said.held.is_empty();
    let held = said
        .count
        .is_some_and(|count| !shows_number(&words) && compares_itself(command, count.number));
    let printed = quoted || said.count.is_some() && !held;
    if said.status.is_some() || percent || !checks && printed {
        command.await_result(said);
    } else if !checks && shows_number(&words) {
        // A number in what it shall print that nothing reads: its success alone says nothing of it.
        command.expect = Expect {
            words: said.words.or_else(|| Some(statement.clone())),
            ..Expect::default()
        };
    } else if linked.is_some() {
        // What is linked so is no statement.
    } else if said.outcome == ExpectedOutcome::Fail && fails {
        command.expect.outcome = ExpectedOutcome::Fail;
    } else if said.outcome == ExpectedOutcome::Fail && told && !checks {
        // What fails may be the command, or what it tests.
        command.expect = Expect {
            words: said.words,
            ..Expect::default()
        };
    } else {
        command.expect.outcome = ExpectedOutcome::Pass;
    }
}

/// Returns whether a command is a script that holds the number itself and prints nothing: "The limit is 50: `node -e "…
/// if (limit !== 50) process.exit(1)"`". Its status tells of the number.
fn compares_itself(command: &PlannedCommand, number: u64) -> bool {
    const PRINTS: [&str; 6] = ["print", "console.", "echo ", "stdout", "log(", "puts "];
    let text = &command.text;
    command.facts.kind == shell::Kind::Script
        && names_whole(text, &number.to_string())
        && !PRINTS.iter().any(|word| text.contains(word))
}

/// Returns whether a statement says a number of what is shown: "prints 9 routes".
fn shows_number(words: &[&str]) -> bool {
    let shown = words
        .first()
        .is_some_and(|first| crate::commands::expect::is_showing(first));
    shown && words.iter().any(|word| word.parse::<u64>().is_ok())
}

/// Words between a result and the command that it is of: "HTTP 404 from `…`", "Status 404 - `…`".
const LINKS: [&str; 11] = [
    " from", " by", " of", " in", " von", " de", " par", " -", " –", " —", " (",
];

/// Words of a statement about a command that shall fail.
const FAILS: [&str; 6] = ["fail", "fails", "non-zero", "nonzero", "fehl", "falla"];

/// Returns the words behind a command that say what it shows, or what is to be seen by it: "shows the new block".
fn claim_words(behind: &str) -> Option<&str> {
    let lead = |letter: char| {
        letter.is_whitespace() || matches!(letter, '—' | '–' | '-' | ',' | '*' | '→')
    };
    let rest = behind.trim_start_matches(lead);
    let first: String = rest
        .chars()
        .take_while(|letter| letter.is_alphanumeric())
        .collect();
    crate::commands::expect::is_showing(&first.to_lowercase()).then_some(rest)
}

/// Returns the expectation in the words behind a command.
pub(super) fn expectation_behind(words: &str, manner: Manner) -> Expect {
    let joins = |letter: char| {
        letter.is_whitespace()
            || matches!(
                letter,
                '(' | ')' | ',' | '.' | ';' | ':' | '*' | '—' | '–' | '-' | '→' | '='
            )
    };
    let rest = words.trim_start_matches(joins);
    if let Some(value) = expected_behind(rest) {
        return read_expectation(trim_closing(value));
    }
    if let Some(claim) = asked_to_see(rest) {
        return read_expectation(trim_closing(claim));
    }
    let arrow = words
        .trim_start()
        .starts_with(['→', '=', '—', '–', '-', '('])
        || manner != Manner::Sentence;
    let points = words.trim_start().starts_with(['→', '=']);
    if !arrow || rest.is_empty() || rest.starts_with('`') && !points {
        return Expect::default();
    }
    let bracket = words
        .trim_start()
        .strip_prefix(['(', '（'])
        .and_then(|inner| inner.split([')', '）']).next());
    let found = bracket
        .map(read_expectation)
        .filter(|inner| inner.outcome != ExpectedOutcome::Unstated);
    let found = found.unwrap_or_else(|| read_expectation(trim_closing(rest)));
    let stated = manner == Manner::Criterion && claim_words(words).is_some();
    if found.is_unread() && !stated {
        Expect::default()
    } else {
        found
    }
}

/// Returns what stands behind the word "expected".
pub(super) fn expected_behind(words: &str) -> Option<&str> {
    let signs = [
        "expected output:",
        "expected:",
        "expect:",
        "expected",
        "expect",
        "预期：",
        "预期:",
        "期望：",
        "esperado:",
    ];
    let lower = words.to_lowercase();
    let at = signs
        .iter()
        .find_map(|word| lower.find(word).map(|at| at + word.len()))?;
    words
        .get(at..)
        .map(|value| value.trim_start_matches([':', '：', '*', ' ']))
}

/// Returns what is to be seen once the command ran: "and verify it starts", "confirm the table is listed".
pub(crate) fn asked_to_see(words: &str) -> Option<&str> {
    const VERBS: [&str; 14] = [
        "verify",
        "confirm",
        "ensure",
        "check",
        "see",
        "expect",
        "验证",
        "确认",
        "确保",
        "检查",
        "verifica",
        "comprueba",
        "vérifier",
        "проверить",
    ];
    let lead = ["and ", "then ", "to "];
    let bare = words
        .trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, '*' | '_'));
    let lower = bare.to_lowercase();
    let skipped = lead
        .iter()
        .find(|word| lower.starts_with(*word))
        .map_or(0, |word| word.len());
    let verb = VERBS.iter().find(|verb| {
        lower
            .get(skipped..)
            .is_some_and(|rest| rest.starts_with(*verb))
    })?;
    let rest = bare.get(skipped + verb.len()..)?;
    let whole = !verb.is_ascii() || rest.starts_with([' ', ':']);
    whole
        .then(|| rest.trim_start_matches([' ', ':']))
        .filter(|rest| !rest.is_empty() && !rest.starts_with('`'))
}

/// Without the signs that end a sentence, and without a bracket that was opened before it.
fn trim_closing(words: &str) -> &str {
    let bare = words.trim_end_matches(['.', ' ', ',']);
    let odd = bare.matches(')').count() > bare.matches('(').count();
    if odd {
        bare.trim_end_matches(')')
    } else {
        bare
    }
}
