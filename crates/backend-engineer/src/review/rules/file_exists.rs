//! A file that the plan creates and that is there already.

use plan::Action;

use crate::implement::{PlacementOutcome, is_code};
use crate::review::ReviewScope;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "file-exists",
    severity: Severity::Warning,
    summary: "a file to create is there already",
    explanation: "The plan creates a file that stands in the tree with other content than the plan shows. Its code is not \
                  placed over it: what is there might be somebody's work.\n\n\
                  Example: `Create: app/core/cache.py` where that file stands.\n\n\
                  Fix it: say `Modify` and show the change, choose another name, or tick the item if it is done.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_file_exists),
    told_by_run: false,
};

fn check_file_exists(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in context
        .assignment
        .files
        .iter()
        .filter(|file| file.action == Action::Create)
    {
        let Some(path) = &file.path else { continue };
        let Some(unit) = context.units.iter().find(|unit| unit.id == file.unit) else {
            continue;
        };
        let Some(change) = unit.changes.get(file.change) else {
            continue;
        };
        let text = match context.workspace.tree.state_on_disk(path) {
            Ok(Some(found)) => String::from_utf8_lossy(&found.bytes).into_owned(),
            _ => continue,
        };
        // A plan that commits itself is there.
        if context.run.plan_inside() == Some(path.as_str()) {
            continue;
        }
        let shows = change
            .blocks
            .iter()
            .any(|block| is_code(&unit.blocks[*block]));
        let ticked = change
            .checkbox
            .and_then(|id| context.run.plan.checkboxes().get(id.0));
        let ticked = ticked.is_some_and(|found| found.state == plan::State::Done);
        if ticked
            || text.trim().is_empty()
            || context.facts.made.contains_key(path)
            || context.extent == ReviewScope::Run && shows
        {
            continue;
        }
        // Where all of its code stands, the step is done: another rule says so.
        let mut own = context
            .placements
            .iter()
            .filter(|(_, placement)| placement.path.as_ref() == Some(path))
            .peekable();
        if own.peek().is_some()
            && own.all(|(_, placement)| matches!(placement.placed, PlacementOutcome::Before))
        {
            continue;
        }
        let lines = text.lines().count();
        let message =
            format!("`{path}` is to be created, and stands there already ({lines} lines)");
        let mut finding = context.finding_at(&CODE, file.span.clone(), message);
        finding.hint = Some(
            "Say that it is to be modified, choose another name, or tick the item if it is done."
                .to_owned(),
        );
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn only_a_file_with_other_content_is_told() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `a.py` (new)\n\n```python\nA = 1\nB = 2\nC = 3\n```\n\n- Create `b.py`\n- Create `c.py`\n";
        let files = [("a.py", "A = 1\nB = 2\nC = 3\n"), ("b.py", "B = 1\n")];
        assert_eq!(
            findings_of_plan(&["file-exists"], &files, plan),
            [
                "13: `b.py` is to be created, and stands there already (1 lines) | Say that it is to be modified, choose another name, or tick the item if it is done."
            ]
        );
    }
}
