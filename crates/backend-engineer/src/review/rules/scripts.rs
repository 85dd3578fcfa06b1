//! Scripts of `package.json`, targets of a Makefile and test files that commands name, and that aren't there.
//!
//! | the command | the tree | finding |
//! |---|---|---|
//! | `npm run typecheck` | `package.json` has `type-check` | `script-missing`, with the hint |
//! | `make check` | the Makefile has `test` | `target-missing` |
//! | `pytest tests/test_order.py` | `tests/test_orders.py` | `test-file-missing` |
//! | `npm run x -w api`, `make -f other.mk x` | – | none: another file is meant |

use shell::{Call, Target};

use crate::review::code::Code;
use crate::review::manifests::entered_folder;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const SCRIPT: Code = Code {
    name: "script-missing",
    severity: Severity::Warning,
    summary: "a command runs a script that package.json doesn't have",
    explanation: "The `package.json` of the command's folder has no script of that name, and the plan adds none.\n\n\
                  Example: `npm run typecheck` where the script is called `type-check`.\n\n\
                  Fix it: use the name that is there, add the script to the plan, or name the folder of the package.",
};

const TARGET: Code = Code {
    name: "target-missing",
    severity: Severity::Warning,
    summary: "a command makes a target that the Makefile doesn't have",
    explanation: "The Makefile of the command's folder names no such target, and the plan does not change it.\n\n\
                  Example: `make check` where the target is called `test`.\n\n\
                  Fix it: use the name that is there, or add the target to the plan.",
};

const TEST: Code = Code {
    name: "test-file-missing",
    severity: Severity::Warning,
    summary: "a command runs a test file that isn't there",
    explanation: "The file that the command names is not in the tree, and no unit of the plan makes it. The check would fail, or \
                  find nothing to run.\n\n\
                  Example: `pytest tests/test_order.py` where `tests/test_orders.py` stands.\n\n\
                  Fix it: correct the path, or add the file to the plan.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[SCRIPT, TARGET, TEST],
    look: Some(check_scripts),
    told_by_run: false,
};

/// Returns a finding for each name in a command of the units that is not there.
fn check_scripts(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for planned in unit
            .commands
            .iter()
            // A command in doubt is told elsewhere; a commit runs nothing of the project.
            .filter(|planned| planned.doubt.is_none() && planned.commit.is_none())
        {
            let base = planned.folder.clone().unwrap_or_default();
            let reading = shell::read(&planned.text);
            // Scripts are looked for only in what the plan wrote itself: a script within a script
            // is the manifest's own affair.
            for call in reading.outer_calls() {
                let named = call
                    .target
                    .as_ref()
                    .and_then(|target| NamedTarget::from_call(call, target, &base));
                let message = match &named {
                    Some(named) if named.is_script() => find_missing_script(context, named),
                    Some(named) => find_missing_target(context, named),
                    None => None,
                };
                findings.extend(message.map(|(code, message, hint)| {
                    let mut finding = context.finding_at(code, planned.span.clone(), message);
                    finding.hint = hint;
                    finding
                }));
            }
            for call in reading.calls() {
                findings.extend(test_file(context, call, &base, planned.span.clone()));
            }
        }
    }
    findings
}

/// A target that a command names, where it is plain which file keeps it.
struct NamedTarget<'c> {
    target: &'c Target,
    /// The folder of that file.
    folder: String,
}

/// A finding on a name that is missing: its code, its message, its hint.
type Missing = (&'static Code, String, Option<String>);

impl<'c> NamedTarget<'c> {
    /// Reads the target of a call; `None` where another file or another package may be meant, or
    /// where the name holds signs of the shell (`$TARGET`, `test-*`).
    fn from_call(call: &Call, target: &'c Target, base: &str) -> Option<Self> {
        // Another file may be named, and another package be meant.
        let elsewhere = call
            .arguments
            .iter()
            .any(|word| matches!(word.as_str(), "-f" | "--file" | "--makefile"));
        let plain = |letter: char| {
            letter.is_ascii_alphanumeric() || matches!(letter, ':' | '-' | '_' | '.' | '/')
        };
        let unclear = target.across || target.workspace.is_some() || elsewhere;
        if unclear || target.name.is_empty() || !target.name.chars().all(plain) {
            return None;
        }
        Some(NamedTarget {
            target,
            folder: entered_folder(base, target.folder.as_deref())?,
        })
    }

    fn is_script(&self) -> bool {
        self.target.source.as_deref() == Some("package.json")
    }

    /// Returns a path of the folder.
    fn file(&self, name: &str) -> String {
        if self.folder.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.folder)
        }
    }
}

/// Returns what is said of a script that `package.json` lacks; `None` where there is no such file,
/// where the word may be a program's (`yarn tsc`), or the plan adds the script.
fn find_missing_script(context: &RuleContext<'_>, named: &NamedTarget<'_>) -> Option<Missing> {
    let name = named.target.name.as_str();
    let scripts = context.manifests().scripts(&named.folder)?;
    // What may be a program as well is a script only where everybody calls one so.
    let may_be_program = named.target.or_command && shell::conventional_rule(name).is_none();
    if scripts.contains_key(name) || may_be_program || adds_script(context, name) {
        return None;
    }
    let hint = find_similar_script(scripts.keys(), name).map(|near| format!("It has `{near}`."));
    Some((
        &SCRIPT,
        format!("`{}` has no script `{name}`", named.file("package.json")),
        hint,
    ))
}

/// Returns whether the plan speaks of the script as an entry of a manifest.
///
/// `"typecheck": "tsc"` in a block, or `typecheck` in ticks where the manifest is changed.
fn adds_script(context: &RuleContext<'_>, name: &str) -> bool {
    let text = context.run.plan.text();
    text.contains(&format!("\"{name}\""))
        || context.planned("package.json") && text.contains(&format!("`{name}`"))
}

/// Returns what is said of a target that the Makefile lacks; `None` where the plan changes or shows
/// the Makefile, or the target is a file (`build/app.js`), which a pattern rule may make.
fn find_missing_target(context: &RuleContext<'_>, named: &NamedTarget<'_>) -> Option<Missing> {
    let name = named.target.name.as_str();
    if named.target.source.as_deref() != Some("Makefile")
        || context.planned("Makefile")
        || name.contains(['/', '.'])
    {
        return None;
    }
    let targets = context.manifests().targets(&named.folder)?;
    let shown = context
        .run
        .plan
        .text()
        .lines()
        .any(|line| line.starts_with(&format!("{name}:")));
    if targets.contains(name) || shown {
        return None;
    }
    let hint = find_similar_script(targets.iter(), name).map(|near| format!("It has `{near}`."));
    Some((
        &TARGET,
        format!("`{}` has no target `{name}`", named.file("Makefile")),
        hint,
    ))
}

/// Returns a finding for a test file that a runner is given and that nobody makes.
///
/// A path that ends as a file elsewhere does is left alone: runners have roots of their own. So is
/// one of which the plan speaks anywhere else than in its commands.
fn test_file(
    context: &RuleContext<'_>,
    call: &Call,
    base: &str,
    span: std::ops::Range<usize>,
) -> Option<Finding> {
    // `npm test -- tests/x.test.ts`: which folder the script runs in isn't known.
    if call.kind() != shell::Kind::Test || call.target.is_some() {
        return None;
    }
    let folder = entered_folder(base, call.folder.as_deref())?;
    let endings = [
        ".py",
        ".test.ts",
        ".spec.ts",
        ".test.js",
        ".spec.js",
        ".test.tsx",
    ];
    let is_file = |word: &&str| {
        word.contains('/')
            && endings.iter().any(|end| word.ends_with(end))
            // Patterns and variables are no single file.
            && !word.contains(['*', '{', '<', '[', '$', '=', ','])
    };
    let mut words = call
        .arguments
        .iter()
        // Behind `::` stands a test within the file.
        .map(|word| word.split("::").next().unwrap_or(word))
        .filter(is_file);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let missing = words.find(|word| {
        let stands = code::modules::join_upwards(&folder, word)
            .is_none_or(|path| context.run.files.path_exists(&path));
        let anywhere = context
            .run
            .files
            .all()
            .iter()
            .any(|file| file.ends_with(&format!("/{word}")) || **file == **word);
        !stands && !anywhere && !context.planned(&name(word)) && !in_commits(context, word)
    })?;
    let mut finding = context.finding_at(
        &TEST,
        span,
        format!("`{missing}` is not there, and no unit makes it"),
    );
    let file = name(missing);
    let near = context
        .run
        .files
        .all()
        .iter()
        .rfind(|path| path.rsplit('/').next() == Some(file.as_str()));
    finding.hint = near.map(|near| format!("Is `{near}` meant?"));
    Some(finding)
}

/// Returns whether the plan speaks of the file outside of the commands that it wants to be run, as
/// in the files of a commit: then some unit makes it.
fn in_commits(context: &RuleContext<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let commands = || {
        context
            .run
            .plan
            .all()
            .flat_map(|unit| &unit.commands)
            .filter(|one| one.commit.is_none())
    };
    let spoken = |(at, _): (usize, &str)| !commands().any(|command| command.span.contains(&at));
    context.run.plan.text().match_indices(name).any(spoken)
}

/// Returns the name that is most like the wanted one, if it is alike in at least 70 of 100: short
/// names differ much by one word (`test`, `tests:unit`).
fn find_similar_script<'n>(
    names: impl Iterator<Item = &'n String>,
    wanted: &str,
) -> Option<String> {
    let likeness = |name: &&String| (strsim::jaro_winkler(name, wanted) * 1000.0) as u32;
    names
        .max_by_key(likeness)
        .filter(|name| likeness(name) > 700)
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_name_is_looked_for_where_it_is_plain_who_keeps_it() {
        let asked = |line: &str| {
            let reading = shell::read(line);
            let call = reading.outer_calls()[0].clone();
            let named = call
                .target
                .as_ref()
                .and_then(|target| NamedTarget::from_call(&call, target, ""))?;
            Some(format!("{}:{}", named.folder, named.target.name))
        };
        assert_eq!(asked("npm run lint").as_deref(), Some(":lint"));
        assert_eq!(asked("npm test").as_deref(), Some(":test"));
        assert_eq!(
            asked("npm --prefix api run lint").as_deref(),
            Some("api:lint")
        );
        assert_eq!(asked("make -C api lint").as_deref(), Some("api:lint"));
        for unclear in [
            "pnpm --filter=api run lint",
            "pnpm -r run lint",
            "turbo run lint",
            "make -f other.mk lint",
            "npm install",
            "node x.js",
            "make $NAME",
        ] {
            assert_eq!(asked(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn what_the_project_lacks_is_told_with_the_nearest() {
        let plan = "# X\n\n## Phase 1: A\n\n### Success Criteria\n\n#### Automated Verification\n\n- [ ] A: `make lint`\n- [ ] B: `cd web && npm run type-check`\n- [ ] C: `pytest tests/test_order.py`\n- [ ] D: `make test`\n";
        let files = [
            ("Makefile", "test:\n\tpytest\nlints:\n\truff\n"),
            (
                "web/package.json",
                "{\"scripts\": {\"typecheck\": \"tsc\"}}",
            ),
            ("tests/test_orders.py", ""),
        ];
        assert_eq!(
            findings_of_plan(
                &["target-missing", "script-missing", "test-file-missing"],
                &files,
                plan
            ),
            [
                "9: `Makefile` has no target `lint` | It has `lints`.",
                "10: `web/package.json` has no script `type-check` | It has `typecheck`.",
                "11: `tests/test_order.py` is not there, and no unit makes it",
            ]
        );
    }
}
