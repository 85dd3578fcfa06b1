//! Words and code from which one place follows: nothing of it is refused.

use graft::{Context, File, Graft, Intent, Snippet};

/// A path, its text, the words, the block, and lines of the new text that stand together.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const TWO_TRIES: &str = "def one(x):\n    try:\n        return f(x)\n    except ValueError:\n        return 1\n\n\n\
                         def two(x):\n    try:\n        return g(x)\n    except ValueError:\n        return 2\n";
const TESTS: &str = "class ScoreTest(TestCase):\n    def make(self):\n        return 1\n\n    def test_wrong(self):\n        self.make()\n\n\n\
                     class OtherTest(TestCase):\n    def test_other(self):\n        pass\n";
const ROUTES: &str = "import { db, emit, send } from './x';\n\nconst router = Router();\n\n\
                      router.post('/', async (req) => {\n  const order = await db.create({\n    name: req.name,\n  });\n  send(order);\n});\n\n\
                      export default router;\n";

const ROWS: &[Row] = &[
    (
        "a.py",
        "def clean(value):\n    value = value.strip()\n    return value\n",
        "Add a `slug` helper; lower-case first, as in `clean`.",
        "def slug(value):\n    return value.lower()\n",
        "    return value\n\n\ndef slug(value):\n",
    ),
    (
        "a.py",
        "def clean(value):\n    value = value.strip()\n    return value\n",
        "Add `slug`. In contrast to `clean`, it joins by hyphens.",
        "def slug(value):\n    return value.lower()\n",
        "    return value\n\n\ndef slug(value):\n",
    ),
    (
        "a.py",
        "def clean(value):\n    value = value.strip()\n    return value\n",
        "Add `slug`. It is later called in `clean`.",
        "def slug(value):\n    return value.lower()\n",
        "    return value\n\n\ndef slug(value):\n",
    ),
    (
        "a.py",
        "class A:\n    total: int\n    paid: bool\n",
        "Add `currency` to `A`:",
        "# goes after `total`\ncurrency: str\n",
        "    total: int\n    currency: str\n    paid: bool\n",
    ),
    (
        "a.py",
        TWO_TRIES,
        "In the handler `two`, replace the whole `try` block with:",
        "    try:\n        y = g(x)\n        return y\n    except ValueError:\n        return 2\n",
        "def two(x):\n    try:\n        y = g(x)\n        return y\n",
    ),
    (
        "a.py",
        TESTS,
        "Adicionar estes métodos dentro da classe `ScoreTest` (logo após `test_wrong`, `a.py:6`):",
        "    # Exact.\n    def test_exact(self):\n        self.make()\n\n    def test_phase(self):\n        self.make()\n",
        "        self.make()\n\n    # Exact.\n    def test_exact(self):\n",
    ),
    (
        "a.py",
        "def start(s):\n    if s:\n        s.add_job(\n            one,\n            id=\"1\",\n        )\n        s.start()\n",
        "In the function `start`, add the second job after the existing one:",
        "        s.add_job(\n            one,\n            id=\"1\",\n        )\n        # --- new ---\n        s.add_job(\n            two,\n            id=\"2\",\n        )\n        # -----------\n",
        "        # --- new ---\n        s.add_job(\n            two,\n            id=\"2\",\n        )\n        # -----------\n        s.start()\n",
    ),
    (
        "apps.py",
        "class AuditConfig:\n    def ready(self):\n        from r import register\n\n        register(\"A\")\n        register(\"B\")\n\n    def name(self):\n        return 1\n",
        "Inside the `AuditConfig.ready()` method, add after the existing registrations:",
        "register(\"Mail\")\n",
        "        register(\"B\")\n        register(\"Mail\")\n\n    def name",
    ),
    (
        "a.ts",
        ROUTES,
        "Insert before the last `export default router;` line in `a.ts`:",
        "router.get('/b', send);\n",
        "});\n\nrouter.get('/b', send);\n\nexport default router;\n",
    ),
    (
        "a.ts",
        ROUTES,
        "After `const order = await db.create(...)` and before `send(order)`:",
        "emit(order.id);\n",
        "  });\n  emit(order.id);\n  send(order);\n",
    ),
    (
        "a.ts",
        "const app = express();\n\napp.listen(3000, () => {\n  log('up');\n});\n",
        "**Replace `app.listen(...)` with:**",
        "const server = createServer(app);\n\nserver.listen(3000);\n",
        "const server = createServer(app);\n\nserver.listen(3000);\n",
    ),
    (
        "m.ts",
        "@Module({\n  providers: [{\n    provide: GUARD,\n    useClass: Jwt,\n  }],\n})\nexport class M {}\n",
        "`m.ts`의 providers 배열에 추가:",
        "providers: [\n  { provide: GUARD, useClass: Jwt },\n  { provide: GUARD, useClass: Roles },\n],\n",
        "useClass: Roles",
    ),
    (
        "m.ts",
        "import { Mail, Push } from './x';\n\n@Module({\n  providers: [\n    Push,\n  ],\n  exports: [Push],\n})\nexport class M {}\n",
        "Add `Mail` to the providers array and export it:",
        "providers: [Push, Mail, /* ...existing... */],\nexports: [Push, Mail],\n",
        "    Push,\n    Mail,\n  ],\n  exports: [Push, Mail],\n",
    ),
];

fn place(row: &Row, text: &str) -> Graft {
    let context = Context {
        prose: row.2,
        ..Context::default()
    };
    let (text, language) = (Some(text), "");
    graft::apply(
        &File { path: row.0, text },
        &Snippet {
            text: row.3,
            language,
        },
        &context,
    )
}

#[test]
fn what_is_clear_is_placed() {
    let mut faults = Vec::new();
    for row in ROWS {
        match place(row, row.1) {
            Graft::Applied(applied) if applied.text.contains(row.4) => {
                if place(row, &applied.text) != Graft::AlreadyApplied {
                    faults.push(format!("{}: changes its own result", row.2));
                }
            }
            Graft::Applied(applied) => faults.push(format!("{}: got\n{}", row.2, applied.text)),
            other => faults.push(format!("{}: {other:?}", row.2)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_missing_file_is_made_where_the_words_give_all_of_it() {
    let made = |prose| {
        let context = Context {
            prose,
            intent: Intent::Modify,
            ..Context::default()
        };
        let file = File {
            path: "vercel.json",
            text: None,
        };
        let snippet = Snippet {
            text: "{\n  \"crons\": []\n}\n",
            language: "json",
        };
        matches!(graft::apply(&file, &snippet, &context), Graft::Applied(_))
    };
    assert!(made("Replace entire file content with:"));
    assert!(!made("Add the jobs:"));
}
