//! `doctor` and `init`: what is said of a machine and a project, and what is written into one.

use serde_json::Value;

use crate::program::Scene;

/// What `doctor` says of a part, each row's state and text.
fn rows(scene: &Scene, part: &str, arguments: &[&str]) -> Vec<(String, String)> {
    let ended = scene.run(&[&["doctor", "--json", "--offline"], arguments].concat());
    let told: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended}"));
    let word = |row: &Value, key: &str| row[key].as_str().expect("a text").to_owned();
    let rows = told["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["part"] == part);
    rows.map(|row| (word(row, "state"), word(row, "text")))
        .collect()
}

#[test]
fn the_doctor_tells_which_tools_commands_see_and_why_others_are_not() {
    let scene = Scene::new();
    scene.file("repository/pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\n[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n[tool.ruff]\nline-length = 100\n");
    scene
        .file("repository/app.py", "A = 1\n")
        .file("repository/tests/test_app.py", "def test_a():\n    pass\n");
    scene
        .file("repository/.venv/bin/python", "")
        .file("repository/.venv/bin/pytest", "#!/bin/sh\n");
    for tool in ["python", "pytest"] {
        let path = scene.root().join(".venv/bin").join(tool);
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("a mode");
    }
    let tools = rows(&scene, "tools", &["--sandbox", "off"]);
    let told = |name: &str| {
        tools
            .iter()
            .find(|(_, text)| text.starts_with(name))
            .expect("a row")
            .clone()
    };
    let (state, text) = told("pytest:");
    assert!(state == "ok" && text.contains(".venv/bin/pytest"), "{text}");
    let (state, text) = told("ruff:");
    assert!(
        state == "missing" && text.contains("neither in the project's environment nor in PATH"),
        "{text}"
    );
    assert_eq!(rows(&scene, "sandbox", &["--sandbox", "off"])[0].0, "note");
    assert_eq!(
        rows(&scene, "model", &["--sandbox", "off"])[0].1,
        "no provider is configured"
    );
    assert!(
        !scene.root().join(".backend-engineer").exists(),
        "nothing is made"
    );
}

#[test]
fn the_doctor_tells_what_git_is_in_the_middle_of() {
    let scene = Scene::new();
    let made = scene.end(&mut scene.shell(
        "git init -q . && git -c user.name=A -c user.email=a@example.org commit -q --allow-empty -m Start && \
         touch .git/MERGE_HEAD .git/index.lock new.py",
    ));
    assert_eq!(made.code, 0, "{made}");
    let git = rows(&scene, "git", &["--sandbox", "off"]);
    let told: Vec<&str> = git.iter().map(|(_, text)| text.as_str()).collect();
    assert!(
        told[0].ends_with("1 changed files, which runs leave alone"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("a merge is going on") && told[2].starts_with("the index is locked"),
        "{told:?}"
    );
    let text = scene.run(&["doctor", "--offline", "--sandbox", "off"]);
    assert!(
        text.code == 0 && text.stdout.contains("missing  git        a merge"),
        "{text}"
    );
}

#[test]
fn init_writes_once_and_replaces_nothing() {
    let scene = Scene::new();
    scene
        .file("repository/AGENTS.md", "# Ours\n")
        .file("repository/package.json", "{}\n");
    let first = scene.run(&["init", "--with", "agents-md", "--with", "subagent"]);
    assert_eq!(first.code, 0, "{first}");
    let agents = scene.read("AGENTS.md");
    assert!(
        agents.starts_with("# Ours\n\n<!-- backend-engineer: begin -->\n"),
        "{agents}"
    );
    assert!(
        scene.run(&["config"]).code == 0
            && scene
                .read(".backend-engineer/.gitignore")
                .contains("!config.toml")
    );
    scene.file("repository/.claude/agents/phase-implementer.md", "mine\n");
    scene.file(
        "repository/.backend-engineer/config.toml",
        "timeout = \"3m\"\n",
    );
    let second = scene.run(&["init", "--with", "agents-md", "--with", "subagent"]);
    assert_eq!(second.stdout.matches("left").count(), 3, "{second}");
    assert_eq!(scene.read("AGENTS.md"), agents);
    assert_eq!(scene.read(".claude/agents/phase-implementer.md"), "mine\n");
    assert_eq!(
        scene.read(".backend-engineer/config.toml"),
        "timeout = \"3m\"\n"
    );
    assert_eq!(scene.run(&["init", "--with", "nonsense"]).code, 2);
    let all = ["skill", "hook", "mcp", "github", "gitlab"]
        .map(|name| ["--with", name])
        .concat();
    assert_eq!(scene.run(&[&["init"], &all[..]].concat()).code, 0);
    for path in [".mcp.json", ".claude/settings.json"] {
        let told: serde_json::Value = serde_json::from_str(&scene.read(path)).expect("JSON");
        assert!(told.to_string().contains("backend-engineer"), "{told}");
    }
    let script =
        std::fs::metadata(scene.root().join(".gitlab/check-plans.sh")).expect("the script");
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&script.permissions()) & 0o111,
        0o111
    );
}
