//! A run's sandbox: opened once behind the strongest wall that can be had, it takes commands until it is closed.

use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::RwLock;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::checked::checked;
use crate::command::{Command, Effect, Exit, Outcome, Output};
use crate::effects;
use crate::environment::{Places, environment};
use crate::error::SandboxError;
use crate::keeper::{Answers, Keeper};
use crate::policy::{Network, Policy, Temporary, Tier, WallChoice};
use crate::tree;
use crate::walls::{self, Site, Standing};
use crate::wire::{Reply, Request, Script};

/// Shells that take a script, the first that is there.
const SHELLS: &[&str] = &[
    "/bin/bash",
    "/usr/bin/bash",
    "/usr/local/bin/bash",
    "/run/current-system/sw/bin/bash",
    "/opt/homebrew/bin/bash",
    "/bin/sh",
];

/// Folders of the scratch that end with the run; the outputs stay.
const PASSING: &[&str] = &[
    "upper", "layers", "copy", "home", "tmp", "var-tmp", "devices", "blank",
];

/// A place for a run's commands. What one leaves in the repository, the next one finds.
#[derive(Debug)]
pub struct Sandbox {
    policy: Policy,
    standing: RwLock<Option<Standing>>,
    tier: Tier,
    tree: PathBuf,
    servers: AtomicUsize,
    /// The next number of a request, kept from one warden to the next.
    next: AtomicU64,
}

/// A command that runs in the background.
#[derive(Debug)]
pub struct Server {
    /// The ports that it listens on, as far as the wall lets us see them.
    pub listening: Vec<u16>,
    /// How it ended, if it ended before it was ready.
    pub exited: Option<Exit>,
    /// What it has printed so far; the file goes on growing.
    pub output: Output,
    id: u64,
    /// What came of it, if it ended before it was ready.
    ended: Option<Outcome>,
    /// Its end as it was told, if it was looked for.
    told: Option<Reply>,
    /// Where its end will be told.
    answers: Option<Answers>,
}

/// A sandbox whose walls are being built while something else is done.
#[derive(Debug)]
pub struct Rising(JoinHandle<Result<Sandbox, SandboxError>>);

impl Rising {
    /// Whether it stands, or never will.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits until it stands.
    ///
    /// # Errors
    /// As for [`Sandbox::open`].
    pub async fn stand(self) -> Result<Sandbox, SandboxError> {
        self.0
            .await
            .unwrap_or_else(|error| Err(SandboxError::Gone(error.to_string())))
    }
}

impl Server {
    /// How it ended, if it has ended by itself since it was started.
    pub fn ended(&mut self) -> Option<&Exit> {
        if self.exited.is_none()
            && let Some((reply, _)) = self
                .answers
                .as_mut()
                .and_then(|answers| answers.try_recv().ok())
        {
            if let Reply::Done { exit, .. } = &reply {
                self.exited = Some(exit.clone());
            }
            self.told = Some(reply);
        }
        self.exited.as_ref()
    }
}

impl Sandbox {
    /// Builds the strongest wall that the policy and the machine allow.
    ///
    /// # Errors
    /// [`SandboxError::NoWall`] when none can be had; another when the policy names what can't be used.
    pub async fn open(policy: Policy) -> Result<Self, SandboxError> {
        Self::raise(policy).stand().await
    }

    /// Begins to [`Sandbox::open`] on a thread of its own. Must be called within a tokio runtime.
    #[must_use]
    pub fn raise(policy: Policy) -> Rising {
        Rising(spawn_blocking(move || Self::build(checked(policy)?)))
    }

    fn build(policy: Policy) -> Result<Self, SandboxError> {
        let site = Site {
            policy: &policy,
            network: policy.network,
            copy: None,
        };
        let standing = walls::build(policy.wall, &site)?;
        Ok(Self {
            tier: standing.tier.clone(),
            tree: standing.tree.clone(),
            policy,
            standing: RwLock::new(Some(standing)),
            servers: AtomicUsize::new(0),
            next: AtomicU64::new(1),
        })
    }

    /// The wall that holds, and how it came to be that one.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier.clone()
    }

    /// Where commands find the repository: its own path, or that of a copy where the wall can't mount.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.tree
    }

    /// The folder for temporary files, which is no part of the repository: nothing in it is an effect.
    ///
    /// # Errors
    /// When the walls are gone.
    pub async fn temporary(&self) -> Result<Temporary, SandboxError> {
        let standing = self.standing.read().await;
        Ok(Temporary {
            host: self.policy.scratch.join("tmp"),
            seen: present(standing.as_ref())?.temporary.clone(),
        })
    }

    /// Runs a command to its end. If the future is dropped before, the command is ended.
    ///
    /// # Errors
    /// When the command could not be run at all.
    pub async fn run(&self, command: Command) -> Result<Outcome, SandboxError> {
        match command.network {
            Some(network) if network != self.policy.network => {
                self.run_elsewhere(command, network).await
            }
            _ => {
                let standing = self.standing.read().await;
                self.run_in(present(standing.as_ref())?, &command).await
            }
        }
    }

    /// Starts a command in the background, and waits until it listens on a port, exits, or half a minute or its
    /// time limit has passed; none ends it.
    ///
    /// # Errors
    /// When the command could not be started at all.
    pub async fn start(&self, command: Command) -> Result<Server, SandboxError> {
        let standing = self.standing.read().await;
        let standing = present(standing.as_ref())?;
        let (id, answers) = self.begin(standing, &command, true)?;
        let mut running = Running {
            keeper: &standing.keeper,
            id,
            answers,
            over: false,
        };
        let output = Output {
            path: self.output(id),
            bytes: 0,
        };
        let server = match running.answer().await? {
            Reply::Started { listening, .. } => Server {
                listening,
                ended: None,
                told: None,
                exited: None,
                output,
                id,
                answers: None,
            },
            reply => {
                let outcome = self.outcome(reply)?;
                let output = outcome.output.clone();
                let exited = Some(outcome.exit.clone());
                Server {
                    listening: Vec::new(),
                    ended: Some(outcome),
                    told: None,
                    exited,
                    output,
                    id,
                    answers: None,
                }
            }
        };
        if server.ended.is_none() {
            self.servers.fetch_add(1, Ordering::AcqRel);
        }
        Ok(Server {
            answers: Some(running.let_go()),
            ..server
        })
    }

    /// Ends a server with everything that it started, and gives what came of it.
    ///
    /// # Errors
    /// When the walls are gone.
    pub async fn stop(&self, mut server: Server) -> Result<Outcome, SandboxError> {
        if let Some(outcome) = server.ended {
            return Ok(outcome);
        }
        self.servers.fetch_sub(1, Ordering::AcqRel);
        if let Some(reply) = server.told.take() {
            return self.outcome(reply);
        }
        let standing = self.standing.read().await;
        let standing = present(standing.as_ref())?;
        standing
            .keeper
            .tell(&Request::Stop { id: server.id }, b"")
            .map_err(gone)?;
        let answers = server
            .answers
            .take()
            .ok_or_else(|| SandboxError::Gone("the server was never started".into()))?;
        let mut running = Running {
            keeper: &standing.keeper,
            id: server.id,
            answers,
            over: false,
        };
        self.outcome(running.answer().await?)
    }

    /// Everything that differs from the real tree, by content, sorted by path. A file that was written anew with the
    /// same bytes is no effect.
    ///
    /// # Errors
    /// When a layer can't be read.
    pub async fn changes(&self) -> Result<Vec<Effect>, SandboxError> {
        let standing = self.standing.read().await;
        let standing = present(standing.as_ref())?;
        let failed = |reason| SandboxError::NotDone {
            what: "find what commands changed".into(),
            reason,
        };
        if let Some(copy) = standing.copy.clone() {
            let (root, hidden) = (self.policy.root.clone(), self.policy.hidden.clone());
            return apart(move || {
                effects::of_copy(&copy.at, &root, &copy.manifest, &hidden).map_err(failed)
            })
            .await;
        }
        if !standing.layers.is_empty() {
            let layers = standing.layers.clone();
            return apart(move || effects::of_overlays(&layers).map_err(failed)).await;
        }
        let id = self.number();
        match self
            .ask(standing, id, &Request::Changes { id }, b"")
            .await?
        {
            (Reply::Effects { effects, .. }, _) => Ok(effects),
            (Reply::Refused { reason, .. }, _) => Err(failed(reason)),
            (reply, _) => Err(unexpected(&reply)),
        }
    }

    /// A file as commands see it, or nothing if there is none. `path` is relative to the root.
    ///
    /// # Errors
    /// When it can't be read, is no regular file, or leads out of the repository.
    pub async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SandboxError> {
        let standing = self.standing.read().await;
        let id = self.number();
        let request = Request::Read {
            id,
            path: inside(Path::new(path))?,
        };
        match self
            .ask(present(standing.as_ref())?, id, &request, b"")
            .await?
        {
            (Reply::Found { .. }, bytes) => Ok(Some(bytes)),
            (Reply::Absent { .. }, _) => Ok(None),
            (reply, _) => Err(refusal("read", path, &reply)),
        }
    }

    /// Writes a file for all later commands to see, and never to the real tree, with the folders that lead to it.
    /// `mode` holds permission bits; without it an existing file keeps its own and a new one gets 0644.
    ///
    /// # Errors
    /// When it can't be written, is there as something else than a regular file, or leads out of the repository.
    pub async fn write(
        &self,
        path: &str,
        bytes: &[u8],
        mode: Option<u32>,
    ) -> Result<(), SandboxError> {
        let standing = self.standing.read().await;
        let id = self.number();
        let request = Request::Write {
            id,
            path: inside(Path::new(path))?,
            mode,
        };
        match self
            .ask(present(standing.as_ref())?, id, &request, bytes)
            .await?
        {
            (Reply::Kept { .. }, _) => Ok(()),
            (reply, _) => Err(refusal("write", path, &reply)),
        }
    }

    /// Removes a file or a link for all later commands, and never from the real tree. One that is not there is no
    /// error.
    ///
    /// # Errors
    /// When it can't be removed, is a folder, or leads out of the repository.
    pub async fn remove(&self, path: &str) -> Result<(), SandboxError> {
        let standing = self.standing.read().await;
        let id = self.number();
        let request = Request::Remove {
            id,
            path: inside(Path::new(path))?,
        };
        match self
            .ask(present(standing.as_ref())?, id, &request, b"")
            .await?
        {
            (Reply::Kept { .. }, _) => Ok(()),
            (reply, _) => Err(refusal("remove", path, &reply)),
        }
    }

    /// Ends every process, takes the walls down and removes the layers. The outputs stay in the scratch folder.
    ///
    /// # Errors
    /// When a process would not end, or a layer could not be removed.
    pub async fn close(self) -> Result<(), SandboxError> {
        let standing = self.standing.write().await.take();
        let scratch = self.policy.scratch.clone();
        apart(move || {
            if let Some(mut standing) = standing {
                standing.keeper.end().map_err(gone)?;
            }
            clear(&scratch)
        })
        .await
    }

    /// Runs a command with another network than the run's: behind a wall of the same kind and over the same layers,
    /// which stands only for it.
    async fn run_elsewhere(
        &self,
        command: Command,
        network: Network,
    ) -> Result<Outcome, SandboxError> {
        let mut standing = self.standing.write().await;
        if self.servers.load(Ordering::Acquire) > 0 {
            return Err(SandboxError::ServerRuns);
        }
        self.rebuild(&mut standing, network).await?;
        let outcome = match present(standing.as_ref()) {
            Ok(there) => self.run_in(there, &command).await,
            Err(error) => Err(error),
        };
        self.rebuild(&mut standing, self.policy.network).await?;
        outcome
    }

    async fn rebuild(
        &self,
        standing: &mut Option<Standing>,
        network: Network,
    ) -> Result<(), SandboxError> {
        let old = standing.take();
        let policy = self.policy.clone();
        let built = apart(move || {
            let mut old = old.ok_or_else(|| SandboxError::Gone("it was not rebuilt".into()))?;
            old.keeper.end().map_err(gone)?;
            let site = Site {
                policy: &policy,
                network,
                copy: old.copy.clone(),
            };
            walls::build(WallChoice::Only(old.name), &site)
        })
        .await?;
        *standing = Some(built);
        Ok(())
    }

    async fn run_in(
        &self,
        standing: &Standing,
        command: &Command,
    ) -> Result<Outcome, SandboxError> {
        let (id, answers) = self.begin(standing, command, false)?;
        let mut running = Running {
            keeper: &standing.keeper,
            id,
            answers,
            over: false,
        };
        self.outcome(running.answer().await?)
    }

    fn begin(
        &self,
        standing: &Standing,
        command: &Command,
        background: bool,
    ) -> Result<(u64, Answers), SandboxError> {
        let places = Places {
            tree: &standing.tree,
            home: &standing.home,
            temporary: &standing.temporary,
            real_home: standing.real_home.as_deref(),
        };
        let mut env = environment(&self.policy, command, &places);
        env.extend(command.env.iter().cloned());
        command
            .env_first
            .iter()
            .for_each(|first| first.put(&mut env));
        let shell = SHELLS
            .iter()
            .find(|shell| Path::new(shell).exists())
            .unwrap_or(&"/bin/sh");
        let folder: PathBuf = standing
            .tree
            .join(inside(&command.folder)?)
            .components()
            .collect();
        env.insert("PWD".into(), folder.to_string_lossy().into_owned());
        let words = [(*shell).to_owned(), "-c".to_owned(), command.script.clone()];
        let words = standing.before.iter().cloned().chain(words).collect();
        let script = Script {
            words,
            folder,
            env: env.into_iter().collect(),
        };
        let timeout = command.timeout.unwrap_or(self.policy.timeout);
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let id = self.number();
        let answers = standing.keeper.ask(
            id,
            &Request::Run {
                id,
                script,
                timeout_ms,
                background,
            },
            b"",
        )?;
        Ok((id, answers))
    }

    fn outcome(&self, reply: Reply) -> Result<Outcome, SandboxError> {
        match reply {
            Reply::Done {
                id,
                exit,
                bytes,
                left_behind,
                elapsed_ms,
            } => Ok(Outcome {
                exit,
                output: Output {
                    path: self.output(id),
                    bytes,
                },
                elapsed: Duration::from_millis(elapsed_ms),
                left_behind,
            }),
            Reply::Refused { reason, .. } => Err(SandboxError::NotDone {
                what: "start the command".into(),
                reason,
            }),
            reply => Err(unexpected(&reply)),
        }
    }

    fn output(&self, id: u64) -> PathBuf {
        self.policy.scratch.join("outputs").join(id.to_string())
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    async fn ask(
        &self,
        standing: &Standing,
        id: u64,
        request: &Request,
        body: &[u8],
    ) -> Result<(Reply, Vec<u8>), SandboxError> {
        let mut answers = standing.keeper.ask(id, request, body)?;
        answers.recv().await.ok_or_else(nothing_came)
    }
}

/// A command on its way, which is told to end if nobody waits for it any more.
struct Running<'a> {
    keeper: &'a Keeper,
    id: u64,
    answers: Answers,
    over: bool,
}

impl Running<'_> {
    async fn answer(&mut self) -> Result<Reply, SandboxError> {
        let answer = self.answers.recv().await;
        self.over = true;
        answer.map(|(reply, _)| reply).ok_or_else(nothing_came)
    }

    /// Leaves the command to run; its end will come over what is given back.
    fn let_go(mut self) -> Answers {
        self.over = true;
        let (_, closed) = tokio::sync::mpsc::unbounded_channel();
        std::mem::replace(&mut self.answers, closed)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.over {
            // A warden that is gone has ended the command already.
            let _ = self.keeper.tell(&Request::Stop { id: self.id }, b"");
        }
    }
}

/// Removes what the walls put into the scratch.
fn clear(scratch: &Path) -> Result<(), SandboxError> {
    for entry in std::fs::read_dir(scratch).map_err(SandboxError::file("list", scratch))? {
        let path = entry.map_err(SandboxError::file("list", scratch))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if PASSING.contains(&name.as_str()) || name.starts_with("work-") {
            tree::remove(&path).map_err(SandboxError::file("remove", &path))?;
        }
    }
    Ok(())
}

/// Does what blocks where blocking is allowed.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, SandboxError> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SandboxError::Gone(error.to_string())),
    }
}

fn inside(path: &Path) -> Result<PathBuf, SandboxError> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            _ => {
                return Err(SandboxError::Outside {
                    path: path.to_path_buf(),
                });
            }
        }
    }
    Ok(clean)
}

fn present(standing: Option<&Standing>) -> Result<&Standing, SandboxError> {
    standing.ok_or_else(|| SandboxError::Gone("the walls could not be built again".into()))
}

/// The system's number for a path that leaves the folder to which it is bound.
const CROSSES: i32 = rustix::io::Errno::XDEV.raw_os_error();

/// The system's number for a file whose owner or group has no place in the user namespace.
const UNMAPPED: i32 = rustix::io::Errno::OVERFLOW.raw_os_error();

fn refusal(action: &str, path: &str, reply: &Reply) -> SandboxError {
    match reply {
        Reply::Refused {
            errno: Some(CROSSES),
            ..
        } => SandboxError::Outside {
            path: PathBuf::from(path),
        },
        Reply::Refused {
            errno: Some(UNMAPPED),
            reason,
            ..
        } => SandboxError::ForeignOwner {
            what: format!("{action} {path}"),
            reason: reason.clone(),
        },
        Reply::Refused { reason, .. } => SandboxError::NotDone {
            what: format!("{action} {path}"),
            reason: reason.clone(),
        },
        reply => unexpected(reply),
    }
}

fn unexpected(reply: &Reply) -> SandboxError {
    SandboxError::Gone(format!(
        "it gave an answer that was not asked for: {reply:?}"
    ))
}

fn nothing_came() -> SandboxError {
    SandboxError::Gone("it ended before it answered".into())
}

fn gone(error: std::io::Error) -> SandboxError {
    SandboxError::Gone(error.to_string())
}
