//! Tests that check something are told from tests that only look so: a model writes the code and one of two test files for
//! it, both of which fail without the code and pass with it.

mod tasks;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::program::Scene;
use tasks::{Language, TASKS, Task};

/// What a run with one of the test files came to.
struct Played {
    exit: i32,
    report: Value,
}

impl Language {
    /// Its module, its test file, and the command of the plan.
    fn names(self) -> [&'static str; 3] {
        match self {
            Language::Python => [
                "app/task.py",
                "tests/test_task.py",
                "python3 -m unittest -q",
            ],
            Language::Node => ["src/task.mjs", "test/task.test.mjs", "node --test test/"],
        }
    }

    fn test_file(self, body: &str) -> String {
        match self {
            Language::Python => format!(
                "import unittest\nfrom unittest import mock\n\nfrom app import task\n\n\nclass TaskTest(unittest.TestCase):\n{body}"
            ),
            Language::Node => format!(
                "import {{ test }} from 'node:test';\nimport assert from 'node:assert/strict';\nimport * as task from '../src/task.mjs';\n\n{body}"
            ),
        }
    }
}

fn play(task: &Task, test: &str, strength: &str) -> Played {
    let scene = Scene::new();
    let [module, test_path, command] = task.language.names();
    let plan = format!(
        "# Task\n\n## Phase 1: {}\n\n### Changes Required:\n\n#### 1. The code\n\n**File**: `{module}`\n**Changes**: {}\n\n\
         #### 2. Its test\n\n**File**: `{test_path}` (new)\n**Changes**: Test it.\n\n### Success Criteria:\n\n\
         #### Automated Verification:\n- [ ] Tests pass: `{command}`\n",
        task.title, task.title
    );
    let write =
        |path: &str, content: &str| json!(["Write", { "file_path": path, "content": content }]);
    let read = json!(["Read", { "file_path": module }]);
    let script = json!([
        { "call": [read] },
        { "call": [write(module, task.code), write(test_path, &task.language.test_file(test))] },
        { "say": "Done." },
    ]);
    scene
        .file("repository/docs/plan.md", &plan)
        .file("home/script.json", &script.to_string());
    scene.file(
        &format!("repository/{module}"),
        if task.language == Language::Python {
            "\"\"\"Task.\"\"\"\n"
        } else {
            "// Task.\n"
        },
    );
    if task.language == Language::Python {
        scene
            .file("repository/app/__init__.py", "")
            .file("repository/tests/__init__.py", "");
    } else {
        scene.file(
            "repository/package.json",
            "{\"name\": \"task\", \"private\": true, \"type\": \"module\"}\n",
        );
    }
    let model = format!(
        "scripted/{}",
        scene.root().join("../home/script.json").display()
    );
    let ended = scene.run(&[
        "implement",
        "docs/plan.md",
        "--phase",
        "1",
        "--json",
        "--quiet",
        "--strength",
        strength,
        "--model",
        &model,
    ]);
    let report =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}: {ended}", task.title));
    Played {
        exit: ended.code,
        report,
    }
}

#[test]
fn good_tests_are_told_from_empty_ones() {
    let runs: Vec<(&Task, bool)> = TASKS
        .iter()
        .flat_map(|task| [(task, true), (task, false)])
        .collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((task, is_good)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = play(task, if *is_good { task.good } else { task.empty }, "5m");
                    let strength = &played.report["phases"][0]["strength"];
                    let (rejected, tried) =
                        (strength["rejected"].as_u64(), strength["tried"].as_u64());
                    if std::env::var_os("SHOW_STRENGTH").is_some() {
                        println!(
                            "{} good={is_good} exit={} {strength}",
                            task.title, played.exit
                        );
                    }
                    let is_right = match is_good {
                        true => played.exit == 0 && rejected > Some(0),
                        false => played.exit == 7 && rejected == Some(0) && tried > Some(0),
                    };
                    if !is_right {
                        let tasks = &played.report["phases"][0]["tasks"];
                        let line = format!(
                            "{} good={is_good} exit={} {strength} {tasks}",
                            task.title, played.exit
                        );
                        wrong.lock().expect("nobody failed").push(line);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody failed");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_tried_where_it_is_off() {
    let played = play(&TASKS[0], TASKS[0].empty, "0");
    assert_eq!(
        (played.exit, &played.report["phases"][0]["strength"]),
        (0, &Value::Null)
    );
}
