//! Every event is as its published schema says, as it is streamed and as it is exported.

use std::path::Path;

use serde_json::Value;

use crate::program::Scene;
use crate::report_schema::differs;

const PLAN: &str = "\
# Schema

## Phase 1: A file

**File**: `app.py`
**Changes**: Count to two.

### Success Criteria

#### Automated Verification
- [ ] It counts: `grep -q two app.py`
";

const SCRIPT: &str = r#"[
  {"say": "I look.", "call": [["Read", {"file_path": "app.py"}], ["Launch", {}], ["Edit", "garbage"]]},
  {"call": [["Edit", {"file_path": "app.py", "old_string": "one = 1", "new_string": "one = 1\ntwo = 2"}]]},
  {"say": "Done."}
]"#;

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/events.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON")
}

/// Where an event differs from what the schema says of its name.
fn wrong(event: &Value, schema: &Value) -> Option<String> {
    let name = event["event"].as_str().expect("a name");
    match schema["$defs"].get(name) {
        Some(of) => differs(event, of, schema, name),
        None => Some(format!("`{name}` is not in the schema")),
    }
}

#[test]
fn every_event_is_as_the_schema_says() {
    let schema = schema();
    let scene = Scene::new();
    scene
        .file("repository/docs/plan.md", PLAN)
        .file("repository/app.py", "one = 1\n")
        .file("home/script.json", SCRIPT);
    let model = format!(
        "scripted/{}",
        scene.root().join("../home/script.json").display()
    );
    let ended = scene.run(&[
        "implement",
        "docs/plan.md",
        "--phase",
        "1",
        "--json-stream",
        "--model",
        &model,
    ]);
    assert_eq!(ended.code, 0, "{ended}");
    let mut lines: Vec<Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object on each line"))
        .collect();
    let report = lines.pop().expect("a last line");
    assert_eq!(
        (report["event"].as_str(), report["exit"].as_u64()),
        (Some("report"), Some(0))
    );
    assert!(lines.iter().any(|line| line["event"] == "model_text"));
    assert!(
        lines
            .iter()
            .any(|line| line["event"] == "tool_finished" && line["is_error"] == true)
    );
    for line in &lines {
        assert!(
            line["at"].as_str().is_some_and(|at| at.len() == 24),
            "{line}"
        );
        assert_eq!(wrong(line, &schema), None, "{line}");
    }
    let exported = scene.run(&["export", "--jsonl"]).stdout;
    assert!(exported.lines().count() > 20, "{exported}");
    for line in exported.lines() {
        let mut event: Value = serde_json::from_str(line).expect("JSON");
        let event = event.as_object_mut().expect("an object");
        assert!(
            event.remove("seq").is_some()
                && event.remove("at_ms").is_some()
                && event.contains_key("at")
        );
        let event = Value::Object(event.clone());
        assert_eq!(wrong(&event, &schema), None, "{event}");
    }
    assert!(
        wrong(&serde_json::json!({ "event": "note", "words": 1 }), &schema).is_some(),
        "the test can fail"
    );
}
