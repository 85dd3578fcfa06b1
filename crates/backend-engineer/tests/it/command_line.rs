//! The command line itself: help, wrong use, completions, manual pages, colour, closed pipes, and `graft`.

use crate::program::Scene;

#[test]
fn the_help_tells_exit_codes_and_environment() {
    let scene = Scene::new();
    insta::assert_snapshot!("help", scene.run(&["--help"]));
    let implement = scene.run(&["implement", "--help"]);
    assert!(
        implement.code == 0 && implement.stdout.contains("Exit codes:"),
        "{implement}"
    );
    let nothing = scene.run(&[]);
    assert!(
        nothing.code == 2 && nothing.stderr.contains("Usage:") && nothing.stdout.is_empty(),
        "{nothing}"
    );
    assert!(
        scene
            .run(&["--version"])
            .stdout
            .starts_with("backend-engineer ")
    );
}

#[test]
fn wrong_use_ends_with_2() {
    let scene = Scene::new();
    let wrong: [&[&str]; 13] = [
        &["implemnt", "plan.md"],
        &["implement"],
        &["implement", "plan.md", "--phse", "1"],
        &["implement", "plan.md", "--phase", "1", "--all"],
        &["implement", "plan.md", "--phase", "1", "--model", "gpt"],
        &["implement", "plan.md", "--phase", "1", "--timeout", "soon"],
        &["implement", "plan.md", "--phase", "1", "--sandbox", "none"],
        &["verify", "plan.md", "--env-file"],
        &["config", "--env", "TOKEN=hunter2"],
        &["config", "--env-file", "nowhere.env"],
        &["show"],
        &["undo", "20260101"],
        &["graft", "a.py", "--snippet", "nowhere.py"],
    ];
    let mut told = String::new();
    for arguments in wrong {
        let ended = scene.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended}");
        assert!(
            ended.stdout.is_empty() && !ended.stderr.contains("hunter2"),
            "{arguments:?}: {ended}"
        );
        told += &format!(
            "$ backend-engineer {}\n{}\n",
            arguments.join(" "),
            ended.stderr
        );
    }
    insta::assert_snapshot!("wrong_use", told);
}

#[test]
fn every_shell_gets_completions() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = scene.run(&["completions", shell]);
        assert!(
            ended.code == 0 && ended.stdout.contains("implement") && ended.stderr.is_empty(),
            "{shell}"
        );
    }
}

#[test]
fn every_subcommand_has_a_page() {
    let scene = Scene::new();
    assert!(scene.run(&["man"]).stdout.contains("backend\\-engineer"));
    let ended = scene.run(&["man", "--out", "pages"]);
    assert_eq!(ended.code, 0, "{ended}");
    let mut pages: Vec<String> = std::fs::read_dir(scene.root().join("pages"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    pages.sort();
    insta::assert_snapshot!("pages", pages.join("\n"));
    assert!(
        scene
            .read("pages/backend-engineer-implement.1")
            .contains("backend\\-engineer implement")
    );
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
    let scene = Scene::new();
    let closed =
        scene.end(&mut scene.shell("{ \"$PROGRAM\" completions bash; echo ended $? >&2; } | true"));
    assert_eq!(closed.stderr, "ended 0\n", "{closed}");
    if std::path::Path::new("/dev/full").exists() {
        let full = scene.end(&mut scene.shell("\"$PROGRAM\" man > /dev/full"));
        assert!(
            full.code == 6
                && full
                    .stderr
                    .starts_with("error: the output can't be written"),
            "{full}"
        );
    }
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let scene = Scene::new();
    let coloured = |arguments: &[&str], variable: Option<&str>| {
        let mut program = scene.program();
        program.args(arguments);
        variable.map(|name| program.env(name, "1"));
        scene.end(&mut program).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&["config"], None));
    assert!(coloured(&["config"], Some("CLICOLOR_FORCE")));
    assert!(coloured(&["config", "--color", "always"], Some("NO_COLOR")));
    assert!(!coloured(
        &["config", "--color=never"],
        Some("CLICOLOR_FORCE")
    ));
}

const PYTHON: &str = "class Shop:\n    def open(self):\n        return True\n\n    def close(self):\n        return False\n";

#[test]
fn a_block_is_grafted_into_a_file() {
    let scene = Scene::new();
    scene
        .file("repository/app/shop.py", PYTHON)
        .file("repository/new.py", "A = 1\n");
    let made = scene.run(&["graft", "app/made/new.py", "--snippet", "new.py"]);
    assert!(made.code == 0 && made.stdout.is_empty(), "{made}");
    assert_eq!(scene.read("app/made/new.py"), "A = 1\n");
    let again = scene.run(&["graft", "app/made/new.py", "--snippet", "new.py", "--json"]);
    assert!(
        again.code == 0 && again.stdout.contains("already-applied"),
        "{again}"
    );
}

#[test]
fn a_graft_is_shown_before_it_is_written() {
    let scene = Scene::new();
    scene.file("repository/change.diff", "--- a/shop.py\n+++ b/shop.py\n@@ -4,3 +4,3 @@\n     def close(self):\n-        return False\n+        return self.open()\n");
    scene.file("repository/shop.py", PYTHON);
    let shown = scene.run(&["graft", "shop.py", "--snippet", "change.diff", "--diff"]);
    assert!(
        shown.code == 0
            && shown
                .stdout
                .contains("\n-        return False\n+        return self.open()\n"),
        "{shown}"
    );
    assert_eq!(scene.read("shop.py"), PYTHON);
    let written = scene.run(&["graft", "shop.py", "--snippet", "change.diff"]);
    assert_eq!(written.code, 0, "{written}");
    assert_eq!(
        scene.read("shop.py"),
        PYTHON.replace("return False", "return self.open()")
    );
}

#[test]
fn a_refused_graft_changes_nothing_and_ends_with_4() {
    let scene = Scene::new();
    scene.file("repository/notes.txt", "one\ntwo\none\n");
    let diff = "--- a/notes.txt\n+++ b/notes.txt\n@@ -1 +1 @@\n-three\n+four\n";
    let mut program = scene.program();
    let refused = scene.end(
        program
            .args(["graft", "notes.txt", "--snippet", "-", "--json"])
            .write_stdin(diff),
    );
    assert_eq!(refused.code, 4, "{refused}");
    let outcome: serde_json::Value = serde_json::from_str(&refused.stdout).expect("JSON");
    assert_eq!(outcome["outcome"], "refused");
    assert_eq!(scene.read("notes.txt"), "one\ntwo\none\n");
}

#[test]
fn several_plans_are_shown_though_one_can_t_be_read() {
    let scene = Scene::new();
    let plan = |number: u32| format!("# Plan {number}\n\n## Phase 1: Begin\n\n- [ ] Do it\n");
    scene
        .file("repository/one.md", &plan(1))
        .file("repository/empty.md", "")
        .file("repository/two.md", &plan(2));
    let shown = scene.run(&["plan", "one.md", "empty.md", "two.md", "--json"]);
    assert!(
        shown.code == 2 && shown.stderr.contains("empty.md: the plan is empty"),
        "{shown}"
    );
    let titles: Vec<String> = shown
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a document a line"))
        .map(|document| document["title"].as_str().expect("a title").to_owned())
        .collect();
    assert_eq!(titles, ["Plan 1", "Plan 2"]);
    let text = scene.run(&["plan", "one.md", "two.md"]);
    assert!(
        text.code == 0
            && text.stdout.starts_with("Plan 1\n")
            && text.stdout.contains("\n\nPlan 2\n"),
        "{text}"
    );
    let asked = scene.run(&["plan", "one.md", "two.md", "--phase", "1"]);
    assert!(
        asked.code == 2 && asked.stderr.contains("--phase speaks of one plan"),
        "{asked}"
    );
}
