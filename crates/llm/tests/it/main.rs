//! The tests of `llm`: every provider against recorded exchanges, over a server that can do all that goes wrong.

#![expect(
    clippy::expect_used,
    reason = "a test ends at what it did not expect, in its helpers too"
)]

mod server;
mod setting;

mod conformance;
mod faults;
mod requests;
mod selection;
