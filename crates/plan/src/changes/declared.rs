//! Finds the files that a unit declares: labels, file lists, tables,
//! headings, boxes, and the sentence right above a block.

use super::asking::{Asking, base_of};
use super::asks::{
    Request, Spot, asks_for, changes_within, folder_before, is_marker, moved_to, names_step,
    only_joins, topic_between, without_number,
};
use super::titles::{action_of_title, is_pair_title};
use super::verbs::{
    action_of, action_of_note, action_of_topic, only_looks, plainly_modifies, removes_whole,
};
use super::whole::{deletes_file, is_of_part};
use super::{Action, FileNote, PlannedChange, add_change};
use crate::basis::Basis;
use crate::document::{Document, Span};
use crate::identity::CheckboxId;
use crate::inline::{comparison_key, one_line, plain_text};
use crate::labels::{Topic, topic_of_label};
use crate::mention::{self, is_empty_lead, is_empty_note, spoken_paths};
use crate::paths::{FoundPath, find_paths};
use crate::rows::{Row, RowKind};
use crate::vocabulary::{Use, entry_at_start};

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
}

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
struct FileValue<'v> {
    words: &'v str,
    /// The byte of the document at which the words begin.
    base: usize,
    /// The topic of the label or of the list.
    topic: Topic,
    /// The note in parentheses behind the label.
    note: &'v str,
    /// It is the value of a label of its own, not an entry below one.
    labelled: bool,
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
        for path in spoken_paths(words, title.start, false) {
            let said = FileNote {
                action: action_of_title(&name, words, title.start, &path),
                ..FileNote::default()
            };
            add_change(&mut self.changes, &path, &said);
        }
    }

    /// Returns what is said in the place at hand, besides what shall happen to the file.
    fn note_here(&self, action: Action, basis: Basis, checkbox: Option<CheckboxId>) -> FileNote {
        let base = self.base.as_ref().map(|(_, folder)| folder.clone());
        FileNote {
            action,
            basis,
            checkbox,
            base,
            ..FileNote::default()
        }
    }

    /// Notes the folder from which the paths below start: "**Directory:** `src/graphql/`", "paths are relative to …".
    fn note_base(&mut self, row: &Row) {
        let Some(folder) = base_of(self.asking.document, row) else {
            return;
        };
        let level = row.section.map_or(0, |at| match self.asking.rows[at].kind {
            RowKind::Heading(level) => level,
            _ => 0,
        });
        self.base = Some((level, folder));
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
                self.base = own.or_else(|| self.base.take().filter(|(outer, _)| outer < level));
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
        for path in spoken_paths(words, row.span.start, false) {
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

    fn cells(&mut self, row: &Row, cells: &[Span]) {
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
            let touched = add_change(&mut self.changes, path, &said);
            let rest: Vec<&str> = cells
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != path_at)
                .map(|(_, cell)| document.slice(cell))
                .collect();
            self.add_prose(&touched, &rest.join(" "));
        }
    }

    fn read_line(&mut self, at: usize, row: &Row, first: bool) {
        let words = self.asking.words(row).to_owned();
        self.take_back(&words);
        if self.read_file_label(row, &words) {
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
        let base = label.rest.min(words.len());
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

    /// Adds the paths of a label's value or of an entry in a file list; false where there are none.
    fn add_files(&mut self, row: &Row, value: &FileValue<'_>) -> bool {
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
            if at > 0 && !only_joins(between) {
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
            let alone = if next.is_some() { "" } else { behind };
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

    /// Adds the files that a sentence asks for: "Create `x`", "In `x`, add:", a box's words; false where it asks for
    /// none.
    fn asked(&mut self, at: usize, row: &Row, words: &str) -> bool {
        let own_item = row.item.is_some() && row.item == self.asking.item;
        let (above, colon) = self.leads_on(at);
        let found = spoken_paths(words, row.span.start, above && colon);
        let Some(path) = found.first() else {
            return false;
        };
        // What a paragraph says before and behind the sentence of the path is about something else.
        let whole = own_item || row.boxed;
        let around = mention::sentence_around(words, path.outer.start - row.span.start);
        let around = if whole { 0..words.len() } else { around };
        let (start, words) = (row.span.start + around.start, &words[around]);
        let marked = crate::naming::read_marks(words);
        let bare = crate::naming::unit_name(&marked.words)
            .filter(|name| name.rank == crate::naming::Rank::Step)
            .map_or(marked.words.clone(), |name| name.title);
        let bare = if whole { without_number(&bare) } else { bare };
        if only_looks(&bare) || path.path.ends_with('/') && !own_item && !row.boxed {
            return false;
        }
        let made =
            |at: &usize| self.changes[*at].action == Action::Create && !self.changes[*at].listed;
        let spot = Spot {
            above: above && colon,
            right_above: above,
            own: whole,
            listed: row.item.is_some(),
            free: self.free,
            made: self.current.iter().any(made),
        };
        let request = Request {
            before: &words[..path.outer.start - start],
            behind: &words[(path.outer.end - start).min(words.len())..],
            verb: action_of(&bare),
            bare: &bare,
            path,
            item: self.asking.item.is_some(),
        };
        if !asks_for(&request, &spot) {
            return false;
        }
        let (action, basis) = action_asked(&request, own_item, whole);
        let said = self.note_here(action, basis, self.asking.box_around(row));
        let sentence = start..start + words.len();
        let touched = self.add_joined(&found, sentence, row.span.end, &said);
        self.current = touched.clone();
        if !above {
            self.add_prose(&touched, words);
        }
        true
    }

    /// Adds the paths of a sentence for as long as only "and" and the like stand between them; `limit` is the end of the
    /// sentence's row.
    fn add_joined(
        &mut self,
        found: &[FoundPath],
        sentence: Span,
        limit: usize,
        said: &FileNote,
    ) -> Vec<usize> {
        let mut touched = Vec::new();
        let mut end = sentence.start;
        for (at, path) in found.iter().enumerate() {
            let between = self.asking.document.slice(&(end..path.outer.start));
            if at > 0 && !only_joins(between) {
                break;
            }
            end = path.outer.end;
            let until = found
                .get(at + 1)
                .map_or(limit, |next| next.outer.start.max(end));
            let until = until.min(sentence.end).max(end);
            let empty =
                is_empty_note(self.asking.document.slice(&(end..until))) || is_empty_lead(between);
            let path = FoundPath {
                lines: path.lines.filter(|_| at > 0),
                ..path.clone()
            };
            let said = FileNote {
                empty,
                ..said.clone()
            };
            touched.extend(add_change(&mut self.changes, &path, &said));
        }
        touched
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

/// Returns what a sentence asks of its file, and on what that rests. `own_item`: the sentence is the unit's own item;
/// `whole`: it fills its item or box.
fn action_asked(request: &Request<'_>, own_item: bool, whole: bool) -> (Action, Basis) {
    let (before, behind) = (request.before, request.behind);
    let mut action = request.verb.clone().unwrap_or_default();
    // "Create `a.py`", "Create the new file `a.py`"; in a longer sentence what is made may be something in the file.
    let direct = before.split_whitespace().count() <= 4;
    if action == Action::Create && !direct && !own_item
        || action == Action::Delete && !deletes_file(before, behind)
    {
        action = Action::Unstated;
    }
    let noted = action_of_note(behind);
    let action = if noted == Action::Unstated {
        action
    } else {
        noted
    };
    let formal = is_marker(before) || whole || action != Action::Unstated;
    let basis = if formal { Basis::Stated } else { Basis::Worded };
    let within = basis == Basis::Worded && changes_within(request.bare, before);
    let action = match action {
        Action::Unstated if plainly_modifies(request.bare) || within => Action::Modify,
        action => action,
    };
    (action, basis)
}
