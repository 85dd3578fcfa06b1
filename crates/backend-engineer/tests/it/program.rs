//! Starts the program as a person would, in a folder of its own, with a home of its own and an empty environment.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A repository to start the program in, and a home beside it.
pub(crate) struct Scene {
    folder: TempDir,
}

/// Returns a plan of one phase that makes `path` count to two, with these criteria.
pub(crate) fn counting_plan(path: &str, criteria: &str) -> String {
    format!(
        "# Counting\n\nStatus: Approved\n\n## Phase 1: Count\n\n**File**: `{path}`\n\n```python\none = 1\ntwo = 2\n```\n\n\
         ### Success Criteria\n\n#### Automated Verification\n{criteria}"
    )
}

/// What came of starting the program.
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it printed, the scene's folder replaced by `SCENE`.
    pub(crate) stdout: String,
    /// What it said, the scene's folder replaced by `SCENE`.
    pub(crate) stderr: String,
}

impl Scene {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["repository/.git", "home"] {
            std::fs::create_dir_all(folder.path().join(path)).expect("a folder");
        }
        Scene { folder }
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder
            .path()
            .join("repository")
            .canonicalize()
            .expect("the folder")
    }

    /// Writes a file, below the scene's folder.
    pub(crate) fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    /// Reads a file of the repository.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("a file")
    }

    /// The program, ready to be started in the repository.
    pub(crate) fn program(&self) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("backend-engineer");
        self.surround(&mut command);
        command
    }

    /// A shell in the same surroundings, with the program as `$PROGRAM`.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        self.surround(&mut command);
        command
            .args(["-c", script])
            .env("PROGRAM", env!("CARGO_BIN_EXE_backend-engineer"));
        command
    }

    /// Runs a script that ends with 0, by somebody whom git knows; gives what it printed.
    pub(crate) fn must(&self, script: &str) -> String {
        let mut shell = self.shell(script);
        for role in ["AUTHOR", "COMMITTER"] {
            shell
                .env(format!("GIT_{role}_NAME"), "A")
                .env(format!("GIT_{role}_EMAIL"), "a@example.org");
        }
        let ended = self.end(&mut shell);
        assert_eq!(ended.code, 0, "{script}: {ended}");
        ended.stdout
    }

    /// Makes the repository one of git, with a first commit of all that lies there, on the branch `main`.
    pub(crate) fn commit_first(&self) {
        self.must("rm -rf .git && git init -q -b main . && git add -A && git commit -q -m Start");
    }

    /// The program with `arguments`, started and not waited for, its stdout to be read.
    pub(crate) fn start(&self, arguments: &[&str]) -> std::process::Child {
        self.spawn(arguments, std::process::Stdio::null())
    }

    /// The program with `arguments`, started and not waited for, its stdin to be written and its stdout to be read.
    pub(crate) fn converse(&self, arguments: &[&str]) -> std::process::Child {
        self.spawn(arguments, std::process::Stdio::piped())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a process to talk to, or to kill, is what is tested"
    )]
    fn spawn(&self, arguments: &[&str], stdin: std::process::Stdio) -> std::process::Child {
        std::process::Command::new(env!("CARGO_BIN_EXE_backend-engineer"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.root())
            .stdin(stdin)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts")
    }

    fn surround(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .env("PATH", "/usr/bin:/bin");
        command.current_dir(self.root());
    }

    /// Starts the program with `arguments` and waits for its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.end(self.program().args(arguments))
    }

    /// Waits for the end of a command of this scene.
    pub(crate) fn end(&self, command: &mut Command) -> Ended {
        let output = command.output().expect("it starts");
        let plain = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let real = self.folder.path().canonicalize().expect("the folder");
            let text = text.replace(shown(&real), "SCENE");
            text.replace(shown(self.folder.path()), "SCENE")
        };
        Ended {
            code: output.status.code().expect("an exit code"),
            stdout: plain(&output.stdout),
            stderr: plain(&output.stderr),
        }
    }
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "exit code {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(formatter, "\n--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}
