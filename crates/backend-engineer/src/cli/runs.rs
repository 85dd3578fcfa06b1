//! `runs`: the runs of a repository, newest first.

use clap::Args;
use journal::{RunState, RunSummary};
use serde_json::{Value, json};

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::colour::Palette;
use crate::cli::printer::{self, Stream, one_line};
use crate::cli::run_history::RunHistory;
use crate::stop::{Exit, Stop};

/// List the runs of a repository, newest first
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    #[command(flatten)]
    root: RootArgument,

    /// Show only the newest N
    #[arg(short = 'n', long = "last", value_name = "N")]
    last: Option<usize>,

    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run_runs(arguments: &RunsArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let mut runs = past.runs()?;
    runs.truncate(arguments.last.unwrap_or(usize::MAX));
    if arguments.json {
        let all: Vec<Value> = runs.iter().map(run_as_json).collect();
        printer::print_json(&format!("{:#}\n", Value::Array(all)))?;
        return Ok(Exit::Complete);
    }
    if runs.is_empty() {
        printer::print_to_stderr(&format!(
            "no run is recorded for {} yet\n",
            past.root.display()
        ));
    }
    let palette = globals.palette(Stream::Output);
    let lines: Vec<String> = runs.iter().map(|run| format_run(run, palette)).collect();
    printer::print_to_stdout(&lines.concat())?;
    Ok(Exit::Complete)
}

/// Returns how far a run came, in words; the heading of its report where it has one.
pub(super) fn describe_outcome(run: &RunSummary) -> String {
    match (run.state, &run.heading) {
        (RunState::Running, _) => "at work now".to_owned(),
        (RunState::Interrupted, _) => "interrupted".to_owned(),
        (RunState::Finished, Some(heading)) => one_line(heading),
        (RunState::Finished, None) => "finished".to_owned(),
    }
}

fn format_run(run: &RunSummary, palette: Palette) -> String {
    let outcome = format!("{:<26}", describe_outcome(run));
    let outcome = match (run.state, run.exit) {
        (RunState::Finished, Some(0)) => palette.green(&outcome),
        (RunState::Running, _) => palette.cyan(&outcome),
        _ => palette.yellow(&outcome),
    };
    let phases: Vec<String> = run
        .start
        .phases
        .iter()
        .map(|phase| one_line(phase))
        .collect();
    let mut remarks = Vec::new();
    if run.start.dry_run {
        remarks.push("dry run".to_owned());
    }
    if let Some(later) = &run.undone_by {
        remarks.push(format!("undone by {later}"));
    }
    let remarks = if remarks.is_empty() {
        String::new()
    } else {
        format!("  ({})", remarks.join(", "))
    };
    let what = format!("{} {}", one_line(&run.start.plan), phases.join(", "));
    format!(
        "{}  {outcome} {}{}\n",
        palette.bold(run.id.as_str()),
        what.trim(),
        palette.faint(&remarks)
    )
}

/// Returns a run as programs read it.
pub(super) fn run_as_json(run: &RunSummary) -> Value {
    json!({
        "run": run.id,
        "state": match run.state {
            RunState::Running => "running",
            RunState::Finished => "finished",
            RunState::Interrupted => "interrupted",
        },
        "plan": run.start.plan,
        "phases": run.start.phases,
        "root": run.start.root,
        "arguments": run.start.argv,
        "version": run.start.version,
        "dry_run": run.start.dry_run,
        "started_ms": run.started_ms,
        "finished_ms": run.finished_ms,
        "exit": run.exit,
        "heading": run.heading,
        "undoes": run.undoes,
        "undone_by": run.undone_by,
    })
}
