//! Runners of tests that can be asked for their results.

use serde::Deserialize;

/// A runner of tests whose results can be had from itself, test by test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runner {
    /// pytest.
    Pytest,
    /// Python's own.
    Unittest,
    /// Node's own.
    NodeTest,
    /// Jest.
    Jest,
    /// Vitest.
    Vitest,
    /// Mocha.
    Mocha,
}
