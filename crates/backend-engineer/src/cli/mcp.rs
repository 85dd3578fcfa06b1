//! `mcp`: the program as a server of the Model Context Protocol, for any agent. What opens anything is said when it starts,
//! and by no call.

mod opened;
mod allowed_folders;
mod tools;
mod carried_out;
mod resources;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::mcp::{Answer, Backend, Bounds, Call, Identity, Page, ResourceRow, ToolRow};
use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::{ModelArguments, SandboxArguments};
use crate::cli::work::asked_to_end;
use crate::settings::read_strength;
use crate::stop::{Exit, Stop};
use allowed_folders::AllowedFolders;
use opened::Opened;

/// Instructions for the model that calls the tools.
const INSTRUCTIONS: &str = "\
Implements one phase of an approved Markdown plan in a backend and proves it. `check` says what of a plan no longer fits \
the tree; `plan` what was understood of it; `implement` places the plan's code, runs its checks in a sandbox, ticks what is \
proven and reports; `verify` proves what stands, after you did what was left open. A phase is complete only where the \
report's heading is \"Implementation Complete\" (exit 0). Never tick a box in the plan yourself. `undo` takes a run back.";

/// Serve the Model Context Protocol on the standard streams, for agents and editors
///
/// Offers the tools plan, check, survey, implement, verify, status, report, diff and undo, and plans, runs and reports as
/// resources. What opens anything is decided here and by no call: approval, commits, the sandbox, network, services, scope,
/// the model and what it may cost. Without --model no model is asked, whatever is configured. Calls reach the repositories
/// that --root names, within the roots that the client tells of.
#[derive(Debug, Args)]
pub(crate) struct McpArguments {
    /// A repository, or a folder that holds some; may be given several times [default: the client's roots, else the
    /// repository around the current folder]
    #[arg(long = "root", value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    roots: Vec<PathBuf>,

    /// Let calls work on plans that are marked draft, proposed, rejected or superseded
    #[arg(long)]
    approve: bool,

    /// Let `implement` carry out the plan's commit steps
    #[arg(long)]
    commit: bool,

    /// The time wrong versions of the phase's code are tried against its tests: seconds, "30s", "2m"; 0 for off
    #[arg(long, value_name = "TIME", value_parser = read_strength, help_heading = "Running commands")]
    strength: Option<Duration>,

    #[command(flatten)]
    sandbox_options: SandboxArguments,

    #[command(flatten)]
    model: ModelArguments,
}

/// Runs the subcommand.
pub(crate) fn run_mcp(arguments: &McpArguments, globals: &Globals) -> Result<Exit, Stop> {
    let server = Server {
        opened: Opened::from_arguments(arguments)?,
        allowed: AllowedFolders::new(&arguments.roots)?,
        // Colour belongs to a terminal, and nobody calls a caller.
        globals: Globals {
            caller: None,
            ..globals.clone()
        },
    };
    ::mcp::serve(Arc::new(server), asked_to_end())
        .map_err(|error| Stop::environment(error.to_string()))?;
    Ok(Exit::Complete)
}

/// The backend that carries out calls.
struct Server {
    opened: Opened,
    allowed: AllowedFolders,
    globals: Globals,
}

impl Backend for Server {
    fn identity(&self) -> Identity {
        Identity {
            name: "backend-engineer",
            version: env!("CARGO_PKG_VERSION"),
            instructions: INSTRUCTIONS,
        }
    }

    fn tools(&self) -> Vec<ToolRow> {
        tools::TOOLS.iter().map(tools::Tool::row).collect()
    }

    fn call(&self, call: Call) -> Answer {
        let Some(tool) = tools::TOOLS.iter().find(|tool| tool.name == call.tool) else {
            return Answer::refusal(format!("no tool is called `{}`", call.tool));
        };
        let asked = self.allowed.resolve(&call.arguments, &call.bounds);
        let asked =
            asked.and_then(|ground| tool.to_command_line(&call.arguments, &ground, &self.opened));
        match asked {
            Ok(asked) => carried_out::answer_call(&asked, &call, &self.globals),
            Err(why) => Answer::refusal(why),
        }
    }

    fn resources(&self, bounds: &Bounds) -> Vec<ResourceRow> {
        resources::list_resources(&self.allowed.repositories(bounds))
    }

    fn read(&self, uri: &str, bounds: &Bounds) -> Option<Page> {
        resources::read_resource(uri, &self.allowed.repositories(bounds))
    }
}
