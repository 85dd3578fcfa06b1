//! Definitions: which nodes are lists of items, and what an item of a list is and is called.

mod python;

mod script;

use tree_sitter::Node;

use crate::languages::{Language, flatten, node_text};

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An import statement.
    Import,
    /// A class, an enum.
    Class,
    /// A function, a method, a variable that holds one.
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
    /// A text that documents what it stands in.
    Docstring,
    /// Any other statement.
    Statement,
    /// A comment that stands alone.
    Comment,
    /// Something that stands for what is left out.
    Marker,
}

/// The kind of a list of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// The statements of a file.
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
pub struct Shape<'t> {
    /// Its kind.
    pub kind: Kind,
    /// Its name among its siblings.
    pub name: String,
    /// Tells accessors, overloads and signatures of one name apart; empty for the plain form.
    pub variant: String,
    /// The definition itself, without decorators and `export`.
    pub core: Node<'t>,
}

impl Language {
    /// Returns what the node lists, if it is a list of items.
    #[must_use]
    pub fn list(self, node: Node<'_>) -> Option<List> {
        match self {
            Language::Python => python::list_kind(node),
            _ => script::list_kind(node),
        }
    }

    /// Returns the node, a child of a list, seen as an item.
    #[must_use]
    pub fn shape<'t>(self, node: Node<'t>, source: &str, list: List) -> Shape<'t> {
        match self {
            Language::Python => python::shape_of_item(node, source, list),
            _ => script::shape_of_item(node, source, list),
        }
    }

    /// Returns whether the node is text whose inner lines must keep their blanks.
    #[must_use]
    pub fn is_text(self, node: Node<'_>) -> bool {
        match self {
            Language::Python => node.kind() == "string",
            _ => node.kind() == "template_string",
        }
    }

    /// Returns whether a function takes its object as a parameter and so must stand in a class.
    #[must_use]
    pub fn is_bound(self, node: Node<'_>, core: Node<'_>, source: &str) -> bool {
        self == Language::Python && python::is_bound(node, core, source)
    }

    /// Returns the list that makes a definition a container: a class body, the function body of a
    /// test block, the literal of a constant, the object of an export, the written type of a
    /// member.
    #[must_use]
    pub fn body<'t>(self, core: Node<'t>) -> Option<Node<'t>> {
        if self.list(core).is_some() {
            return Some(core);
        }
        for name in ["body", "right", "value"] {
            if let Some(child) = core.child_by_field_name(name) {
                return self.body(child);
            }
        }
        match core.kind() {
            "lexical_declaration"
            | "variable_declaration"
            | "as_expression"
            | "satisfies_expression"
            | "parenthesized_expression"
            | "await_expression"
            | "expression_statement" => self.body(core.named_child(0)?),
            // A member whose type is written out: `checks: { has_name: boolean }`.
            "property_signature" | "public_field_definition" => {
                let written = core.child_by_field_name("type")?.named_child(0)?;
                (written.kind() == "object_type").then_some(written)
            }
            "call_expression" => {
                let arguments = core.child_by_field_name("arguments")?;
                let mut cursor = arguments.walk();
                let function = arguments
                    .named_children(&mut cursor)
                    .filter(|one| {
                        matches!(
                            one.kind(),
                            "arrow_function" | "function_expression" | "object"
                        )
                    })
                    .last()?;
                self.body(function)
            }
            _ => None,
        }
    }
}

/// Returns what a call is known by: its callee and its first argument; of the calls inside the
/// callee the same.
///
/// `app.use("/x", show)` -> `app.use('/x')`, `router.route('/x').get(show)` ->
/// `router.route('/x').get(show)`, `setup({ a })` -> `setup()`.
pub(crate) fn call_name(node: Node<'_>, source: &str) -> String {
    let Some(callee) = node.child_by_field_name("function") else {
        return flatten(node_text(node, source));
    };
    let arguments = node
        .child_by_field_name("arguments")
        .filter(|one| one.kind().starts_with("argument"));
    let first = arguments
        .and_then(|arguments| arguments.named_child(0))
        .filter(|one| one.kind() != "comment");
    format!(
        "{}({})",
        callee_name(callee, source),
        first.map_or_else(String::new, |first| argument_name(first, source))
    )
}

/// Returns the name of what is called, of the calls inside it as [`call_name`] gives it.
fn callee_name(callee: Node<'_>, source: &str) -> String {
    let object = callee.child_by_field_name("object").filter(|object| {
        object.kind().starts_with("call")
            || object.kind().starts_with("member")
            || object.kind() == "attribute"
    });
    match (callee.kind(), object) {
        ("call" | "call_expression", _) => call_name(callee, source),
        (_, Some(object)) => {
            let last = callee
                .child_by_field_name("property")
                .or_else(|| callee.child_by_field_name("attribute"));
            format!(
                "{}.{}",
                callee_name(object, source),
                last.map_or("", |last| node_text(last, source))
            )
        }
        _ => flatten(node_text(callee, source)),
    }
}

/// Returns the name of an argument; one that is a function, a list or an object has none worth keeping.
fn argument_name(node: Node<'_>, source: &str) -> String {
    match node.kind() {
        "arrow_function"
        | "function_expression"
        | "lambda"
        | "object"
        | "array"
        | "dictionary"
        | "list" => String::new(),
        _ => shorten_name(&flatten(node_text(node, source))),
    }
}

/// Returns the first 200 characters of a name: an argument may be a text of any length, and equal
/// beginnings of that length are as good as equal.
fn shorten_name(text: &str) -> String {
    text.chars().take(200).collect()
}
