//! Tells the commands whose success says nothing, and how a command is run so that its status says as much as it can.

use std::fmt;

use super::constant::{compares_words, runs_constants};
use shell::{
    Call, Decides, Kind, Node, NothingReason, OutputReason, Reading, StatusMeaning, Telling, Trait,
};

/// Why a command's success says nothing about the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vacuous {
    /// It does nothing that could fail: `true`, `echo ok`.
    Idle,
    /// It is made of constants: it ends the same way on every tree, whatever is said of it.
    Constant,
    /// It changes sources instead of checking them: `prettier --write`.
    Fixes,
    /// It lists or describes, and what it is for does not happen: `--collect-only`.
    Lists,
    /// It searches the tree, and finds its own words in the plan alone.
    FindsPlan,
    /// It succeeds where the check fails: `! pytest`.
    Negated,
    /// It can succeed without that what checks has run: `grep -q x a || pytest`.
    Spared,
    /// It fails unseen in a substitution: `test -z "$(npx eslint .)"`.
    Substituted,
    /// Its status is not the check's.
    Nothing(NothingReason),
    /// Its status is not the check's; what it prints could tell.
    Output(OutputReason),
}

impl fmt::Display for Vacuous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Vacuous::Idle => "it checks nothing",
            Vacuous::Constant => "it is made of constants, and checks nothing of what is said",
            Vacuous::Fixes => "it changes files instead of checking them",
            Vacuous::Lists => "it lists or describes, and checks nothing",
            Vacuous::FindsPlan => "it finds the plan itself, and nothing else",
            Vacuous::Negated => {
                "`!` turns its exit status around: it succeeds where the check fails"
            }
            Vacuous::Spared => "it can succeed without running what checks",
            Vacuous::Nothing(NothingReason::Or) | Vacuous::Output(OutputReason::Or) => {
                "`||` swallows its exit status"
            }
            Vacuous::Nothing(NothingReason::Sequence) => {
                "what follows `;` swallows its exit status"
            }
            Vacuous::Substituted => "what runs in a substitution may fail unseen",
            Vacuous::Nothing(NothingReason::Trap) => "a trap swallows its exit status",
            Vacuous::Nothing(NothingReason::Background) => {
                "it runs in the background, and its exit status is lost"
            }
            Vacuous::Nothing(NothingReason::Condition)
            | Vacuous::Output(OutputReason::Condition) => {
                "its exit status is that of a condition, not of the check"
            }
            Vacuous::Nothing(NothingReason::Serves) => "it serves and does not end",
            Vacuous::Nothing(NothingReason::Watches) => "it watches for changes and does not end",
            Vacuous::Nothing(NothingReason::Program | NothingReason::Unreadable) => {
                "its exit status says nothing"
            }
            Vacuous::Output(OutputReason::Pipe) => "a pipe swallows its exit status",
            Vacuous::Output(OutputReason::StatusPrinted) => {
                "it prints its exit status instead of ending with it"
            }
            Vacuous::Output(OutputReason::Shows) => "it only shows a state",
        })
    }
}

/// Returns why the script says nothing even when it succeeds, or `None` where its exit status speaks.
///
/// `reading` is of the form in which it ran ([`strict_form`]); `checks` tells that it runs tests, a linter or a type
/// checker, `shows` that its output is compared with what the plan says.
pub(crate) fn vacuous_reason(reading: &Reading, checks: bool, shows: bool) -> Option<Vacuous> {
    if is_idle(reading) {
        return Some(Vacuous::Idle);
    }
    if (checks || !shows) && runs_only_after_failure(reading, &reading.script.root) {
        return Some(Vacuous::Spared);
    }
    if checks && let Some(why) = of_check(reading) {
        return Some(why);
    }
    if (checks || !shows) && reading.loses_substituted(&has_telling_status) {
        return Some(Vacuous::Substituted);
    }
    if reading.loses_fed(&has_telling_status) {
        return Some(Vacuous::Output(OutputReason::Pipe));
    }
    if reading.goes_on_after(&has_telling_status) {
        return Some(Vacuous::Nothing(NothingReason::Sequence));
    }
    let swallows = checks || has_telling_part(reading);
    match reading.decides() {
        Decides::Status | Decides::Found => None,
        // `grep x a || true`: the search says nothing either.
        Decides::Nothing(NothingReason::Or)
            if !swallows && !shows && reading.kind() == Kind::Inspect =>
        {
            Some(Vacuous::Output(OutputReason::Shows))
        }
        Decides::Nothing(why) => swallows.then_some(Vacuous::Nothing(why)),
        // What looks at the tree fails where that is not there.
        Decides::Output(OutputReason::Shows) if !checks && looks_at_tree(reading) => None,
        Decides::Output(OutputReason::Shows) => {
            (checks || !shows).then_some(Vacuous::Output(OutputReason::Shows))
        }
        Decides::Output(why) => (checks || swallows && !shows).then_some(Vacuous::Output(why)),
    }
}

/// Tells that a call changes sources instead of checking them, and succeeds because it does: `--fix`, `--write`.
pub(super) fn fixes_in_silence(call: &Call) -> bool {
    is_check(call.kind()) && call.is(Trait::Writes) && !call.is(Trait::FailsWhereItWrites)
}

/// Returns the script as it is run: the first failure of what checks or makes something ends it, in a pipe as well.
///
/// Of the others a search ends with a status that is no failure (`grep x a | wc -l`), so that they keep their own way.
pub(crate) fn strict_form(reading: &Reading, checks: bool) -> String {
    if let Some(text) = reading.with_substituted_statuses(&has_telling_status) {
        return strict_form(&shell::read(&text), checks);
    }
    if (checks || has_telling_part(reading))
        && reading.decides() == Decides::Output(OutputReason::Pipe)
    {
        // Where a part that ends early (`head`) breaks the pipe, the status 141 is no verdict.
        return format!("set -e -o pipefail\n{}", reading.script.text.trim());
    }
    let searches = reading
        .calls()
        .iter()
        .any(|call| call.result_source() == Telling::Found);
    if searches && !checks {
        reading.script.text.trim().to_owned()
    } else {
        reading.strict_form()
    }
}

/// The status with which a script ends whose search was fed by a program that failed.
pub(super) const FED_BY_A_FAILURE: i32 = 119;

/// Returns the script with each program that feeds a search run first, so that its failure ends it.
pub(super) fn with_fed_statuses(script: &str) -> Option<String> {
    shell::read(script).with_fed_statuses(&has_telling_status, FED_BY_A_FAILURE)
}

/// Tells that a shell script of the tree drops the status of what it checks or makes.
pub(super) fn drops_statuses(text: &str) -> bool {
    shell::read(text).drops_statuses(&has_telling_status)
}

fn of_check(reading: &Reading) -> Option<Vacuous> {
    let calls = reading.calls();
    let mut checks = calls.iter().filter(|call| is_check(call.kind())).peekable();
    if checks.peek().is_some() && checks.all(|call| call.is(Trait::Lists)) {
        return Some(Vacuous::Lists);
    }
    negates_check(reading, &reading.script.root).then_some(Vacuous::Negated)
}

/// Tells that a check only runs where something else fails, whose success is taken for the check's.
fn runs_only_after_failure(reading: &Reading, node: &Node) -> bool {
    match node {
        Node::Or(left, right) => {
            !has_check(reading, left) && has_check(reading, right)
                || runs_only_after_failure(reading, left)
                || runs_only_after_failure(reading, right)
        }
        Node::And(left, right) => {
            runs_only_after_failure(reading, left) || runs_only_after_failure(reading, right)
        }
        Node::Pipe(all) | Node::Sequence(all) => {
            all.iter().any(|one| runs_only_after_failure(reading, one))
        }
        Node::Not(inner) | Node::Subshell(inner) | Node::Background(inner) => {
            runs_only_after_failure(reading, inner)
        }
        Node::Condition { tests, branches } => tests
            .iter()
            .chain(branches)
            .any(|one| runs_only_after_failure(reading, one)),
        Node::Loop { tests, body } => {
            tests
                .iter()
                .any(|one| runs_only_after_failure(reading, one))
                || runs_only_after_failure(reading, body)
        }
        Node::Invocation(_) | Node::Definition(_) | Node::Nothing => false,
    }
}

/// Tells that a part of a script runs tests, a linter or a type checker.
fn has_check(reading: &Reading, node: &Node) -> bool {
    node.invocations().into_iter().any(|at| {
        let span = reading
            .script
            .invocation(at)
            .map(|invocation| &invocation.span);
        reading
            .calls()
            .iter()
            .any(|call| Some(&call.span) == span && is_check(call.kind()))
    })
}

fn is_check(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Test | Kind::Lint | Kind::Typecheck | Kind::Format
    )
}

/// Tells that the status of one of its parts says whether that did its work: it checks, builds or runs code.
pub(super) fn has_telling_part(reading: &Reading) -> bool {
    reading
        .kinds()
        .iter()
        .any(|kind| is_check(*kind) || is_made(*kind))
}

fn is_made(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Build | Kind::Migrate | Kind::Generate | Kind::Script
    )
}

/// Tells that the status of a call says whether that did its work.
fn has_telling_status(call: &Call) -> bool {
    is_check(call.kind()) || is_made(call.kind())
}

/// Tells that all it does is to look at files: `ls app/a.py`, `grep -c x a.txt`.
fn looks_at_tree(reading: &Reading) -> bool {
    reading.kind() == Kind::Inspect && reading.needs().is_empty()
}

/// Tells that one of its parts ends with another status where it finds nothing.
pub(super) fn has_search(reading: &Reading) -> bool {
    reading
        .calls()
        .iter()
        .any(|call| call.status(1) == Some(StatusMeaning::NothingFound))
}

/// Tells that nothing in the script could fail, and that it leaves nothing behind.
fn is_idle(reading: &Reading) -> bool {
    !keeps_output(reading) && is_made_of(reading, &is_idle_call)
}

fn is_idle_call(call: &Call) -> bool {
    const IDLE: [Trait; 6] = [
        Trait::Idle,
        Trait::Prints,
        Trait::Succeeds,
        Trait::Exits,
        Trait::ChangesFolder,
        Trait::SetsOptions,
    ];
    IDLE.iter().any(|one| call.is(*one))
}

/// Tells that a script is made of constants: it ends the same way on every tree. Its own box may be ticked where that asks
/// for nothing but the command; of words beside it, it says nothing.
pub(super) fn is_constant(reading: &Reading) -> bool {
    let is_idle = |script: &Reading| is_idle(script) || is_constant(script);
    let wanted = |call: &Call| {
        is_idle_call(call) || compares_words(call) || runs_constants(call, reading, &is_idle)
    };
    !keeps_output(reading) && is_made_of(reading, &wanted)
}

/// Tells that what it prints goes into a file of the tree.
fn keeps_output(reading: &Reading) -> bool {
    let is_kept = |redirection: &shell::Redirection| {
        use shell::RedirectionKind::{Append, Output};
        matches!(redirection.kind, Append | Output) && !redirection.target.starts_with("/dev/")
    };
    reading
        .script
        .invocations
        .iter()
        .flat_map(|one| &one.redirections)
        .any(is_kept)
}

fn is_made_of(reading: &Reading, wanted: &dyn Fn(&Call) -> bool) -> bool {
    let calls = reading.calls();
    !calls.is_empty() && calls.into_iter().all(wanted)
}

/// Tells that a check's status is turned around.
fn negates_check(reading: &Reading, node: &Node) -> bool {
    match node {
        Node::Not(inner) => has_check(reading, inner),
        Node::Pipe(all) | Node::Sequence(all) => all.iter().any(|one| negates_check(reading, one)),
        Node::And(left, right) | Node::Or(left, right) => {
            negates_check(reading, left) || negates_check(reading, right)
        }
        Node::Subshell(inner) | Node::Background(inner) => negates_check(reading, inner),
        Node::Condition { tests, branches } => tests
            .iter()
            .chain(branches)
            .any(|one| negates_check(reading, one)),
        Node::Loop { tests, body } => {
            tests.iter().any(|one| negates_check(reading, one)) || negates_check(reading, body)
        }
        Node::Invocation(_) | Node::Definition(_) | Node::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::checked_by;
    use super::*;

    fn reason_of_script(script: &str) -> Option<Vacuous> {
        let reading = shell::read(script);
        let checks = !checked_by(&reading).is_empty();
        vacuous_reason(&shell::read(&strict_form(&reading, checks)), checks, false)
    }

    /// A script, and why its status says nothing.
    const SAYING_NOTHING: &[(&str, Vacuous)] = &[
        ("true", Vacuous::Idle),
        ("echo ok", Vacuous::Idle),
        ("cd api && echo ok", Vacuous::Idle),
        ("exit 0", Vacuous::Idle),
        ("false || echo ok", Vacuous::Idle),
        ("pytest || true", Vacuous::Nothing(NothingReason::Or)),
        ("pytest || echo failed", Vacuous::Output(OutputReason::Or)),
        ("pytest; true", Vacuous::Nothing(NothingReason::Sequence)),
        ("pytest &", Vacuous::Nothing(NothingReason::Background)),
        (
            "pytest; echo $?",
            Vacuous::Output(OutputReason::StatusPrinted),
        ),
        (
            "if pytest; then echo ok; fi",
            Vacuous::Output(OutputReason::Condition),
        ),
        (
            "if [ -f a ]; then true; else pytest; fi",
            Vacuous::Nothing(NothingReason::Condition),
        ),
        (
            "if [ -f a ]; then pytest; elif [ -f b ]; then jest; fi",
            Vacuous::Nothing(NothingReason::Condition),
        ),
        (
            "if [ -f a ]; then pytest || true; else pytest; fi",
            Vacuous::Nothing(NothingReason::Or),
        ),
        ("pytest --collect-only -q", Vacuous::Lists),
        ("npx jest --listTests", Vacuous::Lists),
        ("! pytest", Vacuous::Negated),
        ("cd api && ! npm test", Vacuous::Negated),
        ("! uv run pytest -q", Vacuous::Negated),
        ("! ( cd api && make test )", Vacuous::Negated),
        (
            "test -z \"$(npx eslint . | tail -1)\"",
            Vacuous::Substituted,
        ),
        ("! test -n \"$(npx eslint .)\"", Vacuous::Substituted),
        ("cat <(node a.js | sort)", Vacuous::Substituted),
        (
            "trap 'exit 0' EXIT; pytest",
            Vacuous::Nothing(NothingReason::Trap),
        ),
        (
            "bash -c \"python3 -m unittest a.b || true\"",
            Vacuous::Nothing(NothingReason::Or),
        ),
        (
            "sh -c 'python3 -m unittest a.b; exit 0'",
            Vacuous::Nothing(NothingReason::Sequence),
        ),
        (
            "bash -c 'npx vitest run | tail -3'",
            Vacuous::Output(OutputReason::Pipe),
        ),
        (
            "python3 scripts/config.py || true",
            Vacuous::Nothing(NothingReason::Or),
        ),
        ("npm run build || :", Vacuous::Nothing(NothingReason::Or)),
        (
            "grep -rn x app || true",
            Vacuous::Output(OutputReason::Shows),
        ),
        ("git status --short", Vacuous::Output(OutputReason::Shows)),
        ("git diff -- app", Vacuous::Output(OutputReason::Shows)),
        (
            "set +e; python3 a.py; set -e; echo ok",
            Vacuous::Nothing(NothingReason::Sequence),
        ),
        ("grep -q x app/a.py || pytest", Vacuous::Spared),
        ("cd api && ( [ -n \"$CI\" ] || npx jest )", Vacuous::Spared),
        (
            "test -f a || python3 a.py | grep x",
            Vacuous::Output(OutputReason::Pipe),
        ),
    ];

    #[test]
    fn swallowed_and_idle_scripts_say_nothing() {
        for &(script, why) in SAYING_NOTHING {
            assert_eq!(reason_of_script(script), Some(why), "{script}");
        }
        for script in [
            "ruff check docs --exit-zero",
            "npx jest --watch",
            "bash -c 'pytest; echo done'",
        ] {
            assert!(reason_of_script(script).is_some(), "{script}");
        }
    }

    #[test]
    fn constants_say_nothing_of_a_tree() {
        for script in [
            "test 1 -eq 1",
            "[ 1 = 1 ]",
            "python3 -c 'pass'",
            "python3 -c \"print('ok')\"",
            "node -e ''",
            "python3 -c \"print('important: ok')\"",
            "node -e \"console.log('required fields are there')\"",
            "python3 -c 'import sys; sys.exit(0)'",
            "python3 -c 'from sys import exit; exit(0)'",
            "python3 -c 'raise SystemExit(0)'",
            "node -e 'process.exit(0)'",
            "node -p 1",
            "printf 'exit 0' | bash",
            "echo pass | python3",
            "true",
            "cd api && test 1 -eq 1",
        ] {
            assert!(is_constant(&shell::read(script)), "{script}");
        }
    }

    #[test]
    fn plain_checks_say_something() {
        let cases = [
            "pytest",
            "test ! -e app/a.py",
            "[ -n \"$CI\" ]",
            "python3 -c 'import app'",
            "python3 -c \"assert open('a').read()\"",
            "node -e \"require('./a')\"",
            "node -e \"import('./a.mjs')\"",
            "node --input-type=module -e \"export * from './a.mjs'\"",
            "node --input-type=module -e \"import './a.mjs'\"",
            "node -e 'process.exit(process.env.CI ? 0 : 1)'",
            "python3 -c 'import sys; sys.exit(len(sys.argv))'",
            "python3 -c 'import sys, app; sys.exit(0)'",
            "python3 -c 'import app.models'",
            "python3 -c 'from app import *'",
            "printf 'python3 a.py' | bash",
            "cd api && pytest -q",
            "pytest 2>&1 | tail -3",
            "python3 scripts/contract.py | tail -5",
            "node scripts/schema.js | head -3",
            "pytest; echo done",
            "pytest -k 'a || b'",
            "npm test -- --run",
            "ruff check . || exit 1",
            "bash -c 'cd api && pytest'",
            "test -d .venv || python3 -m venv .venv; pytest",
            "pytest || python3 -m pytest",
            "if [ -z \"$CI\" ]; then pytest; else pytest -v; fi",
            "if [ -f a ]; then pytest; elif [ -f b ]; then npx jest; else exit 1; fi",
            "[ -f a ] || exit 1; pytest",
            "python3 -c \"import app; assert app.A || True\"",
            "python manage.py makemigrations --check",
            "ls app/a.py",
            "grep -c x a.txt",
            "grep -rn x app | wc -l",
            "docker compose down || true",
            "echo new > stray.txt",
            "trap 'rm -rf tmp' EXIT; pytest",
            "trap 'code=$?; rm -rf tmp; exit $code' EXIT; pytest",
            "test -z \"$(gofmt -l .)\"",
            "diff <(node a.js) <(node b.js)",
            "diff <(node a.js) expected.txt",
            "[ \"$(node a.js | wc -l)\" -eq 3 ]",
            "test -z \"$(git status --porcelain)\"",
            "out=$(npx eslint .)",
            "python3 a.py | grep x",
            "(python3 a.py; python3 b.py) | grep x",
            "set -x; python3 a.py; echo ok",
            "set +e; python3 a.py; code=$?; exit $code",
        ];
        for script in cases {
            assert_eq!(reason_of_script(script), None, "{script}");
            assert!(!is_constant(&shell::read(script)), "{script}");
        }
    }

    #[test]
    fn a_failure_in_a_pipe_ends_what_checks_or_makes() {
        let strict = |script: &str, checks| strict_form(&shell::read(script), checks);
        let kept = "{ substituted1=$(gofmt -l .) && test -z \"${substituted1}\"; }";
        assert_eq!(strict("test -z \"$(gofmt -l .)\"", true), kept);
        let both = "{ substituted1=$(node a.js) && substituted2=$(node b.js) && diff <(printf '%s\\n' \"${substituted1}\") \
            <(printf '%s\\n' \"${substituted2}\"); }";
        assert_eq!(strict("diff <(node a.js) <(node b.js)", false), both);
        let one = "{ substituted1=$(python3 a.py) && diff <(printf '%s\\n' \"${substituted1}\") <(echo x); }";
        assert_eq!(strict("diff <(python3 a.py) <(echo x)", false), one);
        assert_eq!(
            strict("pytest | tail -3", true),
            "set -e -o pipefail\npytest | tail -3"
        );
        assert_eq!(
            strict("node a.js | head -3", false),
            "set -e -o pipefail\nnode a.js | head -3"
        );
        assert_eq!(strict("make x\nmake y", false), "set -e\nmake x\nmake y");
        assert_eq!(
            strict("grep -r x app | wc -l", false),
            "grep -r x app | wc -l"
        );
        assert_eq!(strict("grep x a; grep x b", false), "grep x a; grep x b");
        let fed = |from: &str| format!("{{ fed0=$({from}) || exit 119; }} && ");
        let printed = "printf '%s' \"${fed0:+${fed0}\n}\"";
        let rows = [
            (
                "python3 a.py | grep x",
                format!("{}{printed} | grep x", fed("python3 a.py")),
            ),
            (
                "cd b && python3 a.py 2>&1 | grep -q x",
                format!("cd b && {}{printed} | grep -q x", fed("python3 a.py 2>&1")),
            ),
            (
                "! python3 a.py | grep x",
                format!("{}! {printed} | grep x", fed("python3 a.py")),
            ),
            (
                "python3 a.py | (grep x)",
                format!("{}{printed} | (grep x)", fed("python3 a.py")),
            ),
            (
                "cat b | python3 a.py | grep x",
                format!(
                    "{}{printed} | grep x",
                    fed("set -o pipefail; cat b | python3 a.py")
                ),
            ),
        ];
        for (script, wanted) in rows {
            assert_eq!(with_fed_statuses(script), Some(wanted), "{script}");
        }
        for script in [
            "cat a | grep x",
            "python3 a.py | tail -3",
            "grep x a | wc -l",
        ] {
            assert_eq!(with_fed_statuses(script), None, "{script}");
        }
    }
}
