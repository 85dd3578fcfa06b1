//! The program from outside: its arguments, its answers, its exit codes.

#![expect(
    clippy::expect_used,
    reason = "a test ends at what it did not expect, in its helpers too"
)]

mod program;

#[cfg(test)]
#[rustfmt::skip] // Laid out as its own crate is.
#[path = "../../../sandbox/tests/it/required.rs"]
mod required;

mod ci;
mod command_line;
mod doctor_and_init;
mod event_schema;
mod evidence;
mod integrations;
mod kills;
mod mcp;
mod past_runs;
mod red_team;
mod report_schema;
mod scenarios;
mod services;
mod settings;
mod strength;
mod surroundings;
mod survey_schema;
mod tidy;
