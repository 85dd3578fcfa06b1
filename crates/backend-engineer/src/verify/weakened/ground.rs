//! Finds what the plan's own code and commands change of the ground that tests stand on: the output that they expect, where
//! it lies in files, and helpers that put something in the place of what is tested.

use code::paths::{belongs_to_tests, is_code, is_snapshot, is_test};
use similar::{ChangeTag, TextDiff};

use super::{Changed, has_no_test};

/// The longest part of a line that is shown.
const SHOWN: usize = 60;

/// Returns a sentence on each file of data of the tests whose lines of before are not there any more. What is only added
/// changes no test that was there.
pub(super) fn changed_expectations(files: &[Changed]) -> Vec<String> {
    let is_data = |path: &str| {
        !is_code(path) && (is_snapshot(path) || is_test(path)) && !path.ends_with(".md")
    };
    let meant = files.iter().filter(|file| is_data(&file.path));
    meant.filter_map(changed_lines).collect()
}

fn changed_lines(file: &Changed) -> Option<String> {
    let (path, old) = (&file.path, file.old.as_deref()?);
    let Some(new) = file.new.as_deref() else {
        return Some(format!("`{path}` is gone"));
    };
    let diff = TextDiff::from_lines(old, new);
    let first = |tag: ChangeTag| {
        let mut changes = diff.iter_all_changes().filter(|change| change.tag() == tag);
        changes.find(|change| !change.value().trim().is_empty())
    };
    let gone = first(ChangeTag::Delete)?.value().trim().to_owned();
    let come =
        first(ChangeTag::Insert).map_or_else(String::new, |one| one.value().trim().to_owned());
    let (gone, come) = around_difference(&gone, &come);
    Some(match come.is_empty() {
        true => format!("`{path}` no longer has `{gone}`"),
        false => format!("`{path}` has `{come}` instead of `{gone}`"),
    })
}

/// Cuts two lines to what lies around their first difference.
fn around_difference(old: &str, new: &str) -> (String, String) {
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let from = same.saturating_sub(SHOWN / 3);
    let cut = |line: &str| {
        let part: String = line.chars().skip(from).take(SHOWN).collect();
        let whole = part.chars().count() == line.chars().count();
        if whole { part } else { format!("…{part}…") }
    };
    (cut(old), cut(new))
}

/// Returns the lines of helpers that put something in the place of the project's own code, each with its file. `is_ours`
/// tells of a module of Python whether the project has it.
pub(super) fn added_doubles<'f>(
    files: &'f [Changed],
    is_ours: &dyn Fn(&str) -> bool,
) -> Vec<(&'f str, &'f str)> {
    let helpers = files
        .iter()
        .filter(|file| is_code(&file.path) && belongs_to_tests(&file.path) && has_no_test(file));
    let lines = helpers.flat_map(|file| {
        let new = file.new.as_deref().unwrap_or_default();
        let known: Vec<&str> = file
            .old
            .iter()
            .flat_map(|old| old.lines())
            .map(str::trim)
            .collect();
        let names: Vec<String> = new
            .lines()
            .flat_map(|line| names_of_import(line.trim(), is_ours))
            .collect();
        let fresh = new
            .lines()
            .map(str::trim)
            .filter(move |line| !known.contains(line));
        let doubles: Vec<&str> = fresh
            .filter(|line| names.iter().any(|name| replaces_part(line, name)) || mocks_own(line))
            .collect();
        doubles.into_iter().map(|line| (line, file.path.as_str()))
    });
    lines.collect()
}

/// Returns whether a line gives a part of what the name stands for another value.
fn replaces_part(line: &str, name: &str) -> bool {
    let assigned = line
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('.'))
        .is_some_and(|rest| {
            let end = rest
                .find(|letter: char| {
                    !letter.is_alphanumeric() && !matches!(letter, '_' | '.' | '$')
                })
                .unwrap_or(rest.len());
            let sign = rest[end..].trim_start();
            sign.starts_with('=') && !sign.starts_with("==") && !sign.starts_with("=>")
        });
    let by_function = ["setattr(", "Object.assign(", "Object.defineProperty("]
        .iter()
        .any(|call| line.contains(&format!("{call}{name},")));
    assigned || by_function
}

/// Returns whether a line has the runner put a double in the place of a module of the project.
fn mocks_own(line: &str) -> bool {
    ["vi.mock(", "jest.mock(", "mock.module("]
        .iter()
        .any(|call| {
            ["'.", "\"."]
                .iter()
                .any(|path| line.contains(&format!("{call}{path}")))
        })
}

/// Returns the names that an import of the project's own code binds.
fn names_of_import(line: &str, is_ours: &dyn Fn(&str) -> bool) -> Vec<String> {
    let bound = |part: &str| {
        let name = part.rsplit(" as ").next().unwrap_or(part);
        name.trim_matches(|letter: char| {
            !letter.is_alphanumeric() && letter != '_' && letter != '.'
        })
        .to_owned()
    };
    let own = |module: &str| {
        module.starts_with('.') || is_ours(module.split('.').next().unwrap_or(module))
    };
    if let Some((module, names)) = line
        .strip_prefix("from ")
        .and_then(|rest| rest.split_once(" import "))
    {
        return match own(module.trim()) {
            true => names.split(',').map(bound).collect(),
            false => Vec::new(),
        };
    }
    let is_path = ["'.", "\"."].iter().any(|path| {
        line.contains(&format!("require({path}")) || line.contains(&format!("from {path}"))
    });
    if is_path {
        let words = line
            .trim_start_matches("import ")
            .trim_start_matches("const ")
            .trim_start_matches("let ")
            .trim_start_matches("var ");
        let names = words.split(" from ").next().unwrap_or(words);
        let names = names.split('=').next().unwrap_or(names);
        return names
            .split(',')
            .map(|name| bound(name.trim().trim_start_matches("* as ")))
            .collect();
    }
    match line.strip_prefix("import ") {
        Some(modules) if !modules.contains(['\'', '"', '{']) => {
            let meant = modules.split(',').filter(|part| own(part.trim()));
            meant.map(bound).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, old: Option<&str>, new: &str) -> Changed {
        Changed {
            path: path.to_owned(),
            old: old.map(str::to_owned),
            new: Some(new.to_owned()),
        }
    }

    #[test]
    fn expected_output_that_is_gone_is_told() {
        let files = [
            changed("tests/data/a.json", Some("{\"a\": 1}\n"), "{\"a\": 2}\n"),
            changed("tests/data/b.json", Some("1\n"), "1\n2\n"),
            changed("tests/data/c.json", None, "1\n"),
            changed("src/__snapshots__/a.test.js.snap", Some("1\n2\n"), "1\n"),
            changed("app/data.json", Some("1\n"), "2\n"),
        ];
        assert_eq!(
            changed_expectations(&files),
            [
                "`tests/data/a.json` has `{\"a\": 2}` instead of `{\"a\": 1}`",
                "`src/__snapshots__/a.test.js.snap` no longer has `2`",
            ]
        );
    }

    #[test]
    fn helpers_that_take_the_place_of_code_are_told() {
        let told = |path: &str, text: &str| -> Vec<String> {
            let files = [changed(path, None, text)];
            let ours = |module: &str| module == "shop";
            added_doubles(&files, &ours)
                .iter()
                .map(|(line, _)| (*line).to_owned())
                .collect()
        };
        for (path, text, expected) in [
            (
                "tests/__init__.py",
                "from shop import pricing\npricing.rate = 1\n",
                "pricing.rate = 1",
            ),
            (
                "tests/conftest.py",
                "import shop.pricing\nshop.pricing.rate = 1\n",
                "shop.pricing.rate = 1",
            ),
            (
                "tests/conftest.py",
                "import shop.pricing as p\nsetattr(p, 'rate', 1)\n",
                "setattr(p, 'rate', 1)",
            ),
            (
                "test/setup.js",
                "const p = require('../src/p');\np.rate = () => 1;\n",
                "p.rate = () => 1;",
            ),
            (
                "test/setup.mjs",
                "import * as p from '../src/p.js';\nObject.assign(p, {});\n",
                "Object.assign(p, {});",
            ),
            (
                "test/setup.mjs",
                "vi.mock('../src/p.js', () => ({}));\n",
                "vi.mock('../src/p.js', () => ({}));",
            ),
        ] {
            assert_eq!(told(path, text), [expected], "{text}");
        }
        for (path, text) in [
            (
                "tests/conftest.py",
                "from django.conf import settings\nsettings.DEBUG = False\n",
            ),
            ("tests/conftest.py", "import os\nos.environ['A'] = '1'\n"),
            (
                "tests/conftest.py",
                "from shop import pricing\nif pricing.rate == 1:\n    pass\n",
            ),
            ("test/setup.js", "process.env.TZ = 'UTC';\n"),
        ] {
            assert!(told(path, text).is_empty(), "{text}");
        }
    }
}
