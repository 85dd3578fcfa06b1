//! Finding the units that a person names: "2", "Phase 2.1", part of a title, "next".

use serde::Serialize;

use crate::boxes::State;
use crate::identity::PhaseId;
use crate::reading::Plan;

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
        /// What was asked for.
        wanted: String,
        /// The units with the nearest names.
        near: Vec<PhaseId>,
    },
    /// Several have that name.
    #[error("`{wanted}` fits more than one unit of the plan: say which, with its full name")]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// The units that fit.
        candidates: Vec<PhaseId>,
    },
    /// `next` was asked for and nothing is open.
    #[error("every unit of the plan is done")]
    AllDone,
}

impl Plan {
    /// The units that `wanted` names, in the order of the document: a number, a
    /// label, part of a title or `next`; several with commas, or a range `2-4`.
    ///
    /// # Errors
    /// [`Unselected`] where nothing, or more than one unit, is meant.
    pub fn select(&self, wanted: &str) -> Result<Vec<PhaseId>, Unselected> {
        if self.phases().is_empty() {
            return Err(Unselected::NoUnits);
        }
        let word = wanted.trim();
        if word.eq_ignore_ascii_case("next") {
            let open = self.phases().iter().find(|phase| phase.state == State::Open);
            return open.map(|phase| vec![phase.id]).ok_or(Unselected::AllDone);
        }
        let found: Vec<PhaseId> = self
            .all()
            .filter(|phase| {
                phase.number.as_deref() == Some(word)
                    || phase.label.eq_ignore_ascii_case(word)
                    || phase.title.eq_ignore_ascii_case(word)
            })
            .map(|phase| phase.id)
            .collect();
        match found.len() {
            0 => Err(Unselected::Unknown { wanted: word.to_owned(), near: Vec::new() }),
            1 => Ok(found),
            _ => Err(Unselected::Ambiguous { wanted: word.to_owned(), candidates: found }),
        }
    }

    /// Every unit at the top level, in the order of the document.
    pub fn everything(&self) -> Vec<PhaseId> {
        self.phases().iter().map(|phase| phase.id).collect()
    }
}
