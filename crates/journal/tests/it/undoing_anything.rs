//! Whatever a run does to whatever tree, undo brings the tree back, and undoing the undo the run's
//! work.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use journal::undo_run;
use proptest::prelude::*;

use crate::repository::Repository;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Thing {
    Folder,
    File(Vec<u8>, u32),
    Link(String),
}

#[derive(Debug, Clone)]
enum Deed {
    Write(Vec<u8>, u32),
    Remove,
}

/// Few names, so that deeds meet; none is the folder of another.
fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a", "b.py", "d/e", "d/f.py", "g/h/i", "g/h/j", "k/l/m/n",
    ])
    .prop_map(str::to_owned)
}

fn mode() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![0o644, 0o755, 0o600, 0o444])
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40)
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        4 => (content(), mode()).prop_map(|(content, mode)| Thing::File(content, mode)),
        1 => "[a-z/]{1,8}".prop_map(Thing::Link),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (content(), mode()).prop_map(|(content, mode)| Deed::Write(content, mode)),
        1 => Just(Deed::Remove),
    ]
}

/// Everything below `folder` but the journal.
fn tree(root: &Path, folder: &Path, found: &mut BTreeMap<String, Thing>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let place = entry.expect("an entry").path();
        let path = place
            .strip_prefix(root)
            .expect("inside")
            .to_string_lossy()
            .into_owned();
        if path == ".backend-engineer" {
            continue;
        }
        let about = fs::symlink_metadata(&place).expect("there");
        if about.is_symlink() {
            let target = fs::read_link(&place).expect("a link");
            found.insert(path, Thing::Link(target.to_string_lossy().into_owned()));
        } else if about.is_dir() {
            found.insert(path, Thing::Folder);
            tree(root, &place, found);
        } else {
            let mode = about.permissions().mode() & 0o7777;
            found.insert(path, Thing::File(fs::read(&place).expect("readable"), mode));
        }
    }
}

fn whole(root: &Path) -> BTreeMap<String, Thing> {
    let mut found = BTreeMap::new();
    tree(root, root, &mut found);
    found
}

/// Without the folders: those that hold nothing are not made anew.
fn files(mut tree: BTreeMap<String, Thing>) -> BTreeMap<String, Thing> {
    tree.retain(|_, thing| *thing != Thing::Folder);
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_brings_the_tree_back(
        before in prop::collection::btree_map(path(), thing(), 0..6),
        runs in prop::collection::vec(prop::collection::vec((path(), deed()), 1..8), 1..3),
    ) {
        let repository = Repository::new();
        for (path, thing) in &before {
            match thing {
                Thing::File(content, mode) => repository.put(path, content, *mode),
                Thing::Link(target) => {
                    let place = repository.root().join(path);
                    fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
                    symlink(target, place).expect("a link");
                }
                Thing::Folder => {}
            }
        }
        let mut stations = vec![whole(repository.root())];
        let mut ids = Vec::new();
        for deeds in &runs {
            let run = repository.begin();
            for (path, deed) in deeds {
                match deed {
                    Deed::Write(content, mode) => repository.write(&run, path, content, *mode),
                    Deed::Remove if repository.see(path).is_absent() => {}
                    Deed::Remove => repository.remove(&run, path),
                }
            }
            ids.push(run.id().clone());
            run.finish(0, "").expect("finished");
            stations.push(whole(repository.root()));
        }
        let last = stations.pop().expect("a tree");
        let mut undone = Vec::new();
        for id in ids.iter().rev() {
            undone.push(undo_run(&repository.journal, repository.root(), id, false).expect("undone").run);
            prop_assert_eq!(whole(repository.root()), stations.pop().expect("a tree"));
        }
        for id in undone.iter().rev() {
            undo_run(&repository.journal, repository.root(), id, false).expect("undone");
        }
        prop_assert_eq!(files(whole(repository.root())), files(last));
    }
}
