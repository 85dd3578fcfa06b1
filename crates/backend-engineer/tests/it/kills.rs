//! A run that is killed after any of its events goes on as if nothing had been: the same tree, and no call done twice. A run
//! or an undoing that is killed at any moment can be undone to the last bit.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::Scene;

/// Files that the model works on, in turns of two calls.
const FILES: usize = 10;

fn plan(criterion: &str) -> String {
    let files: String = (0..FILES)
        .map(|number| format!("**File**: `app/part{number}.py`\n**Changes**: Count to three.\n\n"))
        .collect();
    format!(
        "# Parts\n\n## Phase 1: Parts\n\n{files}**File**: `app/literal.py` (new)\n\n```python\nA = 1\n```\n\n\
         ### Success Criteria\n\n#### Automated Verification\n{criterion}\n"
    )
}

/// Reads and edits each file twice over: some forty calls.
fn script(more: &[Value]) -> String {
    let mut turns = Vec::new();
    for number in 0..FILES {
        let path = format!("app/part{number}.py");
        let edit = |old: &str, new: &str| json!(["Edit", { "file_path": path, "old_string": old, "new_string": new }]);
        turns.push(json!({ "say": format!("Part {number}."), "call": [["Read", { "file_path": path }], ["Glob", { "pattern": "app/*" }]] }));
        turns.push(json!({ "call": [edit("one = 1", "one = 1\ntwo = 2"), edit("two = 2", "two = 2\nthree = 3")] }));
    }
    turns.extend_from_slice(more);
    turns.push(json!({ "say": "All parts count to three." }));
    serde_json::to_string(&turns).expect("JSON")
}

fn lay_out(criterion: &str, more: &[Value]) -> Scene {
    let scene = Scene::new();
    scene
        .file("repository/docs/plan.md", &plan(criterion))
        .file("home/script.json", &script(more));
    for number in 0..FILES {
        scene.file(&format!("repository/app/part{number}.py"), "one = 1\n");
    }
    scene
}

/// Every file of the repository, our own folder left out.
fn tree(root: &Path) -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .strip_prefix(root)
                .expect("inside")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() && name != ".backend-engineer" {
                walk(&path, root, into);
            } else if path.is_file() {
                into.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

fn arguments<'a>(model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "implement",
        "docs/plan.md",
        "--phase",
        "1",
        "--json-stream",
        "--model",
        model,
    ];
    arguments.extend_from_slice(more);
    arguments
}

fn model(scene: &Scene) -> String {
    format!(
        "scripted/{}",
        scene.root().join("../home/script.json").display()
    )
}

/// Kills a run after `count` events, has it go on, and compares what comes of it.
fn kill_after(count: usize, scene: &Scene, more: &[&str], expected: &BTreeMap<String, String>) {
    let model = model(scene);
    let mut child = scene.start(&arguments(&model, more));
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for _ in 0..count {
        lines.next();
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    let begun = scene.run(&["show"]).code == 0;
    let ended = if begun {
        scene.run(&["resume", "--quiet"])
    } else {
        scene.run(&arguments(&model, more))
    };
    let finished = ended.code == 2 && ended.stderr.contains("it finished");
    assert!(
        finished || !ended.stderr.contains("error"),
        "killed after {count} events: {ended}"
    );
    assert_eq!(
        &tree(&scene.root()),
        expected,
        "killed after {count} events: {ended}"
    );
    let calls = scene.run(&["export", "--jsonl"]).stdout;
    let calls = calls
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut done: Vec<String> = calls
        .filter(|event| event["event"] == "tool_finished")
        .map(|event| event["call"].as_str().expect("a call").to_owned())
        .collect();
    let all = done.len();
    done.sort();
    done.dedup();
    assert_eq!(
        done.len(),
        all,
        "killed after {count} events, a call was done twice"
    );
}

/// Plays a run through, then kills it after every `step`th of its events.
fn play(criterion: &str, more_calls: &[Value], more: &[&str], step: usize) {
    let whole = lay_out(criterion, more_calls);
    let model = model(&whole);
    let ended = whole.run(&arguments(&model, more));
    let expected = tree(&whole.root());
    assert!(expected["app/part9.py"].contains("three = 3"), "{ended}");
    let events = ended.stdout.lines().count();
    assert!(events > 100, "{events} events");
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let count = next.fetch_add(step, Ordering::Relaxed);
                    if count > events {
                        break;
                    }
                    kill_after(count, &lay_out(criterion, more_calls), more, &expected);
                }
            });
        }
    });
}

#[test]
fn a_run_that_is_killed_after_any_event_ends_in_the_same_tree() {
    play("- [ ] They count: `true`", &[], &["--no-verify"], 5);
}

#[test]
#[ignore = "takes minutes: the same after each single event"]
fn after_each_single_event() {
    play("- [ ] They count: `true`", &[], &["--no-verify"], 1);
}

#[test]
fn so_does_one_with_commands_and_ticks() {
    let add = json!({ "call": [["Bash", { "command": "echo four = 4 >> app/part0.py; echo 1 >> stray" }]] });
    let criterion = "- [ ] They count: `grep -c 'three = 3' app/part0.py`";
    play(criterion, &[add.clone(), add], &[], 23);
}

/// When a process is killed. Counted by what it has said or done, never by the clock.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// A run, after so many events.
    Events(usize),
    /// A run, when so many files of the user's tree differ.
    Written(usize),
    /// The undoing of a whole run, when no more than so many files differ.
    Undoing(usize),
}

/// The longest that a process takes to come to its moment: it never comes where something is wrong.
const LATEST: Duration = Duration::from_secs(60);

type States = BTreeMap<String, (String, u32)>;

/// Every file with its permission bits.
fn states(root: &Path) -> States {
    let mode = |path: &str| {
        std::fs::metadata(root.join(path))
            .expect("a file")
            .permissions()
            .mode()
    };
    tree(root)
        .into_iter()
        .map(|(path, text)| (path.clone(), (text, mode(&path))))
        .collect()
}

/// Returns how many of the files that were there are not as they were.
fn differing(root: &Path, before: &States) -> usize {
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    before
        .iter()
        .filter(|(path, state)| text(path) != state.0)
        .count()
}

/// Kills a process when its moment has come, or lets it end where it is faster.
fn kill_when(mut child: Child, has_come: impl Fn() -> bool) {
    let output = child.stdout.take().expect("a pipe");
    std::thread::scope(|scope| {
        // A pipe that nobody reads would stop it.
        scope.spawn(|| BufReader::new(output).lines().for_each(drop));
        let begun = Instant::now();
        while !has_come() && child.try_wait().expect("a state").is_none() {
            assert!(begun.elapsed() < LATEST, "its moment never comes");
        }
        // It may have ended by itself.
        drop(child.kill());
        child.wait().expect("gone");
    });
}

fn kill_at(moment: Moment, scene: &Scene, before: &States) {
    let model = model(scene);
    let arguments = arguments(&model, &["--no-verify"]);
    let root = scene.root();
    match moment {
        Moment::Events(count) => {
            let mut child = scene.start(&arguments);
            let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
            (0..count).for_each(|_| drop(lines.next()));
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
        Moment::Written(count) => kill_when(scene.start(&arguments), || {
            differing(&root, before) >= count
        }),
        Moment::Undoing(count) => {
            let ended = scene.run(&arguments);
            assert_eq!(differing(&root, before), FILES, "{ended}");
            kill_when(scene.start(&["undo"]), || differing(&root, before) <= count);
        }
    }
}

/// Kills at a moment, lets every other run go on, undoes it, and compares.
fn undo_after_kill(moment: Moment, number: usize) {
    let scene = lay_out("- [ ] They count: `true`", &[]);
    let script = scene.root().join("app/part0.py");
    std::fs::set_permissions(script, Permissions::from_mode(0o755)).expect("set");
    let before = states(&scene.root());
    kill_at(moment, &scene, &before);
    let runs = scene.run(&["runs", "--json"]);
    let runs: Vec<Value> = serde_json::from_str(&runs.stdout).unwrap_or_default();
    let Some(run) = runs.last().and_then(|run| run["run"].as_str()) else {
        assert_eq!(
            states(&scene.root()),
            before,
            "{moment:?}, before it was recorded"
        );
        return;
    };
    if number % 2 == 1 && !matches!(moment, Moment::Undoing(_)) {
        let resumed = scene.run(&["resume", "--quiet"]);
        assert_eq!(
            differing(&scene.root(), &before),
            FILES,
            "{moment:?}: {resumed}"
        );
    }
    let undone = scene.run(&["undo", run]);
    assert_eq!(states(&scene.root()), before, "{moment:?}: {undone}");
    let events = scene.run(&["export", "--jsonl"]);
    assert_eq!(events.code, 0, "{moment:?}: {events}");
    events
        .stdout
        .lines()
        .for_each(|line| drop(serde_json::from_str::<Value>(line).expect("JSON")));
}

#[test]
fn whatever_is_killed_can_be_undone() {
    let events = (0..10).map(|number| Moment::Events(number * 13));
    let moments = events
        .chain((1..=8).map(Moment::Written))
        .chain((1..=8).map(Moment::Undoing));
    let moments: Vec<Moment> = moments.collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(moment) = moments.get(number) else {
                        break;
                    };
                    undo_after_kill(*moment, number);
                }
            });
        }
    });
}
