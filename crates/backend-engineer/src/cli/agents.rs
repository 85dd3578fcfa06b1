//! `agents`: the agent definitions that are found, what one says, and what is wrong in them.

use clap::{Args, Subcommand};

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, Stream, escape_control_characters, one_line};
use crate::cli::repository;
use crate::stop::{Exit, Stop};
use crate::understand::{Definition, SearchPaths, find_definition, list_definitions};

/// List, show or check agent definitions
///
/// A definition is a Markdown file with YAML fields in front: `name`, `description`, `tools`, `disallowedTools`, `model`,
/// `maxTurns`, `effort`; its text instructs the model. They lie in `.claude/agents/` and `.backend-engineer/agents/` of
/// the repository, from the current folder up to its root, then in those of your home; the nearest of a name is taken.
#[derive(Debug, Args)]
pub(crate) struct AgentsArguments {
    #[command(subcommand)]
    action: Option<AgentsAction>,

    #[command(flatten)]
    root: RootArgument,
}

#[derive(Debug, Subcommand)]
enum AgentsAction {
    /// List the definitions, nearest first [the default]
    List,
    /// Print a definition: the built-in one unless another is named
    Show {
        /// A name, or a file
        #[arg(value_name = "NAME|FILE")]
        agent: Option<String>,
    },
    /// Say what is wrong in any definition, with its line
    Check {
        /// A name, or a file [default: all that are found]
        #[arg(value_name = "NAME|FILE")]
        agent: Option<String>,
    },
}

/// Runs the subcommand.
pub(crate) fn run_agents(arguments: &AgentsArguments, globals: &Globals) -> Result<Exit, Stop> {
    let places = SearchPaths::of_process(&repository::find_repository(
        arguments.root.root.as_deref(),
    )?);
    match &arguments.action {
        None | Some(AgentsAction::List) => list_agents(&places, globals),
        Some(AgentsAction::Show { agent }) => {
            show_agent(&find_definition(agent.as_deref(), &places)?)
        }
        Some(AgentsAction::Check { agent: Some(agent) }) => {
            let found = find_definition(Some(agent), &places)?;
            printer::print_to_stdout(&format!(
                "{}: sound{}\n",
                found.origin(),
                describe_unused_fields(&found)
            ))?;
            Ok(Exit::Complete)
        }
        Some(AgentsAction::Check { agent: None }) => check_agents(&places),
    }
}

fn list_agents(places: &SearchPaths, globals: &Globals) -> Result<Exit, Stop> {
    let palette = globals.palette(Stream::Output);
    for (file, found) in list_definitions(places) {
        let origin = file.map_or("built in".to_owned(), |file| file.display().to_string());
        let line = match found {
            Ok(found) => {
                format!(
                    "{}  {}",
                    palette.bold(&one_line(&found.name)),
                    shorten_description(&found.description)
                )
            }
            Err(wrong) => format!("{}  {}", palette.red("wrong"), one_line(&wrong.message)),
        };
        printer::print_to_stdout(&format!("{line}  {}\n", palette.faint(&one_line(&origin))))?;
    }
    Ok(Exit::Complete)
}

fn shorten_description(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(72) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn show_agent(found: &Definition) -> Result<Exit, Stop> {
    let mut text = format!("{}\n{}\n\n", found.name, found.description);
    let rows = [
        ("file", Some(found.origin())),
        ("tools", Some(found.tools.join(", "))),
        ("model", found.model.clone()),
        ("max turns", found.max_turns.map(|turns| turns.to_string())),
        (
            "effort",
            found.effort.map(|effort| effort.name().to_owned()),
        ),
        (
            "unused",
            (!found.unused.is_empty()).then(|| found.unused.join(", ")),
        ),
    ];
    for (name, value) in rows {
        text += &value
            .map(|value| format!("{name:>9}  {value}\n"))
            .unwrap_or_default();
    }
    printer::print_to_stdout(&escape_control_characters(&format!(
        "{text}\n{}\n",
        found.prompt
    )))?;
    Ok(Exit::Complete)
}

fn check_agents(places: &SearchPaths) -> Result<Exit, Stop> {
    let mut exit = Exit::Complete;
    for (_, found) in list_definitions(places) {
        match found {
            Ok(found) => {
                let remarks: String = found
                    .remarks
                    .iter()
                    .map(|remark| format!("{remark}\n"))
                    .collect();
                printer::print_to_stdout(&escape_control_characters(&format!(
                    "{remarks}{}: sound{}\n",
                    found.origin(),
                    describe_unused_fields(&found)
                )))?;
            }
            Err(wrong) => {
                printer::print_to_stdout(&escape_control_characters(&format!("{wrong}\n")))?;
                exit = Exit::CheckFailed;
            }
        }
    }
    Ok(exit)
}

fn describe_unused_fields(found: &Definition) -> String {
    if found.unused.is_empty() {
        String::new()
    } else {
        format!(" (does nothing here: {})", found.unused.join(", "))
    }
}
