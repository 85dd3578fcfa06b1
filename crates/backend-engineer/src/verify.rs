//! Step four: runs the checks on the final tree, accounts for every file that the phase names, and ticks what is proven.

mod checks;
mod project;
mod proof;
mod accounts;
mod tampering;
mod hindsight;
mod ticks;
mod repair;

use plan::{CheckboxId, CriterionKind, PhaseId};

pub(crate) use accounts::{Account, Fate};
pub(crate) use checks::{Check, Origin};
pub(crate) use hindsight::look_back;
use proof::Ground;
pub(crate) use proof::{Proof, is_unimplemented, prove};
pub(crate) use repair::repair;
pub(crate) use ticks::mark;

use crate::implement::Change;
use crate::stop::Stop;
use crate::understand::Assignment;
use crate::workbench::Workbench;

/// What was proved.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    /// Every check, in the plan's order.
    pub(crate) checks: Vec<Check>,
    /// Every file that the phase names.
    pub(crate) accounts: Vec<Account>,
    /// Every box of the phase, with what stands behind it.
    pub(crate) proofs: Vec<(CheckboxId, Proof)>,
    /// The items of the change, by their place in [`Change::items`].
    pub(crate) items: Vec<Proof>,
    /// Files of the phase that somebody else changed while the run was at work.
    pub(crate) drifted: Vec<String>,
    /// How a model made its checks easier.
    pub(crate) weakened: Vec<String>,
    /// What a person has to look at.
    pub(crate) manual: Vec<Manual>,
    /// Boxes that were ticked now: line and text.
    pub(crate) ticked: Vec<(usize, String)>,
    /// Boxes that were opened again.
    pub(crate) unticked: Vec<(usize, String)>,
}

/// A manual criterion.
#[derive(Debug, Clone)]
pub(crate) struct Manual {
    /// Its words.
    pub(crate) text: String,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// A person has ticked it.
    pub(crate) done: bool,
}

/// Verifies the assignment as it stands in the staged tree.
pub(crate) async fn verify(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &mut Change,
) -> Result<Verification, Stop> {
    let mut verification = Verification::default();
    bench.put_back_foreign(&assignment.scope).await?;
    verification.checks = checks::run_all(bench, assignment, change).await?;
    let found = project::run(bench, assignment, change, &verification.checks).await?;
    verification.checks.extend(found);
    for (_, server) in std::mem::take(&mut change.servers) {
        bench.end_server(server).await?;
    }
    // A formatter among the checks may have had its say within the scope.
    crate::implement::write(bench, assignment, change)?;
    let standing = find_proofs(bench, assignment, change, &mut verification)?;
    verification.drifted =
        bench.tree.drifted().into_iter().filter(|path| bench.takes(path, &assignment.scope)).collect();
    for path in verification.drifted.clone() {
        bench.note(format!("`{path}` was changed by somebody else while this run was at work; nothing is ticked"))?;
    }
    if !verification.drifted.is_empty() {
        proof::withdraw(&mut verification, "a file of the phase was changed by somebody else meanwhile");
    }
    watch(bench, assignment, &mut verification)?;
    verification.accounts = accounts::of_files(bench, assignment, change, &standing, &verification.items);
    verification.manual = assignment.units.iter().flat_map(|unit| manual(bench, *unit)).collect();
    Ok(verification)
}

/// Finds what stands behind each item and each box; gives the paths where the plan's code stands.
fn find_proofs(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    verification: &mut Verification,
) -> Result<std::collections::BTreeSet<String>, Stop> {
    let standing = crate::implement::standing(bench, assignment)?;
    let earlier = bench.earlier_evidence()?;
    let checks = &verification.checks;
    let ground = Ground { bench, assignment, checks, standing: &standing, earlier: &earlier };
    verification.items = change.items.iter().map(|item| proof::of_item(item, &ground)).collect();
    verification.proofs = prove(bench, assignment, change, verification);
    proof::hold_back(bench, assignment, change, verification);
    Ok(standing)
}

/// Puts what was proved into the journal, and ticks the plan's boxes for it.
pub(crate) fn settle(
    bench: &mut Workbench,
    assignment: &Assignment,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    ticks::record_evidence(bench, assignment, change, verification)?;
    ticks::tick(bench, verification)
}

/// Looks whether a model made its checks easier; then nothing is proven by them.
fn watch(bench: &mut Workbench, assignment: &Assignment, verification: &mut Verification) -> Result<(), Stop> {
    let contents: std::collections::BTreeMap<String, Option<Vec<u8>>> = bench
        .worked
        .keys()
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|path| (path.clone(), bench.tree.read(&path).ok().flatten()))
        .collect();
    let now = |path: &str| contents.get(path).cloned().flatten();
    verification.weakened = tampering::weakened(&bench.worked, &now, &assignment.scope);
    let silenced = tampering::silenced(&bench.worked, &now);
    denounce(bench, verification)?;
    silenced.into_iter().try_for_each(|line| bench.note(line))
}

/// Tells how checks were made easier, and takes back what they proved.
fn denounce(bench: &mut Workbench, verification: &mut Verification) -> Result<(), Stop> {
    for line in verification.weakened.clone() {
        bench.note(format!("TESTS WERE WEAKENED, and nothing is ticked: {line}"))?;
    }
    if !verification.weakened.is_empty() {
        proof::withdraw(verification, "the tests were made easier");
    }
    Ok(())
}

fn manual(bench: &Workbench, unit: PhaseId) -> Vec<Manual> {
    let Some(phase) = bench.plan.phase(unit) else { return Vec::new() };
    let manual = phase.criteria.iter().filter(|criterion| criterion.kind == CriterionKind::Manual);
    manual
        .map(|criterion| Manual {
            text: criterion.text.clone(),
            line: bench.plan.place(criterion.span.start).line,
            done: criterion
                .checkbox
                .and_then(|id| bench.plan.checkboxes().get(id.0))
                .is_some_and(|found| found.state == plan::State::Done),
        })
        .collect()
}
