//! The surroundings of a sentence: the topic of its row, its files, the rows before and behind it.

use super::{Judge, is_title, spans_overlap};
use crate::changes::{Action, PlannedChange, changes_meant, is_stated_of_file};
use crate::labels::Topic;
use crate::mention::makes_empty;
use crate::paths::{as_path, find_paths};
use crate::rows::{Row, RowKind};
use crate::sentences::asked::Asked;
use crate::sentences::form::{self, Form, Mood};
use crate::sentences::split::Cut;
use crate::sentences::statuses::lacks_status;
use crate::sentences::words::{leads_on, symbols_in};
use crate::vocabulary::{Use, uses_in};

impl Judge<'_, '_, '_> {
    /// Returns whether the group around it holds commands and no code.
    pub(super) fn only_runs(&self, cut: &Cut) -> bool {
        let group = self.scopes.group(cut.row);
        let title = self.words(cut.row);
        let form = form::read_form(title);
        // A commit does not make the change that the title names.
        let names = form.mood == Mood::Asks(Use::Change)
            || Asked::new(title, &form).lacks_version(self.stock.unit());
        let names = names && !uses_in(&form.head).has(Use::Run);
        let bytes = self.bytes(cut);
        !(names && self.commits(cut))
            && self.stock.runs_in(bytes)
            && self
                .stock
                .group(group.start)
                .is_none_or(|shown| !shown.has_code())
    }

    /// Returns whether the step around it runs or checks something.
    pub(super) fn is_checked(&self, cut: &Cut) -> bool {
        let start = self.scopes.group(cut.row).start;
        start != cut.row && self.checks.contains(&start) && !self.commits(cut)
    }

    /// Returns whether the group around it commits.
    pub(super) fn commits(&self, cut: &Cut) -> bool {
        self.stock.commits_in(self.bytes(cut))
    }

    /// Returns the bytes of the group around it.
    fn bytes(&self, cut: &Cut) -> std::ops::Range<usize> {
        let rows = &self.asking.rows[self.scopes.group(cut.row)];
        rows.first().map_or(0, |row| row.span.start)..rows.last().map_or(0, |row| row.span.end)
    }

    /// Returns the files that the sentence speaks of: that with which it begins, of the item around it, or of the label
    /// above.
    pub(super) fn files(&self, cut: &Cut, form: &Form) -> Option<Vec<usize>> {
        if let Some(path) = &form.path {
            return Some(changes_meant(self.changes, path));
        }
        let group = self.scopes.group(cut.row);
        let named = |at: usize| {
            let paths = find_paths(self.words(at), 0, false);
            let [path] = paths.as_slice() else {
                return None;
            };
            Some(changes_meant(self.changes, &path.path)).filter(|files| !files.is_empty())
        };
        let around = self.scopes.parent(cut.row).filter(|at| group.contains(at));
        let label = &self.asking.rows[group.start];
        let labels = label.label.is_some()
            && label.item.is_none()
            && label.topic.is_some_and(Topic::names_files);
        let label = (labels && group.start < cut.row).then_some(group.start);
        let titled = || self.title_above(cut).filter(|_| !form.step).and_then(named);
        around
            .and_then(named)
            .or_else(|| label.and_then(named))
            .or_else(titled)
    }

    /// Returns whether the bold line above names a symbol that no block of the unit holds: "**`Pool.close()`**".
    pub(super) fn is_below_absent(&self, cut: &Cut) -> bool {
        let title = self.title_above(cut).map(|at| self.words(at));
        let names = title.map(symbols_in).unwrap_or_default();
        matches!(names.as_slice(), [name] if as_path(name, true).is_none() && !self.stock.unit().has(name))
    }

    /// Returns the last line in bold above a sentence, below the same heading: "**File: `a.ts`**", "**The pool:**".
    fn title_above(&self, cut: &Cut) -> Option<usize> {
        let rows = &self.asking.rows[..cut.row];
        let own = rows
            .iter()
            .rposition(|row| matches!(row.kind, RowKind::Heading(_)))
            .map_or(0, |at| at + 1);
        (own..cut.row)
            .rev()
            .find(|at| rows[*at].item.is_none() && is_title(self.words(*at)))
    }

    /// Returns whether it is an entry of a list of files: a path behind a label, with no note behind it.
    pub(super) fn names_files(&self, cut: &Cut, form: &Form) -> bool {
        let row = &self.asking.rows[cut.row];
        let listed = row.topic.is_some_and(Topic::names_files)
            && (row.label.is_some() || row.item.is_some());
        if !listed || form.path.is_some() && !form.head.is_empty() {
            return false;
        }
        let words = self.asking.document.slice(&cut.span);
        let noted = [" — ", " – ", " - "]
            .iter()
            .any(|sign| words.contains(sign));
        !noted
            && self
                .changes
                .iter()
                .any(|change| spans_overlap(&change.span, &cut.span))
    }

    /// Returns whether code with bodies stands in its group: what a title is over.
    pub(super) fn stands_over_code(&self, cut: &Cut) -> bool {
        let group = self.scopes.group(cut.row);
        // The words that make an empty file stand for its code.
        let empty = group.end > cut.row + 1
            && (cut.row + 1..group.end).all(|at| makes_empty(self.words(at)));
        let local = self.stock.group(group.start);
        empty || local.is_some_and(|local| local.works() && local.has_code())
    }

    /// Returns whether it states that a file goes or gets another path: that is done as stated.
    pub(super) fn moves_file(&self, cut: &Cut) -> bool {
        let moves = |change: &&PlannedChange| {
            matches!(change.action, Action::Delete | Action::Rename { .. })
        };
        self.changes
            .iter()
            .filter(moves)
            .any(|change| spans_overlap(&change.span, &cut.span))
            || is_stated_of_file(self.changes, self.asking.document.slice(&cut.span))
    }

    /// Returns whether a block that shows something follows in its group.
    pub(in crate::sentences) fn is_followed(&self, cut: &Cut) -> bool {
        self.stock
            .shows_in(cut.last..self.scopes.group(cut.row).end)
    }

    /// Returns whether the label of a file follows, with a block that shows it right below: "We need a wrapper:".
    pub(super) fn leads_to_file(&self, cut: &Cut) -> bool {
        let next = cut.last + 1;
        cut.closes && self.asking.names_file(next) && self.stock.shows_in(next + 1..next + 2)
    }

    /// Returns the row behind the sentence, if it ends its paragraph.
    pub(super) fn next(&self, cut: &Cut) -> Option<&Row> {
        self.asking.rows.get(cut.last + 1).filter(|_| cut.closes)
    }

    /// Returns whether it is the last sentence before a block that shows something: commands
    /// show no change, and comments alone only one of comments.
    pub(super) fn leads_in(&self, cut: &Cut, form: &Form) -> bool {
        let next = cut.last + 1;
        let code = self
            .next(cut)
            .is_some_and(|row| matches!(row.kind, RowKind::Code(_)));
        let shown = self.stock.shows_in(next..next + 1) || form.comments;
        let words = self.asking.document.slice(&cut.span);
        let ends = leads_on(words);
        let change =
            form.mood == Mood::Asks(Use::Change) || !ends && !matches!(form.mood, Mood::Asks(_));
        code && shown && !(change && self.stock.is_shell(next))
    }

    /// Returns whether a sentence names a status of HTTP that no block of the unit shows.
    pub(super) fn lacks_status(&self, cut: &Cut) -> bool {
        lacks_status(self.asking.document.slice(&cut.span), self.stock.unit())
    }

    /// Returns whether the heading, or the line that leads to the list, begins an explanation.
    pub(in crate::sentences) fn is_explanation(&self, cut: &Cut) -> bool {
        let row = &self.asking.rows[cut.row];
        let heading = row.section.map(|at| self.words(at));
        let led = row
            .item
            .and_then(|_| self.scopes.lead(cut.row))
            .map(|at| self.words(at));
        let led = led.filter(|words| {
            words
                .trim_end_matches(['*', '_', ' '])
                .ends_with([':', '：', '?', '？'])
        });
        [heading, led]
            .into_iter()
            .flatten()
            .any(|words| form::begins_explanation(words) || form::denies_work(words))
    }

    pub(in crate::sentences) fn words(&self, row: usize) -> &str {
        self.asking
            .rows
            .get(row)
            .map_or("", |row| self.asking.document.slice(&row.span))
    }
}
