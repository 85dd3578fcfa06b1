//! `verify`: checks a phase as it stands, and ticks what is proven.

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::PhaseArguments;
use crate::cli::timings::Timings;
use crate::cli::work::{Job, work};
use crate::run::RunOptions;
use crate::stop::{Exit, Stop};

/// Run a phase's checks on the tree as it stands, and tick what they prove
///
/// Changes no file but the plan, and there only boxes.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) phase: PhaseArguments,

    /// Open the boxes again of what no longer holds
    #[arg(long)]
    pub(crate) untick: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &VerifyArguments, globals: &Globals) -> Result<Exit, Stop> {
    // Looking at a plan is no work on it, whatever its status.
    let options = RunOptions { approve: true, untick: arguments.untick, ..RunOptions::default() };
    let job = Job {
        asked: &arguments.phase,
        flags: arguments.phase.walls.flags(),
        options,
        model: None,
        resumed: None,
        timings: Timings::begin(),
    };
    work(job, globals)
}
