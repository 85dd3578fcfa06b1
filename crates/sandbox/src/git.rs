//! The host's `git`, for reading with everything switched off that a hostile repository could
//! carry, and for the one commit that a user may ask for, with everything left on that is the
//! user's own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::SandboxError;
use crate::process::new_command;

const READ_TIME: Duration = Duration::from_secs(30);
/// The time for which output is still read after git has ended.
const DRAIN: Duration = Duration::from_millis(200);

/// Settings that can start a program or reach out, each turned off for reading.
const QUIET: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=false",
    "core.sshCommand=false",
    "core.untrackedCache=false",
    "credential.helper=",
    "diff.external=",
    "gpg.program=false",
    "protocol.allow=never",
    "safe.directory=*",
    "submodule.recurse=false",
    "maintenance.auto=false",
    "gc.auto=0",
];

/// The state of one path, as `git status` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStatus {
    /// Relative to the top level, with `/` between its parts.
    pub path: String,
    /// The letter of the index: ` `, `M`, `A`, `D`, `R`, `C`, `T`, `U`, `?` or `!`.
    pub index: char,
    /// The letter of the working tree, of the same kind.
    pub tree: char,
}

/// Returns the top level of the repository that holds `folder`, or nothing if none does.
///
/// # Errors
/// When git is missing or does not answer.
pub async fn find_toplevel(folder: &Path) -> Result<Option<PathBuf>, SandboxError> {
    let output = run_for_reading(folder, &["rev-parse", "--show-toplevel"]).await?;
    if !output.status.success() {
        return Ok(None);
    }
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok((!line.is_empty()).then(|| PathBuf::from(os_string(line))))
}

/// Returns the folder in which git keeps the state of the working tree at `folder` (a merge that is
/// going on, the lock of the index), or nothing where there is no repository.
///
/// # Errors
/// When git is missing or does not answer.
pub async fn find_state_folder(folder: &Path) -> Result<Option<PathBuf>, SandboxError> {
    let output = run_for_reading(folder, &["rev-parse", "--absolute-git-dir"]).await?;
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    let found = output.status.success() && !line.is_empty();
    Ok(found.then(|| PathBuf::from(os_string(line))))
}

/// Returns whether `folder` lies in a git working tree.
///
/// # Errors
/// When git is missing or does not answer.
pub async fn is_repository(folder: &Path) -> Result<bool, SandboxError> {
    Ok(find_toplevel(folder).await?.is_some())
}

/// Returns the commit that is checked out, or nothing before the first one.
///
/// # Errors
/// When git is missing or does not answer.
pub async fn read_head(root: &Path) -> Result<Option<String>, SandboxError> {
    let output =
        run_for_reading(root, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).await?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// Returns the newest of the last 500 commits with this subject line, by its id.
///
/// # Errors
/// When git is missing or does not answer.
pub async fn find_commit(root: &Path, subject: &str) -> Result<Option<String>, SandboxError> {
    let output = run_for_reading(root, &["log", "--max-count=500", "--format=%H %s"]).await?;
    let log = String::from_utf8_lossy(&output.stdout);
    let found = log
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, of)| of.trim() == subject.trim());
    Ok(found.map(|(id, _)| id.to_owned()))
}

/// Returns what differs from the index and from the last commit at these paths, or everywhere if
/// none are given. Paths are taken as they are, not as patterns; ignored files are left out.
///
/// # Errors
/// When git is missing, does not answer, or `root` is no working tree.
pub async fn read_status<P: AsRef<OsStr>>(
    root: &Path,
    paths: &[P],
) -> Result<Vec<PathStatus>, SandboxError> {
    let mut arguments: Vec<OsString> = [
        "status",
        "--porcelain=v1",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--ignore-submodules=all",
        "--",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.extend(paths.iter().map(|path| path.as_ref().to_os_string()));
    let settings = settings_without_filters(root).await?;
    let output = run_quietly(root, &settings, &arguments).await?;
    if !output.status.success() {
        return Err(git_error("status", &output));
    }
    Ok(parse_status(&output.stdout))
}

fn parse_status(bytes: &[u8]) -> Vec<PathStatus> {
    bytes
        .split(|byte| *byte == 0)
        .filter(|entry| entry.len() > 3)
        .map(|entry| PathStatus {
            index: char::from(entry[0]),
            tree: char::from(entry[1]),
            path: String::from_utf8_lossy(&entry[3..]).into_owned(),
        })
        .collect()
}

/// Commits exactly these paths as they are in the working tree, with the user's own identity, hooks
/// and signing; what else is staged stays staged. Nothing can ask a question, and hooks get no
/// terminal.
///
/// Gives the new commit's id.
///
/// # Errors
/// [`SandboxError::Git`] with git's own words: no identity, a hook that refuses, nothing to commit.
pub async fn commit_paths<P: AsRef<OsStr>>(
    root: &Path,
    paths: &[P],
    message: &str,
    time: Duration,
) -> Result<String, SandboxError> {
    let paths: Vec<OsString> = paths
        .iter()
        .map(|path| path.as_ref().to_os_string())
        .collect();
    if paths.is_empty() {
        return Err(SandboxError::Git {
            what: "commit".into(),
            reason: "no paths were named".into(),
        });
    }
    // Files that git does not know yet are announced only: what the user has staged stays as it is if git refuses.
    let new: Vec<OsString> = read_status(root, &paths)
        .await?
        .into_iter()
        .filter(|status| status.index == '?')
        .map(|status| OsString::from(status.path))
        .collect();
    let command = |first: &[&str], paths: &[OsString]| -> Vec<OsString> {
        let first = std::iter::once("--literal-pathspecs").chain(first.iter().copied());
        first
            .map(OsString::from)
            .chain([OsString::from("--")])
            .chain(paths.iter().cloned())
            .collect()
    };
    if !new.is_empty() {
        run_as_user(root, command(&["add", "--intent-to-add"], &new), time).await?;
    }
    let committed = run_as_user(
        root,
        command(
            &["commit", "--quiet", "--no-edit", "--only", "-m", message],
            &paths,
        ),
        time,
    )
    .await;
    let left = if committed.is_ok() { &paths } else { &new };
    if !left.is_empty() {
        // A hook may have committed more than the index was told; what the index knows must be what was committed.
        run_as_user(root, command(&["reset", "--quiet"], left), time).await?;
    }
    committed?;
    read_head(root).await?.ok_or_else(|| SandboxError::Git {
        what: "commit".into(),
        reason: "it reported success, but there is no commit".into(),
    })
}

/// Runs git as the user would, in `time`, and with nobody to answer.
async fn run_as_user(
    root: &Path,
    arguments: Vec<OsString>,
    time: Duration,
) -> Result<(), SandboxError> {
    let name = arguments[1].to_string_lossy().into_owned();
    let mut command = without_terminal();
    command
        .envs(std::env::vars_os())
        .current_dir(root)
        .args(arguments);
    for name in LEADING_AWAY {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_EDITOR", "false")
        .env("GIT_PAGER", "cat");
    // git tells of each hook on its standard error, so that a refusal of one is told from git's own.
    command.env("GIT_TRACE2_EVENT", "2");
    command
        .env("GIT_ASKPASS", "false")
        .env("SSH_ASKPASS", "false")
        .env("SSH_ASKPASS_REQUIRE", "never");
    let output = wait_for_output(&name, command, time).await?;
    if output.status.success() {
        Ok(())
    } else {
        Err(git_error(&name, &output))
    }
}

/// git in a session of its own where that can be had, so that no hook and no signing program finds
/// a terminal to ask on.
fn without_terminal() -> std::process::Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match std::env::split_paths(&path)
        .map(|folder| folder.join("setsid"))
        .find(|program| program.is_file())
    {
        Some(setsid) => {
            let mut command = new_command(setsid);
            command.args(["--wait", "git"]);
            command
        }
        None => new_command("git"),
    }
}

/// Variables that would make git speak of another repository or index than the one at the root, or
/// that lead to where a person could be asked.
const LEADING_AWAY: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GPG_TTY",
    "DISPLAY",
    "WAYLAND_DISPLAY",
];

async fn run_for_reading<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: &[A],
) -> Result<Output, SandboxError> {
    run_quietly(folder, &[], arguments).await
}

/// Returns the settings that keep the repository's filters from being started where git reads its files: names of filters
/// are free, so that each that is configured is turned off by its own.
///
/// A file that a filter stores in another form then counts as changed.
async fn settings_without_filters(
    folder: &Path,
) -> Result<Vec<(String, &'static str)>, SandboxError> {
    let asked = ["config", "--name-only", "-z", "--get-regexp", r"^filter\."];
    let output = run_for_reading(folder, &asked).await?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = told.split('\0').filter(|name| !name.is_empty());
    let off = |name: &str| {
        let is_required = name.ends_with(".required");
        (name.to_owned(), if is_required { "false" } else { "" })
    };
    Ok(names.map(off).collect())
}

/// Runs git with everything switched off that could start a program, and these settings.
async fn run_quietly<A: AsRef<OsStr>>(
    folder: &Path,
    settings: &[(String, &str)],
    arguments: &[A],
) -> Result<Output, SandboxError> {
    let what = arguments
        .first()
        .map(|first| first.as_ref().to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut command = new_command("git");
    command
        .current_dir(folder)
        .arg("--no-pager")
        .arg("--no-optional-locks")
        .arg("--literal-pathspecs");
    for setting in QUIET {
        command.arg("-c").arg(setting);
    }
    // By variables: behind `-c`, a name with an equals sign in it would be cut there.
    command.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (at, (name, value)) in settings.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{at}"), name);
        command.env(format!("GIT_CONFIG_VALUE_{at}"), value);
    }
    command.args(arguments);
    for name in ["PATH", "TZ"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("LC_ALL", "C");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_ATTR_NOSYSTEM", "1");
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1");
    wait_for_output(&what, command, READ_TIME).await
}

async fn wait_for_output(
    what: &str,
    mut command: std::process::Command,
    time: Duration,
) -> Result<Output, SandboxError> {
    let failed = |reason: String| SandboxError::Git {
        what: what.to_owned(),
        reason,
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // What becomes the leader of a session must not lead a group before.
    let own_session = command.get_program() != "git";
    let mut command = tokio::process::Command::from(command);
    if !own_session {
        command.process_group(0);
    }
    let mut child = command
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("git could not be started: {error}")))?;
    let group = child
        .id()
        .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    let (stdout, stderr) = (
        read_pipe(child.stdout.take()),
        read_pipe(child.stderr.take()),
    );
    match tokio::time::timeout(time, child.wait()).await {
        Ok(status) => {
            let status = status.map_err(|error| failed(error.to_string()))?;
            Ok(Output {
                status,
                stdout: take_bytes(stdout).await,
                stderr: take_bytes(stderr).await,
            })
        }
        Err(_) => {
            if let Some(group) = group {
                // A group that has ended meanwhile needs no signal.
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            Err(SandboxError::GitTime {
                what: what.to_owned(),
                after: time,
            })
        }
    }
}

type Gathered = (Arc<Mutex<Vec<u8>>>, tokio::task::JoinHandle<()>);

fn read_pipe(pipe: Option<impl AsyncRead + Unpin + Send + 'static>) -> Gathered {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&bytes);
    let task = tokio::spawn(async move {
        let Some(mut pipe) = pipe else { return };
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&buffer[..count]);
        }
    });
    (bytes, task)
}

/// Returns all that came, without waiting for what a hook may have left running with the pipe in
/// its hands.
async fn take_bytes((bytes, mut task): Gathered) -> Vec<u8> {
    if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
        task.abort();
    }
    std::mem::take(&mut *bytes.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Returns the hook that failed, by git's own events, and what was printed beside them.
fn hook_that_failed(stderr: &str) -> (Option<String>, String) {
    let is_event = |line: &&str| line.starts_with("{\"event\":");
    let events: Vec<serde_json::Value> = stderr
        .lines()
        .filter(is_event)
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    // What git itself starts has a session without parts; a hook's own git has its parent's in front.
    let own = || {
        events.iter().filter(|event| {
            event["sid"]
                .as_str()
                .is_some_and(|session| !session.contains('/'))
        })
    };
    let failed: Vec<&serde_json::Value> = own()
        .filter(|event| event["event"] == "child_exit" && event["code"] != 0)
        .map(|event| &event["child_id"])
        .collect();
    let started = |event: &&serde_json::Value| {
        event["event"] == "child_start" && failed.contains(&&event["child_id"])
    };
    let hook = own()
        .filter(started)
        .find_map(|event| event["hook_name"].as_str())
        .map(str::to_owned);
    let said: Vec<&str> = stderr.lines().filter(|line| !is_event(line)).collect();
    (hook, said.join("\n").trim().to_owned())
}

fn git_error(what: &str, output: &Output) -> SandboxError {
    let (hook, mut reason) = hook_that_failed(&String::from_utf8_lossy(&output.stderr));
    if reason.is_empty() {
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .clone_into(&mut reason);
    }
    if reason.is_empty() {
        reason = format!("it ended with {} and said nothing", output.status);
    }
    if let Some(hook) = hook {
        return SandboxError::HookRefused { hook, reason };
    }
    SandboxError::Git {
        what: what.to_owned(),
        reason,
    }
}

fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_os_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_fails_is_told_from_git() {
        let event = |text: &str| format!("{{\"event\":{text}}}\n");
        let start = event(
            "\"child_start\",\"sid\":\"1\",\"child_id\":0,\"child_class\":\"hook\",\"hook_name\":\"pre-commit\"",
        );
        let exit = |code: u8| {
            event(&format!(
                "\"child_exit\",\"sid\":\"1\",\"child_id\":0,\"code\":{code}"
            ))
        };
        let inner = event("\"child_exit\",\"sid\":\"1/2\",\"child_id\":0,\"code\":1");
        let hook = |text: String| hook_that_failed(&text);
        assert_eq!(
            hook(format!("{start}no\n{}", exit(1))),
            (Some("pre-commit".to_owned()), "no".to_owned())
        );
        assert_eq!(
            hook(format!("{start}{inner}{}fatal: x\n", exit(0))),
            (None, "fatal: x".to_owned())
        );
        assert_eq!(hook("fatal: x\n".to_owned()), (None, "fatal: x".to_owned()));
    }

    #[test]
    fn status_keeps_odd_names_and_both_letters() {
        let found = parse_status(b" M a b.py\0?? \xc3\xa9\n.txt\0MD x\0");
        assert_eq!(
            found,
            [(' ', 'M', "a b.py"), ('?', '?', "é\n.txt"), ('M', 'D', "x")].map(
                |(index, tree, path)| PathStatus {
                    path: path.to_owned(),
                    index,
                    tree
                }
            )
        );
    }
}
