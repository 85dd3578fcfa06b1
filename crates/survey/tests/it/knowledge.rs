//! Whole small projects with their stack, layers, conventions and commands, each as the lines that
//! scripts read.

use std::fs;
use std::path::{Path, PathBuf};

use survey::{Survey, survey_tree, tsv};

/// A part of a survey as lines.
type Lines = fn(&Survey) -> String;

const PARTS: [(&str, Lines); 4] = [
    ("stack.tsv", tsv::format_stack),
    ("layers.tsv", tsv::format_layers),
    ("conventions.tsv", tsv::format_conventions),
    ("commands.tsv", tsv::format_commands),
];

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/knowledge");
    let mut projects: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    projects.sort();
    assert!(projects.len() >= 2, "the projects are gone");
    projects
}

#[test]
fn what_a_project_is_and_does_is_read_as_expected() {
    for project in projects() {
        let survey = survey_tree(&project.join("project"), None);
        for (file, lines) in PARTS {
            let expected = fs::read_to_string(project.join(file)).unwrap_or_default();
            assert_eq!(lines(&survey), expected, "{file} of {}", project.display());
        }
    }
}

#[test]
fn a_changed_manifest_is_seen_through_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("package.json");
    fs::write(&manifest, r#"{"scripts": {"test": "jest"}}"#).unwrap();
    let mut cache = survey::Cache::default();
    assert_eq!(
        survey_tree(folder.path(), Some(&mut cache)).commands[0].script,
        "npm test"
    );
    fs::write(&manifest, r#"{"scripts": {"lint": "eslint ."}}"#).unwrap();
    assert_eq!(
        survey_tree(folder.path(), Some(&mut cache)).commands[0].script,
        "npm run lint"
    );
}

#[test]
fn broken_manifests_concern_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("package.json", "{ not json");
    write("pyproject.toml", "[project\nname=");
    write("pnpm-lock.yaml", ":\n  - [");
    write(".github/workflows/ci.yml", "jobs: [\n - {");
    write(".pre-commit-config.yaml", "repos: 1");
    write("setup.cfg", "no section\n[flake8");
    write("Makefile", "\tlost recipe\n:\n= x\ntest:\n\tpytest\n");
    write(
        "api/package.json",
        r#"{"scripts": {"test": "jest"}, "dependencies": {"express": "^4"}}"#,
    );
    write("old/package.json", "[]");
    let survey = survey_tree(folder.path(), None);
    let scripts: Vec<&str> = survey
        .commands
        .iter()
        .map(|command| command.script.as_str())
        .collect();
    assert!(
        scripts.contains(&"make test") && scripts.contains(&"npm test"),
        "{scripts:?}"
    );
    assert_eq!(survey.stack.components[0].name, "Express");
}

#[test]
fn commands_for_files_count_from_where_they_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("site/shop")).unwrap();
    fs::write(
        folder.path().join("site/manage.py"),
        "import django\nexecute_from_command_line()\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("site/shop/tests.py"),
        "from django.test import TestCase\nclass A(TestCase): ...\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("pyproject.toml"),
        "[project]\nname='x'\n[tool.ruff]\n",
    )
    .unwrap();
    let survey = survey_tree(folder.path(), None);
    let one = |script: &str, files: &[&str]| {
        survey
            .commands
            .iter()
            .find(|command| command.script.contains(script))
            .and_then(|found| found.for_files(files))
    };
    let tests = one("manage.py test", &["site/shop/tests.py"]);
    assert_eq!(
        tests.as_deref(),
        Some("python site/manage.py test shop.tests")
    );
    assert_eq!(
        one("ruff", &["a b.py", "site/c.py"]).as_deref(),
        Some("ruff check 'a b.py' site/c.py")
    );
}
