//! `runs`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Runs
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &RunsArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
