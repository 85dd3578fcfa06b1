//! The machine may stop after any operation on a file, and what was not waited for is on the disk
//! or is not: `undo` then finds a tree that it can put back, and nothing of ours is left in it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use journal::{
    Disk, Journal, NewState, Original, Placement, RealDisk, apply_all, undo_on, undo_run,
};

use crate::repository::{Repository, start};

/// One operation, its paths from the root.
#[derive(Debug, Clone)]
enum Operation {
    MakeFolder(PathBuf),
    Create(PathBuf, Vec<u8>, u32),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// Does what it is told, and notes it.
struct Recording {
    root: PathBuf,
    operations: Mutex<Vec<Operation>>,
}

impl Recording {
    fn below(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            operations: Mutex::default(),
        }
    }

    fn note(&self, operation: impl FnOnce(&dyn Fn(&Path) -> PathBuf) -> Operation) {
        let inside = |path: &Path| path.strip_prefix(&self.root).expect("inside").to_path_buf();
        let operation = operation(&inside);
        self.operations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(operation);
    }

    fn taken(self) -> Vec<Operation> {
        self.operations
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for Recording {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.make_folder(path)?;
        self.note(|inside| Operation::MakeFolder(inside(path)));
        Ok(())
    }

    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        RealDisk.create(path, content, mode)?;
        self.note(|inside| Operation::Create(inside(path), content.to_vec(), mode));
        Ok(())
    }

    fn link(&self, _: &Path, _: &str) -> io::Result<()> {
        unreachable!("no link in these tests")
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync(path)?;
        self.note(|inside| Operation::Sync(inside(path)));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)?;
        self.note(|inside| Operation::Rename(inside(from), inside(to)));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)?;
        self.note(|inside| Operation::Remove(inside(path)));
        Ok(())
    }
}

/// A file of the tree; none of its bytes is on the disk before it was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    content: Vec<u8>,
    mode: u32,
    synced: bool,
}

type Files = BTreeMap<PathBuf, File>;

/// The tree after some operations: as the processes saw it, and what of it is surely on the disk.
#[derive(Debug, Clone)]
struct Model {
    seen: Files,
    durable: Files,
    folders: Vec<PathBuf>,
}

impl Model {
    fn of(files: &Files) -> Self {
        Self {
            seen: files.clone(),
            durable: files.clone(),
            folders: Vec::new(),
        }
    }

    fn take(&mut self, operation: &Operation) {
        match operation {
            Operation::MakeFolder(path) => self.folders.push(path.clone()),
            Operation::Create(path, content, mode) => {
                let file = File {
                    content: content.clone(),
                    mode: *mode,
                    synced: false,
                };
                self.seen.insert(path.clone(), file);
            }
            Operation::Sync(path) => match self.seen.get_mut(path) {
                Some(file) => file.synced = true,
                None => self.sync_folder(path),
            },
            Operation::Rename(from, to) => {
                let file = self.seen.remove(from).expect("there");
                self.seen.insert(to.clone(), file);
            }
            Operation::Remove(path) => drop(self.seen.remove(path)),
        }
    }

    fn sync_folder(&mut self, folder: &Path) {
        let inside = |path: &Path| path.parent() == Some(folder);
        self.durable.retain(|path, _| !inside(path));
        let new = self.seen.iter().filter(|(path, _)| inside(path));
        self.durable
            .extend(new.map(|(path, file)| (path.clone(), file.clone())));
    }

    /// Everything that was asked for reached the disk; contents that were not waited for are gone.
    fn all_kept(&self) -> Files {
        lossy(&self.seen)
    }

    /// Nothing that was not waited for reached the disk but one change of a name.
    fn only(&self, operation: &Operation) -> Files {
        let mut left = self.durable.clone();
        match operation {
            Operation::Rename(_, to) => drop(left.insert(to.clone(), self.seen[to].clone())),
            Operation::Remove(path) => drop(left.remove(path)),
            _ => {}
        }
        lossy(&left)
    }
}

fn lossy(files: &Files) -> Files {
    let kept = |file: &File| {
        if file.synced {
            file.content.clone()
        } else {
            Vec::new()
        }
    };
    files
        .iter()
        .map(|(path, file)| {
            (
                path.clone(),
                File {
                    content: kept(file),
                    ..file.clone()
                },
            )
        })
        .collect()
}

fn lay(root: &Path, files: &Files, folders: &[PathBuf]) {
    for folder in folders {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    for (path, file) in files {
        let place = root.join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
        fs::write(&place, &file.content).expect("written");
        fs::set_permissions(&place, fs::Permissions::from_mode(file.mode)).expect("a mode");
    }
}

fn read(root: &Path) -> Files {
    let mut found = Files::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let place = entry.expect("an entry").path();
            if place.ends_with(".backend-engineer") {
                continue;
            }
            if place.is_dir() {
                waiting.push(place);
                continue;
            }
            let mode = fs::metadata(&place).expect("there").permissions().mode() & 0o7777;
            let content = fs::read(&place).expect("readable");
            let path = place.strip_prefix(root).expect("inside").to_path_buf();
            found.insert(
                path,
                File {
                    content,
                    mode,
                    synced: true,
                },
            );
        }
    }
    found
}

/// Copies a journal as it lies on the disk.
fn copy_journal(from: &Path, to: &Path) {
    let (from, to) = (from.join(".backend-engineer"), to.join(".backend-engineer"));
    fs::create_dir_all(&to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// Files of the tree before the run: some of them are changed, one is removed, one is executable.
fn before() -> Files {
    let file = |text: &str, mode| File {
        content: text.as_bytes().to_vec(),
        mode,
        synced: true,
    };
    Files::from([
        ("app/a.py".into(), file("a = 1\n", 0o644)),
        ("app/run.sh".into(), file("echo\n", 0o755)),
        ("app/old.py".into(), file("old = 1\n", 0o600)),
        ("same.py".into(), file("same\n", 0o644)),
    ])
}

/// Changes as a run makes them.
fn changes(root: &Path) -> Vec<(Original, Original)> {
    let after = [
        ("app/a.py", Some("a = 2\n"), Some(0o644)),
        ("app/run.sh", Some("echo two\n"), Some(0o755)),
        ("app/old.py", None, None),
        ("app/new/deep.py", Some("new = 1\n"), None),
    ];
    let pair = |(path, text, mode): (&str, Option<&str>, Option<u32>)| {
        let found = Original::read(root, path).expect("readable");
        let content = text.map(|text| text.as_bytes().to_vec());
        (
            found,
            Original {
                path: path.to_owned(),
                content,
                mode,
                link: None,
            },
        )
    };
    after.into_iter().map(pair).collect()
}

fn placements(root: &Path, changes: &[(Original, Original)], names: Vec<String>) -> Vec<Placement> {
    let pairs = changes.iter().zip(names);
    let place = |((_, after), passing): (&(Original, Original), String)| Placement {
        at: root.join(&after.path),
        passing,
        state: match &after.content {
            Some(content) => NewState::File(content.clone(), after.mode.unwrap_or(0o644)),
            None => NewState::Absent,
        },
    };
    pairs.map(place).collect()
}

/// Lays out what a crash left, beside a journal as it was, and undoes the run there.
fn mended(journal_of: &Path, left: &Files, folders: &[PathBuf], run: &journal::RunId) -> Files {
    let place = tempfile::tempdir().expect("a folder");
    lay(place.path(), left, folders);
    copy_journal(journal_of, place.path());
    let journal = Journal::open(place.path()).expect("a journal");
    let undone = undo_run(&journal, place.path(), run, false);
    assert!(undone.is_ok(), "{undone:?} over {left:?}");
    read(place.path())
}

/// Stops after each operation, in each way, and compares what `undo` of `run` then leaves.
fn stop_everywhere(
    operations: &[Operation],
    first: &Files,
    (journal_of, run): (&Path, &journal::RunId),
) {
    assert!(operations.len() > 8, "{operations:?}");
    let mut model = Model::of(first);
    for (count, operation) in operations.iter().enumerate() {
        model.take(operation);
        for left in [
            model.all_kept(),
            lossy(&model.durable),
            model.only(operation),
        ] {
            let found = mended(journal_of, &left, &model.folders, run);
            assert_eq!(
                found,
                before(),
                "after {} operations, {operation:?}",
                count + 1
            );
        }
    }
}

#[test]
fn a_run_that_stops_anywhere_is_undone() {
    let repository = Repository::new();
    let root = repository.root();
    lay(root, &before(), &[]);
    let run = repository.journal.begin(&start("plan.md")).expect("a run");
    let changes = changes(root);
    let names = run.announce(&changes).expect("kept");
    // Before the first operation all is in the journal, and the operations add nothing to it.
    let frozen = tempfile::tempdir().expect("a folder");
    copy_journal(root, frozen.path());
    let disk = Recording::below(root);
    apply_all(&disk, &placements(root, &changes, names)).expect("placed");
    stop_everywhere(&disk.taken(), &before(), (frozen.path(), run.id()));
}

#[test]
fn an_undo_that_stops_anywhere_is_undone_to_its_end() {
    let repository = Repository::new();
    let root = repository.root();
    lay(root, &before(), &[]);
    let run = repository.journal.begin(&start("plan.md")).expect("a run");
    let id = run.id().clone();
    let changes = changes(root);
    let names = run.announce(&changes).expect("kept");
    apply_all(&RealDisk, &placements(root, &changes, names)).expect("placed");
    run.finish(0, "done").expect("finished");
    let first = read(root);
    let disk = Recording::below(root);
    undo_on(&disk, &repository.journal, (root, &id), false).expect("undone");
    // As it was when the operations began: the undo had announced its changes and not finished.
    let frozen = tempfile::tempdir().expect("a folder");
    copy_journal(root, frozen.path());
    reopen(frozen.path());
    stop_everywhere(&disk.taken(), &first, (frozen.path(), &id));
}

/// Has the newest run of a journal at work again, as one that was killed is found.
fn reopen(root: &Path) {
    let connection =
        rusqlite::Connection::open(root.join(".backend-engineer/journal.db")).expect("opens");
    let newest = "UPDATE run SET state = 'running', finished_ms = NULL, exit = NULL
                  WHERE number = (SELECT max(number) FROM run)";
    connection.execute(newest, []).expect("set");
}
