//! The database itself: opening it, its format, and contents kept once however often they occur.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};

use crate::digest::{Digest, hash};
use crate::error::JournalError;

/// Marks the file as a journal of this program ("BEjl").
const APPLICATION: i64 = 0x4245_6a6c;
/// The format that this program writes. A change of the tables raises it and adds a step to
/// `migrate`.
const FORMAT: i64 = 1;
/// Contents are kept in pieces of this size, so that a large one is never in memory whole.
const PIECE: usize = 1 << 20;
/// A log that grew beyond this with a large output shrinks to it again, in bytes.
const LARGEST_LOG: i64 = 16 << 20;
/// The time that a writer waits for another process that writes: longer than any write of ours
/// takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The time between two attempts to switch a new database over to its log.
const PAUSE: Duration = Duration::from_millis(5);

const TABLES: &str = "
CREATE TABLE run (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    started_ms  INTEGER NOT NULL,
    finished_ms INTEGER,
    start       TEXT NOT NULL,
    plan        TEXT NOT NULL,
    exit        INTEGER,
    heading     TEXT,
    undoes      INTEGER REFERENCES run (number)
);
CREATE TABLE event (
    run   INTEGER NOT NULL REFERENCES run (number),
    seq   INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    name  TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;
CREATE TABLE content (
    id   INTEGER PRIMARY KEY,
    hash TEXT UNIQUE,
    size INTEGER NOT NULL
);
CREATE TABLE piece (
    content  INTEGER NOT NULL REFERENCES content (id),
    position INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    PRIMARY KEY (content, position)
);
CREATE TABLE original (
    run     INTEGER NOT NULL REFERENCES run (number),
    path    TEXT NOT NULL,
    content INTEGER REFERENCES content (id),
    mode    INTEGER,
    link    TEXT,
    PRIMARY KEY (run, path)
) WITHOUT ROWID;
CREATE TABLE made_folder (
    run  INTEGER NOT NULL REFERENCES run (number),
    path TEXT NOT NULL,
    PRIMARY KEY (run, path)
) WITHOUT ROWID;
CREATE TABLE written (
    run     INTEGER NOT NULL REFERENCES run (number),
    seq     INTEGER NOT NULL,
    path    TEXT NOT NULL,
    content INTEGER REFERENCES content (id),
    mode    INTEGER,
    link    TEXT,
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;
CREATE INDEX run_plan ON run (plan);
CREATE INDEX written_path ON written (path);
";

/// An open journal database.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database at `path`, made if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let explain = |source| JournalError::database(path, source);
        let mut connection = Connection::open(path).map_err(explain)?;
        prepare_tables(&connection).map_err(explain)?;
        migrate_tables(&mut connection, path)?;
        Ok(Self {
            path: path.to_path_buf(),
            connection: Mutex::new(connection),
        })
    }

    /// Does `work` on the database.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        work(&self.lock()).map_err(|source| JournalError::database(&self.path, source))
    }

    /// Does `work` wholly or not at all; on disk when it returns, and with it all that was written
    /// before.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let explain = |source| JournalError::database(&self.path, source);
        let mut connection = self.lock();
        connection
            .pragma_update(None, "synchronous", "FULL")
            .map_err(explain)?;
        let done = run_transaction(&mut connection, work, explain);
        connection
            .pragma_update(None, "synchronous", "NORMAL")
            .map_err(explain)?;
        done
    }

    /// [`Store::write`] that outlives the process when it returns, and the machine with the next
    /// [`Store::write`] or [`Store::sync_to_disk`]: the log keeps their order.
    pub(crate) fn write_soon<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        run_transaction(&mut self.lock(), work, |source| self.explain(source))
    }

    /// Waits until all that was written is on disk; whoever writes meanwhile does not wait for it.
    /// A checkpoint has brought to the disk all that is no longer in the log.
    pub(crate) fn sync_to_disk(&self) -> Result<(), JournalError> {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        match File::open(&log).and_then(|log| log.sync_all()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(JournalError::Input(error)),
            _ => Ok(()),
        }
    }

    /// Returns the database's refusal as this journal's error.
    pub(crate) fn explain(&self, source: rusqlite::Error) -> JournalError {
        JournalError::database(&self.path, source)
    }

    /// Keeps `bytes` as [`Store::write_soon`] does and gives their hash.
    pub(crate) fn keep_whole(&self, bytes: &[u8]) -> Result<String, JournalError> {
        let hash = hash(bytes);
        if self
            .read(|connection| read_number(connection, &hash))?
            .is_none()
        {
            self.write_soon(|transaction| {
                insert_whole(transaction, &hash, bytes).map_err(|source| self.explain(source))
            })?;
        }
        Ok(hash)
    }

    /// Keeps all that `bytes` yields as [`Store::write_soon`] does and gives its number; a content
    /// that is kept already is not kept twice.
    pub(crate) fn keep(&self, mut bytes: impl Read) -> Result<i64, JournalError> {
        let first = next_piece(&mut bytes)?;
        if first.len() < PIECE
            && let Some(kept) = self.read(|connection| read_number(connection, &hash(&first)))?
        {
            return Ok(kept);
        }
        self.write_soon(|transaction| {
            let explain = |source| self.explain(source);
            transaction
                .execute("INSERT INTO content (size) VALUES (0)", [])
                .map_err(explain)?;
            let fresh = transaction.last_insert_rowid();
            let mut digest = Digest::default();
            let mut size = 0;
            let mut piece = first;
            for position in 0_i64.. {
                if piece.is_empty() {
                    break;
                }
                digest.update(&piece);
                size += piece.len();
                transaction
                    .execute(
                        "INSERT INTO piece VALUES (?1, ?2, ?3)",
                        params![fresh, position, piece],
                    )
                    .map_err(explain)?;
                piece = next_piece(&mut bytes)?;
            }
            let hash = digest.finish();
            if let Some(kept) = read_number(transaction, &hash).map_err(explain)? {
                transaction
                    .execute("DELETE FROM piece WHERE content = ?1", [fresh])
                    .map_err(explain)?;
                transaction
                    .execute("DELETE FROM content WHERE id = ?1", [fresh])
                    .map_err(explain)?;
                return Ok(kept);
            }
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            transaction
                .execute(
                    "UPDATE content SET hash = ?1, size = ?2 WHERE id = ?3",
                    params![hash, size, fresh],
                )
                .map_err(explain)?;
            Ok(fresh)
        })
    }

    /// Returns the content with this number; none when there is none.
    pub(crate) fn content(&self, number: i64) -> Result<Option<Vec<u8>>, JournalError> {
        self.read(|connection| find_content(connection, number))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves at most a transaction, which its own drop has rolled back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn run_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<T, JournalError>,
    explain: impl Fn(rusqlite::Error) -> JournalError,
) -> Result<T, JournalError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(&explain)?;
    let done = work(&transaction)?;
    transaction.commit().map_err(&explain)?;
    Ok(done)
}

/// Adds a content that is not kept yet, in pieces.
fn insert_whole(connection: &Connection, hash: &str, bytes: &[u8]) -> rusqlite::Result<()> {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    connection.execute(
        "INSERT INTO content (hash, size) VALUES (?1, ?2)",
        params![hash, size],
    )?;
    let fresh = connection.last_insert_rowid();
    for (position, piece) in (0_i64..).zip(bytes.chunks(PIECE)) {
        connection.execute(
            "INSERT INTO piece VALUES (?1, ?2, ?3)",
            params![fresh, position, piece],
        )?;
    }
    Ok(())
}

/// At most one piece of `bytes`; empty at the end.
fn next_piece(bytes: &mut impl Read) -> Result<Vec<u8>, JournalError> {
    let mut piece = Vec::new();
    let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
    bytes
        .take(limit)
        .read_to_end(&mut piece)
        .map_err(JournalError::Input)?;
    Ok(piece)
}

/// Returns the number of the content with this hash.
pub(crate) fn read_number(connection: &Connection, hash: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT id FROM content WHERE hash = ?1", [hash], |row| {
            row.get(0)
        })
        .optional()
}

/// Returns the content with this number, put together from its pieces.
pub(crate) fn find_content(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<Option<Vec<u8>>> {
    let size: Option<i64> = connection
        .query_row(
            "SELECT size FROM content WHERE id = ?1 AND hash IS NOT NULL",
            [number],
            |row| row.get(0),
        )
        .optional()?;
    let Some(size) = size else { return Ok(None) };
    let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(1 << 30));
    let mut pieces = connection
        .prepare_cached("SELECT bytes FROM piece WHERE content = ?1 ORDER BY position")?;
    let mut rows = pieces.query([number])?;
    while let Some(row) = rows.next()? {
        whole.extend_from_slice(row.get_ref(0)?.as_blob()?);
    }
    Ok(Some(whole))
}

fn prepare_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    // The file may come with a repository that somebody else made.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    begin_log(connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Lets the database write ahead into a log. Another process that does the same to a new database
/// at the same time is waited for here: SQLite does not wait for it by itself.
fn begin_log(connection: &Connection) -> rusqlite::Result<()> {
    let latest = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < latest =>
            {
                thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

/// The kind of a database file.
enum Holding {
    Nothing,
    Format(i64),
    Foreign,
}

/// Makes the tables in a new database, and refuses one that is not ours or is newer than we are.
/// Only a new one is locked for it, so that a reader never waits for a run that writes.
fn migrate_tables(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let explain = |source| JournalError::database(path, source);
    if let Holding::Nothing = contents_held(connection).map_err(explain)? {
        make_tables(connection).map_err(explain)?;
    }
    match contents_held(connection).map_err(explain)? {
        Holding::Format(found) if found <= FORMAT => Ok(()),
        Holding::Format(found) => Err(JournalError::NewerFormat {
            path: path.to_path_buf(),
            found,
            known: FORMAT,
        }),
        Holding::Nothing | Holding::Foreign => {
            let detail = "it holds the tables of another program".to_owned();
            Err(JournalError::Damaged {
                path: path.to_path_buf(),
                detail,
            })
        }
    }
}

fn contents_held(connection: &Connection) -> rusqlite::Result<Holding> {
    connection.query_row(
        "SELECT (SELECT count(*) FROM sqlite_schema), application_id, user_version
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| {
            Ok(match (row.get(0)?, row.get(1)?) {
                (0_i64, _) => Holding::Nothing,
                (_, APPLICATION) => Holding::Format(row.get(2)?),
                _ => Holding::Foreign,
            })
        },
    )
}

fn make_tables(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if let Holding::Nothing = contents_held(&transaction)? {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    transaction.commit()
}
