//! `doctor`: what runs need and what of it is here: a sandbox, git, the project's own tools, a model.

mod row;

mod git;
mod tools;

use std::path::Path;
use std::rc::Rc;

use clap::Args;
use journal::{Journal, RunState};
use serde_json::json;

use crate::cli::Globals;
use crate::cli::arguments::{RootArgument, SandboxArguments};
use crate::cli::printer::{self, Stream, one_line};
use crate::cli::repository;
use crate::cli::run_history;
use crate::facts::TreeFacts;
use crate::run::Workspace;
use crate::settings::{SandboxMode, Settings};
use crate::stop::{Exit, Stop};
use row::{Row, State};

/// The number of the JSON form; a change that breaks readers counts it up.
const VERSION: u32 = 1;

/// Show what runs need and whether it is here: sandbox, git, the project's tools, a model
///
/// Changes nothing. Opens the sandbox as a run would, looks in it for the programs of the project's own checks, and says
/// why one can't be seen. Ends with 6 where no sandbox can be set up, else with 0.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    root: RootArgument,

    /// Ask no model provider, only look at the environment
    #[arg(long)]
    offline: bool,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    sandbox_options: SandboxArguments,
}

/// Runs the subcommand.
pub(crate) fn run_doctor(arguments: &DoctorArguments, globals: &Globals) -> Result<Exit, Stop> {
    let root = repository::find_repository(arguments.root.root.as_deref())?;
    let settings = Settings::load(&root, &arguments.sandbox_options.flags())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Stop::environment(format!("no event loop can be had: {error}")))?;
    let rows = runtime.block_on(collect_rows(&root, &settings, arguments.offline));
    let exit = match rows.iter().any(|row| row.state == State::Bad) {
        true => Exit::Environment,
        false => Exit::Complete,
    };
    if arguments.json {
        let whole = json!({ "version": VERSION, "root": root, "exit": exit.code(), "rows": rows });
        printer::print_json(&format!("{whole:#}\n"))?;
        return Ok(exit);
    }
    let palette = globals.palette(Stream::Output);
    let lines: Vec<String> = rows.iter().map(|row| row.render_row(palette)).collect();
    printer::print_to_stdout(&lines.concat())?;
    Ok(exit)
}

/// Looks at everything, each part once.
async fn collect_rows(root: &Path, settings: &Settings, offline: bool) -> Vec<Row> {
    let mut rows = vec![Row::ok("repository", root.display().to_string())];
    rows.extend(git::git_rows(root).await);
    rows.extend(run_rows(root));
    let facts = Rc::new(TreeFacts::new(root, settings.cache.as_deref()));
    rows.extend(project_rows(&facts));
    let mut workspace = Workspace::on(root, &facts, settings);
    match workspace.open_bare().await {
        Ok(tier) => {
            rows.push(sandbox_row(settings, &tier));
            rows.extend(tools::tool_rows(root, &facts.survey(), settings, &mut workspace).await);
        }
        Err(stop) => {
            let hint = stop.hint.unwrap_or_else(|| {
                "`--sandbox off` runs commands without one, on a copy.".to_owned()
            });
            rows.push(Row::new(State::Bad, "sandbox", stop.message).hint(hint));
            rows.push(Row::new(
                State::Note,
                "tools",
                "not looked for: there is no sandbox",
            ));
        }
    }
    // The scratch folder is swept up by the next run where it can't be removed now.
    drop(workspace.close().await);
    rows.extend(model_rows(settings, offline).await);
    rows.extend(
        settings
            .remarks()
            .into_iter()
            .map(|remark| Row::new(State::Note, "settings", remark)),
    );
    rows
}

/// Returns the backend with what it passed over and what it can't do.
fn sandbox_row(settings: &Settings, tier: &sandbox::Tier) -> Row {
    let details = if tier.details.is_empty() {
        String::new()
    } else {
        format!(" ({})", one_line(&tier.details))
    };
    let network = match (settings.network(), tier.has_loopback) {
        (true, _) => "network open",
        (false, true) => "no network but a loopback of its own",
        (false, false) => "no network, and no server can be started",
    };
    let text = format!("{}: {network}{details}", tier.name);
    match settings.sandbox.value {
        SandboxMode::Off => Row::new(State::Note, "sandbox", text).hint(
            "Commands can reach everything that you can: drop `--sandbox off` or the setting.",
        ),
        _ => Row::ok("sandbox", text),
    }
}

/// Returns what is recorded of runs and is in the way of the next one.
fn run_rows(root: &Path) -> Vec<Row> {
    let newest = match Journal::open_existing(root)
        .and_then(|journal| journal.map_or(Ok(Vec::new()), |it| it.runs()))
    {
        Ok(runs) => runs.into_iter().next(),
        Err(error) => {
            return vec![Row::new(
                State::Bad,
                "journal",
                run_history::stop_of_journal_error(error).message,
            )];
        }
    };
    let row = newest.and_then(|run| match run.state {
        RunState::Running => Some(
            Row::new(State::Note, "runs", format!("run {} is at work on this tree", run.id)).hint("Wait for its end."),
        ),
        RunState::Interrupted => Some(Row::new(State::Note, "runs", format!("run {} was interrupted", run.id)).hint(
            format!("`backend-engineer resume {0}` goes on with it, `undo {0}` takes back what it wrote.", run.id),
        )),
        RunState::Finished => None,
    });
    row.into_iter().collect()
}

/// Returns what the project is built from.
fn project_rows(facts: &TreeFacts) -> Vec<Row> {
    let survey = facts.survey();
    if survey.frameworks.is_empty() && survey.commands.is_empty() {
        return vec![Row::new(
            State::Note,
            "project",
            "no framework and no commands were found",
        )];
    }
    let frameworks = if survey.frameworks.is_empty() {
        "no framework found".to_owned()
    } else {
        survey.frameworks.join(", ")
    };
    vec![Row::ok("project", frameworks)]
}

/// Returns who does what a plan leaves open.
async fn model_rows(settings: &Settings, offline: bool) -> Vec<Row> {
    let wanted = settings
        .model
        .as_ref()
        .map(|held| format!(" (the settings name {})", held.value));
    let environment = |name: &str| std::env::var(name).ok();
    let mut rows = Vec::new();
    for offer in llm::list_providers(&environment)
        .into_iter()
        .filter(|offer| offer.configured)
    {
        let name = format!("{}{}", offer.name, wanted.as_deref().unwrap_or_default());
        rows.push(match offer.can_be_asked() && !offline {
            false => Row::ok("model", format!("{name}: configured, not asked")),
            true => match offer.reachable().await {
                Ok(_) => Row::ok("model", format!("{name}: reachable")),
                Err(error) => Row::new(
                    State::Note,
                    "model",
                    format!("{name}: not reachable: {error}"),
                ),
            },
        });
    }
    if rows.is_empty() {
        let hint = "What a plan spells out needs none; `backend-engineer models` names the variables of each provider.";
        rows.push(Row::new(State::Note, "model", "no provider is configured").hint(hint));
    }
    rows
}
