//! Modules and names of the project that the plan's code imports, and that neither the tree nor the plan has.
//!
//! `from app.core.cache import get` in a block for `app/api/users.py`:
//! 1. does the import lead to a file of the tree? → no: is it the project's own by its path, and
//!    made by no unit? → `module-missing`, with the one file of that name elsewhere as a hint;
//! 2. yes: does the name occur anywhere in that file, as one of its modules, or in the plan? → no:
//!    `symbol-missing`, with the name that is most like it.
//!
//! In doubt nothing is found: a false warning makes a right plan look wrong.

use std::sync::Arc;

use crate::facts::read_text;
use crate::identifiers::contains_identifier;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::{PlanImport, RuleContext};
use crate::stop::{Finding, Severity};

const MODULE: Code = Code {
    name: "module-missing",
    severity: Severity::Warning,
    summary: "code of the plan imports a module of the project that isn't there",
    explanation: "The module is one of the project's own by its path, there is no file for it, and no unit of the plan makes \
                  one. The code would not run.\n\n\
                  Example: `from app.core.cache import get` where `app/core/` has no `cache.py`.\n\n\
                  Fix it: correct the import, or add the file to the plan.",
};

const NAME: Code = Code {
    name: "symbol-missing",
    severity: Severity::Warning,
    summary: "code of the plan imports a name that its module doesn't have",
    explanation: "The module is there, the name occurs nowhere in it, and nothing in the plan adds it.\n\n\
                  Example: `from app.core.db import get_session` where `app/core/db.py` defines `session_scope`.\n\n\
                  Fix it: use the name that is there, or add the definition to the plan.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[MODULE, NAME],
    look: Some(check_imports),
    told_by_run: false,
};

/// Returns a finding for each import of the plan's code that would fail.
fn check_imports(context: &mut RuleContext<'_>) -> Vec<Finding> {
    context
        .plan_imports()
        .into_iter()
        .filter_map(|found| of_import(context, found))
        .collect()
}

/// Returns the finding of one import: on its module if that is not there, else on the first name
/// that the module lacks.
fn of_import(context: &RuleContext<'_>, found: PlanImport) -> Option<Finding> {
    let PlanImport {
        span: place,
        path,
        import,
    } = found;
    let (path, import) = (path.as_str(), &import);
    let Some(file) = context.run.files.imported(path, &import.module) else {
        let missing = if path.ends_with(".py") {
            missing_python(context, path, import)
        } else {
            missing_script(context, path, import)
        };
        let message = format!(
            "`{path}` imports `{}`, and the project has no such module",
            import.module
        );
        let mut finding = missing.then(|| context.finding_at(&MODULE, place, message))?;
        finding.hint = find_module_elsewhere(context, path, &import.module)
            .map(|near| format!("Is `{near}` meant?"));
        return Some(finding);
    };
    let text = read_text(&context.run.root().join(&file))?;
    // With any of these a module may have names that its text does not show.
    let open = [
        "import *",
        "export *",
        "__getattr__",
        "globals()",
        "setattr(",
        "sys.modules",
    ];
    // A file of that size is generated, and reading it for each import takes long.
    if text.len() > 1_000_000 || open.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let lacks = |name: &&String| {
        !contains_identifier(&text, name)
            && !is_submodule(context, &file, name)
            && !is_planned(context, &file, name)
    };
    let name = import.names.iter().find(lacks)?;
    let mut finding = context.finding_at(
        &NAME,
        place,
        format!("`{path}` imports `{name}` from `{file}`, which has no such name"),
    );
    finding.hint = find_similar_name(&file, &text, name).map(|near| format!("It has `{near}`."));
    Some(finding)
}

/// Returns the one file of that name that stands elsewhere.
///
/// `tsx` and `ts` are one kind here, as `jsx` and `js`. Two such files would only be a guess.
fn find_module_elsewhere(context: &RuleContext<'_>, path: &str, module: &str) -> Option<String> {
    let name = if path.ends_with(".py") {
        module.rsplit('.').next()?
    } else {
        module.rsplit('/').next()?
    };
    // Without the `x` that marks JSX.
    let ending = path.rsplit_once('.')?.1.trim_end_matches('x');
    let bears = |file: &&Arc<str>| {
        let own = file.rsplit('/').next().unwrap_or(file);
        own.rsplit_once('.')
            .is_some_and(|(stem, end)| stem == name && end.trim_end_matches('x') == ending)
    };
    let mut found = context.run.files.all().iter().filter(bears);
    let only = found.next().filter(|_| found.next().is_none());
    only.map(|path| path.to_string())
}

/// Returns whether a name that is imported from a package is one of its modules.
fn is_submodule(context: &RuleContext<'_>, file: &str, name: &str) -> bool {
    let Some(folder) = file.strip_suffix("/__init__.py") else {
        return false;
    };
    let paths = [format!("{folder}/{name}.py"), format!("{folder}/{name}")];
    paths
        .iter()
        .any(|path| context.run.files.path_exists(path) || context.planned(path))
}

/// Returns whether the plan speaks of the name beyond importing it, where it changes the file; or defines it in any of
/// its code.
///
/// Words of the plan count only for a file that it changes: "add `get_session` to `db.py`". Code
/// that defines the name counts wherever it stands, for its file may be stated loosely.
fn is_planned(context: &RuleContext<'_>, file: &str, name: &str) -> bool {
    let touched = context.planned(file)
        || context
            .assignment
            .files
            .iter()
            .any(|one| one.path.as_deref() == Some(file));
    let text = context.run.plan.text();
    if touched && in_prose(context, name) {
        return true;
    }
    let defines = [
        "def ",
        "class ",
        "function ",
        "const ",
        "interface ",
        "type ",
        "enum ",
        "let ",
        "var ",
        "fn ",
    ];
    // An assignment at the margin: `LIMIT = 5`, `limit: int`, `build(`.
    let assigns = [" =", ": ", ":", "("]
        .iter()
        .any(|sign| touched && text.contains(&format!("\n{name}{sign}")));
    assigns
        || defines
            .iter()
            .any(|word| text.contains(&format!("{word}{name}")))
        || text.contains(&format!("{name} ="))
}

/// Returns whether the plan's words, outside of its code, speak of the name.
///
/// A name in code proves nothing: it is the import itself that is being checked.
fn in_prose(context: &RuleContext<'_>, name: &str) -> bool {
    let mut fenced = false;
    context.run.plan.text().lines().any(|line| {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
        }
        !fenced && contains_identifier(line, name)
    })
}

/// Returns whether a Python module is the project's own by its first part, and is not there.
///
/// Left out: generated modules (`_pb2`), folders without `__init__.py`, the names of suites of
/// tests (`tests.factories`, whose root depends on the runner), and packages that a manifest
/// declares.
fn missing_python(context: &RuleContext<'_>, path: &str, import: &code::imports::Import) -> bool {
    let module = import.module.as_str();
    let inside = module.trim_start_matches('.').replace('.', "/");
    if inside.is_empty()
        // Protocol buffers are compiled into these, and are not in the tree.
        || inside.ends_with("_pb2")
        || inside.ends_with("_pb2_grpc")
        || is_made(context, &inside, &[".py", "/__init__.py", ""])
    {
        return false;
    }
    let files = context.run.files.all();
    if module.starts_with('.') {
        // A folder without `__init__.py` is a package as well.
        return !holds_folder(context, &inside);
    }
    // `import app` alone may be anything, a script beside it too.
    let Some((top, _)) = inside.split_once('/') else {
        return false;
    };
    let manifests = context.manifests();
    let declared = manifests.declares_python(&[top]).unwrap_or(true);
    let own = |file: &&Arc<str>| {
        let within = file
            .strip_prefix(&format!("{top}/"))
            .or_else(|| file.split_once(&format!("/{top}/")).map(|(_, rest)| rest));
        within.is_some_and(|rest| rest.ends_with(".py"))
    };
    // The project's own package has its `__init__.py`, or is imported so by the file beside this one.
    let package = [format!("{top}/__init__.py")];
    let is_package = files.iter().any(|file| {
        package
            .iter()
            .any(|own| **file == **own || file.ends_with(&format!("/{own}")))
    });
    let tests = matches!(top, "tests" | "test");
    !tests
        && is_package
        && files.iter().any(|file| own(&file))
        && !declared_as_foreign(declared, top, path)
        && !holds_folder(context, &inside)
}

/// Returns whether a name that a manifest declares means somebody else's package: of the project's own there is a
/// folder.
///
/// `redis` in `pyproject.toml` is the library, unless the file itself lies in a folder `redis`.
fn declared_as_foreign(declared: bool, top: &str, path: &str) -> bool {
    declared && !path.split('/').any(|part| part == top)
}

/// Returns whether files lie below a folder of this path, wherever it begins.
fn holds_folder(context: &RuleContext<'_>, inside: &str) -> bool {
    let within = format!("/{inside}/");
    let start = format!("{inside}/");
    context
        .run
        .files
        .all()
        .iter()
        .any(|file| file.starts_with(&start) || file.contains(&within))
}

/// Returns whether the plan names a file for this module, in whatever unit, or an earlier unit made it.
///
/// A change that is a pattern (`app/generated/*`) makes what lies in its folders.
fn is_made(context: &RuleContext<'_>, inside: &str, endings: &[&str]) -> bool {
    // By its last two parts: plans shorten paths.
    let parts: Vec<&str> = inside
        .split('/')
        .filter(|part| !part.is_empty() && *part != "." && *part != "..")
        .collect();
    let short = parts[parts.len().saturating_sub(1)..].join("/");
    endings
        .iter()
        .any(|ending| context.planned(&format!("{short}{ending}")))
        || {
            let text = context.run.plan.text();
            endings
                .iter()
                .filter(|ending| ending.contains('.'))
                .any(|ending| text.contains(&format!("{short}{ending}")))
        }
        || context
            .run
            .plan
            .all()
            .flat_map(|unit| &unit.changes)
            .any(|change| {
                change.pattern
                    && parts
                        .iter()
                        .rev()
                        .skip(1)
                        .any(|part| change.path.split('/').any(|own| own == *part))
            })
}

/// Returns whether a script's relative module is not there.
///
/// Only relative modules are looked at: `@/lib/x` and `lib/x` depend on settings of the compiler.
fn missing_script(context: &RuleContext<'_>, path: &str, import: &code::imports::Import) -> bool {
    let module = import.module.as_str();
    if !module.starts_with('.') {
        return false;
    }
    // Generated code isn't in the tree before it is built.
    let made = [
        "generated",
        "__generated__",
        ".prisma",
        "dist/",
        "build/",
        "$types",
        "/gen/",
        ".gen",
        "+types",
    ];
    let name = module.rsplit('/').next().unwrap_or(module);
    // Files that a bundler turns into modules, which need no code.
    let foreign = [
        ".css", ".scss", ".json", ".svg", ".png", ".vue", ".svelte", ".graphql", ".sql", ".md",
        ".txt", ".html", ".node", ".wasm",
    ];
    if made.iter().any(|sign| module.contains(sign))
        || foreign.iter().any(|end| name.ends_with(end))
        // `./icon.svg?raw`: a bundler's own form.
        || name.contains('?')
    {
        return false;
    }
    // TypeScript writes `./user.js` for what is `user.ts`.
    let stem = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"]
        .iter()
        .find_map(|end| module.strip_suffix(end))
        .unwrap_or(module);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Some(whole) = code::modules::join_upwards(folder, stem) else {
        return false;
    };
    // Where the folder itself is not there, the plan's paths may start somewhere else.
    if !context
        .run
        .files
        .has_folder(whole.rsplit_once('/').map_or("", |(folder, _)| folder))
    {
        return false;
    }
    let endings = [
        ".ts",
        ".tsx",
        ".js",
        ".jsx",
        ".mjs",
        ".mts",
        ".d.ts",
        "/index.ts",
        "/index.tsx",
        "/index.js",
        "",
    ];
    !whole.is_empty()
        && !context.run.files.path_exists(&whole)
        && !is_made(context, &whole, &endings)
}

/// Returns the name of the module that is most like the one that is missing; `None` where none is
/// alike in at least 85 of 100, where a hint would send the reader to something else.
/// Returns the name of the module that is most like the one that is missing.
fn find_similar_name(path: &str, text: &str, name: &str) -> Option<String> {
    let names = code::outline::outline(path, text)
        .into_iter()
        .filter(|one| one.depth == 0 && !one.name.is_empty())
        .map(|one| one.name);
    let likeness = |own: &String| (strsim::jaro_winkler(own, name) * 1000.0) as u32;
    names.max_by_key(likeness).filter(|own| likeness(own) > 850)
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn modules_and_names_of_the_project_are_looked_up() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `app/new.py` (create)\n\n```python\nfrom app.core.cache import get\nfrom app.core.db import get_session, session_scope\nfrom app.made import x\nfrom fastapi import Nothing\n```\n\n**File**: `app/made.py` (create)\n";
        let files = [
            ("app/__init__.py", ""),
            ("app/core/db.py", "def session_scope():\n    pass\n"),
            ("app/core/__init__.py", ""),
        ];
        assert_eq!(
            findings_of_plan(&["module-missing", "symbol-missing"], &files, plan),
            [
                "8: `app/new.py` imports `app.core.cache`, and the project has no such module",
                "9: `app/new.py` imports `get_session` from `app/core/db.py`, which has no such name",
            ]
        );
    }

    #[test]
    fn relative_modules_of_scripts_are_looked_up() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `src/new.ts` (create)\n\n```ts\nimport { db } from './db.js';\nimport { log } from './logger';\nimport { zod } from 'zod';\nimport x from './generated/x';\n```\n";
        assert_eq!(
            findings_of_plan(
                &["module-missing", "symbol-missing"],
                &[("src/db.ts", "export const db = 1;\n")],
                plan
            ),
            ["9: `src/new.ts` imports `./logger`, and the project has no such module"]
        );
    }
}
