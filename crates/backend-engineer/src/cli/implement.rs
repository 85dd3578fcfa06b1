//! `implement`: puts one or more phases of an approved plan into the repository, and proves them.

use std::time::Duration;

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::{ModelArguments, PhaseArguments};
use crate::cli::timings::Timings;
use crate::cli::work::{Job, run_job};
use crate::run::RunOptions;
use crate::settings::{Flags, read_strength};
use crate::stop::{Exit, Stop};

/// Implement a phase of an approved plan, prove it and tick its boxes
///
/// Writes what the plan spells out, file by file and only inside the phase's scope; runs the phase's checks in a
/// sandbox, on a private overlay of the repository; ticks the boxes that are proven; prints a report. What the plan
/// leaves open a model does where one is configured, within the phase's files; else it stays open and is named.
#[derive(Debug, Args)]
pub(crate) struct ImplementArguments {
    #[command(flatten)]
    pub(crate) phase: PhaseArguments,

    /// Show the change as a diff; write nothing, run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Write, but run no check and tick no box
    #[arg(long)]
    pub(crate) no_verify: bool,

    /// Carry out the plan's commit steps, with your identity, hooks and signing
    #[arg(long)]
    pub(crate) commit: bool,

    /// Work on a plan that is marked draft, proposed, rejected or superseded
    #[arg(long)]
    pub(crate) approve: bool,

    /// The time wrong versions of the phase's code are tried against its tests: seconds, "30s", "2m"; 0 for off
    /// [default: 30s where a model worked, else off]
    #[arg(long, value_name = "TIME", value_parser = read_strength, help_heading = "Running commands")]
    pub(crate) strength: Option<Duration>,

    #[command(flatten)]
    pub(crate) model: ModelArguments,
}

/// Runs the subcommand.
pub(crate) fn run_implement(
    arguments: &ImplementArguments,
    globals: &Globals,
) -> Result<Exit, Stop> {
    run_job(job_of_arguments(arguments), globals)
}

/// Returns what the arguments ask for.
pub(crate) fn job_of_arguments(arguments: &ImplementArguments) -> Job<'_> {
    let options = RunOptions {
        dry_run: arguments.dry_run,
        no_verify: arguments.no_verify,
        commit: arguments.commit,
        approve: arguments.approve,
        ..RunOptions::default()
    };
    let model = arguments.model.model.clone();
    let (strength, effort) = (arguments.strength, arguments.model.effort);
    let flags = Flags {
        commit: arguments.commit,
        model,
        strength,
        effort,
        ..arguments.phase.sandbox_options.flags()
    };
    Job {
        asked: &arguments.phase,
        flags,
        options,
        model: Some(&arguments.model),
        resumed: None,
        chosen: None,
        timings: Timings::start(),
    }
}
