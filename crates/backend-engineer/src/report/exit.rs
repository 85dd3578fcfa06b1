//! The exit code and the heading that a unit's results call for.
//!
//! All tasks proven, all checks passed → 0, "Implementation Complete"
//! A check could not run, or a box has no proof → "Implementation Unproven"
//! A file of the plan is untouched, a step is open → "Implementation Incomplete"; what fails then waits for the rest
//! A check failed that is known to have passed before → "Implementation Failed", whatever else is open

use journal::{Basis, Evidence, Verdict};

use crate::evidence;
use crate::implement::{Change, NoCommit};
use crate::stop::Exit;
use crate::unit_work::UnitWork;
use crate::verify::{
    Check, FileOutcome, OpenReason, Origin, Proof, Verification, is_unimplemented,
};

/// Returns the heading of a report; it claims no more than the exit code does.
pub(super) fn heading_of_exit(exit: Exit) -> &'static str {
    match exit {
        Exit::Complete => "Implementation Complete",
        Exit::Unproven => "Implementation Unproven",
        Exit::Incomplete => "Implementation Incomplete",
        _ => "Implementation Failed",
    }
}

/// Returns the exit code that a unit calls for: the first by rank of all that speak for one.
pub(super) fn exit_of_unit(
    work: &UnitWork<'_>,
    change: &Change,
    verification: &Verification,
) -> Exit {
    let mut exits = Vec::new();
    let open = change
        .items
        .iter()
        .zip(&verification.items)
        .any(|(item, proof)| is_unimplemented(item, proof));
    if fails_check(work, verification, open) {
        exits.push(Exit::CheckFailed);
    }
    exits.extend(
        change
            .session
            .iter()
            .filter_map(|session| session.halt.as_ref())
            .map(|(exit, _)| *exit),
    );
    if !verification.drifted.is_empty() {
        exits.push(Exit::Refused);
    }
    if weighing_checks(verification).any(|check| check.ran.judgement.limit) {
        exits.push(Exit::Limit);
    }
    let mut accounts = verification.accounts.iter();
    if open || accounts.any(|account| account.fate == FileOutcome::Untouched) {
        exits.push(Exit::Incomplete);
    }
    // A dry run proves nothing, and nobody expects it to.
    if !work.run.options.dry_run && lacks_proof(work, verification) {
        exits.push(Exit::Unproven);
    }
    Exit::first(exits)
}

/// Returns whether the unit's work is wrong by a check, a prohibition of the plan or weakened tests; `open` where a part of
/// the unit is not implemented yet.
fn fails_check(work: &UnitWork<'_>, verification: &Verification, open: bool) -> bool {
    // While a part of the unit is open, what fails waits for it, unless it is known to have passed before.
    let mut failed = verification
        .checks
        .iter()
        .filter(|check| check.verdict() == Verdict::Failed);
    let worse = failed.clone().any(|check| is_regression(work, check));
    let mut proofs = verification.items.iter();
    let failed = failed.next().is_some() || proofs.any(|proof| matches!(proof, Proof::Broken(_)));
    let broken = verification
        .prohibitions
        .iter()
        .any(|one| one.broken.is_some());
    worse || failed && !open || broken || !verification.weakened.is_empty()
}

/// Returns the checks that the phase waits for. What the project keeps for itself and can't run here is told, and not
/// waited for.
fn weighing_checks(verification: &Verification) -> impl Iterator<Item = &Check> {
    verification
        .checks
        .iter()
        .filter(|check| check.origin != Origin::Found)
}

/// Returns whether a check was not made, none passed at all, or an item or a box is unproven.
fn lacks_proof(work: &UnitWork<'_>, verification: &Verification) -> bool {
    let unchecked =
        weighing_checks(verification).any(|check| check.verdict() == Verdict::NotChecked);
    let nothing_passed = !verification
        .checks
        .iter()
        .any(|check| check.verdict() == Verdict::Passed);
    // Commits are made only when asked for; without --commit their open boxes say nothing about the work.
    let waits = |reason: &OpenReason| match reason {
        OpenReason::Condition | OpenReason::NoCommit(NoCommit::Push) => true,
        OpenReason::NoCommit(_) => !work.run.options.commit,
        _ => false,
    };
    let mut proofs = verification
        .items
        .iter()
        .chain(verification.proofs.iter().map(|(_, proof)| proof));
    let unproven = proofs.any(|proof| matches!(proof, Proof::Open(reason) if !waits(reason)));
    unchecked || nothing_passed || unproven
}

/// Returns whether a check that fails is known to have passed before the change: by evidence of this run, or as one of the
/// project's own, whose failures are held against the tree before the change.
fn is_regression(work: &UnitWork<'_>, check: &Check) -> bool {
    let subject = evidence::subject_of_observation(work.run, &check.observation(&check.ran));
    let run = work.run.recorder.journal_run().map(journal::Run::id);
    let passed = |found: &journal::FoundEvidence| {
        let Evidence {
            subject: of,
            condition,
            result,
            run: by,
        } = &found.evidence;
        *of == subject
            && condition.basis == Basis::Baseline
            && result.verdict == Verdict::Passed
            && Some(by) == run
    };
    matches!(check.origin, Origin::Found | Origin::Project)
        || work.state.evidence.iter().any(passed)
}
