//! The evidence as an in-toto statement of the predicate test-result v0.1, unsigned: who signs it vouches for it.

use journal::{Evidence, Verdict};
use serde_json::{Value, json};

use super::gathered::Gathered;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// Returns the statement.
pub(super) fn build_statement(gathered: &Gathered) -> Value {
    let subject = |path: &String| {
        let hash = gathered.files.get(path)?.as_ref()?;
        Some(json!({ "name": path, "digest": { "sha256": hash } }))
    };
    let named = |verdict: Verdict| -> Vec<String> {
        let of_verdict = gathered
            .checks
            .iter()
            .map(|check| &check.evidence)
            .filter(|it| it.result.verdict == verdict);
        of_verdict.map(name_of_evidence).collect()
    };
    let result = match gathered.run.exit {
        Some(0) => "PASSED",
        Some(7) => "WARNED",
        _ => "FAILED",
    };
    let mut configuration = vec![json!({ "name": gathered.run.start.plan })];
    configuration.extend(
        gathered
            .commit
            .iter()
            .map(|id| json!({ "name": "HEAD", "digest": { "gitCommit": id } })),
    );
    json!({
        "_type": STATEMENT,
        "subject": gathered.written.iter().filter_map(subject).collect::<Vec<_>>(),
        "predicateType": PREDICATE,
        "predicate": {
            "result": result,
            "configuration": configuration,
            "passedTests": named(Verdict::Passed),
            "warnedTests": named(Verdict::NotChecked),
            "failedTests": named(Verdict::Failed),
            "run": {
                "id": gathered.run.id,
                "program": format!("backend-engineer {}", gathered.run.start.version),
                "plan": gathered.run.start.plan,
                "phases": gathered.run.start.phases,
                "exit": gathered.run.exit,
                "startedMs": gathered.run.started_ms,
                "finishedMs": gathered.run.finished_ms,
                "wholeTree": gathered.is_current,
            },
            "checks": gathered.checks.iter().map(|check| of_check(&check.evidence)).collect::<Vec<_>>(),
        },
    })
}

fn name_of_evidence(evidence: &Evidence) -> String {
    let folder = if evidence.subject.folder.is_empty() {
        String::new()
    } else {
        format!(" in {}", evidence.subject.folder)
    };
    format!(
        "{}: `{}`{folder}",
        evidence.subject.item.text, evidence.subject.command
    )
}

fn of_check(evidence: &Evidence) -> Value {
    json!({
        "item": evidence.subject.item,
        "unit": evidence.subject.unit,
        "command": evidence.subject.command,
        "folder": evidence.subject.folder,
        "exit": evidence.result.exit,
        "verdict": evidence.result.verdict,
        "detail": evidence.result.detail,
        "tree": evidence.condition.tree,
        "sandbox": evidence.condition.sandbox,
        "tests": evidence.result.tests,
    })
}
