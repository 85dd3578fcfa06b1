//! Reads the reports of test runners on a command's tests, and what they mean for the command's verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use journal::{TestResult, Verdict};
use serde::Deserialize;

use super::super::judge::Judgement;

/// Larger reports are none that a runner wrote.
const LARGEST: u64 = 64 << 20;
/// The most tests or doubts that a message names.
const NAMED: usize = 5;

/// The reports of all test runners that a command started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RunnerReports {
    runners: Vec<RunnerReport>,
    /// A program that should have become a runner, and told nothing.
    silent: Option<String>,
}

/// The report of one process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct RunnerReport {
    runner: String,
    runs: usize,
    done: usize,
    /// It came to its end without a run: it was asked for its version.
    nothing: bool,
    tests: BTreeMap<String, Verdict>,
    /// Groups of tests that failed themselves: a file that can't be loaded, a suite whose hook raises.
    groups: BTreeSet<String>,
    /// The number of tests that passed, also of those that share a name.
    passed: u64,
    doubts: Vec<String>,
}

/// A line of a report.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum ReportLine {
    /// A process that is a runner has begun.
    Begin { runner: String },
    /// A run of tests begins.
    Run,
    /// A run of tests came to its end.
    Done {
        tests: Vec<(String, ReportedVerdict)>,
        #[serde(default)]
        groups: Vec<String>,
        doubts: Vec<String>,
    },
    /// The process came to its end without a run.
    Nothing,
    /// The runner is not as it is known: nothing is said.
    Lost,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportedVerdict {
    Passed,
    Failed,
    Skipped,
}

/// The number of tests that a command ran, by its runners' reports on each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Count {
    /// No runner told anything.
    #[default]
    Untold,
    /// A group of tests failed itself, or a runner was cut short: tests that are there were not told of.
    Unknown,
    /// So many ran, those that were skipped left out.
    Ran(u64),
}

impl RunnerReports {
    /// Reads the reports in a folder; `runners` are words of the calls that are runners.
    pub(super) fn from_folder(
        folder: &Path,
        runners: &[String],
        clean: &dyn Fn(&str) -> String,
    ) -> Self {
        let entries = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let mut all: Vec<_> = entries.collect();
        all.sort();
        let ends_with =
            |path: &Path, wanted: &str| path.extension().is_some_and(|end| end == wanted);
        let (paths, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|path| ends_with(path, "jsonl"));
        let started = others.iter().filter(|path| ends_with(path, "started"));
        let silent = started
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .find(|program| paths.is_empty() && runners.contains(program));
        let small = |path: &&std::path::PathBuf| {
            std::fs::symlink_metadata(path)
                .is_ok_and(|found| found.is_file() && found.len() <= LARGEST)
        };
        let texts = paths
            .iter()
            .filter(small)
            .filter_map(|path| std::fs::read_to_string(path).ok());
        RunnerReports {
            runners: texts
                .filter_map(|text| Some(RunnerReport::parse(&text)?.cleaned(clean)))
                .collect(),
            silent,
        }
    }

    /// Returns how many tests ran. A suite is none, whatever became of it.
    pub(crate) fn count(&self) -> Count {
        if self
            .runners
            .iter()
            .any(|one| one.is_cut() || !one.groups.is_empty())
        {
            return Count::Unknown;
        }
        match self.tests() {
            tests if tests.is_empty() => Count::Untold,
            tests => Count::Ran(
                tests
                    .iter()
                    .filter(|test| test.verdict != Verdict::NotChecked)
                    .count() as u64,
            ),
        }
    }

    /// Returns each test that was told of, and each group of tests that failed itself, where every runner came to its end.
    pub(crate) fn tests(&self) -> Vec<TestResult> {
        if self.runners.iter().any(RunnerReport::is_cut) {
            return Vec::new();
        }
        let mut all: BTreeMap<&String, Verdict> = BTreeMap::new();
        for (name, verdict) in self.runners.iter().flat_map(|one| &one.tests) {
            let known = all.entry(name).or_insert(*verdict);
            if *verdict == Verdict::Failed {
                *known = Verdict::Failed;
            }
        }
        all.extend(
            self.runners
                .iter()
                .flat_map(|one| &one.groups)
                .map(|name| (name, Verdict::Failed)),
        );
        all.into_iter()
            .map(|(name, verdict)| TestResult {
                name: name.clone(),
                verdict,
            })
            .collect()
    }

    /// Returns what a success comes to when the runners are asked; `wanted` is how many tests shall pass, by the plan.
    pub(crate) fn weigh(&self, judgement: Judgement, wanted: Option<u64>) -> Judgement {
        if judgement.verdict != Verdict::Passed {
            return judgement;
        }
        if let Some(program) = &self.silent {
            return Judgement::not_checked(format!(
                "`{program}` ended before a test of it ran: what was printed is no result"
            ));
        }
        if self.runners.is_empty() {
            return judgement;
        }
        if let Some(cut) = self.runners.iter().find(|one| one.is_cut()) {
            return Judgement::failed(format!(
                "{} was ended before it was done, by what it ran: what was printed is no result",
                cut.runner
            ));
        }
        let tests = self.tests();
        let failed = names_with_verdict(&tests, Verdict::Failed);
        if !failed.is_empty() {
            let names = shorten_names(&failed);
            return Judgement::failed(format!(
                "by the runner's own report tests failed, whatever the exit code: {names}"
            ));
        }
        let doubts: Vec<&str> = self
            .runners
            .iter()
            .flat_map(|one| &one.doubts)
            .map(String::as_str)
            .collect();
        if !doubts.is_empty() {
            return Judgement::failed(format!(
                "the runner's own report is in doubt: {}",
                shorten_names(&doubts)
            ));
        }
        if tests.is_empty() {
            return Judgement::not_checked("by the runner's own report no test was run");
        }
        let passed: u64 = self.runners.iter().map(|one| one.passed).sum();
        match wanted {
            _ if passed == 0 => Judgement::not_checked(
                "by the runner's own report no test passed: all were skipped",
            ),
            Some(wanted) if passed < wanted => Judgement::failed(format!(
                "the plan expects {wanted} passed, and by the runner's own report {passed} did"
            )),
            _ => judgement,
        }
    }
}

impl RunnerReport {
    /// Reads a report; none where nobody can say what happened.
    fn parse(text: &str) -> Option<Self> {
        let mut process = RunnerReport::default();
        for line in text.lines() {
            match serde_json::from_str(line).ok()? {
                ReportLine::Begin { runner } => process.runner = runner,
                ReportLine::Run => process.runs += 1,
                ReportLine::Done {
                    tests,
                    groups,
                    doubts,
                } => {
                    process.done += 1;
                    process.groups.extend(groups);
                    process.doubts.extend(doubts);
                    process.passed += tests
                        .iter()
                        .filter(|(_, word)| matches!(word, ReportedVerdict::Passed))
                        .count() as u64;
                    for (name, word) in tests {
                        let known = process.tests.entry(name).or_insert(word.to_verdict());
                        if matches!(word, ReportedVerdict::Failed) {
                            *known = Verdict::Failed;
                        }
                    }
                }
                ReportLine::Nothing => process.nothing = true,
                ReportLine::Lost => return None,
            }
        }
        (!process.runner.is_empty()).then_some(process)
    }

    /// Puts names and doubts as they may be shown.
    fn cleaned(self, clean: &dyn Fn(&str) -> String) -> Self {
        let tests = self
            .tests
            .into_iter()
            .map(|(name, verdict)| (clean(&name), verdict))
            .collect();
        let groups = self.groups.iter().map(|name| clean(name)).collect();
        let doubts = self.doubts.iter().map(|doubt| clean(doubt)).collect();
        RunnerReport {
            tests,
            groups,
            doubts,
            ..self
        }
    }

    /// Returns whether it began and was ended before it was done.
    fn is_cut(&self) -> bool {
        self.runs > self.done || self.runs == 0 && !self.nothing
    }
}

impl ReportedVerdict {
    fn to_verdict(self) -> Verdict {
        match self {
            ReportedVerdict::Passed => Verdict::Passed,
            ReportedVerdict::Failed => Verdict::Failed,
            ReportedVerdict::Skipped => Verdict::NotChecked,
        }
    }
}

/// Returns the names of the tests with a verdict.
fn names_with_verdict(tests: &[TestResult], verdict: Verdict) -> Vec<&str> {
    tests
        .iter()
        .filter(|test| test.verdict == verdict)
        .map(|test| test.name.as_str())
        .collect()
}

/// Returns the first of many.
fn shorten_names(all: &[&str]) -> String {
    let first = all
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// The difference between the tests of a suite after a change and before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference<'t> {
    /// Passed before and fail now, or are new and fail.
    pub(crate) regressed: Vec<&'t str>,
    /// Failed before and fail now.
    pub(crate) failing: Vec<&'t str>,
    /// Failed before and pass now.
    pub(crate) mended: Vec<&'t str>,
    /// Passed before and are not there now.
    pub(crate) gone: Vec<&'t str>,
}

impl<'t> Difference<'t> {
    /// Compares by name; none where one of the runs has no report.
    pub(crate) fn between(before: &'t [TestResult], after: &'t [TestResult]) -> Option<Self> {
        if before.is_empty() || after.is_empty() {
            return None;
        }
        let of = |tests: &'t [TestResult]| -> BTreeMap<&'t str, Verdict> {
            tests
                .iter()
                .map(|test| (test.name.as_str(), test.verdict))
                .collect()
        };
        let (earlier, now) = (of(before), of(after));
        let mut difference = Difference::default();
        for (name, verdict) in &now {
            match (earlier.get(name), verdict) {
                (Some(Verdict::Failed), Verdict::Failed) => difference.failing.push(name),
                (_, Verdict::Failed) => difference.regressed.push(name),
                (Some(Verdict::Failed), Verdict::Passed) => difference.mended.push(name),
                _ => {}
            }
        }
        let passed = earlier
            .iter()
            .filter(|(_, verdict)| **verdict == Verdict::Passed);
        difference.gone = passed
            .filter(|(name, _)| !now.contains_key(*name))
            .map(|(name, _)| *name)
            .collect();
        Some(difference)
    }

    /// Judges a suite that failed by those of its tests that did not fail before.
    pub(crate) fn judge(&self, failed: &str) -> Judgement {
        let detail = format!("{failed}; {}", self.describe_difference());
        match self.regressed.is_empty() && !self.failing.is_empty() {
            true => Judgement::not_checked(detail),
            false => Judgement::failed(detail),
        }
    }

    /// Returns what is told of it, for people.
    pub(crate) fn describe_difference(&self) -> String {
        let parts = [
            ("failing now and not before", &self.regressed),
            ("failing before and now", &self.failing),
            ("passing now and not before", &self.mended),
            ("passed before and not there now", &self.gone),
        ];
        let told = parts.iter().filter(|(_, names)| !names.is_empty());
        told.map(|(words, names)| format!("{words}: {}", shorten_names(names)))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// Returns the files that may hold a test, by its name: `tests/test_a.py::test_b`, `test/a.test.js > adds`,
/// `tests.test_a.Sums.test_b`.
pub(crate) fn files_of_test(name: &str) -> Vec<String> {
    let first = name
        .split("::")
        .next()
        .unwrap_or(name)
        .split(" > ")
        .next()
        .unwrap_or(name);
    if code::paths::is_code(first) {
        return vec![first.to_owned()];
    }
    let parts: Vec<&str> = first.split('.').collect();
    (1..=parts.len())
        .map(|count| format!("{}.py", parts[..count].join("/")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = r#"{"event": "begin", "runner": "unittest"}"#;
    const RUN: &str = r#"{"event": "run"}"#;

    fn reports_of_lines(lines: &[&str]) -> RunnerReports {
        RunnerReports {
            runners: RunnerReport::parse(&lines.join("\n")).into_iter().collect(),
            silent: None,
        }
    }

    fn done(tests: &str, doubts: &str) -> String {
        format!(r#"{{"event": "done", "collected": 2, "tests": [{tests}], "doubts": [{doubts}]}}"#)
    }

    #[test]
    fn a_success_is_weighed_by_what_the_runner_says() {
        let (a, b) = (r#"["a", "passed"]"#, r#"["b", "failed"]"#);
        let good = done(a, "");
        let rows: &[(&[&str], Option<u64>, Verdict)] = &[
            (&[], None, Verdict::Passed),
            (&[BEGIN, RUN, &good], None, Verdict::Passed),
            (&[BEGIN, RUN, &good], Some(2), Verdict::Failed),
            (
                &[BEGIN, RUN, &done(&format!("{a}, {a}"), "")],
                Some(2),
                Verdict::Passed,
            ),
            (
                &[BEGIN, RUN, &done(&format!("{b}, [\"b\", \"passed\"]"), "")],
                None,
                Verdict::Failed,
            ),
            (&[BEGIN], None, Verdict::Failed),
            (&[BEGIN, RUN], None, Verdict::Failed),
            (&[BEGIN, RUN, &good, RUN], None, Verdict::Failed),
            (
                &[BEGIN, RUN, &done(&format!("{a}, {b}"), "")],
                None,
                Verdict::Failed,
            ),
            (&[BEGIN, RUN, &done(a, "\"x\"")], None, Verdict::Failed),
            (&[BEGIN, RUN, &done("", "")], None, Verdict::NotChecked),
            (
                &[BEGIN, RUN, &done(r#"["a", "skipped"]"#, "")],
                None,
                Verdict::NotChecked,
            ),
            (
                &[BEGIN, r#"{"event": "nothing"}"#],
                None,
                Verdict::NotChecked,
            ),
            (&[BEGIN, RUN, r#"{"event": "lost"}"#], None, Verdict::Passed),
            (&[BEGIN, "half a li"], None, Verdict::Passed),
        ];
        for (lines, wanted, expected) in rows {
            let weighed = reports_of_lines(lines).weigh(Judgement::passed("exit code 0"), *wanted);
            assert_eq!(weighed.verdict, *expected, "{lines:?}: {}", weighed.detail);
        }
        let failed =
            reports_of_lines(&[BEGIN, RUN, &good]).weigh(Judgement::failed("exit code 1"), None);
        assert_eq!(
            failed.verdict,
            Verdict::Failed,
            "only a success is asked about"
        );
    }

    #[test]
    fn a_program_that_should_run_tests_and_tells_nothing_is_no_result() {
        let folder = tempfile::tempdir().expect("a folder");
        let verdict = |runners: &[&str]| {
            let runners: Vec<String> = runners.iter().map(|word| (*word).to_owned()).collect();
            let told = RunnerReports::from_folder(folder.path(), &runners, &str::to_owned);
            told.weigh(Judgement::passed("5 passed"), None).verdict
        };
        std::fs::write(folder.path().join("1-a.started"), "manage.py").expect("written");
        assert_eq!(
            verdict(&["python", "manage.py", "test"]),
            Verdict::NotChecked
        );
        assert_eq!(
            verdict(&["python", "other.py"]),
            Verdict::Passed,
            "another program"
        );
        let lines = [BEGIN, r#"{"event": "lost"}"#].join("\n");
        std::fs::write(folder.path().join("1-b.jsonl"), lines).expect("written");
        assert_eq!(
            verdict(&["python", "manage.py"]),
            Verdict::Passed,
            "a runner unlike those known"
        );
    }

    #[test]
    fn suites_and_files_are_no_tests() {
        let (a, b) = (r#"["suite > a", "passed"]"#, r#"["suite > b", "failed"]"#);
        let with_group = |tests: &str| {
            format!(r#"{{"event": "done", "tests": [{tests}], "groups": ["suite"], "doubts": []}}"#)
        };
        let both = format!("{a}, {b}");
        let rows: &[(&[&str], Count, usize)] = &[
            (&[], Count::Untold, 0),
            (&[BEGIN, RUN, &done(&both, "")], Count::Ran(2), 2),
            (
                &[BEGIN, RUN, &done(r#"["a", "skipped"]"#, "")],
                Count::Ran(0),
                1,
            ),
            (&[BEGIN, RUN, &with_group(&both)], Count::Unknown, 3),
            (&[BEGIN, RUN, &with_group(a)], Count::Unknown, 2),
            (&[BEGIN, RUN], Count::Unknown, 0),
        ];
        for (lines, count, results) in rows {
            let told = reports_of_lines(lines);
            assert_eq!(
                (told.count(), told.tests().len()),
                (*count, *results),
                "{lines:?}"
            );
        }
        let weighed = reports_of_lines(&[BEGIN, RUN, &with_group(a)])
            .weigh(Judgement::passed("exit code 0"), None);
        assert_eq!(
            weighed.verdict,
            Verdict::Failed,
            "a suite that failed itself is a failure"
        );
    }

    #[test]
    fn a_question_beside_a_run_takes_nothing_away() {
        let asked = [BEGIN, r#"{"event": "nothing"}"#].join("\n");
        let ran = [BEGIN, RUN, &done(r#"["a", "passed"]"#, "")].join("\n");
        let runners = [asked, ran]
            .iter()
            .filter_map(|text| RunnerReport::parse(text))
            .collect();
        assert_eq!(
            RunnerReports {
                runners,
                silent: None,
            }
            .weigh(Judgement::passed(""), None)
            .verdict,
            Verdict::Passed
        );
    }

    #[test]
    fn the_file_of_a_test_stands_in_its_name() {
        assert_eq!(
            files_of_test("tests/test_a.py::A::test_b"),
            ["tests/test_a.py"]
        );
        assert_eq!(
            files_of_test("test/a.test.js > sums > adds"),
            ["test/a.test.js"]
        );
        assert!(files_of_test("tests.test_a.Sums.test_b").contains(&"tests/test_a.py".to_owned()));
    }

    #[test]
    fn suites_are_compared_test_by_test() {
        let tests = |all: &[(&str, Verdict)]| -> Vec<TestResult> {
            all.iter()
                .map(|(name, verdict)| TestResult {
                    name: (*name).to_owned(),
                    verdict: *verdict,
                })
                .collect()
        };
        let (good, bad) = (Verdict::Passed, Verdict::Failed);
        let before = tests(&[
            ("a", good),
            ("b", bad),
            ("c", bad),
            ("d", good),
            ("e", good),
        ]);
        let after = tests(&[("a", bad), ("b", bad), ("c", good), ("d", good), ("f", bad)]);
        let difference = Difference::between(&before, &after).expect("two reports");
        assert_eq!(difference.regressed, ["a", "f"]);
        assert_eq!(
            (difference.failing, difference.mended, difference.gone),
            (vec!["b"], vec!["c"], vec!["e"])
        );
        assert_eq!(Difference::between(&[], &after), None);
    }
}
