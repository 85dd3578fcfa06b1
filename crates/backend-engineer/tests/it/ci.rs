//! `verify --ci`, and the script of the Action, on a real repository of git with a true and a false tick.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ended, Scene};

const GIT: &str = "git -c user.name=A -c user.email=a@example.org -c init.defaultBranch=main";

const PLAN: &str = "\
# Counting

Status: Approved

## Phase 1: Count

**File**: `count.py`

```python
one = 1
two = 2
```

### Success Criteria

#### Automated Verification
- [BOX1] It counts: `grep -q two count.py`
- [BOX2] It counts on: `grep -q three count.py`
- [ ] It is not done yet: `grep -q four count.py`

#### Manual Verification
- [x] It reads well
";

/// A repository with a first commit, and a branch that adds a plan with these boxes.
fn scene(one: &str, two: &str) -> Scene {
    let scene = Scene::new();
    scene.file("repository/README.md", "# Shop\n\nNo plan.\n").file("repository/count.py", "one = 1\ntwo = 2\n");
    let begun = scene.end(&mut scene.shell(&format!(
        "rm -rf .git && {GIT} init -q . && git add -A && {GIT} commit -q -m Start && git checkout -q -b feature"
    )));
    assert_eq!(begun.code, 0, "{begun}");
    scene.file("repository/docs/plans/count.md", &PLAN.replace("BOX1", one).replace("BOX2", two));
    scene.file("repository/README.md", "# Shop\n\nStill no plan.\n");
    let added = scene.end(&mut scene.shell(&format!("git add -A && {GIT} commit -q -m Plan")));
    assert_eq!(added.code, 0, "{added}");
    scene
}

fn run_script(scene: &Scene, environment: &str) -> Ended {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations/ci/check-plans.sh");
    let script = script.display();
    scene.end(&mut scene.shell(&format!("{environment} BACKEND_ENGINEER=\"$PROGRAM\" BASE=main bash {script}")))
}

#[test]
fn a_true_tick_passes_and_a_false_one_fails() {
    for (two, code) in [(" ", 0), ("x", 1)] {
        let scene = scene("x", two);
        let plan = scene.read("docs/plans/count.md");
        let ended = scene.run(&["verify", "docs/plans/count.md", "--ci", "--json"]);
        assert_eq!(ended.code, code, "{ended}");
        let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        let counts = ["broken", "holds", "not_checked", "not_decided"].map(|name| told[name].as_u64());
        assert_eq!(counts, [Some(u64::from(two == "x")), Some(1), Some(0), Some(1)], "{told}");
        assert!(told["commit"].as_str().is_some_and(|id| id.len() == 40) && told["changed_files"] == 0, "{told}");
        assert_eq!(scene.read("docs/plans/count.md"), plan, "nothing is ticked or unticked");
    }
}

#[test]
fn a_command_that_cannot_run_ends_with_7_and_no_ticks_with_0() {
    let scene = scene(" ", " ");
    let none = scene.run(&["verify", "docs/plans/count.md", "--ci", "--phase", "1"]);
    assert!(none.code == 0 && none.stdout.contains("every ticked box"), "{none}");
    let plan = PLAN.replace("BOX1", "x").replace("BOX2", " ").replace("grep -q two", "ruff check");
    scene.file("repository/docs/plans/count.md", &plan);
    let missing = scene.run(&["verify", "docs/plans/count.md", "--ci"]);
    assert!(missing.code == 7 && missing.stdout.contains("| NOT CHECKED | 17 |"), "{missing}");
    scene.file("repository/docs/plans/count.md", &plan.replace("[x]", "[ ]"));
    let unticked = scene.run(&["verify", "docs/plans/count.md", "--ci"]);
    assert!(unticked.code == 0 && unticked.stdout.contains("no box is ticked"), "{unticked}");
}

#[test]
fn the_script_shows_a_plan_and_fails_where_a_tick_is_false() {
    let true_one = scene("x", " ");
    let passed = run_script(&true_one, "");
    assert_eq!(passed.code, 0, "{passed}");
    assert!(passed.stdout.contains("| PASS | 17 | It counts: `grep -q two count.py` |"), "{passed}");
    assert!(!passed.stdout.contains("README"), "{passed}");
    let sarif: Value = serde_json::from_str(&true_one.read("plan-evidence/docs_plans_count.md.sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(true_one.end(&mut true_one.shell("git status --porcelain")).stdout.is_empty(), "the checkout stays clean");
    let false_one = scene("x", "x");
    let failed = run_script(&false_one, "GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=\"$HOME/summary.md\"");
    assert_eq!(failed.code, 1, "{failed}");
    let pointed = "::error file=docs/plans/count.md,line=18,col=1,title=no-longer-holds::";
    assert!(failed.stderr.contains(pointed), "{failed}");
    assert!(false_one.read("../home/summary.md").contains("| FAIL | 18 |"));
    assert!(false_one.read("../home/summary.md").contains("```json\n{"));
}

#[test]
fn a_change_without_its_plan_is_seen_where_the_plan_is_named() {
    let scene = scene("x", " ");
    let merged = scene.end(&mut scene.shell(&format!(
        "git checkout -q main && {GIT} merge -q feature && git checkout -q -b break && echo 'one = 1' > count.py && \
         {GIT} commit -q -a -m Break"
    )));
    assert_eq!(merged.code, 0, "{merged}");
    let unseen = run_script(&scene, "");
    assert!(unseen.code == 0 && unseen.stdout.contains("no plan changed"), "{unseen}");
    let seen = run_script(&scene, "PLANS='docs/plans/*.md'");
    assert!(seen.code == 1 && seen.stdout.contains("| FAIL | 17 |"), "{seen}");
}
