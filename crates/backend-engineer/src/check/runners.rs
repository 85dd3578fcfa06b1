//! Lets test runners write down, test by test, what they find: to a folder of the sandbox that is no part of the tree.
//!
//! Nothing is run twice and no command is changed: Python and Node each load a file of ours at their start, which finds
//! out by itself whether its process is a runner. Where none is found (a container, an unknown runner), nothing is
//! written, and the command is judged by its status and its output alone.

mod runner_reports;

use std::path::{Path, PathBuf};

use sandbox::FirstValue;
use shell::{Reading, Runner};

pub(crate) use runner_reports::{Count, Difference, RunnerReports, files_of_test};

use super::judge::ParsedCheck;
use crate::run::ScriptRun;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Loaded by each Python.
const PYTHON: &str = include_str!("runners/sitecustomize.py");

/// Loaded by each Node.
const NODE: &str = include_str!("runners/node.cjs");

/// The folder of what they load, among the temporary files.
const LAID: &str = "backend-engineer-runners";

/// The variable that says where results are written to.
const FOLDER: &str = "BACKEND_ENGINEER_RESULTS";

/// The first version of Node that takes its runner's reporters from a variable.
const NODE_WITH_REPORTERS: u32 = 20;

/// The first version of Node whose runner prints for people also where nobody looks.
const NODE_PRINTS_SPEC: u32 = 23;

/// The test runners that a script may start and whose results can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct RunnerKinds {
    python: bool,
    node: bool,
    /// Among them is Node's own runner.
    node_test: bool,
    /// It names a reporter for Node's runner, and no place for what that prints.
    names_reporter: bool,
}

impl RunnerKinds {
    fn from_reading(reading: &Reading) -> Self {
        let mut runs = RunnerKinds::default();
        for call in reading.calls() {
            // Whatever language a script is in, it may start a runner of another one and drop its status.
            let is_script = call.kind() == shell::Kind::Script;
            runs.python |=
                is_script || matches!(call.runner(), Some(Runner::Pytest | Runner::Unittest));
            let own = call.runner() == Some(Runner::NodeTest);
            runs.node_test |= own;
            runs.node |= is_script
                || own
                || matches!(
                    call.runner(),
                    Some(Runner::Jest | Runner::Vitest | Runner::Mocha)
                );
            let names = |option: &str| {
                call.arguments
                    .iter()
                    .any(|word| word == option || word.starts_with(&format!("{option}=")))
            };
            runs.names_reporter |=
                names("--test-reporter") && !names("--test-reporter-destination");
        }
        runs
    }
}

/// A command whose runners are listened to.
#[derive(Debug)]
pub(crate) struct RunnerWatch {
    /// Where results are written to, as the host has it, by a name that nobody guesses; gone with this.
    told: tempfile::TempDir,
    /// The temporary folder, as the command finds it.
    seen: PathBuf,
    runs: RunnerKinds,
    node: Option<u32>,
    /// Words of the calls that are runners, programs and files by their last part: what starts of them is a runner.
    words: Vec<String>,
}

impl RunnerWatch {
    /// Lays down what a command's runners load; none where it runs none that is known.
    pub(crate) async fn prepare(
        work: &mut UnitWork<'_>,
        asked: &ParsedCheck,
    ) -> Result<Option<Self>, Stop> {
        let mut runs = RunnerKinds::from_reading(&asked.reading);
        if !runs.python && !runs.node {
            return Ok(None);
        }
        let temporary = work.workspace.temporary().await?;
        let node = if runs.node_test {
            work.workspace.node_version().await?
        } else {
            None
        };
        runs.node_test = node.is_some_and(|version| version >= NODE_WITH_REPORTERS);
        // Where nothing can be laid down, the command is judged without.
        let told = write_runner_plugins(&temporary.host).ok();
        Ok(told.map(|told| RunnerWatch {
            told,
            seen: temporary.seen,
            runs,
            node,
            words: words_of_runners(&asked.reading),
        }))
    }

    /// Adds to a command what its runners need to write.
    pub(crate) fn instrument(&self, to_run: &mut ScriptRun<'_>) {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let told = self
            .seen
            .join(self.told.path().file_name().unwrap_or_default());
        to_run.env.push((FOLDER.to_owned(), text(told)));
        if self.runs.python {
            let value = text(self.seen.join(LAID).join("python"));
            to_run.script = set_first(&to_run.script, "PYTHONPATH", &value, ':');
            to_run.env_first.push(FirstValue {
                name: "PYTHONPATH".to_owned(),
                value,
                divider: ':',
            });
        }
        if self.runs.node {
            let value = self.node_options(&text(self.seen.join(LAID).join("results.cjs")));
            to_run.script = set_first(&to_run.script, "NODE_OPTIONS", &value, ' ');
            to_run.env_first.push(FirstValue {
                name: "NODE_OPTIONS".to_owned(),
                value,
                divider: ' ',
            });
        }
    }

    /// Returns what makes Node's runner report to us as well as to whom it reports by itself.
    fn node_options(&self, file: &str) -> String {
        if !self.runs.node_test {
            return format!("--require={file}");
        }
        let ours =
            format!("--require={file} --test-reporter={file} --test-reporter-destination=stderr");
        let usual = if self.node >= Some(NODE_PRINTS_SPEC) {
            "spec"
        } else {
            "tap"
        };
        match self.runs.names_reporter {
            true => format!("{ours} --test-reporter-destination=stdout"),
            false => format!("{ours} --test-reporter={usual} --test-reporter-destination=stdout"),
        }
    }

    /// Takes the lines out of an output that name our report: "Test results written to: …".
    pub(crate) fn take_out(&self, text: &str) -> String {
        let name = self
            .told
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        if !text.contains(&*name) {
            return text.to_owned();
        }
        text.split_inclusive('\n')
            .filter(|line| !line.contains(&*name))
            .collect()
    }

    /// Reads what the runners wrote, each name and sentence made clean.
    pub(crate) fn read_reports(&self, clean: &dyn Fn(&str) -> String) -> RunnerReports {
        RunnerReports::from_folder(self.told.path(), &self.words, clean)
    }
}

/// Returns the words of the calls that are runners of Python, of paths the last part.
fn words_of_runners(reading: &Reading) -> Vec<String> {
    let calls = reading.calls();
    let runners = calls
        .iter()
        .filter(|call| matches!(call.runner(), Some(Runner::Pytest | Runner::Unittest)));
    let words = runners.flat_map(|call| std::iter::once(&call.written).chain(&call.arguments));
    words
        .map(|word| word.rsplit('/').next().unwrap_or(word).to_owned())
        .collect()
}

/// Lays down afresh what runners load, since commands may have changed it; gives a folder for results. The names of what
/// they load may stand in a traceback, and are the same each time.
fn write_runner_plugins(temporary: &Path) -> std::io::Result<tempfile::TempDir> {
    let folder = temporary.join(LAID);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(folder.join("python"))?;
    std::fs::write(folder.join("python/sitecustomize.py"), PYTHON)?;
    std::fs::write(folder.join("results.cjs"), NODE)?;
    tempfile::Builder::new()
        .prefix("results-")
        .tempdir_in(temporary)
}

/// Puts a value first wherever a script sets the variable itself: it would take ours away.
fn set_first(script: &str, name: &str, value: &str, divider: char) -> String {
    let parsed = shell::parse(script);
    let set = format!("{name}=");
    let mut places: Vec<(usize, bool)> = Vec::new();
    for invocation in &parsed.invocations {
        let words = invocation.words.iter().map(|word| word.span.clone());
        let first = words
            .clone()
            .map(|span| span.start)
            .next()
            .unwrap_or(invocation.span.end);
        for span in std::iter::once(invocation.span.start..first).chain(words) {
            let Some(text) = script.get(span.clone()) else {
                continue;
            };
            let Some(at) = text.find(&set) else { continue };
            let before = &text[..at];
            let starts = before.is_empty() || before.ends_with([' ', '\t', '"', '\'']);
            if starts
                && !places
                    .iter()
                    .any(|(place, _)| *place == span.start + at + set.len())
            {
                places.push((span.start + at + set.len(), before.ends_with(['"', '\''])));
            }
        }
    }
    places.sort_unstable();
    let mut changed = script.to_owned();
    for (place, in_quotes) in places.into_iter().rev() {
        let rest = &script[place..];
        let is_empty = rest.is_empty() || rest.starts_with([' ', '\n', ';', '&', '|']);
        let value = if is_empty {
            value.to_owned()
        } else {
            format!("{value}{divider}")
        };
        let quotes = !in_quotes && value.contains(' ');
        changed.insert_str(place, &if quotes { format!("'{value}'") } else { value });
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_the_script_sets_keeps_our_value_first() {
        let rows = [
            ("pytest", "pytest"),
            ("PYTHONPATH=src pytest", "PYTHONPATH=/r:src pytest"),
            ("PYTHONPATH=\"a b\" pytest", "PYTHONPATH=/r:\"a b\" pytest"),
            ("PYTHONPATH= pytest", "PYTHONPATH=/r pytest"),
            (
                "cd api && A=1 PYTHONPATH=. pytest -q",
                "cd api && A=1 PYTHONPATH=/r:. pytest -q",
            ),
            (
                "export PYTHONPATH=$PWD; pytest",
                "export PYTHONPATH=/r:$PWD; pytest",
            ),
            ("env PYTHONPATH=. pytest", "env PYTHONPATH=/r:. pytest"),
            (
                "grep MY_PYTHONPATH=x a; pytest",
                "grep MY_PYTHONPATH=x a; pytest",
            ),
        ];
        for (script, expected) in rows {
            assert_eq!(set_first(script, "PYTHONPATH", "/r", ':'), expected);
        }
        let node = set_first(
            "NODE_OPTIONS=--no-warnings node --test",
            "NODE_OPTIONS",
            "--a --b",
            ' ',
        );
        assert_eq!(node, "NODE_OPTIONS='--a --b '--no-warnings node --test");
    }

    #[test]
    fn runners_are_found_behind_their_wrappers() {
        let recipes =
            |target: &shell::Target| (target.name == "test").then(|| "node --test".to_owned());
        let runs = |script: &str| RunnerKinds::from_reading(&shell::read_with(script, &recipes));
        let (python, node) = (
            RunnerKinds {
                python: true,
                ..RunnerKinds::default()
            },
            RunnerKinds {
                node: true,
                ..RunnerKinds::default()
            },
        );
        let own = RunnerKinds {
            node_test: true,
            ..node
        };
        let both = RunnerKinds {
            python: true,
            ..node
        };
        let rows = [
            ("pytest -q", python),
            ("uv run python -m pytest tests", python),
            ("cd a && coverage run -m unittest -v", python),
            ("python manage.py test shop", python),
            ("python tests/test_a.py", both),
            ("npm test", own),
            ("node --import tsx --test a.test.ts", own),
            (
                "node --test --test-reporter=dot",
                RunnerKinds {
                    names_reporter: true,
                    ..own
                },
            ),
            ("npx jest src", node),
            ("pnpm exec vitest run", node),
            ("npx mocha test", node),
            ("npx ava", RunnerKinds::default()),
            ("pytest --collect-only", RunnerKinds::default()),
            ("ruff check .", RunnerKinds::default()),
            ("node --test --watch", RunnerKinds::default()),
            ("node server.js", RunnerKinds::default()),
        ];
        for (script, expected) in rows {
            assert_eq!(runs(script), expected, "{script}");
        }
    }
}
