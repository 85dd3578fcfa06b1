//! What stands in the way from outside: an interruption, a full disk, a read-only tree, another run. Each time a clear
//! message, the right exit code, and nothing lost or half-written.

use std::path::Path;
use std::time::Duration;

use crate::program::Scene;
use crate::required::skip;

/// A plan whose check sleeps for `SECONDS`, which tells its processes from those of other tests.
const PLAN: &str = "\
# Surroundings

## Phase 1: A file and a check

**File**: `app.py`

```python
A = 1
```

### Success Criteria

#### Automated Verification
- [ ] It waits: `test -f app.py && sleep SECONDS`
";

fn scene(seconds: &str) -> Scene {
    let scene = Scene::new();
    scene.file("repository/docs/plan.md", &PLAN.replace("SECONDS", seconds));
    scene
}

/// A script that starts a run in the background, waits until its check is at work, does `then`, and tells what is left.
fn while_it_checks(seconds: &str, then: &str) -> String {
    format!(
        "\"$PROGRAM\" implement docs/plan.md --phase 1 --quiet & run=$!
        for i in $(seq 200); do pgrep -f '^sleep {seconds}$' >/dev/null && break; sleep 0.1; done
        {then}
        for i in $(seq 50); do pgrep -f '^sleep {seconds}$' >/dev/null || break; sleep 0.1; done
        pgrep -f '^sleep {seconds}$' || echo 'nothing left'"
    )
}

#[test]
fn an_interruption_ends_all_and_keeps_what_is_whole() {
    let scene = scene("3601");
    let script = while_it_checks("3601", "kill -INT $run; wait $run; echo \"ended with $?\"");
    let ended = scene.end(scene.shell(&script).timeout(Duration::from_secs(60)));
    assert!(ended.stdout.contains("ended with 130"), "{ended}");
    assert!(ended.stdout.contains("nothing left"), "{ended}");
    assert!(ended.stderr.contains("interrupted"), "{ended}");
    assert_eq!(scene.read("app.py"), "A = 1\n", "what was written is whole");
    assert!(
        scene.read("docs/plan.md").contains("- [ ] It waits"),
        "no box is ticked"
    );
    let undone = scene.run(&["undo"]);
    assert!(
        undone.code == 0 && !scene.root().join("app.py").exists(),
        "{undone}"
    );
}

#[test]
fn a_kill_leaves_a_journal_that_still_undoes() {
    let scene = scene("3602");
    let script = while_it_checks("3602", "kill -KILL $run; wait $run");
    let ended = scene.end(scene.shell(&script).timeout(Duration::from_secs(60)));
    assert!(ended.stdout.contains("nothing left"), "{ended}");
    let runs = scene.run(&["runs"]);
    assert!(runs.stdout.contains("interrupted"), "{runs}");
    let undone = scene.run(&["undo"]);
    assert!(
        undone.code == 0 && !scene.root().join("app.py").exists(),
        "{undone}"
    );
}

#[test]
fn a_second_run_on_the_tree_waits_for_nobody() {
    let scene = scene("3603");
    let second =
        "\"$PROGRAM\" implement docs/plan.md --phase 1 --quiet; echo \"second ended with $?\"";
    let script = while_it_checks("3603", &format!("{second}; kill -INT $run; wait $run"));
    let ended = scene.end(scene.shell(&script).timeout(Duration::from_secs(60)));
    assert!(ended.stdout.contains("second ended with 4"), "{ended}");
}

#[test]
fn a_full_disk_loses_nothing() {
    let large = format!(
        "# Large\n\n## Phase 1: A large file\n\n**File**: `large.py`\n\n```python\n{}```\n\n**File**: `old.py`\n**Changes**: Replace the whole file.\n\n```python\nOLD = 2\n```\n",
        "LARGE = 'some text that takes room'\n".repeat(60_000)
    );
    let scene = Scene::new();
    scene.file("repository/docs/plan.md", &large);
    scene.file("repository/old.py", "OLD = 1\n");
    // A limit on the size of files is how a disk without room looks to one process.
    let script =
        "trap '' XFSZ; ulimit -f 1000; \"$PROGRAM\" implement docs/plan.md --phase 1 --no-verify";
    let ended = scene.end(&mut scene.shell(script));
    assert_eq!(ended.code, 6, "{ended}");
    assert!(!scene.root().join("large.py").exists(), "no half of a file");
    assert_eq!(scene.read("old.py"), "OLD = 1\n");
    let left: Vec<_> = std::fs::read_dir(scene.root())
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().starts_with(".backend-engineer-")),
        "{left:?}"
    );
}

#[test]
fn a_read_only_tree_is_said() {
    let scene = scene("3604");
    let script = "unshare -rm true 2>/dev/null || { echo 'no mounts here'; exit 0; }
        unshare -rm sh -c 'mount --bind . . && mount -o remount,bind,ro . . && cd \"$PWD\" && \"$PROGRAM\" implement docs/plan.md --phase 1'; echo \"ended with $?\"";
    let ended = scene.end(&mut scene.shell(script));
    if ended.stdout.contains("no mounts here") {
        skip("namespaces", "a user namespace that mounts is denied");
        return;
    }
    assert!(ended.stdout.contains("ended with 6"), "{ended}");
    assert!(ended.stderr.to_lowercase().contains("read-only"), "{ended}");
    assert!(!scene.root().join("app.py").exists());
}

#[test]
fn a_folder_without_git_is_named_by_root() {
    let scene = scene("3604");
    std::fs::remove_dir(scene.root().join(".git")).expect("the folder");
    let refused = scene.run(&["implement", "docs/plan.md", "--phase", "1", "--no-verify"]);
    assert!(
        refused.code == 4 && refused.stderr.contains("--root"),
        "{refused}"
    );
    assert!(!scene.root().join("app.py").exists());
    let done = scene.run(&[
        "implement",
        "docs/plan.md",
        "--phase",
        "1",
        "--no-verify",
        "--root",
        ".",
    ]);
    assert!(
        done.code == 7 && Path::new(&scene.root()).join("app.py").exists(),
        "{done}"
    );
}
