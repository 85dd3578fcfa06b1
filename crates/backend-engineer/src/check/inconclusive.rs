//! Tells why the end of a command says nothing about the code: a tool, a package or a service is missing, it was called
//! wrongly, or it found nothing to check.

use std::fmt;
use std::path::PathBuf;

use shell::{Reading, StatusMeaning};

use super::outputs::{Output, OutputSign};
use super::vacuous::Vacuous;

/// Why a command says nothing about the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inconclusive {
    /// No test was run.
    NoTests,
    /// Every test was skipped.
    AllSkipped,
    /// A program is not installed; its name, where the shell says it.
    NotInstalled(Option<String>),
    /// A program is installed where commands don't see it.
    NotVisible { name: String, at: PathBuf },
    /// The file could not be executed.
    NotExecutable,
    /// A tool is missing, as a line of the output says.
    ToolMissing(String),
    /// A package that is not the project's could not be imported.
    PackageMissing(String),
    /// It was called wrongly, as a line of the output says.
    CalledWrongly(String),
    /// The folder that it changes to is not there.
    FolderMissing,
    /// A service is missing, as a line of the output says.
    ServiceMissing(String),
    /// The sandbox has no loopback, and the command asked for one.
    NoLoopback,
    /// It was to write outside of the repository, as a line of the output says.
    WritesOutside(String),
    /// It does not end by itself.
    Endless,
    /// The time limit in seconds ended it.
    TimedOut(u64),
    /// It took more of the machine than it may.
    OverLimit(sandbox::Limit),
    /// A part of its pipe was closed before it ended.
    PipeClosed,
    /// A search could not search: its exit code.
    SearchFailed(i32),
    /// The command that feeds its search failed.
    FedByFailure,
    /// It passed where it was to fail before the change.
    PassedEarly,
    /// It ended well, and its output does not show what the plan states.
    NotShown(String),
    /// It ended well, and its output shows what the plan states to be absent.
    Shown(String),
    /// The plan states a number, and the output is none.
    NoNumber,
    /// It failed as the plan expects, and its output does not show what the plan names.
    OtherFailure(String),
    /// The plan says in words what comes out, and nothing could compare them.
    Unread(String),
    /// It ended well, and a runner that it starts says that tests failed.
    FailuresTold,
    /// Its success says nothing.
    Vacuous(Vacuous),
}

impl fmt::Display for Inconclusive {
    #[expect(clippy::too_many_lines, reason = "a table: each reason with its words")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inconclusive::NoTests => f.write_str("no test was run"),
            Inconclusive::AllSkipped => f.write_str("every test was skipped"),
            Inconclusive::NotInstalled(Some(name)) => write!(f, "`{name}` is not installed"),
            Inconclusive::NotInstalled(None) => {
                f.write_str("a command is not installed (exit code 127)")
            }
            Inconclusive::NotVisible { name, at } => write!(
                f,
                "`{name}` is at {}, which commands don't see (`show` in your configuration shows it to them)",
                at.display()
            ),
            Inconclusive::NotExecutable => f.write_str("it could not be executed (exit code 126)"),
            Inconclusive::ToolMissing(line) => write!(f, "a tool is missing: {line}"),
            Inconclusive::PackageMissing(name) => {
                write!(f, "the package `{name}` is not installed")
            }
            Inconclusive::CalledWrongly(line) => write!(f, "it was called wrongly: {line}"),
            Inconclusive::FolderMissing => {
                f.write_str("the folder that it changes to is not there")
            }
            Inconclusive::ServiceMissing(line) => {
                write!(
                    f,
                    "a service is missing: {line} (`[services]` in the configuration lets commands reach one)"
                )
            }
            Inconclusive::NoLoopback => f.write_str(
                "this sandbox lets commands open no port, not even on their own loopback",
            ),
            Inconclusive::WritesOutside(line) => {
                write!(
                    f,
                    "the sandbox lets commands write only inside the repository: {line}"
                )
            }
            Inconclusive::Endless => f.write_str(
                "it never returns: a server or a watcher (give the form that runs once)",
            ),
            Inconclusive::TimedOut(seconds) => {
                write!(f, "stopped after {seconds} s (--timeout gives it longer)")
            }
            Inconclusive::OverLimit(limit) => write!(f, "it was ended because {limit}"),
            Inconclusive::PipeClosed => f.write_str("the pipe was closed before it ended"),
            Inconclusive::SearchFailed(code) => {
                write!(f, "the search itself ended with exit code {code}")
            }
            Inconclusive::FedByFailure => {
                f.write_str("what feeds the search in its pipe failed, which its status hides")
            }
            Inconclusive::PassedEarly => {
                f.write_str("it passed, though the plan expects it to fail before the change")
            }
            Inconclusive::NotShown(text) => {
                write!(f, "exit code 0, but its output does not show `{text}`")
            }
            Inconclusive::Shown(text) => write!(f, "exit code 0, but its output tells of `{text}`"),
            Inconclusive::NoNumber => {
                f.write_str("the plan states a number, and its output is none")
            }
            Inconclusive::OtherFailure(text) => {
                write!(f, "it failed, and its output does not show `{text}`")
            }
            Inconclusive::Unread(words) => {
                write!(f, "what the plan expects could not be compared: {words}")
            }
            Inconclusive::FailuresTold => {
                f.write_str("exit code 0, but its output tells of failures")
            }
            Inconclusive::Vacuous(why) => why.fmt(f),
        }
    }
}

/// The facts by which a result is found inconclusive, beside the command's end and its output.
pub(crate) struct EndContext<'a> {
    /// The command, as it ran.
    pub(crate) reading: &'a Reading,
    /// Tells that it runs tests, so that finding none proves nothing.
    pub(crate) tests: bool,
    /// Tells that a module or package of that name belongs to the repository or to the plan.
    pub(crate) ours: &'a dyn Fn(&str) -> bool,
    /// Where the user's own shell finds a program.
    pub(crate) host: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// Tells that commands can listen and connect on a loopback of their own.
    pub(crate) has_loopback: bool,
}

/// Returns why a command that ended with `code` says nothing, or `None` where its end speaks of the code.
pub(crate) fn inconclusive_reason(
    context: &EndContext<'_>,
    code: i32,
    output: &str,
) -> Option<Inconclusive> {
    let output = Output::new(output);
    if context.tests
        && (found_nothing(&output) || runner_means(context, code, StatusMeaning::NothingCollected))
    {
        return Some(Inconclusive::NoTests);
    }
    if code == 0 {
        return None;
    }
    if let Some(why) = missing_tool(code, output.text) {
        return Some(distinguish_hidden_program(why, context.host));
    }
    if output.says(OutputSign::Tool) {
        return Some(Inconclusive::ToolMissing(
            output.last_line_with(OutputSign::Tool),
        ));
    }
    let asserted = output.says(OutputSign::Asserted);
    if !context.has_loopback && output.says(OutputSign::Denied) {
        return Some(Inconclusive::NoLoopback);
    }
    if output.says(OutputSign::Outside) && !asserted {
        return Some(Inconclusive::WritesOutside(
            output.last_line_with(OutputSign::Outside),
        ));
    }
    if let Some(module) = missing_module(output.text, context.ours).filter(|_| !asserted) {
        return Some(Inconclusive::PackageMissing(module));
    }
    // A status alone does not say it: pytest ends with 4 where its `conftest.py` can't be loaded, too.
    if output.says(OutputSign::Usage) || is_usage_error(&output.lower, code) {
        return Some(Inconclusive::CalledWrongly(
            output.last_line_with(OutputSign::Usage),
        ));
    }
    if let Some(name) = unfetched_package(context.reading, output.text) {
        return Some(Inconclusive::NotInstalled(Some(name)));
    }
    let lower = &output.lower;
    if lower.contains("cd: ")
        && lower.contains("no such file or directory")
        && lower.lines().count() <= 3
    {
        return Some(Inconclusive::FolderMissing);
    }
    (output.says(OutputSign::Service) && !asserted)
        .then(|| Inconclusive::ServiceMissing(output.last_line_with(OutputSign::Service)))
}

/// Tells that one of the test runners of the command means this by an exit status.
fn runner_means(context: &EndContext<'_>, code: i32, meaning: StatusMeaning) -> bool {
    let calls = context.reading.calls();
    calls
        .iter()
        .any(|call| call.kind() == shell::Kind::Test && call.status(code) == Some(meaning))
}

/// Tells that nothing was checked: nothing was collected and nothing stood in the way of collecting, or all was left out.
fn found_nothing(output: &Output<'_>) -> bool {
    let lower = output.lower.as_str();
    let counted = |what: &str| {
        let words: Vec<&str> = lower
            .split_whitespace()
            .map(|word| word.trim_matches([',', '=', '(', ')', ':']))
            .collect();
        words
            .windows(2)
            .any(|pair| pair[1] == what && pair[0].parse::<u64>().is_ok_and(|count| count > 0))
    };
    let ran = ["passed", "failed", "passing", "failing", "error", "errors"]
        .iter()
        .any(|what| counted(what))
        || lower.contains("error during collection")
        || lower.contains("errors during collection");
    let left_out = ["skipped", "deselected", "xfailed", "todo"]
        .iter()
        .any(|what| counted(what));
    let node = lower.lines().any(|line| {
        matches!(
            line.trim(),
            "ℹ pass 0" | "# pass 0" | "ℹ tests 0" | "# tests 0"
        )
    }) && !lower.lines().any(|line| {
        line.trim().starts_with("not ok")
            || matches!(line.trim().strip_prefix("# fail "), Some(count) if count != "0")
            || matches!(line.trim().strip_prefix("ℹ fail "), Some(count) if count != "0")
    });
    (output.says(OutputSign::Nothing) || left_out) && !ran || node
}

fn is_usage_error(lower: &str, code: i32) -> bool {
    let last = lower
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    code == 2 && lower.trim_start().starts_with("usage:") && last.contains("error:")
}

/// Tells a program that commands don't see from one that is not installed.
fn distinguish_hidden_program(
    why: Inconclusive,
    host: &dyn Fn(&str) -> Option<PathBuf>,
) -> Inconclusive {
    match why {
        Inconclusive::NotInstalled(Some(name)) => match host(&name) {
            Some(at) => Inconclusive::NotVisible { name, at },
            None => Inconclusive::NotInstalled(Some(name)),
        },
        why => why,
    }
}

/// Returns the command that the shell could not start.
fn missing_tool(code: i32, output: &str) -> Option<Inconclusive> {
    let not_found = |line: &&str| {
        line.contains("command not found") || line.trim_end().ends_with(": not found")
    };
    let named = output.lines().find(not_found).map(|line| {
        let words: Vec<&str> = line.split(": ").collect();
        words
            .iter()
            .rev()
            .find(|word| !word.contains("not found"))
            .map_or("a command", |word| word.trim())
            .to_owned()
    });
    match code {
        126 => Some(Inconclusive::NotExecutable),
        127 => Some(Inconclusive::NotInstalled(named)),
        // A runner of targets has an exit code of its own, and tells that of its recipe: "make: *** [x] Error 127".
        _ => output
            .lines()
            .any(|line| line.contains(": *** ") && line.trim_end().ends_with("Error 127"))
            .then(|| {
                let asked = output.lines().find_map(|line| {
                    let (_, asked) = line
                        .strip_suffix(": No such file or directory")?
                        .rsplit_once(": ")?;
                    Some(asked.to_owned())
                });
                Inconclusive::NotInstalled(asked.or(named))
            }),
    }
}

/// Returns the program that a runner of packages (`npx`, `uvx`) wanted to fetch because the project does not have it, and
/// could not: its registry is no service that the project lacks.
fn unfetched_package(reading: &Reading, output: &str) -> Option<String> {
    /// The lines by which these runners tell that they asked a registry: npm's own, pnpm's, yarn's, uv's and pip's.
    const ASKED: [&str; 6] = [
        "npm error request to http",
        "npm ERR! request to http",
        "ERR_PNPM_META_FETCH_FAIL",
        "error sending request for url (http",
        "Failed to fetch: `http",
        "Max retries exceeded with url",
    ];
    const REGISTRIES: [&str; 4] = ["registry.", "pypi.", "/simple/", "pythonhosted."];
    let asked = output.lines().any(|line| {
        ASKED.iter().any(|start| line.contains(start))
            && REGISTRIES.iter().any(|name| line.contains(name))
    });
    let calls = reading.calls();
    if calls
        .iter()
        .any(|call| call.needs().contains(&shell::Need::Network))
    {
        return None;
    }
    let fetched = calls.iter().find(|call| !call.wrappers.is_empty())?;
    asked.then(|| fetched.program.clone())
}

/// Returns the first module that could not be imported and that neither the repository nor the plan has.
fn missing_module(output: &str, ours: &dyn Fn(&str) -> bool) -> Option<String> {
    const OPENINGS: [&str; 6] = [
        "No module named '",
        "No module named \"",
        "No module named ",
        "Cannot find package '",
        "Cannot find module '",
        "Could not resolve \"",
    ];
    output.lines().find_map(|line| {
        let (opening, at) = OPENINGS
            .iter()
            .find_map(|opening| line.find(opening).map(|at| (*opening, at)))?;
        let rest = &line[at + opening.len()..];
        let name: String = rest
            .chars()
            .take_while(|letter| !matches!(letter, '\'' | '"' | ' ' | ';' | ','))
            .collect();
        let foreign = !name.is_empty()
            && !name.starts_with(['.', '/', '@', '~', '#'])
            && !ours(root_of(&name));
        // A scoped package is foreign unless its scope is an alias of the project's own.
        let scoped =
            name.starts_with('@') && name.contains('/') && !name.starts_with("@/") && !ours(&name);
        (foreign || scoped).then_some(name)
    })
}

/// Returns the first part of a module's name: of `app.services.x` and `lodash/fp`, `app` and `lodash`.
fn root_of(module: &str) -> &str {
    module.split(['.', '/']).next().unwrap_or(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str, code: i32, output: &str) -> Option<String> {
        let reading = shell::read(script);
        let tests = reading.kinds().contains(&shell::Kind::Test);
        let context = EndContext {
            reading: &reading,
            tests,
            ours: &|name| name == "app" || name == "tests",
            has_loopback: true,
            host: &|_| None,
        };
        inconclusive_reason(&context, code, output).map(|why| why.to_string())
    }

    /// A script, its exit code and its output, which tell of something that is missing beside the code.
    const SOMETHING_MISSING: &[(&str, i32, &str)] = &[
        ("pytest", 127, "bash: line 1: pytest: command not found\n"),
        (
            "python -m pytest",
            1,
            "/usr/bin/python: No module named pytest\n",
        ),
        (
            "pytest tests",
            2,
            "E   ModuleNotFoundError: No module named 'fastapi'\n",
        ),
        ("pytest tests", 5, "no tests ran in 0.01s\n"),
        (
            "pytest tests/test_a.py",
            4,
            "ERROR: file or directory not found: tests/test_a.py\n",
        ),
        (
            "pytest --nope",
            4,
            "ERROR: usage: pytest\npytest: error: unrecognized arguments: --nope\n",
        ),
        (
            "pytest",
            1,
            "E  psycopg.OperationalError: connection failed: Connection refused\n",
        ),
        (
            "node --test test",
            1,
            "not ok 1 - a\n  failureType: 'testCodeFailure'\n  error: 'connect ECONNREFUSED 127.0.0.1:5672'\n# fail 1\n",
        ),
        (
            "make test",
            2,
            "pytest -q\nmake: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127\n",
        ),
        (
            "python3 chk.py",
            1,
            "OSError: [Errno 30] Read-only file system: '../outside.txt'\n",
        ),
        (
            "node chk.js",
            1,
            "Error: EROFS: read-only file system, open '../outside.txt'\n",
        ),
        ("npm test", 1, "npm error Missing script: \"test\"\n"),
        (
            "npx vitest run",
            1,
            "No test files found, exiting with code 1\n",
        ),
        (
            "npx jest --passWithNoTests test",
            0,
            "No tests found, exiting with code 0\n",
        ),
        (
            "python -m unittest tests",
            0,
            "Ran 0 tests in 0.000s\n\nOK\n",
        ),
        (
            "npx vitest",
            1,
            "Error: Cannot find package 'zod' imported from /x/a.ts\n",
        ),
        ("pytest tests", 0, "======= 1 skipped in 0.01s =======\n"),
        (
            "pytest tests -k nosuch",
            0,
            "======= 3 deselected in 0.01s =======\nstage passed\n",
        ),
        (
            "node --test test",
            0,
            "ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0\n",
        ),
    ];

    #[test]
    fn what_is_missing_is_no_verdict_on_the_code() {
        for &(script, code, output) in SOMETHING_MISSING {
            assert!(found(script, code, output).is_some(), "{script}: {output}");
        }
    }

    #[test]
    fn what_a_runner_of_packages_can_not_fetch_is_not_installed() {
        let output = "npm error request to https://registry.npmjs.org/eslint failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org\n";
        for (script, name) in [
            ("npx eslint .", Some("eslint")),
            ("cd web && npx --yes tsc --noEmit", Some("tsc")),
            ("npm ci", None),
        ] {
            let told = found(script, 1, output).unwrap_or_default();
            let wanted = name.map(|name| format!("`{name}` is not installed"));
            match wanted {
                Some(wanted) => assert_eq!(told, wanted, "{script}"),
                None => assert!(!told.contains("not installed"), "{script}: {told}"),
            }
        }
    }

    #[test]
    fn what_speaks_of_the_code_is_a_verdict() {
        let cases = [
            (
                "pytest tests",
                2,
                "E   ModuleNotFoundError: No module named 'app.services.orders'\n",
            ),
            (
                "pytest tests",
                1,
                "E       assert 1 == 2\n1 failed, 3 passed in 0.10s\n",
            ),
            ("pytest tests", 0, "3 passed in 0.10s\n"),
            (
                "pytest tests",
                2,
                "collected 0 items / 1 error\nE   ModuleNotFoundError: No module named 'app.a'\n1 error in 0.1s\n",
            ),
            (
                "pytest tests",
                1,
                "No module named 'nosuchlib'\nE       assert 1 == 2\n1 failed, 1 error in 0.1s\n",
            ),
            ("node --test test", 1, "ℹ tests 1\nℹ pass 0\nℹ fail 1\n"),
            (
                "node --test test",
                1,
                "not ok 1 - a\n  failureType: 'testCodeFailure'\n  error: 'connect ECONNREFUSED 127.0.0.1:1'\n\
                 not ok 2 - b\n  failureType: 'testCodeFailure'\n  error: '1 !== 2'\n# fail 2\n",
            ),
            (
                "npx vitest run",
                1,
                "Error: Cannot find module './orders' imported from src/a.test.ts\n",
            ),
            (
                "pytest",
                1,
                "AssertionError: ConnectionError: Connection refused\n",
            ),
            (
                "pytest",
                1,
                "E  AssertionError: Read-only file system\n1 failed in 0.1s\n",
            ),
            (
                "npx tsc --noEmit",
                2,
                "src/a.ts(1,1): error TS2304: Cannot find name 'x'.\n",
            ),
        ];
        for (script, code, output) in cases {
            assert_eq!(found(script, code, output), None, "{script}: {output}");
        }
    }
}
