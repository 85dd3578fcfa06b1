//! What the tests stand on: a small repository, and a sandbox over it behind a backend that is
//! asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sandbox::{
    BackendChoice, BackendName, Command, Limits, Network, Outcome, Policy, Sandbox, SandboxError,
};

use crate::required::skip;

/// A repository and a scratch folder in a temporary folder of their own.
pub(crate) struct Bench {
    pub(crate) root: PathBuf,
    pub(crate) scratch: PathBuf,
    _folder: tempfile::TempDir,
}

/// Every backend of Linux, and none.
pub(crate) const ALL: &[BackendName] = &[
    BackendName::Namespaces,
    BackendName::Bubblewrap,
    BackendName::Landlock,
    BackendName::Off,
];

/// Every backend of Linux.
pub(crate) const BACKENDS: &[BackendName] = &[
    BackendName::Namespaces,
    BackendName::Bubblewrap,
    BackendName::Landlock,
];

/// The sandbox that mount, and so show the repository at its own path and have a loopback.
pub(crate) const MOUNTING: &[BackendName] = &[BackendName::Namespaces, BackendName::Bubblewrap];

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repository");
        let scratch = root.with_file_name("scratch");
        fs::create_dir_all(root.join("src/deep")).unwrap();
        fs::write(root.join("README.md"), "read me\n").unwrap();
        fs::write(root.join("src/app.py"), "print('app')\n").unwrap();
        fs::write(root.join("src/deep/one.txt"), "one\n").unwrap();
        fs::write(root.join("src/deep/two.txt"), "two\n").unwrap();
        fs::write(root.join("run.sh"), "#!/bin/sh\necho ran\n").unwrap();
        fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink("README.md", root.join("link")).unwrap();
        Self {
            root,
            scratch,
            _folder: folder,
        }
    }

    pub(crate) fn policy(&self, backend: BackendName) -> Policy {
        Policy {
            root: self.root.clone(),
            scratch: self.scratch.clone(),
            memory: None,
            copies: None,
            backend: BackendChoice::Only(backend),
            network: Network::Closed,
            services: Vec::new(),
            env: Vec::new(),
            pass: Vec::new(),
            paths_first: Vec::new(),
            hidden: Vec::new(),
            show: Vec::new(),
            timeout: Duration::from_secs(60),
            limits: Limits::default(),
            helper: env!("CARGO_BIN_EXE_sandbox-supervisor").into(),
            at_own_path: false,
            lease: None,
        }
    }

    /// Returns every file of the repository with its bytes and mode, to show that nothing was
    /// written.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, u32, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.root, &mut found);
        found.sort();
        found
    }
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, u32, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let status = fs::symlink_metadata(&path).unwrap();
        let bytes = if status.is_symlink() {
            fs::read_link(&path)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes()
        } else if status.is_dir() {
            collect(&path, found);
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.push((path, status.permissions().mode(), bytes));
    }
}

/// Opens a sandbox, or skips the test where the machine lacks its backend.
pub(crate) async fn open(policy: Policy) -> Option<Sandbox> {
    let BackendChoice::Only(backend) = policy.backend else {
        panic!("a test names its backend")
    };
    match Sandbox::open(policy).await {
        Ok(sandbox) => Some(sandbox),
        Err(error @ SandboxError::NoBackend { .. }) => {
            skip(backend, error);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Skips the test where a process that was to open a sandbox printed that the machine lacks its
/// backend.
pub(crate) fn skipped(backend: BackendName, text: &str) -> bool {
    let lacks = text.contains("no sandbox backend works");
    if lacks {
        skip(backend, text);
    }
    lacks
}

/// Runs a program of the host, which must succeed, and gives what it printed.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has to look from outside of the sandbox"
)]
pub(crate) fn host(folder: &Path, words: &[&str]) -> String {
    let output = std::process::Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns whether some process of the host has these words on its command line.
pub(crate) fn runs_on_host(words: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line)
            .replace('\0', " ")
            .contains(words)
    })
}

/// Waits, for as long as a busy machine may need, until something holds.
pub(crate) fn eventually(holds: impl Fn() -> bool) -> bool {
    (0..2000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        holds()
    })
}

/// Runs a script in the root.
pub(crate) async fn run(sandbox: &Sandbox, script: &str) -> (Outcome, String) {
    let outcome = sandbox.run(Command::new(script)).await.unwrap();
    let text = outcome.output.head(1 << 20).unwrap();
    (outcome, text)
}

/// Runs a script that must succeed, and gives what it printed.
pub(crate) async fn succeed(sandbox: &Sandbox, script: &str) -> String {
    let (outcome, text) = run(sandbox, script).await;
    assert!(
        outcome.exit.is_success(),
        "{script}: {}: {text}",
        outcome.exit
    );
    text
}
