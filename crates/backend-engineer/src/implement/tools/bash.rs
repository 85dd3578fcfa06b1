//! `Bash`: commands in the run's sandbox, on its overlay. What they did to the files of the phase is promoted, all
//! else is put back, and the model is told which.
//!
//! A call: what is dangerous or can't run here is refused with a reason → a command that is one of
//! the unit's checks, to the letter, runs as that check → else it runs on the overlay, with a mark
//! behind its output that tells exit codes and folder → what changed is promoted or put back → the
//! model reads the output's head and tail, how it ended, and what was kept.

use std::path::PathBuf;
use std::time::Duration;

use agent::{Tool, ToolError, ToolOutput};
use llm::{LocalFuture, ToolSpec};
use sandbox::{Command, Effect, Outcome};
use serde_json::Value;

use super::effects::EffectSummary;
use super::input::input;
use super::shell::{self, ShellStatus};
use super::tool_context::{ToolEffects, ToolState, error_of_stop, tool_with_context};
use super::tool_error;
use crate::analyze::nearest_tools;
use crate::check::{Snapshot, TreeRecipes, find_threat};

input! {
    /// Runs a shell command in a sandbox on a private copy of the repository: no network, and changes to files outside
    /// of the phase are undone. The folder is kept between calls. With run_in_background you get a job's number: the
    /// command `job N` shows its new output, `job N end` ends it.
    "Bash" BashInput {
        "command" command: String,
        /// In ms [120000]
        "timeout" timeout: Option<u64>,
        /// What it is for, in five words
        "description" description: Option<String>,
        "run_in_background" run_in_background: Option<bool>,
    }
}

/// The time that a command may take unless it says otherwise.
/// A call asks for another one by `timeout`.
const USUAL: Duration = Duration::from_secs(120);

/// The time that a job is given to listen on a port before the model goes on.
const LISTENING: Duration = Duration::from_secs(3);

/// The bytes of an output's beginning that are shown, and as many of its end.
/// More of the end: that is where failures and summaries are.
const HEAD: usize = 5_000;
const TAIL: usize = 11_000;

/// So much more is read, so that no secret is cut in two.
/// A secret that begins before the cut is found only if its end is read too.
const MARGIN: usize = 1_024;

/// Variables of every command of a model: with them no program waits for a person.
/// A pager, an editor or a prompt would wait for a key that nobody presses; colours cost tokens.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("PAGER", "cat"),
    ("GIT_PAGER", "cat"),
    ("GIT_EDITOR", "true"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("NO_COLOR", "1"),
    ("CI", "1"),
];

tool_with_context!(Bash, BashInput);

impl Tool for Bash<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        false
    }

    fn limit(&self, left: Option<Duration>) {
        if let Ok(mut work) = self.context.at_once() {
            work.time_left = left;
        }
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = BashInput::read(arguments)?;
            let command = input.command.trim();
            if command.is_empty() {
                return tool_error("The command is empty.");
            }
            let mut work = self.context.work().await;
            // `jobs` and `job N` are words of this tool, though a shell has a `jobs` of its own.
            if let Some(asked) = JobAction::parse(command) {
                return work.about_jobs(asked).await;
            }
            // What lies on the overlay now was left by earlier commands, and is not this one's
            // effect.
            let before = work.workspace.effects().await.map_err(error_of_stop)?;
            if let Some(shown) = work.check_beside(command, &input, &before).await {
                return Ok(shown);
            }
            if let Some(threat) = find_threat(&work.read_shell_command(command), &work.run.settings)
            {
                return tool_error(format!("{threat}. It was not run."));
            }
            // Later checks must know whether a command may have left something that no tree shows.
            work.memory.touched |= !only_looks(command);
            let mark = shell::random_mark();
            let request = work.build_command(command, &input, &mark);
            if !work
                .workspace
                .can_run(&request)
                .await
                .map_err(error_of_stop)?
            {
                return tool_error(
                    "A server of the plan runs with the network open, which your commands don't meet: go on without.",
                );
            }
            if input.run_in_background.unwrap_or(false) {
                let name = input.description.as_deref().unwrap_or(command);
                return work.start(name, request, &before).await;
            }
            let masks = &work.run.masks;
            let outcome = work
                .workspace
                .run_command(request, masks)
                .await
                .map_err(error_of_stop)?;
            let shell_status = shell::shell_status(&outcome, &mark);
            let settled = work.process_effects(&before).await?;
            work.finished(&outcome, shell_status.as_ref(), settled)
                .await
        })
    }

    fn restore(&self, details: &Value) -> Result<(), ToolError> {
        self.context.restore(details)
    }
}

/// A request about jobs in the background.
enum JobAction {
    List,
    News(usize),
    End(usize),
}

/// Reads a command that is about jobs, and nothing else. A number that isn't one makes it a
/// command.
impl JobAction {
    fn parse(command: &str) -> Option<Self> {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["jobs"] => Some(JobAction::List),
            ["job", number] => number.parse().ok().map(JobAction::News),
            ["job", number, "end"] => number.parse().ok().map(JobAction::End),
            _ => None,
        }
    }
}

/// Returns whether a command only looks at files: such a one leaves nothing that a later one could find.
fn only_looks(command: &str) -> bool {
    let reading = ::shell::read(command);
    let calls = reading.calls();
    !calls.is_empty()
        && calls
            .iter()
            .all(|call| call.is_known() && call.kind() == ::shell::Kind::Inspect)
}

impl ToolState<'_> {
    /// Runs a command that is one of the unit's checks, to the letter, as this check beside the work, so that it counts if
    /// the tree stays as it is. None where it must run here: it leaves something, or finds what earlier commands left.
    ///
    /// A failure on a session that has touched something is not shown: the model's own earlier
    /// command may be what makes the check pass where it runs, and only a run there can tell.
    async fn check_beside(
        &mut self,
        command: &str,
        input: &BashInput,
        before: &[Effect],
    ) -> Option<ToolOutput> {
        let beside = self.concurrent_checks?;
        let request = beside.request(command, &self.memory.shell.folder)?;
        // A time limit or the background are wishes that the check's own run doesn't know.
        let is_plain = input.timeout.is_none() && !input.run_in_background.unwrap_or(false);
        if !is_plain || self.memory.shell.has_jobs() || !self.workspace.holds_only_caches(before) {
            return None;
        }
        let snapshot = Snapshot::new(self.workspace, self.state);
        let shown = tokio::time::timeout(self.longest(), beside.run_for_model(&snapshot, request))
            .await
            .ok()??;
        let exit = shown.ran.exit?;
        if exit != 0 && self.memory.touched {
            return None;
        }
        // Cut as any output is, so that a model can't tell the two ways apart.
        let text = shown.text.trim_end();
        let middle = text.len().saturating_sub(HEAD + TAIL);
        let mut said = match middle {
            0 => text.to_owned(),
            middle => {
                let tail = &text[text.ceil_char_boundary(text.len() - TAIL)..];
                let place = shown
                    .ran
                    .output
                    .map(|output| format!(", more in the journal as output {}", output.0));
                let place = place.unwrap_or_default();
                format!(
                    "{}\n[… {middle} bytes left out{place} …]\n{tail}",
                    super::tool_context::cut_text(text, HEAD)
                )
            }
        };
        if said.is_empty() && exit == 0 {
            "(no output)".clone_into(&mut said);
        }
        if exit != 0 {
            said.push_str(&format!("\n[exit code {exit}]"));
        }
        let trace = ToolEffects {
            output: shown.ran.output.map(|output| output.0),
            ..ToolEffects::default()
        };
        Some(self.output(said.trim_start_matches('\n'), &trace))
    }

    /// Reads a command in the folder that it runs in, with the recipes of the tree.
    fn read_shell_command(&self, command: &str) -> ::shell::Reading {
        let folder = self.memory.shell.folder.as_str();
        ::shell::read_with(
            command,
            &TreeRecipes::new(self.run, self.workspace, folder.trim_start_matches('/')),
        )
    }

    /// Builds the request for the sandbox: the script in the shell's folder, with the programs of
    /// the nearest environment first, and no longer than the run has time.
    fn build_command(&self, command: &str, input: &BashInput, mark: &str) -> Command {
        let folder = self.memory.shell.folder.as_str();
        let inside = if folder.starts_with('/') { "" } else { folder };
        let longest = self.longest();
        let timeout = input.timeout.map_or(USUAL.min(longest), |asked| {
            Duration::from_millis(asked.max(1)).min(longest)
        });
        let background = input.run_in_background.unwrap_or(false);
        Command {
            script: shell::wrap_script(command, folder, mark),
            folder: PathBuf::new(),
            env: self.environment(),
            env_first: Vec::new(),
            paths_first: nearest_tools(self.run.root(), inside.as_ref()),
            // A job ends by itself, when it is told to, or with the run; whether it listens is not waited for longer.
            timeout: Some(if background { LISTENING } else { timeout }),
            network: None,
            // What a model tries is no check: it meets no data that is not made for it.
            alone: !self.run.settings.services_for_model(),
        }
    }

    /// Returns the variables of a command: secrets among those that the user lets commands see are made up.
    ///
    /// Variables without a secret come from the sandbox's own policy and need no entry here.
    fn environment(&self) -> Vec<(String, String)> {
        let masks = &self.run.masks;
        let hidden = |(name, value): (String, String)| {
            let shown = String::from_utf8(masks.conceal(value.as_bytes())).ok()?;
            (shown != value).then_some((name, shown))
        };
        let own = ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.run
            .settings
            .variables()
            .into_iter()
            .filter_map(hidden)
            .chain(own)
            .collect()
    }

    /// Returns the longest time that a command may take: the user's limit, at least the usual time,
    /// and never more than the run has left.
    fn longest(&self) -> Duration {
        let longest = self.run.settings.timeout().max(USUAL);
        // The sandbox takes no command that has no time at all.
        self.time_left.map_or(longest, |left| {
            longest.min(left.max(Duration::from_secs(1)))
        })
    }

    /// Answers a command about jobs. What a job changed meanwhile is processed as any effect.
    async fn about_jobs(&mut self, asked: JobAction) -> Result<ToolOutput, ToolError> {
        let before = self.workspace.effects().await.map_err(error_of_stop)?;
        let text = match asked {
            JobAction::List => self.memory.shell.list_jobs(),
            // Silence is an answer: an empty one would look like an error of the tool.
            JobAction::News(number) => match self.memory.shell.read_new_output(number) {
                Ok(text) if text.trim().is_empty() => "(nothing new)".to_owned(),
                Ok(text) => text,
                Err(why) => return tool_error(why),
            },
            JobAction::End(number) => self
                .memory
                .shell
                .end(number, self.workspace)
                .await
                .map_err(error_of_stop)?,
        };
        let settled = self.process_effects(&before).await?;
        let trace = ToolEffects {
            effects: settled.effects.clone(),
            diff: settled.diff.clone(),
            ..ToolEffects::default()
        };
        Ok(self.output(&format!("{}{}", text.trim_end(), settled.to_text()), &trace))
    }

    /// Starts a job in the background, and says whether it listens. One that ends at once becomes
    /// no job; its output says why.
    async fn start(
        &mut self,
        name: &str,
        request: Command,
        before: &[sandbox::Effect],
    ) -> Result<ToolOutput, ToolError> {
        let server = self
            .workspace
            .start_command(request, &self.run.masks)
            .await
            .map_err(error_of_stop)?;
        // A server's first lines name its address, or why it can't start.
        let early = server.output.head(4_000).unwrap_or_default();
        let state = match (&server.exited, server.listening.as_slice()) {
            (Some(exit), _) => Err(format!("It ended at once: {exit}.")),
            (None, []) => Ok("runs; nothing listens yet".to_owned()),
            (None, ports) => {
                let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
                Ok(format!("runs and listens on port {}", ports.join(", ")))
            }
        };
        let said = match state {
            Err(ended) => {
                self.workspace
                    .end_server(server)
                    .await
                    .map_err(error_of_stop)?;
                ended
            }
            Ok(state) => format!("Job {} {state}.", self.memory.shell.take_in(name, server)),
        };
        let settled = self.process_effects(before).await?;
        let trace = ToolEffects {
            effects: settled.effects.clone(),
            diff: settled.diff.clone(),
            ..ToolEffects::default()
        };
        Ok(self.output(&format!("{said}\n{early}{}", settled.to_text()), &trace))
    }

    /// Puts together what the model reads of a command that ended.
    ///
    /// Output, then how it ended (nothing where all went well), processes that were ended with it,
    /// what was kept or undone, and the folder where it changed.
    async fn finished(
        &mut self,
        outcome: &Outcome,
        shell_status: Option<&ShellStatus>,
        settled: EffectSummary,
    ) -> Result<ToolOutput, ToolError> {
        let length = shell_status.map_or(outcome.output.bytes, |shell_status| shell_status.at);
        let kept = self.store_long_output(outcome, length)?;
        let mut text = self.shown_output(outcome, length, kept)?;
        let pipe = shell_status
            .map(|shell_status| shell_status.pipe.as_slice())
            .unwrap_or_default();
        let longest = u64::try_from(self.longest().as_millis()).unwrap_or(u64::MAX);
        let ending = shell::describe_ending(&outcome.exit, pipe, longest);
        if text.trim().is_empty() {
            text = if ending.is_none() {
                "(no output)".to_owned()
            } else {
                String::new()
            };
        }
        let mut text = text.trim_end().to_owned();
        if let Some(ending) = ending {
            text.push_str(&format!("\n[{ending}]"));
        }
        if outcome.left_behind {
            text.push_str(
                "\n[processes that it left running were ended; run_in_background keeps a server]",
            );
        }
        text.push_str(&settled.to_text());
        let mut trace = ToolEffects {
            effects: settled.effects,
            diff: settled.diff,
            output: kept,
            ..ToolEffects::default()
        };
        if let Some(shell_status) = shell_status {
            let root = self.workspace.overlay_root().await.map_err(error_of_stop)?;
            let folder = shell::kept_folder(&shell_status.folder, &root);
            if folder != self.memory.shell.folder {
                text.push_str(&format!(
                    "\n[now in {}]",
                    if folder.is_empty() {
                        "the root"
                    } else {
                        &folder
                    }
                ));
                trace.folder = Some(folder.clone());
                self.memory.shell.folder = folder;
            }
        }
        Ok(self.output(text.trim_start_matches('\n'), &trace))
    }

    /// Keeps the output in the journal, where it does not fit what is shown.
    /// The model can narrow its command; a person can read the rest by its number.
    fn store_long_output(&self, outcome: &Outcome, length: u64) -> Result<Option<u64>, ToolError> {
        if length <= (HEAD + TAIL) as u64 {
            return Ok(None);
        }
        let kept = self
            .run
            .recorder
            .keep_output(&outcome.output.path, length)
            .map_err(error_of_stop)?;
        Ok(kept.map(|output| output.0))
    }

    /// Returns the output's head and tail, secrets taken out before it is cut.
    ///
    /// Taken out after the cut, a secret that the cut divides would show its half.
    fn shown_output(
        &self,
        outcome: &Outcome,
        length: u64,
        kept: Option<u64>,
    ) -> Result<String, ToolError> {
        let broken =
            |error: std::io::Error| ToolError::Stop(format!("an output can't be read: {error}"));
        let clean = |text: &str| self.run.redactor.redact_text(text);
        let length = usize::try_from(length.min(outcome.output.bytes)).unwrap_or(usize::MAX);
        if length <= HEAD + TAIL {
            return Ok(clean(&outcome.output.head(length).map_err(broken)?));
        }
        let head = clean(&outcome.output.head(HEAD + MARGIN).map_err(broken)?);
        // Behind the proper output stands the mark of the shell, which is nobody's output.
        let after = usize::try_from(outcome.output.bytes).unwrap_or(usize::MAX) - length;
        let tail = outcome.output.tail(TAIL + MARGIN + after).map_err(broken)?;
        let proper = tail.len().saturating_sub(after);
        let tail = clean(tail.get(..proper).unwrap_or(&tail));
        let cut = |from: usize| {
            (from..=tail.len())
                .find(|at| tail.is_char_boundary(*at))
                .unwrap_or(0)
        };
        let tail = &tail[cut(tail.len().saturating_sub(TAIL))..];
        let place = kept
            .map(|number| format!(", more in the journal as output {number}"))
            .unwrap_or_default();
        Ok(format!(
            "{}\n[… {} bytes left out{place}; narrow the command to see them …]\n{tail}",
            super::tool_context::cut_text(&head, HEAD),
            length.saturating_sub(HEAD + TAIL)
        ))
    }
}
