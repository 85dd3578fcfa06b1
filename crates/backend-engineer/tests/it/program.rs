//! Starts the program as a person would, in a folder of its own, with a home of its own and an empty environment.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// A repository to start the program in, and a home beside it.
pub(crate) struct Scene {
    folder: TempDir,
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
        self.folder.path().join("repository").canonicalize().expect("the folder")
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
        command.args(["-c", script]).env("PROGRAM", env!("CARGO_BIN_EXE_backend-engineer"));
        command
    }

    /// The program with `arguments`, started and not waited for, its stdout to be read.
    pub(crate) fn start(&self, arguments: &[&str]) -> std::process::Child {
        self.spawn(arguments, std::process::Stdio::null())
    }

    /// The program with `arguments`, started and not waited for, its stdin to be written and its stdout to be read.
    pub(crate) fn converse(&self, arguments: &[&str]) -> std::process::Child {
        self.spawn(arguments, std::process::Stdio::piped())
    }

    #[expect(clippy::disallowed_methods, reason = "a process to talk to, or to kill, is what is tested")]
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
        command.env_clear().env("HOME", self.folder.path().join("home")).env("PATH", "/usr/bin:/bin");
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
