//! Keeps the original of each file in the journal, and what takes its place, before it is written.

use journal::{Event, Original, Run, hash};

use crate::tree::{Pending, Witness};

/// Stands between the staged tree and the user's.
pub(crate) struct JournalWitness<'a> {
    run: &'a Run,
    /// The writes, to be told once they took place.
    pub(crate) written: Vec<Event>,
}

impl<'a> JournalWitness<'a> {
    /// A witness that writes to this run's place in the journal.
    pub(crate) fn of(run: &'a Run) -> Self {
        JournalWitness { run, written: Vec::new() }
    }
}

impl Witness for JournalWitness<'_> {
    fn keep(&mut self, pending: &Pending) -> Result<(), String> {
        let original = Original {
            path: pending.path.clone(),
            content: pending.before.as_ref().map(|found| found.bytes.clone()),
            mode: pending.before.as_ref().map(|found| found.mode),
            link: None,
        };
        self.run.keep_original(&pending.path, &original).map_err(|error| error.to_string())?;
        let bytes = pending.after.bytes.as_deref();
        let mode = pending.after.mode.or(pending.before.as_ref().map(|found| found.mode));
        // Noted before it is done: a run that is killed in between leaves the original, which `undo` knows as well.
        self.run.wrote(&pending.path, bytes, mode).map_err(|error| error.to_string())?;
        self.written.push(Event::FileWritten {
            path: pending.path.clone(),
            before_hash: pending.before.as_ref().map(|found| hash(&found.bytes)),
            after_hash: bytes.map(hash),
        });
        Ok(())
    }
}
