//! Promotes a command's effects on the overlay where the phase's scope allows them, and discards the others.
//!
//! For each path that a command left different from the staged tree:
//!
//! | the path | decision |
//! |---|---|
//! | protected, or of this program | put back, told |
//! | a pipe, a socket, a device | left for the commands after, told |
//! | a link | put back, told: it could lead out of the repository |
//! | within the scope, or let in by the phase's words | taken over |
//! | outside of it, ignored by git | left: caches and build output |
//! | outside of it, else | put back, told |

use agent::ToolError;
use code::paths::{is_migration, locked_manifest};
use plan::Phase;
use sandbox::{Effect, EffectKind};

use super::tool_context::{FileEffect, ToolState, error_of_stop};
use crate::run::Workspace;
use crate::understand::WriteReason;

/// A command's effects after they were promoted or discarded.
#[derive(Debug, Default)]
pub(super) struct EffectSummary {
    /// Files that were taken over.
    pub(super) effects: Vec<FileEffect>,
    /// Their change, for people.
    pub(super) diff: String,
    /// Paths that were put back, with why.
    dropped: Vec<(String, String)>,
}

/// The most paths that are named to a model: enough to see a mistake, and a formatter over the
/// whole tree changes hundreds.
const NAMED: usize = 12;

impl EffectSummary {
    /// Returns what the model is told of them.
    pub(super) fn to_text(&self) -> String {
        let mut words = String::new();
        if !self.effects.is_empty() {
            let paths = self.effects.iter().map(|effect| match &effect.beyond {
                Some(why) => format!("{} ({why})", effect.path),
                None => effect.path.clone(),
            });
            words.push_str(&format!("\n[changed: {}]", join_paths(paths)));
        }
        if !self.dropped.is_empty() {
            let paths = self
                .dropped
                .iter()
                .map(|(path, why)| format!("{path} ({why})"));
            words.push_str(&format!("\n[not kept, undone: {}]", join_paths(paths)));
        }
        words
    }
}

/// Joins paths for the model, and says how many more there are.
fn join_paths(paths: impl Iterator<Item = String>) -> String {
    let paths: Vec<String> = paths.collect();
    let more = if paths.len() > NAMED {
        format!(" and {} more", paths.len() - NAMED)
    } else {
        String::new()
    };
    format!(
        "{}{more}",
        paths
            .iter()
            .take(NAMED)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    )
}

impl ToolState<'_> {
    /// Settles everything that a command has changed since `before`.
    ///
    /// The order of the steps matters: hidden values are revealed first, so that a file which a
    /// command only touched is equal to the staged one; links are looked at before the files behind
    /// them.
    pub(super) async fn process_effects(
        &mut self,
        before: &[Effect],
    ) -> Result<EffectSummary, ToolError> {
        // A job that still runs must not find the real values; what it finds is no effect.
        let concealed: &[String] = match self.memory.shell.has_jobs() {
            true => self.run.masks.paths(),
            false => {
                self.workspace
                    .reveal(&self.run.masks)
                    .await
                    .map_err(error_of_stop)?;
                &[]
            }
        };
        let mut effects = self.workspace.effects().await.map_err(error_of_stop)?;
        effects.retain(|effect| !concealed.contains(&effect.path));
        // A file that is equal to the user's tree is no effect of the overlay, though it was
        // staged.
        effects.extend(self.vanished(&effects));
        // Links first: what they lead away from can be put back only when they are gone.
        effects.sort_by_key(|effect| (effect.kind != EffectKind::Link, effect.path.clone()));
        let mut settled = EffectSummary::default();
        for effect in effects {
            let path = effect.path.as_str();
            let staged = self.workspace.tree.staged().contains_key(path);
            // It was there before this command, and is nobody's claim.
            if !staged && before.contains(&effect) || is_ours(path) {
                continue;
            }
            let now = self.workspace.on_overlay(path).await;
            let known = self.workspace.tree.read(path).ok();
            let same = matches!((&now, &known), (Ok(now), Some(known)) if now == known);
            // A changed mode leaves the content the same.
            if same && effect.kind != EffectKind::ModeChanged {
                continue;
            }
            match self.decide_effect(&effect) {
                EffectDecision::Take(permit) => match now {
                    Ok(bytes) => self.take(&effect, bytes, &permit, &mut settled)?,
                    // A folder in a file's place, or one that can't be read.
                    Err(_) => {
                        self.drop_effect(&effect, "no regular file", &mut settled)
                            .await?
                    }
                },
                EffectDecision::Leave => {}
                // A server in the background may listen there. It is gone with the unit.
                EffectDecision::LeaveAndSay(why) => {
                    settled.dropped.push((path.to_owned(), why.to_owned()))
                }
                EffectDecision::Drop(why) => self.drop_effect(&effect, why, &mut settled).await?,
            }
        }
        Ok(settled)
    }

    /// Returns files that are staged, and that the overlay has as the user's tree does: a command took the change away.
    fn vanished(&self, effects: &[Effect]) -> Vec<Effect> {
        let pending = self.workspace.tree.pending().into_iter();
        let gone = pending.filter(|file| !effects.iter().any(|effect| effect.path == file.path));
        gone.map(|file| Effect {
            kind: if file.before.is_some() {
                EffectKind::Modified
            } else {
                EffectKind::Deleted
            },
            bytes: 0,
            mode: None,
            path: file.path,
        })
        .collect()
    }

    /// Takes a file over into the staged tree, with hidden values as they really are, and records
    /// its change. A mode is kept only where it differs from that in the user's tree.
    fn take(
        &mut self,
        effect: &Effect,
        bytes: Option<Vec<u8>>,
        permit: &WriteReason,
        settled: &mut EffectSummary,
    ) -> Result<(), ToolError> {
        let path = effect.path.as_str();
        let before = self.workspace.tree.read(path).ok().flatten();
        let bytes = match bytes.map(String::from_utf8) {
            Some(Ok(text)) => Some(
                self.restore_hidden_text(path, before.as_deref(), text)?
                    .into_bytes(),
            ),
            Some(Err(error)) => Some(self.run.masks.reveal(error.as_bytes())),
            None => None,
        };
        let found = self
            .workspace
            .tree
            .state_on_disk(path)
            .ok()
            .and_then(|found| found.as_ref().map(|found| found.mode));
        let mode = effect.mode.filter(|mode| *mode != found.unwrap_or(0o644));
        settled.diff.push_str(&self.diff(
            path,
            before.as_deref(),
            bytes.as_deref().unwrap_or_default(),
        ));
        settled.effects.push(self.stage(path, bytes, mode, permit)?);
        // What a command wrote, the model has not read.
        self.memory.seen.remove(path);
        Ok(())
    }

    /// Puts the path back as it is staged, and records why for the model.
    async fn drop_effect(
        &mut self,
        effect: &Effect,
        why: &str,
        settled: &mut EffectSummary,
    ) -> Result<(), ToolError> {
        self.workspace
            .restore_path(effect)
            .await
            .map_err(error_of_stop)?;
        settled.dropped.push((effect.path.clone(), why.to_owned()));
        Ok(())
    }

    /// Decides what becomes of an effect. What is never written comes first, then what is no
    /// regular file, then whether the phase may change it.
    fn decide_effect(&self, effect: &Effect) -> EffectDecision {
        let path = effect.path.as_str();
        let staged = self.workspace.tree.staged().contains_key(path);
        if let Some(why) = self.forbidden(path) {
            return if path.starts_with(".git/") && self.workspace.by_product(path) {
                // Git's own by-products, as its index, change with every look at the repository.
                EffectDecision::Leave
            } else {
                EffectDecision::Drop(why)
            };
        }
        if effect.kind == EffectKind::Special {
            return if self.workspace.by_product(path) {
                EffectDecision::Leave
            } else {
                EffectDecision::LeaveAndSay("pipes, sockets and devices are not taken over")
            };
        }
        if effect.kind == EffectKind::Link {
            return if self.workspace.by_product(path) {
                EffectDecision::Leave
            } else {
                EffectDecision::Drop("links are not taken over")
            };
        }
        let permit = self
            .assignment
            .scope
            .permits(path, self.scope_mode)
            .filter(|permit| {
                // What git ignores is nobody's file, unless the phase names it.
                *permit == WriteReason::Named || staged || !self.workspace.by_product(path)
            });
        // What the scope doesn't name: a lock file beside its changed manifest, a migration that
        // the phase asks for, a path in the phase's words, a helper of its tests.
        let permit = permit
            .or_else(|| self.lock(path))
            .or_else(|| self.migration(effect))
            .or_else(|| self.worded(path))
            .or_else(|| self.helper(path));
        match permit {
            None if self.workspace.by_product(path) => EffectDecision::Leave,
            None => EffectDecision::Drop("outside of this phase"),
            Some(_) if Workspace::is_too_large(effect) => EffectDecision::Drop("too large"),
            // A command that cleans up must not remove a file that the plan keeps.
            Some(_)
                if effect.kind == EffectKind::Deleted && !self.assignment.scope.removes(path) =>
            {
                EffectDecision::Drop("the plan does not remove it")
            }
            Some(permit) => EffectDecision::Take(permit),
        }
    }

    /// Returns a lock file whose manifest was changed in this run.
    ///
    /// A manifest that changed makes its lock file change with it, whoever writes that.
    fn lock(&self, path: &str) -> Option<WriteReason> {
        let manifest = locked_manifest(path)?;
        let manifest = path
            .rsplit_once('/')
            .map_or(manifest.to_owned(), |(folder, _)| {
                format!("{folder}/{manifest}")
            });
        let changed = self
            .workspace
            .tree
            .pending()
            .iter()
            .any(|file| file.path == manifest);
        changed.then_some(WriteReason::Lock(manifest))
    }

    /// Returns a new file among migrations, where the phase asks for one.
    fn migration(&self, effect: &Effect) -> Option<WriteReason> {
        let path = effect.path.as_str();
        // Drizzle and Prisma write these along with each migration, new or not.
        let kept_by_tool =
            path.ends_with("meta/_journal.json") || path.ends_with("migration_lock.toml");
        let is_new = effect.kind == EffectKind::Created || kept_by_tool;
        (is_migration(path) && is_new && self.asks_for_migration())
            .then_some(WriteReason::Migration)
    }

    /// Returns whether the phase asks for a migration: by the word in its text, which tools share
    /// in all languages, or by a command that generates one.
    fn asks_for_migration(&self) -> bool {
        let mut units = self
            .assignment
            .units
            .iter()
            .filter_map(|unit| self.run.plan.phase(*unit));
        let text = |phase: &Phase| {
            self.run
                .plan
                .text()
                .get(phase.span.clone())
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let generates = |phase: &Phase| {
            phase.commands.iter().any(|command| {
                shell::read(&command.text)
                    .kinds()
                    .contains(&shell::Kind::Generate)
            })
        };
        units.any(|phase| text(phase).contains("migration") || generates(phase))
    }
}

/// The treatment of an effect.
enum EffectDecision {
    /// It is the phase's.
    Take(WriteReason),
    /// It is nobody's: caches and build output stay for the commands after.
    Leave,
    /// It stays for the commands after, and is told.
    LeaveAndSay(&'static str),
    /// It is put back, and told.
    Drop(&'static str),
}

fn is_ours(path: &str) -> bool {
    path.starts_with(".backend-engineer/")
}
