//! Conversations from outside: how they end, what survives a kill, what is left out when they grow long.

#![expect(
    clippy::expect_used,
    reason = "a test ends at what it did not expect, in its helpers too"
)]

mod anything;
mod endings;
mod faults;
mod lengths;
mod limits;
mod processes;
mod resuming;
mod worker;
mod world;
