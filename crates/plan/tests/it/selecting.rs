//! Units are chosen by number, name, range, part of a title, or `next`.

use plan::{PhaseId, Plan, Unreadable, Unselected, read};

const PLAN: &str = "# Shop\n\n## Phase 1: Models ✅\n\nDone.\n\n## Phase 2: Routes\n\n### Task 1: List orders\n\n- [ ] **Step 1: Write**\n\n### Task 2: Make orders / bills\n\n- [ ] **Step 1: Write**\n\n## Phase 3: Routes of the shop\n\n### Task 1: Pages\n\n- [ ] **Step 1: Write**\n";

fn plan() -> Plan {
    read(PLAN.as_bytes()).unwrap()
}

fn labels(plan: &Plan, ids: &[PhaseId]) -> Vec<String> {
    ids.iter()
        .map(|id| plan.phase(*id).unwrap().label.clone())
        .collect()
}

#[test]
fn by_every_name() {
    let plan = plan();
    let cases: &[(&str, &[&str])] = &[
        ("2", &["Phase 2"]),
        ("phase 2", &["Phase 2"]),
        ("Phase 2: Routes", &["Phase 2"]),
        ("Task 2", &["Task 2"]),
        ("make orders", &["Task 2"]),
        ("Task 2: Make orders / bills", &["Task 2"]),
        ("shop", &["Phase 3"]),
        ("next", &["Phase 2"]),
        ("3, 1", &["Phase 1", "Phase 3"]),
        ("1-3", &["Phase 1", "Phase 2", "Phase 3"]),
        ("Phases 2-3", &["Phase 2", "Phase 3"]),
        ("Phase 3 / Task 1", &["Task 1"]),
    ];
    for (wanted, expected) in cases {
        assert_eq!(
            labels(&plan, &plan.select(wanted).unwrap()),
            *expected,
            "{wanted}"
        );
    }
    assert_eq!(
        labels(&plan, &plan.everything()),
        ["Phase 1", "Phase 2", "Phase 3"]
    );
}

#[test]
fn the_only_unit_by_the_number_of_its_title() {
    for title in ["Change 1: Totals", "Unit 1", "Fix 1 — Totals", "Layer 1: x"] {
        let plan = read(format!("# Shop\n\n## {title}\n\n- [ ] Do it\n").as_bytes()).unwrap();
        assert_eq!(plan.select("1"), Ok(plan.everything()), "{title}");
        assert!(plan.select("2").is_err(), "{title}");
    }
    let two = "# Shop\n\n## Change 1: Totals\n\n- [ ] Do it\n\n## Fix 1: Names\n\n- [ ] Do it\n";
    assert!(read(two.as_bytes()).unwrap().select("1").is_err());
}

#[test]
fn by_the_value_of_a_number_in_another_writing() {
    let plan = |first: &str, second: &str| {
        let text = format!(
            "# Shop\n\n## {first}\n\n**File**: `a.py`\n\n- [ ] It\n\n## {second}\n\n**File**: `b.py`\n\n- [ ] It\n"
        );
        read(text.as_bytes()).unwrap()
    };
    for (first, second, wanted) in [
        ("Phase I: A", "Phase II: B", "2"),
        ("Phase One: A", "Phase Two: B", "Phase 2"),
        ("第一阶段：甲", "第二阶段：乙", "2"),
        ("1단계: 가", "2단계: 나", "2"),
        ("1단계 - 가", "2단계 - 나", "2단계"),
        ("M1: A", "M2: B", "2"),
        ("Phase 1/2: A", "Phase 2/2: B", "2"),
        ("Issue #12: A", "Issue #15: B", "Issue #15"),
        ("Issue #12: A", "Issue #15: B", "issue #15: B"),
        ("Aufgabe Nr1: A", "Aufgabe Nr2: B", "Aufgabe Nr2: B"),
    ] {
        let plan = plan(first, second);
        assert_eq!(
            plan.select(wanted),
            Ok(vec![plan.phases()[1].id]),
            "{wanted} of {second}"
        );
    }
    // Among letters, `I` is no number; "of two steps" is none, either.
    assert!(plan("Phase H: A", "Phase I: B").select("1").is_err());
    assert!(plan("1단계 가", "2단계 인증").select("2단계: 나").is_err());
}

#[test]
fn the_unclear_is_refused() {
    let plan = plan();
    assert!(
        matches!(plan.select("Task 1"), Err(Unselected::Ambiguous { candidates, .. }) if candidates.len() == 2)
    );
    assert!(
        matches!(plan.select("Phase 9"), Err(Unselected::Unknown { near, .. }) if !near.is_empty())
    );
    assert!(matches!(
        plan.select("task one hundred"),
        Err(Unselected::Unknown { .. })
    ));
    assert_eq!(
        read(b"# Only words\n").unwrap().select("1"),
        Err(Unselected::NoUnits)
    );
    let done = read("## Phase 1: A (DONE)\n\n## Phase 2: B\n\n- [x] it\n".as_bytes()).unwrap();
    assert_eq!(done.select("next"), Err(Unselected::AllDone));
}

#[test]
fn what_is_no_plan_says_why() {
    assert_eq!(read(b""), Err(Unreadable::Empty));
    assert_eq!(read("\u{feff} \n".as_bytes()), Err(Unreadable::Empty));
    assert_eq!(
        read(b"# ok\nab\xff"),
        Err(Unreadable::NotUtf8 { line: 2, column: 3 })
    );
    let large = vec![b'a'; 16 * 1024 * 1024 + 1];
    assert!(matches!(read(&large), Err(Unreadable::TooLarge { .. })));
}

#[test]
fn places_count_characters() {
    let plan = read("\u{feff}# é\r\n- [ ] ü\r\n".as_bytes()).unwrap();
    let at = plan.text().find('ü').unwrap();
    assert_eq!((plan.location(at).line, plan.location(at).column), (2, 7));
    assert_eq!(plan.location(3).column, 1);
    assert_eq!(plan.location(usize::MAX).line, 3);
}
