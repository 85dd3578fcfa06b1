//! Holds a plan against the tree before any work: one rule a file, each finding with a code that `explain` knows. Reads
//! only; what the plan spells out is placed in the staged tree and taken back.

mod code;
mod shell;
mod manifests;
mod words;
mod ground;
mod rule;
mod rules;

use std::collections::BTreeSet;

use plan::{Phase, PhaseId, Plan, State};

pub(crate) use code::Code;

use crate::analyze::analyze;
use crate::implement::{Placed, Placement, is_code, place};
use crate::stop::{Finding, Severity, Stop};
use crate::understand::{assignment_of, finding, not_approved, without_author};
use crate::workbench::Workbench;
use ground::{Facts, Ground};

/// What is reviewed, which decides what counts as done before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole plan, its units in their order: what an earlier one makes is there for a later one.
    Plan,
    /// Units by name: only the tree as it stands counts.
    Units,
    /// A unit that is about to be implemented; the run itself tells what it places and what it refuses.
    Run,
}

/// Every code that a finding can have, in the order of the list.
pub(crate) fn codes() -> impl Iterator<Item = &'static Code> {
    rules::RULES.iter().flat_map(|rule| rule.codes)
}

/// Holds the units against the tree; what is found is in the order of the plan.
pub(crate) fn review(bench: &mut Workbench, units: &[PhaseId], extent: Extent) -> Result<Vec<Finding>, Stop> {
    let savepoint = bench.tree.savepoint();
    let mut facts = Facts::default();
    let mut found = match extent {
        Extent::Run => Vec::new(),
        Extent::Plan | Extent::Units => of_reading(bench, units, extent),
    };
    let all: Vec<Phase> = bench.plan.all().cloned().collect();
    let mut covered: BTreeSet<PhaseId> = BTreeSet::new();
    for unit in all.iter() {
        let wanted = units.contains(&unit.id);
        if covered.contains(&unit.id) || !wanted && (extent == Extent::Plan || holds_any(unit, units)) {
            continue;
        }
        cover(unit, &mut covered);
        if matches!(unit.state, State::Done | State::Skipped) && extent != Extent::Run {
            continue;
        }
        if !wanted {
            // A unit that was not asked for only tells what it would make.
            if units.iter().all(|wanted| unit.id < *wanted)
                && let Some((assignment, _)) = assignment_of(&bench.plan, &bench.files, unit.id)
            {
                facts.remember(&assignment, &unit.label);
            }
            continue;
        }
        found.extend(of_unit(bench, &mut facts, unit.id, extent)?);
    }
    bench.tree.restore(savepoint);
    found.retain(|one| !bench.conduct.approve || one.code != "plan-not-approved");
    for one in &mut found {
        one.message = bench.redactor.text(&one.message);
        one.hint = one.hint.as_ref().map(|hint| bench.redactor.text(hint));
    }
    found.sort_by_key(|one| (one.span.as_ref().map_or(0, |span| span.start), one.code));
    let mut told = BTreeSet::new();
    found.retain(|one| told.insert((one.code, one.line, one.message.clone())));
    Ok(found)
}

fn holds_any(unit: &Phase, units: &[PhaseId]) -> bool {
    unit.phases.iter().any(|nested| units.contains(&nested.id) || holds_any(nested, units))
}

fn cover(unit: &Phase, covered: &mut BTreeSet<PhaseId>) {
    covered.insert(unit.id);
    for nested in &unit.phases {
        cover(nested, covered);
    }
}

/// What reading the plan told: its standing, and what could not be read with certainty.
fn of_reading(bench: &Workbench, units: &[PhaseId], extent: Extent) -> Vec<Finding> {
    let plan = &bench.plan;
    let spans: Vec<_> =
        units.iter().filter_map(|unit| plan.phase(*unit)).map(|unit| (unit.span.clone(), unit)).collect();
    let concerns = |at: usize| extent == Extent::Plan || spans.iter().any(|(span, _)| span.contains(&at));
    let open = |at: usize| {
        let holding = plan.all().filter(|unit| unit.span.contains(&at)).last();
        holding.is_none_or(|unit| !matches!(unit.state, State::Done | State::Skipped))
    };
    let authors = |at: usize| {
        let mut commands = plan.all().flat_map(|unit| &unit.commands);
        commands.any(|command| command.span.start == at && without_author(&command.text, bench.root()).is_some())
    };
    // Samples of data, and passages that are cited with their lines, are shown and not to be placed.
    let sample = |at: usize| {
        let data = ["", "json", "jsonc", "http", "text", "txt", "markdown", "md", "csv"];
        plan.all().flat_map(|unit| &unit.blocks).any(|block| {
            let cited = block.info.starts_with(|letter: char| letter.is_ascii_digit());
            block.span.start == at && (cited || data.contains(&block.language.as_str()))
        })
    };
    let told = plan.diagnostics().iter().filter(|one| concerns(one.span.start) && open(one.span.start));
    let told = told.filter(|one| one.code != "block-nowhere" || !sample(one.span.start));
    // Whoever names a file right there means that one, whether the reader took it up or not.
    let told = told.filter(|one| one.code != "block-between" || !names_file(plan.text(), &one.span));
    let told = told.filter(|one| one.code != "command-author-path" || !authors(one.span.start));
    let told = told.map(|one| Finding {
        code: one.code,
        severity: if one.code == "no-units" { Severity::Error } else { Severity::Warning },
        message: one.message.clone(),
        line: Some(plan.place(one.span.start).line),
        span: Some(one.span.clone()),
        hint: Some(one.hint.clone()),
    });
    not_approved(plan).into_iter().chain(told).collect()
}

/// Whether the line above a block, or the block's first one, names a file.
fn names_file(text: &str, block: &std::ops::Range<usize>) -> bool {
    let is_file = |word: &str| {
        let ending = word.rsplit_once('.').map(|(stem, ending)| (!stem.is_empty(), ending));
        ending.is_some_and(|(named, ending)| {
            named && (1..=5).contains(&ending.len()) && ending.chars().all(|letter| letter.is_ascii_lowercase())
        })
    };
    let above = text[..block.start].trim_end().lines().last().unwrap_or_default();
    let ticked = above.split('`').skip(1).step_by(2).any(is_file);
    let first = text[block.clone()].lines().nth(1).unwrap_or_default().trim();
    let comment = first.starts_with('#') || first.starts_with("//");
    ticked || comment && first.split_whitespace().any(|word| word.contains('/') && is_file(word))
}

/// One unit: its files, what its code would come to, and every rule.
fn of_unit(bench: &mut Workbench, facts: &mut Facts, unit: PhaseId, extent: Extent) -> Result<Vec<Finding>, Stop> {
    let Some((assignment, leaving)) = assignment_of(&bench.plan, &bench.files, unit) else { return Ok(Vec::new()) };
    let mut found: Vec<Finding> = assignment.findings.clone();
    found.extend(leaving.iter().cloned());
    if leaving.is_empty() {
        match analyze(&bench.plan, &mut bench.tree, &assignment) {
            Ok(survey) => found.extend(survey.findings),
            Err(stop) => {
                found.extend(stop.findings);
                return Ok(found);
            }
        }
    }
    if extent == Extent::Plan {
        found.retain(|one| one.code != "depends-on-open" || depends_forward(&bench.plan, unit));
    }
    let mut before = std::collections::BTreeMap::new();
    for path in assignment.files.iter().filter_map(|file| file.path.as_ref()) {
        before.insert(path.clone(), bench.tree.read_text(path).ok().flatten());
    }
    let placements = if extent == Extent::Run { Vec::new() } else { place_all(bench, &assignment)? };
    let units: Vec<Phase> = assignment.units.iter().filter_map(|unit| bench.plan.phase(*unit)).cloned().collect();
    let mut ground = Ground {
        bench,
        assignment: &assignment,
        units: &units,
        placements: &placements,
        before: &before,
        facts,
        extent,
    };
    for rule in rules::RULES {
        if let Some(look) = rule.look.filter(|_| extent != Extent::Run || !rule.told_by_run) {
            found.extend(look(&mut ground));
        }
    }
    let label = assignment.label.clone();
    facts.remember(&assignment, &label);
    for (_, placement) in &placements {
        if let (Some(path), Placed::Refused { .. }) = (&placement.path, &placement.placed) {
            facts.uncertain.insert(path.clone());
        }
    }
    Ok(found)
}

/// Whether the unit names one that comes later in the plan among those that it depends on.
fn depends_forward(plan: &Plan, unit: PhaseId) -> bool {
    let Some(phase) = plan.phase(unit) else { return false };
    let later = |wanted: &String| matches!(plan.select(wanted).as_deref(), Ok([id]) if *id > unit);
    phase.depends_on.iter().any(later)
}

/// Places every block of the assignment over the last, in the staged tree.
fn place_all(
    bench: &mut Workbench,
    assignment: &crate::understand::Assignment,
) -> Result<Vec<(PhaseId, Placement)>, Stop> {
    let mut placements = Vec::new();
    for unit in &assignment.units {
        let Some(phase) = bench.plan.phase(*unit).cloned() else { continue };
        for index in (0..phase.blocks.len()).filter(|index| is_code(&phase.blocks[*index])) {
            placements.extend(place(bench, assignment, &phase, index)?.map(|placement| (*unit, placement)));
        }
    }
    Ok(placements)
}

/// A finding of a rule: its severity is that of its code.
fn found(plan: &Plan, code: &'static Code, span: std::ops::Range<usize>, message: impl Into<String>) -> Finding {
    finding(plan, code.name, code.severity, message.into(), Some(span))
}

#[cfg(test)]
mod tests;
