//! `accept`: a person says that an item of the plan is done, and its box is ticked.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::stop::{Exit, Stop};

/// Tick an item that only a person can judge, and record who said so
#[derive(Debug, Args)]
pub(crate) struct AcceptArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    /// The item: part of its text, or the number of its line in the plan
    #[arg(value_name = "ITEM")]
    pub(crate) item: String,

    /// The phase that the item belongs to, where its text alone is not unique
    #[arg(short, long, value_name = "PHASE")]
    pub(crate) phase: Option<String>,

    #[command(flatten)]
    pub(crate) root: RootArgument,

    /// Who says so [default: the name you are logged in with]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,

    /// What was seen, for the record
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
}

/// Runs the subcommand.
pub(crate) fn run(_arguments: &AcceptArguments, _globals: &Globals) -> Result<Exit, Stop> {
    Err(Stop::environment("not built yet"))
}
