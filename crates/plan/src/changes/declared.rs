//! Finds the files that a unit declares: labels, file lists, tables,
//! headings, boxes, and the sentence right above a block.

use super::verbs::{action_of, action_of_note, action_of_topic, only_looks, plainly_modifies};
use super::{Action, PlannedChange, add, asks_for_change};
use crate::document::{Document, Span};
use crate::identity::CheckboxId;
use crate::inline::{key, one_line, plain};
use crate::labels::{Topic, topic};
use crate::paths::{FoundPath, find_paths};
use crate::rows::{Row, RowKind};

/// What is needed to find files in a unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a, 't> {
    /// The document.
    pub(crate) document: &'a Document<'t>,
    /// The unit's rows.
    pub(crate) rows: &'a [Row],
    /// The box of each item.
    pub(crate) boxes: &'a [Option<CheckboxId>],
    /// Whether the unit is an item whose own words name its files.
    pub(crate) item: Option<usize>,
}

impl Asking<'_, '_> {
    /// The innermost box around a row.
    pub(crate) fn box_around(&self, row: &Row) -> Option<CheckboxId> {
        let around = self.document.items_around(&self.document.pieces[row.piece]);
        around.into_iter().find_map(|item| self.boxes.get(item).copied().flatten())
    }

    fn words(&self, row: &Row) -> &str {
        self.document.slice(&row.span)
    }
}

/// The files of a unit, in the order in which they are named.
pub(crate) fn declared(asking: &Asking<'_, '_>, title: &Span) -> Vec<PlannedChange> {
    let mut collector =
        Collector { asking, changes: Vec::new(), current: Vec::new(), columns: None, table_end: 0, listed: Vec::new() };
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
}

impl Collector<'_, '_, '_> {
    fn title(&mut self, title: &Span) {
        let words = self.asking.document.slice(title);
        if self.asking.item.is_some() {
            return;
        }
        let name = crate::naming::unit_name(&crate::naming::marked(words).words)
            .map_or_else(|| words.to_owned(), |name| name.title);
        if only_looks(&name) {
            return;
        }
        let action = stated(&name);
        for path in find_paths(words, title.start, false) {
            add(&mut self.changes, &path, &action, false, None, false);
        }
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
            RowKind::Heading(_) => {
                self.current.clear();
                self.heading(row);
            }
            RowKind::Cells(cells) if !unfit => self.cells(row, cells),
            RowKind::Line(first) if !unfit => self.line(at, row, *first),
            RowKind::Line(_) if row.label.is_some() => self.current.clear(),
            RowKind::Rule => self.current.clear(),
            _ => {}
        }
    }

    fn heading(&mut self, row: &Row) {
        let words = self.asking.words(row);
        let bare = key(words);
        let bare = bare.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ' ' | ')'));
        let still = |topic: Topic| topic.is_criteria() || topic.is_left_undone() || topic == Topic::Reference;
        if row.topic.is_some_and(still) || only_looks(bare) {
            return;
        }
        let action = match row.heading_topic {
            Some(topic) if topic.names_files() => action_of_topic(topic, ""),
            _ => stated(bare),
        };
        for path in find_paths(words, row.span.start, false) {
            let noted = action_of_note(&words[(path.outer.end - row.span.start).min(words.len())..]);
            let action = if noted == Action::Unstated { action.clone() } else { noted };
            self.current.extend(add(&mut self.changes, &path, &action, false, None, false));
        }
    }

    fn cells(&mut self, row: &Row, cells: &[Span]) {
        let document = self.asking.document;
        if document.slice(&(self.table_end..row.span.start)).matches('\n').count() > 1 {
            self.columns = None;
        }
        self.table_end = row.span.end;
        let Some((path_at, action_at)) = self.columns else {
            let names: Vec<String> = cells.iter().map(|cell| key(document.slice(cell))).collect();
            let path = names.iter().position(|name| {
                matches!(topic(name), Some(Topic::Files | Topic::Create | Topic::Modify))
                    && name != "where"
                    && name != "in"
                    && name != "new"
                    && name != "change"
            });
            let action = names.iter().position(|name| {
                matches!(
                    name.as_str(),
                    "action"
                        | "change type"
                        | "type"
                        | "operation"
                        | "change"
                        | "操作"
                        | "类型"
                        | "acción"
                        | "действие"
                        | "new/modify"
                        | "new?"
                        | "status"
                        | "kind"
                        | "what"
                )
            });
            // A header that names no files column closes the table to us.
            self.columns = Some((path.unwrap_or(usize::MAX), action));
            return;
        };
        let Some(cell) = cells.get(path_at) else { return };
        let words = document.slice(cell);
        let said = action_at.and_then(|at| cells.get(at)).map_or("", |cell| document.slice(cell));
        let noted = action_of_note(&plain(said));
        let checkbox = self.asking.box_around(row);
        for path in find_paths(words, cell.start, true) {
            let behind = action_of_note(&words[(path.outer.end - cell.start).min(words.len())..]);
            let action = if behind == Action::Unstated { noted.clone() } else { behind };
            let touched = add(&mut self.changes, &path, &action, false, checkbox, false);
            let rest: Vec<&str> = cells
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != path_at)
                .map(|(_, cell)| document.slice(cell))
                .collect();
            self.say(&touched, &rest.join(" "));
        }
    }

    fn line(&mut self, at: usize, row: &Row, first: bool) {
        let words = self.asking.words(row).to_owned();
        let own = row.label.as_ref().zip(row.topic).filter(|(_, topic)| topic.names_files());
        if let Some((label, topic)) = own {
            self.current.clear();
            let base = label.rest.min(words.len());
            let shown = topic == Topic::Test && !words[base..].contains('`') && row.item.is_none() && !label.bold;
            if !shown {
                self.value(row, &words[base..], base, topic, &label.note, true);
            }
            return;
        }
        if row.boxed && !self.below_listed(row) || first && names_step(&words) {
            self.current.clear();
        }
        let listing = row.topic.filter(|topic| topic.names_files());
        let starts = first && row.label.is_none() && !self.below_listed(row);
        if let Some(topic) =
            listing.filter(|_| row.item.is_some() && starts || row.item.is_none() && self.changes.is_empty() && first)
        {
            if self.value(row, &words, 0, topic, "", false) {
                return;
            }
        } else if (starts || row.boxed) && self.asked(at, row, &words) {
            return;
        }
        let touched = self.current.clone();
        if let Some(label) = &row.label {
            let goes = removes_whole(&words[label.rest.min(words.len())..]);
            for at in touched.iter().filter(|_| goes) {
                let change = self.changes.get_mut(*at).filter(|change| change.action == Action::Unstated);
                change.into_iter().for_each(|change| change.action = Action::Delete);
            }
        }
        self.say(&touched, &words);
    }

    /// The paths of a label's value or of an entry in a file list.
    fn value(&mut self, row: &Row, value: &str, offset: usize, topic: Topic, note: &str, labelled: bool) -> bool {
        if !labelled && only_looks(value) {
            return false;
        }
        let base = row.span.start + offset;
        let found = find_paths(value, base, true);
        let Some(first) = found.first() else { return false };
        let lead = &value[..first.outer.start - base];
        let lead_action = action_of_note(lead);
        let checkbox = self.asking.box_around(row);
        let mut touched = Vec::new();
        let mut end = first.outer.start;
        let mut topic = turn(lead).filter(|_| topic == Topic::Files).unwrap_or(topic);
        for (at, path) in found.iter().enumerate() {
            let between = self.asking.document.slice(&(end..path.outer.start));
            if at > 0 && !joins(between) {
                let Some(turned) = turn(between) else { break };
                topic = turned;
            }
            end = path.outer.end;
            let behind = &value[(end - base).min(value.len())..];
            // Words that turn to the next path say nothing of this one.
            let next = found.get(at + 1).map(|next| next.outer.start.max(end));
            let turns = next.is_some_and(|next| turn(self.asking.document.slice(&(end..next))).is_some());
            let mut action = if turns { Action::Unstated } else { action_of_note(behind) };
            if action == Action::Unstated {
                action = if labelled || lead_action == Action::Unstated {
                    action_of_topic(topic, note)
                } else {
                    lead_action.clone()
                };
            }
            if let Some(to) = moved(topic, behind, found.get(at + 1)) {
                action = Action::Rename { to: to.path.clone() };
                touched.extend(add(&mut self.changes, path, &action, topic == Topic::Test, checkbox, true));
                end = to.outer.end;
                break;
            }
            touched.extend(add(&mut self.changes, path, &action, topic == Topic::Test, checkbox, true));
        }
        let rest = value[(end - base).min(value.len())..].to_owned();
        self.listed.extend(row.item);
        self.current = touched.clone();
        self.say(&touched, &format!("{note} {rest}"));
        true
    }

    /// A sentence that asks for a file: "Create `x`", "In `x`, add:", a box's words.
    fn asked(&mut self, at: usize, row: &Row, words: &str) -> bool {
        let marked = crate::naming::marked(words);
        let bare = crate::naming::unit_name(&marked.words)
            .filter(|name| name.rank == crate::naming::Rank::Step)
            .map_or(marked.words.clone(), |name| name.title);
        let own_item = row.item.is_some() && row.item == self.asking.item;
        let bare = if own_item || row.boxed { unnumbered(&bare) } else { bare };
        let next = self.asking.rows.get(at + 1);
        let above = next.is_some_and(|next| matches!(next.kind, RowKind::Code(_)));
        let colon = words.trim_end().trim_end_matches(['*', '_']).ends_with([':', '：']);
        let found = find_paths(words, row.span.start, above && colon);
        let Some(path) = found.first() else { return false };
        if only_looks(&bare) || path.path.ends_with('/') && !own_item && !row.boxed {
            return false;
        }
        let verb = action_of(&bare);
        let spot =
            Spot { above: above && colon, right_above: above, own: own_item || row.boxed, listed: row.item.is_some() };
        if !asks_for(
            &words[..path.outer.start - row.span.start],
            &words[(path.outer.end - row.span.start).min(words.len())..],
            verb.is_some(),
            &bare,
            path,
            &spot,
            self.asking.item.is_some(),
        ) {
            return false;
        }
        let mut action = verb.unwrap_or_default();
        let direct = words[..path.outer.start - row.span.start].split_whitespace().count() <= 4;
        let before = &words[..path.outer.start - row.span.start];
        if action == Action::Create && !direct && !own_item || action == Action::Delete && !deletes(before) {
            action = Action::Unstated;
        }
        if plainly_modifies(&bare) && action == Action::Unstated {
            action = Action::Modify;
        }
        let noted = action_of_note(&words[(path.outer.end - row.span.start).min(words.len())..]);
        let action = if noted == Action::Unstated { action } else { noted };
        let checkbox = self.asking.box_around(row);
        let path = &FoundPath { lines: None, ..path.clone() };
        let mut touched = add(&mut self.changes, path, &action, false, checkbox, false);
        let mut end = path.outer.end;
        for other in &found[1..] {
            if !joins(self.asking.document.slice(&(end..other.outer.start))) {
                break;
            }
            touched.extend(add(&mut self.changes, other, &action, false, checkbox, false));
            end = other.outer.end;
        }
        self.current = touched.clone();
        if !above {
            self.say(&touched, words);
        }
        true
    }

    /// Whether an item around the row named a file already.
    fn below_listed(&self, row: &Row) -> bool {
        let around = self.asking.document.items_around(&self.asking.document.pieces[row.piece]);
        around.iter().any(|item| self.listed.contains(item))
    }

    fn say(&mut self, touched: &[usize], words: &str) {
        let words = one_line(
            words.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '—' | '–' | '-' | ':' | ',')),
        );
        if words.is_empty() {
            return;
        }
        for at in touched {
            if let Some(change) = self.changes.get_mut(*at).filter(|change| change.prose.len() < 4000) {
                if !change.prose.is_empty() {
                    change.prose.push('\n');
                }
                change.prose.push_str(&words);
            }
        }
    }
}

/// Where a sentence stands.
struct Spot {
    /// A colon leads to the block right below.
    above: bool,
    /// A block stands right below.
    right_above: bool,
    /// It is the unit's own item, or an item with a box.
    own: bool,
    /// It is an item.
    listed: bool,
}

/// Whether a label's value says that the file at hand goes: "Delete — unused", "Remove this file".
fn removes_whole(value: &str) -> bool {
    let words = value.trim();
    let Some((first, rest)) = words.split_once(|letter: char| !letter.is_alphanumeric()) else {
        return action_of(words) == Some(Action::Delete);
    };
    let rest = rest.trim_start();
    let object = key(rest);
    let file = ["this file", "the file", "file", "entire file", "the entire file", "the whole file"];
    action_of(first) == Some(Action::Delete)
        && (rest.is_empty()
            || words[first.len()..].starts_with(['.', ';', ':'])
            || rest.starts_with(['—', '–', '-', '('])
            || file.iter().any(|word| object == *word || object.starts_with(&format!("{word} ")) && *word != "file"))
}

/// Whether the words around a path ask for that file.
fn asks_for(before: &str, behind: &str, verb: bool, bare: &str, path: &FoundPath, spot: &Spot, item: bool) -> bool {
    let empty = |text: &str| text.trim_matches(|letter: char| !letter.is_alphanumeric()).is_empty();
    let (leads, ends) = (empty(before), empty(behind));
    if spot.right_above && (spot.above || ends) {
        return leads || verb || ends;
    }
    if spot.own {
        return verb || ends || leads;
    }
    let near = before.split_whitespace().count() <= 8;
    let says = verb && near && !bare.to_lowercase().starts_with("to ");
    let told = || {
        let told = behind.trim_start_matches(|letter: char| {
            letter.is_whitespace() || matches!(letter, '`' | '-' | '—' | '–' | ':' | '*')
        });
        asks_for_change(told)
    };
    let lists = leads && spot.listed && path.path.contains('/') && (item || path.ticked && told());
    (path.ticked || spot.listed) && (says || lists)
}

/// Whether the words right before a path ask for the whole file to be removed, not for something in it.
fn deletes(before: &str) -> bool {
    let lower = key(before);
    let filler =
        ["the", "file", "files", "old", "unused", "obsolete", "legacy", "entire", "whole", "el", "archivo", "файл"];
    let mut words = lower.split_whitespace().rev().skip_while(|word| filler.contains(word));
    words.next().is_some_and(|word| action_of(word) == Some(Action::Delete))
}

/// Whether a bold line or item begins a step.
fn names_step(words: &str) -> bool {
    let name = crate::naming::unit_name(&crate::naming::marked(words).words);
    name.is_some_and(|name| name.rank == crate::naming::Rank::Step)
}

fn unnumbered(words: &str) -> String {
    let name = crate::naming::coded(words).or_else(|| crate::naming::numbered(words));
    let title = name.map_or_else(|| words.to_owned(), |name| name.title);
    let mut rest = title.trim_start();
    while let Some((_, tail)) =
        rest.strip_prefix('[').and_then(|inner| inner.split_once(']')).filter(|(tag, _)| tag.len() <= 8)
    {
        if tail.starts_with('(') {
            break;
        }
        rest = tail.trim_start();
    }
    rest.to_owned()
}

/// What a title's first word says is done to the file in it.
fn stated(words: &str) -> Action {
    let action = action_of(words).unwrap_or_default();
    let before = &words[..words.find('`').unwrap_or(0)];
    let action = if action == Action::Delete && !deletes(before) { Action::Unstated } else { action };
    if action == Action::Unstated && plainly_modifies(words) { Action::Modify } else { action }
}

/// Whether the words between two paths only join them.
fn joins(between: &str) -> bool {
    let lower = between.to_lowercase();
    let mut depth = 0_i32;
    let outside: String = lower
        .chars()
        .filter(|letter| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            depth == 0 && *letter != ')'
        })
        .collect();
    let bare = outside.trim_matches(|letter: char| {
        letter.is_whitespace()
            || matches!(letter, ',' | '+' | '&' | '/' | '、' | '，' | ';' | '·' | '→' | '>' | '-' | '*')
    });
    matches!(
        bare,
        "" | "and"
            | "or"
            | "y"
            | "and/or"
            | "和"
            | "и"
            | "і"
            | "та"
            | "plus"
            | "und"
            | "et"
            | "to"
            | "e"
            | "oraz"
            | "及"
            | "与"
    )
}

/// What a word between two paths says of those after it: "Create `a`; Test `b`".
fn turn(between: &str) -> Option<Topic> {
    topic(&key(between.trim_matches(|letter: char| !letter.is_alphabetic()))).filter(|topic| topic.names_files())
}

/// The new path, where a file is moved.
fn moved<'f>(topic: Topic, behind: &str, next: Option<&'f FoundPath>) -> Option<&'f FoundPath> {
    let next = next?;
    let before = behind.split('`').next().unwrap_or(behind);
    let arrow = ["→", "->", "=>", "⇒"].iter().any(|sign| before.contains(sign));
    let to = topic == Topic::Rename && (before.trim() == "to" || before.trim() == "as");
    (arrow || to).then_some(next)
}
