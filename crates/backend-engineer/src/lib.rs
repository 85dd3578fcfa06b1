//! Implements one phase of an approved plan in a backend codebase, proves it, and says what it proved.

mod stop;

mod settings;

mod cli;

pub use cli::command_line;
pub use stop::{Exit, Finding, Severity, Stop};
