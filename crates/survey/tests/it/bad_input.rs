//! Trees that are broken, huge or foreign: a survey says what it saw and goes on.

use std::fs;
use std::path::Path;

use survey::{Survey, survey_tree};
use tempfile::TempDir;

const MAIN: &str = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n";

/// Returns a tree with one route, and these files.
fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "main.py", MAIN.as_bytes());
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn paths(survey: &Survey) -> Vec<&str> {
    survey
        .routes
        .iter()
        .map(|route| route.path.as_str())
        .collect()
}

fn skipped(survey: &Survey) -> Vec<(&str, &str)> {
    let mut skipped: Vec<_> = survey
        .skipped
        .iter()
        .map(|(path, why)| (path.as_str(), why.as_str()))
        .collect();
    skipped.sort_unstable();
    skipped
}

#[test]
fn a_syntax_error_spoils_nothing_around_it() {
    let deep = format!("const express = {}1{};", "(".repeat(5000), ")".repeat(5000));
    let folder = tree(&[
        ("open.py", b"import flask\nx = (((\ndef f(:\nclass (:\n"),
        (
            "half.py",
            b"from flask import Flask\napp = Flask(__name__)\n@app.route('/half')\ndef half():\n    return 1\n\n)))\n",
        ),
        ("deep.js", deep.as_bytes()),
        ("loop.py", b"import flask\ndef f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(1)\n"),
        ("circle_a.py", b"import flask\nfrom circle_b import *\n"),
        ("circle_b.py", b"import flask\nfrom circle_a import *\n"),
    ]);
    assert_eq!(paths(&survey_tree(folder.path(), None)), ["/a", "/half"]);
}

#[test]
fn python_2_is_read() {
    let old = b"from flask import Flask\napp = Flask(__name__)\nprint 'starting', app\n\n@app.route('/old')\ndef old():\n    \
        try:\n        exec 'x = 1'\n    except ValueError, error:\n        print >>log, error\n    return ur'old'\n\n\
        @app.route('/older')\ndef older():\n    raise ValueError, 'no'\n";
    let folder = tree(&[("old.py", old)]);
    assert_eq!(
        paths(&survey_tree(folder.path(), None)),
        ["/a", "/old", "/older"]
    );
}

#[test]
fn generated_and_minified_files_are_named_and_left() {
    let generated = "x = 'fastapi'\n".repeat(400_000);
    let bundle = format!(
        "var express=require('express');{}",
        "a.get('/b',c),".repeat(4_000)
    );
    let folder = tree(&[
        ("generated.py", generated.as_bytes()),
        ("public/bundle.js", bundle.as_bytes()),
    ]);
    assert!(generated.len() > 5_000_000);
    let survey = survey_tree(folder.path(), None);
    assert_eq!(paths(&survey), ["/a"]);
    assert_eq!(
        skipped(&survey),
        [
            ("generated.py", "larger than 1 MB"),
            ("public/bundle.js", "minified")
        ]
    );
}

#[test]
fn the_code_of_others_is_not_read() {
    let foreign =
        b"const app = require('express')()\napp.get('/foreign', (request, reply) => {})\n";
    let folder = tree(&[
        ("node_modules/thing/index.js", foreign),
        ("packages/web/node_modules/thing/index.js", foreign),
        (
            ".venv/lib/python3.12/site-packages/thing/main.py",
            MAIN.as_bytes(),
        ),
    ]);
    let survey = survey_tree(folder.path(), None);
    assert_eq!(paths(&survey), ["/a"]);
    assert_eq!(skipped(&survey), []);
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_not_followed() {
    let folder = tree(&[("inner/more.py", b"import flask\n")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("inner/again")).unwrap();
    std::os::unix::fs::symlink("self.py", folder.path().join("self.py")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.py")).unwrap();
    assert_eq!(paths(&survey_tree(folder.path(), None)), ["/a"]);
}

#[test]
fn text_that_is_not_utf_8_is_read_as_far_as_it_goes() {
    let latin = b"# caf\xe9\nfrom flask import Flask\napp = Flask(__name__)\n@app.route('/latin')\ndef latin():\n    return '\xff'\n";
    let marked =
        b"\xef\xbb\xbffrom flask import Flask\napp = Flask(__name__)\n@app.route('/marked')\ndef marked(): ...\n";
    let folder = tree(&[
        ("latin.py", latin),
        ("marked.py", marked),
        ("wide.py", b"\xff\xfei\0m\0p\0o\0r\0t\0 \0f\0l\0a\0s\0k\0"),
        ("nothing.py", b"\0\0\0flask\0"),
    ]);
    assert_eq!(
        paths(&survey_tree(folder.path(), None)),
        ["/a", "/latin", "/marked"]
    );
}

#[test]
fn a_submodule_that_is_not_there_is_told() {
    let modules =
        b"[submodule \"shared\"]\n\tpath = libraries/shared\n\turl = https://example.org/shared\n\
        [submodule \"here\"]\n\tpath = libraries/here\n\turl = https://example.org/here\n";
    let folder = tree(&[
        (".gitmodules", modules),
        ("libraries/here/one.py", b"x = 1\n"),
    ]);
    fs::create_dir_all(folder.path().join("libraries/shared")).unwrap();
    let survey = survey_tree(folder.path(), None);
    assert_eq!(paths(&survey), ["/a"]);
    assert_eq!(
        skipped(&survey),
        [("libraries/shared", "a submodule that is not checked out")]
    );
}

#[test]
fn fifty_thousand_files_are_surveyed() {
    let folder = tree(&[]);
    for part in 0..100 {
        let inner = folder.path().join(format!("part_{part}"));
        fs::create_dir(&inner).unwrap();
        for number in 0..500 {
            fs::write(
                inner.join(format!("file_{number}.py")),
                format!("VALUE = {number}\n"),
            )
            .unwrap();
        }
    }
    let survey = survey_tree(folder.path(), None);
    assert_eq!(paths(&survey), ["/a"]);
    assert_eq!(skipped(&survey), []);
}

#[test]
fn a_tree_that_is_no_backend_has_no_routes() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        survey_tree(&folder.path().join("missing"), None),
        Survey::default()
    );
    write(folder.path(), "notes.md", b"# Notes\n");
    write(folder.path(), "src/main.rs", b"fn main() {}\n");
    write(
        folder.path(),
        "page.js",
        b"document.title = 'express yourself'\n",
    );
    let survey = survey_tree(folder.path(), None);
    assert_eq!(
        (
            survey.routes,
            survey.entities,
            survey.operations,
            survey.unresolved
        ),
        Default::default()
    );
}
