//! Plans without unit words: every top-level section with boxes is a unit.

use super::{Dialect, HeadingSeen};
use crate::labels::{Topic, heading_topic};
use crate::naming::{Rank, UnitName};

pub(super) const DIALECT: Dialect = Dialect {
    name: "sections",
    resort: 2,
    heading: read_section_heading,
    item: |_| None,
};

fn read_section_heading(seen: &HeadingSeen<'_>) -> Option<UnitName> {
    let topic = heading_topic(seen.words);
    let apart = topic.is_some_and(|topic| {
        topic.is_criteria() || topic.is_left_undone() || topic == Topic::Progress
    });
    let free = seen.unit.is_none() && seen.boxes && seen.level > 1 && !apart;
    free.then(|| UnitName {
        word: String::new(),
        number: None,
        title: seen.words.to_owned(),
        rank: Rank::Phase,
    })
}
