//! Files that are never written: the globs of `protected`, read like lines of `.gitignore`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::stop::Stop;

use super::origin::Sourced;

/// Returns all globs as one matcher.
///
/// # Errors
/// A text that is no glob, with its place.
pub(super) fn compile_globs(protected: &[Sourced<String>]) -> Result<GlobSet, Stop> {
    let mut set = GlobSetBuilder::new();
    for held in protected {
        for glob in globs_of(&held.value) {
            let built = GlobBuilder::new(&glob)
                .literal_separator(true)
                .case_insensitive(cfg!(target_os = "macos"))
                .build();
            set.add(built.map_err(|error| {
                Stop::usage(format!(
                    "{}: `{}` is no glob: {}",
                    held.origin,
                    held.value,
                    error.kind()
                ))
            })?);
        }
    }
    set.build().map_err(|error| {
        Stop::usage(format!(
            "the protected globs are too many or too large: {error}"
        ))
    })
}

/// Returns the globs of a protected path, read like a line of `.gitignore`: without a slash at any depth, and a folder
/// means all that is in it.
fn globs_of(written: &str) -> [String; 2] {
    let path = written.trim_start_matches("./").trim_end_matches('/');
    let anchored = match path.strip_prefix('/') {
        Some(anchored) => anchored.to_owned(),
        None if path.contains('/') => path.to_owned(),
        None => format!("**/{path}"),
    };
    [format!("{anchored}/**"), anchored]
}
