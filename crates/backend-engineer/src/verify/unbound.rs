//! Finds names that the plan's code reads when it is called and that nothing binds.
//!
//! ```text
//! def run_tracked(name):     # `register` is imported by the block for the other file:
//!     register(name)         # a NameError at the first call, which no test of the unit need make
//! ```
//!
//! Python decides this by the text. A script's globals may come from elsewhere, too: what a declaration, a configuration or
//! another file of the project may bring is left alone ([`ambient`]). What the file read before without binding it is
//! brought by something that can't be seen here.

mod ambient;

use std::collections::{BTreeMap, BTreeSet};

use code::languages::Language;
use code::scopes::{BoundBy, Purpose, Read, Resolution, ScopeId, Scopes, Why};
use code::standard_library::is_script_global;
use journal::Verdict;

use crate::check::Kind;
use crate::implement::{Change, PresentFiles};
use crate::unit_work::UnitWork;
use crate::verify::Check;

/// Types of TypeScript that `` sql<number>`…` `` reads as if they were values, which they never are alone.
const BASIC_TYPES: [&str; 9] = [
    "any", "bigint", "boolean", "never", "number", "object", "string", "unknown", "void",
];

/// Returns the unbound names of each of the files where the plan's code stands.
pub(super) fn find_unbound_names(
    work: &mut UnitWork<'_>,
    change: &Change,
    present: &PresentFiles,
    checks: &[Check],
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    // A type checker knows every global of a script.
    let is_typed = checks.iter().any(|check| {
        check.kind == Kind::TypeCheck && check.ran.judgement.verdict == Verdict::Passed
    });
    for path in &present.whole {
        let text = work.workspace.tree.read_text(path).ok().flatten();
        let mut names = text.map_or_else(BTreeSet::new, |text| unbound_names(path, &text));
        if let Some(before) = text_before(change, path) {
            let had = unbound_names(path, &before);
            names.retain(|name| !had.contains(name));
        }
        if Language::of_path(path) != Some(Language::Python) {
            match is_typed {
                true => names.clear(),
                false => ambient::remove_ambient_names(work, change, path, &mut names),
            }
        }
        if !names.is_empty() {
            found.insert(path.clone(), names);
        }
    }
    found
}

fn text_before(change: &Change, path: &str) -> Option<String> {
    let file = change.written.iter().find(|file| file.path == path)?;
    let before = file.before.as_ref()?;
    Some(String::from_utf8_lossy(&before.bytes).into_owned())
}

fn unbound_names(path: &str, text: &str) -> BTreeSet<String> {
    let Some(scopes) = Scopes::of_file(path, text) else {
        return BTreeSet::new();
    };
    let is_python = Language::of_path(path) == Some(Language::Python);
    let is_unbound = |read: &&Read| match is_python {
        true => !read.is_guarded && matches!(scopes.resolve(read), Resolution::Unbound { .. }),
        false => is_unbound_in_script(&scopes, read),
    };
    // A script that is no module shares its names with all others of its page.
    if !is_python && !is_module(&scopes, text) {
        return BTreeSet::new();
    }
    let values = scopes
        .reads
        .iter()
        .filter(|read| read.purpose == Purpose::Value);
    let unbound = values.filter(is_unbound);
    unbound.map(|read| read.name.clone()).collect()
}

/// Returns whether nothing in its file binds what a script reads, not even as a type. A `try` that catches all does not
/// ask for a name that may be missing; `typeof` does, which is looked for in the text.
fn is_unbound_in_script(scopes: &Scopes, read: &Read) -> bool {
    let name = read.name.as_str();
    matches!(
        scopes.resolve(read),
        Resolution::Undecided(Why::AmbientGlobals)
    ) && !is_script_global(name)
        && !BASIC_TYPES.contains(&name)
        && scopes
            .outwards(read.scope)
            .all(|(id, _)| scopes.bindings_of(id, name).next().is_none())
}

/// Returns whether a script imports or exports.
fn is_module(scopes: &Scopes, text: &str) -> bool {
    let imports = |id| {
        scopes.scope(id).is_some_and(|scope| {
            let bindings = &scope.bindings;
            bindings
                .iter()
                .any(|one| matches!(one.by, BoundBy::Import { .. }))
        })
    };
    imports(ScopeId::MODULE)
        || text
            .lines()
            .any(|line| line.starts_with("export ") || line.starts_with("module.exports"))
}

#[cfg(test)]
mod tests {
    use super::unbound_names;

    /// A file, its text, and its unbound names.
    const ROWS: &[(&str, &str, &[&str])] = &[
        (
            "a.py",
            "def run(name):\n    register(name)\n",
            &["register"],
        ),
        (
            "a.py",
            "from b import *\n\ndef run():\n    register()\n",
            &[],
        ),
        (
            "a.py",
            "def run():\n    return len(OTHERS)\n\nOTHERS = []\n",
            &[],
        ),
        (
            "a.py",
            "def run(x: 'Later') -> None:\n    global total\n    total = x\n",
            &[],
        ),
        (
            "a.py",
            "def run():\n    try:\n        return unicode\n    except NameError:\n        return str\n",
            &[],
        ),
        ("a.ts", "const run = () => register();\n", &[]),
        (
            "a.ts",
            "export const run = () => register();\n",
            &["register"],
        ),
        (
            "a.ts",
            "import { db } from './db';\nasync function f() {\n  try {\n    await send(db);\n  } catch {}\n}\n",
            &["send"],
        ),
        (
            "a.js",
            "const { a } = require('./a');\nmodule.exports = () => a(setTimeout, later());\nfunction later() {}\n",
            &[],
        ),
        (
            "a.ts",
            "import type { Row } from './row';\nexport class A {\n  [key: string]: any;\n  f = (x: Row) => sql<number>`1`;\n}\n",
            &["sql"],
        ),
        (
            "a.tsx",
            "export const A = () => <div><B x:y=\"1\" {...rest}>{[1].map((one) => <p key={one} />)}</B></div>;\n",
            &["B", "rest"],
        ),
        (
            "a.ts",
            "declare const REVISION: string;\nexport enum E { a = 1, b = a }\nexport function f() {\n  outer: for (const x of arguments) continue outer;\n  return [REVISION, E.a] as const satisfies Later;\n}\n",
            &[],
        ),
        (
            "a.ts",
            "import Q from './q';\nexport const f = ({ a, b: { c = a } }: Q, ...more: Q[]) => [c, more, new.target, import.meta.url];\nexport { f as g };\nexport default interface Shape { f(x: Q): asserts x is Q }\n",
            &[],
        ),
        (
            "a.ts",
            "import x from 'x';\nexport const load = (id: string) => { if (id) { var found = x; } return found; };\nexport abstract class B { abstract g(k: string): void; static s = B.name; #p = 1; get v() { return this.#p; } }\nexport type M = { [k in keyof B]: (v: typeof x) => k extends infer U ? U : never };\n",
            &[],
        ),
    ];

    #[test]
    fn only_what_the_text_decides_is_unbound() {
        for &(path, text, expected) in ROWS {
            let found: Vec<_> = unbound_names(path, text).into_iter().collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
