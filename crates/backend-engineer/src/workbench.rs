//! What every step stands on: the plan, the staged tree, the settings, the sandbox (opened when first needed) and the one
//! stream of events.

mod scratch;
mod record;
mod overlay;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use journal::{Event, Journal, Run, RunStart, StepName};
use plan::Plan;
use sandbox::{EffectKind, Sandbox};

use crate::redact::Redactor;
use crate::settings::Settings;
use crate::stop::Stop;
use crate::tree::{Pending, Staged, Tree};
use crate::understand::{Files, Loaded};

pub(crate) use overlay::{Belonging, last_lines};
pub(crate) use record::JournalWitness;
use scratch::Scratch;

/// What a run is asked to do beside the phase.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Conduct {
    /// Show the change and write nothing.
    pub(crate) dry_run: bool,
    /// Write, but run no command and tick nothing.
    pub(crate) no_verify: bool,
    /// Carry out the plan's commit steps.
    pub(crate) commit: bool,
    /// Go ahead though the plan is marked as not approved.
    pub(crate) approve: bool,
    /// Tick no box and open those that no longer hold (`verify` alone).
    pub(crate) untick: bool,
}

/// A reader of the run's events.
pub(crate) type Listener = Box<dyn FnMut(&Event)>;

/// Everything that the five steps share in one run.
pub(crate) struct Workbench {
    pub(crate) plan: Plan,
    pub(crate) plan_path: PathBuf,
    pub(crate) plan_name: String,
    plan_inside: Option<String>,
    pub(crate) settings: Settings,
    pub(crate) conduct: Conduct,
    pub(crate) tree: Tree,
    pub(crate) files: Files,
    pub(crate) run: Option<Run>,
    pub(crate) notes: Vec<String>,
    pub(crate) dropped: BTreeSet<(String, EffectKind)>,
    journal: Option<Journal>,
    listener: Listener,
    sandbox: Option<Sandbox>,
    scratch: Option<Scratch>,
    synced: BTreeMap<String, Staged>,
    pub(crate) redactor: Redactor,
    base: OnceCell<BTreeMap<String, String>>,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench")
            .field("plan", &self.plan_name)
            .field("root", &self.tree.root())
            .finish_non_exhaustive()
    }
}

impl Workbench {
    /// Sets everything up for a run on `root`; a run that writes takes the tree's lock and its place in the journal.
    pub(crate) fn set_up(
        loaded: Loaded,
        root: &Path,
        settings: Settings,
        conduct: Conduct,
        phases: &[String],
        listener: Listener,
    ) -> Result<Self, Stop> {
        let plan_inside = loaded.path.strip_prefix(root).ok().map(|inside| inside.to_string_lossy().replace('\\', "/"));
        let plan_name = plan_inside.clone().unwrap_or_else(|| loaded.path.display().to_string());
        let start = RunStart {
            plan: plan_name.clone(),
            phases: phases.to_vec(),
            root: root.display().to_string(),
            argv: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            dry_run: conduct.dry_run,
        };
        let redactor = Redactor::of(settings.variables());
        let journal = if conduct.dry_run { None } else { Some(Journal::open(root)?) };
        let run = journal.as_ref().map(|journal| journal.begin(&start)).transpose()?;
        let mut files = Files::below(root);
        files.learn_author(loaded.plan.all().flat_map(|unit| &unit.changes).map(|change| change.path.as_str()));
        let commands = loaded.plan.all().flat_map(|unit| &unit.commands);
        files.learn_author(commands.flat_map(|command| command.text.split_whitespace()));
        Ok(Workbench {
            plan: loaded.plan,
            plan_path: loaded.path,
            plan_name,
            plan_inside,
            settings,
            conduct,
            tree: Tree::at(root),
            files,
            run,
            notes: Vec::new(),
            dropped: BTreeSet::new(),
            journal,
            listener,
            sandbox: None,
            scratch: None,
            synced: BTreeMap::new(),
            redactor,
            base: OnceCell::new(),
        })
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> &Path {
        self.tree.root()
    }

    /// The plan's path from the root, where it lies inside.
    pub(crate) fn plan_inside(&self) -> Option<&str> {
        self.plan_inside.as_deref()
    }

    /// Whether a staged file makes the folder.
    pub(crate) fn makes_folder(&self, folder: &str) -> bool {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        self.tree.staged().keys().any(|path| path.starts_with(&inside))
    }

    /// Whether the repository, or what is staged, has a module or package of that name.
    pub(crate) fn knows_module(&self, name: &str) -> bool {
        let bears = |path: &String| path.split('/').any(|part| part.split('.').next() == Some(name));
        self.files.has_module(name) || self.tree.staged().keys().any(bears)
    }

    /// Puts an event into the journal, then shows it; secrets are taken out before either.
    pub(crate) fn tell(&mut self, event: Event) -> Result<(), Stop> {
        let event = self.redactor.event(event)?;
        if let Some(run) = &self.run {
            run.record(&event)?;
        }
        (self.listener)(&event);
        Ok(())
    }

    /// Tells that one of the five steps begins.
    pub(crate) fn begin(&mut self, step: StepName) -> Result<(), Stop> {
        self.tell(Event::StepStarted { step })
    }

    /// Keeps an observation for the report, once.
    pub(crate) fn note(&mut self, text: impl Into<String>) -> Result<(), Stop> {
        let text = self.redactor.text(&text.into());
        if self.notes.contains(&text) {
            return Ok(());
        }
        self.notes.push(text.clone());
        self.tell(Event::Note { text })
    }

    /// Whether commands may run in this run.
    pub(crate) fn runs_commands(&self) -> bool {
        !self.conduct.dry_run && !self.conduct.no_verify
    }

    /// Evidence that earlier runs left for this plan, newest first.
    pub(crate) fn earlier_evidence(&self) -> Result<Vec<Event>, Stop> {
        match &self.journal {
            Some(journal) => {
                Ok(journal.evidence(&self.plan_name)?.into_iter().map(|recorded| recorded.event).collect())
            }
            None => Ok(Vec::new()),
        }
    }

    /// What is staged and not written, as a unified diff.
    pub(crate) fn diff(&self) -> String {
        let text = |bytes: Option<&Vec<u8>>| String::from_utf8_lossy(bytes.map_or(&[], Vec::as_slice)).into_owned();
        let of_file = |file: Pending| {
            let (old, new) = (text(file.before.as_ref().map(|found| &found.bytes)), text(file.after.bytes.as_ref()));
            let name =
                |there: bool, side: &str| if there { format!("{side}/{}", file.path) } else { "/dev/null".to_owned() };
            let names = (name(file.before.is_some(), "a"), name(file.after.bytes.is_some(), "b"));
            similar::TextDiff::from_lines(&old, &new).unified_diff().header(&names.0, &names.1).to_string()
        };
        self.tree.pending().into_iter().map(of_file).collect()
    }

    /// Ends the sandbox with all that runs in it, and removes the run's private folder.
    pub(crate) async fn clear_away(&mut self) -> Result<(), Stop> {
        if let Some(sandbox) = self.sandbox.take() {
            sandbox.close().await?;
        }
        self.scratch = None;
        self.synced.clear();
        Ok(())
    }

    /// Closes the run's place in the journal.
    pub(crate) fn finish(&mut self, exit: u8, heading: &str) -> Result<(), Stop> {
        match self.run.take() {
            Some(run) => Ok(run.finish(exit, heading)?),
            None => Ok(()),
        }
    }
}
