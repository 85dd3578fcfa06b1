//! Writes code in a programming language, as far as the engine needs it: imports, wrappers that make bare members
//! parse, elisions in a form that parses. How it is read is crate `code`'s.

mod python;

mod script;

pub(crate) use code::definitions::{Kind, List, Shape};
pub(crate) use code::imports::{Form, Imported, imported_names};
pub(crate) use code::languages::{Language, field_text, flatten, named_children, node_text};
use tree_sitter::Node;

/// Text to put around bare members so that they parse.
///
/// Bare members are what stands inside a class or a collection, shown without it: `name: str`,
/// `"a": 1,`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wrapper {
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
    /// The list that the text between becomes.
    pub(crate) list: List,
}

/// Writes the code that the engine adds, in the forms of a language.
pub(crate) trait Writing {
    /// Returns an import statement for bindings of one form and module, in the style of `sample`.
    fn import(self, bindings: &[Imported], sample: &str) -> String;
    /// Returns the snippet with its elisions in a form that parses.
    fn prepare(self, snippet: &str) -> String;
    /// Returns ways to make bare members parse, best first.
    fn wrappers(self) -> &'static [Wrapper];
    /// Returns whether what looks like an elision is a value where it stands.
    fn means_value(self, node: Node<'_>, source: &str) -> bool;
    /// Returns the group of a module among the imports: lower groups stand above.
    fn import_rank(self, module: &str, path: &str) -> u8;
    /// Returns how many blank lines stand between definitions of a module.
    fn module_gap(self) -> usize;
    /// Returns the width of one level where the file shows none.
    fn unit(self) -> &'static str;
}

impl Writing for Language {
    fn import(self, bindings: &[Imported], sample: &str) -> String {
        match self {
            Language::Python => python::format_python_import(bindings),
            _ => script::format_script_import(bindings, sample),
        }
    }

    fn prepare(self, snippet: &str) -> String {
        match self {
            Language::Python => python::prepare_python(snippet),
            _ => script::prepare_script(snippet),
        }
    }

    fn wrappers(self) -> &'static [Wrapper] {
        match self {
            Language::Python => &python::WRAPPERS,
            _ => &script::WRAPPERS,
        }
    }

    fn means_value(self, node: Node<'_>, source: &str) -> bool {
        self == Language::Python && python::is_required_value(node, source)
    }

    fn import_rank(self, module: &str, path: &str) -> u8 {
        match self {
            Language::Python => python::import_rank(module, path),
            _ => script::import_rank(module),
        }
    }

    fn module_gap(self) -> usize {
        if self == Language::Python { 2 } else { 1 }
    }

    fn unit(self) -> &'static str {
        if self == Language::Python {
            "    "
        } else {
            "  "
        }
    }
}

/// Returns the item as the engine sees it: a sentinel stands for code, and `...` is a value for some calls.
pub(crate) fn adjust_shape<'t>(shape: Shape<'t>, node: Node<'t>, source: &str) -> Shape<'t> {
    match (shape.kind, shape.core.kind()) {
        (Kind::Statement, "identifier")
            if node_text(shape.core, source) == crate::markers::SENTINEL =>
        {
            Shape {
                kind: Kind::Marker,
                name: String::new(),
                ..shape
            }
        }
        (Kind::Marker, "ellipsis") if python::is_required_value(node, source) => Shape {
            kind: Kind::Entry,
            ..shape
        },
        _ => shape,
    }
}

/// Returns a file's name without the ending of a script: `blocker.types` of `blocker.types.mjs`, and of itself.
pub(crate) fn script_stem(name: &str) -> &str {
    let is_script = Language::of_path(name).is_some_and(|language| language != Language::Python);
    match name.rsplit_once('.') {
        Some((stem, _)) if is_script => stem,
        _ => name,
    }
}
