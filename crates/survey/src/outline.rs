//! A light look at every source file, line by line and without a parse: what it imports and what it defines.

use crate::source::{Language, SourceFile};

/// What a file imports and defines.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) imports: Vec<Imported>,
    pub(crate) definitions: Vec<Definition>,
}

/// One import.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    /// The module as it is written.
    pub(crate) module: String,
    /// Names that Python takes from it, which may be modules themselves.
    pub(crate) names: Vec<String>,
    pub(crate) line: u32,
}

/// What a definition makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Class,
    Function,
    Constant,
}

/// One definition at a file's top.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// What a class extends, as written.
    pub(crate) bases: String,
    pub(crate) line: u32,
}

/// Reads the outline of a file.
pub(crate) fn of(file: &SourceFile) -> Outline {
    match file.language {
        Language::Python => of_python(&file.text),
        Language::JavaScript | Language::TypeScript => of_script(&file.text),
    }
}

fn word(text: &str) -> &str {
    let end =
        text.find(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$').unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

fn of_python(text: &str) -> Outline {
    let mut outline = Outline::default();
    let mut open = false;
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim_start();
        if open {
            let names = bare.split('#').next().unwrap_or(bare);
            open = !names.contains(')');
            if let Some(import) = outline.imports.last_mut() {
                import.names.extend(names_of(names));
            }
        } else if let Some((module, names)) = bare.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
            let names = names.split('#').next().unwrap_or(names);
            open = names.contains('(') && !names.contains(')');
            let names = names_of(names).collect();
            outline.imports.push(Imported { module: module.trim().to_owned(), names, line: number });
        } else if let Some(modules) = bare.strip_prefix("import ") {
            for module in modules.split('#').next().unwrap_or(modules).split(',') {
                let module = module.split(" as ").next().unwrap_or(module).trim().to_owned();
                outline.imports.push(Imported { module, names: Vec::new(), line: number });
            }
        } else if line.starts_with(bare) {
            outline.definitions.extend(python_definition(bare, number));
        }
    }
    outline
}

fn names_of(text: &str) -> impl Iterator<Item = String> + '_ {
    let names = text.split(',').map(|name| name.trim_matches([' ', '(', ')', '\\', '\t']));
    names.filter_map(|name| name.split(' ').next()).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn python_definition(line: &str, number: u32) -> Option<Definition> {
    let made = |kind, rest: &str, bases: &str| {
        Some(Definition { kind, name: word(rest).to_owned(), bases: bases.to_owned(), line: number })
    };
    if let Some(rest) = line.strip_prefix("class ") {
        let bases = rest.split_once('(').map_or("", |(_, bases)| bases.trim_end_matches([':', ')', ' ']));
        return made(Kind::Class, rest, bases);
    }
    if let Some(rest) = line.strip_prefix("def ").or_else(|| line.strip_prefix("async def ")) {
        return made(Kind::Function, rest, "");
    }
    let name = word(line);
    let behind = line.get(name.len()..).unwrap_or("").trim_start();
    let is_assigned =
        behind.starts_with('=') && !behind.starts_with("==") || behind.starts_with(": ") && behind.contains('=');
    (is_assigned && !name.is_empty()).then(|| made(Kind::Constant, line, "")).flatten()
}

fn of_script(text: &str) -> Outline {
    let mut outline = Outline::default();
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim_start();
        if bare.starts_with("//") || bare.starts_with('*') {
            continue;
        }
        for mark in [" from ", "require(", "import "] {
            let Some(at) = line.find(mark) else { continue };
            let rest = line.get(at + mark.len()..).unwrap_or("").trim_start_matches('(').trim_start();
            let Some(quote) = rest.chars().next().filter(|letter| matches!(letter, '\'' | '"')) else { continue };
            let starts =
                mark != " from " || line.contains("import") || line.contains("export") || bare.starts_with('}');
            if let Some(module) = rest.get(1..).and_then(|rest| rest.split(quote).next()).filter(|_| starts) {
                outline.imports.push(Imported { module: module.to_owned(), names: Vec::new(), line: number });
                break;
            }
        }
        if line.starts_with(bare) {
            outline.definitions.extend(script_definition(bare, number));
        }
    }
    outline
}

fn script_definition(line: &str, number: u32) -> Option<Definition> {
    let mut rest = line;
    for mark in ["export ", "default ", "abstract ", "async ", "declare "] {
        rest = rest.strip_prefix(mark).unwrap_or(rest);
    }
    let made = |kind, rest: &str, bases: &str| {
        let name = word(rest).to_owned();
        (!name.is_empty()).then(|| Definition { kind, name, bases: bases.to_owned(), line: number })
    };
    if let Some(rest) = rest.strip_prefix("class ") {
        let bases = rest.split_once(" extends ").map_or("", |(_, bases)| bases.trim_end_matches(['{', ' ']));
        return made(Kind::Class, rest, bases);
    }
    if let Some(rest) = rest.strip_prefix("function ") {
        return made(Kind::Function, rest.trim_start_matches(['*', ' ']), "");
    }
    let rest = ["const ", "let ", "var "].iter().find_map(|mark| rest.strip_prefix(mark))?;
    let is_function =
        rest.contains("=>") || rest.contains("= async") || rest.contains("= function") || rest.contains("catchAsync(");
    made(if is_function { Kind::Function } else { Kind::Constant }, rest, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_definitions_of_python() {
        let outline = of_python(
            "import os, app.db as db\nfrom .models import (\n    Order,  # one\n    User as U,\n)\nclass A(Base, x):\n    def inner(self): ...\nasync def run(): ...\nROUTER: T = 1\n",
        );
        let imports: Vec<_> =
            outline.imports.iter().map(|import| (import.module.as_str(), import.names.join(","))).collect();
        assert_eq!(imports, [("os", String::new()), ("app.db", String::new()), (".models", "Order,User".to_owned())]);
        let names: Vec<_> =
            outline.definitions.iter().map(|found| (found.kind, found.name.as_str(), found.line)).collect();
        assert_eq!(names, [(Kind::Class, "A", 6), (Kind::Function, "run", 8), (Kind::Constant, "ROUTER", 9)]);
        assert_eq!(outline.definitions[0].bases, "Base, x");
    }

    #[test]
    fn imports_and_definitions_of_scripts() {
        let outline = of_script(
            "import {\n  A,\n} from './a';\nconst b = require('../b');\nimport 'c';\nexport * from \"./d\";\nexport class X extends Y {\nexport const run = async () => {\nexport default function go() {\n",
        );
        let imports: Vec<_> = outline.imports.iter().map(|import| (import.module.as_str(), import.line)).collect();
        assert_eq!(imports, [("./a", 3), ("../b", 4), ("c", 5), ("./d", 6)]);
        let names: Vec<_> = outline.definitions.iter().map(|found| (found.kind, found.name.as_str())).collect();
        assert_eq!(names, [(Kind::Constant, "b"), (Kind::Class, "X"), (Kind::Function, "run"), (Kind::Function, "go")]);
    }
}
