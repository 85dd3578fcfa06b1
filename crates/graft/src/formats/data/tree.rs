//! Trees of data that lose nothing: each value with its type, where it stands in the text, and what a block leaves out.
//!
//! ```text
//! env:                 Map, Block { column: 0 }: `env`
//!   PORT: 80             Map, Block { column: 2 }: `PORT`, whose node is the scalar 80, an Integer
//!   # ... others         not in the tree: it makes the inner map `elided`
//! ```

use std::ops::Range;

use super::value::{Kind, Scalar, Value};
use crate::formats::wording::is_elision_line;
use crate::fuzzy::Lines;

/// The role in which a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Role {
    /// The file: strictly.
    File,
    /// The plan's block: with dots and comments for what is left out, and without what stands around it.
    Block,
}

/// The extent to which a block shows its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Extent {
    /// Brackets or a header of its own: it belongs to the file's top, unless its keys stand in one place only.
    Enclosed,
    /// Bare entries that could be the file's own.
    Flush,
    /// Bare entries that belong below something that isn't shown.
    Part,
}

/// A text that was read.
#[derive(Debug)]
pub(in crate::formats) struct Document {
    /// The text that the spans point into, with dots that no reader takes made comments.
    pub(in crate::formats) source: String,
    /// The values: one, but for YAML with several documents.
    pub(in crate::formats) roots: Vec<Node>,
    /// The bytes of the comments, elisions among them.
    pub(in crate::formats) comments: Vec<Range<usize>>,
    pub(in crate::formats) extent: Extent,
}

/// Where the children of a value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Shape {
    /// In brackets, parted by commas; also of a value without children.
    Flow,
    /// Each on lines of its own, from this column on.
    Block { column: usize },
    /// Below a header of their own: the lines of the comments above it, of the first entry, and after the last.
    Section {
        lead: usize,
        body: usize,
        end: usize,
    },
    /// Each with its parent's key before its own, parted by a dot.
    Dotted,
    /// Below headers of their own, the value itself without one: a table that only others name, a list of tables.
    Loose,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(in crate::formats) struct Node {
    pub(in crate::formats) content: Content,
    /// A tag of the file's own, `!Ref`; those of YAML itself are types of the value.
    pub(in crate::formats) tag: Option<String>,
    /// The value's text with its tag, without its anchor; of a value in lines, from its first child to its last.
    pub(in crate::formats) span: Range<usize>,
    /// The same with the anchor.
    pub(in crate::formats) anchored: Range<usize>,
    pub(in crate::formats) shape: Shape,
    /// Something is left out inside.
    pub(in crate::formats) elided: bool,
    /// Something is left out inside or right beside it.
    pub(in crate::formats) open: bool,
}

/// The data of a node.
#[derive(Debug, Clone)]
pub(in crate::formats) enum Content {
    Map(Vec<Child>),
    List(Vec<Child>),
    Scalar(Scalar),
}

/// An entry of a map or a list.
#[derive(Debug, Clone)]
pub(in crate::formats) struct Child {
    /// The key by which the entry is found; empty in a list.
    pub(in crate::formats) key: Scalar,
    /// The key's text, in a dotted key its last part.
    pub(in crate::formats) key_span: Range<usize>,
    /// From the key, or the dash of a list, to the end of the value.
    pub(in crate::formats) span: Range<usize>,
    /// From the line of the key to the one of the value's last.
    pub(in crate::formats) lines: Range<usize>,
    /// The first line of the comments right above.
    pub(in crate::formats) lead: usize,
    /// Something is left out between the entry before and this one.
    pub(in crate::formats) parted: bool,
    pub(in crate::formats) node: Node,
}

impl Child {
    /// Returns whether it is words about the data and no data, found again by its text.
    pub(in crate::formats) fn is_comment(&self) -> bool {
        self.key.kind == Kind::Null && self.key.text.starts_with('#')
    }

    /// Returns whether the entry stands below headers of its own, apart from its siblings.
    pub(in crate::formats) fn is_apart(&self) -> bool {
        matches!(self.node.shape, Shape::Section { .. } | Shape::Loose)
    }
}

impl Node {
    pub(in crate::formats) fn new(content: Content, span: Range<usize>, shape: Shape) -> Self {
        Node {
            content,
            tag: None,
            anchored: span.clone(),
            span,
            shape,
            elided: false,
            open: false,
        }
    }

    pub(in crate::formats) fn scalar(
        kind: Kind,
        text: impl Into<String>,
        span: Range<usize>,
    ) -> Self {
        Node::new(Content::Scalar(Scalar::new(kind, text)), span, Shape::Flow)
    }

    /// Returns the entries of a map or a list; none for a scalar.
    pub(in crate::formats) fn children(&self) -> &[Child] {
        match &self.content {
            Content::Map(children) | Content::List(children) => children,
            Content::Scalar(_) => &[],
        }
    }

    pub(in crate::formats) fn children_mut(&mut self) -> &mut [Child] {
        match &mut self.content {
            Content::Map(children) | Content::List(children) => children,
            Content::Scalar(_) => &mut [],
        }
    }

    /// Returns the scalar that the value is, `None` for maps and lists.
    pub(in crate::formats) fn as_scalar(&self) -> Option<&Scalar> {
        if let Content::Scalar(scalar) = &self.content {
            Some(scalar)
        } else {
            None
        }
    }

    pub(in crate::formats) fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    pub(in crate::formats) fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    /// Returns whether nothing is written where a value could be.
    pub(in crate::formats) fn is_absent(&self) -> bool {
        self.span.is_empty()
            && self
                .as_scalar()
                .is_some_and(|scalar| scalar.kind == Kind::Null)
    }

    /// Returns the entry of a map; of several under one key the last, which is the one that counts.
    pub(in crate::formats) fn get(&self, key: &str) -> Option<&Child> {
        self.position(key).and_then(|at| self.children().get(at))
    }

    /// Returns the index of an entry of a map, of several under one key the last; `None` for lists
    /// and scalars.
    pub(in crate::formats) fn position(&self, key: &str) -> Option<usize> {
        if self.is_map() {
            self.children()
                .iter()
                .rposition(|child| child.key.text == key)
        } else {
            None
        }
    }

    /// Returns whether the block leaves something out in the value or stands dots for it.
    pub(in crate::formats) fn has_elision(&self) -> bool {
        self.elided || self.children().iter().any(|child| child.node.has_elision())
    }

    /// Returns whether the whole value is left out: dots in its place.
    pub(in crate::formats) fn is_elision(&self) -> bool {
        self.elided && self.as_scalar().is_some()
    }

    /// Counts the values that are no maps.
    pub(in crate::formats) fn leaves(&self) -> usize {
        if self.is_map() {
            self.children()
                .iter()
                .map(|child| child.node.leaves())
                .sum()
        } else {
            1
        }
    }

    /// Calls `see` with each entry below, parents first, and the entry that it stands in.
    pub(in crate::formats) fn visit<'n>(&'n self, see: &mut dyn FnMut(&'n Child)) {
        for child in self.children() {
            see(child);
            child.node.visit(see);
        }
    }

    /// Returns the value free of its place; comments that stand as entries are left out.
    pub(in crate::formats) fn value(&self) -> Value {
        let value = match &self.content {
            Content::Scalar(scalar) => Value::Scalar(scalar.clone()),
            Content::List(items) => {
                Value::List(items.iter().map(|item| item.node.value()).collect())
            }
            Content::Map(children) => {
                let said = children.iter().filter(|child| !child.is_comment());
                Value::Map(
                    said.map(|child| (child.key.text.clone(), child.node.value()))
                        .collect(),
                )
            }
        };
        match &self.tag {
            Some(tag) => Value::Tagged(tag.clone(), Box::new(value)),
            None => value,
        }
    }
}

/// Marks what a block leaves out: `elisions` are the places of dots and comments that say so.
pub(in crate::formats) fn mark_elisions(node: &mut Node, text: &str, elisions: &[usize]) {
    if !elisions.is_empty() {
        mark_elided_node(node, &Marks { text, elisions }, 0..text.len(), 0);
    }
}

/// The offsets of elisions in the text.
struct Marks<'a> {
    text: &'a str,
    elisions: &'a [usize],
}

impl Marks<'_> {
    /// Returns the column of an offset, in bytes from the start of its line.
    fn column(&self, at: usize) -> usize {
        at - self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Returns whether something is left out in a gap, at this column or a deeper one.
    fn any_in(&self, gap: &Range<usize>, column: usize) -> bool {
        self.elisions
            .iter()
            .any(|at| gap.contains(at) && self.column(*at) >= column)
    }
}

/// Marks a value that lies within the bounds; an absent one is what stands from `least` columns on.
fn mark_elided_node(node: &mut Node, marks: &Marks<'_>, bounds: Range<usize>, least: usize) {
    let absent = node.is_absent();
    // Only what stands at the column of the children or deeper is left out inside; less deep it is
    // left out beside.
    let (bounds, column) = match node.shape {
        _ if absent => (bounds, least),
        Shape::Flow => (node.span.clone(), 0),
        Shape::Block { column } => (bounds, column),
        Shape::Section { .. } | Shape::Dotted | Shape::Loose => (bounds, 0),
    };
    let scalar = node.as_scalar().is_some();
    let mut from = bounds.start;
    let (mut elided, mut open) = (false, false);
    let children = node.children_mut();
    let starts: Vec<usize> = children.iter().map(|child| child.span.start).collect();
    for (at, child) in children.iter_mut().enumerate() {
        let gap = from..child.span.start;
        child.parted = marks.any_in(&gap, 0);
        open |= child.parted;
        elided |= marks.any_in(&gap, column);
        let to = starts.get(at + 1).copied().unwrap_or(bounds.end);
        // A value without text may be meant by an elision that is indented deeper than its key.
        let least = marks.column(child.span.start) + 1;
        mark_elided_node(&mut child.node, marks, child.key_span.end..to, least);
        from = child.span.end;
    }
    if !scalar || absent {
        let gap = from..bounds.end;
        let inside = matches!(node.shape, Shape::Flow | Shape::Block { .. });
        // Between tables with headers nothing tells which of them leaves something out.
        node.elided |= inside && (elided || marks.any_in(&gap, column));
        node.open |= node.elided || open || marks.any_in(&gap, 0);
    }
}

/// Finds the places of the comments that say that something is left out.
pub(in crate::formats) fn find_elisions(source: &str, comments: &[Range<usize>]) -> Vec<usize> {
    let says = |span: &&Range<usize>| source.get((*span).clone()).is_some_and(is_elision_line);
    comments
        .iter()
        .filter(says)
        .map(|span| span.start)
        .collect()
}

/// Returns the first of the comment lines right above a line, down from `bound`.
///
/// Comments count that are indented as the line is, without a blank line between; elisions are
/// none.
pub(in crate::formats) fn lead_of(
    lines: &Lines<'_>,
    line: usize,
    bound: usize,
    sign: &str,
) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(lines.get(line));
    let above = (bound..line).rev().take_while(|&at| {
        let text = lines.get(at);
        text.trim_start().starts_with(sign) && indent(text) == own && !is_elision_line(text)
    });
    line - above.count()
}

/// Returns whether a text is dots in the place of a value.
pub(in crate::formats) fn is_dots(text: &str) -> bool {
    let text = text.trim();
    text == "\u{2026}" || text.starts_with("...") && text.trim_matches('.').is_empty()
}
