//! Steps whose code stands in the tree already.
//!
//! "- [ ] Add `total` (code)", and the code is in its file → `already-done`, on the step. The same
//! for a file of the unit whose blocks are in no step, for a file to delete that is not there, and
//! for a symbol to remove that its file does not have.

use plan::{Action, Part, Phase, PlannedChange, State, Step};

use crate::implement::{PlacementOutcome, is_code};
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "already-done",
    severity: Severity::Note,
    summary: "what an open step asks for stands in the tree already",
    explanation: "All code that the step shows is in its files, or the file that it removes is gone: somebody did it, and the \
                  box was not ticked.\n\n\
                  Fix it: nothing must be done. `verify` runs the phase's checks and ticks what they prove.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_done_units),
    told_by_run: true,
};

/// Lines of code below which standing may be chance.
/// `}` or one import are often there for another reason.
const FEWEST_LINES: usize = 3;

/// Returns a note for each step, file and removal of the units that is done already.
fn check_done_units(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        findings.extend(check_removed_symbols(context, unit));
        let mut covered = Vec::new();
        // A step with prose asks for more than its code.
        for step in &unit.steps {
            let blocks: Vec<usize> = step
                .parts
                .iter()
                .filter_map(|part| match part {
                    Part::Place(block) if is_code(&unit.blocks[*block]) => Some(*block),
                    _ => None,
                })
                .collect();
            covered.extend(blocks.iter().copied());
            if !is_ticked(context, step)
                && !step.parts.iter().any(|part| matches!(part, Part::Say(_)))
                && are_blocks_present(context, unit, &blocks)
            {
                let line = first_line(context.run.plan.text(), step.span.clone());
                findings.push(context.finding_at(
                    &CODE,
                    line,
                    format!(
                        "\"{}\": what it shows stands there already",
                        shorten_title(&step.title)
                    ),
                ));
            }
        }
        // Blocks that stand in a step were told with it.
        for (at, change) in unit.changes.iter().enumerate() {
            let blocks: Vec<usize> = change
                .blocks
                .iter()
                .copied()
                .filter(|block| is_code(&unit.blocks[*block]))
                .collect();
            if blocks.iter().all(|block| !covered.contains(block))
                && are_blocks_present(context, unit, &blocks)
            {
                let message = format!(
                    "`{}`: what the plan shows for it stands there already",
                    change.path
                );
                findings.push(context.finding_at(&CODE, change.span.clone(), message));
            }
            let path = context
                .assignment
                .file(unit.id, at)
                .and_then(|file| file.path.as_deref());
            if change.action == Action::Delete {
                findings.extend(path.and_then(|path| check_removed_file(context, change, path)));
            }
        }
    }
    findings
}

/// Returns whether the box of a step says that nothing is left to do.
fn is_ticked(context: &RuleContext<'_>, step: &Step) -> bool {
    let state = step
        .checkbox
        .and_then(|id| context.run.plan.checkboxes().get(id.0))
        .map(|found| found.state);
    matches!(state, Some(State::Done | State::Skipped))
}

/// Tells of a file that is to be removed and is not there.
fn check_removed_file(
    context: &RuleContext<'_>,
    change: &PlannedChange,
    path: &str,
) -> Option<Finding> {
    let is_there = context.run.files.path_exists(path) || context.facts.made.contains_key(path);
    (!is_there).then(|| {
        context.finding_at(
            &CODE,
            change.span.clone(),
            format!("`{path}` is to be removed, and is not there"),
        )
    })
}

/// Returns notes on the symbols that the unit asks to remove from a file that does not have them.
///
/// Only where one file alone can be meant, and no earlier unit makes it: a name that is missing in
/// one of two files is not yet gone.
fn check_removed_symbols(context: &RuleContext<'_>, unit: &Phase) -> Vec<Finding> {
    let files = context
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == unit.id);
    let paths: Vec<&str> = files.filter_map(|file| file.path.as_deref()).collect();
    let mut findings = Vec::new();
    for removal in &unit.removals {
        let about = |path: &&&str| {
            removal
                .within
                .as_ref()
                .is_none_or(|within| path.ends_with(within.as_str()))
        };
        let about: Vec<&&str> = paths.iter().filter(about).collect();
        let name = removal
            .name
            .trim_end_matches("()")
            .rsplit('.')
            .next()
            .unwrap_or(&removal.name);
        let [path] = about.as_slice() else { continue };
        if context
            .text_in_repository(path)
            .is_some_and(|text| !text.contains(name))
            && !context.facts.made.contains_key(**path)
        {
            let message = format!(
                "`{}` is to be removed from `{path}`, and is not there",
                removal.name
            );
            findings.push(context.finding_at(&CODE, removal.span.clone(), message));
        }
    }
    findings
}

/// Returns whether all of these blocks stand in files that nothing before this unit touches.
///
/// Together they must have [`FEWEST_LINES`]: one by one, small blocks are chance.
fn are_blocks_present(context: &RuleContext<'_>, unit: &Phase, blocks: &[usize]) -> bool {
    let lines: usize = blocks
        .iter()
        .map(|block| {
            unit.blocks[*block]
                .text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .count()
        })
        .sum();
    let stands = |block: &usize| {
        context.placements.iter().any(|(owner, placement)| {
            *owner == unit.id
                && placement.block == Some(*block)
                && matches!(placement.placed, PlacementOutcome::Before)
                && placement
                    .path
                    .as_ref()
                    .is_some_and(|path| !context.facts.uncertain.contains(path))
        })
    };
    lines >= FEWEST_LINES && blocks.iter().all(stands)
}

/// Returns the first line of a span: a finding marks a step's title rather than all of the step.
pub(super) fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = text[span.clone()]
        .find('\n')
        .map_or(span.end, |end| span.start + end);
    span.start..end
}

/// Shortens a title to one line of at most 80 letters.
fn shorten_title(title: &str) -> String {
    let line: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_symbol_that_is_to_go_and_is_gone_is_done() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `a.py`\n\n- Remove the `old_total` function\n- Delete `Order.limit`\n";
        assert_eq!(
            findings_of_plan(
                &["already-done", "symbol-gone"],
                &[("a.py", "class Order:\n    limit = 1\n")],
                plan
            ),
            ["7: `old_total` is to be removed from `a.py`, and is not there"]
        );
    }

    #[test]
    fn a_step_whose_code_stands_is_done_and_one_line_may_be_chance() {
        let plan = "# X\n\n### Task 1: A\n\n**Files:**\n- Modify: `a.py`\n\n- [ ] **Step 1: Add it**\n\n```python\ndef a():\n    b = 1\n    return b\n```\n\n- [ ] **Step 2: And this**\n\n```python\nC = 1\n```\n";
        let files = [("a.py", "C = 1\n\n\ndef a():\n    b = 1\n    return b\n")];
        assert_eq!(
            findings_of_plan(&["already-done"], &files, plan),
            ["8: \"Add it\": what it shows stands there already"]
        );
        assert_eq!(
            findings_of_plan(&["already-done"], &[("a.py", "C = 1\n")], plan),
            [""; 0]
        );
    }
}
