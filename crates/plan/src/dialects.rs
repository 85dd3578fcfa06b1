//! The ways in which people write plans. Each says what opens a unit of its
//! kind; everything else is read alike for all, so plans may mix them.

mod elements;
mod numbered_boxes;
mod phases;
mod progress;
mod sections;
mod series;
mod task_lists;
mod tasks;

use crate::labels::Topic;
use crate::naming::{Rank, UnitName};

/// A heading that might open a unit.
#[derive(Debug)]
pub(crate) struct HeadingSeen<'d> {
    /// Its words without marks.
    pub(crate) words: &'d str,
    /// Its level, 1 to 6.
    pub(crate) level: usize,
    /// The topic of the nearest heading around it.
    pub(crate) around: Option<Topic>,
    /// Its section holds boxes.
    pub(crate) boxes: bool,
    /// Boxes of its section go on with its own number: `7.1` below `7.`.
    pub(crate) numbers: bool,
    /// Its section holds code or named files.
    pub(crate) work: bool,
    /// The unit that it is by the form that it shares with others.
    pub(crate) series: Option<&'d UnitName>,
    /// It stands for an element `<task>`.
    pub(crate) element: bool,
    /// The rank and number of the unit around it.
    pub(crate) unit: Option<(Rank, Option<&'d str>)>,
}

/// An item with a box that might open a unit.
#[derive(Debug)]
pub(crate) struct BoxSeen<'d> {
    /// Its words without marks.
    pub(crate) words: &'d str,
    /// The topic of the nearest heading or label around it.
    pub(crate) around: Option<Topic>,
    /// The rank and number of the unit around it.
    pub(crate) unit: Option<(Rank, Option<&'d str>)>,
    /// An item around it has a box too.
    pub(crate) nested: bool,
    /// Boxes inside it bear dotted numbers.
    pub(crate) holds_numbers: bool,
}

/// A way to write units that is recognised.
pub(crate) struct Dialect {
    /// Its name.
    pub(crate) name: &'static str,
    /// The rank in which it is asked: only if no lower one found a unit anywhere; 0 is always asked.
    pub(crate) resort: u8,
    /// Returns the unit that a heading opens.
    pub(crate) heading: fn(&HeadingSeen<'_>) -> Option<UnitName>,
    /// Returns the unit that an item with a box opens.
    pub(crate) item: fn(&BoxSeen<'_>) -> Option<UnitName>,
}

/// Every dialect, in the order in which they are asked.
pub(crate) const DIALECTS: &[Dialect] = &[
    progress::DIALECT,
    elements::DIALECT,
    phases::DIALECT,
    tasks::DIALECT,
    series::DIALECT,
    task_lists::DIALECT,
    numbered_boxes::DIALECT,
    sections::DIALECT,
];

pub(crate) use progress::repeats_units;
