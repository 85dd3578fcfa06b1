//! Skeleton projects, each with the routes, models and open ends that a survey of it gives; and bad
//! input.

#![cfg(test)]

mod bad_input;

mod forms;

mod kinds;

mod knowledge;

mod strangers;

use std::fs;
use std::path::{Path, PathBuf};

use survey::{Cache, survey_tree, tsv};

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let mut projects: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    projects.sort();
    assert!(projects.len() >= 29, "the skeleton projects are gone");
    projects
}

/// Returns the lines of a table without its header.
fn rows(table: &str) -> String {
    table.split_inclusive('\n').skip(1).collect()
}

#[test]
fn skeletons_are_surveyed_as_expected() {
    for project in projects() {
        let survey = survey_tree(&project, None);
        for (file, table) in [
            ("routes.tsv", tsv::format_routes(&survey)),
            ("operations.tsv", tsv::format_operations(&survey)),
            ("models.tsv", tsv::format_models(&survey)),
            ("shapes.tsv", tsv::format_shapes(&survey)),
            ("unresolved.tsv", tsv::format_unresolved(&survey)),
        ] {
            let expected = fs::read_to_string(project.join(file)).unwrap_or_default();
            assert_eq!(rows(&table), expected, "{} of {}", file, project.display());
        }
    }
}

#[test]
fn an_unchanged_tree_gives_the_same_from_the_cache_and_a_changed_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.py");
    fs::write(
        &file,
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n",
    )
    .unwrap();
    let mut cache = Cache::default();
    let first = survey_tree(folder.path(), Some(&mut cache));
    assert_eq!(first.routes.len(), 1);
    assert_eq!(survey_tree(folder.path(), Some(&mut cache)), first);
    fs::write(
        &file,
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/b')\ndef b(): ...\n",
    )
    .unwrap();
    assert_eq!(
        survey_tree(folder.path(), Some(&mut cache)).routes[0].path,
        "/b"
    );
}

#[test]
fn a_schema_that_changes_is_seen_and_what_did_not_change_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "main.py",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n",
    );
    write("schema.prisma", "model Cat {\n  id Int @id\n}\n");
    let mut cache = Cache::default();
    let first = survey_tree(folder.path(), Some(&mut cache));
    assert_eq!(first.entities[0].table, "Cat");
    write("schema.prisma", "model Dog {\n  id Int @id\n}\n");
    let second = survey_tree(folder.path(), Some(&mut cache));
    assert_eq!(second.entities[0].table, "Dog");
    assert_eq!(second.routes, first.routes);
    assert_eq!(
        second,
        survey_tree(folder.path(), None),
        "what was kept gives what a new survey gives"
    );
}

#[test]
fn a_cache_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("main.py"),
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n",
    )
    .unwrap();
    let mut cache = Cache::default();
    let first = survey_tree(folder.path(), Some(&mut cache));
    let written = serde_json::to_string(&cache).unwrap();
    let mut read: Cache = serde_json::from_str(&written).unwrap();
    assert_eq!(survey_tree(folder.path(), Some(&mut read)), first);
}
