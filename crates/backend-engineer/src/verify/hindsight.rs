//! What the checks say of the tree as it was before a model changed it: only a check that failed then and passes now
//! proves what the model did, and only as many tests as ran then are enough. Asked at the end, and only where it matters.

use journal::{Event, Verdict};

use super::{Check, Verification, denounce, find_proofs, tampering};
use crate::check::{self, Kind, Ran};
use crate::implement::{Change, Deed};
use crate::stop::Stop;
use crate::understand::Assignment;
use crate::workbench::Workbench;

/// Runs the checks that passed on the tree as it was before a model changed it, and takes into account what they say.
pub(crate) async fn look_back(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    let works = change.items.iter().any(|item| item.deeds.iter().any(|deed| matches!(deed, Deed::Worked { .. })));
    let asked = |check: &Check| check.verdict() == Verdict::Passed && (works || check.kind == Kind::Tests);
    let found_wanting = !verification.weakened.is_empty() || !verification.drifted.is_empty();
    if bench.worked.is_empty() || !bench.runs_commands() || found_wanting || needs_server(bench, assignment) {
        return Ok(());
    }
    let passed: Vec<Check> = verification.checks.iter().filter(|check| asked(check)).cloned().collect();
    let now = bench.tree.savepoint();
    let earlier = run_all(bench, assignment, &passed).await;
    bench.tree.restore(now);
    let earlier = earlier?;
    for (check, ran) in passed.iter().zip(&earlier) {
        verification.weakened.extend(tampering::of_counts(check, ran));
        let Some(run) = bench.run.as_ref().map(|run| run.id().clone()) else { continue };
        bench.tell(Event::Evidence {
            item: check.text.clone(),
            kind: "before".to_owned(),
            command: Some(ran.script.clone()),
            exit: ran.exit,
            tree: ran.tree.clone(),
            run,
            verdict: ran.judgement.verdict,
        })?;
    }
    let standing = find_proofs(bench, assignment, change, verification)?;
    verification.accounts = super::accounts::of_files(bench, assignment, change, &standing, &verification.items);
    denounce(bench, verification)
}

/// Runs these checks on the tree without what a model did.
async fn run_all(bench: &mut Workbench, assignment: &Assignment, checks: &[Check]) -> Result<Vec<Ran>, Stop> {
    for (path, before) in bench.worked.clone() {
        bench.tree.stage(&path, before).map_err(|error| Stop::refused(error.to_string()))?;
    }
    let mut all: Vec<Ran> = Vec::new();
    for check in checks {
        let Some(mut request) = check.request.clone() else {
            all.push(check.ran.clone());
            continue;
        };
        request.why = "before the model's change".to_owned();
        let same = all.iter().find(|ran| ran.script == request.script && ran.folder == request.folder).cloned();
        all.push(match same {
            Some(ran) => ran,
            None => check::run(bench, &request, &assignment.scope).await?,
        });
    }
    Ok(all)
}

/// A check that talks to a server says nothing where the server is not started with the older code.
fn needs_server(bench: &Workbench, assignment: &Assignment) -> bool {
    let units = assignment.units.iter().filter_map(|unit| bench.plan.phase(*unit));
    units.flat_map(|unit| &unit.commands).any(|command| command.server)
}
