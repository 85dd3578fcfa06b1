//! `runs`, `show`, `diff` and `undo` on a journal that holds one finished and one interrupted run.

use std::fs;

use journal::{Event, FileAction, Journal, Original, OutputId, Run, RunStart, StepName, Verdict};

use crate::program::{Ended, Scene};

const OUTPUT: &str = "one failed\n\u{1b}[31mred\u{1b}[0m\n";

/// Lets a run write `text` at `path`, as a real one does.
fn write(scene: &Scene, run: &Run, path: &str, text: &str) {
    let root = scene.root();
    let before = Original::read(&root, path).expect("readable");
    run.keep_original(path, &before).expect("kept");
    run.wrote(path, Some(text.as_bytes()), Some(0o644))
        .expect("noted");
    scene.file(&format!("repository/{path}"), text);
    run.record(&Event::FileWritten {
        path: path.to_owned(),
        before_hash: before.hash(),
        after_hash: Some(journal::hash(text.as_bytes())),
    })
    .expect("recorded");
}

fn command(verdict: Verdict, command: &str, output: Option<OutputId>) -> Event {
    Event::CommandFinished {
        command: command.to_owned(),
        folder: "api".to_owned(),
        exit: Some(1),
        elapsed_ms: 1234,
        verdict,
        detail: "2 tests failed".to_owned(),
        output,
        tree: None,
    }
}

/// A repository with a finished run that changed two files.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.file("repository/app.py", "a = 1\nb = 2\n");
    fs::set_permissions(
        scene.root().join("app.py"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .expect("a mode");
    let journal = Journal::open(&scene.root()).expect("a journal");
    let start = RunStart {
        plan: "docs/plan.md".to_owned(),
        plan_hash: None,
        phases: vec!["Phase 2".to_owned()],
        root: scene.root().display().to_string(),
        argv: [
            "backend-engineer",
            "implement",
            "docs/plan.md",
            "--phase",
            "2",
        ]
        .map(str::to_owned)
        .to_vec(),
        version: "0.0.0".to_owned(),
        dry_run: false,
    };
    let run = journal.begin(&start).expect("a run");
    let record = |event: Event| assert!(run.record(&event).expect("recorded") > 0);
    record(start.event());
    record(Event::StepStarted {
        step: StepName::Implement,
    });
    record(Event::FileStaged {
        path: "app.py".to_owned(),
        action: FileAction::Modify,
        how: "replaced `b`".to_owned(),
        lines_added: 1,
        lines_removed: 1,
    });
    write(&scene, &run, "app.py", "a = 1\nb = 3\n");
    write(&scene, &run, "pkg/new.py", "c = 4\n");
    record(Event::StepStarted {
        step: StepName::Verify,
    });
    let started = |command: &str| Event::CommandStarted {
        command: command.to_owned(),
        folder: "api".to_owned(),
        why: "criterion".to_owned(),
    };
    record(started("pytest -q"));
    let output = run.keep_output(OUTPUT.as_bytes()).expect("kept");
    record(command(Verdict::Failed, "pytest -q", Some(output)));
    record(started("sleep 100\nsecond line"));
    record(Event::RunFinished {
        exit: 1,
        heading: "Implementation Failed".to_owned(),
        elapsed_ms: 65_000,
    });
    run.finish(1, "Implementation Failed").expect("finished");
    scene
}

/// What came of it, with each run's name replaced: they hold the time.
fn tamed(ended: &Ended) -> String {
    let text = ended.to_string();
    let mut tame = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("20") {
        let name = rest.get(at..at + 19).unwrap_or_default();
        let parts: Vec<&str> = name.split('-').collect();
        let is_run = matches!(parts[..], [day, time, mark] if day.len() == 8 && time.len() == 6 && mark.len() == 3);
        tame += &rest[..at];
        tame += if is_run { "RUN" } else { "20" };
        rest = &rest[at + if is_run { 19 } else { 2 }..];
    }
    tame += rest;
    // How long a step took depends on the machine.
    let steps = ["Implement", "Verify"];
    let timeless = |line: &str| match steps
        .iter()
        .find(|step| line.trim_start().starts_with(&format!("{step} ")))
    {
        Some(step) => line.split(step).next().unwrap_or_default().to_owned() + step + " TIME",
        None => line.to_owned(),
    };
    tame.lines().map(timeless).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn runs_are_listed_and_shown() {
    let scene = scene();
    insta::assert_snapshot!("runs", tamed(&scene.run(&["runs"])));
    insta::assert_snapshot!("show", tamed(&scene.run(&["show"])));
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["show", "--json"]).stdout).expect("JSON");
    assert_eq!(json["exit"], 1);
    assert_eq!(json["events"][2]["event"]["event"], "file_staged");
    let all: serde_json::Value =
        serde_json::from_str(&scene.run(&["runs", "--json"]).stdout).expect("JSON");
    assert_eq!(all[0]["run"], json["run"]);
    let name = json["run"].as_str().expect("a name");
    assert_eq!(scene.run(&["show", &name[name.len() - 3..]]).code, 0);
    assert_eq!(scene.run(&["show", "nonsense"]).code, 2);
}

#[test]
fn an_output_is_printed_byte_for_byte() {
    let scene = scene();
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["show", "--json"]).stdout).expect("JSON");
    let events = json["events"].as_array().expect("events");
    let number = events
        .iter()
        .find_map(|event| event["event"]["output"].as_u64())
        .expect("an output")
        .to_string();
    assert_eq!(scene.run(&["show", "--output", &number]).stdout, OUTPUT);
    let unknown = scene.run(&["show", "--output", "4711"]);
    assert!(
        unknown.code == 2 && unknown.stderr.contains("kept no output number 4711"),
        "{unknown}"
    );
}

#[test]
fn a_run_is_shown_as_a_patch_and_undone() {
    let scene = scene();
    insta::assert_snapshot!("diff", tamed(&scene.run(&["diff"])));
    scene.file("repository/app.py", "mine\n");
    let refused = scene.run(&["undo"]);
    assert!(
        refused.code == 4 && refused.stderr.contains("app.py"),
        "{refused}"
    );
    assert_eq!(scene.read("app.py"), "mine\n");
    assert!(scene.run(&["diff", "--now"]).stdout.contains("\n+mine\n"));
    insta::assert_snapshot!("undo", tamed(&scene.run(&["undo", "--force"])));
    assert_eq!(scene.read("app.py"), "a = 1\nb = 2\n");
    assert!(!scene.root().join("pkg").exists());
    let nothing = scene.run(&["undo"]);
    assert!(
        nothing.code == 2 && nothing.stderr.contains("no run of this repository wrote"),
        "{nothing}"
    );
    insta::assert_snapshot!("runs_after_undo", tamed(&scene.run(&["runs"])));
}

#[test]
fn an_interrupted_run_is_told_as_such() {
    let scene = scene();
    let journal = Journal::open(&scene.root()).expect("a journal");
    let start = RunStart {
        plan: "plan.md".to_owned(),
        plan_hash: None,
        phases: Vec::new(),
        root: String::new(),
        argv: Vec::new(),
        version: String::new(),
        dry_run: false,
    };
    let run = journal.begin(&start).expect("a run");
    write(&scene, &run, "app.py", "half\n");
    assert!(
        scene
            .run(&["runs", "-n", "1"])
            .stdout
            .contains("at work now")
    );
    assert_eq!(scene.run(&["undo"]).code, 4);
    drop(run);
    let shown = scene.run(&["show"]);
    assert!(
        shown.stdout.contains("interrupted") && shown.stdout.contains("undo"),
        "{shown}"
    );
    assert_eq!(scene.run(&["undo"]).code, 0);
    assert_eq!(scene.read("app.py"), "a = 1\nb = 3\n");
}

#[test]
fn a_repository_without_runs_says_so() {
    let scene = Scene::new();
    let runs = scene.run(&["runs"]);
    assert!(
        runs.code == 0 && runs.stdout.is_empty() && runs.stderr.contains("no run is recorded"),
        "{runs}"
    );
    assert_eq!(scene.run(&["runs", "--json"]).stdout, "[]\n");
    for subcommand in ["show", "diff", "undo"] {
        let ended = scene.run(&[subcommand]);
        assert!(
            ended.code == 2 && ended.stderr.contains("no run is recorded"),
            "{ended}"
        );
    }
    assert!(!scene.root().join(".backend-engineer").exists());
}
