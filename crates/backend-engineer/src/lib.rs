//! Implements one phase of an approved plan in a backend codebase, proves it, and says what it proved.

#![forbid(unsafe_code)]

mod stop;

mod settings;

mod fingerprint;

mod redact;

mod secrets;

mod tree;

mod facts;

mod understand;

mod analyze;

mod engineer;

mod workbench;

mod check;

mod implement;

mod review;

mod verify;

mod report;

mod cli;

use journal::{Event, StepName};
use plan::PhaseId;

use analyze::analyze;
use implement::{Change, engage, implement, inspect, is_code, needs_walls, standing, write};
use report::{Report, report};
use review::{Extent, review};
use understand::{Assignment, understand};
use verify::{Verification, look_back, repair, settle, verify};
use workbench::Workbench;

pub use cli::command_line;
pub use stop::{Exit, Finding, Severity, Stop};

/// Implements one unit of the plan, proves it, and says what it proved. A failed check is a report, not an error.
async fn implement_phase(bench: &mut Workbench, unit: PhaseId) -> Result<Report, Stop> {
    let assignment = assign(bench, unit)?;
    let walled = needs_walls(bench, &assignment);
    if walled {
        bench.raise()?;
    }
    bench.begin(StepName::Analyze)?;
    analyze(&bench.plan, &mut bench.tree, &assignment)?;
    for finding in review(bench, &[unit], Extent::Run)? {
        bench.tell_finding(&finding)?;
    }
    bench.begin(StepName::Implement)?;
    if walled && !bench.employs() {
        bench.prepare().await?;
    }
    let mut change = implement(bench, &assignment).await?;
    if walled && bench.has_raised() {
        bench.prepare().await?;
    }
    if bench.employs() && change.leaves_work() {
        engage(bench, &assignment, &mut change, None).await?;
    }
    if walled {
        // Where no command can run, that is said before a file is written.
        bench.prepare().await?;
    }
    write(bench, &assignment, &mut change)?;
    bench.begin(StepName::Verify)?;
    let mut verification = verify(bench, &assignment, &mut change).await?;
    while let Some(failures) = repair(bench, &mut change, &verification)? {
        bench.begin(StepName::Implement)?;
        engage(bench, &assignment, &mut change, Some(failures)).await?;
        write(bench, &assignment, &mut change)?;
        bench.begin(StepName::Verify)?;
        verification = verify(bench, &assignment, &mut change).await?;
    }
    look_back(bench, &assignment, &change, &mut verification).await?;
    conclude(bench, &assignment, &change, verification)
}

/// Verifies one unit as it stands, and changes nothing but the plan's boxes.
async fn verify_phase(bench: &mut Workbench, unit: PhaseId) -> Result<Report, Stop> {
    let assignment = assign(bench, unit)?;
    bench.begin(StepName::Analyze)?;
    analyze(&bench.plan, &mut bench.tree, &assignment)?;
    let mut change = inspect(bench, &assignment).await?;
    bench.begin(StepName::Verify)?;
    let verification = verify(bench, &assignment, &mut change).await?;
    conclude(bench, &assignment, &change, verification)
}

/// The files of a unit that do not hold what the plan shows for them.
fn lacking(bench: &mut Workbench, unit: PhaseId) -> Result<Vec<String>, Stop> {
    let assignment = understand(&bench.plan, &bench.files, unit, true)?;
    let standing = standing(bench, &assignment)?;
    let shown = assignment.files.iter().filter(|file| {
        bench
            .plan
            .phase(file.unit)
            .is_some_and(|phase| phase.changes[file.change].blocks.iter().any(|block| is_code(&phase.blocks[*block])))
    });
    Ok(shown
        .filter_map(|file| file.path.clone())
        .filter(|path| !standing.contains(path))
        .map(|path| format!("`{path}`"))
        .collect())
}

fn assign(bench: &mut Workbench, unit: PhaseId) -> Result<Assignment, Stop> {
    bench.begin(StepName::Understand)?;
    let assignment = understand(&bench.plan, &bench.files, unit, bench.conduct.approve)?;
    bench.tell(Event::PhaseStarted { label: assignment.label.clone(), title: assignment.title.clone() })?;
    Ok(assignment)
}

/// Ticks what is proven, and reports.
fn conclude(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    mut verification: Verification,
) -> Result<Report, Stop> {
    settle(bench, assignment, change, &mut verification)?;
    bench.begin(StepName::Report)?;
    let report = report(bench, assignment, change, &verification);
    bench.notes.clear();
    Ok(report)
}
