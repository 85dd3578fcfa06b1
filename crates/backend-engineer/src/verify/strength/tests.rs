//! Tests of what results of tests mean for a wrong version, and of how the report says it.

use std::collections::BTreeSet;

use journal::TestResult;

use super::*;

fn results(all: &[(&str, Verdict)]) -> Vec<TestResult> {
    all.iter()
        .map(|(name, verdict)| TestResult {
            name: (*name).to_owned(),
            verdict: *verdict,
        })
        .collect()
}

#[test]
fn only_a_test_that_passed_rejects_a_wrong_version() {
    let own: BTreeSet<String> = ["t.py::a", "t.py::b"].map(str::to_owned).into();
    let (good, bad, skipped) = (Verdict::Passed, Verdict::Failed, Verdict::NotChecked);
    for (told, expected) in [
        (
            results(&[("t.py::a", good), ("t.py::b", good)]),
            VersionOutcome::Survived,
        ),
        (
            results(&[("t.py::a", good), ("t.py::b", bad)]),
            VersionOutcome::Rejected,
        ),
        (
            results(&[("t.py::a", good), ("t.py::b", good), ("u.py::c", bad)]),
            VersionOutcome::Survived,
        ),
        (results(&[("t.py", bad)]), VersionOutcome::Unknown),
        (
            results(&[("t.py::a", good), ("t.py::b", skipped)]),
            VersionOutcome::Unknown,
        ),
        (results(&[]), VersionOutcome::Unknown),
    ] {
        assert_eq!(
            suites::outcome_of_results(&own, &told),
            expected,
            "{told:?}"
        );
    }
    assert_eq!(
        combine_outcomes(&[
            VersionOutcome::Survived,
            VersionOutcome::Rejected,
            VersionOutcome::Unknown
        ]),
        VersionOutcome::Rejected
    );
    assert_eq!(
        combine_outcomes(&[VersionOutcome::Survived, VersionOutcome::Unknown]),
        VersionOutcome::Unknown
    );
}

#[test]
fn the_report_counts_and_names_what_passes() {
    let survivor = |line| Survivor {
        path: "app/a.py".to_owned(),
        line,
        function: "f".to_owned(),
        before: "a < 0".to_owned(),
        after: "a <= 0".to_owned(),
    };
    let of = |rejected: usize, survivors: Vec<Survivor>| {
        let tried = rejected + survivors.len();
        Strength {
            made: tried,
            tried,
            rejected,
            survivors,
            elapsed_ms: 0,
        }
        .report_line()
    };
    assert_eq!(
        of(2, Vec::new()),
        "the phase's tests reject 2 of 2 wrong versions"
    );
    assert_eq!(
        of(0, vec![survivor(3)]),
        "the phase's tests reject none of 1 wrong version; not rejected: app/a.py:3 (`f`: `a < 0` now `a <= 0`)"
    );
    assert!(of(1, (0..9).map(survivor).collect()).ends_with(" and 3 more"));
}
