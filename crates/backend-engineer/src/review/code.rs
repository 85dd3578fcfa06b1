//! A code that findings bear, with what `explain` says of it.

use crate::stop::Severity;

/// A code that findings bear.
#[derive(Debug)]
pub(crate) struct Code {
    /// Its stable name.
    pub(crate) name: &'static str,
    /// The severity of its findings.
    pub(crate) severity: Severity,
    /// Its meaning, in one line.
    pub(crate) summary: &'static str,
    /// Why it matters, an example, and how to mend it.
    pub(crate) explanation: &'static str,
}
