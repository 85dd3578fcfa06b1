//! The journal of a repository, for reading, and as the place where runs begin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use crate::error::JournalError;
use crate::event::Event;
use crate::evidence::{EvidenceId, FoundEvidence};
use crate::folder::{Folder, TreeLock};
use crate::identity::{OutputId, RunId};
use crate::originals::{Known, Original};
use crate::run::{self, Run, RunStart};
use crate::store::{Store, find_content, read_number};

/// The journal of one repository. Clones speak of the same one.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Arc<Store>,
    folder: Folder,
    root: PathBuf,
}

/// An event with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its place in the run, from 1.
    pub seq: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub at_ms: u64,
    /// The event.
    pub event: Event,
}

/// A run, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Its name.
    pub id: RunId,
    /// Its state.
    pub state: RunState,
    /// The start that it recorded.
    pub start: RunStart,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// When it finished; none when it has not.
    pub finished_ms: Option<u64>,
    /// Its exit code; none when it has not finished.
    pub exit: Option<u8>,
    /// Its report's heading; none when it has not finished.
    pub heading: Option<String>,
    /// The run that it undid.
    pub undoes: Option<RunId>,
    /// The newest finished run that undid it.
    pub undone_by: Option<RunId>,
}

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// It is at work now.
    Running,
    /// It ended by itself, with an exit code.
    Finished,
    /// Its process ended without a word.
    Interrupted,
}

/// The state that a run left at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// From the root.
    pub path: String,
    /// Hash of the content; none for a removed file and for a link.
    pub hash: Option<String>,
    /// Permission bits, where they were said.
    pub mode: Option<u32>,
    /// The target, where it is a symbolic link.
    pub link: Option<String>,
}

impl Journal {
    /// Opens the journal of the repository at `root`; folder and database are made if they are not
    /// there.
    ///
    /// # Errors
    /// The folder can't be made, or the database is damaged, newer than this program or can't be
    /// opened.
    pub fn open(root: &Path) -> Result<Self, JournalError> {
        let folder = Folder::of(root);
        folder.make()?;
        let store = Arc::new(Store::open(&folder.database())?);
        Ok(Self {
            store,
            folder,
            root: root.to_path_buf(),
        })
    }

    /// Opens the journal of the repository at `root` if it has one. Makes nothing.
    ///
    /// # Errors
    /// As for [`Journal::open`].
    pub fn open_existing(root: &Path) -> Result<Option<Self>, JournalError> {
        let folder = Folder::of(root);
        folder.refuse_links()?;
        if !folder.database().exists() {
            return Ok(None);
        }
        let store = Arc::new(Store::open(&folder.database())?);
        Ok(Some(Self {
            store,
            folder,
            root: root.to_path_buf(),
        }))
    }

    /// Begins a run: the only one on this tree until it ends.
    ///
    /// # Errors
    /// [`JournalError::Busy`] when another one is at work; a refusal of the database.
    pub fn begin(&self, start: &RunStart) -> Result<Run, JournalError> {
        let lock = self.lock_tree()?;
        run::insert_run(&self.store, self.root.clone(), lock, (start, None))
    }

    /// Goes on with an interrupted run: the only one on this tree until it ends.
    ///
    /// # Errors
    /// [`JournalError::Busy`] when one is at work, [`JournalError::NotResumable`] when it finished
    /// or was undone, [`JournalError::UnknownRun`], or a refusal of the database.
    pub fn resume(&self, id: &RunId) -> Result<Run, JournalError> {
        let lock = self.lock_tree()?;
        run::continue_run(&self.store, self.root.clone(), lock, id)
    }

    pub(crate) fn lock_tree(&self) -> Result<TreeLock, JournalError> {
        run::lock_for_run(&self.store, &self.folder, &self.root)
    }

    /// Begins the run that undoes `undone`, under a lock taken before.
    pub(crate) fn begin_undo(
        &self,
        lock: TreeLock,
        start: &RunStart,
        undone: &RunId,
    ) -> Result<Run, JournalError> {
        run::insert_run(&self.store, self.root.clone(), lock, (start, Some(undone)))
    }

    /// Returns all runs, newest first.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn runs(&self) -> Result<Vec<RunSummary>, JournalError> {
        let live = self.folder.is_locked();
        self.store.read(|connection| {
            let mut query = connection.prepare(
                "SELECT run.id, run.state, run.start, run.started_ms, run.finished_ms, run.exit, run.heading,
                        undone.id,
                        (SELECT later.id FROM run AS later WHERE later.undoes = run.number
                         AND later.state = 'finished' ORDER BY later.number DESC LIMIT 1)
                 FROM run LEFT JOIN run AS undone ON undone.number = run.undoes ORDER BY run.number DESC",
            )?;
            let mut runs: Vec<RunSummary> = query.query_map([], summary_of_row)?.collect::<Result<_, _>>()?;
            // Whoever takes the lock leaves one alone in this state; without the lock, nobody is left who could finish.
            for run in runs.iter_mut().filter(|run| run.state == RunState::Running && !live) {
                run.state = RunState::Interrupted;
            }
            Ok(runs)
        })
    }

    /// Returns the run of that name, or the only one whose name begins or ends so; the newest for
    /// none.
    ///
    /// # Errors
    /// [`JournalError::NoRuns`], [`JournalError::UnknownRun`], [`JournalError::AmbiguousRun`], or a
    /// refusal of the database.
    pub fn find(&self, id: Option<&str>) -> Result<RunSummary, JournalError> {
        let mut runs = self.runs()?;
        let Some(wanted) = id else {
            return runs.into_iter().next().ok_or(JournalError::NoRuns);
        };
        if let Some(exact) = runs.iter().position(|run| run.id.as_str() == wanted) {
            return Ok(runs.swap_remove(exact));
        }
        let fits = |run: &RunSummary| run.id.0.starts_with(wanted) || run.id.0.ends_with(wanted);
        runs.retain(|run| !wanted.is_empty() && fits(run));
        match runs.len() {
            0 => Err(JournalError::UnknownRun {
                wanted: wanted.to_owned(),
            }),
            1 => Ok(runs.swap_remove(0)),
            _ => {
                let candidates = runs.into_iter().map(|run| run.id).collect();
                Err(JournalError::AmbiguousRun {
                    wanted: wanted.to_owned(),
                    candidates,
                })
            }
        }
    }

    /// Returns the events of a run, in order; none for a run that is not known.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn events(&self, id: &RunId) -> Result<Vec<Recorded>, JournalError> {
        self.select_events(
            "SELECT seq, at_ms, body FROM event WHERE run = (SELECT number FROM run WHERE id = ?1) ORDER BY seq",
            id.as_str(),
        )
    }

    /// Returns all evidence ever found for a plan, newest first. Evidence of a format that this
    /// program does not know (before it had a key, or of a later version) proves nothing, and is
    /// left out.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn evidence(&self, plan: &str) -> Result<Vec<FoundEvidence>, JournalError> {
        let rows = self.events_of_plan(plan, "evidence")?;
        let known = |(id, event)| match event {
            Event::Evidence(evidence) => Some(FoundEvidence { id, evidence }),
            _ => None,
        };
        Ok(rows.into_iter().filter_map(known).collect())
    }

    /// Returns all events of a name that runs recorded for a plan, newest first.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn events_of_plan(
        &self,
        plan: &str,
        name: &str,
    ) -> Result<Vec<(EvidenceId, Event)>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT run.id, seq, body FROM event JOIN run ON run.number = event.run
                 WHERE run.plan = ?1 AND event.name = ?2 ORDER BY run.number DESC, seq DESC",
            )?;
            query
                .query_map([plan, name], |row| {
                    Ok((
                        EvidenceId {
                            run: RunId(row.get(0)?),
                            seq: read_count(row, 1)?,
                        },
                        read_json(row, 2)?,
                    ))
                })?
                .collect()
        })
    }

    fn select_events(&self, sql: &str, parameter: &str) -> Result<Vec<Recorded>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare_cached(sql)?;
            query
                .query_map([parameter], |row| {
                    Ok(Recorded {
                        seq: read_count(row, 0)?,
                        at_ms: read_count(row, 1)?,
                        event: read_json(row, 2)?,
                    })
                })?
                .collect()
        })
    }

    /// Returns the originals of the paths that the run wrote, by path.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn originals(&self, id: &RunId) -> Result<Vec<Original>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare(
                "SELECT path, content, mode, link FROM original
                 WHERE run = (SELECT number FROM run WHERE id = ?1) ORDER BY path",
            )?;
            query
                .query_map([id.as_str()], |row| {
                    let number: Option<i64> = row.get(1)?;
                    let bytes = number
                        .map(|number| find_content(connection, number))
                        .transpose()?
                        .flatten();
                    Ok(Original {
                        path: row.get(0)?,
                        content: bytes,
                        mode: row.get(2)?,
                        link: row.get(3)?,
                    })
                })?
                .collect()
        })
    }

    /// Returns the state that the run left at each path that it wrote, by path.
    ///
    /// # Errors
    /// A refusal of the database.
    pub fn written(&self, id: &RunId) -> Result<Vec<Written>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare(
                "SELECT path, hash, mode, link FROM written LEFT JOIN content ON content.id = written.content
                 WHERE run = (SELECT number FROM run WHERE id = ?1)
                 AND seq = (SELECT max(seq) FROM written AS later
                            WHERE later.run = written.run AND later.path = written.path)
                 ORDER BY path",
            )?;
            query
                .query_map([id.as_str()], |row| {
                    Ok(Written { path: row.get(0)?, hash: row.get(1)?, mode: row.get(2)?, link: row.get(3)? })
                })?
                .collect()
        })
    }

    /// Returns a kept output, whole.
    ///
    /// # Errors
    /// [`JournalError::UnknownOutput`], or a refusal of the database.
    pub fn output(&self, id: OutputId) -> Result<Vec<u8>, JournalError> {
        let number = i64::try_from(id.0).map_err(|_| JournalError::UnknownOutput(id))?;
        self.store
            .content(number)?
            .ok_or(JournalError::UnknownOutput(id))
    }

    /// Returns a content that some run found, wrote or kept, by its hash.
    ///
    /// # Errors
    /// [`JournalError::UnknownContent`], or a refusal of the database.
    pub fn content(&self, hash: &str) -> Result<Vec<u8>, JournalError> {
        let found = self.store.read(|connection| {
            Ok(read_number(connection, hash)?
                .map(|number| find_content(connection, number))
                .transpose()?
                .flatten())
        })?;
        found.ok_or_else(|| JournalError::UnknownContent(hash.to_owned()))
    }

    /// Returns every state that the run put at `path`.
    pub(crate) fn states_written(
        &self,
        id: &RunId,
        path: &str,
    ) -> Result<Vec<Known>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT hash, mode, link FROM written LEFT JOIN content ON content.id = written.content
                 WHERE run = (SELECT number FROM run WHERE id = ?1) AND path = ?2",
            )?;
            query.query_map(params![id.as_str(), path], known_of_row)?.collect()
        })
    }

    /// Runs that began after `id` and wrote at `path`, newest first.
    pub(crate) fn later_writers(&self, id: &RunId, path: &str) -> Result<Vec<RunId>, JournalError> {
        self.store.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT DISTINCT run.id FROM written JOIN run ON run.number = written.run
                 WHERE written.path = ?2 AND run.number > (SELECT number FROM run WHERE id = ?1)
                 ORDER BY run.number DESC",
            )?;
            query
                .query_map(params![id.as_str(), path], |row| row.get(0).map(RunId))?
                .collect()
        })
    }

    /// Returns folders that were not there before the run wrote into them, innermost first.
    pub(crate) fn made_folders(&self, id: &RunId) -> Result<Vec<String>, JournalError> {
        self.store.read(|connection: &Connection| {
            let mut query = connection.prepare(
                "SELECT path FROM made_folder WHERE run = (SELECT number FROM run WHERE id = ?1)
                 ORDER BY length(path) DESC, path",
            )?;
            query.query_map([id.as_str()], |row| row.get(0))?.collect()
        })
    }
}

fn summary_of_row(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    let state = match row.get_ref(1)?.as_str()? {
        "running" => RunState::Running,
        "finished" => RunState::Finished,
        _ => RunState::Interrupted,
    };
    let finished_ms: Option<i64> = row.get(4)?;
    Ok(RunSummary {
        id: RunId(row.get(0)?),
        state,
        start: read_json(row, 2)?,
        started_ms: read_count(row, 3)?,
        finished_ms: finished_ms.and_then(|at| u64::try_from(at).ok()),
        exit: row.get(5)?,
        heading: row.get(6)?,
        undoes: row.get::<_, Option<String>>(7)?.map(RunId),
        undone_by: row.get::<_, Option<String>>(8)?.map(RunId),
    })
}

fn known_of_row(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        hash: row.get(0)?,
        mode: row.get(1)?,
        link: row.get(2)?,
    })
}

/// Returns a column that can't be negative.
fn read_count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let found: i64 = row.get(column)?;
    u64::try_from(found).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, found))
}

fn read_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}
