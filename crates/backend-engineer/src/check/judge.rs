//! Judges one finished command by its exit status and by what the plan expects of it.

mod expected;

use std::path::PathBuf;

use journal::Verdict;
use plan::{Expect, ExpectedOutcome};
use serde::Serialize;
use shell::{Decides, NothingReason, OutputReason, Reading, Recipes};

use expected::{
    judge_count, judge_failure, judge_search, judge_silence, judge_success, with_summary,
};

use super::inconclusive::{EndContext, Inconclusive, inconclusive_reason};
use super::kind::{Kind, checked_by, is_fixing_script};
use super::vacuous::{
    FED_BY_A_FAILURE, Vacuous, is_constant, strict_form, vacuous_reason, with_fed_statuses,
};

/// A command as it is run, and what is known of it before.
#[derive(Debug)]
pub(crate) struct ParsedCheck {
    /// The kind of check: the line of the report that it belongs to.
    pub(crate) kind: Kind,
    /// The script as the shell gets it.
    pub(crate) script: String,
    pub(super) reading: Reading,
    /// The command that runs in the project's environment in place of the written one.
    pub(super) instead: Option<String>,
    /// Why a success of what it runs in the tree says nothing.
    pub(super) lost: Option<Vacuous>,
}

impl ParsedCheck {
    /// Reads a script, which checks what `kind` says, or else what its own words say.
    pub(crate) fn from_script(script: &str, kind: Option<Kind>, recipes: &dyn Recipes) -> Self {
        let written = shell::read_with(script, recipes);
        let kind = kind
            .or_else(|| checked_by(&written).into_iter().next())
            .unwrap_or(Kind::Other);
        let strict = strict_form(&written, kind != Kind::Other);
        let reading = shell::read_with(&strict, recipes);
        // Where the failure of each part of a pipe counts, none may fail only because the next one stopped reading.
        let script = reading
            .reading_on()
            .filter(|_| strict != script)
            .unwrap_or(strict);
        let script = with_fed_statuses(&script).unwrap_or(script);
        let script = shell::read(&script)
            .with_negated_searches()
            .unwrap_or(script);
        ParsedCheck {
            kind,
            script,
            reading,
            instead: None,
            lost: None,
        }
    }

    /// Adds what was run instead of the written command to what it proved.
    pub(super) fn with_actual_script(&self, judgement: Judgement) -> Judgement {
        let Some(instead) = &self.instead else {
            return judgement;
        };
        let detail = format!(
            "{} (as `{instead}`: its runner is not installed)",
            judgement.detail
        );
        Judgement {
            detail,
            ..judgement
        }
    }

    /// Returns whether the script itself lets the failure of any part of a pipe be its own (`pipefail`), as written.
    fn joins_statuses(&self) -> bool {
        let text = self.reading.script.text.as_str();
        let written = text.strip_prefix("set -e -o pipefail\n").unwrap_or(text);
        written.contains("pipefail")
    }

    /// Returns whether its success is that something in it fails.
    pub(super) fn is_negated(&self) -> bool {
        self.reading.is_negated()
    }
}

/// A verdict and the words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Judgement {
    /// The conclusion that the checks allow.
    pub(crate) verdict: Verdict,
    /// Why, in a clause that follows "PASS - " or stands alone.
    pub(crate) detail: String,
    /// A limit ended it.
    pub(crate) limit: bool,
}

/// The facts by which a command is judged, beside itself and its end.
pub(crate) struct JudgeContext<'a> {
    /// The result that the plan expects of it.
    pub(crate) expect: &'a Expect,
    /// It is a step of the plan, run for what it does.
    pub(crate) step: bool,
    /// The plan's words beside it say what its success means.
    pub(crate) described: bool,
    /// Tells that a module or package of that name belongs to the repository or to the plan.
    pub(crate) ours: &'a dyn Fn(&str) -> bool,
    /// Where the user's own shell finds a program.
    pub(crate) host: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// Tells that commands can listen and connect on a loopback of their own.
    pub(crate) has_loopback: bool,
}

/// The status of a program that wrote into a closed pipe: 128 and the number of SIGPIPE.
const PIPE_CLOSED: i32 = 141;

/// The end of a command: by itself, by a signal, or at a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CommandEnd {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Because it took too much of the machine.
    OverLimit(sandbox::Limit),
    /// At its time limit, in seconds.
    TimedOut { seconds: u64, server: bool },
}

impl Judgement {
    pub(crate) fn passed(detail: impl Into<String>) -> Self {
        Judgement {
            verdict: Verdict::Passed,
            detail: detail.into(),
            limit: false,
        }
    }

    pub(crate) fn failed(detail: impl Into<String>) -> Self {
        Judgement {
            verdict: Verdict::Failed,
            detail: detail.into(),
            limit: false,
        }
    }

    /// Makes the judgement of a command that says nothing about the code.
    pub(crate) fn inconclusive(why: &Inconclusive) -> Self {
        let limit = matches!(why, Inconclusive::TimedOut(_));
        Judgement {
            verdict: Verdict::NotChecked,
            detail: why.to_string(),
            limit,
        }
    }

    pub(crate) fn not_checked(detail: impl Into<String>) -> Self {
        Judgement {
            verdict: Verdict::NotChecked,
            detail: detail.into(),
            limit: false,
        }
    }
}

/// Judges a command that ended with `end` and printed `output` (its head and tail suffice). Where the plan states more of
/// its result than could be read, nothing is proven by what was.
pub(crate) fn judge_end(
    asked: &ParsedCheck,
    end: CommandEnd,
    output: &str,
    context: &JudgeContext<'_>,
) -> Judgement {
    let expect = context.expect;
    let judgement = judge_read(asked, end, output, context);
    let unread = expect.words.as_deref().filter(|_| expect.is_unread());
    // What is not read may be a line of the output as it stands.
    let bare = |text: &str| text.trim().trim_matches(['`', '"', '.']).to_owned();
    let printed = |words: &&str| output.lines().any(|line| bare(line) == bare(words));
    let Some(words) = unread.filter(|words| !printed(words)) else {
        return judgement;
    };
    // The number may be the status that it ended with.
    let status = |code: i32| {
        words
            .split(|letter: char| !letter.is_ascii_digit())
            .any(|word| word == code.to_string())
    };
    let stated = matches!(end, CommandEnd::Code(code) if code != 0 && status(code));
    let unproven =
        judgement.verdict == Verdict::Passed || judgement.verdict == Verdict::Failed && stated;
    if unproven {
        Judgement::inconclusive(&Inconclusive::Unread(words.to_owned()))
    } else {
        judgement
    }
}

/// Judges by what was read of the plan's expectation. The order is that of certainty: an end that is no exit code first,
/// then what makes the code say nothing, then the code and the output against what is expected.
fn judge_read(
    asked: &ParsedCheck,
    end: CommandEnd,
    output: &str,
    context: &JudgeContext<'_>,
) -> Judgement {
    let expect = context.expect;
    let code = match code_of_end(end) {
        Ok(code) => code,
        Err(judgement) => return judgement,
    };
    if code == FED_BY_A_FAILURE && asked.kind != Kind::Other && asked.joins_statuses() {
        return Judgement::failed(with_summary(
            "what feeds the search in its pipe failed",
            output,
        ));
    }
    if let Some(why) = why_status_is_lost(asked, code, output) {
        return Judgement::inconclusive(&why);
    }
    let silent = expect.outcome == ExpectedOutcome::NoMatches;
    if silent && expect.status.is_none() {
        return judge_search(asked, code, output);
    }
    let as_stated = expect.status == Some(code);
    if let Some(why) = why_code_says_nothing(asked, (code, output), context) {
        return Judgement::inconclusive(&why);
    }
    if let Some(status) = expect.status.filter(|_| !as_stated) {
        return Judgement::failed(format!(
            "the plan expects exit code {status}, and it ended with {code}"
        ));
    }
    if silent {
        return judge_silence(code, output);
    }
    if let Some(count) = expect.count {
        return judge_count(asked, (code, as_stated), output, count);
    }
    match expect.outcome {
        ExpectedOutcome::Fail if code == 0 => Judgement::inconclusive(&Inconclusive::PassedEarly),
        ExpectedOutcome::Fail => judge_failure(output, expect),
        // What is said of it is not that it finds something.
        _ if expect.is_unread() && asked.reading.decides() == Decides::Found => {
            Judgement::inconclusive(&Inconclusive::Unread(
                expect.words.clone().unwrap_or_default(),
            ))
        }
        _ if code != 0 && !as_stated => {
            Judgement::failed(with_summary(&format!("exit code {code}"), output))
        }
        _ => judge_success(asked, (code, output), expect),
    }
}

/// Returns the exit code of a command, or the judgement on one that ended without any.
fn code_of_end(end: CommandEnd) -> Result<i32, Judgement> {
    Err(match end {
        CommandEnd::Code(code) => return Ok(code),
        CommandEnd::Signal(signal) => Judgement::failed(format!("ended by signal {signal}")),
        CommandEnd::OverLimit(limit) => Judgement::inconclusive(&Inconclusive::OverLimit(limit)),
        CommandEnd::TimedOut { server: true, .. } => {
            Judgement::inconclusive(&Inconclusive::Endless)
        }
        CommandEnd::TimedOut { seconds, .. } => {
            Judgement::inconclusive(&Inconclusive::TimedOut(seconds))
        }
    })
}

/// Returns why the exit code is not that of what was to be checked: a pipe or a script hides the failure of a part.
fn why_status_is_lost(asked: &ParsedCheck, code: i32, output: &str) -> Option<Inconclusive> {
    if code == FED_BY_A_FAILURE && with_fed_statuses(&asked.reading.script.text).is_some() {
        return Some(Inconclusive::FedByFailure);
    }
    if let Some(why) = asked.lost.filter(|_| code == 0) {
        return Some(Inconclusive::Vacuous(why));
    }
    (code == 0 && ignores_failures(output)).then_some(Inconclusive::FailuresTold)
}

/// Returns why the exit code says nothing of the code that is checked: the tool is missing, nothing was checked, or the
/// command passes whatever the code is.
fn why_code_says_nothing(
    asked: &ParsedCheck,
    (code, output): (i32, &str),
    context: &JudgeContext<'_>,
) -> Option<Inconclusive> {
    let expect = context.expect;
    let end_context = EndContext {
        reading: &asked.reading,
        tests: asked.kind == Kind::Tests,
        ours: context.ours,
        host: context.host,
        has_loopback: context.has_loopback,
    };
    // "exit 5" may be what a runner ends with that finds no test, "exit 2" what it ends with when it is called wrongly.
    let stated = |why: &Inconclusive| {
        expect.status == Some(code)
            && matches!(why, Inconclusive::NoTests | Inconclusive::CalledWrongly(_))
    };
    let reason = inconclusive_reason(&end_context, code, output);
    if let Some(why) = reason.filter(|why| !stated(why)) {
        return Some(why);
    }
    let checks = asked.kind != Kind::Other;
    if code == 0
        && expect.outcome != ExpectedOutcome::Fail
        && let Some(why) = vacuous_reason(&asked.reading, checks, expect.is_of_output())
        && !(context.step && is_look(why) && (expect.words.is_none() || says_status_alone(expect)))
    {
        return Some(Inconclusive::Vacuous(why));
    }
    // A step that only says to run it is an action; whoever expects something of it, or asks for what it checks, learns
    // nothing from a success that it brought about itself.
    let is_action = context.step && expect.words.is_none();
    if code == 0
        && expect.outcome != ExpectedOutcome::Fail
        && !is_action
        && is_fixing_script(&asked.reading)
    {
        return Some(Inconclusive::Vacuous(Vacuous::Fixes));
    }
    if code == 0
        && let Some(why) = why_words_are_unproven(asked, context)
    {
        return Some(Inconclusive::Vacuous(why));
    }
    let says_nothing = expect.status.is_none() && expect.count.is_none() && !expect.is_of_output();
    if code == 0 && context.described && says_nothing && is_constant(&asked.reading) {
        return Some(Inconclusive::Vacuous(Vacuous::Constant));
    }
    (code == PIPE_CLOSED).then_some(Inconclusive::PipeClosed)
}

/// Returns why a success proves nothing of the words beside it: a status that is swallowed is nobody's, and what only lists
/// (`make -n test`, `node --version`) does none of it, but for words that are about the program itself.
fn why_words_are_unproven(asked: &ParsedCheck, context: &JudgeContext<'_>) -> Option<Vacuous> {
    let expect = context.expect;
    let is_stated = expect.status.is_some() || expect.count.is_some() || expect.is_of_output();
    if is_stated || context.step && !context.described {
        return None;
    }
    if let Decides::Nothing(why @ (NothingReason::Or | NothingReason::Sequence)) =
        asked.reading.decides()
    {
        return Some(Vacuous::Nothing(why));
    }
    if asked.reading.is_forgiven() {
        return Some(Vacuous::Nothing(NothingReason::Or));
    }
    let words = expect.words.as_deref().unwrap_or_default().to_lowercase();
    let calls = asked.reading.outer_calls();
    let lists = !calls.is_empty()
        && calls.iter().all(|call| {
            let program = call
                .program
                .trim_end_matches(|letter: char| letter.is_ascii_digit());
            lists_no_file(call) && !words.contains(program)
        });
    (context.described && lists).then_some(Vacuous::Lists)
}

/// Tells that a known program only lists or describes, and no file is what it looks at.
fn lists_no_file(call: &shell::Call) -> bool {
    call.is_known()
        && call.kind() == shell::Kind::Inspect
        && call.is(shell::Trait::Lists)
        && !call
            .positionals()
            .iter()
            .any(|word| word.contains(['.', '/']))
}

/// Tells that a runner of targets passed over the failure of a part: "make: [Makefile:2: check] Error 1 (ignored)".
fn ignores_failures(output: &str) -> bool {
    output.lines().any(|line| {
        line.contains(": [") && line.contains("] Error ") && line.trim_end().ends_with("(ignored)")
    })
}

/// Tells that all that the plan states of a result is that it ends well, by its status: "exit code 0".
fn says_status_alone(expect: &Expect) -> bool {
    expect.status == Some(0) && expect.count.is_none() && !expect.is_of_output() && !expect.left
}

/// Tells that a command only shows a state: right for a step of which the plan expects nothing.
fn is_look(why: Vacuous) -> bool {
    matches!(why, Vacuous::Output(OutputReason::Shows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::closing_lines::find_closing_line;

    fn expect(outcome: ExpectedOutcome, passed: Option<u64>, shows: &[&str]) -> Expect {
        let shows = shows.iter().map(|text| (*text).to_owned()).collect();
        Expect {
            outcome,
            passed,
            shows,
            ..Expect::default()
        }
    }

    fn verdict(script: &str, code: i32, output: &str, expect: &Expect) -> Verdict {
        judged(script, CommandEnd::Code(code), output, expect).verdict
    }

    fn judged(script: &str, end: CommandEnd, output: &str, expect: &Expect) -> Judgement {
        let context = JudgeContext {
            expect,
            step: false,
            described: false,
            ours: &|name| name == "app",
            has_loopback: true,
            host: &|_| None,
        };
        judge_end(
            &ParsedCheck::from_script(script, None, &()),
            end,
            output,
            &context,
        )
    }

    #[test]
    fn a_constant_proves_no_words_beside_it() {
        let plain = Expect {
            outcome: ExpectedOutcome::Pass,
            ..Expect::default()
        };
        let stated = Expect {
            status: Some(0),
            ..plain.clone()
        };
        let told = |script: &str, expect: &Expect, described| {
            let host = |_: &str| None;
            let context = JudgeContext {
                expect,
                step: false,
                described,
                ours: &|_| false,
                has_loopback: true,
                host: &host,
            };
            judge_end(
                &ParsedCheck::from_script(script, None, &()),
                CommandEnd::Code(0),
                "",
                &context,
            )
            .verdict
        };
        let constant = "node -e 0";
        assert_eq!(told(constant, &plain, true), Verdict::NotChecked);
        assert_eq!(told(constant, &plain, false), Verdict::Passed);
        assert_eq!(
            told(constant, &stated, true),
            Verdict::Passed,
            "what is said is the status"
        );
        assert_eq!(told("node app.js", &plain, true), Verdict::Passed);
    }

    #[test]
    fn what_only_lists_or_swallows_its_status_proves_no_words_beside_it() {
        let told = |script: &str, words: &str, step| {
            let expect = Expect {
                outcome: ExpectedOutcome::Pass,
                words: (!words.is_empty()).then(|| words.to_owned()),
                ..Expect::default()
            };
            let host = |_: &str| None;
            let context = JudgeContext {
                expect: &expect,
                step,
                described: !words.is_empty(),
                ours: &|_| false,
                has_loopback: true,
                host: &host,
            };
            let asked = ParsedCheck::from_script(script, None, &());
            judge_end(&asked, CommandEnd::Code(0), "", &context).verdict
        };
        for (script, words, step, verdict) in [
            (
                "git diff --exit-code || true",
                "Nothing else changed:",
                false,
                Verdict::NotChecked,
            ),
            (
                "git diff --exit-code || true",
                "",
                false,
                Verdict::NotChecked,
            ),
            (
                "git diff --exit-code",
                "Nothing else changed:",
                false,
                Verdict::Passed,
            ),
            (
                "npm ls --depth=0 2>/dev/null || true",
                "Tests pass:",
                false,
                Verdict::NotChecked,
            ),
            ("mkdir -p dist || true", "", true, Verdict::Passed),
            ("make -n test", "Tests pass:", false, Verdict::NotChecked),
            ("node --version", "Tests pass:", false, Verdict::NotChecked),
            ("node --version", "Node is there:", false, Verdict::Passed),
            ("node --version", "", false, Verdict::Passed),
            (
                "node cli.js --version",
                "The flag works:",
                false,
                Verdict::Passed,
            ),
        ] {
            assert_eq!(told(script, words, step), verdict, "{script} {words}");
        }
    }

    #[test]
    fn a_look_of_a_step_ends_as_its_stated_status_says() {
        let stated = Expect {
            outcome: ExpectedOutcome::Pass,
            words: Some("exit code 0".to_owned()),
            status: Some(0),
            ..Expect::default()
        };
        let told = |step| {
            let context = JudgeContext {
                expect: &stated,
                step,
                described: true,
                ours: &|_| false,
                has_loopback: true,
                host: &|_| None,
            };
            let asked = ParsedCheck::from_script("git log --oneline -1", None, &());
            judge_end(&asked, CommandEnd::Code(0), "1a2b3c x", &context).verdict
        };
        assert_eq!(told(true), Verdict::Passed);
        assert_eq!(told(false), Verdict::NotChecked);
    }

    #[test]
    fn a_failure_before_a_search_is_one_where_the_script_joins_the_statuses() {
        let plain = expect(ExpectedOutcome::Pass, None, &[]);
        let fed = FED_BY_A_FAILURE;
        for (script, verdict_of_it) in [
            (
                "set -o pipefail; pytest 2>&1 | grep passed",
                Verdict::Failed,
            ),
            ("pytest 2>&1 | grep passed", Verdict::NotChecked),
        ] {
            assert_eq!(
                verdict(script, fed, "2 failed, 6 passed in 0.1s", &plain),
                verdict_of_it,
                "{script}"
            );
        }
    }

    #[test]
    fn a_pass_is_judged_by_status_and_by_count() {
        let plain = expect(ExpectedOutcome::Pass, None, &[]);
        assert_eq!(
            verdict("pytest", 0, "12 passed in 0.1s", &plain),
            Verdict::Passed
        );
        assert_eq!(
            verdict("pytest", 1, "1 failed, 11 passed", &plain),
            Verdict::Failed
        );
        let counted = expect(ExpectedOutcome::Pass, Some(12), &[]);
        assert_eq!(
            verdict("pytest", 0, "== 11 passed in 0.1s ==", &counted),
            Verdict::Failed
        );
        assert_eq!(
            verdict("pytest", 0, "== 14 passed in 0.1s ==", &counted),
            Verdict::Passed
        );
        let vitest = " Test Files  1 passed (1)\n      Tests  12 passed (12)\n";
        assert_eq!(
            verdict("npx vitest run", 0, vitest, &counted),
            Verdict::Passed
        );
        assert_eq!(
            verdict("pytest | tail -3", 0, "1 failed in 0.04s", &plain),
            Verdict::Failed
        );
        assert_eq!(
            verdict("pytest || true", 0, "3 passed in 0.04s", &plain),
            Verdict::NotChecked
        );
        let dropped = "Ran 2 tests in 0.001s\n\nFAILED (failures=1)\n";
        assert_eq!(
            verdict("python3 run_checks.py", 0, dropped, &plain),
            Verdict::NotChecked
        );
        let tap = "not ok 1 - a\n# tests 1\n# suites 0\n# pass 0\n# fail 1\n# cancelled 0\n";
        let twice = format!("{tap}ok 1 - b\n# tests 1\n# pass 1\n# fail 0\n");
        for script in [
            "node tools/all.mjs",
            "python3 -c 'import os; os.system(\"node --test src\")'",
        ] {
            for output in [tap, &twice] {
                assert_eq!(verdict(script, 0, output, &plain), Verdict::NotChecked);
            }
        }
        assert_eq!(
            verdict(
                "grep -rn failed docs",
                0,
                "docs/a.md:1: 2 failed runs",
                &plain
            ),
            Verdict::Passed
        );
    }

    #[test]
    fn the_runner_of_python_itself_is_read() {
        let of = |verdict: &str| {
            find_closing_line(&format!(
                "...\n{}\nRan 5 tests in 0.002s\n\n{verdict}\n",
                "-".repeat(70)
            ))
        };
        assert_eq!(of("OK").as_deref(), Some("5 passed"));
        assert_eq!(of("OK (skipped=2)").as_deref(), Some("3 passed, 2 skipped"));
        assert_eq!(
            of("FAILED (failures=1, errors=1, skipped=1)").as_deref(),
            Some("2 passed, 2 failed, 1 skipped")
        );
        assert_eq!(find_closing_line("OK\n"), None);
    }

    #[test]
    fn tests_that_are_all_skipped_prove_nothing() {
        let plain = expect(ExpectedOutcome::Pass, None, &[]);
        assert_eq!(
            verdict("pytest", 0, "==== 2 skipped in 0.01s ====", &plain),
            Verdict::NotChecked
        );
        assert_eq!(
            verdict(
                "pytest",
                0,
                "==== 1 passed, 2 skipped in 0.01s ====",
                &plain
            ),
            Verdict::Passed
        );
        let unittest = "Ran 2 tests in 0.000s\n\nOK (skipped=2)\n";
        assert_eq!(
            verdict("python -m unittest", 0, unittest, &plain),
            Verdict::NotChecked
        );
    }

    #[test]
    fn an_expected_failure_must_be_a_failure_of_the_code() {
        let fail = expect(ExpectedOutcome::Fail, None, &[]);
        assert_eq!(
            verdict("pytest", 1, "1 failed in 0.1s", &fail),
            Verdict::Passed
        );
        assert_eq!(
            verdict("pytest", 2, "No module named 'app.orders'", &fail),
            Verdict::Passed
        );
        assert_eq!(
            verdict("pytest", 2, "No module named 'fastapi'", &fail),
            Verdict::NotChecked
        );
        assert_eq!(
            verdict("pytest", 127, "pytest: command not found", &fail),
            Verdict::NotChecked
        );
        assert_eq!(verdict("pytest", 0, "3 passed", &fail), Verdict::NotChecked);
    }

    #[test]
    fn a_search_for_nothing_passes_with_exit_one() {
        let none = expect(ExpectedOutcome::NoMatches, None, &[]);
        assert_eq!(verdict("rg old_name src", 1, "", &none), Verdict::Passed);
        assert_eq!(
            verdict("rg old_name src", 0, "src/a.py:1:old_name\n", &none),
            Verdict::Failed
        );
        assert_eq!(
            verdict("rg old_name src", 2, "src: No such file", &none),
            Verdict::NotChecked
        );
        let silent = [
            ("grep -q old src", 0, Verdict::Failed),
            ("grep -q old src", 1, Verdict::Passed),
            ("! grep -q old src", 0, Verdict::Passed),
            ("! grep -q old src", 1, Verdict::Failed),
            ("grep -q old src || true", 0, Verdict::NotChecked),
            ("find src -name '*.bak'", 0, Verdict::Passed),
        ];
        for (script, code, told) in silent {
            assert_eq!(verdict(script, code, "", &none), told, "{script}");
        }
        let told = Expect {
            words: Some("Found 0 errors in 2 files".to_owned()),
            left: true,
            ..Expect::default()
        };
        assert_eq!(
            verdict("node a.js", 0, "Found 0 errors in 2 files\n", &told),
            Verdict::Passed
        );
        assert_eq!(
            verdict("node a.js", 0, "Found 0 errors in 3 files\n", &told),
            Verdict::NotChecked
        );
        assert_eq!(
            verdict("node a.js", 2, "Found 0 errors in 3 files\n", &told),
            Verdict::NotChecked
        );
        let unread = Expect {
            words: Some("lists both in order".to_owned()),
            ..Expect::default()
        };
        assert_eq!(
            verdict("grep -n a src", 0, "src/a.py:1:a", &unread),
            Verdict::NotChecked
        );
        assert_eq!(
            verdict("grep -n a src", 1, "", &unread),
            Verdict::NotChecked
        );
    }

    #[test]
    fn silence_and_a_status_are_both_held_against_the_end() {
        let expect = |status| Expect {
            status: Some(status),
            words: Some("no output, exit code".to_owned()),
            ..expect(ExpectedOutcome::NoMatches, None, &[])
        };
        for (script, code, output, wanted, told) in [
            ("node x.js", 0, "", 0, Verdict::Passed),
            (
                "npm run lint",
                0,
                "> a@1 lint\n> eslint .\n\n",
                0,
                Verdict::Passed,
            ),
            ("node x.js", 0, "3\n", 0, Verdict::Failed),
            ("node x.js", 1, "", 0, Verdict::Failed),
            ("node x.js", 1, "", 1, Verdict::Passed),
            ("grep -rn foo src", 1, "", 1, Verdict::Passed),
            ("grep -rn foo src", 0, "a\n", 1, Verdict::Failed),
        ] {
            assert_eq!(
                verdict(script, code, output, &expect(wanted)),
                told,
                "{script} {code} {output:?}"
            );
        }
    }

    #[test]
    fn stated_output_is_looked_for() {
        let shows = expect(ExpectedOutcome::Unstated, None, &["{\"status\": \"ok\"}"]);
        assert_eq!(
            verdict(
                "curl localhost:8000/health",
                0,
                "{\"status\":\"ok\"}",
                &shows
            ),
            Verdict::Passed
        );
        assert_eq!(
            verdict(
                "curl localhost:8000/health",
                0,
                "{\"detail\":\"no\"}",
                &shows
            ),
            Verdict::NotChecked
        );
    }

    #[test]
    fn a_time_limit_is_no_failure_and_a_watcher_is_named() {
        let plain = expect(ExpectedOutcome::Pass, None, &[]);
        let slow = judged(
            "pytest",
            CommandEnd::TimedOut {
                seconds: 600,
                server: false,
            },
            "",
            &plain,
        );
        assert!(slow.limit && slow.verdict == Verdict::NotChecked);
        let watcher = judged(
            "npx vitest",
            CommandEnd::TimedOut {
                seconds: 600,
                server: true,
            },
            "",
            &plain,
        );
        assert!(!watcher.limit && watcher.detail.contains("never returns"));
    }
}
