//! Ticked items whose file is not there, or has not the code that they show.
//!
//! - [x] Create `app/cache.py`, which is not there → `ticked-but-missing`.
//! - [x] Add `total` (code), and the code would still change its file → `ticked-without-code`,
//!   unless a later block shows the same names again: then the file is rightly further than this
//!   item.

use std::fs;

use code::scopes::Scopes;
use graft::{Context, File, Graft, Snippet};
use plan::{Action, CodeBlock, FileOf, Part, Phase, PlannedChange, Role, State, Step};

use crate::identifiers::contains_identifier;
use crate::implement::is_code;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::run::RunContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "ticked-but-missing",
    severity: Severity::Warning,
    summary: "an item is ticked, and the file that it creates is not there",
    explanation: "The plan's box says that the work is done, and the file that the item creates is not in the tree: it was \
                  never written, is not committed, or was renamed since.\n\n\
                  Example: `- [x] Create `app/core/cache.py`` where there is no such file.\n\n\
                  Fix it: open the box again, or write the path that the file has now.",
};

const LACKS: Code = Code {
    name: "ticked-without-code",
    severity: Severity::Warning,
    summary: "an item is ticked, and its file does not have the code that it shows",
    explanation: "The plan's box says that the work is done. The code that the item shows would still change its file, and no \
                  later item shows code for that file: the work was not done, was undone, or was done in another way.\n\n\
                  Example: `- [x] **Step 1: Add `total`**` above a function that the file does not have.\n\n\
                  Fix it: open the box again, or show the code as it is now.",
};

/// Done units are not looked at one by one: [`check_ticked_items`] reads them all.
pub(crate) const RULE: Rule = Rule {
    codes: &[CODE, LACKS],
    look: None,
    told_by_run: true,
};

/// Finds the ticked items of the plan whose file to create is not there, or whose code is not in its file.
pub(crate) fn check_ticked_items(run: &RunContext) -> Vec<Finding> {
    let mut findings = Vec::new();
    let units: Vec<&Phase> = run.plan.all().collect();
    for (at, unit) in units.iter().enumerate() {
        let steps = unit
            .steps
            .iter()
            .filter(|step| is_ticked(run, unit, step.checkbox));
        findings.extend(steps.filter_map(|step| lacks_code(run, (unit, step), &units[at + 1..])));
        for change in &unit.changes {
            let path = change.path.trim_start_matches("./");
            if is_missing(run, unit, change, path) {
                let message = format!("`{path}` is not there, though its item is ticked");
                findings.push(Finding {
                    code: CODE.name,
                    severity: CODE.severity,
                    message,
                    line: Some(run.plan.location(change.span.start).line),
                    span: Some(change.span.clone()),
                    hint: Some(
                        "Open the box again, or write the path that the file has now.".to_owned(),
                    ),
                });
            }
        }
    }
    findings
}

/// Tells of the first block of a ticked step that would still change its file, where no later block is for that file.
///
/// Patterns and files that are not there are told by other findings. A block of several names is
/// taken for shown again if one of them is: to be sure of the work being undone, all must be gone.
fn lacks_code(
    run: &RunContext,
    (unit, step): (&Phase, &Step),
    later: &[&Phase],
) -> Option<Finding> {
    let places = step.parts.iter().filter_map(|part| {
        if let Part::Place(at) = part {
            Some(*at)
        } else {
            None
        }
    });
    places.into_iter().find_map(|at| {
        let block = &unit.blocks[at];
        let FileOf::Change(change) = block.file else {
            return None;
        };
        let change = unit
            .changes
            .get(change)
            .filter(|_| block.role == Role::Code)?;
        let path = change.path.trim_start_matches("./");
        let names = defined_names(path, &block.text);
        let shown_again = |other: &CodeBlock| {
            names.is_empty()
                || names
                    .iter()
                    .any(|name| contains_identifier(&other.text, name))
        };
        let mut rest = unit.blocks[at + 1..]
            .iter()
            .chain(later.iter().flat_map(|unit| &unit.blocks));
        if rest.any(|other| is_code(other) && shown_again(other))
            || change.pattern
            || !run.files.path_exists(path)
        {
            return None;
        }
        would_change(run, path, block)?.then(|| Finding {
            code: LACKS.name,
            severity: LACKS.severity,
            message: format!(
                "`{path}` does not have the code that this block shows, though its item is ticked"
            ),
            line: Some(run.plan.location(block.span.start).line),
            span: Some(block.span.clone()),
            hint: Some("Open the box again, or show the code as it is now.".to_owned()),
        })
    })
}

/// Returns whether a block would still change its file; `None` where that can't be read.
///
/// Only an answer that would be applied counts; a refusal says nothing about what was done.
fn would_change(run: &RunContext, path: &str, block: &CodeBlock) -> Option<bool> {
    let text = fs::read_to_string(run.root().join(path)).ok()?;
    let context = Context {
        prose: &block.prose,
        imports: &block.imports,
        ..Context::default()
    };
    let snippet = Snippet {
        text: &block.text,
        language: &block.language,
    };
    let file = File {
        path,
        text: Some(&text),
    };
    let answer = graft::apply(&file, &snippet, &context);
    Some(matches!(answer, Graft::Applied(_)))
}

/// Returns the names that a block binds at its top; none where it can't be read as a module, or binds none.
fn defined_names(path: &str, text: &str) -> Vec<String> {
    let scopes = Scopes::of_file(path, text);
    let module = scopes.as_ref().and_then(Scopes::module);
    module
        .map(|module| module.bindings.iter().map(|one| one.name.clone()).collect())
        .unwrap_or_default()
}

/// Returns whether a ticked item creates the file at `path`, which is not there and does not go elsewhere in the plan.
///
/// A file that any unit deletes or renames may be gone for that reason.
pub(crate) fn is_missing(
    run: &RunContext,
    unit: &Phase,
    change: &PlannedChange,
    path: &str,
) -> bool {
    let goes =
        |other: &PlannedChange| matches!(other.action, Action::Delete | Action::Rename { .. });
    let gone = || {
        run.plan
            .all()
            .flat_map(|unit| &unit.changes)
            .any(|other| other.path == change.path && goes(other))
    };
    let creates = change.action == Action::Create && !change.pattern;
    creates && is_ticked(run, unit, change.checkbox) && !run.files.path_exists(path) && !gone()
}

/// Returns whether the item of a change is ticked; one without a box is its unit's.
fn is_ticked(run: &RunContext, unit: &Phase, own: Option<plan::CheckboxId>) -> bool {
    match own.and_then(|id| run.plan.checkboxes().get(id.0)) {
        Some(found) => found.state == State::Done,
        None => unit.state == State::Done,
    }
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_ticked_step_whose_code_its_file_lacks_is_told() {
        let task = |number: usize, done: &str, value: usize| {
            format!(
                "### Task {number}: A\n\n**Files:**\n- Modify: `a.py`\n\n- [{done}] **Step 1: Set it**\n\n```python\ndef a():\n    return {value}\n```\n\n"
            )
        };
        let warned = |plan: String, text: &str| {
            findings_of_plan(&["ticked-without-code"], &[("a.py", text)], &plan).len()
        };
        for (text, expected) in [
            ("def a():\n    return 1\n", 1),
            ("def a():\n    return 3\n", 0),
            ("B = 1\n", 1),
        ] {
            assert_eq!(
                warned(format!("# X\n\n{}", task(1, "x", 3)), text),
                expected,
                "{text}"
            );
        }
        // What a later item shows for the file may have taken its place.
        assert_eq!(
            warned(
                format!("# X\n\n{}{}", task(1, "x", 3), task(2, " ", 4)),
                "def a():\n    return 4\n"
            ),
            0
        );
        assert_eq!(warned(format!("# X\n\n{}", task(1, " ", 3)), "B = 1\n"), 0);
    }

    #[test]
    fn only_a_missing_file_of_a_ticked_item_is_told() {
        let plan = "# X\n\n## 1. A\n\n- [x] 1.1 Create `a.py`\n- [x] 1.2 Create `b.py`\n- [ ] 1.3 Create `c.py`\n";
        let hint = "Open the box again, or write the path that the file has now.";
        assert_eq!(
            findings_of_plan(&["ticked-but-missing"], &[("a.py", "A = 1\n")], plan),
            [format!(
                "6: `b.py` is not there, though its item is ticked | {hint}"
            )]
        );
    }
}
