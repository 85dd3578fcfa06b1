//! The files that a label's value, an entry of a list or the row of a table names.
//!
//! "**Files:** `a.py` (new), `b.py`" → `a.py` is created, of `b.py` nothing is said.

use super::Collector;
use crate::basis::Basis;
use crate::changes::asks::{folder_before, moved_to, only_joins, topic_between};
use crate::changes::verbs::{action_of_note, action_of_topic, only_looks};
use crate::changes::whole::{is_of_part, leaves_a_list};
use crate::changes::{Action, FileNote, add_change};
use crate::document::{Document, Span};
use crate::inline::{comparison_key, plain_text};
use crate::labels::{Topic, topic_of_label};
use crate::mention::{self, is_empty_lead, is_empty_note, spoken_paths};
use crate::paths::{FoundPath, find_paths};
use crate::rows::Row;
use crate::vocabulary::{Use, uses_in};

/// Headers of a column that says what happens to the file of its row.
const COLUMNS_OF_ACTIONS: [&str; 14] = [
    "action",
    "change type",
    "type",
    "operation",
    "change",
    "操作",
    "类型",
    "acción",
    "действие",
    "new/modify",
    "new?",
    "status",
    "kind",
    "what",
];

/// Returns whether the header of a column names files; words that as labels do, but over a column may lead to anything,
/// don't.
fn names_column_of_files(name: &str) -> bool {
    matches!(
        topic_of_label(name),
        Some(Topic::Files | Topic::Create | Topic::Modify)
    ) && !matches!(name, "where" | "in" | "new" | "change")
}

/// Returns the columns of a table that hold paths and actions, by its header. A header that names no column of files
/// closes the table: the column given is one that no row has.
fn read_header(document: &Document<'_>, cells: &[Span]) -> (usize, Option<usize>) {
    let names: Vec<String> = cells
        .iter()
        .map(|cell| comparison_key(document.slice(cell)))
        .collect();
    let path = names.iter().position(|name| names_column_of_files(name));
    let action = names
        .iter()
        .position(|name| COLUMNS_OF_ACTIONS.contains(&name.as_str()));
    (path.unwrap_or(usize::MAX), action)
}

/// A label's value, or an entry of a list, whose paths are files of the unit.
pub(super) struct FileValue<'v> {
    pub(super) words: &'v str,
    /// The byte of the document at which the words begin.
    pub(super) base: usize,
    /// The topic of the label or of the list.
    pub(super) topic: Topic,
    /// The note in parentheses behind the label.
    pub(super) note: &'v str,
    /// It is the value of a label of its own, not an entry below one.
    pub(super) labelled: bool,
}

impl FileValue<'_> {
    /// Returns the paths that are named as files of the unit.
    fn paths(&self) -> Vec<FoundPath> {
        let base = self.base;
        let mut found = find_paths(self.words, base, true);
        found.retain(|path| {
            mention::read_mention(
                self.words,
                &(path.outer.start - base..path.outer.end - base),
            ) != mention::Mention::Spared
        });
        found
    }

    /// Returns the topic of the first path, which stands behind `lead`: below "Files", words may say more, as in
    /// "Files: create `a.py`".
    fn topic_behind(&self, lead: &str) -> Topic {
        topic_between(lead)
            .filter(|_| self.topic == Topic::Files)
            .unwrap_or(self.topic)
    }

    /// Returns what happens to a path: by the words behind it (`None` where they turn to the next path), else by the topic,
    /// or for a mere entry by the words in front of the first path.
    fn action_of_path(&self, topic: Topic, lead: &str, behind: Option<&str>) -> Action {
        let noted = behind.map_or(Action::Unstated, action_of_note);
        // "Modify: `package.json` (新增 scripts)": what is new is in the file.
        let is_part = behind.is_some_and(|behind| behind.split_whitespace().count() > 1);
        match noted {
            Action::Create if topic == Topic::Modify && is_part => Action::Modify,
            Action::Unstated => match action_of_note(lead) {
                action if !self.labelled && action != Action::Unstated => action,
                _ => action_of_topic(topic, self.note),
            },
            noted => noted,
        }
    }
}

/// Returns whether a path stands in brackets behind another one whose words say that it stays: "(`b.py` is not affected)".
fn is_denied_in_brackets(between: &str, path: &FoundPath, value: &FileValue<'_>) -> bool {
    let opened = between.rfind(['(', '（']);
    if opened.is_none_or(|at| between[at..].contains([')', '）'])) {
        return false;
    }
    let behind = value.words.get(path.outer.end - value.base..);
    let note = behind.and_then(|behind| behind.split([')', '）']).next());
    let said = uses_in(&note.unwrap_or("").to_lowercase());
    said.has(Use::Negation) || said.has(Use::Stays)
}

impl Collector<'_, '_, '_> {
    pub(super) fn cells(&mut self, row: &Row, cells: &[Span]) {
        let document = self.asking.document;
        if document
            .slice(&(self.table_end..row.span.start))
            .matches('\n')
            .count()
            > 1
        {
            self.columns = None;
        }
        self.table_end = row.span.end;
        let Some((path_at, action_at)) = self.columns else {
            self.columns = Some(read_header(document, cells));
            return;
        };
        let Some(cell) = cells.get(path_at) else {
            return;
        };
        let words = document.slice(cell);
        let said = action_at
            .and_then(|at| cells.get(at))
            .map_or("", |cell| document.slice(cell));
        let noted = action_of_note(&plain_text(said));
        let checkbox = self.asking.box_around(row);
        let paths = spoken_paths(words, cell.start, true);
        for (at, path) in paths.iter().enumerate() {
            let behind = action_of_note(&words[(path.outer.end - cell.start).min(words.len())..]);
            let action = if behind == Action::Unstated {
                noted.clone()
            } else {
                behind
            };
            let beside = folder_before(&paths[..at], path);
            let said = FileNote {
                beside,
                ..self.note_here(action, Basis::Stated, checkbox)
            };
            let rest: Vec<&str> = cells
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != path_at)
                .map(|(_, cell)| document.slice(cell))
                .collect();
            let said = FileNote {
                empty: rest.iter().any(|cell| is_empty_note(cell)),
                ..said
            };
            let touched = add_change(&mut self.changes, path, &said);
            self.add_prose(&touched, &rest.join(" "));
        }
    }

    /// Adds the paths of a label's value or of an entry in a file list; false where there are none.
    pub(super) fn add_files(&mut self, row: &Row, value: &FileValue<'_>) -> bool {
        if !value.labelled && only_looks(value.words) {
            return false;
        }
        let found = value.paths();
        if found.is_empty() {
            return false;
        }
        let (touched, end) = self.add_listed(row, value, &found);
        let rest = value.words[(end - value.base).min(value.words.len())..].to_owned();
        self.listed.extend(row.item);
        self.current = touched.clone();
        self.add_prose(&touched, &format!("{} {rest}", value.note));
        true
    }

    /// Adds the paths of a value one by one, up to words that don't join them. Returns the changes, and the byte at which
    /// the words begin that say more of them.
    fn add_listed(
        &mut self,
        row: &Row,
        value: &FileValue<'_>,
        found: &[FoundPath],
    ) -> (Vec<usize>, usize) {
        let base = value.base;
        let mut touched = Vec::new();
        let mut end = found.first().map_or(base, |first| first.outer.start);
        let lead = &value.words[..end - base];
        let mut topic = value.topic_behind(lead);
        for (at, path) in found.iter().enumerate() {
            let between = self.asking.document.slice(&(end..path.outer.start));
            if at > 0 && (!only_joins(between) || is_denied_in_brackets(between, path, value)) {
                let Some(turned) = topic_between(between) else {
                    break;
                };
                topic = turned;
            }
            end = path.outer.end;
            let behind = &value.words[(end - base).min(value.words.len())..];
            // Words that turn to the next path say nothing of this one.
            let next = found.get(at + 1).map(|next| next.outer.start.max(end));
            let turns = next.is_some_and(|next| {
                topic_between(self.asking.document.slice(&(end..next))).is_some()
            });
            let said = FileNote {
                beside: folder_before(&found[..at], path),
                ..self.note_of_entry(row, topic)
            };
            let to = moved_to(topic, behind, found.get(at + 1));
            let target = to.map(|to| value.words.get(to.outer.end - base..).unwrap_or(""));
            let alone = if next.is_some() && !leaves_a_list(behind) {
                ""
            } else {
                behind
            };
            if at == 0 && is_of_part(topic, (lead, alone), target) {
                touched.extend(self.add_ends_of_part(found, &said));
                end = found.last().map_or(end, |last| last.outer.end);
                break;
            }
            let until = next.map_or(behind.len(), |next| (next - end).min(behind.len()));
            let empty = is_empty_note(&behind[..until])
                || is_empty_lead(if at == 0 { lead } else { between });
            let said = match to {
                Some(to) => FileNote {
                    action: Action::Rename {
                        to: to.path.clone(),
                    },
                    ..said
                },
                None => FileNote {
                    action: value.action_of_path(topic, lead, (!turns).then_some(behind)),
                    empty,
                    ..said
                },
            };
            touched.extend(add_change(&mut self.changes, path, &said));
            if let Some(to) = to {
                end = to.outer.end;
                break;
            }
        }
        (touched, end)
    }

    /// Returns what a list under a topic says of each file that stands in a row of it.
    fn note_of_entry(&self, row: &Row, topic: Topic) -> FileNote {
        FileNote {
            test: topic == Topic::Test,
            listed: true,
            ..self.note_here(Action::Unstated, Basis::Stated, self.asking.box_around(row))
        }
    }

    /// Adds the files between which a part of the first one moves: "Move: `MAX` from `a` to `b`" changes both, and moves
    /// none.
    fn add_ends_of_part(&mut self, found: &[FoundPath], said: &FileNote) -> Vec<usize> {
        let from = FileNote {
            action: Action::Modify,
            ..said.clone()
        };
        let mut touched = Vec::new();
        for (at, path) in found.iter().enumerate() {
            let said = if at == 0 { &from } else { said };
            touched.extend(add_change(&mut self.changes, path, said));
        }
        touched
    }
}
