//! Inserts new items as whole lines, with the blank lines that the file has between such neighbours.
//!
//! ```text
//! def first():            first and second are functions of a module: two blank lines between them, as the file has
//!     …             →     between its others; `x = 1` and `y = 2` would get none
//! def second():
//! ```

use super::{Merger, Pair};
use crate::items::{Item, line_end, line_start};
use crate::languages::{Kind, List};
use crate::layout::{Surroundings, blank_lines, blank_lines_between};

impl Merger<'_, '_, '_> {
    /// Inserts whole lines before the item at `index`.
    pub(super) fn insert_lines(&mut self, pair: &Pair<'_, '_>, index: usize, new: &[&Item<'_>]) {
        let indent = self.list_indent(pair);
        let above = index.checked_sub(1).and_then(|above| pair.old.get(above));
        let below = pair.old.get(index);
        let mut body = String::new();
        for (at, item) in new.iter().enumerate() {
            if at > 0
                && let Some(last) = new.get(at - 1)
            {
                let lines = self.gap_between(pair, last, item);
                body.push_str(&"\n".repeat(lines + 1));
            }
            body.push_str(&indent);
            body.push_str(&self.transplant.piece(item.whole(), &indent));
        }
        let (Some(first), Some(last)) = (new.first(), new.last()) else {
            return;
        };
        // An item above decides where there is one: comments that lead the item below stay with
        // that one.
        match (above, below) {
            (Some(above), _) => self.insert_below(pair, (above, below), (first, last), &body),
            (None, Some(below)) => {
                let lines = blank_lines_between(
                    &self.surroundings(pair),
                    (self.snippet, last),
                    (self.file, below),
                );
                let at = line_start(self.file.text, below.start);
                self.splice
                    .insert(at, format!("{body}{}", "\n".repeat(lines + 1)));
            }
            (None, None) => self.fill(pair, &body),
        }
    }

    /// Inserts lines, which begin and end with two items, below one of the list.
    ///
    /// Where the next item, or the closing brace, stands on the line of `above`, that line is
    /// broken up: `{ a() }` -> `{ a()`, the new lines, `}`.
    fn insert_below(
        &mut self,
        pair: &Pair<'_, '_>,
        (above, below): (&Item<'_>, Option<&Item<'_>>),
        (first, last): (&Item<'_>, &Item<'_>),
        body: &str,
    ) {
        let text = self.file.text;
        let lines = blank_lines_between(
            &self.surroundings(pair),
            (self.file, above),
            (self.snippet, first),
        );
        let end = line_end(text, above.end);
        let close = pair.node.end_byte();
        // No line end to insert at: something else follows on the same line.
        let crowded = below.is_some_and(|below| below.start < end)
            || pair.kind != List::Module
                && pair.node.end_byte() <= end
                && self.file.slice(above.end..close).trim() == "}";
        if crowded {
            let outer = self.file.indent(pair.node.start_byte()).to_owned();
            let tail = if below.is_none() {
                format!("\n{outer}")
            } else {
                format!("\n{}", self.list_indent(pair))
            };
            let next = below.map_or_else(|| close.saturating_sub(1), |below| below.start);
            self.splice
                .replace(above.end..next, format!("\n{body}{tail}"));
            return;
        }
        let mut insert = format!("{}{body}", "\n".repeat(lines + 1));
        if let Some(below) = below {
            // The blank lines that the file has there already count.
            let there = blank_lines(text, above.end, below.start);
            let wanted = blank_lines_between(
                &self.surroundings(pair),
                (self.snippet, last),
                (self.file, below),
            );
            insert.push_str(&"\n".repeat(wanted.saturating_sub(there)));
        }
        self.splice.insert(end, insert);
    }

    /// Returns the list of the file into which the items of a pair go.
    fn surroundings<'p>(&'p self, pair: &'p Pair<'_, '_>) -> Surroundings<'p> {
        Surroundings {
            file: self.file,
            list: pair.kind,
            items: &pair.old,
        }
    }

    /// Fills a list that has no items yet.
    ///
    /// A module gets the items at its end; what is between braces is replaced, and the closing one
    /// goes to a line of its own.
    fn fill(&mut self, pair: &Pair<'_, '_>, body: &str) {
        if pair.kind == List::Module {
            let end = self.file.text.trim_end().len();
            self.splice
                .replace(end..self.file.text.len(), format!("{body}\n"));
            return;
        }
        let outer = self.file.indent(pair.node.start_byte());
        self.splice.replace(
            pair.node.start_byte() + 1..pair.node.end_byte().saturating_sub(1),
            format!("\n{body}\n{outer}"),
        );
    }

    /// Returns the number of blank lines between two new items: as the snippet shows them among
    /// short items, statements and overloads, but at most 2; else by the file's habit.
    fn gap_between(&self, pair: &Pair<'_, '_>, above: &Item<'_>, below: &Item<'_>) -> usize {
        let shown = blank_lines(self.snippet.text, above.end, below.start);
        let short =
            |item: &Item<'_>| !matches!(item.kind, Kind::Function | Kind::Class | Kind::Type);
        let overloads = above.name == below.name && above.kind == below.kind;
        if overloads || short(above) && short(below) || pair.kind == List::Statements {
            return shown.min(2);
        }
        blank_lines_between(
            &self.surroundings(pair),
            (self.snippet, above),
            (self.snippet, below),
        )
    }

    /// Returns the indentation of a list's items: that of the first which begins a line, else one step more than the list's own.
    fn list_indent(&self, pair: &Pair<'_, '_>) -> String {
        let own = pair.old.iter().find(|item| {
            let start = line_start(self.file.text, item.start);
            self.file.slice(start..item.start).trim().is_empty()
        });
        match (own, pair.kind) {
            (Some(item), _) => self.file.indent(item.start).to_owned(),
            (None, List::Module) => String::new(),
            (None, _) => format!(
                "{}{}",
                self.file.indent(pair.node.start_byte()),
                self.transplant.unit()
            ),
        }
    }
}
