//! `config`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Config
#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &ConfigArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
