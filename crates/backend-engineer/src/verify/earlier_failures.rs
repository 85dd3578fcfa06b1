//! A plan's own run of a whole suite that fails by tests which fail without the change as well: said, and not counted
//! against the unit. Its box stays open all the same.
//!
//! `pytest -q` of a project with a red test: `test_red` fails before and now, `test_new` went from red to green. The command
//! is not checked, since its success can't be had by this unit's work.

use journal::Verdict;

use super::old_tests::{named_test, words_of_command};
use super::{Check, Verification, file_outcomes, find_proofs};
use crate::check::{self, Before, Difference, Kind, Request, files_of_test};
use crate::implement::Change;
use crate::stop::Stop;
use crate::understand::ScopeMode;
use crate::unit_work::UnitWork;

/// Options that choose among the tests of a suite.
const FILTERS: [&str; 8] = [
    "-k",
    "-t",
    "-g",
    "--grep",
    "--testNamePattern",
    "--test-name-pattern",
    "--testPathPattern",
    "--lf",
];

/// Weighs the plan's failed runs of suites by the tests that failed before. Asked at the end: until then a model may mend
/// whatever fails.
pub(super) async fn weigh_earlier_failures(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    if change.written.is_empty() || !work.run.runs_commands() {
        return Ok(());
    }
    let mut before: Vec<(Request, Before)> = Vec::new();
    let mut weighed = false;
    for at in 0..verification.checks.len() {
        let Some(request) = suite_request(&verification.checks[at]) else {
            continue;
        };
        let is_same = |(other, _): &&(Request, Before)| {
            other.script == request.script && other.folder == request.folder
        };
        if !before.iter().any(|one| is_same(&one)) {
            let earlier = check::run_before(work, &request, &change.written).await?;
            work.restore_discarded().await?;
            before.push((request.clone(), earlier));
        }
        let Some((_, earlier)) = before.iter().find(is_same) else {
            continue;
        };
        let tests = verification.checks[at].ran.tests.clone();
        let Some(difference) = Difference::between(&earlier.tests, &tests) else {
            continue;
        };
        let is_own = |test: &&str| {
            files_of_test(test).iter().any(|file| {
                work.assignment
                    .scope
                    .permits(file, ScopeMode::Phase)
                    .is_some()
            })
        };
        // Where nothing was mended, a red test of what the unit changes may be the one that it is to mend.
        if difference.mended.is_empty() && difference.failing.iter().any(is_own) {
            continue;
        }
        let judgement = &mut verification.checks[at].ran.judgement;
        *judgement = difference.judge(&judgement.detail);
        weighed = true;
    }
    if weighed {
        let standing = find_proofs(work, change, verification)?;
        verification.accounts =
            file_outcomes::of_files(work, change, &standing.whole, &verification.items);
    }
    Ok(())
}

/// Returns how to ask again a check that failed, that its unit or the configuration names, and that runs a whole suite whose
/// runner told of each test.
fn suite_request(check: &Check) -> Option<Request> {
    // Where the command ended well, it is the runner's report that is against it.
    let is_failure = check.verdict() == Verdict::Failed && check.ran.exit != Some(0);
    let failed = check.kind == Kind::Tests && is_failure && !check.ran.tests.is_empty();
    check
        .request
        .clone()
        .filter(|request| failed && runs_all(&request.script))
}

/// Returns whether a command runs all tests there are, or all of a folder: it names no file, no test and no pattern.
fn runs_all(script: &str) -> bool {
    !words_of_command(script).any(|word| {
        FILTERS.contains(&word)
            || named_test(word).is_some_and(|named| code::paths::is_code(&named))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_suite_names_no_file_and_no_test() {
        for (script, all) in [
            ("pytest -q", true),
            ("pytest tests -v", true),
            ("cd api && pytest tests/unit", true),
            ("make test", true),
            ("npm test", true),
            ("python3 -m unittest -q", true),
            ("pytest tests/test_a.py", false),
            ("pytest tests/test_a.py::test_b -v", false),
            ("pytest -k total", false),
            ("python3 -m unittest -q tests.test_a", false),
            ("npx jest src/a.test.ts", false),
            ("npx vitest run -t adds", false),
        ] {
            assert_eq!(runs_all(script), all, "{script}");
        }
    }
}
