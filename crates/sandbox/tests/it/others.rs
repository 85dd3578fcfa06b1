//! The same for a user who is not root, and for odd places.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sandbox::{BackendChoice, BackendName, Policy, SandboxError};

use crate::bench::{ALL, Bench, host, open, skipped, succeed};
use crate::required::skip;

const NOBODY: u32 = 65534;

/// Returns whether the tests run as root, who can become another user by `setpriv`.
fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn give(path: &Path) {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path());
        }
    }
}

/// What is printed of a run whose commands make, delete and lock files, and leave a process behind.
const SHOWN_TO_ANOTHER_USER: &[&str] = &[
    "65534\n",
    "[Created new]",
    "[Created shut/y]",
    "[Deleted src/deep/one.txt]",
    "[ModeChanged README.md]",
    "left behind: true",
];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "another user takes another process"
)]
fn a_user_who_is_not_root_stands_behind_the_same_walls() {
    if !is_root() {
        println!(
            "skipped: only root can become somebody else; the other tests have run as this user"
        );
        return;
    }
    for backend in ALL {
        let bench = Bench::new();
        let above = bench.root.parent().unwrap().to_path_buf();
        fs::set_permissions(&above, fs::Permissions::from_mode(0o755)).unwrap();
        let supervisor = above.join("supervisor");
        fs::copy(env!("CARGO_BIN_EXE_sandbox-supervisor"), &supervisor).unwrap();
        let home = above.join("home");
        fs::create_dir_all(home.join(".ssh")).unwrap();
        fs::create_dir_all(home.join(".cache/pip")).unwrap();
        fs::write(home.join(".ssh/id"), "do-not-show").unwrap();
        fs::create_dir(&bench.scratch).unwrap();
        fs::create_dir(bench.root.join(".backend-engineer")).unwrap();
        for path in [&bench.root, &bench.scratch, &home] {
            give(path);
        }
        let before = bench.snapshot();
        let output = std::process::Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&supervisor)
            .arg(backend.to_string())
            .args([&bench.root, &bench.scratch])
            .args([
                "id -u; ls -A; echo x > new; rm -r src/deep; chmod 000 README.md; mkdir shut; echo x > shut/y; chmod 000 shut",
                "cat new; cat ~/.ssh/id; echo x > ~/.cache/pip/x && echo cached; (setsid sleep 7600 &) ; sleep 0.1",
            ])
            .env("HOME", &home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        if skipped(*backend, &text) {
            continue;
        }
        assert!(output.status.success(), "{backend}: {text}");
        for shown in SHOWN_TO_ANOTHER_USER {
            assert!(text.contains(shown), "{backend}: {shown}: {text}");
        }
        assert!(!text.contains("do-not-show"), "{backend}: {text}");
        if *backend != BackendName::Off {
            assert!(!text.contains(".backend-engineer"), "{backend}: {text}");
        }
        assert!(!home.join(".cache/pip/x").exists(), "{backend}");
        assert_eq!(before, bench.snapshot(), "{backend}");
        let left: Vec<_> = fs::read_dir(&bench.scratch)
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert_eq!(left, ["outputs"], "{backend}");
    }
}

#[tokio::test]
async fn places_with_odd_names_and_a_scratch_inside_of_the_repository_work() {
    for backend in ALL {
        let bench = Bench::new();
        let root = bench.root.with_file_name("odd, name:with\\ all é\n");
        fs::rename(&bench.root, &root).unwrap();
        let policy = Policy {
            root: root.clone(),
            scratch: root.join(".backend-engineer/run 1"),
            ..bench.policy(*backend)
        };
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        assert_eq!(
            succeed(
                &sandbox,
                "cat README.md; ls -A | grep -c backend || true; echo x > new; pwd -P"
            )
            .await
            .lines()
            .next(),
            Some("read me")
        );
        let found = sandbox.changes().await.unwrap();
        assert_eq!(
            found
                .iter()
                .map(|effect| effect.path.as_str())
                .collect::<Vec<_>>(),
            ["new"],
            "{backend}"
        );
        sandbox.close().await.unwrap();
        assert!(!root.join("new").exists());
    }
}

#[tokio::test]
async fn what_can_not_be_a_repository_is_refused() {
    let bench = Bench::new();
    let policy = |root: &str, scratch: PathBuf| Policy {
        root: root.into(),
        scratch,
        backend: BackendChoice::Off,
        ..bench.policy(BackendName::Off)
    };
    for (root, scratch) in [
        ("/", bench.scratch.clone()),
        ("/no/such/place", bench.scratch.clone()),
        (bench.root.to_str().unwrap(), "relative".into()),
        (
            bench.root.to_str().unwrap(),
            bench.root.parent().unwrap().to_path_buf(),
        ),
    ] {
        let error = sandbox::Sandbox::open(policy(root, scratch))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                SandboxError::Policy { .. } | SandboxError::File { .. }
            ),
            "{error}"
        );
    }
    let mut broken = bench.policy(BackendName::Namespaces);
    broken.helper = "/no/such/helper".into();
    broken.backend = BackendChoice::Auto;
    let error = sandbox::Sandbox::open(broken).await.unwrap_err();
    assert!(
        matches!(&error, SandboxError::NoBackend { tried, .. } if tried.len() >= 3),
        "{error}"
    );
    assert!(error.to_string().contains("/no/such/helper"), "{error}");
    host(&bench.root, &["true"]);
}

/// What is mounted inside of the repository, as a container does with its volumes, is seen and
/// layered too.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a mount takes a namespace of its own"
)]
fn what_is_mounted_inside_of_the_repository_is_layered_too() {
    for backend in ALL {
        let bench = Bench::new();
        let volume = bench.root.with_file_name("volume");
        fs::create_dir_all(&volume).unwrap();
        fs::write(volume.join("kept"), "of the volume\n").unwrap();
        fs::create_dir(bench.root.join("node_modules")).unwrap();
        let script = format!(
            "mount --bind {volume} {root}/node_modules && mount --bind {volume}/kept {root}/README.md && exec {supervisor} \
             {backend} {root} {scratch} 'cat README.md node_modules/kept; echo x > node_modules/new; echo y >> README.md'",
            volume = volume.display(),
            root = bench.root.display(),
            supervisor = env!("CARGO_BIN_EXE_sandbox-supervisor"),
            scratch = bench.scratch.display(),
        );
        let output = std::process::Command::new("unshare")
            .args(["-rm", "sh", "-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        if text.contains("unshare:") {
            skip(BackendName::Namespaces, text);
            continue;
        }
        if skipped(*backend, &text) {
            continue;
        }
        assert!(
            text.contains("of the volume\nof the volume\n"),
            "{backend}: {text}"
        );
        assert!(
            text.contains("[Created node_modules/new]") && text.contains("[Modified README.md]"),
            "{backend}: {text}"
        );
        assert!(!volume.join("new").exists(), "{backend}");
        assert_eq!(
            fs::read_to_string(volume.join("kept")).unwrap(),
            "of the volume\n",
            "{backend}"
        );
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn a_sandbox_can_be_shared_between_tasks() {
    let bench = Bench::new();
    let sandbox = std::sync::Arc::new(open(bench.policy(BackendName::Off)).await.unwrap());
    let other = std::sync::Arc::clone(&sandbox);
    let task = tokio::spawn(is_send(async move { succeed(&other, "echo there").await }));
    assert_eq!(
        (
            task.await.unwrap().as_str(),
            succeed(&sandbox, "echo here").await.as_str()
        ),
        ("there\n", "here\n")
    );
}

/// What a shell of the host says to a line.
#[expect(
    clippy::disallowed_methods,
    reason = "what is inherited has to be given to a process of its own"
)]
fn shell(line: &str) -> String {
    let output = std::process::Command::new("bash")
        .args(["-c", line])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn what_our_parent_left_open_is_not_passed_on() {
    for backend in ALL {
        let bench = Bench::new();
        let secret = bench.root.with_file_name("secret");
        fs::write(&secret, "do-not-show").unwrap();
        let text = shell(&format!(
            "exec {} {backend} {} {} 'cat <&9; cat <&77; ls /proc/self/fd; echo ran' 9< {} 77< {}",
            env!("CARGO_BIN_EXE_sandbox-supervisor"),
            bench.root.display(),
            bench.scratch.display(),
            secret.display(),
            secret.display()
        ));
        if skipped(*backend, &text) {
            continue;
        }
        assert!(text.contains("ran"), "{backend}: {text}");
        assert!(
            !text.contains("do-not-show") && !text.contains("77\n"),
            "{backend}: {text}"
        );
    }
}

#[test]
fn a_bubblewrap_that_grants_nothing_mounts_by_itself() {
    for user in ["", "setpriv --reuid 65534 --regid 65534 --clear-groups "] {
        let bench = Bench::new();
        let above = bench.root.parent().unwrap();
        let strict = "#!/bin/bash\n[[ \" $* \" == *' --cap-add '* ]] && exit 1\nPATH=${PATH#*:} exec bwrap \"$@\"\n";
        for folder in ["programs", "scratch", "repository/.backend-engineer"] {
            fs::create_dir(above.join(folder)).unwrap();
        }
        fs::write(above.join("programs/bwrap"), strict).unwrap();
        for path in [
            above,
            &above.join("programs"),
            &above.join("programs/bwrap"),
        ] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let supervisor = above.join("programs/supervisor");
        fs::copy(env!("CARGO_BIN_EXE_sandbox-supervisor"), &supervisor).unwrap();
        if !user.is_empty() && !is_root() {
            println!("skipped: only root can become somebody else");
            return;
        }
        if !user.is_empty() {
            give(&supervisor);
            give(&bench.root);
            give(&bench.scratch);
        }
        let before = bench.snapshot();
        let script = "ls -A; echo x > new; rm README.md; echo x > /etc/written; pwd; cat < /dev/tcp/1.1.1.1/80 || echo closed";
        let line = format!(
            "PATH={}:/usr/local/bin:/usr/bin:/bin HOME={} exec {user}{} bubblewrap {} {} '{script}'",
            above.join("programs").display(),
            above.join("programs").display(),
            supervisor.display(),
            bench.root.display(),
            bench.scratch.display()
        );
        let text = shell(&line);
        if text.contains("bwrap: not found") || text.contains("No permissions") {
            skip(BackendName::Bubblewrap, text);
            continue;
        }
        println!("{text}");
        assert!(
            text.contains("[Created new]")
                && text.contains("[Deleted README.md]")
                && text.contains("closed"),
            "{text}"
        );
        assert!(
            text.contains(bench.root.to_str().unwrap()) && !text.contains(".backend-engineer\n"),
            "{text}"
        );
        assert_eq!(before, bench.snapshot());
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a mount takes a namespace of its own"
)]
fn a_repository_on_an_overlay_as_in_a_container_works_too() {
    for backend in ALL {
        let bench = Bench::new();
        let above = bench.root.parent().unwrap().display().to_string();
        for folder in ["up", "work", "merged"] {
            fs::create_dir(bench.root.with_file_name(folder)).unwrap();
        }
        let script = format!(
            "mount -t overlay none -o userxattr,lowerdir={above}/repository,upperdir={above}/up,workdir={above}/work {above}/merged \
             && mkdir {above}/merged/in && cp -a {above}/repository {above}/merged/in/repository && exec {supervisor} {backend} \
             {above}/merged/in/repository {above}/merged/in/scratch 'cat README.md; echo x > new; rm run.sh'",
            supervisor = env!("CARGO_BIN_EXE_sandbox-supervisor"),
        );
        let output = std::process::Command::new("unshare")
            .args(["-rm", "sh", "-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        if text.contains("mount:") || text.contains("unshare:") {
            skip(BackendName::Namespaces, text);
            continue;
        }
        if skipped(*backend, &text) {
            continue;
        }
        println!("{text}");
        assert!(
            text.contains("read me")
                && text.contains("[Created new]")
                && text.contains("[Deleted run.sh]"),
            "{backend}: {text}"
        );
        assert!(
            !bench
                .root
                .with_file_name("up")
                .join("in/repository/new")
                .exists(),
            "{backend}"
        );
    }
}
