//! Findings as SARIF 2.1.0, which code scanning services read.

use serde_json::{Value, json};

use super::Checked;
use crate::review::list_all_codes;
use crate::stop::{Finding, Severity};

/// Returns the whole log: one run, the rules that it knows, and a result for each finding.
pub(super) fn build_sarif_log(checked: &Checked<'_>) -> Value {
    let rules: Vec<Value> = list_all_codes()
        .map(|code| {
            json!({
                "id": code.name,
                "shortDescription": { "text": code.summary },
                "help": { "text": code.explanation },
                "defaultConfiguration": { "level": sarif_level(code.severity) },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "backend-engineer",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": checked.findings.iter().map(|finding| result_of_finding(checked, finding)).collect::<Vec<_>>(),
        }],
    })
}

fn result_of_finding(checked: &Checked<'_>, finding: &Finding) -> Value {
    let text = match &finding.hint {
        Some(hint) => format!("{}. {hint}", finding.message),
        None => finding.message.clone(),
    };
    let mut location =
        json!({ "physicalLocation": { "artifactLocation": { "uri": encode_uri(checked.name) } } });
    if let Some(span) = &finding.span {
        let (start, end) = (
            checked.plan.location(span.start),
            checked.plan.location(span.end.max(span.start)),
        );
        location["physicalLocation"]["region"] = json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column });
    }
    let index = list_all_codes().position(|code| code.name == finding.code);
    let mut result = json!({
        "ruleId": finding.code,
        "level": sarif_level(finding.severity),
        "message": { "text": text },
        "locations": [location],
    });
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn sarif_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Returns a path as a reference: what has a meaning of its own there is escaped.
fn encode_uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 7);
    // A plan outside of the repository has no relative name.
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped() {
        assert_eq!(encode_uri("docs/a plan#1.md"), "docs/a%20plan%231.md");
        assert_eq!(encode_uri("/home/a plan.md"), "file:///home/a%20plan.md");
    }
}
