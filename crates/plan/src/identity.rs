//! The numbers by which units and boxes of one plan refer to each other.

use serde::Serialize;

/// A unit (phase, task, section …) of one [`crate::Plan`], numbered from 0 in
/// the order of the document, nested units after the one that holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PhaseId(pub usize);

/// A checkbox of one [`crate::Plan`]: its index in [`crate::Plan::checkboxes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CheckboxId(pub usize);
