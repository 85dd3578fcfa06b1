//! Tests of how definitions are read, and of the errors found in them.

use super::*;

fn describe_fields(fields: &str) -> String {
    match parse_definition("a.md", &format!("---\n{fields}\n---\n\nDo it.\n")) {
        Ok(definition) => format!(
            "{} {:?} {:?}",
            definition.name, definition.tools, definition.unused
        ),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn the_built_in_and_the_common_forms_are_read() {
    let built_in = Definition::built_in().unwrap();
    assert_eq!(
        (built_in.name.as_str(), built_in.tools.as_slice()),
        (DEFAULT_NAME, TOOLS.as_slice())
    );
    assert_eq!(built_in.model, None);
    let head = "name: a\ndescription: b";
    assert_eq!(describe_fields(head), format!("a {TOOLS:?} []"));
    assert_eq!(
        describe_fields(&format!("{head}\ntools: Read, Bash")),
        "a [\"Read\", \"Bash\"] []"
    );
    assert_eq!(
        describe_fields(&format!("{head}\ntools:\n  - Grep\n  - Read")),
        "a [\"Read\", \"Grep\"] []"
    );
    assert_eq!(
        describe_fields(&format!(
            "{head}\ndisallowedTools: [Bash, WebFetch]\ncolor: red"
        )),
        "a [\"Read\", \"Edit\", \"Write\", \"Grep\", \"Glob\"] [\"color\", \"disallowedTools: WebFetch\"]"
    );
    let full = parse_definition(
        "a.md",
        "---\nname: a\ndescription: b\nmodel: openai/gpt-5\nmaxTurns: 30\neffort: high\n---\nDo.",
    );
    let full = full.unwrap();
    assert_eq!(
        (full.model.as_deref(), full.max_turns),
        (Some("openai/gpt-5"), Some(30))
    );
    assert_eq!(
        (full.effort.map(Effort::name), full.prompt.as_str()),
        (Some("high"), "Do.")
    );
}

/// The fields of a definition, and what is said of them.
const WRONG_FIELDS: &[(&str, &str)] = &[
    ("description: b", "a.md:1: the field `name` is missing"),
    ("name: a\ndescription:", "a.md:3: `description` is empty"),
    (
        "name: a\ndescription: b\ntools: Read, Grpe",
        "a.md:4: there is no tool `Grpe`; did you mean `Grep`?",
    ),
    (
        "name: a\ndescription: b\ntools:\n- Read\n- Shell",
        "a [\"Read\"] [\"tools: Shell\"]",
    ),
    (
        "name: a\ndescription: b\ntools: Read, SendMessage, mcp__git__log",
        "\"tools: SendMessage\", \"tools: mcp__git__log\"",
    ),
    (
        "name: a\ndescription: b\ntools: [Task]",
        "a.md:4: no tool is left",
    ),
    (
        "name: a\ndescription: b\ntools: Bash(git diff, git log)",
        "a.md:4: `Bash(git diff, git log)`: a tool can't",
    ),
    (
        "name: a\ndescription: b\ntool: Read",
        "a.md:4: there is no field `tool`; did you mean `tools`?",
    ),
    (
        "name: a\ndescription: b\ndisallowed_tool: Bash",
        "a.md:4: there is no field `disallowed_tool`",
    ),
    (
        "name: a\ndescription: b\nmaxTurns: many",
        "a.md:4: `maxTurns` takes a number",
    ),
    (
        "name: a\ndescription: b\neffort: huge",
        "a.md:4: `effort` takes one of",
    ),
    (
        "name: a\ndescription: b: c\nname: d",
        "its fields are no YAML",
    ),
    ("name: [a\ndescription: b", "its fields are no YAML"),
];

#[test]
fn what_is_wrong_points_at_its_line() {
    let head = "name: a\ndescription: b";
    for &(fields, said) in WRONG_FIELDS {
        let found = describe_fields(fields);
        assert!(found.contains(said), "{fields:?}: {found}");
    }
    assert!(
        describe_fields(&format!("{head}\nname: c")).contains("no YAML"),
        "a field twice"
    );
    assert!(
        parse_definition("a.md", "Do it.")
            .unwrap_err()
            .to_string()
            .starts_with("a.md:1: a definition opens with")
    );
    assert!(
        parse_definition("a.md", "---\nname: a\n")
            .unwrap_err()
            .to_string()
            .contains("closes")
    );
    assert!(
        parse_definition("a.md", "---\nname: a\ndescription: b\n---\n")
            .unwrap_err()
            .to_string()
            .starts_with("a.md:4: ")
    );
}

#[test]
fn a_text_without_its_quotes_is_read_and_said() {
    let found = parse_definition(
        "a.md",
        "---\nname: a\ndescription: Use it when: \\n<example> user: \"x\"\n---\nDo.",
    )
    .unwrap();
    assert_eq!(found.description, "Use it when: \\n<example> user: \"x\"");
    assert_eq!(
        found.remarks,
        ["a.md:3: this text is read as it stands; put it in quotes"]
    );
}

#[test]
fn the_nearest_of_a_name_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let agent =
        |name: &str, says: &str| format!("---\nname: {name}\ndescription: d\n---\n{says}\n");
    put(
        "home/.claude/agents/x.md",
        &agent("backend-engineer", "of the user"),
    );
    let root = folder.path().join("shop");
    let places = || {
        std::fs::create_dir_all(root.join("api")).unwrap();
        SearchPaths::new(
            &root,
            &root.join("api"),
            Some(&folder.path().join("config")),
            Some(&folder.path().join("home")),
        )
    };
    assert_eq!(
        find_definition(None, &places()).unwrap().prompt,
        "of the user"
    );
    put(
        "shop/.claude/agents/y.md",
        &agent("backend-engineer", "of the shop"),
    );
    assert_eq!(
        find_definition(None, &places()).unwrap().prompt,
        "of the shop"
    );
    put(
        "shop/api/.backend-engineer/agents/z.md",
        &agent("backend-engineer", "of the api"),
    );
    assert_eq!(
        find_definition(None, &places()).unwrap().prompt,
        "of the api"
    );
    put(
        "shop/.claude/agents/reviewer.md",
        "---\nname: reviewer\ntools: Raed\n---\nx\n",
    );
    let wrong = find_definition(Some("reviewer"), &places()).unwrap_err();
    assert!(wrong.message.contains("reviewer.md:3:"), "{wrong}");
    let file = folder.path().join("home/.claude/agents/x.md");
    assert_eq!(
        find_definition(Some(file.to_str().unwrap()), &places())
            .unwrap()
            .prompt,
        "of the user"
    );
    let unknown = find_definition(Some("nobody"), &places()).unwrap_err();
    assert!(
        unknown.message.contains("no agent is named `nobody`"),
        "{unknown}"
    );
}
