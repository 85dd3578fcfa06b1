//! The table, by its examples, and settings that changed without getting laxer.

use super::*;

fn keys(path: &str, old: &str, new: &str) -> Vec<String> {
    find_laxer_settings(path, (old, Some(new)), &|_| true)
        .into_iter()
        .map(|one| one.key)
        .collect()
}

#[test]
fn each_row_has_an_example_that_gets_laxer() {
    let table: Result<Table, _> = toml::from_str(include_str!("../configuration.toml"));
    assert!(table.is_ok(), "{:?}", table.err());
    let missed: Vec<&str> = TABLE
        .key
        .iter()
        .filter(|row| keys(&row.file, &row.old, &row.new).len() != 1)
        .map(|row| row.old.as_str())
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let turned = TABLE.key.iter().filter(|row| {
        row.laxer != LaxerChange::Options && !keys(&row.file, &row.new, &row.old).is_empty()
    });
    let turned: Vec<&str> = turned.map(|row| row.new.as_str()).collect();
    assert!(
        turned.is_empty(),
        "what is taken back is no laxer: {turned:#?}"
    );
    for row in &TABLE.option {
        let value = |text: &str| Value::One(text.replacen("check", "pytest", 1));
        assert!(
            are_options_laxer(&value(&row.old), &value(&row.new)),
            "{}",
            row.name
        );
    }
    for area in &TABLE.area {
        assert!(
            is_configuration(&format!("api/{}", area.file.replace('*', "json"))),
            "{}",
            area.file
        );
    }
}

/// A file of settings before and after a change that makes no check laxer.
const NOT_LAXER: &[(&str, &str, &str)] = &[
    (
        "setup.cfg",
        "[coverage:report]\nfail_under = 90\n",
        "[coverage:report]\nfail_under = 95\n",
    ),
    (
        "setup.cfg",
        "[metadata]\nname = a\n",
        "[metadata]\nname = b\n",
    ),
    (
        "pyproject.toml",
        "[project]\ndependencies = [\"a\", \"b\"]\n",
        "[project]\ndependencies = [\"a\"]\n",
    ),
    (
        "pyproject.toml",
        "[project]\nname = \"a\"\n",
        "[project]\nname = \"a\"\n\n[tool.pytest.ini_options]\naddopts = \"-q\"\n",
    ),
    (
        "pytest.ini",
        "[pytest]\naddopts = -q\n",
        "[pytest]\naddopts = -q --strict-markers\n",
    ),
    (
        "pytest.ini",
        "[pytest]\naddopts = -q\n",
        "[pytest]\naddopts = -v\n",
    ),
    (
        "pytest.ini",
        "[pytest]\ntestpaths = tests\n",
        "[pytest]\ntestpaths = tests integration\n",
    ),
    (
        "pytest.ini",
        "[pytest]\nmarkers =\n    slow\n",
        "[pytest]\nmarkers =\n    slow\n    fast\n",
    ),
    (
        ".flake8",
        "[flake8]\nignore = E203,W503\n",
        "[flake8]\nignore = W503, E203\n",
    ),
    (
        "package.json",
        "{\"dependencies\": {\"a\": \"1\"}}",
        "{\"dependencies\": {\"a\": \"2\"}}",
    ),
    (
        "package.json",
        "{\"scripts\": {\"test\": \"jest\"}}",
        "{\"scripts\": {\"test\": \"jest --coverage\", \"dev\": \"node .\"}}",
    ),
    (
        "package.json",
        "{\"scripts\": {\"test\": \"pytest\"}}",
        "{\"scripts\": {\"test\": \"python -m pytest\"}}",
    ),
    (
        "tsconfig.json",
        "{\"compilerOptions\": {\"target\": \"es2020\"}}",
        "{\"compilerOptions\": {\"target\": \"es2022\", \"strict\": true}}",
    ),
    (
        "eslint.config.js",
        "export default [{ rules: { semi: 'warn' } }];",
        "export default [{ rules: { semi: ['error', 'always'] } }];",
    ),
    (
        "mypy.ini",
        "[mypy]\nfiles = app\n",
        "[mypy]\nfiles = app, lib\nstrict = True\n",
    ),
    (
        "conftest.py",
        "x = 1\n",
        "x = 2\n\n\ndef fixture():\n    collect = []\n",
    ),
    (
        "biome.json",
        "{\"linter\": {\"enabled\": false}}",
        "{\"linter\": {\"enabled\": true}}",
    ),
    (
        "biome.json",
        "{\"linter\": {\"rules\": {\"style\": {\"useConst\": \"warn\"}}}}",
        "{\"linter\": {\"rules\": {\"style\": {\"useConst\": \"error\"}, \"suspicious\": {\"noDebugger\": \"error\"}}}}",
    ),
    (
        ".eslintignore",
        "dist\n",
        "dist\ncoverage\n**/node_modules/**\n",
    ),
    (".eslintignore", "dist\nsrc/old\n", "# products\ndist\n"),
    (".prettierignore", "", "build/\n.next\n"),
    (
        "codecov.yml",
        "coverage:\n  status:\n    project:\n      default:\n        target: 80%\n        threshold: 2%\n",
        "coverage:\n  status:\n    project:\n      default:\n        target: 90%\n        threshold: 1%\n",
    ),
    (
        ".pre-commit-config.yaml",
        "repos:\n- repo: a\n  rev: v1\n  hooks:\n  - id: ruff\n",
        "repos:\n- repo: b\n  hooks:\n  - id: mypy\n- repo: a\n  rev: v2\n  hooks:\n  - id: ruff\n    args: [--fix]\n",
    ),
    (
        "Makefile",
        "test:\n\tpytest -q\n",
        "lint:\n\truff check . || true\n\ntest:\n\t@pytest --strict-markers\n",
    ),
    (
        "Makefile",
        "clean:\n\trm -rf build\n",
        "clean:\n\t-rm -rf build dist\n",
    ),
    (
        "Makefile",
        "image:\n\tdocker build -t a .\n",
        "image:\n\tdocker build -t b --quiet .\n",
    ),
    (
        "package.json",
        "{\"scripts\": {\"dev\": \"tsx watch a.ts\"}}",
        "{\"scripts\": {\"dev\": \"tsx watch a.ts -t x || true\"}}",
    ),
    (
        "src/settings.json",
        "{\"strict\": true}",
        "{\"strict\": false}",
    ),
];

#[test]
fn settings_may_change_without_getting_laxer() {
    for &(path, old, new) in NOT_LAXER {
        assert_eq!(keys(path, old, new), Vec::<String>::new(), "{path}: {new}");
    }
}

#[test]
fn a_file_of_settings_that_is_gone_is_laxer() {
    let old = "[run]\nomit = a\n[report]\nfail_under = 80\n";
    let found = find_laxer_settings(".coveragerc", (old, None), &|_| true);
    assert_eq!(
        found,
        [LaxerSetting {
            key: "report.fail_under".to_owned(),
            old: "80".to_owned(),
            new: String::new()
        }]
    );
}

#[test]
fn a_new_file_that_comes_before_shared_settings_keeps_what_they_demand() {
    let shared = "[tool.pytest.ini_options]\naddopts = \"--strict-markers\"\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n\n\
        [tool.mypy]\nstrict = true\nfiles = [\"app\"]\n\n[tool.coverage.report]\nfail_under = 90\n";
    for (path, new, expected) in [
        (
            "mypy.ini",
            "[mypy]\nfiles = app\n",
            vec!["tool.mypy.strict"],
        ),
        ("mypy.ini", "[mypy]\nfiles = app\nstrict = True\n", vec![]),
        (
            "ruff.toml",
            "exclude = [\"app\"]\n\n[lint]\nselect = [\"E\", \"F\"]\n",
            vec!["exclude"],
        ),
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\"]\n",
            vec!["lint.select"],
        ),
        (
            "ruff.toml",
            "[lint]\nselect = [\"E\", \"F\", \"I\"]\n",
            vec![],
        ),
        (
            ".coveragerc",
            "[report]\nfail_under = 50\n",
            vec!["report.fail_under"],
        ),
        (".coveragerc", "[report]\nfail_under = 91\n", vec![]),
        ("api/mypy.ini", "[mypy]\nfiles = app\n", vec![]),
    ] {
        let found = find_displaced_settings(path, new, &mut |other| {
            (other == "pyproject.toml").then(|| shared.to_owned())
        });
        let keys: Vec<String> = found.into_iter().map(|one| one.key).collect();
        assert_eq!(keys, expected, "{path}: {new}");
    }
}

#[test]
fn what_is_not_there_passes_nothing_over() {
    let files = ["tests/test_price.py".to_owned(), "src/api/a.js".to_owned()];
    for (entry, names) in [
        ("examples", false),
        ("tests/test_old*.py", false),
        ("<rootDir>/legacy/", false),
        ("**/*.gen.js", false),
        ("tests/test_price.py", true),
        ("test_*.py", true),
        ("**/api/**", true),
        ("*", true),
        ("price|cart", true),
        (r"\w+/x", true),
        ("tests/", true),
    ] {
        assert_eq!(
            may_name_file(entry, files.iter().map(String::as_str)),
            names,
            "{entry}"
        );
    }
    let found = |old: &str, new: &str| {
        let fits = |entry: &str| may_name_file(entry, files.iter().map(String::as_str));
        !find_laxer_settings("conftest.py", (old, Some(new)), &fits).is_empty()
    };
    assert!(!found("", "collect_ignore = [\"examples\"]"));
    assert!(found("", "collect_ignore = [\"tests/test_price.py\"]"));
    assert!(
        found("", "collect_ignore = EXAMPLES"),
        "it may name anything"
    );
}
