//! `show`: what one run did, event by event, and the output of its commands.

use std::time::Duration;

use clap::Args;
use journal::{Event, OutputId, Recorded, RunState, RunSummary};
use serde_json::json;

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::colour::Palette;
use crate::cli::event_line;
use crate::cli::printer::{self, Stream, escape_control_characters, one_line};
use crate::cli::run_history::{self, RunHistory};
use crate::cli::runs;
use crate::stop::{Exit, Stop};

/// Show what a run did, step by step
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// Print output number N as the command wrote it: whole, or the first and last 4 MiB of a longer one
    #[arg(long, value_name = "N", conflicts_with = "json")]
    output: Option<u64>,

    /// Print the run and its events as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run_show(arguments: &ShowArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let run = past.find_run(arguments.run.as_deref())?;
    let events = past
        .journal()?
        .events(&run.id)
        .map_err(run_history::stop_of_journal_error)?;
    if let Some(number) = arguments.output {
        return print_output(&past, &run, &events, OutputId(number));
    }
    if arguments.json {
        let events: Vec<_> = events
            .iter()
            .map(|recorded| json!({ "seq": recorded.seq, "at_ms": recorded.at_ms, "event": recorded.event }))
            .collect();
        let mut whole = runs::run_as_json(&run);
        whole["events"] = events.into();
        printer::print_json(&format!("{whole:#}\n"))?;
        return Ok(Exit::Complete);
    }
    printer::print_to_stdout(&in_words(&run, &events, globals.palette(Stream::Output)))?;
    Ok(Exit::Complete)
}

/// Prints an output of the run: byte for byte into a file or another program, tamed on a terminal.
fn print_output(
    past: &RunHistory,
    run: &RunSummary,
    events: &[Recorded],
    id: OutputId,
) -> Result<Exit, Stop> {
    let known = |recorded: &Recorded| match &recorded.event {
        Event::CommandFinished { output, .. } => *output == Some(id),
        Event::ToolFinished { details, .. } => details["output"].as_u64() == Some(id.0),
        _ => false,
    };
    if !events.iter().any(known) {
        return Err(Stop::usage(format!("run {} kept no output number {id}", run.id)).hint(format!(
            "`backend-engineer show {}` names those of commands that did not pass, with --json all.",
            run.id
        )));
    }
    let bytes = past
        .journal()?
        .output(id)
        .map_err(run_history::stop_of_journal_error)?;
    if Stream::Output.is_terminal() {
        printer::print_to_stdout(&escape_control_characters(&String::from_utf8_lossy(&bytes)))?;
    } else {
        printer::print_bytes(&bytes)?;
    }
    Ok(Exit::Complete)
}

fn in_words(run: &RunSummary, events: &[Recorded], palette: Palette) -> String {
    let mut text = format!(
        "{}  {}\n",
        palette.bold(run.id.as_str()),
        runs::describe_outcome(run)
    );
    for (name, value) in facts_of_run(run) {
        if !value.is_empty() {
            text += &format!("{} {value}\n", palette.faint(&format!("{name:>12}")));
        }
    }
    text.push('\n');
    let told = |event: &Event| matches!(event, Event::RunStarted { .. });
    for recorded in events
        .iter()
        .filter(|recorded| !told(&recorded.event) && !is_a_beginning(recorded, events))
    {
        if let Some(line) = event_line::format_event(&recorded.event, palette) {
            text += line.trim_end();
            text += &step_time(recorded, events)
                .map(|time| format!(" {}", palette.faint(&time)))
                .unwrap_or_default();
            text.push('\n');
        }
    }
    if run.state == RunState::Interrupted {
        text += &format!(
            "\nIt ended before its work did. `backend-engineer resume {0}` goes on with it, \
             `backend-engineer undo {0}` takes back what it wrote.\n",
            run.id
        );
    }
    text
}

/// Returns the facts about a run with their names; empty where there is none.
fn facts_of_run(run: &RunSummary) -> [(&'static str, String); 6] {
    let arguments: Vec<String> = run
        .start
        .argv
        .iter()
        .map(|argument| one_line(argument))
        .collect();
    [
        (
            "plan",
            format!(
                "{} {}",
                one_line(&run.start.plan),
                one_line(&run.start.phases.join(", "))
            )
            .trim()
            .to_owned(),
        ),
        ("command", arguments.join(" ")),
        ("repository", one_line(&run.start.root)),
        ("version", one_line(&run.start.version)),
        (
            "undoes",
            run.undoes
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
        (
            "undone by",
            run.undone_by
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    ]
}

/// Returns how long the step took that `recorded` begins: until the next one begins, or the run's last word.
fn step_time(recorded: &Recorded, events: &[Recorded]) -> Option<String> {
    let begins = |event: &Event| matches!(event, Event::StepStarted { .. });
    if !begins(&recorded.event) {
        return None;
    }
    let mut later = events.iter().filter(|later| later.seq > recorded.seq);
    let end = later
        .clone()
        .find(|later| begins(&later.event))
        .or_else(|| later.next_back())?;
    Some(event_line::format_duration(Duration::from_millis(
        end.at_ms.saturating_sub(recorded.at_ms),
    )))
}

/// Returns whether a later event tells how this command ended, so that its beginning need not be told.
fn is_a_beginning(recorded: &Recorded, events: &[Recorded]) -> bool {
    let Event::CommandStarted {
        command, folder, ..
    } = &recorded.event
    else {
        return false;
    };
    events
        .iter()
        .filter(|later| later.seq > recorded.seq)
        .any(|later| match &later.event {
            Event::CommandFinished {
                command: ended,
                folder: place,
                ..
            }
            | Event::ServerStarted {
                command: ended,
                folder: place,
            } => ended == command && place == folder,
            _ => false,
        })
}
