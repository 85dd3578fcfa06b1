//! Scripts of `package.json`, targets of a Makefile and test files that commands name, and that aren't there.

use crate::review::code::Code;
use crate::review::ground::Ground;
use crate::review::rule::Rule;
use crate::review::shell::{Simple, program, simple_commands};
use crate::stop::{Finding, Severity};

const SCRIPT: Code = Code {
    name: "script-missing",
    severity: Severity::Warning,
    summary: "a command runs a script that package.json doesn't have",
    explanation: "The `package.json` of the command's folder has no script of that name, and the plan adds none.\n\n\
                  Example: `npm run typecheck` where the script is called `type-check`.\n\n\
                  Mend it: use the name that is there, add the script to the plan, or name the folder of the package.",
};

const TARGET: Code = Code {
    name: "target-missing",
    severity: Severity::Warning,
    summary: "a command makes a target that the Makefile doesn't have",
    explanation: "The Makefile of the command's folder names no such target, and the plan does not change it.\n\n\
                  Example: `make check` where the target is called `test`.\n\n\
                  Mend it: use the name that is there, or add the target to the plan.",
};

const TEST: Code = Code {
    name: "test-file-missing",
    severity: Severity::Warning,
    summary: "a command runs a test file that isn't there",
    explanation: "The file that the command names is not in the tree, and no unit of the plan makes it. The check would fail, or \
                  find nothing to run.\n\n\
                  Example: `pytest tests/test_order.py` where `tests/test_orders.py` stands.\n\n\
                  Mend it: correct the path, or add the file to the plan.",
};

pub(crate) const RULE: Rule = Rule { codes: &[SCRIPT, TARGET, TEST], look: Some(look), told_by_run: false };

fn look(ground: &mut Ground<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in ground.units {
        for planned in unit.commands.iter().filter(|planned| planned.doubt.is_none() && planned.commit.is_none()) {
            let base = planned.folder.clone().unwrap_or_default();
            for command in simple_commands(&planned.text).unwrap_or_default() {
                let Some(folder) = code::modules::climbed(&base, &command.folder) else { continue };
                let found = script(ground, &command, &folder, planned.span.clone())
                    .or_else(|| target(ground, &command, &folder, planned.span.clone()))
                    .or_else(|| test_file(ground, &command, &folder, planned.span.clone()));
                findings.extend(found);
            }
        }
    }
    findings
}

/// The script that a package manager is asked to run, where that is plain.
fn asked_script(words: &[String]) -> Option<&str> {
    let manager = program(words.first()?);
    let elsewhere = [
        "--prefix",
        "--filter",
        "-F",
        "-w",
        "--workspace",
        "--workspaces",
        "-C",
        "--cwd",
        "--dir",
        "-r",
        "--recursive",
    ];
    let known = matches!(manager, "npm" | "pnpm" | "yarn" | "bun");
    if !known
        || words.iter().any(|word| elsewhere.iter().any(|flag| word == flag || word.starts_with(&format!("{flag}="))))
    {
        return None;
    }
    match words.get(1).map(String::as_str)? {
        "run" | "run-script" => words.get(2).map(String::as_str).filter(|name| !name.starts_with('-')),
        "test" | "t" if manager != "bun" => Some("test"),
        _ => None,
    }
}

fn script(ground: &Ground<'_>, command: &Simple, folder: &str, span: std::ops::Range<usize>) -> Option<Finding> {
    let name = asked_script(&command.words)?;
    let manager = program(&command.words[0]);
    let scripts = ground.manifests().scripts(folder)?;
    let plain =
        name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ':' | '-' | '_' | '.' | '/'));
    // `bun run FILE` and `yarn run PROGRAM` are more than scripts.
    let program_of_it = matches!(manager, "bun" | "yarn" | "pnpm")
        && (name.contains(['.', '/']) || !matches!(name, "test" | "lint" | "build" | "typecheck" | "dev"));
    if !plain || scripts.contains_key(name) || program_of_it || adds_script(ground, name) {
        return None;
    }
    let place = if folder.is_empty() { "package.json".to_owned() } else { format!("{folder}/package.json") };
    let mut finding = ground.say(&SCRIPT, span, format!("`{place}` has no script `{name}`"));
    finding.hint = nearest(scripts.keys(), name).map(|near| format!("It has `{near}`."));
    Some(finding)
}

/// Whether the plan speaks of the script as an entry of a manifest.
fn adds_script(ground: &Ground<'_>, name: &str) -> bool {
    let text = ground.run.plan.text();
    text.contains(&format!("\"{name}\"")) || ground.planned("package.json") && text.contains(&format!("`{name}`"))
}

fn target(ground: &Ground<'_>, command: &Simple, folder: &str, span: std::ops::Range<usize>) -> Option<Finding> {
    if program(command.words.first()?) != "make" {
        return None;
    }
    let mut rest = command.words.iter().skip(1);
    let name = rest.find(|word| !word.contains('='))?;
    if name.starts_with('-') || ground.planned("Makefile") || name.contains(['/', '.', '$', '*', '%', '<', '{']) {
        return None;
    }
    let targets = ground.manifests().targets(folder)?;
    if targets.contains(name) || ground.run.plan.text().lines().any(|line| line.starts_with(&format!("{name}:"))) {
        return None;
    }
    let place = if folder.is_empty() { "Makefile".to_owned() } else { format!("{folder}/Makefile") };
    let mut finding = ground.say(&TARGET, span, format!("`{place}` has no target `{name}`"));
    finding.hint = nearest(targets.iter(), name).map(|near| format!("It has `{near}`."));
    Some(finding)
}

fn test_file(ground: &Ground<'_>, command: &Simple, folder: &str, span: std::ops::Range<usize>) -> Option<Finding> {
    let words = command.inner();
    let runner = program(words.first()?);
    if !matches!(runner, "pytest" | "py.test" | "jest" | "vitest") {
        return None;
    }
    let endings = [".py", ".test.ts", ".spec.ts", ".test.js", ".spec.js", ".test.tsx"];
    let is_file = |word: &&str| {
        word.contains('/')
            && endings.iter().any(|end| word.ends_with(end))
            && !word.contains(['*', '{', '<', '[', '$', '=', ','])
    };
    let mut words = words.iter().skip(1).map(|word| word.split("::").next().unwrap_or(word)).filter(is_file);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let missing = words.find(|word| {
        let stands = code::modules::climbed(folder, word).is_none_or(|path| ground.run.files.stands(&path));
        let anywhere = ground.run.files.all().iter().any(|file| file.ends_with(&format!("/{word}")) || file == word);
        !stands && !anywhere && !ground.planned(&name(word)) && !in_commits(ground, word)
    })?;
    let mut finding = ground.say(&TEST, span, format!("`{missing}` is not there, and no unit makes it"));
    let file = name(missing);
    let near = ground.run.files.all().iter().rfind(|path| path.rsplit('/').next() == Some(file.as_str()));
    finding.hint = near.map(|near| format!("Is `{near}` meant?"));
    Some(finding)
}

/// Whether the plan speaks of the file outside of commands that run it.
fn in_commits(ground: &Ground<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let runs = |line: &str| ["pytest", "jest", "vitest", "npm ", "uv run"].iter().any(|word| line.contains(word));
    ground.run.plan.text().lines().any(|line| line.contains(name) && !runs(line))
}

fn nearest<'n>(names: impl Iterator<Item = &'n String>, wanted: &str) -> Option<String> {
    let likeness = |name: &&String| (strsim::jaro_winkler(name, wanted) * 1000.0) as u32;
    names.max_by_key(likeness).filter(|name| likeness(name) > 700).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::told;

    #[test]
    fn scripts_are_read_from_plain_calls() {
        let asked = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            asked_script(&words).map(str::to_owned)
        };
        assert_eq!(asked("npm run lint"), Some("lint".to_owned()));
        assert_eq!(asked("npm test"), Some("test".to_owned()));
        for unclear in
            ["npm --prefix api run lint", "pnpm --filter=api run lint", "npm install", "bun test", "node x.js"]
        {
            assert_eq!(asked(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn what_the_project_lacks_is_told_with_the_nearest() {
        let plan = "# X\n\n## Phase 1: A\n\n### Success Criteria\n\n#### Automated Verification\n\n- [ ] A: `make lint`\n- [ ] B: `cd web && npm run type-check`\n- [ ] C: `pytest tests/test_order.py`\n- [ ] D: `make test`\n";
        let files = [
            ("Makefile", "test:\n\tpytest\nlints:\n\truff\n"),
            ("web/package.json", "{\"scripts\": {\"typecheck\": \"tsc\"}}"),
            ("tests/test_orders.py", ""),
        ];
        assert_eq!(
            told(&["target-missing", "script-missing", "test-file-missing"], &files, plan),
            [
                "9: `Makefile` has no target `lint` | It has `lints`.",
                "10: `web/package.json` has no script `type-check` | It has `typecheck`.",
                "11: `tests/test_order.py` is not there, and no unit makes it",
            ]
        );
    }
}
