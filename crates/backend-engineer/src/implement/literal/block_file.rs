//! The file that a block belongs to: as the plan states it, or, of several, the one that the code itself identifies.
//!
//! Stated ("`app/main.py`:" above the block) → that file. Worded ("in the service") → that file,
//! with a weaker mark. Several → the one for which the code has evidence, remembered for the rest
//! of the unit, so that later looks agree even when the file has changed.

use plan::{Basis, FileOf, Phase, Role};

use crate::implement::doubts::only_tests;
use crate::implement::identify::{Candidate, identify_file};
use crate::understand::{Evidence, NamedFile, PlacedBy};
use crate::unit_work::UnitWork;

/// Returns the path of a block's file, where it is clear: of several, the one that an earlier look identified.
pub(in crate::implement) fn path_of(
    work: &UnitWork<'_>,
    phase: &Phase,
    block: usize,
) -> Option<String> {
    let change = match &phase.blocks[block].file {
        FileOf::Change(change) => Some(*change),
        FileOf::Between(_) => work
            .state
            .identified
            .get(&(phase.id, block))
            .map(|(change, _)| *change),
        FileOf::Nowhere => None,
    };
    work.assignment.file(phase.id, change?)?.path.clone()
}

/// Returns the named file that a block belongs to, and how that is known. Fails with what the plan
/// doesn't say.
pub(super) fn file_of<'a>(
    work: &mut UnitWork<'a>,
    phase: &Phase,
    index: usize,
) -> Result<(&'a NamedFile, PlacedBy), String> {
    let assignment = work.assignment;
    let named = |change: usize| {
        assignment
            .file(phase.id, change)
            .ok_or_else(|| "the plan's file for this code was not found".to_owned())
    };
    let block = &phase.blocks[index];
    match &block.file {
        FileOf::Change(change) => {
            // A test read to be for a file without tests goes to the only file of tests that is
            // stated.
            if let Some(tests) = only_tests(phase, block, *change) {
                return Ok((named(tests)?, PlacedBy::Identified(Evidence::TestCode)));
            }
            let by = if block.basis == Basis::Stated {
                PlacedBy::Stated
            } else {
                PlacedBy::Worded
            };
            Ok((named(*change)?, by))
        }
        FileOf::Nowhere => Err("the plan doesn't say which file this code belongs to".to_owned()),
        FileOf::Between(changes) => {
            if let Some((change, by)) = work.state.identified.get(&(phase.id, index)).cloned() {
                return Ok((named(change)?, by));
            }
            let (change, evidence) = choose_file(work, (phase, index), changes)?;
            let by = PlacedBy::Identified(evidence);
            work.state
                .identified
                .insert((phase.id, index), (change, by.clone()));
            Ok((named(change)?, by))
        }
    }
}

/// Chooses the file of a block for which the plan leaves several (`changes`), by the code; fails with their names.
fn choose_file(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
    changes: &[usize],
) -> Result<(usize, Evidence), String> {
    let assignment = work.assignment;
    let files: Vec<(usize, &NamedFile)> = changes
        .iter()
        .filter_map(|change| Some((*change, assignment.file(phase.id, *change)?)))
        .collect();
    let paths = files
        .iter()
        .filter_map(|(change, file)| Some((*change, file.path.as_deref()?)));
    let candidates = paths
        .map(|(change, path)| Candidate::from_staged_tree(work.workspace, change, path))
        .collect::<Vec<_>>();
    let found = identify_file(phase, index, candidates);
    // Evidence that the code has by itself comes first; a quote is looked for in all files of the
    // unit.
    let holder = || find_holder_of_quote(work, (phase, index));
    found.or_else(holder).ok_or_else(|| {
        let names: Vec<&str> = files
            .iter()
            .map(|(_, file)| file.written.as_str())
            .collect();
        format!("the code may belong to {}", names.join(" or "))
    })
}

/// Returns the only file of the unit that holds the lines which a block is to replace, whatever
/// kind of file the code fits by its form. Two files that hold them are no answer.
fn find_holder_of_quote(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
) -> Option<(usize, Evidence)> {
    let quote = match phase.blocks[index].role {
        Role::After {
            before: Some(before),
        } => &phase.blocks.get(before)?.text,
        Role::Before { .. } => &phase.blocks[index].text,
        _ => return None,
    };
    let assignment = work.assignment;
    let mut holding = (0..phase.changes.len()).filter(|change| {
        let file = assignment.file(phase.id, *change);
        let path = file.and_then(|file| file.path.as_deref());
        path.is_some_and(|path| {
            Candidate::from_staged_tree(work.workspace, *change, path).contains_text(quote)
        })
    });
    let only = holding.next()?;
    holding.next().is_none().then_some((only, Evidence::Quoted))
}
