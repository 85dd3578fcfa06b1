//! A parsed text as lists of items: each definition, member, statement or entry with its comments and decorators.

use std::ops::Range;

use tree_sitter::{InputEdit, Node, Parser, Point, Tree};

use crate::Edit;
use crate::languages::{Kind, Language, List, flat, text};
use crate::markers::is_elision;

/// A text with its tree.
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) language: &'static dyn Language,
    tree: Tree,
}

/// One item of a list.
#[derive(Debug, Clone)]
pub(crate) struct Item<'t> {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) variant: String,
    /// The whole item, `export` and (but for methods of a class in JavaScript) decorators included.
    pub(crate) node: Node<'t>,
    /// The definition itself.
    pub(crate) core: Node<'t>,
    /// Where the comments right above begin, or the decorators, or the item.
    pub(crate) start: usize,
    /// Where the decorators begin, or the item.
    pub(crate) head: usize,
    /// Where the definition begins, after decorators, with `export`.
    pub(crate) bare: usize,
    /// Where the code ends, with its semicolon.
    pub(crate) code_end: usize,
    /// Where a comment on the same line ends.
    pub(crate) end: usize,
}

impl Item<'_> {
    pub(crate) fn whole(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(crate) fn has_decorators(&self) -> bool {
        self.head < self.bare
    }

    pub(crate) fn has_comments(&self) -> bool {
        self.start < self.head
    }

    /// Whether the item has a name that may stand only once among its siblings.
    pub(crate) fn is_definition(&self) -> bool {
        matches!(self.kind, Kind::Class | Kind::Function | Kind::Value | Kind::Type)
    }
}

impl<'a> Source<'a> {
    /// Parses the text; `None` only where the parser itself fails.
    pub(crate) fn parse(text: &'a str, language: &'static dyn Language) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar()).ok()?;
        let tree = parser.parse(text, None)?;
        Some(Source { text, language, tree })
    }

    /// Parses what edits, in the order of this text, made of it; only what they touch is read anew.
    pub(crate) fn after<'b>(&self, edits: &[Edit], text: &'b str) -> Option<Source<'b>> {
        let mut parser = Parser::new();
        parser.set_language(&self.language.grammar()).ok()?;
        let mut tree = self.tree.clone();
        let (mut lines, mut at) = (Point::new(0, 0), 0);
        let mut spans = Vec::with_capacity(edits.len());
        for edit in edits {
            let start = advance(lines, self.text.get(at..edit.old.start)?);
            let end = advance(start, self.text.get(edit.old.clone())?);
            spans.push((edit, start, end));
            (lines, at) = (end, edit.old.end);
        }
        for (edit, start, end) in spans.into_iter().rev() {
            tree.edit(&InputEdit {
                start_byte: edit.old.start,
                old_end_byte: edit.old.end,
                new_end_byte: edit.old.start + edit.new.len(),
                start_position: start,
                old_end_position: end,
                new_end_position: advance(start, &edit.new),
            });
        }
        let tree = parser.parse(text, Some(&tree))?;
        Some(Source { text, language: self.language, tree })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    pub(crate) fn has_error(&self) -> bool {
        self.tree.root_node().has_error()
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The items of a list node, in order; empty for a node that is no list.
    pub(crate) fn items<'t>(&self, list: Node<'t>) -> Vec<Item<'t>> {
        let Some(kind) = self.language.list(list) else { return Vec::new() };
        let mut reader = Reader { source: self, list: kind, items: Vec::new(), pending: None };
        reader.leading_comments(list);
        let mut cursor = list.walk();
        for child in list.children(&mut cursor) {
            reader.read(child);
        }
        reader.flush();
        reader.items
    }

    /// The text from the start of its line to `at`, where that is blank.
    pub(crate) fn indent(&self, at: usize) -> &'a str {
        let line = line_start(self.text, at);
        let head = self.slice(line..at);
        let blank = head.len() - head.trim_start().len();
        head.get(..blank).unwrap_or_default()
    }
}

/// Where a text ends that begins at a point.
fn advance(from: Point, text: &str) -> Point {
    match text.rfind('\n') {
        None => Point::new(from.row, from.column + text.len()),
        Some(last) => {
            let rows = text.bytes().filter(|&byte| byte == b'\n').count();
            Point::new(from.row + rows, text.len() - last - 1)
        }
    }
}

/// The start of the line that holds `at`.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// The end of the line that holds `at`, before its line end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline);
    if text.get(at..end).is_some_and(|line| line.ends_with('\r')) { end - 1 } else { end }
}

struct Pending<'t> {
    start: usize,
    end: usize,
    row: usize,
    /// Where decorators begin, once one was seen.
    decorators: Option<usize>,
    node: Node<'t>,
}

struct Reader<'s, 'a, 't> {
    source: &'s Source<'a>,
    list: List,
    items: Vec<Item<'t>>,
    pending: Option<Pending<'t>>,
}

impl<'t> Reader<'_, '_, 't> {
    /// Python's grammar hangs comments that open a block beside the block, not into it.
    fn leading_comments(&mut self, list: Node<'t>) {
        // Most blocks begin right behind the colon, which the text tells sooner than the tree.
        if list.kind() != "block" || self.source.slice(0..list.start_byte()).trim_end().ends_with(':') {
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
                if before.is_some_and(|colon| colon.end_position().row == comment.start_position().row) {
                    continue;
                }
                self.read(comment);
            }
        }
    }

    fn read(&mut self, child: Node<'t>) {
        match child.kind() {
            "comment" | "html_comment" => self.comment(child),
            "decorator" => self.decorator(child),
            ";" => {
                if let Some(last) =
                    self.items.last_mut().filter(|last| self.pending.is_none() && last.code_end == child.start_byte())
                {
                    last.code_end = child.end_byte();
                    last.end = last.end.max(child.end_byte());
                }
            }
            _ if child.is_named() => self.item(child),
            _ => {}
        }
    }

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
        if is_elision(text(child, self.source.text)) {
            self.flush();
            self.push(Kind::Marker, child);
            return;
        }
        if self.pending.as_ref().is_some_and(|pending| row > pending.row + 1) {
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

    fn decorator(&mut self, child: Node<'t>) {
        if self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.decorators.is_none() && child.start_position().row > pending.row + 1)
        {
            self.flush();
        }
        let start = child.start_byte();
        let pending = self.pending.get_or_insert(Pending { start, end: start, row: 0, decorators: None, node: child });
        pending.decorators.get_or_insert(start);
        pending.end = child.end_byte();
        pending.row = child.end_position().row;
    }

    fn item(&mut self, child: Node<'t>) {
        let shape = self.source.language.shape(child, self.source.text, self.list);
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

    fn push(&mut self, kind: Kind, node: Node<'t>) {
        self.items.push(Item {
            kind,
            name: flat(text(node, self.source.text)),
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

    fn flush(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.push(Kind::Comment, pending.node);
            if let Some(last) = self.items.last_mut() {
                last.code_end = pending.end;
                last.end = pending.end;
                last.name = flat(self.source.slice(pending.start..pending.end));
            }
        }
    }
}

/// Where the definition begins in a node that carries its decorators as children.
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
