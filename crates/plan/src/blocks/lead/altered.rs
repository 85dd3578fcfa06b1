//! Reads from the words above a block if it is the code to be changed, as against the code that it is to become.
//!
//! "Replace the following:" and "It is to be replaced:" show how the code is now; "Change this function:" may show that, or
//! how it shall be; "Change `f` to the following:" and "Make this change:" show how it shall be.

use super::{Clause, leading_sentence, split_clauses};
use crate::vocabulary::{Opening, Use, entry_at_start, is_dense, is_entry, last_entry};

/// The block as seen by a change that the words ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Altered {
    /// It is what shall go for something else.
    Is,
    /// It is that, or what shall be there.
    MayBe,
}

/// Reads the sentence that leads to a block of code.
pub(crate) fn read_altered(above: &str) -> Option<Altered> {
    let sentence = leading_sentence(above)?;
    let all = split_clauses(&sentence);
    if all.iter().any(|clause| clause.is_passive()) {
        return Some(Altered::Is);
    }
    if all.iter().any(Clause::ends_in_change) {
        return Some(Altered::MayBe);
    }
    let verb = all.iter().find_map(Clause::alters_block)?;
    // The label "Replace:" leads to what is replaced: its verb does.
    let goes = super::super::role::is_old_label(verb);
    Some(if goes { Altered::Is } else { Altered::MayBe })
}

/// Words behind which a verb has no object of its own.
const SMALL: [Use; 3] = [Use::Place, Use::Goal, Use::Source];

impl Clause<'_> {
    /// Returns the verb of a clause whose object is the block: "change this function", "修改下面的函数".
    fn alters_block(&self) -> Option<&str> {
        if self.is_denied() {
            return None;
        }
        let head = self.head();
        let opening = Opening::new(head);
        // "Leave" asks for no change of it.
        // "We need to change this function", "il faut remplacer cette fonction": the verb is not the first word.
        let inner = || {
            last_entry(head, Use::Alter)
                .map(|verb| verb.end)
                .filter(|_| !opening.is(Use::Change))
        };
        let end = opening
            .end(Use::Alter)
            .or_else(inner)
            .filter(|_| !opening.is(Use::Keep))?;
        let (verb, rest) = (&head[..end], head[end..].trim_start());
        if rest.chars().any(is_dense) {
            return entry_at_start(rest, Use::Below)
                .or_else(|| entry_at_start(rest, Use::Anaphor))
                .map(|_| verb);
        }
        let words: Vec<&str> = rest.split(' ').collect();
        // "the function below": a place that nothing follows is the block's.
        let ends = words.last().is_some_and(|word| is_entry(word, Use::Place)) && words.len() > 1;
        let object = words.iter().take_while(|word| {
            let small =
                SMALL.into_iter().any(|what| is_entry(word, what)) && !is_entry(word, Use::Below);
            !small && **word != "with"
        });
        let object: Vec<&str> = object.copied().collect();
        let points = object
            .first()
            .is_some_and(|word| is_entry(word, Use::Anaphor))
            || object.iter().any(|word| is_entry(word, Use::Below));
        // What is behind a goal is what it becomes.
        let whole = object.len() == words.len() || ends && object.len() + 1 == words.len();
        let names = object.iter().any(|word| word.starts_with('`'));
        (whole && !names && (points || ends)).then_some(verb)
    }

    /// Returns whether it puts the verb behind the block, which is its object: "diese Funktion ändern".
    fn ends_in_change(&self) -> bool {
        let ends = last_entry(self.words, Use::Alter)
            .is_some_and(|verb| verb.start > 0 && verb.end == self.words.len());
        let points = entry_at_start(self.words, Use::Anaphor).is_some();
        let below = || {
            self.words
                .split(' ')
                .take(2)
                .any(|word| is_entry(word, Use::Below))
        };
        ends && (points || below()) && !self.is_denied() && !self.words.contains('`')
    }

    /// Returns whether it says that its subject is to be changed, and not to what: "and is to be replaced".
    fn is_passive(&self) -> bool {
        let Some(verb) = last_entry(self.words, Use::Alter).filter(|_| !self.is_denied()) else {
            return false;
        };
        let is_passive = |word: &str| is_entry(word, Use::Passive);
        let before = self.words[..verb.start]
            .trim_end()
            .rsplit(' ')
            .next()
            .unwrap_or("");
        // "soll geändert werden": what makes it passive may come last.
        match self.words[verb.end..].trim() {
            "" => is_passive(before),
            behind => is_passive(behind),
        }
    }
}
