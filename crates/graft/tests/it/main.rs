//! All integration tests of the engine, in one binary.

mod cases;

mod clear;
mod data;
mod diffs;
mod edits;
mod entries;
mod formats;
mod losses;
mod neighbours;
mod places;
mod properties;
mod result;
mod structure;
mod types;
mod usual_edits;
