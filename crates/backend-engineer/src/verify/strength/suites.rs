//! A unit's own tests, and how they are run: the files of tests that it added or changed, those that its commands name, and
//! the tests that failed without its change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use code::imports;
use code::modules::Modules;
use code::paths::{holds_tests, is_code};
use journal::{Basis, TestResult, Verdict};

use super::VersionOutcome;
use super::wrong_versions::{WrongVersion, is_python};
use crate::check::{self, Kind, Request, files_of_test, try_out};
use crate::evidence;
use crate::facts::read_text;
use crate::implement::Change;
use crate::stop::Stop;
use crate::unit_work::UnitWork;
use crate::verify::narrow::{file_of_test, join_path, narrow_to_files};
use crate::verify::old_tests::{named_test, words_of_command};
use crate::verify::{Check, Verification};

/// Time that a run has beyond three times what the right code takes, for machines that are busy.
const ROOM: Duration = Duration::from_secs(2);

/// A command that runs tests of the unit.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) request: Request,
    /// The unit's own tests among those that it ran.
    tests: BTreeSet<String>,
    /// The files of these tests, from the root.
    pub(super) files: Vec<String>,
    /// It runs other tests as well.
    is_wider: bool,
}

/// A suite that was heard on the right code.
#[derive(Debug)]
pub(super) struct SuiteBaseline {
    suite: Suite,
    /// The time that a run may take.
    usual: Duration,
    /// The form of its command for some of its files, where it has one.
    is_narrow: bool,
}

/// Returns the commands that run the unit's own tests, those with the fewest other tests first; each test in one of them.
pub(super) fn suites_of_unit(
    work: &UnitWork<'_>,
    change: &Change,
    verification: &Verification,
) -> Vec<Suite> {
    let files = own_files(work, change);
    let is_meant = |check: &&Check| {
        check.kind == Kind::Tests
            && check.verdict() == Verdict::Passed
            && !check.ran.tests.is_empty()
    };
    let mut checks: Vec<&Check> = verification.checks.iter().filter(is_meant).collect();
    checks.sort_by_key(|check| check.ran.tests.len());
    let mut known = BTreeSet::new();
    let mut suites = Vec::new();
    for check in checks {
        let Some(request) = check.request.clone().or_else(|| of_found(check)) else {
            continue;
        };
        let folder = request.folder.as_str();
        let mended = failed_without(work, check);
        let passed = check
            .ran
            .tests
            .iter()
            .filter(|test| test.verdict == Verdict::Passed);
        let is_own = |name: &str| {
            files.iter().any(|file| is_in(name, file, folder)) || mended.contains(name)
        };
        let tests: BTreeSet<String> = passed
            .map(|test| test.name.clone())
            .filter(|name| is_own(name))
            .collect();
        if tests.is_subset(&known) {
            continue;
        }
        let all = files.iter().cloned().chain(
            mended
                .iter()
                .flat_map(|test| file_of_test(work, test, folder)),
        );
        let holds = |file: &String| tests.iter().any(|test| is_in(test, file, folder));
        let files: BTreeSet<String> = all.filter(holds).collect();
        let is_wider = check.ran.tests.len() > tests.len();
        known.extend(tests.iter().cloned());
        suites.push(Suite {
            request,
            tests,
            files: files.into_iter().collect(),
            is_wider,
        });
    }
    suites
}

fn of_found(check: &Check) -> Option<Request> {
    let ran = &check.ran;
    ran.tree
        .as_ref()
        .map(|_| Request::found(&ran.script, &ran.folder, check.kind, ""))
}

/// Returns the files of tests that the unit added or changed, and those that its commands name.
fn own_files(work: &UnitWork<'_>, change: &Change) -> BTreeSet<String> {
    let written = change
        .written
        .iter()
        .map(|file| &file.path)
        .chain(work.state.worked.keys());
    let mut files: BTreeSet<String> = written
        .filter(|path| holds_tests(path) && is_code(path))
        .cloned()
        .collect();
    let units = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    for command in units.flat_map(|unit| &unit.commands) {
        let folder = check::folder_of(command, work);
        let named = words_of_command(&command.text)
            .filter_map(named_test)
            .filter(|name| is_code(name));
        files.extend(named.map(|name| join_path(&folder, &name)));
    }
    files
}

/// Returns the tests that failed without the unit's change, by their names.
fn failed_without(work: &UnitWork<'_>, check: &Check) -> BTreeSet<String> {
    let run = work.run.recorder.journal_run().map(journal::Run::id);
    let subject = evidence::subject_of_observation(work.run, &check.observation(&check.ran));
    let found = work
        .state
        .evidence
        .iter()
        .map(|found| &found.evidence)
        .filter(|evidence| {
            Some(&evidence.run) == run
                && evidence.subject == subject
                && matches!(evidence.condition.basis, Basis::Baseline | Basis::TestsOnly)
        });
    let failed = found
        .flat_map(|evidence| &evidence.result.tests)
        .filter(|test| test.verdict == Verdict::Failed);
    failed.map(|test| test.name.clone()).collect()
}

/// Returns whether a test, as its runner names it, stands in a file.
fn is_in(test: &str, file: &str, folder: &str) -> bool {
    let stands = |named: &String| {
        named == file || join_path(folder, named) == file || file.ends_with(&format!("/{named}"))
    };
    files_of_test(test).iter().any(stands)
}

/// Runs a suite on the right code, by its own files alone where its command has a form for that; none where it does not
/// come to the result that it had.
pub(super) async fn run_on_right_code(
    work: &mut UnitWork<'_>,
    suite: Suite,
    end: Instant,
) -> Result<Option<SuiteBaseline>, Stop> {
    let narrow = narrow_to_files(work, &suite.request, &suite.files)
        .filter(|_| suite.is_wider || suite.files.len() > 1);
    let ways = narrow
        .map(|request| (request, true))
        .into_iter()
        .chain([(suite.request.clone(), false)]);
    for (request, is_narrow) in ways.collect::<Vec<_>>() {
        let left = end.saturating_duration_since(Instant::now());
        let trial = try_out(work, &request, left).await?;
        if outcome_of_results(&suite.tests, &trial.tests) == VersionOutcome::Survived {
            let usual = trial.elapsed * 3 + ROOM;
            return Ok(Some(SuiteBaseline {
                suite: Suite { request, ..suite },
                usual,
                is_narrow,
            }));
        }
    }
    Ok(None)
}

impl SuiteBaseline {
    /// Returns the runs that a wrong version is held against, each with its tests and its time: first the files that import
    /// its module, then the others, which may reach it through the application.
    pub(super) fn runs_for(
        &self,
        work: &UnitWork<'_>,
        version: &WrongVersion,
    ) -> Vec<(Request, BTreeSet<String>, Duration)> {
        let Suite {
            request,
            tests,
            files,
            ..
        } = &self.suite;
        if !files
            .iter()
            .any(|file| is_python(file) == is_python(&version.path))
        {
            return Vec::new();
        }
        let whole = || vec![(request.clone(), tests.clone(), self.usual)];
        if !self.is_narrow || files.len() < 2 {
            return whole();
        }
        let (near, far): (Vec<String>, Vec<String>) = files
            .iter()
            .cloned()
            .partition(|file| imports_module(work, file, &version.path));
        if near.is_empty() || far.is_empty() {
            return whole();
        }
        let part = |files: &[String]| {
            let request = narrow_to_files(work, request, files)?;
            let own = |test: &&String| files.iter().any(|file| is_in(test, file, &request.folder));
            let tests: BTreeSet<String> = tests.iter().filter(own).cloned().collect();
            (!tests.is_empty()).then_some((request, tests, self.usual))
        };
        let parts: Vec<_> = [near, far].iter().filter_map(|files| part(files)).collect();
        if parts.is_empty() { whole() } else { parts }
    }
}

/// Returns whether a file of tests imports a module itself.
fn imports_module(work: &UnitWork<'_>, file: &str, module: &str) -> bool {
    let text = match work.workspace.tree.staged().get(file) {
        Some(staged) => staged
            .bytes
            .as_ref()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
        None => read_text(&work.run.root().join(file)),
    };
    let found = text
        .and_then(|text| imports::list_imports(file, &text))
        .unwrap_or_default();
    let staged = work.workspace.tree.staged().keys().map(String::as_str);
    let paths: BTreeSet<&str> = work
        .run
        .files
        .facts()
        .paths()
        .iter()
        .map(|path| &**path)
        .chain(staged)
        .collect();
    let documents: Vec<(&str, String)> = paths
        .iter()
        .filter(|path| code::modules::is_read(path))
        .filter_map(|path| Some((*path, read_text(&work.run.root().join(path))?)))
        .collect();
    let sources = paths.iter().copied().filter(|path| is_code(path));
    let modules = Modules::new(
        sources,
        documents.iter().map(|(path, text)| (*path, text.as_str())),
    );
    let leads =
        |name: &str| modules.resolve(file, name).and_then(|id| modules.path(id)) == Some(module);
    found.iter().any(|import| {
        leads(&import.module)
            || import
                .names
                .iter()
                .any(|name| leads(&format!("{}.{name}", import.module)))
    })
}

/// Returns what the results of a run mean for tests that pass on the right code. A failure of a file or a suite as a whole
/// is no test's: the wrong version may not have been loaded at all.
pub(super) fn outcome_of_results(
    tests: &BTreeSet<String>,
    results: &[TestResult],
) -> VersionOutcome {
    let of: BTreeMap<&str, Verdict> = results
        .iter()
        .map(|test| (test.name.as_str(), test.verdict))
        .collect();
    let is = |test: &String, verdict: Verdict| of.get(test.as_str()) == Some(&verdict);
    match () {
        () if tests.iter().any(|test| is(test, Verdict::Failed)) => VersionOutcome::Rejected,
        () if !tests.is_empty() && tests.iter().all(|test| is(test, Verdict::Passed)) => {
            VersionOutcome::Survived
        }
        () => VersionOutcome::Unknown,
    }
}
