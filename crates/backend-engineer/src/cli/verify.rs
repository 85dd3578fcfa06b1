//! `verify`: checks a phase as it stands, and ticks what is proven.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::{RootArgument, Selection, WallArguments};
use crate::cli::work::{Job, work};
use crate::stop::{Exit, Stop};
use crate::workbench::Conduct;

/// Run a phase's checks on the tree as it stands, and tick what they prove
///
/// Changes no file but the plan, and there only boxes.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) root: RootArgument,

    /// Open the boxes again of what no longer holds
    #[arg(long)]
    pub(crate) untick: bool,

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
pub(crate) fn run(arguments: &VerifyArguments, globals: &Globals) -> Result<Exit, Stop> {
    // Looking at a plan is no work on it, whatever its status.
    let conduct = Conduct { approve: true, untick: arguments.untick, ..Conduct::default() };
    let job = Job {
        plan: &arguments.plan,
        root: arguments.root.root.as_deref(),
        selection: &arguments.selection,
        flags: arguments.walls.flags(),
        conduct,
        json: arguments.json,
        quiet: arguments.quiet,
        verify: true,
    };
    work(job, globals)
}
