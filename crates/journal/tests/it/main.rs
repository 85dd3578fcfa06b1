//! The journal from outside: what is recorded, what survives, what undo brings back.

#![expect(
    clippy::expect_used,
    reason = "a test ends at what it did not expect, in its helpers too"
)]

mod crashes;

mod damage;

mod processes;

mod recording;

mod repository;

mod undoing;

mod undoing_anything;
