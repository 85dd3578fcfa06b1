//! TOML: tables by their headers, dotted keys, inline tables and lists as one tree of keys.
//!
//! ```text
//! [tool.ruff]               tool (Loose) > ruff (Section)
//! line-length = 100         ruff > line-length
//! lint.select = ["E"]       ruff > lint (Dotted) > select
//! ```

use std::ops::Range;

use toml_edit::{Array, Item, TableLike, Value};

use super::data::{
    Child, Content, Document, Extent, Kind, Node, Role, Scalar, Shape, Syntax, find_elisions,
    lead_of, mark_elisions,
};
use super::wording::is_elision_line;
use crate::fuzzy::Lines;

pub(super) static SYNTAX: Syntax = Syntax {
    name: "TOML",
    read: read_toml,
    colon: " = ",
    comment: "#",
    ..Syntax::PLAIN
};

/// Reads a file strictly; a block also with bare dots and as the items of a list alone.
fn read_toml(text: &str, role: Role) -> Result<Document, String> {
    if role == Role::File {
        return parse_toml(text.to_owned(), role);
    }
    let source = with_comments_for_dots(text);
    parse_toml(source.clone(), role).or_else(|error| parse_toml_items(&source).ok_or(error))
}

/// Makes bare dots comments, so that the block can be read.
fn with_comments_for_dots(block: &str) -> String {
    let line = |line: &str| {
        if is_elision_line(line) && !line.trim_start().starts_with('#') {
            "# ...".to_owned()
        } else {
            line.to_owned()
        }
    };
    block.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads a block of nothing but a list's items.
fn parse_toml_items(source: &str) -> Option<Document> {
    // Wrapped in a list of its own, whose key then goes again.
    let mut document = parse_toml(format!("items = [\n{source}\n]"), Role::Block).ok()?;
    let mut list = document.roots.first()?.get("items")?.node.clone();
    list.open = true;
    document.roots = vec![list];
    document.extent = Extent::Part;
    Some(document)
}

/// Reads a text, which must be a whole document, and marks what a block leaves out.
fn parse_toml(source: String, role: Role) -> Result<Document, String> {
    let parsed =
        toml_edit::Document::parse(source.as_str()).map_err(|error| error.message().to_owned())?;
    let mut reader = Reader {
        source: &source,
        lines: Lines::new(&source),
        texts: Vec::new(),
    };
    let children = reader.children(parsed.as_table(), EntryLayout::Lines)?;
    let shape = Shape::Section {
        lead: 0,
        body: 0,
        end: end_of(&children, 0),
    };
    let mut root = Node::new(Content::Map(children), 0..source.len(), shape);
    let comments = reader.comments();
    if role == Role::Block {
        mark_elisions(&mut root, &source, &find_elisions(&source, &comments));
    }
    // Only tables with headers say where they belong.
    let bare = root.children().iter().any(|child| !child.is_apart());
    let extent = if bare { Extent::Part } else { Extent::Enclosed };
    Ok(Document {
        roots: vec![root],
        comments,
        extent,
        source,
    })
}

/// Where entries stand: each at the start of a line, or between commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryLayout {
    Lines,
    Braces,
}

struct Reader<'s> {
    source: &'s str,
    lines: Lines<'s>,
    /// The values that have text, in which no comment begins.
    texts: Vec<Range<usize>>,
}

impl Reader<'_> {
    /// Reads the entries of a table, which for headers and dotted keys may stand apart in the text.
    fn children(
        &mut self,
        table: &dyn TableLike,
        place: EntryLayout,
    ) -> Result<Vec<Child>, String> {
        let mut children: Vec<Child> = Vec::new();
        for (name, item) in table.iter() {
            let Some(key_span) = table.key(name).and_then(toml_edit::Key::span) else {
                return Err(format!("`{name}` has no place"));
            };
            let start = self.entry_start(key_span.start, place);
            let node = match item {
                Item::Table(own) if !own.is_dotted() && !own.is_implicit() => {
                    self.section(own, own.span())?
                }
                // Dotted keys, or a table that only its subtables name: `[a.b]` without `[a]`.
                Item::Table(own) => {
                    let inner = self.children(own, place)?;
                    let shape = if own.is_dotted() {
                        Shape::Dotted
                    } else {
                        Shape::Loose
                    };
                    scattered_node(Content::Map(inner), &key_span, shape)
                }
                Item::ArrayOfTables(tables) => {
                    let mut items = Vec::new();
                    for own in tables {
                        let node = self.section(own, own.span())?;
                        let start = node.span.start;
                        items.push(self.child(
                            Scalar::new(Kind::Null, ""),
                            start..start,
                            start,
                            node,
                        ));
                    }
                    scattered_node(Content::List(items), &key_span, Shape::Loose)
                }
                Item::Value(value) => self.value(value, &key_span)?,
                Item::None => continue,
            };
            children.push(self.child(Scalar::new(Kind::Text, name), key_span, start, node));
        }
        Ok(children)
    }

    /// Reads a table with a header of its own.
    fn section(
        &mut self,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
    ) -> Result<Node, String> {
        let span = span.ok_or("a table has no place")?;
        let header = self.lines.line_at(span.start);
        let children = self.children(table, EntryLayout::Lines)?;
        let end = end_of(&children, header + 1);
        let last = self.lines.end(end.saturating_sub(1)).max(span.end);
        let shape = Shape::Section {
            lead: lead_of(&self.lines, header, 0, "#"),
            body: header + 1,
            end,
        };
        Ok(Node::new(Content::Map(children), span.start..last, shape))
    }

    /// Reads a value. Numbers are compared by what they say: without underscores and a plus, in
    /// small letters.
    ///
    /// `+1_000` -> `1000`, `0xFF` -> `0xff`; the same number in another base is another value.
    fn value(&mut self, value: &Value, key_span: &Range<usize>) -> Result<Node, String> {
        if let Value::InlineTable(table) = value
            && table.is_dotted()
        {
            return Ok(scattered_node(
                Content::Map(self.children(table, EntryLayout::Braces)?),
                key_span,
                Shape::Dotted,
            ));
        }
        let span = value.span().ok_or("a value has no place")?;
        let written = self
            .source
            .get(span.clone())
            .unwrap_or_default()
            .replace('_', "");
        let written = written.trim_start_matches('+').to_ascii_lowercase();
        Ok(match value {
            Value::String(text) => {
                self.texts.push(span.clone());
                Node::scalar(Kind::Text, text.value(), span)
            }
            Value::Integer(_) => Node::scalar(Kind::Integer, written, span),
            Value::Float(_) => Node::scalar(Kind::Float, written, span),
            Value::Boolean(bool) => Node::scalar(Kind::Bool, bool.value().to_string(), span),
            Value::Datetime(date) => Node::scalar(Kind::Date, date.value().to_string(), span),
            Value::Array(array) => self.array(array, span)?,
            Value::InlineTable(table) => Node::new(
                Content::Map(self.children(table, EntryLayout::Braces)?),
                span,
                Shape::Flow,
            ),
        })
    }

    /// Reads the items of a list in brackets.
    fn array(&mut self, array: &Array, span: Range<usize>) -> Result<Node, String> {
        let mut items = Vec::new();
        for value in array {
            let node = self.value(value, &span)?;
            let start = node.span.start;
            items.push(self.child(Scalar::new(Kind::Null, ""), start..start, start, node));
        }
        Ok(Node::new(Content::List(items), span, Shape::Flow))
    }

    /// Makes an entry that begins at `start` and ends with its value.
    fn child(&self, key: Scalar, key_span: Range<usize>, start: usize, node: Node) -> Child {
        let span = start..node.span.end.max(key_span.end);
        let lines = self.lines.line_at(start)..self.lines.line_at(span.end) + 1;
        let lead = lead_of(&self.lines, lines.start, 0, "#");
        Child {
            key,
            key_span,
            span,
            lines,
            lead,
            parted: false,
            node,
        }
    }

    /// Returns where an entry begins: a dotted key with its first part.
    ///
    /// `a.b.c = 1`, at `c` -> at `a`.
    fn entry_start(&self, key: usize, place: EntryLayout) -> usize {
        let before = &self.source[..key];
        let from = match place {
            EntryLayout::Lines => before.rfind('\n').map_or(0, |newline| newline + 1),
            EntryLayout::Braces => before.rfind([',', '{']).map_or(0, |sign| sign + 1),
        };
        from + (before[from..].len() - before[from..].trim_start().len())
    }

    /// Finds the comments that have a line of their own.
    ///
    /// A `#` in a text of several lines is none.
    fn comments(&self) -> Vec<Range<usize>> {
        let own = |line: usize| {
            let text = self.lines.get(line);
            let start = self.lines.line_start(line) + (text.len() - text.trim_start().len());
            text.trim_start()
                .starts_with('#')
                .then_some(start..self.lines.end(line))
        };
        let outside =
            |comment: &Range<usize>| !self.texts.iter().any(|text| text.contains(&comment.start));
        (0..self.lines.len())
            .filter_map(own)
            .filter(outside)
            .collect()
    }
}

/// Makes a value of what stands in several places.
///
/// Its span is from the key that was met first to the end of the last entry, with whatever stands
/// between.
fn scattered_node(content: Content, key_span: &Range<usize>, shape: Shape) -> Node {
    let mut node = Node::new(content, key_span.clone(), shape);
    let last = node.children().iter().map(|child| child.span.end).max();
    node.span.end = last.unwrap_or(key_span.end).max(key_span.end);
    node.anchored = node.span.clone();
    node
}

/// Returns the line after the last entry that stands below a header itself.
fn end_of(children: &[Child], body: usize) -> usize {
    fn last_line_of_entry(child: &Child) -> usize {
        if child.node.shape == Shape::Dotted {
            child
                .node
                .children()
                .iter()
                .map(last_line_of_entry)
                .max()
                .unwrap_or(child.lines.end)
        } else {
            child.lines.end
        }
    }
    children
        .iter()
        .filter(|child| !child.is_apart())
        .map(last_line_of_entry)
        .max()
        .unwrap_or(body)
        .max(body)
}
