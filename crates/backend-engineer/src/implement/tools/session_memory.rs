//! The memory that the conversations of one phase share.

use std::collections::BTreeMap;

use super::shell::Shell;
use crate::run::Workspace;
use crate::secrets::Masks;
use crate::stop::Stop;

/// The state that outlives one conversation: several rounds of one phase know the same.
#[derive(Debug, Default)]
pub(crate) struct SessionMemory {
    /// The hash of each file as the model last saw or wrote it.
    pub(super) seen: BTreeMap<String, String>,
    /// The shell's folder and jobs.
    pub(super) shell: Shell,
    /// A command ran that may have made something beside the tree: in the home folder, among the temporary files.
    pub(in crate::implement) touched: bool,
}

impl SessionMemory {
    /// The model was shown these files whole, by their hashes.
    pub(crate) fn sees(&mut self, files: BTreeMap<String, String>) {
        for (path, hash) in files {
            self.seen.entry(path).or_insert(hash);
        }
    }

    /// Ends what the model left running.
    pub(crate) async fn end_jobs(
        &mut self,
        workspace: &mut Workspace,
        masks: &Masks,
    ) -> Result<(), Stop> {
        self.shell.end_all(workspace).await?;
        workspace.reveal(masks).await
    }
}
