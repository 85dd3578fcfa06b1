//! `completions`: what a shell needs to complete this program's arguments.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::printer;
use crate::stop::{Exit, Stop};

/// Print completions for a shell
///
/// For example: `backend-engineer completions bash > ~/.local/share/bash-completion/completions/backend-engineer`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs the subcommand for the program whose arguments `command` describes.
pub(crate) fn run_completions(
    arguments: &CompletionsArguments,
    command: &Command,
) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command.clone(), name, &mut script);
    printer::print_to_stdout(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Complete)
}
