//! Records what checks said as evidence with a key, and finds the evidence that speaks of the same thing.

use journal::{
    Basis, CheckResult, Condition, Evidence, EvidenceId, FoundEvidence, ItemName, Subject, UnitName, Verdict,
};
use plan::PhaseId;

use crate::check::Ran;
use crate::run::RunContext;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// A command that ran for an item of a unit.
#[derive(Debug, Clone)]
pub(crate) struct Observation<'a> {
    /// The unit; none for a check of the project's own.
    pub(crate) unit: Option<PhaseId>,
    /// What it was run for.
    pub(crate) item: ItemName,
    /// What came of it.
    pub(crate) ran: &'a Ran,
}

/// Records an observation, and returns the place by which proofs name it; none where nothing is recorded.
pub(crate) fn record(
    work: &mut UnitWork<'_>,
    observation: &Observation<'_>,
    basis: Basis,
) -> Result<Option<EvidenceId>, Stop> {
    let Some(run) = work.run.recorder.run().map(|run| run.id().clone()) else { return Ok(None) };
    let ran = observation.ran;
    let evidence = Evidence {
        subject: subject(work.run, observation),
        condition: Condition {
            basis,
            tree: ran.tree.clone(),
            sandbox: ran.tree.as_ref().and_then(|_| work.workspace.tier()),
        },
        result: CheckResult {
            verdict: ran.judgement.verdict,
            exit: ran.exit,
            detail: ran.judgement.detail.clone(),
            tests: Vec::new(),
            output: ran.output,
        },
        run,
    };
    let Some(found) = work.run.recorder.emit_evidence(evidence)? else { return Ok(None) };
    let id = found.id.clone();
    // Newest first, as the journal gives what earlier runs found.
    work.state.evidence.insert(0, found);
    Ok(Some(id))
}

/// Returns what an observation speaks of, as the journal has it: without secrets.
pub(crate) fn subject(run: &RunContext, observation: &Observation<'_>) -> Subject {
    let clean = |text: &str| run.redactor.text(text);
    let unit = observation.unit.and_then(|unit| run.plan.phase(unit));
    let ItemName { kind, text } = &observation.item;
    Subject {
        unit: unit.map(|unit| UnitName { label: clean(&unit.label), title: clean(&unit.title) }),
        item: ItemName { kind: *kind, text: clean(text) },
        command: clean(&observation.ran.script),
        folder: clean(&observation.ran.folder),
    }
}

/// What is known when evidence is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search<'a> {
    /// All evidence of the plan, newest first.
    pub(crate) evidence: &'a [FoundEvidence],
    /// The run at work.
    pub(crate) run: Option<&'a journal::RunId>,
    /// The fingerprint of the tree when work on the unit began.
    pub(crate) first_tree: &'a str,
}

impl<'a> Search<'a> {
    /// Returns evidence that a check which passes fails without the unit's own change: `passed` is what it says now.
    ///
    /// A failure without the change (baseline, new tests alone) speaks of the change of its run: of this run, or of an
    /// earlier one that ended with the very tree which passes now. A failure at the end of an earlier run speaks of what
    /// this run did only if this run began on that tree: whatever somebody else mended in between is not the unit's work.
    pub(crate) fn failure_without_change(&self, passed: &Evidence) -> Option<&'a FoundEvidence> {
        self.evidence.iter().find(|found| {
            let failed = &found.evidence;
            let same = failed.subject == passed.subject && failed.condition.sandbox == passed.condition.sandbox;
            let own = Some(&failed.run) == self.run;
            same && failed.result.verdict == Verdict::Failed
                && match failed.condition.basis {
                    Basis::Baseline | Basis::TestsOnly => own || self.left_as_it_is(failed, passed),
                    Basis::Final => own || failed.condition.tree.as_deref() == Some(self.first_tree),
                    Basis::OldTests | Basis::ExpectedFailure => false,
                }
        })
    }

    /// Returns evidence that a step's command was seen to fail where its plan says that it fails.
    pub(crate) fn expected_failure(&self, subject: &Subject) -> Option<&'a FoundEvidence> {
        self.evidence.iter().find(|found| {
            let Evidence { subject: of, condition, result, .. } = &found.evidence;
            of == subject && condition.basis == Basis::ExpectedFailure && result.verdict == Verdict::Passed
        })
    }

    /// Returns whether the run that saw the check fail without its change ended with the tree on which it passes now.
    fn left_as_it_is(&self, failed: &Evidence, passed: &Evidence) -> bool {
        self.evidence.iter().any(|found| {
            let Evidence { subject, condition, result, run } = &found.evidence;
            *run == failed.run
                && *subject == passed.subject
                && condition.basis == Basis::Final
                && condition.tree == passed.condition.tree
                && result.verdict == Verdict::Passed
        })
    }
}
