//! `resume`: goes on with a run whose process ended before its work did.

use clap::{Args, Parser as _};

use crate::cli::arguments::{LimitArguments, RootArgument};
use crate::cli::implement::{self, ImplementArguments};
use crate::cli::run_history::RunHistory;
use crate::cli::work::run_job;
use crate::cli::{Command, CommandLine, Globals};
use crate::run::Resumed;
use crate::stop::{Exit, Stop};

/// Go on with a run that was killed, ran into a limit, or lost its model
///
/// What the run wrote is put back first, and then brought about again from the journal: no request is sent again that
/// has its reply, and no tool runs again whose effect is known. Files that somebody changed meanwhile are left alone, and
/// the run is refused.
#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    #[command(flatten)]
    root: RootArgument,

    /// Print the report as JSON (schemas/report.json)
    #[arg(long)]
    json: bool,

    /// Print every event as it happens, one JSON object a line (schemas/events.json)
    #[arg(long, conflicts_with = "json")]
    json_stream: bool,

    /// Show no progress, only the report and what stands in the way
    #[arg(short, long)]
    quiet: bool,

    /// Another model than the run had
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,

    #[command(flatten)]
    limits: LimitArguments,
}

/// Runs the subcommand.
pub(crate) fn run_resume(arguments: &ResumeArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let run = past.find_run(arguments.run.as_deref())?;
    let mut again = arguments_of(&run)?;
    again.phase.plan = past.root.join(&run.start.plan);
    again.phase.root.root = Some(past.root.clone());
    again.phase.json = arguments.json;
    again.phase.json_stream = arguments.json_stream;
    again.phase.quiet = arguments.quiet;
    again.model.limits = arguments.limits.over(&again.model.limits);
    again.model.model = arguments.model.clone().or(again.model.model);
    let journal = past.journal()?;
    let resumed = Resumed::take_up(journal, &run.id, run.start.phases.clone(), &past.root)?;
    let job = implement::job_of_arguments(&again);
    run_job(
        crate::cli::work::Job {
            resumed: Some(resumed),
            ..job
        },
        globals,
    )
}

/// Returns what the run was asked for.
fn arguments_of(run: &journal::RunSummary) -> Result<ImplementArguments, Stop> {
    let wrong = |why: String| Stop::usage(format!("run {} can't be resumed: {why}", run.id));
    let parsed = CommandLine::try_parse_from(&run.start.argv)
        .map_err(|_| wrong("its command line is not known".to_owned()))?;
    match parsed.command {
        Command::Implement(arguments) => Ok(arguments),
        _ => Err(wrong("it implemented nothing".to_owned())
            .hint("Only runs of `implement` can be resumed.")),
    }
}
