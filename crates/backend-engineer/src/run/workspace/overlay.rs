//! The run's sandbox: begun when it is known to be needed, waited for by the first command, kept in step with what is staged, and read for what
//! commands changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sandbox::{
    Command, Effect, EffectKind, Lease, Network, OpeningSandbox, Outcome, Policy, Sandbox, Server,
    Service, Temporary, Tier,
};

use super::Workspace;
use super::script_run::ScriptRun;
use crate::fingerprint;
use crate::model_setup::PROVIDER_KEYS;
use crate::run::promotable::Promotable;
use crate::run::scratch::{Scratch, place_of_copies};
use crate::stop::Stop;
use crate::tree::{Pending, Staged};

/// The class of a path that a command changed, which decides whether it is promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathRole {
    /// In the phase's scope: taken over.
    Scope,
    /// A cache, a coverage file, build output: dropped without a word.
    ByProduct,
    /// Anything else: dropped, and said.
    Foreign,
}

/// The run's sandbox, from when it is known to be needed.
#[derive(Debug, Default)]
pub(in crate::run) enum Walls {
    /// Nothing needed it yet.
    #[default]
    None,
    /// On its way.
    Rising(OpeningSandbox),
    /// There.
    Standing(Box<Sandbox>),
}

impl Workspace {
    /// Runs one command on the overlay, what is staged laid over it.
    pub(crate) async fn execute(&mut self, to_run: ScriptRun<'_>) -> Result<Outcome, Stop> {
        let command = self.build_command(to_run);
        self.keep_in_step().await?;
        Ok(self.opened()?.run(command).await?)
    }

    /// Runs one command on the overlay with the written files as they were before the change, and restores these.
    pub(crate) async fn execute_before(
        &mut self,
        to_run: ScriptRun<'_>,
        written: &[Pending],
    ) -> Result<Outcome, Stop> {
        self.keep_in_step().await?;
        for file in written {
            let bytes = file.before.as_ref().map(|found| found.bytes.clone());
            let mode = file.before.as_ref().map(|found| found.mode);
            self.lay(&file.path, &Staged { bytes, mode }).await?;
        }
        let command = self.build_command(to_run);
        let outcome = self.opened()?.run(command).await;
        for file in written {
            let bytes = self
                .tree
                .read(&file.path)
                .map_err(|error| Stop::refused(error.to_string()))?;
            let mode = file
                .after
                .mode
                .or(file.before.as_ref().map(|found| found.mode));
            self.lay(&file.path, &Staged { bytes, mode }).await?;
        }
        Ok(outcome?)
    }

    /// Returns the folder for temporary files of commands, which is no part of the tree.
    pub(crate) async fn temporary(&mut self) -> Result<Temporary, Stop> {
        self.prepare().await?;
        Ok(self.opened()?.temporary().await?)
    }

    /// Returns the version of Node that commands find, asked once.
    pub(crate) async fn node_version(&mut self) -> Result<Option<u32>, Stop> {
        if self.node.is_none() {
            let command = self.build_command(ScriptRun::new("node --version", "", Vec::new()));
            let outcome = self.opened()?.run(command).await?;
            let told = outcome.output.head(64).unwrap_or_default();
            let major = told
                .trim()
                .strip_prefix('v')
                .and_then(|version| version.split('.').next()?.parse().ok());
            self.node = Some(major.filter(|_| outcome.exit.is_success()));
        }
        Ok(self.node.flatten())
    }

    /// Starts a server on the overlay for the commands after it.
    pub(crate) async fn serve(&mut self, to_run: ScriptRun<'_>) -> Result<Server, Stop> {
        let command = self.build_command(to_run);
        self.keep_in_step().await?;
        Ok(self.opened()?.start_server(command).await?)
    }

    /// Ends a server.
    pub(crate) async fn end_server(&mut self, server: Server) -> Result<Outcome, Stop> {
        Ok(self.opened()?.stop(server).await?)
    }

    /// Returns the name of the walls that stand, where a command ran.
    pub(crate) fn tier(&self) -> Option<String> {
        self.sandbox_if_open()
            .map(|sandbox| sandbox.tier().to_string())
    }

    /// Returns whether the sandbox gives commands mounts and a network of their own; a copy shares the machine's.
    pub(crate) fn is_isolated(&self) -> bool {
        self.sandbox_if_open().is_some_and(|sandbox| {
            sandbox.root() == self.tree.root() && sandbox.tier().has_loopback
        })
    }

    /// Returns whether commands left nothing beside the tree but caches: none of it is data, output or a dependency.
    pub(crate) fn holds_only_caches(&self, effects: &[Effect]) -> bool {
        let is_git = |path: &str| path.starts_with(".git/") && fingerprint::is_by_product(path);
        let known = |path: &str| {
            self.tree.staged().contains_key(path) || code::paths::is_cache(path) || is_git(path)
        };
        effects.iter().all(|effect| known(&effect.path))
    }

    /// Returns whether commands can listen and connect on a loopback of their own.
    pub(crate) fn has_loopback(&self) -> bool {
        self.sandbox_if_open()
            .is_none_or(|sandbox| sandbox.tier().has_loopback)
    }

    /// Puts back, on the overlay, what commands changed, removed or made anew and what is not taken over, so that what is
    /// checked is what the user will have. By-products and what the user's own set-up made stay.
    pub(crate) async fn restore_unpromoted(
        &mut self,
        promotable: Promotable<'_>,
    ) -> Result<(), Stop> {
        for effect in self.effects().await? {
            let kept = self.set_up.contains(&effect.path) || self.by_product(&effect.path);
            if kept || takes_over(&effect, promotable) {
                continue;
            }
            if matches!(effect.kind, EffectKind::Created | EffectKind::Special) {
                self.restore_path(&effect).await?;
                continue;
            }
            let mode = self
                .tree
                .state_on_disk(&effect.path)
                .ok()
                .and_then(|found| found.as_ref().map(|found| found.mode));
            if let Ok(Some(bytes)) = self.tree.read(&effect.path) {
                if effect.kind == EffectKind::Link {
                    self.opened()?.remove_file(&effect.path).await?;
                }
                self.opened()?
                    .write_file(&effect.path, &bytes, mode)
                    .await?;
            }
        }
        Ok(())
    }

    /// Returns whether there is something beside the tree that the user does not get: by-products, what is staged, and what
    /// the user's own set-up made left out.
    pub(crate) fn has_leftovers(&self, effects: &[Effect]) -> bool {
        let known =
            |path: &str| self.tree.staged().contains_key(path) || self.set_up.contains(path);
        effects
            .iter()
            .any(|effect| !known(&effect.path) && !self.by_product(&effect.path))
    }

    /// Returns everything that commands have changed so far and that the user's tree does not have.
    pub(crate) async fn effects(&self) -> Result<Vec<Effect>, Stop> {
        match self.sandbox_if_open() {
            Some(sandbox) => Ok(sandbox.changes().await?),
            None => Ok(Vec::new()),
        }
    }

    /// Stages what commands changed within the scope; gives all that they changed.
    pub(crate) async fn take_over(
        &mut self,
        promotable: Promotable<'_>,
    ) -> Result<Vec<(Effect, PathRole)>, Stop> {
        let effects = self.effects().await?;
        let mut belongings = Vec::new();
        for effect in effects {
            let belonging = self.take_over_one(&effect, promotable).await?;
            belongings.push((effect, belonging));
        }
        Ok(belongings)
    }

    async fn take_over_one(
        &mut self,
        effect: &Effect,
        promotable: Promotable<'_>,
    ) -> Result<PathRole, Stop> {
        let path = effect.path.as_str();
        if !takes_over(effect, promotable) {
            return Ok(if self.by_product(path) {
                PathRole::ByProduct
            } else {
                PathRole::Foreign
            });
        }
        // A folder or a pipe in the file's place can't be read as a file: nothing of it is taken.
        let Ok(now) = self.opened()?.read_file(path).await else {
            return Ok(PathRole::Foreign);
        };
        let Ok(seen) = self.tree.read(path) else {
            return Ok(PathRole::Foreign);
        };
        let refused = |error: crate::tree::ReadError| Stop::refused(error.to_string());
        if now != seen {
            self.tree.stage(path, now.clone()).map_err(refused)?;
            self.synced.insert(
                path.to_owned(),
                Staged {
                    bytes: now.clone(),
                    mode: None,
                },
            );
        }
        let found = self
            .tree
            .state_on_disk(path)
            .map_err(refused)?
            .as_ref()
            .map(|found| found.mode);
        let mode = effect
            .mode
            .filter(|mode| *mode != found.unwrap_or(NEW_FILE));
        if let (Some(mode), true) = (mode, now.is_some()) {
            self.tree.stage_mode(path, mode).map_err(refused)?;
            self.synced.insert(
                path.to_owned(),
                Staged {
                    bytes: now,
                    mode: Some(mode),
                },
            );
        }
        Ok(PathRole::Scope)
    }

    fn build_command(&self, to_run: ScriptRun<'_>) -> Command {
        Command {
            script: to_run.script,
            folder: PathBuf::from(to_run.folder),
            env: to_run.env,
            env_first: to_run.env_first,
            paths_first: to_run.programs_first,
            timeout: Some(to_run.timeout.unwrap_or(self.settings.timeout())),
            network: None,
            alone: false,
        }
    }

    pub(in crate::run) fn opened(&self) -> Result<&Sandbox, Stop> {
        self.sandbox_if_open()
            .ok_or_else(|| Stop::environment("no sandbox is open"))
    }

    pub(in crate::run) fn sandbox_if_open(&self) -> Option<&Sandbox> {
        match &self.walls {
            Walls::Standing(sandbox) => Some(sandbox),
            Walls::None | Walls::Rising(_) => None,
        }
    }

    /// Opens the sandbox if need be, and lays over it what is staged and not yet there.
    pub(crate) async fn keep_in_step(&mut self) -> Result<(), Stop> {
        self.prepare().await?;
        let staged = self.tree.staged().clone();
        let gone: Vec<String> = self
            .synced
            .keys()
            .filter(|path| !staged.contains_key(*path))
            .cloned()
            .collect();
        for path in gone {
            let bytes = self
                .tree
                .read(&path)
                .map_err(|error| Stop::refused(error.to_string()))?;
            self.lay(&path, &Staged { bytes, mode: None }).await?;
            self.synced.remove(&path);
        }
        for (path, content) in staged {
            if self.synced.get(&path) != Some(&content) {
                self.lay(&path, &content).await?;
                self.synced.insert(path, content);
            }
        }
        Ok(())
    }

    async fn lay(&self, path: &str, content: &Staged) -> Result<(), Stop> {
        let sandbox = self.opened()?;
        match &content.bytes {
            Some(bytes) => sandbox.write_file(path, bytes, content.mode).await?,
            None => sandbox.remove_file(path).await?,
        }
        Ok(())
    }

    /// Begins to build the sandbox, unless it is begun, and does not wait for it.
    pub(crate) fn open_sandbox_soon(&mut self) -> Result<(), Stop> {
        if !matches!(self.walls, Walls::None) {
            return Ok(());
        }
        let unusable = |error: std::io::Error| {
            Stop::environment(format!("no private folder for the run: {error}")).hint(
                "Commands need room outside of the repository; point XDG_CACHE_HOME to a folder that can be written.",
            )
        };
        let scratch = Scratch::make(self.settings.cache.as_deref()).map_err(unusable)?;
        let memory = Scratch::make_in_memory();
        let folders = (
            scratch.path("sandbox").map_err(unusable)?,
            memory
                .as_ref()
                .and_then(|memory| memory.path("sandbox").ok()),
        );
        let kept: Vec<Scratch> = std::iter::once(scratch).chain(memory).collect();
        let kept = Arc::new(kept);
        let policy = self.policy(folders, kept.clone())?;
        self.scratch = Some(kept);
        self.walls = Walls::Rising(Sandbox::open_soon(policy));
        Ok(())
    }

    /// Returns whether a sandbox that was begun is there, or known not to come.
    pub(crate) fn has_raised(&self) -> bool {
        matches!(&self.walls, Walls::Rising(rising) if rising.is_ready())
    }

    /// Opens the sandbox without the configured set-up, and returns the backend with how it came to be that one.
    pub(crate) async fn open_bare(&mut self) -> Result<Tier, Stop> {
        self.open_sandbox_soon()?;
        if let Walls::Rising(rising) = std::mem::take(&mut self.walls) {
            self.walls = Walls::Standing(Box::new(rising.wait().await?));
        }
        Ok(self.opened()?.tier())
    }

    /// Runs a command that only looks in the sandbox that [`Workspace::open_bare`] opened.
    pub(crate) async fn run_in_bare_sandbox(
        &mut self,
        to_run: ScriptRun<'_>,
    ) -> Result<Outcome, Stop> {
        let command = self.build_command(to_run);
        Ok(self.opened()?.run(command).await?)
    }

    /// Opens the sandbox before anything is changed, so that a machine without walls is told at once.
    pub(crate) async fn prepare(&mut self) -> Result<(), Stop> {
        self.open_sandbox_soon()?;
        match std::mem::take(&mut self.walls) {
            Walls::Rising(rising) => {
                self.walls = Walls::Standing(Box::new(rising.wait().await?));
                self.set_up_project().await
            }
            walls => {
                self.walls = walls;
                Ok(())
            }
        }
    }

    fn policy(
        &self,
        (scratch, memory): (PathBuf, Option<PathBuf>),
        lease: Lease,
    ) -> Result<Policy, Stop> {
        let helper = std::env::current_exe().map_err(|error| {
            Stop::environment(format!("this program can't find itself: {error}"))
        })?;
        Ok(Policy {
            root: self.tree.root().to_owned(),
            scratch,
            memory,
            copies: self.settings.cache.as_deref().map(place_of_copies),
            backend: self.settings.backend(),
            network: if self.settings.network() {
                Network::Open
            } else {
                Network::Closed
            },
            services: self
                .settings
                .services()
                .into_iter()
                .map(|(name, host, port)| Service { name, host, port })
                .collect(),
            env: own_variables()
                .chain(self.settings.variables())
                .filter(|(name, _)| !is_key(name))
                .collect(),
            pass: self
                .settings
                .passed_names()
                .into_iter()
                .filter(|name| !is_key(name))
                .collect(),
            paths_first: Vec::new(),
            hidden: vec![PathBuf::from(".backend-engineer")],
            show: self
                .settings
                .show
                .iter()
                .map(|held| held.value.clone())
                .collect(),
            timeout: self.settings.timeout(),
            limits: self.settings.limits(),
            helper,
            // A copy shares the machine's network and processes, so that checks apart could meet.
            at_own_path: self.is_apart(),
            lease: Some(lease),
        })
    }

    /// Runs the configured set-up commands once; they alone may use the network by themselves.
    async fn set_up_project(&mut self) -> Result<(), Stop> {
        for script in self.settings.setup() {
            let mut command = self.build_command(ScriptRun::new(&script, "", Vec::new()));
            command.network = self.settings.setup_network.then_some(Network::Open);
            command.timeout = Some(self.settings.timeout().max(Duration::from_secs(600)));
            let outcome = self.opened()?.run(command).await?;
            if !matches!(outcome.exit, sandbox::Exit::Code(0)) {
                return Err(Stop::environment(format!(
                    "the set-up command `{script}` ended with {}:\n{}",
                    outcome.exit,
                    last_lines(&outcome, 20)
                ))
                .hint(
                    "Mend `commands.setup` in the configuration; `backend-engineer config` shows where it comes from.",
                ));
            }
        }
        self.set_up = self
            .effects()
            .await?
            .into_iter()
            .map(|effect| effect.path)
            .collect();
        Ok(())
    }
}

/// Returns whether the unit allows the effect: a file of its scope, no link, of a sane size, and removed only where the
/// plan says so.
fn takes_over(effect: &Effect, promotable: Promotable<'_>) -> bool {
    let removed = effect.kind == EffectKind::Deleted && !promotable.removes(&effect.path);
    // A folder that the unit names is not named for its caches and bytecode.
    let by_product =
        fingerprint::is_by_product(&effect.path) && !promotable.names_path(&effect.path);
    let other = matches!(effect.kind, EffectKind::Link | EffectKind::Special);
    let regular = !other && effect.bytes <= LARGEST;
    promotable.allows(&effect.path) && regular && !removed && !by_product
}

/// Returns what every command finds in its environment, unless the settings say otherwise.
///
/// Python takes its compiled files as current where the source has the size and the second of change that they note. A file
/// that is changed and changed back within a second (a model's edit, the baseline) would be run as it was before.
fn own_variables() -> impl Iterator<Item = (String, String)> {
    std::iter::once(("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()))
}

fn is_key(name: &str) -> bool {
    PROVIDER_KEYS.contains(&name)
}

/// The permission bits of a file that nobody said otherwise about.
const NEW_FILE: u32 = 0o644;

/// The largest file that a command may change in the user's tree, in bytes.
pub(in crate::run) const LARGEST: u64 = 64 << 20;

/// Returns the last lines that a command printed.
pub(crate) fn last_lines(outcome: &Outcome, count: usize) -> String {
    let text = outcome.output.tail(count * 200).unwrap_or_default();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
