//! Sources, and the wrong versions that are expected of them.

use super::*;

fn of_lines(path: &str, source: &str, rows: Range<usize>) -> Vec<Mutant> {
    list_mutants(path, source, std::slice::from_ref(&rows))
}

/// Returns the mutants of all lines as `line: before -> after`.
fn shown(path: &str, source: &str) -> Vec<String> {
    let found = of_lines(path, source, 0..source.lines().count());
    let language = Language::of_path(path).expect("a language");
    for one in &found {
        assert!(
            language
                .parse(&one.text)
                .is_some_and(|tree| !tree.root_node().has_error()),
            "{}",
            one.text
        );
        assert_ne!(one.text, source);
    }
    found
        .iter()
        .map(|one| format!("{}: {} -> {}", one.line, one.before, one.after))
        .collect()
}

#[test]
fn what_does_nothing_is_made_to_fail() {
    let rows: &[(&str, &[&str])] = &[
        (
            "def f(a):\n    return\n",
            &["2: return -> raise RuntimeError"],
        ),
        (
            "def f(a):\n    \"\"\"Doc.\"\"\"\n    pass\n",
            &["3: pass -> raise RuntimeError"],
        ),
        (
            "def f(a):\n    raise NotImplementedError(a)\n",
            &["2: raise NotImplementedError(a) -> pass"],
        ),
        ("def f(a):\n    ...\n", &["2: ... -> raise RuntimeError"]),
        ("class A:\n    def f(self):\n        ...\n", &[]),
        (
            "class A:\n    def f(self):\n        pass\n",
            &["3: pass -> raise RuntimeError"],
        ),
        ("class A(Protocol):\n    def f(self):\n        pass\n", &[]),
        (
            "class A:\n    @abstractmethod\n    def f(self):\n        pass\n",
            &[],
        ),
        (
            "class A:\n    def f(self):\n        raise NotImplementedError\n",
            &[],
        ),
        ("class A:\n    def __init__(self):\n        pass\n", &[]),
        (
            "def f(a: int = 1) -> Literal[2]:\n    pass\n",
            &["2: pass -> raise RuntimeError"],
        ),
        (
            "def f(a):\n    raise NotImplementedError\n",
            &["2: raise NotImplementedError -> pass"],
        ),
    ];
    for (source, expected) in rows {
        assert_eq!(shown("a.py", source), *expected, "{source}");
    }
}

/// Python, and the mutants that are made of it.
const PYTHON_MUTANTS: &[(&str, &[&str])] = &[
    ("def f(a):\n    return a\n", &["2: return a -> return None"]),
    (
        "def f(a):\n    return True\n",
        &["2: return True -> return False"],
    ),
    ("x = 1\n", &[]),
    ("class A:\n    x: int = 1\n", &[]),
    (
        "def f(a):\n    if a < 0:\n        raise ValueError(a)\n    g(a)\n",
        &[
            "2: if a < 0: raise ValueError(a) -> pass",
            "4: g(a) -> pass",
            "2: a < 0 -> a < 1",
            "2: a < 0 -> a <= 0",
        ],
    ),
    (
        "def f(a):\n    if not a:\n        g()\n",
        &["2: not a -> a", "3: g() -> pass"],
    ),
    (
        "def f(a):\n    if a == b:\n        x = a\n",
        &["2: a == b -> a != b"],
    ),
    (
        "def f(a):\n    x = a not in b and c\n",
        &[
            "2: a not in b and c -> a not in b or c",
            "2: a not in b -> a in b",
        ],
    ),
    (
        "def f(a):\n    x = a if a is None else b\n",
        &["2: a is None -> a is not None"],
    ),
    (
        "def f(a):\n    x = 1 < a < 3\n",
        &["2: 1 < a < 3 -> 2 < a < 3", "2: 1 < a < 3 -> 1 < a < 4"],
    ),
    ("def f(a):\n    x = g(a, b)\n", &["2: g(a, b) -> g(b, a)"]),
    (
        "def f(a):\n    x = max(a, b) + g(a, a) + h(a, k=b) + i(lambda: 1, b)\n",
        &["2: lambda: 1 -> lambda: 2"],
    ),
    (
        "async def f(a):\n    x = await g(a)\n    await h()\n",
        &["3: await h() -> pass", "2: await g(a) -> g(a)"],
    ),
    (
        "def f(a):\n    logger.info(1, 2)\n    self._log.debug(1)\n    print(1)\n",
        &[],
    ),
    (
        "def f(a):\n    try:\n        x = a\n    except E:\n        raise F(1.5)\n",
        &["5: raise F(1.5) -> pass", "5: F(1.5) -> F(2.5)"],
    ),
    (
        "def f(a):\n    \"\"\"Doc 1.\"\"\"\n    x = f'{a:10}'\n",
        &[],
    ),
    ("def f(a):\n    assert a\n", &["2: assert a -> pass"]),
    (
        "def f(a):\n    x = [b for b in a if b]\n",
        &["2: b -> not (b)"],
    ),
    ("def f(a:\n    return 1\n", &[]),
];

#[test]
fn python_is_made_wrong() {
    for (source, expected) in PYTHON_MUTANTS {
        assert_eq!(shown("a.py", source), *expected, "{source}");
    }
}

/// Scripts with their paths, and the mutants that are made of them.
const SCRIPT_MUTANTS: &[(&str, &str, &[&str])] = &[
    (
        "a.js",
        "function f(a) { return a; }\n",
        &["1: return a; -> return undefined;"],
    ),
    (
        "a.ts",
        "function f(a: 1 | 2): number { return a; }\n",
        &["1: return a; -> return undefined as never;"],
    ),
    (
        "a.js",
        "const f = (a) => a + 1;\n",
        &["1: (a) => a + 1 -> (a) => undefined", "1: a + 1 -> a + 2"],
    ),
    (
        "a.ts",
        "export function f(a: number) {\n  if (a <= 0) throw new RangeError('a');\n  save(a, 1 as number);\n}\n",
        &[
            "2: if (a <= 0) throw new RangeError('a'); -> ;",
            "3: save(a, 1 as number); -> ;",
            "2: a <= 0 -> a <= 1",
            "3: 1 as number -> 2 as number",
            "2: a <= 0 -> a < 0",
        ],
    ),
    (
        "a.js",
        "function f(a) {\n  if (!a) {\n    throw a;\n  }\n}\n",
        &["2: if (!a) { throw a; } -> ;"],
    ),
    (
        "a.js",
        "function f(a) { if (a === b) { x = a || c; } }\n",
        &["1: a || c -> a && c", "1: a === b -> a !== b"],
    ),
    (
        "a.js",
        "function f(a) { x = a ? b : c; }\n",
        &["1: a -> !(a)"],
    ),
    (
        "a.js",
        "async function f(a) {\n  x = await g(a, b);\n}\n",
        &["2: g(a, b) -> g(b, a)", "2: await g(a, b) -> g(a, b)"],
    ),
    ("a.js", "function f(a) { console.log(1, 2); }\n", &[]),
    (
        "a.js",
        "app.get('/a', (req, res) => {\n  res.status(201).json({ ok: true });\n});\n",
        &[
            "2: res.status(201).json({ ok: true }); -> ;",
            "2: res.status(201) -> res.status(202)",
            "2: ok: true -> ok: false",
        ],
    ),
    ("a.ts", "interface A { b: 1 }\nenum C { D = 1 }\n", &[]),
    ("a.js", "app.use(express.json(1, 2));\n", &[]),
    (
        "a.js",
        "function f(a) {}\nconst g = () => {\n  return null;\n};\n",
        &[
            "1: function f(a) {} -> function f(a) { throw new Error(); }",
            "2: () => { return null; } -> () => { throw new Error(); }",
        ],
    ),
    (
        "a.ts",
        "class A {\n  constructor(private b: B) {}\n  c() {\n    // Nothing.\n  }\n}\non(() => {});\n",
        &["3: c() { // Nothing. } -> c() { throw new Error(); }"],
    ),
];

#[test]
fn scripts_are_made_wrong() {
    for (path, source, expected) in SCRIPT_MUTANTS {
        let mut found = shown(path, source);
        let mut expected: Vec<String> = expected.iter().map(|one| (*one).to_owned()).collect();
        // The order is another test's.
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn one_of_each_function_comes_first() {
    let source =
        "def f(a):\n    if a:\n        return 1\n    return 2\n\n\ndef g(a):\n    return a\n";
    let found = of_lines("a.py", source, 0..9);
    let order: Vec<(&str, Operator)> = found
        .iter()
        .map(|one| (one.function.as_str(), one.operator))
        .collect();
    let expected = [
        ("f", Operator::Return),
        ("g", Operator::Return),
        ("f", Operator::Condition),
        ("f", Operator::Constant),
        ("f", Operator::Return),
        ("f", Operator::Constant),
    ];
    assert_eq!(order, expected);
}

#[test]
fn only_what_changed_is_made_wrong() {
    let source = "def f(a):\n    x = a < 1\n    y = x\n    return y\n\n\ndef g(a):\n    return a\n";
    let of = |changed: Range<usize>| {
        of_lines("a.py", source, changed)
            .into_iter()
            .map(|one| one.line)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(1..2), [2, 2]);
    assert_eq!(of(3..4), [4]);
    assert_eq!(
        of(2..3),
        [4, 2, 2],
        "a line without an edit speaks of its function"
    );
    assert_eq!(of(7..8), [8]);
    assert!(of(4..5).is_empty());
}

#[test]
fn functions_have_names() {
    for (path, source, expected) in [
        (
            "a.py",
            "class A:\n    def f(self):\n        return self\n",
            "A.f",
        ),
        ("a.js", "class A {\n  f() { return this; }\n}\n", "A.f"),
        (
            "a.js",
            "module.exports.f = function () { return a; };\n",
            "module.exports.f",
        ),
        (
            "a.js",
            "router.get('/a', () => { return a; });\n",
            "router.get('/a')",
        ),
        (
            "a.js",
            "export default () => { return a; };\n",
            "a function",
        ),
        ("a.js", "const a = { b: () => { return c; } };\n", "a.b"),
    ] {
        let found = of_lines(path, source, 0..9);
        assert_eq!(
            found.first().map(|one| one.function.as_str()),
            Some(expected),
            "{source}"
        );
    }
}

#[test]
fn constants_are_made_wrong_where_nothing_else_was_changed() {
    let made = |path: &str, source: &str, rows: Range<usize>| -> Vec<String> {
        let found = of_lines(path, source, rows);
        found
            .iter()
            .map(|one| format!("{} -> {}", one.before, one.after))
            .collect()
    };
    let python = "import os\n\nMOST = 50\nUNIT = \"kg\"\nname = 1\nAPP = make()\n\n\ndef f(a):\n    return a\n";
    assert_eq!(
        made("a.py", python, 2..4),
        ["MOST = 50 -> MOST = 51", "UNIT = \"kg\" -> UNIT = \"kg?\""]
    );
    assert!(
        made("a.py", python, 2..5).is_empty(),
        "a name that is no constant"
    );
    assert!(made("a.py", python, 2..6).is_empty(), "a call");
    assert_eq!(made("a.py", python, 2..10), ["return a -> return None"]);
    assert_eq!(
        made(
            "a.ts",
            "export const MOST = 50;\nconst OPEN = true;\n",
            0..2
        ),
        ["MOST = 50 -> MOST = 51", "OPEN = true -> OPEN = false"]
    );
}
