//! Recognises code of tests, by what it defines.
//!
//! ```text
//! import pytest / def test_a(): …              of tests
//! @pytest.fixture def db(): … / def test_a()   of tests: the fixture sets them up
//! def total(): … / def test_total(): …         not: it defines what is tested, too
//! ```

use crate::definitions::Kind;
use crate::items::{Elisions, Item, Source};
use crate::languages::Language;

/// Returns whether all that a text defines and calls at its top are tests and what sets them up,
/// and one of them is a test.
#[must_use]
pub fn is_of_tests(path: &str, text: &str) -> bool {
    let Some(language) = Language::of_path(path) else {
        return false;
    };
    let Some(source) =
        Source::parse(text, language, Elisions::NONE).filter(|source| !source.has_error())
    else {
        return false;
    };
    let items = source.items(source.root());
    let code = || {
        items
            .iter()
            .filter(|item| !matches!(item.kind, Kind::Import | Kind::Comment | Kind::Docstring))
    };
    code().any(|item| is_test(language, item))
        && code().all(|item| is_test(language, item) || sets_up(&source, item))
}

/// Returns whether an item is a test, or in a script a double that only a runner of tests has.
fn is_test(language: Language, item: &Item<'_>) -> bool {
    match (language, item.kind) {
        (Language::Python, Kind::Function) => item.name.starts_with("test_"),
        (Language::Python, Kind::Class) => item.name.starts_with("Test") && item.name.len() > 4,
        (Language::Python, _) => false,
        (_, Kind::Call) => {
            // `jest.mock('./a')`, `vi.spyOn(a, 'b')`: what only a runner of tests has.
            let callee = item.name.split('(').next().unwrap_or_default();
            let doubles = [".mock", ".doMock", ".unmock", ".spyOn"]
                .iter()
                .any(|verb| callee.ends_with(verb));
            doubles
                || matches!(
                    callee.split('.').next(),
                    Some("it" | "test" | "describe" | "suite")
                )
        }
        _ => false,
    }
}

/// Returns whether an item sets up tests: a fixture, a hook.
fn sets_up(source: &Source<'_>, item: &Item<'_>) -> bool {
    const HOOKS: [&str; 4] = ["beforeEach", "afterEach", "beforeAll", "afterAll"];
    match item.kind {
        Kind::Function => source.slice(item.head..item.bare).contains("fixture"),
        Kind::Call => HOOKS.contains(&item.name.split(['(', '.']).next().unwrap_or_default()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_what_they_define() {
        for (path, text, expected) in [
            (
                "a.py",
                "import a\n\n\ndef test_a():\n    assert a.b\n",
                true,
            ),
            (
                "a.py",
                "class TestA:\n    def test_b(self):\n        pass\n",
                true,
            ),
            (
                "a.py",
                "@pytest.fixture\ndef a():\n    return 1\n\n\ndef test_a(a):\n    assert a\n",
                true,
            ),
            (
                "a.py",
                "def a():\n    return 1\n\n\ndef test_a():\n    assert a()\n",
                false,
            ),
            ("a.py", "@pytest.fixture\ndef a():\n    return 1\n", false),
            ("a.py", "def a():\n    return 1\n", false),
            (
                "a.ts",
                "describe('a', () => {\n  it('b', () => {});\n});\n",
                true,
            ),
            (
                "a.ts",
                "beforeEach(() => {});\ntest('b', () => {});\n",
                true,
            ),
            ("a.ts", "jest.mock('./b');\n", true),
            ("a.ts", "vi.mock('./b');\ntest('b', () => {});\n", true),
            ("a.ts", "export const test = 1;\n", false),
            ("a.ts", "router.get('/a', a);\n", false),
            ("a.md", "def test_a(): pass\n", false),
        ] {
            assert_eq!(is_of_tests(path, text), expected, "{text}");
        }
    }
}
