//! `implement`: puts one or more phases of an approved plan into the repository, and proves them.

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::PhaseArguments;
use crate::cli::work::{Job, work};
use crate::settings::Flags;
use crate::stop::{Exit, Stop};
use crate::workbench::Conduct;

/// Implement a phase of an approved plan, prove it and tick its boxes
///
/// Writes what the plan spells out, file by file and only inside the phase's scope; runs the phase's checks inside
/// walls, on a private overlay of the repository; ticks the boxes that are proven; prints a report. What the plan
/// leaves open stays open and is named.
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

    /// The model for what the plan leaves open; only "none" is known until models come
    #[arg(long, value_name = "NAME", default_value = "none", value_parser = read_model)]
    pub(crate) model: String,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &ImplementArguments, globals: &Globals) -> Result<Exit, Stop> {
    let conduct = Conduct {
        dry_run: arguments.dry_run,
        no_verify: arguments.no_verify,
        commit: arguments.commit,
        approve: arguments.approve,
        untick: false,
    };
    let flags = Flags { commit: arguments.commit, ..arguments.phase.walls.flags() };
    let job = Job { asked: &arguments.phase, flags, conduct, verify: false };
    work(job, globals)
}

/// Refuses every model but "none", and says why.
fn read_model(name: &str) -> Result<String, String> {
    match name {
        "none" => Ok(name.to_owned()),
        _ => Err("this version works with no model; models come with a later one, so say `--model none`".to_owned()),
    }
}
