//! Entries on lines of their own, at a column.
//!
//! ```text
//! services:            + worker: {…}      services:
//!   web: …                                  web: …
//!                                           worker: …      at the column of its siblings, below the one before it
//! ```

use std::ops::Range;

use super::{At, EntryPosition, Fresh, Writer, unsupported_refusal};
use crate::Refusal;
use crate::formats::data::tree::{Child, Node, Shape};
use crate::formats::wording::is_elision_line;

impl Writer<'_> {
    /// Inserts new entries of a block collection on lines of their own, each at its place among the
    /// file's entries.
    pub(super) fn insert_lines(
        &mut self,
        there: &Node,
        column: usize,
        fresh: &Fresh<'_, '_>,
    ) -> Result<(), Refusal> {
        let known = there.children();
        let blank = |pair: &[Child]| {
            (pair[0].lines.end..pair[1].lead).any(|line| self.lines.get(line).trim().is_empty())
        };
        // All entries have blank lines between them: new ones get one, too.
        let spaced = !self.syntax.by_line && known.len() > 1 && known.windows(2).all(blank);
        for (spot, child) in fresh.entries {
            let mut new = self.entry_lines(child, fresh.shape, column)?;
            let line = match *spot {
                EntryPosition::Before(at) => known.get(at).map_or(0, |next| next.lead),
                EntryPosition::After(at) => known.get(at).map_or(0, |last| last.lines.end),
                EntryPosition::End => known.last().map_or(0, |last| last.lines.end),
            };
            if matches!(spot, EntryPosition::Before(0))
                && !known.is_empty()
                && self.starts_inside_a_line(&known[0])
            {
                return Err(unsupported_refusal(
                    "what stands first on the line of a dash can't get anything before it",
                ));
            }
            match spot {
                _ if !spaced => {}
                EntryPosition::Before(_) => new.push(String::new()),
                EntryPosition::After(_) | EntryPosition::End => new.insert(0, String::new()),
            }
            // In a format of single lines no blank line of the block is added where the file has
            // one already.
            if self.syntax.by_line
                && self.lines.get(line).trim().is_empty()
                && line < self.lines.len()
            {
                let kept = new
                    .iter()
                    .rposition(|line| !line.trim().is_empty())
                    .map_or(0, |last| last + 1);
                new.truncate(kept);
            }
            self.stage(line.min(self.lines.len()), fresh.path.len(), new);
        }
        Ok(())
    }

    /// Returns whether something stands before an entry on its first line, as the dash does before
    /// the first key of a map in a list.
    fn starts_inside_a_line(&self, child: &Child) -> bool {
        !self.text[self.lines.line_start(child.lines.start)..child.span.start]
            .trim()
            .is_empty()
    }

    /// Gives a key without a value one that has parts.
    ///
    /// Entries on lines go below the key, one step deeper; any other value goes in as by
    /// [`Self::replace_value`]. Refused where there is no key.
    pub(in crate::formats::data) fn fill(
        &mut self,
        there: At<'_>,
        asked: At<'_>,
    ) -> Result<(), Refusal> {
        let Some(child) = there.child else {
            return Err(unsupported_refusal("the file has no entry to fill"));
        };
        if !matches!(asked.node.shape, Shape::Block { .. }) {
            return self.replace_value(there, asked);
        }
        let own = child.span.start - self.lines.line_start(child.lines.start);
        let deeper = own + self.step;
        let mut new = Vec::new();
        for entry in asked.node.children() {
            new.extend(self.entry_lines(entry, asked.node.shape, deeper)?);
        }
        // Behind whatever else is staged for this line.
        self.stage(child.lines.start + 1, usize::MAX, new);
        Ok(())
    }

    /// Puts a value in the place of another.
    ///
    /// Refused where the file's value is a table with headers or dotted keys.
    pub(in crate::formats::data) fn replace_value(
        &mut self,
        there: At<'_>,
        asked: At<'_>,
    ) -> Result<(), Refusal> {
        let (old, new) = (there.node, asked.node);
        if !matches!(old.shape, Shape::Flow | Shape::Block { .. }) {
            return Err(unsupported_refusal("a table is not replaced by a value"));
        }
        // The column of the value, to which its later lines are moved.
        let column = there.start_offset()
            - self
                .lines
                .line_start(self.lines.line_at(there.start_offset()));
        if let Shape::Block { .. } = new.shape {
            let inner = if let Shape::Block { column } = old.shape {
                column
            } else {
                column + self.step
            };
            return self.replace_by_lines(there, new, inner);
        }
        let span = if new.anchored.start < new.span.start {
            old.anchored.clone()
        } else {
            old.span.clone()
        };
        let written = self.without_cuts(&new.anchored);
        let text = if self.syntax.comment == "//" {
            self.layout
                .dress(&written, &self.layout.indent_at(self.text, span.start))
        } else if self.syntax.colon == ": " {
            let from = asked
                .child
                .map_or(0, |child| self.shown_column(child.span.start));
            shift_columns(&written, from, column)
        } else {
            written
        };
        // A value on lines gives way to one in brackets, which goes behind the colon of its key.
        let brackets = matches!(old.shape, Shape::Block { .. });
        if brackets && there.child.is_some_and(|child| !child.key_span.is_empty()) {
            let key = there.child.map_or(span.start, |child| child.key_span.end);
            let colon = self.text[key..span.start]
                .find(':')
                .map_or(span.start, |colon| key + colon + 1);
            self.splice.replace(colon..span.end, format!(" {text}"));
        } else {
            let gap = if old.is_absent() { " " } else { "" };
            self.splice.replace(span, format!("{gap}{text}"));
        }
        Ok(())
    }

    /// Puts a value of several lines, its entries from a column on, in the place of another: below the key, or behind the dash.
    ///
    /// Refused in brackets, where no lines can stand.
    fn replace_by_lines(
        &mut self,
        there: At<'_>,
        new: &Node,
        column: usize,
    ) -> Result<(), Refusal> {
        let old = there.node;
        let Some(child) = there.child.filter(|child| !self.is_in_brackets(child)) else {
            return Err(unsupported_refusal(
                "a value of several lines does not fit here",
            ));
        };
        let mut text = String::new();
        for entry in new.children() {
            text.extend(
                self.entry_lines(entry, new.shape, column)?
                    .iter()
                    .flat_map(|line| ["\n", line]),
            );
        }
        if child.key_span.is_empty() {
            let text = text.trim_start().to_owned();
            self.splice.replace(old.anchored.start..old.span.end, text);
            return Ok(());
        }
        let key = child.key_span.end.max(child.span.start);
        let from = self.text[key..old.anchored.start.max(key)]
            .find([':', '-'])
            .map_or(key, |sign| key + sign + 1);
        self.splice.replace(from..old.span.end, text);
        Ok(())
    }

    /// Returns whether more than dashes stands before an entry on its line.
    ///
    /// For `a` it is so in `x: {a: 1}`, and not in `- a: 1`.
    fn is_in_brackets(&self, child: &Child) -> bool {
        let line = &self.text[self.lines.line_start(child.lines.start)..child.span.start];
        !line.trim_start_matches([' ', '-']).is_empty()
    }

    /// Returns the column that an offset of the block has there.
    pub(super) fn shown_column(&self, at: usize) -> usize {
        at - self.shown.line_start(self.shown.line_at(at))
    }

    /// Returns an entry's lines, with the comments above it, from this column on.
    pub(super) fn entry_lines(
        &self,
        child: &Child,
        shape: Shape,
        column: usize,
    ) -> Result<Vec<String>, Refusal> {
        if shape == Shape::Flow || shape == Shape::Dotted {
            let dash = if child.key_span.is_empty() { "- " } else { "" };
            let text = format!("{dash}{}", self.entry_text(child, shape)?);
            let indent = " ".repeat(column);
            return Ok(text.lines().map(|line| format!("{indent}{line}")).collect());
        }
        let mut new = self.lead(child, column);
        new.extend(self.moved(child.lines.clone(), child.span.start, column));
        Ok(new)
    }

    /// Returns the comments that lead to an entry.
    fn lead(&self, child: &Child, column: usize) -> Vec<String> {
        let shown = (child.lead..child.lines.start).map(|line| self.shown.get(line).trim());
        // A comment that the file has already is not repeated in a format of single lines.
        let known = |line: &&str| {
            self.syntax.by_line
                && !line.is_empty()
                && (0..self.lines.len()).any(|at| self.lines.get(at).trim() == *line)
        };
        let lead: Vec<&str> = shown
            .filter(|line| !is_elision_line(line) && !known(line))
            .collect();
        if lead.iter().all(|line| line.is_empty()) {
            return Vec::new();
        }
        let indent = " ".repeat(column);
        lead.into_iter()
            .map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("{indent}{line}")
                }
            })
            .collect()
    }

    /// Returns lines of the block, the first from byte `start` on, at another indentation; in the file's own steps where all of
    /// them are whole steps.
    pub(super) fn moved(&self, lines: Range<usize>, start: usize, to: usize) -> Vec<String> {
        let from = self.shown_column(start);
        let first = lines.start;
        let shown: Vec<&str> = lines
            .map(|line| {
                if line == first {
                    &self.source[start..self.shown.end(line)]
                } else {
                    self.shown.get(line)
                }
            })
            .collect();
        let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let depth = |at: usize| {
            if at == 0 {
                0
            } else {
                width(shown[at]).saturating_sub(from)
            }
        };
        // Lines of block scalars and lists in them hang on exact columns, so they are moved but not
        // scaled.
        let fixed = |line: &&str| {
            line.trim_end().ends_with(['|', '>', '-', '+']) || line.trim_start().starts_with('-')
        };
        let steps = self.shown_step.filter(|&step| {
            step != self.step
                && (0..shown.len()).all(|at| depth(at) % step == 0)
                && !shown.iter().any(fixed)
        });
        let moved = |at: usize| {
            let line = shown[at];
            let depth = steps.map_or(depth(at), |step| depth(at) / step * self.step);
            let bare = if at == 0 {
                line
            } else {
                line.trim_start_matches(' ')
            };
            if line.trim().is_empty() {
                String::new()
            } else {
                " ".repeat(to + depth) + bare.trim_end()
            }
        };
        (0..shown.len()).map(moved).collect()
    }
}

/// Moves the lines of a text after its first from one column to another.
///
/// Blank lines become empty, and no line moves left of the margin.
fn shift_columns(text: &str, from: usize, to: usize) -> String {
    let line = |(at, line): (usize, &str)| {
        let bare = line.trim_start_matches(' ');
        if at == 0 || bare.is_empty() {
            return line.trim_end().to_owned();
        }
        " ".repeat((line.len() - bare.len() + to).saturating_sub(from)) + bare
    };
    text.lines()
        .enumerate()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
