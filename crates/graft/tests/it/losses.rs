//! What a block must not take away: lines, branches and children of the file that nothing of the block or its words answers for.

use graft::{Context, File, Graft, Reason, Snippet};

/// A file, a block, the words beside it, and what comes of them: lines of the new text that stand together, or a refusal.
struct Row {
    path: &'static str,
    before: &'static str,
    block: &'static str,
    words: &'static str,
    result: Result<&'static str, Reason>,
}

const LOOPS: &str = "def make(count):\n    tokens = {}\n    for i in range(count + 1):\n        tokens[i] = i\n    names = []\n    \
                     for i in range(count):\n        names.append(i)\n    return names\n";
const LOOP_OF_TOKENS: &str = "def make(count, host=None):\n    # ... existing code\n    for i in range(count):\n        tokens[i] = i\n        \
     write(host)\n    # ... existing code\n";
const BRANCH: &str = "def find(db):\n    user = db.find()\n    if user is None:\n        user = {}\n        db.add(user)\n    else:\n        \
     log()\n    return user\n";
const ONE_BRANCH: &str =
    "    if user is None:\n        user = {\"status\": 1}\n        db.add(user)\n";
const TRY: &str = "def load():\n    try:\n        row = get(1)\n    except KeyError:\n        row = None\n    finally:\n        close()\n    return row\n";
const ELSE_IF: &str = "function f(x) {\n  if (x > 1) {\n    a();\n  } else if (x > 0) {\n    b();\n  } else {\n    c();\n  }\n}\n";

const PAGE: &str = "export function Page() {\n  return (\n    <div className=\"root\">\n      <Nav />\n\n      <main className=\"m\">\n        \
                    <h1>Hi</h1>\n        <p>{text}</p>\n      </main>\n    </div>\n  );\n}\n";

/// `PAGE` with other children of its root.
fn page(children: &str) -> String {
    format!(
        "export function Page() {{\n  return (\n    <div className=\"root\">\n{children}    </div>\n  );\n}}\n"
    )
}

const FASTIFY: &str = "export function build() {\n  const app = Fastify()\n\n  app.register(subs, { prefix: '/x' })\n  \
                       app.register(async function api(one) {\n    await one.register(subs, {})\n  }, { prefix: '/api' })\n\n  return app\n}\n";
const ROUTERS: &str =
    "from app import users\n\napp = FastAPI()\napp.include_router(users.router, prefix=\"/v1\")\n";
const APPLY: &str = "def _fi(values):\n    values[1] = 1\n\n\ndef resolve():\n    values = {}\n    _fi(values)\n    return values\n";
const MARGIN: &str = "def _margin(values):\n    values[2] = 2\n";

const TAGS: &str = "class TestTags:\n    def test_one(self):\n        assert 1\n\n    def test_two(self):\n        assert 2\n";
const ANSWER: &str = "from dataclasses import dataclass\n\n\n@dataclass\nclass Answer:\n    text: str\n    model: str = \"\"\n    \
                      found: bool = False\n";
const POINT: &str =
    "from typing import NamedTuple\n\n\nclass Point(NamedTuple):\n    x: int\n    y: int = 0\n";

const ROWS: &[Row] = &[
    // What is missing is not there with more than the block shows.
    Row {
        path: "a.ts",
        before: "class Api {\n  users(page?: number) {\n    if (page) this.log(page);\n    return this.get(page);\n  }\n}\n",
        block: "users(page?: number) {\n  return this.get(page ?? 1);\n}\n",
        words: "**1.2 Add Missing API Methods**",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: "def users(page=None):\n    log(page)\n    return get(page)\n",
        block: "def users(page=None):\n    return get(page or 1)\n",
        words: "Fehlende Funktionen hinzufügen:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: "def users(page=None):\n    log(page)\n    return get(page)\n",
        block: "def users(page=None):\n    return get(page or 1)\n",
        words: "Add the missing default of `page` to `users`:",
        result: Ok("def users(page=None):\n    return get(page or 1)\n"),
    },
    // What a list of its own holds already is nothing where the list is not there.
    Row {
        path: "a.ts",
        before: "@Module({\n  imports: [Health],\n})\nexport class AppModule {}\n",
        block: "@Module({\n  imports: [\n    // ... existing imports\n    Limits,\n  ],\n  providers: [\n    // ... existing providers\n    Guard,\n  ],\n})\nexport class AppModule {}\n",
        words: "Edit `a.ts`:",
        result: Ok(
            "@Module({\n  imports: [Health, Limits],\n  providers: [\n    Guard,\n  ],\n})\n",
        ),
    },
    Row {
        path: "a.js",
        before: "module.exports = {\n  env: 'node',\n};\n",
        block: "module.exports = {\n  env: 'node',\n  plugins: [\n    // existing plugins\n    'jest',\n  ],\n};\n",
        words: "Edit `a.js`:",
        result: Ok("  env: 'node',\n  plugins: [\n    'jest',\n  ],\n};\n"),
    },
    Row {
        path: "a.ts",
        before: "@Module({\n  imports: [Health],\n})\nexport class AppModule {}\n",
        block: "@Module({\n  imports: [Health],\n  providers: [\n    {\n      provide: A,\n      // ... existing options\n    },\n  ],\n})\nexport class AppModule {}\n",
        words: "Edit `a.ts`:",
        result: Err(Reason::Unclear),
    },
    // A function of a module is no method, though one has its name.
    Row {
        path: "a.py",
        before: TAGS,
        block: "def test_two():\n    assert 3\n",
        words: "Change `test_two`:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: TAGS,
        block: "def test_two(client):\n    assert client\n",
        words: "Change `test_two`:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: TAGS,
        block: "def test_two(self, client):\n    assert client\n",
        words: "Change `test_two`:",
        result: Ok("    def test_two(self, client):\n        assert client\n"),
    },
    // Python builds no class whose fields without a default stand behind those with one.
    Row {
        path: "a.py",
        before: ANSWER,
        block: "@dataclass\nclass Answer:\n    found: bool\n    notes: dict\n",
        words: "Update `Answer`:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: POINT,
        block: "class Point(NamedTuple):\n    # ...\n    y: int = 0\n    z: int\n",
        words: "Add `z` to `Point`:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: ANSWER,
        block: "from dataclasses import dataclass, field\n\n\n@dataclass\nclass Answer:\n    # ...\n    notes: dict = field(default_factory=dict)\n",
        words: "Add `notes` to `Answer`:",
        result: Ok("    found: bool = False\n    notes: dict = field(default_factory=dict)\n"),
    },
    Row {
        path: "a.ts",
        before: FASTIFY,
        block: "app.register(async function api(one) {\n  await one.register(auth)\n  await one.register(subs, {})\n}, { prefix: '/api' })\n",
        words: "Inside the `/api` registration:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.ts",
        before: FASTIFY,
        block: "app.register(async function admin(one) {\n  await one.register(auth)\n}, { prefix: '/admin' })\n",
        words: "Register the admin routes after the api:",
        result: Ok("  }, { prefix: '/api' })\n\n  app.register(async function admin(one) {\n"),
    },
    Row {
        path: "a.py",
        before: ROUTERS,
        block: "app.include_router(users.router, prefix=\"/v1\", tags=[\"users\"])\n",
        words: "Add the tags to the router:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: ROUTERS,
        block: "app.include_router(users.router, prefix=\"/v2\")\n",
        words: "Add the second version:",
        result: Ok("prefix=\"/v1\")\napp.include_router(users.router, prefix=\"/v2\")\n"),
    },
    Row {
        path: "a.py",
        before: APPLY,
        block: MARGIN,
        words: "In `resolve`, after `_fi(...)`, add `_margin(values)`. Implementation:",
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.py",
        before: APPLY,
        block: MARGIN,
        words: "Add `_margin(values)` after `_fi`:",
        result: Ok(
            "    values[1] = 1\n\n\ndef _margin(values):\n    values[2] = 2\n\n\ndef resolve",
        ),
    },
    Row {
        path: "a.tsx",
        before: PAGE,
        block: "export function Page() {\n  return (\n    <h1>{t(\"hi\")}</h1>\n    // etc.\n  );\n}\n",
        words: "Replace hardcoded strings with `t()`:",
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.py",
        before: LOOPS,
        block: LOOP_OF_TOKENS,
        words: "Change the signature and add the write:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: LOOPS,
        block: LOOP_OF_TOKENS,
        words: "Replace the loop of the tokens:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: LOOPS,
        block: "def make(count):\n    # ... existing code\n    for i in range(count):\n        names.append(str(i))\n        log(i)\n    # ... existing code\n",
        words: "Change the loop and add a log:",
        result: Ok(
            "    for i in range(count):\n        names.append(str(i))\n        log(i)\n    return names\n",
        ),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: ONE_BRANCH,
        words: "Replace the user creation block with:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: ONE_BRANCH,
        words: "Replace the `if` block with this, and remove its `else`:",
        result: Ok("        db.add(user)\n    return user\n"),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: ONE_BRANCH,
        words: "Drop the `else`. Replace the `if` block with:",
        result: Ok("        db.add(user)\n    return user\n"),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: ONE_BRANCH,
        words: "Delete the `else`; replace the `if` block with:",
        result: Ok("        db.add(user)\n    return user\n"),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: ONE_BRANCH,
        words: "Replace the `if` block of the `Drop` handler with:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: BRANCH,
        block: "    if user is None:\n        user = {\"status\": 1}\n        db.add(user)\n    else:\n        log(1)\n",
        words: "Replace the user creation block with:",
        result: Ok("        db.add(user)\n    else:\n        log(1)\n    return user\n"),
    },
    Row {
        path: "a.ts",
        before: ELSE_IF,
        block: "  if (x > 1) {\n    a(2);\n  } else if (x > 0) {\n    b();\n  }\n",
        words: "Replace the check of `x` with:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.py",
        before: TRY,
        block: "def load():\n    # ... existing code\n    try:\n        row = get(2)\n    except KeyError:\n        row = None\n    # ... existing code\n",
        words: "Update `load`:",
        result: Err(Reason::NotFound),
    },
];

/// Children of the root of `PAGE` that a block shows, the words beside it, and what comes of them.
const CHILDREN: &[(&str, &str, Result<&str, Reason>)] = &[
    (
        "      <Nav />\n      <Banner />\n      <main className=\"m\">\n        {/* ... rest of existing layout */}\n      </main>\n",
        "Add a banner:",
        Ok(
            "<Nav />\n      <Banner />\n\n      <main className=\"m\">\n        <h1>Hi</h1>\n        <p>{text}</p>\n      </main>\n",
        ),
    ),
    (
        "      <Nav />\n      <main className=\"m\">\n        {/* existing content */}\n        <Footer />\n      </main>\n",
        "Add a footer:",
        Ok("        <p>{text}</p>\n        <Footer />\n      </main>\n"),
    ),
    (
        "      {/* ... */}\n      <main className=\"m\">\n        <h1>Hi</h1>\n        // etc.\n      </main>\n      <Footer />\n",
        "Add a footer:",
        Ok("        <p>{text}</p>\n      </main>\n      <Footer />\n    </div>\n"),
    ),
    (
        "      <Nav />\n      {/* ... */}\n      <main>\n        {/* ... */}\n      </main>\n",
        "Add it:",
        Err(Reason::Conflict),
    ),
    (
        "      <Banner />\n      <main className=\"m\">\n        {/* ... */}\n      </main>\n",
        "Add it:",
        Err(Reason::Conflict),
    ),
    (
        "      <Nav />\n      <section>\n        {/* ... */}\n      </section>\n",
        "Add it:",
        Err(Reason::Unclear),
    ),
    (
        "      {/* ... */}\n      <Banner />\n      {/* ... */}\n",
        "Add it:",
        Err(Reason::NotFound),
    ),
    (
        "      {/* ... */}\n      <Nav wide />\n",
        "Make it wide:",
        Err(Reason::Unclear),
    ),
    (
        "      <Nav />\n      // etc.\n",
        "Replace the strings:",
        Ok(""),
    ),
];

#[test]
fn elided_children_of_elements_are_kept() {
    for (children, words, result) in CHILDREN {
        let context = Context {
            prose: words,
            ..Context::default()
        };
        let (file, block) = (
            File {
                path: "a.tsx",
                text: Some(PAGE),
            },
            page(children),
        );
        let answer = graft::apply(
            &file,
            &Snippet {
                text: &block,
                language: "tsx",
            },
            &context,
        );
        match (&answer, result) {
            (Graft::Refused(refusal), Err(reason)) if refusal.reason == *reason => {}
            (Graft::Applied(applied), Ok(lines))
                if !lines.is_empty() && applied.text.contains(lines) => {}
            (Graft::AlreadyApplied, Ok("")) => {}
            _ => panic!("{words}\n{block}\n{answer:#?}"),
        }
    }
}

#[test]
fn what_nothing_answers_for_is_not_lost() {
    for Row {
        path,
        before,
        block,
        words,
        result,
    } in ROWS
    {
        let context = Context {
            prose: words,
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
        match (&answer, result) {
            (Graft::Refused(refusal), Err(reason)) if refusal.reason == *reason => {}
            (Graft::Applied(applied), Ok(lines)) if applied.text.contains(lines) => {}
            _ => panic!("{words}\n{block}\n{answer:#?}"),
        }
    }
}

#[test]
fn a_quote_is_that_of_the_function_which_the_words_name() {
    let before = "def first():\n    return now()\n\n\ndef second():\n    return now()\n";
    let (quote, new) = ("    return now()\n", "    return now(UTC)\n");
    let ask = |text: &str, prose: &str| {
        let context = Context {
            prose,
            current: Some(quote),
            ..Context::default()
        };
        graft::apply(
            &File {
                path: "a.py",
                text: Some(text),
            },
            &Snippet {
                text: new,
                language: "",
            },
            &context,
        )
    };
    let Graft::Applied(applied) = ask(before, "In `second`, replace:") else {
        panic!("not applied")
    };
    assert_eq!(
        applied.text,
        "def first():\n    return now()\n\n\ndef second():\n    return now(UTC)\n"
    );
    assert_eq!(
        ask(&applied.text, "In `second`, replace:"),
        Graft::AlreadyApplied
    );
    assert!(matches!(ask(before, "Replace:"), Graft::Refused(_)));
}

#[test]
fn callers_of_a_changed_function_still_fit_it() {
    let old = "def row(user, review=None):\n    return user\n\n\ndef rows(users):\n    return [row(one, read(one)) for one in users]\n";
    let broken = |head: &str| {
        graft::breaks_names(
            "a.py",
            Some(old),
            &old.replace("def row(user, review=None)", head),
        )
    };
    assert!(
        broken("def row(user)")
            .is_some_and(|refusal| refusal.message.contains("`row` is called at line 6"))
    );
    assert!(broken("def row(user, review, limit)").is_some());
    assert!(broken("def row(user, *, review=None)").is_some());
    for fits in [
        "def row(user, review)",
        "def row(user, *rest)",
        "def row(user, review, limit=1)",
        "def row(*args, **kwargs)",
        "@print\ndef row(user)",
    ] {
        assert!(broken(fits).is_none(), "{fits}");
    }
    // A call that did not fit before is none of the edit's.
    let other = "def row(user):\n    return user\n\n\nrow(1, 2)\n";
    assert!(
        graft::breaks_names(
            "a.py",
            Some(other),
            &other.replace("(user)", "(user, *, limit)")
        )
        .is_none()
    );
    let named = "def row(user, limit=1):\n    return user\n\n\nrow(1, limit=2)\n";
    assert!(
        graft::breaks_names("a.py", Some(named), &named.replace("limit=1", "size=1")).is_some()
    );
}

#[test]
fn an_alias_stands_above_the_annotation_that_reads_it() {
    let above = "def load(db: Db):\n    return db\n\n\nDb = dict[str, int]\n";
    let broken = |text: &str| graft::breaks_names("a.py", Some("Db = dict[str, int]\n"), text);
    assert!(broken(above).is_some());
    assert!(broken(&format!("from __future__ import annotations\n\n{above}")).is_none());
    assert!(broken(&above.replace(": Db", ": \"Db\"")).is_none());
    assert!(broken("Db = dict[str, int]\n\n\ndef load(db: Db):\n    return db\n").is_none());
}
