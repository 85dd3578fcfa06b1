//! Tests of which files are read, and which are not read again.

mod against_git;

use std::fs;

use super::*;
use std::fs::File;
use std::time::{Duration, SystemTime};

/// A tree and a cache folder beside it.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Scene {
            folder: tempfile::tempdir().unwrap(),
        };
        scene.write_file(".gitignore", "*.db\n");
        scene.write_file(
            "app/main.py",
            "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n",
        );
        scene.write_file("README.md", "read me\n");
        scene.write_file("shop.db", "data");
        scene
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn write_file(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn facts(&self) -> TreeFacts {
        TreeFacts::new(&self.root(), Some(&self.cache()))
    }

    /// Asks for everything, and gives what was found.
    fn ask(&self) -> (String, Vec<String>, usize) {
        let facts = self.facts();
        (
            facts.fingerprint(None, std::iter::empty()),
            facts.paths().iter().map(|path| path.to_string()).collect(),
            facts.survey().routes.len(),
        )
    }

    fn kept(&self) -> PathBuf {
        let trees = fs::read_dir(self.cache().join("backend-engineer/trees")).unwrap();
        trees
            .map(|entry| entry.unwrap().path().join("facts.json"))
            .next()
            .unwrap()
    }

    /// Makes the files look as if nobody had written them for a while; only the time of the last change of any kind can't
    /// be set, so it is waited for.
    fn age_files(&self) {
        std::thread::sleep(Duration::from_millis(2100));
    }
}

#[test]
fn what_the_run_writes_is_seen_and_nothing_else_is_read_again() {
    let scene = Scene::new();
    let facts = TreeFacts::new(&scene.root(), None);
    let fingerprint = || facts.fingerprint(None, std::iter::empty());
    let before = fingerprint();
    assert_eq!(facts.survey().routes.len(), 1);
    // Somebody else's write is not what this run has seen.
    scene.write_file("README.md", "read me not\n");
    assert_eq!(fingerprint(), before);
    scene.write_file(
        "app/more.py",
        "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/b')\ndef b(): ...\n",
    );
    scene.write_file("new.db", "data");
    facts.changed(&["app/more.py", "new.db"]);
    assert!(facts.paths().contains("app/more.py") && !facts.paths().contains("new.db"));
    assert!(facts.defining("b").is_some());
    let laid = [("app/more.py", None)];
    assert_ne!(fingerprint(), before);
    assert_eq!(
        facts.fingerprint(None, laid.into_iter()),
        before,
        "laid over or written, it is the same tree"
    );
    fs::remove_file(scene.root().join("app/more.py")).unwrap();
    facts.changed(&["app/more.py"]);
    assert_eq!(fingerprint(), before);
}

#[test]
fn a_changed_ignore_file_changes_what_is_listed() {
    let scene = Scene::new();
    let facts = TreeFacts::new(&scene.root(), None);
    assert!(facts.is_ignored("shop.db") && !facts.paths().contains("shop.db"));
    scene.write_file(".gitignore", "*.md\n");
    facts.changed(&[".gitignore"]);
    assert!(
        !facts.is_ignored("shop.db")
            && facts.paths().contains("shop.db")
            && !facts.paths().contains("README.md")
    );
}

#[test]
fn the_plan_and_by_products_are_no_part_of_the_fingerprint() {
    let scene = Scene::new();
    scene.write_file("plan.md", "- [ ] x");
    let fingerprint =
        || TreeFacts::new(&scene.root(), None).fingerprint(Some("plan.md"), std::iter::empty());
    let before = fingerprint();
    scene.write_file("plan.md", "- [x] x");
    scene.write_file(".coverage", "x");
    assert_eq!(fingerprint(), before);
    scene.write_file("README.md", "other\n");
    assert_ne!(fingerprint(), before);
}

#[test]
fn a_file_that_nobody_wrote_is_told_by_its_stamp() {
    let scene = Scene::new();
    scene.age_files();
    let first = scene.ask();
    assert_eq!(scene.ask(), first);
    // A false hash under a true stamp shows that the file is not read.
    let kept = fs::read_to_string(scene.kept()).unwrap();
    let hash = ContentId::of(b"read me\n").to_string();
    assert!(kept.contains(&hash), "{kept}");
    fs::write(
        scene.kept(),
        kept.replace(&hash, &ContentId::of(b"made up").to_string()),
    )
    .unwrap();
    assert_ne!(scene.ask().0, first.0);
    // A new stamp, though size and time of modification are put back.
    let readme = scene.root().join("README.md");
    let modified = fs::metadata(&readme).unwrap().modified().unwrap();
    scene.write_file("README.md", "READ ME\n");
    File::options()
        .write(true)
        .open(&readme)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    let changed = scene.ask();
    scene.write_file("README.md", "read me\n");
    assert_ne!(changed.0, first.0);
    assert_eq!(scene.ask(), first);
}

#[test]
fn a_file_that_was_written_just_now_is_not_kept() {
    let scene = Scene::new();
    scene.ask();
    let kept = fs::read_to_string(scene.kept()).unwrap();
    assert!(!kept.contains(&journal::hash(b"read me\n")), "{kept}");
}

#[test]
fn what_is_broken_foreign_or_of_another_build_is_as_good_as_nothing() {
    let scene = Scene::new();
    scene.age_files();
    let first = scene.ask();
    let kept = fs::read_to_string(scene.kept()).unwrap();
    let root = scene.root().display().to_string();
    for broken in [
        String::new(),
        "not json".to_owned(),
        kept[..kept.len() / 2].to_owned(),
        "[1]".to_owned(),
        kept.replace(&root, "/elsewhere")
            .replace(&journal::hash(b"read me\n"), "made up"),
        kept.replacen("\"program\":\"", "\"program\":\"other ", 1)
            .replace(&journal::hash(b"read me\n"), "made up"),
    ] {
        fs::write(scene.kept(), &broken).unwrap();
        assert_eq!(scene.ask(), first, "{broken}");
        assert_eq!(scene.ask(), first, "{broken}");
    }
    fs::remove_dir_all(scene.cache()).unwrap();
    fs::write(scene.cache(), "a file where the folder should be").unwrap();
    assert_eq!(scene.ask(), first);
}

#[test]
fn only_so_many_trees_are_kept() {
    let scene = Scene::new();
    let trees = scene.cache().join("backend-engineer/trees");
    for number in 0..60 {
        let old = trees.join(format!("old-{number}"));
        fs::create_dir_all(&old).unwrap();
        fs::write(old.join("facts.json"), "{}").unwrap();
        let file = File::options()
            .write(true)
            .open(old.join("facts.json"))
            .unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(1000 - number))
            .unwrap();
    }
    scene.ask();
    let left: BTreeSet<_> = fs::read_dir(&trees)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 40);
    assert!(
        left.contains(std::ffi::OsStr::new("old-59"))
            && !left.contains(std::ffi::OsStr::new("old-20"))
    );
}

#[cfg(unix)]
#[test]
fn the_cache_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    scene.ask();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&scene.kept()), mode(scene.kept().parent().unwrap())),
        (0o600, 0o700)
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let scene = Scene::new();
    let before = TreeFacts::new(&scene.root(), None).fingerprint(None, std::iter::empty());
    let _socket = std::os::unix::net::UnixListener::bind(scene.root().join("s.py")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", scene.root().join("zero.py")).unwrap();
    let facts = TreeFacts::new(&scene.root(), None);
    assert_ne!(facts.fingerprint(None, std::iter::empty()), before);
    assert_eq!(facts.defining("nothing"), None);
    assert_eq!(facts.survey().routes.len(), 1);
}
