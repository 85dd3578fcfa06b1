//! `undo`.

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Undo
#[derive(Debug, Args)]
pub(crate) struct UndoArguments {}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &UndoArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
