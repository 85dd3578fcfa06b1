//! The files that Grep and Glob see: those on disk that git would not ignore, with what is staged laid over them.
//!
//! Staged texts take the place of the files that they will become; staged removals hide them. Files
//! with keys are never seen, not even by name. The repository's own ignore files count, a user's
//! global ones do not: what a run sees must not depend on whose machine it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ignore::WalkBuilder;
use ignore::types::Types;

use super::tool_context::ToolState;
use crate::secrets::holds_keys;

/// Staged contents by path; none for a file that is removed.
pub(super) type StagedFiles = BTreeMap<String, Option<Vec<u8>>>;

/// Where to look.
pub(super) struct WalkRoot {
    pub(super) root: PathBuf,
    /// File or folder from the root; empty for the root.
    pub(super) within: String,
    pub(super) laid: StagedFiles,
}

/// One file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// From the root.
    pub(super) path: String,
    /// When it was changed; the future for what is staged, which is newest of all.
    pub(super) changed: SystemTime,
    /// Its text, where it is staged.
    pub(super) staged: Option<Vec<u8>>,
}

impl ToolState<'_> {
    /// Returns the place that a call names.
    ///
    /// A folder that exists only by what is staged in it is one too.
    pub(super) fn resolve_walk_root(
        &mut self,
        path: Option<&str>,
    ) -> Result<WalkRoot, agent::ToolError> {
        let within = path
            .map(|path| self.locate(path))
            .transpose()?
            .unwrap_or_default();
        let staged = self.workspace.tree.staged();
        let laid: StagedFiles = staged
            .iter()
            .map(|(path, staged)| (path.clone(), staged.bytes.clone()))
            .collect();
        let root = self.run.root().to_owned();
        let stands = within.is_empty()
            || root.join(&within).exists()
            || laid
                .keys()
                .any(|path| path == &within || path.starts_with(&format!("{within}/")));
        if !stands {
            return super::tool_error(format!("`{within}` is not there."));
        }
        self.refuse_secret(&within)?;
        Ok(WalkRoot { root, within, laid })
    }
}

// Hidden files are part of a repository (`.github`), the two folders below are not.
impl WalkRoot {
    /// Returns every file of the place that passes `types`, in no order.
    pub(super) fn files(&self, types: Option<&Types>) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut walk = WalkBuilder::new(self.root.join(&self.within));
        walk.hidden(false)
            // A tree without `.git`, as an unpacked archive, has ignore files all the same.
            .git_global(false)
            .require_git(false)
            .filter_entry(|entry| {
                let name = entry.file_name();
                name != ".git" && name != ".backend-engineer"
            });
        if let Some(types) = types {
            walk.types(types.clone());
        }
        for entry in walk.build().filter_map(Result::ok) {
            // A link is not followed: it could lead out of the repository.
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let Some(path) = self.inside(entry.path()) else {
                continue;
            };
            if holds_keys(&path) || self.laid.contains_key(&path) {
                continue;
            }
            let changed = entry
                .metadata()
                .ok()
                .and_then(|found| found.modified().ok());
            entries.push(Entry {
                path,
                changed: changed.unwrap_or(SystemTime::UNIX_EPOCH),
                staged: None,
            });
        }
        // Staged files are the newest, since this run has just written them.
        let now = SystemTime::now();
        for (path, bytes) in &self.laid {
            let fits = types.is_none_or(|types| !types.matched(path, false).is_ignore());
            if let (Some(bytes), true) =
                (bytes, fits && self.contains_path(path) && !holds_keys(path))
            {
                entries.push(Entry {
                    path: path.clone(),
                    changed: now,
                    staged: Some(bytes.clone()),
                });
            }
        }
        entries
    }

    /// Returns the path from the root, with slashes on every system.
    fn inside(&self, path: &Path) -> Option<String> {
        Some(
            path.strip_prefix(&self.root)
                .ok()?
                .to_string_lossy()
                .replace('\\', "/"),
        )
    }

    /// Returns whether a path from the root lies in the place that is walked.
    fn contains_path(&self, path: &str) -> bool {
        self.within.is_empty()
            || path == self.within
            || path.starts_with(&format!("{}/", self.within))
    }
}

/// Puts the newest first; what is of one age by path.
pub(super) fn newest_first(entries: &mut [Entry]) {
    entries.sort_by(|one, other| {
        other
            .changed
            .cmp(&one.changed)
            .then_with(|| one.path.cmp(&other.path))
    });
}

/// Does what takes a while where it holds nobody up.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, agent::ToolError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| agent::ToolError::Stop(format!("a search broke off: {error}")))
}
