//! A rule of the lint: the codes of its findings, and the look at one unit.

use crate::review::code::Code;
use crate::review::rule_context::RuleContext;
use crate::stop::Finding;

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The codes of its findings.
    pub(crate) codes: &'static [Code],
    /// Looks at one unit; `None` where the codes belong to findings of the steps themselves.
    pub(crate) look: Option<fn(&mut RuleContext<'_>) -> Vec<Finding>>,
    /// A run that implements the unit tells it anyway.
    pub(crate) told_by_run: bool,
}
