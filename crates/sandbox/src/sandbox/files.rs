//! Reads and writes files as commands see them, and never the real tree.

use super::replies::{file_error, relative_path, require_backend, unexpected_reply};
use super::{Sandbox, run_blocking};
use crate::command::Effect;
use crate::effects;
use crate::error::SandboxError;
use crate::protocol::{Reply, Request};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

impl Sandbox {
    /// Returns everything that differs from the real tree, by content, sorted by path. A file that
    /// was written anew with the same bytes is no effect.
    ///
    /// # Errors
    /// When a layer can't be read.
    pub async fn changes(&self) -> Result<Vec<Effect>, SandboxError> {
        let backend = self.backend.read().await;
        let backend = require_backend(backend.as_ref())?;
        let failed = |reason| SandboxError::NotDone {
            what: "find what commands changed".into(),
            reason,
        };
        if let Some(copy) = backend.copy.clone() {
            let (root, hidden) = (self.policy.root.clone(), self.policy.hidden.clone());
            return run_blocking(move || {
                effects::of_copy(&copy.at, &root, &copy.manifest, &hidden).map_err(failed)
            })
            .await;
        }
        if !backend.layers.is_empty() {
            let layers = backend.layers.clone();
            // Here only servers are known of for sure.
            let compared = match self.servers.load(Ordering::Acquire) {
                0 => Arc::clone(&backend.compared),
                _ => Arc::default(),
            };
            return run_blocking(move || {
                let mut compared = compared.lock().unwrap_or_else(PoisonError::into_inner);
                effects::of_overlays(&layers, &mut compared).map_err(failed)
            })
            .await;
        }
        let id = self.next_id();
        match self
            .request_reply(backend, id, &Request::Changes { id }, b"")
            .await?
        {
            (Reply::Effects { effects, .. }, _) => Ok(effects),
            (Reply::Refused { reason, .. }, _) => Err(failed(reason)),
            (reply, _) => Err(unexpected_reply(&reply)),
        }
    }

    /// Returns a file as commands see it, or nothing if there is none. `path` is relative to the
    /// root.
    ///
    /// # Errors
    /// When it can't be read, is no regular file, or leads out of the repository.
    pub async fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, SandboxError> {
        let backend = self.backend.read().await;
        let id = self.next_id();
        let request = Request::Read {
            id,
            path: relative_path(Path::new(path))?,
        };
        match self
            .request_reply(require_backend(backend.as_ref())?, id, &request, b"")
            .await?
        {
            (Reply::Found { .. }, bytes) => Ok(Some(bytes)),
            (Reply::Absent { .. }, _) => Ok(None),
            (reply, _) => Err(file_error("read", path, &reply)),
        }
    }

    /// Writes a file for all later commands to see, and never to the real tree, with the folders
    /// that lead to it. `mode` holds permission bits; without it an existing file keeps its own and
    /// a new one gets 0644.
    ///
    /// # Errors
    /// When it can't be written, is there as something else than a regular file, or leads out of
    /// the repository.
    pub async fn write_file(
        &self,
        path: &str,
        bytes: &[u8],
        mode: Option<u32>,
    ) -> Result<(), SandboxError> {
        let backend = self.backend.read().await;
        let id = self.next_id();
        let request = Request::Write {
            id,
            path: relative_path(Path::new(path))?,
            mode,
        };
        match self
            .request_reply(require_backend(backend.as_ref())?, id, &request, bytes)
            .await?
        {
            (Reply::Kept { .. }, _) => Ok(()),
            (reply, _) => Err(file_error("write", path, &reply)),
        }
    }

    /// Removes a file or a link for all later commands, and never from the real tree. One that is
    /// not there is no error.
    ///
    /// # Errors
    /// When it can't be removed, is a folder, or leads out of the repository.
    pub async fn remove_file(&self, path: &str) -> Result<(), SandboxError> {
        let backend = self.backend.read().await;
        let id = self.next_id();
        let request = Request::Remove {
            id,
            path: relative_path(Path::new(path))?,
        };
        match self
            .request_reply(require_backend(backend.as_ref())?, id, &request, b"")
            .await?
        {
            (Reply::Kept { .. }, _) => Ok(()),
            (reply, _) => Err(file_error("remove", path, &reply)),
        }
    }
}
