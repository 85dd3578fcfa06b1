//! `verify --ci`: checks the ticked boxes of a plan again on the checkout that it is started in, and changes nothing: for
//! whoever looks at a pull request.
//!
//! | a ticked box | state | exit |
//! |---|---|---|
//! | its command passes | holds | 0 |
//! | its command fails | broken | check failed |
//! | its command can't be run here | not checked | unproven |
//! | no command decides it | not decided | 0 |
//! | it is in no unit | not checked, or not decided | unproven, or 0 |
//!
//! The outcome goes to the output, to the summary of the step where GitHub names a file for it, and
//! as annotations on the plan's lines.

use std::fs::OpenOptions;
use std::io::Write as _;

use plan::{PhaseId, Plan, State};
use sandbox::git;
use serde_json::{Value, json};

use super::VerifyArguments;
use crate::cli::check::workflow_command;
use crate::cli::printer::{self, escape_control_characters};
use crate::cli::timings::Timings;
use crate::cli::work::{Job, JobResults, run_job_unprinted};
use crate::cli::{Globals, units};
use crate::report::{Rechecked, RecheckedState};
use crate::run::RunOptions;
use crate::stop::{Exit, Severity, Stop};
use crate::understand::{load_plan, root_of};

/// The number of the JSON form; a change that breaks readers counts it up.
const VERSION: u32 = 1;

/// The file that GitHub shows as the summary of a step.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// The plan and the state of the checkout that are verified.
struct Checkout {
    plan: String,
    commit: Option<String>,
    /// Files that differ from the commit, the plan left out.
    changed: usize,
}

/// The result of all boxes.
struct Outcome {
    checkout: Checkout,
    boxes: Vec<Rechecked>,
    stop: Option<Stop>,
    exit: Exit,
}

/// Checks again and prints what came of it.
pub(super) fn run_verify_ci(arguments: &VerifyArguments, globals: &Globals) -> Result<Exit, Stop> {
    let loaded = load_plan(&arguments.phase.plan)?;
    let root = root_of(&loaded.path, arguments.phase.root.root.as_deref())?;
    // Without a choice every unit with a ticked box is checked, and no other: there is nothing to
    // check again in them.
    let selection = &arguments.phase.selection;
    let chosen = match selection.phases.is_empty() && !selection.all {
        true => with_ticked_boxes(&loaded.plan),
        false => units::choose_units(&loaded.plan, &loaded.name, selection)?,
    };
    let inside = loaded
        .path
        .strip_prefix(&root)
        .map(|inside| inside.display().to_string());
    let plan = inside.unwrap_or_else(|_| loaded.name.clone());
    let (commit, changed) = state_of_tree(&root, &plan);
    // One that names its units asks for these alone.
    let outside = if selection.phases.is_empty() {
        outside_of_units(&loaded.plan)
    } else {
        Vec::new()
    };
    let results = match chosen.is_empty() {
        // A plan without ticked boxes needs no sandbox.
        true => JobResults::default(),
        false => {
            let options = RunOptions {
                // A pull request's plan may not be approved yet, and this changes nothing.
                approve: true,
                recheck: true,
                ..RunOptions::default()
            };
            let flags = arguments.phase.sandbox_options.flags();
            let asked = &arguments.phase;
            let timings = Timings::start();
            let mut job = Job {
                asked,
                flags,
                options,
                model: None,
                resumed: None,
                chosen: Some(chosen),
                timings,
            };
            run_job_unprinted(&mut job, loaded, globals)
        }
    };
    let outcome = collect_outcome(
        Checkout {
            plan,
            commit,
            changed,
        },
        outside,
        results,
    );
    print_outcome(&outcome, arguments.phase.json)?;
    Ok(outcome.exit)
}

/// Returns the units in which boxes are ticked.
fn with_ticked_boxes(plan: &Plan) -> Vec<PhaseId> {
    let boxes = plan
        .checkboxes()
        .iter()
        .filter(|found| found.state == State::Done);
    let mut owners: Vec<PhaseId> = boxes.filter_map(|found| found.phase).collect();
    owners.sort_by_key(|id| id.0);
    owners.dedup();
    owners
}

/// Returns the commit of the checkout, and how many files differ from it; the plan itself does not
/// count, since ticking it is what a run does. A folder that is no repository has neither.
fn state_of_tree(root: &std::path::Path, plan: &str) -> (Option<String>, usize) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return (None, 0);
    };
    runtime.block_on(async {
        let commit = git::read_head(root).await.ok().flatten();
        let changed = git::read_status::<&str>(root, &[])
            .await
            .unwrap_or_default();
        (
            commit,
            changed.iter().filter(|one| one.path != plan).count(),
        )
    })
}

/// Returns the ticked boxes of the whole plan, which stand in no unit: no run checks these.
///
/// One with a command could be checked, and is not: that is told apart from one without.
fn outside_of_units(plan: &Plan) -> Vec<Rechecked> {
    let ticked = plan
        .checkboxes()
        .iter()
        .filter(|found| found.state == State::Done && found.phase.is_none());
    let one = |found: &plan::Checkbox| {
        let criterion = plan
            .criteria()
            .iter()
            .find(|criterion| criterion.checkbox == Some(found.id));
        let commands = criterion
            .into_iter()
            .flat_map(|it| &it.commands)
            .filter_map(|at| plan.commands().get(*at));
        let commands: Vec<String> = commands.map(|command| command.text.clone()).collect();
        let (state, why) = match commands.is_empty() {
            true => (RecheckedState::NotDecided, "it stands in no unit"),
            false => (
                RecheckedState::NotChecked,
                "it stands in no unit, and only a unit's checks are run",
            ),
        };
        Rechecked {
            unit: String::new(),
            line: plan.location(found.span.start).line,
            text: found.text.clone(),
            state,
            why: why.to_owned(),
            commands,
        }
    };
    ticked.map(one).collect()
}

/// Puts together what units and boxes outside of them gave, each line of the plan once.
fn collect_outcome(checkout: Checkout, outside: Vec<Rechecked>, results: JobResults) -> Outcome {
    let of_units = results
        .reports
        .into_iter()
        .flat_map(|report| report.rechecked);
    let mut boxes: Vec<Rechecked> = of_units.chain(outside).collect();
    // Sorted by state within a line: the worst comes first, and is the one that stays.
    // A unit that holds another one looks at its boxes as well; what is worst of a box counts.
    boxes.sort_by_key(|found| (found.line, found.state));
    boxes.dedup_by_key(|found| found.line);
    // A stop comes before what the boxes say, as some of them were then not looked at.
    let any = |state| boxes.iter().any(|found| found.state == state);
    let of_boxes = match () {
        () if any(RecheckedState::Broken) => Exit::CheckFailed,
        () if any(RecheckedState::NotChecked) => Exit::Unproven,
        () => Exit::Complete,
    };
    let exit = Exit::first(results.stop.iter().map(|stop| stop.exit).chain([of_boxes]));
    Outcome {
        checkout,
        boxes,
        stop: results.stop,
        exit,
    }
}

/// Prints the outcome, adds it to the step's summary, and points at what no longer holds.
fn print_outcome(outcome: &Outcome, as_json: bool) -> Result<(), Stop> {
    let data = as_value(outcome);
    let summary = render_summary(outcome, &data);
    match as_json {
        true => printer::print_json(&format!("{data:#}\n"))?,
        false => printer::print_to_stdout(&escape_control_characters(&summary))?,
    }
    // Appended: other commands of the same step may have written there.
    if let Some(file) = std::env::var_os(SUMMARY).filter(|file| !file.is_empty()) {
        let written = OpenOptions::new().append(true).create(true).open(&file);
        let written = written.and_then(|mut file| file.write_all(summary.as_bytes()));
        written.map_err(|error| {
            Stop::environment(format!("the step's summary can't be written: {error}"))
        })?;
    }
    // Outside of a workflow these lines would only be noise.
    if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
        for found in &outcome.boxes {
            let (severity, title) = match found.state {
                RecheckedState::Broken => (Severity::Error, "no-longer-holds"),
                RecheckedState::NotChecked => (Severity::Warning, "not-checked"),
                RecheckedState::Holds | RecheckedState::NotDecided => continue,
            };
            let message = format!("{}: {}", found.text, found.why);
            printer::print_to_stderr(&workflow_command(
                severity,
                (&outcome.checkout.plan, found.line, 1),
                title,
                &message,
            ));
        }
    }
    Ok(())
}

/// Returns the outcome as JSON, the counts of each state beside the boxes.
fn as_value(outcome: &Outcome) -> Value {
    let count = |state| {
        outcome
            .boxes
            .iter()
            .filter(|found| found.state == state)
            .count()
    };
    json!({
        "version": VERSION,
        "program": format!("backend-engineer {}", env!("CARGO_PKG_VERSION")),
        "plan": outcome.checkout.plan,
        "commit": outcome.checkout.commit,
        "changed_files": outcome.checkout.changed,
        "exit": outcome.exit.code(),
        "broken": count(RecheckedState::Broken),
        "not_checked": count(RecheckedState::NotChecked),
        "holds": count(RecheckedState::Holds),
        "not_decided": count(RecheckedState::NotDecided),
        "boxes": outcome.boxes,
        "stop": outcome.stop.as_ref().map(|stop| json!({ "message": stop.message, "hint": stop.hint })),
    })
}

/// Renders the summary as Markdown: what it comes to, a table of boxes, the checkout, and the whole
/// JSON folded away as evidence.
fn render_summary(outcome: &Outcome, data: &Value) -> String {
    let heading = match (&outcome.stop, outcome.exit) {
        (Some(_), _) => "could not be checked",
        (None, Exit::CheckFailed) => "a ticked box no longer holds",
        (None, Exit::Unproven) => "not every ticked box could be checked",
        (None, _) if outcome.boxes.is_empty() => "no box is ticked",
        (None, _) => "every ticked box that a command decides holds",
    };
    let mut text = format!("## {}: {heading}\n\n", outcome.checkout.plan);
    text += &outcome
        .stop
        .iter()
        .map(|stop| format!("{}\n\n", stop.message))
        .collect::<String>();
    if !outcome.boxes.is_empty() {
        text += "| | line | ticked | seen |\n|---|---|---|---|\n";
    }
    for found in &outcome.boxes {
        let state = match found.state {
            RecheckedState::Broken => "FAIL",
            RecheckedState::NotChecked => "NOT CHECKED",
            RecheckedState::Holds => "PASS",
            RecheckedState::NotDecided => "–",
        };
        text += &format!(
            "| {state} | {} | {} | {} |\n",
            found.line,
            escape_table_cell(&found.text),
            escape_table_cell(&found.why)
        );
    }
    let commit = outcome.checkout.commit.as_deref().unwrap_or("no commit");
    let changed = match outcome.checkout.changed {
        0 => String::new(),
        count => format!(", with {count} files that differ from it"),
    };
    text += &format!(
        "\nCheckout: {commit}{changed}.\n\n<details><summary>Evidence</summary>\n\n```json\n{data:#}\n```\n\n</details>\n\n"
    );
    text
}

/// A `|` would end it, a line end the row, a `<` could begin HTML of the plan's author.
/// Returns the text as a cell of a table.
fn escape_table_cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('\n', " ")
        .replace('<', "&lt;")
}
