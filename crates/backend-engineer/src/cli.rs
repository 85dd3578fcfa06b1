//! The command line: reads the arguments, hands them to one subcommand, and ends with its exit code.

mod printer;

mod arguments;

mod colour;

mod patch;

mod diagnostics;

mod repository;

mod run_history;

mod current;

mod event_line;

mod terminal;

mod stream;

mod timings;

mod units;

mod work;

mod accept;
mod agents;
mod check;
mod completions;
mod config;
mod diff;
mod doctor;
mod explain;
mod export;
mod graft;
mod implement;
mod init;
mod man;
mod models;
mod plan;
mod report;
mod evidence;
mod resume;
mod runs;
mod show;
mod survey;
mod undo;
mod verify;

mod hook;
mod mcp;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::stop::{Exit, Stop};

use colour::{ColourWhen, Palette};
use diagnostics::RenderStyle;
use printer::Stream;

/// The list of the exit codes in the help.
const EXIT_CODES: &str = "\
Exit codes:
    0  complete and proven
    1  a check failed
    2  the command line, the plan's name or the phase is wrong
    3  a part of the phase is not implemented
    4  refused: not approved, unclear, or the working tree is in the way
    5  a limit was reached
    6  the environment lacks something: a sandbox, a tool, room on the disk
    7  implemented, but not proven
  130  interrupted
Where several hold, the first of 130, 6, 4, 5, 1, 3, 7 is reported.";

/// The environment and the files in the program's own help, behind the exit codes.
const SURROUNDINGS: &str = "\
Environment:
  BACKEND_ENGINEER_SANDBOX, _NETWORK, _TIMEOUT, _STRENGTH, _COMMIT, _SERVICES_FOR_MODEL,
  _MODEL, _EFFORT, _REPAIR_EFFORT, _PROTECTED, _ENV, _SHOW, _TRUSTED, _TEST, _LINT,
  _TYPE_CHECK, _SETUP
                   the setting of that name; a flag comes before it, a file behind it
  NO_COLOR         no colour
  CLICOLOR_FORCE   colour even where no terminal is
  XDG_CACHE_HOME   the folder for what is known of trees [default: ~/.cache]
  XDG_CONFIG_HOME  the folder of backend-engineer/config.toml [default: ~/.config]

Configuration:
  .backend-engineer/config.toml in the repository, then your own.
  `backend-engineer config` shows what holds and where it came from.";

/// Implements a phase of an approved Markdown plan in a backend, proves it, ticks its boxes and reports.
#[derive(Debug, Parser)]
#[command(
    name = "backend-engineer",
    version,
    about,
    after_help = format!("{EXIT_CODES}\n\n{SURROUNDINGS}"),
    arg_required_else_help = true,
    subcommand_required = true
)]
struct CommandLine {
    #[command(flatten)]
    globals: Globals,

    #[command(subcommand)]
    command: Command,
}

/// Options of every subcommand.
#[derive(Debug, Clone, Args)]
pub(crate) struct Globals {
    /// When to colour the output: auto, always or never
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColourWhen::Auto,
        hide_possible_values = true,
        display_order = 900,
        global = true
    )]
    color: ColourWhen,

    /// The caller of the subcommand, where it was not the command line.
    #[arg(skip)]
    pub(crate) caller: Option<Caller>,
}

/// Somebody who calls a subcommand from within the program.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The command line that would do the same.
    pub(crate) argv: Vec<String>,
    /// Resolves when nobody waits for the result any longer.
    pub(crate) cancelled: ::mcp::Cancelled,
}

impl Globals {
    /// Returns whether what goes to `stream` is coloured.
    pub(crate) fn coloured(&self, stream: Stream) -> bool {
        self.color
            .decide(stream.is_terminal(), |name| std::env::var_os(name))
    }

    /// Returns the styles of what goes to `stream`.
    pub(crate) fn palette(&self, stream: Stream) -> Palette {
        Palette {
            on: self.coloured(stream),
        }
    }

    /// Returns how stops and findings look at `stream`.
    pub(crate) fn render_style(&self, stream: Stream) -> RenderStyle {
        let coloured = self.coloured(stream);
        if coloured || stream.is_terminal() {
            RenderStyle::Drawn { coloured }
        } else {
            RenderStyle::Plain
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(after_help = EXIT_CODES)]
    Implement(implement::ImplementArguments),
    Plan(plan::PlanArguments),
    #[command(after_help = check::AFTER)]
    Check(check::CheckArguments),
    Explain(explain::ExplainArguments),
    #[command(after_help = EXIT_CODES)]
    Verify(verify::VerifyArguments),
    Accept(accept::AcceptArguments),
    #[command(after_help = EXIT_CODES)]
    Resume(resume::ResumeArguments),
    Undo(undo::UndoArguments),
    Runs(runs::RunsArguments),
    Show(show::ShowArguments),
    Survey(survey::SurveyArguments),
    Report(report::ReportArguments),
    Evidence(evidence::EvidenceArguments),
    Diff(diff::DiffArguments),
    Export(export::ExportArguments),
    Agents(agents::AgentsArguments),
    Mcp(mcp::McpArguments),
    Hook(hook::HookArguments),
    Models(models::ModelsArguments),
    Config(config::ConfigArguments),
    Doctor(doctor::DoctorArguments),
    Init(init::InitArguments),
    Graft(graft::GraftArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
}

impl Command {
    fn run_subcommand(&self, globals: &Globals) -> Result<Exit, Stop> {
        match self {
            Command::Implement(arguments) => implement::run_implement(arguments, globals),
            Command::Plan(arguments) => plan::run_plan(arguments, globals),
            Command::Check(arguments) => check::run_check_subcommand(arguments, globals),
            Command::Explain(arguments) => explain::run_explain(arguments, globals),
            Command::Verify(arguments) => verify::run_verify(arguments, globals),
            Command::Accept(arguments) => accept::run_accept(arguments, globals),
            Command::Resume(arguments) => resume::run_resume(arguments, globals),
            Command::Undo(arguments) => undo::run_undo(arguments, globals),
            Command::Runs(arguments) => runs::run_runs(arguments, globals),
            Command::Show(arguments) => show::run_show(arguments, globals),
            Command::Survey(arguments) => survey::run_survey(arguments, globals),
            Command::Report(arguments) => report::run_report(arguments, globals),
            Command::Evidence(arguments) => evidence::run_evidence(arguments, globals),
            Command::Diff(arguments) => diff::run_diff(arguments, globals),
            Command::Export(arguments) => export::run_export(arguments, globals),
            Command::Mcp(arguments) => mcp::run_mcp(arguments, globals),
            Command::Hook(arguments) => hook::run_hook(arguments, globals),
            Command::Agents(arguments) => agents::run_agents(arguments, globals),
            Command::Models(arguments) => models::run_models(arguments, globals),
            Command::Config(arguments) => config::run_config(arguments, globals),
            Command::Doctor(arguments) => doctor::run_doctor(arguments, globals),
            Command::Init(arguments) => init::run_init(arguments, globals),
            Command::Graft(arguments) => graft::run_graft(arguments, globals),
            Command::Completions(arguments) => {
                completions::run_completions(arguments, &CommandLine::command())
            }
            Command::Man(arguments) => man::run_man(arguments, &CommandLine::command()),
        }
    }
}

/// Runs the program with its arguments, the program's name first, and gives what it ends with.
pub fn run_command_line(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = match CommandLine::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return ExitCode::from(print_parser_message(&error).code()),
    };
    let ended =
        catch_panic(|| parsed.command.run_subcommand(&parsed.globals)).unwrap_or_else(|stop| {
            printer::print_to_stderr(&diagnostics::render_stop(
                &stop,
                None,
                parsed.globals.render_style(Stream::Errors),
            ));
            stop.exit
        });
    ExitCode::from(ended.code())
}

/// Does the work; a fault of the program itself becomes a stop that says what to do, not a dump.
fn catch_panic(work: impl FnOnce() -> Result<Exit, Stop>) -> Result<Exit, Stop> {
    let place = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&place);
    let usual = panic::take_hook();
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    panic::set_hook(Box::new(move |fault| {
        if let (Some(place), Ok(mut seen)) = (fault.location(), seen.lock()) {
            *seen = format!(" ({}:{})", place.file(), place.line());
        }
        if wanted {
            usual(fault);
        }
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|fault| {
        let said = fault.downcast_ref::<String>().map(String::as_str).or(fault.downcast_ref::<&str>().copied());
        let place = place.lock().map(|place| place.clone()).unwrap_or_default();
        Err(Stop::environment(format!("the program itself is at fault: {}{place}", said.unwrap_or("no reason given")))
            .hint("Report it with the command line. What it wrote before is in the journal: `backend-engineer undo`."))
    })
}

/// Prints what the argument parser has to say: help and version to stdout, a wrong use to stderr.
fn print_parser_message(error: &clap::Error) -> Exit {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer::print_to_stdout(&text).map_or_else(|stop| stop.exit, |()| Exit::Complete)
        }
        _ => {
            printer::print_to_stderr(&text);
            Exit::Usage
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_program_is_a_stop() {
        let stop = catch_panic(|| panic!("seven is not {}", 8)).expect_err("a stop");
        assert_eq!(stop.exit, Exit::Environment);
        assert!(
            stop.message.contains("seven is not 8 (") && stop.message.contains("cli.rs:"),
            "{stop}"
        );
        assert!(matches!(
            catch_panic(|| Ok(Exit::Unproven)),
            Ok(Exit::Unproven)
        ));
    }

    #[test]
    fn the_help_names_each_variable_of_the_settings() {
        let named = SURROUNDINGS
            .split_once("NO_COLOR")
            .map_or("", |(named, _)| named);
        let named: Vec<&str> = named
            .split([' ', ',', '\n'])
            .map(|name| name.trim_start_matches("BACKEND_ENGINEER"))
            .collect();
        for key in crate::settings::KEYS
            .iter()
            .filter(|key| !key.variable.is_empty())
        {
            assert!(
                named.contains(&key.variable.trim_start_matches("BACKEND_ENGINEER")),
                "{}",
                key.variable
            );
        }
    }

    #[test]
    fn the_arguments_are_sound() {
        CommandLine::command().debug_assert();
    }
}
