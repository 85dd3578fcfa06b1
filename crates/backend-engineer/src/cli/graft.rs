//! `graft`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Graft
#[derive(Debug, Args)]
pub(crate) struct GraftArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &GraftArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
