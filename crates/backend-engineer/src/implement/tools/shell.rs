//! A shell that keeps its folder from call to call, and the jobs that it left running; none outlives the run.
//!
//! Each call is a process of its own. To keep its folder, the script ends with a trap that prints a
//! mark, the exit codes of the last pipe and the folder; these lines are read from the output's end
//! and never shown.
//!
//! ```text
//! 3 passed                          the output proper
//! [be-1f…]|0 1|/work/repo/api|      the mark: `pytest | tail` ended with 0 and 1, in `api`
//! ```

use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use sandbox::{Exit, Outcome, Server};

use crate::run::Workspace;
use crate::stop::Stop;

/// The state of the shell that outlives a call.
#[derive(Debug, Default)]
pub(super) struct Shell {
    /// From the root; absolute where it lies outside; empty for the root.
    pub(super) folder: String,
    jobs: Vec<Job>,
}

/// A command in the background.
#[derive(Debug)]
struct Job {
    number: usize,
    command: String,
    server: Option<Server>,
    /// The bytes of its output that the model has been shown.
    told: u64,
}

/// The state that a shell reports at the end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShellStatus {
    /// The exit codes of the last pipe's parts.
    pub(super) pipe: Vec<i32>,
    /// Its folder.
    pub(super) folder: String,
    /// Where the output proper ends.
    pub(super) at: u64,
}

/// The most of a job's new output that is told at once, in bytes.
/// A chatty server must not fill the conversation; its end is what the model asks for.
const NEWS: u64 = 12_000;

/// Returns a word that no output holds by chance.
/// A mark that a command could guess would let it claim an exit code.
pub(super) fn random_mark() -> String {
    format!(
        "[be-{:016x}]",
        std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish()
    )
}

/// Returns the script as it is run: in the shell's folder, with a shell_status after its output.
///
/// Another shell than Bash (`sh`) has no such trap: its status is simply not known.
pub(super) fn wrap_script(command: &str, folder: &str, mark: &str) -> String {
    let enter = match folder {
        "" => String::new(),
        folder => format!("cd -- {} || exit 1\n", quote_text(folder)),
    };
    let shell_status =
        format!("printf \"\\n%s|%s|%s|\\n\" \"{mark}\" \"${{PIPESTATUS[*]}}\" \"$PWD\"");
    format!("if [ -n \"$BASH_VERSION\" ]; then trap '{shell_status}' EXIT; fi\n{enter}{command}\n")
}

/// Returns what the shell said at the end of `outcome`, where it came to say it.
///
/// `None` where the shell was ended before it could, or a command replaced it (`exec`). Longer than
/// any path and list of codes; the mark stands at the very end.
pub(super) fn shell_status(outcome: &Outcome, mark: &str) -> Option<ShellStatus> {
    const WINDOW: usize = 8 << 10;
    let mut file = File::open(&outcome.output.path).ok()?;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(WINDOW as u64);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(WINDOW as u64).read_to_end(&mut bytes).ok()?;
    let needle = format!("\n{mark}|");
    // The last one: a command may have printed a script that holds the same words.
    let at = bytes
        .windows(needle.len())
        .rposition(|window| window == needle.as_bytes())?;
    let rest = String::from_utf8_lossy(&bytes[at + needle.len()..]).into_owned();
    let (pipe, rest) = rest.split_once('|')?;
    let (folder, _) = rest.split_once("|\n")?;
    let pipe = pipe
        .split_whitespace()
        .filter_map(|code| code.parse().ok())
        .collect();
    Some(ShellStatus {
        pipe,
        folder: folder.to_owned(),
        at: from + at as u64,
    })
}

/// Returns the folder as it is kept: from the root where it lies below.
pub(super) fn kept_folder(folder: &str, root: &Path) -> String {
    match Path::new(folder).strip_prefix(root) {
        Ok(inside) => inside.to_string_lossy().into_owned(),
        Err(_) => folder.to_owned(),
    }
}

/// Quotes a text for a shell, whatever it holds.
fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Returns how a command ended, in words; nothing where all went well.
///
/// Of a pipe all codes are told: `pytest | tail` ends with 0 though tests failed.
pub(super) fn describe_ending(exit: &Exit, pipe: &[i32], longest_ms: u64) -> Option<String> {
    match exit {
        Exit::Code(code)
            if pipe.len() > 1 && (*code != 0 || pipe.iter().any(|part| *part != 0)) =>
        {
            let parts: Vec<String> = pipe.iter().map(ToString::to_string).collect();
            Some(format!(
                "exit code {code}; parts of the last pipe: {}",
                parts.join(" ")
            ))
        }
        Exit::Code(0) => None,
        Exit::Code(code) => Some(format!("exit code {code}")),
        Exit::Signal(signal) => Some(format!("ended by signal {signal}")),
        Exit::OverLimit(limit) => Some(format!("ended because {limit}")),
        Exit::TimedOut { after, .. } => Some(format!(
            "ended after {} s; give a longer timeout (at most {longest_ms} ms), or run_in_background for a server",
            after.as_secs()
        )),
    }
}

impl Shell {
    /// Takes in a job, and gives its number.
    pub(super) fn take_in(&mut self, command: &str, server: Server) -> usize {
        let number = self.jobs.last().map_or(1, |job| job.number + 1);
        self.jobs.push(Job {
            number,
            command: command.to_owned(),
            server: Some(server),
            told: 0,
        });
        number
    }

    /// Returns whether a job still runs, as far as it is known.
    pub(super) fn has_jobs(&self) -> bool {
        self.jobs.iter().any(|job| job.server.is_some())
    }

    /// Returns the jobs, one a line.
    pub(super) fn list_jobs(&self) -> String {
        let state = |job: &Job| if job.server.is_some() { "" } else { " (ended)" };
        let lines: Vec<String> = self
            .jobs
            .iter()
            .map(|job| format!("job {}{}: {}", job.number, state(job), job.command))
            .collect();
        if lines.is_empty() {
            "There are no jobs.".to_owned()
        } else {
            lines.join("\n")
        }
    }

    /// Returns what a job has printed since it was last looked at, and whether it has ended.
    ///
    /// A job that has ended by itself is told so, and stays listed until the model ends it.
    pub(super) fn read_new_output(&mut self, number: usize) -> Result<String, String> {
        let job = self.jobs.iter_mut().find(|job| job.number == number);
        let job = job.ok_or_else(|| format!("There is no job {number}."))?;
        let Some(server) = &mut job.server else {
            return Err(format!("Job {number} has ended."));
        };
        let exit = server
            .ended()
            .map(|exit| format!("\n[job {number} ended by itself: {exit}]"));
        let (text, end) = read_file_since(&server.output.path, job.told);
        job.told = end;
        Ok(text + &exit.unwrap_or_default())
    }

    /// Ends a job, and gives what it printed last and how it ended.
    /// The server is taken out first: even if ending it fails, nobody ends it twice.
    pub(super) async fn end(
        &mut self,
        number: usize,
        workspace: &mut Workspace,
    ) -> Result<String, Stop> {
        let Some(job) = self.jobs.iter_mut().find(|job| job.number == number) else {
            return Ok(format!("There is no job {number}."));
        };
        let Some(server) = job.server.take() else {
            return Ok(format!("Job {number} has ended already."));
        };
        let outcome = workspace.end_server(server).await?;
        let (text, _) = read_file_since(&outcome.output.path, job.told);
        Ok(format!("{text}\n[job {number} ended: {}]", outcome.exit))
    }

    /// Ends all jobs. They see the tree of the unit, which is over.
    /// Ends all jobs.
    pub(super) async fn end_all(&mut self, workspace: &mut Workspace) -> Result<(), Stop> {
        for job in &mut self.jobs {
            if let Some(server) = job.server.take() {
                workspace.end_server(server).await?;
            }
        }
        Ok(())
    }
}

/// An output that can't be read is empty: the job itself is not at fault.
/// Returns what stands in a file from a place on, at most [`NEWS`] bytes of its end, and where it ends.
fn read_file_since(path: &Path, from: u64) -> (String, u64) {
    let read = || -> std::io::Result<(String, u64)> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let start = from.max(length.saturating_sub(NEWS));
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(NEWS).read_to_end(&mut bytes)?;
        let left = if start > from {
            format!("[{} bytes left out]\n", start - from)
        } else {
            String::new()
        };
        Ok((format!("{left}{}", String::from_utf8_lossy(&bytes)), length))
    };
    read().unwrap_or_default()
}
