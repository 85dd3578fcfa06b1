//! Copies that are kept from run to run are the tree, whatever commands left in them and whatever was written since.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sandbox::{BackendName, Copies, Policy};

use crate::bench::{Bench, open, run, succeed};

/// The backends that work on a copy at a path of its own.
const COPYING: [BackendName; 2] = [BackendName::Landlock, BackendName::Off];

/// Longer than a file may change again under the same stamp.
const SETTLED: Duration = Duration::from_millis(3_100);

type State = BTreeMap<PathBuf, (u32, Vec<u8>)>;

fn policy(bench: &Bench, backend: BackendName, scratch: &str) -> Policy {
    Policy {
        scratch: bench.scratch.with_file_name(scratch),
        copies: Some(Copies {
            folder: bench.scratch.with_file_name("copies"),
            from: 0,
        }),
        ..bench.policy(backend)
    }
}

/// Returns everything below a folder, with modes and contents.
fn state(folder: &Path) -> State {
    fn collect(root: &Path, folder: &Path, found: &mut State) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let status = fs::symlink_metadata(&path).unwrap();
            let bytes = if status.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if status.is_dir() {
                collect(root, &path, found);
                Vec::new()
            } else {
                assert!(status.is_file(), "{}", path.display());
                fs::read(&path).unwrap()
            };
            let inside = path.strip_prefix(root).unwrap().to_path_buf();
            found.insert(inside, (status.permissions().mode(), bytes));
        }
    }
    let mut found = State::new();
    collect(folder, folder, &mut found);
    found
}

/// What commands do to a copy that the next run must not see.
const HAVOC: &str = "echo changed > README.md; rm -r src/deep; chmod 600 run.sh; mkdir -m 000 locked; mkfifo pipe; \
     echo x > ../beside; rm link; echo file > link; rm src/app.py; mkdir src/app.py; echo x > src/app.py/in; \
     touch -d '2020-01-01' old; chmod 500 src; ln run.sh hard";

#[tokio::test]
async fn a_kept_copy_is_the_tree_whatever_was_left_in_it() {
    for backend in COPYING {
        let bench = Bench::new();
        std::thread::sleep(SETTLED);
        let before = bench.snapshot();
        let Some(first) = open(policy(&bench, backend, "one")).await else {
            continue;
        };
        assert_eq!(state(first.root()), state(&bench.root), "{backend}");
        let at = first.root().to_path_buf();
        let inode = fs::metadata(at.join("src/deep/one.txt")).unwrap().ino();
        first.close().await.unwrap();
        let second = open(policy(&bench, backend, "two")).await.unwrap();
        assert_eq!(second.root(), at);
        let kept = fs::metadata(at.join("src/deep/one.txt")).unwrap().ino();
        assert_eq!(
            kept, inode,
            "{backend}: what nobody wrote is not copied anew"
        );
        let (_, told) = run(&second, HAVOC).await;
        assert!(
            second.changes().await.unwrap().len() > 5,
            "{backend}: {told}"
        );
        second.close().await.unwrap();
        let third = open(policy(&bench, backend, "three")).await.unwrap();
        assert_eq!(state(&at), state(&bench.root), "{backend}");
        assert_eq!(third.changes().await.unwrap(), [], "{backend}");
        assert!(!at.with_file_name("beside").exists(), "{backend}");
        third.close().await.unwrap();
        assert_eq!(bench.snapshot(), before, "{backend}");
    }
}

#[tokio::test]
async fn a_kept_copy_follows_the_tree() {
    for backend in COPYING {
        let bench = Bench::new();
        std::thread::sleep(SETTLED);
        let Some(first) = open(policy(&bench, backend, "one")).await else {
            continue;
        };
        first.close().await.unwrap();
        let at = |path: &str| bench.root.join(path);
        // Of the same length, with its old time put back.
        let data = fs::metadata(at("README.md")).unwrap();
        fs::write(at("README.md"), "red me!\n").unwrap();
        fs::File::open(at("README.md"))
            .unwrap()
            .set_modified(data.modified().unwrap())
            .unwrap();
        fs::remove_dir_all(at("src/deep")).unwrap();
        fs::write(at("src/deep"), "a file").unwrap();
        fs::remove_file(at("link")).unwrap();
        symlink("run.sh", at("link")).unwrap();
        fs::create_dir_all(at("new/folder")).unwrap();
        fs::set_permissions(at("new"), fs::Permissions::from_mode(0o711)).unwrap();
        fs::set_permissions(at("run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
        let second = open(policy(&bench, backend, "two")).await.unwrap();
        assert_eq!(state(second.root()), state(&bench.root), "{backend}");
        assert_eq!(succeed(&second, "cat README.md").await, "red me!\n");
        second.close().await.unwrap();
    }
}

#[tokio::test]
async fn runs_at_once_share_no_copy_and_notes_that_are_broken_are_nothing() {
    for backend in COPYING {
        let bench = Bench::new();
        let Some(first) = open(policy(&bench, backend, "one")).await else {
            continue;
        };
        let second = open(policy(&bench, backend, "two")).await.unwrap();
        let third = open(policy(&bench, backend, "three")).await.unwrap();
        assert!(first.root() != second.root() && second.root() != third.root());
        assert!(
            !third
                .root()
                .starts_with(bench.scratch.with_file_name("copies"))
        );
        let notes = first.root().ancestors().nth(2).unwrap().join("stamps");
        for sandbox in [first, second, third] {
            succeed(&sandbox, "cat README.md && rm README.md").await;
            sandbox.close().await.unwrap();
        }
        let whole = fs::read(&notes).unwrap();
        for cut in [0, 9, whole.len() / 2, whole.len() - 1] {
            fs::write(&notes, &whole[..cut]).unwrap();
            let again = open(policy(&bench, backend, "one")).await.unwrap();
            assert_eq!(state(again.root()), state(&bench.root), "{backend}: {cut}");
            again.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_command_reaches_no_notes_and_no_other_copy() {
    let bench = Bench::new();
    let Some(sandbox) = open(policy(&bench, BackendName::Landlock, "one")).await else {
        return;
    };
    let other = bench.scratch.with_file_name("copies").join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("secret"), "of another tree").unwrap();
    let script = format!(
        "cat ../../stamps {0}/secret; echo x > ../../stamps; echo x > ../../lock; echo x > {0}/new; touch ../../more; \
         rm -r ../../stamps; true",
        other.display()
    );
    let notes = sandbox.root().ancestors().nth(2).unwrap().join("stamps");
    let before = fs::read(&notes).unwrap();
    let (_, told) = run(&sandbox, &script).await;
    assert!(
        !told.contains("another tree") && !told.contains("copy 1"),
        "{told}"
    );
    assert_eq!(fs::read(&notes).unwrap(), before);
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    sandbox.close().await.unwrap();
}
