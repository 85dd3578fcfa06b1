//! Places that the words name: a route, a neighbour by its words, an owner and the member of it that is meant.

use graft::{Context, File, Graft, Reason, Snippet};

/// A path, what stands, the block, the words, and what comes of it: the new text, or the reason of a refusal.
struct Row {
    path: &'static str,
    before: &'static str,
    block: &'static str,
    prose: &'static str,
    after: Result<&'static str, Reason>,
}

const FASTAPI: &str = "router = APIRouter(prefix=\"/books\")\n\n\n@router.get(\"/\")\ndef all_books():\n    return []\n\n\n\
                       @router.get(\"/{book_id}\")\ndef one_book(book_id: int):\n    return {}\n\n\n\
                       @router.delete(\"/{book_id}\")\ndef drop_book(book_id: int):\n    return {}\n";
const NEWEST: &str = "@router.get(\"/newest\")\ndef newest():\n    return {}\n";
const FASTAPI_NEWEST: &str = "router = APIRouter(prefix=\"/books\")\n\n\n@router.get(\"/\")\ndef all_books():\n    return []\n\n\n\
                              @router.get(\"/newest\")\ndef newest():\n    return {}\n\n\n\
                              @router.get(\"/{book_id}\")\ndef one_book(book_id: int):\n    return {}\n\n\n\
                              @router.delete(\"/{book_id}\")\ndef drop_book(book_id: int):\n    return {}\n";
const FLASK: &str = "bp = Blueprint(\"books\", __name__)\n\n\n@bp.route(\"/<int:key>\")\ndef one(key):\n    return {}\n\n\n\
                     @bp.route(\"/<int:key>\", methods=[\"PUT\"])\ndef change(key):\n    return {}\n\n\n\
                     def helper():\n    return 1\n";
const EXPRESS: &str = "router.get('/', list);\nrouter.get('/:id', one);\nrouter.put('/:id', change);\n\nexport default router;\n";
const FASTIFY: &str = "export async function routes(app) {\n  app.get('/books', all);\n  app.route({ method: 'PUT', url: '/books/:id', \
                       handler: change });\n  app.get('/health', ok);\n}\n";
const NEST: &str = "@Controller('books')\nexport class BooksController {\n  @Get(':id')\n  one() {\n    return 1;\n  }\n\n  \
                    @Put(':id')\n  change() {\n    return 2;\n  }\n}\n";
const URLS: &str = "urlpatterns = [\n    path(\"auth/\", include(\"auth.urls\")),\n    path(\"probe/\", include(\"probe.urls\")),\n]\n";
const EXPRESS_APP: &str = "import { userRoutes } from './users';\n\nexport function build() {\n  const app = express();\n  \
                           app.use(express.json());\n  app.use('/users', userRoutes);\n  app.use(onError);\n  return app;\n}\n";
const FACTORY: &str = "from fastapi import FastAPI\n\nfrom app import auth, probe\n\n\ndef build():\n    app = FastAPI()\n    \
                       app.include_router(auth.router)\n    app.include_router(probe.router)\n    return app\n";
const TYPES: &str = "export interface Gate {\n  checks: {\n    named: boolean;\n  };\n  why: string[];\n}\n\nexport interface Other {\n  \
                     id: string;\n}\n";
const SETTINGS: &str = "DATABASES = {\n    \"default\": {\n        \"NAME\": \"db\",\n        \"OPTIONS\": {\n            \"timeout\": 5,\n        \
                        },\n    },\n}\n\nCACHES = {\n    \"default\": {\n        \"BACKEND\": \"x\",\n    },\n}\n";
const MODELS: &str = "class Mail:\n    host: str\n\n\nclass Store:\n    bucket: str\n";

/// Routes by method and path, with and without the prefix of their router.
const ROUTES: &[Row] = &[
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "Before the `GET /{book_id}` route:",
        after: Ok(FASTAPI_NEWEST),
    },
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "Before `GET /books/{id}`, so that it is not shadowed.",
        after: Ok(FASTAPI_NEWEST),
    },
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "",
        after: Ok(FASTAPI_NEWEST),
    },
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "Above `@router.get(\"/{book_id}\")`:",
        after: Ok(FASTAPI_NEWEST),
    },
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "After the DELETE route.",
        after: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: FASTAPI,
        block: NEWEST,
        prose: "After the `GET /pages` route:",
        after: Err(Reason::NotFound),
    },
    Row {
        path: "a.py",
        before: FLASK,
        block: "@bp.route(\"/newest\")\ndef newest():\n    return {}\n",
        prose: "After the PUT route.",
        after: Ok(
            "bp = Blueprint(\"books\", __name__)\n\n\n@bp.route(\"/<int:key>\")\ndef one(key):\n    return {}\n\n\n\
            @bp.route(\"/<int:key>\", methods=[\"PUT\"])\ndef change(key):\n    return {}\n\n\n\
            @bp.route(\"/newest\")\ndef newest():\n    return {}\n\n\ndef helper():\n    return 1\n",
        ),
    },
    Row {
        path: "a.ts",
        before: EXPRESS,
        block: "router.get('/newest', newest);\n",
        prose: "Before the GET /books/:id route.",
        after: Ok(
            "router.get('/', list);\nrouter.get('/newest', newest);\nrouter.get('/:id', one);\nrouter.put('/:id', change);\n\n\
            export default router;\n",
        ),
    },
    Row {
        path: "a.ts",
        before: EXPRESS,
        block: "router.get('/newest', newest);\n",
        prose: "After the PUT route.",
        after: Err(Reason::Conflict),
    },
    Row {
        path: "a.ts",
        before: EXPRESS,
        block: "router.get('/newest', newest);\n",
        prose: "Before `GET /pages/:page/lines`:",
        after: Err(Reason::NotFound),
    },
    Row {
        path: "a.ts",
        before: FASTIFY,
        block: "  app.delete('/books/:id', drop);\n",
        prose: "After the PUT route.",
        after: Ok(
            "export async function routes(app) {\n  app.get('/books', all);\n  app.route({ method: 'PUT', url: '/books/:id', \
            handler: change });\n  app.delete('/books/:id', drop);\n  app.get('/health', ok);\n}\n",
        ),
    },
    Row {
        path: "a.ts",
        before: NEST,
        block: "  @Get('best')\n  best() {\n    return 3;\n  }\n",
        prose: "Before the `GET /books/:id` route.",
        after: Ok(
            "@Controller('books')\nexport class BooksController {\n  @Get('best')\n  best() {\n    return 3;\n  }\n\n  @Get(':id')\n  \
            one() {\n    return 1;\n  }\n\n  @Put(':id')\n  change() {\n    return 2;\n  }\n}\n",
        ),
    },
    Row {
        path: "a.py",
        before: URLS,
        block: "    path(\"pages/\", include(\"pages.urls\")),\n",
        prose: "Between auth and probe.",
        after: Ok(
            "urlpatterns = [\n    path(\"auth/\", include(\"auth.urls\")),\n    path(\"pages/\", include(\"pages.urls\")),\n    \
            path(\"probe/\", include(\"probe.urls\")),\n]\n",
        ),
    },
];

/// Registrations in a factory.
const REGISTRATIONS: &[Row] = &[
    Row {
        path: "a.ts",
        before: EXPRESS_APP,
        block: "import { loanRoutes } from './loans';\n\napp.use('/loans', loanRoutes);\n",
        prose: "Mount the loan routes.",
        after: Ok(
            "import { userRoutes } from './users';\nimport { loanRoutes } from './loans';\n\nexport function build() {\n  \
            const app = express();\n  app.use(express.json());\n  app.use('/users', userRoutes);\n  app.use('/loans', loanRoutes);\n  \
            app.use(onError);\n  return app;\n}\n",
        ),
    },
    Row {
        path: "a.ts",
        before: EXPRESS_APP,
        block: "app.use('/loans', loanRoutes);\n",
        prose: "Mount it after the payment gateway.",
        after: Err(Reason::NotFound),
    },
    Row {
        path: "a.py",
        before: FACTORY,
        block: "from app import loans\n\napp.include_router(loans.router)\n",
        prose: "Register the router between auth and probe.",
        after: Ok(
            "from fastapi import FastAPI\n\nfrom app import auth, loans, probe\n\n\ndef build():\n    app = FastAPI()\n    \
            app.include_router(auth.router)\n    app.include_router(loans.router)\n    app.include_router(probe.router)\n    \
            return app\n",
        ),
    },
    Row {
        path: "a.py",
        before: FACTORY,
        block: "    from app import loans\n    app.include_router(loans.router)\n",
        prose: "In `build`, after the others:",
        after: Ok(
            "from fastapi import FastAPI\n\nfrom app import auth, probe\n\n\ndef build():\n    app = FastAPI()\n    \
            app.include_router(auth.router)\n    app.include_router(probe.router)\n    from app import loans\n    \
            app.include_router(loans.router)\n    return app\n",
        ),
    },
    Row {
        path: "a.py",
        before: "def one():\n    app = FastAPI()\n    app.include_router(a)\n    return app\n\n\ndef two():\n    app = FastAPI()\n    \
         app.include_router(b)\n    return app\n",
        block: "app.include_router(c)\n",
        prose: "Register the router.",
        after: Err(Reason::Ambiguous),
    },
];

const PLAYERS: &str = "class Player:\n    name = \"x\"\n\n    class Meta:\n        verbose_name = \"p\"\n\n\nclass Team:\n    name = \"t\"\n\n    class Meta:\n        verbose_name = \"q\"\n";
const LISTS: &str = "APPS = [\n    \"a\",\n]\nLAYERS = [\n    \"x.Security\",\n    \"y.Z\",\n]\n";
const CONFIG: &str =
    "export const config = {\n  db: {\n    host: \"a\",\n  },\n  http: {\n    port: 1,\n  },\n};\n";

/// The inner one of two owners that the words name, and of two lists the one to which the entry goes.
const INNER: &[Row] = &[
    Row {
        path: "a.py",
        before: PLAYERS,
        block: "ordering = [\"name\"]\n",
        prose: "Order players by name (`Meta` of `Player`):",
        after: Ok(
            "class Player:\n    name = \"x\"\n\n    class Meta:\n        verbose_name = \"p\"\n        ordering = [\"name\"]\n\n\nclass Team:\n    name = \"t\"\n\n    class Meta:\n        verbose_name = \"q\"\n",
        ),
    },
    Row {
        path: "a.py",
        before: PLAYERS,
        block: "ordering = [\"name\"]\n",
        prose: "In `Player`, extend `Meta`:",
        after: Ok(
            "class Player:\n    name = \"x\"\n\n    class Meta:\n        verbose_name = \"p\"\n        ordering = [\"name\"]\n\n\nclass Team:\n    name = \"t\"\n\n    class Meta:\n        verbose_name = \"q\"\n",
        ),
    },
    Row {
        path: "a.py",
        before: PLAYERS,
        block: "ordering = [\"name\"]\n",
        prose: "Extend `Player`'s `Meta`:",
        after: Ok(
            "class Player:\n    name = \"x\"\n\n    class Meta:\n        verbose_name = \"p\"\n        ordering = [\"name\"]\n\n\nclass Team:\n    name = \"t\"\n\n    class Meta:\n        verbose_name = \"q\"\n",
        ),
    },
    Row {
        path: "a.py",
        before: PLAYERS,
        block: "ordering = [\"name\"]\n",
        prose: "Add it to `Player`, for the sake of `Meta`:",
        after: Err(Reason::Ambiguous),
    },
    Row {
        path: "a.py",
        before: LISTS,
        block: "\"cors\",\n",
        prose: "Add `cors` to `APPS`, and its layer to `LAYERS`.",
        after: Ok(
            "APPS = [\n    \"a\",\n    \"cors\",\n]\nLAYERS = [\n    \"x.Security\",\n    \"y.Z\",\n]\n",
        ),
    },
    Row {
        path: "a.py",
        before: LISTS,
        block: "\"cors.Layer\",\n",
        prose: "Add `cors` to `APPS`, and its layer to `LAYERS`.",
        after: Ok(
            "APPS = [\n    \"a\",\n]\nLAYERS = [\n    \"x.Security\",\n    \"y.Z\",\n    \"cors.Layer\",\n]\n",
        ),
    },
    Row {
        path: "a.js",
        before: CONFIG,
        block: "pool: 5,\n",
        prose: "The `db` key of `config` gets:",
        after: Ok(
            "export const config = {\n  db: {\n    host: \"a\",\n    pool: 5,\n  },\n  http: {\n    port: 1,\n  },\n};\n",
        ),
    },
    Row {
        path: "a.js",
        before: CONFIG,
        block: "pool: 5,\n",
        prose: "The db section of `config` gets:",
        after: Ok(
            "export const config = {\n  db: {\n    host: \"a\",\n    pool: 5,\n  },\n  http: {\n    port: 1,\n  },\n};\n",
        ),
    },
];

/// Members by their owner, entries by their list.
const OWNERS: &[Row] = &[
    Row {
        path: "a.ts",
        before: TYPES,
        block: "dated: boolean;\n",
        prose: "Add `dated` to the `checks` of `Gate`:",
        after: Ok(
            "export interface Gate {\n  checks: {\n    named: boolean;\n    dated: boolean;\n  };\n  why: string[];\n}\n\n\
            export interface Other {\n  id: string;\n}\n",
        ),
    },
    Row {
        path: "a.ts",
        before: TYPES,
        block: "dated: boolean;\n",
        prose: "Extend Gate's checks:",
        after: Ok(
            "export interface Gate {\n  checks: {\n    named: boolean;\n    dated: boolean;\n  };\n  why: string[];\n}\n\n\
            export interface Other {\n  id: string;\n}\n",
        ),
    },
    Row {
        path: "a.ts",
        before: TYPES,
        block: "// Below line 9 (id)\nday: string | null; // ISO\n",
        prose: "Add a day to Other (after `id`):",
        after: Ok(
            "export interface Gate {\n  checks: {\n    named: boolean;\n  };\n  why: string[];\n}\n\nexport interface Other {\n  \
            id: string;\n  day: string | null; // ISO\n}\n",
        ),
    },
    Row {
        path: "a.py",
        before: SETTINGS,
        block: "\"init\": \"SET x\",\n",
        prose: "Add the key to `OPTIONS` of `DATABASES`:",
        after: Ok(
            "DATABASES = {\n    \"default\": {\n        \"NAME\": \"db\",\n        \"OPTIONS\": {\n            \"timeout\": 5,\n            \
            \"init\": \"SET x\",\n        },\n    },\n}\n\nCACHES = {\n    \"default\": {\n        \"BACKEND\": \"x\",\n    },\n}\n",
        ),
    },
    Row {
        path: "a.py",
        before: MODELS,
        block: "@property\ndef check(self):\n    assert self.bucket\n    return self\n",
        prose: "Add a validator:",
        after: Ok(
            "class Mail:\n    host: str\n\n\nclass Store:\n    bucket: str\n\n    @property\n    \
            def check(self):\n        assert self.bucket\n        return self\n",
        ),
    },
    Row {
        path: "a.py",
        before: MODELS,
        block: "@classmethod\ndef make(cls):\n    return cls()\n",
        prose: "Add a constructor:",
        after: Err(Reason::Ambiguous),
    },
    Row {
        path: "a.module.ts",
        before: "@Module({\n  imports: [Config.forRoot({ a: 1 }), Books],\n  providers: [],\n})\nexport class App {}\n",
        block: "import { Loans } from './loans';\n\n  imports: [\n    // ... existing imports\n    Loans,\n  ],\n",
        prose: "Import `Loans` after `Books`.",
        after: Ok(
            "import { Loans } from './loans';\n\n@Module({\n  imports: [Config.forRoot({ a: 1 }), Books, Loans],\n  \
            providers: [],\n})\nexport class App {}\n",
        ),
    },
];

/// Imports in the block's order, beside the line that it repeats, with their comments, under their guard.
const IMPORTS: &[Row] = &[
    Row {
        path: "a.ts",
        before: "import { b } from './x';\n",
        block: "import { c, b, a } from './x';\n",
        prose: "",
        after: Ok("import { c, b, a } from './x';\n"),
    },
    Row {
        path: "a.py",
        before: "from x import b\n",
        block: "from x import c, b\n",
        prose: "",
        after: Ok("from x import c, b\n"),
    },
    Row {
        path: "a.py",
        before: "import os\n\nfrom x import b\n\nrun = b()\n\nimport app.auth  # noqa\n\nstop = 1\n",
        block: "import app.auth  # noqa\nimport app.notes  # noqa\n",
        prose: "",
        after: Ok(
            "import os\n\nfrom x import b\n\nrun = b()\n\nimport app.auth  # noqa\nimport app.notes  # noqa\n\nstop = 1\n",
        ),
    },
    Row {
        path: "a.py",
        before: "from x import b\n\n\nclass A:\n    pass\n",
        block: "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from y import C\n",
        prose: "",
        after: Ok(
            "from typing import TYPE_CHECKING\n\nfrom x import b\n\nif TYPE_CHECKING:\n    from y import C\n\n\nclass A:\n    pass\n",
        ),
    },
    Row {
        path: "a.py",
        before: "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from y import C\n\nA = 1\n",
        block: "if TYPE_CHECKING:\n    from y import C\n    from z import D\n",
        prose: "",
        after: Ok(
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from y import C\n    from z import D\n\nA = 1\n",
        ),
    },
];

/// What is to replace something takes something away.
const REPLACED: &[Row] = &[
    Row {
        path: "a.py",
        before: "def one():\n    a = load(1)\n    return a\n\n\ndef two():\n    b = load(2)\n    return b\n",
        block: "a = fetch(1)\nb = fetch(2)\n",
        prose: "Replace both `load` calls with:",
        after: Ok(
            "def one():\n    a = fetch(1)\n    return a\n\n\ndef two():\n    b = fetch(2)\n    return b\n",
        ),
    },
    Row {
        path: "a.ts",
        before: "function one() {\n  const a = load(1);\n  return a;\n}\n\nfunction two() {\n  const b = load(2);\n  return b;\n}\n",
        block: "const a = fetch(1);\nconst b = fetch(2);\n",
        prose: "Replace the two calls of `load` with:",
        after: Ok(
            "function one() {\n  const a = fetch(1);\n  return a;\n}\n\nfunction two() {\n  const b = fetch(2);\n  return b;\n}\n",
        ),
    },
    Row {
        path: "a.py",
        before: "def one():\n    a = load(1)\n    return a\n\n\ndef two():\n    a = load(2)\n    return a\n",
        block: "a = fetch(1)\nb = fetch(2)\n",
        prose: "Replace each `load` call with:",
        after: Err(Reason::Ambiguous),
    },
    Row {
        path: "a.py",
        before: "X = 1\n\n\ndef one():\n    return X\n",
        block: "y = fetch(1)\nz = fetch(2)\n",
        prose: "Replace each call with:",
        after: Err(Reason::NotFound),
    },
];

fn place(row: &Row, before: &str) -> Graft {
    let context = Context {
        prose: row.prose,
        ..Context::default()
    };
    graft::apply(
        &File {
            path: row.path,
            text: Some(before),
        },
        &Snippet {
            text: row.block,
            language: "",
        },
        &context,
    )
}

fn check(rows: &[Row]) {
    let mut faults = Vec::new();
    for row in rows {
        let told = format!("{:?} {:?}", row.prose, row.block);
        match (place(row, row.before), row.after) {
            (Graft::Applied(applied), Ok(after)) if applied.text == after => {
                if place(row, after) != Graft::AlreadyApplied {
                    faults.push(format!("{told}: changes its own result"));
                }
            }
            (Graft::Applied(applied), _) => faults.push(format!("{told}: got\n{}", applied.text)),
            (Graft::Refused(refusal), Err(reason)) if refusal.reason == reason => {}
            (other, _) => faults.push(format!("{told}: {other:?}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn routes_are_found_by_method_and_path() {
    check(ROUTES);
}

#[test]
fn registrations_go_behind_their_like() {
    check(REGISTRATIONS);
}

#[test]
fn the_innermost_owner_takes_a_member() {
    check(OWNERS);
    check(INNER);
}

#[test]
fn imports_stand_as_the_block_shows_them() {
    check(IMPORTS);
}

#[test]
fn what_replaces_is_never_added() {
    check(REPLACED);
}

#[test]
fn an_earlier_block_of_the_step_names_the_owner() {
    let snippet = Snippet {
        text: "region: str = \"x\"\n",
        language: "",
    };
    let file = File {
        path: "a.py",
        text: Some(MODELS),
    };
    let context = Context {
        prose: "Add another field:",
        earlier: "Add fields to `Store`:",
        ..Context::default()
    };
    let Graft::Applied(applied) = graft::apply(&file, &snippet, &context) else {
        panic!("refused")
    };
    assert!(
        applied
            .text
            .ends_with("    bucket: str\n    region: str = \"x\"\n"),
        "{}",
        applied.text
    );
    let alone = Context {
        prose: "Add another field:",
        ..Context::default()
    };
    assert!(matches!(
        graft::apply(&file, &snippet, &alone),
        Graft::Refused(_)
    ));
}

#[test]
fn an_import_in_the_words_is_the_blocks() {
    let block = "export function loan() {\n  return new Loans();\n}\n";
    let snippet = Snippet {
        text: block,
        language: "",
    };
    let file = File {
        path: "a.ts",
        text: Some("export const a = 1;\n"),
    };
    for (spelled, imported) in [
        ("import { Loans } from './loans';", true),
        ("import { Other } from './loans';", false),
        // A name that a member has, not a read of it.
        ("import { constructor } from './loans';", false),
        ("Loans();", false),
    ] {
        let imports = vec![spelled.to_owned()];
        let context = Context {
            prose: "Add it:",
            imports: &imports,
            ..Context::default()
        };
        let Graft::Applied(applied) = graft::apply(&file, &snippet, &context) else {
            panic!("{spelled}")
        };
        assert_eq!(
            applied.text.contains("import {"),
            imported,
            "{spelled}: {}",
            applied.text
        );
        assert!(applied.text.contains("function loan"));
    }
}

#[test]
fn a_block_that_shows_a_files_chain_again_is_the_file() {
    let before = "import { createApp } from 'vue'\nimport App from './App.vue'\n\ncreateApp(App).mount('#app')\n";
    let block = "import { createApp } from 'vue'\nimport App from './App.vue'\nimport { router } from './router'\n\n\
                 createApp(App).use(router).mount('#app')\n";
    for prose in [
        "Перепиши `app/main.ts`:",
        "Wire the router in `app/main.ts`:",
        "In `app/main.ts`:",
    ] {
        let context = Context {
            prose,
            ..Context::default()
        };
        let file = File {
            path: "app/main.ts",
            text: Some(before),
        };
        let Graft::Applied(applied) = graft::apply(
            &file,
            &Snippet {
                text: block,
                language: "",
            },
            &context,
        ) else {
            panic!("{prose}")
        };
        assert_eq!(applied.text, block, "{prose}");
    }
}

#[test]
fn words_that_only_add_leave_other_entries_as_they_are() {
    let before = "export const LABELS = {\n  name: 'Student',\n  number: 'No.',\n};\n";
    let kept =
        "export const LABELS = {\n  name: 'Student',\n  number: 'No.',\n  rank: 'Rank',\n};\n";
    let other = kept.replace("'Student'", "'Name'");
    let put = |block: &str, prose: &str| {
        let context = Context {
            prose,
            ..Context::default()
        };
        graft::apply(
            &File {
                path: "a.ts",
                text: Some(before),
            },
            &Snippet {
                text: block,
                language: "",
            },
            &context,
        )
    };
    assert!(
        matches!(put(kept, "Add `rank` to both:"), Graft::Applied(applied) if applied.text == kept)
    );
    assert!(
        matches!(put(&other, "Add `rank` to both:"), Graft::Refused(one) if one.reason == Reason::Conflict)
    );
    assert!(
        matches!(put(&other, "Replace `LABELS` with:"), Graft::Applied(applied) if applied.text == other)
    );
}

#[test]
fn a_function_does_not_go_where_it_reads_another_ones_own() {
    let before = "export function Page() {\n  const service = make();\n  return service;\n}\n";
    let block = "const upload = async () => {\n  await service.upload();\n};\n";
    let put = |prose: &str| {
        let context = Context {
            prose,
            ..Context::default()
        };
        graft::apply(
            &File {
                path: "a.ts",
                text: Some(before),
            },
            &Snippet {
                text: block,
                language: "",
            },
            &context,
        )
    };
    assert!(
        matches!(put("Add this after line 4:"), Graft::Refused(one) if one.reason == Reason::Unbound)
    );
    let Graft::Applied(applied) = put("Add this after line 2 (`const service = make();`):") else {
        panic!("it is placed")
    };
    assert!(
        applied.text.contains("make();\n\n  const upload")
            || applied.text.contains("make();\n  const upload"),
        "{}",
        applied.text
    );
}

#[test]
fn what_closes_a_block_is_its_own() {
    let before = "<form>\n    <div id=\"row\">\n        <input name=\"name\">\n    </div>\n\n    <div id=\"warning\"></div>\n\n\
                  <button>Send</button>\n</form>\n";
    let block = "    <div id=\"mail\">\n        <input name=\"mail\">\n    </div>\n";
    let put = |prose: &str| {
        let context = Context {
            prose,
            ..Context::default()
        };
        graft::apply(
            &File {
                path: "form.html",
                text: Some(before),
            },
            &Snippet {
                text: block,
                language: "html",
            },
            &context,
        )
    };
    let Graft::Applied(applied) = put("Add it after `<div id=\"warning\"></div>`:") else {
        panic!("it is placed")
    };
    assert!(
        applied
            .text
            .contains("<div id=\"warning\"></div>\n    <div id=\"mail\">"),
        "{}",
        applied.text
    );
    assert!(matches!(put("Add it somewhere:"), Graft::Refused(_)));
}

const PYTHON_GUARD: &str = "def next_of(rows, key):\n    if not rows:\n        return None\n    rows = sorted(rows)\n    return rows[0]\n\n\n\
                  def last_of(rows):\n    return rows[-1]\n";
const SCRIPT_GUARD: &str = "const next = useMemo(() => {\n  if (!rows) {\n    return undefined;\n  }\n\n  const all = rows.sort((a, b) => {\n    \
                  if (!a) {\n      return 1;\n    }\n    return a - b;\n  });\n\n  return all[0];\n}, [rows]);\n";
const KEPT_GUARD: &str =
    "    if not rows:\n        return None\n    return pick(rows, key)\n\n\ndef last_of";
const CALLED_BELOW: &str = "    return undefined;\n  }\n\n  return pick(rows);\n}, [rows]);\n";
const TWO_GUARDS: &str = "const other = useMemo(() => {\n  if (!x) {\n    return 1;\n  }\n\n  return x;\n}, [x]);\n\nconst next = useMemo(() => {\n  if (!rows) {\n    return undefined;\n  }\n\n  const all = rows.sort((a, b) => {\n    \
                  if (!a) {\n      return 1;\n    }\n    return a - b;\n  });\n\n  return all[0];\n}, [rows]);\n";

/// A file with guards, a block, the words beside it, and lines of the result; `None` where no guard stays, where nothing is
/// below one, or where two may be meant.
const BELOW_GUARDS: &[(&str, &str, &str, &str, Option<&str>)] = &[
    (
        "a.py",
        PYTHON_GUARD,
        "    return pick(rows, key)\n",
        "Keep the guard of `next_of` and replace what is below it with:",
        Some(KEPT_GUARD),
    ),
    (
        "a.py",
        PYTHON_GUARD,
        "return pick(rows, key)\n",
        "Leave the early return as it is, and replace the code after the return:",
        Some(KEPT_GUARD),
    ),
    (
        "a.ts",
        SCRIPT_GUARD,
        "return pick(rows);\n",
        "Find `next`. Keep the early-return guard as-is and replace only the sort/index logic below it with:",
        Some(CALLED_BELOW),
    ),
    (
        "a.ts",
        TWO_GUARDS,
        "return pick(rows);\n",
        "Find the `next` `useMemo`. Keep the early-return guard as-is (`!rows`) and replace only the sort below it with:",
        Some(CALLED_BELOW),
    ),
    (
        "a.ts",
        TWO_GUARDS,
        "return pick(rows);\n",
        "Keep the early-return guard as-is and replace only the sort below it with:",
        None,
    ),
    // No guard stays, or nothing is below one.
    (
        "a.py",
        PYTHON_GUARD,
        "return pick(rows, key)\n",
        "Replace the guard and what is below it with:",
        None,
    ),
    (
        "a.py",
        PYTHON_GUARD,
        "return pick(rows)\n",
        "In `last_of`, keep the guard and replace what is below it with:",
        None,
    ),
];

#[test]
fn what_stands_below_a_guard_is_replaced_and_the_guard_stays() {
    for &(path, before, block, prose, lines) in BELOW_GUARDS {
        let context = Context {
            prose,
            ..Context::default()
        };
        let answer = graft::apply(
            &File {
                path,
                text: Some(before),
            },
            &Snippet {
                text: block,
                language: "",
            },
            &context,
        );
        match (&answer, lines) {
            (Graft::Applied(applied), Some(lines)) if applied.text.contains(lines) => {}
            (Graft::Refused(_), None) => {}
            _ => panic!("{prose}: {answer:#?}"),
        }
    }
}

#[test]
fn a_spelled_import_is_of_the_module_that_the_file_imports() {
    let file = |module: &str| {
        format!("import {{ Blocker }} from '{module}';\n\nexport const b = new Blocker();\n")
    };
    for (module, expected) in [
        (
            "../api/blocker.types.mjs",
            "import { Blocker, Preflight } from '../api/blocker.types.mjs';",
        ),
        (
            "../api/blocker.types",
            "import { Blocker, Preflight } from '../api/blocker.types';",
        ),
        (
            "../api/other.types",
            "import { Preflight } from 'blocker.types';",
        ),
    ] {
        let text = file(module);
        let imports = vec!["import { Preflight } from 'blocker.types';".to_owned()];
        let context = Context {
            prose: "Add it:",
            imports: &imports,
            ..Context::default()
        };
        let snippet = Snippet {
            text: "export function preflight() {\n  return new Preflight();\n}\n",
            language: "",
        };
        let file = File {
            path: "a.mjs",
            text: Some(&text),
        };
        let Graft::Applied(applied) = graft::apply(&file, &snippet, &context) else {
            panic!("{module}")
        };
        assert!(
            applied.text.contains(expected),
            "{module}: {}",
            applied.text
        );
    }
}
