//! Judges what only its neighbours tell of: an entry among entries that all ask for work, and the line that leads to them.
//!
//! ```text
//! **Changes**, in the style of the others:    leads to nothing but work that no block shows: it asks for that
//! - a row for each option                     work
//! - the answers follow `docs/contract.md`     says how something is; all others beside it ask: so does this
//! - an example of the call                    work
//! ```
//!
//! So does the first statement below a heading, "All routes use `adminOnly`.", over a section with no block.

use std::collections::HashMap;

use crate::labels::{Topic, topic_of_label};

use super::asked::Asked;
use super::form::{self, Mood};
use super::judge::Judge;
use super::split::Cut;
use super::words::leads_on;
use super::{Sentence, SentenceClass};

/// The fewest entries beside one that tell what their list is of: of two, each may be the exception.
const FEWEST: usize = 2;

/// The sentences of an entry of a list.
#[derive(Debug, Default)]
struct Entry {
    /// Their places among all sentences.
    sentences: Vec<usize>,
    /// One of them asks for work that no block shows.
    open: bool,
}

impl Judge<'_, '_, '_> {
    /// Settles the sentences that ask for what their neighbours do.
    pub(super) fn settle_together(&self, cuts: &[Cut], found: &mut [Sentence]) {
        self.settle_rules(cuts, found);
        for (lead, entries) in self.lists(cuts, found) {
            let open = entries.iter().filter(|entry| entry.open).count();
            if open * 2 > entries.len() {
                self.settle_lead(lead, cuts, found);
            }
            if open + 1 == entries.len() && open >= FEWEST {
                let entry = entries.iter().find(|entry| !entry.open);
                let only = entry.and_then(|entry| match entry.sentences.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                });
                if let Some(at) = only
                    && self.is_bare(&cuts[at], &found[at])
                {
                    open_sentence(&mut found[at]);
                }
            }
        }
    }

    /// Settles the statements right below a heading, over a section that shows no block and asks for much: they hold of all
    /// its work, if no block of the unit holds a symbol of theirs.
    fn settle_rules(&self, cuts: &[Cut], found: &mut [Sentence]) {
        let mut from = 0;
        while let Some(cut) = cuts.get(from) {
            let section = self.asking.rows[cut.row].section;
            let same = |cut: &&Cut| self.asking.rows[cut.row].section == section;
            let end = from + cuts[from..].iter().take_while(same).count();
            let open = found[from..end].iter().filter(|one| one.open).count();
            if section.is_some_and(|heading| heading + 1 == cut.row)
                && open >= FEWEST
                && open * 2 > end - from
                && self.rules_section(cut, &found[from])
            {
                open_sentence(&mut found[from]);
            }
            from = end;
        }
    }

    fn rules_section(&self, cut: &Cut, sentence: &Sentence) -> bool {
        let row = &self.asking.rows[cut.row];
        let words = self.asking.document.slice(&cut.span);
        let asked = Asked::new(words, &form::read_form(words));
        let unit = self.stock.unit();
        row.item.is_none()
            && row.topic.is_none()
            && self.is_bare(cut, sentence)
            && self.stock.section(row.section).is_none()
            && unit.works()
            && asked.names_symbols()
            && asked.is_strange(unit, false)
    }

    /// Returns the entries of each list, below the row that leads to it.
    fn lists(&self, cuts: &[Cut], found: &[Sentence]) -> Vec<(usize, Vec<Entry>)> {
        let mut lists: Vec<(usize, Vec<Entry>)> = Vec::new();
        let mut entries: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for (at, (cut, sentence)) in cuts.iter().zip(found).enumerate() {
            let row = &self.asking.rows[cut.row];
            let Some((item, lead)) = row.item.zip(self.scopes.lead(cut.row)) else {
                continue;
            };
            let list = *known.entry(lead).or_insert_with(|| {
                lists.push((lead, Vec::new()));
                lists.len() - 1
            });
            let (list, entry) = *entries.entry(item).or_insert_with(|| {
                lists[list].1.push(Entry::default());
                (list, lists[list].1.len() - 1)
            });
            let entry = &mut lists[list].1[entry];
            entry.sentences.push(at);
            entry.open = entry.open || sentence.open;
        }
        lists
    }

    /// Opens the line that leads to a list of nothing but open work, if it says more than a label does.
    fn settle_lead(&self, lead: usize, cuts: &[Cut], found: &mut [Sentence]) {
        let at = cuts.partition_point(|cut| cut.last < lead);
        let Some((cut, sentence)) = cuts.get(at).zip(found.get_mut(at)) else {
            return;
        };
        let words = self.asking.document.slice(&cut.span);
        let alone = cut.last == lead && cut.closes && leads_on(words);
        if alone && says_more_than_label(words) && sentence.class == SentenceClass::Context {
            open_sentence(sentence);
        }
    }

    /// Returns whether it says, without a reason, an order or a denial, how something is.
    fn is_bare(&self, cut: &Cut, sentence: &Sentence) -> bool {
        let words = self.asking.document.slice(&cut.span);
        let form = form::read_form(words);
        // A line that is all emphasis is a title, or a note of where something is asked for.
        let emphasis = ['*', '_'];
        let marked = words.starts_with(emphasis) && words.ends_with(emphasis);
        !marked
            && sentence.class == SentenceClass::Context
            && form.mood == Mood::States
            && !form.head.is_empty()
            && form.label.is_empty()
            && self.asking.rows[cut.row].label.is_none()
            && !(form.explains || form.refers || form.elsewhere || form.done || form.negated)
            && !self.is_explanation(cut)
    }
}

/// Returns whether a line begins with the label of a list of changes, and goes on in words of its own.
fn says_more_than_label(words: &str) -> bool {
    let parts = words
        .strip_prefix("**")
        .and_then(|rest| rest.split_once("**"));
    parts.is_some_and(|(name, rest)| {
        topic_of_label(&name.to_lowercase()) == Some(Topic::Changes)
            && rest.split_whitespace().count() > 1
    })
}

fn open_sentence(sentence: &mut Sentence) {
    sentence.class = SentenceClass::DoUnshown;
    sentence.open = true;
    sentence.topics.clear();
}
