//! The commonest edits in usual wordings: each row is a file, a block, the words beside it, and what comes of them.

use graft::{Context, File, Graft, Reason, Snippet, apply, replace_at};

/// A file, a block, the words beside it, and lines of the new text that stand together, or a refusal.
struct Row {
    path: &'static str,
    before: &'static str,
    block: &'static str,
    words: &'static str,
    result: Result<&'static str, Reason>,
}

const SERVICE: &str = "class Service:\n    def __init__(self, repo):\n        self.repo = repo\n        self.open()\n\n    def \
                       open(self):\n        pass\n\n    def close(self):\n        # later\n        pass\n";
const CACHE: &str = "export async function load(id: string) {\n  return { id };\n}\n\nexport class Cache {\n  constructor(ttl: \
                     number) {\n    this.ttl = ttl;\n  }\n\n  start(port: number) {\n    listen(port);\n  }\n}\n";
const ORDER: &str = "interface Order {\n  id: number;\n  total: number;\n  status: string;\n}\n";
const APPS: &str = "from framework import App\n\n\nclass Shop(App):\n    def ready(self):\n        from shop.models import Order\n\n        register(Order)\n";
const TYPED: &str = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.users import User\n\n\ndef f(user: \"User\"):\n    return user\n";

const EXPRESS: &str = "import orders from './orders';\n\napp.use('/orders', orders);\n\napp.use((err, req, res, next) => {\n  res.status(500).json({});\n});\n\napp.listen(3000, () => {\n  log('up');\n});\n";

const ROWS: &[Row] = &[
    // A module has one default export.
    Row {
        path: "a.ts",
        before: "export default function home() {\n  return 1;\n}\n",
        block: "export default function landing() {\n  return 2;\n}\n",
        words: "Add to `a.ts`:",
        result: Err(Reason::Conflict),
    },
    // The call that the words name is shown as it shall be.
    Row {
        path: "a.ts",
        before: "export const all = run([\n  db.user.update({ id }),\n  db.move.create({\n    data: {\n      id,\n    },\n  }),\n]);\n",
        block: "db.move.create({\n  data: {\n    id,\n    cost,\n  },\n}),\n",
        words: "In `db.move.create`, add the new fields:",
        result: Ok(
            "  db.user.update({ id }),\n  db.move.create({\n    data: {\n      id,\n      cost,\n    },\n  }),\n]);\n",
        ),
    },
    // Nothing is reached behind the handler of errors and the start.
    Row {
        path: "a.js",
        before: EXPRESS,
        block: "import users from './users';\n\napp.use('/users', users);\n",
        words: "In `a.js`:",
        result: Ok("app.use('/orders', orders);\napp.use('/users', users);\n"),
    },
    Row {
        path: "a.js",
        before: EXPRESS,
        block: "app.get('/health', (req, res) => res.json({}));\n",
        words: "In `a.js`:",
        result: Ok(
            "app.get('/health', (req, res) => res.json({}));\n\napp.use((err, req, res, next) => {\n",
        ),
    },
    // What is tried at the module's level with the variable of a function belongs into that.
    Row {
        path: "a.ts",
        before: "import { db } from './db';\n\nexport async function ship(id: string) {\n  const order = await db.order(id);\n  return order;\n}\n",
        block: "try {\n  await db.send(order.email);\n} catch (error) {\n  console.error(error);\n}\n",
        words: "After `ship`:",
        result: Err(Reason::Unbound),
    },
    // Comments for whoever carries out the plan.
    Row {
        path: "a.js",
        before: EXPRESS,
        block: "import users from './users';\n\n// Before app.use('/orders'):\napp.use('/users', users);\n",
        words: "Add the import and the mount:",
        result: Ok("app.use('/users', users);\n\napp.use('/orders', orders);\n"),
    },
    Row {
        path: "a.py",
        before: "import os\n\nA = os\n",
        block: "B = 2\n# After the deploy:\nC = 3\n",
        words: "In `a.py`, add:",
        result: Ok("B = 2\n# After the deploy:\nC = 3\n"),
    },
    Row {
        path: "a.py",
        before: "def f():\n    a = 1\n    return a\n",
        block: "def f():\n    a = 1\n    b = 2  # ADD THIS LINE\n    return a\n",
        words: "Update `f`:",
        result: Ok("    a = 1\n    b = 2\n    return a\n"),
    },
    // The lines of a string have their own indentation.
    Row {
        path: "a.py",
        before: "def f():\n    return '''\n<a>\n  <b>\n    <c>\n      <d>\n  <b>\n    <c>\n'''\n",
        block: "def g():\n    return 1\n",
        words: "In `a.py`, add:",
        result: Ok("def g():\n    return 1\n"),
    },
    // What the words exchange themselves is not the block's to replace.
    Row {
        path: "a.ts",
        before: "export const shape = z.object({\n  name: z.string(),\n  kind: z.string(),\n});\n",
        block: "tags: z.array(\n  z.string(),\n),\n",
        words: "Update `shape`:\nReplace `kind: z.string()` with `kindId: z.number()`\nAdd `tags` field:",
        result: Err(Reason::NotFound),
    },
    // Inside a function without a name is not the module's level.
    Row {
        path: "a.ts",
        before: "import { db } from './db';\n\nexport function pay() {\n  return db;\n}\n",
        block: "const { id } = db.actor();\n",
        words: "Inside the handler, add:",
        result: Err(Reason::NotFound),
    },
    // What a comment outlines is not shown.
    Row {
        path: "a.ts",
        before: "import { A } from './a';\n\nexport const all = { imports: [A] };\n",
        block: "import { B } from './b';\n// ... in imports: [ ..., B ],\n",
        words: "Add `B` to the imports array:",
        result: Err(Reason::Unclear),
    },
    // A sketch says no less of a signature.
    Row {
        path: "a.py",
        before: "def create(debug: bool = False) -> App:\n    app = App()\n    app.log(debug)\n    return app\n",
        block: "def create():\n    app = App()\n    ...\n    recover(app)\n    return app\n",
        words: "Recover once the app is made:",
        result: Ok(
            "def create(debug: bool = False) -> App:\n    app = App()\n    app.log(debug)\n    recover(app)\n    return app\n",
        ),
    },
    // Two states of one code below labels that no list knows.
    Row {
        path: "a.py",
        before: "a = 1\nb = 2\n",
        block: "# Onda:\na = 1\n\n# Nana:\na = 3\n",
        words: "In `a.py`:",
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.py",
        before: "a = 3\nb = 2\n",
        block: "# Onda:\na = 1\n\n# Nana:\na = 3\n",
        words: "In `a.py`:",
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.py",
        before: "b = 2\n",
        block: "# Limits:\na = 1\n\n# Names:\nc = 3\n",
        words: "In `a.py`, add:",
        result: Ok("# Limits:\na = 1\n\n# Names:\nc = 3\n"),
    },
    // Imports of a function alone.
    Row {
        path: "a.py",
        before: SERVICE,
        block: "from app.cache import Cache\n",
        words: "In `Service.close`, import lazily:",
        result: Ok(
            "    def close(self):\n        from app.cache import Cache\n        # later\n        pass\n",
        ),
    },
    Row {
        path: "a.py",
        before: "import os\n\n\nasync def start(port):\n    \"\"\"Starts.\"\"\"\n    return port\n",
        block: "from app.cache import Cache\n",
        words: "Inside `start()`, add:",
        result: Ok("    \"\"\"Starts.\"\"\"\n    from app.cache import Cache\n    return port\n"),
    },
    Row {
        path: "a.py",
        before: SERVICE,
        block: "from app.cache import Cache\n",
        words: "Inside `warm_up` (of the last task), add:",
        result: Err(Reason::NotFound),
    },
    Row {
        path: "a.py",
        before: "import os\n\nA = os\n",
        block: "from app.cache import Cache\n",
        words: "In `a.py`, add:",
        result: Ok("import os\n\nfrom app.cache import Cache\n"),
    },
    // Attributes of a constructor.
    Row {
        path: "a.py",
        before: SERVICE,
        block: "self.cache = {}\n",
        words: "In `Service.__init__`, add:",
        result: Ok("        self.repo = repo\n        self.cache = {}\n        self.open()\n"),
    },
    Row {
        path: "a.ts",
        before: CACHE,
        block: "this.hits = 0;\n",
        words: "In the `constructor` of `Cache`:",
        result: Ok("    this.ttl = ttl;\n    this.hits = 0;\n  }\n"),
    },
    Row {
        path: "a.py",
        before: SERVICE,
        block: "self.cache = {}\n",
        words: "In `Service`, reset the cache:",
        result: Err(Reason::NotFound),
    },
    // Heads of functions.
    Row {
        path: "a.ts",
        before: CACHE,
        block: "export async function load(id: string, fresh = false) {\n",
        words: "The head of `load` becomes:",
        result: Ok(
            "export async function load(id: string, fresh = false) {\n  return { id };\n}\n",
        ),
    },
    Row {
        path: "a.ts",
        before: CACHE,
        block: "this.clear();\n",
        words: "At the top of `start(port: number) {`:",
        result: Ok("  start(port: number) {\n    this.clear();\n    listen(port);\n"),
    },
    Row {
        path: "a.ts",
        before: CACHE,
        block: "this.clear();\n",
        words: "First thing in `start`:",
        result: Ok("  start(port: number) {\n    this.clear();\n    listen(port);\n"),
    },
    // The line that the words quote.
    Row {
        path: "a.py",
        before: SERVICE,
        block: "self.repo.close()\n",
        words: "In `close`, replace `pass` with:",
        result: Ok("        # later\n        self.repo.close()\n"),
    },
    Row {
        path: "a.ts",
        before: CACHE,
        block: "return { id, fresh: true };\n",
        words: "Replace `return { id };` with:",
        result: Ok("  return { id, fresh: true };\n}\n"),
    },
    // Members that a block shows no more.
    Row {
        path: "a.ts",
        before: ORDER,
        block: "interface Order {\n  id: number;\n  total: number;\n  note: string;\n}\n",
        words: "Update the interface:",
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.ts",
        before: ORDER,
        block: "interface Order {\n  id: number;\n  total: number;\n  note: string;\n}\n",
        words: "Replace `Order` with:",
        result: Ok("  total: number;\n  note: string;\n}\n"),
    },
    // What is imported inside a function alone stays there.
    Row {
        path: "a.py",
        before: APPS,
        block: "from shop.models import Order, Refund\n",
        words: "In `a.py`, add the import:",
        result: Ok("def ready(self):\n        from shop.models import Order, Refund\n"),
    },
    Row {
        path: "a.py",
        before: APPS,
        block: "from shop.models import Refund\n",
        words: "At the top of `a.py`, add:",
        result: Ok("from framework import App\nfrom shop.models import Refund\n"),
    },
    Row {
        path: "a.py",
        before: APPS,
        block: "from shop.models import Refund\n\n\ndef pay(order):\n    return Refund(order)\n",
        words: "In `a.py`, add:",
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.py",
        before: APPS,
        block: "    def ready(self):\n        from shop.models import Order, Refund\n\n        register(Order)\n        register(Refund)\n",
        words: "`ready` becomes:",
        result: Ok(
            "def ready(self):\n        from shop.models import Order, Refund\n\n        register(Order)\n",
        ),
    },
    Row {
        path: "a.js",
        before: "const { app } = require('./app');\n\nfunction load() {\n  const { a } = require('./late');\n  return a;\n}\n",
        block: "const { a, b } = require('./late');\n",
        words: "Extend the import:",
        result: Ok("function load() {\n  const { a, b } = require('./late');\n"),
    },
    // Imports that only a type checker reads.
    Row {
        path: "a.py",
        before: TYPED,
        block: "if TYPE_CHECKING:\n    from app.orders import Order\n",
        words: "Add the import for the type:",
        result: Ok("    from app.orders import Order\n"),
    },
];

#[test]
fn usual_edits_are_made_or_refused() {
    for row in ROWS {
        let context = Context {
            prose: row.words,
            ..Context::default()
        };
        let file = File {
            path: row.path,
            text: Some(row.before),
        };
        let answer = apply(
            &file,
            &Snippet {
                text: row.block,
                language: "",
            },
            &context,
        );
        match (&answer, row.result) {
            (Graft::Applied(applied), Ok(lines)) => {
                assert!(
                    applied.text.contains(lines),
                    "{}\n{}",
                    row.words,
                    applied.text
                );
            }
            (Graft::Refused(refusal), Err(reason)) => {
                assert_eq!(refusal.reason, reason, "{}", row.words)
            }
            _ => panic!("{}: {answer:?}", row.words),
        }
    }
}

#[test]
fn code_at_a_place_is_replaced_where_the_file_still_parses() {
    let text = "def f(x):\n    return x.a()\n";
    let at = text.find("x.a()").expect("the code");
    let place = at..at + "x.a()".len();
    let Graft::Applied(applied) = replace_at("a.py", text, (place.clone(), "x.b()")) else {
        panic!("not applied")
    };
    assert_eq!(applied.text, "def f(x):\n    return x.b()\n");
    assert!(matches!(
        replace_at("a.py", text, (place, "x.b(")),
        Graft::Refused(_)
    ));
}
