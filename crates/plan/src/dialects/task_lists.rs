//! Lists of tasks under headings: `- [ ] T001 [P] [US1] …` under phases, and
//! `- [ ] 1.1 …` under `## 1. Title`.

use super::{BoxSeen, Dialect, HeadingSeen};
use crate::naming::{Rank, UnitName, read_coded_unit, read_numbered_unit};

pub(super) const DIALECT: Dialect = Dialect {
    name: "task-lists",
    resort: 1,
    heading: read_list_heading,
    item: read_list_item,
};

fn read_list_heading(seen: &HeadingSeen<'_>) -> Option<UnitName> {
    let name = read_numbered_unit(seen.words)?;
    let quiet = seen.around.is_some_and(|topic| topic.is_criteria())
        || crate::labels::heading_topic(seen.words)
            .is_some_and(|topic| !seen.boxes || topic.is_criteria() && !seen.numbers);
    if quiet || seen.level == 1 && !seen.boxes || !(seen.boxes || seen.work) {
        return None;
    }
    match seen.unit {
        None => Some(name),
        Some((_, Some(outer))) => {
            let inner = name
                .number
                .as_deref()
                .and_then(|number| number.strip_prefix(outer));
            inner
                .is_some_and(|rest| rest.starts_with('.'))
                .then_some(name)
        }
        Some(_) => None,
    }
}

fn read_list_item(seen: &BoxSeen<'_>) -> Option<UnitName> {
    let criteria = seen.around.is_some_and(|topic| topic.is_criteria());
    let inside_task = seen.unit.is_some_and(|(rank, _)| rank >= Rank::Task);
    if criteria || inside_task {
        return None;
    }
    let code = read_coded_unit(seen.words).filter(|name| {
        name.number
            .as_deref()
            .is_some_and(|number| number.starts_with('T'))
    });
    if let Some(mut name) = code {
        name.title = without_tags(&name.title);
        return Some(name);
    }
    let name = read_numbered_unit(seen.words)?;
    let number = name.number.clone()?;
    let under = matches!(seen.unit, Some((Rank::Phase, Some(outer))) if number.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.')));
    under.then_some(name)
}

/// Without `[P]` and `[US1]` at the start.
fn without_tags(title: &str) -> String {
    let mut rest = title.trim_start();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some((tag, tail)) = inner.split_once(']') else {
            break;
        };
        if tag.len() > 8 || tail.starts_with('(') {
            break;
        }
        rest = tail.trim_start();
    }
    rest.to_owned()
}
