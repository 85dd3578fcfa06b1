//! `accept`: a person says that an item of the plan is done, and its box is ticked.

use std::path::PathBuf;

use clap::Args;
use journal::Event;
use plan::{Checkbox, CheckboxId, Mark, Plan, State};

use crate::cli::arguments::{RootArgument, Selection};
use crate::cli::printer::{self, visible};
use crate::cli::{Globals, units};
use crate::run::{RunContext, RunOptions, RunRequest};
use crate::settings::{Flags, Settings};
use crate::stop::{Exit, Stop};
use crate::understand::{load_plan, root_of};
use crate::verify::{Marked, mark};

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
pub(crate) fn run(arguments: &AcceptArguments, _globals: &Globals) -> Result<Exit, Stop> {
    let loaded = load_plan(&arguments.plan)?;
    let root = root_of(&loaded.path, arguments.root.root.as_deref())?;
    let (id, line, text) = find(&loaded.plan, &loaded.name, arguments)?;
    let settings = Settings::load(&root, &Flags::default())?;
    let run = RunContext::open(loaded, &root, settings, RunRequest::reading(RunOptions::default()))?;
    let Marked { found, failures } = mark(&run, &[id], Mark::Ticked)?;
    let by = arguments.by.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "a person".to_owned());
    let exit = if found.is_empty() { Exit::Refused } else { Exit::Complete };
    if !found.is_empty() {
        let said = arguments.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        run.emit(Event::Note { text: format!("{by} accepted line {line}, \"{text}\"{said}") })?;
        run.emit(Event::Ticked { line, text: text.clone() })?;
        printer::print(&visible(&format!("Accepted by {by}: {text} (line {line})\n")))?;
    }
    run.recorder.finish(exit.code(), "Accepted")?;
    if exit == Exit::Complete {
        Ok(exit)
    } else {
        Err(Stop::refused(failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
    }
}

/// The one open box that is meant.
fn find(plan: &Plan, name: &str, arguments: &AcceptArguments) -> Result<(CheckboxId, usize, String), Stop> {
    let within = match &arguments.phase {
        Some(phase) => {
            let selection = Selection { phases: vec![phase.clone()], all: false };
            Some(units::choose(plan, name, &selection)?)
        }
        None => None,
    };
    let line_of = |found: &Checkbox| plan.place(found.span.start).line;
    let meant = |found: &&Checkbox| match arguments.item.parse::<usize>() {
        Ok(line) => line_of(found) == line,
        Err(_) => found.text.to_lowercase().contains(&arguments.item.to_lowercase()),
    };
    let inside = |found: &&Checkbox| {
        within.as_ref().is_none_or(|ids| {
            let mut unit = found.phase;
            while let Some(id) = unit {
                if ids.contains(&id) {
                    return true;
                }
                unit = plan.parent(id).map(|parent| parent.id);
            }
            false
        })
    };
    let found: Vec<&Checkbox> = plan.checkboxes().iter().filter(meant).filter(inside).collect();
    match found.as_slice() {
        [only] if only.state == State::Done => {
            Err(Stop::usage(format!("{name}:{}: the box is ticked already", line_of(only))))
        }
        [only] => Ok((only.id, line_of(only), only.text.clone())),
        [] => Err(Stop::usage(format!("{name}: no box reads `{}`", arguments.item))
            .hint("Give a part of its text, or the number of its line.")),
        several => {
            let places: Vec<String> =
                several.iter().take(6).map(|found| format!("line {}: {}", line_of(found), found.text)).collect();
            Err(Stop::usage(format!(
                "{name}: `{}` fits {} boxes:\n{}",
                arguments.item,
                several.len(),
                places.join("\n")
            ))
            .hint("Give the number of its line."))
        }
    }
}
