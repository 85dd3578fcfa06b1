//! `hook`: answers an agent's hook at the end of its work: what of the phase at hand is not proven goes back to it.

use std::cell::RefCell;
use std::io::Read as _;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Parser as _};
use journal::{RunState, RunSummary};
use serde_json::Value;

use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, Stream};
use crate::cli::run_history::RunHistory;
use crate::cli::{Command, CommandLine, Globals, current};
use crate::stop::{Exit, Stop};

/// The longest time for which a run is what its agent works on: a day's work. An older one belongs to another session, and
/// its phase is no business of whoever stops now.
const AT_HAND: Duration = Duration::from_secs(12 * 60 * 60);

/// Bytes of what the agent tells that are read.
const MOST_TOLD: u64 = 1 << 20;

/// Answer an agent's Stop or TaskCompleted hook: verify the phase at hand, give back what is not proven
///
/// Reads the hook's JSON from the standard input. The phase at hand is that of the newest run of the last 12 hours. Where it
/// was complete and plan and tree are still the same, or there is none, the hook has nothing to say (exit 0). Else the phase is
/// verified; what is not proven is printed to the standard error with exit code 2, by which agents go on with it. An agent
/// that goes on already because of this hook is not asked a second time.
#[derive(Debug, Args)]
pub(crate) struct HookArguments {
    #[command(flatten)]
    root: RootArgument,
}

/// Runs the subcommand.
pub(crate) fn run_hook(arguments: &HookArguments, globals: &Globals) -> Result<Exit, Stop> {
    let mut told = String::new();
    // An agent that tells nothing, or tells it in another form, is answered as if it stopped for the first time.
    drop(
        std::io::stdin()
            .lock()
            .take(MOST_TOLD)
            .read_to_string(&mut told),
    );
    let told: Value = serde_json::from_str(&told).unwrap_or_default();
    if told["stop_hook_active"] == true {
        return Ok(Exit::Complete);
    }
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let Some(run) = past
        .runs()?
        .into_iter()
        .find(works_on_a_phase)
        .filter(is_at_hand)
    else {
        return Ok(Exit::Complete);
    };
    if run.exit == Some(0) && current::is_current(&past, &run)? {
        return Ok(Exit::Complete);
    }
    let report = Rc::new(RefCell::new(String::new()));
    let prints = Rc::clone(&report);
    let collector = Box::new(move |stream, text: &str| {
        if stream == Stream::Output {
            prints.borrow_mut().push_str(text);
        }
    });
    let verify = verify_command_of_run(&past, &run)?;
    let exit = printer::collect_output(collector, || verify.run_subcommand(globals))?;
    if exit == Exit::Complete {
        return Ok(exit);
    }
    let phases = run.start.phases.join(", ");
    printer::print_to_stderr(&format!(
        "{} of {} is not proven (exit code {}). Do what is open, or say that it is:\n\n{}",
        phases,
        run.start.plan,
        exit.code(),
        report.take()
    ));
    // 2 is the code by which a hook gives its words back to the agent.
    Ok(Exit::Usage)
}

fn works_on_a_phase(run: &RunSummary) -> bool {
    !run.start.dry_run
        && !run.start.phases.is_empty()
        && run.undone_by.is_none()
        && run.undoes.is_none()
}

fn is_at_hand(run: &RunSummary) -> bool {
    let begun = UNIX_EPOCH + Duration::from_millis(run.started_ms);
    let is_recent = SystemTime::now()
        .duration_since(begun)
        .is_ok_and(|age| age < AT_HAND);
    is_recent && run.state != RunState::Running
}

/// Returns the command line that verifies the run's phases.
fn verify_command_of_run(past: &RunHistory, run: &RunSummary) -> Result<Command, Stop> {
    let first = [
        "backend-engineer".to_owned(),
        "verify".to_owned(),
        "--quiet".to_owned(),
    ];
    let root = format!("--root={}", past.root.display());
    let phases = run
        .start
        .phases
        .iter()
        .map(|phase| format!("--phase={phase}"));
    let plan = past.root.join(&run.start.plan).display().to_string();
    let argv = first
        .into_iter()
        .chain([root])
        .chain(phases)
        .chain(["--".to_owned(), plan]);
    let parsed =
        CommandLine::try_parse_from(argv).map_err(|error| Stop::usage(error.to_string()))?;
    Ok(parsed.command)
}
