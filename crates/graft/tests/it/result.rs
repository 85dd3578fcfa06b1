//! What must not come of a block: a second binding, export or call of what stands, comments and documentation lost.

use graft::{Context, File, Graft, Reason, Snippet};

/// A file, a block, the words beside it, and what comes of them: the whole new text, or a refusal.
struct Row {
    path: &'static str,
    before: &'static str,
    block: &'static str,
    words: &'static str,
    current: Option<&'static str>,
    result: Result<&'static str, Reason>,
}

const TOOL: &str = "class Tool:\n    \"\"\"A tool.\"\"\"\n\n    name: str\n    intent: str = \"read\"\n\n    def label(self):\n        return self.name\n";
const INDEX: &str = "export { run } from './run';\nexport { detect, extract } from './mentions';\n";
const COURSE: &str = "export interface Course {\n  /** What it is called. */\n  code: string;\n  /** Where it stands. */\n  url: string;\n}\n";
const OPTIONS: &str =
    "interface Options {\n  url: string;\n  since?: string; // for filtering\n}\n";
const MODEL: &str = "class Model:\n    def __init__(self):\n        self._ops = object()\n        self._runner = Runner(self._ops)\n";
const STACK: &str = "def build(root, handler):\n    docs = root.add(\"docs\")\n    docs.method(\"GET\", handler)\n    events = root.add(\"events\")\n    events.method(\"POST\", handler)\n";
const CONFIG: &str = "from dataclasses import dataclass\n\n\ndef field(default):\n    return default\n\n\nPROVIDERS = [1]\n\n\n@dataclass\nclass Config:\n    approach: str = field(default=\"llm\")\n    limit: int = field(default=1)\n\n\n# The old name.\nOld = Config\n";
const EVENTS: &str = "import { z } from 'zod'\n\nexport const Schema = z.object({})\n\nexport type Event = z.infer<typeof Schema>\n";
const FORM: &str = "import {\n  a,\n  b,\n} from './ready.mjs';\n\nexport const form = () => a;\n";
const WORKER: &str = "async def work(session, job):\n    try:\n        # Fetch the page.\n        page = await session.get(job)\n        await session.run(mark(job, \"done\"))\n        await session.commit()\n    except Exception:\n        await session.run(mark(page, \"failed\"))\n        await session.run(mark(job, \"failed\"))\n        await session.commit()\n";

const ROWS: &[Row] = &[
    // A text right below a field documents the field, not the class.
    Row {
        path: "a.py",
        before: TOOL,
        block: "limit: int = 3\n\"\"\"How often it may run.\"\"\"\n",
        words: "Add to `Tool`, after `intent: str = \"read\"`:",
        current: None,
        result: Ok(
            "class Tool:\n    \"\"\"A tool.\"\"\"\n\n    name: str\n    intent: str = \"read\"\n    limit: int = 3\n    \"\"\"How often it may run.\"\"\"\n\n    def label(self):\n        return self.name\n",
        ),
    },
    // The list of exports of the same module, with more.
    Row {
        path: "a.ts",
        before: INDEX,
        block: "export { detect, extract, isBot } from \"./mentions\";\n",
        words: "Export the new function:",
        current: None,
        result: Ok(
            "export { run } from './run';\nexport { detect, extract, isBot } from \"./mentions\";\n",
        ),
    },
    // A part of it beside a new name would be exported twice.
    Row {
        path: "a.ts",
        before: INDEX,
        block: "export { detect, isBot } from './mentions';\n",
        words: "Export the new function:",
        current: None,
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.ts",
        before: INDEX,
        block: "export { isBot } from './mentions';\n",
        words: "Export the new function:",
        current: None,
        result: Ok(
            "export { run } from './run';\nexport { detect, extract } from './mentions';\nexport { isBot } from './mentions';\n",
        ),
    },
    // All members as they are: the new one joins them, and their comments stay.
    Row {
        path: "a.ts",
        before: COURSE,
        block: "export interface Course {\n  code: string;\n  url: string;\n  /** One line. */\n  summary: string | null;\n}\n",
        words: "Extend `Course` by one field:",
        current: None,
        result: Ok(
            "export interface Course {\n  /** What it is called. */\n  code: string;\n  /** Where it stands. */\n  url: string;\n  /** One line. */\n  summary: string | null;\n}\n",
        ),
    },
    // A line of the file as a comment with a remark: whether it goes is not said.
    Row {
        path: "a.ts",
        before: OPTIONS,
        block: "interface Options {\n  url: string;\n  // since?: string;  // REMOVE THIS\n}\n",
        words: "Update `Options`:",
        current: None,
        result: Err(Reason::Unclear),
    },
    Row {
        path: "a.ts",
        before: OPTIONS,
        block: "interface Options {\n  url: string;\n  // the first day that counts\n  since?: string;\n}\n",
        words: "Update `Options`:",
        current: None,
        result: Ok(
            "interface Options {\n  url: string;\n  // the first day that counts\n  since?: string;\n}\n",
        ),
    },
    // A constructor builds an attribute once.
    Row {
        path: "a.py",
        before: MODEL,
        block: "        self._copies = []\n        self._runner = Runner(self._ops, copies=self._copies)\n",
        words: "Add to `Model.__init__` after the existing parts:",
        current: None,
        result: Err(Reason::Conflict),
    },
    // Calls that the quote has otherwise than the file would stand beside the file's.
    Row {
        path: "a.py",
        before: STACK,
        block: "docs = root.add(\"docs\")\ndocs.method(\"GET\", self.handler)\nevents = root.add(\"events\")\nevents.method(\"GET\", self.handler)\n",
        words: "New configuration (replace above section):",
        current: Some(
            "docs = root.add(\"docs\")\ndocs.method(\"GET\", self.handler)\nevents = root.add(\"events\")\nevents.method(\"POST\", self.handler)\n",
        ),
        result: Err(Reason::NotFound),
    },
    // What is built as the fields of a class is one.
    Row {
        path: "a.py",
        before: CONFIG,
        block: "PROVIDERS = [1, 2]\n\n# Change the approach field\napproach: str = field(default=\"local\")\n\n\n# Add Local\n@dataclass\nclass Local:\n    size: int = field(default=1)\n",
        words: "Add the local approach to the schema:",
        current: None,
        result: Err(Reason::NotFound),
    },
    // "Rewrite" and the file: a module that stands alone is all of it.
    Row {
        path: "a.ts",
        before: EVENTS,
        block: "export interface Game {\n  source: 'game'\n}\n\nexport type Event = Game\n",
        words: "- [ ] **Step 1: Rewrite `a.ts`**",
        current: None,
        result: Ok("export interface Game {\n  source: 'game'\n}\n\nexport type Event = Game\n"),
    },
    Row {
        path: "a.ts",
        before: EVENTS,
        block: "export type Event = z.infer<typeof Schema> | null\n",
        words: "Rewrite `a.ts`:",
        current: None,
        result: Ok(
            "import { z } from 'zod'\n\nexport const Schema = z.object({})\n\nexport type Event = z.infer<typeof Schema> | null\n",
        ),
    },
    // "Replace" over an import with fewer names takes the others away.
    Row {
        path: "a.mjs",
        before: FORM,
        block: "import { a } from './ready.mjs';\nimport { c } from './more.mjs';\n",
        words: "Replace the `ready` import (lines 1-4), keep only `a`, and add the new import:",
        current: None,
        result: Err(Reason::Conflict),
    },
    Row {
        path: "a.mjs",
        before: FORM,
        block: "import { a } from './ready.mjs';\nimport { c } from './more.mjs';\n",
        words: "Add the new import:",
        current: None,
        result: Ok(
            "import {\n  a,\n  b,\n} from './ready.mjs';\nimport { c } from './more.mjs';\n\nexport const form = () => a;\n",
        ),
    },
    // An act is a place where one step does all of it; a word that it shares with another is none.
    Row {
        path: "a.py",
        before: WORKER,
        block: "await session.run(mark(job, \"busy\"))\nawait session.commit()\n",
        words: "Inside `work`, after fetching the page and before the heavy part, add:",
        current: None,
        result: Err(Reason::Ambiguous),
    },
];

#[test]
fn what_stands_is_neither_doubled_nor_lost() {
    for row in ROWS {
        let file = File {
            path: row.path,
            text: Some(row.before),
        };
        let context = Context {
            prose: row.words,
            current: row.current,
            ..Context::default()
        };
        let what = format!("{}: {}", row.words, row.block);
        let snippet = Snippet {
            text: row.block,
            language: "",
        };
        match (graft::apply(&file, &snippet, &context), &row.result) {
            (Graft::Applied(applied), Ok(text)) => assert_eq!(applied.text, *text, "{what}"),
            (Graft::Refused(refusal), Err(reason)) => {
                assert_eq!(refusal.reason, *reason, "{what}: {refusal:?}");
            }
            (other, expected) => panic!("{what}: {other:?} instead of {expected:?}"),
        }
    }
}
