//! The state of one unit of the plan: the next unit of the same run begins with nothing of it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use journal::{Event, FoundEvidence};
use plan::{Phase, PhaseId};
use sandbox::EffectKind;

use super::context::RunContext;
use super::workspace::Workspace;
use crate::stop::{Finding, Severity, Stop};
use crate::tree::Staged;
use crate::understand::PlacedBy;

/// The state of one unit, made new for each.
#[derive(Debug, Default)]
pub(crate) struct UnitState {
    /// Observations for the unit's report, each once.
    pub(crate) notes: Vec<String>,
    /// Changes of commands that were discarded, and noted.
    pub(crate) discarded: BTreeSet<(String, EffectKind)>,
    /// Files that a model changed and that the unit does not name, with why it may.
    pub(crate) admitted: BTreeMap<String, String>,
    /// Files that a model changed for the unit, as they were before.
    pub(crate) worked: BTreeMap<String, Option<Vec<u8>>>,
    /// The files of blocks that evidence in the tree decided, by unit and block, so that later looks find the same one.
    pub(crate) identified: BTreeMap<(PhaseId, usize), (usize, PlacedBy)>,
    /// The staged files as they were before the part of the unit on which work goes on.
    pub(crate) before: BTreeMap<String, Staged>,
    /// The fingerprint of the tree when work on the unit began: nothing before it is asked for, which is before the first
    /// file is written. No model waits for it.
    first_tree: OnceCell<String>,
    /// What was staged when work on the unit began.
    first_staged: BTreeMap<String, Staged>,
    /// Evidence found for the unit so far, and by earlier runs for the plan.
    pub(crate) evidence: Vec<FoundEvidence>,
    /// Events that wait, where checks run beside something else: they are recorded together when these have ended.
    held: Option<Vec<Event>>,
    /// Sentences of the plan that a person accepted, by the title of their unit and their words.
    accepted: BTreeSet<(String, String)>,
}

impl UnitState {
    /// Makes the state of a unit on which work begins now.
    pub(crate) fn begin(run: &RunContext, workspace: &Workspace) -> Result<Self, Stop> {
        let evidence = run.recorder.evidence(&run.plan_name)?;
        let accepted = run.recorder.accepted(&run.plan_name)?;
        let accepted = accepted
            .into_iter()
            .map(|(unit, text)| (unit.title, text))
            .collect();
        Ok(UnitState {
            first_staged: workspace.tree.savepoint(),
            evidence,
            accepted,
            ..UnitState::default()
        })
    }

    /// Begins to look at the tree: evidence will be held against it as it is now, and a model's answer takes longer.
    pub(crate) fn look_soon(&self, run: &RunContext) {
        if run.runs_commands() && self.first_tree.get().is_none() {
            run.files.facts().look_soon();
        }
    }

    /// Returns the fingerprint of the tree when work on the unit began.
    pub(crate) fn first_tree(&self, run: &RunContext, workspace: &Workspace) -> &str {
        self.first_tree.get_or_init(|| {
            // Only what runs commands finds evidence, and only evidence is held against the tree.
            match run.runs_commands() {
                true => workspace.fingerprint_under(run, &self.first_staged),
                false => String::new(),
            }
        })
    }

    /// Makes the state for checks that run beside the unit's work: their events wait.
    pub(crate) fn apart(admitted: BTreeMap<String, String>) -> Self {
        UnitState {
            admitted,
            held: Some(Vec::new()),
            ..UnitState::default()
        }
    }

    /// Returns whether a person accepted these words of the unit.
    pub(crate) fn accepts(&self, run: &RunContext, unit: &Phase, words: &str) -> bool {
        let clean = |text: &str| run.redactor.redact_text(text);
        !self.accepted.is_empty() && self.accepted.contains(&(clean(&unit.title), clean(words)))
    }

    /// Records an observation and keeps it for the unit's report, once.
    pub(crate) fn note(&mut self, run: &RunContext, text: impl Into<String>) -> Result<(), Stop> {
        let text = run.redactor.redact_text(&text.into());
        if self.notes.contains(&text) {
            return Ok(());
        }
        self.notes.push(text.clone());
        self.emit(run, Event::Note { text })
    }

    /// Takes what waited so far.
    pub(crate) fn take_held(&mut self) -> Vec<Event> {
        self.held.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Records an event, at once or with those that wait.
    pub(crate) fn emit(&mut self, run: &RunContext, event: Event) -> Result<(), Stop> {
        match &mut self.held {
            Some(held) => held.push(event),
            None => run.emit(event)?,
        }
        Ok(())
    }

    /// Records a finding; what weighs more than a note stands in the report, too.
    pub(crate) fn add_finding(&mut self, run: &RunContext, finding: &Finding) -> Result<(), Stop> {
        let column = finding
            .span
            .as_ref()
            .map(|span| run.plan.location(span.start).column);
        let path = finding.span.is_some().then(|| run.plan_name.clone());
        if finding.severity != Severity::Note {
            self.note(run, finding.message.clone())?;
        }
        run.emit(Event::Diagnostic {
            code: finding.code.to_owned(),
            severity: finding.severity,
            message: finding.message.clone(),
            path,
            line: finding.line,
            column,
            hint: finding.hint.clone(),
        })
    }
}
