//! Runs checks apart: on an overlay made for them alone, which holds the user's tree and what is staged. So they can run
//! beside the run's own work and beside each other, and nothing that a command left in between decides what they say.
//!
//! What is proven by comparison ("fails without the change, passes with it") compares only results that were both had
//! apart, or both on the run's own overlay: then nothing differs but the tree.

use std::collections::BTreeMap;

use code::paths::belongs_to_tests;
use journal::Event;

use super::known::{KnownResults, is_same};
use super::{Ran, Request, run_and_read};
use crate::analyze::Survey;
use crate::run::{RunContext, UnitState, Workspace};
use crate::stop::Stop;
use crate::tree::Tree;
use crate::understand::Assignment;
use crate::unit_work::UnitWork;

/// What checks stand on and only read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    /// The run.
    pub(crate) run: &'a RunContext,
    /// The unit.
    pub(crate) assignment: &'a Assignment,
    /// The codebase.
    pub(crate) survey: &'a Survey,
}

/// A tree at a moment of the work.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    tree: Tree,
    admitted: BTreeMap<String, String>,
    worked: BTreeMap<String, Option<Vec<u8>>>,
}

/// What checks said apart.
#[derive(Debug, Default)]
pub(crate) struct TestedApart {
    /// The result of each request, with what it printed, in their order.
    pub(crate) results: Vec<(Ran, String)>,
    /// The sandbox.
    pub(crate) sandbox: String,
    /// They wrote nothing but caches.
    pub(crate) left_nothing: bool,
    /// What is to be recorded of them.
    pub(crate) events: Vec<Event>,
}

impl<'a> Ground<'a> {
    /// Takes what checks only read out of the work.
    pub(crate) fn of(work: &UnitWork<'a>) -> Self {
        Ground { run: work.run, assignment: work.assignment, survey: work.survey }
    }
}

impl Snapshot {
    /// Takes the tree as it is now.
    pub(crate) fn of(workspace: &Workspace, state: &UnitState) -> Self {
        Snapshot { tree: workspace.tree.clone(), admitted: state.admitted.clone(), worked: state.worked.clone() }
    }

    /// Takes back what a model did for the unit so far.
    pub(crate) fn take_back(&mut self, state: &UnitState) {
        for (path, before) in &state.worked {
            // What can't be staged leaves another tree, which nobody asks for.
            let _ = self.tree.stage(path, before.clone());
        }
    }

    /// Returns the tree with a model's tests, and without the rest of its work; none where it wrote no tests.
    pub(crate) fn with_tests_alone(&self) -> Option<Self> {
        if !self.worked.keys().any(|path| belongs_to_tests(path)) {
            return None;
        }
        let mut alone = self.clone();
        for (path, before) in self.worked.iter().filter(|(path, _)| !belongs_to_tests(path)) {
            alone.tree.stage(path, before.clone()).ok()?;
        }
        Some(alone)
    }

    /// Returns whether both hold the same files.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.tree.staged() == other.tree.staged() && self.worked == other.worked
    }

    /// Returns its fingerprint.
    pub(crate) fn fingerprint(&self, run: &RunContext) -> String {
        Workspace::apart(run, self.tree.clone()).fingerprint(run)
    }
}

/// Runs checks one after the other on an overlay of their own; none where this sandbox can't keep two apart.
pub(crate) async fn run_apart(
    ground: Ground<'_>,
    snapshot: &Snapshot,
    requests: &[Request],
) -> Result<Option<TestedApart>, Stop> {
    let mut workspace = Workspace::apart(ground.run, snapshot.tree.clone());
    workspace.prepare().await?;
    if !workspace.is_isolated() {
        workspace.close().await?;
        return Ok(None);
    }
    let mut state = UnitState::apart(snapshot.admitted.clone());
    let Ground { run, assignment, survey } = ground;
    let mut tested = TestedApart::default();
    let mut work = UnitWork { run, assignment, survey, workspace: &mut workspace, state: &mut state };
    for request in requests {
        tested.results.push(run_and_read(&mut work, request).await?);
    }
    let effects = workspace.effects().await?;
    tested.left_nothing = workspace.holds_only_caches(&effects);
    tested.sandbox = workspace.tier().unwrap_or_default();
    workspace.close().await?;
    tested.events = state.into_held();
    Ok(Some(tested))
}

impl UnitWork<'_> {
    /// Runs a check apart on the tree as it is staged, unless it is known what it says.
    pub(crate) async fn run_apart(&mut self, request: &Request, known: &KnownResults) -> Result<Ran, Stop> {
        let tree = self.fingerprint();
        if let Some(ran) = known.find(request, &tree, self.workspace.tier().as_deref()) {
            return Ok(ran.clone());
        }
        let snapshot = Snapshot::of(self.workspace, self.state);
        let tested = run_apart(Ground::of(self), &snapshot, std::slice::from_ref(request)).await?;
        let Some(tested) = tested else {
            return Ok(Ran::not_run(&request.script, &request.folder, "it could not run apart"));
        };
        self.record_held(tested.events)?;
        let ran = tested.results.into_iter().next().map(|(ran, _)| ran);
        Ok(ran.unwrap_or_else(|| Ran::not_run(&request.script, &request.folder, "it could not run apart")))
    }

    /// Records what waited.
    pub(crate) fn record_held(&mut self, events: Vec<Event>) -> Result<(), Stop> {
        for event in events {
            match event {
                Event::Note { text } => self.note(text)?,
                event => self.emit(event)?,
            }
        }
        Ok(())
    }
}

/// Drops requests that run the same and expect the same as one before them.
pub(crate) fn distinct(requests: Vec<Request>) -> Vec<Request> {
    let mut distinct: Vec<Request> = Vec::new();
    for request in requests {
        if !distinct.iter().any(|other| is_same(other, &request)) {
            distinct.push(request);
        }
    }
    distinct
}
