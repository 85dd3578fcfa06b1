//! Integration tests of the plan reader.

#![expect(clippy::unwrap_used, reason = "a test that can't go on shall fail")]

#[path = "it/cases.rs"]
mod cases;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/render.rs"]
mod render;
#[path = "it/roles.rs"]
mod roles;
#[path = "it/selecting.rs"]
mod selecting;
#[path = "it/sentences.rs"]
mod sentences;
#[path = "it/ticking.rs"]
mod ticking;
