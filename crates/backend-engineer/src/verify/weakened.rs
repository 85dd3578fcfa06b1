//! Tests that were weakened, and configuration that got laxer. The text tells where, and of some ways for certain; of the
//! others the old tests decide, run on the new code (`old_tests`). What the plan's own code changes is noted; what the plan
//! names is listed for a person.

mod silencers;
mod probes;
mod ground;
mod configuration;
mod plan_words;
mod decide;

use std::collections::BTreeMap;

use code::paths::{belongs_to_tests, holds_tests, is_code};
use code::test_cases::Silence;
use code::weakening::{self, Revision, Way, Weakening};

use super::Check;
use crate::check::{CheckRun, Count, count_in_closing_line};
use crate::facts::Paths;
use crate::implement::Change;
use crate::unit_work::UnitWork;
use configuration::{
    LaxerSetting, find_displaced_settings, find_laxer_settings, is_configuration,
    is_overriding_file, may_name_file,
};
pub(super) use decide::{OldRun, Outcome, Verdicts, decide_weakened, is_asked, is_shared_settings};
pub(crate) use plan_words::PlanWords;

/// A file before and after a change.
#[derive(Debug, Clone)]
struct Changed {
    path: String,
    old: Option<String>,
    new: Option<String>,
}

/// Findings in the files that a model or the plan changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct WeakenedTests {
    /// Tests that say less, or may do so.
    pub(super) tests: Vec<Weakening>,
    /// Settings that are laxer, by their file.
    pub(super) settings: Vec<(String, String, String, String)>,
    /// Lines that silence a tool, by their file.
    pub(super) silencers: Vec<(String, String)>,
}

impl WeakenedTests {
    /// `paths` are all files of the tree, those that were changed aside.
    fn find_in_files(files: &[Changed], paths: &Paths) -> Self {
        let fits = |entry: &str| {
            let paths = paths.iter().map(|path| &**path);
            may_name_file(
                entry,
                paths.chain(files.iter().map(|file| file.path.as_str())),
            )
        };
        let is_test = |file: &&Changed| holds_tests(&file.path) && is_code(&file.path);
        let suites: Vec<Revision<'_>> =
            files.iter().filter(is_test).map(revision_of_file).collect();
        let mut found = WeakenedTests {
            tests: weakening::compare(&suites),
            ..WeakenedTests::default()
        };
        for file in files {
            let old = file
                .old
                .as_deref()
                .or(is_overriding_file(&file.path).then_some(""));
            if let Some(old) = old.filter(|_| is_configuration(&file.path)) {
                let settings =
                    find_laxer_settings(&file.path, (old, file.new.as_deref()), &fits).into_iter();
                found.settings.extend(
                    settings
                        .map(|LaxerSetting { key, old, new }| (file.path.clone(), key, old, new)),
                );
            }
            let (old, new) = (
                file.old.as_deref().unwrap_or_default(),
                file.new.as_deref().unwrap_or_default(),
            );
            if is_code(&file.path) {
                let added = silencers::added_silencers(old, new).into_iter();
                found
                    .silencers
                    .extend(added.map(|line| (file.path.clone(), line.to_owned())));
            }
        }
        found
    }
}

fn revision_of_file(file: &Changed) -> Revision<'_> {
    Revision {
        path: &file.path,
        old: file.old.as_deref(),
        new: file.new.as_deref(),
    }
}

fn decode_text(bytes: Option<Vec<u8>>) -> Option<String> {
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns what a model changed of the tests, of their configuration and of what silences tools.
pub(super) fn by_model(work: &mut UnitWork<'_>) -> WeakenedTests {
    let files = files_changed_by_model(work);
    let mut found = WeakenedTests::find_in_files(&files, work.run.files.facts().paths());
    for Changed { path, old, new } in &files {
        if let (None, Some(new)) = (old, new) {
            let tree = &mut work.workspace.tree;
            let settings = find_displaced_settings(path, new, &mut |other| {
                decode_text(tree.read(other).ok().flatten())
            });
            found.settings.extend(
                settings
                    .into_iter()
                    .map(|LaxerSetting { key, old, new }| (path.clone(), key, old, new)),
            );
        }
    }
    found.settings.sort();
    found.settings.dedup();
    found
}

fn files_changed_by_model(work: &mut UnitWork<'_>) -> Vec<Changed> {
    let before: BTreeMap<String, Option<Vec<u8>>> = work.state.worked.clone();
    let changed = before.into_iter().map(|(path, old)| {
        let new = decode_text(work.workspace.tree.read(&path).ok().flatten());
        Changed {
            path,
            old: decode_text(old),
            new,
        }
    });
    changed.filter(|file| file.old != file.new).collect()
}

/// Returns what the plan's own code and commands changed of the tests and of their configuration.
pub(super) fn by_plan(work: &mut UnitWork<'_>, change: &Change) -> WeakenedTests {
    WeakenedTests::find_in_files(
        &changes_shown_by_plan(work, change),
        work.run.files.facts().paths(),
    )
}

fn changes_shown_by_plan(work: &mut UnitWork<'_>, change: &Change) -> Vec<Changed> {
    let mut files = Vec::new();
    for file in &change.written {
        let now = match work.state.worked.get(&file.path) {
            Some(before) => before.clone(),
            None => file.after.bytes.clone(),
        };
        let old = decode_text(file.before.as_ref().map(|found| found.bytes.clone()));
        files.push(Changed {
            path: file.path.clone(),
            old,
            new: decode_text(now),
        });
    }
    files.retain(|file| file.old != file.new);
    files
}

/// Returns the sentences on what the plan's own code changes of the tests, each with what they demanded before.
pub(super) fn notes_on_plan(found: &WeakenedTests) -> Vec<String> {
    let tests = found.tests.iter().map(|one| {
        format!(
            "the plan's own code changes a test: {}",
            describe_weakening(one)
        )
    });
    let settings = found
        .settings
        .iter()
        .map(|one| format!("the plan's own code changes a setting: {}", of_setting(one)));
    tests.chain(settings).collect()
}

/// Returns the sentences on what the plan's own code and commands change of what tests stand on.
pub(super) fn notes_on_ground(work: &mut UnitWork<'_>, change: &Change) -> Vec<String> {
    let files = changes_shown_by_plan(work, change);
    let expected = ground::changed_expectations(&files)
        .into_iter()
        .map(|line| format!("the plan's own code or commands change what tests expect: {line}"));
    let ours = |module: &str| work.workspace.knows_module(work.run, module);
    let doubles = ground::added_doubles(&files, &ours).into_iter().map(|(line, path)| {
        format!(
            "the plan's own code puts something in the place of what is tested: `{line}` in `{path}`"
        )
    });
    expected.chain(doubles).collect()
}

/// Returns the sentences on comments that silence tools.
pub(super) fn notes_on_silencers(found: &WeakenedTests) -> Vec<String> {
    let told = |(path, line): &(String, String)| {
        format!(
            "the model silenced a linter, type checker or coverage in `{path}`: `{line}`; look at it"
        )
    };
    found.silencers.iter().map(told).collect()
}

/// Says how a test says less.
pub(super) fn describe_weakening(one: &Weakening) -> String {
    let Weakening {
        path,
        test,
        old,
        new,
        ..
    } = one;
    let which = if test.is_empty() {
        format!("`{path}`")
    } else {
        format!("`{test}` in `{path}`")
    };
    let demanded = if old.is_empty() {
        String::new()
    } else {
        format!(" (`{old}`)")
    };
    match one.way {
        Way::Removed => format!("{which} was removed{demanded}"),
        Way::Silenced(silence) => format!("{which} {}{demanded}", of_silence(silence)),
        Way::AssertionRemoved => format!("{which} no longer asserts `{old}`"),
        Way::CaseRemoved => format!("{which} no longer runs the case `{old}`"),
        Way::Loosened => format!("{which} asserts `{new}` instead of `{old}`, which demands less"),
        Way::Tolerance => format!("{which} asserts `{new}` instead of `{old}`, a wider tolerance"),
        Way::Timeout => format!("{which} may take {new} instead of {old}"),
        Way::Conditional => format!("{which} asserts `{old}` only under a condition"),
        Way::Expectation => format!("{which} asserts `{new}` instead of `{old}`"),
        Way::Rewritten if new.is_empty() => format!("{which} was rewritten{demanded}"),
        Way::Rewritten => format!("{which} was rewritten: `{new}` instead of `{old}`"),
    }
}

fn of_silence(silence: Silence) -> &'static str {
    match silence {
        Silence::Skipped => "is skipped",
        Silence::ExpectedToFail => "is expected to fail",
        Silence::NotCollected => "is no longer found by its runner",
        Silence::Shadowed => "is replaced by a test of the same name",
        Silence::NeverReached => "has an assertion that is never reached",
        Silence::NeverCalled => "has an assertion in a function that is never called",
        Silence::Swallowed => "has an assertion whose error is caught",
        Silence::Trivial => "has an assertion that holds whatever the code does",
    }
}

/// Says which setting is laxer.
pub(super) fn of_setting((path, key, old, new): &(String, String, String, String)) -> String {
    let shown = |value: &str| {
        if value.is_empty() {
            "nothing".to_owned()
        } else {
            format!("`{value}`")
        }
    };
    format!(
        "`{key}` in `{path}` is {} instead of {}, which is laxer",
        shown(new),
        shown(old)
    )
}

/// Returns the lines of a model's code that ask whether they are tested, each with its file; none where the plan's words
/// name them.
pub(super) fn find_probes(work: &mut UnitWork<'_>) -> Vec<String> {
    let words = PlanWords::from_work(work);
    let files = files_changed_by_model(work);
    let mut found = probes_of(&files, &lone_scripts(work, &files));
    found.retain(|(line, _)| !words.contains_word(line));
    found
        .iter()
        .map(|(line, path)| format!("`{line}` in `{path}`"))
        .collect()
}

/// Returns the sentences on lines of the plan's own code that ask whether they are tested.
pub(super) fn notes_on_probes(work: &mut UnitWork<'_>, change: &Change) -> Vec<String> {
    let files = changes_shown_by_plan(work, change);
    let found = probes_of(&files, &lone_scripts(work, &files)).into_iter();
    found
        .map(|(line, path)| {
            format!("the plan's own code asks whether it is being tested: `{line}` in `{path}`")
        })
        .collect()
}

/// Returns the changed files that are started as programs and that no other file imports or names as a module: what they
/// import takes nothing in that is tested.
fn lone_scripts(work: &mut UnitWork<'_>, files: &[Changed]) -> Vec<String> {
    let starts = |file: &&Changed| {
        let text = file.new.as_deref().unwrap_or_default();
        is_code(&file.path)
            && (text.starts_with("#!")
                || text.contains("__main__")
                || text.contains("require.main"))
            && probes::added_probes(file.old.as_deref().unwrap_or_default(), text)
                .iter()
                .any(|line| probes::is_import(line))
    };
    let scripts: Vec<&Changed> = files.iter().filter(starts).collect();
    if scripts.is_empty() {
        return Vec::new();
    }
    let mut paths = work.run.files.facts().paths().clone();
    paths.extend(files.iter().map(|file| file.path.as_str().into()));
    paths.retain(|path| is_code(path) || is_configuration(path));
    let mut alone: Vec<&Changed> = scripts;
    for path in &paths {
        let text = work
            .workspace
            .tree
            .read_text(path)
            .ok()
            .flatten()
            .unwrap_or_default();
        alone.retain(|file| file.path == **path || !probes::names_module(&text, &file.path));
    }
    alone.into_iter().map(|file| file.path.clone()).collect()
}

fn probes_of<'f>(files: &'f [Changed], scripts: &[String]) -> Vec<(&'f str, &'f str)> {
    let is_tested = |file: &&Changed| {
        is_code(&file.path) && !belongs_to_tests(&file.path) && !is_configuration(&file.path)
    };
    let lines = files.iter().filter(is_tested).flat_map(|file| {
        let (old, new) = (
            file.old.as_deref().unwrap_or_default(),
            file.new.as_deref().unwrap_or_default(),
        );
        let is_script = scripts.contains(&file.path);
        probes::added_probes(old, new)
            .into_iter()
            .filter(move |line| !is_script || !probes::is_import(line))
            .map(|line| (line, file.path.as_str()))
    });
    lines.collect()
}

/// Returns how many fewer tests may run because a model put several into one; none where the text does not tell.
pub(super) fn fewer_by_text(work: &mut UnitWork<'_>) -> Option<usize> {
    let mut fewer = 0_usize;
    for file in files_changed_by_model(work)
        .iter()
        .filter(|file| holds_tests(&file.path))
    {
        let count = |text: Option<&String>| {
            text.map_or(Some(0), |text| weakening::count_tests(&file.path, text))
        };
        fewer += count(file.old.as_ref())?.saturating_sub(count(file.new.as_ref())?);
    }
    Some(fewer)
}

/// Returns whether the tests that a model changed or wrote check anything.
pub(super) fn bring_checks(work: &mut UnitWork<'_>) -> bool {
    files_changed_by_model(work)
        .iter()
        .filter(|file| belongs_to_tests(&file.path))
        .any(|file| {
            let text = file.new.as_deref().unwrap_or_default();
            match code::test_cases::read(&file.path, text) {
                Some(cases) => {
                    let live = cases
                        .iter()
                        .filter(|case| case.silence.is_none() && !case.is_helper);
                    live.into_iter()
                        .any(|case| case.checks.iter().any(|check| check.silence.is_none()))
                }
                // A language without a grammar: any of the usual words.
                None => {
                    is_code(&file.path)
                        && ["assert", "expect", "should"]
                            .iter()
                            .any(|word| text.contains(word))
                }
            }
        })
}

/// Returns whether what a model changed of the tests holds none: settings of their runner, helpers, data.
pub(super) fn changes_no_tests(work: &mut UnitWork<'_>) -> bool {
    files_changed_by_model(work)
        .iter()
        .filter(|file| belongs_to_tests(&file.path))
        .all(|file| !holds_tests(&file.path) || has_no_test(file))
}

/// Returns whether a file of the name of a suite has no test in it, before and after: hooks, a double, what is loaded first.
fn has_no_test(file: &Changed) -> bool {
    let is_none = |text: &Option<String>| {
        let cases = code::test_cases::read(&file.path, text.as_deref().unwrap_or_default());
        cases.is_some_and(|cases| cases.iter().all(|case| case.is_helper))
    };
    is_none(&file.old) && is_none(&file.new)
}

/// Returns how a run of tests says that fewer run than `before`, beyond those that the text accounts for.
pub(super) fn of_counts(
    check: &Check,
    before: &CheckRun,
    accounted: Option<usize>,
) -> Option<String> {
    let (was, is) = compare_tallies(before, &check.ran)?;
    let accounted = u64::try_from(accounted?).unwrap_or(u64::MAX);
    let script = &check.ran.script;
    if was.run.saturating_sub(is.run) > accounted {
        return Some(format!(
            "`{script}` ran {} tests before, and runs {} now",
            was.run, is.run
        ));
    }
    None
}

/// Tests by what became of them.
struct TestTally {
    run: u64,
}

/// Counts the tests of two runs by what their runners told of each; where one of them told nothing, by their closing lines.
/// Where a file or a suite failed itself, nothing can be told: its tests are there and did not run.
fn compare_tallies(before: &CheckRun, now: &CheckRun) -> Option<(TestTally, TestTally)> {
    match (before.count, now.count) {
        (Count::Ran(before), Count::Ran(now)) => {
            Some((TestTally { run: before }, TestTally { run: now }))
        }
        (Count::Unknown, _) | (_, Count::Unknown) => None,
        _ => Some((
            parse_tally(&before.judgement.detail)?,
            parse_tally(&now.judgement.detail)?,
        )),
    }
}

fn parse_tally(summary: &str) -> Option<TestTally> {
    let run = count_in_closing_line(summary, &["passed", "failed", "passing", "failing"])?;
    // An error of collection hides tests that would run: nothing can be told from it.
    (count_in_closing_line(summary, &["error", "errors"]).unwrap_or(0) == 0)
        .then_some(TestTally { run })
}

/// Returns how the old tests run less often with the new helpers and configuration than with the old ones.
pub(super) fn find_narrowed_run(with_new: &CheckRun, with_old: &CheckRun) -> Option<String> {
    let (before, now) = compare_tallies(with_old, with_new)?;
    let script = &with_new.script;
    (before.run > now.run).then(|| {
        format!(
            "`{script}` runs {} tests with the new helpers and settings, and {} with those from before",
            now.run, before.run
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let of = |line: &str| parse_tally(line).map(|tally| tally.run);
        assert_eq!(of("3 passed, 1 skipped in 0.1s"), Some(3));
        assert_eq!(of("Tests 2 failed | 10 passed (12)"), Some(12));
        assert_eq!(of("1 error in 0.1s"), None);
        assert_eq!(of("exit code 1"), None);
    }

    #[test]
    fn what_changed_is_found_by_its_kind() {
        let changed = |path: &str, old: &str, new: &str| Changed {
            path: path.to_owned(),
            old: Some(old.to_owned()),
            new: Some(new.to_owned()),
        };
        let found = WeakenedTests::find_in_files(
            &[
                changed(
                    "tests/test_a.py",
                    "def test_a():\n    assert a() == 1\n",
                    "def test_a():\n    assert a()\n",
                ),
                changed(
                    "setup.cfg",
                    "[coverage:report]\nfail_under = 90\n",
                    "[coverage:report]\nfail_under = 10\n",
                ),
                changed("app/a.py", "import os\n", "import os  #noqa\n"),
                changed("app/test_data.json", "{\"a\": 1}", "{\"a\": 2}"),
            ],
            &Paths::new(),
        );
        let told: Vec<String> = found.tests.iter().map(describe_weakening).collect();
        assert_eq!(
            told,
            [
                "`test_a` in `tests/test_a.py` asserts `assert a()` instead of `assert a() == 1`, which demands less"
            ]
        );
        let settings: Vec<String> = found.settings.iter().map(of_setting).collect();
        assert_eq!(
            settings,
            ["`coverage:report.fail_under` in `setup.cfg` is `10` instead of `90`, which is laxer"]
        );
        assert_eq!(
            found.silencers,
            [("app/a.py".to_owned(), "import os  #noqa".to_owned())]
        );
        assert!(notes_on_silencers(&found)[0].contains("#noqa"));
    }
}
