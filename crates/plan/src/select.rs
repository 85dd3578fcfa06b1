//! Finding the units that a person names: "2", "Phase 2.1", part of a title, "next".

mod value;

use serde::Serialize;

use crate::boxes::State;
use crate::criteria::CriterionKind;
use crate::identity::{CheckboxId, PhaseId};
use crate::inline::{comparison_key, plain_text};
use crate::naming::unit_name;
use crate::outline::{name_in_series, number_of_title};
use crate::phase::Phase;
use crate::reading::Plan;
use crate::steps::StepKind;

/// Why no unit was chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unselected {
    /// The plan has no units.
    #[error("the plan has no phases, tasks or sections with boxes that could be chosen")]
    NoUnits,
    /// Nothing has that name.
    #[error("no unit of the plan is called `{wanted}`: choose one of its units by number or title")]
    Unknown {
        /// The name that was asked for.
        wanted: String,
        /// The units with the nearest names.
        near: Vec<PhaseId>,
    },
    /// Several have that name.
    #[error("`{wanted}` fits more than one unit of the plan: say which, with its full name")]
    Ambiguous {
        /// The name that was asked for.
        wanted: String,
        /// The units that fit.
        candidates: Vec<PhaseId>,
    },
    /// `next` was asked for and nothing is open.
    #[error("every unit of the plan is done")]
    AllDone,
}

impl Plan {
    /// Returns the units that `wanted` names, in the order of the document: a number, a label, part of a title or
    /// `next`; several with commas, a range as `2-4`, a unit in another as `Phase 2 / Task 1`.
    ///
    /// # Errors
    /// [`Unselected`] where nothing, or more than one unit, is meant.
    pub fn select(&self, wanted: &str) -> Result<Vec<PhaseId>, Unselected> {
        if self.phases().is_empty() {
            return Err(Unselected::NoUnits);
        }
        if wanted.trim().eq_ignore_ascii_case("next") {
            let open = self.phases().iter().find(|phase| self.has_work(phase));
            return open.map(|phase| vec![phase.id]).ok_or(Unselected::AllDone);
        }
        let whole = self.one(wanted);
        let several = wanted.contains(',') || split_range(wanted).is_some();
        let mut found = match whole {
            Err(Unselected::Unknown { .. }) if several => self.several(wanted)?,
            other => vec![other?],
        };
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Returns every unit at the top level, in the order of the document.
    pub fn everything(&self) -> Vec<PhaseId> {
        self.phases().iter().map(|phase| phase.id).collect()
    }

    /// Returns whether a run could still do something about the unit: boxes for a person, and commits, wait for others.
    fn has_work(&self, phase: &Phase) -> bool {
        if matches!(phase.state, State::Done | State::Skipped) {
            return false;
        }
        let waits = |id: CheckboxId| {
            let manual = phase.criteria.iter().any(|criterion| {
                criterion.kind == CriterionKind::Manual && criterion.checkbox == Some(id)
            });
            let commit = phase
                .steps
                .iter()
                .any(|step| step.kind == StepKind::Commit && step.checkbox == Some(id));
            manual || commit
        };
        let open = |id: &CheckboxId| {
            self.checkboxes()
                .get(id.0)
                .is_some_and(|found| !matches!(found.state, State::Done | State::Skipped))
        };
        let own = phase.checkboxes.iter().any(|id| open(id) && !waits(*id));
        let unmarked = phase.checkboxes.is_empty() && phase.phases.is_empty();
        own || unmarked || phase.phases.iter().any(|nested| self.has_work(nested))
    }

    fn several(&self, wanted: &str) -> Result<Vec<PhaseId>, Unselected> {
        let mut found = Vec::new();
        for part in wanted
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match (self.one(part), split_range(part)) {
                (Ok(one), _) => found.push(one),
                (Err(Unselected::Unknown { .. }), Some((word, first, last))) => {
                    found.extend(self.between(part, &word, &first, &last)?);
                }
                (Err(error), _) => return Err(error),
            }
        }
        if found.is_empty() {
            Err(self.unknown(wanted))
        } else {
            Ok(found)
        }
    }

    /// From one unit to another of the same parent.
    fn between(
        &self,
        wanted: &str,
        word: &str,
        first: &str,
        last: &str,
    ) -> Result<Vec<PhaseId>, Unselected> {
        let from = self.one(format!("{word} {first}").trim())?;
        let to = self.one(format!("{word} {last}").trim())?;
        let siblings = self
            .parent(from)
            .map_or(self.phases(), |parent| &parent.phases);
        let place = |id: PhaseId| siblings.iter().position(|phase| phase.id == id);
        match (place(from), place(to)) {
            (Some(from), Some(to)) if from <= to => {
                Ok(siblings[from..=to].iter().map(|phase| phase.id).collect())
            }
            _ => Err(self.unknown(wanted)),
        }
    }

    fn one(&self, wanted: &str) -> Result<PhaseId, Unselected> {
        let all: Vec<&Phase> = self.all().collect();
        // A title may hold the sign itself.
        let bears = |phase: &&&Phase| {
            let named = format!("{}: {}", phase.label, phase.title);
            [named.as_str(), phase.title.as_str()]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(wanted.trim()))
        };
        let mut bearing = all.iter().filter(bears);
        if let (Some(one), None) = (bearing.next(), bearing.next()) {
            return Ok(one.id);
        }
        if let Some((outer, inner)) = wanted
            .split_once(" / ")
            .or_else(|| wanted.split_once(" > "))
        {
            let around = self.one(outer)?;
            let inside: Vec<&Phase> = self
                .all()
                .filter(|phase| self.is_inside(phase.id, around))
                .collect();
            return self.among(wanted, inner, &inside);
        }
        self.among(wanted, wanted, &all)
    }

    fn is_inside(&self, inner: PhaseId, outer: PhaseId) -> bool {
        std::iter::successors(self.parent(inner), |phase| self.parent(phase.id))
            .any(|phase| phase.id == outer)
    }

    fn among(&self, wanted: &str, words: &str, units: &[&Phase]) -> Result<PhaseId, Unselected> {
        let words = plain_text(words).trim().trim_end_matches(':').to_owned();
        for fitting in [
            by_name(&words, units),
            by_number(&words, units),
            self.by_value(&words, units),
            by_title(&words, units),
        ] {
            let top: Vec<PhaseId> = fitting
                .iter()
                .copied()
                .filter(|id| self.phases().iter().any(|phase| phase.id == *id))
                .collect();
            match (fitting.as_slice(), top.as_slice()) {
                ([], _) => {}
                ([one], _) | (_, [one]) => return Ok(*one),
                _ => {
                    return Err(Unselected::Ambiguous {
                        wanted: wanted.to_owned(),
                        candidates: fitting,
                    });
                }
            }
        }
        // One heading of a form makes no series of units; where it is the only unit, its number still names it.
        match self.phases() {
            [only] if numbered_alike(only, &words) => Ok(only.id),
            _ => Err(self.unknown(wanted)),
        }
    }

    /// By a number in digits, where the units beside each other write theirs in another way: "2" for "Phase II".
    fn by_value(&self, words: &str, units: &[&Phase]) -> Vec<PhaseId> {
        let (word, number) = words
            .rsplit_once(' ')
            .map_or(("", words), |(word, number)| (word.trim(), number));
        let beside: Vec<&Phase> = self
            .phases()
            .iter()
            .filter(|unit| units.iter().any(|one| one.id == unit.id))
            .filter(|unit| word.is_empty() || comparison_key(&unit.word) == comparison_key(word))
            .collect();
        let found = value::with_value(number.trim_start_matches('#'), &beside);
        found.into_iter().map(|unit| unit.id).collect()
    }

    fn unknown(&self, wanted: &str) -> Unselected {
        let asked = comparison_key(wanted);
        let mut near: Vec<(usize, PhaseId)> = self
            .all()
            .map(|phase| {
                (
                    measure_likeness(&asked, &comparison_key(&phase.label))
                        .max(measure_likeness(&asked, &comparison_key(&phase.title))),
                    phase.id,
                )
            })
            .filter(|(likeness, _)| *likeness >= 40)
            .collect();
        near.sort_by_key(|(likeness, id)| (std::cmp::Reverse(*likeness), *id));
        near.truncate(5);
        Unselected::Unknown {
            wanted: wanted.to_owned(),
            near: near.into_iter().map(|(_, id)| id).collect(),
        }
    }
}

/// `2-4`, `Tasks 2-4`: the word and both ends.
fn split_range(wanted: &str) -> Option<(String, String, String)> {
    let (left, last) = wanted
        .trim()
        .rsplit_once(['-', '–', '…'])
        .or_else(|| wanted.trim().rsplit_once(".."))?;
    let (word, first) = left.trim().rsplit_once(' ').unwrap_or(("", left.trim()));
    let last = last.trim().rsplit(' ').next().unwrap_or("");
    let numbered =
        |text: &str| text.chars().any(|letter| letter.is_ascii_digit()) && text.len() < 8;
    let word = word.trim();
    let singular = word
        .strip_suffix('s')
        .filter(|word| !word.ends_with('s'))
        .unwrap_or(word);
    (numbered(first) && numbered(last))
        .then(|| (singular.to_owned(), first.to_owned(), last.to_owned()))
}

/// Numbers are equal in any case and without leading zeros.
fn same_number(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        let mut out = String::new();
        let mut digit = false;
        for letter in text.to_lowercase().chars() {
            if letter == '0' && !digit {
                continue;
            }
            digit = letter.is_ascii_digit();
            out.push(letter);
        }
        out
    };
    left.eq_ignore_ascii_case(right) || !bare(left).is_empty() && bare(left) == bare(right)
}

/// Returns whether a unit without a number has a title that begins with a word and this number: "Change 1: Totals".
fn numbered_alike(unit: &Phase, number: &str) -> bool {
    unit.number.is_none()
        && number_of_title(&unit.title).is_some_and(|found| same_number(&found, number))
}

/// By word and number, or by the whole label.
fn by_name(words: &str, units: &[&Phase]) -> Vec<PhaseId> {
    let exact: Vec<PhaseId> = units
        .iter()
        .filter(|phase| comparison_key(&phase.label) == comparison_key(words))
        .map(|phase| phase.id)
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    // "Issue #12": the heading's own words, where the word is none that every plan knows.
    let Some(name) = unit_name(words).or_else(|| name_in_series(words)) else {
        return Vec::new();
    };
    let number = name.number.clone().unwrap_or_default();
    let word = name.word.to_lowercase();
    let same = |phase: &&&Phase| {
        phase
            .number
            .as_deref()
            .is_some_and(|found| same_number(found, &number))
    };
    let known = units.iter().any(|phase| phase.word.to_lowercase() == word);
    let fitting: Vec<&&Phase> = units
        .iter()
        .filter(same)
        .filter(|phase| !known || phase.word.to_lowercase() == word)
        .collect();
    let titled: Vec<PhaseId> = fitting
        .iter()
        .filter(|phase| {
            !name.title.is_empty() && comparison_key(&phase.title) == comparison_key(&name.title)
        })
        .map(|phase| phase.id)
        .collect();
    if titled.is_empty() {
        fitting.into_iter().map(|phase| phase.id).collect()
    } else {
        titled
    }
}

fn by_number(words: &str, units: &[&Phase]) -> Vec<PhaseId> {
    let number = words.trim_start_matches('#').trim_end_matches('.');
    let same = |phase: &&&Phase| {
        phase
            .number
            .as_deref()
            .is_some_and(|found| same_number(found, number))
    };
    units.iter().filter(same).map(|phase| phase.id).collect()
}

/// By title: equal, else holding the words.
fn by_title(words: &str, units: &[&Phase]) -> Vec<PhaseId> {
    let asked = comparison_key(words);
    if asked.is_empty() {
        return Vec::new();
    }
    let pick = |fits: &dyn Fn(&str) -> bool| -> Vec<PhaseId> {
        units
            .iter()
            .filter(|phase| fits(&comparison_key(&phase.title)))
            .map(|phase| phase.id)
            .collect()
    };
    let equal = pick(&|title| title == asked);
    if equal.is_empty() && asked.chars().count() > 1 {
        pick(&|title| title.contains(&asked))
    } else {
        equal
    }
}

/// Returns how alike two texts are, of a hundred, by the pairs of letters that they share.
fn measure_likeness(left: &str, right: &str) -> usize {
    let pairs = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        letters
            .windows(2)
            .map(|pair| (pair[0], pair[1]))
            .collect::<Vec<_>>()
    };
    let (left, mut right) = (pairs(left), pairs(right));
    let total = left.len() + right.len();
    let mut shared = 0;
    for pair in left {
        if let Some(at) = right.iter().position(|other| *other == pair) {
            right.swap_remove(at);
            shared += 2;
        }
    }
    shared * 100 / total.max(1)
}
