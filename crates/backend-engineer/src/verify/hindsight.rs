//! What the checks say of the tree as it was before a model changed it: only a check that failed then, or that fails with
//! the new tests alone, proves what the model did by passing now; and only as many tests as ran then are enough. Asked at
//! the end, and only where it matters.

use code::paths::{belongs_to_tests, is_test};
use journal::{Event, Verdict};

use super::proof::{BEFORE, TESTS_ALONE};
use super::{Check, Verification, denounce, find_proofs, tampering};
use crate::check::{self, Kind, Ran};
use crate::implement::{Change, Deed};
use crate::stop::Stop;
use crate::understand::Assignment;
use crate::workbench::Workbench;

/// What of a model's change is taken back for a check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Back {
    Everything,
    AllButTests,
}

/// Runs the checks that passed on the tree as it was before a model changed it, and takes into account what they say.
pub(crate) async fn look_back(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    let works = change.items.iter().any(|item| item.deeds.iter().any(|deed| matches!(deed, Deed::Worked { .. })));
    // A request says nothing of the older code where the server runs with the newer.
    let served = needs_server(bench, assignment);
    let asked = |check: &Check| {
        let apart = !served || check.kind != Kind::Other;
        check.verdict() == Verdict::Passed && (works && apart || check.kind == Kind::Tests)
    };
    let found_wanting = !verification.weakened.is_empty() || !verification.drifted.is_empty();
    if bench.worked.is_empty() || !bench.runs_commands() || found_wanting {
        return Ok(());
    }
    let passed: Vec<Check> = verification.checks.iter().filter(|check| asked(check)).cloned().collect();
    let earlier = run_all(bench, assignment, &passed, Back::Everything).await?;
    for (check, ran) in passed.iter().zip(&earlier) {
        verification.weakened.extend(tampering::of_counts(check, ran));
        tell(bench, check, ran, BEFORE)?;
    }
    // Tests that came with the change had nothing to fail on before it; they must fail without it.
    let held = |(check, ran): (&Check, &Ran)| {
        let tests = check.kind == Kind::Tests && ran.judgement.verdict != Verdict::Failed;
        tests.then(|| check.clone())
    };
    let held: Vec<Check> = passed.iter().zip(&earlier).filter_map(held).collect();
    if works && bench.worked.keys().any(|path| is_test(path)) {
        let apart = run_all(bench, assignment, &held, Back::AllButTests).await?;
        for (check, ran) in held.iter().zip(&apart) {
            tell(bench, check, ran, TESTS_ALONE)?;
        }
    }
    let standing = find_proofs(bench, assignment, change, verification)?;
    verification.accounts = super::accounts::of_files(bench, assignment, change, &standing, &verification.items);
    denounce(bench, verification)
}

/// What a check said, as evidence.
fn tell(bench: &mut Workbench, check: &Check, ran: &Ran, kind: &str) -> Result<(), Stop> {
    let Some(run) = bench.run.as_ref().map(|run| run.id().clone()) else { return Ok(()) };
    bench.tell(Event::Evidence {
        item: check.text.clone(),
        kind: kind.to_owned(),
        command: Some(ran.script.clone()),
        exit: ran.exit,
        tree: ran.tree.clone(),
        run,
        verdict: ran.judgement.verdict,
    })
}

/// Runs these checks on the tree without what a model did.
async fn run_all(
    bench: &mut Workbench,
    assignment: &Assignment,
    checks: &[Check],
    back: Back,
) -> Result<Vec<Ran>, Stop> {
    let now = bench.tree.savepoint();
    let ran = run_each(bench, assignment, checks, back).await;
    bench.tree.restore(now);
    ran
}

async fn run_each(
    bench: &mut Workbench,
    assignment: &Assignment,
    checks: &[Check],
    back: Back,
) -> Result<Vec<Ran>, Stop> {
    for (path, before) in
        bench.worked.clone().into_iter().filter(|(path, _)| back == Back::Everything || !belongs_to_tests(path))
    {
        bench.tree.stage(&path, before).map_err(|error| Stop::refused(error.to_string()))?;
    }
    let mut all: Vec<Ran> = Vec::new();
    for check in checks {
        let Some(mut request) = check.request.clone() else {
            all.push(check.ran.clone());
            continue;
        };
        request.why = match back {
            Back::Everything => "before the model's change",
            Back::AllButTests => "with the new tests alone",
        }
        .to_owned();
        let same = all.iter().find(|ran| ran.script == request.script && ran.folder == request.folder).cloned();
        all.push(match same {
            Some(ran) => ran,
            None => check::run(bench, &request, &assignment.scope).await?,
        });
    }
    Ok(all)
}

/// Whether checks of the phase may talk to a server of its own.
fn needs_server(bench: &Workbench, assignment: &Assignment) -> bool {
    let units = assignment.units.iter().filter_map(|unit| bench.plan.phase(*unit));
    units.flat_map(|unit| &unit.commands).any(|command| command.server)
}
