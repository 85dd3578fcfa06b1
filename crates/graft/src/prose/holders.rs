//! What the words put a block into, where they put several things into several places.

use super::names::same_name;
use super::{Mention, Prose, Relation};

impl Prose {
    /// Returns what the sentences about an item put it into, nearest to the block first; without what they put something
    /// else into: "Add `cors` to `APPS`, and its middleware to `MIDDLEWARE`".
    pub(crate) fn holders(&self, name: &str, siblings: &[&str]) -> Vec<&str> {
        let all = self.related(Relation::Within, name, siblings);
        // A name, and right behind it the one "to" which it goes. The path of a label goes nowhere.
        let pairs = self.mentions.windows(2).filter_map(|pair| match pair {
            [what, into]
                if what.relation == Relation::Mention
                    && !what.name.contains('/')
                    && into.relation == Relation::Within
                    && what.sentence == into.sentence =>
            {
                Some((what.name.as_str(), (into.sentence, into.clause)))
            }
            _ => None,
        });
        // An entry of a list is known with its quotes.
        let bare = name.trim_matches(['"', '\'', '`']);
        let (own, others): (Vec<_>, Vec<_>) = pairs.partition(|(what, _)| same_name(what, bare));
        let in_clause = |holder: &str, clause: (usize, usize)| {
            self.mentions.iter().any(|one| {
                one.relation == Relation::Within
                    && one.name == holder
                    && (one.sentence, one.clause) == clause
            })
        };
        let rest: Vec<&str> = match own.as_slice() {
            [(_, clause)] => {
                let mut own = all.clone();
                own.retain(|one| in_clause(one, *clause));
                own
            }
            _ => {
                let mut rest = all.clone();
                rest.retain(|one| !others.iter().any(|(_, clause)| in_clause(one, *clause)));
                rest
            }
        };
        if rest.is_empty() { all } else { rest }
    }

    /// Returns the names that the sentences about an item mention without a relation to it, those in plain words behind
    /// those in code.
    pub(crate) fn named_in_passing(&self, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        let mut found = self.related(Relation::Mention, name, siblings);
        found.extend(self.related(Relation::Replace, name, siblings));
        let plain = self
            .plain_words
            .iter()
            .filter(|(sentence, _)| about.contains(sentence));
        found.extend(plain.map(|(_, word)| word.as_str()));
        found
    }

    /// Returns the names that the sentences about an item call parts of a holder: the name right before it ("`Meta` of
    /// `Player`"), and those behind it where it opens its sentence ("In `Player`, extend `Meta`").
    pub(crate) fn parts_of(&self, holder: &str, (name, siblings): (&str, &[&str])) -> Vec<&str> {
        let about = self.about(name, siblings);
        let is_holder =
            |one: &Mention| one.relation == Relation::Within && same_name(&one.name, holder);
        let is_free = |one: &Mention| matches!(one.relation, Relation::Mention | Relation::Replace);
        let mut found = Vec::new();
        for (at, mention) in self.mentions.iter().enumerate() {
            if !is_holder(mention) || !about.contains(&mention.sentence) {
                continue;
            }
            let is_near = |one: &&Mention| one.sentence == mention.sentence && is_free(one);
            let before = at
                .checked_sub(1)
                .and_then(|before| self.mentions.get(before));
            found.extend(before.filter(is_near));
            if mention.opens {
                found.extend(self.mentions[at + 1..].iter().filter(is_near));
            }
        }
        found.into_iter().map(|one| one.name.as_str()).collect()
    }

    /// Returns the names that the sentences about an item put it under, nearest to the block first.
    pub(crate) fn under(&self, name: &str, siblings: &[&str]) -> Vec<&str> {
        let under = self
            .phrases(name, siblings)
            .into_iter()
            .filter(|phrase| phrase.is_under);
        under
            .flat_map(|phrase| phrase.code.iter().map(String::as_str))
            .collect()
    }

    /// Returns the names beside the earlier blocks of the step, the nearest first.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = &str> {
        self.earlier.iter().rev().map(String::as_str)
    }
}
