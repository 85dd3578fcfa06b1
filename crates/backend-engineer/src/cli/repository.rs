//! Which repository is meant: the folder that is named, else the nearest one above with a repository in it.

use std::path::{Path, PathBuf};

use crate::stop::Stop;

/// Names in a folder that make it the root of a repository.
const SIGNS: [&str; 2] = [".git", ".backend-engineer"];

/// Finds the repository: `named` if given, else from the current folder upwards, else the current folder itself.
///
/// # Errors
/// A folder that is named but is none, or a current folder that is gone.
pub(crate) fn find_repository(named: Option<&Path>) -> Result<PathBuf, Stop> {
    if let Some(named) = named {
        let root = named.canonicalize().map_err(|error| {
            Stop::usage(format!("--root {}: {error}", named.display()))
                .hint("Name the repository's folder.")
        })?;
        if !root.is_dir() {
            return Err(Stop::usage(format!(
                "--root {}: is not a folder",
                named.display()
            )));
        }
        return Ok(root);
    }
    let here = std::env::current_dir()
        .and_then(|here| here.canonicalize())
        .map_err(|error| Stop::environment(format!("the current folder can't be read: {error}")))?;
    let above = here
        .ancestors()
        .find(|folder| SIGNS.iter().any(|sign| folder.join(sign).exists()));
    Ok(above.unwrap_or(&here).to_owned())
}
