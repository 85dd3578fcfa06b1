//! Places that the words state in many ways: each is found in the tree, or refused by its name, and never the end of a list.

use graft::{Context, File, Graft, Reason, Snippet};

/// Words, and what comes of them: lines of the new text that stand together, or the reason of a refusal.
type Row = (&'static str, Result<&'static str, Reason>);

/// A file, a block for it, and rows.
struct Table {
    path: &'static str,
    before: &'static str,
    block: &'static str,
    rows: &'static [Row],
}

const NOT_FOUND: Result<&str, Reason> = Err(Reason::NotFound);
const AMBIGUOUS: Result<&str, Reason> = Err(Reason::Ambiguous);

const CALLS: &str = "import os\n\nfrom app.db import fetch, load\n\n\ndef first():\n    load(1)\n    return 2\n\n\n\
                     def second():\n    load(3)\n    return 4\n";
const ADMIN: &str = "from django.contrib import admin\n\nfrom .models import Book\n";
const APP: &str = "from fastapi import FastAPI\n\nfrom app.loans import loans\n\napp = FastAPI()\n\n\ndef helper():\n    return 1\n";
const URLS: &str = "urlpatterns = [\n    path(\"auth/\", include(\"auth.urls\")),\n    path(\"probe/\", include(\"probe.urls\")),\n]\n";
const PAGES: &str = "    path(\"pages/\", include(\"pages.urls\")),\n";
const BETWEEN: Result<&str, Reason> = Ok(
    "    path(\"auth/\", include(\"auth.urls\")),\n    path(\"pages/\", include(\"pages.urls\")),\n    path(\"probe/\", include(\"probe.urls\")),\n",
);
const LAST: Result<&str, Reason> = Ok(
    "    path(\"probe/\", include(\"probe.urls\")),\n    path(\"pages/\", include(\"pages.urls\")),\n]\n",
);
const ROUTER: &str = "router.get('/', list);\nrouter.get('/users', users);\nrouter.use(errors);\n";
const BEFORE_ERRORS: Result<&str, Reason> =
    Ok("router.get('/users', users);\nrouter.get('/pages', pages);\nrouter.use(errors);\n");
const BEFORE_USERS: Result<&str, Reason> =
    Ok("router.get('/pages', pages);\nrouter.get('/users', users);\n");
const TWO: &str = "def one():\n    return 1\n\n\ndef two():\n    return 2\n";
const NEW: &str = "def new():\n    return 3\n";
const BEFORE_TWO: Result<&str, Reason> = Ok("def new():\n    return 3\n\n\ndef two():\n");
const MAIN: &str = "from app.orders import total_of\n\n\ndef main():\n    return total_of(1)\n";
const BELOW_IMPORT: Result<&str, Reason> = Ok("import total_of\n\ntotal_of(0)\n");
const TESTS: &str = "def test_one():\n    asked = []\n    assert len(asked) == 0\n\n\ndef test_two():\n    assert True\n";
const BELOW_ASSERT: Result<&str, Reason> =
    Ok("    assert len(asked) == 0\n    assert asked == []\n");
const BODY: &str = "def f(x):\n    y = g(x)\n    if y:\n        y = 1\n    return y\n";
const BEFORE_RETURN: Result<&str, Reason> = Ok("        y = 1\n    log(y)\n    return y\n");
const YAML: &str = "services:\n  api:\n    image: x\n  worker:\n    env:\n      A: 1\nworkers:\n  env:\n    B: 2\n";
const IN_WORKER: Result<&str, Reason> = Ok("      A: 1\n      C: 3\nworkers:\n");
const JSON: &str = "{\n  \"worker\": {\n    \"env\": {\n      \"A\": 1\n    }\n  },\n  \"api\": {\n    \"env\": {\n      \"B\": 1\n    }\n  }\n}\n";
const IN_JSON: Result<&str, Reason> = Ok("      \"A\": 1,\n      \"C\": 3\n");
const RESULT: &str = "export interface Result {\n  checks: {\n    named: boolean;\n  };\n  why: string[];\n}\n\n\
                      export interface Other {\n  checks: {\n    id: string;\n  };\n}\n";
const WORKER: &str = "WORKER = {\n    'env': {\n        'A': 1,\n    },\n    'size': 2,\n}\n\nAPI = {\n    'env': {\n        'B': 1,\n    },\n}\n";
const IN_DICT: Result<&str, Reason> = Ok("        'A': 1,\n        'C': 3,\n");
const EXPRESS: &str = "const app = express();\n\napp.use(express.json());\napp.use('/users', users);\n\nmodule.exports = app;\n";
const CREATE: &str = "def create(db, data):\n    validate(data)\n    row = db.add(data)\n    db.commit()\n    return row\n\n\n\
                      def delete(db, key):\n    db.drop(key)\n    db.commit()\n";
const AFTER_COMMIT: Result<&str, Reason> =
    Ok("    db.commit()\n    notify(data)\n    return row\n");
const COMPOSE: &str =
    "services:\n  api:\n    environment:\n      PORT: 1\n  db:\n    environment:\n      USER: x\n";
const IN_API: Result<&str, Reason> = Ok("      PORT: 1\n      LOG: 2\n  db:\n");
const SERVICE: &str = "class OrderService:\n    limit = 5\n\n    def __init__(self, db):\n        self.db = db\n\n    def create(self):\n        return 1\n";
const BOOT: &str = "import os\n\n\ndef boot():\n    a = 1\n    b = 1\n    return a\n";
const CLASSES: &str = "class A:\n    x = 1\n\n\nclass B:\n    y = 1\n";
const IN_A: Result<&str, Reason> = Ok("    x = 1\n\n    def total(self):\n");

/// Bare statements that may take the place of others: nothing like them stands at the top of the file.
const BARE: &[Table] = &[
    Table {
        path: "a.py",
        before: CALLS,
        block: "fetch(1)\nfetch(3)\n",
        rows: &[
            ("Both calls turn into:", NOT_FOUND),
            ("Instead of `load` use:", NOT_FOUND),
            ("Die Aufrufe werden ersetzt durch:", NOT_FOUND),
            ("Les appels deviennent :", NOT_FOUND),
            ("Add this:", NOT_FOUND),
            ("", NOT_FOUND),
            (
                "At the end of the file:",
                Ok("    return 4\n\n\nfetch(1)\nfetch(3)\n"),
            ),
            (
                "Below the imports:",
                Ok("import fetch, load\n\nfetch(1)\nfetch(3)\n"),
            ),
        ],
    },
    Table {
        path: "a.py",
        before: CALLS,
        block: "fetch.limit = 3\n",
        rows: &[("Set the limit:", NOT_FOUND)],
    },
    Table {
        path: "a.ts",
        before: "function first() {\n  this.x = load(1);\n}\n",
        block: "this.x = 3;\n",
        rows: &[("It turns into:", NOT_FOUND)],
    },
    Table {
        path: "a.py",
        before: "from app.db import fetch, load\n\n\ndef first():\n    row = load(1)\n    return row\n",
        block: "row = fetch(1)\n",
        rows: &[
            ("The call turns into:", NOT_FOUND),
            (
                "Replace the `load` call with:",
                Ok("def first():\n    row = fetch(1)\n"),
            ),
        ],
    },
    Table {
        path: "a.test.ts",
        before: "import { run } from './a';\n\ndescribe('run', () => {\n  it('runs', () => {\n    run();\n  });\n});\n",
        block: "jest.mock('./db');\n",
        rows: &[("Mock the database:", Ok("jest.mock('./db');\n"))],
    },
    // What the top of the file has, and a file that has nothing but its top.
    Table {
        path: "a.py",
        before: APP,
        block: "app.include_router(loans)\n",
        rows: &[(
            "Register the router:",
            Ok("    return 1\n\n\napp.include_router(loans)\n"),
        )],
    },
    Table {
        path: "a.py",
        before: ADMIN,
        block: "admin.site.register(Book)\n",
        rows: &[(
            "Register the model:",
            Ok("import Book\n\nadmin.site.register(Book)\n"),
        )],
    },
];

/// Neighbours in words.
const STATED: &[Table] = &[
    Table {
        path: "a.py",
        before: URLS,
        block: PAGES,
        rows: &[
            ("In front of `path(\"probe/\", …)`:", BETWEEN),
            ("In front of `path(\"invoices/\")`:", NOT_FOUND),
            ("Before `path(\"invoices/\")`:", NOT_FOUND),
            ("Ahead of `probe/`:", BETWEEN),
            ("Ahead of `invoices`:", NOT_FOUND),
            ("Next to `auth/`:", BETWEEN),
            ("Above the line that routes probe:", BETWEEN),
            ("Above the line that routes the invoices:", NOT_FOUND),
            ("Above the line that routes `invoices/`:", NOT_FOUND),
            ("Vor den `probe`:", BETWEEN),
            ("After existing invoices:", NOT_FOUND),
            ("Nach den Rechnungen:", NOT_FOUND),
            ("Après les factures :", NOT_FOUND),
            ("Antes de `probe/`:", BETWEEN),
            ("Antes de `invoices`:", NOT_FOUND),
            ("Перед `invoices`:", NOT_FOUND),
            ("在 `probe` 之前添加", BETWEEN),
            ("在 `invoices` 之前添加", NOT_FOUND),
            // The order of the work is no place, and no more is what only points at the text.
            ("After adding the dependency, add the route:", LAST),
            ("After `pip install pages`, add the route:", LAST),
            ("Add it before you run the tests.", LAST),
            ("Add this after Phase 1 is merged:", LAST),
            ("Add the code below to `urlpatterns`:", LAST),
            ("Add it under `urlpatterns`:", LAST),
            ("Add the route as described above:", LAST),
            ("Después de instalar el paquete, añade la ruta:", LAST),
        ],
    },
    Table {
        path: "a.ts",
        before: ROUTER,
        block: "router.get('/pages', pages);\n",
        rows: &[
            ("In front of `errors`:", BEFORE_ERRORS),
            ("In front of the error handler:", BEFORE_ERRORS),
            ("Vor den `errors`:", BEFORE_ERRORS),
            ("After the last route:", BEFORE_ERRORS),
            ("Nach den Routen:", BEFORE_ERRORS),
            ("Above the line that routes the users:", BEFORE_USERS),
            ("Before the websocket:", NOT_FOUND),
            ("Nach den Benutzern:", NOT_FOUND),
            ("Before `invoices`:", NOT_FOUND),
        ],
    },
    Table {
        path: "a.py",
        before: TWO,
        block: NEW,
        rows: &[
            ("In front of `two`:", BEFORE_TWO),
            ("Nach `one`:", BEFORE_TWO),
            ("After line 2:", BEFORE_TWO),
            ("Nach Zeile 3:", BEFORE_TWO),
            ("Before line 5, add:", BEFORE_TWO),
            ("Avant la ligne 5 :", BEFORE_TWO),
            ("Después de la línea 2:", BEFORE_TWO),
            ("Depois da linha 2:", BEFORE_TWO),
            ("После строки 2:", BEFORE_TWO),
            ("在第 2 行之后添加：", BEFORE_TWO),
            ("2行目の後に追加:", BEFORE_TWO),
            ("在第1行之后添加：", NOT_FOUND),
            ("After line 1:", NOT_FOUND),
            ("After line 40:", NOT_FOUND),
            ("After `three`:", NOT_FOUND),
            ("Below `missing_one`, add:", NOT_FOUND),
            (
                "After `pip install x`, add:",
                Ok("    return 2\n\n\ndef new():\n"),
            ),
            (
                "After the package is installed, add:",
                Ok("    return 2\n\n\ndef new():\n"),
            ),
            (
                "Called after `save` returns:",
                Ok("    return 2\n\n\ndef new():\n"),
            ),
        ],
    },
    Table {
        path: "a.py",
        before: "class A:\n    x = 1\n\n    def one(self):\n        return 1\n\n    def two(self):\n        return 2\n",
        block: "def new(self):\n    return 3\n",
        rows: &[
            ("In `A`, after `three`:", NOT_FOUND),
            (
                "In `A`, in front of `two`:",
                Ok("        return 3\n\n    def two(self):\n"),
            ),
        ],
    },
];

/// Steps of a function by their words, and a list of which the block leaves out a part.
const STEPS: &[Table] = &[
    Table {
        path: "svc.py",
        before: CREATE,
        block: "notify(data)\n",
        rows: &[
            ("In `create`, after the commit:", AFTER_COMMIT),
            ("In `create`, nach dem Commit:", AFTER_COMMIT),
            ("In `create`, after `db.commit()`:", AFTER_COMMIT),
            (
                "In `create`, after the validation:",
                Ok("    validate(data)\n    notify(data)\n"),
            ),
            (
                "In `create`, after the `db.add` call:",
                Ok("    row = db.add(data)\n    notify(data)\n"),
            ),
            ("In `create`, after the rollback:", NOT_FOUND),
        ],
    },
    Table {
        path: "app.py",
        before: "def create_app():\n    app = Flask(__name__)\n    app.register_blueprint(users)\n    return app\n",
        block: "app.register_blueprint(loans)\n",
        rows: &[
            (
                "Behind the users:",
                Ok("(users)\n    app.register_blueprint(loans)\n    return app\n"),
            ),
            ("Before the health blueprint:", NOT_FOUND),
        ],
    },
    Table {
        path: "app.module.ts",
        before: "@Module({\n  imports: [ConfigModule, UsersModule],\n})\nexport class AppModule {}\n",
        block: "  imports: [\n    // ...\n    LoansModule,\n  ],\n",
        rows: &[
            (
                "In `imports`, before `UsersModule`:",
                Ok("[ConfigModule, LoansModule, UsersModule]"),
            ),
            ("In `imports`, before `OrdersModule`:", NOT_FOUND),
        ],
    },
];

/// Neighbours by their sort.
const SORTS: &[Table] = &[
    Table {
        path: "app/main.py",
        before: MAIN,
        block: "total_of(0)\n",
        rows: &[
            ("In main.py, after the import:", BELOW_IMPORT),
            ("Below the imports:", BELOW_IMPORT),
            ("Nach den Imports:", BELOW_IMPORT),
            ("After the last import:", BELOW_IMPORT),
        ],
    },
    Table {
        path: "app/main.py",
        before: MAIN,
        block: "# In main.py, after the import:\ntotal_of(0)\n",
        rows: &[("", BELOW_IMPORT)],
    },
    Table {
        path: "test_a.py",
        before: TESTS,
        block: "assert asked == []\n",
        rows: &[
            (
                "In `test_one`, after the existing assertion add:",
                BELOW_ASSERT,
            ),
            (
                "In `test_one`, after the existing assertions:",
                BELOW_ASSERT,
            ),
            ("In `test_one`, at the end of the test:", BELOW_ASSERT),
            (
                "In `test_one`, before the assertion:",
                Ok("    asked = []\n    assert asked == []\n    assert len"),
            ),
            ("After the assertion:", AMBIGUOUS),
            ("At the end of the test:", AMBIGUOUS),
        ],
    },
    Table {
        path: "a.test.ts",
        before: "it('one', () => {\n  const a = run();\n  expect(a).toBe(1);\n});\n",
        block: "expect(a.b).toBe(2);\n",
        rows: &[
            (
                "After the existing assertion:",
                Ok("  expect(a).toBe(1);\n  expect(a.b).toBe(2);\n});\n"),
            ),
            (
                "At the end of the test:",
                Ok("  expect(a).toBe(1);\n  expect(a.b).toBe(2);\n});\n"),
            ),
        ],
    },
    Table {
        path: "app.js",
        before: EXPRESS,
        block: "app.use(helmet());\n",
        rows: &[
            (
                "Before the routes:",
                Ok("app.use(express.json());\napp.use(helmet());\napp.use('/users', users);\n"),
            ),
            (
                "After the middleware:",
                Ok("app.use(express.json());\napp.use(helmet());\napp.use('/users', users);\n"),
            ),
            (
                "Before all other middleware:",
                Ok("express();\n\napp.use(helmet());\n\napp.use(express.json());\n"),
            ),
            ("After line 7:", NOT_FOUND),
        ],
    },
    Table {
        path: "svc.py",
        before: SERVICE,
        block: "def archive(self):\n    return 3\n",
        rows: &[
            (
                "Add to `OrderService`, after the constructor:",
                Ok("        self.db = db\n\n    def archive(self):\n"),
            ),
            (
                "Below the fields of `OrderService`:",
                Ok("    limit = 5\n\n    def archive(self):\n"),
            ),
            (
                "After the class attributes:",
                Ok("    limit = 5\n\n    def archive(self):\n"),
            ),
            (
                "Before the last method:",
                Ok("        return 3\n\n    def create(self):\n"),
            ),
        ],
    },
    Table {
        path: "a.py",
        before: BODY,
        block: "log(y)\n",
        rows: &[
            ("In `f`, before the return:", BEFORE_RETURN),
            ("In `f`, before the return statement:", BEFORE_RETURN),
            ("In `f`, after the if block:", BEFORE_RETURN),
            (
                "In `f`, after the assignment:",
                Ok("    y = g(x)\n    log(y)\n"),
            ),
            ("In `f`, before the `for` loop:", NOT_FOUND),
            ("In `f`, before the loop:", NOT_FOUND),
        ],
    },
];

/// Owners: keys of data, keys of dictionaries, members of types.
const UNDER: &[Table] = &[
    Table {
        path: "a.yml",
        before: YAML,
        block: "C: 3\n",
        rows: &[
            ("Under `worker.env`:", IN_WORKER),
            ("In `services.worker.env` add:", IN_WORKER),
            ("In `worker`, under `env`:", IN_WORKER),
            ("Under `env` of `worker`:", IN_WORKER),
            ("Next to `A`:", IN_WORKER),
            ("Add to `nobody.env`:", NOT_FOUND),
        ],
    },
    Table {
        path: "docker-compose.yml",
        before: COMPOSE,
        block: "LOG: 2\n",
        rows: &[
            ("Add to the `api` service's `environment`:", IN_API),
            ("In the `api` service, add to `environment`:", IN_API),
            ("Add to `environment`:", AMBIGUOUS),
            ("Add to `services.cache.environment`:", NOT_FOUND),
            ("Update `docker-compose.yml` api environment:", IN_API),
            ("Add to the environment of api:", IN_API),
            ("Update `docker-compose.yml` environment:", AMBIGUOUS),
            ("Update `docker-compose.yml`:", NOT_FOUND),
        ],
    },
    Table {
        path: "docker-compose.yml",
        before: "services:\n  api:\n    environment:\n      - PORT=1\n",
        block: "LOG: 2\n",
        rows: &[
            ("Update the api environment:", Err(Reason::Conflict)),
            ("Add this:", NOT_FOUND),
        ],
    },
    Table {
        path: ".github/workflows/ci.yml",
        before: "name: CI\non: push\njobs:\n  test:\n    runs-on: x\n    env:\n      A: 1\n",
        block: "B: 2\n",
        rows: &[
            ("Extend the test env:", Ok("      A: 1\n      B: 2\n")),
            ("Add this variable:", NOT_FOUND),
        ],
    },
    Table {
        path: "docker-compose.yml",
        before: COMPOSE,
        block: "volumes:\n  data:\n",
        rows: &[
            ("Add a volume for the db:", AMBIGUOUS),
            ("Add a volume:", Ok("      USER: x\nvolumes:\n  data:\n")),
        ],
    },
    Table {
        path: "pyproject.toml",
        before: "[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = []\n",
        block: "ignore = [\"E501\"]\n",
        rows: &[
            (
                "Add under `[tool.ruff.lint]`:",
                Ok("select = []\nignore = [\"E501\"]\n"),
            ),
            ("In `tool.black`:", NOT_FOUND),
        ],
    },
    Table {
        path: "a.json",
        before: JSON,
        block: "\"C\": 3\n",
        rows: &[
            ("Under `worker.env`:", IN_JSON),
            ("Add to `worker.env`, not to `api.env`:", IN_JSON),
            ("In `worker`, under `env`:", IN_JSON),
            ("Next to `A`:", IN_JSON),
            ("In `nobody.env`:", NOT_FOUND),
        ],
    },
    Table {
        path: "a.ts",
        before: RESULT,
        block: "dated: boolean;\n",
        rows: &[
            (
                "In `Result`, under `checks`:",
                Ok("    named: boolean;\n    dated: boolean;\n  };\n"),
            ),
            (
                "In `Result.checks`:",
                Ok("    named: boolean;\n    dated: boolean;\n  };\n"),
            ),
            (
                "In `Result`, next to `checks`:",
                Ok("  };\n  dated: boolean;\n  why: string[];\n"),
            ),
            (
                "Next to `why`:",
                Ok("  why: string[];\n  dated: boolean;\n}\n"),
            ),
            (
                "Under `checks` of `Other`:",
                Ok("    id: string;\n    dated: boolean;\n"),
            ),
        ],
    },
    Table {
        path: "a.py",
        before: WORKER,
        block: "'C': 3,\n",
        rows: &[
            ("In `WORKER`, under `env`:", IN_DICT),
            ("Under `WORKER.env`:", IN_DICT),
            ("Next to `A`:", IN_DICT),
            (
                "In `WORKER`, next to `env`:",
                Ok("    },\n    'C': 3,\n    'size': 2,\n"),
            ),
            ("In `WORKER`, under `nothing`:", NOT_FOUND),
        ],
    },
];

/// What stays in a function, what is a type, whose method it is, what the words deny.
const SCOPES: &[Table] = &[
    Table {
        path: "a.py",
        before: BOOT,
        block: "from x import y\n",
        rows: &[
            (
                "In `boot`, after `b = 1`:",
                Ok("    b = 1\n    from x import y\n    return a\n"),
            ),
            (
                "Import it inside `boot`, before `a = 1`:",
                Ok("def boot():\n    from x import y\n    a = 1\n"),
            ),
            (
                "Import what `boot` needs:",
                Ok("import os\n\nfrom x import y\n\n\ndef boot"),
            ),
        ],
    },
    Table {
        path: "a.ts",
        before: "import { type X } from './x';\n\nexport const b: X = 1;\n",
        block: "import { type X, type Y } from './x';\n\nexport const d: Y = b;\n",
        rows: &[(
            "Add `d`:",
            Ok("import { type X, type Y } from './x';\n\nexport const b"),
        )],
    },
    Table {
        path: "a.ts",
        before: "import { type X } from './x';\n\nexport const b: X = 1;\n",
        block: "import { X, Y } from './x';\n\nexport const d = X + Y;\n",
        rows: &[(
            "Add `d`:",
            Ok("import { X, Y } from './x';\n\nexport const b"),
        )],
    },
    Table {
        path: "a.ts",
        before: "export const b = 1;\n",
        block: "import { type X, y } from './x';\n\nexport const d: X = y;\n",
        rows: &[(
            "Add `d`:",
            Ok("import { type X, y } from './x';\n\nexport const b"),
        )],
    },
    Table {
        path: "a.js",
        before: "const c = {};\nfunction g() {\n  const b = 1;\n  return b;\n}\n",
        block: "const { a = b } = c;\n",
        rows: &[("Add:", Err(Reason::Unbound))],
    },
    Table {
        path: "a.py",
        before: "class Line:\n    x: int\n\n\nclass Order:\n    y: int\n",
        block: "def total(self: \"Line\") -> int:\n    return 1\n",
        rows: &[(
            "Add a method:",
            Ok("    x: int\n\n    def total(self: \"Line\") -> int:\n"),
        )],
    },
    Table {
        path: "a.py",
        before: CLASSES,
        block: "def total(self):\n    return 1\n",
        rows: &[
            ("Add it, not in `B`, in `A`:", IN_A),
            ("In `A`, not in `B`:", IN_A),
            ("Add it to `A`, never to `B`.", IN_A),
            ("In `A` instead of `B`:", IN_A),
            ("Nicht in `B`, sondern in `A`:", IN_A),
            ("If it is not in `A` yet, add it:", IN_A),
        ],
    },
];

fn place(table: &Table, prose: &str, before: &str) -> Graft {
    let context = Context {
        prose,
        ..Context::default()
    };
    graft::apply(
        &File {
            path: table.path,
            text: Some(before),
        },
        &Snippet {
            text: table.block,
            language: "",
        },
        &context,
    )
}

fn check(tables: &[Table]) {
    let mut faults = Vec::new();
    for table in tables {
        for (prose, after) in table.rows {
            let told = format!("{prose:?} {:?}", table.block);
            match (place(table, prose, table.before), after) {
                (Graft::Applied(applied), Ok(lines)) if applied.text.contains(lines) => {
                    if place(table, prose, &applied.text) != Graft::AlreadyApplied {
                        faults.push(format!("{told}: changes its own result"));
                    }
                }
                (Graft::Applied(applied), _) => {
                    faults.push(format!("{told}: got\n{}", applied.text))
                }
                (Graft::Refused(refusal), Err(reason)) if refusal.reason == *reason => {}
                (other, _) => faults.push(format!("{told}: {other:?}")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn bare_statements_have_a_place_or_none() {
    check(BARE);
}

#[test]
fn a_stated_place_is_there_or_refuses() {
    check(STATED);
}

#[test]
fn steps_are_found_by_their_words() {
    check(STEPS);
}

#[test]
fn items_are_found_by_their_sort() {
    check(SORTS);
}

#[test]
fn owners_are_found_by_their_path() {
    check(UNDER);
}

#[test]
fn scopes_and_types_stay_what_they_are() {
    check(SCOPES);
}

const BELOW_ONE: &str = "return 1\n\n\ndef new():\n";
const ABOVE_TWO: &str = "return 9\n\n\ndef two():\n";

/// The block above, the words between it and the new one, and the lines around the new one; `None` where the words
/// point to nothing in the file.
const POINTING_BACK: &[(Option<&str>, &str, Option<&str>)] = &[
    (
        Some("def one():\n    return 1\n"),
        "Add right after it:",
        Some(BELOW_ONE),
    ),
    (
        Some("def one():\n    return 1\n"),
        "Direkt dahinter einfügen:",
        Some(BELOW_ONE),
    ),
    (
        Some("def one():\n    return 1\n"),
        "바로 뒤에 추가:",
        Some(BELOW_ONE),
    ),
    (
        Some("def two():\n    return 2\n"),
        "Insert this directly above it:",
        Some(ABOVE_TWO),
    ),
    (
        None,
        "Find the `one` function. Add right after it:",
        Some(BELOW_ONE),
    ),
    (
        Some("def gone():\n    return 1\n"),
        "Add right after it:",
        None,
    ),
    (
        Some("def one():\n    return 1\n"),
        "After that, add:",
        Some("return 3\n\n\ndef new():\n"),
    ),
];

#[test]
fn words_point_back_to_the_block_above() {
    let before =
        "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n";
    for &(above, prose, lines) in POINTING_BACK {
        let context = Context {
            prose,
            above,
            ..Context::default()
        };
        let file = File {
            path: "a.py",
            text: Some(before),
        };
        let answer = graft::apply(
            &file,
            &Snippet {
                text: "def new():\n    return 9\n",
                language: "",
            },
            &context,
        );
        match (&answer, lines) {
            (Graft::Applied(applied), Some(lines)) if applied.text.contains(lines) => {}
            (Graft::Refused(refusal), None) if refusal.reason == Reason::NotFound => {}
            _ => panic!("{prose}: {answer:#?}"),
        }
    }
}

#[test]
fn blocks_at_one_place_stand_in_the_order_of_the_plan() {
    let python = (
        "a.py",
        "class A:\n    x = 1\n\n\nclass Z:\n    y = 2\n",
        ["class B:\n    b = 1\n", "class C:\n    c = 1\n"],
    );
    let script = (
        "a.ts",
        "function a() {\n  return 1;\n}\n\nfunction z() {\n  return 2;\n}\n",
        [
            "function b() {\n  return 3;\n}\n",
            "function c() {\n  return 4;\n}\n",
        ],
    );
    let names = |text: &str| -> String {
        let is_head = |line: &&str| line.starts_with("class ") || line.starts_with("function ");
        let name = |line: &str| line.split([' ', ':', '(']).nth(1).map(str::to_lowercase);
        text.lines().filter(is_head).filter_map(name).collect()
    };
    for (path, before, blocks) in [python, script] {
        let (first, last) = if path == "a.py" {
            ("A", "Z")
        } else {
            ("a", "z")
        };
        for (prose, expected) in [
            (format!("After `{first}`, add:"), "abcz"),
            (format!("Before `{last}`, add:"), "abcz"),
            (format!("Directly below `{first}`, insert:"), "abcz"),
        ] {
            let mut text = before.to_owned();
            for block in blocks {
                let context = Context {
                    prose: &prose,
                    found: (text != before).then_some(before),
                    ..Context::default()
                };
                let file = File {
                    path,
                    text: Some(&text),
                };
                let snippet = Snippet {
                    text: block,
                    language: "",
                };
                let Graft::Applied(applied) = graft::apply(&file, &snippet, &context) else {
                    panic!("{path}: {prose}");
                };
                text = applied.text;
            }
            assert_eq!(names(&text), expected, "{path}: {prose}");
        }
    }
}
