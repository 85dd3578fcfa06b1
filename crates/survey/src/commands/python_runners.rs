//! Environments of tox, sessions of nox and tasks of invoke.
//!
//! ```text
//! [testenv:lint]                          tox -e lint
//! commands = ruff check {posargs:src}     and, without the runner: ruff check src
//!
//! @nox.session                            nox -s tests
//! def tests(session):
//!     session.run("pytest", "-q")         and: pytest -q
//! ```

use super::CommandSource;
use super::collector::{Collector, CommandCandidate};
use crate::documents::{folder_of, ini, name_of};
use crate::place::Place;
use crate::stack::Ecosystem;

/// Collects what tox, nox and invoke run, by the names of their files.
pub(super) fn collect_python_runners(collector: &mut Collector<'_>) {
    for (path, text) in collector.documents.all() {
        match name_of(path) {
            "tox.ini" | "setup.cfg" => collect_tox(collector, path, text),
            "tox.toml" | "pyproject.toml" => collect_tox_table(collector, path, text),
            "noxfile.py" => collect_decorated_functions(
                collector,
                path,
                text,
                DecoratingRunner {
                    mark: "nox.session",
                    run: "session.run(",
                    by: "nox -s",
                },
            ),
            "tasks.py" if text.contains("invoke") => collect_decorated_functions(
                collector,
                path,
                text,
                DecoratingRunner {
                    mark: "task",
                    run: ".run(",
                    by: "invoke",
                },
            ),
            _ => {}
        }
    }
}

/// A session of a runner: an environment of tox, a function of nox or invoke.
struct Session<'s> {
    name: &'s str,
    line: u32,
    /// The call by which the runner runs it: `nox -s tests`.
    script: String,
    /// The commands that it runs, one a line.
    body: &'s str,
}

/// Keeps a session, and each line of it that can be run without the runner.
fn add_session(collector: &mut Collector<'_>, path: &str, session: Session<'_>) {
    let Session {
        name,
        line,
        script,
        body,
    } = session;
    let kept = |name, script, body, line| CommandCandidate {
        keeper: CommandSource::Runner,
        name,
        script,
        folder: folder_of(path),
        body,
        source: Place::new(path, line),
        by_hand: "npx",
        ecosystem: Some(Ecosystem::Python),
    };
    collector.add_candidate(kept(name, script, body, line));
    let is_whole =
        |line: &&str| !line.contains(['$', '{', '|', '&', ';']) && !line.starts_with('-');
    for inner in body.lines().map(str::trim).filter(is_whole) {
        let text = collector.documents.text(path).unwrap_or("");
        let first = inner.split_whitespace().next().unwrap_or(inner);
        let below = text
            .lines()
            .zip(1_u32..)
            .skip_while(|(_, number)| *number < line);
        let at = below
            .into_iter()
            .find(|(text, _)| text.contains(first))
            .map_or(line, |(_, number)| number);
        collector.add_candidate(kept("", inner.to_owned(), inner, at));
    }
}

/// Collects the environments of tox in the form of `tox.ini`; those without commands of their own are left out.
fn collect_tox(collector: &mut Collector<'_>, path: &str, text: &str) {
    for section in ini::parse_ini(text) {
        let Some(name) = section.name.strip_prefix("testenv") else {
            continue;
        };
        let name = name.trim_start_matches(':');
        let Some(commands) = section.entry("commands") else {
            continue;
        };
        let lines: Vec<String> = commands
            .values
            .iter()
            .map(|(_, line)| without_braces(line))
            .collect();
        collect_tox_environment(collector, path, (name, section.line), &lines.join("\n"));
    }
}

/// The environments of tox in `tox.toml`, or in `[tool.tox]` of pyproject.toml.
fn collect_tox_table(collector: &mut Collector<'_>, path: &str, text: &str) {
    let Ok(table) = text.parse::<toml::Table>() else {
        return;
    };
    let own = if name_of(path) == "tox.toml" {
        Some(&table)
    } else {
        table
            .get("tool")
            .and_then(|tool| tool.get("tox"))
            .and_then(toml::Value::as_table)
    };
    let Some(own) = own else { return };
    if let Some(old) = own.get("legacy_tox_ini").and_then(toml::Value::as_str) {
        collect_tox(collector, path, old);
    }
    let run = own.get("env_run_base").map(|base| ("", base));
    let named = own
        .get("env")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten();
    for (name, environment) in run
        .into_iter()
        .chain(named.map(|(name, value)| (name.as_str(), value)))
    {
        let commands = environment
            .get("commands")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        let words = |command: &toml::Value| {
            let words = command.as_array()?.iter().filter_map(toml::Value::as_str);
            Some(words.map(shell::quote).collect::<Vec<_>>().join(" "))
        };
        let lines: Vec<String> = commands.filter_map(words).collect();
        if !lines.is_empty() {
            let heading = if name.is_empty() {
                "env_run_base".to_owned()
            } else {
                format!("env.{name}")
            };
            let line = text
                .lines()
                .zip(1..)
                .find(|(line, _)| line.contains(&heading))
                .map_or(1, |(_, line)| line);
            collect_tox_environment(collector, path, (name, line), &lines.join("\n"));
        }
    }
}

/// Keeps an environment of tox. The one without a name is what plain `tox` runs, and is taken for tests.
fn collect_tox_environment(
    collector: &mut Collector<'_>,
    path: &str,
    (name, line): (&str, u32),
    body: &str,
) {
    let script = if name.is_empty() {
        "tox".to_owned()
    } else {
        format!("tox -e {name}")
    };
    let name = if name.is_empty() { "test" } else { name };
    add_session(
        collector,
        path,
        Session {
            name,
            line,
            script,
            body,
        },
    );
}

/// Returns a line of tox without what it fills in: `{posargs:tests}` gives way to its default.
fn without_braces(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line.trim_start_matches(['-', ' ']);
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let (inside, behind) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, default)) = inside
            .split_once(':')
            .filter(|(name, _)| *name == "posargs")
        {
            plain.push_str(default);
        } else if inside == "envpython" {
            plain.push_str("python");
        }
        rest = behind;
    }
    plain + rest
}

/// A runner whose sessions are decorated functions.
struct DecoratingRunner {
    /// The beginning of its decorator, without the `@`.
    mark: &'static str,
    /// The call that runs a command: `session.run(`.
    run: &'static str,
    /// The command before the name of a session.
    by: &'static str,
}

/// Collects decorated functions that run commands given as text or as words, line by line.
///
/// Only words in quotes on the line of the call are read; a call over several lines gives no more than its first.
fn collect_decorated_functions(
    collector: &mut Collector<'_>,
    path: &str,
    text: &str,
    runner: DecoratingRunner,
) {
    let mut function: Option<(String, u32, String)> = None;
    let mut marked = false;
    let mut finished = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('@') {
            marked |= line.trim_start_matches('@').starts_with(runner.mark);
        } else if let Some(rest) = line.strip_prefix("def ") {
            finished.extend(function.take());
            let name = rest.split('(').next().unwrap_or(rest).to_owned();
            function = std::mem::take(&mut marked).then_some((name, number, String::new()));
        } else if let Some((_, arguments)) = line.split_once(runner.run)
            && let Some((_, _, body)) = &mut function
        {
            let words: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
            let words = if words.is_empty() {
                arguments.split('\'').skip(1).step_by(2).collect()
            } else {
                words
            };
            body.push_str(&words.join(" "));
            body.push('\n');
        }
    }
    finished.extend(function);
    for (name, line, body) in finished {
        let session = Session {
            name: &name,
            line,
            script: format!("{} {name}", runner.by),
            body: &body,
        };
        add_session(collector, path, session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substitutions_give_way() {
        assert_eq!(without_braces("pytest {posargs:tests}"), "pytest tests");
        assert_eq!(
            without_braces("- {envpython} -m mypy app {posargs}"),
            "python -m mypy app "
        );
    }
}
