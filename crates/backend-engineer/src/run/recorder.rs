//! The one way by which anything is recorded or shown: events go into the journal first, then to whoever listens, secrets
//! taken out before either.

use std::cell::RefCell;
use std::path::Path;

use journal::{
    Event, Evidence, EvidenceId, FoundEvidence, Journal, OutputId, Run, RunId, StepName, UnitName,
};

use super::output;
use crate::redact::Redactor;
use crate::stop::Stop;

/// Something that a listener is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Emitted<'a> {
    /// Something happened, and is in the journal.
    Event(&'a Event),
    /// A piece of a model's turn, while it comes; the whole turn is an event.
    Piece(&'a llm::Delta),
}

/// A reader of the run.
pub(crate) type Listener = Box<dyn FnMut(Emitted<'_>)>;

/// The record of one run.
pub(crate) struct Recorder {
    journal: Option<Journal>,
    run: Option<Run>,
    listener: RefCell<Listener>,
    redactor: Redactor,
    /// Outputs are kept whole, however long they are.
    keeps_whole: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Recorder")
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// Makes a recorder; without a journal and a run it only shows.
    pub(crate) fn new(
        journal: Option<Journal>,
        run: Option<Run>,
        listener: Listener,
        redactor: Redactor,
    ) -> Self {
        Recorder {
            journal,
            run,
            listener: RefCell::new(listener),
            redactor,
            keeps_whole: false,
        }
    }

    /// Has outputs kept whole, however long they are.
    pub(crate) fn keep_whole(self, keeps_whole: bool) -> Self {
        Recorder {
            keeps_whole,
            ..self
        }
    }

    /// Keeps what a file holds of a command's output, up to `length`; none where nothing is recorded.
    pub(crate) fn keep_output(&self, file: &Path, length: u64) -> Result<Option<OutputId>, Stop> {
        let Some(run) = &self.run else {
            return Ok(None);
        };
        output::store_output((run, &self.redactor), file, length, self.keeps_whole)
    }

    /// Returns the run's place in the journal; none where nothing is recorded (a dry run).
    pub(crate) fn journal_run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Records an event, then shows it.
    pub(crate) fn record_and_show(&self, event: Event) -> Result<(), Stop> {
        self.emit_all(std::slice::from_ref(&event), true)
    }

    /// Records several events at once, then shows them; `soon` waits for no disk, and the next that does covers both.
    pub(crate) fn emit_all(&self, events: &[Event], soon: bool) -> Result<(), Stop> {
        let cleaned = events
            .iter()
            .map(|event| self.redactor.event(event.clone()));
        let events = cleaned.collect::<Result<Vec<Event>, Stop>>()?;
        match &self.run {
            Some(run) if soon => drop(run.record_soon(&events)?),
            Some(run) => drop(run.record_all(&events)?),
            None => {}
        }
        events
            .iter()
            .for_each(|event| self.listener.borrow_mut()(Emitted::Event(event)));
        Ok(())
    }

    /// Records a piece of evidence, and returns it with the place by which proofs name it; none where nothing is recorded.
    pub(crate) fn emit_evidence(&self, evidence: Evidence) -> Result<Option<FoundEvidence>, Stop> {
        let Some(run) = &self.run else {
            return Ok(None);
        };
        let event = self.redactor.event(Event::Evidence(evidence))?;
        let seq = run.record_soon(std::slice::from_ref(&event))?;
        self.listener.borrow_mut()(Emitted::Event(&event));
        let Event::Evidence(evidence) = event else {
            return Ok(None);
        };
        Ok(Some(FoundEvidence {
            id: EvidenceId {
                run: run.id().clone(),
                seq,
            },
            evidence,
        }))
    }

    /// Shows a piece of a model's turn while it comes.
    pub(crate) fn show_delta(&self, piece: &llm::Delta) {
        self.listener.borrow_mut()(Emitted::Piece(piece));
    }

    /// Records that one of the five steps begins.
    pub(crate) fn record_step(&self, step: StepName) -> Result<(), Stop> {
        self.record_and_show(Event::StepStarted { step })
    }

    /// Returns the evidence that runs found for the plan of this name, newest first.
    pub(crate) fn evidence(&self, plan: &str) -> Result<Vec<FoundEvidence>, Stop> {
        match &self.journal {
            Some(journal) => Ok(journal.evidence(plan)?),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the paths that runs changed for the plan of this name, each with its run.
    pub(crate) fn written(&self, plan: &str) -> Result<Vec<(RunId, String)>, Stop> {
        let Some(journal) = &self.journal else {
            return Ok(Vec::new());
        };
        let written = |(id, event): (EvidenceId, Event)| match event {
            Event::FileWritten { path, .. } => Some((id.run, path)),
            _ => None,
        };
        Ok(journal
            .events_of_plan(plan, "file_written")?
            .into_iter()
            .filter_map(written)
            .collect())
    }

    /// Returns the sentences of the plan of this name that were accepted, each with its unit.
    pub(crate) fn accepted(&self, plan: &str) -> Result<Vec<(UnitName, String)>, Stop> {
        let Some(journal) = &self.journal else {
            return Ok(Vec::new());
        };
        let accepted = |(_, event)| match event {
            Event::SentenceAccepted { unit, text, .. } => Some((unit, text)),
            _ => None,
        };
        Ok(journal
            .events_of_plan(plan, "sentence_accepted")?
            .into_iter()
            .filter_map(accepted)
            .collect())
    }

    /// Returns the sentences of a unit that the last run on it left unproven, each with its line.
    pub(crate) fn unproven(
        &self,
        plan: &str,
        unit: &UnitName,
    ) -> Result<Vec<(usize, String)>, Stop> {
        let Some(journal) = &self.journal else {
            return Ok(Vec::new());
        };
        let events = journal.events_of_plan(plan, "sentence_unproven")?;
        let of_unit = |(id, event): (EvidenceId, Event)| match event {
            Event::SentenceUnproven {
                unit: of,
                line,
                text,
            } if of == *unit => Some((id.run, line, text)),
            _ => None,
        };
        let mut found: Vec<_> = events.into_iter().filter_map(of_unit).collect();
        let last = found.first().map(|(run, ..)| run.clone());
        found.retain(|(run, ..)| Some(run) == last.as_ref());
        found.reverse();
        Ok(found
            .into_iter()
            .map(|(_, line, text)| (line, text))
            .collect())
    }

    /// Returns how long the project's commands keep a model waiting, in milliseconds: the longest that one command took, or
    /// all of a verification, in this run and in the one before.
    pub(crate) fn longest_wait_ms(&self) -> Result<u64, Stop> {
        let Some(journal) = &self.journal else {
            return Ok(0);
        };
        let (mut longest, mut of_step) = (0, 0);
        for run in journal.runs()?.into_iter().take(2) {
            for recorded in journal.events(&run.id)? {
                match recorded.event {
                    Event::StepStarted { .. } => of_step = 0,
                    Event::CommandFinished { elapsed_ms, .. } => of_step += elapsed_ms,
                    _ => {}
                }
                longest = longest.max(of_step);
            }
            of_step = 0;
        }
        Ok(longest)
    }

    /// Returns a content that a run kept.
    pub(crate) fn kept(&self, hash: &str) -> Result<Vec<u8>, Stop> {
        match &self.journal {
            Some(journal) => Ok(journal.content(hash)?),
            None => Err(Stop::environment("this run has no journal")),
        }
    }

    /// Ends the run's record with an exit code; a recorder that is dropped instead leaves a run that can be resumed.
    pub(crate) fn finish(self, exit: u8, heading: &str) -> Result<(), Stop> {
        match self.run {
            Some(run) => Ok(run.finish(exit, heading)?),
            None => Ok(()),
        }
    }
}
