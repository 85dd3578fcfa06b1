//! `verify --ci`, and the script of the Action, on a real repository of git with a true and a false tick.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ended, Scene, counting_plan};

const CRITERIA: &str = "\
- [BOX1] It counts: `grep -q two count.py`
- [BOX2] It counts on: `grep -q three count.py`
- [ ] It is not done yet: `grep -q four count.py`

#### Manual Verification
- [x] It reads well
";

/// The plan, with these marks in its first two boxes.
fn plan(one: &str, two: &str) -> String {
    counting_plan(
        "count.py",
        &CRITERIA.replace("BOX1", one).replace("BOX2", two),
    )
}

/// A repository with a first commit, and a branch that adds a plan with these boxes.
fn scene(one: &str, two: &str) -> Scene {
    let scene = Scene::new();
    scene
        .file("repository/README.md", "# Shop\n\nNo plan.\n")
        .file("repository/count.py", "one = 1\ntwo = 2\n");
    scene.commit_first();
    scene.file("repository/docs/plans/count.md", &plan(one, two));
    scene.file("repository/README.md", "# Shop\n\nStill no plan.\n");
    scene.must("git checkout -q -b feature && git add -A && git commit -q -m Plan");
    scene
}

fn run_script(scene: &Scene, environment: &str) -> Ended {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations/ci/check-plans.sh");
    let script = script.display();
    scene.end(&mut scene.shell(&format!(
        "{environment} BACKEND_ENGINEER=\"$PROGRAM\" BASE=main bash {script}"
    )))
}

#[test]
fn a_true_tick_passes_and_a_false_one_fails() {
    for (two, code) in [(" ", 0), ("x", 1)] {
        let scene = scene("x", two);
        let plan = scene.read("docs/plans/count.md");
        let ended = scene.run(&["verify", "docs/plans/count.md", "--ci", "--json"]);
        assert_eq!(ended.code, code, "{ended}");
        let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        let counts =
            ["broken", "holds", "not_checked", "not_decided"].map(|name| told[name].as_u64());
        assert_eq!(
            counts,
            [Some(u64::from(two == "x")), Some(1), Some(0), Some(1)],
            "{told}"
        );
        assert!(
            told["commit"].as_str().is_some_and(|id| id.len() == 40) && told["changed_files"] == 0,
            "{told}"
        );
        assert_eq!(
            scene.read("docs/plans/count.md"),
            plan,
            "nothing is ticked or unticked"
        );
    }
}

#[test]
fn a_command_that_cannot_run_ends_with_7_and_no_ticks_with_0() {
    let scene = scene(" ", " ");
    let none = scene.run(&["verify", "docs/plans/count.md", "--ci", "--phase", "1"]);
    assert!(
        none.code == 0 && none.stdout.contains("every ticked box"),
        "{none}"
    );
    let plan = plan("x", " ").replace("grep -q two", "ruff check");
    scene.file("repository/docs/plans/count.md", &plan);
    let missing = scene.run(&["verify", "docs/plans/count.md", "--ci"]);
    assert!(
        missing.code == 7 && missing.stdout.contains("| NOT CHECKED | 17 |"),
        "{missing}"
    );
    scene.file(
        "repository/docs/plans/count.md",
        &plan.replace("[x]", "[ ]"),
    );
    let unticked = scene.run(&["verify", "docs/plans/count.md", "--ci"]);
    assert!(
        unticked.code == 0 && unticked.stdout.contains("no box is ticked"),
        "{unticked}"
    );
}

#[test]
fn the_script_shows_a_plan_and_fails_where_a_tick_is_false() {
    let true_one = scene("x", " ");
    let passed = run_script(&true_one, "");
    assert_eq!(passed.code, 0, "{passed}");
    assert!(
        passed
            .stdout
            .contains("| PASS | 17 | It counts: `grep -q two count.py` |"),
        "{passed}"
    );
    assert!(!passed.stdout.contains("README"), "{passed}");
    let sarif: Value =
        serde_json::from_str(&true_one.read("plan-evidence/docs_plans_count.md.sarif"))
            .expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(
        true_one
            .end(&mut true_one.shell("git status --porcelain"))
            .stdout
            .is_empty(),
        "the checkout stays clean"
    );
    let false_one = scene("x", "x");
    let failed = run_script(
        &false_one,
        "GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=\"$HOME/summary.md\"",
    );
    assert_eq!(failed.code, 1, "{failed}");
    let pointed = "::error file=docs/plans/count.md,line=18,col=1,title=no-longer-holds::";
    assert!(failed.stderr.contains(pointed), "{failed}");
    assert!(
        false_one
            .read("../home/summary.md")
            .contains("| FAIL | 18 |")
    );
    assert!(false_one.read("../home/summary.md").contains("```json\n{"));
}

#[test]
fn a_change_without_its_plan_is_seen_where_the_plan_is_named() {
    let scene = scene("x", " ");
    scene.must(
        "git checkout -q main && git merge -q feature && git checkout -q -b break && echo 'one = 1' > count.py && \
         git commit -q -a -m Break",
    );
    let unseen = run_script(&scene, "");
    assert!(
        unseen.code == 0 && unseen.stdout.contains("no plan changed"),
        "{unseen}"
    );
    let seen = run_script(&scene, "PLANS='docs/plans/*.md'");
    assert!(
        seen.code == 1 && seen.stdout.contains("| FAIL | 17 |"),
        "{seen}"
    );
}

#[test]
fn a_ticked_box_outside_every_unit_is_not_passed_over() {
    let scene = scene("x", " ");
    let whole = "\n## Success Criteria\n\n- [BOX] It is shipped: `grep -q five count.py`\n";
    for (mark, code, told) in [
        ("x", 7, "| NOT CHECKED | 26 | It is shipped"),
        (" ", 0, "every ticked box"),
    ] {
        scene.file(
            "repository/docs/plans/count.md",
            &(plan("x", " ") + &whole.replace("BOX", mark)),
        );
        let ended = scene.run(&["verify", "docs/plans/count.md", "--ci"]);
        assert!(ended.code == code && ended.stdout.contains(told), "{ended}");
    }
    let named = scene.run(&["verify", "docs/plans/count.md", "--ci", "--phase", "1"]);
    assert!(
        named.code == 0 && !named.stdout.contains("shipped"),
        "{named}"
    );
}

#[test]
fn what_the_script_cannot_look_at_is_no_request_without_plans() {
    let scene = scene("x", "x");
    let without = run_script(&scene, "PROGRAM=no-such-program;");
    assert!(
        without.code == 6 && without.stderr.contains("not installed"),
        "{without}"
    );
    scene.must("git branch -D main -q");
    let no_base = run_script(&scene, "");
    assert!(
        no_base.code == 6 && no_base.stderr.contains("which plans changed"),
        "{no_base}"
    );
    scene.must("git branch main HEAD~1 && printf '\\377' >> docs/plans/count.md && git commit -q -a -m Bytes");
    let unreadable = run_script(&scene, "");
    assert!(
        unreadable.code == 2 && unreadable.stdout.contains("not UTF-8"),
        "{unreadable}"
    );
    scene.must(
        "git rm -q docs/plans/count.md && : > empty.md && git add -A && git commit -q -m Empty",
    );
    let empty = run_script(&scene, "");
    assert!(
        empty.code == 0 && empty.stdout.contains("no plan changed"),
        "{empty}"
    );
}
