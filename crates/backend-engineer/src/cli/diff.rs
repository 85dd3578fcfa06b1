//! `diff`: what a run did to the files, as a patch.

use clap::Args;
use journal::{Journal, Original, RunSummary, Written};

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::patch::{PatchSide, render_patch, style_patch};
use crate::cli::printer::{self, Stream, escape_control_characters};
use crate::cli::run_history::{self, RunHistory};
use crate::stop::{Exit, Stop};

/// Show what a run did to the files, as a unified diff
///
/// The output is a patch that `git apply` reads; `git apply -R` takes it.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest that wrote something]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// Compare with what stands in the tree now, instead of with what the run left
    #[arg(long)]
    now: bool,
}

/// Runs the subcommand.
pub(crate) fn run_diff(arguments: &DiffArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let run = match &arguments.run {
        Some(wanted) => past.find_run(Some(wanted))?,
        None => past.newest_change()?,
    };
    let palette = globals.palette(Stream::Output);
    let text = patch_of_run(&past, &run, arguments.now)?;
    if text.is_empty() {
        printer::print_to_stderr(&no_change_message(&run, arguments.now));
    }
    let steers = Stream::Output.is_terminal() && !palette.on;
    printer::print_to_stdout(&if steers {
        escape_control_characters(&text)
    } else {
        style_patch(&text, palette)
    })?;
    Ok(Exit::Complete)
}

/// Returns what a run did to the files as a patch, or with `to_now`, what leads to what stands in the tree.
pub(super) fn patch_of_run(
    past: &RunHistory,
    run: &RunSummary,
    to_now: bool,
) -> Result<String, Stop> {
    let journal = past.journal()?;
    let left = journal
        .written(&run.id)
        .map_err(run_history::stop_of_journal_error)?;
    let mut text = String::new();
    for original in journal
        .originals(&run.id)
        .map_err(run_history::stop_of_journal_error)?
    {
        let after = if to_now {
            read_current_side(past, &original.path)?
        } else {
            let Some(written) = left.iter().find(|written| written.path == original.path) else {
                continue;
            };
            what_it_left(journal, written)?
        };
        text += &render_patch(&original.path, &side_of_original(&original), &after);
    }
    Ok(text)
}

fn no_change_message(run: &RunSummary, now: bool) -> String {
    let so = if now {
        "the files stand as they did before it"
    } else {
        "it changed no file"
    };
    format!("run {}: {so}\n", run.id)
}

fn side_of_original(state: &Original) -> PatchSide {
    match (&state.content, &state.link) {
        (Some(content), _) => PatchSide::File(content.clone(), state.mode),
        (None, Some(target)) => PatchSide::Link(target.clone()),
        (None, None) => PatchSide::Nothing,
    }
}

fn what_it_left(journal: &Journal, written: &Written) -> Result<PatchSide, Stop> {
    Ok(match (&written.hash, &written.link) {
        (_, Some(target)) => PatchSide::Link(target.clone()),
        (Some(hash), None) => PatchSide::File(
            journal
                .content(hash)
                .map_err(run_history::stop_of_journal_error)?,
            written.mode,
        ),
        (None, None) => PatchSide::Nothing,
    })
}

fn read_current_side(past: &RunHistory, path: &str) -> Result<PatchSide, Stop> {
    let found = Original::read(&past.root, path)
        .map_err(|error| Stop::environment(format!("`{path}` can't be read: {error}")))?;
    Ok(side_of_original(&found))
}
