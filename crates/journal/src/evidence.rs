//! Evidence with a key: what a result speaks of, under which condition it was found, and what it
//! says.
//!
//! Two results speak of the same thing only if their subjects are equal, and one stands for the
//! other only if their conditions are equal, too: "`pytest` failed" in Phase 1 says nothing of
//! Phase 2, and what failed on yesterday's tree says nothing of today's.

use serde::{Deserialize, Serialize};

use crate::identity::{OutputId, RunId};

/// One result of a check, with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The subject.
    pub subject: Subject,
    /// Under which condition it was found.
    pub condition: Condition,
    /// The result.
    pub result: CheckResult,
    /// The run that found it.
    pub run: RunId,
}

/// The subject of a piece of evidence. Equal subjects, and no others, can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The unit of the plan; none for a check of the project's own, which speaks of no unit.
    pub unit: Option<UnitName>,
    /// The criterion, the step or the project's check, as it is written.
    pub item: ItemName,
    /// The command, as it ran.
    pub command: String,
    /// Its folder, from the root; empty for the root.
    pub folder: String,
}

/// A unit of a plan, by what names it in the plan's text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitName {
    /// The name that people use: "Phase 2.1".
    pub label: String,
    /// Its title. A plan that was renumbered has other units under the same labels.
    pub title: String,
}

/// The item that a check belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemName {
    /// The sort of item.
    pub kind: ItemKind,
    /// Its words.
    pub text: String,
}

/// A sort of item that checks belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A criterion of the unit.
    Criterion,
    /// A command of one of the unit's steps.
    Step,
    /// A check of the project's own, configured or found.
    Project,
}

/// Under which condition a result was found. Only results under equal conditions stand for one
/// another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// The tree that it speaks of, by its relation to the change.
    pub basis: Basis,
    /// That tree's fingerprint; none where nothing ran.
    pub tree: Option<String>,
    /// The sandbox that the command ran in; none where nothing ran.
    pub sandbox: Option<String>,
}

/// The relation of a tree to the change of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The tree before the change.
    Baseline,
    /// The tests of the change, with all that belongs to tests, without the change.
    TestsOnly,
    /// The tests as they were before, with the change.
    OldTests,
    /// The tree with the change.
    Final,
    /// The tree with wrong versions of the change, one after the other: fails where the tests reject none of them.
    WrongVersions,
    /// The tree at a step which says that its command fails there.
    ExpectedFailure,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Its verdict.
    pub verdict: Verdict,
    /// The command's exit status; none where a signal or a limit ended it, or it never began.
    pub exit: Option<i32>,
    /// The observation, for people.
    pub detail: String,
    /// Each test by itself, where the runner names them.
    #[serde(default)]
    pub tests: Vec<TestResult>,
    /// Where the whole output is kept.
    pub output: Option<OutputId>,
}

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ran, and what it checks holds.
    Passed,
    /// It ran, and what it checks does not hold.
    Failed,
    /// It did not run, or not far enough to say.
    NotChecked,
}

/// The result of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The test, as its runner names it.
    pub name: String,
    /// Its message.
    pub verdict: Verdict,
}

/// The place of a piece of evidence in the journal, by which a proof names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EvidenceId {
    /// The run that found it.
    pub run: RunId,
    /// Its place among the run's events, from 1.
    pub seq: u64,
}

/// A piece of evidence with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundEvidence {
    /// Its place.
    pub id: EvidenceId,
    /// The evidence.
    pub evidence: Evidence,
}

impl Evidence {
    /// Returns whether both speak of the same thing under the same condition, so that one stands
    /// for the other.
    pub fn stands_for(&self, other: &Evidence) -> bool {
        self.subject == other.subject && self.condition == other.condition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(unit: &str, basis: Basis, tree: &str) -> Evidence {
        let item = ItemName {
            kind: ItemKind::Criterion,
            text: "It holds".to_owned(),
        };
        let unit = Some(UnitName {
            label: unit.to_owned(),
            title: "Totals".to_owned(),
        });
        Evidence {
            subject: Subject {
                unit,
                item,
                command: "pytest".to_owned(),
                folder: String::new(),
            },
            condition: Condition {
                basis,
                tree: Some(tree.to_owned()),
                sandbox: Some("bwrap".to_owned()),
            },
            result: CheckResult {
                verdict: Verdict::Failed,
                exit: Some(1),
                detail: "1 failed".to_owned(),
                tests: Vec::new(),
                output: None,
            },
            run: RunId::from("20261123-184530-k3f"),
        }
    }

    #[test]
    fn evidence_stands_for_another_only_under_the_same_key() {
        let one = evidence("Phase 1", Basis::Final, "a");
        assert!(one.stands_for(&evidence("Phase 1", Basis::Final, "a")));
        for other in [
            evidence("Phase 2", Basis::Final, "a"),
            evidence("Phase 1", Basis::Baseline, "a"),
            evidence("Phase 1", Basis::Final, "b"),
        ] {
            assert!(!one.stands_for(&other), "{other:?}");
        }
        let mut elsewhere = evidence("Phase 1", Basis::Final, "a");
        elsewhere.condition.sandbox = Some("none".to_owned());
        assert!(!one.stands_for(&elsewhere));
    }

    #[test]
    fn evidence_is_read_back_as_it_was_written() {
        let mut one = evidence("Phase 1", Basis::TestsOnly, "a");
        one.result.tests.push(TestResult {
            name: "test_total".to_owned(),
            verdict: Verdict::Passed,
        });
        let text = serde_json::to_string(&one).expect("JSON");
        assert!(text.contains(r#""basis":"tests-only""#), "{text}");
        assert_eq!(
            serde_json::from_str::<Evidence>(&text).expect("evidence"),
            one
        );
    }
}
