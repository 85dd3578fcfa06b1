//! Ticking changes one character of a box, and finds a box again in an edited plan.

use plan::{Mark, TickFailure, Ticking, tick};

const PLAN: &str = "# P\n\n### Task 1: A\n\n- [ ] write it\n- [ ] commit\n\n### Task 2: B\n\n- [ ] read it\n- [ ] commit\n";

fn wanted(text: &str, line: usize, heading: &str) -> Ticking {
    Ticking {
        text: text.to_owned(),
        line,
        to: Mark::Ticked,
        heading: heading.to_owned(),
    }
}

#[test]
fn one_character_changes() {
    let ticked = tick(PLAN, &[wanted("write it", 5, "Task 1")]).unwrap();
    assert_eq!(ticked, PLAN.replacen("- [ ] write it", "- [x] write it", 1));
}

#[test]
fn the_unit_tells_equals_apart() {
    for heading in ["Task 2", "B", "### Task 2: B"] {
        let ticked = tick(PLAN, &[wanted("commit", 999, heading)]).unwrap();
        assert_eq!(
            ticked,
            "# P\n\n### Task 1: A\n\n- [ ] write it\n- [ ] commit\n\n### Task 2: B\n\n- [ ] read it\n- [x] commit\n"
        );
    }
}

#[test]
fn what_is_unclear_is_named_and_the_rest_ticked() {
    let error = tick(
        PLAN,
        &[
            wanted("commit", 999, ""),
            wanted("gone", 1, "Task 1"),
            wanted("read it", 1, ""),
        ],
    )
    .unwrap_err();
    assert_eq!(
        error.text,
        PLAN.replacen("- [ ] read it", "- [x] read it", 1)
    );
    assert!(matches!(
        error.failures.as_slice(),
        [
            TickFailure::Ambiguous { candidates: 2, .. },
            TickFailure::Missing(_)
        ]
    ));
    assert!(error.to_string().contains("gone"));
}

#[test]
fn an_edited_plan_keeps_its_edits() {
    let edited = PLAN
        .replacen("# P\n", "# P\n\nA word more.\n", 1)
        .replace('\n', "\r\n");
    let ticked = tick(&edited, &[wanted("read it", 10, "Task 2")]).unwrap();
    assert_eq!(ticked, edited.replacen("- [ ] read it", "- [x] read it", 1));
}

#[test]
fn equals_in_one_unit_go_by_line() {
    let plan = "### Task 1: A\n\n- [ ] commit\n- [ ] go on\n- [ ] commit\n";
    assert_eq!(
        tick(plan, &[wanted("commit", 5, "Task 1")]).unwrap(),
        "### Task 1: A\n\n- [ ] commit\n- [ ] go on\n- [x] commit\n"
    );
    assert!(tick(plan, &[wanted("commit", 4, "Task 1")]).is_err());
}

#[test]
fn unticking_and_signs() {
    let mut open = wanted("done", 1, "");
    open.to = Mark::Open;
    assert_eq!(
        tick("- [X] done\n- ☐ later\n", &[open]).unwrap(),
        "- [ ] done\n- ☐ later\n"
    );
    assert_eq!(
        tick("- ☑ done\n- ☐ later\n", &[wanted("later", 2, "")]).unwrap(),
        "- ☑ done\n- ☑ later\n"
    );
    assert_eq!(
        tick("- [X] done\n", &[wanted("done", 1, "")]).unwrap(),
        "- [X] done\n"
    );
}

#[test]
fn what_is_ticked_is_no_part_of_what_a_plan_asks_for() {
    let asks = |text: &str| plan::read(text.as_bytes()).unwrap().text_without_marks();
    let open = "# Plan\n\n## Phase 1: A\n\n- [ ] One: `true`\n  - [ ] Two\n\n## Phase 2: B\n\n- [ ] Three\n";
    let ticked = open.replacen("[ ]", "[x]", 2);
    assert_eq!(asks(open), asks(&ticked));
    assert_ne!(asks(open), asks(&open.replace("Three", "Four")));
}
