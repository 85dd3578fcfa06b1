//! Finds the clause of a sentence that counts: "Don't forget, in `a.py`, to add it if missing" asks for "add it".

use super::condition::{Supposed, read_supposed};
use super::is_conditional;
use super::place::without_contraction;
use crate::inline::{one_line, plain_text};
use crate::vocabulary::{Opening, Use};

/// The words of a sentence behind its label, in lower case and without what stands before the clause that counts.
pub(super) struct Clause {
    pub(super) words: String,
    /// It began with a place drawn together with its article: "no módulo".
    pub(super) is_contracted: bool,
    pub(super) is_conditional: bool,
    pub(super) supposes: Option<Supposed>,
}

/// Reads the words of a sentence behind its label.
pub(super) fn read_clause(rest: &str, called: &str) -> Clause {
    let lower = one_line(&plain_text(rest)).to_lowercase();
    let placed = without_contraction(&lower);
    let is_contracted = placed.len() < lower.len();
    let lower = placed.to_owned();
    // "Don't forget to …" says no, and means yes.
    let lower = Opening::new(&lower)
        .end(Use::Lead)
        .map_or(lower.as_str(), |end| lower[end..].trim_start())
        .to_owned();
    let is_conditional = is_conditional(&lower);
    let supposed = read_supposed(&lower).filter(|_| !Opening::new(called).is(Use::Condition));
    let supposes = supposed.map(|(what, _)| what);
    let lower = supposed
        .map_or(lower.as_str(), |(_, clause)| clause)
        .to_owned();
    Clause {
        words: lower,
        is_contracted,
        is_conditional,
        supposes,
    }
}
