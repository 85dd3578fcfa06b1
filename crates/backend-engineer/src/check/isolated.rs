//! Runs checks apart: on an overlay made for them alone, which holds the user's tree and what is staged. So they can
//! run beside the run's own work and beside each other, and nothing that a command left in between decides what they
//! say.
//!
//! A proof by comparison ("fails without the change, passes with it") compares only results that were both had
//! apart, or both on the run's own overlay: then nothing differs but the tree.

use std::collections::BTreeMap;

use code::paths::belongs_to_tests;
use journal::Event;

use super::{CheckRun, Request, run_and_read};
use crate::analyze::Survey;
use crate::run::{RunContext, UnitState, Workspace};
use crate::stop::Stop;
use crate::tree::Tree;
use crate::understand::Assignment;
use crate::unit_work::UnitWork;

/// The context of checks, which only read it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckContext<'a> {
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

/// Results of checks that ran apart from the run's own overlay.
#[derive(Debug, Default)]
pub(crate) struct IsolatedChecks {
    /// The result of each request, in their order.
    pub(crate) results: Vec<IsolatedCheck>,
    /// The sandbox.
    pub(crate) sandbox: String,
    /// They wrote nothing but caches.
    pub(crate) left_nothing: bool,
}

/// The result of one check that ran apart.
#[derive(Debug, Clone)]
pub(crate) struct IsolatedCheck {
    /// The outcome, with the reason behind it.
    pub(crate) ran: CheckRun,
    /// Its output.
    pub(crate) text: String,
    /// Events to be recorded once the result is of use.
    pub(crate) events: Vec<Event>,
}

impl<'a> CheckContext<'a> {
    /// Takes what checks only read out of the work.
    pub(crate) fn new(work: &UnitWork<'a>) -> Self {
        CheckContext {
            run: work.run,
            assignment: work.assignment,
            survey: work.survey,
        }
    }
}

impl Snapshot {
    /// Takes the tree as it is now.
    pub(crate) fn new(workspace: &Workspace, state: &UnitState) -> Self {
        Snapshot {
            tree: workspace.tree.clone(),
            admitted: state.admitted.clone(),
            worked: state.worked.clone(),
        }
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
        for (path, before) in self
            .worked
            .iter()
            .filter(|(path, _)| !belongs_to_tests(path))
        {
            alone.tree.stage(path, before.clone()).ok()?;
        }
        Some(alone)
    }

    /// Returns whether both hold the same files.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.tree.staged() == other.tree.staged() && self.worked == other.worked
    }

    /// Returns its fingerprint.
    pub(crate) fn tree_fingerprint(&self, run: &RunContext) -> String {
        Workspace::apart(run, self.tree.clone()).staged_fingerprint(run)
    }
}

/// Runs checks one after the other on an overlay of their own; none where this sandbox can't keep two apart.
pub(crate) async fn run_apart(
    context: CheckContext<'_>,
    snapshot: &Snapshot,
    requests: &[Request],
) -> Result<Option<IsolatedChecks>, Stop> {
    let mut workspace = Workspace::apart(context.run, snapshot.tree.clone());
    // What keeps this one from being had is told where the run's own is opened.
    if workspace.prepare().await.is_err() || !workspace.is_isolated() {
        workspace.close().await?;
        return Ok(None);
    }
    let mut state = UnitState::apart(snapshot.admitted.clone());
    let CheckContext {
        run,
        assignment,
        survey,
    } = context;
    let mut tested = IsolatedChecks::default();
    let mut work = UnitWork {
        run,
        assignment,
        survey,
        workspace: &mut workspace,
        state: &mut state,
    };
    for request in requests {
        let (ran, text) = run_and_read(&mut work, request).await?;
        tested.results.push(IsolatedCheck {
            ran,
            text,
            events: work.state.take_held(),
        });
    }
    let effects = workspace.effects().await?;
    tested.left_nothing = workspace.holds_only_caches(&effects);
    tested.sandbox = workspace.tier().unwrap_or_default();
    workspace.close().await?;
    Ok(Some(tested))
}
