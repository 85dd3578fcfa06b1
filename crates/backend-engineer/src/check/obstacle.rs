//! Why a command that ended badly says nothing about the code: a tool, a package or a service is missing, it was called
//! wrongly, or it found nothing to check.

/// What stood in the way, one clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle(pub(crate) String);

/// Output that tells of a service that isn't there, lower case.
const SERVICE: [&str; 21] = [
    "econnrefused",
    "connection refused",
    "could not connect to server",
    "could not translate host name",
    "cannot connect to the docker daemon",
    "failed to connect to the docker api",
    "getaddrinfo enotfound",
    "getaddrinfo eai_again",
    "temporary failure in name resolution",
    "name or service not known",
    "could not resolve host",
    "can't reach database server",
    "network is unreachable",
    "no route to host",
    "error connecting to redis",
    "failed to establish a new connection",
    "serverselectiontimeouterror",
    "failed to lookup address information",
    "dns error:",
    "all attempts to connect to",
    "error trying to connect:",
];

/// Output that tells of a wrong call, lower case.
const USAGE: [&str; 12] = [
    "unrecognized arguments",
    "unknown option",
    "no such option",
    "unknown argument",
    "unexpected argument",
    "unknown compiler option",
    "missing script:",
    "err_pnpm_no_script",
    "error: file or directory not found",
    "no rule to make target",
    "script not found \"",
    "couldn't find a script named",
];

/// Output that tells of a tool that isn't installed, lower case.
const TOOL: [&str; 7] = [
    "could not determine executable to run",
    "npx canceled due to missing packages",
    "need to install the following packages",
    "this is not the tsc command you are looking for",
    "failed to spawn:",
    "err_pnpm_recursive_exec_first_fail",
    "couldn't find the binary",
];

/// Output that tells that nothing was there to check, lower case, whatever the exit code.
const NOTHING: [&str; 10] = [
    "no tests ran",
    "collected 0 items",
    "no test files found",
    "no tests found",
    "ran 0 tests",
    "# tests 0\n",
    "no test suite found",
    "no tests to run",
    "error: no test specified",
    "0 passing (",
];

/// Signs that a check did look at the code and found it wrong, lower case.
const ASSERTED: [&str; 6] = ["assertionerror", "e       assert", "expected:", "assertion failed", "expect(", "not ok "];

/// What the judge knows beside the output.
pub(crate) struct Ground<'a> {
    /// Whether a module or package of that name belongs to the repository or to the plan.
    pub(crate) ours: &'a dyn Fn(&str) -> bool,
    /// Whether the command runs tests, so that finding none proves nothing.
    pub(crate) tests: bool,
}

/// What stood in the way of a command that ended with `code`, or `None` where its end speaks of the code.
pub(crate) fn obstacle(script: &str, code: i32, output: &str, ground: &Ground<'_>) -> Option<Obstacle> {
    let lower = output.to_lowercase();
    let said = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if ground.tests && (found_nothing(&lower) || is_pytest(script) && code == 5) {
        return Some(Obstacle("no test was run".to_owned()));
    }
    if code == 0 {
        return None;
    }
    if let Some(tool) = missing_tool(code, output) {
        return Some(Obstacle(tool));
    }
    if said(&TOOL) {
        return Some(Obstacle(format!("a tool is missing: {}", line_with(output, &lower, &TOOL))));
    }
    let asserted = said(&ASSERTED);
    if let Some(module) = missing_module(output, ground.ours).filter(|_| !asserted) {
        return Some(Obstacle(format!("the package `{module}` is not installed")));
    }
    if is_pytest(script) && code == 4 || said(&USAGE) || is_usage_error(&lower, code) {
        return Some(Obstacle(format!("it was called wrongly: {}", line_with(output, &lower, &USAGE))));
    }
    if lower.contains("cd: ") && lower.contains("no such file or directory") && lower.lines().count() <= 3 {
        return Some(Obstacle("the folder that it changes to is not there".to_owned()));
    }
    (said(&SERVICE) && !asserted)
        .then(|| Obstacle(format!("a service is missing: {}", line_with(output, &lower, &SERVICE))))
}

/// Nothing was checked: nothing was collected and nothing stood in the way of collecting, or all was left out.
fn found_nothing(lower: &str) -> bool {
    let counted = |what: &str| {
        let words: Vec<&str> =
            lower.split_whitespace().map(|word| word.trim_matches([',', '=', '(', ')', ':'])).collect();
        words.windows(2).any(|pair| pair[1] == what && pair[0].parse::<u64>().is_ok_and(|count| count > 0))
    };
    let ran = ["passed", "failed", "passing", "failing", "error", "errors"].iter().any(|what| counted(what))
        || lower.contains("error during collection")
        || lower.contains("errors during collection");
    let left_out = ["skipped", "deselected", "xfailed", "todo"].iter().any(|what| counted(what));
    let node = lower.lines().any(|line| matches!(line.trim(), "ℹ pass 0" | "# pass 0" | "ℹ tests 0" | "# tests 0"))
        && !lower.lines().any(|line| {
            line.trim().starts_with("not ok")
                || matches!(line.trim().strip_prefix("# fail "), Some(count) if count != "0")
                || matches!(line.trim().strip_prefix("ℹ fail "), Some(count) if count != "0")
        });
    (NOTHING.iter().any(|word| lower.contains(word)) || left_out) && !ran || node
}

fn is_pytest(script: &str) -> bool {
    script.contains("pytest") || script.contains("py.test")
}

fn is_usage_error(lower: &str, code: i32) -> bool {
    let last = lower.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    code == 2 && lower.trim_start().starts_with("usage:") && last.contains("error:")
}

/// A command that the shell could not start.
fn missing_tool(code: i32, output: &str) -> Option<String> {
    let not_found = |line: &&str| line.contains("command not found") || line.trim_end().ends_with(": not found");
    let named = output.lines().find(not_found).map(|line| {
        let words: Vec<&str> = line.split(": ").collect();
        words.iter().rev().find(|word| !word.contains("not found")).map_or("a command", |word| word.trim()).to_owned()
    });
    match code {
        126 => Some("it could not be executed (exit code 126)".to_owned()),
        127 => Some(match named {
            Some(name) => format!("`{name}` is not installed"),
            None => "a command is not installed (exit code 127)".to_owned(),
        }),
        // `make` has an exit code of its own, and says that of its command.
        _ => output.lines().any(|line| line.starts_with("make") && line.trim_end().ends_with("Error 127")).then(|| {
            let asked = output
                .lines()
                .find_map(|line| line.strip_prefix("make: ")?.strip_suffix(": No such file or directory"));
            asked
                .map(str::to_owned)
                .or(named)
                .map_or("a command is not installed".to_owned(), |name| format!("`{name}` is not installed"))
        }),
    }
}

/// The first module that could not be imported and that neither the repository nor the plan has.
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
        let (opening, at) = OPENINGS.iter().find_map(|opening| line.find(opening).map(|at| (*opening, at)))?;
        let rest = &line[at + opening.len()..];
        let name: String = rest.chars().take_while(|letter| !matches!(letter, '\'' | '"' | ' ' | ';' | ',')).collect();
        let foreign = !name.is_empty() && !name.starts_with(['.', '/', '@', '~', '#']) && !ours(root_of(&name));
        // A scoped package is foreign unless its scope is an alias of the project's own.
        let scoped = name.starts_with('@') && name.contains('/') && !name.starts_with("@/") && !ours(&name);
        (foreign || scoped).then_some(name)
    })
}

/// `app.services.x` and `lodash/fp` by their first part.
fn root_of(module: &str) -> &str {
    module.split(['.', '/']).next().unwrap_or(module)
}

/// The first line of the output that holds one of the words, shortened.
fn line_with(output: &str, lower: &str, words: &[&str]) -> String {
    let index = lower.lines().position(|line| words.iter().any(|word| line.contains(word)));
    let line = index.and_then(|index| output.lines().nth(index)).unwrap_or("see its output").trim();
    line.chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str, code: i32, output: &str) -> Option<String> {
        let ground = Ground { ours: &|name| name == "app" || name == "tests", tests: script.contains("test") };
        obstacle(script, code, output, &ground).map(|obstacle| obstacle.0)
    }

    #[test]
    fn what_is_missing_is_no_verdict_on_the_code() {
        let cases = [
            ("pytest", 127, "bash: line 1: pytest: command not found\n"),
            ("python -m pytest", 1, "/usr/bin/python: No module named pytest\n"),
            ("pytest tests", 2, "E   ModuleNotFoundError: No module named 'fastapi'\n"),
            ("pytest tests", 5, "no tests ran in 0.01s\n"),
            ("pytest tests/test_a.py", 4, "ERROR: file or directory not found: tests/test_a.py\n"),
            ("pytest --nope", 4, "ERROR: usage: pytest\npytest: error: unrecognized arguments: --nope\n"),
            ("pytest", 1, "E  psycopg.OperationalError: connection failed: Connection refused\n"),
            (
                "make test",
                2,
                "pytest -q\nmake: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127\n",
            ),
            ("npm test", 1, "npm error Missing script: \"test\"\n"),
            ("npx vitest run", 1, "No test files found, exiting with code 1\n"),
            ("npx jest --passWithNoTests test", 0, "No tests found, exiting with code 0\n"),
            ("python -m unittest tests", 0, "Ran 0 tests in 0.000s\n\nOK\n"),
            ("npx vitest", 1, "Error: Cannot find package 'zod' imported from /x/a.ts\n"),
            ("pytest tests", 0, "======= 1 skipped in 0.01s =======\n"),
            ("pytest tests -k nosuch", 0, "======= 3 deselected in 0.01s =======\nstage passed\n"),
            ("node --test test", 0, "ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0\n"),
        ];
        for (script, code, output) in cases {
            assert!(found(script, code, output).is_some(), "{script}: {output}");
        }
    }

    #[test]
    fn what_speaks_of_the_code_is_a_verdict() {
        let cases = [
            ("pytest tests", 2, "E   ModuleNotFoundError: No module named 'app.services.orders'\n"),
            ("pytest tests", 1, "E       assert 1 == 2\n1 failed, 3 passed in 0.10s\n"),
            ("pytest tests", 0, "3 passed in 0.10s\n"),
            (
                "pytest tests",
                2,
                "collected 0 items / 1 error\nE   ModuleNotFoundError: No module named 'app.a'\n1 error in 0.1s\n",
            ),
            ("pytest tests", 1, "No module named 'nosuchlib'\nE       assert 1 == 2\n1 failed, 1 error in 0.1s\n"),
            ("node --test test", 1, "ℹ tests 1\nℹ pass 0\nℹ fail 1\n"),
            ("npx vitest run", 1, "Error: Cannot find module './orders' imported from src/a.test.ts\n"),
            ("pytest", 1, "AssertionError: ConnectionError: Connection refused\n"),
            ("npx tsc --noEmit", 2, "src/a.ts(1,1): error TS2304: Cannot find name 'x'.\n"),
        ];
        for (script, code, output) in cases {
            assert_eq!(found(script, code, output), None, "{script}: {output}");
        }
    }
}
