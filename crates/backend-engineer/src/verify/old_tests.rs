//! Runs the tests as they were before a model changed them, on the new code: first with the new helpers, then with the old
//! ones. What the plan's own code made of the tests is part of what they were.

use std::collections::BTreeSet;

use code::imports::list_imports;
use code::paths::{TestRole, belongs_to_tests, holds_tests, test_role};
use journal::{Basis, Verdict};

use super::narrow::narrow_to_files;
use super::weakened::{self, OldRun, Outcome, PlanWords, Verdicts, decide_weakened};
use super::{Check, Verification};
use crate::check::{self, CheckRun, Kind};
use crate::evidence;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Which of the files that a model changed are as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RevertedFiles {
    /// Those that hold tests, where nothing else of the tests was changed: what they hold is all that can end otherwise than
    /// in the final run, so that they run alone.
    SuitesAlone,
    /// Those that hold tests.
    Suites,
    /// All that belongs to tests.
    Tests,
    /// That, and the files of settings that many tools share, which may name a helper that is new.
    TestsAndSettings,
    /// All of them.
    Everything,
}

impl RevertedFiles {
    /// Returns what a run with them is for, as its line in the progress says it.
    const fn why(self) -> &'static str {
        match self {
            RevertedFiles::SuitesAlone | RevertedFiles::Suites => "the old tests on the new code",
            RevertedFiles::Tests => "the old tests with their old helpers on the new code",
            RevertedFiles::TestsAndSettings => {
                "the old tests with their old helpers and settings on the new code"
            }
            RevertedFiles::Everything => "the old tests on the old code",
        }
    }
}

/// A run of the old tests.
struct OldTestRun {
    ran: CheckRun,
    run: OldRun,
}

/// Takes into account what the old tests say of the new code.
pub(super) async fn compare_with_old_tests(
    work: &mut UnitWork<'_>,
    verification: &mut Verification,
) -> Result<(), Stop> {
    let (suites, helpers) = find_changed_tests(work);
    if suites.is_empty() && helpers.is_empty() || !verification.drifted.is_empty() {
        return Ok(());
    }
    let runs_tests =
        |check: &&Check| check.kind == Kind::Tests && check.verdict() == Verdict::Passed;
    let checks: Vec<Check> = verification
        .checks
        .iter()
        .filter(runs_tests)
        .cloned()
        .collect();
    let words = PlanWords::from_work(work);
    let mut with_new = if suites.is_empty() {
        Vec::new()
    } else {
        let old = match helpers.is_empty() {
            true => RevertedFiles::SuitesAlone,
            false => RevertedFiles::Suites,
        };
        run_all(work, &checks, old).await?
    };
    if with_new.iter().any(|seen| seen.run.failed()) {
        add_before(
            &mut with_new,
            run_all(work, &checks, RevertedFiles::Everything).await?,
        );
    }
    let runs: Vec<OldRun> = with_new.iter().map(|seen| seen.run.clone()).collect();
    let found = weakened::by_model(work);
    let verdicts = decide_weakened(&found, &words, Some(&runs));
    let accounted = verdicts != Verdicts::default();
    verification.weakened = verdicts.weakened;
    verification.changed_tests = verdicts.asked;
    for line in verdicts.stated {
        work.note(format!("the plan states what a test expects now: {line}"))?;
    }
    if !accounted {
        record_test_changes(verification, find_regressions(&runs, &words, &suites));
    }
    let unnamed = helpers.iter().any(|path| !words.names_file(path));
    if !unnamed || !verification.weakened.is_empty() || runs.iter().any(OldRun::failed) {
        return Ok(());
    }
    let with_old = run_with_old_helpers(work, &checks).await?;
    let runs: Vec<OldRun> = with_old.iter().map(|seen| seen.run.clone()).collect();
    record_test_changes(verification, find_regressions(&runs, &words, &helpers));
    let now: Vec<CheckRun> = match with_new.is_empty() {
        true => checks.iter().map(|check| check.ran.clone()).collect(),
        false => with_new.into_iter().map(|seen| seen.ran).collect(),
    };
    let narrowed = now
        .iter()
        .zip(&with_old)
        .filter_map(|(now, old)| weakened::find_narrowed_run(now, &old.ran));
    verification.weakened.extend(narrowed);
    Ok(())
}

/// Runs the old tests with their old helpers; where that fails, and a file of settings that many tools share was changed, with
/// the settings as they were: new ones may name a helper that is new.
async fn run_with_old_helpers(
    work: &mut UnitWork<'_>,
    checks: &[Check],
) -> Result<Vec<OldTestRun>, Stop> {
    let with_old = run_all(work, checks, RevertedFiles::Tests).await?;
    let mut changed = work.state.worked.keys();
    let settings = changed.any(|path| weakened::is_shared_settings(path));
    match settings && with_old.iter().any(|seen| seen.run.failed()) {
        true => run_all(work, checks, RevertedFiles::TestsAndSettings).await,
        false => Ok(with_old),
    }
}

/// Adds what the old tests print on the old code, where they fail there as well.
fn add_before(seen: &mut [OldTestRun], before: Vec<OldTestRun>) {
    for (now, before) in seen.iter_mut().zip(before) {
        now.run.before = match before.run.outcome {
            Outcome::Failed(output) => Some(output),
            _ => None,
        };
    }
}

fn record_test_changes(
    verification: &mut Verification,
    (weakened, asked): (Vec<String>, Vec<String>),
) {
    verification.weakened.extend(weakened);
    verification.changed_tests.extend(asked);
}

/// Returns the files of tests that were there before and were changed, and the helpers and settings of tests that were
/// changed or made.
fn find_changed_tests(work: &mut UnitWork<'_>) -> (Vec<String>, Vec<String>) {
    let mut suites = Vec::new();
    let mut helpers = Vec::new();
    for (path, before) in work.state.worked.clone() {
        let now = work.workspace.tree.read(&path).ok().flatten();
        // A new package of tests that holds nothing sets nothing up.
        let is_empty = before.is_none()
            && now
                .as_ref()
                .is_some_and(|bytes| bytes.trim_ascii().is_empty());
        match test_role(&path).filter(|_| before != now && !is_empty) {
            Some(TestRole::Suite) if before.is_some() => suites.push(path),
            Some(TestRole::Helper | TestRole::Configuration) => helpers.push(path),
            Some(TestRole::Suite) | None => {}
        }
    }
    (suites, helpers)
}

/// Returns what failures of the old tests mean that no change of a test accounts for.
fn find_regressions(
    runs: &[OldRun],
    words: &PlanWords,
    changed: &[String],
) -> (Vec<String>, Vec<String>) {
    let failed = runs.iter().find_map(|run| match &run.outcome {
        Outcome::Failed(output) => Some(output),
        _ => None,
    });
    let Some(output) = failed else {
        return (Vec::new(), Vec::new());
    };
    let files: Vec<String> = changed.iter().map(|path| format!("`{path}`")).collect();
    let line = format!(
        "the tests as they were before {} changed fail on the new code",
        files.join(", ")
    );
    if weakened::is_asked(output, words, changed) {
        (Vec::new(), vec![line])
    } else {
        (vec![line], Vec::new())
    }
}

async fn run_all(
    work: &mut UnitWork<'_>,
    checks: &[Check],
    old: RevertedFiles,
) -> Result<Vec<OldTestRun>, Stop> {
    let now = work.workspace.tree.savepoint();
    let seen = run_each(work, checks, old).await;
    work.workspace.tree.restore(now);
    seen
}

/// Stages the files of the model's work as they were before it, as far as `old` takes them back, and returns their paths.
fn stage_reverted(work: &mut UnitWork<'_>, old: RevertedFiles) -> Result<Vec<String>, Stop> {
    let mut files = Vec::new();
    for (path, before) in work.state.worked.clone() {
        let goes_back = match old {
            RevertedFiles::SuitesAlone | RevertedFiles::Suites => {
                holds_tests(&path) && before.is_some()
            }
            RevertedFiles::Tests => belongs_to_tests(&path),
            RevertedFiles::TestsAndSettings => {
                belongs_to_tests(&path) || weakened::is_shared_settings(&path)
            }
            RevertedFiles::Everything => true,
        };
        if goes_back {
            work.workspace
                .tree
                .stage(&path, before)
                .map_err(|error| Stop::refused(error.to_string()))?;
            files.push(path);
        }
    }
    Ok(files)
}

/// Runs each check once on the tree with the files of `old` taken back.
async fn run_each(
    work: &mut UnitWork<'_>,
    checks: &[Check],
    old: RevertedFiles,
) -> Result<Vec<OldTestRun>, Stop> {
    let files = stage_reverted(work, old)?;
    let mut asked: Vec<(String, String)> = Vec::new();
    let mut all: Vec<OldTestRun> = Vec::new();
    for check in checks {
        let Some(mut request) = check.request.clone().or_else(|| request_of_check(check)) else {
            continue;
        };
        old.why().clone_into(&mut request.why);
        let key = (request.script.clone(), request.folder.clone());
        if asked.contains(&key) {
            continue;
        }
        asked.push(key);
        let covers: Vec<String> = files
            .iter()
            .filter(|path| covers_test_file(&request.script, path))
            .cloned()
            .collect();
        let narrow = match old {
            RevertedFiles::SuitesAlone => narrow_to_reverted(work, &request, &covers),
            _ => None,
        };
        let (ran, output) = run_narrow_first(work, &request, narrow).await?;
        // What the old code says proves nothing before it is known that the tests may stay as they are.
        if old != RevertedFiles::Everything {
            evidence::record_evidence(work, &check.observation(&ran), Basis::OldTests)?;
        }
        let outcome = match ran.judgement.verdict {
            Verdict::Passed => Outcome::Passed,
            Verdict::Failed => Outcome::Failed(output),
            Verdict::NotChecked => Outcome::Unknown,
        };
        all.push(OldTestRun {
            ran,
            run: OldRun {
                outcome,
                before: None,
                covers,
            },
        });
    }
    Ok(all)
}

/// Runs the narrow form of a command, and the whole where there is none or it does not pass: a threshold of coverage, say,
/// holds for the whole suite only.
async fn run_narrow_first(
    work: &mut UnitWork<'_>,
    request: &check::Request,
    narrow: Option<check::Request>,
) -> Result<(CheckRun, String), Stop> {
    if let Some(narrow) = narrow {
        let seen = check::run_and_read(work, &narrow).await?;
        if seen.0.judgement.verdict == Verdict::Passed {
            return Ok(seen);
        }
    }
    check::run_and_read(work, request).await
}

/// Returns the form of a command that runs the files alone that were taken back; none where it has no such form, or where
/// another test names one of them, since what it takes from there is then the old one, too.
fn narrow_to_reverted(
    work: &mut UnitWork<'_>,
    request: &check::Request,
    files: &[String],
) -> Option<check::Request> {
    let narrow = narrow_to_files(work, request, files)?;
    let paths = work.run.files.facts().paths().iter();
    let paths = paths.map(|path| path.to_string());
    let staged = work.workspace.tree.staged().keys().cloned();
    let others: BTreeSet<String> = paths
        .chain(staged)
        .filter(|path| belongs_to_tests(path) && !files.contains(path))
        .collect();
    let stems: Vec<&str> = files.iter().map(|path| stem_of(path)).collect();
    let imports_one = |path: &String| {
        let bytes = work.workspace.tree.read(path).ok().flatten();
        bytes.is_some_and(|bytes| may_import(path, &String::from_utf8_lossy(&bytes), &stems))
    };
    (!others.iter().any(imports_one)).then_some(narrow)
}

/// Returns whether a file may import one of the modules of these names; where its imports can't be read, its text decides.
fn may_import(path: &str, text: &str, stems: &[&str]) -> bool {
    if !stems.iter().any(|stem| text.contains(stem)) {
        return false;
    }
    let Some(imports) = list_imports(path, text) else {
        return true;
    };
    imports.iter().any(|import| {
        let mut words = import.names.iter().chain([&import.module]);
        words.any(|word| stems.iter().any(|stem| word.contains(stem)))
    })
}

/// Returns the name of a file as an import writes it: `tests/test_a.py` as `test_a`, `src/cart.test.ts` as `cart.test`.
fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Returns the request of a check of the project's own, which keeps none.
fn request_of_check(check: &Check) -> Option<check::Request> {
    let CheckRun {
        script,
        folder,
        tree,
        ..
    } = &check.ran;
    tree.as_ref()
        .map(|_| check::Request::found(script, folder, check.kind, ""))
}

/// Returns whether a command runs the tests of a file: it names the file or a folder around it, or no tests at all.
fn covers_test_file(script: &str, path: &str) -> bool {
    let mut named = words_of_command(script).filter_map(named_test).peekable();
    named.peek().is_none()
        || named.any(|name| {
            path.starts_with(&name) || path.ends_with(&name) || path.contains(&format!("/{name}/"))
        })
}

/// Returns the words of a command, those within quotes and options each for themselves.
pub(super) fn words_of_command(script: &str) -> impl Iterator<Item = &str> {
    script.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';' | '='))
}

/// Returns the file or folder of tests that a word of a command names: `tests/test_a.py::test_b`, `tests.test_a`.
pub(super) fn named_test(word: &str) -> Option<String> {
    let bare = word
        .split("::")
        .next()
        .unwrap_or(word)
        .trim_start_matches("./")
        .trim_end_matches('/');
    if bare.starts_with('-') || bare.is_empty() {
        return None;
    }
    let is_path = bare.contains('/') || code::paths::is_code(bare);
    if is_path && (belongs_to_tests(bare) || belongs_to_tests(&format!("{bare}/a.py"))) {
        return Some(bare.to_owned());
    }
    // `tests.test_a.Class.test_b` of unittest.
    let module = bare
        .split('.')
        .take_while(|part| !part.starts_with(char::is_uppercase))
        .collect::<Vec<_>>();
    let is_module = module.len() > 1
        && module.iter().all(|part| {
            part.chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
        });
    let file = module.join("/");
    (is_module && holds_tests(&format!("{file}.py"))).then(|| format!("{file}.py"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_takes_from_another_is_seen() {
        for (path, text, expected) in [
            ("tests/test_b.py", "from tests.test_a import Base\n", true),
            ("tests/test_b.py", "from tests import test_a\n", true),
            ("tests/test_b.py", "from .test_a import Base\n", true),
            (
                "tests/test_b.py",
                "def test_b(test_a):\n    assert test_a\n",
                false,
            ),
            ("tests/test_b.py", "def broken(test_a\n", true),
            ("src/b.test.ts", "import { make } from './test_a';\n", true),
            (
                "src/b.test.js",
                "const { make } = require('./test_a');\n",
                true,
            ),
            ("tests/cases.txt", "test_a\n", true),
            ("tests/test_b.py", "import os\n", false),
        ] {
            assert_eq!(
                may_import(path, text, &["test_a"]),
                expected,
                "{path} {text}"
            );
        }
    }

    #[test]
    fn a_command_covers_the_files_that_it_runs() {
        for (script, path, expected) in [
            ("pytest -q", "tests/test_a.py", true),
            ("python3 -m unittest -q", "tests/test_a.py", true),
            ("pytest tests/test_a.py -v", "tests/test_a.py", true),
            ("pytest tests/test_a.py::test_b", "tests/test_a.py", true),
            ("pytest tests/test_b.py", "tests/test_a.py", false),
            (
                "pytest tests/test_b.py; echo done",
                "tests/test_a.py",
                false,
            ),
            ("pytest tests", "tests/test_a.py", true),
            ("pytest tests/unit", "tests/test_a.py", false),
            (
                "cd api && pytest tests/test_a.py",
                "api/tests/test_a.py",
                true,
            ),
            (
                "python3 -m unittest -q tests.test_a",
                "tests/test_a.py",
                true,
            ),
            (
                "python3 -m unittest -q tests.test_b",
                "tests/test_a.py",
                false,
            ),
            ("npx jest src/a.test.ts", "src/a.test.ts", true),
            ("npx jest src/b.test.ts", "src/a.test.ts", false),
            ("npm test", "src/a.test.ts", true),
        ] {
            assert_eq!(covers_test_file(script, path), expected, "{script} {path}");
        }
    }
}
