//! Leaves alone the names that something outside of a script's file may bring.
//!
//! ```text
//! types.d.ts      declare const REVISION: string;     # or in a script: declare global { var db: Db }
//! setup.js        globalThis.api = makeApi();
//! .eslintrc.json  { "globals": { "Telegram": "readonly" } }
//! other.ts        load(Telegram)                      # read without a binding before this unit
//! package.json    "nuxt"                              # a build that adds imports
//! ```
//!
//! When in doubt a name is taken for one that is brought: what stays is bound nowhere.

use std::collections::{BTreeSet, HashSet};

use code::languages::Language;
use code::paths;
use code::standard_library::bring_unknown_globals;
use serde_json::Value;

use super::{text_before, unbound_names};
use crate::identifiers::contains_identifier;
use crate::implement::Change;
use crate::unit_work::UnitWork;

/// The objects whose members are globals.
const GLOBAL_OBJECTS: [&str; 5] = ["global", "globalThis", "window", "self", "root"];

/// The keys of a manifest that list packages.
const DEPENDENCIES: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];

/// Removes the names of the file at `path` that something else may bring.
pub(super) fn remove_ambient_names(
    work: &mut UnitWork<'_>,
    change: &Change,
    path: &str,
    names: &mut BTreeSet<String>,
) {
    if names.is_empty() {
        return;
    }
    let mut packages = BTreeSet::new();
    let staged = work.workspace.tree.staged().keys().cloned();
    let mut files: BTreeSet<String> = staged.collect();
    files.extend(work.run.files.all().iter().map(|path| path.to_string()));
    for file in files.iter().filter(|file| !paths::is_dependency(file)) {
        if !may_bring_names(file) {
            continue;
        }
        let Some(text) = work.workspace.tree.read_text(file).ok().flatten() else {
            continue;
        };
        packages.extend(packages_of(file, &text));
        let is_own = file == path;
        names.retain(|name| {
            !contains_identifier(&text, name) || {
                let before = text_before(change, file);
                let before = before.as_deref().unwrap_or(&text);
                !brings(file, &text, name) && (is_own || !reads_unbound(file, before, name))
            }
        });
        // A page loads what its scripts then have.
        let is_page = file.ends_with(".html") && text.contains("<script");
        if is_page && !is_typescript(path) {
            names.clear();
        }
        if names.is_empty() {
            return;
        }
    }
    if bring_unknown_globals(&packages.iter().map(String::as_str).collect::<HashSet<_>>()) {
        names.clear();
    }
}

fn is_typescript(path: &str) -> bool {
    matches!(
        Language::of_path(path),
        Some(Language::TypeScript | Language::Tsx)
    )
}

fn may_bring_names(path: &str) -> bool {
    let is_script = Language::of_path(path).is_some_and(|language| language != Language::Python);
    let name = path.rsplit('/').next().unwrap_or(path);
    is_script || path.ends_with(".json") || path.ends_with(".html") || name.starts_with('.')
}

/// Returns the packages that a manifest depends on, and those whose types a configuration takes.
fn packages_of(path: &str, text: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "package.json" {
        let manifest: Value = serde_json::from_str(text).unwrap_or_default();
        let lists = DEPENDENCIES
            .iter()
            .filter_map(|key| manifest[key].as_object());
        return lists.flat_map(|list| list.keys().cloned()).collect();
    }
    if !name.starts_with("tsconfig") && !name.starts_with("jsconfig") {
        return Vec::new();
    }
    let lists = text.split("\"types\"").skip(1);
    let lists = lists.filter_map(|rest| rest.split_once(']').map(|(list, _)| list));
    let entries = lists.flat_map(|list| list.split('"').skip(1).step_by(2));
    entries.map(types_package).collect()
}

/// Returns the package whose types an entry of `types` takes: `vite` for `vite/client`, and for a bare name the types
/// that are made for it.
fn types_package(entry: &str) -> String {
    let parts = if entry.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = entry.split('/').take(parts).collect();
    match entry.contains('/') {
        true => package.join("/"),
        false => format!("@types/{entry}"),
    }
}

/// Returns whether a file declares, configures or sets a name for others.
fn brings(path: &str, text: &str, name: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_declaration = [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| path.ends_with(ending));
    if is_declaration || file.starts_with('.') || file.contains(".config.") {
        return true;
    }
    if path.ends_with(".json") {
        return text.contains("\"global") && text.contains(&format!("\"{name}\""));
    }
    let declares = text.contains("declare global")
        || text.lines().any(|line| {
            let line = line.trim_start();
            let is_comment = ["/*", "//", "*"].iter().any(|mark| line.starts_with(mark));
            let says_so = line.starts_with("declare ") || is_comment && line.contains("global");
            says_so && contains_identifier(line, name)
        });
    declares || sets(text, name)
}

/// Returns whether a script sets a name for others, asks for it by `typeof`, or makes it by a bare assignment.
fn sets(text: &str, name: &str) -> bool {
    let on_global = |object: &&str| text.contains(&format!("{object}.{name}"));
    let is_bare = !text
        .lines()
        .any(|line| line.starts_with("import ") || line.starts_with("export "));
    GLOBAL_OBJECTS.iter().any(on_global)
        || text.contains(&format!("typeof {name}"))
        || text.contains(&format!("as any).{name} ="))
        || is_bare
            && text
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("{name} =")))
}

fn reads_unbound(path: &str, text: &str, name: &str) -> bool {
    contains_identifier(text, name) && unbound_names(path, text).contains(name)
}

#[cfg(test)]
mod tests {
    use super::{brings, packages_of};

    #[test]
    fn what_may_bring_a_name_is_seen() {
        // A file, its text, and whether it may bring `api`.
        let rows = [
            ("src/env.d.ts", "declare const api: Api;\n", true),
            (
                "src/env.ts",
                "declare global {\n  var api: Api;\n}\nexport {};\n",
                true,
            ),
            ("src/env.ts", "declare const api: Api;\n", true),
            ("test/setup.js", "globalThis.api = makeApi();\n", true),
            ("src/a.ts", "/* global api */\nimport './b';\n", true),
            (
                "src/a.ts",
                "import b from './b';\nif (typeof api !== 'undefined') b(api);\n",
                true,
            ),
            (
                ".eslintrc.json",
                "{\"globals\": {\"api\": \"readonly\"}}\n",
                true,
            ),
            (
                "vite.config.ts",
                "export default { define: { api: '1' } };\n",
                true,
            ),
            ("src/api.ts", "export const api = makeApi();\n", false),
            (
                "src/a.ts",
                "import { api } from './api';\napi.load();\n",
                false,
            ),
            ("data/a.json", "{\"api\": 1}\n", false),
        ];
        for (path, text, expected) in rows {
            assert_eq!(brings(path, text, "api"), expected, "{path}: {text}");
        }
    }

    #[test]
    fn packages_are_those_of_manifest_and_types() {
        let manifest =
            "{\"dependencies\": {\"nuxt\": \"3\"}, \"devDependencies\": {\"@types/node\": \"20\"}}";
        assert_eq!(
            packages_of("web/package.json", manifest),
            ["nuxt", "@types/node"]
        );
        let types = "{ // types\n \"types\": [\"node\", \"vite/client\", \"@a/b/c\"] }";
        let expected = ["@types/node", "vite", "@a/b"];
        assert_eq!(packages_of("tsconfig.json", types), expected);
        assert!(packages_of("data.json", types).is_empty());
    }
}
