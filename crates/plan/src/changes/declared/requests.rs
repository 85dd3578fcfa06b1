//! The files that a sentence or a box asks for: "Create `a.py`", "In `a.py`, add:".

use super::Collector;
use crate::basis::Basis;
use crate::changes::asks::{
    Request, Spot, asks_for, changes_within, is_marker, only_joins, only_tells, without_number,
};
use crate::changes::verbs::{action_of, action_of_note, only_looks, plainly_modifies};
use crate::changes::whole::deletes_file;
use crate::changes::{Action, FileNote, add_change, changes_meant};
use crate::document::Span;
use crate::mention::{self, is_empty_lead, is_empty_note, spoken_paths};
use crate::paths::FoundPath;
use crate::rows::Row;
use crate::vocabulary::{Use, entry_at_start};

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
    let bumps = is_marker(before) && plainly_modifies(behind);
    let action = match action {
        Action::Unstated if plainly_modifies(request.bare) || within || bumps => Action::Modify,
        action => action,
    };
    (action, basis)
}

/// Returns the end of the last of the paths before `limit` between which only "and" and the like stand.
fn last_joined<'t>(found: &[FoundPath], limit: usize, between: impl Fn(Span) -> &'t str) -> usize {
    let mut end = found.first().map_or(limit, |first| first.outer.end);
    for path in found.iter().skip(1).filter(|path| path.outer.end <= limit) {
        if !only_joins(between(end..path.outer.start)) {
            break;
        }
        end = path.outer.end;
    }
    end
}

/// Returns a sentence without the words before its verb: "and create `a.py`", "Then create `a.py`".
fn without_leads(words: &str) -> &str {
    let mut rest = words;
    // Lower case may be longer than the words themselves in a few scripts; then nothing is taken off.
    while let Some(tail) =
        entry_at_start(&rest.to_lowercase(), Use::Lead).and_then(|end| rest.get(end..))
    {
        rest = tail.trim_start_matches([' ', ',']);
    }
    rest
}

impl Collector<'_, '_, '_> {
    /// Adds the files that a sentence asks for: "Create `x`", "In `x`, add:", a box's words; false where it asks for
    /// none.
    pub(super) fn asked(&mut self, at: usize, row: &Row, words: &str) -> bool {
        let (above, colon) = self.leads_on(at);
        let whole = row.boxed || row.item.is_some() && row.item == self.asking.item;
        let first = self.asked_from(at, row, words);
        // "Or create `x` if preferred. Also add to `y`:": the sentence that leads to the block asks for its own.
        let last = words
            .trim_end()
            .len()
            .checked_sub(1)
            .map(|end| mention::sentence_around(words, words.floor_char_boundary(end)).start)
            .filter(|start| above && colon && !whole && *start > 0);
        let Some(start) = last else {
            return first;
        };
        let rest = Row {
            span: row.span.start + start..row.span.end,
            ..row.clone()
        };
        self.asked_from(at, &rest, &words[start..]) || first
    }

    /// Adds the files for which the first sentence that names one asks.
    fn asked_from(&mut self, at: usize, row: &Row, words: &str) -> bool {
        let own_item = row.item.is_some() && row.item == self.asking.item;
        let (above, colon) = self.leads_on(at);
        // The title of a step right above its block names its file with or without marks.
        let found = spoken_paths(words, row.span.start, above && (colon || row.boxed));
        let Some(path) = found.first() else {
            return false;
        };
        let outer = path.outer.start - row.span.start..path.outer.end - row.span.start;
        // Outside the list of files, only a file that the words make the object of a change is one of the unit's.
        let listed = self.free || !changes_meant(&self.changes, &path.path).is_empty();
        if above && !listed && !row.boxed && path.ticked && only_tells(words, &outer) {
            return false;
        }
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
        let last = last_joined(&found, start + words.len(), |span| {
            self.asking.document.slice(&span)
        });
        // "T001 [P] `a.py` - …": a code and its tags are the box's number.
        let before = &words[..path.outer.start - start];
        let numbered = whole && without_number(&format!("{before}a")) == "a";
        let request = Request {
            before: if numbered { "" } else { before },
            behind: &words[(path.outer.end - start).min(words.len())..],
            tail: &words[(last - start).min(words.len())..],
            verb: action_of(without_leads(&bare)).or_else(|| action_of(&bare)),
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
}
