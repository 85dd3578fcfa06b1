//! Findings as workflow commands of GitHub Actions, which show them beside the plan's lines.

use super::Checked;
use crate::cli::printer::visible;
use crate::stop::{Finding, Severity};

/// A line for each finding.
pub(super) fn lines(checked: &Checked<'_>) -> String {
    checked.findings.iter().map(|finding| line(checked, finding)).collect()
}

fn line(checked: &Checked<'_>, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = finding.span.as_ref().map(|span| checked.plan.location(span.start));
    let place = place.map(|place| format!(",line={},col={}", place.line, place.column)).unwrap_or_default();
    let hint = finding.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    let message = data(&visible(&format!("{}{hint}", finding.message)));
    format!("::{word} file={}{place},title={}::{message}\n", property(checked.name), property(finding.code))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_or_a_line_is_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
