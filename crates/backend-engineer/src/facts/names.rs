//! Finds the names that a source file defines and imports, by its lines alone. Enough to tell whether a name is worth a
//! closer look.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Endings of source files.
const SOURCES: [&str; 8] = [".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts"];

/// Bytes past which a source file is taken for generated.
pub(super) const LARGEST: u64 = 1_000_000;

/// Words before the name of a definition.
const DEFINING: [&str; 8] = [
    "def",
    "class",
    "function",
    "const",
    "let",
    "interface",
    "type",
    "enum",
];

/// Names of one source file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    defines: BTreeSet<String>,
    packages: BTreeSet<String>,
}

impl Names {
    /// Returns whether the file defines the name, at whatever depth.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.defines.contains(name)
    }

    /// Returns whether the file imports from the package.
    pub(super) fn imports(&self, package: &str) -> bool {
        self.packages.contains(package)
    }
}

/// Returns whether a path is one of a source file.
pub(crate) fn is_source(path: &str) -> bool {
    SOURCES.iter().any(|ending| path.ends_with(ending)) && !path.contains([' ', '*', '{', '<'])
}

/// Returns the package of a script's import: `@scope/name/x` is `@scope/name`, `name/x` is `name`.
pub(crate) fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module
        .match_indices('/')
        .nth(parts - 1)
        .map_or(module, |(at, _)| &module[..at])
}

/// Reads the names of a file, if it is a source file.
pub(super) fn read_names(path: &str, bytes: &[u8]) -> Option<Names> {
    if !is_source(path) || bytes.len() as u64 > LARGEST {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let mut names = Names::default();
    for line in text.lines() {
        names.defines.extend(defined_names(line));
        names
            .packages
            .extend(package_of_import(line, path.ends_with(".py")));
    }
    Some(names)
}

/// Returns the names behind defining words of a line.
fn defined_names(line: &str) -> impl Iterator<Item = String> {
    let mut before = "";
    line.split(' ').filter_map(move |word| {
        let is_defined = DEFINING
            .iter()
            .any(|defining| before.ends_with(defining) && is_whole(before, defining));
        before = word;
        let end = word
            .find(|letter: char| !is_part(letter))
            .unwrap_or(word.len());
        (is_defined && end > 0).then(|| word[..end].to_owned())
    })
}

/// Returns whether `ending` is all of the last word in `text`: `(class` has it, `subclass` has not.
fn is_whole(text: &str, ending: &str) -> bool {
    !text[..text.len() - ending.len()].ends_with(is_part)
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

/// Returns the package that an import line names.
fn package_of_import(line: &str, is_python: bool) -> Option<String> {
    let line = line.trim_start();
    if is_python {
        let rest = line
            .strip_prefix("import ")
            .or_else(|| line.strip_prefix("from "))?;
        return rest
            .split([' ', '.', ','])
            .next()
            .filter(|name| !name.is_empty())
            .map(str::to_owned);
    }
    let behind = |words: &str| line.find(words).map(|at| at + words.len());
    let at = behind(" from ")
        .or_else(|| behind("require("))
        .or_else(|| behind("import("));
    let at = at.or_else(|| line.starts_with("import ").then_some("import ".len()))?;
    let quoted = line[at..].trim_start().strip_prefix(['\'', '"'])?;
    quoted
        .split(['\'', '"'])
        .next()
        .map(|module| package_of(module).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_imports_are_read_by_line() {
        let python = read_names("a.py", b"from flask.views import View\nimport os, re\nclass Order(View):\n    async def total(self): ...\nsubclass Of\n").unwrap();
        for name in ["Order", "total"] {
            assert!(python.defines(name), "{name}");
        }
        assert!(!python.defines("Of") && !python.defines("tot"));
        assert!(python.imports("flask") && python.imports("os") && !python.imports("views"));
        let script = read_names(
            "a.ts",
            b"import x from '@scope/name/deep';\nconst y = require(\"express\");\nexport class Order {}\nexport type Id = string;\nimport './side';\n",
        )
        .unwrap();
        assert!(script.defines("Order") && script.defines("Id") && script.defines("y"));
        assert!(
            script.imports("@scope/name") && script.imports("express") && !script.imports("deep")
        );
    }

    #[test]
    fn what_is_no_source_has_no_names() {
        assert_eq!(read_names("a.md", b"class X"), None);
        assert_eq!(read_names("a.py", &[0xff, 0xfe]), None);
    }
}
