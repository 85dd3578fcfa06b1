//! Commands that would destroy data.

use crate::check::{Loss, data_loss_of_call};
use crate::review::code::Code;
use crate::review::manifests::entered_folder;
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
                let base = planned.folder.as_deref().unwrap_or_default();
                let loss = data_loss_of_call(call).or_else(|| loss_of_target(context, base, call));
                if let Some(loss) = loss.filter(|_| !said.contains(&text)) {
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

/// Returns what is lost by the recipe of a target, as the project has it.
fn loss_of_target(context: &RuleContext<'_>, base: &str, call: &shell::Call) -> Option<Loss> {
    let target = call.target.as_ref()?;
    let recipes = |inner: &shell::Target| {
        let folder = entered_folder(base, inner.folder.as_deref())?;
        context.manifests().recipe(&folder, inner)
    };
    let script = recipes(target)?;
    shell::read_with(&script, &recipes)
        .calls()
        .into_iter()
        .find_map(data_loss_of_call)
}
