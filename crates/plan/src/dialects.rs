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
    /// What the nearest heading around it announces.
    pub(crate) around: Option<Topic>,
    /// Whether its section holds boxes.
    pub(crate) boxes: bool,
    /// Whether boxes of its section go on with its own number: `7.1` below `7.`.
    pub(crate) numbers: bool,
    /// Whether its section holds code or named files.
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
    /// What the nearest heading or label around it announces.
    pub(crate) around: Option<Topic>,
    /// The rank and number of the unit around it.
    pub(crate) unit: Option<(Rank, Option<&'d str>)>,
    /// Whether an item around it has a box too.
    pub(crate) nested: bool,
    /// Whether boxes inside it bear dotted numbers.
    pub(crate) holds_numbers: bool,
}

/// What one dialect recognises.
pub(crate) struct Dialect {
    /// Its name.
    pub(crate) name: &'static str,
    /// How sure it is: a dialect is asked only if none surer found a unit anywhere; 0 is always asked.
    pub(crate) resort: u8,
    /// Whether a heading opens a unit.
    pub(crate) heading: fn(&HeadingSeen<'_>) -> Option<UnitName>,
    /// Whether an item with a box opens a unit.
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
