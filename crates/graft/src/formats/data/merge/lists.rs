//! Lists: entries are the same by value, else by what names them; what is shown in full is what the list becomes.
//!
//! ```text
//! file         block        words          result
//! [a, b]       [a, b, c]                   [a, b, c]: all of the file's are shown, in their order
//! [a, b]       [a, c]       "add"          [a, c, b]: `c` behind what is shown before it
//! [a, b]       [b, a]                      refused: another order is another list, and no word asks for it
//! ```

use super::{EntryPosition, Merge, Shape, at_entry, with_tags};
use crate::formats::data::identity::{is_called, name_of, same_things};
use crate::formats::data::tree::{Child, Node};
use crate::formats::data::value::Value;
use crate::formats::data::write::{At, Fresh};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// The counterpart of a block's entry in the file's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    /// The entry of the file at this index has the same value.
    Equal(usize),
    /// The same thing, with something else said of it.
    Same(usize),
    /// The file has none like it: it is new.
    None,
}

impl Match {
    /// Returns the index of the file's entry, equal or not. None for a new one.
    fn at(self) -> Option<usize> {
        match self {
            Match::Equal(at) | Match::Same(at) => Some(at),
            Match::None => None,
        }
    }
}

impl<'a> Merge<'a> {
    /// Merges a list into another; gives the value that the result must have.
    pub(super) fn list(&mut self, there: At<'a>, asked: At<'a>) -> Result<Value, Refusal> {
        let (known, items) = (there.node.children(), asked.node.children());
        let matches = self.match_items(there.node, asked.node)?;
        let found: Vec<usize> = matches.iter().filter_map(|found| found.at()).collect();
        // All of the file's entries are shown: the list only grows.
        let grows = known.len() == found.len();
        let in_order = found.windows(2).all(|pair| pair[0] < pair[1]);
        let things = items.iter().all(|item| item.node.is_map());
        // A table of a list shows nothing of the others.
        let parts = asked.node.open
            || there.node.shape == Shape::Loose
            || self.request.wording.adds()
            || things && !found.is_empty();
        // Nothing is new, and something is said otherwise: the entries shown are changed one by
        // one.
        let changes = !matches.contains(&Match::None)
            && matches.iter().any(|found| matches!(found, Match::Same(_)));
        if !(parts || changes || grows && (in_order || items.iter().all(is_named))) {
            return self.change(there, asked);
        }
        // From here on the file's entries stay, each that is the same thing merged with what the
        // block says of it.
        let mut values: Vec<Value> = known.iter().map(|item| item.node.value()).collect();
        for (item, found) in items.iter().zip(&matches) {
            let Match::Same(at) = *found else { continue };
            let name = item
                .node
                .as_scalar()
                .and_then(name_of)
                .map(|(name, _)| name)
                .unwrap_or_default();
            self.path.push(name);
            values[at] = self.node(at_entry(&known[at]), at_entry(item))?;
            self.path.pop();
        }
        let places = self.item_places(there.node, asked.node, &matches);
        self.add_items(there, asked, &places)?;
        Ok(with_tags(
            there.node,
            Value::List(insert_values(values, &places)),
        ))
    }

    /// Writes the new entries of a list at their places.
    fn add_items(
        &mut self,
        there: At<'a>,
        asked: At<'a>,
        places: &[(EntryPosition, &'a Child)],
    ) -> Result<(), Refusal> {
        let name = self.name();
        if places.iter().any(|(_, item)| item.node.has_elision()) {
            let message = format!(
                "an entry of `{name}` is shown with parts left out, but the file has none like it"
            );
            return Err(new_refusal(Reason::NotFound, message));
        }
        if places.is_empty() {
            return Ok(());
        }
        self.adds = true;
        let count = if places.len() == 1 {
            "an entry".to_owned()
        } else {
            format!("{} entries", places.len())
        };
        self.writer
            .add_evidence(format!("added {count} to `{name}`"));
        self.writer.insert_new_entries(
            there,
            &Fresh {
                shape: asked.node.shape,
                path: &self.path,
                entries: places,
            },
        )
    }

    /// Finds the counterpart of each entry shown: an equal one first, so that what only resembles it is left to others.
    fn match_items(&self, there: &Node, asked: &Node) -> Result<Vec<Match>, Refusal> {
        let known = there.children();
        let mut used = vec![false; known.len()];
        let mut matches: Vec<Match> = Vec::new();
        for item in asked.children() {
            let value = item.node.value();
            let equal = (0..known.len()).find(|&at| !used[at] && known[at].node.value() == value);
            equal.into_iter().for_each(|at| used[at] = true);
            matches.push(equal.map_or(Match::None, Match::Equal));
        }
        for (item, found) in asked.children().iter().zip(&mut matches) {
            if *found != Match::None {
                continue;
            }
            let same: Vec<usize> = same_things(there, &item.node)
                .into_iter()
                .filter(|at| !used[*at])
                .collect();
            match same[..] {
                [] => {}
                [only] => {
                    used[only] = true;
                    *found = Match::Same(only);
                }
                _ => {
                    let message = format!(
                        "an entry of `{}` could be any of {} in the file",
                        self.name(),
                        same.len()
                    );
                    let candidates = same
                        .iter()
                        .map(|at| self.location_at(known[*at].span.start))
                        .collect();
                    return Err(Refusal {
                        candidates,
                        ..new_refusal(Reason::Ambiguous, message)
                    });
                }
            }
        }
        Ok(matches)
    }

    /// Returns what is new with its place: after the entry shown before it, before the one shown after it, else at the end.
    fn item_places(
        &self,
        there: &Node,
        asked: &'a Node,
        matches: &[Match],
    ) -> Vec<(EntryPosition, &'a Child)> {
        let known = there.children();
        let mut previous =
            self.stated_position(|name| known.iter().position(|item| is_called(&item.node, name)));
        let mut places = Vec::new();
        for (index, (item, found)) in asked.children().iter().zip(matches).enumerate() {
            if item.parted {
                previous = EntryPosition::End;
            }
            if let Some(at) = found.at() {
                previous = EntryPosition::After(at);
                continue;
            }
            let next = matches[index..]
                .iter()
                .find_map(|found| found.at())
                .filter(|_| !asked.open);
            places.push((
                // The entry shown above decides, then the one below; a list with something left out
                // says nothing of what is below.
                if previous == EntryPosition::End {
                    next.map_or(previous, EntryPosition::Before)
                } else {
                    previous
                },
                item,
            ));
        }
        // Tables of a list are written below the last one only.
        if there.shape == Shape::Loose {
            places
                .iter_mut()
                .for_each(|(place, _)| *place = EntryPosition::End);
        }
        places
    }
}

/// Returns whether an entry is found by what it names, wherever it stands: a requirement, a variable.
fn is_named(item: &Child) -> bool {
    let name = item.node.as_scalar().and_then(name_of);
    name.is_some_and(|(_, rest)| !rest.is_empty())
}

/// Returns the values with those that are new in their places.
///
/// [1, 2] with 9 after the first -> [1, 9, 2].
fn insert_values(values: Vec<Value>, fresh: &[(EntryPosition, &Child)]) -> Vec<Value> {
    let at = |place: EntryPosition| {
        fresh
            .iter()
            .filter(move |(own, _)| *own == place)
            .map(|(_, item)| item.node.value())
    };
    let mut all = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        all.extend(at(EntryPosition::Before(index)));
        all.push(value);
        all.extend(at(EntryPosition::After(index)));
    }
    all.extend(at(EntryPosition::End));
    all
}
