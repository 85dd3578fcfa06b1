//! Errors of the journal, each with the next thing to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::identity::{OutputId, RunId};

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another live run works on the same tree.
    #[error(
        "another run{} is at work on this repository; wait until it ends, or end it, and try again",
        .run.as_ref().map(|run| format!(" ({run})")).unwrap_or_default()
    )]
    Busy {
        /// Its name, when it has already written it.
        run: Option<RunId>,
    },
    /// The database was written by a later version of the program.
    #[error(
        "the journal {} has format {found}, this program knows {known}; use the newer program that wrote it",
        .path.display()
    )]
    NewerFormat {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that is known here.
        known: i64,
    },
    /// The database is damaged or something else.
    #[error(
        "the journal {} is damaged or not a journal ({detail}); move it and its -wal and -shm files to another \
         place to begin a new one (what earlier runs wrote can then no longer be undone)",
        .path.display()
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// The format that was found.
        detail: String,
    },
    /// No room on the disk.
    #[error("no room is left on the disk of the journal {}; make room and run again", .path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("can't {doing} {}: {source}", .path.display())]
    File {
        /// The action that failed, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The content to keep could not be read.
    #[error("can't read the output to keep: {0}")]
    Input(#[source] io::Error),
    /// The database refused for another reason.
    #[error("the journal {} can't be used: {source}", .path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Its message.
        source: rusqlite::Error,
    },
    /// An event could not be put into words.
    #[error("an event can't be written as JSON: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// There is no run yet.
    #[error("no run is recorded for this repository yet")]
    NoRuns,
    /// No run has this name.
    #[error("no run is named `{wanted}`; `backend-engineer runs` lists them")]
    UnknownRun {
        /// The request.
        wanted: String,
    },
    /// Several runs begin so.
    #[error(
        "`{wanted}` fits several runs: {}; write more of the name",
        .candidates.iter().map(RunId::as_str).collect::<Vec<_>>().join(", ")
    )]
    AmbiguousRun {
        /// The request.
        wanted: String,
        /// The runs that fit, newest first.
        candidates: Vec<RunId>,
    },
    /// The run can't go on.
    #[error("run {run} can't be resumed: {why}")]
    NotResumable {
        /// Its name.
        run: RunId,
        /// Why, and what to do instead.
        why: String,
    },
    /// No output has this number.
    #[error("the journal keeps no output number {0}")]
    UnknownOutput(OutputId),
    /// No content has this hash.
    #[error("the journal keeps no content with hash {0}")]
    UnknownContent(String),
}

impl JournalError {
    /// Makes the error of a file system that refused to do something to a path.
    pub(crate) fn file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File {
            doing,
            path: path.to_path_buf(),
            source,
        }
    }

    /// Translates the database's refusal for a person.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged {
                path,
                detail: source.to_string(),
            },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            _ => Self::Database { path, source },
        }
    }
}
