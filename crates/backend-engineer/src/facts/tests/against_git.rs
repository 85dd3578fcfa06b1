//! The fingerprint beside git's index: whatever git does with a file, a tree with other bytes has another fingerprint.
#![cfg(unix)]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::facts::TreeFacts;
use crate::facts::stamp::GitStamp;

/// A repository whose files were written an hour before git saw them.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Scene {
            folder: tempfile::tempdir().unwrap(),
        };
        scene.git(&["init", "--quiet"]);
        scene.write_file("app/main.py", "one = 1\n");
        scene.write_file("app/other.py", "two = 2\n");
        scene.write_file("run.sh", "true\n");
        scene
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("tree").join(path)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "git itself is what the tree is held against"
    )]
    fn git(&self, arguments: &[&str]) {
        let root = self.at("");
        fs::create_dir_all(&root).unwrap();
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(root)
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments);
        let nowhere = "/dev/null";
        let output = git
            .env("GIT_CONFIG_GLOBAL", nowhere)
            .env("GIT_CONFIG_SYSTEM", nowhere)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    fn write_file(&self, path: &str, text: &str) {
        let place = self.at(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, text).unwrap();
        let file = File::options().write(true).open(&place).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
            .unwrap();
    }

    /// Waits until the clock of the file system has ticked.
    fn tick(&self) {
        std::thread::sleep(Duration::from_millis(20));
    }

    fn fingerprint(&self) -> String {
        self.facts().fingerprint(None, std::iter::empty())
    }

    fn facts(&self) -> TreeFacts {
        TreeFacts::new(&self.at(""), None)
    }

    /// Returns the fingerprint without a look into git's index.
    fn read_alone(&self) -> String {
        let facts = self.facts();
        facts.index.set(None).unwrap();
        facts.fingerprint(None, std::iter::empty())
    }

    /// Returns whether git's index tells the content of a file.
    fn is_told(&self, path: &str) -> bool {
        let facts = self.facts();
        let data = fs::metadata(self.at(path)).unwrap();
        facts
            .index()
            .is_some_and(|index| index.content(path, &GitStamp::new(&data)).is_some())
    }
}

/// A preparation of git's index before the bytes of `app/main.py` change.
type SetUp = fn(&Scene);

const SET_UPS: &[(&str, SetUp)] = &[
    ("nothing", |_| {}),
    ("assume unchanged", |scene| {
        scene.git(&["update-index", "--assume-unchanged", "app/main.py"])
    }),
    ("skip the work tree", |scene| {
        scene.git(&["update-index", "--skip-worktree", "app/main.py"])
    }),
    ("sparse checkout", |scene| {
        scene.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "app"])
    }),
    ("split index", |scene| {
        scene.git(&["update-index", "--split-index"])
    }),
    ("split index, one entry of its own", |scene| {
        scene.git(&["update-index", "--split-index"]);
        scene.write_file("app/main.py", "six = 6\n");
        scene.git(&["add", "app/main.py"]);
    }),
    ("index of version 4", |scene| {
        scene.git(&["update-index", "--index-version", "4"])
    }),
    ("ignored stamps", |scene| {
        scene.git(&["config", "core.checkStat", "minimal"])
    }),
    ("ignored time of change", |scene| {
        scene.git(&["config", "core.trustctime", "false"])
    }),
    ("ignored modes", |scene| {
        scene.git(&["config", "core.fileMode", "false"])
    }),
    ("untracked cache", |scene| {
        scene.git(&["update-index", "--force-untracked-cache"])
    }),
    ("file system monitor", |scene| {
        fs::write(scene.at(".git/monitor"), "#!/bin/sh\nprintf 'token\\0'\n").unwrap();
        fs::set_permissions(scene.at(".git/monitor"), Permissions::from_mode(0o755)).unwrap();
        scene.git(&["config", "core.fsmonitor", ".git/monitor"]);
        scene.git(&["config", "core.fsmonitorHookVersion", "2"]);
        scene.git(&["update-index", "--fsmonitor"]);
        scene.git(&["status"]);
    }),
    ("meant to be added", |scene| {
        scene.git(&["rm", "--quiet", "--cached", "app/main.py"]);
        scene.git(&["add", "--intent-to-add", "app/main.py"]);
    }),
    ("not known to git", |scene| {
        scene.git(&["rm", "--quiet", "--cached", "app/main.py"])
    }),
    ("ignored, and known to git", |scene| {
        scene.write_file(".gitignore", "main.py\n")
    }),
    ("conversion", |scene| {
        scene.write_file(".gitattributes", "*.py text eol=crlf\n")
    }),
];

#[test]
fn other_bytes_are_another_tree_whatever_git_is_told() {
    for (name, set_up) in SET_UPS {
        let scene = Scene::new();
        scene.commit();
        set_up(&scene);
        scene.tick();
        let before = scene.fingerprint();
        if !name.contains("and known") {
            assert_eq!(before, scene.read_alone(), "{name}");
        }
        scene.write_file("app/main.py", "one = 7\n");
        assert_ne!(scene.fingerprint(), before, "{name}");
        scene.git(&["status"]);
        assert_ne!(scene.fingerprint(), before, "{name}, and git has looked");
    }
}

#[test]
fn the_index_tells_what_git_keeps_as_it_is() {
    let scene = Scene::new();
    scene.write_file(".gitattributes", "*.png binary\n*.lock merge=ours\n");
    scene.tick();
    scene.write_file("app/main.py", "one = 3\n");
    scene.tick();
    scene.commit();
    scene.tick();
    scene.git(&["update-index", "--really-refresh"]);
    assert!(scene.is_told("app/main.py"), "the fast way is not taken");
    assert_eq!(scene.fingerprint(), scene.read_alone());
}

/// Ways by which git keeps another content than a file has.
const CONVERSIONS: &[(&str, SetUp)] = &[
    ("attributes", |scene| {
        scene.write_file(".gitattributes", "*.py text eol=crlf\n")
    }),
    ("attributes of a folder", |scene| {
        scene.write_file("app/.gitattributes", "*.py text eol=crlf\n")
    }),
    ("attributes that git ignores", |scene| {
        scene.write_file(".gitignore", ".gitattributes\n");
        scene.write_file(".gitattributes", "*.py text eol=crlf\n");
    }),
    ("attributes of git's folder", |scene| {
        scene.write_file(".git/info/attributes", "*.py text eol=crlf\n")
    }),
    ("attributes that are only in the index", |scene| {
        scene.write_file(".gitattributes", "*.py text eol=crlf\n");
        scene.git(&["add", ".gitattributes"]);
        fs::remove_file(scene.at(".gitattributes")).unwrap();
    }),
    ("a setting", |scene| {
        scene.git(&["config", "core.autocrlf", "input"])
    }),
    ("a setting in an included file", |scene| {
        scene.write_file(".git/more", "[core]\n\tautocrlf = input\n");
        scene.git(&["config", "include.path", "more"]);
    }),
    ("a setting of the work tree", |scene| {
        scene.git(&["config", "extensions.worktreeConfig", "true"]);
        scene.git(&["config", "--worktree", "core.autocrlf", "input"]);
    }),
    ("a filter", |scene| {
        scene.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
        scene.write_file(".gitattributes", "*.py filter=upper\n");
    }),
    ("identifiers", |scene| {
        scene.write_file(".gitattributes", "*.py ident\n")
    }),
];

#[test]
fn a_content_that_git_converts_is_read() {
    for (name, set_up) in CONVERSIONS {
        let scene = Scene::new();
        set_up(&scene);
        scene.tick();
        scene.write_file("app/main.py", "one = '$Id: a$'\r\n");
        scene.tick();
        // What is only in the index is not added again.
        scene.git(&["add", "app"]);
        scene.tick();
        scene.git(&["update-index", "-q", "--ignore-missing", "--really-refresh"]);
        assert_eq!(scene.fingerprint(), scene.read_alone(), "{name}");
    }
}

#[test]
fn a_content_that_git_converted_when_it_was_added_is_read() {
    let scene = Scene::new();
    scene.write_file(".gitattributes", "*.py text eol=crlf\n");
    scene.write_file("app/main.py", "one = 1\r\n");
    scene.tick();
    scene.commit();
    scene.tick();
    scene.write_file(".gitattributes", "*.png binary\n");
    scene.git(&["add", ".gitattributes"]);
    assert_eq!(scene.fingerprint(), scene.read_alone());
}

#[test]
fn a_repository_with_longer_names_of_contents_is_read() {
    let scene = Scene::new();
    fs::remove_dir_all(scene.at(".git")).unwrap();
    scene.git(&["init", "--quiet", "--object-format=sha256"]);
    scene.commit();
    let before = scene.fingerprint();
    assert_eq!(before, scene.read_alone());
    scene.write_file("app/main.py", "one = 7\n");
    assert_ne!(scene.fingerprint(), before);
}

#[test]
fn files_of_a_submodule_count() {
    let scene = Scene::new();
    let other = Scene::new();
    other.commit();
    let from = other.at("").display().to_string();
    scene.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &from,
        "library",
    ]);
    scene.commit();
    let before = scene.fingerprint();
    scene.write_file("library/app/main.py", "one = 7\n");
    assert_ne!(scene.fingerprint(), before);
}

#[test]
fn a_right_to_run_counts() {
    let scene = Scene::new();
    scene.commit();
    let before = scene.fingerprint();
    let set =
        |mode: u32| fs::set_permissions(scene.at("run.sh"), Permissions::from_mode(mode)).unwrap();
    set(0o755);
    assert_ne!(scene.fingerprint(), before);
    let run = scene.fingerprint();
    let laid = |mode| {
        let content: &[u8] = b"true\n";
        scene
            .facts()
            .fingerprint(None, [("run.sh", Some((content, mode)))].into_iter())
    };
    assert_eq!(laid(None), run, "what is laid over a file keeps its mode");
    assert_eq!(laid(Some(0o644)), before);
    set(0o600);
    assert_eq!(scene.fingerprint(), before, "git knows no other mode");
    assert_eq!(laid(Some(0o700)), run);
}

#[test]
fn where_a_link_leads_counts() {
    let scene = Scene::new();
    scene.write_file("versions/1/a.py", "one = 1\n");
    scene.write_file("versions/2/a.py", "one = 2\n");
    let link = |target: &str, at: &str| {
        drop(fs::remove_file(scene.at(at)));
        symlink(Path::new(target), scene.at(at)).unwrap();
    };
    link("versions/1", "current");
    link("versions/1/a.py", "a.py");
    scene.commit();
    let before = scene.fingerprint();
    link("versions/2", "current");
    let folder = scene.fingerprint();
    assert_ne!(folder, before);
    link("versions/2/a.py", "a.py");
    assert_ne!(scene.fingerprint(), folder);
}
