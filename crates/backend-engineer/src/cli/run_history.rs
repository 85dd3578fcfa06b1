//! Opens earlier runs for the subcommands about them: the journal of the repository that is meant, and errors of it.

use std::path::{Path, PathBuf};

use journal::{Journal, JournalError, RunSummary};

use crate::cli::repository;
use crate::stop::Stop;

/// A repository's runs.
#[derive(Debug)]
pub(crate) struct RunHistory {
    /// The repository's folder.
    pub(crate) root: PathBuf,
    journal: Option<Journal>,
}

impl RunHistory {
    /// The runs of the repository that is `named`, else of the one that one stands in. Makes nothing.
    pub(crate) fn open_at(named: Option<&Path>) -> Result<Self, Stop> {
        let root = repository::find_repository(named)?;
        let journal = Journal::open_existing(&root).map_err(stop_of_journal_error)?;
        Ok(RunHistory { root, journal })
    }

    /// All runs, newest first.
    pub(crate) fn runs(&self) -> Result<Vec<RunSummary>, Stop> {
        self.journal.as_ref().map_or(Ok(Vec::new()), |journal| {
            journal.runs().map_err(stop_of_journal_error)
        })
    }

    /// Returns the journal, where there is one.
    pub(crate) fn journal(&self) -> Result<&Journal, Stop> {
        self.journal.as_ref().ok_or_else(|| {
            Stop::usage(format!(
                "no run is recorded for {} yet",
                self.root.display()
            ))
            .hint("Name another repository with --root.")
        })
    }

    /// Returns the run of that name, or the only one whose name begins or ends so; the newest for none.
    pub(crate) fn find_run(&self, wanted: Option<&str>) -> Result<RunSummary, Stop> {
        self.journal()?.find(wanted).map_err(stop_of_journal_error)
    }

    /// Returns the run that `undo` and `diff` mean when none is named: the newest that wrote a file and was not undone.
    pub(crate) fn newest_change(&self) -> Result<RunSummary, Stop> {
        let journal = self.journal()?;
        for run in journal.runs().map_err(stop_of_journal_error)? {
            let stands = run.undoes.is_none() && run.undone_by.is_none();
            if stands
                && !journal
                    .written(&run.id)
                    .map_err(stop_of_journal_error)?
                    .is_empty()
            {
                return Ok(run);
            }
        }
        Err(
            Stop::usage("no run of this repository wrote anything that was not undone already")
                .hint("`backend-engineer runs` lists them; name the one that you mean."),
        )
    }
}

/// Turns a journal's error into a stop; a run that isn't there is the command line's fault.
pub(crate) fn stop_of_journal_error(error: JournalError) -> Stop {
    match error {
        JournalError::NoRuns
        | JournalError::UnknownRun { .. }
        | JournalError::AmbiguousRun { .. } => Stop::usage(error.to_string()),
        JournalError::UnknownOutput(_) => Stop::usage(error.to_string())
            .hint("`backend-engineer show RUN` names the outputs of a run."),
        other => other.into(),
    }
}
