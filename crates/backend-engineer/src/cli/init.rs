//! `init`: writes a commented configuration and, where it is asked for, the files by which agents and CI call the program.

mod configuration;
mod offered;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, Stream};
use crate::cli::repository;
use crate::facts::TreeFacts;
use crate::settings::SettingsSources;
use crate::stop::{Exit, Stop};
use crate::tree::{OriginalStore, Pending, Tree};
use offered::{How, OFFERED, Offered};

/// Where a repository keeps its configuration.
const CONFIGURATION: &str = ".backend-engineer/config.toml";

/// The ignore file of our folder: git keeps what people write for one another, and nothing of the runs.
const IGNORED: &str = "*\n!.gitignore\n!config.toml\n!agents/\n!agents/**\n";

/// Write a commented configuration and, where asked for, the files by which agents and CI call this program
///
/// The configuration says nothing until a line of it is uncommented. A file that is there already is never replaced;
/// AGENTS.md gets one marked part, which a second `init` brings up to date.
#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    #[command(flatten)]
    root: RootArgument,

    /// Write these too; may be given several times
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(offered::names_of_offers()))]
    with: Vec<String>,
}

/// Runs the subcommand.
pub(crate) fn run_init(arguments: &InitArguments, globals: &Globals) -> Result<Exit, Stop> {
    let root = repository::find_repository(arguments.root.root.as_deref())?;
    let palette = globals.palette(Stream::Output);
    let told = |outcome: Outcome, path: &str| match outcome {
        Outcome::Written => format!("{} {path}\n", palette.green(&format!("{:>12}", "wrote"))),
        Outcome::Kept => format!(
            "{} {path}: it is there already\n",
            palette.yellow(&format!("{:>12}", "left"))
        ),
        Outcome::Current => format!(
            "{} {path}: up to date\n",
            palette.faint(&format!("{:>12}", "left"))
        ),
    };
    let mut text = told(write_configuration(&root)?, CONFIGURATION);
    let mut tree = Tree::at(&root);
    for offered in OFFERED
        .iter()
        .filter(|offered| arguments.with.iter().any(|name| name == offered.name))
    {
        text += &told(write_offered_file(&mut tree, offered)?, offered.path);
    }
    for note in OFFERED
        .iter()
        .filter(|offered| arguments.with.iter().any(|name| name == offered.name))
    {
        text += &note
            .note
            .map(|note| format!("{:13}{note}\n", ""))
            .unwrap_or_default();
    }
    printer::print_to_stdout(&text)?;
    Ok(Exit::Complete)
}

/// The outcome for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Written,
    /// Somebody's file is there, and was left as it is.
    Kept,
    /// Nothing was to be done.
    Current,
}

/// Writes the configuration where there is none, and lets git keep it beside what it ignores of our folder.
fn write_configuration(root: &Path) -> Result<Outcome, Stop> {
    let path = root.join(CONFIGURATION);
    let folder = root.join(".backend-engineer");
    let failed = |error: std::io::Error| {
        Stop::environment(format!("{} can't be written: {error}", path.display()))
    };
    if [&folder, &path]
        .iter()
        .any(|path| fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()))
    {
        return Err(Stop::refused(format!(
            "{} is a symbolic link; remove it",
            folder.display()
        )));
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let ignore = folder.join(".gitignore");
    // The line that a journal writes when it is made; whatever else stands there is somebody's own.
    if fs::read(&ignore).map_or(true, |bytes| bytes == b"*\n") {
        fs::write(&ignore, IGNORED).map_err(failed)?;
    }
    let facts = TreeFacts::new(root, SettingsSources::of_process().cache.as_deref());
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            file.write_all(configuration::render_configuration(&facts.survey()).as_bytes())
                .map_err(failed)?;
            Ok(Outcome::Written)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Outcome::Kept),
        Err(error) => Err(failed(error)),
    }
}

/// Needs no original to be kept: a new file has none, and of AGENTS.md only the marked part is ours.
struct NothingToKeep;

impl OriginalStore for NothingToKeep {
    fn store_originals(&mut self, pending: &[Pending]) -> Result<Vec<String>, String> {
        Ok(vec![
            format!(".backend-engineer-{}", std::process::id());
            pending.len()
        ])
    }
}

/// Writes one offered file.
fn write_offered_file(tree: &mut Tree, offered: &Offered) -> Result<Outcome, Stop> {
    let refused = |why: String| Stop::refused(why);
    let before = tree
        .read_text(offered.path)
        .map_err(|error| refused(error.to_string()))?;
    let after = match (offered.how, before.as_deref()) {
        (_, None) => offered.text.to_owned(),
        (How::Whole, Some(text)) if text == offered.text => return Ok(Outcome::Current),
        (How::Whole, Some(_)) => return Ok(Outcome::Kept),
        (How::MarkedPart, Some(text)) => {
            offered::with_part(text, offered.text).ok_or_else(|| {
                refused(format!(
                    "{}: the marks of our part are not in order; remove them",
                    offered.path
                ))
            })?
        }
    };
    if before.as_deref() == Some(after.as_str()) {
        return Ok(Outcome::Current);
    }
    tree.stage(offered.path, Some(after.into_bytes()))
        .map_err(|error| refused(error.to_string()))?;
    if offered.executable {
        tree.stage_mode(offered.path, 0o755)
            .map_err(|error| refused(error.to_string()))?;
    }
    tree.promote(&|path| path == offered.path, &mut NothingToKeep)
        .map_err(|error| Stop::environment(error.to_string()))?;
    Ok(Outcome::Written)
}
