//! One unit at work: what is known of it, and what work on it changes. Steps take it whole; what needs less takes less.

use journal::Event;

use crate::analyze::Survey;
use crate::run::{Promotable, RunContext, UnitState, Workspace};
use crate::stop::Stop;
use crate::understand::Assignment;

/// One unit at work.
#[derive(Debug)]
pub(crate) struct UnitWork<'a> {
    /// The run.
    pub(crate) run: &'a RunContext,
    /// The unit, its files resolved.
    pub(crate) assignment: &'a Assignment,
    /// The codebase as it was read for it.
    pub(crate) survey: &'a Survey,
    /// The tree and the sandbox.
    pub(crate) workspace: &'a mut Workspace,
    /// The state of this unit alone.
    pub(crate) state: &'a mut UnitState,
}

impl UnitWork<'_> {
    /// Lends the work to a part of it.
    pub(crate) fn reborrow(&mut self) -> UnitWork<'_> {
        let UnitWork {
            run,
            assignment,
            survey,
            workspace,
            state,
        } = self;
        UnitWork {
            run,
            assignment,
            survey,
            workspace,
            state,
        }
    }

    /// Records an observation and keeps it for the unit's report, once.
    pub(crate) fn note(&mut self, text: impl Into<String>) -> Result<(), Stop> {
        self.state.note(self.run, text)
    }

    /// Records an event, at once or with those that wait.
    pub(crate) fn emit(&mut self, event: Event) -> Result<(), Stop> {
        self.state.emit(self.run, event)
    }

    /// Returns which paths may reach the user's tree.
    pub(crate) fn promotable(&self) -> Promotable<'_> {
        Promotable::new(self.run, &self.assignment.scope, &self.state.admitted)
    }

    /// Returns the fingerprint of the tree as it is staged.
    pub(crate) fn fingerprint(&self) -> String {
        self.workspace.staged_fingerprint(self.run)
    }

    /// Restores, on the overlay, what commands changed and the user does not get.
    pub(crate) async fn restore_discarded(&mut self) -> Result<(), Stop> {
        let promotable = Promotable::new(self.run, &self.assignment.scope, &self.state.admitted);
        self.workspace.restore_unpromoted(promotable).await
    }
}
