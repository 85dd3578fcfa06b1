//! Decides each item and each box: proven with the evidence named, or open with the reason.

mod by_checks;

use std::collections::{BTreeMap, BTreeSet};

use journal::{EvidenceId, Verdict};
use plan::{CheckboxId, CriterionKind, Phase, PhaseId, State};

use by_checks::{change_proven, passed_check, weak_tests};

use super::carried_out::ChangedFiles;
use super::reasons::{BrokenBy, CheckResult, OpenReason, Proof, ProvenBy};
use super::{Check, Origin, Verification};
use crate::check::CheckRun;
use crate::evidence::{self, EvidenceQuery};
use crate::identifiers::contains_identifier;
use crate::implement::{
    Change, Item, OpenPart, Placement, PlacementOutcome, PresentFiles, StepOutcome,
};
use crate::run::RunContext;
use crate::understand::Assignment;

/// The facts by which every item is proven.
pub(super) struct ProofContext<'a> {
    pub(super) run: &'a RunContext,
    pub(super) assignment: &'a Assignment,
    pub(super) checks: &'a [Check],
    /// The files where the plan's code stands.
    pub(super) standing: &'a PresentFiles,
    /// The evidence found for the plan, in this run and before.
    pub(super) search: EvidenceQuery<'a>,
    /// The files that runs changed for the plan.
    pub(super) written: &'a ChangedFiles,
    /// All items of the change.
    pub(super) items: &'a [Item],
    /// Names that nothing binds, of each file.
    pub(super) unbound: &'a BTreeMap<String, BTreeSet<String>>,
    /// Where the plan asks for the removal of a symbol that is still there.
    pub(super) remaining: &'a [plan::Span],
}

/// Returns the proof of one item of the change. What its ticked box says holds until a check speaks against it.
pub(super) fn of_item(item: &Item, context: &ProofContext<'_>) -> Proof {
    let proof = of_deeds(item, context);
    let done = item
        .checkbox
        .is_some_and(|id| state_of(context.run, id) == State::Done);
    if done && matches!(proof, Proof::Open(_)) {
        Proof::Before
    } else {
        proof
    }
}

/// Returns the proof of an item by the outcomes of its parts.
fn of_deeds(item: &Item, context: &ProofContext<'_>) -> Proof {
    let has = |wanted: fn(&StepOutcome) -> bool| item.outcomes.iter().any(wanted);
    if has(|step_outcome| matches!(step_outcome, StepOutcome::DoneBefore)) {
        return of_done_before(item, context);
    }
    if item.outcomes.is_empty() {
        let command = command_of(item, context);
        return Proof::Open(command.map_or(OpenReason::NothingToDo, OpenReason::Acts));
    }
    let mut proven = Vec::new();
    let mut left = None;
    let mut is_conditional = false;
    let refused = item
        .open()
        .any(|part| matches!(part, OpenPart::Refused { .. }));
    for step_outcome in &item.outcomes {
        match of_deed(item, step_outcome, context) {
            Proof::Proven(by) => proven.extend(by),
            // The refusal for which it was held back says more.
            Proof::Open(_) if refused && is_held_back(step_outcome) => {}
            Proof::Open(_) if matches!(step_outcome, StepOutcome::Left(_)) => {
                left = Some(OpenReason::Parts(item.open().collect()))
            }
            Proof::Open(reason)
                if matches!(
                    step_outcome,
                    StepOutcome::Worked { .. } | StepOutcome::Unclear { .. }
                ) =>
            {
                left = left.or(Some(reason))
            }
            // What the words beside a commit ask for comes before it.
            Proof::Open(OpenReason::NoCommit(_)) if item.open().next().is_some() => {
                return Proof::Open(OpenReason::Parts(item.open().collect()));
            }
            // The other parts say more than what may not have to be done.
            Proof::Open(OpenReason::Condition) => is_conditional = true,
            other => return other,
        }
    }
    if let Some(left) = left {
        return of_left(item, left, context);
    }
    if is_conditional {
        return Proof::Open(OpenReason::Condition);
    }
    let places = has(|step_outcome| matches!(step_outcome, StepOutcome::Place(_)));
    let runs = has(|step_outcome| {
        matches!(
            step_outcome,
            StepOutcome::Run {
                expects_failure: false,
                ..
            }
        )
    });
    // A step that only places code has no check of its own: one of its unit's must speak for it.
    if places && !runs {
        match passed_check(item.unit, context) {
            Ok(said) => proven.push(ProvenBy::Check(said)),
            Err(reason) => return Proof::Open(reason),
        }
    }
    proven.dedup();
    Proof::Proven(proven)
}

/// Returns the first line of the command that the item's step runs.
fn command_of(item: &Item, context: &ProofContext<'_>) -> Option<String> {
    let phase = context.run.plan.phase(item.unit)?;
    let parts = &phase.steps.get(item.step?)?.parts;
    let command = parts.iter().find_map(|part| match part {
        plan::Part::Run(command) => phase.commands.get(*command),
        _ => None,
    })?;
    Some(crate::check::first_line(&command.text).to_owned())
}

/// Returns the proof of an item whose box was ticked before: only what a part shows to be broken speaks against it.
fn of_done_before(item: &Item, context: &ProofContext<'_>) -> Proof {
    let mut proofs = item
        .outcomes
        .iter()
        .map(|step_outcome| of_deed(item, step_outcome, context));
    proofs
        .find(|proof| matches!(proof, Proof::Broken(_)))
        .unwrap_or(Proof::Before)
}

/// Returns the proof of an item of which a part is left (for `left`): a change that its checks prove, or open. For a model's
/// work, weak tests are the nearer reason.
fn of_left(item: &Item, left: OpenReason, context: &ProofContext<'_>) -> Proof {
    if let Some(by) = change_proven(item, context) {
        return Proof::Proven(vec![by]);
    }
    Proof::Open(match left {
        OpenReason::Worked(_) => weak_tests(item, context).unwrap_or(left),
        left => left,
    })
}

/// Returns the proof of one part of an item.
fn of_deed(item: &Item, step_outcome: &StepOutcome, context: &ProofContext<'_>) -> Proof {
    match step_outcome {
        StepOutcome::Place(placement) => of_placement(item, placement, context),
        StepOutcome::Run { ran, .. } if !ran.dropped.is_empty() => {
            Proof::Open(OpenReason::Parts(item.open().collect()))
        }
        StepOutcome::Run {
            ran,
            expects_failure: true,
            ..
        } => of_expected_failure(item, ran, context),
        StepOutcome::Run { command, ran, .. } => {
            let last = context.checks.iter().find(|check| {
                matches!(check.origin, Origin::Step(_, of) if of == *command)
                    && checks_item(check, item)
            });
            last.map_or_else(
                || of_verdict(ran.judgement.verdict, result_of_run(ran, None)),
                of_check,
            )
        }
        StepOutcome::Serve {
            script,
            failed: None,
        } => Proof::Proven(vec![ProvenBy::Server(script.clone())]),
        StepOutcome::Serve {
            script,
            failed: Some(why),
        } => Proof::Broken(BrokenBy::Server {
            command: script.clone(),
            why: why.clone(),
        }),
        StepOutcome::Commit(Ok(id)) => Proof::Proven(vec![ProvenBy::Commit(id.clone())]),
        StepOutcome::Commit(Err(why)) => Proof::Open(OpenReason::NoCommit(why.clone())),
        StepOutcome::Left(remainder) => Proof::Open(OpenReason::Parts(vec![OpenPart::Left(
            remainder.what.clone(),
        )])),
        StepOutcome::Worked { paths, .. } => Proof::Open(OpenReason::Worked(paths.clone())),
        StepOutcome::Unclear { passage, untouched } => Proof::Open(OpenReason::Unclear {
            passage: passage.clone(),
            untouched: untouched.clone(),
        }),
        StepOutcome::Deferred(_) => Proof::Open(OpenReason::Condition),
        StepOutcome::Accepted(_) => Proof::Proven(vec![ProvenBy::Person]),
        StepOutcome::Stands { path, .. } => Proof::Proven(vec![ProvenBy::Code {
            path: path.clone(),
            changed: true,
        }]),
        StepOutcome::DoneBefore => Proof::Before,
    }
}

fn is_held_back(step_outcome: &StepOutcome) -> bool {
    matches!(
        step_outcome,
        StepOutcome::Place(Placement {
            placed: PlacementOutcome::HeldBack,
            ..
        })
    )
}

fn checks_item(check: &Check, item: &Item) -> bool {
    check.unit == Some(item.unit) && check.line == item.line
}

fn of_placement(item: &Item, placement: &Placement, context: &ProofContext<'_>) -> Proof {
    let standing = context.standing;
    if let Some(part) = placement.refusal_reason() {
        return Proof::Open(OpenReason::Parts(vec![part]));
    }
    let Some(path) = placement.path.clone() else {
        return Proof::Open(OpenReason::FileUnclear);
    };
    // A removal or a rename shows no code that could stand.
    let whole_file = placement.block.is_none();
    if !whole_file && !standing.whole.contains(&path) {
        let own = placement.block.map(|block| (item.unit, block));
        let others = standing.refused.get(&path).into_iter().flatten();
        let is_other_refused = others.into_iter().any(|block| Some(*block) != own);
        return Proof::Open(match is_other_refused {
            true => OpenReason::OtherBlockRefused(path),
            false => OpenReason::NoLongerThere(path),
        });
    }
    if let Some(name) = unbound_name(item, placement, &path, context) {
        return Proof::Open(OpenReason::Unbound { path, name });
    }
    let changed = matches!(placement.placed, PlacementOutcome::Now { .. });
    Proof::Proven(vec![ProvenBy::Code { path, changed }])
}

/// Returns a name that the placed block reads and that nothing in its file binds.
fn unbound_name(
    item: &Item,
    placement: &Placement,
    path: &str,
    context: &ProofContext<'_>,
) -> Option<String> {
    let block = context
        .run
        .plan
        .phase(item.unit)?
        .blocks
        .get(placement.block?)?;
    let mut names = context.unbound.get(path)?.iter();
    names
        .find(|name| contains_identifier(&block.text, name))
        .cloned()
}

/// Proves a failure that the plan expects before its change, at its moment; where it was skipped, an earlier run may
/// have seen it.
fn of_expected_failure(item: &Item, ran: &CheckRun, context: &ProofContext<'_>) -> Proof {
    let found = context
        .search
        .expected_failure(&evidence::subject_of_observation(
            context.run,
            &item.observation(ran),
        ));
    let now = ran.judgement.verdict == Verdict::Passed;
    if !now && found.is_none() {
        return Proof::Open(OpenReason::FailureNotSeen(result_of_run(ran, None)));
    }
    let evidence = found.map(|found| found.id.clone());
    Proof::Proven(vec![ProvenBy::ExpectedFailure {
        evidence,
        command: ran.script.clone(),
        earlier: !now,
    }])
}

fn result_of_run(ran: &CheckRun, evidence: Option<EvidenceId>) -> CheckResult {
    CheckResult {
        evidence,
        command: ran.script.clone(),
        detail: ran.judgement.detail.clone(),
    }
}

fn result_of_check(check: &Check) -> CheckResult {
    result_of_run(&check.ran, check.evidence.clone())
}

fn of_check(check: &Check) -> Proof {
    of_verdict(check.verdict(), result_of_check(check))
}

fn of_verdict(verdict: Verdict, said: CheckResult) -> Proof {
    match verdict {
        Verdict::Passed => Proof::Proven(vec![ProvenBy::Check(said)]),
        Verdict::Failed => Proof::Broken(BrokenBy::Check(said)),
        Verdict::NotChecked => Proof::Open(OpenReason::NotChecked(said)),
    }
}

/// Returns the proof of every box of the assignment.
pub(crate) fn prove_boxes(
    run: &RunContext,
    assignment: &Assignment,
    change: &Change,
    verification: &Verification,
) -> Vec<(CheckboxId, Proof)> {
    let phases = assignment
        .units
        .iter()
        .filter_map(|unit| run.plan.phase(*unit));
    let boxes = phases.flat_map(|phase| phase.checkboxes.iter().map(move |id| (phase, *id)));
    boxes
        .map(|(phase, id)| (id, of_box(run, (phase, id), change, verification)))
        .collect()
}

fn of_box(
    run: &RunContext,
    (phase, id): (&Phase, CheckboxId),
    change: &Change,
    verification: &Verification,
) -> Proof {
    let mut proofs = Vec::new();
    for (index, criterion) in phase
        .criteria
        .iter()
        .enumerate()
        .filter(|(_, criterion)| criterion.checkbox == Some(id))
    {
        if criterion.kind == CriterionKind::Manual {
            return Proof::ForAPerson;
        }
        let own = verification.checks.iter().filter(|check| {
            check.unit == Some(phase.id) && check.origin == Origin::Criterion(index)
        });
        proofs.extend(own.map(of_check));
    }
    let items = change.items.iter().zip(&verification.items);
    proofs.extend(
        items
            .filter(|(item, _)| item.unit == phase.id && item.checkbox == Some(id))
            .map(|(_, proof)| proof.clone()),
    );
    if proofs.is_empty() {
        let stands_for_unit = run.plan.checkboxes().get(id.0).is_some_and(|found| {
            found.span.start <= phase.heading.end && phase.heading.start <= found.span.end
        });
        return match stands_for_unit {
            true => prove_unit(run, phase, change, verification),
            false => Proof::Open(OpenReason::NoCheck),
        };
    }
    combine_proofs(proofs)
}

/// Proves a box that stands for the whole unit: all beneath it must be proven, and something must have been.
fn prove_unit(
    run: &RunContext,
    phase: &Phase,
    change: &Change,
    verification: &Verification,
) -> Proof {
    let beneath = |unit: PhaseId| {
        let mut current = Some(unit);
        while let Some(unit) = current {
            if unit == phase.id {
                return true;
            }
            current = run.plan.parent(unit).map(|parent| parent.id);
        }
        false
    };
    let items = change
        .items
        .iter()
        .zip(&verification.items)
        .filter(|(item, _)| beneath(item.unit));
    let mut proofs: Vec<Proof> = items.map(|(_, proof)| proof.clone()).collect();
    let checks = verification
        .checks
        .iter()
        .filter(|check| check.unit.is_some_and(beneath));
    proofs.extend(checks.map(of_check));
    if proofs.is_empty() {
        return Proof::Open(OpenReason::NoCheck);
    }
    combine_proofs(proofs)
}

/// Proven only when all are; the first that is not speaks for all.
fn combine_proofs(proofs: Vec<Proof>) -> Proof {
    let gravest = |wanted: fn(&Proof) -> bool| proofs.iter().find(|proof| wanted(proof)).cloned();
    gravest(|proof| matches!(proof, Proof::Broken(_)))
        .or_else(|| gravest(|proof| matches!(proof, Proof::Open(_))))
        .or_else(|| gravest(|proof| matches!(proof, Proof::Proven(_))))
        .unwrap_or(Proof::Before)
}

/// Returns whether a part of the plan is not there, as opposed to there and not proven.
pub(crate) fn is_unimplemented(item: &Item, proof: &Proof) -> bool {
    matches!(proof, Proof::Open(_)) && (item.outcomes.is_empty() || item.open().next().is_some())
}

/// Holds back the criteria of a unit that lacks a part, where their boxes are all that is left to tick: a reader would
/// take the unit for done.
pub(super) fn hold_back(
    run: &RunContext,
    assignment: &Assignment,
    change: &Change,
    verification: &mut Verification,
) {
    for phase in assignment
        .units
        .iter()
        .filter_map(|unit| run.plan.phase(*unit))
    {
        let mut items = change
            .items
            .iter()
            .zip(&verification.items)
            .filter(|(item, _)| item.unit == phase.id);
        if !items.any(|(item, proof)| is_unimplemented(item, proof)) {
            continue;
        }
        let own = |id: &CheckboxId| phase.checkboxes.contains(id);
        let stays_open = |proof: &Proof| matches!(proof, Proof::Open(_) | Proof::Broken(_));
        if verification
            .proofs
            .iter()
            .any(|(id, proof)| own(id) && stays_open(proof))
        {
            continue;
        }
        let criterion = |id: CheckboxId| {
            phase
                .criteria
                .iter()
                .any(|criterion| criterion.checkbox == Some(id))
        };
        let proven = verification
            .proofs
            .iter_mut()
            .filter(|(id, _)| own(id) && criterion(*id));
        for (_, proof) in proven.filter(|(_, proof)| matches!(proof, Proof::Proven(_))) {
            *proof = Proof::Open(OpenReason::WaitsForUnit(phase.label.clone()));
        }
    }
}

/// Takes back every proof: what was checked is no longer what is there.
pub(super) fn withdraw_proofs(verification: &mut Verification, why: &OpenReason) {
    let boxes = verification.proofs.iter_mut().map(|(_, proof)| proof);
    for proof in boxes
        .chain(&mut verification.items)
        .filter(|proof| matches!(proof, Proof::Proven(_)))
    {
        *proof = Proof::Open(why.clone());
    }
}

/// Returns the state that the plan's text gives a box.
pub(super) fn state_of(run: &RunContext, id: CheckboxId) -> State {
    run.plan
        .checkboxes()
        .get(id.0)
        .map_or(State::Open, |found| found.state)
}

#[cfg(test)]
mod tests;
