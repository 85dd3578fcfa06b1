//! `## Phase 2: Name` and its kin: milestones, waves, sprints, in many languages.

use super::{Dialect, HeadingSeen};
use crate::naming::{Rank, UnitName, read_coded_unit, unit_name};

pub(super) const DIALECT: Dialect = Dialect {
    name: "phases",
    resort: 0,
    heading: read_phase_heading,
    item: |_| None,
};

fn read_phase_heading(seen: &HeadingSeen<'_>) -> Option<UnitName> {
    if let Some(name) = unit_name(seen.words) {
        let inside_task = seen.unit.is_some_and(|(rank, _)| rank >= Rank::Task);
        return (name.rank == Rank::Phase && !inside_task).then_some(name);
    }
    // `### M0: Name`: a code in place of a word.
    let name = read_coded_unit(seen.words).filter(|name| !name.title.is_empty())?;
    let milestone = name.number.as_deref().is_some_and(|number| {
        number.starts_with('M') || number.starts_with('P') || number.starts_with('S')
    });
    let open = seen.unit.is_none() && (seen.boxes || seen.work) && seen.level > 1;
    (milestone && open).then_some(UnitName {
        rank: Rank::Phase,
        ..name
    })
}
