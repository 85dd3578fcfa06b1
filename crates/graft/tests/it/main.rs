//! All integration tests of the engine, in one binary.

mod cases;
mod data;
mod diffs;
mod edits;
mod formats;
mod neighbours;
mod properties;
mod structure;
mod types;
