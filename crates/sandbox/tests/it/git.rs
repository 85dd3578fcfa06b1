//! The host's git reads without being led, and commits without blocking.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use sandbox::{SandboxError, git};

use crate::bench::{Bench, host};

fn repository() -> Bench {
    let bench = Bench::new();
    host(&bench.root, &["git", "init", "-q", "-b", "main", "."]);
    host(&bench.root, &["git", "config", "user.name", "A Person"]);
    host(
        &bench.root,
        &["git", "config", "user.email", "person@example.org"],
    );
    bench
}

/// More than any commit here takes.
const TIME: std::time::Duration = std::time::Duration::from_secs(60);

#[tokio::test]
async fn states_and_commits_are_told() {
    let bench = repository();
    assert_eq!(
        git::find_toplevel(&bench.root.join("src/deep"))
            .await
            .unwrap(),
        Some(bench.root.clone())
    );
    assert!(
        !git::is_repository(bench.root.parent().unwrap())
            .await
            .unwrap()
    );
    assert_eq!(git::read_head(&bench.root).await.unwrap(), None);
    host(&bench.root, &["git", "add", "run.sh"]);
    let first = git::commit_paths(
        &bench.root,
        &["README.md", "src"],
        "First: \"quoted\"\n\nBody",
        TIME,
    )
    .await
    .unwrap();
    assert_eq!(git::read_head(&bench.root).await.unwrap(), Some(first));
    let states = git::read_status::<&str>(&bench.root, &[]).await.unwrap();
    let states: Vec<_> = states
        .iter()
        .map(|state| (state.path.as_str(), state.index, state.tree))
        .collect();
    assert_eq!(states, [("run.sh", 'A', ' '), ("link", '?', '?')]);
    fs::write(bench.root.join("README.md"), "changed\n").unwrap();
    fs::remove_file(bench.root.join("src/app.py")).unwrap();
    let states = git::read_status(&bench.root, &["README.md", "src"])
        .await
        .unwrap();
    assert_eq!(
        states.iter().map(|state| state.tree).collect::<String>(),
        "MD"
    );
    git::commit_paths(&bench.root, &["src/app.py"], "Remove", TIME)
        .await
        .unwrap();
    assert_eq!(
        host(&bench.root, &["git", "log", "--format=%an %s"]),
        "A Person Remove\nA Person First: \"quoted\"\n"
    );
    assert!(matches!(
        git::commit_paths(&bench.root, &["src"], "Nothing", TIME).await,
        Err(SandboxError::Git { .. })
    ));
}

#[tokio::test]
async fn a_repository_can_not_make_reading_run_its_programs() {
    let bench = repository();
    git::commit_paths(&bench.root, &["README.md"], "First", TIME)
        .await
        .unwrap();
    let trap = bench.root.with_file_name("trap");
    fs::write(
        &trap,
        format!("#!/bin/sh\ntouch {}.sprung\n", trap.display()),
    )
    .unwrap();
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).unwrap();
    let trap = trap.to_str().unwrap();
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "pager.status",
        "filter.x.clean",
        "filter.x.process",
        "filter.a=b.clean",
    ] {
        host(&bench.root, &["git", "config", name, trap]);
    }
    for hook in ["post-index-change", "pre-commit", "fsmonitor-watchman"] {
        fs::copy(trap, bench.root.join(".git/hooks").join(hook)).unwrap();
    }
    host(&bench.root, &["git", "config", "filter.x.required", "true"]);
    let attributes = "README.md filter=x\n*.md filter=a=b\nREADME.md diff=x\n";
    fs::write(bench.root.join(".git/info/attributes"), attributes).unwrap();
    fs::write(bench.root.join("README.md"), "changed\n").unwrap();
    assert_eq!(
        git::read_status(&bench.root, &["README.md"])
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(git::read_head(&bench.root).await.unwrap().is_some());
    assert!(!std::path::Path::new(&format!("{trap}.sprung")).exists());
}

#[tokio::test]
async fn a_refusing_hook_is_quoted_and_an_editor_never_opens() {
    let bench = repository();
    let hook = bench.root.join(".git/hooks/pre-commit");
    fs::write(
        &hook,
        "#!/bin/sh\nread answer\necho \"not today\" >&2\nexit 1\n",
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let error = git::commit_paths(&bench.root, &["README.md"], "First", TIME)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`pre-commit` refused: not today"),
        "{error}"
    );
    assert!(
        git::commit_paths::<&str>(&bench.root, &[], "None", TIME)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_hook_that_leaves_something_running_does_not_hold_the_commit() {
    let bench = repository();
    let hook = bench.root.join(".git/hooks/post-commit");
    fs::write(
        &hook,
        "#!/bin/sh\nsleep 7700 & echo $! > left\ntest -t 0 && exit 1; test -e /dev/tty && : < /dev/tty && exit 1; true\n",
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = git::commit_paths(&bench.root, &["README.md"], "First", TIME)
        .await
        .unwrap();
    assert_eq!(
        host(&bench.root, &["git", "rev-parse", "HEAD"]).trim(),
        commit
    );
    let left = fs::read_to_string(bench.root.join("left")).unwrap();
    host(&bench.root, &["kill", left.trim()]);
}

#[tokio::test]
async fn a_hook_that_changes_a_file_leaves_no_stale_index() {
    let bench = repository();
    let hook = bench.root.join(".git/hooks/pre-commit");
    fs::write(
        &hook,
        "#!/bin/sh\necho changed >> README.md\ngit add README.md\n",
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    git::commit_paths(&bench.root, &["README.md"], "First", TIME)
        .await
        .unwrap();
    assert!(
        git::read_status(&bench.root, &["README.md"])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_refused_commit_leaves_the_index_as_it_was() {
    let bench = repository();
    let hook = bench.root.join(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let error = git::commit_paths(&bench.root, &["README.md"], "First", TIME)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("said nothing"), "{error}");
    let left = git::read_status(&bench.root, &["README.md"]).await.unwrap();
    assert_eq!((left[0].index, left[0].tree), ('?', '?'));
}
