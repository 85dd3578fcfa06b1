//! Ticked boxes, and what their commands say of them now.

use journal::Verdict;
use plan::State;
use serde::Serialize;

use crate::unit_work::UnitWork;
use crate::verify::{Check, OpenReason, Proof, Verification};

/// A ticked box, checked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Rechecked {
    /// The unit that it stands in.
    pub(crate) unit: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// Its words.
    pub(crate) text: String,
    /// The result.
    pub(crate) state: RecheckedState,
    /// The observation behind it, in words.
    pub(crate) why: String,
    /// The commands that decide it.
    pub(crate) commands: Vec<String>,
}

/// The state of a ticked box after its commands ran again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RecheckedState {
    /// It no longer holds.
    Broken,
    /// Its command could not be run here, or says nothing.
    NotChecked,
    /// Its command says that it holds.
    Holds,
    /// No command decides it: prose, or a person's judgement.
    NotDecided,
}

/// Returns every ticked box of the units, with what their checks say.
pub(super) fn recheck_ticked_boxes(
    work: &UnitWork<'_>,
    verification: &Verification,
) -> Vec<Rechecked> {
    let plan = &work.run.plan;
    let boxes = plan.checkboxes().iter().enumerate();
    let ticked = boxes.filter(|(_, found)| {
        found.state == State::Done
            && found
                .phase
                .is_some_and(|unit| work.assignment.units.contains(&unit))
    });
    let one = |(index, found): (usize, &plan::Checkbox)| {
        let line = plan.location(found.span.start).line;
        let of_box = |check: &&Check| check.line == line && check.unit == found.phase;
        let checks: Vec<&Check> = verification.checks.iter().filter(of_box).collect();
        let proof = verification
            .proofs
            .iter()
            .find(|(id, _)| id.0 == index)
            .map(|(_, proof)| proof);
        let state = state_of_box(proof, &checks);
        let seen = checks
            .iter()
            .map(|check| check.ran.judgement.detail.clone())
            .filter(|detail| !detail.is_empty());
        let seen = seen.collect::<Vec<_>>().join("; ");
        let why = match (proof, state) {
            (_, RecheckedState::NotDecided) => "no command decides it".to_owned(),
            (Some(proof @ Proof::Broken(_)), _) => proof.to_string(),
            _ => seen,
        };
        Rechecked {
            unit: found
                .phase
                .and_then(|id| plan.phase(id))
                .map(|unit| unit.label.clone())
                .unwrap_or_default(),
            line,
            text: found.text.split_whitespace().collect::<Vec<_>>().join(" "),
            state,
            why,
            commands: checks
                .iter()
                .map(|check| check.ran.script.clone())
                .filter(|it| !it.is_empty())
                .collect(),
        }
    };
    ticked.map(one).collect()
}

fn state_of_box(proof: Option<&Proof>, checks: &[&Check]) -> RecheckedState {
    let any = |verdict| checks.iter().any(|check| check.verdict() == verdict);
    match proof {
        Some(Proof::Broken(_)) => RecheckedState::Broken,
        _ if any(Verdict::Failed) => RecheckedState::Broken,
        Some(Proof::Open(OpenReason::NotChecked(_))) => RecheckedState::NotChecked,
        _ if any(Verdict::NotChecked) => RecheckedState::NotChecked,
        _ if any(Verdict::Passed) => RecheckedState::Holds,
        _ => RecheckedState::NotDecided,
    }
}
