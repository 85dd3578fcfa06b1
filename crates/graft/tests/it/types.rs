//! Data by type: a value of another type is another value, whatever its text; another writing of one value is the same.

use graft::{Context, File, Graft, Snippet};

fn place(path: &str, before: &str, block: &str, prose: &str) -> Graft {
    let context = Context { prose, ..Context::default() };
    graft::apply(&File { path, text: Some(before) }, &Snippet { text: block, language: "" }, &context)
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
    ("compose.yml", "ports: ['8000:8000']\n", "ports:\n  - 8000:8000"),
    ("a.json", "{\"v\": \"A\\/b\"}\n", "{\"v\": \"\\u0041/b\"}"),
    ("a.json", "{\"v\": {\"a\": 1, \"b\": [1, 2]}}\n", "{\n  \"v\": {\"b\": [1,\n2], \"a\": 1}\n}"),
    ("tsconfig.json", "{\n  // why\n  \"v\": true, /* x */\n}\n", "{ \"v\": true }"),
    ("a.toml", "v = 'x'\n", "v = \"x\""),
    ("a.toml", "v = 1_000\n", "v = 1000"),
    ("a.toml", "[v]\na = 1\n", "v = { a = 1 }"),
    ("a.toml", "[v]\na = 1\n", "v.a = 1"),
    ("a.toml", "v = { a = 1 }\n", "[v]\na = 1"),
    ("a.toml", "v = 1979-05-27T07:32:00Z\n", "v = 1979-05-27 07:32:00Z"),
    ("a.toml", "v = \"\"\"\na\nb\"\"\"\n", "v = \"a\\nb\""),
    (".env", "A=\"1\" # one\n", "A=\"1\""),
    (".env", "export A=1\n", "A=1 # one"),
    ("requirements.txt", "Foo_Bar[B, a] >=1, <2 ; python_version < '3.9'\n", "foo-bar[a,b]<2,>=1; python_version<\"3.9\""),
    ("requirements.txt", "a==1 \\\n    --hash=sha256:0\nb\n", "a==1 --hash=sha256:0"),
    ("requirements.txt", "-r base.txt\na\n", "-r  base.txt"),
];

/// The block says the same with another type, and nothing else: that is what it is there for.
const RETYPED: &[(&str, &str, &str, &str)] = &[
    ("a.yml", "a: b\nv: 3.10\nw: 1\n", "v: \"3.10\"", "a: b\nv: \"3.10\"\nw: 1\n"),
    ("a.yml", "v: \"true\" # on\n", "v: true", "v: true # on\n"),
    ("a.yml", "v: yes\n", "v: \"yes\"", "v: \"yes\"\n"),
    ("a.yml", "v: 'on'\n", "v: on", "v: on\n"),
    ("a.yml", "v: 0o7\n", "v: '0o7'", "v: '0o7'\n"),
    ("a.yml", "v: 1e3\n", "v: \"1e3\"", "v: \"1e3\"\n"),
    ("a.yml", "v: 2024-01-01\n", "v: '2024-01-01'", "v: '2024-01-01'\n"),
    ("a.yml", "v: 22:22\n", "v: \"22:22\"", "v: \"22:22\"\n"),
    ("a.yml", "v: 'null'\n", "v: !!str null\nw: 1", "v: 'null'\nw: 1\n"),
    ("a.yml", "v: [3.9, 3.10] # all\n", "v: ['3.9', '3.10']", "v: ['3.9', '3.10'] # all\n"),
    ("a.yml", "v:\n  - 1\n  - b\n", "v:\n  - \"1\"\n  - b", "v:\n  - \"1\"\n  - b\n"),
    ("ci.yml", "on:\n  push:\njobs:\n  t:\n    strategy:\n      matrix: {py: [3.9, 3.10]}\n", "jobs:\n  t:\n    strategy:\n      matrix: {py: [\"3.9\", \"3.10\"]}", "on:\n  push:\njobs:\n  t:\n    strategy:\n      matrix: {py: [\"3.9\", \"3.10\"]}\n"),
    ("package.json", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n", "{ \"a\": \"1\" }", "{\n  \"a\": \"1\",\n  \"b\": \"x\"\n}\n"),
    ("a.json", "{ \"a\": \"true\" }\n", "\"a\": true", "{ \"a\": true }\n"),
    ("settings.toml", "[a]\nv = \"8080\" # port\n", "[a]\nv = 8080", "[a]\nv = 8080 # port\n"),
    ("settings.toml", "[a]\nv = false\n", "[a]\nv = \"false\"", "[a]\nv = \"false\"\n"),
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
    ("a.yml", "command: [\"sh\", \"-c\", \"a b\"]\n", "command: [\"sh\", \"-c\", \"ab\"]"),
    ("a.yml", "command: [\"sh\", \"-c\", \"a, b\"]\n", "command: [\"sh\", \"-c\", \"a\", \"b\"]"),
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
    ("a.json", "{\"v\": [\"a\", \"b\"]}\n", "{\"v\": [\"b\", \"a\"]}"),
    ("a.json", "{\"v\": {}}\n", "{\"v\": []}"),
    ("a.toml", "v = 1\n", "v = 1.0"),
    ("a.toml", "v = 'a b'\n", "v = 'ab'"),
    ("a.toml", "v = [1, 2]\n", "v = [2, 1]"),
    ("a.toml", "v = 2024-01-01\n", "v = 2024-01-02"),
    (".env", "A=1\n", "A=2"),
    (".env", "A=\"a b\"\n", "A=\"ab\""),
    (".env", "A=1\nA=2\n", "A=1"),
    ("requirements.txt", "a[x]==1\n", "a==1"),
    ("requirements.txt", "a==1\n", "a==1; python_version < \"3.9\""),
    ("requirements.txt", "a==1.0\n", "a==1"),
];

#[test]
fn the_same_value_in_another_writing_stands_already() {
    for (path, before, block) in SAME {
        assert_eq!(place(path, before, block, ""), Graft::AlreadyApplied, "{path}: {before}{block}");
    }
}

#[test]
fn another_type_alone_is_written() {
    for (path, before, block, after) in RETYPED {
        match place(path, before, block, "") {
            Graft::Applied(applied) => assert_eq!(applied.text, *after, "{path}: {before}{block}"),
            other => panic!("{path}: {before}{block}: {other:?}"),
        }
        assert_eq!(place(path, after, block, ""), Graft::AlreadyApplied, "{path}: {after}{block}");
    }
}

#[test]
fn another_value_never_stands_already() {
    for (path, before, block) in OTHER {
        let graft = place(path, before, block, "A note.");
        assert!(matches!(graft, Graft::Refused(_)), "{path}: {before}{block}: {graft:?}");
    }
}

#[test]
fn another_value_is_written_where_the_words_ask_for_it() {
    for (path, before, block) in OTHER.iter().filter(|(path, ..)| !path.starts_with(".env")) {
        match place(path, before, block, "Change it.") {
            Graft::Applied(applied) => {
                assert_eq!(place(path, &applied.text, block, "Change it."), Graft::AlreadyApplied, "{}", applied.text);
            }
            // A key of another type, and an entry that would stand beside the one that it replaces.
            Graft::Refused(refusal) => assert!(refusal.reason == graft::Reason::Conflict, "{before}{block}: {refusal:?}"),
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
        assert!(matches!(place(path, before, block, ""), Graft::Refused(_)), "{path}: {before}{block}");
    }
}
