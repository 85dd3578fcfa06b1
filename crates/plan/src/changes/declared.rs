//! Finds the files that a unit declares: labels, file lists, tables,
//! headings, boxes, and the sentence right above a block.

mod values;

mod requests;

use super::asking::{Asking, base_of, supposed_base_of};
use super::asks::names_step;
use super::titles::{action_of_title, is_pair_title, is_route};
use super::verbs::{action_of_note, action_of_topic, only_looks, plainly_modifies, removes_whole};
use super::{Action, FileNote, PlannedChange, add_change};
use crate::basis::Basis;
use crate::document::Span;
use crate::identity::CheckboxId;
use crate::inline::{comparison_key, is_struck, one_line};
use crate::labels::Topic;
use crate::mention::{self, is_empty_note, spoken_paths};
use crate::paths::FoundPath;
use crate::rows::{Row, RowKind};
use crate::vocabulary::{Use, entry_at_start};
use values::FileValue;

/// Returns the files of a unit, in the order in which they are named.
pub(crate) fn declared_changes(asking: &Asking<'_, '_>, title: &Span) -> Vec<PlannedChange> {
    let names = |row: &Row| row.label.is_some() && row.topic.is_some_and(Topic::names_files);
    let mut collector = Collector {
        asking,
        changes: Vec::new(),
        current: Vec::new(),
        columns: None,
        table_end: 0,
        listed: Vec::new(),
        free: !asking.rows.iter().any(names),
        base: mention::base_folder(asking.document.slice(title)).map(|folder| (0, folder)),
        supposed_base: None,
    };
    collector.title(title);
    for at in 0..asking.rows.len() {
        collector.row(at);
    }
    collector.changes
}

struct Collector<'a, 'b, 't> {
    asking: &'a Asking<'b, 't>,
    changes: Vec<PlannedChange>,
    /// The changes that prose speaks of.
    current: Vec<usize>,
    /// Columns of the table at hand: path, action.
    columns: Option<(usize, Option<usize>)>,
    /// Where the table's last row ended.
    table_end: usize,
    /// Items that name a file; what is below describes it.
    listed: Vec<usize>,
    /// The unit has no list of files.
    free: bool,
    /// The folder from which paths start, and the level of the heading below which that is said.
    base: Option<(usize, String)>,
    /// The same, said by a label of unknown words.
    supposed_base: Option<(usize, String)>,
}

impl Collector<'_, '_, '_> {
    fn title(&mut self, title: &Span) {
        let words = self.asking.document.slice(title);
        if self.asking.item.is_some() {
            return;
        }
        let name = crate::naming::unit_name(&crate::naming::read_marks(words).words)
            .map_or_else(|| words.to_owned(), |name| name.title);
        if only_looks(&name) {
            return;
        }
        let paths = spoken_paths(words, title.start, false);
        let named = |path: &FoundPath| !is_route(words, title.start, path);
        for path in paths.into_iter().filter(named) {
            let said = FileNote {
                action: action_of_title(&name, words, title.start, &path),
                ..FileNote::default()
            };
            add_change(&mut self.changes, &path, &said);
        }
    }

    /// Returns what is said in the place at hand, besides what shall happen to the file.
    fn note_here(&self, action: Action, basis: Basis, checkbox: Option<CheckboxId>) -> FileNote {
        let folder =
            |said: &Option<(usize, String)>| said.as_ref().map(|(_, folder)| folder.clone());
        FileNote {
            action,
            basis,
            checkbox,
            base: folder(&self.base),
            supposed_base: folder(&self.supposed_base),
            ..FileNote::default()
        }
    }

    /// Notes the folder from which the paths below start: "**Directory:** `src/graphql/`", "paths are relative to …".
    fn note_base(&mut self, row: &Row) {
        let stated = base_of(self.asking.document, row);
        let supposed = supposed_base_of(self.asking.document, row);
        let level = row.section.map_or(0, |at| match self.asking.rows[at].kind {
            RowKind::Heading(level) => level,
            _ => 0,
        });
        let at_level = |folder| (level, folder);
        self.base = stated.map(at_level).or_else(|| self.base.take());
        let outer = self.supposed_base.take();
        self.supposed_base = supposed.map(at_level).or(outer);
    }

    fn row(&mut self, at: usize) {
        let row = &self.asking.rows[at];
        if !matches!(row.kind, RowKind::Cells(_)) {
            self.columns = None;
        }
        let unfit = row.topic.is_some_and(|topic| {
            topic.is_criteria()
                || topic.is_left_undone()
                || matches!(
                    topic,
                    Topic::Reference
                        | Topic::Run
                        | Topic::Expect
                        | Topic::Output
                        | Topic::Depends
                        | Topic::Commit
                        | Topic::Progress
                        | Topic::Status
                )
        });
        match &row.kind {
            RowKind::Heading(level) => {
                self.current.clear();
                let own =
                    mention::base_folder(self.asking.words(row)).map(|folder| (*level, folder));
                let reaches = |(outer, _): &(usize, String)| outer < level;
                self.base = own.or_else(|| self.base.take().filter(reaches));
                self.supposed_base = self.supposed_base.take().filter(reaches);
                self.heading(row);
            }
            RowKind::Cells(cells) if !unfit => self.cells(row, cells),
            RowKind::Line(first) if !unfit => {
                self.note_base(row);
                self.read_line(at, row, *first);
            }
            RowKind::Line(_) if row.label.is_some() => self.current.clear(),
            RowKind::Rule => self.current.clear(),
            _ => {}
        }
    }

    fn heading(&mut self, row: &Row) {
        let words = self.asking.words(row);
        let bare = comparison_key(words);
        let bare = bare.trim_start_matches(|letter: char| {
            letter.is_ascii_digit() || matches!(letter, '.' | ' ' | ')')
        });
        let still = |topic: Topic| {
            topic.is_criteria() || topic.is_left_undone() || topic == Topic::Reference
        };
        if row.topic.is_some_and(still) || only_looks(bare) {
            return;
        }
        let paths = spoken_paths(words, row.span.start, false);
        let named = |path: &FoundPath| !is_route(words, row.span.start, path);
        for path in paths.into_iter().filter(named) {
            let action = match row.heading_topic {
                Some(topic) if topic.names_files() => action_of_topic(topic, ""),
                _ => action_of_title(bare, words, row.span.start, &path),
            };
            let behind = &words[(path.outer.end - row.span.start).min(words.len())..];
            let noted = action_of_note(behind);
            let action = if noted == Action::Unstated {
                action
            } else {
                noted
            };
            let said = FileNote {
                empty: is_empty_note(behind),
                ..self.note_here(action, Basis::Stated, None)
            };
            self.current
                .extend(add_change(&mut self.changes, &path, &said));
        }
    }

    fn read_line(&mut self, at: usize, row: &Row, first: bool) {
        let words = self.asking.words(row).to_owned();
        self.take_back(&words);
        if self.read_file_label(row, &words) || self.read_label_of_boxes(at, row, &words) {
            return;
        }
        if row.boxed && !self.below_listed(row) || first && names_step(&words) {
            self.current.clear();
        }
        let listing = row.topic.filter(|topic| topic.names_files());
        let starts = first && row.label.is_none() && !self.below_listed(row);
        if let Some(topic) = listing.filter(|_| {
            row.item.is_some() && starts || row.item.is_none() && self.changes.is_empty() && first
        }) {
            let value = FileValue {
                words: &words,
                base: row.span.start,
                topic,
                note: "",
                labelled: false,
            };
            if self.add_files(row, &value) {
                return;
            }
        } else if (starts || row.boxed) && self.asked(at, row, &words) {
            return;
        }
        if let Some(label) = &row.label
            && !self.noted(row, &words[..label.rest.min(words.len())])
        {
            let value = &words[label.rest.min(words.len())..];
            // "**Before** — `a.py`"
            if row.topic == Some(Topic::Before) && self.leads_on(at).0 && self.noted(row, &words) {
                return;
            }
            self.apply_label_value(value, row.topic == Some(Topic::Changes));
        }
        if row.label.is_none()
            && self.leads_on(at).0
            && is_pair_title(&words)
            && self.noted(row, &words)
        {
            return;
        }
        let touched = self.current.clone();
        self.add_prose(&touched, &words);
    }

    /// Adds the files of a line's own label, "**Files:** `a.py`"; false where it has no label for files.
    fn read_file_label(&mut self, row: &Row, words: &str) -> bool {
        let own = row
            .label
            .as_ref()
            .zip(row.topic)
            .filter(|(_, topic)| topic.names_files());
        let Some((label, topic)) = own else {
            return false;
        };
        self.current.clear();
        if is_struck(words) {
            return true;
        }
        let base = label.rest.min(words.len());
        // "Delete?" asks, it does not say so.
        let topic = if words[..base].contains(['?', '？']) {
            Topic::Files
        } else {
            topic
        };
        let shown = topic == Topic::Test
            && !words[base..].contains('`')
            && row.item.is_none()
            && !label.bold;
        if !shown {
            let value = FileValue {
                words: &words[base..],
                base: row.span.start + base,
                topic,
                note: &label.note,
                labelled: true,
            };
            self.add_files(row, &value);
        }
        true
    }

    /// Adds the file of a label that is its path, over a list of boxes; false where the row is none.
    fn read_label_of_boxes(&mut self, at: usize, row: &Row, words: &str) -> bool {
        let Some(path) = self.asking.label_of_boxes(at) else {
            return false;
        };
        let behind = &words[(path.outer.end - row.span.start).min(words.len())..];
        let said = self.note_here(action_of_note(behind), Basis::Stated, None);
        self.current = add_change(&mut self.changes, &path, &said);
        true
    }

    /// Reads what a label's value says of the files at hand: "**Changes**: Remove this file", "**Changes**: Empty marker.",
    /// "**Changes**: Update `items`", which is to be found in a file.
    fn apply_label_value(&mut self, value: &str, of_changes: bool) {
        let altered = of_changes && plainly_modifies(value);
        let (goes, empty) = (removes_whole(value), is_empty_note(value));
        for at in &self.current {
            let Some(change) = self.changes.get_mut(*at) else {
                continue;
            };
            if goes && change.action == Action::Unstated {
                change.action = Action::Delete;
            } else if altered && change.action == Action::Unstated {
                change.action = Action::Modify;
            }
            change.empty = change.empty || empty;
        }
    }

    /// Takes the file in a label's own note: "**Current** (`a.py:2`):".
    fn noted(&mut self, row: &Row, label: &str) -> bool {
        let found = spoken_paths(label, row.span.start, false);
        let [path] = found.as_slice() else {
            return false;
        };
        let said = self.note_here(Action::Modify, Basis::Stated, self.asking.box_around(row));
        self.current = add_change(&mut self.changes, path, &said);
        true
    }

    /// Takes a removal back that the words right below it deny: "Remove `a.py`?", "**Don't delete it.**"
    fn take_back(&mut self, words: &str) {
        let lower = comparison_key(words);
        // "Don't delete it", "Do not delete it".
        let heads = [
            lower.as_str(),
            lower.split_once(' ').map_or("", |(_, rest)| rest),
        ];
        let denied = heads.iter().any(|head| {
            let negation = entry_at_start(head, Use::Negation);
            negation
                .is_some_and(|end| entry_at_start(head[end..].trim_start(), Use::Remove).is_some())
        });
        for at in self.current.iter().filter(|_| denied) {
            let change = self
                .changes
                .get_mut(*at)
                .filter(|change| change.action == Action::Delete);
            change
                .into_iter()
                .for_each(|change| change.action = Action::Unstated);
        }
    }

    /// Returns whether the paragraph of a row leads to a block right below it, and whether a colon ends it.
    fn leads_on(&self, at: usize) -> (bool, bool) {
        let rows = self.asking.rows;
        let end = (at + 1..rows.len())
            .find(|next| rows[*next].piece != rows[at].piece)
            .unwrap_or(rows.len());
        let code = rows
            .get(end)
            .is_some_and(|next| matches!(next.kind, RowKind::Code(_)));
        let last = self
            .asking
            .words(&rows[end - 1])
            .trim_end()
            .trim_end_matches(['*', '_']);
        (code, last.ends_with([':', '：']))
    }

    /// Returns whether an item around the row named a file already.
    fn below_listed(&self, row: &Row) -> bool {
        let around = self
            .asking
            .document
            .items_around(&self.asking.document.pieces[row.piece]);
        around.iter().any(|item| self.listed.contains(item))
    }

    fn add_prose(&mut self, touched: &[usize], words: &str) {
        let words = one_line(words.trim_matches(|letter: char| {
            letter.is_whitespace() || matches!(letter, '—' | '–' | '-' | ':' | ',')
        }));
        if words.is_empty() {
            return;
        }
        for at in touched {
            if let Some(change) = self
                .changes
                .get_mut(*at)
                .filter(|change| change.prose.len() < 4000)
            {
                if !change.prose.is_empty() {
                    change.prose.push('\n');
                }
                change.prose.push_str(&words);
            }
        }
    }
}
