//! Keeps the originals of all files in the journal, and what takes their places, before any is written.

use journal::{Event, Original, Run};

use crate::tree::{OriginalStore, Pending};

/// Stands between the staged tree and the user's.
pub(crate) struct JournalOriginals<'a> {
    run: &'a Run,
    /// The writes, to be told once they took place.
    pub(crate) written: Vec<Event>,
}

impl<'a> JournalOriginals<'a> {
    /// A witness that writes to this run's place in the journal.
    pub(crate) fn new(run: &'a Run) -> Self {
        JournalOriginals {
            run,
            written: Vec::new(),
        }
    }
}

impl OriginalStore for JournalOriginals<'_> {
    fn store_originals(&mut self, pending: &[Pending]) -> Result<Vec<String>, String> {
        let state = |path: &str, content: Option<&[u8]>, mode| Original {
            path: path.to_owned(),
            content: content.map(<[u8]>::to_vec),
            mode,
            link: None,
        };
        let changes = pending.iter().map(|file| {
            let found = file.before.as_ref();
            let mode = found.map(|found| found.mode);
            let before = state(&file.path, found.map(|found| found.bytes.as_slice()), mode);
            (
                before,
                state(
                    &file.path,
                    file.after.bytes.as_deref(),
                    file.after.mode.or(mode),
                ),
            )
        });
        let changes: Vec<(Original, Original)> = changes.collect();
        // Noted before it is done: a run that is killed in between leaves the originals, which `undo` knows as well.
        let names = self
            .run
            .announce(&changes)
            .map_err(|error| error.to_string())?;
        self.written.extend(
            changes
                .into_iter()
                .map(|(before, after)| Event::FileWritten {
                    before_hash: before.hash(),
                    after_hash: after.hash(),
                    path: after.path,
                }),
        );
        Ok(names)
    }
}
