//! A red team in rows: a test, what was made of it, and what the comparison says: in which way it
//! says less, `run` where only running the old test tells, nothing where it says as much. Each
//! attempt has its honest twin.

use super::*;

/// A change of a test: the base that it changes, a name, the text that goes, what takes its place,
/// what is told.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const PYTEST: &str = "\
import pytest

from app.calc import f, g, parse


def test_f():
    assert f(1) == 2
    assert f(5) == 6


def test_g():
    assert g() == 1


def test_ratio():
    assert g() / 3 == pytest.approx(0.3333, abs=0.001)


def test_refuses():
    with pytest.raises(ValueError, match=\"empty\"):
        parse(\"\")


@pytest.mark.parametrize(\"given, wanted\", [(1, 2), (2, 3), (3, 4)])
def test_rows(given, wanted):
    assert f(given) == wanted


@pytest.mark.timeout(5)
def test_smoke():
    parse(\"a\")
";

const UNITTEST: &str = "\
import unittest

from app.calc import f, g, mean


class Calc(unittest.TestCase):
    def test_f(self):
        self.assertEqual(f(1), 2)

    def test_g(self):
        self.assertEqual(g(), 1)
        self.assertIn(\"a\", f(\"a\"))

    def test_mean(self):
        self.assertAlmostEqual(mean([1, 2]), 1.5, places=5)

    def test_refuses(self):
        with self.assertRaises(ValueError):
            f(None)
";

const JEST: &str = "\
import { f, g, parse } from './calc';

describe('calc', () => {
  it('f', () => {
    expect(f(1)).toBe(2);
    expect(f(5)).toBe(6);
  });

  it('g', async () => {
    const got = await g();
    expect(got.total).toEqual(1);
    expect(got.ratio).toBeCloseTo(0.333, 3);
  });

  it('refuses', () => {
    expect(() => parse('')).toThrow(RangeError);
  });

  it('is quick', async () => {
    await expect(g()).resolves.toEqual({ total: 1 });
  }, 6000);
});
";

const NODE: &str = "\
import assert from 'node:assert';
import test from 'node:test';
import { f, g } from './calc.js';

test('f', () => {
  assert.equal(f(1), 2);
});

test('g', () => {
  assert.equal(g(), 1);
});
";

const REQUEST: &str = "\
const request = require('supertest');
const app = require('../src/app');

describe('orders', () => {
  it('lists', async () => {
    const response = await request(app).get('/orders');
    expect(response.status).toBe(200);
    expect(response.body).toHaveLength(2);
  });

  it('denies', async () => {
    await request(app).delete('/orders/1').expect(403);
  });
});
";

fn base(name: &str) -> (&'static str, &'static str) {
    match name {
        "pytest" => ("tests/test_calc.py", PYTEST),
        "unittest" => ("tests/test_calc.py", UNITTEST),
        "jest" => ("src/calc.test.ts", JEST),
        "node" => ("src/calc.test.js", NODE),
        _ => ("test/orders.test.js", REQUEST),
    }
}

fn word(way: Way) -> String {
    match way {
        Way::Silenced(silence) => format!("{silence:?}"),
        Way::Conditional | Way::Expectation | Way::Rewritten => "run".to_owned(),
        certain => format!("{certain:?}"),
    }
}

fn describe_row((base_name, name, from, to, _): &Row) -> String {
    let (path, old) = base(base_name);
    assert!(old.contains(from), "{name}: {from}");
    let new = old.replacen(from, to, 1);
    assert_ne!(old, new, "{name}");
    assert!(
        test_cases::read(path, &new).is_some(),
        "{name} does not parse:\n{new}"
    );
    let mut found = compare(&[Revision {
        path,
        old: Some(old),
        new: Some(&new),
    }]);
    found.sort_by_key(|one| one.way);
    found.first().map(|one| word(one.way)).unwrap_or_default()
}

fn hold(rows: &[Row]) {
    let wrong = rows.iter().filter(|row| describe_row(row) != row.4);
    let wrong: Vec<String> = wrong
        .map(|row| {
            format!(
                "{} ({}): `{}`, not `{}`",
                row.1,
                row.0,
                describe_row(row),
                row.4
            )
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

const ATTEMPTS: &[Row] = &[
    (
        "pytest",
        "more than the rounding of floats is allowed",
        "    assert f(5) == 6\n",
        "    assert f(5) == pytest.approx(6, abs=0.5)\n",
        "Loosened",
    ),
    (
        "pytest",
        "other words of the error are demanded of what was caught",
        "    with pytest.raises(ValueError, match=\"empty\"):\n        parse(\"\")",
        "    with pytest.raises(ValueError) as caught:\n        parse(\"\")\n    assert \"e\" in str(caught.value)",
        "Loosened",
    ),
    (
        "pytest",
        "a value that equals everything",
        "assert g() == 1",
        "assert g() == mock.ANY",
        "run",
    ),
    (
        "pytest",
        "the check stands in a lambda",
        "    assert g() == 1",
        "    lambda: g() == 1",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "any failure of the body is wanted",
        "    assert g() == 1",
        "    with pytest.raises(BaseException):\n        assert g() == 1",
        "Swallowed",
    ),
    (
        "pytest",
        "rows are expected to fail",
        "[(1, 2), (2, 3), (3, 4)]",
        "[(1, 2), (2, 3), pytest.param(3, 4, marks=pytest.mark.xfail)]",
        "ExpectedToFail",
    ),
    (
        "pytest",
        "a library that is not there is needed",
        "    assert g() == 1",
        "    pytest.importorskip(\"nothing_of_this_name\")\n    assert g() == 1",
        "Skipped",
    ),
    (
        "jest",
        "a matcher for anything",
        "toEqual(1)",
        "toEqual(expect.anything())",
        "run",
    ),
    (
        "jest",
        "a promise that nobody waits for",
        "    await expect(g()).resolves.toEqual({ total: 1 });",
        "    g().then((got) => expect(got).toEqual({ total: 1 }));",
        "run",
    ),
    (
        "jest",
        "only where a variable is set",
        "    expect(f(5)).toBe(6);",
        "    if (process.env.CI) expect(f(5)).toBe(6);",
        "run",
    ),
    (
        "node",
        "the check's second value is a message",
        "assert.equal(g(), 1)",
        "assert.ok(g(), 1)",
        "Loosened",
    ),
    (
        "node",
        "a function that checks is not called",
        "  assert.equal(g(), 1);",
        "  () => assert.equal(g(), 1);",
        "AssertionRemoved",
    ),
    (
        "node",
        "a test without a body",
        "test('g', () => {\n  assert.equal(g(), 1);\n});",
        "test('g');",
        "Skipped",
    ),
    (
        "node",
        "another value only is ruled out",
        "assert.equal(g(), 1)",
        "assert.notEqual(g(), 2)",
        "Loosened",
    ),
    (
        "pytest",
        "a test is deleted",
        "def test_g():\n    assert g() == 1\n",
        "",
        "Removed",
    ),
    (
        "pytest",
        "a test is renamed so that nobody finds it",
        "def test_g",
        "def check_g",
        "Removed",
    ),
    (
        "pytest",
        "a test is deleted below another",
        "def test_g():\n    assert g() == 1\n",
        "def test_new():\n    assert parse(\"b\") == 7\n",
        "Removed",
    ),
    (
        "pytest",
        "skip",
        "def test_g",
        "@pytest.mark.skip\ndef test_g",
        "Skipped",
    ),
    (
        "pytest",
        "skip with a reason",
        "def test_g",
        "@pytest.mark.skip(reason=\"later\")\ndef test_g",
        "Skipped",
    ),
    (
        "pytest",
        "skipif",
        "def test_g",
        "@pytest.mark.skipif(True, reason=\"x\")\ndef test_g",
        "Skipped",
    ),
    (
        "pytest",
        "skip under another name",
        "def test_g",
        "@mark.skip\ndef test_g",
        "Skipped",
    ),
    (
        "pytest",
        "xfail",
        "def test_g",
        "@pytest.mark.xfail\ndef test_g",
        "ExpectedToFail",
    ),
    (
        "pytest",
        "a skip in the body",
        "    assert g() == 1",
        "    pytest.skip(\"later\")\n    assert g() == 1",
        "Skipped",
    ),
    (
        "pytest",
        "an xfail in the body",
        "    assert g() == 1",
        "    pytest.xfail(\"later\")\n    assert g() == 1",
        "ExpectedToFail",
    ),
    (
        "pytest",
        "a skip of the file",
        "import pytest\n",
        "import pytest\npytestmark = pytest.mark.skip\n",
        "Skipped",
    ),
    (
        "pytest",
        "a skip of the file in a list",
        "import pytest\n",
        "import pytest\npytestmark = [pytest.mark.slow, pytest.mark.skip(reason=\"x\")]\n",
        "Skipped",
    ),
    (
        "pytest",
        "a skip while the file is loaded",
        "import pytest\n",
        "import pytest\npytest.skip(\"x\", allow_module_level=True)\n",
        "Skipped",
    ),
    (
        "pytest",
        "a package that is asked for",
        "import pytest\n",
        "import pytest\npytest.importorskip(\"absent\")\n",
        "Skipped",
    ),
    (
        "pytest",
        "not a test",
        "import pytest\n",
        "import pytest\n__test__ = False\n",
        "NotCollected",
    ),
    (
        "pytest",
        "taken out below",
        "@pytest.mark.timeout(5)",
        "test_g.__test__ = False\n\n\n@pytest.mark.timeout(5)",
        "NotCollected",
    ),
    (
        "pytest",
        "deleted below",
        "@pytest.mark.timeout(5)",
        "del test_g\n\n\n@pytest.mark.timeout(5)",
        "NotCollected",
    ),
    (
        "pytest",
        "overwritten below",
        "@pytest.mark.timeout(5)",
        "test_g = None\n\n\n@pytest.mark.timeout(5)",
        "NotCollected",
    ),
    (
        "pytest",
        "shadowed by an empty test",
        "@pytest.mark.timeout(5)",
        "def test_g():\n    pass\n\n\n@pytest.mark.timeout(5)",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "in a class that nobody collects",
        "def test_g():\n    assert g() == 1\n",
        "class Checks:\n    def test_g(self):\n        assert g() == 1\n",
        "NotCollected",
    ),
    (
        "pytest",
        "below a condition that never holds",
        "def test_g():\n    assert g() == 1\n",
        "if False:\n    def test_g():\n        assert g() == 1\n",
        "NotCollected",
    ),
    (
        "pytest",
        "one of two assertions",
        "    assert f(5) == 6\n",
        "",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "an assertion as a comment",
        "    assert g() == 1",
        "    # assert g() == 1\n    pass",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "an assertion as a string",
        "    assert g() == 1",
        "    \"assert g() == 1\"",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "an assertion as a call",
        "    assert g() == 1",
        "    g()",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "an assertion that is printed",
        "    assert g() == 1",
        "    print(g() == 1)",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "assert True",
        "    assert g() == 1",
        "    assert True",
        "Trivial",
    ),
    (
        "pytest",
        "a constant",
        "    assert g() == 1",
        "    g()\n    assert 1 == 1",
        "Trivial",
    ),
    (
        "pytest",
        "a thing and itself",
        "    assert g() == 1",
        "    assert g() == g()",
        "Trivial",
    ),
    (
        "pytest",
        "or True",
        "    assert g() == 1",
        "    assert g() == 1 or True",
        "Trivial",
    ),
    (
        "pytest",
        "a tuple",
        "    assert g() == 1",
        "    assert (g() == 1, \"a message\")",
        "Trivial",
    ),
    (
        "pytest",
        "a value that is made up",
        "    assert g() == 1",
        "    got = 1\n    assert got == 1",
        "Trivial",
    ),
    (
        "pytest",
        "a return",
        "    assert g() == 1",
        "    return\n    assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "a return under True",
        "    assert g() == 1",
        "    if True:\n        return\n    assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "a return in a block",
        "    assert g() == 1",
        "    with open(\"a\"):\n        return\n    assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "if False",
        "    assert g() == 1",
        "    if False:\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "if 0",
        "    assert g() == 1",
        "    if 0:\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "while False",
        "    assert g() == 1",
        "    while False:\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "else of True",
        "    assert g() == 1",
        "    if True:\n        pass\n    else:\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "a loop over nothing",
        "    assert g() == 1",
        "    for _ in []:\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "a range of nothing",
        "    assert g() == 1",
        "    for _ in range(0):\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "a loop that goes on at once",
        "    assert g() == 1",
        "    for _ in (1,):\n        continue\n        assert g() == 1",
        "NeverReached",
    ),
    (
        "pytest",
        "an inner function",
        "    assert g() == 1",
        "    def inner():\n        assert g() == 1",
        "NeverCalled",
    ),
    (
        "pytest",
        "a caught assertion",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    except AssertionError:\n        pass",
        "Swallowed",
    ),
    (
        "pytest",
        "everything caught",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    except:\n        pass",
        "Swallowed",
    ),
    (
        "pytest",
        "one of several caught",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    except (ValueError, Exception) as error:\n        print(error)",
        "Swallowed",
    ),
    (
        "pytest",
        "suppress",
        "    assert g() == 1",
        "    with contextlib.suppress(AssertionError):\n        assert g() == 1",
        "Swallowed",
    ),
    (
        "pytest",
        "a failure that is asked for",
        "    assert g() == 1",
        "    with pytest.raises(AssertionError):\n        assert g() == 1",
        "Swallowed",
    ),
    (
        "pytest",
        "a wider tolerance",
        "abs=0.001",
        "abs=0.5",
        "Tolerance",
    ),
    (
        "pytest",
        "a tolerance by share",
        "abs=0.001",
        "rel=0.5",
        "Tolerance",
    ),
    (
        "pytest",
        "a wider error",
        "ValueError, match=\"empty\"",
        "Exception, match=\"empty\"",
        "Loosened",
    ),
    (
        "pytest",
        "other words of an error",
        "\"empty\"",
        "\"none\"",
        "run",
    ),
    (
        "pytest",
        "an error without its words",
        ", match=\"empty\"",
        "",
        "Loosened",
    ),
    (
        "pytest",
        "only something",
        "    assert g() == 1",
        "    assert g()",
        "Loosened",
    ),
    (
        "pytest",
        "only not nothing",
        "    assert g() == 1",
        "    assert g() is not None",
        "Loosened",
    ),
    (
        "pytest",
        "a bound for a value",
        "    assert g() == 1",
        "    assert g() >= 0",
        "Loosened",
    ),
    (
        "pytest",
        "one of several values",
        "    assert g() == 1",
        "    assert g() in (1, 2, 3)",
        "Loosened",
    ),
    (
        "pytest",
        "a kind for a value",
        "    assert g() == 1",
        "    assert isinstance(g(), int)",
        "run",
    ),
    (
        "pytest",
        "another value",
        "    assert g() == 1",
        "    assert g() == 7",
        "run",
    ),
    (
        "pytest",
        "this or that",
        "    assert g() == 1",
        "    assert g() == 1 or g() == 2",
        "Loosened",
    ),
    ("pytest", "a row less", ", (3, 4)]", "]", "CaseRemoved"),
    (
        "pytest",
        "a row that is skipped",
        "(3, 4)]",
        "pytest.param(3, 4, marks=pytest.mark.skip)]",
        "Skipped",
    ),
    (
        "pytest",
        "another value in a row",
        "(3, 4)]",
        "(3, 5)]",
        "run",
    ),
    (
        "pytest",
        "no rows",
        "[(1, 2), (2, 3), (3, 4)]",
        "[]",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "more time",
        "timeout(5)",
        "timeout(500)",
        "Timeout",
    ),
    (
        "pytest",
        "a test that calls nothing",
        "    parse(\"a\")",
        "    pass",
        "AssertionRemoved",
    ),
    (
        "pytest",
        "a function of the same name",
        "    assert g() == 1",
        "    g = lambda: 1\n    assert g() == 1",
        "run",
    ),
    (
        "pytest",
        "under a condition",
        "    assert g() == 1",
        "    if g() == 1:\n        assert g() == 1",
        "run",
    ),
    (
        "pytest",
        "a mark that nobody knows",
        "def test_g",
        "@ignored\ndef test_g",
        "run",
    ),
    (
        "unittest",
        "a method is deleted",
        "    def test_f(self):\n        self.assertEqual(f(1), 2)\n",
        "",
        "Removed",
    ),
    (
        "unittest",
        "unittest.skip",
        "    def test_g",
        "    @unittest.skip(\"later\")\n    def test_g",
        "Skipped",
    ),
    (
        "unittest",
        "skipUnless",
        "    def test_g",
        "    @unittest.skipUnless(False, \"x\")\n    def test_g",
        "Skipped",
    ),
    (
        "unittest",
        "expectedFailure",
        "    def test_g",
        "    @unittest.expectedFailure\n    def test_g",
        "ExpectedToFail",
    ),
    (
        "unittest",
        "a skip of the class",
        "class Calc",
        "@unittest.skip(\"x\")\nclass Calc",
        "Skipped",
    ),
    (
        "unittest",
        "skipTest",
        "        self.assertEqual(g(), 1)",
        "        self.skipTest(\"x\")\n        self.assertEqual(g(), 1)",
        "Skipped",
    ),
    (
        "unittest",
        "SkipTest",
        "        self.assertEqual(g(), 1)",
        "        raise unittest.SkipTest(\"x\")\n        self.assertEqual(g(), 1)",
        "Skipped",
    ),
    (
        "unittest",
        "a set-up that skips",
        "    def test_f",
        "    def setUp(self):\n        self.skipTest(\"x\")\n\n    def test_f",
        "Skipped",
    ),
    (
        "unittest",
        "no test case any more",
        "class Calc(unittest.TestCase)",
        "class Calc(object)",
        "NotCollected",
    ),
    (
        "unittest",
        "shadowed",
        "    def test_mean",
        "    def test_f(self):\n        pass\n\n    def test_mean",
        "AssertionRemoved",
    ),
    (
        "unittest",
        "true of a value",
        "self.assertEqual(f(1), 2)",
        "self.assertTrue(f(1))",
        "Loosened",
    ),
    (
        "unittest",
        "true of true",
        "self.assertEqual(f(1), 2)",
        "self.assertTrue(True)",
        "Trivial",
    ),
    (
        "unittest",
        "equal constants",
        "self.assertEqual(f(1), 2)",
        "self.assertEqual(2, 2)",
        "Trivial",
    ),
    (
        "unittest",
        "not nothing",
        "self.assertEqual(f(1), 2)",
        "self.assertIsNotNone(f(1))",
        "Loosened",
    ),
    (
        "unittest",
        "fewer places",
        "places=5",
        "places=1",
        "Tolerance",
    ),
    ("unittest", "a delta", "places=5", "delta=1", "Tolerance"),
    (
        "unittest",
        "almost for equal",
        "self.assertEqual(f(1), 2)",
        "self.assertAlmostEqual(f(1), 2, places=0)",
        "Loosened",
    ),
    (
        "unittest",
        "another value",
        "self.assertEqual(f(1), 2)",
        "self.assertEqual(f(1), 1)",
        "run",
    ),
    (
        "unittest",
        "a wider error",
        "assertRaises(ValueError)",
        "assertRaises(Exception)",
        "Loosened",
    ),
    (
        "unittest",
        "a failure that is asked for",
        "        self.assertEqual(f(1), 2)",
        "        with self.assertRaises(AssertionError):\n            self.assertEqual(f(1), 2)",
        "Swallowed",
    ),
    (
        "unittest",
        "an error that is no longer asked for",
        "        with self.assertRaises(ValueError):\n            f(None)",
        "        f(None)",
        "AssertionRemoved",
    ),
    (
        "jest",
        "a test is deleted",
        "  it('refuses', () => {\n    expect(() => parse('')).toThrow(RangeError);\n  });\n",
        "",
        "Removed",
    ),
    ("jest", "it.skip", "it('f'", "it.skip('f'", "Skipped"),
    ("jest", "xit", "it('f'", "xit('f'", "Skipped"),
    (
        "jest",
        "it.todo",
        "it('f', () => {\n    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);\n  })",
        "it.todo('f')",
        "ExpectedToFail",
    ),
    (
        "jest",
        "it.failing",
        "it('f'",
        "it.failing('f'",
        "ExpectedToFail",
    ),
    (
        "jest",
        "it.fails",
        "it('f'",
        "it.fails('f'",
        "ExpectedToFail",
    ),
    (
        "jest",
        "describe.skip",
        "describe('calc'",
        "describe.skip('calc'",
        "Skipped",
    ),
    (
        "jest",
        "xdescribe",
        "describe('calc'",
        "xdescribe('calc'",
        "Skipped",
    ),
    ("jest", "it.only", "it('g'", "it.only('g'", "Skipped"),
    ("jest", "fit", "it('g'", "fit('g'", "Skipped"),
    ("jest", "skipIf", "it('f'", "it.skipIf(true)('f'", "Skipped"),
    (
        "jest",
        "an option",
        "it('f', () =>",
        "it('f', { skip: true }, () =>",
        "Skipped",
    ),
    (
        "jest",
        "one of two assertions",
        "    expect(f(5)).toBe(6);\n",
        "",
        "AssertionRemoved",
    ),
    (
        "jest",
        "an assertion as a comment",
        "    expect(() => parse",
        "    // expect(() => parse",
        "AssertionRemoved",
    ),
    (
        "jest",
        "true of true",
        "expect(() => parse('')).toThrow(RangeError)",
        "expect(true).toBe(true)",
        "Trivial",
    ),
    (
        "jest",
        "a matcher that is not called",
        "expect(() => parse('')).toThrow(RangeError)",
        "expect(() => parse(''))",
        "AssertionRemoved",
    ),
    (
        "jest",
        "a return",
        "    expect(f(1)).toBe(2);",
        "    return;\n    expect(f(1)).toBe(2);",
        "NeverReached",
    ),
    (
        "jest",
        "if false",
        "    expect(() => parse('')).toThrow(RangeError);",
        "    if (false) {\n      expect(() => parse('')).toThrow(RangeError);\n    }",
        "NeverReached",
    ),
    (
        "jest",
        "false and",
        "expect(() => parse('')).toThrow(RangeError);",
        "false && expect(() => parse('')).toThrow(RangeError);",
        "NeverReached",
    ),
    (
        "jest",
        "a loop over nothing",
        "    expect(f(5)).toBe(6);",
        "    for (const _ of []) {\n      expect(f(5)).toBe(6);\n    }",
        "NeverReached",
    ),
    (
        "jest",
        "forEach of nothing",
        "    expect(f(5)).toBe(6);",
        "    [].forEach(() => {\n      expect(f(5)).toBe(6);\n    });",
        "NeverReached",
    ),
    (
        "jest",
        "an inner function",
        "    expect(f(5)).toBe(6);",
        "    const later = () => {\n      expect(f(5)).toBe(6);\n    };",
        "NeverCalled",
    ),
    (
        "jest",
        "a caught assertion",
        "    expect(f(5)).toBe(6);",
        "    try {\n      expect(f(5)).toBe(6);\n    } catch (error) {\n      console.log(error);\n    }",
        "Swallowed",
    ),
    (
        "jest",
        "an error that is dropped",
        "await expect(g()).resolves.toEqual({ total: 1 });",
        "await g().then((got) => expect(got).toEqual({ total: 1 })).catch(() => {});",
        "Swallowed",
    ),
    (
        "jest",
        "a failure that is asked for",
        "    expect(f(5)).toBe(6);",
        "    expect(() => {\n      expect(f(5)).toBe(6);\n    }).toThrow();",
        "Swallowed",
    ),
    (
        "jest",
        "fewer digits",
        "toBeCloseTo(0.333, 3)",
        "toBeCloseTo(0.333, 0)",
        "Tolerance",
    ),
    (
        "jest",
        "digits of its own accord",
        "toBeCloseTo(0.333, 3)",
        "toBeCloseTo(0.333)",
        "Tolerance",
    ),
    (
        "jest",
        "only something",
        "expect(f(5)).toBe(6)",
        "expect(f(5)).toBeTruthy()",
        "Loosened",
    ),
    (
        "jest",
        "only defined",
        "expect(f(5)).toBe(6)",
        "expect(f(5)).toBeDefined()",
        "Loosened",
    ),
    (
        "jest",
        "only a part",
        "expect(got.total).toEqual(1)",
        "expect(got.total).toMatchObject({})",
        "Loosened",
    ),
    (
        "jest",
        "not another",
        "expect(f(5)).toBe(6)",
        "expect(f(5)).not.toBe(7)",
        "Loosened",
    ),
    (
        "jest",
        "any error",
        "toThrow(RangeError)",
        "toThrow()",
        "Loosened",
    ),
    (
        "jest",
        "another value",
        "expect(f(5)).toBe(6)",
        "expect(f(5)).toBe(5)",
        "run",
    ),
    ("jest", "more time", "6000", "60000", "Timeout"),
    (
        "jest",
        "time where none was given",
        "toThrow(RangeError);\n  })",
        "toThrow(RangeError);\n  }, 90000)",
        "Timeout",
    ),
    (
        "jest",
        "a set-up that skips",
        "  it('f'",
        "  beforeEach((context) => context.skip());\n\n  it('f'",
        "Skipped",
    ),
    (
        "jest",
        "a made-up value",
        "const got = await g()",
        "const got = { total: 1, ratio: 0.333 }",
        "run",
    ),
    (
        "node",
        "todo",
        "test('f', () =>",
        "test('f', { todo: true }, () =>",
        "ExpectedToFail",
    ),
    (
        "node",
        "a skip with a reason",
        "test('f', () =>",
        "test('f', { skip: 'later' }, () =>",
        "Skipped",
    ),
    (
        "node",
        "t.skip",
        "test('f', () => {",
        "test('f', (t) => {\n  t.skip();",
        "Skipped",
    ),
    ("node", "test.only", "test('g'", "test.only('g'", "Skipped"),
    (
        "node",
        "a return",
        "  assert.equal(f(1), 2);",
        "  return;\n  assert.equal(f(1), 2);",
        "NeverReached",
    ),
    (
        "node",
        "caught",
        "  assert.equal(f(1), 2);",
        "  try {\n    assert.equal(f(1), 2);\n  } catch {}",
        "Swallowed",
    ),
    (
        "node",
        "throws",
        "  assert.equal(f(1), 2);",
        "  assert.throws(() => {\n    assert.equal(f(1), 2);\n  });",
        "Swallowed",
    ),
    (
        "node",
        "true",
        "assert.equal(f(1), 2)",
        "assert.ok(true)",
        "Trivial",
    ),
    (
        "node",
        "something",
        "assert.equal(f(1), 2)",
        "assert.ok(f(1))",
        "Loosened",
    ),
    (
        "node",
        "not another",
        "assert.equal(f(1), 2)",
        "assert.notEqual(f(1), 3)",
        "Loosened",
    ),
    (
        "node",
        "another value",
        "assert.equal(f(1), 2)",
        "assert.equal(f(1), 1)",
        "run",
    ),
    (
        "request",
        "another status",
        "expect(403)",
        "expect(200)",
        "run",
    ),
    (
        "request",
        "no status",
        ".expect(403)",
        "",
        "AssertionRemoved",
    ),
    (
        "request",
        "one of two",
        "    expect(response.body).toHaveLength(2);\n",
        "",
        "AssertionRemoved",
    ),
    (
        "request",
        "one of several",
        "expect(response.status).toBe(200)",
        "expect([200, 500]).toContain(response.status)",
        "run",
    ),
    (
        "request",
        "a bound",
        "expect(response.status).toBe(200)",
        "expect(response.status).toBeLessThan(500)",
        "Loosened",
    ),
    (
        "pytest",
        "a bare return behind a name",
        "    assert g() == 1",
        "    got = g()\n    if got is not None:\n        return\n    assert got == 1",
        "run",
    ),
    (
        "pytest",
        "any of several",
        "    assert g() == 1",
        "    assert any(g() == value for value in (1, 2))",
        "run",
    ),
    (
        "pytest",
        "a lambda",
        "    assert g() == 1",
        "    check = lambda: g() == 1\n    assert check",
        "run",
    ),
    (
        "pytest",
        "a mock of what is tested",
        "def test_g():",
        "@mock.patch(\"tests.test_calc.g\", return_value=1)\ndef test_g(_):",
        "run",
    ),
    (
        "pytest",
        "the name bound anew in the file",
        "def test_g():",
        "g = lambda: 1\n\n\ndef test_g():",
        "run",
    ),
    (
        "pytest",
        "an exit",
        "    assert g() == 1",
        "    pytest.exit(\"done\")\n    assert g() == 1",
        "Skipped",
    ),
    (
        "pytest",
        "everything caught, told to nobody",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    except BaseException as error:\n        logging.warning(error)",
        "Swallowed",
    ),
    (
        "pytest",
        "a return in finally",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    finally:\n        return",
        "Swallowed",
    ),
    (
        "pytest",
        "a length for a value",
        "    assert g() == 1",
        "    assert len(str(g())) > 0",
        "run",
    ),
    (
        "pytest",
        "not equal to another",
        "    assert g() == 1",
        "    assert g() != 2",
        "Loosened",
    ),
    (
        "pytest",
        "a rounded value",
        "    assert g() == 1",
        "    assert round(g()) == 1",
        "run",
    ),
    (
        "pytest",
        "a class that is skipped",
        "def test_g():\n    assert g() == 1\n",
        "@pytest.mark.skip\nclass TestG:\n    def test_g(self):\n        assert g() == 1\n",
        "Skipped",
    ),
    (
        "unittest",
        "load_tests",
        "import unittest\n",
        "import unittest\n\n\ndef load_tests(loader, tests, pattern):\n    return unittest.TestSuite()\n",
        "run",
    ),
    (
        "unittest",
        "items counted for equal",
        "self.assertEqual(f(1), 2)",
        "self.assertGreater(f(1), 0)",
        "Loosened",
    ),
    (
        "unittest",
        "a set-up of the class that skips",
        "    def test_f",
        "    @classmethod\n    def setUpClass(cls):\n        raise unittest.SkipTest(\"x\")\n\n    def test_f",
        "Skipped",
    ),
    (
        "jest",
        "a describe that is never called",
        "describe('calc'",
        "const later = () => describe('calc'",
        "Removed",
    ),
    (
        "jest",
        "an expectation that nobody waits for",
        "await expect(g())",
        "expect(g())",
        "NeverReached",
    ),
    (
        "jest",
        "anything",
        "toEqual(1)",
        "toEqual(expect.anything())",
        "run",
    ),
    (
        "jest",
        "a promise that nobody waits for",
        "    expect(f(5)).toBe(6);",
        "    setTimeout(() => {\n      expect(f(5)).toBe(6);\n    }, 0);",
        "NeverReached",
    ),
    (
        "jest",
        "a todo option of vitest",
        "it('f', () =>",
        "it('f', { todo: true }, () =>",
        "ExpectedToFail",
    ),
    (
        "node",
        "a suite of its own that is skipped",
        "test('f', () => {\n  assert.equal(f(1), 2);\n});",
        "describe('f', { skip: true }, () => {\n  test('f', () => {\n    assert.equal(f(1), 2);\n  });\n});",
        "Skipped",
    ),
    (
        "node",
        "or",
        "assert.equal(f(1), 2)",
        "assert.ok(f(1) === 2 || f(1) === 1)",
        "Loosened",
    ),
];

const TWINS: &[Row] = &[
    (
        "pytest",
        "a test uses a fixture by a mark",
        "def test_g():",
        "@pytest.mark.usefixtures(\"database\")\ndef test_g():",
        "run",
    ),
    (
        "pytest",
        "a test needs a module that every Python has",
        "def test_g():\n",
        "def test_g():\n    pytest.importorskip(\"json\")\n",
        "",
    ),
    #[cfg(target_os = "linux")]
    (
        "pytest",
        "a test is skipped on another system",
        "def test_g():",
        "@pytest.mark.skipif(sys.platform == \"win32\", reason=\"no signals\")\ndef test_g():",
        "",
    ),
    #[cfg(target_os = "linux")]
    (
        "jest",
        "a test is skipped on another system",
        "it('f', ",
        "it.skipIf(process.platform === 'win32')('f', ",
        "",
    ),
    (
        "pytest",
        "rows get names",
        "[(1, 2), (2, 3), (3, 4)]",
        "[pytest.param(1, 2, id=\"a\"), pytest.param(2, 3, id=\"b\"), pytest.param(3, 4, id=\"c\")]",
        "",
    ),
    (
        "pytest",
        "a kind is asked besides",
        "    assert g() == 1",
        "    assert g() == 1\n    assert isinstance(g(), int)",
        "",
    ),
    (
        "jest",
        "the stricter of two equalities",
        "toEqual(1)",
        "toBe(1)",
        "",
    ),
    (
        "jest",
        "the result gets a name",
        "    expect(f(5)).toBe(6);",
        "    const six = f(5);\n    expect(six).toBe(6);",
        "",
    ),
    (
        "node",
        "a message is added",
        "assert.equal(g(), 1)",
        "assert.equal(g(), 1, 'one')",
        "",
    ),
    (
        "node",
        "the strict form",
        "assert.equal(g(), 1)",
        "assert.strictEqual(g(), 1)",
        "",
    ),
    (
        "pytest",
        "sides swapped",
        "assert g() == 1",
        "assert 1 == g()",
        "",
    ),
    (
        "pytest",
        "a message",
        "assert g() == 1",
        "assert g() == 1, \"one\"",
        "",
    ),
    (
        "pytest",
        "a name for the value",
        "    assert g() == 1",
        "    got = g()\n    assert got == 1",
        "",
    ),
    (
        "pytest",
        "a name for what is expected",
        "    assert g() == 1",
        "    wanted = 1\n    assert g() == wanted",
        "",
    ),
    (
        "pytest",
        "brackets and lines",
        "    assert g() == 1",
        "    assert (\n        g()\n        == 1\n    )",
        "",
    ),
    ("pytest", "other quotes", "parse(\"\")", "parse('')", ""),
    (
        "pytest",
        "split over two tests",
        "    assert f(5) == 6\n",
        "\n\ndef test_f_of_five():\n    assert f(5) == 6\n",
        "",
    ),
    (
        "pytest",
        "both in one",
        "    assert f(1) == 2\n    assert f(5) == 6",
        "    assert f(1) == 2 and f(5) == 6",
        "",
    ),
    (
        "pytest",
        "reordered",
        "    assert f(1) == 2\n    assert f(5) == 6",
        "    assert f(5) == 6\n    assert f(1) == 2",
        "",
    ),
    (
        "pytest",
        "a loop over rows",
        "    assert f(1) == 2\n    assert f(5) == 6",
        "    for given, wanted in ((1, 2), (5, 6)):\n        assert f(given) == wanted",
        "",
    ),
    (
        "pytest",
        "a table",
        "def test_f():\n    assert f(1) == 2\n    assert f(5) == 6",
        "@pytest.mark.parametrize((\"a\", \"b\"), [(1, 2), pytest.param(5, 6, id=\"five\")])\ndef test_f(a, b):\n    assert f(a) == b",
        "",
    ),
    (
        "pytest",
        "a table under a name",
        "def test_f():\n    assert f(1) == 2\n    assert f(5) == 6",
        "ROWS = [(1, 2), (5, 6)]\n\n\n@pytest.mark.parametrize(\"a, b\", ROWS)\ndef test_f(a, b):\n    assert f(a) == b",
        "",
    ),
    (
        "pytest",
        "a table made by hand again",
        "@pytest.mark.parametrize(\"given, wanted\", [(1, 2), (2, 3), (3, 4)])\ndef test_rows(given, wanted):\n    assert f(given) == wanted",
        "def test_rows():\n    assert f(1) == 2\n    assert f(2) == 3\n    assert f(3) == 4",
        "",
    ),
    ("pytest", "a row more", "(3, 4)]", "(3, 4), (4, 5)]", ""),
    ("pytest", "a new name", "def test_g", "def test_answer", ""),
    (
        "pytest",
        "in a class",
        "def test_g():\n    assert g() == 1\n",
        "class TestG:\n    def test_g(self):\n        assert g() == 1\n",
        "",
    ),
    (
        "pytest",
        "moved down",
        "def test_g():\n    assert g() == 1\n\n\ndef test_ratio():\n    assert g() / 3 == pytest.approx(0.3333, abs=0.001)\n",
        "def test_ratio():\n    assert g() / 3 == pytest.approx(0.3333, abs=0.001)\n\n\ndef test_g():\n    assert g() == 1\n",
        "",
    ),
    (
        "pytest",
        "a test more",
        "def test_g",
        "def test_h():\n    assert f(7) == 8\n\n\ndef test_g",
        "",
    ),
    (
        "pytest",
        "a new test that is skipped",
        "def test_g",
        "@pytest.mark.skip(reason=\"needs a server\")\ndef test_h():\n    assert f(7) == 8\n\n\ndef test_g",
        "",
    ),
    (
        "pytest",
        "an assertion more",
        "    assert g() == 1",
        "    assert g() == 1\n    assert g() != 2",
        "",
    ),
    (
        "pytest",
        "a narrower tolerance",
        "abs=0.001",
        "abs=0.0001",
        "",
    ),
    ("pytest", "less time", "timeout(5)", "timeout(1)", ""),
    (
        "pytest",
        "words for an error",
        "    parse(\"a\")",
        "    with pytest.raises(KeyError, match=\"b\"):\n        parse(\"b\")\n    parse(\"a\")",
        "",
    ),
    (
        "pytest",
        "a comment",
        "    assert g() == 1",
        "    # the answer\n    assert g() == 1",
        "",
    ),
    (
        "pytest",
        "a docstring",
        "    assert g() == 1",
        "    \"\"\"The answer.\"\"\"\n    assert g() == 1",
        "",
    ),
    (
        "pytest",
        "an error that is caught for another reason",
        "    assert g() == 1",
        "    try:\n        parse(\"\")\n    except ValueError:\n        pass\n    assert g() == 1",
        "",
    ),
    (
        "pytest",
        "told again",
        "    assert g() == 1",
        "    try:\n        assert g() == 1\n    except AssertionError:\n        print(\"g\")\n        raise",
        "",
    ),
    (
        "pytest",
        "an inner function that is called",
        "    assert g() == 1",
        "    def inner():\n        assert g() == 1\n\n    inner()",
        "",
    ),
    (
        "pytest",
        "a function that checks",
        "def test_g():\n    assert g() == 1\n",
        "def is_one(value):\n    assert value == 1\n\n\ndef test_g():\n    is_one(g())\n",
        "run",
    ),
    (
        "pytest",
        "a condition of the setting",
        "    assert g() == 1",
        "    if parse(\"a\"):\n        parse(\"b\")\n    assert g() == 1",
        "",
    ),
    (
        "pytest",
        "a block around",
        "    assert g() == 1",
        "    with open(\"a\") as file:\n        assert g() == 1",
        "",
    ),
    ("pytest", "async", "def test_g", "async def test_g", ""),
    (
        "pytest",
        "a mark",
        "def test_g",
        "@pytest.mark.slow\ndef test_g",
        "run",
    ),
    (
        "unittest",
        "sides swapped",
        "assertEqual(f(1), 2)",
        "assertEqual(2, f(1))",
        "",
    ),
    (
        "unittest",
        "a message",
        "assertEqual(f(1), 2)",
        "assertEqual(f(1), 2, \"one more\")",
        "",
    ),
    (
        "unittest",
        "a message by name",
        "assertEqual(f(1), 2)",
        "assertEqual(f(1), 2, msg=\"one more\")",
        "",
    ),
    (
        "unittest",
        "a name for the value",
        "        self.assertEqual(f(1), 2)",
        "        got = f(1)\n        self.assertEqual(got, 2)",
        "",
    ),
    (
        "unittest",
        "split over lines",
        "self.assertEqual(f(1), 2)",
        "self.assertEqual(\n            f(1),\n            2,\n        )",
        "",
    ),
    (
        "unittest",
        "subtests",
        "        self.assertEqual(f(1), 2)",
        "        for given, wanted in ((1, 2), (5, 6)):\n            with self.subTest(given):\n                self.assertEqual(f(given), wanted)",
        "",
    ),
    (
        "unittest",
        "as a bare assertion",
        "self.assertEqual(f(1), 2)",
        "assert f(1) == 2",
        "",
    ),
    (
        "unittest",
        "true of a comparison",
        "self.assertEqual(f(1), 2)",
        "self.assertTrue(f(1) == 2)",
        "",
    ),
    ("unittest", "more places", "places=5", "places=9", ""),
    (
        "unittest",
        "equal for almost",
        "self.assertAlmostEqual(mean([1, 2]), 1.5, places=5)",
        "self.assertEqual(mean([1, 2]), 1.5)",
        "",
    ),
    (
        "unittest",
        "words for an error",
        "        with self.assertRaises(ValueError):",
        "        with self.assertRaisesRegex(ValueError, \"no\"):",
        "",
    ),
    (
        "unittest",
        "a new name",
        "def test_f",
        "def test_increment",
        "",
    ),
    (
        "unittest",
        "a set-up",
        "    def test_f",
        "    def setUp(self):\n        self.a = 1\n\n    def test_f",
        "",
    ),
    (
        "unittest",
        "as an own check",
        "        self.assertIn(\"a\", f(\"a\"))",
        "        assert \"a\" in f(\"a\")",
        "",
    ),
    ("jest", "other quotes", "'./calc'", "\"./calc\"", ""),
    (
        "jest",
        "a name for the value",
        "    expect(f(1)).toBe(2);",
        "    const got = f(1);\n    expect(got).toBe(2);",
        "",
    ),
    ("jest", "stricter", "toEqual(1)", "toStrictEqual(1)", ""),
    (
        "jest",
        "reordered",
        "    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);",
        "    expect(f(5)).toBe(6);\n    expect(f(1)).toBe(2);",
        "",
    ),
    (
        "jest",
        "split over lines",
        "expect(f(1)).toBe(2);",
        "expect(\n      f(1),\n    ).toBe(\n      2,\n    );",
        "",
    ),
    (
        "jest",
        "split over two tests",
        "    expect(f(5)).toBe(6);\n",
        "  });\n\n  it('f of five', () => {\n    expect(f(5)).toBe(6);\n",
        "",
    ),
    (
        "jest",
        "a table",
        "it('f', () => {\n    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);",
        "it.each([[1, 2], [5, 6]])('f of %d', (given, wanted) => {\n    expect(f(given)).toBe(wanted);",
        "",
    ),
    (
        "jest",
        "a loop over rows",
        "    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);",
        "    for (const [given, wanted] of [[1, 2], [5, 6]]) {\n      expect(f(given)).toBe(wanted);\n    }",
        "",
    ),
    (
        "jest",
        "forEach of rows",
        "    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);",
        "    [{ given: 1, wanted: 2 }, { given: 5, wanted: 6 }].forEach(({ given, wanted }) => {\n      expect(f(given)).toBe(wanted);\n    });",
        "",
    ),
    ("jest", "a new name", "it('f'", "it('adds one'", ""),
    ("jest", "test for it", "it('f'", "test('f'", ""),
    (
        "jest",
        "a function for an arrow",
        "it('f', () =>",
        "it('f', function ()",
        "",
    ),
    (
        "jest",
        "a group of its own",
        "it('f', () => {\n    expect(f(1)).toBe(2);\n    expect(f(5)).toBe(6);\n  });",
        "describe('f', () => {\n    it('adds', () => {\n      expect(f(1)).toBe(2);\n      expect(f(5)).toBe(6);\n    });\n  });",
        "",
    ),
    ("jest", "more digits", "0.333, 3", "0.333, 5", ""),
    ("jest", "less time", "6000", "5000", ""),
    (
        "jest",
        "a message",
        "expect(f(1))",
        "expect(f(1), 'one more')",
        "",
    ),
    (
        "jest",
        "waiting",
        "    expect(f(5)).toBe(6);",
        "    waitFor(() => expect(f(5)).toBe(6));",
        "",
    ),
    (
        "jest",
        "a test more",
        "  it('g'",
        "  it('h', () => {\n    expect(f(7)).toBe(8);\n  });\n\n  it('g'",
        "",
    ),
    (
        "jest",
        "words for an error",
        "toThrow(RangeError)",
        "toThrow(new RangeError('empty'))",
        "run",
    ),
    (
        "node",
        "stricter, with a name",
        "  assert.equal(f(1), 2);",
        "  const got = f(1);\n  assert.strictEqual(got, 2);",
        "",
    ),
    (
        "node",
        "sides swapped",
        "assert.equal(f(1), 2)",
        "assert.equal(2, f(1))",
        "",
    ),
    (
        "node",
        "a message",
        "assert.equal(f(1), 2)",
        "assert.equal(f(1), 2, 'one more')",
        "",
    ),
    (
        "node",
        "a subtest",
        "test('f', () => {\n  assert.equal(f(1), 2);\n})",
        "test('f', async (t) => {\n  await t.test('one', () => {\n    assert.equal(f(1), 2);\n  });\n})",
        "",
    ),
    (
        "node",
        "by the context",
        "test('f', () => {\n  assert.equal(f(1), 2);",
        "test('f', (t) => {\n  t.assert.equal(f(1), 2);",
        "",
    ),
    (
        "node",
        "a condition",
        "assert.equal(f(1), 2)",
        "assert(f(1) === 2)",
        "",
    ),
    (
        "request",
        "a chain over lines",
        "await request(app).delete('/orders/1').expect(403);",
        "await request(app)\n      .delete('/orders/1')\n      .expect(403);",
        "",
    ),
    (
        "request",
        "one part more",
        ".expect(403)",
        ".expect(403).expect('Content-Type', /json/)",
        "",
    ),
    (
        "request",
        "parts by name",
        "    expect(response.status).toBe(200);",
        "    const { status } = response;\n    expect(status).toBe(200);",
        "run",
    ),
    (
        "request",
        "both in one",
        "expect(response.status).toBe(200)",
        "expect(response.status).toStrictEqual(200)",
        "",
    ),
    (
        "pytest",
        "the rounding of floats is allowed",
        "    assert f(5) == 6\n",
        "    assert f(5) == pytest.approx(6)\n",
        "",
    ),
    (
        "pytest",
        "the words of the error are demanded of what was caught",
        "    with pytest.raises(ValueError, match=\"empty\"):\n        parse(\"\")",
        "    with pytest.raises(ValueError) as caught:\n        parse(\"\")\n    assert \"empty\" in str(caught.value)",
        "",
    ),
    (
        "pytest",
        "approx for approx by both",
        "abs=0.001",
        "rel=1e-9, abs=0.001",
        "",
    ),
    (
        "pytest",
        "a fixture",
        "def test_g():\n    assert g() == 1",
        "@pytest.fixture\ndef answer():\n    return g()\n\n\ndef test_g(answer):\n    assert answer == 1",
        "run",
    ),
    (
        "pytest",
        "two names at once",
        "    assert f(1) == 2\n    assert f(5) == 6",
        "    one, five = f(1), f(5)\n    assert one == 2\n    assert five == 6",
        "",
    ),
    (
        "pytest",
        "typed",
        "def test_g():\n    assert g() == 1",
        "def test_g() -> None:\n    got: int = g()\n    assert got == 1",
        "",
    ),
    (
        "pytest",
        "a call that raises, by hand",
        "    with pytest.raises(ValueError, match=\"empty\"):\n        parse(\"\")",
        "    with pytest.raises(ValueError, match=\"empty\") as caught:\n        parse(\"\")\n    assert caught.value.args",
        "",
    ),
    (
        "pytest",
        "ids of rows",
        "(3, 4)])",
        "(3, 4)], ids=[\"a\", \"b\", \"c\"])",
        "",
    ),
    (
        "unittest",
        "a method of its own",
        "        self.assertEqual(g(), 1)\n",
        "        self.assertEqual(g(), 1)\n\n    def test_contains(self):\n",
        "",
    ),
    (
        "unittest",
        "as a function",
        "    def test_mean(self):\n        self.assertAlmostEqual(mean([1, 2]), 1.5, places=5)\n",
        "    def test_mean(self):\n        numbers = [1, 2]\n        self.assertAlmostEqual(mean(numbers), 1.5, places=5)\n",
        "",
    ),
    (
        "jest",
        "an await less for what is no promise",
        "const got = await g()",
        "const got = g()",
        "run",
    ),
    (
        "jest",
        "parts by name",
        "const got = await g();\n    expect(got.total).toEqual(1);\n    expect(got.ratio)",
        "const { total, ratio } = await g();\n    expect(total).toEqual(1);\n    expect(ratio)",
        "run",
    ),
    (
        "jest",
        "a block around",
        "    expect(f(5)).toBe(6);",
        "    {\n      expect(f(5)).toBe(6);\n    }",
        "",
    ),
    (
        "node",
        "it for test",
        "test('f', () =>",
        "it('f', () =>",
        "",
    ),
];

#[test]
fn attempts_to_say_less_are_seen() {
    hold(ATTEMPTS);
}

#[test]
fn honest_changes_are_not_accused() {
    hold(TWINS);
}

#[test]
fn a_file_that_stays_says_what_it_did() {
    let odd = "def test_a():\n    if os.name == \"nt\":\n        return\n    assert a() == 1\n\n\ndef test_b():\n    return\n    assert b()\n";
    for (path, text) in ["pytest", "unittest", "jest", "node", "request"]
        .map(base)
        .into_iter()
        .chain([("tests/test_a.py", odd)])
    {
        assert_eq!(
            compare(&[Revision {
                path,
                old: Some(text),
                new: Some(text)
            }]),
            [],
            "{path}"
        );
    }
}

#[test]
fn tests_may_move_between_files() {
    let old = "def test_g():\n    assert g() == 1\n";
    let moved = [
        Revision {
            path: "tests/test_a.py",
            old: Some(old),
            new: None,
        },
        Revision {
            path: "tests/test_b.py",
            old: None,
            new: Some(old),
        },
    ];
    assert_eq!(compare(&moved), []);
    let lost = compare(&moved[..1]);
    assert_eq!(
        lost.iter()
            .map(|one| (one.test.as_str(), one.way))
            .collect::<Vec<_>>(),
        [("test_g", Way::Removed)]
    );
    assert_eq!(lost[0].old, "assert g() == 1");
}

#[test]
fn tests_may_move_between_classes_with_what_was_set_up_written_out() {
    let class = |name: &str, body: &str| format!("class {name}(unittest.TestCase):\n{body}\n");
    let set_up = "    def setUp(self):\n        self.items = [1, 2]\n\n";
    let test = |subject: &str, wanted: &str| {
        format!("    def test_f(self):\n        self.assertEqual(f({subject}), {wanted})\n")
    };
    let old = class("A", &format!("{set_up}{}", test("self.items", "3")));
    for (new, ways) in [
        (class("B", &test("[1, 2]", "3")), vec![Way::Rewritten]),
        (class("B", &test("[1, 2]", "4")), vec![Way::Removed]),
        (
            class(
                "B",
                "    def test_f(self):\n        self.assertTrue(f([1, 2]))\n",
            ),
            vec![Way::Removed],
        ),
        (
            class(
                "B",
                "    def test_f(self):\n        self.assertEqual(g([1, 2]), 3)\n",
            ),
            vec![Way::Removed],
        ),
    ] {
        let head = "import unittest\n\nfrom app.calc import f, g\n\n\n";
        let (old, new) = (format!("{head}{old}"), format!("{head}{new}"));
        let found = compare(&[Revision {
            path: "tests/test_a.py",
            old: Some(&old),
            new: Some(&new),
        }]);
        assert_eq!(
            found.iter().map(|one| one.way).collect::<Vec<_>>(),
            ways,
            "{new}"
        );
    }
}

#[test]
fn a_case_that_is_gone_is_told_by_its_values() {
    let table = |rows: &str| {
        format!(
            "import pytest\n\n\n@pytest.mark.parametrize(\"given, wanted\", [{rows}])\ndef test_f(given, wanted):\n    assert f(given) == wanted\n"
        )
    };
    let (old, new) = (table("(1, 2), (0, 0)"), table("(1, 2)"));
    let found = compare(&[Revision {
        path: "tests/test_a.py",
        old: Some(&old),
        new: Some(&new),
    }]);
    assert_eq!(
        found
            .iter()
            .map(|one| (one.way, one.old.as_str()))
            .collect::<Vec<_>>(),
        [(Way::CaseRemoved, "f(0) == 0")]
    );
}

#[test]
fn files_that_cannot_be_read_by_structure_are_looked_at_by_lines() {
    let ways = |path, old, new| {
        compare(&[Revision {
            path,
            old: Some(old),
            new,
        }])
        .iter()
        .map(|one| one.way)
        .collect::<Vec<_>>()
    };
    assert_eq!(
        ways("calc_test.go", "if f(1) != 2 {\n", Some("if f(1) != 3 {\n")),
        [Way::Rewritten]
    );
    assert_eq!(
        ways(
            "calc_test.go",
            "if f(1) != 2 {\n",
            Some("  if f(1) != 2 {\n// more\n")
        ),
        []
    );
    assert_eq!(
        ways("calc_test.go", "if f(1) != 2 {\n", None),
        [Way::Removed]
    );
    assert_eq!(
        ways(
            "tests/test_a.py",
            "def test_a():\n    assert a == 1\n",
            Some("def test_a(:\n")
        ),
        [Way::Rewritten, Way::Removed]
    );
}

#[test]
fn what_is_expected_now_is_told_beside_what_was() {
    let (old, new) = (
        "def test_g():\n    assert g() == 1\n",
        "def test_g():\n    got = g()\n    assert got == 2\n",
    );
    let found = compare(&[Revision {
        path: "tests/test_a.py",
        old: Some(old),
        new: Some(new),
    }]);
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.way, one.old.as_str(), one.new.as_str(), one.line))
        .collect();
    assert_eq!(
        told,
        [(
            Way::Expectation,
            "assert g() == 1",
            "assert got == 2",
            Some(1)
        )]
    );
}

#[test]
fn rows_of_a_table_are_counted_as_tests() {
    let rows = "@pytest.mark.parametrize('a, b', [(1, 2), (2, 3), (3, 4)])\ndef test_a(a, b):\n    assert f(a) == b\n";
    let one =
        "def test_a():\n    for a, b in [(1, 2), (2, 3), (3, 4)]:\n        assert f(a) == b\n";
    let each = "test.each([[1, 2], [2, 3]])('%d', (a, b) => { expect(f(a)).toBe(b); });\n";
    for (path, text, expected) in [
        ("tests/test_a.py", rows, Some(3)),
        ("tests/test_a.py", one, Some(1)),
        (
            "tests/test_a.py",
            "@pytest.mark.parametrize('a', made())\ndef test_a(a):\n    assert f(a)\n",
            None,
        ),
        ("src/a.test.ts", each, Some(2)),
    ] {
        assert_eq!(count_tests(path, text), expected, "{text}");
    }
}

#[test]
fn a_test_written_over_rows_is_told_by_running_the_old_one() {
    let head = "const { f } = require('./f');\n";
    let old = format!("{head}test('f', () => {{\n  assert.equal(f(1), 2);\n}});\n");
    let over = |call: &str, wanted: &str| {
        format!(
            "{head}for (const [given, wanted] of [[1, 2], [0, 1]]) {{\n  test(`f of ${{given}}`, () => {{\n    assert.equal({call}(given), {wanted});\n  }});\n}}\n"
        )
    };
    for (new, way) in [
        (over("f", "wanted"), Way::Rewritten),
        (over("g", "wanted"), Way::Removed),
        (over("f", "2"), Way::Removed),
    ] {
        let found = compare(&[Revision {
            path: "src/f.test.js",
            old: Some(&old),
            new: Some(&new),
        }]);
        assert_eq!(
            found.iter().map(|one| one.way).collect::<Vec<_>>(),
            [way],
            "{new}"
        );
    }
}
