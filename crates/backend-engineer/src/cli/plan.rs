//! `plan`: shows what was understood of a plan.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Globals;
use crate::stop::{Exit, Stop};

/// Show what was understood of a plan: units, state, files, criteria, commands
///
/// Reads only. Says what is literal (code that can be placed as it stands) and what is prose.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    /// Only this phase: its number, its name or part of it, or "next"; may be given several times
    #[arg(short, long = "phase", value_name = "PHASE")]
    pub(crate) phases: Vec<String>,

    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &PlanArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
