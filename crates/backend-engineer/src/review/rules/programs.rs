//! Programs that the plan's commands start, and that are neither on this machine nor in the project.

use std::path::Path;

use crate::analyze::nearest_tools;
use crate::review::code::Code;
use crate::review::manifests::entered_folder;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "program-missing",
    severity: Severity::Note,
    summary: "a command's program is not on this machine",
    explanation: "It is neither in PATH, nor in the nearest virtual environment or `node_modules/.bin`, nor a file of the \
                  repository. A check that can't start is NOT CHECKED and proves nothing.\n\n\
                  Example: `ruff check .` where `ruff` is not installed.\n\n\
                  Fix it: install the project's tools (`uv sync`, `npm ci`), or run where they are. Said once for each program.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_programs),
    told_by_run: true,
};

/// Commands that are built into the shell.
const BUILTINS: [&str; 34] = [
    "echo", "printf", "test", "true", "false", "set", "unset", "export", "source", ".", ":",
    "exit", "return", "read", "wait", "trap", "type", "alias", "umask", "ulimit", "eval", "exec",
    "kill", "jobs", "fg", "bg", "local", "shift", "command", "declare", "hash", "times", "pwd",
    "cd",
];

fn check_programs(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for planned in unit
            .commands
            .iter()
            .filter(|planned| planned.doubt.is_none() && planned.commit.is_none())
        {
            let base = planned.folder.clone().unwrap_or_default();
            for command in &shell::parse(&planned.text).invocations {
                let Some(name) = command.program() else {
                    continue;
                };
                let Some(folder) = entered_folder(&base, command.folder.as_deref()) else {
                    continue;
                };
                if is_name(name)
                    && !is_here(context, &folder, name)
                    && context.facts.said.insert(format!("program {name}"))
                {
                    let message = format!(
                        "`{name}` is not on this machine, nor in the project's environment"
                    );
                    findings.push(context.finding_at(&CODE, planned.span.clone(), message));
                }
            }
        }
    }
    findings
}

/// Returns whether the word is a program's plain name, and no path, variable, prose or request line.
fn is_name(word: &str) -> bool {
    word.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+'))
        && word.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !BUILTINS.contains(&word)
}

fn is_here(context: &RuleContext<'_>, folder: &str, name: &str) -> bool {
    let root = context.run.root();
    let own = nearest_tools(root, Path::new(folder))
        .into_iter()
        .any(|tools| tools.join(name).exists());
    let path = std::env::var_os("PATH").unwrap_or_default();
    own || std::env::split_paths(&path).any(|tools| tools.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_program_counts_where_it_is_in_the_project_too() {
        let plan = "# X\n\n## Phase 1: A\n\n### Success Criteria\n\n#### Automated Verification\n\n- [ ] A: `cargo-nosuch-tool test`\n- [ ] B: `sh -c true`\n- [ ] C: `pytest tests`\n";
        let files = [(".venv/bin/python", ""), (".venv/bin/pytest", "")];
        let names = |line: &String| line.split('`').nth(1).unwrap_or_default().to_owned();
        let found: Vec<String> = findings_of_plan(&["program-missing"], &files, plan)
            .iter()
            .map(names)
            .collect();
        assert!(
            !found.contains(&"sh".to_owned()) && !found.contains(&"pytest".to_owned()),
            "{found:?}"
        );
        assert!(is_name("uvx") && !is_name("GET") && !is_name("./run.sh") && !is_name("export"));
    }
}
