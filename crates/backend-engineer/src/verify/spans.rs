//! The account of a unit's text: the state that each of its spans has at the end of a run, from its first byte to its last.

use journal::Verdict;
use plan::{CriterionKind, Passage, PassageKind, Phase, Sentence, SentenceClass, Span};
use serde::Serialize;

use super::{Origin, Proof, Verification};
use crate::implement::{Change, Item, NoCommit, PlacementOutcome, StepOutcome};
use crate::prohibitions::{ProhibitionOutcome, check_prohibition, last_symbol_name};
use crate::tree::Pending;
use crate::unit_work::UnitWork;

/// The state of a span of the plan at the end of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SpanState {
    /// A block was put into its file.
    Applied,
    /// A block stood in its file.
    AlreadyApplied,
    /// A command ended as the plan says.
    Ran,
    /// A criterion holds.
    Checked,
    /// It says where or how, or describes what a block shows.
    Followed,
    /// It asks for nothing.
    Informative,
    /// The code that it protects is as it was.
    Kept,
    /// It was carried out, and that is proven.
    Done,
    /// A commit that nobody asked for, or something that depends on a condition.
    Deferred,
    /// It is for a person.
    Person,
    /// Nothing proves it.
    Unproven,
    /// It was not done.
    Open,
    /// A check of it fails.
    Failed,
    /// The code that it protects was changed.
    Broken,
}

/// One span of a unit with its state.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SpanLine {
    /// Its bytes in the plan.
    pub(crate) span: Span,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// The kind of passage: a sentence, a block, a command, …
    pub(crate) kind: PassageKind,
    /// The class of the sentence, where it is one.
    pub(crate) class: Option<SentenceClass>,
    /// Its state at the end of the run.
    pub(crate) state: SpanState,
}

/// A sentence that says that something must stay, with the file in which the change touches that.
#[derive(Debug, Clone)]
pub(crate) struct Prohibition {
    /// Its bytes in the plan.
    span: Span,
    /// Its words.
    pub(crate) text: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// The file; none where it is kept, or where nothing tells.
    pub(crate) broken: Option<String>,
    /// Something told that it is kept.
    pub(crate) decided: bool,
}

/// Returns the spans of the assignment's units, in order.
pub(super) fn of_units(
    work: &UnitWork<'_>,
    change: &Change,
    verification: &Verification,
) -> Vec<SpanLine> {
    let phases = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    let mut found = Vec::new();
    for phase in phases {
        let account = SpanContext {
            work,
            change,
            verification,
            phase,
        };
        found.extend(
            phase
                .passages
                .iter()
                .map(|passage| account.span_line(passage)),
        );
    }
    found
}

/// Returns what the assignment's units say must stay.
pub(super) fn check_prohibitions(work: &UnitWork<'_>, change: &Change) -> Vec<Prohibition> {
    let mut written = change.written.clone();
    let pending = work.workspace.tree.pending();
    written.extend(
        pending
            .into_iter()
            .filter(|file| !change.written.iter().any(|done| done.path == file.path)),
    );
    let phases = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    let said = phases.flat_map(|phase| &phase.sentences);
    let said = said.filter(|one| one.class == SentenceClass::Forbid || !one.protects.is_empty());
    said.map(|sentence| prohibition_of_sentence(work, sentence, &written))
        .collect()
}

fn prohibition_of_sentence(
    work: &UnitWork<'_>,
    sentence: &Sentence,
    written: &[Pending],
) -> Prohibition {
    let held: Vec<ProhibitionOutcome> = sentence
        .protects
        .iter()
        .map(|protected| check_prohibition(protected, written))
        .collect();
    let words = work
        .run
        .plan
        .text()
        .get(sentence.span.clone())
        .unwrap_or_default()
        .split_whitespace();
    Prohibition {
        span: sentence.span.clone(),
        text: words.collect::<Vec<_>>().join(" "),
        line: work.run.plan.location(sentence.span.start).line,
        broken: held.iter().find_map(|kept| match kept {
            ProhibitionOutcome::Broken(path) => Some(path.clone()),
            ProhibitionOutcome::Kept | ProhibitionOutcome::Unknown => None,
        }),
        decided: held.contains(&ProhibitionOutcome::Kept)
            || sentence.protects.iter().any(|one| {
                work.run
                    .files
                    .facts()
                    .defining(last_symbol_name(&one.name))
                    .is_some()
            }),
    }
}

/// The facts from which the state of each span of a unit is told.
struct SpanContext<'a> {
    work: &'a UnitWork<'a>,
    change: &'a Change,
    verification: &'a Verification,
    phase: &'a Phase,
}

impl SpanContext<'_> {
    fn span_line(&self, passage: &Passage) -> SpanLine {
        let sentence = self
            .phase
            .sentences
            .iter()
            .find(|one| do_spans_overlap(&one.span, &passage.span));
        let is_sentence = matches!(passage.kind, PassageKind::Sentence | PassageKind::Criterion);
        let sentence = sentence.filter(|_| is_sentence);
        let state = match passage.kind {
            PassageKind::Code => self.block(passage),
            PassageKind::Command => self
                .command_in(&passage.span)
                .unwrap_or(SpanState::Informative),
            PassageKind::Box => self.checkbox(passage),
            PassageKind::File => SpanState::Followed,
            PassageKind::Sentence | PassageKind::Criterion => {
                sentence.map_or(SpanState::Informative, |one| self.sentence_state(one))
            }
            PassageKind::Unit
            | PassageKind::Heading
            | PassageKind::Label
            | PassageKind::Row
            | PassageKind::Markup
            | PassageKind::Aside => SpanState::Informative,
        };
        let line = self.work.run.plan.location(passage.span.start).line;
        SpanLine {
            span: passage.span.clone(),
            line,
            kind: passage.kind,
            class: sentence.map(|one| one.class),
            state,
        }
    }

    fn items(&self) -> impl Iterator<Item = (&Item, &Proof)> {
        let items = self.change.items.iter().zip(&self.verification.items);
        items.filter(|(item, _)| item.unit == self.phase.id)
    }

    fn block(&self, passage: &Passage) -> SpanState {
        let at = self
            .phase
            .blocks
            .iter()
            .position(|block| do_spans_overlap(&block.span, &passage.span));
        let step_outcomes = self.items().flat_map(|(item, _)| &item.outcomes);
        let mut placed = step_outcomes.filter_map(|step_outcome| match step_outcome {
            StepOutcome::Place(placement) if placement.block == at && at.is_some() => {
                Some(&placement.placed)
            }
            _ => None,
        });
        match placed.next() {
            Some(PlacementOutcome::Now { .. }) => SpanState::Applied,
            Some(PlacementOutcome::Before) => SpanState::AlreadyApplied,
            Some(PlacementOutcome::Refused { .. } | PlacementOutcome::HeldBack) => SpanState::Open,
            None => SpanState::Informative,
        }
    }

    /// Returns the state of the first command in these bytes.
    fn command_in(&self, span: &Span) -> Option<SpanState> {
        self.phase
            .commands
            .iter()
            .position(|command| do_spans_overlap(&command.span, span))
            .map(|at| self.command_state(at))
    }

    fn command_state(&self, at: usize) -> SpanState {
        let mut step_outcomes = self.items().flat_map(|(item, _)| &item.outcomes);
        if step_outcomes.any(|step_outcome| matches!(step_outcome, StepOutcome::Run { command, ran, .. } if *command == at && !ran.dropped.is_empty()))
        {
            return SpanState::Open;
        }
        let criterion = self
            .phase
            .criteria
            .iter()
            .position(|one| one.commands.contains(&at));
        let of_check = |origin: Origin| match origin {
            Origin::Criterion(index) => Some(index) == criterion,
            Origin::Step(_, command) => command == at,
            Origin::Project | Origin::Found => false,
        };
        let own = self
            .verification
            .checks
            .iter()
            .filter(|check| check.unit == Some(self.phase.id));
        if let Some(check) = own.into_iter().find(|check| of_check(check.origin)) {
            return of_verdict(
                check.verdict(),
                if criterion.is_some() {
                    SpanState::Checked
                } else {
                    SpanState::Ran
                },
            );
        }
        let mut step_outcomes = self.items().flat_map(|(item, _)| &item.outcomes);
        let ran = step_outcomes.find_map(|step_outcome| match step_outcome {
            StepOutcome::Run { command, ran, .. } if *command == at => {
                Some(of_verdict(ran.judgement.verdict, SpanState::Ran))
            }
            _ => None,
        });
        let commit = self
            .phase
            .commands
            .get(at)
            .is_some_and(|command| command.commit.is_some());
        ran.unwrap_or(if commit {
            self.commit()
        } else {
            SpanState::Informative
        })
    }

    fn commit(&self) -> SpanState {
        let mut step_outcomes = self.items().flat_map(|(item, _)| &item.outcomes);
        let made = step_outcomes.find_map(|step_outcome| {
            if let StepOutcome::Commit(made) = step_outcome {
                Some(made)
            } else {
                None
            }
        });
        match made {
            Some(Ok(_)) => SpanState::Ran,
            Some(Err(NoCommit::NotAsked | NoCommit::Push)) | None => SpanState::Deferred,
            Some(Err(_)) => SpanState::Unproven,
        }
    }

    fn checkbox(&self, passage: &Passage) -> SpanState {
        let line = self.work.run.plan.location(passage.span.start).line;
        let of = |id: &plan::CheckboxId| self.work.run.plan.checkboxes().get(id.0);
        let is_here = |id: &plan::CheckboxId| {
            of(id).is_some_and(|found| self.work.run.plan.location(found.span.start).line == line)
        };
        let found = self.verification.proofs.iter().find(|(id, _)| is_here(id));
        found.map_or(SpanState::Informative, |(_, proof)| of_proof(proof))
    }

    fn sentence_state(&self, sentence: &Sentence) -> SpanState {
        if !sentence.protects.is_empty() {
            let mut said = self.verification.prohibitions.iter();
            match said.find(|one| one.span == sentence.span) {
                Some(one) if one.broken.is_some() => return SpanState::Broken,
                Some(one) if one.decided && sentence.class == SentenceClass::Forbid => {
                    return SpanState::Kept;
                }
                _ => {}
            }
        }
        let answered = self.items().find_map(|(item, proof)| {
            let mut step_outcomes = item.outcomes.iter();
            let step_outcome = step_outcomes.find(|step_outcome| {
                step_outcome
                    .passage()
                    .is_some_and(|one| do_spans_overlap(&one.span, &sentence.span))
            })?;
            Some((step_outcome, proof))
        });
        if let Some((step_outcome, proof)) = answered {
            return self.answered(step_outcome, proof, sentence);
        }
        self.by_class(sentence)
    }

    /// Returns the state of a sentence that an item of the change answers.
    fn answered(
        &self,
        step_outcome: &StepOutcome,
        proof: &Proof,
        sentence: &Sentence,
    ) -> SpanState {
        let proven = matches!(proof, Proof::Proven(_) | Proof::Before);
        match step_outcome {
            StepOutcome::Accepted(_) | StepOutcome::Stands { .. } => SpanState::Done,
            _ if proven => SpanState::Done,
            StepOutcome::Worked { .. } | StepOutcome::Unclear { .. } => SpanState::Unproven,
            // Prose that is left whole holds sentences that ask for nothing, too.
            _ if sentence.open => SpanState::Open,
            _ => match self.by_class(sentence) {
                SpanState::Followed => SpanState::Open,
                state => state,
            },
        }
    }

    fn by_class(&self, sentence: &Sentence) -> SpanState {
        match sentence.class {
            SentenceClass::DoShown | SentenceClass::Place => SpanState::Followed,
            SentenceClass::Forbid | SentenceClass::Context | SentenceClass::Elsewhere => {
                SpanState::Informative
            }
            SentenceClass::Person => SpanState::Person,
            SentenceClass::Condition => SpanState::Deferred,
            SentenceClass::Check => self
                .criterion(&sentence.span)
                .unwrap_or_else(|| self.expected(&sentence.span)),
            SentenceClass::Run => self
                .command_in(&sentence.span)
                .unwrap_or_else(|| self.expected(&sentence.span)),
            // What the plan's own box calls done stands in no item that is open.
            SentenceClass::DoUnshown | SentenceClass::DoPartly | SentenceClass::Unclear => {
                SpanState::Done
            }
        }
    }

    fn criterion(&self, span: &Span) -> Option<SpanState> {
        let index = self
            .phase
            .criteria
            .iter()
            .position(|one| do_spans_overlap(&one.span, span))?;
        let criterion = self.phase.criteria.get(index)?;
        if criterion.kind == CriterionKind::Manual {
            return Some(SpanState::Person);
        }
        let own = self.verification.checks.iter().filter(|check| {
            check.unit == Some(self.phase.id) && check.origin == Origin::Criterion(index)
        });
        own.map(|check| of_verdict(check.verdict(), SpanState::Checked))
            .max()
            .or(Some(SpanState::Unproven))
    }

    /// Returns the state of the command next to a sentence which says that it runs, or how it ends.
    fn expected(&self, span: &Span) -> SpanState {
        let commands = self.phase.commands.iter().enumerate();
        let near = commands.min_by_key(|(_, command)| command.span.start.abs_diff(span.start));
        near.map_or(SpanState::Informative, |(at, _)| self.command_state(at))
    }
}

fn do_spans_overlap(one: &Span, other: &Span) -> bool {
    one.start < other.end && other.start < one.end
}

fn of_verdict(verdict: Verdict, passed: SpanState) -> SpanState {
    match verdict {
        Verdict::Passed => passed,
        Verdict::Failed => SpanState::Failed,
        Verdict::NotChecked => SpanState::Unproven,
    }
}

fn of_proof(proof: &Proof) -> SpanState {
    match proof {
        Proof::Proven(_) => SpanState::Checked,
        Proof::Before => SpanState::Done,
        Proof::ForAPerson => SpanState::Person,
        Proof::Open(_) => SpanState::Unproven,
        Proof::Broken(_) => SpanState::Failed,
    }
}
