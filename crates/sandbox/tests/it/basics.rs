//! Commands run, see each other's work, and never write the real tree.

use sandbox::BackendName;

use crate::bench::{ALL, Bench, open, run, succeed};

/// What nextest shows, so that a test that was skipped for lack of a backend is not taken for one
/// that passed.
#[tokio::test]
async fn every_backend_opens_or_is_missing_for_a_reason() {
    for backend in ALL {
        let bench = Bench::new();
        if let Some(sandbox) = open(bench.policy(*backend)).await {
            println!("tested with {backend}: {}", sandbox.tier().details);
            sandbox.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_real_tree_is_never_written_and_the_overlay_lives_on() {
    for backend in ALL {
        let bench = Bench::new();
        let before = bench.snapshot();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        succeed(
            &sandbox,
            "echo new > src/new.py; echo changed > README.md; rm -r src/deep; chmod 600 run.sh",
        )
        .await;
        assert_eq!(
            succeed(&sandbox, "cat src/new.py README.md; ls src").await,
            "new\nchanged\napp.py\nnew.py\n"
        );
        let (outcome, text) = run(&sandbox, "echo out; echo err >&2; exit 3").await;
        assert_eq!(
            (outcome.exit, text.as_str()),
            (sandbox::Exit::Code(3), "out\nerr\n")
        );
        sandbox.close().await.unwrap();
        assert_eq!(before, bench.snapshot(), "{backend}");
    }
}

#[tokio::test]
async fn a_copy_lies_in_memory_where_it_fits_and_is_gone_with_the_run() {
    let memory = std::path::Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |found| found.f_bavail * found.f_frsize);
    for backend in [BackendName::Landlock, BackendName::Off] {
        let bench = Bench::new();
        let folder = memory
            .is_dir()
            .then(|| tempfile::tempdir_in(memory).unwrap());
        let mut policy = bench.policy(backend);
        policy.memory = folder.as_ref().map(|folder| folder.path().to_path_buf());
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        let fits = room >= 4 << 30;
        assert!(
            !fits || sandbox.root().starts_with(memory),
            "{backend}: {}",
            sandbox.root().display()
        );
        assert_eq!(
            succeed(&sandbox, "./run.sh; cat link").await,
            "ran\nread me\n"
        );
        succeed(&sandbox, "echo new > src/new.txt && rm README.md").await;
        let found = sandbox.changes().await.unwrap();
        let paths: Vec<&str> = found.iter().map(|effect| effect.path.as_str()).collect();
        assert_eq!(paths, ["README.md", "src/new.txt"], "{backend}");
        sandbox.close().await.unwrap();
        let left = folder.map(|folder| std::fs::read_dir(folder.path()).unwrap().count());
        assert_eq!(left.unwrap_or(0), 0, "{backend}");
    }
}
