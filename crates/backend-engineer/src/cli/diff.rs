//! `diff`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Diff
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &DiffArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
