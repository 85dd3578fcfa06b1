//! A light look at a source file, line by line and without a parse: what it imports and what it
//! defines.
//!
//! For whole trees, of which most files are never parsed: a parse costs some twenty times as much.
//! It misses what no usual style writes; who decides about one file asks [`crate::imports`] and
//! [`crate::outline`]. A test holds the two together.
//!
//! ```text
//! from app import (a,        GlancedImport { module: "app", names: ["a", "b"], line: 1 }
//!     b)
//! class Order(Base):         Definition { kind: Class, name: "Order", bases: "Base", line: 3 }
//!     total = 0              nothing: not at the top
//! ```

use crate::languages::Language;

/// The imports and definitions of a file.
#[derive(Debug, Default)]
pub struct Glance {
    /// In the order of the text.
    pub imports: Vec<GlancedImport>,
    /// Those at the top of the file, in the order of the text.
    pub definitions: Vec<Definition>,
}

/// One import.
#[derive(Debug, PartialEq, Eq)]
pub struct GlancedImport {
    /// The module as it is written.
    pub module: String,
    /// Names that Python takes from it, which may be modules themselves.
    pub names: Vec<String>,
    /// From 1.
    pub line: u32,
}

/// The kind of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefinitionKind {
    /// A class.
    Class,
    /// A function.
    Function,
    /// A value.
    Constant,
}

/// One definition at a file's top.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its kind.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// The bases of a class, as written.
    pub bases: String,
    /// From 1.
    pub line: u32,
}

/// Looks at a text.
#[must_use]
pub fn glance(language: Language, text: &str) -> Glance {
    match language {
        Language::Python => of_python(text),
        Language::JavaScript | Language::TypeScript | Language::Tsx => of_script(text),
    }
}

/// Returns the word that a text begins with, "" where it begins with a sign.
fn first_word(text: &str) -> &str {
    let end = text
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$')
        .unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// Looks at Python: an import may go on over lines in brackets, definitions begin at the left edge.
fn of_python(text: &str) -> Glance {
    let mut glance = Glance::default();
    let mut open = false;
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim_start();
        if open {
            let names = bare.split('#').next().unwrap_or(bare);
            open = !names.contains(')');
            if let Some(import) = glance.imports.last_mut() {
                import.names.extend(names_in_list(names));
            }
        } else if let Some((module, names)) = bare
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
        {
            let names = names.split('#').next().unwrap_or(names);
            open = names.contains('(') && !names.contains(')');
            let names = names_in_list(names).collect();
            glance.imports.push(GlancedImport {
                module: module.trim().to_owned(),
                names,
                line: number,
            });
        } else if let Some(modules) = bare.strip_prefix("import ") {
            for module in modules.split('#').next().unwrap_or(modules).split(',') {
                let module = module
                    .split(" as ")
                    .next()
                    .unwrap_or(module)
                    .trim()
                    .to_owned();
                glance.imports.push(GlancedImport {
                    module,
                    names: Vec::new(),
                    line: number,
                });
            }
        } else if line.starts_with(bare) {
            glance.definitions.extend(python_definition(bare, number));
        }
    }
    glance
}

/// Returns the names of a list in an import, aliases left out: `(a as b, c)` -> `a`, `c`.
fn names_in_list(text: &str) -> impl Iterator<Item = String> + '_ {
    let names = text
        .split(',')
        .map(|name| name.trim_matches([' ', '(', ')', '\\', '\t']));
    names
        .filter_map(|name| name.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

/// Returns the definition that a line at the left edge begins, bases up to the end of the line.
fn python_definition(line: &str, number: u32) -> Option<Definition> {
    let made = |kind, rest: &str, bases: &str| {
        Some(Definition {
            kind,
            name: first_word(rest).to_owned(),
            bases: bases.to_owned(),
            line: number,
        })
    };
    if let Some(rest) = line.strip_prefix("class ") {
        let bases = rest
            .split_once('(')
            .map_or("", |(_, bases)| bases.trim_end_matches([':', ')', ' ']));
        return made(DefinitionKind::Class, rest, bases);
    }
    if let Some(rest) = line
        .strip_prefix("def ")
        .or_else(|| line.strip_prefix("async def "))
    {
        return made(DefinitionKind::Function, rest, "");
    }
    // `x == 1` assigns nothing, and `x: int` alone has no value.
    let name = first_word(line);
    let behind = line.get(name.len()..).unwrap_or("").trim_start();
    let is_assigned = behind.starts_with('=') && !behind.starts_with("==")
        || behind.starts_with(": ") && behind.contains('=');
    (is_assigned && !name.is_empty())
        .then(|| made(DefinitionKind::Constant, line, ""))
        .flatten()
}

/// Looks at a script: strings behind `from`, `require(` and `import`, and definitions at the left
/// edge.
fn of_script(text: &str) -> Glance {
    let mut glance = Glance::default();
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim_start();
        if bare.starts_with("//") || bare.starts_with('*') {
            continue;
        }
        for mark in [" from ", "require(", "import "] {
            let Some(at) = line.find(mark) else { continue };
            let rest = line
                .get(at + mark.len()..)
                .unwrap_or("")
                .trim_start_matches('(')
                .trim_start();
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|letter| matches!(letter, '\'' | '"'))
            else {
                continue;
            };
            // "from" stands in many texts: only an import, an export or the end of a list of names
            // leads to a module.
            let starts = mark != " from "
                || line.contains("import")
                || line.contains("export")
                || bare.starts_with('}');
            if let Some(module) = rest
                .get(1..)
                .and_then(|rest| rest.split(quote).next())
                .filter(|_| starts)
            {
                glance.imports.push(GlancedImport {
                    module: module.to_owned(),
                    names: Vec::new(),
                    line: number,
                });
                break;
            }
        }
        if line.starts_with(bare) {
            glance.definitions.extend(script_definition(bare, number));
        }
    }
    glance
}

/// Returns the definition that a line at the left edge begins, behind `export` and the like.
fn script_definition(line: &str, number: u32) -> Option<Definition> {
    let mut rest = line;
    for mark in ["export ", "default ", "abstract ", "async ", "declare "] {
        rest = rest.strip_prefix(mark).unwrap_or(rest);
    }
    let made = |kind, rest: &str, bases: &str| {
        let name = first_word(rest).to_owned();
        (!name.is_empty()).then(|| Definition {
            kind,
            name,
            bases: bases.to_owned(),
            line: number,
        })
    };
    if let Some(rest) = rest.strip_prefix("class ") {
        let bases = rest
            .split_once(" extends ")
            .map_or("", |(_, bases)| bases.trim_end_matches(['{', ' ']));
        return made(DefinitionKind::Class, rest, bases);
    }
    if let Some(rest) = rest.strip_prefix("function ") {
        return made(
            DefinitionKind::Function,
            rest.trim_start_matches(['*', ' ']),
            "",
        );
    }
    let rest = ["const ", "let ", "var "]
        .iter()
        .find_map(|mark| rest.strip_prefix(mark))?;
    // `catchAsync(` is how Express handlers are commonly wrapped: such a value is a function.
    let is_function = rest.contains("=>")
        || rest.contains("= async")
        || rest.contains("= function")
        || rest.contains("catchAsync(");
    made(
        if is_function {
            DefinitionKind::Function
        } else {
            DefinitionKind::Constant
        },
        rest,
        "",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_sees_the_imports_that_a_parse_sees() {
        for (path, text) in [
            (
                "a.py",
                "import os, app.db as db\nfrom .models import (\n    Order,  # one\n    User as U,\n)\nfrom . import x\n",
            ),
            (
                "a.ts",
                "import {\n  A,\n} from './a';\nconst b = require('../b');\nimport 'c';\nimport * as d from \"./d\";\n",
            ),
        ] {
            let glanced = glance(Language::of_path(path).unwrap(), text);
            let glanced: Vec<_> = glanced
                .imports
                .into_iter()
                .map(|import| import.module)
                .collect();
            let parsed: Vec<_> = crate::imports::list_imports(path, text)
                .unwrap()
                .into_iter()
                .map(|import| import.module)
                .collect();
            assert_eq!(glanced, parsed, "{path}");
        }
    }

    #[test]
    fn imports_and_definitions_of_python() {
        let glance = of_python(
            "import os, app.db as db\nfrom .models import (\n    Order,  # one\n    User as U,\n)\nclass A(Base, x):\n    def inner(self): ...\nasync def run(): ...\nROUTER: T = 1\n",
        );
        let imports: Vec<_> = glance
            .imports
            .iter()
            .map(|import| (import.module.as_str(), import.names.join(",")))
            .collect();
        assert_eq!(
            imports,
            [
                ("os", String::new()),
                ("app.db", String::new()),
                (".models", "Order,User".to_owned())
            ]
        );
        let names: Vec<_> = glance
            .definitions
            .iter()
            .map(|found| (found.kind, found.name.as_str(), found.line))
            .collect();
        assert_eq!(
            names,
            [
                (DefinitionKind::Class, "A", 6),
                (DefinitionKind::Function, "run", 8),
                (DefinitionKind::Constant, "ROUTER", 9)
            ]
        );
        assert_eq!(glance.definitions[0].bases, "Base, x");
    }

    #[test]
    fn imports_and_definitions_of_scripts() {
        let glance = of_script(
            "import {\n  A,\n} from './a';\nconst b = require('../b');\nimport 'c';\nexport * from \"./d\";\nexport class X extends Y {\nexport const run = async () => {\nexport default function go() {\n",
        );
        let imports: Vec<_> = glance
            .imports
            .iter()
            .map(|import| (import.module.as_str(), import.line))
            .collect();
        assert_eq!(imports, [("./a", 3), ("../b", 4), ("c", 5), ("./d", 6)]);
        let names: Vec<_> = glance
            .definitions
            .iter()
            .map(|found| (found.kind, found.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                (DefinitionKind::Constant, "b"),
                (DefinitionKind::Class, "X"),
                (DefinitionKind::Function, "run"),
                (DefinitionKind::Function, "go")
            ]
        );
    }
}
