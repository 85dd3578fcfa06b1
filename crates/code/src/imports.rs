//! Import statements: what they bind, in which form, and from where.

mod nodes;
mod order;

use tree_sitter::Node;

use crate::languages::{Language, flatten, named_children, node_text};
pub use nodes::{ImportedNode, imported_nodes};
pub use order::differ_in_import_order_only;

/// The forms of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `import x`, `import 'x'`.
    Module,
    /// `from m import x`, `import { x } from 'm'`.
    Named,
    /// `import x from 'm'`.
    Default,
    /// `import * as x from 'm'`, `from m import *`.
    Star,
    /// `const x = require('m')`.
    Require,
    /// `const { x } = require('m')`.
    RequireNamed,
    /// `import x = require('m')`.
    ImportRequire,
}

/// One name that an import statement binds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Imported {
    /// The form in which it is written.
    pub form: Form,
    /// The module as written, blanks aside.
    pub module: String,
    /// The name in the module, for Python's `import m` the module; empty where nothing is bound.
    pub name: String,
    /// The name in this file where it differs.
    pub alias: String,
    /// Imported for the type checker only.
    pub type_only: bool,
}

impl Imported {
    /// Returns the name that the file can use, empty where the import binds none.
    #[must_use]
    pub fn local(&self) -> &str {
        if !self.alias.is_empty() {
            return &self.alias;
        }
        match self.form {
            Form::Module if self.name.is_empty() => "",
            _ => &self.name,
        }
    }
}

/// Returns the names that an import statement binds; `None` for anything else.
#[must_use]
pub fn imported_names(language: Language, node: Node<'_>, source: &str) -> Option<Vec<Imported>> {
    let shown = |node: Option<Node<'_>>| {
        node.map_or_else(String::new, |node| flatten(node_text(node, source)))
    };
    let nodes = imported_nodes(language, node, source)?;
    let one = |found: ImportedNode<'_>| Imported {
        form: found.form,
        name: shown(found.name),
        alias: shown(found.alias),
        module: found.module,
        type_only: found.type_only,
    };
    Some(nodes.into_iter().map(one).collect())
}

/// One import statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Byte of the text where its statement begins.
    pub at: usize,
    /// The module, as written: `app.models`, `.models`, `express`, `./models.js`.
    pub module: String,
    /// The names that it takes from there; empty where it takes the module itself or everything.
    pub names: Vec<String>,
}

/// Returns the imports of a file or a snippet, those inside of functions too. `None` where the
/// language is not read by structure or the text does not parse.
#[must_use]
pub fn list_imports(path: &str, source: &str) -> Option<Vec<Import>> {
    let language = Language::of_path(path)?;
    let tree = language.parse(source)?;
    if tree.root_node().has_error() {
        return None;
    }
    let mut found: Vec<Import> = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        let Some(imported) = imported_names(language, node, source) else {
            waiting.extend(named_children(node));
            continue;
        };
        for one in imported {
            let names = if matches!(one.form, Form::Named | Form::RequireNamed) {
                vec![one.name]
            } else {
                Vec::new()
            };
            match found.last_mut() {
                Some(Import {
                    at,
                    module,
                    names: earlier,
                }) if *at == node.start_byte() && *module == one.module => {
                    earlier.extend(names);
                }
                _ => found.push(Import {
                    at: node.start_byte(),
                    module: one.module,
                    names,
                }),
            }
        }
    }
    found.sort_by_key(|import| import.at);
    Some(found)
}

/// Returns the module that a file would import or re-export though it is that module: `./circle` in
/// `circle.ts`.
#[must_use]
pub fn imports_itself(path: &str, source: &str) -> Option<String> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let is_python = path.ends_with(".py");
    let dotted = stem.replace('/', ".");
    // Line by line, so that it works on text that does not parse as well.
    source.lines().find_map(|line| {
        let line = line.trim();
        if is_python {
            let module = line
                .strip_prefix("from ")
                .or_else(|| line.strip_prefix("import "))?;
            let module = module.split_whitespace().next()?.trim_end_matches(',');
            return (module == dotted && dotted.contains('.')).then(|| module.to_owned());
        }
        let leads = ["import ", "export ", "} from "]
            .iter()
            .any(|word| line.starts_with(word))
            || line.contains("require(");
        let quote = leads.then(|| line.find(['"', '\''])).flatten()?;
        let module = line[quote + 1..].split(['"', '\'']).next()?;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in module.split('/').filter(|_| module.starts_with('.')) {
            match part {
                "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        let named = parts.join("/");
        let bare = [".js", ".ts", ".mjs", ".tsx", ".jsx"]
            .iter()
            .find_map(|ending| named.strip_suffix(ending))
            .unwrap_or(&named);
        let is_own = module.starts_with('.')
            && !bare.is_empty()
            && (bare == stem || format!("{bare}/index") == stem);
        is_own.then(|| module.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_at_every_depth() {
        let found = list_imports(
            "a.py",
            "import os.path\n\ndef f():\n    from app.models import A, B as C\n",
        )
        .unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.module.as_str(), one.names.join(",")))
            .collect();
        assert_eq!(
            told,
            [("os.path", String::new()), ("app.models", "A,B".to_owned())]
        );
        let found = list_imports(
            "a.ts",
            "import x, { y } from './x';\nconst { z } = require('z');\n",
        )
        .unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.module.as_str(), one.names.join(",")))
            .collect();
        assert_eq!(told, [("./x", "y".to_owned()), ("z", "z".to_owned())]);
        assert!(list_imports("a.py", "def (:\n").is_none() && list_imports("a.txt", "").is_none());
    }

    #[test]
    fn every_form_says_what_it_binds() {
        use Form::{Default, ImportRequire, Module, Named, Require, RequireNamed, Star};
        for (path, text, expected) in [
            ("a.py", "import a.b", vec![(Module, "a.b", "a.b", "")]),
            ("a.py", "import a.b as c", vec![(Module, "a.b", "a.b", "c")]),
            (
                "a.py",
                "from .a import b, c as d",
                vec![(Named, ".a", "b", ""), (Named, ".a", "c", "d")],
            ),
            ("a.py", "from a import *", vec![(Star, "a", "*", "")]),
            (
                "a.py",
                "from __future__ import annotations",
                vec![(Named, "__future__", "annotations", "")],
            ),
            ("a.ts", "import 'a'", vec![(Module, "a", "", "")]),
            (
                "a.ts",
                "import a, { b as c } from 'm'",
                vec![(Default, "m", "a", ""), (Named, "m", "b", "c")],
            ),
            (
                "a.ts",
                "import * as a from \"m\"",
                vec![(Star, "m", "a", "")],
            ),
            (
                "a.ts",
                "import a = require('m')",
                vec![(ImportRequire, "m", "a", "")],
            ),
            (
                "a.js",
                "const a = require('m')",
                vec![(Require, "m", "a", "")],
            ),
            (
                "a.js",
                "const { a, b: c } = require('m')",
                vec![(RequireNamed, "m", "a", ""), (RequireNamed, "m", "b", "c")],
            ),
        ] {
            let language = Language::of_path(path).unwrap();
            let tree = language.parse(text).unwrap();
            let statement = tree.root_node().named_child(0).unwrap();
            let found = imported_names(language, statement, text).unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|one| {
                    (
                        one.form,
                        one.module.as_str(),
                        one.name.as_str(),
                        one.alias.as_str(),
                    )
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_module_that_imports_itself_is_told() {
        for (path, line) in [
            ("src/circle.ts", "export * from \"./circle\";"),
            ("src/circle.ts", "import { area } from './circle.js';"),
            ("src/shapes/index.ts", "export { a } from '../shapes';"),
            ("app/alpha.py", "from app.alpha import c"),
        ] {
            assert!(imports_itself(path, line).is_some(), "{path}: {line}");
        }
        for (path, line) in [
            ("src/index.ts", "export * from \"./circle\";"),
            ("src/circle.ts", "import x from 'circle';"),
            ("app/alpha.py", "from app.alphabet import c"),
            ("json.py", "import json"),
            ("src/circle.ts", "const a = \"./circle\";"),
        ] {
            assert!(imports_itself(path, line).is_none(), "{path}: {line}");
        }
    }
}
