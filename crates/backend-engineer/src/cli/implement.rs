//! `implement`: puts one or more phases of an approved plan into the repository, and proves them.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::{RootArgument, Selection, WallArguments};
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
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) root: RootArgument,

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

    /// Print the report as JSON (schemas/report.json)
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress, only the report and what stands in the way
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) walls: WallArguments,
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
    let job = Job {
        plan: &arguments.plan,
        root: arguments.root.root.as_deref(),
        selection: &arguments.selection,
        flags: Flags { commit: arguments.commit, ..arguments.walls.flags() },
        conduct,
        json: arguments.json,
        quiet: arguments.quiet,
        verify: false,
    };
    work(job, globals)
}

/// Refuses every model but "none", and says why.
fn read_model(name: &str) -> Result<String, String> {
    match name {
        "none" => Ok(name.to_owned()),
        _ => Err("this version works with no model; models come with a later one, so say `--model none`".to_owned()),
    }
}
