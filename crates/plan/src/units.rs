//! Reads the units of a plan, side by side where there are many.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::contents;
use crate::document::Document;
use crate::identity::{CheckboxId, PhaseId};
use crate::outline::Unit;
use crate::phase::Phase;

/// The fewest bytes of a plan that pay for a thread: reading them takes a millisecond, some twenty
/// times what the thread costs.
const WORTH_A_THREAD: usize = 8 << 10;

/// Reads units and those nested in them, numbered depth first, and tells which piece of the document is whose.
pub(crate) fn read_units(
    document: &Document<'_>,
    units: &[Unit],
    boxes: &[Option<CheckboxId>],
) -> (Vec<Phase>, Vec<Option<PhaseId>>) {
    let mut all = Vec::new();
    units.iter().for_each(|unit| number_units(unit, &mut all));
    let mut owners = vec![None; document.pieces.len()];
    for (at, unit) in all.iter().enumerate() {
        for piece in unit.own().chain(unit.echoes.iter().cloned().flatten()) {
            if let Some(owner) = owners.get_mut(piece).filter(|owner| owner.is_none()) {
                *owner = Some(PhaseId(at));
            }
        }
    }
    let mut contents = side_by_side(document, &all, boxes).into_iter();
    let phases = units
        .iter()
        .filter_map(|unit| nest_contents(unit, &mut contents))
        .collect();
    (phases, owners)
}

/// Lists a unit and those nested in it, depth first.
fn number_units<'u>(unit: &'u Unit, all: &mut Vec<&'u Unit>) {
    all.push(unit);
    unit.children
        .iter()
        .for_each(|child| number_units(child, all));
}

/// Reads what stands in each unit.
fn side_by_side(
    document: &Document<'_>,
    all: &[&Unit],
    boxes: &[Option<CheckboxId>],
) -> Vec<Phase> {
    let read: Vec<OnceLock<Phase>> = all.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((at, unit)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?)))
        {
            let _ = read[at].set(contents::read_contents(document, unit, PhaseId(at), boxes));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let helpers = cores
        .min(all.len())
        .min(document.text.len() / WORTH_A_THREAD)
        .saturating_sub(1);
    std::thread::scope(|scope| {
        // Where the system gives no thread, this one does it all.
        for _ in 0..helpers {
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    read.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Puts the units nested in one into it; `contents` gives each in the order of its number.
fn nest_contents(unit: &Unit, contents: &mut impl Iterator<Item = Phase>) -> Option<Phase> {
    let mut phase = contents.next()?;
    phase.phases = unit
        .children
        .iter()
        .filter_map(|child| nest_contents(child, contents))
        .collect();
    contents::hand_down(&mut phase);
    Some(phase)
}
