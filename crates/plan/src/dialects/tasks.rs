//! `### Task 3: Name` with `**Files:**` and steps; a lone `### Step 3` counts as a unit too.

use super::{BoxSeen, Dialect, HeadingSeen};
use crate::naming::{Rank, UnitName, read_coded_unit, unit_name};

pub(super) const DIALECT: Dialect = Dialect {
    name: "tasks",
    resort: 0,
    heading: read_task_heading,
    item: read_task_item,
};

fn read_task_heading(seen: &HeadingSeen<'_>) -> Option<UnitName> {
    let name = unit_name(seen.words).or_else(|| {
        let code = read_coded_unit(seen.words).filter(|name| !name.title.is_empty())?;
        let task = code
            .number
            .as_deref()
            .is_some_and(|number| number.starts_with('T'));
        task.then_some(code)
    })?;
    match name.rank {
        Rank::Phase => None,
        Rank::Task => seen
            .unit
            .is_none_or(|(rank, _)| rank < Rank::Task)
            .then_some(name),
        Rank::Step => seen.unit.is_none().then_some(name),
    }
}

/// `- [ ] **Task 3**: name` as an item.
fn read_task_item(seen: &BoxSeen<'_>) -> Option<UnitName> {
    let name = unit_name(seen.words)?;
    let free = match seen.unit {
        None => true,
        Some((rank, _)) => rank == Rank::Phase && name.rank == Rank::Task,
    };
    let criteria = seen.around.is_some_and(crate::labels::Topic::is_criteria);
    (free && !criteria && !seen.nested && name.rank != Rank::Step).then_some(name)
}
