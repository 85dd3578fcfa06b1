//! A journal that can't be used says so, and what to do.

use std::fs;
use std::os::unix::fs::symlink;

use journal::{Journal, JournalError};
use rusqlite::Connection;

use crate::repository::Repository;

fn opened(root: &std::path::Path) -> JournalError {
    Journal::open(root).expect_err("refused")
}

#[test]
fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    Journal::open(folder.path()).expect("made");
    let database = folder.path().join(".backend-engineer/journal.db");
    fs::write(
        &database,
        "not a database, but longer than the header of one is, so that it is read ".repeat(20),
    )
    .expect("overwritten");
    let error = opened(folder.path());
    assert!(matches!(error, JournalError::Damaged { .. }), "{error:?}");
    let message = error.to_string();
    assert!(
        message.contains("journal.db") && message.contains("move it"),
        "{message}"
    );
}

#[test]
fn a_database_with_a_damaged_middle() {
    let repository = Repository::new();
    let id = repository.run_writing("a", &vec![7; 300_000]);
    let root = repository.root().to_path_buf();
    let database = root.join(".backend-engineer/journal.db");
    let connection = Connection::open(&database).expect("opened");
    connection
        .pragma_update_and_check(None, "wal_checkpoint", "TRUNCATE", |_| Ok(()))
        .expect("moved in");
    drop(connection);
    let mut bytes = fs::read(&database).expect("read");
    let end = bytes.len();
    bytes[4096..end].fill(0xAA);
    let fresh = tempfile::tempdir().expect("a folder");
    fs::create_dir(fresh.path().join(".backend-engineer")).expect("a folder");
    fs::write(fresh.path().join(".backend-engineer/journal.db"), bytes).expect("written");
    let found = Journal::open(fresh.path()).and_then(|journal| journal.originals(&id));
    assert!(
        matches!(found, Err(JournalError::Damaged { .. })),
        "{found:?}"
    );
}

#[test]
fn the_database_of_another_program() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join(".backend-engineer")).expect("a folder");
    let other =
        Connection::open(folder.path().join(".backend-engineer/journal.db")).expect("opened");
    other
        .execute_batch("CREATE TABLE songs (name TEXT)")
        .expect("made");
    drop(other);
    assert!(matches!(
        opened(folder.path()),
        JournalError::Damaged { .. }
    ));
}

#[test]
fn a_newer_format_is_left_alone() {
    let repository = Repository::new();
    let database = repository.root().join(".backend-engineer/journal.db");
    let connection = Connection::open(&database).expect("opened");
    connection
        .pragma_update(None, "user_version", 999)
        .expect("raised");
    drop(connection);
    let error = opened(repository.root());
    assert!(
        matches!(error, JournalError::NewerFormat { found: 999, .. }),
        "{error:?}"
    );
    assert!(Journal::open_existing(repository.root()).is_err());
}

#[test]
fn a_link_in_place_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("another folder");
    symlink(elsewhere.path(), folder.path().join(".backend-engineer")).expect("a link");
    let error = opened(folder.path());
    assert!(matches!(error, JournalError::File { .. }), "{error:?}");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn a_file_in_place_of_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(".backend-engineer"), "a file").expect("written");
    let message = opened(folder.path()).to_string();
    assert!(
        message.contains("make the folder") && message.contains(".backend-engineer"),
        "{message}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_tree_that_nobody_can_write() {
    let error = opened(std::path::Path::new("/proc/self"));
    assert!(matches!(error, JournalError::File { .. }), "{error:?}");
}
