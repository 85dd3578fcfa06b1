//! `evidence`: what it writes, and that its script passes on another checkout and fails where a file was changed.

use serde_json::Value;

use crate::program::{Ended, Scene, counting_plan};

const CRITERIA: &str = "\
- [ ] It counts: `cd app && grep -q two count.py`
- [ ] It says what it's for: `grep -q \"it's\" app/about.txt`
- [ ] Nothing is printed: `grep -rn print app` returns no results
";

/// A committed repository with a run that is complete, and its evidence.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.file(
        "repository/docs/plan.md",
        &counting_plan("app/count.py", CRITERIA),
    );
    scene
        .file("repository/app/count.py", "one = 1\n")
        .file("repository/app/about.txt", "it's a test\n");
    scene.commit_first();
    scene.must(
        "\"$PROGRAM\" implement docs/plan.md --phase 1 --model none -q && \"$PROGRAM\" evidence --out ../uncommitted && \
         git add -A && git commit -q -m Done && \"$PROGRAM\" evidence --out ../evidence && git clone -q . ../other",
    );
    scene
}

fn check_again(scene: &Scene, change: &str) -> Ended {
    scene.end(&mut scene.shell(&format!(
        "cd ../other && {{ {change}; }} && bash ../evidence/verify.sh ."
    )))
}

#[test]
fn the_script_passes_on_another_checkout_and_fails_where_a_file_was_changed() {
    let scene = scene();
    let held = check_again(&scene, "true");
    assert!(
        held.code == 0 && held.stdout.matches("PASS").count() == 3,
        "{held}"
    );
    assert!(held.stdout.contains("Implementation Complete"), "{held}");
    for (change, told) in [
        (
            "sed -i s/two/three/ app/count.py",
            "FAIL  app/count.py is not the file",
        ),
        (
            "git checkout -q . && rm app/about.txt",
            "FAIL  app/about.txt is missing",
        ),
        (
            "git checkout -q . && echo 'print(1)' > app/print.py",
            "FAIL  grep -rn print app",
        ),
    ] {
        let changed = check_again(&scene, change);
        assert!(
            changed.code == 1 && changed.stdout.contains(told),
            "{change}: {changed}"
        );
        assert!(changed.stdout.contains("does not hold here"), "{changed}");
    }
}

#[test]
fn the_folder_holds_report_change_and_statement() {
    let scene = scene();
    assert!(
        scene
            .read("../evidence/report.md")
            .starts_with("## Implementation Complete")
    );
    assert!(
        scene
            .read("../evidence/change.diff")
            .contains("\n+two = 2\n")
    );
    let statement: Value =
        serde_json::from_str(&scene.read("../evidence/statement.json")).expect("JSON");
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicate"]["result"], "PASSED");
    assert_eq!(
        statement["predicate"]["passedTests"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    assert_eq!(statement["subject"][0]["name"], "app/count.py");
    let hash = journal::hash(scene.read("app/count.py").as_bytes());
    assert_eq!(statement["subject"][0]["digest"]["sha256"], hash.as_str());
    let commit = scene.must("git rev-parse HEAD");
    assert_eq!(
        statement["predicate"]["configuration"][1]["digest"]["gitCommit"],
        commit.trim()
    );
    assert_eq!(
        scene.run(&["evidence", "--out", "../evidence"]).code,
        2,
        "a folder that holds something is refused"
    );
    scene.file("repository/app/later.py", "three = 3\n");
    let later = scene.run(&["evidence", "--out", "../later"]);
    assert!(
        later.code == 0 && later.stdout.contains("no longer the one"),
        "{later}"
    );
    assert_eq!(scene.read("../later/files.sha256").lines().count(), 1);
}

#[test]
fn what_is_not_complete_is_never_shown_as_held() {
    let scene = Scene::new();
    scene
        .file(
            "repository/plan.md",
            &counting_plan("app/count.py", CRITERIA).replace("grep -q two", "grep -q nothing"),
        )
        .file("repository/app/about.txt", "it's\n");
    let run = scene.run(&["implement", "plan.md", "--phase", "1", "--model", "none"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(scene.run(&["evidence", "--out", "../evidence"]).code, 0);
    let again = scene.end(&mut scene.shell("bash ../evidence/verify.sh ."));
    assert!(
        again.code == 3 && again.stdout.contains("open  It counts"),
        "{again}"
    );
}

#[test]
fn only_the_commit_that_holds_the_tree_is_stated() {
    let scene = scene();
    let is_stated = |folder: &str| {
        scene
            .read(&format!("../{folder}/statement.json"))
            .contains("gitCommit")
    };
    assert!(!is_stated("uncommitted"), "HEAD lacks what the run wrote");
    assert!(is_stated("evidence"));
    scene.must(
        "echo three >> app/about.txt && git commit -q -a --amend -m Other && \"$PROGRAM\" evidence --out ../later",
    );
    assert!(!is_stated("later"), "HEAD is another tree");
}

#[test]
fn a_plan_that_asks_for_something_else_since_is_told() {
    let scene = scene();
    let told = |folder: &str| {
        let report = scene.run(&["report"]);
        let evidence = scene.run(&["evidence", "--out", folder]);
        assert_eq!((report.code, evidence.code), (0, 0), "{report}{evidence}");
        (
            report.stderr.contains("have changed since"),
            evidence.stdout.contains("no longer says"),
        )
    };
    assert_eq!(told("../same"), (false, false));
    scene.must("sed -i 's/\\[x\\]/[ ]/' docs/plan.md");
    assert_eq!(
        told("../unticked"),
        (false, false),
        "what is ticked is no part of what a plan asks for"
    );
    scene.must("echo '- [ ] It counts on: `grep -q three app/count.py`' >> docs/plan.md");
    assert_eq!(told("../more"), (true, true));
}
