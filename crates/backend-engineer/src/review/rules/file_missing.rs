//! A file that the plan calls existing and that isn't there.
//!
//! "Modify: `app/routers/order.py`" with `app/routers/orders.py` in the tree → a warning with that
//! file as a hint. "Modify: `app/cache.py`", which phase 1 makes and phase 1 is not done → the hint
//! names phase 1. Nothing is said where this very unit makes the file, nor of files that git
//! ignores.

use std::sync::Arc;

use plan::Action;

use crate::review::ReviewScope;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "file-missing",
    severity: Severity::Warning,
    summary: "a file to modify is not there",
    explanation: "The plan changes, renames or names lines of a file that the tree doesn't have: the plan is older than the \
                  tree, its path is wrong, or the phase that makes the file is not done.\n\n\
                  Example: `Modify: app/routers/order.py` where `app/routers/orders.py` stands.\n\n\
                  Fix it: correct the path (the nearest name is in the hint), implement the phase that makes it first, or say \
                  that the file is to be created.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_file_missing),
    told_by_run: false,
};

/// Returns a warning for each file that is missing, with the most useful hint that there is.
fn check_file_missing(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &context.assignment.files {
        let Some(path) = &file.path else { continue };
        let Some(unit) = context.units.iter().find(|unit| unit.id == file.unit) else {
            continue;
        };
        let Some(change) = unit.changes.get(file.change) else {
            continue;
        };
        // A file named by its lines is one that the author saw.
        let what = match &file.action {
            Action::Modify => "is to be modified",
            Action::Rename { to } if !context.run.files.path_exists(to) => "is to be renamed",
            Action::Unstated if change.lines.is_some() => "is named by its lines",
            _ => continue,
        };
        if context.run.files.path_exists(path) || context.text_before_unit(path).is_some() {
            continue;
        }
        // What git ignores is missing in a fresh checkout, and there for the author.
        if context.run.files.facts().is_ignored(path) {
            continue;
        }
        // What the run itself is about to refuse, or to make, it tells itself.
        if context.extent == ReviewScope::Run && !change.blocks.is_empty() {
            continue;
        }
        let maker = context.facts.made.get(path).cloned();
        // "`pyproject.toml`" below "Create `backend/pyproject.toml`".
        let ending = format!("/{path}");
        let mut longer = context
            .facts
            .made
            .keys()
            .filter(|made| made.ends_with(&ending));
        let made = maker.is_some() || longer.next().is_some() && longer.next().is_none();
        if made && context.extent == ReviewScope::Plan || made_here(context, path) {
            continue;
        }
        let mut finding = context.finding_at(
            &CODE,
            file.span.clone(),
            format!("`{path}` {what}, and is not there"),
        );
        finding.hint = match maker {
            Some(label) => Some(format!(
                "{label} makes it and is not done; implement it first."
            )),
            None => Some(match find_similar_file(context, path) {
                Some(near) => format!("Is `{near}` meant?"),
                None => "Correct the path, or say that the file is to be created.".to_owned(),
            }),
        };
        findings.push(finding);
    }
    findings
}

/// Returns whether another part of the same unit makes the file.
fn made_here(context: &RuleContext<'_>, path: &str) -> bool {
    context.assignment.files.iter().any(|other| {
        let makes = matches!(other.action, Action::Create) && other.path.as_deref() == Some(path);
        makes || matches!(&other.action, Action::Rename { to } if to == path)
    })
}

/// Returns the file whose name, or whose path, is most like the one that is missing.
///
/// The only file of that name comes first. Names that every folder has (`index.ts`) say nothing;
/// for these, and else, the path of the same ending that is alike in 80 of 100.
fn find_similar_file(context: &RuleContext<'_>, path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let all = context.run.files.all();
    let alike: Vec<&Arc<str>> = all
        .iter()
        .filter(|file| file.rsplit('/').next() == Some(name) && name.contains('.'))
        .collect();
    let general = matches!(
        name,
        "__init__.py"
            | "index.ts"
            | "index.js"
            | "package.json"
            | "README.md"
            | "page.tsx"
            | "route.ts"
    );
    if let [only] = alike.as_slice()
        && !general
    {
        return Some(only.to_string());
    }
    let likeness = |file: &&Arc<str>| (strsim::normalized_levenshtein(file, path) * 1000.0) as u32;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending)?;
    let same_kind = all.iter().filter(|file| {
        file.rsplit_once('.')
            .is_some_and(|(_, other)| other == ending)
    });
    same_kind
        .max_by_key(likeness)
        .filter(|file| likeness(file) > 800)
        .map(|file| file.to_string())
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn what_an_earlier_unit_makes_under_a_longer_path_is_not_missing() {
        let plan = "# X\n\n## Phase 1: A\n\n- Create `backend/pyproject.toml`\n\n## Phase 2: B\n\n- Modify `pyproject.toml`\n- Modify `other.toml`\n";
        let missing = findings_of_plan(&["file-missing"], &[], plan);
        assert!(
            missing.len() == 1 && missing[0].contains("other.toml"),
            "{missing:?}"
        );
    }

    #[test]
    fn the_nearest_name_is_in_the_hint() {
        let plan = "# X\n\n## Phase 1: A\n\n- Modify `app/routes/order.py`\n- Modify `app/deep/cache.py`\n- Create `app/new.py`\n";
        let files = [
            ("app/routes/orders.py", ""),
            ("lib/cache.py", ""),
            ("lib/x/other.py", ""),
        ];
        assert_eq!(
            findings_of_plan(&["file-missing"], &files, plan),
            [
                "5: `app/routes/order.py` is to be modified, and is not there | Is `app/routes/orders.py` meant?",
                "6: `app/deep/cache.py` is to be modified, and is not there | Is `lib/cache.py` meant?",
            ]
        );
    }
}
