//! `accept`: a person says that an item of the plan is done, and its box is ticked; or settles all sentences of a phase
//! that the last run left unproven.
//!
//! `accept plan.md "looks right on mobile"` → the one box with these words is ticked, with who said
//! so in the journal. `accept plan.md --phase 2` → the sentences that the last run on phase 2 could
//! not prove are remembered by their text, so that later runs take them for done.

use std::path::{Path, PathBuf};

use clap::Args;
use journal::Event;
use plan::{Checkbox, CheckboxId, Mark, PhaseId, Plan, State};

use crate::cli::arguments::{RootArgument, Selection};
use crate::cli::printer::{self, escape_control_characters};
use crate::cli::{Globals, units};
use crate::evidence;
use crate::run::{RunContext, RunOptions, RunRequest};
use crate::settings::{Flags, Settings};
use crate::stop::{Exit, Stop};
use crate::understand::{LoadedPlan, load_plan, root_of};
use crate::verify::{MarkResult, mark_boxes};

/// Tick an item that only a person can judge, or settle a phase's unproven sentences, and record who said so
#[derive(Debug, Args)]
pub(crate) struct AcceptArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    /// The item: part of its text, or the number of its line in the plan
    #[arg(value_name = "ITEM", required_unless_present = "phase")]
    pub(crate) item: Option<String>,

    /// The phase that the item belongs to; without an item, all sentences of it that the last run left unproven are
    /// accepted, and remembered by their text
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
pub(crate) fn run_accept(arguments: &AcceptArguments, _globals: &Globals) -> Result<Exit, Stop> {
    let loaded = load_plan(&arguments.plan)?;
    let root = root_of(&loaded.path, arguments.root.root.as_deref())?;
    let settings = Settings::load(&root, &Flags::default())?;
    let Some(item) = &arguments.item else {
        return accept_sentences(arguments, loaded, &root, settings);
    };
    let (id, line, text) = find_open_box(&loaded.plan, &loaded.name, item, arguments)?;
    let run = RunContext::open(
        loaded,
        &root,
        settings,
        RunRequest::reading(RunOptions::default()),
    )?;
    let MarkResult { found, failures } = mark_boxes(&run, &[id], Mark::Ticked)?;
    let by = name_of_person(arguments);
    let exit = if found.is_empty() {
        Exit::Refused
    } else {
        Exit::Complete
        // Recorded only for what was ticked: the plan may have been changed on the way.
    };
    if !found.is_empty() {
        let said = arguments
            .note
            .as_deref()
            .map(|note| format!(": {note}"))
            .unwrap_or_default();
        run.emit(Event::Note {
            text: format!("{by} accepted line {line}, \"{text}\"{said}"),
        })?;
        run.emit(Event::Ticked {
            line,
            text: text.clone(),
        })?;
        printer::print_to_stdout(&escape_control_characters(&format!(
            "Accepted by {by}: {text} (line {line})\n"
        )))?;
    }
    run.recorder.finish(exit.code(), "Accepted")?;
    if exit == Exit::Complete {
        Ok(exit)
    } else {
        Err(Stop::refused(
            failures
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
        ))
    }
}

/// Returns who accepts: as named, else the login's name, else nobody in particular.
fn name_of_person(arguments: &AcceptArguments) -> String {
    arguments
        .by
        .clone()
        .or_else(|| std::env::var("USER").ok())
        .unwrap_or_else(|| "a person".to_owned())
}

/// Settles the sentences that the last run on a phase left unproven.
///
/// Fails where there are none, since an empty acceptance would look like one.
fn accept_sentences(
    arguments: &AcceptArguments,
    loaded: LoadedPlan,
    root: &Path,
    settings: Settings,
) -> Result<Exit, Stop> {
    let phases = arguments.phase.iter().cloned().collect();
    let units = units::choose_units(
        &loaded.plan,
        &loaded.name,
        &Selection { phases, all: false },
    )?;
    let run = RunContext::open(
        loaded,
        root,
        settings,
        RunRequest::reading(RunOptions::default()),
    )?;
    let found = unproven_sentences(&run, &units)?;
    let by = name_of_person(arguments);
    let exit = if found.is_empty() {
        Exit::Usage
    } else {
        Exit::Complete
    };
    for (unit, line, text) in &found {
        let (unit, line) = (unit.clone(), *line);
        run.emit(Event::SentenceAccepted {
            unit,
            line,
            text: text.clone(),
            by: by.clone(),
            note: arguments.note.clone(),
        })?;
        let note = arguments
            .note
            .as_deref()
            .map(|note| format!(": {note}"))
            .unwrap_or_default();
        printer::print_to_stdout(&escape_control_characters(&format!(
            "Accepted by {by}: {text} (line {line}){note}\n"
        )))?;
    }
    run.recorder.finish(exit.code(), "Accepted")?;
    match found.is_empty() {
        true => Err(
            Stop::usage("the last run on this phase left no sentence unproven")
                .hint("Run `implement` or `verify` first; name an item to tick its box."),
        ),
        false => Ok(exit),
    }
}

/// Units within a chosen one are looked at too, since their sentences are part of its own.
/// Returns the sentences of the chosen units that their last runs left unproven: unit, line and text.
fn unproven_sentences(
    run: &RunContext,
    chosen: &[PhaseId],
) -> Result<Vec<(journal::UnitName, usize, String)>, Stop> {
    let mut found = Vec::new();
    for unit in run.plan.all() {
        if !chosen
            .iter()
            .any(|chosen| is_within(&run.plan, unit.id, *chosen))
        {
            continue;
        }
        let name = evidence::unit_name(run, unit);
        let unproven = run.recorder.unproven(&run.plan_name, &name)?;
        found.extend(
            unproven
                .into_iter()
                .map(|(line, text)| (name.clone(), line, text)),
        );
    }
    Ok(found)
}

/// Returns whether a unit is another one or nested in it.
fn is_within(plan: &Plan, unit: PhaseId, outer: PhaseId) -> bool {
    let mut current = Some(unit);
    while let Some(id) = current {
        if id == outer {
            return true;
        }
        current = plan.parent(id).map(|parent| parent.id);
    }
    false
}

/// Returns the one open box that is meant.
///
/// By the number of its line, or by a part of its text in any case of letters. Several that fit are
/// listed with their lines; one that is ticked already is an error, as there is nothing to accept.
fn find_open_box(
    plan: &Plan,
    name: &str,
    item: &str,
    arguments: &AcceptArguments,
) -> Result<(CheckboxId, usize, String), Stop> {
    let within = match &arguments.phase {
        Some(phase) => {
            let selection = Selection {
                phases: vec![phase.clone()],
                all: false,
            };
            Some(units::choose_units(plan, name, &selection)?)
        }
        None => None,
    };
    let line_of = |found: &Checkbox| plan.location(found.span.start).line;
    let meant = |found: &&Checkbox| match item.parse::<usize>() {
        Ok(line) => line_of(found) == line,
        Err(_) => found.text.to_lowercase().contains(&item.to_lowercase()),
    };
    let inside = |found: &&Checkbox| {
        within.as_ref().is_none_or(|ids| {
            let unit = found.phase;
            unit.is_some_and(|unit| ids.iter().any(|id| is_within(plan, unit, *id)))
        })
    };
    let found: Vec<&Checkbox> = plan
        .checkboxes()
        .iter()
        .filter(meant)
        .filter(inside)
        .collect();
    match found.as_slice() {
        [only] if only.state == State::Done => Err(Stop::usage(format!(
            "{name}:{}: the box is ticked already",
            line_of(only)
        ))),
        [only] => Ok((only.id, line_of(only), only.text.clone())),
        [] => Err(Stop::usage(format!("{name}: no box reads `{item}`"))
            .hint("Give a part of its text, or the number of its line.")),
        several => {
            let places: Vec<String> = several
                .iter()
                .take(6)
                .map(|found| format!("line {}: {}", line_of(found), found.text))
                .collect();
            Err(Stop::usage(format!(
                "{name}: `{item}` fits {} boxes:\n{}",
                several.len(),
                places.join("\n")
            ))
            .hint("Give the number of its line."))
        }
    }
}
