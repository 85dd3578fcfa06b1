//! Ticked items whose file is not there.

use plan::{Action, Phase, PlannedChange, State};

use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::run::RunContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "ticked-but-missing",
    severity: Severity::Warning,
    summary: "an item is ticked, and the file that it creates is not there",
    explanation: "The plan's box says that the work is done, and the file that the item creates is not in the tree: it was \
                  never written, is not committed, or was renamed since.\n\n\
                  Example: `- [x] Create `app/core/cache.py`` where there is no such file.\n\n\
                  Fix it: open the box again, or write the path that the file has now.",
};

/// Done units are not looked at one by one: [`look`] reads them all.
pub(crate) const RULE: Rule = Rule { codes: &[CODE], look: None, told_by_run: true };

/// Finds the ticked items of the plan whose file to create is not there.
pub(crate) fn look(run: &RunContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in run.plan.all() {
        for change in &unit.changes {
            let path = change.path.trim_start_matches("./");
            if is_missing(run, unit, change, path) {
                let message = format!("`{path}` is not there, though its item is ticked");
                findings.push(Finding {
                    code: CODE.name,
                    severity: CODE.severity,
                    message,
                    line: Some(run.plan.location(change.span.start).line),
                    span: Some(change.span.clone()),
                    hint: Some("Open the box again, or write the path that the file has now.".to_owned()),
                });
            }
        }
    }
    findings
}

/// Whether a ticked item creates the file at `path`, which is not there and does not go elsewhere in the plan.
pub(crate) fn is_missing(run: &RunContext, unit: &Phase, change: &PlannedChange, path: &str) -> bool {
    let goes = |other: &PlannedChange| matches!(other.action, Action::Delete | Action::Rename { .. });
    let gone = || run.plan.all().flat_map(|unit| &unit.changes).any(|other| other.path == change.path && goes(other));
    let creates = change.action == Action::Create && !change.pattern;
    creates && is_ticked(run, unit, change.checkbox) && !run.files.stands(path) && !gone()
}

/// Whether the item of a change is ticked; one without a box is its unit's.
fn is_ticked(run: &RunContext, unit: &Phase, own: Option<plan::CheckboxId>) -> bool {
    match own.and_then(|id| run.plan.checkboxes().get(id.0)) {
        Some(found) => found.state == State::Done,
        None => unit.state == State::Done,
    }
}

#[cfg(test)]
mod tests {
    use crate::review::tests::told;

    #[test]
    fn only_a_missing_file_of_a_ticked_item_is_told() {
        let plan = "# X\n\n## 1. A\n\n- [x] 1.1 Create `a.py`\n- [x] 1.2 Create `b.py`\n- [ ] 1.3 Create `c.py`\n";
        let hint = "Open the box again, or write the path that the file has now.";
        assert_eq!(
            told(&["ticked-but-missing"], &[("a.py", "A = 1\n")], plan),
            [format!("6: `b.py` is not there, though its item is ticked | {hint}")]
        );
    }
}
