//! Data by type: a value of another type is another value, whatever its text; another writing of one value is the same.

use graft::{Context, File, Graft, Snippet};

fn place(path: &str, before: &str, block: &str, prose: &str) -> Graft {
    let context = Context {
        prose,
        ..Context::default()
    };
    graft::apply(
        &File {
            path,
            text: Some(before),
        },
        &Snippet {
            text: block,
            language: "",
        },
        &context,
    )
}

/// One row: file, what stands, what the block shows.
type Row = (&'static str, &'static str, &'static str);

/// The block says what the file says.
const SAME: &[Row] = &[
    ("a.yml", "v: 'x'\n", "v: x"),
    ("a.yml", "v: x\n", "v: \"x\""),
    ("a.yml", "v: '3.10'\n", "v: \"3.10\""),
    ("a.yml", "v: \"3.10\"  # python\n", "v: !!str 3.10"),
    ("a.yml", "v: True\n", "v: true"),
    ("a.yml", "v: ~\n", "v: null"),
    ("a.yml", "v:\n", "v: ~"),
    ("a.yml", "v: yes\n", "v: yes"),
    ("a.yml", "v: {a: 1, b: 2}\n", "v:\n  b: 2\n  a: 1"),
    ("a.yml", "v:\n  - a\n  - 'b'\n", "v: [a, b]"),
    ("a.yml", "v: [a, 'b c']\n", "v:\n- a\n- b c"),
    ("a.yml", "v: |\n  a\n  b\n", "v: \"a\\nb\\n\""),
    ("a.yml", "v: >-\n  a\n  b\n", "v: a b"),
    ("a.yml", "v: &x 1\n", "v: 1"),
    ("a.yml", "v: !Ref x\n", "v: !Ref \"x\""),
    ("a.yml", "v: 1.2.3\n", "v: '1.2.3'"),
    ("a.yml", "image: postgres:16\n", "image: \"postgres:16\""),
    ("a.yml", "\"on\": push\n", "on: push"),
    (
        "compose.yml",
        "ports: ['8000:8000']\n",
        "ports:\n  - 8000:8000",
    ),
    ("a.json", "{\"v\": \"A\\/b\"}\n", "{\"v\": \"\\u0041/b\"}"),
    (
        "a.json",
        "{\"v\": {\"a\": 1, \"b\": [1, 2]}}\n",
        "{\n  \"v\": {\"b\": [1,\n2], \"a\": 1}\n}",
    ),
    (
        "tsconfig.json",
        "{\n  // why\n  \"v\": true, /* x */\n}\n",
        "{ \"v\": true }",
    ),
    ("a.toml", "v = 'x'\n", "v = \"x\""),
    ("a.toml", "v = 1_000\n", "v = 1000"),
    ("a.toml", "[v]\na = 1\n", "v = { a = 1 }"),
    ("a.toml", "[v]\na = 1\n", "v.a = 1"),
    ("a.toml", "v = { a = 1 }\n", "[v]\na = 1"),
    (
        "a.toml",
        "v = 1979-05-27T07:32:00Z\n",
        "v = 1979-05-27 07:32:00Z",
    ),
    ("a.toml", "v = \"\"\"\na\nb\"\"\"\n", "v = \"a\\nb\""),
    (".env", "A=\"1\" # one\n", "A=\"1\""),
    (".env", "export A=1\n", "A=1 # one"),
    (
        "requirements.txt",
        "Foo_Bar[B, a] >=1, <2 ; python_version < '3.9'\n",
        "foo-bar[a,b]<2,>=1; python_version<\"3.9\"",
    ),
    (
        "requirements.txt",
        "a==1 \\\n    --hash=sha256:0\nb\n",
        "a==1 --hash=sha256:0",
    ),
    ("requirements.txt", "-r base.txt\na\n", "-r  base.txt"),
];

/// The block says the same with another type, and nothing else: that is what it is there for.
const RETYPED: &[(&str, &str, &str, &str)] = &[
    (
        "a.yml",
        "a: b\nv: 3.10\nw: 1\n",
        "v: \"3.10\"",
        "a: b\nv: \"3.10\"\nw: 1\n",
    ),
    ("a.yml", "v: \"true\" # on\n", "v: true", "v: true # on\n"),
    ("a.yml", "v: yes\n", "v: \"yes\"", "v: \"yes\"\n"),
    ("a.yml", "v: 'on'\n", "v: on", "v: on\n"),
    ("a.yml", "v: 0o7\n", "v: '0o7'", "v: '0o7'\n"),
    ("a.yml", "v: 1e3\n", "v: \"1e3\"", "v: \"1e3\"\n"),
    (
        "a.yml",
        "v: 2024-01-01\n",
        "v: '2024-01-01'",
        "v: '2024-01-01'\n",
    ),
    ("a.yml", "v: 22:22\n", "v: \"22:22\"", "v: \"22:22\"\n"),
    (
        "a.yml",
        "v: 'null'\n",
        "v: !!str null\nw: 1",
        "v: 'null'\nw: 1\n",
    ),
    (
        "a.yml",
        "v: [3.9, 3.10] # all\n",
        "v: ['3.9', '3.10']",
        "v: ['3.9', '3.10'] # all\n",
    ),
    (
        "a.yml",
        "v:\n  - 1\n  - b\n",
        "v:\n  - \"1\"\n  - b",
        "v:\n  - \"1\"\n  - b\n",
    ),
    (
        "ci.yml",
        "on:\n  push:\njobs:\n  t:\n    strategy:\n      matrix: {py: [3.9, 3.10]}\n",
        "jobs:\n  t:\n    strategy:\n      matrix: {py: [\"3.9\", \"3.10\"]}",
        "on:\n  push:\njobs:\n  t:\n    strategy:\n      matrix: {py: [\"3.9\", \"3.10\"]}\n",
    ),
    (
        "package.json",
        "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n",
        "{ \"a\": \"1\" }",
        "{\n  \"a\": \"1\",\n  \"b\": \"x\"\n}\n",
    ),
    (
        "a.json",
        "{ \"a\": \"true\" }\n",
        "\"a\": true",
        "{ \"a\": true }\n",
    ),
    (
        "settings.toml",
        "[a]\nv = \"8080\" # port\n",
        "[a]\nv = 8080",
        "[a]\nv = 8080 # port\n",
    ),
    (
        "settings.toml",
        "[a]\nv = false\n",
        "[a]\nv = \"false\"",
        "[a]\nv = \"false\"\n",
    ),
    (".env", "A=\"1\"\nB=2\n", "A=1", "A=1\nB=2\n"),
    (".env.example", "A=1 # one\n", "A='1'", "A='1' # one\n"),
    (".env", "A='1'\n", "A=\"1\"", "A=\"1\"\n"),
];

/// The block says something else, and no word asks for it.
const OTHER: &[Row] = &[
    ("a.yml", "v: 3.10\n", "v: 3.1"),
    ("a.yml", "v: 1\n", "v: 1.0"),
    ("a.yml", "v: a b\n", "v: ab"),
    ("a.yml", "v: \"a b\"\n", "v: \"a  b\""),
    ("a.yml", "v: yes\n", "v: true"),
    ("a.yml", "v: null\n", "v: ''"),
    ("a.yml", "v: x\n", "v:"),
    ("a.yml", "v: x\n", "v: !secret x"),
    ("a.yml", "v: !Ref x\n", "v: !Sub x"),
    (
        "a.yml",
        "command: [\"sh\", \"-c\", \"a b\"]\n",
        "command: [\"sh\", \"-c\", \"ab\"]",
    ),
    (
        "a.yml",
        "command: [\"sh\", \"-c\", \"a, b\"]\n",
        "command: [\"sh\", \"-c\", \"a\", \"b\"]",
    ),
    ("a.yml", "command: [a, b]\n", "command: [b, a]"),
    ("a.yml", "command: [a, a]\n", "command: [a]"),
    ("a.yml", "v: |\n  a\n", "v: |-\n  a"),
    ("a.yml", "v: {a: 1}\n", "v: [a]"),
    ("a.yml", "v: {a: 1}\n", "v: {a: 2}"),
    ("a.yml", "x: &x 1\nv: *x\n", "v: 1"),
    ("a.yml", "r:\n  200: a\n", "r:\n  \"200\": a"),
    ("a.json", "{\"v\": 1}\n", "{\"v\": 1.0}"),
    ("a.json", "{\"v\": null}\n", "{\"v\": \"\"}"),
    ("a.json", "{\"v\": \"a b\"}\n", "{\"v\": \"ab\"}"),
    (
        "a.json",
        "{\"v\": [\"a\", \"b\"]}\n",
        "{\"v\": [\"b\", \"a\"]}",
    ),
    ("a.json", "{\"v\": {}}\n", "{\"v\": []}"),
    ("a.toml", "v = 1\n", "v = 1.0"),
    ("a.toml", "v = 'a b'\n", "v = 'ab'"),
    ("a.toml", "v = [1, 2]\n", "v = [2, 1]"),
    ("a.toml", "v = 2024-01-01\n", "v = 2024-01-02"),
    (".env", "A=1\n", "A=2"),
    (".env", "A=\"a b\"\n", "A=\"ab\""),
    (".env", "A=1\nA=2\n", "A=1"),
    ("requirements.txt", "a[x]==1\n", "a==1"),
    (
        "requirements.txt",
        "a==1\n",
        "a==1; python_version < \"3.9\"",
    ),
    ("requirements.txt", "a==1.0\n", "a==1"),
];

#[test]
fn the_same_value_in_another_writing_stands_already() {
    for (path, before, block) in SAME {
        assert_eq!(
            place(path, before, block, ""),
            Graft::AlreadyApplied,
            "{path}: {before}{block}"
        );
    }
}

#[test]
fn another_type_alone_is_written() {
    for (path, before, block, after) in RETYPED {
        match place(path, before, block, "") {
            Graft::Applied(applied) => assert_eq!(applied.text, *after, "{path}: {before}{block}"),
            other => panic!("{path}: {before}{block}: {other:?}"),
        }
        assert_eq!(
            place(path, after, block, ""),
            Graft::AlreadyApplied,
            "{path}: {after}{block}"
        );
    }
}

#[test]
fn another_value_never_stands_already() {
    for (path, before, block) in OTHER {
        let graft = place(path, before, block, "A note.");
        assert!(
            matches!(graft, Graft::Refused(_)),
            "{path}: {before}{block}: {graft:?}"
        );
    }
}

#[test]
fn another_value_is_written_where_the_words_ask_for_it() {
    for (path, before, block) in OTHER.iter().filter(|(path, ..)| !path.starts_with(".env")) {
        match place(path, before, block, "Change it.") {
            Graft::Applied(applied) => {
                assert_eq!(
                    place(path, &applied.text, block, "Change it."),
                    Graft::AlreadyApplied,
                    "{}",
                    applied.text
                );
            }
            // A key of another type, and an entry that would stand beside the one that it replaces.
            Graft::Refused(refusal) => {
                assert!(
                    refusal.reason == graft::Reason::Conflict,
                    "{before}{block}: {refusal:?}"
                )
            }
            Graft::AlreadyApplied => panic!("{path}: {before}{block}"),
        }
    }
}

#[test]
fn a_type_that_differs_beside_something_new_is_not_meant() {
    for (path, before, block) in [
        ("a.yml", "v: '3.10'\n", "v: 3.10\nw: 1"),
        ("a.json", "{\"v\": \"1\"}", "{\"v\": 1, \"w\": 2}"),
        ("a.toml", "v = '1'\n", "v = 1\nw = 2"),
        (".env", "A=\"1\"\n", "A=1\nB=2"),
    ] {
        assert!(
            matches!(place(path, before, block, ""), Graft::Refused(_)),
            "{path}: {before}{block}"
        );
    }
}

#[test]
fn every_key_that_names_a_thing_finds_it_in_a_list() {
    let keys = include_str!("../../src/formats/data/keys.txt");
    let rows: Vec<(&str, &str)> = keys
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    assert!(rows.len() > 6, "{keys}");
    for (key, example) in rows {
        let entry = example
            .strip_prefix("- ")
            .unwrap()
            .strip_suffix('}')
            .unwrap();
        let before = format!("things:\n  - {{{key}: another}}\n  - {entry}}}\n");
        let named = entry.trim_start_matches('{').split(", ").next().unwrap();
        assert!(named.starts_with(&format!("{key}: ")), "{example}");
        let after = before.replace(named, &format!("{named}, extra: 1"));
        match place(
            "a.yml",
            &before,
            &format!("things:\n  - {{{named}, extra: 1}}"),
            "",
        ) {
            Graft::Applied(applied) => assert_eq!(applied.text, after, "{key}"),
            other => panic!("{key}: {other:?}"),
        }
    }
}

/// A file, a block and what comes of them.
const PLACED: &[(&str, &str, &str, &str)] = &[
    // Several documents: the one whose values the block shares.
    (
        "k8s.yaml",
        "kind: Service\nmetadata: {name: web}\n---\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n",
        "kind: Deployment\nspec:\n  paused: true",
        "kind: Service\nmetadata: {name: web}\n---\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  paused: true\n",
    ),
    (
        "k8s.yaml",
        "kind: A\n---\nkind: B\nspec:\n  x: 1\n---\nkind: C\n",
        "spec:\n  y: 2",
        "kind: A\n---\nkind: B\nspec:\n  x: 1\n  y: 2\n---\nkind: C\n",
    ),
    (
        "k8s.yaml",
        "kind: A\na: 1\n---\nkind: B\nb: 1\n",
        "kind: B\nc: 2\n---\nkind: A\nc: 1",
        "kind: A\nc: 1\na: 1\n---\nkind: B\nc: 2\nb: 1\n",
    ),
    // Shapes of one thing: what the file has in brackets stays in brackets, and the other way round.
    (
        "a.yml",
        "on: {push: {branches: [main]}}\n",
        "on:\n  push:\n    branches:\n      - main\n      - dev",
        "on: {push: {branches: [main, dev]}}\n",
    ),
    (
        "a.yml",
        "on:\n  push:\n    branches:\n      - main\n",
        "on: {push: {branches: [main, dev]}}",
        "on:\n  push:\n    branches:\n      - main\n      - dev\n",
    ),
    (
        "a.yml",
        "a: []\nb: {}\n",
        "a:\n  - x\nb:\n  y: 1",
        "a: [x]\nb: {y: 1}\n",
    ),
    (
        "a.yml",
        "a:\nb: 1\n",
        "a:\n  - x\n  - k: v\n    w: z",
        "a:\n  - x\n  - k: v\n    w: z\nb: 1\n",
    ),
    (
        "a.toml",
        "a = { b = 1 }\n",
        "[a]\nc = 2",
        "a = { b = 1, c = 2 }\n",
    ),
    (
        "a.toml",
        "[a]\nb = 1\n",
        "a = { c = 2 }",
        "[a]\nb = 1\nc = 2\n",
    ),
    (
        "a.toml",
        "a.b = 1\nz = 1\n",
        "[a]\nc = 2",
        "a.b = 1\na.c = 2\nz = 1\n",
    ),
    (
        "a.toml",
        "[t.x]\nb = 1\n",
        "[t]\nc = 2",
        "[t.x]\nb = 1\n\n[t]\nc = 2\n",
    ),
    (
        "pyproject.toml",
        "[project]\ndependencies = []\n",
        "[project]\ndependencies = [\"a>=1\"]",
        "[project]\ndependencies = [\"a>=1\"]\n",
    ),
    // A template's braces are text; a line that parts documents may have nothing below it.
    (
        "values.yaml",
        "a: {{ name }}\nb:\n  c: 1\n",
        "b:\n  d: {{ other }}",
        "a: {{ name }}\nb:\n  c: 1\n  d: {{ other }}\n",
    ),
    (
        "a.yml",
        "---\na: 1\n---\n",
        "b: 2",
        "---\na: 1\nb: 2\n---\n",
    ),
    // Anchors, merges of maps, tags.
    (
        "a.yml",
        "x: &x\n  a: 1\ny:\n  <<: *x\n",
        "y:\n  <<: *x\n  b: 2",
        "x: &x\n  a: 1\ny:\n  <<: *x\n  b: 2\n",
    ),
    (
        "a.yml",
        "x: &x\n  a: 1\n",
        "y:\n  <<: *x",
        "x: &x\n  a: 1\ny:\n  <<: *x\n",
    ),
    (
        "cfn.yml",
        "R:\n  A: !Ref B\n",
        "R:\n  C: !GetAtt [B, Arn]",
        "R:\n  A: !Ref B\n  C: !GetAtt [B, Arn]\n",
    ),
    // An entry between those that the block shows around it.
    (
        "a.json",
        "{ \"m\": [\"a\", \"c\"] }\n",
        "{ \"m\": [\"a\", \"b\", \"c\"] }",
        "{ \"m\": [\"a\", \"b\", \"c\"] }\n",
    ),
    (
        "a.json",
        "{ \"m\": [\"b\"] }\n",
        "{ \"m\": [\"a\", \"b\"] }",
        "{ \"m\": [\"a\", \"b\"] }\n",
    ),
    (
        "a.yml",
        "m:\n  - b\n",
        "m:\n  - a\n  - b",
        "m:\n  - a\n  - b\n",
    ),
    // Keys of several lines, and lines of several keys.
    (
        "a.yml",
        "- name: x\n  run: |\n    a\n\n    b\n",
        "- name: x\n  run: |\n    a\n\n    b\n  if: c",
        "- name: x\n  run: |\n    a\n\n    b\n  if: c\n",
    ),
    (
        "requirements.txt",
        "a==1; python_version < '3.9'\na==2; python_version >= '3.9'\n",
        "a==2; python_version>=\"3.9\"\nb",
        "a==1; python_version < '3.9'\na==2; python_version >= '3.9'\nb\n",
    ),
    (
        "requirements.txt",
        "a==1 \\\n    --hash=sha256:0\n",
        "b==1",
        "a==1 \\\n    --hash=sha256:0\nb==1\n",
    ),
    (
        ".env",
        "KEY=\"a\nb\"\nC=1\n",
        "KEY=\"a\nb\"\nD=2",
        "KEY=\"a\nb\"\nD=2\nC=1\n",
    ),
    (
        "pnpm-workspace.yaml",
        "packages:\n  - 'apps/*'\n",
        "packages:\n  - 'apps/*'\n  - 'packages/*'",
        "packages:\n  - 'apps/*'\n  - 'packages/*'\n",
    ),
];

#[test]
fn words_that_quote_a_line_say_where_and_not_into_what() {
    for (path, before, block, after) in [
        (
            ".gitignore",
            "dist/\nnode_modules/\n",
            "coverage/",
            "dist/\ncoverage/\nnode_modules/\n",
        ),
        (".env", "A=1\nB=2\n", "C=3", "A=1\nC=3\nB=2\n"),
    ] {
        let quoted = before.lines().next().unwrap().trim_end_matches("=1");
        match place(
            path,
            before,
            block,
            &format!("Add `{block}` after `{quoted}`."),
        ) {
            Graft::Applied(applied) => assert_eq!(applied.text, after),
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[test]
fn blocks_go_where_the_data_is_in_the_form_that_it_has() {
    let mut faults = Vec::new();
    for (path, before, block, after) in PLACED {
        match place(path, before, block, "") {
            Graft::Applied(applied) if applied.text == *after => {}
            other => faults.push(format!("{path}: {before}{block}\n{other:?}")),
        }
        let again = place(path, after, block, "");
        if again != Graft::AlreadyApplied {
            faults.push(format!("{path} again: {after}{block}\n{again:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn what_cannot_be_told_is_refused() {
    for (path, before, block, prose) in [
        (
            "k8s.yaml",
            "kind: A\nx: 1\n---\nkind: A\nx: 1\n",
            "kind: A\ny: 1",
            "",
        ),
        ("k8s.yaml", "kind: A\n---\nkind: B\n", "kind: C\ny: 1", ""),
        ("a.yml", "a: *x\n", "b: 1", ""),
        ("a.yml", "a: 1\n", "b: *x", ""),
        (
            "a.yml",
            "a: [name: c]\n",
            "a:\n  - name: c\n    d: e",
            "Add it.",
        ),
        ("a.yml", "a: {b: 1}\n", "a:\n  c: |\n    x\n    y", ""),
        ("a.toml", "[[a]]\nb = 1\n", "[a]\nc = 1", ""),
        ("package.json", "{\n  \"a\": 1\n}\n", "{ a: 1, b: 'x' }", ""),
        (
            "a.yml",
            "env:\n  - DEBUG=1\n  - X=1\n",
            "env:\n  - DEBUG=0\n  - X=1",
            "Add it.",
        ),
    ] {
        let graft = place(path, before, block, prose);
        assert!(
            matches!(graft, Graft::Refused(_)),
            "{path}: {before}{block}: {graft:?}"
        );
    }
}
