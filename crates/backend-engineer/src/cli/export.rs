//! `export`: all events of a run, for other programs.

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::printer;
use crate::cli::run_history::{self, RunHistory};
use crate::cli::stream;
use crate::stop::{Exit, Stop};

/// Print all events of a run, one JSON object a line
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// As JSON lines (schemas/events.json), the only form so far
    #[arg(long)]
    jsonl: bool,
}

/// Runs the subcommand.
pub(crate) fn run_export(arguments: &ExportArguments, _: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let run = past.find_run(arguments.run.as_deref())?;
    for recorded in past
        .journal()?
        .events(&run.id)
        .map_err(run_history::stop_of_journal_error)?
    {
        let mut line = stream::event_object(&recorded.event)?;
        line.insert("seq".to_owned(), recorded.seq.into());
        line.insert("at_ms".to_owned(), recorded.at_ms.into());
        line.insert(
            "at".to_owned(),
            journal::written_time(recorded.at_ms).into(),
        );
        printer::print_json(&format!("{}\n", serde_json::Value::Object(line)))?;
    }
    Ok(Exit::Complete)
}
