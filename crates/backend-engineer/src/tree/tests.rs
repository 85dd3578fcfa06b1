//! Tests of the staged view and its writes.

use std::fs;

use super::write::OriginalStore;
use super::*;

/// Notes what it is shown, and refuses the file named in `refuse`.
#[derive(Default)]
struct Notes {
    kept: Vec<String>,
    refuse: Option<&'static str>,
}

impl OriginalStore for Notes {
    fn store_originals(&mut self, pending: &[Pending]) -> Result<Vec<String>, String> {
        if pending
            .iter()
            .any(|file| self.refuse == Some(file.path.as_str()))
        {
            return Err("no room".to_owned());
        }
        self.kept
            .extend(pending.iter().map(|file| file.path.clone()));
        Ok((0..pending.len())
            .map(|number| format!(".passing-{number}"))
            .collect())
    }
}

fn repository() -> (tempfile::TempDir, Tree) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("app")).unwrap();
    fs::write(folder.path().join("app/a.py"), "a = 1\n").unwrap();
    fs::write(folder.path().join("app/b.py"), "b = 1\n").unwrap();
    let tree = Tree::at(folder.path());
    (folder, tree)
}

#[test]
fn staged_bytes_hide_what_lies_on_disk_until_promoted() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", Some(b"a = 2\n".to_vec())).unwrap();
    assert_eq!(
        tree.read_text("app/a.py").unwrap().as_deref(),
        Some("a = 2\n")
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("app/a.py")).unwrap(),
        "a = 1\n"
    );
    let mut notes = Notes::default();
    tree.promote(&|_| true, &mut notes).unwrap();
    assert_eq!(
        fs::read_to_string(folder.path().join("app/a.py")).unwrap(),
        "a = 2\n"
    );
    assert_eq!(notes.kept, ["app/a.py"]);
    assert!(
        tree.pending().is_empty(),
        "what is written is no longer pending"
    );
}

#[test]
fn a_file_that_changed_underneath_stops_every_write() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", Some(b"a = 2\n".to_vec())).unwrap();
    tree.stage("app/b.py", Some(b"b = 2\n".to_vec())).unwrap();
    fs::write(folder.path().join("app/b.py"), "mine\n").unwrap();
    let refused = tree.promote(&|_| true, &mut Notes::default()).unwrap_err();
    assert!(matches!(refused, WriteError::ChangedUnderneath { path } if path == "app/b.py"));
    assert_eq!(
        fs::read_to_string(folder.path().join("app/a.py")).unwrap(),
        "a = 1\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("app/b.py")).unwrap(),
        "mine\n"
    );
}

#[test]
fn a_file_that_cannot_be_kept_stops_every_write() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", None).unwrap();
    tree.stage("app/new/c.py", Some(b"c = 1\n".to_vec()))
        .unwrap();
    let mut notes = Notes {
        refuse: Some("app/new/c.py"),
        ..Notes::default()
    };
    tree.promote(&|_| true, &mut notes).unwrap_err();
    assert_eq!(
        fs::read_to_string(folder.path().join("app/a.py")).unwrap(),
        "a = 1\n"
    );
    assert!(!folder.path().join("app/new").exists());
}

#[test]
fn a_failure_half_way_puts_the_first_files_back() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", Some(b"a = 2\n".to_vec())).unwrap();
    tree.stage("zoo/c.py", Some(b"c = 1\n".to_vec())).unwrap();
    // A file in place of the folder lets the second write fail after the first took place.
    fs::write(folder.path().join("zoo"), "in the way").unwrap();
    tree.promote(&|_| true, &mut Notes::default()).unwrap_err();
    assert_eq!(
        fs::read_to_string(folder.path().join("app/a.py")).unwrap(),
        "a = 1\n"
    );
}

#[test]
fn what_somebody_else_writes_is_seen() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", Some(b"a = 2\n".to_vec())).unwrap();
    tree.promote(&|_| true, &mut Notes::default()).unwrap();
    assert!(tree.drifted().is_empty());
    fs::write(folder.path().join("app/a.py"), "mine\n").unwrap();
    assert_eq!(tree.drifted(), ["app/a.py"]);
}

#[test]
fn only_what_is_allowed_is_written() {
    let (folder, mut tree) = repository();
    tree.stage("app/a.py", Some(b"a = 2\n".to_vec())).unwrap();
    tree.stage("app/b.py", Some(b"b = 2\n".to_vec())).unwrap();
    let written = tree
        .promote(&|path| path == "app/a.py", &mut Notes::default())
        .unwrap();
    assert_eq!(written.len(), 1);
    assert_eq!(
        fs::read_to_string(folder.path().join("app/b.py")).unwrap(),
        "b = 1\n"
    );
}

#[test]
fn paths_that_leave_are_told_by_how_they_leave() {
    let (folder, mut tree) = repository();
    let outside = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    let cases = [
        "../x.py",
        "/etc/passwd",
        "app/../../x",
        "out/x.py",
        ".git/hooks/pre-commit",
        ".backend-engineer/x",
        "",
    ];
    for path in cases {
        assert!(
            tree.stage(path, Some(Vec::new())).is_err(),
            "`{path}` was let in"
        );
    }
    tree.stage("app/../app/c.py", Some(Vec::new())).unwrap();
}

#[cfg(unix)]
#[test]
fn permission_bits_outlive_a_rewrite() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, mut tree) = repository();
    let script = folder.path().join("app/a.py");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    tree.stage("app/a.py", Some(b"#!/usr/bin/env python3\n".to_vec()))
        .unwrap();
    tree.promote(&|_| true, &mut Notes::default()).unwrap();
    assert_eq!(
        fs::metadata(&script).unwrap().permissions().mode() & 0o777,
        0o755
    );
}
