//! Opens a plan and finds the repository that it speaks of; whatever is wrong with either is said with the file's name.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use plan::{Plan, Unreadable};

use crate::stop::Stop;

/// A plan that was read.
#[derive(Debug)]
pub(crate) struct LoadedPlan {
    /// Where it lies, absolute, links followed.
    pub(crate) path: PathBuf,
    /// As the user named it.
    pub(crate) name: String,
    /// Its text.
    pub(crate) plan: Plan,
}

/// Plans above this are refused unread.
const LIMIT: u64 = 16 << 20;

/// Reads the plan at `given`.
pub(crate) fn load_plan(given: &Path) -> Result<LoadedPlan, Stop> {
    let name = given.display().to_string();
    let bytes = read_bytes(given, &name)?;
    let plan = plan::read(&bytes).map_err(|error| stop_of_unreadable(&name, &error))?;
    let path = given
        .canonicalize()
        .map_err(|error| Stop::usage(format!("{name}: {error}")))?;
    Ok(LoadedPlan { path, name, plan })
}

fn read_bytes(given: &Path, name: &str) -> Result<Vec<u8>, Stop> {
    let metadata = fs::metadata(given).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Stop::usage(format!("{name}: no such plan")).hint("Give the path of a Markdown file.")
        }
        _ => Stop::usage(format!("{name}: {error}")),
    })?;
    if metadata.is_dir() {
        return Err(Stop::usage(format!("{name}: is a folder, not a plan"))
            .hint("Give the path of a Markdown file in it."));
    }
    if !metadata.is_file() {
        return Err(Stop::usage(format!("{name}: is not a regular file")));
    }
    let too_large = |bytes: u64| {
        Stop::usage(format!(
            "{name}: {} MB are too large for a plan (at most {} MB)",
            bytes >> 20,
            LIMIT >> 20
        ))
        .hint("Split it, or give the file that holds the phases.")
    };
    if metadata.len() > LIMIT {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(given).map_err(|error| Stop::usage(format!("{name}: {error}")))?;
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::usage(format!("{name}: {error}")))?;
    if bytes.len() as u64 > LIMIT {
        Err(too_large(bytes.len() as u64))
    } else {
        Ok(bytes)
    }
}

fn stop_of_unreadable(name: &str, error: &Unreadable) -> Stop {
    match error {
        Unreadable::Empty => Stop::usage(format!("{name}: the plan is empty")),
        Unreadable::NotUtf8 { line, column } => Stop::usage(format!(
            "{name}:{line}:{column}: the plan is not UTF-8 text"
        ))
        .hint("Save it as UTF-8."),
        Unreadable::TooLarge { .. } => Stop::usage(format!("{name}: {error}")),
    }
}

/// Returns the repository: what `--root` says, else the one that holds both the plan and the current folder.
pub(crate) fn root_of(plan: &Path, given: Option<&Path>) -> Result<PathBuf, Stop> {
    if let Some(given) = given {
        let resolved = given
            .canonicalize()
            .map_err(|error| Stop::usage(format!("--root {}: {error}", given.display())))?;
        return match resolved.is_dir() {
            true => Ok(resolved),
            false => Err(Stop::usage(format!(
                "--root {}: is not a folder",
                given.display()
            ))),
        };
    }
    let here = std::env::current_dir()
        .ok()
        .and_then(|folder| folder.canonicalize().ok());
    let of_plan = plan.parent().and_then(top_level);
    let of_here = here.as_deref().and_then(top_level);
    match (of_plan, of_here) {
        (Some(plan), Some(here)) if plan != here => Err(Stop::refused(format!(
            "the plan lies in the repository {}, and you are in {}",
            plan.display(),
            here.display()
        ))
        .hint("Say which one is to be changed with --root DIR.")),
        (Some(root), _) | (None, Some(root)) => Ok(root),
        (None, None) => Err(
            Stop::refused(format!("{} lies in no git repository", plan.display()))
                .hint("Name the codebase with --root DIR; it may be a folder without git."),
        ),
    }
}

/// Returns the nearest folder upward that holds `.git`.
fn top_level(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .map(Path::to_owned)
}
