//! Where everything goes that happens in a conversation: journal, terminal and programs read this one stream.

use journal::{Event, JournalError, Run};
use llm::{Delta, LocalFuture};

/// Takes events, in order, before the step after them begins.
pub trait Record {
    /// Keeps these, and all before them, for good: on disk when it returns.
    ///
    /// # Errors
    /// Why they are not kept. Nothing may go on from there.
    fn record(&self, events: &[Event]) -> Result<(), JournalError>;

    /// Keeps these so that they outlive this process; the next [`Record::record`] or [`Record::sync_to_disk`] makes them outlive the
    /// machine.
    ///
    /// # Errors
    /// As for [`Record::record`].
    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError>;

    /// Keeps all before it for good. It begins at once, and goes on while something else is waited for, if it can.
    ///
    /// # Errors
    /// As for [`Record::record`].
    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>>;

    /// Shows a piece of the model's turn while it comes. Nothing of it is kept: the whole turn is.
    fn show(&self, _delta: &Delta) {}
}

impl Record for Run {
    fn record(&self, events: &[Event]) -> Result<(), JournalError> {
        self.record_all(events).map(|_| ())
    }

    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
        Run::record_soon(self, events).map(|_| ())
    }

    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        let settled = self.finish_writing()();
        Box::pin(async move { settled })
    }
}
