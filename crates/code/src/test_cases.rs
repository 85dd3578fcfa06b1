//! The tests of a file, and what each of them checks, in a form that does not depend on how it is
//! written.
//!
//! ```text
//! got = f(1)                          # read as `f(1) == 2`, like `assertEqual(2, f(1), "a message")`
//! assert got == 2
//! for a, b in ((1, 2), (5, 6)):       # read as two checks
//!     assert f(a) == b
//! ```
//!
//! A check that can't fail the test says why: it is never reached, its error is caught, the test is
//! skipped.

mod model;

mod platforms;

mod render;

mod matchers;

mod python_calls;

mod names;

mod python;

mod script_calls;

mod script;

use crate::languages::Language;
pub use model::{Case, Check, Rank, Silence};

/// Reads the tests of a file; `None` for a language without a grammar, and where the text does not
/// parse.
#[must_use]
pub fn read(path: &str, text: &str) -> Option<Vec<Case>> {
    let language = Language::of_path(path)?;
    let tree = language.parse(text)?;
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    Some(match language {
        Language::Python => python::read_python_tests(root, text),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            script::read_script_tests(root, text)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the silence of the last check of a test with this body.
    fn last_silence(path: &str, body: &str) -> Option<Silence> {
        let text = if path.ends_with(".py") {
            let lines = body.replace('\n', "\n        ");
            format!("class A(TestCase):\n    def test_a(self):\n        {lines}\n")
        } else {
            format!("test('a', () => {{\n{body}\n}});\n")
        };
        let cases = read(path, &text).unwrap_or_default();
        let last = cases.first().and_then(|case| case.checks.last());
        assert!(last.is_some(), "{text}");
        last.and_then(|check| check.silence)
    }

    /// Tests whose last assertion looks at a value that the code may have changed.
    const CHANGED: &[(&str, &str)] = &[
        (
            "test_a.py",
            "one = {\"x\": 1}\nf(one)\nself.assertEqual(one[\"x\"], 2)",
        ),
        (
            "test_a.py",
            "rows = [0] * 3\nfill(rows)\nassert rows[0] == 1",
        ),
        (
            "test_a.py",
            "one, other = {}, {}\nf(one, other)\nassert one[\"x\"] == 2",
        ),
        ("test_a.py", "a = {}\nb = a\nf(b)\nassert b[\"x\"] == 2"),
        (
            "test_a.py",
            "for one in [{\"x\": 1}, {\"x\": 3}]:\n    f(one)\n    assert one[\"x\"] == 2",
        ),
        (
            "test_a.py",
            "one, n = {\"x\": 1}, 2\nassert f(one) == 1\nassert one == {\"x\": 1}",
        ),
        (
            "test_a.py",
            "one = [1, 2][:]\none.append(f)\nassert one[2] == 3",
        ),
        (
            "test_a.py",
            "one = ({}, 1)\nf(one)\nself.assertEqual(one[0], {\"x\": 2})",
        ),
        (
            "a.test.js",
            "const one = { x: 1 };\nf(one);\nexpect(one.x).toBe(2);",
        ),
        (
            "a.test.js",
            "const one = { x: 1 };\nconst two = one;\nf(two);\nassert.equal(two['x'], 2);",
        ),
        (
            "a.test.js",
            "for (const one of [[1], [3]]) {\n  f(one);\n  expect(one[0]).toBe(2);\n}",
        ),
        (
            "a.test.ts",
            "const one = [3, 1] as number[];\nsort(one);\nexpect(one).toEqual([1, 3]);",
        ),
        (
            "a.test.ts",
            "const one = [[3, 1]][0];\nf({ one });\nexpect(one[0]).toBe(1);",
        ),
    ];

    /// Tests whose last assertion compares constants only.
    const CONSTANT: &[(&str, &str)] = &[
        ("test_a.py", "one = {\"x\": 2}\nassert one[\"x\"] == 2"),
        ("test_a.py", "n = 2\nf(n)\nassert n == 2"),
        (
            "test_a.py",
            "word = \"[a]\"\nf(word)\nassert word == \"[a]\"",
        ),
        (
            "test_a.py",
            "one, two = [1], [1]\nf()\nself.assertEqual(one, two)",
        ),
        ("test_a.py", "a, b = {}, 1\nf(a)\nassert a == a"),
        (
            "test_a.py",
            "for row in [[1, 1], [2, 2]]:\n    f()\n    assert row[0] == row[1]",
        ),
        ("a.test.js", "const n = 2;\nf(n);\nexpect(n).toBe(2);"),
        (
            "a.test.ts",
            "const one = [3, 1] as number[];\nsort();\nexpect(one).toEqual([3, 1]);",
        ),
    ];

    #[test]
    fn what_the_code_may_have_changed_is_no_constant() {
        for &(path, body) in CHANGED {
            assert_eq!(last_silence(path, body), None, "{body}");
        }

        for &(path, body) in CONSTANT {
            assert_eq!(last_silence(path, body), Some(Silence::Trivial), "{body}");
        }
    }
}
