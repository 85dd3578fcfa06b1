//! Before an interrupted run goes on: what it wrote is put back as it was, so that it begins again on the tree that it
//! knows, and nothing that somebody else changed meanwhile is touched.

use std::collections::BTreeSet;
use std::path::Path;

use journal::{Event, Journal, Original, Run, hash};

use super::original_store::JournalOriginals;
use crate::stop::Stop;
use crate::tree::Tree;

/// An interrupted run that goes on.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// The run, at work again.
    pub(crate) run: Run,
    /// The events that it recorded.
    pub(crate) events: Vec<Event>,
    /// Labels of its phases.
    pub(crate) phases: Vec<String>,
}

impl Resumed {
    /// Takes up an interrupted run of the repository at `root`.
    pub(crate) fn take_up(
        journal: &Journal,
        id: &journal::RunId,
        phases: Vec<String>,
        root: &Path,
    ) -> Result<Self, Stop> {
        let events: Vec<Event> = journal
            .events(id)?
            .into_iter()
            .map(|recorded| recorded.event)
            .collect();
        let run = journal.resume(id)?;
        restore_run_files(journal, &run, &events, root)?;
        Ok(Resumed {
            run,
            events,
            phases,
        })
    }
}

/// Puts back every file that still is as the run wrote it; one that somebody else changed stops everything.
fn restore_run_files(
    journal: &Journal,
    run: &Run,
    events: &[Event],
    root: &Path,
) -> Result<(), Stop> {
    let mut states: BTreeSet<(String, Option<String>)> = events
        .iter()
        .filter_map(|event| match event {
            Event::FileWritten {
                path, after_hash, ..
            } => Some((path.clone(), after_hash.clone())),
            _ => None,
        })
        .collect();
    states.extend(
        journal
            .written(run.id())?
            .into_iter()
            .map(|written| (written.path, written.hash)),
    );
    let mut tree = Tree::at(root);
    let refused = |error: crate::tree::ReadError| Stop::refused(error.to_string());
    for original in journal.originals(run.id())? {
        let path = original.path.clone();
        let unreadable =
            |error: std::io::Error| Stop::environment(format!("`{path}` can't be read: {error}"));
        let now = Original::read(root, &path).map_err(unreadable)?;
        if now.hash() == original.content.as_deref().map(hash) {
            continue;
        }
        if !states.contains(&(path.clone(), now.hash())) {
            return Err(Stop::refused(format!("`{path}` was changed after the run was interrupted")).hint(
                "Nothing was done. Put it back as it was, or begin a new run; `undo` takes back what this one wrote.",
            ));
        }
        tree.stage(&path, original.content).map_err(refused)?;
        if let Some(mode) = original.mode {
            tree.stage_mode(&path, mode).map_err(refused)?;
        }
    }
    let mut witness = JournalOriginals::new(run);
    tree.promote(&|_| true, &mut witness)
        .map_err(|error| Stop::refused(error.to_string()))?;
    for event in witness.written {
        run.record(&event)?;
    }
    Ok(())
}
