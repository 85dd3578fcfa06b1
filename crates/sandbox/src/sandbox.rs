//! A run's sandbox: opened once with the strongest backend that the machine has, it takes commands
//! until it is closed.

mod replies;

mod files;

use replies::{connection_lost, nothing_came, relative_path, require_backend, unexpected_reply};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::backends::{self, Backend, BackendRequest};
use crate::checked::check_policy;
use crate::client::{Answers, SandboxClient};
use crate::command::{Command, Exit, Outcome, Output};
use crate::environment::{CommandPaths, build_environment};
use crate::error::SandboxError;
use crate::policy::{BackendChoice, Network, Policy, Temporary, Tier};
use crate::protocol::{Reply, Request, Script};
use crate::tree;

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
    /// Before the policy, as what is dropped first: it works in folders that the policy's lease keeps.
    backend: RwLock<Option<Backend>>,
    policy: Policy,
    tier: Tier,
    tree: PathBuf,
    servers: AtomicUsize,
    /// The next number of a request, kept from one supervisor to the next.
    next: AtomicU64,
}

/// A command that runs in the background.
#[derive(Debug)]
pub struct Server {
    /// The ports that it listens on, as far as the backend lets us see them.
    pub listening: Vec<u16>,
    /// The way it ended, if it ended before it was ready.
    pub exited: Option<Exit>,
    /// Its output so far; the file goes on growing.
    pub output: Output,
    id: u64,
    /// Its outcome, if it ended before it was ready.
    ended: Option<Outcome>,
    /// Its end as it was told, if it was looked for.
    told: Option<Reply>,
    /// Where its end will be told.
    answers: Option<Answers>,
}

/// A sandbox that is being set up while something else is done.
#[derive(Debug)]
pub struct OpeningSandbox(JoinHandle<Result<Sandbox, SandboxError>>);

impl OpeningSandbox {
    /// Returns whether it stands, or never will.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits until it stands.
    ///
    /// # Errors
    /// As for [`Sandbox::open`].
    pub async fn wait(self) -> Result<Sandbox, SandboxError> {
        self.0
            .await
            .unwrap_or_else(|error| Err(SandboxError::Gone(error.to_string())))
    }
}

impl Server {
    /// Returns the way it ended, if it has ended by itself since it was started.
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
    /// Sets up the strongest backend that the policy and the machine allow.
    ///
    /// # Errors
    /// [`SandboxError::NoBackend`] when none can be had; another when the policy names what can't
    /// be used.
    pub async fn open(policy: Policy) -> Result<Self, SandboxError> {
        Self::open_soon(policy).wait().await
    }

    /// Begins to [`Sandbox::open`] on a thread of its own. Must be called within a tokio runtime.
    #[must_use]
    pub fn open_soon(policy: Policy) -> OpeningSandbox {
        OpeningSandbox(spawn_blocking(move || {
            Self::build_now(check_policy(policy)?)
        }))
    }

    fn build_now(policy: Policy) -> Result<Self, SandboxError> {
        let site = BackendRequest {
            policy: &policy,
            network: policy.network,
            copy: None,
        };
        let backend = backends::build_backend(policy.backend, &site)?;
        Ok(Self {
            tier: backend.tier.clone(),
            tree: backend.tree.clone(),
            policy,
            backend: RwLock::new(Some(backend)),
            servers: AtomicUsize::new(0),
            next: AtomicU64::new(1),
        })
    }

    /// Returns the backend in use, and how it came to be that one.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier.clone()
    }

    /// Returns where commands find the repository: its own path, or that of a copy where the backend can't mount.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.tree
    }

    /// Returns the folder for temporary files, which is no part of the repository: nothing in it is
    /// an effect.
    ///
    /// # Errors
    /// When the sandbox is gone.
    pub async fn temporary(&self) -> Result<Temporary, SandboxError> {
        let backend = self.backend.read().await;
        Ok(Temporary {
            host: self.policy.scratch.join("tmp"),
            seen: require_backend(backend.as_ref())?.temporary.clone(),
        })
    }

    /// Runs a command to its end. If the future is dropped before, the command is ended.
    ///
    /// # Errors
    /// When the command could not be run at all.
    pub async fn run(&self, command: Command) -> Result<Outcome, SandboxError> {
        let backend = self.backend_for(&command).await?;
        self.run_in(require_backend(backend.as_ref())?, &command)
            .await
    }

    /// Returns whether it can take a command as it stands: a server that runs keeps the network that
    /// it was started with.
    pub async fn can_run(&self, command: &Command) -> bool {
        let network = command.network_under(&self.policy);
        let backend = self.backend.read().await;
        let same = backend
            .as_ref()
            .is_none_or(|there| there.network == network);
        same || self.servers.load(Ordering::Acquire) == 0
    }

    /// Starts a command in the background, and waits until it listens on a port, exits, or half a
    /// minute or its time limit has passed; none ends it.
    ///
    /// # Errors
    /// When the command could not be started at all.
    pub async fn start_server(&self, command: Command) -> Result<Server, SandboxError> {
        let backend = self.backend_for(&command).await?;
        let backend = require_backend(backend.as_ref())?;
        let (id, answers) = self.start_command(backend, &command, true)?;
        let mut running = Running {
            client: &backend.client,
            id,
            answers,
            over: false,
        };
        let output = Output {
            path: self.output_path(id),
            bytes: 0,
        };
        let server = match running.wait_for_reply().await? {
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
                let outcome = self.outcome_of(reply)?;
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
    /// When the sandbox is gone.
    pub async fn stop(&self, mut server: Server) -> Result<Outcome, SandboxError> {
        if let Some(outcome) = server.ended {
            return Ok(outcome);
        }
        self.servers.fetch_sub(1, Ordering::AcqRel);
        if let Some(reply) = server.told.take() {
            return self.outcome_of(reply);
        }
        let backend = self.backend.read().await;
        let backend = require_backend(backend.as_ref())?;
        backend
            .client
            .send_notice(&Request::Stop { id: server.id }, b"")
            .map_err(connection_lost)?;
        let answers = server
            .answers
            .take()
            .ok_or_else(|| SandboxError::Gone("the server was never started".into()))?;
        let mut running = Running {
            client: &backend.client,
            id: server.id,
            answers,
            over: false,
        };
        self.outcome_of(running.wait_for_reply().await?)
    }

    /// Ends every process, ends the sandbox and removes the layers. The outputs stay in the scratch
    /// folder.
    ///
    /// # Errors
    /// When a process would not end, or a layer could not be removed.
    pub async fn close(self) -> Result<(), SandboxError> {
        let backend = self.backend.write().await.take();
        let folders = self.policy.scratch_folders();
        run_blocking(move || {
            if let Some(mut backend) = backend {
                backend.client.shut_down().map_err(connection_lost)?;
            }
            folders.iter().try_for_each(|folder| clear_scratch(folder))
        })
        .await
    }

    /// Returns the backend with the network that a command is to find. Where the last one found
    /// another, it is first built anew, as one of the same kind over the same layers.
    async fn backend_for(
        &self,
        command: &Command,
    ) -> Result<RwLockReadGuard<'_, Option<Backend>>, SandboxError> {
        let network = command.network_under(&self.policy);
        let backend = self.backend.read().await;
        if require_backend(backend.as_ref())?.network == network {
            return Ok(backend);
        }
        drop(backend);
        let mut backend = self.backend.write().await;
        if self.servers.load(Ordering::Acquire) > 0 {
            return Err(SandboxError::ServerRuns);
        }
        self.rebuild(&mut backend, network).await?;
        Ok(backend.downgrade())
    }

    async fn rebuild(
        &self,
        backend: &mut Option<Backend>,
        network: Network,
    ) -> Result<(), SandboxError> {
        let old = backend.take();
        let policy = self.policy.clone();
        let built = run_blocking(move || {
            let mut old = old.ok_or_else(|| SandboxError::Gone("it was not rebuilt".into()))?;
            old.client.shut_down().map_err(connection_lost)?;
            let site = BackendRequest {
                policy: &policy,
                network,
                copy: old.copy.clone(),
            };
            backends::build_backend(BackendChoice::Only(old.name), &site)
        })
        .await?;
        *backend = Some(built);
        Ok(())
    }

    async fn run_in(&self, backend: &Backend, command: &Command) -> Result<Outcome, SandboxError> {
        let (id, answers) = self.start_command(backend, command, false)?;
        let mut running = Running {
            client: &backend.client,
            id,
            answers,
            over: false,
        };
        self.outcome_of(running.wait_for_reply().await?)
    }

    fn start_command(
        &self,
        backend: &Backend,
        command: &Command,
        background: bool,
    ) -> Result<(u64, Answers), SandboxError> {
        let places = CommandPaths {
            tree: &backend.tree,
            home: &backend.home,
            temporary: &backend.temporary,
            real_home: backend.real_home.as_deref(),
        };
        let mut env = build_environment(&self.policy, command, &places);
        env.extend(command.env.iter().cloned());
        command
            .env_first
            .iter()
            .for_each(|first| first.prepend_to(&mut env));
        let shell = SHELLS
            .iter()
            .find(|shell| Path::new(shell).exists())
            .unwrap_or(&"/bin/sh");
        let folder: PathBuf = backend
            .tree
            .join(relative_path(&command.folder)?)
            .components()
            .collect();
        env.insert("PWD".into(), folder.to_string_lossy().into_owned());
        let words = [(*shell).to_owned(), "-c".to_owned(), command.script.clone()];
        let words = backend.before.iter().cloned().chain(words).collect();
        let script = Script {
            words,
            folder,
            env: env.into_iter().collect(),
        };
        let timeout = command.timeout.unwrap_or(self.policy.timeout);
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let id = self.next_id();
        backend.client.shut_services(command.alone);
        let answers = backend.client.send_request(
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

    fn outcome_of(&self, reply: Reply) -> Result<Outcome, SandboxError> {
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
                    path: self.output_path(id),
                    bytes,
                },
                elapsed: Duration::from_millis(elapsed_ms),
                left_behind,
            }),
            Reply::Refused { reason, .. } => Err(SandboxError::NotDone {
                what: "start the command".into(),
                reason,
            }),
            reply => Err(unexpected_reply(&reply)),
        }
    }

    fn output_path(&self, id: u64) -> PathBuf {
        self.policy.scratch.join("outputs").join(id.to_string())
    }

    fn next_id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    async fn request_reply(
        &self,
        backend: &Backend,
        id: u64,
        request: &Request,
        body: &[u8],
    ) -> Result<(Reply, Vec<u8>), SandboxError> {
        let mut answers = backend.client.send_request(id, request, body)?;
        answers.recv().await.ok_or_else(nothing_came)
    }
}

/// A command on its way, which is told to end if nobody waits for it any more.
struct Running<'a> {
    client: &'a SandboxClient,
    id: u64,
    answers: Answers,
    over: bool,
}

impl Running<'_> {
    async fn wait_for_reply(&mut self) -> Result<Reply, SandboxError> {
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
            // A supervisor that is gone has ended the command already.
            let _ = self.client.send_notice(&Request::Stop { id: self.id }, b"");
        }
    }
}

/// Removes what the sandbox put into the scratch.
fn clear_scratch(scratch: &Path) -> Result<(), SandboxError> {
    for entry in std::fs::read_dir(scratch).map_err(SandboxError::file("list", scratch))? {
        let path = entry.map_err(SandboxError::file("list", scratch))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if PASSING.contains(&name.as_str()) || name.starts_with("work-") {
            tree::remove_tree(&path).map_err(SandboxError::file("remove", &path))?;
        }
    }
    Ok(())
}

/// Does what blocks where blocking is allowed.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SandboxError> + Send + 'static,
) -> Result<T, SandboxError> {
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(SandboxError::Gone(error.to_string())),
    }
}
