//! `man`: the manual pages, made from the same words as the help.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use crate::cli::printer;
use crate::stop::{Exit, Stop};

/// Print the manual page, or write one for each subcommand
#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Write all pages into this folder, which is made if it isn't there
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
}

/// Runs the subcommand for the program whose arguments `command` describes.
pub(crate) fn run_man(arguments: &ManArguments, command: &Command) -> Result<Exit, Stop> {
    let mut command = command.clone();
    command.build();
    match &arguments.out {
        Some(folder) => write_all(&command, folder).map_err(|error| {
            Stop::environment(format!(
                "the manual can't be written to {}: {error}",
                folder.display()
            ))
        })?,
        None => {
            let page = render_manual_page(&command)
                .map_err(|error| Stop::environment(format!("the manual can't be made: {error}")))?;
            printer::print_to_stdout(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Exit::Complete)
}

fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = command.get_name();
    fs::write(
        folder.join(format!("{name}.1")),
        render_manual_page(command)?,
    )?;
    for subcommand in command
        .get_subcommands()
        .filter(|subcommand| subcommand.get_name() != "help")
    {
        let full_name = format!("{name}-{}", subcommand.get_name());
        fs::write(
            folder.join(format!("{full_name}.1")),
            render_manual_page(&subcommand.clone().name(full_name))?,
        )?;
    }
    Ok(())
}

fn render_manual_page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}
