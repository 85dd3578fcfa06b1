//! A code that findings bear, with what `explain` says of it.

use crate::stop::Severity;

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
