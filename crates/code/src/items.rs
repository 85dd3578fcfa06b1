//! A parsed text as lists of items: each definition, member, statement or entry with its comments
//! and decorators.
//!
//! ```text
//! # Sends mail.         start
//! @task                 head
//! def send(): …         bare … code_end
//!     pass  # later     end, behind the comment on the last line
//! ```
//!
//! A text right below a field of Python documents that field and ends with it.

use std::ops::Range;

use tree_sitter::{InputEdit, Node, Point, Tree};

use crate::definitions::{Kind, List, Shape};
use crate::languages::{Language, flatten, node_text};

/// The marks by which a text leaves something out. Files of a project don't; snippets do.
#[derive(Debug, Clone, Copy)]
pub struct Elisions {
    /// Returns whether a comment, with its signs, stands for code.
    pub is_comment: fn(&str) -> bool,
    /// Returns what becomes of an item: a statement or entry may stand for code, or `...` be a
    /// value after all.
    pub adjust: for<'t> fn(Shape<'t>, Node<'t>, &str) -> Shape<'t>,
}

impl Elisions {
    /// Nothing is left out.
    pub const NONE: Elisions = Elisions {
        is_comment: |_| false,
        adjust: |shape, _, _| shape,
    };
}

/// A text with its tree.
#[derive(Debug)]
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
    tree: Tree,
    elisions: Elisions,
}

/// A stretch of a text that other text took the place of.
#[derive(Debug, Clone, Copy)]
pub struct Replaced<'a> {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ended before.
    pub end: usize,
    /// The text that stands there now.
    pub new: &'a str,
}

/// One item of a list.
#[derive(Debug, Clone)]
pub struct Item<'t> {
    /// Its kind.
    pub kind: Kind,
    /// Its name among its siblings.
    pub name: String,
    /// Tells accessors, overloads and signatures of one name apart; empty for the plain form.
    pub variant: String,
    /// The whole item, `export` and (but for methods of a class in JavaScript) decorators included.
    pub node: Node<'t>,
    /// The definition itself.
    pub core: Node<'t>,
    /// Where the comments right above begin, or the decorators, or the item.
    pub start: usize,
    /// Where the decorators begin, or the item.
    pub head: usize,
    /// Where the definition begins, after decorators, with `export`.
    pub bare: usize,
    /// Where the code ends, with its semicolon.
    pub code_end: usize,
    /// Where a comment on the same line ends.
    pub end: usize,
}

impl Item<'_> {
    /// Returns its bytes, comments above and behind included.
    #[must_use]
    pub fn whole(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns whether decorators stand above it.
    #[must_use]
    pub fn has_decorators(&self) -> bool {
        self.head < self.bare
    }

    /// Returns whether comments stand above it.
    #[must_use]
    pub fn has_comments(&self) -> bool {
        self.start < self.head
    }

    /// Returns whether the item has a name that may stand only once among its siblings.
    #[must_use]
    pub fn is_definition(&self) -> bool {
        matches!(
            self.kind,
            Kind::Class | Kind::Function | Kind::Value | Kind::Type
        )
    }
}

impl<'a> Source<'a> {
    /// Parses the text; `None` only where the parser itself fails.
    #[must_use]
    pub fn parse(text: &'a str, language: Language, elisions: Elisions) -> Option<Self> {
        let tree = language.parse(text)?;
        Some(Source {
            text,
            language,
            tree,
            elisions,
        })
    }

    /// Parses what replacements, in the order of this text, made of it; only what they touch is
    /// read anew.
    #[must_use]
    pub fn after<'b>(&self, replaced: &[Replaced<'_>], text: &'b str) -> Option<Source<'b>> {
        let mut tree = self.tree.clone();
        let (mut lines, mut at) = (Point::new(0, 0), 0);
        let mut spans = Vec::with_capacity(replaced.len());
        for one in replaced {
            let start = advance_point(lines, self.text.get(at..one.start)?);
            let end = advance_point(start, self.text.get(one.start..one.end)?);
            spans.push((one, start, end));
            (lines, at) = (end, one.end);
        }
        for (one, start, end) in spans.into_iter().rev() {
            tree.edit(&InputEdit {
                start_byte: one.start,
                old_end_byte: one.end,
                new_end_byte: one.start + one.new.len(),
                start_position: start,
                old_end_position: end,
                new_end_position: advance_point(start, one.new),
            });
        }
        let tree = self.language.parse_after(text, Some(&tree))?;
        Some(Source {
            text,
            language: self.language,
            tree,
            elisions: self.elisions,
        })
    }

    /// Returns the node of the whole text.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// Returns whether something does not parse.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.tree.root_node().has_error()
    }

    /// Returns a part of the text; empty where it is none.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// Returns the items of a list node, in order; empty for a node that is no list.
    #[must_use]
    pub fn items<'t>(&self, list: Node<'t>) -> Vec<Item<'t>> {
        let Some(kind) = self.language.list(list) else {
            return Vec::new();
        };
        let mut reader = Reader {
            source: self,
            list: kind,
            items: Vec::new(),
            pending: None,
        };
        reader.leading_comments(list);
        let mut cursor = list.walk();
        for child in list.children(&mut cursor) {
            reader.read_child(child);
        }
        reader.flush();
        reader.items
    }

    /// Returns the text from the start of its line to `at`, where that is blank.
    #[must_use]
    pub fn indent(&self, at: usize) -> &'a str {
        let line = line_start(self.text, at);
        let head = self.slice(line..at);
        let blank = head.len() - head.trim_start().len();
        head.get(..blank).unwrap_or_default()
    }
}

/// Returns the point at which a text ends that begins at a point.
fn advance_point(from: Point, text: &str) -> Point {
    match text.rfind('\n') {
        None => Point::new(from.row, from.column + text.len()),
        Some(last) => {
            let rows = text.bytes().filter(|&byte| byte == b'\n').count();
            Point::new(from.row + rows, text.len() - last - 1)
        }
    }
}

/// Returns the start of the line that holds `at`.
#[must_use]
pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|head| head.rfind('\n'))
        .map_or(0, |newline| newline + 1)
}

/// Returns the end of the line that holds `at`, before its line end.
#[must_use]
pub fn line_end(text: &str, at: usize) -> usize {
    let end = text
        .get(at..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |newline| at + newline);
    if text.get(at..end).is_some_and(|line| line.ends_with('\r')) {
        end - 1
    } else {
        end
    }
}

/// Comments and decorators that wait for the item below them.
struct Pending<'t> {
    /// The first byte of the first of them.
    start: usize,
    /// The byte behind the last of them.
    end: usize,
    /// The row on which the last of them ends.
    row: usize,
    /// Where decorators begin, once one was seen.
    decorators: Option<usize>,
    /// The first of them, which stands for a comment of its own if no item follows.
    node: Node<'t>,
}

/// Reads the children of a list one by one.
struct Reader<'s, 'a, 't> {
    source: &'s Source<'a>,
    list: List,
    items: Vec<Item<'t>>,
    pending: Option<Pending<'t>>,
}

impl<'t> Reader<'_, '_, 't> {
    /// Reads the comments that open a block, which Python's grammar hangs beside the block, not
    /// into it.
    fn leading_comments(&mut self, list: Node<'t>) {
        // Most blocks begin right behind the colon, which the text tells sooner than the tree.
        if list.kind() != "block"
            || self
                .source
                .slice(0..list.start_byte())
                .trim_end()
                .ends_with(':')
        {
            return;
        }
        let mut comments = Vec::new();
        let mut before = list.prev_sibling();
        while let Some(node) = before.filter(|node| node.kind() == "comment") {
            comments.push(node);
            before = node.prev_sibling();
        }
        if before.is_some_and(|node| node.kind() == ":") {
            for comment in comments.into_iter().rev() {
                // A comment on the line of the colon belongs to the head.
                if before
                    .is_some_and(|colon| colon.end_position().row == comment.start_position().row)
                {
                    continue;
                }
                self.read_child(comment);
            }
        }
    }

    /// Reads a child: an item, or what belongs to one.
    fn read_child(&mut self, child: Node<'t>) {
        match child.kind() {
            "comment" | "html_comment" => self.comment(child),
            "decorator" => self.decorator(child),
            ";" => {
                if let Some(last) = self
                    .items
                    .last_mut()
                    .filter(|last| self.pending.is_none() && last.code_end == child.start_byte())
                {
                    last.code_end = child.end_byte();
                    last.end = last.end.max(child.end_byte());
                }
            }
            _ if child.is_named() => self.item(child),
            _ => {}
        }
    }

    /// Reads a comment: of the item on its line, of the item below it, or an elision.
    fn comment(&mut self, child: Node<'t>) {
        let row = child.start_position().row;
        if self.pending.is_none()
            && let Some(last) = self.items.last_mut()
            && last.kind != Kind::Comment
            && last.node.end_position().row == row
            && last.start != child.start_byte()
        {
            last.end = child.end_byte();
            return;
        }
        if (self.source.elisions.is_comment)(node_text(child, self.source.text)) {
            self.flush();
            self.push(Kind::Marker, child);
            return;
        }
        // A blank line parts comments, and those above it from the item.
        if self
            .pending
            .as_ref()
            .is_some_and(|pending| row > pending.row + 1)
        {
            self.flush();
        }
        match &mut self.pending {
            Some(pending) => {
                pending.end = child.end_byte();
                pending.row = child.end_position().row;
            }
            None => {
                self.pending = Some(Pending {
                    start: child.start_byte(),
                    end: child.end_byte(),
                    row: child.end_position().row,
                    decorators: None,
                    node: child,
                });
            }
        }
    }

    /// Reads a decorator that is a sibling of its method, as in JavaScript.
    fn decorator(&mut self, child: Node<'t>) {
        if self.pending.as_ref().is_some_and(|pending| {
            pending.decorators.is_none() && child.start_position().row > pending.row + 1
        }) {
            self.flush();
        }
        let start = child.start_byte();
        let pending = self.pending.get_or_insert(Pending {
            start,
            end: start,
            row: 0,
            decorators: None,
            node: child,
        });
        pending.decorators.get_or_insert(start);
        pending.end = child.end_byte();
        pending.row = child.end_position().row;
    }

    /// Reads an item, with the comments and decorators that wait for it. Comments go with it only
    /// from right above.
    fn item(&mut self, child: Node<'t>) {
        let shape = self
            .source
            .language
            .shape(child, self.source.text, self.list);
        let shape = (self.source.elisions.adjust)(shape, child, self.source.text);
        // The text right below a field documents the field.
        if shape.kind == Kind::Docstring
            && self.pending.is_none()
            && let Some(field) = self.items.last_mut()
            && field.kind == Kind::Value
            && child.start_position().row == field.node.end_position().row + 1
        {
            field.code_end = child.end_byte();
            field.end = child.end_byte();
            return;
        }
        let mut start = child.start_byte();
        let mut head = start;
        if let Some(pending) = self.pending.take() {
            let near = child.start_position().row <= pending.row + 1;
            if (near || pending.decorators.is_some()) && shape.kind != Kind::Marker {
                start = pending.start;
                head = pending.decorators.unwrap_or(head);
            } else {
                self.pending = Some(pending);
                self.flush();
            }
        }
        let bare = after_decorators(child).unwrap_or_else(|| child.start_byte());
        self.items.push(Item {
            kind: shape.kind,
            name: shape.name,
            variant: shape.variant,
            node: child,
            core: shape.core,
            start,
            head,
            bare,
            code_end: child.end_byte(),
            end: child.end_byte(),
        });
    }

    /// Adds an item that is nothing but a node: an elision, or a comment of its own.
    fn push(&mut self, kind: Kind, node: Node<'t>) {
        self.items.push(Item {
            kind,
            name: flatten(node_text(node, self.source.text)),
            variant: String::new(),
            node,
            core: node,
            start: node.start_byte(),
            head: node.start_byte(),
            bare: node.start_byte(),
            code_end: node.end_byte(),
            end: node.end_byte(),
        });
    }

    /// Ends what waits: it becomes a comment of its own.
    fn flush(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.push(Kind::Comment, pending.node);
            if let Some(last) = self.items.last_mut() {
                last.code_end = pending.end;
                last.end = pending.end;
                last.name = flatten(self.source.slice(pending.start..pending.end));
            }
        }
    }
}

/// Returns the byte at which the definition begins in a node that carries its decorators as
/// children; `None` without decorators.
fn after_decorators(node: Node<'_>) -> Option<usize> {
    let mut cursor = node.walk();
    let mut seen = false;
    for child in node.children(&mut cursor) {
        if child.kind() == "decorator" {
            seen = true;
        } else if child.kind() != "comment" {
            return seen.then(|| child.start_byte());
        }
    }
    None
}
