//! Keeps the original of each file in the journal before it is written, and what was written after.

use journal::{Event, Original, Run, hash};

use crate::tree::{Pending, Witness};

/// Stands between the staged tree and the user's.
pub(crate) struct JournalWitness<'a> {
    run: &'a Run,
    /// The writes that took place, to be told.
    pub(crate) written: Vec<Event>,
}

impl<'a> JournalWitness<'a> {
    /// A witness that writes to this run's place in the journal.
    pub(crate) fn of(run: &'a Run) -> Self {
        JournalWitness { run, written: Vec::new() }
    }
}

impl Witness for JournalWitness<'_> {
    fn before(&mut self, pending: &Pending) -> Result<(), String> {
        let original = Original {
            path: pending.path.clone(),
            content: pending.before.as_ref().map(|found| found.bytes.clone()),
            mode: pending.before.as_ref().map(|found| found.mode),
            link: None,
        };
        self.run.keep_original(&pending.path, &original).map_err(|error| error.to_string())
    }

    fn after(&mut self, pending: &Pending) -> Result<(), String> {
        let bytes = pending.after.bytes.as_deref();
        let mode = pending.after.mode.or(pending.before.as_ref().map(|found| found.mode));
        self.run.wrote(&pending.path, bytes, mode).map_err(|error| error.to_string())?;
        self.written.push(Event::FileWritten {
            path: pending.path.clone(),
            before_hash: pending.before.as_ref().map(|found| hash(&found.bytes)),
            after_hash: bytes.map(hash),
        });
        Ok(())
    }
}
