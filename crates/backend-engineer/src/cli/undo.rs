//! `undo`: brings back every file that a run wrote, byte for byte.

use clap::Args;
use journal::{Event, UndoError, Undone};

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, Stream, one_line};
use crate::cli::run_history::{self, RunHistory};
use crate::stop::{Exit, Stop};
use crate::verify::write_outside;

/// Bring back what was there before a run, every byte and mode
///
/// Refuses where a file was changed since. The undo is a run itself: undoing it brings the change back.
#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest that wrote something]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// Also over files that were changed since; what stands there is kept in the journal
    #[arg(long)]
    force: bool,
}

/// Runs the subcommand.
pub(crate) fn run_undo(arguments: &UndoArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let run = match &arguments.run {
        Some(wanted) => past.find_run(Some(wanted))?,
        None => past.newest_change()?,
    };
    let done = journal::undo_run(past.journal()?, &past.root, &run.id, arguments.force)
        .map_err(stop_of_undo_error)?;
    let palette = globals.palette(Stream::Output);
    let told = |word: &str, path: &str| {
        format!(
            "{} {}\n",
            palette.green(&format!("{word:>12}")),
            one_line(path)
        )
    };
    let mut text: String = done
        .restored
        .iter()
        .map(|path| told("restored", path))
        .collect();
    text.extend(
        done.removed
            .iter()
            .chain(&done.folders_removed)
            .map(|path| told("removed", path)),
    );
    for (path, why) in &done.kept {
        text += &format!(
            "{} {}: {}\n",
            palette.yellow(&format!("{:>12}", "left")),
            one_line(path),
            one_line(why)
        );
    }
    text +=
        &untick_outside_plan(&past, &run)?.map_or_else(String::new, |line| told("unticked", &line));
    text += &describe_undone(&run.id, &done);
    printer::print_to_stdout(&text)?;
    Ok(if done.kept.is_empty() {
        Exit::Complete
    } else {
        Exit::Incomplete
    })
}

/// Opens the boxes again that a run ticked in a plan outside of the repository, which no journal of it holds.
fn untick_outside_plan(
    past: &RunHistory,
    run: &journal::RunSummary,
) -> Result<Option<String>, Stop> {
    let path = past.root.join(&run.start.plan);
    if path.starts_with(&past.root) && !run.start.plan.starts_with("..") {
        return Ok(None);
    }
    let ticked: Vec<(usize, String)> = past
        .journal()?
        .events(&run.id)
        .map_err(run_history::stop_of_journal_error)?
        .into_iter()
        .filter_map(|recorded| match recorded.event {
            Event::Ticked { line, text } => Some((line, text)),
            _ => None,
        })
        .collect();
    let Some(text) = crate::facts::read_text(&path) else {
        return Ok(None);
    };
    let wanted: Vec<plan::Ticking> = ticked
        .into_iter()
        .map(|(line, text)| plan::Ticking {
            text,
            line,
            to: plan::Mark::Open,
            heading: String::new(),
        })
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let left = |why: &str| Ok(Some(format!("not {}: {why}", run.start.plan)));
    let Ok(open) = plan::tick(&text, &wanted) else {
        return left("its boxes have changed since");
    };
    match write_outside(&path, open) {
        Ok(()) => Ok(Some(format!("{} ({} boxes)", run.start.plan, wanted.len()))),
        Err(why) => left(&why),
    }
}

fn describe_undone(run: &journal::RunId, done: &Undone) -> String {
    let nothing =
        done.restored.is_empty() && done.removed.is_empty() && done.folders_removed.is_empty();
    if nothing && done.kept.is_empty() {
        return format!("Run {run} left nothing that still stands.\n");
    }
    format!(
        "Run {run} is undone, by run {}; undo that one to bring the change back.\n",
        done.run
    )
}

fn stop_of_undo_error(error: UndoError) -> Stop {
    match error {
        UndoError::Newer { .. } | UndoError::BuiltUpon { .. } => Stop::refused(error.to_string()),
        UndoError::File { .. } => Stop::environment(error.to_string()),
        UndoError::Journal(error) => run_history::stop_of_journal_error(error),
    }
}
