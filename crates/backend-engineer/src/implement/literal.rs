//! Puts the code that the plan spells out into its files, without a model: all blocks of a step, or none of them.
//!
//! For each block: its file (stated, or identified by the code) → doubts that the plan and the
//! present text raise by themselves → removal, or the engine's answer → what the answer would break
//! → staged. Each arrow can end in a refusal, which is an outcome with a reason and never an error.

mod block_file;
mod grafting;

use std::collections::{BTreeMap, BTreeSet};

use code::scopes::{Purpose, Resolution, Scopes};
use graft::{Graft, Reason};
use plan::{Action, CodeBlock, Phase, PhaseId, Role, Uncertainty};

use super::doubts::{fragment_reason, in_doubt, into_deleted, misplaced_test, stands_with_later};
use super::placement::{Placement, PlacementOutcome, is_code, outcome_of_refusal};
use super::removed::{self, RemovalOutcome};
use crate::prohibitions::{breaks_prohibition, is_path};
use crate::stop::Stop;
use crate::understand::{NamedFile, PlacedBy};
use crate::unit_work::UnitWork;
use block_file::file_of;
pub(super) use block_file::path_of;
use grafting::{blocks_of, graft_block, stands_composed};

/// Places one block in the staged tree; `None` where it turns out to be no code for its file.
pub(crate) fn apply_block(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    index: usize,
) -> Result<Option<Placement>, Stop> {
    let (path, by, placed) = match file_of(work, phase, index) {
        Err(message) => {
            let placed = PlacementOutcome::refused("file-unclear", message);
            (None, PlacedBy::Stated, Some(placed))
        }
        Ok((file, by)) => match &file.path {
            None => {
                let message = file
                    .obstacle
                    .clone()
                    .unwrap_or_else(|| "its file is not clear".to_owned());
                let placed = PlacementOutcome::refused("file-unclear", message);
                (None, by, Some(placed))
            }
            Some(path) => {
                let placed = apply_to_file(work, (phase, index), (file, path))?;
                (Some(path.clone()), by, placed)
            }
        },
    };
    let line = work.run.plan.location(phase.blocks[index].span.start).line;
    Ok(placed.map(|placed| Placement {
        block: Some(index),
        sentence: None,
        path,
        line,
        by,
        placed,
    }))
}

/// Places a block in the file at `path`. What the plan and the present text decide by themselves
/// comes before the engine is asked; what only its answer shows comes after. Returns `None` where
/// the block asks for nothing.
fn apply_to_file(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
    (file, path): (&NamedFile, &str),
) -> Result<Option<PlacementOutcome>, Stop> {
    let block = &phase.blocks[index];
    let refused = |reason, message| Ok(Some(PlacementOutcome::refused(reason, message)));
    if work.run.settings.protects(path) || work.run.plan_inside() == Some(path) {
        return refused("protected", "the path is protected".to_owned());
    }
    let text = match work.workspace.tree.read_text(path) {
        Ok(text) => text,
        Err(error) => return refused("file-unreadable", error.to_string()),
    };
    let text = text.as_deref();
    let misplaced = misplaced_test(phase, block, path, text);
    if let Some(message) = misplaced.or_else(|| into_deleted(block, file, path)) {
        return refused("file-unclear", message);
    }
    if block.text.trim().is_empty() {
        return create_empty_file(work, file, path, text).map(Some);
    }
    // Of a new file nothing goes: words of removal are about what it is made after.
    let is_new = text.is_none()
        && file.action == Action::Create
        && blocks_of(phase, file.change).eq([index]);
    if block.role == Role::Remove && !is_new {
        return take_out(work, block, path, text).map(Some);
    }
    // Each of its blocks alone would be a smaller file than the one that they make together.
    if text.is_some_and(|text| stands_composed(phase, file, path, text)) {
        return Ok(Some(PlacementOutcome::Before));
    }
    // The engine would make a file of any text that it is given.
    if text.is_none()
        && let Some(message) = why_no_whole_file(phase, index, file, path)
    {
        return refused("file-missing", message);
    }
    let answer = graft_block(work, (phase, index), (file, path), text);
    if let Graft::Applied(applied) = &answer
        && let Some(placed) = weigh_result(work, (phase, block), path, (text, &applied.text))
    {
        return Ok(Some(placed));
    }
    if let Some(message) = in_doubt(work, (phase, index), path, (text, &answer))? {
        return refused("unclear", message);
    }
    // Words that say that this is how the code is ask for nothing.
    if block.uncertain == Some(Uncertainty::Quoted) && matches!(block.role, Role::Before { .. }) {
        return Ok(None);
    }
    stage_answer(work, path, text.is_some(), answer)
}

/// Returns why a block can't become the file at `path`, which is not there: it reads a name that it does not bind, or is
/// a fragment by its form.
fn why_no_whole_file(phase: &Phase, index: usize, file: &NamedFile, path: &str) -> Option<String> {
    if let Some(name) = find_unbound_name(phase, index, file, path) {
        return Some(format!(
            "{path} is not there, and the block is no whole file: it reads `{name}`, which it does not bind"
        ));
    }
    fragment_reason(&phase.blocks[index], file, path)
        .map(|why| format!("{path} is not there, and {why}"))
}

/// Returns the outcome where the text that the engine made (`after`) must not be staged: it breaks
/// a prohibition of the
/// plan, a later block made of it what stands (`before`), or the file would import itself.
///
/// "Don't change `login`.", and the block rewrites `login` → refused as prohibited. Phase 1 shows a
/// model, phase 3 adds a field to it; phase 1 is run again → done before, and the field stays.
fn weigh_result(
    work: &UnitWork<'_>,
    (phase, block): (&Phase, &CodeBlock),
    path: &str,
    (before, after): (Option<&str>, &str),
) -> Option<PlacementOutcome> {
    if let Some(before) = before {
        let mut protected = phase
            .sentences
            .iter()
            .flat_map(|sentence| &sentence.protects);
        if let Some(broken) =
            protected.find(|protected| breaks_prohibition(protected, path, (before, after)))
        {
            let message = format!(
                "the plan says not to change `{}`, and its code would change it",
                broken.name
            );
            return Some(PlacementOutcome::refused("prohibited", message));
        }
        if block.role == Role::Code
            && stands_with_later(&work.run.plan, phase, path, (before, after))
        {
            return Some(PlacementOutcome::Before);
        }
    }
    let module = code::imports::imports_itself(path, after)?;
    // A file that imports itself already is the project's own affair.
    let is_new = before.is_none_or(|text| code::imports::imports_itself(path, text).is_none());
    is_new.then(|| {
        let message =
            format!("{path} would import itself, as `{module}`: the code belongs to another file");
        PlacementOutcome::refused("file-unclear", message)
    })
}

/// Takes the code that a block shows out of its file. A file that is not there is no proof that the
/// code is gone, unless the plan itself deletes or renames the file.
fn take_out(
    work: &mut UnitWork<'_>,
    block: &CodeBlock,
    path: &str,
    text: Option<&str>,
) -> Result<PlacementOutcome, Stop> {
    let refused = |message| PlacementOutcome::refused("no-place", message);
    let goes = |change: &plan::PlannedChange| {
        is_path(path, &change.path)
            && matches!(change.action, Action::Delete | Action::Rename { .. })
    };
    if text.is_none()
        && !work
            .run
            .plan
            .all()
            .any(|phase| phase.changes.iter().any(goes))
    {
        return Ok(refused(format!(
            "{path} is not there, so nothing can be removed from it"
        )));
    }
    Ok(match removed::remove_block(block, path, text) {
        RemovalOutcome::Gone => PlacementOutcome::Before,
        RemovalOutcome::Refused(message) => refused(message),
        RemovalOutcome::Now(answer) => stage_answer(work, path, true, answer)?
            .unwrap_or_else(|| refused("the block shows no code that could be removed".to_owned())),
    })
}

/// Makes a file of which the plan shows an empty block, or says why not. An empty block for a file
/// with text is an oversight rather than an order to empty it.
fn create_empty_file(
    work: &mut UnitWork<'_>,
    file: &NamedFile,
    path: &str,
    text: Option<&str>,
) -> Result<PlacementOutcome, Stop> {
    match text {
        None if matches!(file.action, Action::Create | Action::Unstated) => {
            work.workspace
                .tree
                .stage(path, Some(Vec::new()))
                .map_err(|error| Stop::refused(error.to_string()))?;
            Ok(PlacementOutcome::Now {
                how: "created empty".to_owned(),
                created: true,
            })
        }
        Some(text) if text.trim().is_empty() => Ok(PlacementOutcome::Before),
        _ => Ok(PlacementOutcome::refused(
            "unclear",
            "the block is empty".to_owned(),
        )),
    }
}

/// Stages what the engine answered; `None` where the block turned out to be no code for the file.
pub(super) fn stage_answer(
    work: &mut UnitWork<'_>,
    path: &str,
    existed: bool,
    answer: Graft,
) -> Result<Option<PlacementOutcome>, Stop> {
    // The evidence of the answer is what people read as the reason of the placement.
    match answer {
        Graft::Applied(applied) => {
            let how = applied
                .evidence
                .iter()
                .map(|evidence| evidence.0.as_str())
                .collect::<Vec<_>>()
                .join("; ");
            work.workspace
                .tree
                .stage(path, Some(applied.text.into_bytes()))
                .map_err(|error| Stop::refused(error.to_string()))?;
            Ok(Some(PlacementOutcome::Now {
                how,
                created: !existed,
            }))
        }
        Graft::AlreadyApplied => Ok(Some(PlacementOutcome::Before)),
        // The fence turned out to hold a shell session or a listing.
        Graft::Refused(refusal) if refusal.reason == Reason::NotCode => Ok(None),
        Graft::Refused(refusal) => Ok(Some(outcome_of_refusal(&refusal))),
    }
}

/// Returns a name that a block reads and that no block of its file binds: the block is to be added to a file that is
/// not there. A file that the plan calls new may be built up from parts, and what a script's names are the text does
/// not decide.
fn find_unbound_name(phase: &Phase, index: usize, file: &NamedFile, path: &str) -> Option<String> {
    // Other languages have globals that no text shows.
    if file.action != Action::Unstated || !path.ends_with(".py") {
        return None;
    }
    let scopes = |block: usize| Scopes::of_file(path, &phase.blocks.get(block)?.text);
    let own = scopes(index)?;
    let others: Vec<Scopes> = blocks_of(phase, file.change)
        .filter(|other| *other != index)
        .filter_map(scopes)
        .collect();
    let bound = |name: &str| {
        let modules = others.iter().filter_map(Scopes::module);
        modules
            .flat_map(|module| &module.bindings)
            .any(|binding| binding.name == name)
    };
    // A guarded read (`try: … except NameError`) expects the name to be missing.
    let free = |read: &&code::scopes::Read| {
        let unbound = matches!(own.resolve(read), Resolution::Unbound { .. });
        read.purpose == Purpose::Value && !read.is_guarded && unbound && !bound(&read.name)
    };
    own.reads.iter().find(free).map(|read| read.name.clone())
}

/// Files by how much of what the plan shows for them stands there.
#[derive(Debug, Default)]
pub(crate) struct PresentFiles {
    /// The paths of those where all of it stands.
    pub(crate) whole: BTreeSet<String>,
    /// The refused blocks of each path, by their units and places.
    pub(crate) refused: BTreeMap<String, BTreeSet<(PhaseId, usize)>>,
}

/// Finds the files of the assignment where the code that the plan shows for them stands, each block
/// placed over the last. The staged tree is as before afterwards.
///
/// A file is whole where no block was refused and placing all of them changed no byte: several
/// blocks that undo each other still stand if the last one does.
pub(crate) fn find_present_files(work: &mut UnitWork<'_>) -> Result<PresentFiles, Stop> {
    let savepoint = work.workspace.tree.savepoint();
    let mut standing = BTreeSet::new();
    let mut refused: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for unit in &work.assignment.units {
        let Some(phase) = work.run.plan.phase(*unit).cloned() else {
            continue;
        };
        for index in (0..phase.blocks.len()).filter(|index| is_code(&phase.blocks[*index])) {
            let Some(placement) = apply_block(work, &phase, index)? else {
                continue;
            };
            let Some(path) = placement.path else { continue };
            match placement.placed {
                PlacementOutcome::Refused { .. } | PlacementOutcome::HeldBack => {
                    let blocks = refused.entry(path).or_default();
                    blocks.insert((phase.id, index))
                }
                PlacementOutcome::Now { .. } | PlacementOutcome::Before => standing.insert(path),
            };
        }
    }
    let replayed = work.workspace.tree.savepoint();
    work.workspace.tree.restore(savepoint);
    let mut stands = |path: &String| {
        let before = work.workspace.tree.read(path).ok().flatten();
        !refused.contains_key(path) && replayed.get(path).is_none_or(|after| after.bytes == before)
    };
    let whole = standing
        .iter()
        .filter(|path| stands(path))
        .cloned()
        .collect();
    Ok(PresentFiles { whole, refused })
}
