//! The context of the tools: the staged tree within the phase's scope, what the model has seen of it, and the effects
//! of each call, kept so that they can be brought about again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use agent::{ToolError, ToolOutput};
use code::paths::{TestRole, holds_tests, test_role};
use journal::hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use super::session_memory::SessionMemory;
use super::tool_error;
use crate::check::Snapshot;
use crate::implement::concurrent_checks::ConcurrentChecks;
use crate::run::{RunContext, UnitState, Workspace};
use crate::secrets::holds_keys;
use crate::stop::Stop;
use crate::tree::ReadError;
use crate::understand::{Assignment, ScopeMode, WriteReason, is_worded};
use crate::unit_work::UnitWork;

/// Everything that a call may touch.
#[derive(Debug)]
pub(crate) struct ToolState<'a> {
    /// The run.
    pub(super) run: &'a RunContext,
    /// The tree and the sandbox.
    pub(super) workspace: &'a mut Workspace,
    /// The state of the unit.
    pub(super) state: &'a mut UnitState,
    /// The phase.
    pub(super) assignment: &'a Assignment,
    /// The scope of the model's writes beyond the files that the plan names.
    pub(super) scope_mode: ScopeMode,
    /// The files that the model has seen, and its shell.
    pub(super) memory: &'a mut SessionMemory,
    /// The unit's checks beside its work.
    pub(super) concurrent_checks: Option<&'a ConcurrentChecks<'a>>,
    /// The time that the next command may take, where the run has a limit of time.
    pub(super) time_left: Option<Duration>,
}

/// The work, taken by one call at a time.
#[derive(Debug)]
pub(crate) struct ToolContext<'a>(Mutex<ToolState<'a>>);

/// One file that a call changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileEffect {
    /// From the root.
    pub(super) path: String,
    /// The content that it has now, as the journal keeps it; none where it is gone.
    pub(super) hash: Option<String>,
    /// Its permission bits, where they changed.
    pub(super) mode: Option<u32>,
    /// The content that lies in the user's tree beneath it; none where there is none.
    pub(super) base: Option<String>,
    /// Why a file that the phase does not name was changed.
    pub(super) beyond: Option<String>,
}

/// The effects of a call, which the journal keeps in the call's details.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ToolEffects {
    /// Files that it changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) effects: Vec<FileEffect>,
    /// Files that the model saw whole or in part, with their hashes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) seen: BTreeMap<String, String>,
    /// The shell's folder, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) folder: Option<String>,
    /// The change as a diff, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) diff: String,
    /// Where the whole output is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<u64>,
}

impl<'a> ToolContext<'a> {
    /// A context for one conversation.
    pub(crate) fn new(work: UnitWork<'a>, reach: ScopeMode, memory: &'a mut SessionMemory) -> Self {
        let UnitWork {
            run,
            assignment,
            workspace,
            state,
            ..
        } = work;
        ToolContext(Mutex::new(ToolState {
            run,
            workspace,
            state,
            assignment,
            scope_mode: reach,
            memory,
            concurrent_checks: None,
            time_left: None,
        }))
    }

    /// Has the unit's checks run beside the work.
    pub(crate) fn with_concurrent_checks(
        mut self,
        beside: Option<&'a ConcurrentChecks<'a>>,
    ) -> Self {
        self.0.get_mut().concurrent_checks = beside;
        self
    }

    /// Returns the tree as it is now.
    pub(crate) async fn snapshot(&self) -> Snapshot {
        let work = self.work().await;
        Snapshot::new(work.workspace, work.state)
    }

    /// Returns the work, when no other call is at it.
    pub(crate) async fn work(&self) -> MutexGuard<'_, ToolState<'a>> {
        self.0.lock().await
    }

    /// Returns the work at once, where nobody is at it.
    pub(crate) fn at_once(&self) -> Result<MutexGuard<'_, ToolState<'a>>, ToolError> {
        self.0
            .try_lock()
            .map_err(|_| ToolError::Stop("two calls are at work at the same time".to_owned()))
    }

    /// Returns whether commands may run.
    pub(crate) fn runs_commands(&self) -> bool {
        self.at_once().is_ok_and(|work| work.run.runs_commands())
    }

    /// Brings about again what a call left behind.
    pub(super) fn restore(&self, details: &Value) -> Result<(), ToolError> {
        if details.is_null() {
            return Ok(());
        }
        let broken = |error: serde_json::Error| {
            ToolError::Stop(format!("a recorded call can't be read: {error}"))
        };
        let trace = ToolEffects::deserialize(details).map_err(broken)?;
        self.at_once()?.restore(trace)
    }
}

/// Returns a stop of the run, as a tool tells it.
pub(super) fn error_of_stop(stop: Stop) -> ToolError {
    ToolError::Stop(match stop.hint {
        Some(hint) => format!("{}. {hint}", stop.message),
        None => stop.message,
    })
}

fn error_of_read(error: &ReadError) -> ToolError {
    ToolError::Tell(format!("{error}."))
}

impl ToolState<'_> {
    /// Returns the path from the root that a model means: absolute below the root, or relative to it.
    pub(super) fn locate(&self, written: &str) -> Result<String, ToolError> {
        let root = self.run.root();
        let path = Path::new(written.trim());
        let inside = match path.strip_prefix(root) {
            Ok(inside) => inside,
            Err(_) if path.is_absolute() || written.starts_with('~') => {
                let root = root.display();
                return tool_error(format!(
                    "`{written}` lies outside of the repository {root}; only its files can be used."
                ));
            }
            Err(_) => path,
        };
        let mut parts: Vec<String> = Vec::new();
        for part in inside.components() {
            match part {
                std::path::Component::Normal(part) => {
                    parts.push(part.to_string_lossy().into_owned())
                }
                std::path::Component::ParentDir if parts.pop().is_none() => {
                    return tool_error(format!("`{written}` climbs out of the repository."));
                }
                _ => {}
            }
        }
        Ok(parts.join("/"))
    }

    /// Returns the file's bytes as staged, else as they lie in the user's tree.
    pub(super) fn content(&mut self, path: &str) -> Result<Option<Vec<u8>>, ToolError> {
        if path.is_empty() || self.run.root().join(path).is_dir() {
            return tool_error(format!("`{path}` is a folder; Glob lists what is in it."));
        }
        self.workspace
            .tree
            .read(path)
            .map_err(|error| error_of_read(&error))
    }

    /// Refuses files that hold keys.
    pub(super) fn refuse_secret(&self, path: &str) -> Result<(), ToolError> {
        match holds_keys(path) {
            true => tool_error(format!(
                "`{path}` may hold keys and is not shown. Look at an example of it (`.env.example`) or at the code that reads it."
            )),
            false => Ok(()),
        }
    }

    /// Why the path may be written, or what the model is told instead.
    pub(super) fn permit(&self, path: &str) -> Result<WriteReason, ToolError> {
        if let Some(why) = self.forbidden(path) {
            return tool_error(format!("`{path}` is never written: {why}."));
        }
        let permit = self
            .assignment
            .scope
            .permits(path, self.scope_mode)
            .or_else(|| self.worded(path));
        let permit = permit.or_else(|| self.helper(path));
        permit.ok_or_else(|| ToolError::Tell(self.outside(path)))
    }

    /// Lets in a file that the phase's words name in full, unless the user keeps the model to the listed ones.
    pub(super) fn worded(&self, path: &str) -> Option<WriteReason> {
        let units = self
            .assignment
            .units
            .iter()
            .filter_map(|unit| self.run.plan.phase(*unit));
        (self.scope_mode != ScopeMode::Strict && is_worded(&self.run.plan, units, path))
            .then_some(WriteReason::Worded)
    }

    /// Lets in a new helper of tests beside a file of tests that the phase reaches: a fixture is part of a test that uses it.
    /// Whether it makes tests easier is looked at in the end, as for every helper.
    pub(super) fn helper(&self, path: &str) -> Option<WriteReason> {
        let is_helper =
            test_role(path) == Some(TestRole::Helper) && !self.run.files.path_exists(path);
        if self.scope_mode != ScopeMode::Phase || !is_helper {
            return None;
        }
        let folder = |path: &str| {
            path.rsplit_once('/')
                .map_or(String::new(), |(folder, _)| folder.to_owned())
        };
        let beside = |other: &&str| holds_tests(other) && folder(other) == folder(path);
        let staged = self.workspace.tree.staged().keys().map(String::as_str);
        let mut suites = self
            .run
            .files
            .all()
            .iter()
            .map(|path| &**path)
            .chain(staged)
            .filter(beside);
        let suite = suites.find(|suite| {
            self.assignment
                .scope
                .permits(suite, self.scope_mode)
                .is_some()
        })?;
        Some(WriteReason::HelperOf(suite.to_owned()))
    }

    /// Why nobody may write the path in this run.
    pub(super) fn forbidden(&self, path: &str) -> Option<&'static str> {
        if self.run.settings.protects(path) {
            return Some("the user's configuration protects it");
        }
        self.assignment.scope.forbids(path, self.run.plan_inside())
    }

    fn outside(&self, path: &str) -> String {
        let named: Vec<&str> = self.assignment.scope.named_files().collect();
        let shown = named
            .iter()
            .take(30)
            .map(|path| format!("`{path}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let more = if named.len() > 30 {
            format!(" and {} more", named.len() - 30)
        } else {
            String::new()
        };
        let beside = match self.scope_mode {
            ScopeMode::Strict => "",
            _ => ", the tests of these files, and the `__init__.py` of their packages",
        };
        format!(
            "`{path}` is outside of this phase and was not changed. You may change {shown}{more}{beside}. If the phase \
             can't be done within them, say so at the end instead of working around it."
        )
    }

    /// Refuses to go over what the model has not seen as it is now.
    pub(super) fn refuse_unseen(&self, path: &str, now: &[u8]) -> Result<(), ToolError> {
        match self.memory.seen.get(path) {
            None => tool_error(format!("`{path}` has not been read yet. Read it first.")),
            Some(seen) if *seen != hash(now) => tool_error(format!(
                "`{path}` has changed since you read it (a command or formatter did). Read it again."
            )),
            Some(_) => Ok(()),
        }
    }

    /// Puts back what was hidden from the model in a text that it wrote in a file's place.
    pub(super) fn restore_hidden_text(
        &mut self,
        path: &str,
        before: Option<&[u8]>,
        made: String,
    ) -> Result<String, ToolError> {
        // What a command showed of a file with secrets was made up.
        let made = match String::from_utf8(self.run.masks.reveal(made.as_bytes())) {
            Ok(real) if real != made => {
                self.workspace.revealed.insert(path.to_owned());
                real
            }
            _ => made,
        };
        let original = before.and_then(|before| std::str::from_utf8(before).ok());
        let original = original.unwrap_or_default();
        self.run
            .redactor
            .restore_written(path, original, &made)
            .map_err(ToolError::Tell)
    }

    /// Stages a file's new content and keeps it in the journal.
    pub(super) fn stage(
        &mut self,
        path: &str,
        bytes: Option<Vec<u8>>,
        mode: Option<u32>,
        permit: &WriteReason,
    ) -> Result<FileEffect, ToolError> {
        let drifted = self
            .workspace
            .tree
            .has_drifted(path)
            .map_err(|error| error_of_read(&error))?;
        if drifted {
            return tool_error(format!(
                "`{path}` was changed by the user while this run is at work. Leave it alone, and say so at the end."
            ));
        }
        let kept = match (&bytes, self.run.recorder.journal_run()) {
            (Some(bytes), Some(run)) => Some(
                run.keep_content(bytes)
                    .map_err(|error| error_of_stop(error.into()))?,
            ),
            (Some(bytes), None) => Some(hash(bytes)),
            (None, _) => None,
        };
        let found = self
            .workspace
            .tree
            .state_on_disk(path)
            .map_err(|error| error_of_read(&error))?;
        let effect = FileEffect {
            path: path.to_owned(),
            hash: kept,
            mode,
            base: found.as_ref().map(|found| hash(&found.bytes)),
            beyond: (*permit != WriteReason::Named).then(|| permit.to_string()),
        };
        self.lay(&effect, bytes)?;
        Ok(effect)
    }

    fn lay(&mut self, effect: &FileEffect, bytes: Option<Vec<u8>>) -> Result<(), ToolError> {
        let path = effect.path.as_str();
        let refused = |error: ReadError| error_of_read(&error);
        if !self.state.worked.contains_key(path) {
            let before = self.workspace.tree.read(path).map_err(refused)?;
            self.state.worked.insert(path.to_owned(), before);
        }
        self.workspace.tree.stage(path, bytes).map_err(refused)?;
        if let Some(mode) = effect.mode {
            self.workspace
                .tree
                .stage_mode(path, mode)
                .map_err(refused)?;
        }
        if let Some(why) = &effect.beyond {
            self.state.admitted.insert(path.to_owned(), why.clone());
        }
        match &effect.hash {
            Some(hash) => drop(self.memory.seen.insert(path.to_owned(), hash.clone())),
            None => drop(self.memory.seen.remove(path)),
        }
        Ok(())
    }

    fn restore(&mut self, trace: ToolEffects) -> Result<(), ToolError> {
        for effect in trace.effects {
            let found = self
                .workspace
                .tree
                .state_on_disk(&effect.path)
                .map_err(|error| error_of_read(&error))?;
            if found.as_ref().map(|found| hash(&found.bytes)) != effect.base {
                return Err(ToolError::Stop(format!(
                    "`{}` was changed after the run was interrupted; put it back, or begin a new run",
                    effect.path
                )));
            }
            let bytes = match &effect.hash {
                Some(hash) => Some(self.run.recorder.kept(hash).map_err(error_of_stop)?),
                None => None,
            };
            self.lay(&effect, bytes)?;
        }
        self.memory.seen.extend(trace.seen);
        if let Some(folder) = trace.folder {
            self.memory.shell.folder = folder;
        }
        Ok(())
    }

    /// Returns what a call gives, secrets taken out.
    pub(super) fn output(&self, content: &str, trace: &ToolEffects) -> ToolOutput {
        let details = serde_json::to_value(trace).unwrap_or(Value::Null);
        let details = if details == json!({}) {
            Value::Null
        } else {
            details
        };
        ToolOutput {
            content: self.run.redactor.redact_for_model(content),
            details,
        }
    }

    /// Returns what a file's change looks like, for people.
    pub(super) fn diff(&self, path: &str, before: Option<&[u8]>, after: &[u8]) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (old, new) = (text(before.unwrap_or_default()), text(after));
        let from = if before.is_some() {
            format!("a/{path}")
        } else {
            "/dev/null".to_owned()
        };
        let diff = similar::TextDiff::from_lines(&old, &new);
        let diff = diff
            .unified_diff()
            .header(&from, &format!("b/{path}"))
            .to_string();
        self.run.redactor.redact_text(&cut_text(&diff, 20_000))
    }
}

/// Returns the text's beginning, at most `bytes` long.
pub(super) fn cut_text(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    format!("{}…", &text[..end])
}

/// Makes the struct of a tool that works on the context, and `at`, which puts it there.
macro_rules! tool_with_context {
    ($tool:ident, $input:ident) => {
        #[derive(Debug)]
        pub(super) struct $tool<'d, 'a> {
            context: &'d $crate::implement::tools::tool_context::ToolContext<'a>,
            spec: llm::ToolSpec,
        }

        impl<'d, 'a> $tool<'d, 'a> {
            pub(super) fn at(
                context: &'d $crate::implement::tools::tool_context::ToolContext<'a>,
            ) -> Self {
                Self {
                    context,
                    spec: $input::spec(),
                }
            }
        }
    };
}

pub(super) use tool_with_context;
