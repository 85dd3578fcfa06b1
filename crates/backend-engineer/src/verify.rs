//! Step four: runs the checks on the final tree, accounts for every file that the phase names, and ticks what is proven.

mod checks;
mod project;
mod reasons;
mod carried_out;
mod unbound;
mod proof;
mod file_outcomes;
mod weakened;
mod narrow;
mod old_tests;
mod earlier_failures;
mod baseline;
mod strength;
mod spans;
mod ticks;
mod repair;
mod import_order;

use journal::{Basis, Event};
use plan::{CheckboxId, CriterionKind, PhaseId};

pub(crate) use baseline::compare_with_baseline;
use carried_out::ChangedFiles;
pub(crate) use checks::{Check, Origin};
pub(crate) use file_outcomes::{FileLine, FileOutcome};
pub(crate) use import_order::sort_imports;
use proof::ProofContext;
pub(crate) use proof::is_unimplemented;
use proof::prove_boxes;
pub(crate) use reasons::{OpenReason, Proof};
pub(crate) use repair::next_repair_task;
pub(crate) use spans::{Prohibition, SpanLine, SpanState};
pub(crate) use strength::{Strength, measure_strength};
pub(crate) use ticks::{MarkResult, mark_boxes, write_outside};
use weakened::PlanWords;

use crate::evidence::{self, EvidenceQuery};
use crate::implement::{Change, PresentFiles, StepOutcome};
use crate::run::RunContext;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// The conclusion that the checks allow.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    /// Every check, in the plan's order.
    pub(crate) checks: Vec<Check>,
    /// Every file that the phase names.
    pub(crate) accounts: Vec<FileLine>,
    /// Every box of the phase, with what stands behind it.
    pub(crate) proofs: Vec<(CheckboxId, Proof)>,
    /// The items of the change, by their place in [`Change::items`].
    pub(crate) items: Vec<Proof>,
    /// Files of the phase that somebody else changed while the run was at work.
    pub(crate) drifted: Vec<String>,
    /// Sentences on tests that a model weakened, and on configuration that it made laxer.
    pub(crate) weakened: Vec<String>,
    /// Sentences on changed tests that the plan names: a person has to say whether the change is meant.
    pub(crate) changed_tests: Vec<String>,
    /// Lines of a model's code that ask whether they are tested.
    pub(crate) probes: Vec<String>,
    /// The number of wrong versions of the phase's code that its tests reject; none where nothing was tried.
    pub(crate) strength: Option<Strength>,
    /// Criteria that a person has to check.
    pub(crate) manual: Vec<Manual>,
    /// Boxes that were ticked now: line and text.
    pub(crate) ticked: Vec<(usize, String)>,
    /// Boxes that were opened again.
    pub(crate) unticked: Vec<(usize, String)>,
    /// The prohibitions of the plan, each with its outcome.
    pub(crate) prohibitions: Vec<Prohibition>,
    /// Every span of the unit with its state.
    pub(crate) spans: Vec<SpanLine>,
}

/// A manual criterion.
#[derive(Debug, Clone)]
pub(crate) struct Manual {
    /// Its words.
    pub(crate) text: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// A person has ticked it.
    pub(crate) done: bool,
}

/// Verifies the assignment as it stands in the staged tree.
pub(crate) async fn verify(
    work: &mut UnitWork<'_>,
    change: &mut Change,
) -> Result<Verification, Stop> {
    let mut verification = Verification::default();
    work.restore_discarded().await?;
    verification.checks = checks::run_all(work, change).await?;
    let found = project::run_project_checks(work, change, &verification.checks).await?;
    verification.checks.extend(found);
    for (_, server) in std::mem::take(&mut change.servers) {
        work.workspace.end_server(server).await?;
    }
    for check in &mut verification.checks {
        check.evidence =
            evidence::record_evidence(work, &check.observation(&check.ran), Basis::Final)?;
    }
    let standing = find_proofs(work, change, &mut verification)?;
    let promotable = work.promotable();
    verification.drifted = work
        .workspace
        .tree
        .drifted()
        .into_iter()
        .filter(|path| promotable.includes(path))
        .collect();
    for path in verification.drifted.clone() {
        work.note(format!(
            "`{path}` was changed by somebody else while this run was at work; nothing is ticked"
        ))?;
    }
    if !verification.drifted.is_empty() {
        proof::withdraw_proofs(&mut verification, &OpenReason::Drifted);
    }
    detect_weakened_tests(work, &mut verification);
    verification.accounts =
        file_outcomes::of_files(work, change, &standing.whole, &verification.items);
    verification.manual = work
        .assignment
        .units
        .iter()
        .flat_map(|unit| list_manual_criteria(work.run, *unit))
        .collect();
    Ok(verification)
}

/// Finds what stands behind each item and each box; gives the paths where the plan's code stands.
fn find_proofs(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
) -> Result<PresentFiles, Stop> {
    let standing = crate::implement::find_present_files(work)?;
    let written = ChangedFiles::collect(work, change)?;
    let unbound = unbound::find_unbound_names(work, change, &standing, &verification.checks);
    let phases: Vec<_> = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit).cloned())
        .collect();
    let remaining: Vec<_> = phases
        .iter()
        .flat_map(|phase| crate::implement::find_remaining_removals(work, phase))
        .collect();
    let search = EvidenceQuery {
        evidence: &work.state.evidence,
        run: work.run.recorder.journal_run().map(journal::Run::id),
        first_tree: work.state.first_tree(work.run, work.workspace),
    };
    let (run, assignment, checks) = (work.run, work.assignment, &verification.checks);
    let ground = ProofContext {
        run,
        assignment,
        checks,
        standing: &standing,
        search,
        written: &written,
        items: &change.items,
        unbound: &unbound,
        remaining: &remaining,
    };
    verification.items = change
        .items
        .iter()
        .map(|item| proof::of_item(item, &ground))
        .collect();
    verification.proofs = prove_boxes(run, assignment, change, verification);
    proof::hold_back(run, assignment, change, verification);
    Ok(standing)
}

/// Accounts for every span of the unit, and ticks the plan's boxes for what was proved.
pub(crate) fn finish_verification(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    verification.prohibitions = spans::check_prohibitions(work, change);
    verification.spans = spans::of_units(work, change, verification);
    record_unproven(work, change, verification)?;
    ticks::tick_boxes(work, verification)
}

/// Records the sentences that are implemented or unclear and that nothing proves, for a person to accept.
fn record_unproven(
    work: &UnitWork<'_>,
    change: &Change,
    verification: &Verification,
) -> Result<(), Stop> {
    for (item, proof) in change.items.iter().zip(&verification.items) {
        let Some(phase) = work
            .run
            .plan
            .phase(item.unit)
            .filter(|_| matches!(proof, Proof::Open(_)))
        else {
            continue;
        };
        for step_outcome in item.outcomes.iter().filter(|step_outcome| {
            matches!(
                step_outcome,
                StepOutcome::Worked { .. } | StepOutcome::Unclear { .. }
            )
        }) {
            let Some(passage) = step_outcome.passage() else {
                continue;
            };
            let unit = evidence::unit_name(work.run, phase);
            work.run.emit(Event::SentenceUnproven {
                unit,
                line: passage.line,
                text: passage.text.clone(),
            })?;
        }
    }
    Ok(())
}

/// Looks whether a model weakened tests, as far as the text tells; then nothing is proven by them.
fn detect_weakened_tests(work: &mut UnitWork<'_>, verification: &mut Verification) {
    let verdicts =
        weakened::decide_weakened(&weakened::by_model(work), &PlanWords::from_work(work), None);
    verification.weakened = verdicts.weakened;
    verification.changed_tests = verdicts.asked;
    withdraw_weakened(verification);
}

/// Takes back what weakened tests, and tests that a person has to look at, proved.
fn withdraw_weakened(verification: &mut Verification) {
    if !verification.weakened.is_empty() {
        proof::withdraw_proofs(verification, &OpenReason::WeakenedTests);
    }
    if !verification.changed_tests.is_empty() {
        proof::withdraw_proofs(verification, &OpenReason::ChangedTests);
    }
    if !verification.probes.is_empty() {
        proof::withdraw_proofs(verification, &OpenReason::AsksForTests);
    }
}

/// Notes how tests were weakened or changed, and takes back what they proved.
fn record_weakened_tests(
    work: &mut UnitWork<'_>,
    verification: &mut Verification,
) -> Result<(), Stop> {
    for line in verification.weakened.clone() {
        work.note(format!(
            "TESTS WERE WEAKENED, and nothing is ticked: {line}"
        ))?;
    }
    for line in verification.changed_tests.clone() {
        work.note(format!(
            "the plan speaks of this test or of what it tests, see whether its change is meant: {line}"
        ))?;
    }
    for line in verification.probes.clone() {
        work.note(format!(
            "the code asks whether it is being tested, so that its tests prove nothing: {line}"
        ))?;
    }
    withdraw_weakened(verification);
    Ok(())
}

fn list_manual_criteria(run: &RunContext, unit: PhaseId) -> Vec<Manual> {
    let Some(phase) = run.plan.phase(unit) else {
        return Vec::new();
    };
    let manual = phase
        .criteria
        .iter()
        .filter(|criterion| criterion.kind == CriterionKind::Manual);
    manual
        .map(|criterion| Manual {
            text: criterion.text.clone(),
            line: run.plan.location(criterion.span.start).line,
            done: criterion
                .checkbox
                .and_then(|id| run.plan.checkboxes().get(id.0))
                .is_some_and(|found| found.state == plan::State::Done),
        })
        .collect()
}
