//! Undo brings back every byte and mode, and never takes newer work with it.

use std::fs;
use std::os::unix::fs::symlink;

use journal::{Journal, JournalError, RunState, UndoError, undo_run};

use crate::repository::Repository;

/// Returns a run that does everything a run can do.
fn rich_run(repository: &Repository) -> journal::RunId {
    repository.put("app/crlf.py", b"a = 1\r\nb = 2\r\n\xff", 0o644);
    repository.put("bin/start", b"#!/bin/sh\n", 0o755);
    repository.put("old/only.txt", b"no newline", 0o600);
    repository.link("latest", "app/crlf.py");
    repository.link("dangling", "nowhere");
    let run = repository.begin();
    repository.write(&run, "app/crlf.py", b"a = 2\n", 0o644);
    repository.write(&run, "app/crlf.py", b"a = 3\n", 0o644);
    repository.write(&run, "bin/start", b"#!/bin/bash\n", 0o644);
    repository.remove(&run, "old/only.txt");
    fs::remove_dir(repository.root().join("old")).expect("empty");
    repository.write(&run, "latest", b"no link now", 0o644);
    repository.remove(&run, "dangling");
    repository.write(&run, "new/deep/er/file.py", b"x", 0o644);
    repository.write(&run, "new/beside.py", b"y", 0o640);
    let id = run.id().clone();
    run.finish(0, "Implementation Complete").expect("finished");
    id
}

const PATHS: [&str; 7] = [
    "app/crlf.py",
    "bin/start",
    "old/only.txt",
    "latest",
    "dangling",
    "new/deep/er/file.py",
    "new/beside.py",
];

#[test]
fn everything_comes_back_and_can_be_brought_forth_again() {
    let repository = Repository::new();
    let id = rich_run(&repository);
    let after = PATHS.map(|path| repository.see(path));
    let done = undo_run(&repository.journal, repository.root(), &id, false).expect("undone");
    assert_eq!(
        done.restored,
        [
            "app/crlf.py",
            "bin/start",
            "dangling",
            "latest",
            "old/only.txt"
        ]
    );
    assert_eq!(done.removed, ["new/beside.py", "new/deep/er/file.py"]);
    assert_eq!(done.folders_removed, ["new/deep/er", "new/deep", "new"]);
    assert_eq!(done.kept, []);
    for original in repository.journal.originals(&id).expect("originals") {
        assert_eq!(repository.see(&original.path), original);
    }
    assert_eq!(
        repository.see("app/crlf.py").content.as_deref(),
        Some(b"a = 1\r\nb = 2\r\n\xff".as_slice())
    );
    assert_eq!(repository.see("bin/start").mode, Some(0o755));
    assert_eq!(repository.see("dangling").link.as_deref(), Some("nowhere"));
    assert!(!repository.root().join("new").exists());

    let summary = repository.journal.find(Some(id.as_str())).expect("the run");
    assert_eq!(summary.undone_by.as_ref(), Some(&done.run));
    let newest = repository.journal.find(None).expect("the undo");
    assert_eq!(
        (newest.state, newest.undoes),
        (RunState::Finished, Some(id))
    );

    undo_run(&repository.journal, repository.root(), &done.run, false).expect("the undo is undone");
    assert_eq!(PATHS.map(|path| repository.see(path)), after);
}

#[test]
fn undoing_twice_changes_nothing() {
    let repository = Repository::new();
    let id = rich_run(&repository);
    undo_run(&repository.journal, repository.root(), &id, false).expect("undone");
    let again =
        undo_run(&repository.journal, repository.root(), &id, false).expect("nothing to do");
    assert_eq!((again.restored, again.removed), (vec![], vec![]));
}

#[test]
fn newer_work_is_refused_whole() {
    let repository = Repository::new();
    let id = rich_run(&repository);
    repository.put("bin/start", b"my own work", 0o755);
    let before = PATHS.map(|path| repository.see(path));
    match undo_run(&repository.journal, repository.root(), &id, false) {
        Err(UndoError::Newer { paths }) => assert_eq!(paths, ["bin/start"]),
        found => panic!("not refused: {found:?}"),
    }
    assert_eq!(
        PATHS.map(|path| repository.see(path)),
        before,
        "a refusal touches nothing"
    );

    let forced = undo_run(&repository.journal, repository.root(), &id, true).expect("forced");
    assert_eq!(
        repository.see("bin/start").content.as_deref(),
        Some(b"#!/bin/sh\n".as_slice())
    );
    undo_run(&repository.journal, repository.root(), &forced.run, false)
        .expect("the force is undone");
    assert_eq!(
        repository.see("bin/start").content.as_deref(),
        Some(b"my own work".as_slice())
    );
}

#[test]
fn a_changed_mode_is_newer_work() {
    let repository = Repository::new();
    let id = repository.run_writing("tool", b"x");
    repository.put("tool", b"x", 0o755);
    assert!(matches!(
        undo_run(&repository.journal, repository.root(), &id, false),
        Err(UndoError::Newer { .. })
    ));
}

#[test]
fn a_removed_file_is_newer_work_unless_the_run_made_it() {
    let repository = Repository::new();
    repository.put("old", b"1", 0o644);
    let run = repository.begin();
    repository.write(&run, "old", b"2", 0o644);
    repository.write(&run, "new", b"2", 0o644);
    let id = run.id().clone();
    drop(run);
    fs::remove_file(repository.root().join("new")).expect("removed");
    let done = undo_run(&repository.journal, repository.root(), &id, false)
        .expect("the new one is as before");
    assert_eq!(
        (done.restored, done.removed),
        (vec!["old".to_owned()], vec![])
    );

    let id = repository.run_writing("old", b"3");
    fs::remove_file(repository.root().join("old")).expect("removed");
    assert!(matches!(
        undo_run(&repository.journal, repository.root(), &id, false),
        Err(UndoError::Newer { .. })
    ));
}

#[test]
fn a_later_run_is_named() {
    let repository = Repository::new();
    repository.put("a", b"0", 0o644);
    let first = repository.run_writing("a", b"1");
    let second = repository.run_writing("a", b"2");
    match undo_run(&repository.journal, repository.root(), &first, false) {
        Err(UndoError::BuiltUpon { run, paths }) => {
            assert_eq!((run, paths), (second.clone(), vec!["a".to_owned()]))
        }
        found => panic!("not refused: {found:?}"),
    }
    undo_run(&repository.journal, repository.root(), &second, false).expect("the later one first");
    undo_run(&repository.journal, repository.root(), &first, false).expect("then the earlier one");
    assert_eq!(
        repository.see("a").content.as_deref(),
        Some(b"0".as_slice())
    );
}

#[test]
fn a_run_that_died_between_two_writes_is_undone() {
    let repository = Repository::new();
    repository.put("a", b"0", 0o644);
    let run = repository.begin();
    repository.write(&run, "a", b"1", 0o644);
    run.wrote("a", Some(b"never put in place"), Some(0o644))
        .expect("noted");
    let id = run.id().clone();
    drop(run);
    undo_run(&repository.journal, repository.root(), &id, false).expect("undone");
    assert_eq!(
        repository.see("a").content.as_deref(),
        Some(b"0".as_slice())
    );
}

#[test]
fn a_folder_with_other_files_stays() {
    let repository = Repository::new();
    let id = repository.run_writing("new/deep/file", b"1");
    repository.put("new/mine", b"my own", 0o644);
    let done = undo_run(&repository.journal, repository.root(), &id, false).expect("undone");
    assert_eq!(done.folders_removed, ["new/deep"]);
    assert_eq!(
        done.kept,
        [("new".to_owned(), "other files are in it".to_owned())]
    );
}

#[test]
fn nothing_is_written_outside_the_root() {
    let repository = Repository::new();
    repository.put("inside/a", b"0", 0o644);
    let id = repository.run_writing("inside/a", b"1");
    let elsewhere = tempfile::tempdir().expect("another folder");
    fs::write(elsewhere.path().join("a"), b"1").expect("written");
    fs::remove_dir_all(repository.root().join("inside")).expect("removed");
    symlink(elsewhere.path(), repository.root().join("inside")).expect("a link");
    let done = undo_run(&repository.journal, repository.root(), &id, true).expect("nothing to do");
    assert_eq!(done.kept.len(), 1);
    assert_eq!(fs::read(elsewhere.path().join("a")).expect("there"), b"1");
}

#[test]
fn a_run_at_work_is_not_undone() {
    let repository = Repository::new();
    let run = repository.begin();
    repository.write(&run, "a", b"1", 0o644);
    let other = Journal::open(repository.root()).expect("opened");
    let found = undo_run(&other, repository.root(), run.id(), true);
    assert!(
        matches!(found, Err(UndoError::Journal(JournalError::Busy { .. }))),
        "{found:?}"
    );
    assert_eq!(
        repository.see("a").content.as_deref(),
        Some(b"1".as_slice())
    );
}

#[test]
fn no_passing_file_is_left() {
    let repository = Repository::new();
    let id = rich_run(&repository);
    undo_run(&repository.journal, repository.root(), &id, false).expect("undone");
    let mut names: Vec<String> = fs::read_dir(repository.root())
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".backend-engineer",
            "app",
            "bin",
            "dangling",
            "latest",
            "old"
        ]
    );
}
