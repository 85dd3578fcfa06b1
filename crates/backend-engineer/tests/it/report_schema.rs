//! What `--json` prints is as its published schema says: the report of a phase that is done, of one that fails and of a
//! run that stops; the findings of a check.

use std::path::Path;

use serde_json::Value;

use crate::program::Scene;

const PLAN: &str = "\
# Schema

## Phase 1: A file

**File**: `app.py` (new)

```python
A = 1
```

### Success Criteria

#### Automated Verification
- [ ] It is one: `python3 -c \"import app; assert app.A == 1\"`
- [ ] It is two: `python3 -c \"import app; assert app.A == 2\"`

#### Manual Verification
- [ ] It reads well

## Phase 2: Up and out

**File**: `../app.py`

```python
A = 1
```
";

/// What of the schema's language our schema uses; where the value differs, the place and how.
pub(crate) fn differs(value: &Value, schema: &Value, root: &Value, at: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return differs(
            value,
            root.pointer(name.trim_start_matches('#'))
                .expect("a definition"),
            root,
            at,
        );
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let all: Vec<_> = any
            .iter()
            .map(|one| differs(value, one, root, at))
            .collect();
        return if all.iter().any(Option::is_none) {
            None
        } else {
            all.into_iter().flatten().next()
        };
    }
    if schema.get("const").is_some_and(|one| one != value) {
        return Some(format!("{at}: {value} is not {}", schema["const"]));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|all| !all.contains(value))
    {
        return Some(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if !fits {
        return Some(format!("{at}: {value} is no {}", schema["type"]));
    }
    if let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object())
    {
        let missing = properties.keys().find(|name| !object.contains_key(*name));
        let unknown = object.keys().find(|name| !properties.contains_key(*name));
        if let Some(name) = missing.or(unknown) {
            return Some(format!(
                "{at}: `{name}` stands only in one of schema and report"
            ));
        }
        return object.iter().find_map(|(name, inner)| {
            differs(inner, &properties[name], root, &format!("{at}/{name}"))
        });
    }
    let items = value.as_array().into_iter().flatten().enumerate();
    items
        .into_iter()
        .find_map(|(index, item)| differs(item, &schema["items"], root, &format!("{at}/{index}")))
}

#[test]
fn every_report_is_as_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/report.json");
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON");
    let scene = Scene::new();
    scene.file("repository/docs/plan.md", PLAN);
    let runs: [(&[&str], i32); 5] = [
        (
            &[
                "implement",
                "docs/plan.md",
                "--phase",
                "1",
                "--dry-run",
                "--json",
            ],
            0,
        ),
        (&["implement", "docs/plan.md", "--phase", "1", "--json"], 1),
        (&["verify", "docs/plan.md", "--phase", "1", "--json"], 1),
        (&["implement", "docs/plan.md", "--phase", "2", "--json"], 4),
        (&["implement", "nowhere.md", "--phase", "2", "--json"], 2),
    ];
    for (arguments, code) in runs {
        let ended = scene.run(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {ended}");
        let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert_eq!(report["exit"], code);
        assert_eq!(
            differs(&report, &schema, &schema, ""),
            None,
            "{arguments:?}: {ended}"
        );
    }
    assert!(
        differs(&serde_json::json!({"version": 2}), &schema, &schema, "").is_some(),
        "the test can fail"
    );
}

#[test]
fn what_a_check_finds_is_as_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/check.json");
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON");
    let scene = Scene::new();
    scene
        .file("repository/docs/plan.md", PLAN)
        .file("repository/app.py", "B = 1\n");
    let ended = scene.run(&["check", "docs/plan.md", "--json"]);
    assert_eq!(ended.code, 4, "{ended}");
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(differs(&found, &schema, &schema, ""), None, "{ended}");
    assert!(
        found["findings"]
            .as_array()
            .is_some_and(|all| all.len() >= 2),
        "{ended}"
    );
}
