//! `Glob`: files by the pattern of their names, the newest first.

use agent::{Tool, ToolError, ToolOutput};
use globset::GlobBuilder;
use llm::{LocalFuture, ToolSpec};
use serde_json::Value;

use super::input::input;
use super::tool_context::{ToolEffects, tool_with_context};
use super::walk::{WalkRoot, newest_first, run_blocking};

input! {
    /// Lists files by name pattern, newest first. What git ignores is left out.
    "Glob" GlobInput {
        /// Such as **/*.py
        "pattern" pattern: String,
        /// Folder [the root]
        "path" path: Option<String>,
    }
}

/// The most files that are listed.
/// Newest first, so that what is left out is what nobody has touched for long.
const MOST: usize = 100;

tool_with_context!(Glob, GlobInput);

impl Tool for Glob<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        true
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = GlobInput::read(arguments)?;
            let place = self
                .context
                .work()
                .await
                .resolve_walk_root(input.path.as_deref())?;
            let root = place.root.display().to_string();
            // Models write the root as often before the pattern as in `path`.
            let pattern = input
                .pattern
                .strip_prefix(&root)
                .map_or(input.pattern.as_str(), |inside| {
                    inside.trim_start_matches('/')
                });
            let pattern = pattern.to_owned();
            let listed = run_blocking(move || list_matches(&place, &pattern)).await??;
            Ok(self
                .context
                .work()
                .await
                .output(&listed, &ToolEffects::default()))
        })
    }

    fn restore(&self, _: &Value) -> Result<(), ToolError> {
        Ok(())
    }
}

/// Lists the files that fit a pattern within a folder, newest first. Fails where it is no glob.
fn list_matches(place: &WalkRoot, pattern: &str) -> Result<String, ToolError> {
    // `*` must not cross folders: `app/*.py` would list everything below `app`.
    let glob = GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(true)
        .build();
    let glob = glob
        .map_err(|error| ToolError::Tell(format!("`{pattern}` is no glob: {}.", error.kind())))?
        .compile_matcher();
    let within = if place.within.is_empty() {
        String::new()
    } else {
        format!("{}/", place.within)
    };
    let mut entries = place.files(None);
    entries.retain(|entry| {
        entry
            .path
            .strip_prefix(&within)
            .is_some_and(|inside| glob.is_match(inside))
    });
    if entries.is_empty() {
        return Ok("No file fits.".to_owned());
    }
    newest_first(&mut entries);
    let mut listed: Vec<String> = entries
        .iter()
        .take(MOST)
        .map(|entry| entry.path.clone())
        .collect();
    if entries.len() > MOST {
        listed.push(format!(
            "[{MOST} of {} files shown; narrow the pattern]",
            entries.len()
        ));
    }
    Ok(listed.join("\n"))
}
