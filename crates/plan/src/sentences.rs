//! Accounts for each sentence of a unit: whether it is work, and whether a
//! block of the unit shows that work.
//!
//! A unit with one block for `app/cart.py`, which defines `total`:
//!
//! ```text
//! This keeps the module small.          Context: a reason
//! Add `total` to the cart.              DoShown: asks, and the block defines `total`
//! Log each call of `checkout`.          DoUnshown: asks, and no block holds `checkout`
//! Do not touch `app/store.py`.          Forbid, and the file is protected
//! Ask the owner for the tax rate.       Person
//! ```
//!
//! Where a sentence stands decides first (among criteria, under a label, before a
//! block), then its form (imperative, demand, statement), then the blocks: what
//! they hold of the names and words in it.

mod split;

mod words;

mod form;

mod evidence;

mod statuses;

mod asked;

mod prohibition;

mod bounds;

mod removal;

mod topics;

mod scope;

mod inventory;

mod inline;

mod judge;

mod shown;

mod named;

mod together;

mod back;

mod below;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde::Serialize;

#[cfg(test)]
pub(crate) use bounds::bound_of_sentence;
pub use inline::Replacement;
pub use prohibition::Protected;
pub use removal::Removal;
pub(crate) use removal::{removals_of_sentences, removals_of_words};

use crate::blocks::Placed;
use crate::changes::{Asking, PlannedChange};
use crate::commands::PlannedCommand;
use crate::document::Span;

/// A sentence of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Its bytes.
    pub span: Span,
    /// The class of what it asks for.
    pub class: SentenceClass,
    /// Its main statement is negative.
    pub negated: bool,
    /// It asks for work that no block of the unit shows.
    pub open: bool,
    /// The names of what must stay as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protects: Vec<Protected>,
    /// The symbols that its clauses are about, whatever they say of them; only where blocks are to show its work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// The replacement that it spells out, where it asks for one and for nothing else.
    #[serde(skip)]
    pub replacement: Option<Replacement>,
}

/// The class of a sentence by what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentenceClass {
    /// A change that no block of the unit shows.
    DoUnshown,
    /// A change that the blocks show in part, or as a signature only.
    DoPartly,
    /// Work that a block shows.
    DoShown,
    /// Where or how a block goes.
    Place,
    /// A thing that must not be done or changed.
    Forbid,
    /// A criterion, or an outcome that is expected.
    Check,
    /// A command to run.
    Run,
    /// Something for a person.
    Person,
    /// Something that depends on a condition, or is optional.
    Condition,
    /// Nothing.
    Context,
    /// Another unit.
    Elsewhere,
    /// A sentence that the reader can't tell: it may ask for work.
    Unclear,
}

/// The parts of a unit against which its sentences are held.
#[derive(Clone, Copy)]
pub(crate) struct Stock<'s> {
    /// Its blocks.
    pub(crate) placed: &'s [Placed],
    /// Its files.
    pub(crate) changes: &'s [PlannedChange],
    /// Its commands.
    pub(crate) commands: &'s [PlannedCommand],
}

/// Reads the sentences of a unit. `steps` holds the first row of each step.
pub(crate) fn read_sentences(
    asking: &Asking<'_, '_>,
    steps: &[usize],
    stock: &Stock<'_>,
) -> Vec<Sentence> {
    let Stock {
        placed,
        changes,
        commands,
    } = *stock;
    let scopes = scope::Scopes::read(asking, steps);
    let stock = inventory::Inventory::read(&scopes, placed, changes, commands);
    let title = |row: &usize| {
        asking
            .rows
            .get(*row)
            .map_or("", |row| asking.document.slice(&row.span))
    };
    let checks = steps
        .iter()
        .copied()
        .filter(|row| judge::is_check(title(row)))
        .collect();
    let judge = judge::Judge {
        asking,
        scopes: &scopes,
        changes,
        stock: &stock,
        checks: &checks,
    };
    let mut classes: HashMap<usize, SentenceClass> = HashMap::new();
    let mut found = Vec::new();
    let cuts = split::cut_sentences(asking.document, asking.rows);
    for cut in &cuts {
        let led = judge.lead(cut).and_then(|row| classes.get(&row).copied());
        let sentence = judge.judge(cut, led);
        classes.insert(cut.last, sentence.class);
        found.push(sentence);
    }
    judge.settle_together(&cuts, &mut found);
    found.extend(judge.below_blocks(steps));
    found.sort_by_key(|sentence| sentence.span.start);
    found
}

/// Tells that the title of a step asks to run something.
pub(crate) fn asks_to_run(title: &str) -> bool {
    form::read_form(title).mood == form::Mood::Asks(crate::vocabulary::Use::Run)
}
