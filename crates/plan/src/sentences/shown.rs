//! Finds the blocks around a sentence that show the work that it asks for: those of its files, of its group, of the unit.

use std::collections::HashSet;

use crate::labels::{Topic, topic_of_label};
use crate::paths::find_paths;
use crate::vocabulary::Use;

use super::asked::{Asked, FEWEST, Proof};
use super::evidence::Shown;
use super::form::{self, Form, Mood};
use super::judge::{Found, Judge, is_title};
use super::split::Cut;
use super::words::{leads_on, stems_in};

impl Judge<'_, '_, '_> {
    /// Returns whether a sentence about some files asks for work, and whether their blocks show it.
    pub(super) fn by_files(
        &self,
        cut: &Cut,
        form: &Form,
        found: &Found<'_>,
        files: &[usize],
    ) -> (bool, bool) {
        // A note of few words in a list of files is the title of what the file's blocks show.
        let noted = form.path.is_some()
            && self.asking.rows[cut.row]
                .topic
                .is_some_and(Topic::names_files);
        let title = noted && !found.asked.names_symbols();
        let proof = if title || self.is_followed(cut) {
            Proof::Any
        } else if self.is_order_below(cut, form, found) {
            Proof::Most
        } else {
            Proof::Half
        };
        let mut blocks = files.iter().filter_map(|at| self.stock.file(*at));
        let shown = blocks
            .clone()
            .any(|blocks| title && blocks.works() || found.asked.is_shown(blocks, proof));
        let listed = self.asking.rows[cut.row].item.is_some() || form.path.is_some();
        (
            shown || found.asks || listed && !blocks.any(Shown::works),
            shown,
        )
    }

    /// Returns whether a sentence asks for work, and whether the blocks around it show it.
    pub(super) fn by_group(&self, cut: &Cut, form: &Form, found: &Found<'_>) -> (bool, bool) {
        let row = &self.asking.rows[cut.row];
        let group = self.scopes.group(cut.row);
        let local = self.stock.group(group.start);
        let wide = self.stock.section(row.section);
        let tests = form.test || row.topic == Some(Topic::Test);
        let first = row.section.is_none() && group.start == 0 && local.is_none();
        let general = row.heading_topic == Some(Topic::About) || first;
        let asked = &found.asked;
        let shown = match local {
            None if form.step => false,
            // "Add the following tests:" before headings with a test each.
            None if found.headed && wide.is_some() => true,
            None if tests => asked.is_shown(self.stock.tests(), Proof::Most),
            // What a unit is about is said in other words than its code.
            _ if general && !asked.names_symbols() => self.stock.unit().works(),
            _ if general => asked.is_shown(self.stock.unit(), Proof::Any),
            _ if found.absent => false,
            Some(local) if self.is_followed(cut) => asked.is_shown(local, Proof::Any),
            // What a block shows is said before it: below it, an order in plain words is for something more.
            Some(local) if self.is_order_below(cut, form, found) => {
                asked.is_shown(local, Proof::Most)
            }
            Some(local) => asked.is_shown(local, Proof::Half),
            None if wide.is_some_and(|wide| asked.is_shown(wide, Proof::Half)) => true,
            None if form.tests || form.test => asked.is_shown(self.stock.unit(), Proof::Most),
            // What a test asserts is not the work.
            None => asked.is_shown(self.stock.work(), Proof::Most),
        };
        let labelled = matches!(
            topic_of_label(&form.label),
            Some(Topic::About | Topic::Changes | Topic::Steps)
        ) || form.step;
        let alone = !local.is_some_and(Shown::works) && !general;
        // An entry of a list of tests in a unit that shows none.
        let untested =
            row.item.is_some() && row.topic == Some(Topic::Test) && !self.stock.has_tests();
        let untested = untested
            && local.is_some_and(Shown::works)
            && (form.maps || !form::denies_work(&form.head));
        (
            found.asks || untested || alone && (row.item.is_some() || labelled),
            shown && !untested,
        )
    }

    /// Returns whether a sentence below a block is an order in plain words.
    fn is_order_below(&self, cut: &Cut, form: &Form, found: &Found<'_>) -> bool {
        let group = self.scopes.group(cut.row);
        let words = self.asking.document.slice(&cut.span);
        matches!(form.mood, Mood::Asks(Use::Change | Use::Remove))
            && !form.step
            && !form.given
            && !leads_on(words)
            // "Add the tests above to `a_test.py`" says where they go.
            && find_paths(words, 0, true).is_empty()
            && !found.asked.names_symbols()
            && !self.is_followed(cut)
            && self.stock.shows_in(group.start..cut.row)
    }

    /// Returns whether the blocks hold the test that a criterion describes.
    pub(super) fn shows_test(&self, form: &Form) -> bool {
        let wanted: HashSet<String> = stems_in(&form.head).collect();
        let (held, all) = self.stock.tests().share(&wanted);
        // The name of a test says three words of four of what it is about.
        held * 4 >= all * 3
    }

    /// Returns whether a sentence above code with bodies says what no block of the unit holds a word of.
    pub(super) fn is_untold(&self, cut: &Cut, form: &Form, asked: &Asked<'_>) -> bool {
        let row = &self.asking.rows[cut.row];
        let unit = self.stock.unit();
        let words = self.asking.document.slice(&cut.span);
        let denies = form.negated && form::denies_work(&form.head);
        let apart = form.step || row.boxed || form.given || form.explains || form.refers || denies;
        let asks = form.mood != Mood::States;
        // A statement behind a label of its own ("**Location**: the last lines") answers to that; a name with some code
        // ("`load` (lines 3-9)") is no statement.
        let labelled = row.label.is_some() && !form.cautions && row.topic != Some(Topic::About);
        let answers = !asks && (labelled || asked.names_symbols() && !words.ends_with('.'));
        let titles = row.label.is_some() && row.topic == Some(Topic::Changes);
        // What has to be so is said in few words.
        let least = FEWEST - usize::from(form.mood == Mood::Demands);
        let leads = leads_on(words);
        !(apart || answers || titles || leads || is_title(words))
            && row.heading_topic != Some(Topic::About)
            && unit.works()
            && asked.is_absent(unit, least)
    }
}
