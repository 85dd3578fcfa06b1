//! Judges what a command printed, or ended with, by the words of the plan about it.

use plan::{Count, Expect, Stands};
use shell::{Decides, OutputReason, Reading, StatusMeaning, Telling};

use super::{Judgement, ParsedCheck};
use crate::check::closing_lines::{
    all_skipped, failed_count, find_closing_line, passed_count, tells_of_failures,
};
use crate::check::inconclusive::Inconclusive;
use crate::check::kind::Kind;
use crate::check::shown::{
    counted_at_end, is_counting_script, mentions_text, read_measured_number, shows_expected_text,
    shows_text,
};
use crate::check::vacuous::{Vacuous, has_search, has_telling_part};

/// Judges a search that shall find nothing: exit code 1 is right, and so is 0 with nothing printed.
pub(super) fn judge_search(asked: &ParsedCheck, code: i32, output: &str) -> Judgement {
    let lines = output
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    // `grep -c` prints a nought for what it does not find; a line that another search found may end in one as well.
    let nothing = lines == 0
        || is_counting_script(&asked.reading)
            && output.lines().all(|line| counted_at_end(line) == Some(0));
    let told = asked.reading.decides();
    let own =
        told == Decides::Status && (asked.reading.is_negated() || !has_search(&asked.reading));
    let found = told == Decides::Found || told == Decides::Status && !own;
    match code {
        // The status of a search says that it found something, also where it prints nothing: `grep -q`.
        0 if found => Judgement::failed("the plan expects no result, and something was found"),
        1 if own => Judgement::failed(with_summary("exit code 1", output)),
        0 if nothing && !own && is_silenced(&asked.reading) => {
            Judgement::inconclusive(&Inconclusive::Vacuous(Vacuous::Output(OutputReason::Shows)))
        }
        0 | 1 if nothing => Judgement::passed("nothing found, as the plan expects"),
        0 | 1 => Judgement::failed(format!(
            "the plan expects no result, and {lines} lines came"
        )),
        code => Judgement::inconclusive(&Inconclusive::SearchFailed(code)),
    }
}

/// Judges a command that ended with the status that the plan states, and shall print nothing as well. The lines with which a
/// package manager announces a script are not the script's.
pub(super) fn judge_silence(code: i32, output: &str) -> Judgement {
    let own = |line: &&str| !line.trim().is_empty() && !line.starts_with(['>', '$']);
    match output.lines().filter(own).count() {
        0 => Judgement::passed(format!(
            "no output and exit code {code}, as the plan expects"
        )),
        lines => Judgement::failed(format!(
            "the plan expects no output, and {lines} lines came"
        )),
    }
}

/// Tells that a search in the script prints nothing, whatever it finds: `-q`, `> /dev/null`.
pub(super) fn is_silenced(reading: &Reading) -> bool {
    let quiet = |call: &&shell::Call| {
        call.status(1) == Some(StatusMeaning::NothingFound)
            && call.result_source() == Telling::Status
    };
    let discards = |to: &shell::Redirection| {
        let output = matches!(
            to.kind,
            shell::RedirectionKind::Output | shell::RedirectionKind::Append
        );
        output && to.target == "/dev/null" && !reading.script.slice(&to.span).starts_with('2')
    };
    reading.calls().iter().any(quiet)
        || has_search(reading)
            && reading
                .script
                .invocations
                .iter()
                .flat_map(|one| &one.redirections)
                .any(discards)
}

/// Judges a number that the plan states of the output. A search that counts ends with 1 where it counts none.
pub(super) fn judge_count(
    asked: &ParsedCheck,
    (code, as_stated): (i32, bool),
    output: &str,
    count: Count,
) -> Judgement {
    let searches = has_search(&asked.reading);
    if code > 1 && searches {
        return Judgement::inconclusive(&Inconclusive::SearchFailed(code));
    }
    if code != 0 && !as_stated && !searches {
        return Judgement::failed(with_summary(&format!("exit code {code}"), output));
    }
    match read_measured_number(&asked.reading, output, count) {
        None => Judgement::inconclusive(&Inconclusive::NoNumber),
        Some(found) if count.holds(found) => {
            Judgement::passed(format!("{found}, as the plan expects"))
        }
        Some(found) => Judgement::failed(format!("the plan expects {count}, and it is {found}")),
    }
}

/// Judges a failure that the plan expects: where it says what is seen, one of that is seen.
pub(super) fn judge_failure(output: &str, expect: &Expect) -> Judgement {
    let seen =
        expect.shows.is_empty() || expect.shows.iter().any(|text| mentions_text(output, text));
    match expect.shows.first().filter(|_| !seen) {
        Some(text) => Judgement::inconclusive(&Inconclusive::OtherFailure(text.clone())),
        None => Judgement::passed(with_summary("failed as the plan expects", output)),
    }
}

/// Judges a success whose output does not keep to a text that the plan expects there, or not there.
pub(super) fn judge_missed_text(held: &plan::Held) -> Judgement {
    let text = &held.text;
    match held.stands {
        // Programs name it in many ways, also where there is none.
        Stands::Nowhere if held.is_warning() => {
            Judgement::inconclusive(&Inconclusive::Shown(text.clone()))
        }
        Stands::Nowhere if held.is_errors() => Judgement::failed(
            "the plan expects nothing on the standard error, and something was written to it",
        ),
        Stands::Nowhere => Judgement::failed(format!(
            "the plan expects no `{text}`, and it is in the output"
        )),
        Stands::Start => Judgement::failed(format!(
            "the plan expects that the output begins with `{text}`"
        )),
        Stands::Whole => Judgement::failed(format!(
            "the plan expects `{text}` and nothing else in the output"
        )),
        Stands::End => Judgement::failed(format!(
            "the plan expects that the output ends with `{text}`"
        )),
    }
}

/// Judges a command that ended as it should by what it printed: counts of tests, and the texts that the plan expects.
pub(super) fn judge_success(
    asked: &ParsedCheck,
    (code, output): (i32, &str),
    expect: &Expect,
) -> Judgement {
    let kind = asked.kind;
    // A script of the project's own may start a runner and drop its status.
    let runs = has_telling_part(&asked.reading)
        || asked
            .reading
            .outer_calls()
            .iter()
            .any(|call| call.target.is_some());
    if kind == Kind::Other && runs && tells_of_failures(output) {
        return Judgement::inconclusive(&Inconclusive::FailuresTold);
    }
    if kind == Kind::Tests && failed_count(output) > 0 {
        return Judgement::failed(with_summary("tests failed, whatever the exit code", output));
    }
    if kind == Kind::Tests && all_skipped(output) {
        return Judgement::inconclusive(&Inconclusive::AllSkipped);
    }
    if let Some(wanted) = expect.passed {
        let number = |word: &str| word.parse() == Ok(wanted);
        match passed_count(output) {
            Some(passed) if passed < wanted => {
                return Judgement::failed(format!(
                    "the plan expects {wanted} passed, and {passed} did"
                ));
            }
            None if !output
                .split(|letter: char| !letter.is_ascii_digit())
                .any(number) =>
            {
                return Judgement::inconclusive(&Inconclusive::NoNumber);
            }
            _ => {}
        }
    }
    if let Some(held) = expect
        .held
        .iter()
        .find(|held| !shows_expected_text(output, held))
    {
        return judge_missed_text(held);
    }
    if kind == Kind::Other
        && let Some(missing) = expect.shows.iter().find(|text| !shows_text(output, text))
    {
        return Judgement::inconclusive(&Inconclusive::NotShown(missing.clone()));
    }
    Judgement::passed(with_summary(&format!("exit code {code}"), output))
}

pub(super) fn with_summary(otherwise: &str, output: &str) -> String {
    find_closing_line(output).unwrap_or_else(|| otherwise.to_owned())
}
