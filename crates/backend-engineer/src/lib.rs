//! Implements one phase of an approved plan in a backend codebase, proves it, and says what it proved.

#![forbid(unsafe_code)]

mod stop;

mod settings;

mod content_id;

mod fingerprint;

mod secrets;

mod redact;

mod tree;

mod identifiers;

mod prohibitions;

mod facts;

mod understand;

mod model_setup;

mod run;

mod analyze;

mod unit_work;

mod removals;

mod check;

mod evidence;

mod implement;

mod review;

mod verify;

mod report;

mod cli;

use journal::{Event, StepName};
use plan::PhaseId;

use analyze::{Codebase, Survey, analyze};
use implement::{
    Change, find_present_files, implement, inspect_items, is_code, needs_sandbox, rework_failures,
};
use report::{Report, report};
use review::review_unit;
use run::{RunContext, UnitState, Workspace};
use understand::{Assignment, understand};
use unit_work::UnitWork;
use verify::{
    Verification, compare_with_baseline, finish_verification, measure_strength, next_repair_task,
    sort_imports, verify,
};

pub use cli::run_command_line;
pub use stop::{Exit, Finding, Severity, Stop};

/// Implements one unit of the plan, proves it, and says what it proved. A failed check is a report, not an error.
async fn implement_unit(
    run: &RunContext,
    workspace: &mut Workspace,
    unit: PhaseId,
) -> Result<Report, Stop> {
    let assignment = understand_unit(run, unit)?;
    if needs_sandbox(run, &assignment) {
        workspace.open_sandbox_soon()?;
    }
    let survey = analyze_unit(run, workspace, &assignment)?;
    let mut state = UnitState::begin(run, workspace)?;
    let mut work = UnitWork {
        run,
        assignment: &assignment,
        survey: &survey,
        workspace,
        state: &mut state,
    };
    for finding in review_unit(&mut work)? {
        work.state.add_finding(run, &finding)?;
    }
    run.begin_step(StepName::Implement)?;
    let mut change = implement(&mut work).await?;
    let mut verification = verify_sorted(&mut work, &mut change).await?;
    while let Some(failures) = next_repair_task(&mut work, &mut change, &verification)? {
        run.begin_step(StepName::Implement)?;
        rework_failures(&mut work, &mut change, failures).await?;
        verification = verify_sorted(&mut work, &mut change).await?;
    }
    compare_with_baseline(&mut work, &change, &mut verification).await?;
    measure_strength(&mut work, &change, &mut verification).await?;
    finish_verification(&mut work, &change, &mut verification)?;
    run.begin_step(StepName::Report)?;
    let report = report(&work, &change, &verification);
    run.emit(report.event(run.options.dry_run))?;
    workspace.discard_leftovers().await?;
    Ok(report)
}

/// Verifies what was implemented; once more where the project's own linter had imports to sort.
async fn verify_sorted(work: &mut UnitWork<'_>, change: &mut Change) -> Result<Verification, Stop> {
    work.run.begin_step(StepName::Verify)?;
    let verification = verify(work, change).await?;
    match sort_imports(work, change, &verification).await? {
        true => verify(work, change).await,
        false => Ok(verification),
    }
}

/// Verifies one unit as it stands, and changes nothing but the plan's boxes.
async fn verify_unit(
    run: &RunContext,
    workspace: &mut Workspace,
    unit: PhaseId,
) -> Result<Report, Stop> {
    let assignment = understand_unit(run, unit)?;
    let survey = analyze_unit(run, workspace, &assignment)?;
    let mut state = UnitState::begin(run, workspace)?;
    let mut work = UnitWork {
        run,
        assignment: &assignment,
        survey: &survey,
        workspace,
        state: &mut state,
    };
    let mut change = inspect_items(&mut work).await?;
    run.begin_step(StepName::Verify)?;
    let mut verification = verify(&mut work, &mut change).await?;
    finish_verification(&mut work, &change, &mut verification)?;
    run.begin_step(StepName::Report)?;
    let report = report(&work, &change, &verification);
    run.emit(report.event(run.options.dry_run))?;
    workspace.discard_leftovers().await?;
    Ok(report)
}

/// The files of a done unit that are not as the plan has them.
struct MissingParts {
    /// They do not hold what the plan shows for them.
    other: Vec<String>,
    /// Their item is ticked, and they are not there.
    missing: Vec<String>,
}

/// Returns what a unit that is done by the plan's marks lacks in the tree.
fn find_missing_parts(
    run: &RunContext,
    workspace: &mut Workspace,
    unit: PhaseId,
) -> Result<MissingParts, Stop> {
    let assignment = understand(&run.plan, &run.files, unit, true)?;
    let survey = Survey {
        findings: Vec::new(),
        code: Codebase::new(run.files.facts()),
    };
    let state = &mut UnitState::default();
    let standing = find_present_files(&mut UnitWork {
        run,
        assignment: &assignment,
        survey: &survey,
        workspace,
        state,
    })?;
    let shown = assignment.files.iter().filter(|file| {
        run.plan.phase(file.unit).is_some_and(|phase| {
            phase.changes[file.change]
                .blocks
                .iter()
                .any(|block| is_code(&phase.blocks[*block]))
        })
    });
    let other = shown
        .filter_map(|file| file.path.clone())
        .filter(|path| !standing.whole.contains(path));
    let missing = assignment.files.iter().filter_map(|file| {
        let (path, phase) = file.path.as_ref().zip(run.plan.phase(file.unit))?;
        review::is_ticked_but_missing(run, phase, &phase.changes[file.change], path)
            .then(|| path.clone())
    });
    let missing: Vec<String> = missing.collect();
    Ok(MissingParts {
        other: other.filter(|path| !missing.contains(path)).collect(),
        missing,
    })
}

/// Takes the first step: what the unit asks for.
fn understand_unit(run: &RunContext, unit: PhaseId) -> Result<Assignment, Stop> {
    run.begin_step(StepName::Understand)?;
    let assignment = understand(&run.plan, &run.files, unit, run.options.approve)?;
    run.emit(Event::PhaseStarted {
        label: assignment.label.clone(),
        title: assignment.title.clone(),
    })?;
    Ok(assignment)
}

/// Takes the second step: the unit's files, and the code around them.
fn analyze_unit(
    run: &RunContext,
    workspace: &mut Workspace,
    assignment: &Assignment,
) -> Result<Survey, Stop> {
    run.begin_step(StepName::Analyze)?;
    analyze(run, workspace, assignment)
}
