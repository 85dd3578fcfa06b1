//! Carries out what the plan asks of whole files without showing code: to be removed, to get another path, or something
//! only prose says.
//!
//! | the plan says | here |
//! |---|---|
//! | "Delete `app/old.py`" | staged as removed; done before where it is not there |
//! | "Rename `a.py` to `b.py`" | staged at `b.py` with its mode; refused where both or neither are there |
//! | "Create `app/__init__.py`", no code | created empty |
//! | "`app/user.py`: tidy up", no code | left, as an item of its own, for a model or a person |
//! | "`settings.py` (if needed)" | a note: the plan leaves it to what is needed |

use journal::{Event, FileAction};
use plan::{Action, Phase, PhaseId, Role, SentenceClass};

use super::placement::{Placement, PlacementOutcome};
use super::remainder::Remainder;
use super::{Change, Item, StepOutcome, emit_staged_file};
use crate::stop::Stop;
use crate::understand::{NamedFile, PlacedBy};
use crate::unit_work::UnitWork;

/// Stages the removals and renames of a unit.
pub(super) fn remove_and_rename(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Result<(), Stop> {
    // Copied out, since staging a file needs the whole of `work`.
    let named: Vec<NamedFile> = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == unit)
        .cloned()
        .collect();
    for file in named {
        let outcome = match (&file.action, &file.path) {
            (Action::Delete, Some(path)) => Some(remove_file(work, path)?),
            (Action::Rename { to }, Some(path)) => Some(rename_file(work, path, to)?),
            // Made or changed files have their content from blocks, or are left below.
            _ => None,
        };
        if let Some(placed) = outcome {
            let title = match &file.action {
                Action::Rename { to } => format!("Rename `{}` to `{to}`", file.written),
                _ => format!("Delete `{}`", file.written),
            };
            let line = work.run.plan.location(file.span.start).line;
            let placement = Placement {
                // No block and no sentence: the change itself is the statement, so nothing else is
                // credited.
                block: None,
                sentence: None,
                path: file.path.clone(),
                line,
                by: PlacedBy::Stated,
                placed,
            };
            let step_outcomes = vec![StepOutcome::Place(placement)];
            change.items.push(Item {
                unit,
                step: None,
                title,
                checkbox: None,
                line,
                outcomes: step_outcomes,
            });
        }
    }
    Ok(())
}

/// Stages the removal of a file. Refuses a protected path and one that can't be read; a file that
/// is not there was removed before, by a person or by an earlier run.
fn remove_file(work: &mut UnitWork<'_>, path: &str) -> Result<PlacementOutcome, Stop> {
    if work.run.settings.protects(path) {
        return Ok(PlacementOutcome::refused(
            "protected",
            "the path is protected".to_owned(),
        ));
    }
    match work.workspace.tree.read(path) {
        Ok(None) => Ok(PlacementOutcome::Before),
        Ok(Some(_)) => {
            work.workspace
                .tree
                .stage(path, None)
                .map_err(|error| Stop::refused(error.to_string()))?;
            emit_staged_file(
                work,
                path,
                FileAction::Delete,
                "removed, as the plan says".to_owned(),
            )?;
            Ok(PlacementOutcome::Now {
                how: "removed, as the plan says".to_owned(),
                created: false,
            })
        }
        Err(error) => Ok(PlacementOutcome::refused(
            "file-unreadable",
            error.to_string(),
        )),
    }
}

/// Stages a file under another path, with its content and its mode as they are.
///
/// Only the new path there → renamed before. Neither there, or both: refused, for then a name in
/// the plan is wrong, or a file would be overwritten that the plan does not speak of.
fn rename_file(work: &mut UnitWork<'_>, from: &str, to: &str) -> Result<PlacementOutcome, Stop> {
    if work.run.settings.protects(from) || work.run.settings.protects(to) {
        return Ok(PlacementOutcome::refused(
            "protected",
            "the path is protected".to_owned(),
        ));
    }
    let (old, new) = match (work.workspace.tree.read(from), work.workspace.tree.read(to)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => {
            return Ok(PlacementOutcome::refused(
                "file-unreadable",
                error.to_string(),
            ));
        }
    };
    match (old, new) {
        (None, Some(_)) => Ok(PlacementOutcome::Before),
        (None, None) => Ok(PlacementOutcome::refused(
            "file-missing",
            format!("`{from}` is not there"),
        )),
        (Some(_), Some(_)) => Ok(PlacementOutcome::refused(
            "file-exists",
            format!("`{to}` is there already"),
        )),
        // A script stays executable under its new name.
        (Some(bytes), None) => {
            let mode = work
                .workspace
                .tree
                .state_on_disk(from)
                .ok()
                .and_then(|found| found.as_ref().map(|found| found.mode));
            let failed = |error: crate::tree::ReadError| Stop::refused(error.to_string());
            work.workspace.tree.stage(to, Some(bytes)).map_err(failed)?;
            if let Some(mode) = mode {
                work.workspace.tree.stage_mode(to, mode).map_err(failed)?;
            }
            // Last, so that a refusal above leaves the old file as it was.
            work.workspace.tree.stage(from, None).map_err(failed)?;
            emit_staged_file(
                work,
                to,
                FileAction::Rename,
                format!("renamed from `{from}`"),
            )?;
            Ok(PlacementOutcome::Now {
                how: format!("renamed from `{from}`"),
                created: true,
            })
        }
    }
}

/// Notes the named files for which the unit shows no code and that nothing else has dealt with.
pub(super) fn left_without_code(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Result<(), Stop> {
    // A copy, since creating an empty file below needs all of `work`.
    let Some(phase) = work.run.plan.phase(unit).cloned() else {
        return Ok(());
    };
    for file in work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == unit)
    {
        // A block that could be for several files was placed in this one by evidence: the file has
        // its code, though the change itself lists no block.
        let mut identified = work.state.identified.iter();
        let identified =
            identified.any(|((unit, _), (change, _))| (*unit, *change) == (phase.id, file.change));
        let goes = matches!(file.action, Action::Delete | Action::Rename { .. });
        if identified || goes || shows_code(&phase, file) {
            continue;
        }
        let item = item_without_code(work, &phase, file, change)?;
        change.items.extend(item);
    }
    Ok(())
}

/// Creates a file without code where it shall be an empty one, and returns its item; else the item
/// for what is left of it. Returns `None` where other items answer for the file, or the plan leaves
/// it to what is needed.
///
/// The order matters: what is made empty is made first; then items that speak of the file are
/// asked, so that no work is reported twice; only then is the file itself left over.
fn item_without_code(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    file: &NamedFile,
    change: &Change,
) -> Result<Option<Item>, Stop> {
    let planned = phase.changes.get(file.change);
    let line = work.run.plan.location(file.span.start).line;
    let item = |checkbox, step_outcome| {
        Ok(Some(Item {
            unit: phase.id,
            step: None,
            title: format!("`{}`", file.written),
            checkbox,
            line,
            outcomes: vec![step_outcome],
        }))
    };
    // A file that the plan calls empty is made even where other items speak of it.
    let stated = planned.is_some_and(|planned| planned.empty);
    if !stated && answered_for(work, phase, file, change) {
        return Ok(None);
    }
    if let Some(placed) = create_empty(work, phase, file)? {
        let placement = Placement {
            block: None,
            sentence: None,
            path: file.path.clone(),
            line,
            by: PlacedBy::Stated,
            placed,
        };
        return item(None, StepOutcome::Place(placement));
    }
    // Called empty, but there with content: the items that speak of it say what is left.
    if stated && answered_for(work, phase, file, change) {
        return Ok(None);
    }
    // "`app/main.py` (already there)" and it is: nothing is asked of it.
    if planned.is_some_and(plan::PlannedChange::is_there_already) && stands(work, file) {
        return Ok(None);
    }
    if is_left_to_need(phase, file) {
        work.note(format!(
            "`{}` was left: the plan leaves it to what is needed",
            file.written
        ))?;
        return Ok(None);
    }
    let remainder = Remainder::without_code(&file.written);
    if let Some(path) = &file.path {
        work.run.emit(Event::FileUnchanged {
            path: path.clone(),
            why: remainder.what.to_string(),
        })?;
    }
    item(
        planned.and_then(|planned| planned.checkbox),
        StepOutcome::Left(remainder),
    )
}

/// Returns whether the file can be read in the staged tree.
fn stands(work: &mut UnitWork<'_>, file: &NamedFile) -> bool {
    let path = file.path.as_deref();
    path.is_some_and(|path| matches!(work.workspace.tree.read(path), Ok(Some(_))))
}

/// Returns whether the plan leaves a file to what is needed: it shows nothing for it, and says so or names it in a sentence
/// that depends on a condition.
pub(crate) fn is_left_to_need(phase: &Phase, file: &NamedFile) -> bool {
    let planned = phase.changes.get(file.change);
    // "If you use Redis, change `settings.py`": without Redis the file is rightly untouched.
    let conditional = |one: &plan::Sentence| {
        one.class == SentenceClass::Condition && one.span.contains(&file.span.start)
    };
    planned.is_some_and(|planned| {
        planned.is_left_to_need()
            || planned.blocks.is_empty() && phase.sentences.iter().any(conditional)
    })
}

/// Creates a file that is to be new and that its name or the plan's words make an empty one: a
/// package's mark. Returns `None` where the file needs content, which nobody makes up here.
fn create_empty(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    file: &NamedFile,
) -> Result<Option<PlacementOutcome>, Stop> {
    let Some(path) = &file.path else {
        return Ok(None);
    };
    let planned = phase.changes.get(file.change);
    let said = planned.map_or("", |planned| planned.prose.trim());
    let name = path.rsplit('/').next().unwrap_or(path);
    // These do their work by being there, with nothing in them. Where the plan says anything more
    // about one ("`__init__.py`: re-export the models"), it is no mark.
    let mark = matches!(name, "__init__.py" | "py.typed" | ".gitkeep" | ".keep") && said.is_empty();
    let makes = match file.action {
        Action::Create => mark || planned.is_some_and(|planned| planned.empty),
        // "`app/__init__.py` (empty)": the word alone says that it is to be there.
        Action::Unstated => planned.is_some_and(|planned| planned.empty),
        _ => false,
    };
    if !makes || work.run.settings.protects(path) {
        return Ok(None);
    }
    match work.workspace.tree.read(path) {
        Ok(None) => {
            work.workspace
                .tree
                .stage(path, Some(Vec::new()))
                .map_err(|error| Stop::refused(error.to_string()))?;
            emit_staged_file(
                work,
                path,
                FileAction::Create,
                "created empty: the plan shows nothing for it".to_owned(),
            )?;
            Ok(Some(PlacementOutcome::Now {
                how: "created empty".to_owned(),
                created: true,
            }))
        }
        // A mark does its work by being there.
        Ok(Some(bytes)) if bytes.is_empty() || mark => Ok(Some(PlacementOutcome::Before)),
        Ok(Some(_)) | Err(_) => Ok(None),
    }
}

/// Returns whether a block of the unit shows content of the file. Commands, output and examples are
/// beside the file, not in it.
fn shows_code(phase: &Phase, file: &NamedFile) -> bool {
    let shows = |index: &usize| {
        phase
            .blocks
            .get(*index)
            .is_some_and(|block| !matches!(block.role, Role::Shell | Role::Output | Role::Example))
    };
    phase
        .changes
        .get(file.change)
        .is_some_and(|change| change.blocks.iter().any(shows))
}

/// Returns whether the file was dealt with elsewhere: another unit of the assignment shows it, a
/// command made it, or its step says already that it is left.
///
/// "Run `alembic revision …`" with the change "a new migration", whose path nobody can know before:
/// a new file within the scope that a command made is the one.
fn answered_for(work: &UnitWork<'_>, phase: &Phase, file: &NamedFile, change: &Change) -> bool {
    let same = |path: &String| file.path.as_ref() == Some(path);
    let elsewhere = work.assignment.files.iter().any(|other| {
        let unit = work.run.plan.phase(other.unit);
        (other.unit, other.change) != (phase.id, file.change)
            && other.path.as_ref().is_some_and(same)
            && unit.is_some_and(|unit| shows_code(unit, other))
    });
    let made = work.workspace.tree.pending().iter().any(|pending| {
        same(&pending.path)
            // A change without a path is a description; any new file that the scope allows may be
            // it.
            || file.path.is_none()
                && work.assignment.scope.allows(&pending.path)
                && pending.before.is_none()
    });
    let planned = phase.changes.get(file.change);
    let said = change
        .items
        .iter()
        .filter(|item| item.unit == phase.id)
        .any(|item| {
            // A file is its step's if it is named within it, or if both have the same box.
            let holds = item
                .step
                .and_then(|step| phase.steps.get(step))
                .is_some_and(|step| {
                    step.span.contains(&file.span.start)
                        || planned.is_some_and(|change| {
                            change.checkbox.is_some() && change.checkbox == step.checkbox
                        })
                });
            let speaks = |step_outcome: &StepOutcome| match step_outcome {
                StepOutcome::Left(left) => {
                    // A sentence that is left says so for each file that it is about; not twice.
                    holds || left.passage().is_some() && item.is_about(&work.run.plan, file, left)
                }
                StepOutcome::DoneBefore => holds,
                _ => false,
            };
            item.outcomes.iter().any(speaks)
        });
    elsewhere || made || said
}
