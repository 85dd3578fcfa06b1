//! A run that is at work: it alone may write to the journal. What a call brings outlives the
//! process when it returns, and where the call says so, the machine.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::error::JournalError;
use crate::event::Event;
use crate::folder::{Folder, TreeLock};
use crate::identity::{OutputId, RunId, now_ms};
use crate::originals::{Original, missing_folders};
use crate::store::Store;

/// The start of a run: what it sets out to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStart {
    /// The plan, by the name that finds its evidence again: from the root, or absolute when
    /// outside.
    pub plan: String,
    /// The hash of what the plan asks for, whatever of it is ticked; none where the run reads no plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_hash: Option<String>,
    /// Labels of the phases asked for, in order.
    pub phases: Vec<String>,
    /// The repository's root.
    pub root: String,
    /// The command line.
    pub argv: Vec<String>,
    /// The program's version.
    pub version: String,
    /// Nothing will be written.
    pub dry_run: bool,
}

impl RunStart {
    /// Returns the same as the first event of a run.
    pub fn event(&self) -> Event {
        Event::RunStarted {
            plan: self.plan.clone(),
            phases: self.phases.clone(),
            root: self.root.clone(),
            argv: self.argv.clone(),
            version: self.version.clone(),
            dry_run: self.dry_run,
        }
    }
}

/// A run at work. It holds the tree's lock until it is finished, dropped, or its process ends; one
/// that ends without [`Run::finish`] is known as interrupted from then on.
#[derive(Debug)]
pub struct Run {
    store: Arc<Store>,
    root: PathBuf,
    number: i64,
    id: RunId,
    _lock: TreeLock,
}

impl Run {
    /// Returns its name.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Returns the name under which the new text of a plan outside of the repository lies beside it
    /// until it is moved there; what lies there when the next run begins is removed.
    pub fn passing_plan(&self) -> String {
        passing_name(&self.id, 0)
    }

    /// Adds an event and gives its place in the run, from 1.
    ///
    /// # Errors
    /// [`JournalError::Full`] or another refusal of the database; then the event is not there.
    pub fn record(&self, event: &Event) -> Result<u64, JournalError> {
        self.record_all(std::slice::from_ref(event))
    }

    /// Adds events, all or none, and gives the last one's place in the run.
    ///
    /// # Errors
    /// As for [`Run::record`].
    pub fn record_all(&self, events: &[Event]) -> Result<u64, JournalError> {
        self.store
            .write(|transaction| self.insert(transaction, events))
    }

    /// [`Run::record_all`] without waiting for the disk: the events outlive the process when it
    /// returns, and the machine once the next [`Run::record_all`] has returned, or what
    /// [`Run::finish_writing`] gives; that costs one wait for all.
    ///
    /// # Errors
    /// As for [`Run::record`].
    pub fn record_soon(&self, events: &[Event]) -> Result<u64, JournalError> {
        self.store
            .write_soon(|transaction| self.insert(transaction, events))
    }

    /// Returns a function that brings all that was recorded so far to the disk when it is called;
    /// on another thread, too, while this one goes on.
    pub fn finish_writing(&self) -> impl FnOnce() -> Result<(), JournalError> + Send + use<> {
        let store = Arc::clone(&self.store);
        move || store.sync_to_disk()
    }

    fn insert(&self, transaction: &Connection, events: &[Event]) -> Result<u64, JournalError> {
        let explain = |source| self.store.explain(source);
        let mut last = 0;
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO event (run, seq, at_ms, name, body)
                 SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4 FROM event WHERE run = ?1 RETURNING seq",
            )
            .map_err(explain)?;
        for event in events {
            let body = serde_json::to_string(event)?;
            last = insert
                .query_row(
                    params![self.number, stored_content(now_ms()), event.name(), body],
                    |row| row.get::<_, i64>(0),
                )
                .map_err(explain)?;
        }
        Ok(u64::try_from(last).unwrap_or(0))
    }

    /// Keeps a content that later events will name, and gives the hash by which
    /// [`crate::Journal::content`] finds it. Equal contents are kept once. As durable as
    /// [`Run::record_soon`].
    ///
    /// # Errors
    /// A refusal of the database; then no event may name it.
    pub fn keep_content(&self, bytes: &[u8]) -> Result<String, JournalError> {
        self.store.keep_whole(bytes)
    }

    /// Keeps what stands at places that the run is about to change, and notes what it puts there:
    /// each pair is a path's state before and after. All of it is on the disk when it returns, with
    /// one wait. Gives for each the name under which its new file may lie beside it until it is
    /// moved there: what lies under such a name when the next run begins is removed.
    ///
    /// # Errors
    /// A refusal of the database; then nothing may be written.
    pub fn announce(&self, changes: &[(Original, Original)]) -> Result<Vec<String>, JournalError> {
        let mut kept = Vec::with_capacity(changes.len());
        for (before, after) in changes {
            let keep = |state: &Original| {
                let content = state.content.as_deref();
                content.map(|bytes| self.store.keep(bytes)).transpose()
            };
            kept.push((keep(before)?, keep(after)?));
        }
        self.store.write(|transaction| {
            let noted = changes.iter().zip(kept);
            noted
                .map(|((before, after), (old, new))| {
                    self.insert_original(transaction, before, old)?;
                    self.insert_written(transaction, after, new)
                        .map(|seq| passing_name(&self.id, seq))
                })
                .collect()
        })
    }

    fn insert_original(
        &self,
        transaction: &Connection,
        original: &Original,
        content: Option<i64>,
    ) -> Result<(), JournalError> {
        let explain = |source| self.store.explain(source);
        let path = &original.path;
        let folders = if original.is_absent() {
            missing_folders(&self.root, path)
        } else {
            Vec::new()
        };
        transaction
            .prepare_cached(
                "INSERT INTO original (run, path, content, mode, link) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (run, path) DO NOTHING",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    self.number,
                    path,
                    content,
                    original.mode,
                    original.link
                ])
            })
            .map_err(explain)?;
        for folder in folders {
            transaction
                .execute(
                    "INSERT INTO made_folder (run, path) VALUES (?1, ?2) ON CONFLICT (run, path) DO NOTHING",
                    params![self.number, folder],
                )
                .map_err(explain)?;
        }
        Ok(())
    }

    /// Notes a state that is put in place, and gives its number in the run.
    fn insert_written(
        &self,
        transaction: &Connection,
        state: &Original,
        content: Option<i64>,
    ) -> Result<i64, JournalError> {
        transaction
            .prepare_cached(
                "INSERT INTO written (run, seq, path, content, mode, link)
                 SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5 FROM written WHERE run = ?1 RETURNING seq",
            )
            .and_then(|mut insert| {
                insert.query_row(
                    params![self.number, state.path, content, state.mode, state.link],
                    |row| row.get(0),
                )
            })
            .map_err(|source| self.store.explain(source))
    }

    /// Keeps what stood at `path` before the run first writes there; a later call for the same path
    /// changes nothing. Must come before the folders for a new file are made: those that are not
    /// there now are known as made by the run. It is on disk once [`Run::wrote`] has returned.
    ///
    /// # Errors
    /// A refusal of the database; then nothing may be written at `path`.
    pub fn keep_original(&self, path: &str, original: &Original) -> Result<(), JournalError> {
        let content = original
            .content
            .as_deref()
            .map(|bytes| self.store.keep(bytes))
            .transpose()?;
        let original = Original {
            path: path.to_owned(),
            ..original.clone()
        };
        self.store
            .write_soon(|transaction| self.insert_original(transaction, &original, content))
    }

    /// Notes what the run puts at `path`: `content` with `mode`, or nothing for a file that it
    /// removes. Say it before the file is put in place: a run killed in between has then still left
    /// nothing unknown.
    ///
    /// # Errors
    /// A refusal of the database; then the file must not be put in place.
    pub fn wrote(
        &self,
        path: &str,
        content: Option<&[u8]>,
        mode: Option<u32>,
    ) -> Result<(), JournalError> {
        let state = Original {
            path: path.to_owned(),
            content: content.map(<[u8]>::to_vec),
            mode,
            link: None,
        };
        let content = content.map(|bytes| self.store.keep(bytes)).transpose()?;
        self.store
            .write(|transaction| self.insert_written(transaction, &state, content).map(drop))
    }

    /// Keeps a command's output, read to its end, and gives the number to find it by. Equal outputs
    /// are kept once. The journal takes nothing
    /// else until `bytes` has ended, so give it a file, not a live pipe.
    ///
    /// # Errors
    /// [`JournalError::Input`] when `bytes` can't be read, or a refusal of the database; nothing is
    /// kept then.
    pub fn keep_output(&self, bytes: impl Read) -> Result<OutputId, JournalError> {
        let number = self.store.keep(bytes)?;
        Ok(OutputId(u64::try_from(number).unwrap_or(0)))
    }

    /// Ends the run with the program's exit code and the report's heading, and lets go of the tree.
    ///
    /// # Errors
    /// A refusal of the database; the run is then known as interrupted.
    pub fn finish(self, exit: u8, heading: &str) -> Result<(), JournalError> {
        self.store.write(|transaction| {
            let set = transaction.execute(
                "UPDATE run SET state = 'finished', finished_ms = ?2, exit = ?3, heading = ?4 WHERE number = ?1",
                params![self.number, stored_content(now_ms()), exit, heading],
            );
            set.map(|_| ()).map_err(|source| self.store.explain(source))
        })
    }
}

/// Returns the name under which a new file lies beside its place until it is moved there: made of
/// what the journal notes before the file is made, so that whoever finds the run dead finds it.
fn passing_name(run: &RunId, seq: i64) -> String {
    format!(".backend-engineer-{run}-{seq}")
}

/// Takes the tree's lock for a new run, and removes what dead runs left under passing names.
pub(crate) fn lock_for_run(
    store: &Store,
    folder: &Folder,
    root: &Path,
) -> Result<TreeLock, JournalError> {
    match folder.lock()? {
        Some(lock) => {
            remove_passing(store, root)?;
            Ok(lock)
        }
        None => Err(JournalError::Busy {
            run: newest_running(store)?,
        }),
    }
}

/// Enters a new run under the lock. Whatever the journal still calls running died without a word.
pub(crate) fn insert_run(
    store: &Arc<Store>,
    root: PathBuf,
    lock: TreeLock,
    (start, undoes): (&RunStart, Option<&RunId>),
) -> Result<Run, JournalError> {
    let at_ms = now_ms();
    let body = serde_json::to_string(start)?;
    let (number, id) = store.write_soon(|transaction| {
        let explain = |source| store.explain(source);
        transaction
            .execute(
                "UPDATE run SET state = 'interrupted' WHERE state = 'running'",
                [],
            )
            .map_err(explain)?;
        let mut insert = transaction
            .prepare_cached(
                "INSERT INTO run (id, state, started_ms, start, plan, undoes)
                 VALUES (?1, 'running', ?2, ?3, ?4, (SELECT number FROM run WHERE id = ?5))
                 ON CONFLICT (id) DO NOTHING",
            )
            .map_err(explain)?;
        loop {
            let id = RunId::new(at_ms);
            let undoes = undoes.map(RunId::as_str);
            let added = insert
                .execute(params![
                    id.as_str(),
                    stored_content(at_ms),
                    body,
                    start.plan,
                    undoes
                ])
                .map_err(explain)?;
            if added == 1 {
                return Ok((transaction.last_insert_rowid(), id));
            }
        }
    })?;
    Ok(Run {
        store: Arc::clone(store),
        root,
        number,
        id,
        _lock: lock,
    })
}

/// Returns the number of a run that can go on: one that neither finished, nor is an undo, nor was undone.
fn resumable_number(
    store: &Store,
    transaction: &Connection,
    id: &RunId,
) -> Result<i64, JournalError> {
    let explain = |source| store.explain(source);
    let found: Option<(i64, String, bool)> = transaction
        .query_row(
            "SELECT number, state, undoes IS NOT NULL FROM run WHERE id = ?1",
            [id.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()
        .map_err(explain)?;
    let refused = |why| JournalError::NotResumable {
        run: id.clone(),
        why,
    };
    let (number, state, undoes) = found.ok_or_else(|| JournalError::UnknownRun {
        wanted: id.to_string(),
    })?;
    if state == "finished" {
        return Err(refused("it finished; begin a new one".to_owned()));
    }
    if undoes {
        return Err(refused(
            "it is an undo; `backend-engineer undo` again goes on from where it ended".to_owned(),
        ));
    }
    let undone: Option<String> = transaction
        .query_row(
            "SELECT id FROM run WHERE undoes = ?1 ORDER BY number DESC LIMIT 1",
            [number],
            |row| row.get(0),
        )
        .optional()
        .map_err(explain)?;
    if let Some(undo) = undone {
        return Err(refused(format!("run {undo} undid it; begin a new one")));
    }
    Ok(number)
}

/// Sets an interrupted run to work again under the lock. Whatever else the journal still calls
/// running died.
pub(crate) fn continue_run(
    store: &Arc<Store>,
    root: PathBuf,
    lock: TreeLock,
    id: &RunId,
) -> Result<Run, JournalError> {
    let number = store.write(|transaction| {
        let explain = |source| store.explain(source);
        let number = resumable_number(store, transaction, id)?;
        transaction
            .execute(
                "UPDATE run SET state = 'interrupted' WHERE state = 'running'",
                [],
            )
            .map_err(explain)?;
        transaction
            .execute(
                "UPDATE run SET state = 'running' WHERE number = ?1",
                [number],
            )
            .map_err(explain)?;
        Ok(number)
    })?;
    Ok(Run {
        store: Arc::clone(store),
        root,
        number,
        id: id.clone(),
        _lock: lock,
    })
}

/// Removes new files that runs which died had not yet moved to their places. The journal still
/// calls those runs running: what takes the lock ends that.
fn remove_passing(store: &Store, root: &Path) -> Result<(), JournalError> {
    let noted: Vec<(String, i64, String)> = store.read(|connection| {
        let mut query = connection.prepare(
            "SELECT run.id, written.seq, written.path FROM written JOIN run ON run.number = written.run
             WHERE run.state = 'running'
             UNION ALL SELECT id, 0, plan FROM run WHERE state = 'running'",
        )?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        query.query_map([], row)?.collect()
    })?;
    for (run, seq, path) in noted {
        let place = root.join(&path);
        let behind_link = place.canonicalize().ok();
        for place in [Some(place), behind_link].into_iter().flatten() {
            // One that is not there was moved, or never made; one that can't be removed stays.
            let passing = passing_name(&RunId(run.clone()), seq);
            drop(fs::remove_file(place.with_file_name(passing)));
        }
    }
    Ok(())
}

fn newest_running(store: &Store) -> Result<Option<RunId>, JournalError> {
    store.read(|connection| {
        let mut query = connection
            .prepare("SELECT id FROM run WHERE state = 'running' ORDER BY number DESC LIMIT 1")?;
        let mut rows = query.query([])?;
        rows.next()?.map(|row| row.get(0).map(RunId)).transpose()
    })
}

/// SQLite's integers are signed.
fn stored_content(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}
