//! Headings of one form that bear numbers: `Fix 1`, `WS2`, `(3)`, `B.`; their word says nothing, their form does.

use super::Dialect;

pub(super) const DIALECT: Dialect = Dialect {
    name: "series",
    resort: 0,
    heading: |seen| seen.series.cloned(),
    item: |_| None,
};
