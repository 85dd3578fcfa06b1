//! Criteria that a machine shall check, and that name no command.

use plan::{CriterionKind, State};

use super::done::first_line;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "criterion-without-command",
    severity: Severity::Note,
    summary: "an automated criterion names no command",
    explanation: "The plan counts it among what a machine checks, and no command stands beside it. It is ticked only when a check \
                  tied to its words goes from failing to passing, or by a person with `accept`.\n\n\
                  Example: `- [ ] All tests pass` under \"Automated Verification\".\n\n\
                  Fix it: add the command: `- [ ] All tests pass: `pytest``.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_criteria),
    told_by_run: true,
};

fn check_criteria(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for criterion in unit
            .criteria
            .iter()
            .filter(|one| one.kind == CriterionKind::Automated && one.commands.is_empty())
        {
            let state = criterion
                .checkbox
                .and_then(|id| context.run.plan.checkboxes().get(id.0))
                .map(|found| found.state);
            if matches!(state, Some(State::Done | State::Skipped)) || shows_a_call(&criterion.text)
            {
                continue;
            }
            let line = first_line(context.run.plan.text(), criterion.span.clone());
            let words: String = criterion.text.chars().take(100).collect();
            findings.push(context.finding_at(
                &CODE,
                line,
                format!("no command decides \"{words}\""),
            ));
        }
    }
    findings
}

/// Returns whether the criterion shows how a program is called, be it one that nobody knows yet: `shopctl --version`.
fn shows_a_call(text: &str) -> bool {
    text.split('`').skip(1).step_by(2).any(|code| {
        let mut words = code.split_whitespace();
        let plain = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_./".contains(letter)
        };
        let is_program = words
            .next()
            .is_some_and(|word| word.len() > 1 && word.chars().all(plain));
        is_program && words.any(|word| word.starts_with('-') && word.len() > 1)
    })
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn only_open_automated_criteria_without_command_are_told() {
        let plan = "# X\n\n## Phase 1: A\n\n### Success Criteria\n\n#### Automated Verification\n\n- [ ] All tests pass\n- [x] Done\n- [ ] Lint: `ruff check .`\n- [ ] `shopctl --version` prints 1.0\n\n#### Manual Verification\n\n- [ ] It looks right\n";
        assert_eq!(
            findings_of_plan(&["criterion-without-command"], &[], plan),
            ["9: no command decides \"All tests pass\""]
        );
    }
}
