//! JSON, with or without comments and trailing commas; a block may leave things out and need no braces.
//!
//! ```text
//! block                           read as
//! "b": 2,                         {"b": 2}, Extent::Part: a lone value belongs below something
//! {"a": 1, ...}                   {"a": 1}, with something left out
//! "x", "y"                        ["x", "y"], with something left out: items of a list
//! ```

use std::collections::BTreeSet;
use std::ops::Range;

use jsonc_parser::ast::{self, ObjectPropName};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::data::{
    Child, Content, Document, Extent, Kind, Node, Role, Scalar, Shape, Syntax, find_elisions,
    is_dots, mark_elisions,
};
use crate::fuzzy::Lines;
use crate::markers;

pub(super) static SYNTAX: Syntax = Syntax {
    name: "JSON",
    read: read_json,
    colon: ": ",
    comment: "//",
    strict: is_strict_json,
    ..Syntax::PLAIN
};

/// The deepest nesting that is read, far more than a configuration has: what follows is read by
/// recursion, which a hostile text would overflow.
const DEPTH: usize = 200;

/// Reads a text; an empty one is a document without a value. A block is read as it is, else as
/// entries.
fn read_json(text: &str, role: Role) -> Result<Document, String> {
    if text.trim().is_empty() {
        let root = Node::scalar(Kind::Null, "", 0..0);
        return Ok(Document {
            source: text.to_owned(),
            roots: vec![root],
            comments: Vec::new(),
            extent: Extent::Flush,
        });
    }
    if role == Role::File {
        return parse_json(text.to_owned(), role, Extent::Enclosed);
    }
    let block = normalize_json_block(text.trim());
    if !block.starts_with(['{', '[', '/']) {
        return parse_json_fragment(&block);
    }
    parse_json(block.clone(), role, Extent::Enclosed)
        .or_else(|error| parse_json_fragment(&block).map_err(|_| error))
}

/// Reads bare entries: of an object, else of a list.
///
/// `"a": 1` -> an object; `"a", "b"` -> a list with something left out.
fn parse_json_fragment(block: &str) -> Result<Document, String> {
    let block = block.trim_end_matches(',');
    let object = parse_json(format!("{{{block}\n}}"), Role::Block, Extent::Flush);
    let mut document = match object {
        Ok(document) => document,
        Err(error) => {
            let mut list =
                parse_json(format!("[{block}\n]"), Role::Block, Extent::Part).map_err(|_| error)?;
            list.roots.iter_mut().for_each(|root| root.open = true);
            list
        }
    };
    // A value without braces around it belongs below something, not to the top.
    let scalars = document
        .roots
        .iter()
        .flat_map(Node::children)
        .any(|child| child.node.as_scalar().is_some());
    if scalars {
        document.extent = Extent::Part;
    }
    Ok(document)
}

/// Reads a text that is one value, with comments; commas may be missing in a block.
fn parse_json(source: String, role: Role, extent: Extent) -> Result<Document, String> {
    if nesting_depth(&source) > DEPTH {
        return Err("nested too deep".to_owned());
    }
    let block = role == Role::Block;
    let options = ParseOptions {
        allow_missing_commas: block,
        ..ParseOptions::default()
    };
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Separate,
        tokens: false,
    };
    let parsed = parse_to_ast(&source, &collect, &options).map_err(|error| error.to_string())?;
    let Some(value) = parsed.value else {
        return Err("it holds no value".to_owned());
    };
    let mut comments: Vec<Range<usize>> = parsed
        .comments
        .iter()
        .flat_map(|comments| comments.values())
        .flat_map(|comments| {
            comments
                .iter()
                .map(|comment| comment.start()..comment.end())
        })
        .collect();
    comments.sort_by_key(|comment| comment.start);
    comments.dedup();
    let mut reader = Reader {
        lines: Lines::new(&source),
        block,
        dots: Vec::new(),
    };
    let mut root = reader.node(&value)?;
    let marks = if block {
        find_elisions(&source, &comments)
    } else {
        Vec::new()
    };
    let marks: Vec<usize> = marks.into_iter().chain(reader.dots).collect();
    mark_elisions(&mut root, &source, &marks);
    if block && marks.iter().any(|at| !root.span.contains(at)) {
        root.elided = true;
        root.open = true;
    }
    Ok(Document {
        roots: vec![root],
        comments,
        extent,
        source,
    })
}

/// Returns the most brackets that are open at once, those in strings counted, too, so it is a rough
/// bound.
fn nesting_depth(source: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for byte in source.bytes() {
        match byte {
            b'{' | b'[' => now += 1,
            b'}' | b']' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// Builds nodes of the parser's values.
struct Reader<'s> {
    lines: Lines<'s>,
    block: bool,
    /// Where dots stand among entries.
    dots: Vec<usize>,
}

impl Reader<'_> {
    /// Reads a value; dots in the place of one are an elision, and so are those among entries.
    fn node(&mut self, value: &ast::Value<'_>) -> Result<Node, String> {
        let span = value.start()..value.end();
        let scalar = |kind: Kind, text: &str| Node::scalar(kind, text, span.clone());
        Ok(match value {
            ast::Value::StringLit(text) => {
                let mut node = scalar(Kind::Text, &text.value);
                node.elided = self.block && is_dots(&text.value);
                node
            }
            ast::Value::NumberLit(number) => {
                let hex = number.value.to_ascii_lowercase().contains("0x");
                let float = !hex && number.value.contains(['.', 'e', 'E', 'I', 'N']);
                scalar(
                    if float { Kind::Float } else { Kind::Integer },
                    number.value,
                )
            }
            ast::Value::BooleanLit(bool) => {
                scalar(Kind::Bool, if bool.value { "true" } else { "false" })
            }
            ast::Value::NullKeyword(_) => scalar(Kind::Null, "null"),
            ast::Value::Array(array) => {
                let mut items = Vec::new();
                for element in &array.elements {
                    let node = self.node(element)?;
                    if node.is_elision() {
                        self.dots.push(node.span.start);
                        continue;
                    }
                    let start = node.span.start;
                    items.push(self.child((Scalar::new(Kind::Null, ""), start..start), node));
                }
                Node::new(Content::List(items), span, Shape::Flow)
            }
            ast::Value::Object(object) => {
                let mut children = Vec::new();
                let mut keys = BTreeSet::new();
                for property in &object.properties {
                    let key_span = property.name.start()..property.name.end();
                    let key = match &property.name {
                        ObjectPropName::String(key) => key.value.to_string(),
                        ObjectPropName::Word(key) => key.value.to_owned(),
                    };
                    let node = self.node(&property.value)?;
                    if self.block && is_dots(&key) {
                        self.dots.push(key_span.start);
                        continue;
                    }
                    if !keys.insert(key.clone()) {
                        let line = self.lines.line_at(key_span.start) + 1;
                        return Err(format!("line {line}: `{key}` stands twice"));
                    }
                    children.push(self.child((Scalar::new(Kind::Text, key), key_span), node));
                }
                Node::new(Content::Map(children), span, Shape::Flow)
            }
        })
    }

    /// Makes an entry of its key and value; comments above it are none of it.
    fn child(&self, (key, key_span): (Scalar, Range<usize>), node: Node) -> Child {
        let span = key_span.start..node.span.end;
        let lines = self.lines.line_at(span.start)..self.lines.line_at(span.end) + 1;
        Child {
            key,
            key_span,
            lead: lines.start,
            span,
            lines,
            parted: false,
            node,
        }
    }
}

/// Makes dots and `#` comments of a block what a reader of JSON with comments takes: comments between entries, and a text
/// of dots in the place of a value.
///
/// `{"a": ...}` -> `{"a": "..."}`, `[1, ...]` -> `[1, /* ... */]`, `# rest` -> `// rest`.
fn normalize_json_block(block: &str) -> String {
    let mut out = String::with_capacity(block.len() + 8);
    let mut rest = block;
    while let Some(first) = rest.chars().next() {
        let length = if matches!(first, '"' | '\'') {
            quoted_length(rest, first)
        } else if rest.starts_with("//") || first == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '\u{2026}' || rest.starts_with("...") {
            let value = out.trim_end().ends_with(':');
            let end = rest.find(['\n', ',', '}', ']']).unwrap_or(rest.len());
            let comma = !value && rest[end..].starts_with(',');
            out.push_str(if value { "\"...\"" } else { "/* ... */" });
            rest = &rest[end + usize::from(comma)..];
            continue;
        } else {
            first.len_utf8()
        };
        let piece = &rest[..length];
        match piece.strip_prefix('#') {
            Some(comment) => {
                let kept = if markers::is_elision(&format!("//{comment}")) {
                    "..."
                } else {
                    comment.trim()
                };
                out.push_str(&format!("// {kept}"));
            }
            None => out.push_str(piece),
        }
        rest = &rest[length..];
    }
    out
}

/// Returns how long a text in quotes is at the start of `rest`; one byte where it isn't closed on its line.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, found) in rest.char_indices().skip(1) {
        match found {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => break,
            found if found == quote => return at + 1,
            _ => {}
        }
    }
    1
}

/// Returns whether a text is JSON without comments, trailing commas and other habits of wider readers.
fn is_strict_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
