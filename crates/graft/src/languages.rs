//! What the engine must know of a programming language, behind one trait: its grammar, which nodes are lists of
//! items, what an item is called, and how imports are read and written. A language is one file and one line here.

mod javascript;
mod python;
mod typescript;

use tree_sitter::Node;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Import,
    Class,
    Function,
    /// An assignment or declaration of a value: constant, variable, field, attribute.
    Value,
    /// A type alias, an interface, a namespace.
    Type,
    /// A statement that is a call: a route, a registration, a test block.
    Call,
    /// An entry of a collection, an argument, a member of an enum.
    Entry,
    /// `module.exports = …`, `export { … }`, `export default …`.
    Export,
    /// `if __name__ == "__main__"`.
    Guard,
    Docstring,
    /// Any other statement.
    Statement,
    /// A comment that stands alone.
    Comment,
    /// An elision.
    Marker,
}

/// What a list of items is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum List {
    Module,
    /// Members of a class or an interface.
    Members,
    /// Statements of a function or of a block.
    Statements,
    /// Entries between brackets, with commas.
    Entries,
}

/// A node seen as an item.
#[derive(Debug, Clone)]
pub(crate) struct Shape<'t> {
    pub(crate) kind: Kind,
    /// What it is called among its siblings.
    pub(crate) name: String,
    /// Tells accessors, overloads and signatures of one name apart; empty for the plain form.
    pub(crate) variant: String,
    /// The definition itself, without decorators and `export`.
    pub(crate) core: Node<'t>,
}

/// One name that an import statement binds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Binding {
    pub(crate) form: Form,
    pub(crate) module: String,
    /// The name in the module; empty for forms that take the module itself.
    pub(crate) name: String,
    /// The name in this file where it differs.
    pub(crate) alias: String,
    pub(crate) type_only: bool,
}

/// The forms of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
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
}

impl Binding {
    /// The name that the file can use, empty where the import binds none.
    pub(crate) fn local(&self) -> &str {
        if !self.alias.is_empty() {
            return &self.alias;
        }
        match self.form {
            Form::Module if self.name.is_empty() => "",
            _ => &self.name,
        }
    }
}

/// Text to put around bare members so that they parse.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wrapper {
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
    pub(crate) list: List,
}

/// A programming language.
pub(crate) trait Language: Sync {
    fn grammar(&self) -> tree_sitter::Language;
    /// What the node lists, if it is a list of items.
    fn list(&self, node: Node<'_>) -> Option<List>;
    /// The node, a child of a list, seen as an item.
    fn shape<'t>(&self, node: Node<'t>, source: &str, list: List) -> Shape<'t>;
    /// The names that an import statement binds; `None` for anything else.
    fn bindings(&self, node: Node<'_>, source: &str) -> Option<Vec<Binding>>;
    /// An import statement for bindings of one form and module, in the style of `sample`.
    fn import(&self, bindings: &[Binding], sample: &str) -> String;
    /// The snippet with its elisions in a form that parses.
    fn prepare(&self, snippet: &str) -> String;
    /// Ways to make bare members parse, best first.
    fn wrappers(&self) -> &'static [Wrapper];
    /// Whether what looks like an elision is a value where it stands.
    fn is_value(&self, _: Node<'_>, _: &str) -> bool {
        false
    }
    /// Whether the node is text whose inner lines must keep their blanks.
    fn is_text(&self, node: Node<'_>) -> bool;
    /// Whether a function takes its object as a parameter and so must stand in a class.
    fn is_bound(&self, node: Node<'_>, core: Node<'_>, source: &str) -> bool;
    /// The group of a module among the imports: lower groups stand above.
    fn import_rank(&self, module: &str, path: &str) -> u8;
    /// Blank lines between definitions of a module.
    fn module_gap(&self) -> usize;
    /// The width of one level where the file shows none.
    fn unit(&self) -> &'static str;
}

/// The language of the file at `path`.
pub(crate) fn for_path(path: &str) -> Option<&'static dyn Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "py" | "pyi" => Some(&python::Python),
        "ts" | "mts" | "cts" => Some(&typescript::TypeScript),
        "tsx" => Some(&typescript::Tsx),
        "js" | "mjs" | "cjs" | "jsx" => Some(&javascript::JavaScript),
        _ => None,
    }
}

/// The text of a node.
pub(crate) fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The text of a field of a node, empty where it has none.
pub(crate) fn field<'s>(node: Node<'_>, name: &str, source: &'s str) -> &'s str {
    node.child_by_field_name(name).map_or("", |child| text(child, source))
}

/// Text on one line, its blanks collapsed, quotes of one kind.
pub(crate) fn flat(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat.replace('"', "'")
}

/// What a call is known by: its callee and its first argument; of the calls inside the callee the same.
pub(crate) fn call_name(node: Node<'_>, source: &str) -> String {
    let Some(callee) = node.child_by_field_name("function") else { return flat(text(node, source)) };
    let arguments = node.child_by_field_name("arguments").filter(|one| one.kind().starts_with("argument"));
    let first = arguments.and_then(|arguments| arguments.named_child(0)).filter(|one| one.kind() != "comment");
    format!("{}({})", callee_name(callee, source), first.map_or_else(String::new, |first| argument_name(first, source)))
}

fn callee_name(callee: Node<'_>, source: &str) -> String {
    let object = callee.child_by_field_name("object").filter(|object| {
        object.kind().starts_with("call") || object.kind().starts_with("member") || object.kind() == "attribute"
    });
    match (callee.kind(), object) {
        ("call" | "call_expression", _) => call_name(callee, source),
        (_, Some(object)) => {
            let last = callee.child_by_field_name("property").or_else(|| callee.child_by_field_name("attribute"));
            format!("{}.{}", callee_name(object, source), last.map_or("", |last| text(last, source)))
        }
        _ => flat(text(callee, source)),
    }
}

/// An argument that is a function has no name worth keeping.
fn argument_name(node: Node<'_>, source: &str) -> String {
    match node.kind() {
        "arrow_function" | "function_expression" | "lambda" | "object" | "array" | "dictionary" | "list" => {
            String::new()
        }
        _ => shorten(&flat(text(node, source))),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
