//! `report`: what a run reported, once more.

use clap::Args;
use journal::{Event, RunSummary};
use serde_json::{Value, json};

use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, escape_control_characters};
use crate::cli::run_history::{self, RunHistory};
use crate::cli::{Globals, current};
use crate::stop::{Exit, Stop};

/// Print the report of a run once more
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest with a report]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// Print it as JSON (schemas/report.json)
    #[arg(long)]
    json: bool,
}

/// The report of a run on one unit.
#[derive(Debug, Clone)]
pub(super) struct Reported {
    /// For people.
    pub(super) markdown: String,
    /// For machines.
    pub(super) report: Value,
}

/// Runs the subcommand.
pub(crate) fn run_report(arguments: &ReportArguments, _: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let (run, units) = find_reported_run(&past, arguments.run.as_deref())?;
    if arguments.json {
        let phases: Vec<Value> = units.into_iter().map(|unit| unit.report).collect();
        let whole = json!({ "version": 1, "run": run.id, "exit": run.exit, "phases": phases, "stop": null, "diff": null });
        printer::print_json(&format!("{whole:#}\n"))?;
    } else {
        let texts: Vec<String> = units
            .iter()
            .map(|unit| escape_control_characters(&unit.markdown))
            .collect();
        printer::print_to_stdout(&texts.join("\n"))?;
        if run.exit == Some(0) && !current::is_current(&past, &run)? {
            printer::print_to_stderr(
                "note: plan or tree have changed since this run; `verify` says what holds now\n",
            );
        }
    }
    Ok(Exit::Complete)
}

/// Returns the run of that name, else the newest with a report, and what it reported.
pub(super) fn find_reported_run(
    past: &RunHistory,
    wanted: Option<&str>,
) -> Result<(RunSummary, Vec<Reported>), Stop> {
    if let Some(wanted) = wanted {
        let run = past.find_run(Some(wanted))?;
        let units = read_reports_of_run(past, &run)?;
        return match units.is_empty() {
            false => Ok((run, units)),
            true => Err(Stop::usage(format!(
                "run {} ended before it reported on a phase",
                run.id
            ))
            .hint(format!(
                "`backend-engineer show {}` tells what it did.",
                run.id
            ))),
        };
    }
    for run in past
        .journal()?
        .runs()
        .map_err(run_history::stop_of_journal_error)?
    {
        let units = read_reports_of_run(past, &run)?;
        if !units.is_empty() {
            return Ok((run, units));
        }
    }
    Err(
        Stop::usage("no run of this repository reported on a phase yet")
            .hint("`backend-engineer runs` lists them."),
    )
}

/// Returns what a run reported, the last report of each unit, in the order in which they were worked on.
pub(super) fn read_reports_of_run(
    past: &RunHistory,
    run: &RunSummary,
) -> Result<Vec<Reported>, Stop> {
    let mut units: Vec<(String, Reported)> = Vec::new();
    for recorded in past
        .journal()?
        .events(&run.id)
        .map_err(run_history::stop_of_journal_error)?
    {
        let Event::UnitReported {
            label,
            markdown,
            report,
        } = recorded.event
        else {
            continue;
        };
        // A run that went on reports on its unit again.
        units.retain(|(known, _)| *known != label);
        units.push((label, Reported { markdown, report }));
    }
    Ok(units.into_iter().map(|(_, unit)| unit).collect())
}
