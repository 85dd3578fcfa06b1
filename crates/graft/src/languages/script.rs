//! Writes JavaScript and TypeScript: imports of both systems, elisions in a form that parses.
//!
//! ```text
//! const x = [                 const x = [
//!   1,                          1,
//!   ...              →          // ...
//! ];                          ];
//! function f() { ... }        function f() { /* ... */ }
//! ```

use crate::languages::{Form, Imported, List, Wrapper};

pub(super) const WRAPPERS: [Wrapper; 4] = [
    Wrapper {
        before: "class __Graft__ {\n",
        after: "\n}",
        list: List::Members,
    },
    Wrapper {
        before: "enum __Graft__ {\n",
        after: "\n}",
        list: List::Entries,
    },
    Wrapper {
        before: "x = {\n",
        after: "\n}",
        list: List::Entries,
    },
    Wrapper {
        before: "x = [\n",
        after: "\n]",
        list: List::Entries,
    },
];

/// Returns the group of a module: 2 for packages, which stand above the project's own, 4 for those:
/// `./x`, `../x`, `@/x`, `~/x`. `@scope/x` is a package.
pub(super) fn import_rank(module: &str) -> u8 {
    if module.starts_with(['.', '@']) && (module.starts_with('.') || module.starts_with("@/"))
        || module.starts_with("~/")
    {
        4
    } else {
        2
    }
}

/// Returns one statement for bindings of one module. Quotes, the semicolon and the keyword of
/// `require` are those of `sample`, a statement of the file or the block.
pub(super) fn format_script_import(bindings: &[Imported], sample: &str) -> String {
    let Some(first) = bindings.first() else {
        return String::new();
    };
    let quote = if sample.contains('"') { '"' } else { '\'' };
    let end = if sample.trim_end().ends_with(';') {
        ";"
    } else {
        ""
    };
    let keyword = sample
        .split_whitespace()
        .next()
        .filter(|word| matches!(*word, "const" | "let" | "var"))
        .unwrap_or("const");
    let module = format!("{quote}{}{quote}", first.module);
    // `import type` only where all are types; else each type is marked by itself.
    let typed = if first.type_only && bindings.iter().all(|one| one.type_only) {
        "type "
    } else {
        ""
    };
    let named: Vec<String> = bindings
        .iter()
        .filter(|one| matches!(one.form, Form::Named | Form::RequireNamed))
        .map(|one| format_specifier(one, typed.is_empty()))
        .collect();
    match first.form {
        Form::ImportRequire => format!("import {} = require({module}){end}", first.name),
        Form::Require => format!("{keyword} {} = require({module}){end}", first.name),
        Form::RequireNamed => format!(
            "{keyword} {{ {} }} = require({module}){end}",
            named.join(", ")
        ),
        Form::Star => format!("import {typed}* as {} from {module}{end}", first.name),
        Form::Module => format!("import {module}{end}"),
        Form::Default | Form::Named => {
            let default = bindings
                .iter()
                .find(|one| one.form == Form::Default)
                .map(|one| one.name.clone());
            let braces = if named.is_empty() {
                None
            } else {
                Some(format!("{{ {} }}", named.join(", ")))
            };
            let clause: Vec<String> = default.into_iter().chain(braces).collect();
            format!("import {typed}{} from {module}{end}", clause.join(", "))
        }
    }
}

/// Returns a name between the braces of an import.
///
/// `a`, `a as b`, `type A`; `a: b` for what is required. `mark_type` is false in a statement that
/// imports types alone.
pub(crate) fn format_specifier(binding: &Imported, mark_type: bool) -> String {
    let typed = if binding.type_only && mark_type {
        "type "
    } else {
        ""
    };
    match (binding.alias.is_empty(), binding.form) {
        (true, _) => format!("{typed}{}", binding.name),
        (false, Form::RequireNamed) => format!("{}: {}", binding.name, binding.alias),
        (false, _) => format!("{typed}{} as {}", binding.name, binding.alias),
    }
}

/// Makes comments of bare `...` lines and of `{ ... }`.
pub(super) fn prepare_script(snippet: &str) -> String {
    let mut prepared = String::with_capacity(snippet.len());
    for line in snippet.split_inclusive('\n') {
        let bare = line.trim();
        let indent = line
            .get(..line.len() - line.trim_start().len())
            .unwrap_or_default();
        if matches!(bare, "..." | "…" | "...," | "...;" | "[...]") {
            prepared.push_str(&format!("{indent}// ...\n"));
        } else if bare.starts_with('#') && crate::markers::is_elision(bare) {
            // A comment with Python's sign, which would not parse here.
            prepared.push_str(&format!(
                "{indent}// {}\n",
                bare.trim_start_matches('#').trim()
            ));
        } else {
            prepared.push_str(
                &line
                    .replace("{ ... }", "{ /* ... */ }")
                    .replace("{...}", "{ /* ... */ }")
                    .replace("{ … }", "{ /* ... */ }"),
            );
        }
    }
    prepared
}
