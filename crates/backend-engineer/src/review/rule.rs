//! What a rule is: the codes of its findings with their explanations, and the look at one unit.

use crate::review::ground::Ground;
use crate::stop::{Finding, Severity};

/// A code that findings bear.
#[derive(Debug)]
pub(crate) struct Code {
    /// Its stable name.
    pub(crate) name: &'static str,
    /// How much its findings weigh.
    pub(crate) severity: Severity,
    /// What it says, in one line.
    pub(crate) summary: &'static str,
    /// Why it matters, an example, and how to mend it.
    pub(crate) explanation: &'static str,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The codes of its findings.
    pub(crate) codes: &'static [Code],
    /// Looks at one unit; `None` where the codes belong to findings of the steps themselves.
    pub(crate) look: Option<fn(&mut Ground<'_>) -> Vec<Finding>>,
    /// A run that implements the unit tells it anyway.
    pub(crate) told_by_run: bool,
}
