//! Commands run, see each other's work, and never write the real tree.

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
