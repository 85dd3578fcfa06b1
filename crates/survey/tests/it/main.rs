//! Skeleton projects, each with the routes, models and open ends that a survey of it gives; and bad input.

#![cfg(test)]

mod knowledge;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use survey::{Cache, Survey, survey};

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let mut projects: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    projects.sort();
    assert!(projects.len() >= 6, "the skeleton projects are gone");
    projects
}

fn routes(survey: &Survey) -> String {
    survey.routes.iter().fold(String::new(), |mut text, route| {
        let guards = route.guards.join(",");
        let place = format!("{}:{}", route.file, route.line);
        writeln!(text, "{}\t{}\t{}\t{place}\t{guards}", route.method, route.path, route.handler).unwrap();
        text
    })
}

fn models(survey: &Survey) -> String {
    let mut text = String::new();
    for entity in &survey.entities {
        for column in &entity.columns {
            let nullable = column.nullable.map(|open| u8::from(open).to_string()).unwrap_or_default();
            let (primary, references) = (u8::from(column.primary), &column.references);
            let start = format!("{}\t{}\t{}", entity.table, column.name, column.kind);
            writeln!(text, "{start}\t{nullable}\t{primary}\t{references}").unwrap();
        }
    }
    text
}

fn unresolved(survey: &Survey) -> String {
    survey.unresolved.iter().fold(String::new(), |mut text, open| {
        writeln!(text, "{}:{}\t{}", open.file, open.line, open.what).unwrap();
        text
    })
}

#[test]
fn skeletons_are_surveyed_as_expected() {
    for project in projects() {
        let survey = survey(&project, None);
        for (file, found) in
            [("routes.tsv", routes(&survey)), ("models.tsv", models(&survey)), ("unresolved.tsv", unresolved(&survey))]
        {
            let expected = fs::read_to_string(project.join(file)).unwrap_or_default();
            assert_eq!(found, expected, "{} of {}", file, project.display());
        }
    }
}

#[test]
fn an_unchanged_tree_gives_the_same_from_the_cache_and_a_changed_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.py");
    fs::write(&file, "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n").unwrap();
    let mut cache = Cache::default();
    let first = survey(folder.path(), Some(&mut cache));
    assert_eq!(first.routes.len(), 1);
    assert_eq!(survey(folder.path(), Some(&mut cache)), first);
    fs::write(&file, "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/b')\ndef b(): ...\n").unwrap();
    assert_eq!(survey(folder.path(), Some(&mut cache)).routes[0].path, "/b");
}

#[test]
fn what_is_broken_in_one_file_does_not_concern_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("main.py", b"from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n");
    write("old.py", b"import flask\nprint 'two', (\nclass (:\n");
    write("latin.py", b"# fastapi caf\xe9\nx = '\xff'\n");
    write("deep.js", format!("const express = {}1{};", "(".repeat(5000), ")".repeat(5000)).as_bytes());
    write("bundle.js", format!("var express={};", "1+".repeat(40_000)).as_bytes());
    write("huge.py", "x = 'fastapi'\n".repeat(100_000).as_bytes());
    write("loop.py", b"import flask\ndef f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(1)\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    let survey = survey(folder.path(), None);
    assert_eq!(survey.routes.len(), 1);
    let mut skipped: Vec<_> = survey.skipped.iter().map(|(path, _)| path.as_str()).collect();
    skipped.sort_unstable();
    assert_eq!(skipped, ["bundle.js", "huge.py"]);
}

#[test]
fn a_tree_that_is_no_backend_gives_an_empty_survey() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.md"), "# Notes\n").unwrap();
    assert_eq!(survey(folder.path(), None), Survey::default());
    assert_eq!(survey(&folder.path().join("missing"), None), Survey::default());
}
