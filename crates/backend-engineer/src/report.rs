//! Step five: says what was done and what was proved, to people in the shape of the specification and to machines as JSON.

mod exit;
mod json;
mod markdown;
mod notes;
mod rechecked;

use std::collections::{BTreeMap, BTreeSet};

use journal::{TestResult, Verdict};
use plan::{CriterionKind, PassageKind};
use serde::Serialize;
use survey::Purpose;

use crate::check::{self, CheckRun, Kind, checked_by, worst_verdict};
use crate::implement::{Change, PlacementOutcome, StepOutcome};
use crate::stop::Exit;
use crate::unit_work::UnitWork;
use crate::verify::{Check, FileLine, Origin, Proof, SpanLine, SpanState, Strength, Verification};

use exit::{exit_of_unit, heading_of_exit};
pub(crate) use json::report_document;
use notes::list_notes;
pub(crate) use rechecked::{Rechecked, RecheckedState};

/// The report of a run on one phase.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// "Implementation Complete", "Unproven", "Incomplete" or "Failed".
    pub(crate) heading: String,
    /// The exit code that this phase calls for.
    #[serde(serialize_with = "json::serialize_exit_code")]
    pub(crate) exit: Exit,
    /// The plan's path.
    pub(crate) plan: String,
    /// "Phase 2.1".
    pub(crate) phase: String,
    /// The phase's title.
    pub(crate) title: String,
    /// The run, as the journal knows it.
    pub(crate) run: Option<String>,
    /// Every task of the phase.
    pub(crate) tasks: Vec<Task>,
    /// Every file of the phase.
    files: Vec<FileLine>,
    /// The lines on tests, lint and types.
    pub(crate) verification: ResultLine,
    /// The number of wrong versions of the phase's code that its tests reject; none where nothing was tried.
    strength: Option<Strength>,
    /// Every check.
    pub(crate) checks: Vec<CheckLine>,
    /// Blocks and steps that were refused, with the decision that each needs.
    pub(crate) refusals: Vec<Refusal>,
    /// Manual criteria that are still open.
    pub(crate) manual: Vec<Line>,
    /// Boxes that were ticked now.
    pub(crate) ticked: Vec<Line>,
    /// Boxes that were opened again.
    pub(crate) unticked: Vec<Line>,
    /// The sandbox that commands ran in; `None` where none ran.
    pub(crate) sandbox: Option<String>,
    /// Every span of the phase's text, from its first byte to its last, with what became of it.
    spans: Vec<SpanLine>,
    /// The number of spans of each state, those of mere markup apart.
    span_states: BTreeMap<SpanState, usize>,
    /// Observations, decisions, what is left open and why.
    pub(crate) notes: Vec<String>,
    /// Ticked boxes with what their checks say now, where that was asked.
    #[serde(skip)]
    pub(crate) rechecked: Vec<Rechecked>,
}

/// A task of the phase.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Task {
    /// Its words.
    pub(crate) text: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// Proven, or ticked before.
    pub(crate) done: bool,
    /// The proof, or the reason why it is open.
    pub(crate) why: String,
}

/// A line of the plan.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    /// Its words.
    pub(crate) text: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
}

/// The three lines of the specification.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ResultLine {
    /// Tests.
    pub(crate) tests: Outcome,
    /// Lint.
    pub(crate) lint: Outcome,
    /// Types.
    pub(crate) type_check: Outcome,
}

/// A verdict with its details.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    /// The worst of all checks of the kind.
    pub(crate) verdict: Verdict,
    /// The observation behind it, in words.
    pub(crate) details: String,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckLine {
    /// The plan's words.
    pub(crate) text: String,
    /// Line in the plan, from 1; 0 for the project's own.
    pub(crate) line: usize,
    /// The kind of check: the line of the report that it belongs to.
    pub(crate) kind: Kind,
    /// The command; empty where the plan gives none.
    pub(crate) command: String,
    /// Its folder from the root.
    pub(crate) folder: String,
    /// Its exit status.
    pub(crate) exit: Option<i32>,
    /// The conclusion drawn from its end and its output.
    pub(crate) verdict: Verdict,
    /// The observation behind it, in words.
    pub(crate) details: String,
    /// The fingerprint of the tree that it ran on.
    pub(crate) tree: Option<String>,
    /// The end of what it printed, where it failed.
    pub(crate) output: String,
    /// The number of tests in the reports of its runners, where they reported any.
    pub(crate) tests: Option<TestCounts>,
}

/// The number of tests that a check ran, by the report of their runner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TestCounts {
    /// Those that passed.
    pub(crate) passed: usize,
    /// Those that failed, by name.
    pub(crate) failed: Vec<String>,
    /// Those that were skipped, or are expected to fail.
    pub(crate) skipped: usize,
}

/// Something that was not placed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Refusal {
    /// The file, where it is known.
    pub(crate) path: Option<String>,
    /// A stable short name of the reason.
    pub(crate) reason: &'static str,
    /// The reason in words.
    pub(crate) message: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// The places between which someone must choose.
    pub(crate) candidates: Vec<String>,
}

/// Puts the report of one phase together.
pub(crate) fn report(work: &UnitWork<'_>, change: &Change, verification: &Verification) -> Report {
    let tasks = list_tasks(work, change, verification);
    let exit = exit_of_unit(work, change, verification);
    Report {
        heading: if work.run.options.dry_run {
            PREVIEW
        } else {
            heading_of_exit(exit)
        }
        .to_owned(),
        exit,
        plan: work.run.plan_name.clone(),
        phase: work.assignment.label.clone(),
        title: work.assignment.title.clone(),
        run: work
            .run
            .recorder
            .journal_run()
            .map(|run| run.id().to_string()),
        tasks,
        files: verification.accounts.clone(),
        verification: ResultLine {
            tests: outcome_of_kind(work, (change, verification), Kind::Tests),
            lint: outcome_of_kind(work, (change, verification), Kind::Lint),
            type_check: outcome_of_kind(work, (change, verification), Kind::TypeCheck),
        },
        strength: verification.strength.clone(),
        checks: verification.checks.iter().map(check_line).collect(),
        refusals: list_refusals(change),
        manual: verification
            .manual
            .iter()
            .filter(|manual| !manual.done)
            .map(|manual| Line {
                text: manual.text.clone(),
                line: manual.line,
            })
            .collect(),
        ticked: lines_of(&verification.ticked),
        unticked: lines_of(&verification.unticked),
        sandbox: work.workspace.tier(),
        spans: verification.spans.clone(),
        span_states: span_states(&verification.spans),
        notes: list_notes(work, change, verification),
        rechecked: match work.run.options.recheck {
            true => rechecked::recheck_ticked_boxes(work, verification),
            false => Vec::new(),
        },
    }
}

/// The heading of a dry run, which claims nothing.
const PREVIEW: &str = "Implementation Preview";

/// Returns lines of the plan, each with its number.
fn lines_of(lines: &[(usize, String)]) -> Vec<Line> {
    lines
        .iter()
        .map(|(line, text)| Line {
            text: text.clone(),
            line: *line,
        })
        .collect()
}

/// Counts the spans of each state; headings' marks and asides ask for nothing and are left out.
fn span_states(spans: &[SpanLine]) -> BTreeMap<SpanState, usize> {
    let mut counts = BTreeMap::new();
    for line in spans
        .iter()
        .filter(|line| !matches!(line.kind, PassageKind::Markup | PassageKind::Aside))
    {
        *counts.entry(line.state).or_insert(0) += 1;
    }
    counts
}

fn list_tasks(work: &UnitWork<'_>, change: &Change, verification: &Verification) -> Vec<Task> {
    let items = change
        .items
        .iter()
        .zip(&verification.items)
        .map(|(item, proof)| task_of_proof(&item.title, item.line, proof));
    let mut tasks: Vec<Task> = items.collect();
    let mut listed: BTreeSet<_> = change
        .items
        .iter()
        .filter_map(|item| item.checkbox)
        .collect();
    for phase in work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit))
    {
        let manual = phase
            .criteria
            .iter()
            .filter(|criterion| criterion.kind == CriterionKind::Manual);
        listed.extend(manual.filter_map(|criterion| criterion.checkbox));
    }
    for (id, proof) in verification
        .proofs
        .iter()
        .filter(|(id, _)| !listed.contains(id))
    {
        if let Some(found) = work.run.plan.checkboxes().get(id.0) {
            tasks.push(task_of_proof(
                &found.text,
                work.run.plan.location(found.span.start).line,
                proof,
            ));
        }
    }
    tasks.sort_by_key(|task| task.line);
    tasks
}

fn task_of_proof(text: &str, line: usize, proof: &Proof) -> Task {
    let done = matches!(proof, Proof::Proven(_) | Proof::Before);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Task {
        text,
        line,
        done,
        why: proof.to_string(),
    }
}

/// Returns the worst verdict of a kind of check, with what was seen of those that have it; why nothing of it was checked.
fn outcome_of_kind(
    work: &UnitWork<'_>,
    (change, verification): (&Change, &Verification),
    kind: Kind,
) -> Outcome {
    let does = |ran: &CheckRun| {
        checked_by(&check::read_command(work, &ran.script, &ran.folder)).contains(&kind)
    };
    let of_kind = |check: &&Check| check.kind == kind || does(&check.ran);
    let checks: Vec<_> = verification.checks.iter().filter(of_kind).collect();
    if checks.is_empty() {
        return Outcome {
            verdict: Verdict::NotChecked,
            details: why_no_check(work, change, kind),
        };
    }
    // What the project keeps for itself and can't run here does not take away from what was seen.
    let is_aside =
        |check: &&&Check| check.origin == Origin::Found && check.verdict() == Verdict::NotChecked;
    let (aside, seen): (Vec<&Check>, Vec<&Check>) =
        checks.iter().partition(|check| is_aside(check));
    let (seen, aside) = if seen.is_empty() {
        (aside, Vec::new())
    } else {
        (seen, aside)
    };
    let verdict = worst_verdict(seen.iter().map(|check| check.verdict()));
    let mut lines: Vec<String> = Vec::new();
    let told = seen
        .iter()
        .filter(|check| check.verdict() == verdict)
        .map(|check| (check, ""));
    for (check, mark) in told.chain(aside.iter().map(|check| (check, "NOT CHECKED "))) {
        let command = crate::check::first_line(&check.ran.script);
        let line = match command {
            "" => check.ran.judgement.detail.clone(),
            command => format!("{mark}`{command}`: {}", check.ran.judgement.detail),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Outcome {
        verdict,
        details: lines.join("; "),
    }
}

/// Returns why nothing of a kind was checked.
fn why_no_check(work: &UnitWork<'_>, change: &Change, kind: Kind) -> String {
    let (what, purpose) = match kind {
        Kind::Tests => ("test", Purpose::Test),
        Kind::Lint => ("lint", Purpose::Lint),
        _ => ("type-check", Purpose::TypeCheck),
    };
    let commands = work.survey.code.commands();
    let Some(own) = commands
        .iter()
        .find(|command| command.purpose == purpose && command.only_looks())
    else {
        return format!(
            "neither the plan, the configuration nor the project itself names a {what} command"
        );
    };
    match change.written.is_empty() {
        true => format!("no file was changed; the project's own is `{}`", own.script),
        false => format!(
            "the project's own `{}` looks at none of the changed files",
            own.script
        ),
    }
}

fn check_line(check: &Check) -> CheckLine {
    let ran = &check.ran;
    CheckLine {
        text: check.text.clone(),
        line: check.line,
        kind: check.kind,
        command: ran.script.clone(),
        folder: ran.folder.clone(),
        exit: ran.exit,
        verdict: check.verdict(),
        details: ran.judgement.detail.clone(),
        tree: ran.tree.clone(),
        output: if check.verdict() == Verdict::Failed {
            ran.tail.clone()
        } else {
            String::new()
        },
        tests: test_counts(&ran.tests),
    }
}

fn test_counts(tests: &[TestResult]) -> Option<TestCounts> {
    let of = |verdict: Verdict| tests.iter().filter(move |test| test.verdict == verdict);
    (!tests.is_empty()).then(|| TestCounts {
        passed: of(Verdict::Passed).count(),
        failed: of(Verdict::Failed).map(|test| test.name.clone()).collect(),
        skipped: of(Verdict::NotChecked).count(),
    })
}

fn list_refusals(change: &Change) -> Vec<Refusal> {
    let step_outcomes = change.items.iter().flat_map(|item| &item.outcomes);
    step_outcomes
        .filter_map(|step_outcome| match step_outcome {
            StepOutcome::Place(placement) => match &placement.placed {
                PlacementOutcome::Refused {
                    reason,
                    message,
                    candidates,
                } => Some(Refusal {
                    path: placement.path.clone(),
                    reason,
                    message: message.clone(),
                    line: placement.line,
                    candidates: candidates.clone(),
                }),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// Returns the specification's words for a verdict.
pub(crate) fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "PASS",
        Verdict::Failed => "FAIL",
        Verdict::NotChecked => "NOT CHECKED",
    }
}
