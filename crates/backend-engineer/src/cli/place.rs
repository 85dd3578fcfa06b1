//! Which repository is meant: the folder that is named, else the nearest one above with a repository in it.

use std::path::{Path, PathBuf};

use crate::stop::Stop;

/// What makes a folder the root of a repository.
const SIGNS: [&str; 2] = [".git", ".backend-engineer"];

/// A repository's root, symbolic links followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Whether it was named or bears a sign; else it is merely the folder one stands in.
    pub(crate) certain: bool,
}

/// Finds the repository: `named` if given, else from the current folder upwards, else from `plan`'s folder upwards,
/// else the current folder itself.
///
/// # Errors
/// A folder that is named but is none, or a current folder that is gone.
pub(crate) fn find(named: Option<&Path>, plan: Option<&Path>) -> Result<Place, Stop> {
    if let Some(named) = named {
        let root = named.canonicalize().map_err(|error| {
            Stop::usage(format!("--root {}: {error}", named.display())).hint("name the repository's folder")
        })?;
        if !root.is_dir() {
            return Err(Stop::usage(format!("--root {}: not a folder", named.display())));
        }
        return Ok(Place { root, certain: true });
    }
    let here = std::env::current_dir()
        .and_then(|here| here.canonicalize())
        .map_err(|error| Stop::environment(format!("the current folder can't be read: {error}")))?;
    let beside = plan.and_then(|plan| plan.canonicalize().ok());
    let root = above(&here).or_else(|| beside.as_deref().and_then(Path::parent).and_then(above));
    Ok(match root {
        Some(root) => Place { root: root.to_owned(), certain: true },
        None => Place { root: here, certain: false },
    })
}

fn above(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| SIGNS.iter().any(|sign| folder.join(sign).exists()))
}
