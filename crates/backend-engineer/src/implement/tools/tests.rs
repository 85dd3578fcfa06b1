//! The tools on a context of their own, all but `Bash`, which needs walls and is played in scenarios.

use std::fs;
use std::path::Path;

use agent::{ToolError, ToolOutput};
use serde_json::{Value, json};

use super::{SessionMemory, ToolContext, tools_of_names};
use crate::analyze::{Codebase, Survey};
use crate::run::{RunContext, RunOptions, RunRequest, UnitState, Workspace};
use crate::secrets::holds_keys;
use crate::settings::{Flags, Settings, SettingsSources};
use crate::understand::{Assignment, ScopeMode, load_plan, understand};
use crate::unit_work::UnitWork;

const PLAN: &str =
    "# Orders\n\n## Phase 1: Totals\n\n**File**: `app/orders.py`\n**Changes**: Sum the lines.\n";

struct Scene {
    folder: tempfile::TempDir,
    run: RunContext,
    workspace: Workspace,
    state: UnitState,
    assignment: Assignment,
    survey: Survey,
    memory: SessionMemory,
    reach: ScopeMode,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put(".git/config", "");
        put(".gitignore", "*.log\n");
        put("docs/plan.md", PLAN);
        put(
            "app/orders.py",
            "def total(lines):\n    return 0\n\n\ndef count(lines):\n    return 0\n",
        );
        put("app/users.py", "def total(users):\n    return len(users)\n");
        put("app/noise.log", "total\n");
        put(".env", "TOKEN=total\n");
        let loaded = load_plan(&folder.path().join("docs/plan.md")).unwrap();
        let root = folder.path().canonicalize().unwrap();
        let settings =
            Settings::from_sources(&root, &Flags::default(), &SettingsSources::default()).unwrap();
        let unit = loaded.plan.phases()[0].id;
        let run = RunContext::open(
            loaded,
            &root,
            settings,
            RunRequest::reading(RunOptions::default()),
        )
        .unwrap();
        let assignment = understand(&run.plan, &run.files, unit, true).unwrap();
        let (workspace, survey) = (
            Workspace::new(&run),
            Survey {
                findings: Vec::new(),
                code: Codebase::new(run.files.facts()),
            },
        );
        let (state, memory) = (UnitState::default(), SessionMemory::default());
        Scene {
            folder,
            run,
            workspace,
            state,
            assignment,
            survey,
            memory,
            reach: ScopeMode::Phase,
        }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn context(&mut self) -> ToolContext<'_> {
        let Scene {
            run,
            workspace,
            state,
            assignment,
            survey,
            memory,
            reach,
            ..
        } = self;
        ToolContext::new(
            UnitWork {
                run,
                assignment,
                survey,
                workspace,
                state,
            },
            *reach,
            memory,
        )
    }

    fn output(&mut self, tool: &str, arguments: Value) -> Result<ToolOutput, ToolError> {
        let context = self.context();
        let all = tools_of_names(&[tool], &context);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(all[0].call(&arguments))
    }

    fn call(&mut self, tool: &str, arguments: Value) -> String {
        match self.output(tool, arguments) {
            Ok(output) => output.content,
            Err(ToolError::Tell(text)) => format!("ERROR {text}"),
            Err(ToolError::Stop(text)) => format!("STOP {text}"),
        }
    }

    fn staged(&mut self, path: &str) -> String {
        String::from_utf8(self.workspace.tree.read(path).unwrap().unwrap()).unwrap()
    }
}

#[test]
fn a_file_is_read_in_numbered_lines_and_parts() {
    let mut scene = Scene::new();
    assert!(
        scene
            .call("Read", json!({"file_path": "app/orders.py"}))
            .starts_with("1\tdef total(lines):\n2\t    return 0\n")
    );
    let part = scene.call(
        "Read",
        json!({"file_path": "app/orders.py", "offset": 5, "limit": 1}),
    );
    assert_eq!(part, "5\tdef count(lines):\n");
    let absolute = scene.run.root().join("app/users.py");
    for (arguments, said) in [
        (json!({"file_path": absolute}), "len(users)"),
        (
            json!({"file_path": "app/orders.py", "offset": 9}),
            "has 6 lines",
        ),
        (
            json!({"file_path": "app/none.py"}),
            "app holds noise.log, orders.py, users.py",
        ),
        (json!({"file_path": "app"}), "is a folder"),
        (
            json!({"file_path": "/etc/passwd"}),
            "outside of the repository",
        ),
        (json!({"file_path": "../x"}), "climbs out"),
        (json!({"file_path": ".env"}), "may hold keys"),
        (json!({"path": "app"}), "unknown field `path`"),
    ] {
        let answer = scene.call("Read", arguments);
        assert!(answer.contains(said), "{said}: {answer}");
    }
    fs::write(scene.root().join("app/e.py"), "").unwrap();
    assert_eq!(
        scene.call("Read", json!({"file_path": "app/e.py"})),
        "(`app/e.py` is empty)"
    );
    fs::write(scene.root().join("logo.png"), [0x89, 0x50, 0xff, 0]).unwrap();
    assert!(
        scene
            .call("Read", json!({"file_path": "logo.png"}))
            .contains("is an image")
    );
    fs::write(scene.root().join("long.txt"), "x\n".repeat(3000)).unwrap();
    assert!(
        scene
            .call("Read", json!({"file_path": "long.txt"}))
            .ends_with("[2000 of 3000 lines shown; offset 2001 reads on]\n")
    );
}

#[test]
fn what_is_hidden_from_a_model_stays_in_the_file() {
    let mut scene = Scene::new();
    let secret = "postgres://app:Tr0ub4dor-77@db/app";
    fs::write(
        scene.root().join("app/orders.py"),
        format!("URL = \"{secret}\"\nDEBUG = 1\n"),
    )
    .unwrap();
    let shown = scene.call("Read", json!({"file_path": "app/orders.py"}));
    assert!(
        shown.contains("app:[password]@db") && !shown.contains("Tr0ub4dor"),
        "{shown}"
    );
    let whole = "URL = \"postgres://app:[password]@db/app\"\nDEBUG = 2\n";
    let wrote = scene.call(
        "Write",
        json!({"file_path": "app/orders.py", "content": whole}),
    );
    assert!(
        !wrote.starts_with("ERROR") && !wrote.contains("Tr0ub4dor"),
        "{wrote}"
    );
    assert_eq!(
        scene.staged("app/orders.py"),
        format!("URL = \"{secret}\"\nDEBUG = 2\n")
    );
    let (old, new) = ("app:[password]@db/app\"", "app:[password]@db:5432/app\"");
    let edit = json!({"file_path": "app/orders.py", "old_string": old, "new_string": new});
    assert!(!scene.call("Edit", edit).starts_with("ERROR"));
    assert_eq!(
        scene.staged("app/orders.py"),
        "URL = \"postgres://app:Tr0ub4dor-77@db:5432/app\"\nDEBUG = 2\n"
    );
    let (other, used) = (
        "OTHER = \"redis://:An0ther-88@c\"\n",
        scene.staged("app/orders.py"),
    );
    fs::write(scene.root().join("app/users.py"), format!("{used}{other}")).unwrap();
    scene.reach = ScopeMode::Repo;
    scene.call("Read", json!({"file_path": "app/users.py"}));
    let one = json!({"file_path": "app/users.py", "content": "URL = \"redis://:[password]@c\"\n"});
    assert!(
        scene.call("Write", one).contains("several values"),
        "which of the two is not clear"
    );
}

#[test]
fn a_new_helper_is_let_in_beside_the_tests_of_the_phase() {
    let mut scene = Scene::new();
    for path in ["tests/test_orders.py", "other/test_users.py"] {
        scene
            .workspace
            .tree
            .stage(path, Some(b"import app\n".to_vec()))
            .unwrap();
    }
    for (path, reach, is_let_in) in [
        ("tests/conftest.py", ScopeMode::Phase, true),
        ("tests/conftest.py", ScopeMode::Strict, false),
        ("other/conftest.py", ScopeMode::Phase, false),
        ("conftest.py", ScopeMode::Phase, false),
        ("tests/orders.py", ScopeMode::Phase, true),
        ("app/shipping.py", ScopeMode::Phase, false),
    ] {
        scene.reach = reach;
        let said = scene.call("Write", json!({"file_path": path, "content": "A = 1\n"}));
        assert_eq!(!said.starts_with("ERROR"), is_let_in, "{path}: {said}");
    }
}

#[test]
fn an_edit_needs_what_was_read_and_one_place() {
    let mut scene = Scene::new();
    let edit = |old: &str, new: &str| json!({"file_path": "app/orders.py", "old_string": old, "new_string": new});
    assert!(
        scene
            .call("Edit", edit("return 0", "return 1"))
            .contains("has not been read")
    );
    scene.call("Read", json!({"file_path": "app/orders.py"}));
    let twice = scene.call("Edit", edit("    return 0", "    return 1"));
    assert!(
        twice.contains("2 places") && twice.contains("line 2, line 6"),
        "{twice}"
    );
    let missing = scene.call("Edit", edit("def totals(lines):\n    return None", "x"));
    assert!(
        missing.contains("not changed") && missing.contains("1\tdef total(lines):"),
        "{missing}"
    );
    let good = scene.call(
        "Edit",
        edit(
            "def total(lines):\n    return 0",
            "def total(lines):\n    return sum(lines)",
        ),
    );
    assert!(good.starts_with("Edited `app/orders.py` at line"), "{good}");
    assert!(scene.staged("app/orders.py").contains("return sum(lines)"));
    assert!(
        !fs::read_to_string(scene.root().join("app/orders.py"))
            .unwrap()
            .contains("sum"),
        "only staged"
    );
    // Its own edits it has seen.
    assert!(
        scene
            .call("Edit", edit("    return 0", "    return len(lines)"))
            .starts_with("Edited")
    );
    assert!(
        scene
            .call("Read", json!({"file_path": "app/orders.py"}))
            .contains("len(lines)")
    );
}

#[test]
fn what_is_outside_of_the_phase_is_refused_with_what_is_allowed() {
    let mut scene = Scene::new();
    let write = |path: &str| json!({"file_path": path, "content": "x = 1\n"});
    for path in [
        "app/new.py",
        "docs/plan.md",
        ".git/hooks/pre-commit",
        ".backend-engineer/config.toml",
        ".claude/agents/a.md",
        ".github/workflows/ci.yml",
    ] {
        assert!(
            scene.call("Write", write(path)).starts_with("ERROR"),
            "{path}"
        );
    }
    let told = scene.call("Write", write("app/new.py"));
    assert!(
        told.contains("You may change `app/orders.py`, the tests of these files"),
        "{told}"
    );
    assert!(
        scene
            .call("Write", write("docs/plan.md"))
            .contains("its boxes are ticked by the harness")
    );
    assert_eq!(
        scene.call("Write", write("tests/test_orders.py")),
        "Created `tests/test_orders.py`."
    );
    assert_eq!(
        scene.state.admitted["tests/test_orders.py"],
        "it tests `app/orders.py`"
    );
    assert_eq!(
        scene.call("Write", write("app/__init__.py")),
        "Created `app/__init__.py`."
    );
    assert!(
        scene
            .call("Write", write("app/orders.py"))
            .contains("has not been read")
    );
    scene.reach = ScopeMode::Strict;
    assert!(
        scene
            .call("Write", write("tests/test_orders2.py"))
            .starts_with("ERROR")
    );
    scene.reach = ScopeMode::Repo;
    assert_eq!(
        scene.call("Write", write("app/new.py")),
        "Created `app/new.py`."
    );
    assert!(
        scene
            .call("Write", write(".github/workflows/ci.yml"))
            .starts_with("ERROR")
    );
}

#[test]
fn a_file_that_somebody_else_changes_is_left_alone() {
    let mut scene = Scene::new();
    scene.call("Read", json!({"file_path": "app/orders.py"}));
    fs::write(scene.root().join("app/orders.py"), "mine\n").unwrap();
    let told = scene.call(
        "Write",
        json!({"file_path": "app/orders.py", "content": "theirs\n"}),
    );
    assert!(told.contains("changed by the user"), "{told}");
}

#[test]
fn searches_see_what_is_staged_and_not_what_is_ignored() {
    let mut scene = Scene::new();
    scene.call(
        "Write",
        json!({"file_path": "tests/test_orders.py", "content": "def test_total():\n    assert total([1]) == 1\n"}),
    );
    assert_eq!(
        scene
            .call("Glob", json!({"pattern": "**/*.py"}))
            .lines()
            .next(),
        Some("tests/test_orders.py")
    );
    assert_eq!(
        scene
            .call("Glob", json!({"pattern": "*.py", "path": "app"}))
            .lines()
            .count(),
        2
    );
    assert_eq!(
        scene.call("Glob", json!({"pattern": "*.log"})),
        "No file fits."
    );
    let files = scene.call("Grep", json!({"pattern": "total"}));
    let mut files: Vec<&str> = files.lines().collect();
    files.sort_unstable();
    assert_eq!(
        files,
        ["app/orders.py", "app/users.py", "tests/test_orders.py"]
    );
    let lines = scene.call(
        "Grep",
        json!({"pattern": "def TOTAL", "-i": true, "output_mode": "content", "type": "py", "-A": 1, "path": "app"}),
    );
    assert_eq!(
        lines,
        "app/orders.py:1:def total(lines):\napp/orders.py-2-    return 0\napp/users.py:1:def total(users):\napp/users.py-2-    return len(users)\n"
    );
    let count = scene.call(
        "Grep",
        json!({"pattern": "total", "output_mode": "count", "glob": "test_*.py"}),
    );
    assert_eq!(count, "tests/test_orders.py:2\n");
    let parts = scene.call(
        "Grep",
        json!({"pattern": "tot\\w+", "output_mode": "content", "-o": true, "-n": false, "path": "app/users.py"}),
    );
    assert_eq!(parts, "app/users.py:total\n");
    let across = scene.call(
        "Grep",
        json!({"pattern": "total.*\\n.*return 0", "multiline": true}),
    );
    assert_eq!(across, "app/orders.py\n");
    let limited = scene.call(
        "Grep",
        json!({"pattern": "return", "output_mode": "content", "head_limit": 1}),
    );
    assert!(
        limited.ends_with("[2 more lines; narrow the search, or go on with offset 1]\n"),
        "{limited}"
    );
    assert!(
        scene
            .call("Grep", json!({"pattern": "total("}))
            .contains("need a backslash")
    );
    assert!(
        scene
            .call("Grep", json!({"pattern": "x", "type": "nothing"}))
            .contains("no file type")
    );
    assert_eq!(
        scene.call("Grep", json!({"pattern": "TOKEN"})),
        "Nothing found.",
        ".env is not searched"
    );
}

#[test]
fn what_a_call_left_behind_is_brought_about_again() {
    let mut scene = Scene::new();
    let read = scene
        .output("Read", json!({"file_path": "app/orders.py"}))
        .unwrap();
    let edit = json!({"file_path": "app/orders.py", "old_string": "def total(lines):\n    return 0", "new_string": "def total(lines):\n    return 7"});
    let edited = scene.output("Edit", edit).unwrap();
    let written = scene.staged("app/orders.py");
    // As after a kill: nothing is staged, nothing was seen, the journal has it all.
    scene.workspace.tree = crate::tree::Tree::at(scene.run.root());
    scene.memory = SessionMemory::default();
    let restore = |scene: &mut Scene, tool: &str, details: &Value| {
        let context = scene.context();
        tools_of_names(&[tool], &context)[0].restore(details)
    };
    restore(&mut scene, "Read", &read.details).unwrap();
    restore(&mut scene, "Edit", &edited.details).unwrap();
    assert_eq!(scene.staged("app/orders.py"), written);
    let again =
        json!({"file_path": "app/orders.py", "old_string": "return 7", "new_string": "return 8"});
    assert!(
        scene.call("Edit", again).starts_with("Edited"),
        "it is known as read"
    );
    scene.workspace.tree = crate::tree::Tree::at(scene.run.root());
    fs::write(scene.root().join("app/orders.py"), "mine\n").unwrap();
    let refused = restore(&mut scene, "Edit", &edited.details).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("changed after the run was interrupted"),
        "{refused}"
    );
}

#[test]
fn the_tools_are_told_in_few_words() {
    let mut scene = Scene::new();
    let context = scene.context();
    let all = tools_of_names(&crate::understand::TOOLS, &context);
    let told =
        serde_json::to_string(&all.iter().map(|tool| tool.spec()).collect::<Vec<_>>()).unwrap();
    assert_eq!(all.len(), 6);
    assert!(told.len() < 4_000, "{} bytes", told.len());
    let edit = all
        .iter()
        .find(|tool| tool.spec().name == "Edit")
        .unwrap()
        .spec();
    assert_eq!(
        edit.schema["required"],
        json!(["file_path", "old_string", "new_string"])
    );
    assert_eq!(
        edit.schema["properties"]["replace_all"],
        json!({"type": "boolean"})
    );
}

#[test]
fn files_with_keys_are_told_by_name() {
    for path in [
        ".env",
        "api/.env.local",
        "prod.env",
        "certs/server.key",
        "id_rsa",
        ".npmrc",
    ] {
        assert!(holds_keys(path), "{path}");
    }
    for path in [
        ".env.example",
        "app/env.py",
        "keys.py",
        "app/key.ts",
        ".env.template",
    ] {
        assert!(!holds_keys(path), "{path}");
    }
}
