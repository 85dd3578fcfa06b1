//! Findings as workflow commands of GitHub Actions, which show them beside the plan's lines.

use super::Checked;
use crate::cli::printer::escape_control_characters;
use crate::stop::{Finding, Severity};

/// Returns a line for each finding.
pub(super) fn render_annotations(checked: &Checked<'_>) -> String {
    checked
        .findings
        .iter()
        .map(|finding| annotate_finding(checked, finding))
        .collect()
}

fn annotate_finding(checked: &Checked<'_>, finding: &Finding) -> String {
    let place = finding
        .span
        .as_ref()
        .map(|span| checked.plan.location(span.start));
    let (line, column) = place.map_or((0, 0), |place| (place.line, place.column));
    let hint = finding
        .hint
        .as_ref()
        .map(|hint| format!("\n{hint}"))
        .unwrap_or_default();
    let message = format!("{}{hint}", finding.message);
    workflow_command(
        finding.severity,
        (checked.name, line, column),
        finding.code,
        &message,
    )
}

/// Returns the workflow command that shows a message at a place: a file, its line and column from 1, or 0 for none.
pub(crate) fn workflow_command(
    severity: Severity,
    (file, line, column): (&str, usize, usize),
    title: &str,
    message: &str,
) -> String {
    let word = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let place = if line > 0 {
        format!(",line={line},col={column}")
    } else {
        String::new()
    };
    format!(
        "::{word} file={}{place},title={}::{}\n",
        escape_property(file),
        escape_property(title),
        escape_data(&escape_control_characters(message))
    )
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_or_a_line_is_escaped() {
        assert_eq!(escape_property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
