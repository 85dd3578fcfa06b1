//! Proves beside a model's work, not after it: while the model talks, the unit's checks run apart on the tree as it was
//! before (the baseline). Where the model runs one of them itself, that run is made apart, too, and counts if the tree stays
//! as it is; with its last answer the final checks and those with its tests alone run side by side.
//!
//! All of it ends before the user's files are written: an overlay must not change beneath the commands on it.
//!
//! A unit with `pytest` as its check:
//! 1. the conversation begins → `pytest` runs on the tree before the work, as the baseline;
//! 2. the model stages a test → `pytest` runs on the tree with the tests alone: it should fail. A
//!    newer tree ends that run;
//! 3. the model runs `pytest` → run on an overlay of its own; its result counts if nothing changes
//!    after;
//! 4. the model's last answer → final checks on the tree as it is. What is known by then is not run
//!    again, since request, tree and sandbox are the same.

use std::cell::{Cell, RefCell};
use std::pin::pin;

use journal::Verdict;
use plan::CriterionKind;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Change, StepOutcome};
use crate::check::{
    self, CheckContext, IsolatedCheck, KnownResults, Request, Snapshot, drop_repeated_requests,
    run_apart,
};
use crate::run::Workspace;
use crate::unit_work::UnitWork;

/// The checks of a unit, beside a model's work on it.
#[derive(Debug)]
pub(super) struct ConcurrentChecks<'a> {
    context: CheckContext<'a>,
    requests: Vec<Request>,
    /// The tree before the model's work on the unit, where its checks are to run.
    before: Snapshot,
    known: RefCell<KnownResults>,
    /// The trees that the checks shall see with the model's tests alone.
    trees: RefCell<Option<UnboundedSender<Snapshot>>>,
    /// No sandbox can be kept apart here.
    off: Cell<bool>,
}

/// How often is looked whether the tree is known.
const LOOKED: std::time::Duration = std::time::Duration::from_millis(2);

impl<'a> ConcurrentChecks<'a> {
    /// Makes the checks that run beside a model's work; none where there are none, or where commands could meet (a network,
    /// a service, a server of the unit's own).
    pub(super) fn start(
        work: &mut UnitWork<'a>,
        change: &mut Change,
    ) -> Option<(Self, UnboundedReceiver<Snapshot>)> {
        // Two sandboxes at a time on one port or one database would see each other.
        let apart = work.run.runs_commands() && Workspace::allows_apart(&work.run.settings);
        if !apart || !change.servers.is_empty() || !change.put_away.is_empty() || has_server(work) {
            return None;
        }
        let requests = drop_repeated_requests(list_check_requests(work, change));
        if requests.is_empty() {
            return None;
        }
        let (sender, receiver) = unbounded_channel();
        // What the model changed in an earlier round is not part of the tree before its work.
        let mut before = Snapshot::new(work.workspace, work.state);
        before.take_back(work.state);
        let beside = ConcurrentChecks {
            context: CheckContext::new(work),
            requests,
            before,
            known: RefCell::new(std::mem::take(&mut change.known)),
            trees: RefCell::new(Some(sender)),
            off: Cell::new(false),
        };
        Some((beside, receiver))
    }

    /// Returns the check that a model's command is, to the letter and in the same folder.
    pub(super) fn request(&self, command: &str, folder: &str) -> Option<&Request> {
        let is_it =
            |request: &&Request| request.script.trim() == command && request.folder == folder;
        self.requests.iter().find(is_it)
    }

    /// Runs the baseline, and the checks with a model's tests alone on each tree that is told, until no more are.
    pub(super) async fn work(&self, trees: UnboundedReceiver<Snapshot>) {
        // The answer that is waited for beside this must not wait for the look at the tree.
        while self.context.run.files.facts().is_looking() {
            tokio::time::sleep(LOOKED).await;
        }
        tokio::join!(self.prove(&self.before), self.follow(trees));
    }

    /// Runs the checks with a model's tests alone on the newest tree; what runs on an older one is ended.
    async fn follow(&self, mut trees: UnboundedReceiver<Snapshot>) {
        let mut next = trees.recv().await;
        // The newest tree counts: what runs on an older one is dropped with its future.
        while let Some(current) = next {
            let mut open = true;
            let mut proving = pin!(self.prove_tests_alone(&current));
            next = loop {
                tokio::select! {
                    () = &mut proving => break if open { trees.recv().await } else { None },
                    newer = trees.recv(), if open => match newer {
                        // A model that only read files has changed no tree, so that the run goes
                        // on.
                        Some(newer) if newer.is(&current) => {}
                        Some(newer) => break Some(newer),
                        None => open = false,
                    },
                }
            };
        }
    }

    /// Runs the checks on a tree with the model's tests and without its code, where it has both.
    async fn prove_tests_alone(&self, snapshot: &Snapshot) {
        if let Some(alone) = snapshot.with_tests_alone() {
            self.prove(&alone).await;
        }
    }

    /// Runs the checks on the tree with which a model ends; returns whether all of them passed.
    pub(super) async fn finish(&self, snapshot: &Snapshot) -> bool {
        // With the last tree no more are to come; the sender goes so that `follow` ends.
        self.send_snapshot(snapshot);
        let passed = self.prove(snapshot).await;
        self.trees.take();
        passed
    }

    /// Runs the check that a model asked for on the tree as it is now, and beside it the checks with its tests alone. None
    /// where the command would have left more than caches, so that it must run where it leaves them.
    pub(super) async fn run_for_model(
        &self,
        snapshot: &Snapshot,
        request: &Request,
    ) -> Option<IsolatedCheck> {
        self.send_snapshot(snapshot);
        let (mut tested, left_nothing) = self
            .run_requests(snapshot, std::slice::from_ref(request))
            .await?;
        let tested = tested.pop()?;
        // A command that acts must leave its effects where the model goes on.
        (left_nothing && !tested.ran.acted).then_some(tested)
    }

    /// Runs the tests that failed before on the tree as it is; returns those of their commands that still fail.
    pub(super) async fn still_failing(
        &self,
        snapshot: &Snapshot,
        failed: &[Request],
    ) -> Vec<IsolatedCheck> {
        if failed.is_empty() || self.off.get() {
            return Vec::new();
        }
        // A failure to run beside is no failure of a check.
        // What can't be had beside is had after.
        let Ok(Some(tested)) = run_apart(self.context, snapshot, failed).await else {
            return Vec::new();
        };
        let failed = |one: &IsolatedCheck| one.ran.judgement.verdict == Verdict::Failed;
        tested.results.into_iter().filter(failed).collect()
    }

    /// Gives what is known now.
    pub(super) fn into_known(self) -> KnownResults {
        self.known.into_inner()
    }

    /// Passes the tree on to the checks with tests alone.
    fn send_snapshot(&self, snapshot: &Snapshot) {
        if let Some(trees) = &*self.trees.borrow() {
            // Nobody listens any more where the work beside is over.
            let _ = trees.send(snapshot.clone());
        }
    }

    /// Runs what is not known yet of the tree; returns whether all passes.
    ///
    /// A check that could not be run at all counts as not passed, and is run after the work.
    async fn prove(&self, snapshot: &Snapshot) -> bool {
        let tree = snapshot.tree_fingerprint(self.context.run);
        let known = |request: &Request| self.known.borrow().find_verdict(request, &tree);
        let unknown = self
            .requests
            .iter()
            .filter(|request| known(request).is_none());
        let unknown: Vec<Request> = unknown.cloned().collect();
        if !unknown.is_empty() && self.run_requests(snapshot, &unknown).await.is_none() {
            return false;
        }
        self.requests
            .iter()
            .all(|request| known(request) == Some(Verdict::Passed))
    }

    /// Runs checks apart and keeps what they say; returns it, and whether they left nothing but caches.
    async fn run_requests(
        &self,
        snapshot: &Snapshot,
        requests: &[Request],
    ) -> Option<(Vec<IsolatedCheck>, bool)> {
        if self.off.get() {
            return None;
        }
        // What can't be had beside is had after.
        // A machine where it failed once would fail each time, and cost the same wait.
        let Ok(Some(tested)) = run_apart(self.context, snapshot, requests).await else {
            self.off.set(true);
            return None;
        };
        for (request, one) in requests.iter().zip(&tested.results) {
            self.known
                .borrow_mut()
                .record_result(request, &tested.sandbox, one.clone());
        }
        Some((tested.results, tested.left_nothing))
    }
}

/// Checks that ask it would meet the server of the user's tree, or none.
/// Returns whether the unit has a server, which its checks may ask.
fn has_server(work: &UnitWork<'_>) -> bool {
    let units = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    units
        .flat_map(|unit| &unit.commands)
        .any(|command| check::is_server(work, command))
}

/// Returns what the checks of the unit will ask: its criteria, the commands of its steps, and those of the configuration.
///
/// Left out are commands that fix what they find (`ruff --fix`), those that act, and expected
/// failures: each of them means another tree than the one at the end.
fn list_check_requests(work: &UnitWork<'_>, change: &Change) -> Vec<Request> {
    let mut requests = Vec::new();
    for phase in work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit))
    {
        let automated = phase
            .criteria
            .iter()
            .filter(|criterion| criterion.kind == CriterionKind::Automated);
        for criterion in automated {
            let commands = criterion
                .commands
                .iter()
                .filter_map(|command| phase.commands.get(*command));
            let looks = commands.filter(|command| {
                !check::is_fixing_script(&check::read_command(
                    work,
                    &command.text,
                    &check::folder_of(command, work),
                ))
            });
            requests.extend(
                looks.filter_map(|command| Request::of_criterion(command, criterion, work).ok()),
            );
        }
        for item in change.items.iter().filter(|item| item.unit == phase.id) {
            requests.extend(
                item.outcomes
                    .iter()
                    .filter_map(|step_outcome| match step_outcome {
                        StepOutcome::Run {
                            command,
                            ran,
                            expects_failure: false,
                        } if !ran.acted => {
                            Request::of_step(&phase.commands[*command], "", work).ok()
                        }
                        _ => None,
                    }),
            );
        }
    }
    let commands = &work.run.settings.commands;
    let held = [&commands.test, &commands.lint, &commands.type_check]
        .into_iter()
        .flatten();
    requests.extend(
        held.flat_map(|held| &held.value)
            .map(|script| Request::of_project(script, "")),
    );
    requests
}
