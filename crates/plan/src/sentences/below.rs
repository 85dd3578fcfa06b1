//! Reads what is no sentence and stands below a block: rows of a table, and headings with nothing below them.
//!
//! Below the code of `create`, `| no stock | 409 |` and `#### Cache the answer for 60 s` may ask for work as a sentence
//! does. Only what the blocks hold too little of is taken for one; all others ask for nothing.

use crate::changes::changes_meant;
use crate::document::PieceKind;
use crate::labels::Topic;
use crate::mention::is_empty_note;
use crate::paths::{FoundPath, find_paths};
use crate::rows::{Row, RowKind};

use super::asked::Asked;
use super::form::{self, Mood, read_form};
use super::judge::{Judge, spans_overlap};
use super::split::Cut;
use super::{Sentence, SentenceClass};

impl Judge<'_, '_, '_> {
    /// Returns the rows of tables and the headings that ask, or may ask, for what no block shows. `steps` holds the first
    /// row of each step.
    pub(super) fn below_blocks(&self, steps: &[usize]) -> Vec<Sentence> {
        let mut found = Vec::new();
        // The first row of the table at hand.
        let mut header = None;
        for (at, row) in self.asking.rows.iter().enumerate() {
            match &row.kind {
                RowKind::Cells(_) => match header {
                    None => header = Some(at),
                    Some(header) => found.extend(self.cells(at, header)),
                },
                kind => {
                    header = None;
                    if let RowKind::Heading(level) = kind
                        && !steps.contains(&at)
                    {
                        found.extend(self.heading(at, *level));
                    }
                }
            }
        }
        found
    }

    /// Judges a row of the table that begins with the row `header`.
    fn cells(&self, at: usize, header: usize) -> Option<Sentence> {
        let row = &self.asking.rows[at];
        let explains = self
            .words(header)
            .split('|')
            .any(|title| form::begins_explanation(title.trim()));
        let whole = self.words(at);
        let words = whole.trim_matches(['|', ' ']);
        let below = self.stock.shows_in(self.scopes.group(at).start..at);
        if explains || !below || self.is_read(row) || self.lists_file(words) {
            return None;
        }
        let form = read_form(words);
        let asked = Asked::new(words, &form);
        let start = row.span.start + (words.as_ptr() as usize - whole.as_ptr() as usize);
        let unclear = asked.names_anything() && asked.is_unfamiliar(self.stock.unit());
        unclear.then(|| Sentence {
            span: start..start + words.len(),
            class: SentenceClass::Unclear,
            negated: form.negated,
            open: false,
            protects: Vec::new(),
            topics: Vec::new(),
            replacement: None,
        })
    }

    /// Judges a heading below a block, if nothing stands below it.
    fn heading(&self, at: usize, level: usize) -> Option<Sentence> {
        let row = &self.asking.rows[at];
        let next = self.asking.document.pieces.get(row.piece + 1);
        let ends = match next.map(|piece| &piece.kind) {
            None | Some(PieceKind::Rule) => true,
            Some(PieceKind::Heading { level: next, .. }) => *next <= level,
            Some(PieceKind::Text(_) | PieceKind::Code(_) | PieceKind::Row(_)) => false,
        };
        let from = self.scopes.around(at).unwrap_or(0);
        if !ends || !self.stock.shows_in(from..at) || self.is_read(row) {
            return None;
        }
        let words = self.words(at);
        let form = read_form(words);
        let asked = Asked::new(words, &form);
        let cut = Cut {
            row: at,
            last: at,
            span: row.span.clone(),
            opens: true,
            closes: true,
        };
        let mut sentence = self.judge(&cut, None);
        let denies = form.negated && form::denies_work(&form.head);
        // "Notes" is a name; more words than that may ask.
        let says = form.mood == Mood::States && !form.explains && !denies && asked.says_something();
        if says
            && sentence.class == SentenceClass::Context
            && asked.is_unfamiliar(self.stock.unit())
        {
            sentence.class = SentenceClass::Unclear;
        }
        let left = sentence.open || sentence.class == SentenceClass::Unclear;
        left.then_some(sentence)
    }

    /// Returns whether the cells of a row are those of a list of files: a file of the unit, and what becomes of it.
    fn lists_file(&self, words: &str) -> bool {
        /// The most words beside the path: "Modify", "create, empty".
        const NOTE: usize = 2;
        let paths = find_paths(words, 0, false);
        let known = |path: &FoundPath| !changes_meant(self.changes, &path.path).is_empty();
        let beside = words.split('`').step_by(2);
        let noted = beside.flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric()));
        let noted = noted.filter(|word| !word.is_empty()).count();
        words.split('|').any(is_empty_note) || paths.iter().any(known) && noted <= NOTE
    }

    /// Returns whether a row is read as something else: a file, a command, or what its section is about.
    fn is_read(&self, row: &Row) -> bool {
        !matches!(row.topic, None | Some(Topic::Changes | Topic::Steps))
            || self
                .changes
                .iter()
                .any(|change| spans_overlap(&change.span, &row.span))
            || self.stock.runs_in(row.span.clone())
    }
}
