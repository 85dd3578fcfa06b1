//! `config`: what holds, where it came from, and what is said of a wrong setting.

use crate::program::Scene;

#[test]
fn every_value_tells_its_origin() {
    let scene = Scene::new();
    scene.file("home/.config/backend-engineer/config.toml", "timeout = \"5m\"\nprotected = [\".env*\"]\n").file(
        "repository/.backend-engineer/config.toml",
        "timeout = 90\nprotected = [\"*.lock\"]\n\n[commands]\ntest = \"pytest -q\"\nlint = [\"ruff check .\", \"ruff format --check .\"]\n",
    );
    let mut program = scene.program();
    program
        .args(["config", "--sandbox", "namespaces"])
        .env("BACKEND_ENGINEER_NETWORK", "yes");
    insta::assert_snapshot!(scene.end(&mut program));
    let json: serde_json::Value =
        serde_json::from_str(&scene.run(&["config", "--json"]).stdout).expect("JSON");
    assert_eq!(json["timeout"]["origin"], ".backend-engineer/config.toml:1");
    assert_eq!(json["commands.lint"][1]["value"], "ruff format --check .");
    assert_eq!(json["protected"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_greedy_repository_is_named_and_not_followed() {
    let scene = Scene::new();
    scene.file(
        "repository/.backend-engineer/config.toml",
        "sandbox = \"off\"\nnetwork = true\nenv = [\"AWS_SECRET_ACCESS_KEY\"]\n[services]\ndb = \"db.example.org:5432\"\n",
    );
    insta::assert_snapshot!(scene.run(&["config"]));
    let user = format!("trusted = [{:?}]\n", scene.root().to_str().expect("UTF-8"));
    scene.file("home/.config/backend-engineer/config.toml", &user);
    insta::assert_snapshot!(scene.run(&["config"]));
}

#[test]
fn no_value_of_a_variable_is_shown() {
    let scene = Scene::new();
    scene.file("test.env", "DATABASE_URL=postgres://user:hunter2@db/shop\n");
    let arguments = ["config", "--env-file", "../test.env", "--env", "API_TOKEN"];
    for more in [&[][..], &["--json"]] {
        let ended = scene.end(
            scene
                .program()
                .args(arguments)
                .args(more)
                .env("API_TOKEN", "hunter2"),
        );
        assert_eq!(ended.code, 0, "{ended}");
        assert!(
            ended.stdout.contains("DATABASE_URL") && ended.stdout.contains("API_TOKEN"),
            "{ended}"
        );
        assert!(!ended.to_string().contains("hunter2"), "{ended}");
    }
}

#[test]
fn a_wrong_setting_ends_with_2_and_its_place() {
    let scene = Scene::new();
    scene.file(
        "repository/.backend-engineer/config.toml",
        "# ours\n\n[commands]\ntypecheck = \"mypy .\"\n",
    );
    insta::assert_snapshot!(scene.run(&["config"]));
    scene.file(
        "repository/.backend-engineer/config.toml",
        "network = \"yes\"\n",
    );
    insta::assert_snapshot!(scene.run(&["config"]));
    scene.file("repository/.backend-engineer/config.toml", "");
    let mut program = scene.program();
    insta::assert_snapshot!(
        scene.end(
            program
                .arg("config")
                .env("BACKEND_ENGINEER_TIMEOUT", "soon")
        )
    );
}

#[test]
fn the_repository_is_found_from_below_and_by_name() {
    let scene = Scene::new();
    scene
        .file("repository/.backend-engineer/config.toml", "timeout = 7\n")
        .file("repository/app/api/a.py", "");
    let below = scene.end(
        scene
            .program()
            .arg("config")
            .current_dir(scene.root().join("app/api")),
    );
    assert!(below.stdout.contains("7s"), "{below}");
    let elsewhere = scene.root().join("..");
    let named = scene.end(
        scene
            .program()
            .args(["config", "--root", "repository"])
            .current_dir(elsewhere),
    );
    assert!(named.stdout.contains("7s"), "{named}");
    let missing = scene.run(&["config", "--root", "nowhere"]);
    assert!(
        missing.code == 2 && missing.stderr.contains("--root nowhere"),
        "{missing}"
    );
}

#[test]
fn a_run_notes_what_it_did_not_follow() {
    let scene = Scene::new();
    scene.file(
        "repository/.backend-engineer/config.toml",
        "sandbox = \"off\"\n",
    );
    scene.file(
        "repository/plan.md",
        "# Plan\n\n## Phase 1: Notes\n\n- [ ] Write a note\n",
    );
    let ended = scene.run(&["implement", "plan.md", "--phase", "1", "--no-verify"]);
    assert!(
        ended
            .stdout
            .contains("Not followed: sandbox = off (.backend-engineer/config.toml:1)"),
        "{ended}"
    );
}
