//! Everything that is fixed during a run, and only read: the plan, the settings, what was asked for, the repository's
//! files.

use std::path::{Path, PathBuf};

use journal::{Event, Journal, Run, RunStart, StepName};
use plan::Plan;

use super::recorder::{Listener, Recorder};
use crate::facts::TreeFacts;
use crate::model_setup::ModelSetup;
use crate::redact::Redactor;
use crate::secrets::{self, Masks, Secret};
use crate::settings::Settings;
use crate::stop::Stop;
use crate::understand::{Files, LoadedPlan, files_of};

/// The options of a run, beside its units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RunOptions {
    /// Show the change and write nothing.
    pub(crate) dry_run: bool,
    /// Write, but run no command and tick nothing.
    pub(crate) no_verify: bool,
    /// Carry out the plan's commit steps.
    pub(crate) commit: bool,
    /// Go ahead though the plan is marked as not approved.
    pub(crate) approve: bool,
    /// Keep outputs of commands whole.
    pub(crate) keep_output: bool,
    /// Tick no box and open those that no longer hold (`verify` alone).
    pub(crate) untick: bool,
    /// Check ticked boxes again and change none (`verify --ci`).
    pub(crate) recheck: bool,
}

/// The request that a run begins with.
pub(crate) struct RunRequest {
    /// Its options.
    pub(crate) options: RunOptions,
    /// Labels of its units, in order.
    pub(crate) units: Vec<String>,
    /// The receiver of events as they happen.
    pub(crate) listener: Listener,
    /// The model that does what the plan leaves open.
    pub(crate) model_setup: Option<ModelSetup>,
    /// The interrupted run that goes on.
    pub(crate) resumed: Option<Run>,
    /// The command line that asks for it, by which it can be resumed; none for the process's own.
    pub(crate) argv: Option<Vec<String>>,
}

/// Everything that is fixed during a run.
#[derive(Debug)]
pub(crate) struct RunContext {
    /// The plan.
    pub(crate) plan: Plan,
    /// Where it lies.
    pub(crate) plan_path: PathBuf,
    /// Its name in messages and in the journal: from the root where it lies inside.
    pub(crate) plan_name: String,
    plan_inside: Option<String>,
    root: PathBuf,
    /// The settings.
    pub(crate) settings: Settings,
    /// The options of the run.
    pub(crate) options: RunOptions,
    /// The repository's files.
    pub(crate) files: Files,
    /// Redacts secrets in texts.
    pub(crate) redactor: Redactor,
    /// Made-up values that a model's commands find in place of secrets.
    pub(crate) masks: Masks,
    /// Where everything is recorded.
    pub(crate) recorder: Recorder,
    /// The model that does what the plan leaves open.
    pub(crate) model_setup: Option<ModelSetup>,
    /// Notes on the run as a whole, for every report of it.
    pub(crate) remarks: Vec<String>,
}

impl RunRequest {
    /// A request to read only, by nobody who listens.
    pub(crate) fn reading(options: RunOptions) -> Self {
        let listener: Listener = Box::new(|_| {});
        RunRequest {
            options,
            units: Vec::new(),
            listener,
            model_setup: None,
            resumed: None,
            argv: None,
        }
    }
}

/// Returns the arguments that this process was started with.
fn own_arguments() -> Vec<String> {
    std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// Returns a path from the root on, with slashes, where it lies inside.
fn path_inside(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    Some(inside.to_string_lossy().replace('\\', "/"))
}

/// Returns the values of variables that no text may show: the providers' keys, and those that the settings give to commands.
fn secret_variables(settings: &Settings) -> impl Iterator<Item = Secret> {
    let keys = llm::list_secrets(&|name| std::env::var(name).ok()).into_iter();
    keys.map(|(name, value)| (name.to_owned(), value))
        .chain(settings.variables())
        .map(|(name, value)| Secret {
            name,
            value,
            is_word: false,
        })
}

impl RunContext {
    /// Opens a run on `root`; one that writes takes the tree's lock and its place in the journal.
    pub(crate) fn open(
        loaded: LoadedPlan,
        root: &Path,
        settings: Settings,
        request: RunRequest,
    ) -> Result<Self, Stop> {
        let RunRequest {
            options,
            units,
            listener,
            model_setup,
            resumed,
            argv,
        } = request;
        let plan_inside = path_inside(&loaded.path, root);
        let plan_name = plan_inside
            .clone()
            .unwrap_or_else(|| loaded.path.display().to_string());
        let start = RunStart {
            plan: plan_name.clone(),
            plan_hash: Some(journal::hash(loaded.plan.text_without_marks().as_bytes())),
            phases: units,
            root: root.display().to_string(),
            argv: argv.unwrap_or_else(own_arguments),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            dry_run: options.dry_run,
        };
        let facts = TreeFacts::new(root, settings.cache.as_deref());
        let own = secrets::of_files(root, facts.environments());
        let masks = match &model_setup {
            Some(_) => Masks::new(root, &own, facts.environments(), facts.key_files()),
            None => Masks::default(),
        };
        let redactor = Redactor::of_secrets(secret_variables(&settings).chain(own));
        let journal = if options.dry_run {
            None
        } else {
            Some(Journal::open(root)?)
        };
        let goes_on = resumed.is_some();
        let run = match (resumed, &journal) {
            (None, Some(journal)) => Some(journal.begin(&start)?),
            (resumed, _) => resumed,
        };
        let files = files_of(facts, &loaded.plan);
        let recorder =
            Recorder::new(journal, run, listener, redactor.clone()).keep_whole(options.keep_output);
        announce_start(&recorder, start, goes_on)?;
        Ok(RunContext {
            plan: loaded.plan,
            plan_path: loaded.path,
            plan_name,
            plan_inside,
            root: root.to_owned(),
            settings,
            options,
            files,
            redactor,
            masks,
            recorder,
            model_setup,
            remarks: Vec::new(),
        })
    }

    /// Returns the repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the plan's path from the root, where it lies inside.
    pub(crate) fn plan_inside(&self) -> Option<&str> {
        self.plan_inside.as_deref()
    }

    /// Returns whether commands may run.
    pub(crate) fn runs_commands(&self) -> bool {
        !self.options.dry_run && !self.options.no_verify
    }

    /// Returns the model that works on what the plan leaves open, where one does in this run.
    pub(crate) fn model(&self) -> Option<&ModelSetup> {
        self.model_setup.as_ref().filter(|_| !self.options.dry_run)
    }

    /// Returns whether the path is kept from being written, by the user's settings or as the plan itself.
    pub(crate) fn protects(&self, path: &str) -> bool {
        self.settings.protects(path) || self.plan_inside() == Some(path)
    }

    /// Returns what stood at a path before each of the runs for this plan that wrote it, a dry run's look included.
    pub(crate) fn originals_of(&self, path: &str) -> Result<Vec<Vec<u8>>, Stop> {
        let Some(journal) = Journal::open_existing(&self.root)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for (id, event) in journal.events_of_plan(&self.plan_name, "file_written")? {
            if matches!(&event, Event::FileWritten { path: written, .. } if written == path) {
                let originals = journal
                    .originals(&id.run)?
                    .into_iter()
                    .filter(|original| original.path == path);
                found.extend(originals.map(|original| original.content.unwrap_or_default()));
            }
        }
        Ok(found)
    }

    /// Records an event, then shows it.
    pub(crate) fn emit(&self, event: Event) -> Result<(), Stop> {
        self.recorder.record_and_show(event)
    }

    /// Records that one of the five steps begins.
    pub(crate) fn begin_step(&self, step: StepName) -> Result<(), Stop> {
        self.recorder.record_step(step)
    }

    /// Records an observation on the run as a whole, which every report of it shows.
    pub(crate) fn remark(&mut self, text: &str) -> Result<(), Stop> {
        let text = self.redactor.redact_text(text);
        self.remarks.push(text.clone());
        self.emit(Event::Note { text })
    }
}

/// Reports that a run begins, or goes on.
fn announce_start(recorder: &Recorder, start: RunStart, goes_on: bool) -> Result<(), Stop> {
    if goes_on {
        recorder.record_and_show(Event::RunResumed {
            argv: start.argv,
            version: start.version,
        })?;
    } else if !start.phases.is_empty() {
        // What works on no unit (`check`, `accept`) is no run to whoever listens.
        recorder.record_and_show(start.event())?;
    }
    Ok(())
}
