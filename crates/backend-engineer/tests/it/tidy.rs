//! The rules of the house, held for every crate of the workspace. Each complaint says where and what to do.

mod messages;
mod order;
mod paths;
mod programs;
mod source;

use std::collections::BTreeMap;
use std::fs;

use order::misordered;
use paths::{Reference, references};
use source::{Source, sources, workspace};

/// Lines of production code that a file may have, unless it is a table and says so.
const LONGEST_FILE: usize = 500;
/// Folders below `src` that a file may lie in.
const DEEPEST_FOLDER: usize = 4;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "core", "util", "utils", "common", "helper", "helpers", "manager", "managers",
];

/// Which crates of the workspace a crate may use: the table of ARCHITECTURE.md.
const WALLS: [(&str, &[&str]); 11] = [
    ("shell", &[]),
    ("code", &[]),
    ("plan", &["shell", "code"]),
    ("graft", &["code"]),
    ("survey", &["shell", "code"]),
    ("sandbox", &[]),
    ("journal", &[]),
    ("llm", &[]),
    ("agent", &["llm", "journal"]),
    ("mcp", &[]),
    (
        "backend-engineer",
        &[
            "shell", "code", "plan", "graft", "survey", "sandbox", "journal", "llm", "agent", "mcp",
        ],
    ),
];

/// Libraries that give a power which only one crate has.
const POWERS: [(&str, &str); 8] = [
    ("rusqlite", "journal"),
    ("process-wrap", "sandbox"),
    ("landlock", "sandbox"),
    ("seccompiler", "sandbox"),
    ("rmcp", "mcp"),
    ("reqwest", "llm"),
    ("hyper", "llm"),
    ("ureq", "llm"),
];

/// What pure crates must not name.
const EFFECTS: [(&str, &[&str]); 5] = [
    (
        "shell",
        &["std::fs", "std::net", "std::process", "std::env", "tokio"],
    ),
    (
        "code",
        &["std::fs", "std::net", "std::process", "std::env", "tokio"],
    ),
    (
        "plan",
        &["std::fs", "std::net", "std::process", "std::env", "tokio"],
    ),
    (
        "graft",
        &["std::fs", "std::net", "std::process", "std::env", "tokio"],
    ),
    (
        "survey",
        &[
            "std::net",
            "std::process",
            "tokio",
            "std::fs::write",
            "std::fs::File::create",
            "std::fs::OpenOptions",
            "std::fs::create_dir",
            "std::fs::create_dir_all",
            "std::fs::remove_file",
            "std::fs::remove_dir",
            "std::fs::remove_dir_all",
            "std::fs::rename",
            "std::fs::copy",
            "std::fs::set_permissions",
        ],
    ),
];

/// Names by which a process is started.
const SPAWNERS: [&str; 5] = [
    "std::process::Command",
    "tokio::process",
    "std::os::unix::process::CommandExt",
    "libc::fork",
    "process_wrap",
];

fn none(complaints: Vec<String>) {
    assert!(
        complaints.is_empty(),
        "{} to tidy:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

fn each(rule: impl Fn(&Source) -> Vec<String>) {
    none(sources().iter().flat_map(rule).collect());
}

fn untold(source: &Source) -> Vec<String> {
    if source.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![format!(
        "{}:1: open the file with `//!`: what it is for, in one to three sentences",
        source.path
    )]
}

fn overlong(source: &Source) -> Vec<String> {
    let lines = source.production_lines();
    if !source.is_production || source.text.starts_with("//! Table:") || lines <= LONGEST_FILE {
        return Vec::new();
    }
    vec![format!(
        "{}: {lines} lines of production code, at most {LONGEST_FILE}: split it where its second purpose begins",
        source.path
    )]
}

fn misnamed(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    if source.path.ends_with("/mod.rs") {
        complaints.push(format!(
            "{}: name it after its folder, beside the folder",
            source.path
        ));
    }
    for part in source.path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) {
            complaints.push(format!(
                "{}: `{part}` says nothing; name what is inside",
                source.path
            ));
        }
    }
    let below = source
        .path
        .split_once("/src/")
        .map_or(0, |(_, rest)| rest.matches('/').count());
    if below > DEEPEST_FOLDER {
        complaints.push(format!(
            "{}: {below} folders deep below src, at most {DEEPEST_FOLDER}",
            source.path
        ));
    }
    complaints
}

fn forbidden(source: &Source, prefixes: &[&str], why: &str) -> Vec<String> {
    if !source.is_production {
        return Vec::new();
    }
    let roots: Vec<&str> = prefixes
        .iter()
        .filter_map(|prefix| prefix.split("::").next())
        .collect();
    let is_under = |path: &str, prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    references(&source.code, &roots)
        .into_iter()
        .filter(|Reference { path, .. }| {
            let path = path.join("::");
            // `use std::fs;` gives the whole of it.
            prefixes.iter().any(|prefix| {
                is_under(&path, prefix)
                    || path.ends_with("::*") && prefix.starts_with(path.trim_end_matches('*'))
            })
        })
        .map(|found| {
            format!(
                "{}:{}: `{}`: {why}",
                source.path,
                found.line,
                found.path.join("::")
            )
        })
        .collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    each(untold);
}

#[test]
fn no_file_is_overlong() {
    each(overlong);
}

#[test]
fn names_say_what_is_inside() {
    each(misnamed);
}

#[test]
fn modules_use_only_modules_above_them() {
    let mut crates: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for source in sources().into_iter().filter(|source| source.is_production) {
        crates
            .entry(source.package.clone())
            .or_default()
            .push(source);
    }
    none(
        crates
            .values()
            .flat_map(|sources| misordered(sources))
            .collect(),
    );
}

#[test]
fn only_the_sandbox_starts_processes() {
    each(|source| match source.package.as_str() {
        "sandbox" => Vec::new(),
        _ => forbidden(
            source,
            &SPAWNERS,
            "only crate `sandbox` starts processes; ask it to",
        ),
    });
}

#[test]
fn nothing_is_decided_by_the_words_of_a_message() {
    each(messages::decided);
}

#[test]
fn programs_are_named_in_the_table_of_shell_alone() {
    let names = programs::names();
    assert!(
        names.contains("pytest") && names.contains("eslint"),
        "the table has its programs: {names:?}"
    );
    each(|source| programs::named(source, &names));
}

#[test]
fn pure_crates_have_no_effects() {
    each(|source| {
        match EFFECTS
            .iter()
            .find(|(package, _)| *package == source.package)
        {
            Some((_, effects)) => forbidden(
                source,
                effects,
                "this crate is pure; do it in the crate that calls it",
            ),
            None => Vec::new(),
        }
    });
}

#[test]
fn crates_keep_to_their_walls() {
    let mut complaints = Vec::new();
    for folder in fs::read_dir(workspace().join("crates")).expect("the crates") {
        let manifest = folder.expect("a crate").path().join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else {
            continue;
        };
        complaints.extend(breaches(&text));
    }
    none(complaints);
}

fn breaches(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = toml::from_str(manifest).expect("a manifest");
    let name = manifest["package"]["name"].as_str().expect("a name");
    let Some((_, allowed)) = WALLS.iter().find(|(package, _)| *package == name) else {
        return vec![format!(
            "crates/{name}: not in the table of crates; add it to ARCHITECTURE.md and to this test"
        )];
    };
    let used = manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(toml::Table::keys);
    used.filter_map(|used| {
        let is_ours = WALLS.iter().any(|(package, _)| package == used);
        let owner = POWERS
            .iter()
            .find(|(library, _)| library == used)
            .map(|(_, owner)| *owner);
        if is_ours && !allowed.contains(&used.as_str()) {
            return Some(format!(
                "crates/{name}: must not use `{used}`; see the table of crates in ARCHITECTURE.md"
            ));
        }
        let owner = owner.filter(|owner| *owner != name)?;
        Some(format!(
            "crates/{name}: must not use `{used}`; only `{owner}` has that power"
        ))
    })
    .collect()
}

#[test]
fn the_rules_see_what_they_forbid() {
    let file = |path: &str, text: &str| Source::new("plan", path, text.to_owned());
    assert_eq!(untold(&file("crates/plan/src/a.rs", "use x;\n")).len(), 1);
    let long = format!("//! Long.\n{}", "fn a() {}\n".repeat(LONGEST_FILE));
    assert_eq!(overlong(&file("crates/plan/src/a.rs", &long)).len(), 1);
    assert_eq!(
        overlong(&file(
            "crates/plan/src/a.rs",
            &long.replace("//! Long", "//! Table: long")
        ))
        .len(),
        0
    );
    assert_eq!(misnamed(&file("crates/plan/src/utils/mod.rs", "")).len(), 2);
    assert_eq!(
        misnamed(&file("crates/plan/src/a/b/c/d/e/f.rs", "")).len(),
        1
    );
    assert_eq!(
        misnamed(&file("crates/plan/src/commonplace.rs", "")).len(),
        0
    );
    let spawning = file(
        "crates/plan/src/a.rs",
        "use std::process::{self, Command};\n",
    );
    assert_eq!(forbidden(&spawning, &SPAWNERS, "").len(), 1);
    let writing = file(
        "crates/plan/src/a.rs",
        "//! std::fs here is prose.\nfn a() { std::fs::write(\"std::fs\", 1) }\n",
    );
    assert_eq!(forbidden(&writing, &["std::fs"], "").len(), 1);
    let naming = file(
        "crates/plan/src/a.rs",
        "//! A.\nconst A: &str = \"pytest -q\";\nconst B: &str = \"a pytest\";\n",
    );
    assert_eq!(programs::named(&naming, &programs::names()).len(), 1);
    assert_eq!(
        breaches("[package]\nname = \"plan\"\n[dependencies]\ngraft.workspace = true\n").len(),
        1
    );
    assert_eq!(
        breaches("[package]\nname = \"plan\"\n[dependencies]\nrusqlite = \"1\"\n").len(),
        1
    );
    assert_eq!(
        breaches("[package]\nname = \"agent\"\n[dependencies]\njournal.workspace = true\n").len(),
        0
    );
    assert_eq!(breaches("[package]\nname = \"stranger\"\n").len(), 1);
}
