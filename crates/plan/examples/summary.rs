//! Prints one JSON line for each plan file given: how much of what was read,
//! so that readings can be counted and compared. With `--units`, whole
//! units; with `--select WANTED FILE`, the units so named; with `--commands FILE`,
//! its commands with what was read of them.

use std::io::Write;
use std::time::Instant;

use plan::{FileOf, Phase, Plan, Role};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let whole = arguments.iter().any(|argument| argument == "--units");
    arguments.retain(|argument| argument != "--units");
    if arguments
        .first()
        .is_some_and(|argument| argument == "--select")
        && arguments.len() > 2
    {
        return select(&arguments[1], &arguments[2]);
    }
    let mut out = std::io::stdout().lock();
    if arguments
        .first()
        .is_some_and(|argument| argument == "--commands")
        && arguments.len() > 1
    {
        let plan = plan::read(&std::fs::read(&arguments[1])?).map_err(std::io::Error::other)?;
        return writeln!(out, "{}", json!(plan::read_commands(&plan)));
    }
    for path in arguments {
        let bytes = std::fs::read(&path)?;
        let begun = Instant::now();
        let read = plan::read(&bytes);
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let line = match read {
            Ok(plan) if whole => {
                json!({ "path": path, "units": plan.phases().iter().map(unit).collect::<Vec<_>>() })
            }
            Ok(plan) => summary(&path, &plan, micros),
            Err(error) => json!({ "path": path, "error": error.to_string(), "micros": micros }),
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What one unit of one plan holds, nested units included.
fn select(wanted: &str, path: &str) -> std::io::Result<()> {
    let plan = plan::read(&std::fs::read(path)?).map_err(std::io::Error::other)?;
    let line = match plan.select(wanted) {
        Err(error) => json!({ "path": path, "wanted": wanted, "error": error.to_string() }),
        Ok(ids) => {
            let units: Vec<Value> = ids
                .iter()
                .filter_map(|id| plan.phase(*id))
                .map(unit)
                .collect();
            json!({ "path": path, "wanted": wanted, "units": units })
        }
    };
    writeln!(std::io::stdout().lock(), "{line}")
}

fn summary(path: &str, plan: &Plan, micros: u64) -> Value {
    let all = || plan.all();
    let blocks = |wanted: fn(&FileOf) -> bool| {
        all()
            .flat_map(|unit| &unit.blocks)
            .filter(|block| is_placed(block.role) && wanted(&block.file))
            .count()
    };
    json!({
        "path": path,
        "dialects": plan.dialects(),
        "standing": plan.approval_status(),
        "top": plan.phases().len(),
        "units": all().count(),
        "changes": all().map(|unit| unit.changes.len()).sum::<usize>(),
        "blocks": all().map(|unit| unit.blocks.len()).sum::<usize>(),
        "of_change": blocks(|file| matches!(file, FileOf::Change(_))),
        "of_nowhere": blocks(|file| matches!(file, FileOf::Nowhere)),
        "of_between": blocks(|file| matches!(file, FileOf::Between(_))),
        "criteria": plan.criteria().len() + all().map(|unit| unit.criteria.len()).sum::<usize>(),
        "commands": plan.commands().len() + all().map(|unit| unit.commands.len()).sum::<usize>(),
        "steps": all().map(|unit| unit.steps.len()).sum::<usize>(),
        "boxes": plan.checkboxes().len(),
        "boxes_in_units": plan.checkboxes().iter().filter(|one| one.phase.is_some()).count(),
        "bounds": plan.bounds().len(),
        "diagnostics": plan.diagnostics().len(),
        "labels": all().map(|unit| unit.label.as_str()).collect::<Vec<_>>(),
        "micros": micros,
    })
}

fn is_placed(role: Role) -> bool {
    matches!(
        role,
        Role::Code
            | Role::Before { .. }
            | Role::After { .. }
            | Role::Remove
            | Role::Diff
            | Role::SearchReplace
    )
}

fn unit(phase: &Phase) -> Value {
    let mut value = serde_json::to_value(phase).unwrap_or_default();
    value["phases"] = phase.phases.iter().map(unit).collect();
    value
}
