//! The programming languages that are read by structure, and their parser.

mod gaps;

use std::cell::RefCell;

use tree_sitter::{Node, Parser, Tree};

/// A programming language with a grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Python, stubs included.
    Python,
    /// JavaScript with JSX.
    JavaScript,
    /// TypeScript without JSX: `<T>value` is a cast.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
}

/// The number of times that a text is read anew with more of what the grammar lacks masked: each
/// may bring the next one to light, and a text with more of them is refused as one that does not
/// parse.
const MOST_GAPS: usize = 8;

thread_local! {
    /// Kept between files: a parser keeps its room.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

impl Language {
    /// Returns the language of the file at `path` by its ending.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "py" | "pyi" => Some(Language::Python),
            "ts" | "mts" | "cts" => Some(Language::TypeScript),
            "tsx" => Some(Language::Tsx),
            "js" | "mjs" | "cjs" | "jsx" => Some(Language::JavaScript),
            _ => None,
        }
    }

    /// Returns the language's grammar.
    #[must_use]
    pub fn grammar(self) -> tree_sitter::Language {
        match self {
            Language::Python => tree_sitter_python::LANGUAGE.into(),
            Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        }
    }

    /// Parses a text; `None` only where the parser itself fails. Errors of syntax are nodes of the
    /// tree.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Tree> {
        self.parse_after(text, None)
    }

    /// Parses a text anew that was parsed before, and code that the grammar lacks as what it takes
    /// for it; of `old`, which knows the edits, only what they touch is read again.
    #[must_use]
    pub fn parse_after(self, text: &str, old: Option<&Tree>) -> Option<Tree> {
        PARSER.with_borrow_mut(|parser| {
            parser.set_language(&self.grammar()).ok()?;
            let tree = parser.parse(text, old)?;
            if self == Language::Python || !tree.root_node().has_error() {
                return Some(tree);
            }
            let (mut read, mut shown) = (tree.clone(), text.to_owned());
            // Behind the first of several in an element the grammar reads no element any more.
            for _ in 0..MOST_GAPS {
                let Some(masked) = gaps::mask_gaps(&shown, &read) else {
                    break;
                };
                read = parser.parse(&masked, None)?;
                if !read.root_node().has_error() {
                    return Some(read);
                }
                shown = masked;
            }
            Some(tree)
        })
    }
}

/// Returns the text of a node; empty where its bytes are not those of the text.
#[must_use]
pub fn node_text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// Returns the text of a field of a node, empty where it has none.
#[must_use]
pub fn field_text<'s>(node: Node<'_>, name: &str, source: &'s str) -> &'s str {
    node.child_by_field_name(name)
        .map_or("", |child| node_text(child, source))
}

/// Returns the named children of a node without comments.
#[must_use]
pub fn named_children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

/// Returns whether a node has a token of this kind as its child: a keyword or a sign.
#[must_use]
pub fn has_token(node: Node<'_>, token: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind() == token)
}

/// Returns a text on one line, its blanks collapsed, quotes of one kind.
///
/// `f("a",\n  b)` -> `f('a', b)`, so that the same code in another layout compares equal. Quotes
/// inside texts change, too.
#[must_use]
pub fn flatten(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat.replace('"', "'")
}
