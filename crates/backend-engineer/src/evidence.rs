//! Records what checks said as evidence with a key, and finds the evidence that speaks of the same thing.

use journal::{
    Basis, CheckResult, Condition, Evidence, EvidenceId, FoundEvidence, ItemName, Subject,
    UnitName, Verdict,
};
use plan::{Phase, PhaseId};

use crate::check::CheckRun;
use crate::run::RunContext;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// A command that ran for an item of a unit.
#[derive(Debug, Clone)]
pub(crate) struct Observation<'a> {
    /// The unit; none for a check of the project's own.
    pub(crate) unit: Option<PhaseId>,
    /// The item that it was run for.
    pub(crate) item: ItemName,
    /// The outcome, with the reason behind it.
    pub(crate) ran: &'a CheckRun,
}

/// Records an observation, and returns the place by which proofs name it; none where nothing is recorded.
pub(crate) fn record_evidence(
    work: &mut UnitWork<'_>,
    observation: &Observation<'_>,
    basis: Basis,
) -> Result<Option<EvidenceId>, Stop> {
    let Some(run) = work.run.recorder.journal_run().map(|run| run.id().clone()) else {
        return Ok(None);
    };
    let ran = observation.ran;
    let evidence = Evidence {
        subject: subject_of_observation(work.run, observation),
        condition: Condition {
            basis,
            tree: ran.tree.clone(),
            sandbox: ran.tree.as_ref().and_then(|_| work.workspace.tier()),
        },
        result: CheckResult {
            verdict: ran.judgement.verdict,
            exit: ran.exit,
            detail: ran.judgement.detail.clone(),
            tests: ran.tests.clone(),
            output: ran.output,
        },
        run,
    };
    let Some(found) = work.run.recorder.emit_evidence(evidence)? else {
        return Ok(None);
    };
    let id = found.id.clone();
    // Newest first, as the journal gives what earlier runs found.
    work.state.evidence.insert(0, found);
    Ok(Some(id))
}

/// Returns the name of a unit, as the journal has it: without secrets.
pub(crate) fn unit_name(run: &RunContext, unit: &Phase) -> UnitName {
    UnitName {
        label: run.redactor.redact_text(&unit.label),
        title: run.redactor.redact_text(&unit.title),
    }
}

/// Returns what an observation speaks of, as the journal has it: without secrets.
pub(crate) fn subject_of_observation(run: &RunContext, observation: &Observation<'_>) -> Subject {
    let clean = |text: &str| run.redactor.redact_text(text);
    let unit = observation.unit.and_then(|unit| run.plan.phase(unit));
    let ItemName { kind, text } = &observation.item;
    Subject {
        unit: unit.map(|unit| unit_name(run, unit)),
        item: ItemName {
            kind: *kind,
            text: clean(text),
        },
        command: clean(&observation.ran.script),
        folder: clean(&observation.ran.folder),
    }
}

/// The context of a search for evidence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EvidenceQuery<'a> {
    /// All evidence of the plan, newest first.
    pub(crate) evidence: &'a [FoundEvidence],
    /// The run at work.
    pub(crate) run: Option<&'a journal::RunId>,
    /// The fingerprint of the tree when work on the unit began.
    pub(crate) first_tree: &'a str,
}

impl<'a> EvidenceQuery<'a> {
    /// Returns evidence that a check which passes fails without the unit's own change: `passed` is what it says now.
    ///
    /// A failure without the change (baseline, new tests alone) speaks of the change of its run: of this run, or of an
    /// earlier one that ended with the very tree which passes now. A failure at the end of an earlier run speaks of what
    /// this run did only if this run began on that tree: whatever somebody else mended in between is not the unit's work.
    pub(crate) fn failure_without_change(&self, passed: &Evidence) -> Option<&'a FoundEvidence> {
        self.evidence.iter().find(|found| {
            let failed = &found.evidence;
            let same = failed.subject == passed.subject
                && failed.condition.sandbox == passed.condition.sandbox;
            let own = Some(&failed.run) == self.run;
            same && failed.result.verdict == Verdict::Failed
                && self
                    .accepts_wrong_versions(&failed.run, &failed.subject)
                    .is_none()
                && match failed.condition.basis {
                    Basis::Baseline => {
                        (own || self.left_as_it_is(failed, passed))
                            && !self.fails_for_want_of_tests(failed)
                    }
                    Basis::TestsOnly => own || self.left_as_it_is(failed, passed),
                    Basis::Final => {
                        own || failed.condition.tree.as_deref() == Some(self.first_tree)
                    }
                    Basis::OldTests | Basis::WrongVersions | Basis::ExpectedFailure => false,
                }
        })
    }

    /// Returns evidence that a run's check rejects no wrong version of the change: that it fails without the change says
    /// then only that the names are there.
    pub(crate) fn accepts_wrong_versions(
        &self,
        run: &journal::RunId,
        of: &Subject,
    ) -> Option<&'a FoundEvidence> {
        self.evidence.iter().find(|found| {
            let Evidence {
                subject,
                condition,
                result,
                run: by,
            } = &found.evidence;
            by == run
                && subject == of
                && condition.basis == Basis::WrongVersions
                && result.verdict == Verdict::Failed
        })
    }

    /// Returns evidence that a step's command was seen to fail where its plan says that it fails.
    pub(crate) fn expected_failure(&self, subject: &Subject) -> Option<&'a FoundEvidence> {
        self.evidence.iter().find(|found| {
            let Evidence {
                subject: of,
                condition,
                result,
                ..
            } = &found.evidence;
            of == subject
                && condition.basis == Basis::ExpectedFailure
                && result.verdict == Verdict::Passed
        })
    }

    /// Returns whether the check failed without the change only because its tests were not there yet: with them, and without
    /// the code, it does not fail.
    fn fails_for_want_of_tests(&self, failed: &Evidence) -> bool {
        self.evidence.iter().any(|found| {
            let Evidence {
                subject,
                condition,
                result,
                run,
            } = &found.evidence;
            *run == failed.run
                && *subject == failed.subject
                && condition.basis == Basis::TestsOnly
                && result.verdict != Verdict::Failed
        })
    }

    /// Returns whether the run that saw the check fail without its change ended with the tree on which it passes now.
    fn left_as_it_is(&self, failed: &Evidence, passed: &Evidence) -> bool {
        self.evidence.iter().any(|found| {
            let Evidence {
                subject,
                condition,
                result,
                run,
            } = &found.evidence;
            *run == failed.run
                && *subject == passed.subject
                && condition.basis == Basis::Final
                && condition.tree == passed.condition.tree
                && result.verdict == Verdict::Passed
        })
    }
}

#[cfg(test)]
mod tests {
    use journal::{ItemKind, RunId};

    use super::*;

    const NOW: &str = "20261201-120000-now";
    const BEFORE: &str = "20261130-120000-old";

    /// A result: its unit, run, basis, tree, and whether it passed.
    type Row = (&'static str, &'static str, Basis, &'static str, bool);

    fn evidence((unit, run, basis, tree, passed): Row) -> Evidence {
        let verdict = if passed {
            Verdict::Passed
        } else {
            Verdict::Failed
        };
        Evidence {
            subject: Subject {
                unit: Some(UnitName {
                    label: unit.to_owned(),
                    title: String::new(),
                }),
                item: ItemName {
                    kind: ItemKind::Criterion,
                    text: "It holds".to_owned(),
                },
                command: "python3 check.py".to_owned(),
                folder: String::new(),
            },
            condition: Condition {
                basis,
                tree: Some(tree.to_owned()),
                sandbox: Some("bwrap".to_owned()),
            },
            result: CheckResult {
                verdict,
                exit: None,
                detail: String::new(),
                tests: Vec::new(),
                output: None,
            },
            run: RunId::from(run),
        }
    }

    /// Returns whether "Phase 2", which passes now on tree `final`, is seen to fail without its change; work began on
    /// `first`.
    fn proves(rows: &[Row]) -> bool {
        let all: Vec<FoundEvidence> = (1..)
            .zip(rows)
            .map(|(seq, row)| FoundEvidence {
                id: EvidenceId {
                    run: RunId::from(row.1),
                    seq,
                },
                evidence: evidence(*row),
            })
            .collect();
        let run = RunId::from(NOW);
        let search = EvidenceQuery {
            evidence: &all,
            run: Some(&run),
            first_tree: "first",
        };
        search
            .failure_without_change(&evidence(("Phase 2", NOW, Basis::Final, "final", true)))
            .is_some()
    }

    #[test]
    fn a_failure_without_the_change_of_this_run_proves_it() {
        assert!(!proves(&[]));
        assert!(proves(&[("Phase 2", NOW, Basis::Baseline, "first", false)]));
        assert!(proves(&[(
            "Phase 2",
            NOW,
            Basis::TestsOnly,
            "tests",
            false
        )]));
        assert!(
            proves(&[("Phase 2", NOW, Basis::Final, "round one", false)]),
            "before the model mended it"
        );
        assert!(!proves(&[("Phase 2", NOW, Basis::Baseline, "first", true)]));
        for basis in [Basis::OldTests, Basis::ExpectedFailure] {
            assert!(
                !proves(&[("Phase 2", NOW, basis, "first", false)]),
                "{basis:?}"
            );
        }
    }

    #[test]
    fn another_units_failure_proves_nothing() {
        assert!(!proves(&[(
            "Phase 1",
            NOW,
            Basis::Baseline,
            "first",
            false
        )]));
        assert!(!proves(&[(
            "Phase 1",
            BEFORE,
            Basis::Final,
            "first",
            false
        )]));
    }

    #[test]
    fn a_failure_of_an_earlier_run_speaks_of_what_was_done_since_by_this_one_alone() {
        assert!(
            proves(&[("Phase 2", BEFORE, Basis::Final, "first", false)]),
            "this run began on that very tree"
        );
        assert!(
            !proves(&[("Phase 2", BEFORE, Basis::Final, "older", false)]),
            "somebody mended it in between"
        );
    }

    #[test]
    fn what_an_earlier_run_did_stays_proven_while_its_tree_stays() {
        let baseline = ("Phase 2", BEFORE, Basis::Baseline, "older", false);
        assert!(!proves(&[baseline]));
        assert!(proves(&[
            ("Phase 2", BEFORE, Basis::Final, "final", true),
            baseline
        ]));
        assert!(!proves(&[
            ("Phase 2", BEFORE, Basis::Final, "another", true),
            baseline
        ]));
        assert!(!proves(&[
            ("Phase 2", BEFORE, Basis::Final, "final", false),
            baseline
        ]));
    }

    #[test]
    fn a_check_that_failed_only_for_want_of_its_tests_proves_nothing() {
        let baseline = ("Phase 2", NOW, Basis::Baseline, "first", false);
        assert!(!proves(&[
            ("Phase 2", NOW, Basis::TestsOnly, "tests", true),
            baseline
        ]));
        assert!(proves(&[
            ("Phase 2", NOW, Basis::TestsOnly, "tests", false),
            baseline
        ]));
    }

    #[test]
    fn a_check_that_accepts_wrong_versions_of_the_change_proves_nothing() {
        let final_tree = ("Phase 2", BEFORE, Basis::Final, "final", true);
        for (run, rest) in [(NOW, None), (BEFORE, Some(final_tree))] {
            for basis in [Basis::Baseline, Basis::TestsOnly] {
                let failed = ("Phase 2", run, basis, "older", false);
                let rows = |wrong: Row| {
                    rest.into_iter()
                        .chain([wrong, failed])
                        .collect::<Vec<Row>>()
                };
                assert!(proves(&rows((
                    "Phase 2",
                    run,
                    Basis::WrongVersions,
                    "final",
                    true
                ))));
                assert!(!proves(&rows((
                    "Phase 2",
                    run,
                    Basis::WrongVersions,
                    "final",
                    false
                ))));
                assert!(
                    proves(&rows((
                        "Phase 1",
                        run,
                        Basis::WrongVersions,
                        "final",
                        false
                    ))),
                    "another unit's"
                );
            }
        }
    }

    #[test]
    fn another_sandbox_says_nothing_of_the_change() {
        let mut failed = evidence(("Phase 2", NOW, Basis::Baseline, "first", false));
        failed.condition.sandbox = Some("landlock".to_owned());
        let all = [FoundEvidence {
            id: EvidenceId {
                run: RunId::from(NOW),
                seq: 1,
            },
            evidence: failed,
        }];
        let run = RunId::from(NOW);
        let search = EvidenceQuery {
            evidence: &all,
            run: Some(&run),
            first_tree: "first",
        };
        assert!(
            search
                .failure_without_change(&evidence(("Phase 2", NOW, Basis::Final, "final", true)))
                .is_none()
        );
    }
}
