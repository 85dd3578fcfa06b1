//! Decides whether the checks of a unit prove its code: one that passed with it, and for prose one that failed without it.

use journal::Verdict;
use plan::PhaseId;

use super::{ProofContext, checks_item, result_of_check};
use crate::check::{CheckRun, Kind};
use crate::evidence;
use crate::implement::{Item, Passage, StepOutcome};
use crate::verify::reasons::{CheckResult, OpenReason, ProvenBy};
use crate::verify::{Check, Origin};

/// Prose is proven when a check tied to it fails without the unit's own change, and passes now: a command of its own step,
/// else one of its unit, all of whose checks must pass. What is not in that change is not proven by it.
pub(super) fn change_proven(item: &Item, context: &ProofContext<'_>) -> Option<ProvenBy> {
    let remains = |passage: &Passage| {
        context
            .remaining
            .iter()
            .any(|span| passage.span.start < span.end && span.start < passage.span.end)
    };
    if item
        .outcomes
        .iter()
        .filter_map(StepOutcome::passage)
        .any(remains)
    {
        return None;
    }
    if may_mean_untouched(item, context) {
        return None;
    }
    let of_unit: Vec<&Check> = context
        .checks
        .iter()
        .filter(|check| check.unit == Some(item.unit) && !check.ran.fixes)
        .collect();
    let own: Vec<&Check> = of_unit
        .iter()
        .copied()
        .filter(|check| checks_item(check, item))
        .collect();
    let tied = if own.is_empty() { of_unit } else { own };
    if tied.iter().any(|check| check.verdict() != Verdict::Passed) {
        return None;
    }
    tied.into_iter().find_map(|check| {
        let passed = context
            .search
            .evidence
            .iter()
            .find(|found| Some(&found.id) == check.evidence.as_ref())?;
        let failed = context.search.failure_without_change(&passed.evidence)?;
        if !context.written.may_hold(
            item,
            (failed, &passed.evidence),
            (context.run, context.assignment),
        ) {
            return None;
        }
        let basis = failed.evidence.condition.basis;
        Some(ProvenBy::Change {
            without: failed.id.clone(),
            basis,
            with: result_of_check(check),
        })
    })
}

/// Tells that an item's prose names neither a file nor a symbol, while a file that its unit names is as it was: it may speak
/// of that one as well.
fn may_mean_untouched(item: &Item, context: &ProofContext<'_>) -> bool {
    let mut passages = item
        .outcomes
        .iter()
        .filter_map(StepOutcome::passage)
        .peekable();
    let names_nothing =
        passages.peek().is_some() && passages.all(|passage| !passage.text.contains('`'));
    let is_untouched = |other: &Item| {
        let left = |outcome: &StepOutcome| matches!(outcome, StepOutcome::Left(remainder) if remainder.passage().is_none());
        other.unit == item.unit
            && other.step.is_none()
            && other.outcomes.iter().any(left)
            && change_proven(other, context).is_none()
    };
    names_nothing && context.items.iter().any(is_untouched)
}

/// Returns the reason where a test of the item's unit lets wrong versions of a model's work pass.
pub(super) fn weak_tests(item: &Item, context: &ProofContext<'_>) -> Option<OpenReason> {
    let run = context.search.run?;
    let of_unit = context
        .checks
        .iter()
        .filter(|check| check.unit == Some(item.unit));
    let found = of_unit.filter_map(|check| {
        let subject = evidence::subject_of_observation(context.run, &check.observation(&check.ran));
        let weak = context.search.accepts_wrong_versions(run, &subject)?;
        Some(OpenReason::WeakTests(CheckResult {
            evidence: Some(weak.id.clone()),
            command: check.ran.script.clone(),
            detail: weak.evidence.result.detail.clone(),
        }))
    });
    found.into_iter().next()
}

/// Returns a check that passed for the unit, or for the nearest unit above it in the assignment that has any.
pub(super) fn passed_check(
    unit: PhaseId,
    context: &ProofContext<'_>,
) -> Result<CheckResult, OpenReason> {
    let mut current = Some(unit);
    while let Some(unit) = current.filter(|unit| context.assignment.units.contains(unit)) {
        let of_unit = context
            .checks
            .iter()
            .filter(|check| check.unit == Some(unit));
        let own: Vec<&Check> = of_unit
            .filter(|check| can_tell_of_code(&check.ran))
            .collect();
        if let Some(passed) = own.iter().find(|check| check.verdict() == Verdict::Passed) {
            return Ok(result_of_check(passed));
        }
        if !own.is_empty() {
            return Err(OpenReason::NoCheckPassed);
        }
        current = context.run.plan.parent(unit).map(|parent| parent.id);
    }
    // A linter that nobody asked for proves no code; the project's tests do.
    let counts = |check: &&Check| {
        (check.origin != Origin::Found || check.kind == Kind::Tests) && can_tell_of_code(&check.ran)
    };
    let passed = |check: &&Check| check.unit.is_none() && check.verdict() == Verdict::Passed;
    context
        .checks
        .iter()
        .filter(counts)
        .find(passed)
        .map(result_of_check)
        .ok_or(OpenReason::NothingChecksIt)
}

/// Returns whether that a command succeeds may tell something of code: not where it only makes, moves, deletes or
/// rewrites files, or shows what git keeps.
pub(super) fn can_tell_of_code(ran: &CheckRun) -> bool {
    if ran.fixes {
        return false;
    }
    let reading = shell::read(&ran.script);
    let acts = |kind: shell::Kind| {
        matches!(
            kind,
            shell::Kind::Other | shell::Kind::Destroy | shell::Kind::Commit | shell::Kind::Git
        )
    };
    let calls = reading.calls();
    calls.is_empty()
        || calls
            .iter()
            .any(|call| !call.is_known() || !acts(call.kind()))
}
