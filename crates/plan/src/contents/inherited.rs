//! Files that a unit names for the units nested in it.

use crate::blocks::FileOf;
use crate::changes::PlannedChange;
use crate::languages::fits_language;
use crate::phase::Phase;
use crate::steps::Part;

/// Gives the blocks of nested units that name no file of their own the one file of this unit that fits.
pub(crate) fn hand_down(phase: &mut Phase) {
    let Phase {
        changes,
        phases,
        steps,
        ..
    } = phase;
    for child in phases.iter_mut().filter(|child| child.changes.is_empty()) {
        for at in 0..child.blocks.len() {
            let block = &child.blocks[at];
            let placed = child
                .steps
                .iter()
                .any(|step| step.parts.contains(&Part::Place(at)));
            if !placed || block.file != FileOf::Nowhere {
                continue;
            }
            let mut fitting = changes
                .iter()
                .filter(|change| !change.pattern && fits_language(&block.language, &change.path));
            let (Some(one), None) = (fitting.next(), fitting.next()) else {
                continue;
            };
            let known = child
                .changes
                .iter()
                .position(|change| change.path == one.path);
            let change = known.unwrap_or_else(|| {
                let own = PlannedChange {
                    prose: String::new(),
                    blocks: Vec::new(),
                    checkbox: None,
                    ..one.clone()
                };
                child.changes.push(own);
                child.changes.len() - 1
            });
            child.changes[change].blocks.push(at);
            child.blocks[at].file = FileOf::Change(change);
            child.blocks[at].basis = one.basis;
            // A step that only names the file asks for nothing beside its code.
            let named =
                |part: &Part| matches!(part, Part::Say(span) if span.contains(&one.span.start));
            steps.retain(|step| !step.parts.iter().all(named));
        }
    }
}
