//! Reads formats of one entry a line: entries with the comments and blank lines that lead to them.
//!
//! ```text
//! # cache
//! REDIS_URL=redis://      one entry, which `lead`s with the comment; in a file the comment is an entry, too
//! ```

use std::ops::Range;

use super::tree::{Child, Content, Document, Extent, Node, Role, Shape, mark_elisions};
use super::value::{Kind, Scalar};
use crate::formats::wording::is_elision_line;
use crate::fuzzy::Lines;

/// An entry that a format found, before it has its lines.
#[derive(Debug)]
pub(in crate::formats) struct Found {
    /// The name by which the entry is found.
    pub(in crate::formats) key: String,
    pub(in crate::formats) key_span: Range<usize>,
    /// The value with its place in the text.
    pub(in crate::formats) node: Node,
    /// Where its last line ends, comment included.
    pub(in crate::formats) end: usize,
}

impl Found {
    /// Makes an entry of a line that has a key and no value.
    pub(in crate::formats) fn bare(text: &str, span: Range<usize>) -> Self {
        let node = Node::scalar(Kind::Null, "", span.end..span.end);
        Found {
            key: text.to_owned(),
            key_span: span.clone(),
            node,
            end: span.end,
        }
    }
}

/// Reads a text line by line; `entry` reads the entry that begins at a byte, which is the first of its line that is no
/// blank. A line that is none is an error in a block, and passed over in a file.
pub(in crate::formats) fn read_lines(
    text: &str,
    role: Role,
    entry: impl Fn(usize) -> Result<Found, String>,
) -> Result<Document, String> {
    let lines = Lines::new(text);
    // `lead` is the first line that belongs to the next entry: comments and blank lines above it.
    let mut children: Vec<Child> = Vec::new();
    let (mut elisions, mut lead, mut comments) = (Vec::new(), 0, Vec::new());
    let mut line = 0;
    while line < lines.len() {
        let content = lines.get(line).trim();
        let start =
            lines.line_start(line) + (lines.get(line).len() - lines.get(line).trim_start().len());
        let first = line;
        line += 1;
        if role == Role::Block && is_elision_line(content) {
            elisions.push(start);
            (lead, comments) = (line, Vec::new());
        } else if content.starts_with('#') {
            comments.push((first, start..start + content.len()));
        } else if !content.is_empty() {
            match entry(start) {
                Err(error) if role == Role::Block => return Err(error),
                Err(_) => {}
                Ok(found) => {
                    let last = lines.line_at(found.end);
                    line = last + 1;
                    if role == Role::File {
                        children.extend(
                            comments
                                .drain(..)
                                .map(|comment| comment_entry(text, comment)),
                        );
                    }
                    comments.clear();
                    children.push(Child {
                        key: Scalar::new(Kind::Text, found.key),
                        key_span: found.key_span,
                        span: start..found.node.span.end.max(start),
                        lines: first..line,
                        lead,
                        parted: false,
                        node: found.node,
                    });
                }
            }
            lead = line;
        }
    }
    let trailing = comments.into_iter().map(|comment| {
        let mut child = comment_entry(text, comment);
        if role == Role::Block {
            child.lead = std::mem::replace(&mut lead, child.lines.end);
        }
        child
    });
    children.extend(trailing.collect::<Vec<_>>());
    Ok(document_of(text, children, &elisions))
}

/// Makes a document of the entries of a text and the places where lines are left out.
fn document_of(text: &str, children: Vec<Child>, elisions: &[usize]) -> Document {
    let mut root = Node::new(
        Content::Map(children),
        0..text.len(),
        Shape::Block { column: 0 },
    );
    mark_elisions(&mut root, text, elisions);
    Document {
        source: text.to_owned(),
        roots: vec![root],
        comments: Vec::new(),
        extent: Extent::Flush,
    }
}

/// Makes a comment an entry: it is the same where its words are.
fn comment_entry(text: &str, (line, span): (usize, Range<usize>)) -> Child {
    Child {
        key: Scalar::new(Kind::Null, &text[span.clone()]),
        key_span: span.clone(),
        node: Node::scalar(Kind::Null, "", span.end..span.end),
        span,
        lines: line..line + 1,
        lead: line,
        parted: false,
    }
}
