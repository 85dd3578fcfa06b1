//! Packages that the plan's code imports, and that no manifest declares.
//!
//! `from slowapi import Limiter`: not of Python's library, no module of the project, none that the
//! plan makes; in no manifest by this or a usual other name (`yaml` → `PyYAML`); not installed by
//! the plan; used by no source → `package-undeclared`, once for each package. Any yes ends the
//! look.

mod modules;

use code::standard_library;

use crate::facts::package_of;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::{PlanImport, RuleContext};
use crate::stop::{Finding, Severity};
use modules::ALIASES;

const CODE: Code = Code {
    name: "package-undeclared",
    severity: Severity::Warning,
    summary: "code of the plan imports a package that no manifest declares",
    explanation: "No manifest or lock file of the repository names the package, none of its sources uses it, and the plan does \
                  not add it. The code would fail at its import.\n\n\
                  Example: `from slowapi import Limiter` with no `slowapi` in `pyproject.toml`.\n\n\
                  Fix it: let the plan add the package (`uv add slowapi`, `npm install zod`), or use one that is there.",
};

/// Modules that a runtime or an editor gives beside those of Node.
const GIVEN: [&str; 3] = ["bun", "test", "vscode"];

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_packages),
    told_by_run: false,
};

/// Returns a finding for each package that is undeclared, at its first import.
fn check_packages(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for PlanImport { span, path, import } in context.plan_imports() {
        let package = match path.ends_with(".py") {
            true => undeclared_python(context, &path, &import.module),
            false => undeclared_script(context, &path, &import.module),
        };
        let Some(package) = package else { continue };
        if context.facts.said.insert(format!("package {package}")) {
            let message = format!(
                "`{path}` imports `{package}`, and no manifest of the repository declares it"
            );
            let mut finding = context.finding_at(&CODE, span, message);
            finding.hint = Some("Let the plan add it, or use a package that is there.".to_owned());
            findings.push(finding);
        }
    }
    findings
}

/// Returns the package that a Python import needs and nothing declares; `None` without a manifest
/// that could declare it.
fn undeclared_python(context: &RuleContext<'_>, path: &str, module: &str) -> Option<String> {
    let top = module.split('.').next().filter(|top| !top.is_empty())?;
    let own =
        context.run.files.has_module(top) || context.run.files.imported(path, module).is_some();
    if standard_library::is_in_python(top)
        || own
        || context.planned(&format!("{top}.py"))
        || context.planned(&format!("{top}/__init__.py"))
    {
        return None;
    }
    // "Create `lib/limits/__init__.py`" makes `limits`, whatever its root is.
    let planned_folder =
        |change: &plan::PlannedChange| change.path.split('/').any(|part| part == top);
    if context
        .run
        .plan
        .all()
        .flat_map(|unit| &unit.changes)
        .any(planned_folder)
    {
        return None;
    }
    let mut names = vec![top];
    names.extend(
        ALIASES
            .iter()
            .filter(|(name, _)| *name == top)
            .map(|(_, package)| *package),
    );
    // Names under which packages are often published, where the table of aliases has none.
    let prefixed = [
        format!("python-{top}"),
        format!("py{top}"),
        format!("{top}-python"),
        format!("django-{top}"),
        format!("flask-{top}"),
    ];
    names.extend(prefixed.iter().map(String::as_str));
    // A dotted namespace is spread over packages: `google.cloud`, `opentelemetry.sdk`.
    let spread = [
        "google",
        "azure",
        "opentelemetry",
        "zope",
        "ruamel",
        "jaraco",
        "backports",
    ]
    .contains(&top);
    let declared = context.manifests().declares_python(&names)?;
    (!spread && !declared && !is_added(context, &names) && !context.run.files.facts().imports(top))
        .then(|| top.to_owned())
}

/// Returns the package that a script's import needs and nothing declares.
fn undeclared_script(context: &RuleContext<'_>, path: &str, module: &str) -> Option<String> {
    // Signs of aliases: `@/lib`, `~/x`, `#db`, `$lib`; with a colon it is the runtime's
    // (`node:fs`).
    let aliased = module.starts_with(['.', '/', '#', '~', '$'])
        || module.starts_with("@/")
        || module.contains(':');
    let package = package_of(module);
    if aliased
        || standard_library::is_in_node(module)
        || GIVEN.contains(&package)
        || context.run.files.imported(path, module).is_some()
    {
        return None;
    }
    // An import from a source folder: `src/users/user.entity`.
    if context.run.files.has_folder(package) || context.run.files.has_module(package) {
        return None;
    }
    let declared = context.manifests().declares_script(package)?;
    (!declared && !is_added(context, &[package]) && !context.run.files.facts().imports(package))
        .then(|| package.to_owned())
}

/// Returns whether the plan installs the package, or names it where it speaks of manifests.
///
/// "Dependencies:" above a list counts for the twelve lines below it; import lines never count, as
/// they are what is being checked.
fn is_added(context: &RuleContext<'_>, names: &[&str]) -> bool {
    const SIGNS: [&str; 9] = [
        "install",
        "requirements",
        "pyproject",
        "package.json",
        "dependenc",
        "--with",
        "==",
        ">=",
        "\": \"^",
    ];
    let names_it = |line: &str| {
        let lower = line.to_lowercase();
        names.iter().any(|name| {
            lower.contains(&name.to_lowercase())
                || lower.contains(&name.to_lowercase().replace('_', "-"))
        })
    };
    let mut recent = 0_usize;
    context.run.plan.text().lines().any(|line| {
        let lower = line.to_lowercase();
        // A list of packages may follow the line that speaks of them.
        let speaks = SIGNS.iter().any(|sign| lower.contains(sign)) || is_install_command(line);
        recent = if speaks { 12 } else { recent.saturating_sub(1) };
        let import =
            lower.trim_start().starts_with("import ") || lower.trim_start().starts_with("from ");
        recent > 0 && !import && names_it(line)
    })
}

/// Tells that a line is, or shows in code type, a command that brings packages in.
fn is_install_command(line: &str) -> bool {
    // The subcommands of package managers that have another word for it; the table of programs knows the rest.
    if ![" add ", " i "].iter().any(|word| line.contains(word)) {
        return false;
    }
    let shown = line.split('`').skip(1).step_by(2).chain([line]);
    shown
        .into_iter()
        .any(|text| shell::read(text).kinds().contains(&shell::Kind::Install))
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn what_no_manifest_declares_and_nobody_uses_is_told_once() {
        let block = "```python\nimport json\nimport slowapi\nimport yaml\nimport httpx\nimport rich\nfrom slowapi import Limiter\n```\n";
        let plan = format!(
            "# X\n\n## Phase 1: A\n\nRun `uv add httpx` first.\n\n**File**: `app/new.py` (create)\n\n{block}"
        );
        let files = [
            ("pyproject.toml", "[project]\ndependencies = [\"PyYAML\"]\n"),
            ("app/old.py", "from rich import print\n"),
        ];
        let found = findings_of_plan(&["package-undeclared"], &files, &plan);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("11: `app/new.py` imports `slowapi`, and no manifest"),
            "{found:?}"
        );
        assert_eq!(
            findings_of_plan(&["package-undeclared"], &files[1..], &plan),
            [""; 0],
            "without a manifest nothing can be told"
        );
    }

    #[test]
    fn scripts_are_held_against_package_json_and_aliases() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `src/new.ts` (create)\n\n```ts\nimport { z } from 'zod';\nimport fs from 'node:fs';\nimport { a } from '@app/a';\nimport express from 'express';\nimport { b } from '@/b';\n```\n";
        let files = [
            ("package.json", "{\"dependencies\": {\"express\": \"^4\"}}"),
            ("tsconfig.json", "{\"paths\": {\"@app/*\": [\"src/*\"]}}"),
        ];
        let found = findings_of_plan(&["package-undeclared"], &files, plan);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("8: `src/new.ts` imports `zod`"),
            "{found:?}"
        );
    }
}
