//! Writes what a merge decides into the file's text: in lines at the file's own indentation, in brackets with commas, below
//! headers. Nothing else of the text changes.
//!
//! ```text
//! {"a": 1}              + "b": 2       {"a": 1, "b": 2}         in brackets
//! a: 1                  + b: 2         a: 1 / b: 2              on lines, at the column of its siblings
//! [t] / a = 1           + b = 2        [t] / a = 1 / b = 2      below a header
//! ```

mod lines;

mod sections;

use std::cmp::Reverse;
use std::ops::Range;

use super::Syntax;
use super::tree::{Child, Content, Document, Node, Shape};
use crate::formats::list::{self, Brackets, Layout, Slot};
use crate::fuzzy::{self, Lines};
use crate::splice::{Splice, new_refusal};
use crate::{Graft, Reason, Refusal};

/// A value and the entry that it is the value of.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'n> {
    pub(super) node: &'n Node,
    pub(super) child: Option<&'n Child>,
}

impl At<'_> {
    /// Returns the first byte of the entry, of a value without one its own.
    pub(super) fn start_offset(&self) -> usize {
        self.child
            .map_or(self.node.span.start, |child| child.span.start)
    }
}

/// Where among the entries something new goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryPosition {
    /// Before the entry at this index.
    Before(usize),
    /// Behind the entry at this index.
    After(usize),
    End,
}

/// The new entries of a map or list.
#[derive(Debug)]
pub(super) struct Fresh<'m, 'n> {
    /// The form in which the block shows it.
    pub(super) shape: Shape,
    /// The keys that lead to the map or list.
    pub(super) path: &'m [String],
    pub(super) entries: &'m [(EntryPosition, &'n Child)],
}

/// The text of the file, and the changes to it.
pub(super) struct Writer<'a> {
    text: &'a str,
    /// The text of the block, into which its spans point.
    source: &'a str,
    syntax: &'a Syntax,
    /// The lines of the file.
    lines: Lines<'a>,
    /// The lines of the block.
    shown: Lines<'a>,
    layout: Layout,
    /// Columns of one step of indentation in the file and in the block.
    step: usize,
    shown_step: Option<usize>,
    /// Comments of the block that the file has no place for.
    cuts: Vec<Range<usize>>,
    /// The file's tables: the path of each and the line after its last entry.
    tables: Vec<(Vec<String>, usize)>,
    splice: Splice<'a>,
    /// New lines by the line before which they come; of those at one line the deepest come first.
    staged: Vec<(usize, Reverse<usize>, Vec<String>)>,
}

impl<'a> Writer<'a> {
    /// Prepares the writing of a block, `asked`, into a file, `there`.
    pub(super) fn new(
        text: &'a str,
        there: &Document,
        asked: &'a Document,
        syntax: &'a Syntax,
    ) -> Self {
        // A file of strict JSON gets no comments: strict readers would reject it.
        let plain = syntax.comment == "//" && there.comments.is_empty() && (syntax.strict)(text);
        let mut tables = Vec::new();
        there
            .roots
            .iter()
            .for_each(|root| sections::collect_tables(root, &mut Vec::new(), &mut tables));
        tables.sort_by_key(|(_, end)| *end);
        let mut layout = Layout::of_text(text);
        layout.on_one_line = syntax.comment == "#";
        Writer {
            text,
            source: &asked.source,
            syntax,
            lines: Lines::new(text),
            shown: Lines::new(&asked.source),
            layout,
            // Two columns where nothing in the file is indented.
            step: fuzzy::infer_indent_step(text.lines()).unwrap_or(2),
            shown_step: fuzzy::infer_indent_step(asked.source.lines()),
            cuts: if plain {
                asked.comments.clone()
            } else {
                Vec::new()
            },
            tables,
            splice: Splice::new(text),
            staged: Vec::new(),
        }
    }

    pub(super) fn add_evidence(&mut self, evidence: String) {
        self.splice.add_evidence(evidence);
    }

    /// Makes the answer, with the staged lines in their order.
    pub(super) fn finish(mut self) -> Graft {
        self.staged.sort_by_key(|(line, depth, _)| (*line, *depth));
        for (line, _, new) in &self.staged {
            fuzzy::stage_lines(&self.lines, *line..*line, new, &mut self.splice);
        }
        self.splice.finish()
    }

    /// Gives an empty file the block's content.
    pub(super) fn fill_file(&mut self) {
        let content = self.source.trim_end();
        if self.text.trim().is_empty() {
            self.splice
                .replace(0..self.text.len(), format!("{content}\n"));
        } else {
            self.splice.insert(self.text.len(), format!("{content}\n"));
        }
    }

    /// Puts new entries into a map or list.
    pub(super) fn insert_new_entries(
        &mut self,
        there: At<'_>,
        fresh: &Fresh<'_, '_>,
    ) -> Result<(), Refusal> {
        match there.node.shape {
            _ if fresh.entries.is_empty() => Ok(()),
            Shape::Flow => self.insert_in_brackets(there.node, fresh),
            Shape::Block { column } => self.insert_lines(there.node, column, fresh),
            Shape::Section { .. } | Shape::Dotted | Shape::Loose => {
                self.insert_in_tables(there.node, fresh)
            }
        }
    }

    /// Puts the block as a whole into a list in brackets.
    pub(super) fn insert_root(&mut self, list: At<'_>, block: &Node) -> Result<(), Refusal> {
        if list.node.shape != Shape::Flow || block.shape != Shape::Flow {
            return Err(unsupported_refusal(
                "a list that is not in brackets gets no entry without its dash",
            ));
        }
        let value = self
            .flow(block)
            .ok_or_else(|| unsupported_refusal("the block does not fit into brackets"))?;
        let first = list.node.children().first().map(|item| item.span.start);
        let indent = self.layout.child_indent(self.text, &list.node.span, first);
        let fresh = vec![(None, self.layout.dress(&value, &indent))];
        self.stage_in_brackets(list.node, fresh)
    }

    /// Inserts entries into a map or list in brackets.
    fn insert_in_brackets(&mut self, there: &Node, fresh: &Fresh<'_, '_>) -> Result<(), Refusal> {
        let indent = self.layout.child_indent(
            self.text,
            &there.span,
            there.children().first().map(|own| own.span.start),
        );
        let mut entries = Vec::new();
        for (spot, child) in fresh.entries {
            let entry = self.entry_text(child, fresh.shape)?;
            let after = match *spot {
                EntryPosition::End => None,
                EntryPosition::After(at) => Some(at),
                EntryPosition::Before(at) => Some(at.checked_sub(1).unwrap_or(usize::MAX)),
            };
            entries.push((after, self.layout.dress(&entry, &indent)));
        }
        self.stage_in_brackets(there, entries)
    }

    /// Stages entries in brackets, each behind the entry of an index, in the form of
    /// `list::insert_list_entries`.
    fn stage_in_brackets(
        &mut self,
        there: &Node,
        entries: Vec<(Option<usize>, String)>,
    ) -> Result<(), Refusal> {
        let open = self.text[there.span.clone()]
            .find(['[', '{'])
            .filter(|_| self.text[..there.span.end].ends_with([']', '}']));
        let start = there.span.start
            + open
                .ok_or_else(|| unsupported_refusal("a pair without braces gets no second one"))?;
        let slots: Vec<Slot> = there
            .children()
            .iter()
            .map(|child| Slot {
                span: child.span.clone(),
            })
            .collect();
        let brackets = Brackets {
            text: self.text,
            list: start..there.span.end,
            slots,
        };
        list::insert_list_entries(&self.layout, &brackets, entries, &mut self.splice);
        Ok(())
    }

    /// Returns an entry as it is written in brackets, or in one line of a table.
    fn entry_text(&self, child: &Child, shape: Shape) -> Result<String, Refusal> {
        let value = self
            .flow(&child.node)
            .ok_or_else(|| unsupported_refusal("a value of several lines does not fit here"))?;
        if child.key_span.is_empty() {
            return Ok(value);
        }
        let key = self.key_text(child);
        let apart = shape != Shape::Flow
            || self.source[child.key_span.end..]
                .trim_start()
                .starts_with(self.syntax.colon.trim());
        Ok(if apart && !value.is_empty() {
            format!("{key}{}{value}", self.syntax.colon)
        } else {
            format!("{key}{}", self.syntax.colon.trim_end())
        })
    }

    /// Returns the text of an entry's own key, without those before it in a dotted key or a header.
    fn key_text(&self, child: &Child) -> &'a str {
        self.source.get(child.key_span.clone()).unwrap_or_default()
    }

    /// Returns a value as it is written in brackets; none where it can't be.
    fn flow(&self, node: &Node) -> Option<String> {
        let own = self.source.get(node.anchored.clone())?;
        if node.shape == Shape::Flow {
            // A block scalar of YAML can't stand in brackets.
            let block_text = self.syntax.colon == ": " && own.starts_with(['|', '>']);
            return (!block_text).then(|| self.without_cuts(&node.anchored));
        }
        // A tag or an anchor would be lost if the value were written anew.
        if node.tag.is_some() || node.anchored.start < node.span.start {
            return None;
        }
        let value = |child: &Child| self.flow(&child.node);
        let pair = |child: &Child| {
            Some(format!(
                "{}{}{}",
                self.key_text(child),
                self.syntax.colon,
                value(child)?
            ))
        };
        let (open, close, parts): (_, _, Option<Vec<String>>) = match &node.content {
            Content::Map(children) => ("{", "}", children.iter().map(pair).collect()),
            Content::List(items) => ("[", "]", items.iter().map(value).collect()),
            Content::Scalar(_) => return None,
        };
        let pad = if self.syntax.colon == " = " && open == "{" {
            " "
        } else {
            ""
        };
        Some(format!("{open}{pad}{}{pad}{close}", parts?.join(", ")))
    }

    /// Returns text of the block without the comments that the file has no place for.
    fn without_cuts(&self, span: &Range<usize>) -> String {
        let inside = |cut: &&Range<usize>| span.start <= cut.start && cut.end <= span.end;
        let cuts: Vec<&Range<usize>> = self.cuts.iter().filter(inside).collect();
        let mut out = String::new();
        let mut at = span.start;
        for cut in &cuts {
            out.push_str(&self.source[at..cut.start]);
            at = cut.end;
        }
        out.push_str(&self.source[at..span.end]);
        let kept = |line: &&str| cuts.is_empty() || !line.trim().is_empty();
        out.lines()
            .filter(kept)
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Stages lines before a line of the file; of those at one line the deeper ones come first.
    fn stage(&mut self, line: usize, depth: usize, new: Vec<String>) {
        self.staged.push((line, Reverse(depth), new));
    }
}

/// Makes the refusal of a change that can't be written in the file's form.
fn unsupported_refusal(message: &str) -> Refusal {
    new_refusal(Reason::Unsupported, message)
}
