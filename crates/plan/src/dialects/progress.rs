//! A "Progress" section that repeats the phases with their boxes: its boxes
//! belong to the phases of the same number.

use super::Dialect;
use crate::labels::{Topic, heading_topic};

pub(super) const DIALECT: Dialect = Dialect {
    name: "progress",
    resort: 0,
    heading: |_| None,
    item: |_| None,
};

/// Returns whether the units named below this heading are repeated there, not defined.
pub(crate) fn repeats_units(heading: &str) -> bool {
    heading_topic(heading) == Some(Topic::Progress)
}
