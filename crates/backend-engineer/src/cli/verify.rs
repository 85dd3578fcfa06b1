//! `verify`: checks a phase as it stands, and ticks what is proven.

mod ci;

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::PhaseArguments;
use crate::cli::timings::Timings;
use crate::cli::work::{Job, run_job};
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

    /// Check the boxes again that are ticked, change nothing, and print a summary in Markdown with the evidence as JSON
    ///
    /// For pull requests, on a clean checkout. Without --phase all units are looked at in which a box is ticked. Ends with 1
    /// where a box no longer holds, with 7 where the command of one could not be run here or stands in no unit. On GitHub the summary is added to
    /// the step's own, and what does not hold is shown beside the plan's lines.
    #[arg(long, conflicts_with_all = ["untick", "json_stream"])]
    pub(crate) ci: bool,
}

/// Runs the subcommand.
pub(crate) fn run_verify(arguments: &VerifyArguments, globals: &Globals) -> Result<Exit, Stop> {
    if arguments.ci {
        return ci::run_verify_ci(arguments, globals);
    }
    // Looking at a plan is no work on it, whatever its status.
    let options = RunOptions {
        approve: true,
        untick: arguments.untick,
        ..RunOptions::default()
    };
    let job = Job {
        asked: &arguments.phase,
        flags: arguments.phase.sandbox_options.flags(),
        options,
        model: None,
        resumed: None,
        chosen: None,
        timings: Timings::start(),
    };
    run_job(job, globals)
}
