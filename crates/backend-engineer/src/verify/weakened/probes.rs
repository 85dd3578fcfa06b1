//! Code that is no test and asks whether tests look at it, or reaches into their runner, by the table `probes.tsv`: what
//! it does while it is tested says nothing of what it does else.

/// Returns the lines that code has and had not before, and that ask for tests.
pub(super) fn added_probes<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let known: Vec<&str> = old.lines().map(str::trim).collect();
    let lines: Vec<&str> = new.lines().map(str::trim).collect();
    let is_probe = |at: usize| {
        let line = lines[at];
        let next = lines[at + 1..].iter().find(|next| !next.is_empty());
        !known.contains(&line)
            && !is_comment(line)
            && probe_signs().any(|sign| {
                has_sign(line, sign.strip_prefix(SOFT).unwrap_or(sign))
                    && (!sign.starts_with(SOFT)
                        || decides_result(line, next.copied().unwrap_or_default()))
            })
    };
    let mut found: Vec<&str> = (0..lines.len())
        .filter(|at| is_probe(*at))
        .map(|at| lines[at])
        .collect();
    if !always_equal(old) && always_equal(new) {
        found.extend(
            new.lines()
                .map(str::trim)
                .find(|line| line.starts_with(EQUALITY)),
        );
    }
    found
}

/// Returns whether a line imports something.
pub(super) fn is_import(line: &str) -> bool {
    line.starts_with("import ") || line.starts_with("from ") || line.contains("require(")
}

/// Returns whether a text imports the module of a file, or names it to something that loads it: `import scripts.check`,
/// `-p scripts.check`, `pytest_plugins = ["scripts.check"]`.
pub(super) fn names_module(text: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let loads = |line: &&str| {
        ["import", "require", "plugins", "-p ", "preload", "setup"]
            .iter()
            .any(|word| line.contains(word))
    };
    text.lines()
        .filter(loads)
        .any(|line| contains_sign_words(line, stem))
}

/// The beginning of the method by which Python compares an object.
const EQUALITY: &str = "def __eq__(";

/// Tells that an object says of itself that it equals whatever it is compared with.
fn always_equal(text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .windows(2)
        .any(|pair| pair[0].starts_with(EQUALITY) && pair[1] == "return True")
}

/// The beginning of a sign that counts only where it decides a result.
const SOFT: &str = "? ";

/// Returns whether all that a sign joins stands in the line.
fn has_sign(line: &str, sign: &str) -> bool {
    sign.split(" + ")
        .all(|part| contains_sign_words(line, part))
}

/// Returns whether a condition in the line decides what a function gives back, or that it raises: in the line itself, or in
/// the one below.
fn decides_result(line: &str, next: &str) -> bool {
    let gives = |text: &str| {
        ["return ", "throw ", "raise "]
            .iter()
            .any(|word| text.starts_with(word) || text.contains(&format!(" {word}")))
    };
    let asks = ["if ", "if(", "elif ", "} else if", "else if"]
        .iter()
        .any(|start| line.starts_with(start));
    let chooses = line.contains(" ? ") || line.contains(" if ") && line.contains(" else ");
    asks && (gives(line) || gives(next)) || chooses && line.starts_with("return ")
}

fn probe_signs() -> impl Iterator<Item = &'static str> {
    let rows = include_str!("probes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split('\t').next())
}

/// Returns whether a line holds the sign as whole words: `import unittest_extra` imports something else.
fn contains_sign_words(line: &str, sign: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(sign).any(|(at, _)| {
        let before = line[..at]
            .chars()
            .next_back()
            .filter(|_| sign.starts_with(is_part));
        let behind = line[at + sign.len()..]
            .chars()
            .next()
            .filter(|_| sign.ends_with(is_part));
        !before.is_some_and(is_part) && !behind.is_some_and(is_part)
    })
}

fn is_comment(line: &str) -> bool {
    ["#", "//", "*", "/*"]
        .iter()
        .any(|opening| line.starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_found_in_its_example() {
        for row in include_str!("probes.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (sign, example) = row.split_once('\t').unwrap();
            assert_eq!(added_probes("", example), [example], "{sign}");
            assert!(
                added_probes(example, example).is_empty(),
                "it stood there before: {sign}"
            );
        }
    }

    #[test]
    fn a_module_is_named_where_it_is_loaded() {
        for (line, names) in [
            ("from scripts import check", true),
            ("import scripts.check as c", true),
            ("addopts = \"-p scripts.check\"", true),
            ("const check = require('./check');", true),
            ("test:\n\tpython scripts/check.py", false),
            ("from scripts import checker", false),
        ] {
            assert_eq!(names_module(line, "scripts/check.py"), names, "{line}");
        }
    }

    #[test]
    fn an_object_that_equals_everything_is_found() {
        let equal = "class One(int):\n    def __eq__(self, other):\n        return True\n";
        assert_eq!(added_probes("", equal), ["def __eq__(self, other):"]);
        assert!(added_probes(equal, equal).is_empty());
        assert!(
            added_probes(
                "",
                "def __eq__(self, other):\n    return self.id == other.id\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn ordinary_code_asks_for_nothing() {
        for line in [
            "import assert from 'node:assert';",
            "# import pytest",
            "// from 'vitest'",
            "expected = global_expectations",
            "if (process.env.NODE_ENV !== 'test') app.listen(3000);",
            "import pytesting",
            "from unittests import a",
            "TESTING = os.environ.get('TESTING')",
            "TESTING = 'test' in sys.argv",
            "if (process.env.NODE_ENV === 'test') logger.silent = true;",
            "const url = process.env.NODE_ENV === 'test' ? ':memory:' : 'shop.db';",
            "return os.environ['TEST_DATABASE_URL']",
            "if (require.main === module) main();",
            "if (typeof item === 'object') return item.id;",
            "const port = process.argv[2];",
        ] {
            assert!(added_probes("", line).is_empty(), "{line}");
        }
    }
}
