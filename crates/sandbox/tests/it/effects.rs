//! What a command changed is known exactly.

use sandbox::EffectKind::{Created, Deleted, Link, ModeChanged, Modified, Special};
use sandbox::{EffectKind, SandboxError};

use crate::bench::{ALL, BACKENDS, Bench, host, open, run, succeed};

type Case = (&'static str, &'static [(&'static str, EffectKind)]);

const CASES: &[Case] = &[
    ("true", &[]),
    ("cat README.md > copy && mv copy README.md", &[]),
    (
        "touch src/app.py; chmod 600 src/app.py; chmod 644 src/app.py",
        &[],
    ),
    ("echo x > new && rm new; mkdir -p empty/deep", &[]),
    ("mkdir -p a/b && echo x > a/b/c", &[("a/b/c", Created)]),
    ("echo more >> README.md", &[("README.md", Modified)]),
    (
        "printf 'READ ME\\n' > README.md",
        &[("README.md", Modified)],
    ),
    ("chmod +x src/app.py", &[("src/app.py", ModeChanged)]),
    ("rm README.md", &[("README.md", Deleted)]),
    ("rm link", &[("link", Deleted)]),
    ("ln -s src other", &[("other", Link)]),
    ("ln -sfn src/app.py link", &[("link", Link)]),
    (
        "rm README.md && ln -s run.sh README.md",
        &[("README.md", Link)],
    ),
    ("rm link && echo x > link", &[("link", Modified)]),
    (
        "mv src/app.py src/main.py",
        &[("src/app.py", Deleted), ("src/main.py", Created)],
    ),
    (
        "mv src/deep src/moved",
        &[
            ("src/deep/one.txt", Deleted),
            ("src/deep/two.txt", Deleted),
            ("src/moved/one.txt", Created),
            ("src/moved/two.txt", Created),
        ],
    ),
    (
        "rm -r src/deep",
        &[("src/deep/one.txt", Deleted), ("src/deep/two.txt", Deleted)],
    ),
    (
        "rm -r src/deep && mkdir src/deep && echo one > src/deep/one.txt && echo 3 > src/deep/three.txt",
        &[
            ("src/deep/three.txt", Created),
            ("src/deep/two.txt", Deleted),
        ],
    ),
    (
        "rm -r src/deep && echo x > src/deep",
        &[
            ("src/deep", Created),
            ("src/deep/one.txt", Deleted),
            ("src/deep/two.txt", Deleted),
        ],
    ),
    (
        "rm README.md && mkdir README.md && echo x > README.md/x",
        &[("README.md", Deleted), ("README.md/x", Created)],
    ),
    (
        "ln README.md hard && echo x >> hard",
        &[("README.md", Modified), ("hard", Created)],
    ),
    (
        "mkfifo pipe; chmod 000 src/deep/one.txt",
        &[("pipe", Special), ("src/deep/one.txt", ModeChanged)],
    ),
    ("printf x > 'odd name\té'", &[("odd name\té", Created)]),
];

#[tokio::test]
async fn effects_are_exactly_what_changed() {
    for backend in ALL {
        for (script, expected) in CASES {
            let bench = Bench::new();
            let before = bench.snapshot();
            let Some(sandbox) = open(bench.policy(*backend)).await else {
                break;
            };
            succeed(&sandbox, script).await;
            let found = sandbox.changes().await.unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|effect| (effect.path.as_str(), effect.kind))
                .collect();
            assert_eq!(found, *expected, "{backend}: {script}");
            sandbox.close().await.unwrap();
            assert_eq!(before, bench.snapshot(), "{backend}: {script}");
        }
    }
}

#[tokio::test]
async fn the_worst_commands_change_nothing_outside() {
    for backend in ALL {
        let bench = Bench::new();
        let root = bench.root.clone();
        for words in [
            &["git", "init", "-q", "."][..],
            &["git", "add", "."],
            &[
                "git",
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "commit",
                "-qm",
                "one",
            ],
        ] {
            host(&root, words);
        }
        std::fs::write(root.join("README.md"), "edited and not committed\n").unwrap();
        std::fs::write(root.join("untracked"), "x").unwrap();
        let before = bench.snapshot();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        succeed(&sandbox, "git checkout -q . && git clean -fdxq && test ! -e untracked && grep -q 'read me' README.md")
            .await;
        succeed(
            &sandbox,
            "printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit; git config core.pager evil",
        )
        .await;
        run(&sandbox, "rm -rf ./* .[a-z]*; ls -A").await;
        let found = sandbox.changes().await.unwrap();
        assert!(
            found
                .iter()
                .any(|effect| effect.path == "untracked" && effect.kind == Deleted),
            "{backend}"
        );
        sandbox.close().await.unwrap();
        assert_eq!(before, bench.snapshot(), "{backend}");
    }
}

#[tokio::test]
async fn the_harness_stages_files_that_commands_see() {
    for backend in ALL {
        let bench = Bench::new();
        let before = bench.snapshot();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        sandbox
            .write_file("src/api/new.py", b"\xff\x00new", Some(0o755))
            .await
            .unwrap();
        sandbox
            .write_file("run.sh", b"#!/bin/sh\necho staged\n", None)
            .await
            .unwrap();
        sandbox.remove_file("README.md").await.unwrap();
        sandbox.remove_file("never/was").await.unwrap();
        assert_eq!(
            succeed(
                &sandbox,
                "./run.sh; test -x src/api/new.py && wc -c < src/api/new.py"
            )
            .await,
            "staged\n5\n"
        );
        assert_eq!(
            sandbox
                .read_file("src/api/new.py")
                .await
                .unwrap()
                .as_deref(),
            Some(&b"\xff\x00new"[..])
        );
        assert_eq!(sandbox.read_file("README.md").await.unwrap(), None);
        let found = sandbox.changes().await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|effect| (effect.path.as_str(), effect.kind))
            .collect();
        assert_eq!(
            found,
            [
                ("README.md", Deleted),
                ("run.sh", Modified),
                ("src/api/new.py", Created)
            ],
            "{backend}"
        );
        succeed(&sandbox, "ln -s /etc out; mkfifo pipe").await;
        for path in ["../x", "/etc/passwd", "out/x", "src/../../x"] {
            let error = sandbox.write_file(path, b"x", None).await.unwrap_err();
            assert!(
                matches!(error, SandboxError::Outside { .. }),
                "{backend}: {path}: {error}"
            );
            assert!(sandbox.read_file(path).await.is_err(), "{backend}: {path}");
        }
        assert!(sandbox.read_file("pipe").await.is_err());
        sandbox.close().await.unwrap();
        assert_eq!(before, bench.snapshot(), "{backend}");
    }
}

#[tokio::test]
async fn what_is_hidden_is_not_there_and_a_link_leads_nowhere() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let outside = bench.root.with_file_name("outside");
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("file"), "mine").unwrap();
        std::os::unix::fs::symlink(&outside, bench.root.join("out")).unwrap();
        std::fs::create_dir_all(bench.root.join(".backend-engineer/deep")).unwrap();
        std::fs::write(bench.root.join(".backend-engineer/deep/journal"), "secret").unwrap();
        std::fs::write(bench.root.join("src/key.pem"), "secret").unwrap();
        let before = bench.snapshot();
        let mut policy = bench.policy(*backend);
        policy.hidden = vec![
            ".backend-engineer".into(),
            "src/key.pem".into(),
            "not/there".into(),
        ];
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        let listed = succeed(&sandbox, "find . -name .git -prune -o -print | sort").await;
        assert!(
            !listed.contains("backend-engineer") && !listed.contains("key.pem"),
            "{backend}: {listed}"
        );
        run(&sandbox, "echo x > out/file; echo x > out/new; mkdir .backend-engineer; echo x > .backend-engineer/x")
            .await;
        run(
            &sandbox,
            "echo x > /etc/written; echo x > /usr/written; echo x > ../written",
        )
        .await;
        assert_eq!(sandbox.changes().await.unwrap(), [], "{backend}");
        sandbox.close().await.unwrap();
        assert_eq!(before, bench.snapshot(), "{backend}");
        assert_eq!(
            std::fs::read_to_string(outside.join("file")).unwrap(),
            "mine"
        );
        assert!(!outside.join("new").exists() && !bench.root.with_file_name("written").exists());
        assert!(
            !std::path::Path::new("/etc/written").exists()
                && !std::path::Path::new("/usr/written").exists()
        );
    }
}
