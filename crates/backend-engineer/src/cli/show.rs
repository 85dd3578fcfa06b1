//! `show`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Show
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &ShowArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
