//! Commands that would destroy data.

use crate::check::data_loss_of_call;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "command-destroys",
    severity: Severity::Warning,
    summary: "a command would destroy data",
    explanation: "The command drops a database or its tables, throws away volumes, or removes files or commits for good. Files of \
                  the repository are safe, since commands run on a private overlay; a database or a service that the command \
                  reaches is not.\n\n\
                  Example: `npx prisma migrate reset`, `docker compose down -v`, `git reset --hard`\n\n\
                  Fix it: use a database of its own for the check, or a form that keeps what is there.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_data_loss),
    told_by_run: false,
};

fn check_data_loss(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for planned in unit.commands.iter().filter(|planned| {
            planned
                .doubt
                .is_none_or(|doubt| doubt != plan::Doubt::Prose)
        }) {
            let reading = shell::read(&planned.text);
            let mut said: Vec<&str> = Vec::new();
            for call in reading.calls() {
                let text = reading.script.slice(&call.span);
                if let Some(loss) = data_loss_of_call(call).filter(|_| !said.contains(&text)) {
                    findings.push(context.finding_at(
                        &CODE,
                        planned.span.clone(),
                        format!("`{text}` {loss}"),
                    ));
                    said.push(text);
                }
            }
        }
    }
    findings
}
