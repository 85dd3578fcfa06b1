//! Handles what a model's commands did to the overlay, file by file: reads it, restores it, takes it away.

use sandbox::{Command, Effect, EffectKind, Outcome, Server};

use super::Workspace;
use super::overlay::LARGEST;
use crate::secrets::Masks;
use crate::stop::Stop;

impl Workspace {
    /// Runs a command as it is given, what is staged laid over the tree, and files with secrets as `masks` show them.
    pub(crate) async fn run_command(
        &mut self,
        command: Command,
        masks: &Masks,
    ) -> Result<Outcome, Stop> {
        self.keep_in_step().await?;
        self.conceal(masks).await?;
        Ok(self.opened()?.run(command).await?)
    }

    /// Returns whether a command can run beside the servers that run: one that meets no network does not beside one that
    /// was started with it.
    pub(crate) async fn can_run(&mut self, command: &Command) -> Result<bool, Stop> {
        self.prepare().await?;
        Ok(self.opened()?.can_run(command).await)
    }

    /// Starts a command in the background, as [`Workspace::run_command`] runs one.
    pub(crate) async fn start_command(
        &mut self,
        command: Command,
        masks: &Masks,
    ) -> Result<Server, Stop> {
        self.keep_in_step().await?;
        self.conceal(masks).await?;
        Ok(self.opened()?.start_server(command).await?)
    }

    /// Puts made-up values in the place of secrets on the overlay.
    async fn conceal(&self, masks: &Masks) -> Result<(), Stop> {
        for path in masks.paths().iter().chain(&self.revealed) {
            let Ok(Some(bytes)) = self.on_overlay(path).await else {
                continue;
            };
            let shown = masks.conceal(&bytes);
            if shown != bytes {
                self.opened()?.write_file(path, &shown, None).await?;
            }
        }
        Ok(())
    }

    /// Puts the real values back on the overlay, in what the commands left of the files with secrets.
    pub(crate) async fn reveal(&self, masks: &Masks) -> Result<(), Stop> {
        if self.sandbox_if_open().is_none() {
            return Ok(());
        }
        for path in masks.paths().iter().chain(&self.revealed) {
            let Ok(Some(bytes)) = self.on_overlay(path).await else {
                continue;
            };
            let real = masks.reveal(&bytes);
            if real != bytes {
                self.opened()?.write_file(path, &real, None).await?;
            }
        }
        Ok(())
    }

    /// Returns where commands find the repository.
    pub(crate) async fn overlay_root(&mut self) -> Result<std::path::PathBuf, Stop> {
        self.prepare().await?;
        Ok(self.opened()?.root().to_owned())
    }

    /// Returns a regular file as commands see it: none where there is none, an error in words where it can't be read as
    /// one.
    pub(crate) async fn on_overlay(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let sandbox = self.opened().map_err(|stop| stop.message)?;
        sandbox
            .read_file(path)
            .await
            .map_err(|error| error.to_string())
    }

    /// Makes the path on the overlay what it is for the run: as staged, as in the user's tree, or gone.
    pub(crate) async fn restore_path(&mut self, effect: &Effect) -> Result<(), Stop> {
        let path = effect.path.as_str();
        if effect.kind == EffectKind::Link {
            self.opened()?.remove_file(path).await?;
        }
        let bytes = match self.tree.read(path) {
            Ok(bytes) => bytes,
            // Git's own files are none of the run's, and are as they lie there.
            Err(_) if matches!(effect.kind, EffectKind::Created | EffectKind::Special) => None,
            Err(_) => match survey::read_regular(&self.tree.root().join(path), u64::MAX) {
                Ok(bytes) => Some(bytes),
                Err(_) => return Ok(()),
            },
        };
        let mode = self.tree.staged().get(path).and_then(|staged| staged.mode);
        let found = self
            .tree
            .state_on_disk(path)
            .ok()
            .and_then(|found| found.as_ref().map(|found| found.mode));
        match bytes {
            Some(bytes) => {
                self.opened()?
                    .write_file(path, &bytes, mode.or(found))
                    .await?
            }
            None => self.opened()?.remove_file(path).await?,
        }
        Ok(())
    }

    /// Discards what the commands of the unit that ends left on the overlay and the user does not get. Caches, build output
    /// and what git ignores stay, as they would between two runs of a shell.
    pub(crate) async fn discard_leftovers(&mut self) -> Result<(), Stop> {
        let mut effects = self.effects().await?;
        effects.retain(|effect| !self.by_product(&effect.path));
        // Links first: what they lead away from can be restored only when they are gone.
        effects.sort_by_key(|effect| (effect.kind != EffectKind::Link, effect.path.clone()));
        for effect in effects {
            self.restore_path(&effect).await?;
        }
        Ok(())
    }

    /// Returns whether a file of that size may be taken over at all.
    pub(crate) fn is_too_large(effect: &Effect) -> bool {
        effect.bytes > LARGEST
    }
}
