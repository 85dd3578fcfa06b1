//! A wrong version of a text, and the edit that makes it.
//!
//! ```text
//! Mutant { function: "fee", operator: Return, line: 4, before: "return total * 2", after: "return None", … }
//! ```

use std::ops::Range;

/// The kind of an edit. In this order the edits of a function are used: first those that change what each call of it
/// does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// A function that does nothing fails: a test that lets it pass does not call it.
    Hollow,
    /// A function returns nothing instead of a value.
    Return,
    /// A condition is turned into its opposite; `and` is `or`.
    Condition,
    /// A guard that raises on wrong input is gone.
    Validation,
    /// A call is not made.
    Call,
    /// A number is one more, a yes is a no.
    Constant,
    /// A comparison is off by one, or turned around.
    Comparison,
    /// Two arguments stand in each other's place.
    Arguments,
    /// An awaited call is no longer awaited.
    Await,
    /// A constant of a module has another value.
    Named,
}

/// A wrong version of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The function that is wrong: `total`, `Order.total`, `app.get('/orders')`.
    pub function: String,
    /// The kind of edit.
    pub operator: Operator,
    /// The number of mutants of the same function that come before it.
    pub turn: usize,
    /// Line of the edit, from 1.
    pub line: usize,
    /// The code that was edited, on one line.
    pub before: String,
    /// The code after the edit.
    pub after: String,
    /// The whole text with the edit.
    pub text: String,
}

/// One edit of a text.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) operator: Operator,
    /// The bytes that go.
    pub(super) at: Range<usize>,
    /// The text that comes in their place.
    pub(super) new: String,
    /// The bytes to show to people: those of `at`, and what makes sense of them.
    pub(super) shown: Range<usize>,
    /// The lines that it speaks of, from 0.
    pub(super) rows: Range<usize>,
}
