//! `<task type="auto">` elements in Markdown, each with a `<name>`.

use super::{Dialect, HeadingSeen};
use crate::naming::{Rank, UnitName, unit_name};

pub(super) const DIALECT: Dialect = Dialect {
    name: "elements",
    resort: 0,
    heading: read_element_heading,
    item: |_| None,
};

fn read_element_heading(seen: &HeadingSeen<'_>) -> Option<UnitName> {
    if !seen.element {
        return None;
    }
    let named = unit_name(seen.words).map(|name| UnitName {
        rank: Rank::Task,
        ..name
    });
    let bare = || UnitName {
        word: String::new(),
        number: None,
        title: seen.words.to_owned(),
        rank: Rank::Task,
    };
    Some(named.unwrap_or_else(bare))
}
