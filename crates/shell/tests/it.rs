//! Tests of the crate's face.

#[path = "it/table.rs"]
mod table;

#[path = "it/parsing.rs"]
mod parsing;

#[path = "it/questions.rs"]
mod questions;
