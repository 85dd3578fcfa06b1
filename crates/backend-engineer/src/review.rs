//! Holds a plan against the tree before any work: one rule a file, each finding with a code that `explain` knows. Reads
//! only; what the plan spells out is placed in the staged tree and taken back.
//!
//! For each open unit, in the order of the plan: read its files → place its blocks in the staged
//! tree → ask every rule → remember what it makes and where a placement was refused, as later units
//! must not be held against files that this one changes. At the end the staged tree is as it was.

mod code;
mod manifests;
mod words;
mod rule_context;
mod rule;
mod rules;

use std::collections::BTreeSet;

use plan::{Phase, PhaseId, Plan, State};

pub(crate) use code::Code;
pub(crate) use rules::is_ticked_but_missing;

use crate::analyze::{Codebase, Survey, analyze};
use crate::implement::{Placement, PlacementOutcome, apply_block, is_code};
use crate::run::{RunContext, UnitState, Workspace};
use crate::stop::{Finding, Severity, Stop};
use crate::understand::{
    assignment_of, finding_with_line, finished_plan_finding, not_approved, without_author,
};
use crate::unit_work::UnitWork;
use rule_context::{ReviewState, RuleContext};

/// The extent of the lint, which decides what counts as done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewScope {
    /// The whole plan, its units in their order: what an earlier one makes is there for a later one.
    Plan,
    /// Units by name: only the tree as it stands counts.
    Units,
    /// A unit that is about to be implemented; the run itself tells what it places and what it refuses.
    Run,
}

/// Returns every code that a finding can have, in the order of the list.
pub(crate) fn list_all_codes() -> impl Iterator<Item = &'static Code> {
    rules::RULES.iter().flat_map(|rule| rule.codes)
}

/// Holds the units of a plan against the tree; what is found is in the order of the plan.
pub(crate) fn lint_plan(
    run: &RunContext,
    workspace: &mut Workspace,
    units: &[PhaseId],
    extent: ReviewScope,
) -> Result<Vec<Finding>, Stop> {
    let savepoint = workspace.tree.savepoint();
    let mut facts = ReviewState::default();
    let mut found = of_reading(run, units, extent);
    if extent == ReviewScope::Plan {
        found.extend(rules::check_ticked_items(run));
        if let Some(note) = finished_plan_finding(&run.plan) {
            // Everything found until now is about work that is over.
            // What a finished plan asked for may have changed since.
            found = vec![note];
            return Ok(in_order(run, found));
        }
    }
    let code = Codebase::new(run.files.facts());
    let all: Vec<&Phase> = run.plan.all().collect();
    let mut covered: BTreeSet<PhaseId> = BTreeSet::new();
    for unit in all {
        let wanted = units.contains(&unit.id);
        // A unit within one that was asked for is looked at with it, and not a second time.
        if covered.contains(&unit.id)
            || !wanted && (extent == ReviewScope::Plan || holds_any(unit, units))
        {
            continue;
        }
        add_nested_units(unit, &mut covered);
        if matches!(unit.state, State::Done | State::Skipped) {
            continue;
        }
        // Not asked for, but it may make what a later one needs.
        if !wanted {
            record_earlier_unit(run, &mut facts, unit, units);
            continue;
        }
        found.extend(of_unread_unit(
            run,
            workspace,
            (&mut facts, &code),
            (unit.id, extent),
        )?);
    }
    workspace.tree.restore(savepoint);
    Ok(in_order(run, found))
}

/// Holds a unit that is about to be implemented against the tree; the run itself tells what it places and refuses.
///
/// Nothing is placed here: the run is about to do that, and tells what it refuses.
pub(crate) fn review_unit(work: &mut UnitWork<'_>) -> Result<Vec<Finding>, Stop> {
    let savepoint = work.workspace.tree.savepoint();
    let mut facts = ReviewState::default();
    let asked = [work.assignment.unit];
    let mut covered: BTreeSet<PhaseId> = BTreeSet::new();
    let run = work.run;
    for unit in run.plan.all() {
        if !covered.contains(&unit.id)
            && unit.id != work.assignment.unit
            && !holds_any(unit, &asked)
        {
            add_nested_units(unit, &mut covered);
            record_earlier_unit(run, &mut facts, unit, &asked);
        }
    }
    let mut found = work.assignment.findings.clone();
    found.extend(work.survey.findings.iter().cloned());
    // What stands outside of every unit is nobody's work, and may be meant for this one: the report says so.
    let outside = of_reading(run, &asked, ReviewScope::Run)
        .into_iter()
        .filter(|one| one.code == "block-outside");
    found.extend(outside.map(|one| Finding {
        severity: Severity::Warning,
        ..one
    }));
    found.extend(lint_unit(
        work,
        &mut facts,
        &work.survey.code,
        ReviewScope::Run,
    )?);
    work.workspace.tree.restore(savepoint);
    Ok(in_order(run, found))
}

/// Keeps what a unit that was not asked for would make, where it comes before all that were.
///
/// Units between those that were asked for are left out, as it isn't clear which comes first.
fn record_earlier_unit(run: &RunContext, facts: &mut ReviewState, unit: &Phase, asked: &[PhaseId]) {
    if asked.iter().all(|wanted| unit.id < *wanted)
        && let Some((assignment, _)) = assignment_of(&run.plan, &run.files, unit.id)
    {
        facts.remember(&assignment, &unit.label);
    }
}

/// Cleans findings, puts them in the order of the plan, and tells each once.
fn in_order(run: &RunContext, mut found: Vec<Finding>) -> Vec<Finding> {
    // With `--approve` the user has decided that.
    found.retain(|one| !run.options.approve || one.code != "plan-not-approved");
    for one in &mut found {
        one.message = run.redactor.redact_text(&one.message);
        one.hint = one.hint.as_ref().map(|hint| run.redactor.redact_text(hint));
    }
    found.sort_by_key(|one| (one.span.as_ref().map_or(0, |span| span.start), one.code));
    // Nested units and repeated commands give the same finding twice.
    let mut told = BTreeSet::new();
    found.retain(|one| told.insert((one.code, one.line, one.message.clone())));
    found
}

/// Returns whether a unit holds one of the others, at whatever depth.
fn holds_any(unit: &Phase, units: &[PhaseId]) -> bool {
    unit.phases
        .iter()
        .any(|nested| units.contains(&nested.id) || holds_any(nested, units))
}

/// Adds a unit and all that is nested in it.
fn add_nested_units(unit: &Phase, covered: &mut BTreeSet<PhaseId>) {
    covered.insert(unit.id);
    for nested in &unit.phases {
        add_nested_units(nested, covered);
    }
}

/// Returns what reading the plan told: its standing, and what could not be read with certainty.
///
/// Of a plan's own diagnostics those are left out that another step tells better, and all of units
/// that are done.
fn of_reading(run: &RunContext, units: &[PhaseId], extent: ReviewScope) -> Vec<Finding> {
    let plan = &run.plan;
    let spans: Vec<_> = units
        .iter()
        .filter_map(|unit| plan.phase(*unit))
        .map(|unit| (unit.span.clone(), unit))
        .collect();
    let concerns =
        |at: usize| extent == ReviewScope::Plan || spans.iter().any(|(span, _)| span.contains(&at));
    let open = |at: usize| {
        let holding = plan.all().filter(|unit| unit.span.contains(&at)).last();
        holding.is_none_or(|unit| !matches!(unit.state, State::Done | State::Skipped))
    };
    // A command whose author's folder can be replaced by the root's runs all the same.
    let authors = |at: usize| {
        let mut commands = plan.all().flat_map(|unit| &unit.commands);
        commands.any(|command| {
            command.span.start == at && without_author(&command.text, run.root()).is_some()
        })
    };
    // Samples of data, and passages that are cited with their lines, are shown and not to be placed.
    let sample = |at: usize| {
        let data = [
            "", "json", "jsonc", "http", "text", "txt", "markdown", "md", "csv",
        ];
        plan.all().flat_map(|unit| &unit.blocks).any(|block| {
            let cited = block
                .info
                .starts_with(|letter: char| letter.is_ascii_digit());
            block.span.start == at && (cited || data.contains(&block.language.as_str()))
        })
    };
    // Code outside of every unit may be meant for the one at hand.
    let told = plan.diagnostics().iter();
    let told = told.filter(|one| one.code == "block-outside" || concerns(one.span.start));
    let told = told.filter(|one| open(one.span.start));
    let told = told.filter(|one| one.code != "block-nowhere" || !sample(one.span.start));
    // Evidence in the tree may decide between several files: told where the placement is tried.
    let told = told.filter(|one| one.code != "block-between");
    let told = told.filter(|one| one.code != "command-author-path" || !authors(one.span.start));
    let told = told.map(|one| Finding {
        code: one.code,
        severity: match one.code {
            "no-units" => Severity::Error,
            "block-outside" => Severity::Note,
            _ => Severity::Warning,
        },
        message: one.message.clone(),
        line: Some(plan.location(one.span.start).line),
        span: Some(one.span.clone()),
        hint: Some(one.hint.clone()),
    });
    not_approved(plan).into_iter().chain(told).collect()
}

/// Reads the files of a unit, then holds it against the tree.
///
/// Where the unit's files lie outside of the repository nothing of it is surveyed; its paths are
/// the finding.
fn of_unread_unit(
    run: &RunContext,
    workspace: &mut Workspace,
    (facts, code): (&mut ReviewState, &Codebase),
    (unit, extent): (PhaseId, ReviewScope),
) -> Result<Vec<Finding>, Stop> {
    let Some((assignment, leaving)) = assignment_of(&run.plan, &run.files, unit) else {
        return Ok(Vec::new());
    };
    let mut found: Vec<Finding> = assignment.findings.clone();
    found.extend(leaving.iter().cloned());
    let survey = match leaving.is_empty() {
        true => match analyze(run, workspace, &assignment) {
            Ok(survey) => survey,
            Err(stop) => {
                found.extend(stop.findings);
                return Ok(found);
            }
        },
        false => Survey {
            findings: Vec::new(),
            code: Codebase::new(run.files.facts()),
        },
    };
    found.extend(survey.findings.iter().cloned());
    // In a whole plan every unit depends on earlier ones that are open; only a wrong order is news.
    if extent == ReviewScope::Plan {
        found.retain(|one| one.code != "depends-on-open" || depends_forward(&run.plan, unit));
    }
    let (assignment, survey, state) = (&assignment, &survey, &mut UnitState::default());
    let mut work = UnitWork {
        run,
        assignment,
        survey,
        workspace,
        state,
    };
    found.extend(lint_unit(&mut work, facts, code, extent)?);
    Ok(found)
}

/// Looks at one unit with every rule: its files, and what placing its code would come to.
///
/// The texts are kept as they were before the unit, since placing its blocks changes the staged
/// ones, and quotes must be held against what the author saw.
fn lint_unit(
    work: &mut UnitWork<'_>,
    facts: &mut ReviewState,
    code: &Codebase,
    extent: ReviewScope,
) -> Result<Vec<Finding>, Stop> {
    let assignment = work.assignment;
    let mut before = std::collections::BTreeMap::new();
    for path in assignment
        .files
        .iter()
        .filter_map(|file| file.path.as_ref())
    {
        before.insert(
            path.clone(),
            work.workspace.tree.read_text(path).ok().flatten(),
        );
    }
    let placements = if extent == ReviewScope::Run {
        Vec::new()
    } else {
        apply_all_blocks(work)?
    };
    let units: Vec<Phase> = assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit))
        .cloned()
        .collect();
    let mut context = RuleContext {
        run: work.run,
        workspace: &mut *work.workspace,
        code,
        assignment,
        units: &units,
        placements: &placements,
        before: &before,
        facts,
        extent,
    };
    let mut found = Vec::new();
    for rule in rules::RULES {
        if let Some(look) = rule
            .look
            .filter(|_| extent != ReviewScope::Run || !rule.told_by_run)
        {
            found.extend(look(&mut context));
        }
    }
    // Only now: the rules must not take this unit's files for made before it.
    facts.remember(assignment, &assignment.label);
    for (_, placement) in &placements {
        if let (Some(path), PlacementOutcome::Refused { .. }) = (&placement.path, &placement.placed)
        {
            facts.uncertain.insert(path.clone());
        }
    }
    Ok(found)
}

/// Returns whether the unit names one that comes later in the plan among those that it depends on.
///
/// A name that fits several units is left to the diagnostics of the plan.
fn depends_forward(plan: &Plan, unit: PhaseId) -> bool {
    let Some(phase) = plan.phase(unit) else {
        return false;
    };
    let later = |wanted: &String| matches!(plan.select(wanted).as_deref(), Ok([id]) if *id > unit);
    phase.depends_on.iter().any(later)
}

/// Places every block of the assignment over the last, in the staged tree.
fn apply_all_blocks(work: &mut UnitWork<'_>) -> Result<Vec<(PhaseId, Placement)>, Stop> {
    let mut placements = Vec::new();
    for unit in &work.assignment.units {
        let Some(phase) = work.run.plan.phase(*unit) else {
            continue;
        };
        for index in (0..phase.blocks.len()).filter(|index| is_code(&phase.blocks[*index])) {
            placements.extend(apply_block(work, phase, index)?.map(|placement| (*unit, placement)));
        }
    }
    Ok(placements)
}

/// Returns a finding of a rule: its severity is that of its code.
fn new_finding(
    plan: &Plan,
    code: &'static Code,
    span: std::ops::Range<usize>,
    message: impl Into<String>,
) -> Finding {
    finding_with_line(plan, (code.name, code.severity), message.into(), Some(span))
}

#[cfg(test)]
mod tests;
