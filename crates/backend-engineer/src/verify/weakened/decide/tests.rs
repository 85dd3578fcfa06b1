//! Tests of what a change of a test means, in rows: the way, what the plan says, what the old tests say.

use code::test_cases::Silence;

use super::*;

const PATH: &str = "tests/test_calc.py";
const OLD: &str = "assert f(1) == 1";
const NEW: &str = "assert f(1) == 2";

fn weakening(way: Way) -> Weakening {
    Weakening {
        path: PATH.to_owned(),
        test: "test_increment".to_owned(),
        line: Some(1),
        way,
        old: OLD.to_owned(),
        new: NEW.to_owned(),
        subject: "f(1) 1".to_owned(),
    }
}

fn end(way: Way, plan: &str, outcome: Option<Outcome>) -> &'static str {
    end_after(way, plan, outcome, None)
}

/// Returns where a finding ends: in `w`eakened, `a`sked, `u`ndecided, `s`tated, or nowhere.
fn end_after(
    way: Way,
    plan: &str,
    outcome: Option<Outcome>,
    before: Option<String>,
) -> &'static str {
    let found = WeakenedTests {
        tests: vec![weakening(way)],
        ..WeakenedTests::default()
    };
    let runs = outcome.map(|outcome| {
        vec![OldRun {
            outcome,
            before,
            covers: vec![PATH.to_owned()],
        }]
    });
    let verdicts = decide_weakened(&found, &PlanWords::of_text(plan), runs.as_deref());
    let counts = [
        verdicts.weakened.len(),
        verdicts.asked.len(),
        verdicts.undecided.len(),
        verdicts.stated.len(),
    ];
    match counts {
        [1, 0, 0, 0] => "w",
        [0, 1, 0, 0] => "a",
        [0, 0, 1, 0] => "u",
        [0, 0, 0, 1] => "s",
        _ => "",
    }
}

fn failed() -> Option<Outcome> {
    Some(Outcome::Failed(
        "FAIL: test_increment (tests.test_calc)\nAssertionError: 2 != 1".to_owned(),
    ))
}

#[test]
fn what_the_text_tells_is_decided_without_a_run() {
    let skipped = Way::Silenced(Silence::Skipped);
    for (way, plan, expected) in [
        (skipped, "Make `f` add one.", "w"),
        (skipped, "Change `tests/test_calc.py`.", "w"),
        (
            skipped,
            "Skip `test_increment` until the service is there.",
            "a",
        ),
        (Way::Removed, "Make `g` add one.", "w"),
        (Way::Removed, "Remove `test_increment`.", "a"),
        (Way::Removed, "Rewrite `tests/test_calc.py`.", "a"),
        (Way::Removed, "Remove `f`.", "u"),
        (Way::AssertionRemoved, "Make `g` add one.", "w"),
        (Way::Loosened, "Make `g` add one.", "w"),
        (Way::Tolerance, "Make `f` add one.", "w"),
        (Way::Tolerance, "`f` may be off by 2.", "a"),
        (Way::Expectation, "Make `g` add one.", "u"),
        (Way::Rewritten, "Make `f` add one.", "u"),
    ] {
        assert_eq!(end(way, plan, None), expected, "{way:?}: {plan}");
    }
}

#[test]
fn what_the_old_tests_say_decides_the_rest() {
    let passed = || Some(Outcome::Passed);
    let moved = || {
        Some(Outcome::Failed(
            "ImportError: cannot import name 'f' from 'app.calc'".to_owned(),
        ))
    };
    let other = || {
        Some(Outcome::Failed(
            "FAIL: test_other (tests.test_calc)\nAssertionError".to_owned(),
        ))
    };
    for (way, plan, outcome, expected) in [
        (Way::Rewritten, "Make `g` add one.", passed(), ""),
        (Way::Expectation, "Make `g` add one.", passed(), ""),
        (Way::Conditional, "Make `g` add one.", passed(), ""),
        (Way::Rewritten, "Make `g` add one.", failed(), "w"),
        (Way::Expectation, "Make `g` add one.", failed(), "w"),
        (Way::Expectation, "Make `f` add one.", failed(), "a"),
        (Way::Expectation, "Make `f` answer 2.", failed(), "s"),
        (Way::Expectation, "Make `g` add one.", other(), ""),
        (Way::Removed, "Remove `f`.", moved(), "a"),
        (Way::Removed, "Make `f` add one.", passed(), "w"),
        (Way::AssertionRemoved, "Make `f` add one.", failed(), "a"),
        (Way::AssertionRemoved, "Make `f` add one.", passed(), "w"),
        (
            Way::Rewritten,
            "Make `g` add one.",
            Some(Outcome::Unknown),
            "a",
        ),
    ] {
        assert_eq!(
            end(way, plan, outcome.clone()),
            expected,
            "{way:?}: {plan} {outcome:?}"
        );
    }
}

#[test]
fn a_rewritten_test_that_keeps_its_value_states_no_other() {
    for (new, expected) in [
        ("assert abs(f(1) - 1) < 3", [0, 1, 0]),
        ("assert f() >= 3", [0, 0, 1]),
    ] {
        let one = Weakening {
            new: new.to_owned(),
            ..weakening(Way::Rewritten)
        };
        let found = WeakenedTests {
            tests: vec![one],
            ..WeakenedTests::default()
        };
        let run = OldRun {
            outcome: failed().expect("it failed"),
            before: None,
            covers: vec![PATH.to_owned()],
        };
        let verdicts = decide_weakened(
            &found,
            &PlanWords::of_text("`f` answers 3 at the most."),
            Some(&[run]),
        );
        let counts = [
            verdicts.weakened.len(),
            verdicts.asked.len(),
            verdicts.stated.len(),
        ];
        assert_eq!(counts, expected, "{new}");
    }
}

#[test]
fn a_test_that_failed_before_as_well_is_not_what_the_plan_changes() {
    let before =
        || Some("FAIL: test_increment (tests.test_calc)\nAssertionError: 2 != 1".to_owned());
    for (way, plan, expected) in [
        (Way::Rewritten, "Make `f` add one.", "w"),
        (Way::AssertionRemoved, "Make `f` add one.", "w"),
        (Way::Removed, "Make `f` add one.", "w"),
        (Way::Expectation, "Make `f` add one.", "a"),
        (Way::Expectation, "Make `f` answer 2.", "s"),
    ] {
        assert_eq!(
            end_after(way, plan, failed(), before()),
            expected,
            "{way:?}: {plan}"
        );
    }
}

#[test]
fn settings_are_asked_for_by_key_value_or_file() {
    let end = |path: &str, plan: &str| {
        let setting = (
            path.to_owned(),
            "report.fail_under".to_owned(),
            "90".to_owned(),
            "10".to_owned(),
        );
        let found = WeakenedTests {
            settings: vec![setting],
            ..WeakenedTests::default()
        };
        let verdicts = decide_weakened(&found, &PlanWords::of_text(plan), None);
        (verdicts.weakened.len(), verdicts.asked.len())
    };
    assert_eq!(end("setup.cfg", "Make `f` add one."), (1, 0));
    assert_eq!(
        end("setup.cfg", "Add a dependency to `setup.cfg`."),
        (1, 0),
        "a file that many tools share"
    );
    assert_eq!(end("setup.cfg", "Lower `fail_under` for now."), (0, 1));
    assert_eq!(end("setup.cfg", "10 % are enough."), (0, 1));
    assert_eq!(end(".coveragerc", "Change `.coveragerc`."), (0, 1));
}
