//! Judges a sentence: by its place, by its form, and by what the blocks show.

mod facts;

use std::collections::HashSet;

use super::asked::Asked;
use super::bounds::{as_forbidden, bound_of_sentence, is_about};
use super::form::{self, Form, Mood};
use super::inventory::Inventory;
use super::prohibition::protected_names;
use super::scope::Scopes;
use super::split::Cut;
use super::topics::topics_of_sentence;
use super::words::leads_on;
use super::{Sentence, SentenceClass, inline};
use crate::blocks::is_labelled_place;
use crate::changes::{Asking, PlannedChange};
use crate::criteria::is_among;
use crate::document::Span;
use crate::labels::{Topic, topic_of_label};
use crate::mention::{is_empty_note, makes_empty};
use crate::rows::RowKind;
use crate::vocabulary::{Use, entry_at_start};

/// Judges the sentences of one unit.
pub(super) struct Judge<'a, 'd, 't> {
    /// The unit's rows.
    pub(super) asking: &'a Asking<'d, 't>,
    /// Which rows speak of the same thing.
    pub(super) scopes: &'a Scopes,
    /// The unit's files.
    pub(super) changes: &'a [PlannedChange],
    /// The evidence of its blocks.
    pub(super) stock: &'a Inventory<'a>,
    /// The first rows of the steps that run or check something.
    pub(super) checks: &'a HashSet<usize>,
}

impl Judge<'_, '_, '_> {
    /// Returns the row of the line, ending in a colon, that leads to the list in which a sentence stands.
    pub(super) fn lead(&self, cut: &Cut) -> Option<usize> {
        let row = self.asking.rows.get(cut.row)?;
        let lead = row.item.and_then(|_| self.scopes.lead(cut.row))?;
        leads_on(self.words(lead)).then_some(lead)
    }

    /// Judges a sentence; `led` is the class of the line that leads to its list.
    pub(super) fn judge(&self, cut: &Cut, led: Option<SentenceClass>) -> Sentence {
        let words = self.asking.document.slice(&cut.span);
        let form = form::read_form(words);
        // A tag on a line of its own only begins or ends an element.
        let tag = is_tag(words).then_some(SentenceClass::Context);
        let placed = tag
            .or_else(|| self.by_place(cut, &form))
            .or_else(|| by_lead(led))
            .or_else(|| {
                self.by_form(cut, &form)
                    .map(|class| as_supposed(class, &form))
            });
        let class = placed.unwrap_or_else(|| as_supposed(self.by_blocks(cut, &form), &form));
        let mut protects = protected_names(form::without_contraction(words));
        if self.scopes.group(cut.row).start == 0
            || self.stock.group(self.scopes.group(cut.row).start).is_none()
        {
            // In a step that shows code it may speak of that step alone.
            protects.extend(bound_of_sentence(form::without_contraction(words)));
        }
        let class = if is_about(words, &protects) {
            as_forbidden(class)
        } else {
            class
        };
        if class == SentenceClass::Condition {
            // What holds only under a condition is not held against the change.
            protects.clear();
        }
        let open = matches!(class, SentenceClass::DoUnshown | SentenceClass::DoPartly);
        let shown = matches!(class, SentenceClass::DoShown | SentenceClass::Place);
        let topics = if shown {
            topics_of_sentence(words)
        } else {
            Vec::new()
        };
        let replacement = open.then(|| inline::read_replacement(words)).flatten();
        Sentence {
            span: cut.span.clone(),
            class,
            negated: form.negated,
            open,
            protects,
            topics,
            replacement,
        }
    }

    /// Returns what the place of a sentence decides, whatever it says.
    fn by_place(&self, cut: &Cut, form: &Form) -> Option<SentenceClass> {
        use SentenceClass::{Check, Condition, Context, DoUnshown, Elsewhere, Forbid, Person, Run};
        let row = &self.asking.rows[cut.row];
        if form.done || names_only_numbers(form) {
            return Some(Context);
        }
        match topic_of_label(&form.label) {
            Some(Topic::Expect | Topic::Output) => return Some(Check),
            Some(Topic::Run | Topic::Commit) => return Some(Run),
            Some(Topic::Reference) if form.mood != Mood::Asks(Use::Change) => return Some(Context),
            _ => {}
        }
        let topic = row.topic?;
        if is_among(row) {
            let person = topic == Topic::Manual && matches!(form.mood, Mood::Asks(_));
            let unwritten = form.test
                && !form.outcome
                && !self.stock.runs_in(cut.span.clone())
                && !self.shows_test(form);
            return Some(if unwritten {
                DoUnshown
            } else if person {
                Person
            } else {
                Check
            });
        }
        match topic {
            Topic::Bounds => Some(Forbid),
            Topic::Rollback => Some(Condition),
            Topic::Depends => Some(Elsewhere),
            Topic::Expect | Topic::Output => Some(Check),
            Topic::Run | Topic::Commit => Some(Run),
            Topic::Reference | Topic::Status | Topic::Progress | Topic::Folder => Some(Context),
            _ => None,
        }
    }

    /// Returns what its form decides, wherever it stands.
    fn by_form(&self, cut: &Cut, form: &Form) -> Option<SentenceClass> {
        use SentenceClass::{Check, Condition, Context, DoShown, Elsewhere, Forbid, Person, Run};
        // "Empty package marker." spells the file out.
        if is_empty_note(&form.head) {
            return Some(DoShown);
        }
        let above = cut
            .row
            .checked_sub(1)
            .and_then(|above| self.asking.rows.get(above));
        let behind_code = above.is_some_and(|above| matches!(above.kind, RowKind::Code(_)));
        if behind_code && is_labelled_place(self.asking.document.slice(&cut.span)) {
            return Some(SentenceClass::Place);
        }
        if form.elsewhere && form.mood == Mood::States && self.asking.rows[cut.row].label.is_none()
        {
            return Some(Elsewhere);
        }
        if form.message {
            return Some(Run);
        }
        if form.conditional && !form.maps || form.proviso && form.mood != Mood::States {
            return Some(Condition);
        }
        if form.forbids {
            return Some(Forbid);
        }
        let asks = form.called.map_or(form.mood, Mood::Asks);
        match asks {
            Mood::States if form.command => Some(Run),
            // "It is made by `make schema`."
            Mood::States
                if entry_at_start(&form.head, Use::Pronoun).is_some()
                    && self.stock.runs_in(cut.span.clone()) =>
            {
                Some(Run)
            }
            Mood::Asks(Use::Run) => Some(Run),
            // "Add `zod` with `npm install zod`": the command does it.
            Mood::Asks(Use::Change) if !form.step && self.stock.runs_in(cut.span.clone()) => {
                Some(Run)
            }
            Mood::Asks(Use::Judge) => Some(Check),
            Mood::Asks(Use::Person | Use::Read) if form.path.is_none() => Some(Person),
            Mood::States | Mood::Demands
                if self.is_checked(cut) || form.outcome || form.step && form.judges =>
            {
                Some(Check)
            }
            // "It returns 404 for unknown items" explains nothing that a block shows.
            Mood::States if form.refers && self.lacks_status(cut) => None,
            Mood::States if form.explains || form.refers || self.is_explanation(cut) => {
                Some(Context)
            }
            Mood::Demands if form.explains || self.is_explanation(cut) => Some(Context),
            Mood::Asks(Use::Change) | Mood::States if form.step && self.only_runs(cut) => Some(Run),
            _ => None,
        }
    }

    /// Returns whether the blocks lack something that a sentence names: an import, a status, a value, an object, a name.
    fn lacks_named(&self, cut: &Cut, form: &Form, asked: &Asked<'_>, asks: bool) -> bool {
        let row = &self.asking.rows[cut.row];
        let words = self.asking.document.slice(&cut.span);
        let unit = self.stock.unit();
        let lacks = asked.lacks_import(unit)
            || asked.lacks_status(unit)
            || asks && asked.lacks_version(unit);
        let lacks = lacks || !form.given && !form.negated && asked.lacks_value(unit);
        let lacks =
            lacks || asks && !form.step && !self.is_followed(cut) && asked.lacks_user(unit, form);
        // "`create` also emits an event": what it does beside what its block shows.
        let does_more = form.mood == Mood::States && form::says_what_code_does(&form.head);
        let lacks = lacks || does_more && !form.given && !form.negated && asked.lacks_object(unit);
        // The product's own components are known by their names; a title says in words what its blocks show.
        let named = asks && !form.step && !is_title(words) && !row.boxed;
        lacks || named && unit.works() && asked.lacks_known_name(unit, self.asking.document)
    }

    /// Returns the class of a sentence that stands for what it leads to: a block, a file, what was said before.
    fn by_lead_in(
        &self,
        cut: &Cut,
        form: &Form,
        asked: &Asked<'_>,
        ends: bool,
    ) -> Option<SentenceClass> {
        use SentenceClass::{DoShown, Place};
        let row = &self.asking.rows[cut.row];
        let words = self.asking.document.slice(&cut.span);
        let coded = self
            .next(cut)
            .is_some_and(|row| matches!(row.kind, RowKind::Code(_)));
        if ends && coded && !self.stock.is_shell(cut.last + 1) {
            // Before a block that shows how the code is now, or nothing but comments.
            return Some(Place);
        }
        if makes_empty(words) || self.points_back(cut, form, asked) {
            return Some(DoShown);
        }
        let names = row.label.is_some() && row.topic.is_some_and(Topic::names_files);
        if self.names_second_file(cut, form) {
            return Some(SentenceClass::DoUnshown);
        }
        if form.path.is_some() && form.head.is_empty() || names && ends {
            return Some(Place);
        }
        if self.moves_file(cut) {
            return Some(DoShown);
        }
        if ends && self.leads_to_file(cut) && !asked.names_symbols() && !form.owes {
            return Some(DoShown);
        }
        None
    }

    /// Returns what the blocks show of it.
    fn by_blocks(&self, cut: &Cut, form: &Form) -> SentenceClass {
        use SentenceClass::{Context, DoShown, DoUnshown, Place, Unclear};
        let row = &self.asking.rows[cut.row];
        let words = self.asking.document.slice(&cut.span);
        let ends = leads_on(words);
        if self.names_files(cut, form) {
            return Place;
        }
        let asked = Asked::new(words, form);
        let unit = self.stock.unit();
        if self.leads_in(cut, form) {
            return self.before_block(cut, form, &asked, ends);
        }
        if let Some(class) = self.by_lead_in(cut, form, &asked, ends) {
            return class;
        }
        let headed = ends
            && self
                .next(cut)
                .is_some_and(|next| matches!(next.kind, RowKind::Heading(_)));
        // An item that begins with a name of which no block holds a trace.
        let absent = form
            .subject
            .as_deref()
            .is_some_and(|subject| row.item.is_some() && !unit.has(subject))
            || row.item.is_some() && form.mood == Mood::States && self.is_below_absent(cut)
            || self.lacks_class(cut, form);
        let asks = matches!(
            form.mood,
            Mood::Asks(Use::Change | Use::Remove) | Mood::Demands
        ) || form.maps
            || absent;
        let lacks = self.lacks_named(cut, form, &asked, asks);
        let spelled = !form.forbids && (form.owes || lacks);
        if is_title(words) && self.stands_over_code(cut) && !spelled {
            return DoShown;
        }
        let found = Found {
            asked,
            asks: asks || spelled,
            absent,
            headed,
        };
        let files = if headed { None } else { self.files(cut, form) };
        let (worded, shown) = match files {
            Some(files) => self.by_files(cut, form, &found, &files),
            None => self.by_group(cut, form, &found),
        };
        match (
            worded,
            shown && !spelled && !(found.asks && self.is_missing(cut, form, &found.asked)),
        ) {
            (true, true) => DoShown,
            (true, false) if is_title(words) && !form.step && form.mood == Mood::States => Context,
            (true, false) => DoUnshown,
            (false, _) if self.is_unclear(cut, form, &found.asked) => Unclear,
            (false, _) => Context,
        }
    }

    /// Returns what the last sentence before a block is: what the block shows, unless it names what no block holds.
    fn before_block(&self, cut: &Cut, form: &Form, asked: &Asked<'_>, ends: bool) -> SentenceClass {
        use SentenceClass::{DoPartly, DoShown, DoUnshown, Place};
        let asks = matches!(
            form.mood,
            Mood::Asks(Use::Change | Use::Remove) | Mood::Demands
        );
        if asks && self.stock.is_stub(cut.last + 1) || self.asks_before(cut, form) {
            return DoPartly;
        }
        let unit = self.stock.unit();
        if !form.forbids && asked.lacks_import(unit) {
            return DoUnshown;
        }
        let stated = form.owes || !form.forbids && asked.lacks_status(unit);
        let row = &self.asking.rows[cut.row];
        // The words of the one sentence right above a block are its title; those of an item, a demand or a name are not.
        let more =
            row.item.is_some() || form.mood == Mood::Demands || form.tests || asked.names_symbols();
        let named = asks
            && !form.step
            && !is_title(self.asking.document.slice(&cut.span))
            && !row.boxed
            && !form.given;
        if named && unit.works() && asked.lacks_known_name(unit, self.asking.document) {
            return DoPartly;
        }
        if asked.lacks_value(self.stock.unit())
            && self.stock.unit().works()
            && !form.given
            && !form.negated
        {
            return DoPartly;
        }
        if !ends
            && self.stock.unit().works()
            && (stated
                || asks && more && self.is_missing(cut, form, asked)
                || asks && self.is_untold(cut, form, asked))
        {
            return DoUnshown;
        }
        if !ends && form.mood == Mood::States && self.is_untold(cut, form, asked) {
            return SentenceClass::Unclear;
        }
        let listed = row.item.is_some() && row.label.is_none() && row.topic == Some(Topic::Changes);
        if listed
            && form.mood == Mood::States
            && !form.negated
            && asked.is_unfamiliar(self.stock.unit())
        {
            return SentenceClass::Unclear;
        }
        if matches!(form.mood, Mood::Asks(_)) {
            DoShown
        } else {
            Place
        }
    }

    /// Returns whether the unit's blocks hold nothing of what a sentence names. The title of a step, and what a section or
    /// the unit is about, say little of it in the words of the code.
    fn is_missing(&self, cut: &Cut, form: &Form, asked: &Asked<'_>) -> bool {
        let row = &self.asking.rows[cut.row];
        let about = row.heading_topic == Some(Topic::About)
            || topic_of_label(&form.label) == Some(Topic::About);
        let demands = form.mood == Mood::Demands;
        let untested = form.tests && !self.stock.has_tests();
        // "Also cover `version` in the existing tests": what is there before the work is what it changes.
        let extends = untested
            && form.mood == Mood::Asks(Use::Change)
            && !form.outcome
            && asked.names_symbols();
        if form.step
            || row.boxed
            || form.given && !extends
            || is_title(self.asking.document.slice(&cut.span))
        {
            return false;
        }
        let unit = self.stock.unit();
        !about && untested
            || asked.is_strange(unit, demands || !about)
            || demands && !about && asked.is_foreign()
    }

    /// Returns whether a statement below the blocks, under a label or in a list of changes may ask for what they lack.
    fn is_unclear(&self, cut: &Cut, form: &Form, asked: &Asked<'_>) -> bool {
        let row = &self.asking.rows[cut.row];
        let denies = form.negated && form::denies_work(&form.head);
        if form.mood != Mood::States || denies || form.explains || !self.stock.unit().works() {
            return false;
        }
        let words = self.asking.document.slice(&cut.span);
        if form.refers || leads_on(words) {
            return false;
        }
        let group = self.scopes.group(cut.row);
        let below = self.stock.shows_in(group.start..cut.row) && !self.is_followed(cut);
        let stands =
            below || form.cautions || self.commits(cut) || row.topic == Some(Topic::Changes);
        stands && asked.is_unfamiliar(self.stock.unit())
            || self.is_followed(cut) && self.is_untold(cut, form, asked)
    }
}

fn is_tag(words: &str) -> bool {
    let name = words
        .trim()
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    name.is_some_and(|name| {
        name.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '_' | '-'))
    })
}

/// Returns whether a label of what the work is about has nothing but numbers of what is described elsewhere for its value:
/// "_Requirements: 1.2, 3.4_".
fn names_only_numbers(form: &Form) -> bool {
    let about = matches!(
        topic_of_label(&form.label),
        Some(Topic::About | Topic::Reference)
    );
    let mut parts = form
        .head
        .split([',', ' ', ';'])
        .map(|part| part.trim_matches(['_', '*', '.']))
        .peekable();
    let is_number =
        |part: &str| part.is_empty() || part.contains(|letter: char| letter.is_ascii_digit());
    about
        && parts.peek().is_some_and(|part| !part.is_empty())
        && parts.all(|part| is_number(part) || part == "and")
}

pub(super) fn spans_overlap(one: &Span, other: &Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// Returns whether a line is all bold: a title, whatever it is over.
pub(super) fn is_title(words: &str) -> bool {
    let bold = |sign: &str| {
        words
            .strip_prefix(sign)
            .and_then(|rest| rest.strip_suffix(sign))
    };
    bold("**")
        .or_else(|| bold("__"))
        .is_some_and(|inner| !inner.is_empty() && !inner.contains("**"))
}

/// Returns the class of a sentence that depends on something: where that may be the work itself, it can't be told whether
/// what no block shows is asked for.
fn as_supposed(class: SentenceClass, form: &Form) -> SentenceClass {
    use SentenceClass::{Check, Condition, Context, DoPartly, DoUnshown, Unclear};
    match (form.supposes, class) {
        (Some(_), Check | Context) => Condition,
        (Some(form::Supposed::Unsure), DoUnshown | DoPartly) => Unclear,
        _ => class,
    }
}

/// Returns what a line that leads to a list makes of its items.
fn by_lead(led: Option<SentenceClass>) -> Option<SentenceClass> {
    use SentenceClass::{Check, Condition, Elsewhere, Forbid};
    led.filter(|class| matches!(class, Check | Forbid | Condition | Elsewhere))
}

/// Returns whether the title of a step says that it runs or checks something.
pub(super) fn is_check(title: &str) -> bool {
    let form = form::read_form(title);
    form.step && (matches!(form.mood, Mood::Asks(Use::Run | Use::Judge)) || form.judges)
}

/// The findings of a sentence before the blocks are asked.
pub(super) struct Found<'w> {
    pub(super) asked: Asked<'w>,
    /// It asks for a change.
    pub(super) asks: bool,
    /// It names what no block holds.
    pub(super) absent: bool,
    /// It announces the headings below it.
    pub(super) headed: bool,
}
