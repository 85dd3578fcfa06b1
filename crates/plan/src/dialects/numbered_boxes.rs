//! Numbered boxes that are units themselves: `- [ ] 2. Name` with `- [ ] 2.1 …` inside.

use super::{BoxSeen, Dialect};
use crate::naming::{Rank, UnitName, read_numbered_unit};

pub(super) const DIALECT: Dialect = Dialect {
    name: "numbered-boxes",
    resort: 1,
    heading: |_| None,
    item: read_numbered_box,
};

fn read_numbered_box(seen: &BoxSeen<'_>) -> Option<UnitName> {
    let criteria = seen.around.is_some_and(|topic| topic.is_criteria());
    let name = read_numbered_unit(seen.words).filter(|_| !criteria)?;
    let dotted = name
        .number
        .as_deref()
        .is_some_and(|number| number.contains('.'));
    match seen.unit {
        None => Some(name),
        Some((Rank::Phase, outer)) => {
            let inside = outer
                .zip(name.number.as_deref())
                .and_then(|(outer, number)| number.strip_prefix(outer));
            let child = inside.is_some_and(|rest| rest.starts_with('.'));
            (child || dotted || seen.holds_numbers).then_some(name)
        }
        Some(_) => None,
    }
}
