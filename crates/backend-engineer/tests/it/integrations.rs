//! What agents load: the plugin's folder is as its specification says, and the hook gives back what is not proven.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Ended, Scene, counting_plan};

const CRITERIA: &str = "- [ ] It counts: `grep -q two count.py`\n";

fn plugin() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../integrations/plugin")
}

fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(plugin().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn hook(scene: &Scene, told: &str) -> Ended {
    scene.end(scene.program().arg("hook").write_stdin(told))
}

#[test]
fn the_plugin_is_as_the_specification_says() {
    // Agent Plugins 1.0.0: these fields at the top of the manifest, and the folder of a skill is its name.
    const FIELDS: [&str; 10] = [
        "$schema",
        "name",
        "version",
        "description",
        "author",
        "homepage",
        "repository",
        "license",
        "keywords",
        "extensions",
    ];
    let manifest = json("plugin.json");
    assert!(
        manifest
            .as_object()
            .expect("an object")
            .keys()
            .all(|key| FIELDS.contains(&key.as_str())),
        "{manifest}"
    );
    assert_eq!(
        manifest["$schema"],
        "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
    );
    for path in ["plugin.json", ".claude-plugin/plugin.json"] {
        assert_eq!(json(path)["version"], env!("CARGO_PKG_VERSION"), "{path}");
        assert_eq!(json(path)["name"], "backend-engineer", "{path}");
    }
    let server = &json("mcp.json")["mcpServers"]["backend-engineer"];
    assert_eq!(
        (&server["type"], &server["args"][0]),
        (&"stdio".into(), &"mcp".into())
    );
    let skill = std::fs::read_to_string(plugin().join("skills/implement-phase/SKILL.md"))
        .expect("the skill");
    assert!(
        skill.starts_with("---\nname: implement-phase\ndescription: "),
        "{skill}"
    );
    for event in ["Stop", "TaskCompleted"] {
        assert_eq!(
            json("hooks/hooks.json")["hooks"][event][0]["hooks"][0]["command"],
            "backend-engineer hook"
        );
    }
}

#[test]
fn the_subagent_is_a_sound_definition() {
    let scene = Scene::new();
    let file = plugin().join("agents/phase-implementer.md");
    let checked = scene.run(&["agents", "check", file.to_str().expect("UTF-8")]);
    assert_eq!(checked.code, 0, "{checked}");
}

#[test]
fn the_hook_gives_back_what_is_not_proven_and_only_that() {
    let scene = Scene::new();
    scene
        .file("repository/plan.md", &counting_plan("count.py", CRITERIA))
        .file("repository/count.py", "one = 1\n");
    assert_eq!(
        hook(&scene, "{}").code,
        0,
        "without a run there is nothing to say"
    );
    assert_eq!(
        scene
            .run(&["implement", "plan.md", "--phase", "1", "--model", "none"])
            .code,
        0
    );
    let quiet = hook(
        &scene,
        r#"{"hook_event_name":"Stop","stop_hook_active":false}"#,
    );
    assert!(
        quiet.code == 0 && quiet.stdout.is_empty() && quiet.stderr.is_empty(),
        "{quiet}"
    );
    scene.file("repository/count.py", "one = 1\n");
    let back = hook(&scene, r#"{"hook_event_name":"Stop"}"#);
    assert!(back.code == 2 && back.stdout.is_empty(), "{back}");
    assert!(
        back.stderr
            .contains("Phase 1 of plan.md is not proven (exit code 3)"),
        "{back}"
    );
    assert!(
        back.stderr.contains("- FAIL `grep -q two count.py`"),
        "{back}"
    );
    assert_eq!(
        hook(&scene, r#"{"stop_hook_active":true}"#).code,
        0,
        "an agent is not held for ever"
    );
    scene.file("repository/count.py", "one = 1\ntwo = 2\n");
    assert_eq!(hook(&scene, "no JSON").code, 0);
    scene.must("echo '- [ ] It counts on: `grep -q three count.py`' >> plan.md");
    let more = hook(&scene, r#"{"hook_event_name":"Stop"}"#);
    assert!(
        more.code == 2 && more.stderr.contains("- FAIL `grep -q three count.py`"),
        "the plan asks for more: {more}"
    );
}
