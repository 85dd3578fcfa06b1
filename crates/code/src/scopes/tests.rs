//! Tests of the bindings that marked reads find. A case is a text with one read between « and »,
//! and what it finds: `bound LINE`, `later LINE`, `builtin`, `unbound`, `unbound, local to NAME`,
//! `undecided WHY`.

use super::{Resolution, Scopes, When};
use crate::languages::Language;

/// Returns the text without its marks, and where the marked read begins.
fn unmarked(marked: &str) -> (String, usize) {
    let at = marked
        .find('«')
        .unwrap_or_else(|| panic!("no mark in {marked}"));
    (marked.replace(['«', '»'], ""), at)
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn found(language: Language, marked: &str) -> (String, When) {
    let (text, at) = unmarked(marked);
    let scopes =
        Scopes::of_text(language, &text).unwrap_or_else(|| panic!("does not parse: {text}"));
    let read = scopes
        .reads
        .iter()
        .find(|read| read.span.start == at)
        .unwrap_or_else(|| panic!("no read: {marked}"));
    let shown = match scopes.resolve(read) {
        Resolution::Bound(binding) => format!("bound {}", line(&text, binding.span.start)),
        Resolution::BoundLater(binding) => format!("later {}", line(&text, binding.span.start)),
        Resolution::Builtin => "builtin".to_owned(),
        Resolution::Unbound { local_to: None } => "unbound".to_owned(),
        Resolution::Unbound {
            local_to: Some(scope),
        } => {
            format!("unbound, local to {}", scopes.scope(scope).unwrap().name)
        }
        Resolution::Undecided(why) => format!("undecided {why:?}"),
    };
    (shown, read.when)
}

fn check(language: Language, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(found(language, text).0, *expected, "{text}");
    }
}

/// Python at import time: the marked name, and what it is bound to.
const PYTHON_AT_IMPORT_TIME: &[(&str, &str)] = &[
    ("a = 1\nb = «a»\n", "bound 1"),
    ("b = «a»\na = 1\n", "later 2"),
    ("b = «a»\n", "unbound"),
    ("b = «len»([])\n", "builtin"),
    ("x = «__file__»\n", "builtin"),
    ("import os.path\nx = «os».path\n", "bound 1"),
    ("import os.path as p\nx = «os»\n", "unbound"),
    ("from app import db as d\nx = «d»\n", "bound 1"),
    ("from app import *\nx = «db»\n", "undecided StarImport"),
    ("from app import *\nx = «len»\n", "builtin"),
    (
        "def f():\n    total = 1\nprint(«total»)\n",
        "unbound, local to f",
    ),
    (
        "def f(a):\n    return a\nreturn_value = «f»(1)\n",
        "bound 1",
    ),
    ("x = «f»()\ndef f(): pass\n", "later 2"),
    (
        "@«cached»\ndef f(): pass\ndef cached(g): return g\n",
        "later 3",
    ),
    ("def f(a=«LIMIT»): pass\nLIMIT = 1\n", "later 2"),
    ("LIMIT = 1\ndef f(a=«LIMIT»): pass\n", "bound 1"),
    ("class A(«Base»): pass\nclass Base: pass\n", "later 2"),
    ("class A:\n    x = 1\n    y = «x»\n", "bound 2"),
    ("class A:\n    y = «x»\n    x = 1\n", "later 3"),
    ("x = 0\nclass A:\n    y = «x»\n    x = 1\n", "bound 1"),
    ("class A:\n    me = «A»\n", "later 1"),
    (
        "class A:\n    xs = [1]\n    ys = [«n» for n in xs]\n",
        "bound 3",
    ),
    (
        "class A:\n    xs = [1]\n    ys = [n for n in «xs»]\n",
        "bound 2",
    ),
    (
        "class A:\n    k = 1\n    ys = [«k» for n in [1]]\n",
        "unbound",
    ),
    ("xs = [«y» for y in range(3)]\n", "bound 1"),
    ("xs = [y for y in «ys»]\nys = []\n", "later 2"),
    ("xs = {a: «b» for a, b in {}.items() if a}\n", "bound 1"),
    ("f = lambda n=«d»: n\nd = 1\n", "later 2"),
    ("x: int\ny = «x»\n", "undecided Condition"),
    ("x = y = 1\nz = «y»\n", "bound 1"),
    ("(a, *b), c = f\nz = «b»\n", "bound 1"),
    ("with open('a') as f:\n    pass\nx = «f»\n", "bound 1"),
    ("if (n := 1):\n    pass\nx = «n»\n", "bound 1"),
    ("[m := k for k in range(3)]\nx = «m»\n", "bound 1"),
    ("x = [«m» for k in range(3) if (m := k)]\n", "bound 1"),
    ("x = [«g»] if (g := 1) else []\n", "bound 1"),
    (
        "if old:\n    text = «unicode»\nelse:\n    text = str\n",
        "undecided Condition",
    ),
    ("text = «unicode»\n", "unbound"),
    ("x = f'{«late»:>{w}}'\nlate = 1\n", "later 2"),
    ("list = «list»\n", "builtin"),
];

#[test]
fn python_at_import_time() {
    check(Language::Python, PYTHON_AT_IMPORT_TIME);
}

#[test]
fn python_that_the_text_does_not_decide() {
    check(
        Language::Python,
        &[
            ("if x:\n    a = 1\nb = «a»\n", "undecided Condition"),
            ("if x:\n    a = 1\n    b = «a»\n", "bound 2"),
            (
                "try:\n    import a\nexcept ImportError:\n    a = None\nb = «a»\n",
                "undecided Condition",
            ),
            ("try:\n    a = 1\nfinally:\n    pass\nb = «a»\n", "bound 2"),
            (
                "try:\n    «unicode»\nexcept NameError:\n    unicode = str\n",
                "undecided Guard",
            ),
            ("try:\n    «uni»\nexcept ValueError:\n    pass\n", "unbound"),
            ("for a in []:\n    pass\nb = «a»\n", "undecided Condition"),
            ("for a in []:\n    b = «a»\n", "bound 1"),
            (
                "for a in []:\n    print(«b»)\n    b = 1\n",
                "undecided Loop",
            ),
            ("while True:\n    print(«b»)\n    b = 1\n", "undecided Loop"),
            (
                "match x:\n    case [a, *rest]:\n        print(«rest»)\n",
                "bound 2",
            ),
            (
                "match x:\n    case Point(x=p):\n        pass\nprint(«p»)\n",
                "undecided Condition",
            ),
            ("match x:\n    case «Color».RED:\n        pass\n", "unbound"),
            ("globals()['a'] = 1\nb = «a»\n", "undecided DynamicNames"),
            ("a = 1\ndel a\nb = «a»\n", "undecided Condition"),
            (
                "def f():\n    global a\n    a = 1\nf()\nb = «a»\n",
                "undecided Condition",
            ),
            (
                "def f(x: «Order»): pass\nclass Order: pass\n",
                "undecided Annotation",
            ),
            ("def f(x: «Order»): pass\n", "unbound"),
            (
                "x: «Order» = None\nclass Order: pass\n",
                "undecided Annotation",
            ),
            (
                "if TYPE_CHECKING:\n    from a import Order\ndef f(x: «Order»): pass\n",
                "bound 2",
            ),
            (
                "if TYPE_CHECKING:\n    from a import Order\nx = «Order»\n",
                "unbound",
            ),
            (
                "try:\n    pass\nexcept E as e:\n    print(«e»)\n",
                "bound 3",
            ),
        ],
    );
}

#[test]
fn python_inside_of_functions() {
    check(
        Language::Python,
        &[
            ("def f():\n    return «cache»\ncache = {}\n", "bound 3"),
            ("def f():\n    return «cache»\n", "unbound"),
            ("def f():\n    x = «y»\n    y = 1\n", "later 3"),
            ("y = 0\ndef f():\n    x = «y»\n    y = 1\n", "later 4"),
            ("def f(a, *args, b=1, **kw):\n    return «kw»\n", "bound 1"),
            ("def f(a: int):\n    return «a»\n", "bound 1"),
            (
                "class A:\n    x = 1\n    def f(self):\n        return «x»\n",
                "unbound",
            ),
            (
                "class A:\n    def f(self):\n        return «A»\n",
                "bound 1",
            ),
            (
                "def f():\n    def g():\n        return «n»\n    n = 1\n    return g\n",
                "bound 4",
            ),
            (
                "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = «n» + 1\n",
                "bound 2",
            ),
            (
                "total = 0\ndef f():\n    global total\n    total = «total» + 1\n",
                "bound 1",
            ),
            (
                "def f():\n    from app import db\n    return «db»\n",
                "bound 2",
            ),
            (
                "def f():\n    from app import db\ndef g():\n    return «db»\n",
                "unbound, local to f",
            ),
            ("def f():\n    return (lambda n: «n»)(1)\n", "bound 2"),
            ("def f[T](x: «T»): pass\n", "bound 1"),
            ("class A[T](Base[«T»]): pass\n", "bound 1"),
            ("def f[T](x: T): pass\ny = «T»\n", "unbound"),
            ("gen = (late(«x») for x in [])\n", "bound 1"),
            ("gen = («late»(x) for x in [])\nlate = 1\n", "bound 2"),
        ],
    );
}

#[test]
fn scripts_at_import_time() {
    check(
        Language::TypeScript,
        &[
            ("const a = 1;\nconst b = «a»;\n", "bound 1"),
            ("const b = «a»;\nconst a = 1;\n", "later 2"),
            ("const b = «a»;\nvar a = 1;\n", "undecided Hoisted"),
            ("const b = «f»();\nfunction f() {}\n", "bound 2"),
            ("const b = «console»;\n", "undecided AmbientGlobals"),
            ("const b = «z»;\nimport { z } from 'zod';\n", "bound 2"),
            (
                "import type { Z } from 'z';\nconst b = «Z»;\n",
                "undecided AmbientGlobals",
            ),
            (
                "import type { Z } from 'z';\nconst b: «Z» = 1;\n",
                "bound 1",
            ),
            ("import a, * as b from 'm';\n«b».c();\n", "bound 1"),
            ("const { a, b: [c], ...d } = f;\ng(«d», c);\n", "bound 1"),
            ("const { a = «b» } = c;\n", "undecided AmbientGlobals"),
            ("const { a = «b» } = c;\nconst b = 1;\n", "later 2"),
            ("const [a = «b»] = c;\nconst b = 1;\n", "later 2"),
            ("const { b, a = «b» } = c;\n", "undecided Guard"),
            ("const { x: { b }, a = «b» } = c;\n", "undecided Guard"),
            ("const { a, b: [c] } = f;\ng(«c»);\n", "bound 1"),
            ("const { size, end = «size» } = range;\n", "undecided Guard"),
        ],
    );
}

/// Classes, functions and conditions of TypeScript: the marked name, and what it is bound to.
const SCRIPT_CLASSES_AND_CONDITIONS: &[(&str, &str)] = &[
    ("class A extends «B» {}\nclass B {}\n", "later 2"),
    (
        "@«Entity»()\nclass A {}\nconst Entity = () => () => {};\n",
        "later 3",
    ),
    (
        "class A {\n  @«Column»() id = 1;\n}\nconst Column = 1;\n",
        "later 4",
    ),
    (
        "class A {\n  id = «next»();\n}\nconst next = 1;\n",
        "bound 4",
    ),
    (
        "class A {\n  static id = «next»();\n}\nconst next = 1;\n",
        "later 4",
    ),
    ("class A {\n  static one = new «A»();\n}\n", "bound 1"),
    (
        "class A {\n  constructor(@Inject(«TOKEN») x: X) {}\n}\nconst TOKEN = 1;\n",
        "later 4",
    ),
    ("const f = () => «late»;\nconst late = 1;\n", "bound 2"),
    ("const f = (a = «late») => a;\nconst late = 1;\n", "bound 2"),
    (
        "router.get('/', async (req, res) => «res».json());\n",
        "bound 1",
    ),
    ("const o = { «late» };\nconst late = 1;\n", "later 2"),
    (
        "const o = { late: 1, m() { return «late»; } };\nconst late = 1;\n",
        "bound 2",
    ),
    (
        "{\n  const x = 1;\n}\nf(«x»);\n",
        "undecided AmbientGlobals",
    ),
    (
        "if (a) {\n  var x = 1;\n}\nf(«x»);\n",
        "undecided Condition",
    ),
    ("for (const x of xs) {\n  f(«x»);\n}\n", "bound 1"),
    ("for (let i = 0; «i» < 3; i++) {}\n", "bound 1"),
    ("try {} catch (e) { f(«e»); }\n", "bound 1"),
    ("f(«Color».Red);\nenum Color { Red }\n", "undecided Hoisted"),
    ("enum Color { Red, Blue = «Red» }\n", "bound 1"),
    (
        "namespace N {\n  export const a = 1;\n  f(«a»);\n}\n",
        "bound 2",
    ),
    ("interface A {}\nconst a: «A» = {};\n", "bound 1"),
    (
        "interface A {}\nconst a = «A»;\n",
        "undecided AmbientGlobals",
    ),
    ("type A = «B»;\ntype B = 1;\n", "bound 2"),
    (
        "declare const API: string;\nf(«API»);\n",
        "undecided Condition",
    ),
    ("export default «app»;\nconst app = 1;\n", "later 2"),
    (
        "if (typeof «late» === 'x') {}\nconst late = 1;\n",
        "undecided Guard",
    ),
    ("const db = require('./db');\nf(«db»);\n", "bound 1"),
    ("const { a: b } = require('./db');\nf(«b»);\n", "bound 1"),
    ("const f = function g() { return «g»; };\n", "bound 1"),
    ("switch (a) { case 1: const x = 1; f(«x»); }\n", "bound 1"),
];

#[test]
fn script_classes_and_conditions_at_import_time() {
    check(Language::TypeScript, SCRIPT_CLASSES_AND_CONDITIONS);
    check(
        Language::Tsx,
        &[("const a = <«Late» x={1} />;\nconst Late = 1;\n", "later 2")],
    );
}

#[test]
fn what_runs_while_a_module_is_imported() {
    for (text, when) in [
        ("a = «f»()\n", When::ImportTime),
        ("def g():\n    return «f»()\n", When::Later),
        ("def g(x=«f»()): pass\n", When::ImportTime),
        ("class A:\n    x = «f»()\n", When::ImportTime),
        (
            "class A:\n    def g(self):\n        return «f»()\n",
            When::Later,
        ),
        ("xs = [«f»(x) for x in y]\n", When::ImportTime),
        ("xs = («f»(x) for x in y)\n", When::Later),
        ("g = lambda: «f»()\n", When::Later),
        ("def g():\n    class A:\n        x = «f»()\n", When::Later),
    ] {
        assert_eq!(found(Language::Python, text).1, when, "{text}");
    }
}

#[test]
fn bindings_say_how_they_came() {
    let text = "import a.b\nfrom m import x as y\n@overload\ndef f(): ...\ndef f(): ...\nclass A:\n    @property\n    def p(self): ...\n    @p.setter\n    def p(self, v): ...\napp = wrap(app)\napp += 1\n";
    let scopes = Scopes::of_text(Language::Python, text).unwrap();
    let shown: Vec<String> = scopes
        .iter()
        .filter(|(_, scope)| scope.kind != super::ScopeKind::Function)
        .flat_map(|(_, scope)| &scope.bindings)
        .map(|binding| format!("{} {:?}", binding.name, binding.by))
        .collect();
    assert_eq!(
        shown,
        [
            "a Import { module: \"a.b\", name: None }",
            "y Import { module: \"m\", name: Some(\"x\") }",
            "f Signature",
            "f Function",
            "A Class",
            "app Assignment { reads_itself: true }",
            "app Augmented",
            "p Function",
            "p Accessor",
        ]
    );
}

/// A file, and the names that are bound twice in it.
const BOUND_TWICE: &[(&str, &str, &str)] = &[
    ("a.py", "a = 1\na = 2\n", "a"),
    ("a.py", "def f(): pass\ndef f(): pass\n", "f"),
    ("a.py", "from m import f\ndef f(): pass\n", "f"),
    ("a.py", "class A:\n    x = 1\n    x = 2\n", "x"),
    ("a.py", "import a\nimport a\n", ""),
    ("a.py", "a = 1\na = wrap(a)\n", ""),
    ("a.py", "a = 1\na += 1\n", ""),
    (
        "a.py",
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
        "",
    ),
    ("a.py", "if x:\n    a = 1\nelse:\n    a = 2\n", ""),
    (
        "a.py",
        "@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): pass\n",
        "",
    ),
    (
        "a.py",
        "class A:\n    @property\n    def x(self): pass\n    @x.setter\n    def x(self, v): pass\n",
        "",
    ),
    ("a.py", "def f():\n    a = 1\n    a = 2\n", ""),
    ("a.py", "for a in b: pass\nfor a in c: pass\n", ""),
    ("a.ts", "function f() {}\nfunction f() {}\n", "f"),
    (
        "a.ts",
        "function f() {\n  const a = 1;\n  const a = 2;\n}\n",
        "a",
    ),
    (
        "a.ts",
        "function f() {\n  var a = 1;\n  var a = 2;\n}\n",
        "",
    ),
    (
        "a.ts",
        "function f() {\n  const a = 1;\n  return () => {\n    const a = 2;\n  };\n}\n",
        "",
    ),
    (
        "a.ts",
        "function f(a: string): void;\nfunction f(a: number): void;\nfunction f(a: any) {}\n",
        "",
    ),
    ("a.ts", "interface A {}\ninterface A {}\nclass A {}\n", ""),
    ("a.ts", "type A = 1;\nconst A = 1;\n", ""),
    ("a.ts", "enum A { B }\nnamespace A {}\n", ""),
];

#[test]
fn names_that_are_bound_twice_are_found() {
    for &(path, text, expected) in BOUND_TWICE {
        let scopes = Scopes::of_file(path, text).unwrap();
        let found: Vec<_> = scopes
            .iter()
            .flat_map(|(id, _)| scopes.redefinitions(id))
            .collect();
        let names: Vec<_> = found.iter().map(|one| one.second.name.as_str()).collect();
        assert_eq!(names.join(","), expected, "{text}");
        assert!(
            found
                .iter()
                .all(|one| one.first.span.start < one.second.span.start)
        );
    }
}

#[test]
fn values_that_nothing_reads_before_the_next_are_found() {
    for (text, expected) in [
        ("def f(x):\n    a = x\n    a = 2\n    return a\n", "a"),
        (
            "def f(x):\n    a = x\n    b = 1\n    a = 2\n    return a\n",
            "a",
        ),
        (
            "def f(x):\n    a = x\n    use(a)\n    a = 2\n    return a\n",
            "",
        ),
        ("def f(x):\n    a = x\n    a = a + 2\n    return a\n", ""),
        (
            "def f(x):\n    a = None\n    if x:\n        a = 2\n    return a\n",
            "",
        ),
        (
            "def f(x):\n    a = x\n    a += 1\n    a = 2\n    return a\n",
            "",
        ),
        (
            "def f(x):\n    a = x\n    g = lambda: a\n    a = 2\n    return g\n",
            "",
        ),
        (
            "def f(x):\n    for y in x:\n        a = y\n    a = 2\n    return a\n",
            "",
        ),
        ("def f(x):\n    _ = x\n    _ = 2\n", ""),
        ("def f(x):\n    a = x\ndef g():\n    a = 2\n", ""),
        ("a = 1\na = 2\n", ""),
    ] {
        let scopes = Scopes::of_text(Language::Python, text).unwrap();
        let found: Vec<_> = scopes
            .iter()
            .flat_map(|(id, _)| scopes.overwritten(id))
            .collect();
        let names: Vec<_> = found.iter().map(|one| one.second.name.as_str()).collect();
        assert_eq!(names.join(","), expected, "{text}");
    }
}

#[test]
fn stubs_are_never_run() {
    let scopes = Scopes::of_file("a.pyi", "x = B\nclass B: ...\n").unwrap();
    assert!(matches!(
        scopes.resolve(&scopes.reads[0]),
        Resolution::Bound(_)
    ));
}

#[test]
fn members_are_read_with_their_object() {
    let scopes = Scopes::of_text(Language::Python, "import app.db\nx = app.db.engine\n").unwrap();
    assert_eq!(scopes.reads[0].member.as_deref(), Some("db"));
}

#[test]
fn broken_and_deep_texts_are_no_trouble() {
    assert!(Scopes::of_text(Language::Python, "def (:\n").is_none());
    let deep = format!("x = {}y{}\n", "(".repeat(5000), ")".repeat(5000));
    let scopes = Scopes::of_text(Language::Python, &deep).unwrap();
    assert!(scopes.module().unwrap().open.is_some());
}
