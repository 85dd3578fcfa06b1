//! Commands that watch for changes and so don't come back.

use plan::CriterionKind;

use crate::review::code::Code;
use crate::review::manifests::entered_folder;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "command-watches",
    severity: Severity::Warning,
    summary: "a check watches for changes and does not end",
    explanation: "A check must come back with an exit status. One that watches is ended when its time is over, and proves \
                  nothing.\n\n\
                  Example: `npx jest --watch`, `npm test` where the script is `vitest`.\n\n\
                  Fix it: name the form that runs once: `vitest run`, `jest`, `tsc --noEmit`.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_watching),
    told_by_run: false,
};

fn check_watching(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        let checked: Vec<usize> = unit
            .criteria
            .iter()
            .filter(|criterion| criterion.kind == CriterionKind::Automated)
            .flat_map(|criterion| criterion.commands.iter().copied())
            .collect();
        for (at, planned) in unit
            .commands
            .iter()
            .enumerate()
            .filter(|(_, planned)| planned.doubt.is_none())
        {
            let base = planned.folder.clone().unwrap_or_default();
            // A server that a step starts on purpose is no check.
            let serves = planned.server && !checked.contains(&at);
            let reading = shell::read(&planned.text);
            for call in reading.outer_calls() {
                let text = reading.script.slice(&call.span);
                let own = || {
                    is_watching_command(text)
                        .then(|| format!("`{text}` does not end: it watches for changes"))
                };
                let message =
                    own().or_else(|| by_script(context, &base, call, text).filter(|_| !serves));
                findings.extend(
                    message.map(|message| context.finding_at(&CODE, planned.span.clone(), message)),
                );
            }
        }
    }
    findings
}

/// Tells that a command watches by its own words.
fn is_watching_command(text: &str) -> bool {
    shell::read(text).watches()
}

/// Returns what is said of a target whose recipe watches.
fn by_script(
    context: &RuleContext<'_>,
    base: &str,
    call: &shell::Call,
    text: &str,
) -> Option<String> {
    let target = call.target.as_ref()?;
    let folder = entered_folder(base, target.folder.as_deref())?;
    let script = context.manifests().recipe(&folder, target)?;
    let given = |inner: &shell::Target| (inner == target).then(|| script.clone());
    let name = text.trim();
    shell::read_with(text, &given).watches().then(|| {
        format!("`{name}` does not end: its script is `{script}`, which watches for changes")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watchers_are_known_by_their_call() {
        for line in [
            "npx jest --watch",
            "vitest --watch",
            "pnpm exec tsc -w",
            "npx vitest watch",
            "nodemon src/a.ts",
        ] {
            assert!(is_watching_command(line), "{line}");
        }
        for line in [
            "npx jest",
            "vitest run",
            "npx vitest",
            "tsc --noEmit",
            "pytest -w",
            "grep --watch x",
        ] {
            assert!(!is_watching_command(line), "{line}");
        }
    }
}
