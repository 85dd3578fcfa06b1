//! Whole runs as data: a folder with a repository, the commands that a person types in it, and what they see and find
//! afterwards.
//!
//! `tests/scenarios/NAME/repository/` is laid out afresh, each line of `tests/scenarios/NAME/commands` is run in it by a
//! shell that knows the program as `backend-engineer`, and all that is printed, with each exit code, is compared with
//! `tests/scenarios/NAME/output.snap`. What a model says is in `tests/scenarios/NAME/scripts/`, which a command finds as
//! `--model scripted/$HOME/scripts/FILE.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::program::Scene;
use crate::required::skip;

/// Puts in place of what differs from run to run.
const FILTERS: [(&str, &str); 6] = [
    (r"\b\d{8}-\d{6}-[0-9a-z]+\b", "RUN"),
    (r"\b\d+(\.\d+)? ?(ms|s)\b", "TIME"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    // Equal outputs are kept once, and those that tell their time are seldom equal.
    (r"\[output \d+\]", "[output N]"),
    (r"\b[0-9a-f]{40}\b", "COMMIT"),
    (r"(?m)^(- )?Sandbox of the commands: .*$", "${1}SANDBOX"),
];

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let entries = fs::read_dir(&folder).expect("the scenarios");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Copies a tree; a file named `NAME.link` becomes a symbolic link to what it holds.
fn lay_out(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("UTF-8");
        match (path.is_dir(), name.strip_suffix(".link")) {
            (true, _) => lay_out(&path, &to.join(name)),
            (false, None) => drop(fs::copy(&path, to.join(name)).expect("a copy")),
            (false, Some(link)) => {
                let target = fs::read_to_string(&path).expect("a target");
                std::os::unix::fs::symlink(target.trim(), to.join(link)).expect("a link");
            }
        }
    }
}

/// Whether this machine lets a run have a loopback of its own.
fn namespaces() -> bool {
    let scene = Scene::new();
    scene
        .end(&mut scene.shell("unshare --user --map-root-user --net true 2>/dev/null"))
        .code
        == 0
}

fn play(scenario: &Path) -> String {
    let scene = Scene::new();
    lay_out(&scenario.join("repository"), &scene.root());
    if scenario.join("scripts").is_dir() {
        lay_out(
            &scenario.join("scripts"),
            &scene.root().join("../home/scripts"),
        );
    }
    let commands = fs::read_to_string(scenario.join("commands")).expect("the commands");
    let mut told = String::new();
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        let script = format!("PATH=\"${{PROGRAM%/*}}:$PATH\"\n{line}");
        told += &format!("$ {line}\n{}\n\n", scene.end(&mut scene.shell(&script)));
    }
    told
}

/// Plays all of them, a few at a time, and gives what they told, in their order.
fn play_all(scenarios: &[PathBuf]) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let told: Vec<Mutex<String>> = scenarios.iter().map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let index = scenarios
                        .iter()
                        .position(|other| other == scenario)
                        .expect("one of them");
                    *told[index].lock().expect("nobody failed") = play(scenario);
                }
            });
        }
    });
    told.into_iter()
        .map(|told| told.into_inner().expect("nobody failed"))
        .collect()
}

#[test]
fn every_scenario_plays_as_written() {
    let mut all = scenarios();
    assert!(!all.is_empty(), "no scenario was found");
    let denied = !namespaces();
    all.retain(|scenario| {
        let skipped = denied && scenario.join("needs-namespaces").exists();
        if skipped {
            skip(
                "namespaces",
                format!("{} needs a network of its own", scenario.display()),
            );
        }
        !skipped
    });
    for (scenario, told) in all.iter().zip(play_all(&all)) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(scenario);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        for (pattern, put) in FILTERS {
            settings.add_filter(pattern, put);
        }
        settings.bind(|| insta::assert_snapshot!("output", told));
    }
}
