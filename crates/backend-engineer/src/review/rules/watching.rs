//! Commands that watch for changes and so don't come back.

use plan::CriterionKind;

use crate::review::code::Code;
use crate::review::ground::Ground;
use crate::review::rule::Rule;
use crate::review::shell::{program, simple_commands};
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "command-watches",
    severity: Severity::Warning,
    summary: "a check watches for changes and does not end",
    explanation: "A check must come back with an exit status. One that watches is ended when its time is over, and proves \
                  nothing.\n\n\
                  Example: `npx jest --watch`, `npm test` where the script is `vitest`.\n\n\
                  Mend it: name the form that runs once: `vitest run`, `jest`, `tsc --noEmit`.",
};

pub(crate) const RULE: Rule = Rule { codes: &[CODE], look: Some(look), told_by_run: false };

fn look(ground: &mut Ground<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in ground.units {
        let checked: Vec<usize> = unit
            .criteria
            .iter()
            .filter(|criterion| criterion.kind == CriterionKind::Automated)
            .flat_map(|criterion| criterion.commands.iter().copied())
            .collect();
        for (at, planned) in unit.commands.iter().enumerate().filter(|(_, planned)| planned.doubt.is_none()) {
            let base = planned.folder.clone().unwrap_or_default();
            for command in simple_commands(&planned.text).unwrap_or_default() {
                // A server that a step starts on purpose is no check.
                if planned.server && !checked.contains(&at) && watches(command.inner()).is_none() {
                    continue;
                }
                let Some(folder) = code::modules::climbed(&base, &command.folder) else { continue };
                let own =
                    watches(command.inner()).map(|why| format!("`{}` does not end: {why}", command.words.join(" ")));
                let message = own.or_else(|| by_script(ground, &folder, &command.words));
                findings.extend(message.map(|message| ground.say(&CODE, planned.span.clone(), message)));
            }
        }
    }
    findings
}

/// Why a program called so watches.
fn watches(words: &[String]) -> Option<&'static str> {
    let name = program(words.first()?);
    let has = |flags: &[&str]| words.iter().skip(1).any(|word| flags.contains(&word.as_str()));
    match name {
        "jest" | "vitest" | "mocha" | "ava" | "tsc" | "vue-tsc" | "tap" | "karma"
            if has(&["--watch", "--watchAll", "-w"]) =>
        {
            Some("it watches for changes")
        }
        "vitest" if words.get(1).is_some_and(|word| word == "watch") => Some("it watches for changes"),
        "ptw" | "pytest-watch" | "nodemon" => Some("it watches for changes"),
        _ => None,
    }
}

/// A script whose own command watches.
fn by_script(ground: &Ground<'_>, folder: &str, words: &[String]) -> Option<String> {
    let manager = words.first().map(|word| program(word)).filter(|name| matches!(*name, "npm" | "pnpm" | "yarn"))?;
    let name = match words.get(1).map(String::as_str)? {
        "run" => words.get(2)?.as_str(),
        "test" => "test",
        _ => return None,
    };
    if words.iter().any(|word| {
        word == "--" || word == "run" && name == "test" && manager == "vitest" || word.starts_with("--watch")
    }) {
        return None;
    }
    let script = ground.manifests().scripts(folder)?.get(name)?;
    let last = simple_commands(script)?.pop()?;
    watches(last.inner())?;
    Some(format!("`{}` does not end: its script is `{script}`, which watches for changes", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watchers_are_known_by_their_call() {
        let told = |line: &str| simple_commands(line).is_some_and(|all| watches(all[0].inner()).is_some());
        for line in ["npx jest --watch", "vitest --watch", "pnpm exec tsc -w", "npx vitest watch", "nodemon src/a.ts"] {
            assert!(told(line), "{line}");
        }
        for line in ["npx jest", "vitest run", "npx vitest", "tsc --noEmit", "pytest -w", "grep --watch x"] {
            assert!(!told(line), "{line}");
        }
    }
}
