//! What every step stands on: the plan, the staged tree, the settings, the sandbox (begun when first needed) and the one
//! stream of events.

mod scratch;
mod record;
mod overlay;
mod adoption;
mod going_on;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use journal::{Event, Journal, Run, RunStart, StepName};
use plan::Plan;
use sandbox::EffectKind;

use crate::engineer::Engineer;
use crate::facts::TreeFacts;
use crate::redact::Redactor;
use crate::secrets;
use crate::settings::Settings;
use crate::stop::{Finding, Severity, Stop};
use crate::tree::{Pending, Staged, Tree};
use crate::understand::{Files, Loaded, Scope, files_of};

pub(crate) use going_on::Resumed;
use overlay::Walls;
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

/// What a reader of the run is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told<'a> {
    /// Something happened, and is in the journal.
    Event(&'a Event),
    /// A piece of a model's turn, while it comes; the whole turn is an event.
    Piece(&'a llm::Delta),
}

/// A reader of the run.
pub(crate) type Listener = Box<dyn FnMut(Told<'_>)>;

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
    /// Who does what the plan leaves open.
    pub(crate) engineer: Option<Engineer>,
    /// Files that a model changed, and that the phase does not name: with why it may.
    pub(crate) admitted: BTreeMap<String, String>,
    /// Files that a model changed for the phase at work, as they were before.
    pub(crate) worked: BTreeMap<String, Option<Vec<u8>>>,
    journal: Option<Journal>,
    listener: Listener,
    walls: Walls,
    scratch: Option<Scratch>,
    synced: BTreeMap<String, Staged>,
    pub(crate) redactor: Redactor,
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
        resumed: Option<Run>,
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
        let keys = llm::secrets(&|name| std::env::var(name).ok()).into_iter();
        let facts = TreeFacts::below(root, settings.cache.as_deref());
        let own = secrets::of_files(root, facts.environments());
        let keys = keys.map(|(name, value)| (name.to_owned(), value)).chain(own);
        let redactor = Redactor::of(settings.variables().into_iter().chain(keys).collect());
        let journal = if conduct.dry_run { None } else { Some(Journal::open(root)?) };
        let run = match resumed {
            Some(run) => Some(run),
            None => journal.as_ref().map(|journal| journal.begin(&start)).transpose()?,
        };
        let files = files_of(facts, &loaded.plan);
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
            engineer: None,
            admitted: BTreeMap::new(),
            worked: BTreeMap::new(),
            journal,
            listener,
            walls: Walls::None,
            scratch: None,
            synced: BTreeMap::new(),
            redactor,
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
        self.tell_all(std::slice::from_ref(&event), true)
    }

    /// [`Workbench::tell`] for several at once; `soon` waits for no disk, and the next that does covers both.
    pub(crate) fn tell_all(&mut self, events: &[Event], soon: bool) -> Result<(), Stop> {
        let cleaned = events.iter().map(|event| self.redactor.event(event.clone()));
        let events = cleaned.collect::<Result<Vec<Event>, Stop>>()?;
        match &self.run {
            Some(run) if soon => drop(run.record_soon(&events)?),
            Some(run) => drop(run.record_all(&events)?),
            None => {}
        }
        events.iter().for_each(|event| (self.listener)(Told::Event(event)));
        Ok(())
    }

    /// Shows a piece of a model's turn while it comes.
    pub(crate) fn show(&mut self, piece: &llm::Delta) {
        (self.listener)(Told::Piece(piece));
    }

    /// Whether the file may reach the user's tree: the phase names it, or a model was allowed to change it.
    pub(crate) fn takes(&self, path: &str, scope: &Scope) -> bool {
        scope.allows(path) || self.admitted.contains_key(path)
    }

    /// Tells that the run begins, or goes on.
    pub(crate) fn announce(&mut self, phases: &[String], goes_on: bool) -> Result<(), Stop> {
        let argv: Vec<String> = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        if goes_on {
            return self.tell(Event::RunResumed { argv, version });
        }
        let root = self.root().display().to_string();
        let (plan, phases, dry_run) = (self.plan_name.clone(), phases.to_vec(), self.conduct.dry_run);
        self.tell(Event::RunStarted { plan, phases, root, argv, version, dry_run })
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

    /// Tells a finding; what weighs more than a note stands in the report, too.
    pub(crate) fn tell_finding(&mut self, finding: &Finding) -> Result<(), Stop> {
        let column = finding.span.as_ref().map(|span| self.plan.place(span.start).column);
        let path = finding.span.is_some().then(|| self.plan_name.clone());
        if finding.severity != Severity::Note {
            self.note(finding.message.clone())?;
        }
        self.tell(Event::Diagnostic {
            code: finding.code.to_owned(),
            severity: finding.severity,
            message: finding.message.clone(),
            path,
            line: finding.line,
            column,
            hint: finding.hint.clone(),
        })
    }

    /// Whether commands may run in this run.
    pub(crate) fn runs_commands(&self) -> bool {
        !self.conduct.dry_run && !self.conduct.no_verify
    }

    /// Whether a model works in this run on what the plan leaves open.
    pub(crate) fn employs(&self) -> bool {
        self.engineer.is_some() && !self.conduct.dry_run
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
        match std::mem::take(&mut self.walls) {
            Walls::Standing(sandbox) => sandbox.close().await?,
            Walls::Rising(rising) => {
                if let Ok(sandbox) = rising.stand().await {
                    sandbox.close().await?;
                }
            }
            Walls::None => {}
        }
        self.scratch = None;
        self.synced.clear();
        Ok(())
    }

    /// Lets go of the run without an end, so that it can be resumed.
    pub(crate) fn leave_open(&mut self) {
        self.run = None;
    }

    /// Closes the run's place in the journal.
    pub(crate) fn finish(&mut self, exit: u8, heading: &str) -> Result<(), Stop> {
        match self.run.take() {
            Some(run) => Ok(run.finish(exit, heading)?),
            None => Ok(()),
        }
    }
}
