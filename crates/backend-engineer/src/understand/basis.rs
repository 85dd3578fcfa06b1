//! The basis on which a block of the plan is known to be for a file: the plan's words, or evidence in the tree.

use std::fmt;

use plan::Basis;

/// Why one file of several is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// A command of the unit runs this test of it.
    TestId(String),
    /// It holds the lines that are quoted.
    Quoted,
    /// It defines the name that the plan's words give.
    Named(String),
    /// It holds the whole block already.
    Standing,
    /// It defines what the block shows a part of.
    Defines(String),
    /// The unit's test imports this from it.
    Imported(String),
    /// It is the unit's only file of tests, and the block is one.
    TestCode,
    /// It holds lines that the block repeats.
    Repeated,
    /// It has the members that the block reads.
    Members(String),
    /// It binds a name that the block reads.
    Binds(String),
}

impl fmt::Display for Evidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::TestId(name) => {
                write!(formatter, "a command of the plan runs its test `{name}`")
            }
            Evidence::Quoted => formatter.write_str("it alone holds the quoted lines"),
            Evidence::Named(name) => {
                write!(formatter, "it alone defines `{name}`, which the plan names")
            }
            Evidence::Standing => formatter.write_str("it alone holds the code already"),
            Evidence::Defines(name) => write!(formatter, "it alone defines `{name}`"),
            Evidence::Imported(name) => {
                write!(formatter, "the phase's test imports `{name}` from it")
            }
            Evidence::TestCode => {
                formatter.write_str("the code is a test, and it alone holds tests")
            }
            Evidence::Repeated => {
                formatter.write_str("it alone holds the lines that the block repeats")
            }
            Evidence::Members(name) => write!(formatter, "it alone has the member `{name}`"),
            Evidence::Binds(name) => {
                write!(formatter, "it alone binds `{name}`, which the block reads")
            }
        }
    }
}

/// The basis on which the file of a block is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlacedBy {
    /// By a form of the plan.
    Stated,
    /// By evidence in the tree.
    Identified(Evidence),
    /// By the plan's words.
    Worded,
}

impl PlacedBy {
    /// Returns the basis of the placement.
    pub(crate) fn basis(&self) -> Basis {
        match self {
            PlacedBy::Stated => Basis::Stated,
            PlacedBy::Identified(_) => Basis::Identified,
            PlacedBy::Worded => Basis::Worded,
        }
    }
}

impl fmt::Display for PlacedBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlacedBy::Stated => formatter.write_str("the plan states the file"),
            PlacedBy::Identified(evidence) => {
                write!(formatter, "the file was identified: {evidence}")
            }
            PlacedBy::Worded => formatter.write_str("the file is known by the plan's words alone"),
        }
    }
}
