//! Inserts entries between brackets: commas, own lines or one line, as the list has it.
//!
//! ```text
//! [A, B]            + C    [A, B, C]
//! [                        [
//!     A,            + C        A,
//!     B,                       B,
//! ]                            C,
//!                          ]
//! ```

use tree_sitter::Node;

use crate::items::{Item, line_start};
use crate::markers::is_elision;
use crate::merge::Merger;

/// The longest line, in bytes, that a list on one line may become; a longer one is broken into one
/// entry a line. Formatters of the languages break between 80 and 100.
const LONGEST: usize = 100;

/// Returns a piece without the comments that stand for what is kept: "// ... existing providers" of a list that was not
/// there.
fn without_elisions(piece: &str) -> String {
    let elides = |line: &str| line.starts_with(['/', '#']) && is_elision(line);
    let lines = piece
        .split_inclusive('\n')
        .filter(|line| !elides(line.trim()));
    lines.collect()
}

impl Merger<'_, '_, '_> {
    /// Inserts entries before the one at `index`.
    pub(super) fn insert_entries(
        &mut self,
        list: Node<'_>,
        old: &[Item<'_>],
        index: usize,
        new: &[&Item<'_>],
    ) {
        // The first entry tells how the list is written; one that mixes both forms goes by it too.
        let lined = old
            .first()
            .is_some_and(|first| self.begins_line(first.start));
        if old.is_empty() {
            self.fill_entries(list, new);
        } else if lined {
            self.insert_lined(old, index, new);
        } else {
            self.insert_inline(list, old, index, new);
        }
    }

    /// Returns whether nothing but blanks stands before an offset on its line.
    fn begins_line(&self, at: usize) -> bool {
        self.file
            .slice(line_start(self.file.text, at)..at)
            .trim()
            .is_empty()
    }

    /// Inserts entries into a list that has one a line, each with the indentation of the first.
    fn insert_lined(&mut self, old: &[Item<'_>], index: usize, new: &[&Item<'_>]) {
        let indent = old
            .first()
            .map_or("", |first| self.file.indent(first.start))
            .to_owned();
        let pieces: Vec<String> = new
            .iter()
            .map(|item| {
                without_elisions(&self.transplant.piece(item.start..item.code_end, &indent))
            })
            .collect();
        let Some(above) = index.checked_sub(1).and_then(|above| old.get(above)) else {
            let at = old
                .first()
                .map_or(0, |first| line_start(self.file.text, first.start));
            let body: String = pieces
                .iter()
                .map(|piece| format!("{indent}{piece},\n"))
                .collect();
            self.splice.insert(at, body);
            return;
        };
        // The new ones go behind the comma and behind a comment on the line of the entry above.
        let comma = comma_after(above.node);
        let end = above.end.max(comma.map_or(0, |comma| comma.end_byte()));
        let last = index == old.len();
        let mut body = String::new();
        // The last entry gets a comma only where the one that was last had one.
        for (at, piece) in pieces.iter().enumerate() {
            let trailing = if at + 1 < pieces.len() || !last || comma.is_some() {
                ","
            } else {
                ""
            };
            body.push_str(&format!("\n{indent}{piece}{trailing}"));
        }
        if comma.is_none() {
            self.splice.insert(above.code_end, ",");
        }
        self.splice.insert(end, body);
    }

    /// Inserts entries into a list on one line; breaks it where a new entry has several lines or
    /// the line would grow too long.
    fn insert_inline(&mut self, list: Node<'_>, old: &[Item<'_>], index: usize, new: &[&Item<'_>]) {
        let indent = self.file.indent(list.start_byte()).to_owned();
        let pieces: Vec<String> = new
            .iter()
            .map(|item| {
                without_elisions(&self.transplant.piece(item.start..item.code_end, &indent))
            })
            .collect();
        let start = line_start(self.file.text, list.start_byte());
        let length =
            list.end_byte() - start + pieces.iter().map(|piece| piece.len() + 2).sum::<usize>();
        if pieces.iter().any(|piece| piece.contains('\n')) || length > LONGEST {
            self.break_list(list, old, index, new);
            return;
        }
        let joined = pieces.join(", ");
        match index.checked_sub(1).and_then(|above| old.get(above)) {
            Some(above) => match comma_after(above.node) {
                Some(comma) if index < old.len() => {
                    self.splice.insert(comma.end_byte(), format!(" {joined},"))
                }
                Some(comma) => self.splice.insert(comma.end_byte(), format!(" {joined}")),
                None => self.splice.insert(above.code_end, format!(", {joined}")),
            },
            None => self.splice.insert(
                old.first().map_or(0, |first| first.start),
                format!("{joined}, "),
            ),
        }
    }

    /// Rewrites a list that stood on one line, one entry a line.
    fn break_list(&mut self, list: Node<'_>, old: &[Item<'_>], index: usize, new: &[&Item<'_>]) {
        let outer = self.file.indent(list.start_byte()).to_owned();
        let indent = format!("{outer}{}", self.transplant.unit());
        let mut pieces: Vec<String> = old
            .iter()
            .map(|item| self.file.slice(item.start..item.code_end).to_owned())
            .collect();
        let added = new.iter().map(|item| {
            without_elisions(&self.transplant.piece(item.start..item.code_end, &indent))
        });
        for (at, piece) in added.enumerate() {
            pieces.insert((index + at).min(pieces.len()), piece);
        }
        let body: String = pieces
            .iter()
            .map(|piece| format!("\n{indent}{piece},"))
            .collect();
        self.splice.replace(
            list.start_byte() + 1..list.end_byte().saturating_sub(1),
            format!("{body}\n{outer}"),
        );
    }

    /// Fills a list that has no entries: on one line where it fits, except an enum's, which always
    /// stands one a line.
    fn fill_entries(&mut self, list: Node<'_>, new: &[&Item<'_>]) {
        let outer = self.file.indent(list.start_byte()).to_owned();
        let indent = format!("{outer}{}", self.transplant.unit());
        let pieces: Vec<String> = new
            .iter()
            .map(|item| {
                without_elisions(&self.transplant.piece(item.start..item.code_end, &indent))
            })
            .collect();
        let inner = list.start_byte() + 1..list.end_byte().saturating_sub(1);
        let joined = pieces.join(", ");
        let start = line_start(self.file.text, list.start_byte());
        if !joined.contains('\n')
            && list.end_byte() - start + joined.len() <= LONGEST
            && list.kind() != "enum_body"
        {
            // `{ a }` but `[a]`: objects are written with blanks inside.
            let padded = if list.kind() == "object" {
                format!(" {joined} ")
            } else {
                joined
            };
            self.splice.replace(inner, padded);
        } else {
            let body: String = pieces
                .iter()
                .map(|piece| format!("\n{indent}{piece},"))
                .collect();
            self.splice.replace(inner, format!("{body}\n{outer}"));
        }
    }
}

/// Returns the comma behind an entry.
///
/// Comments between both are skipped; `None` where the entry is the last and has none.
fn comma_after(node: Node<'_>) -> Option<Node<'_>> {
    let mut next = node.next_sibling();
    while let Some(sibling) = next.filter(|one| one.kind() == "comment") {
        next = sibling.next_sibling();
    }
    next.filter(|one| one.kind() == ",")
}
