//! Commands run, see each other's work, and never write the real tree.

use crate::bench::{ALL, Bench, open, run, succeed};

#[tokio::test]
async fn the_real_tree_is_never_written_and_the_overlay_lives_on() {
    for wall in ALL {
        let bench = Bench::new();
        let before = bench.snapshot();
        let Some(sandbox) = open(bench.policy(*wall)).await else { continue };
        println!("{}: {}", sandbox.tier(), sandbox.tier().details);
        succeed(&sandbox, "echo new > src/new.py; echo changed > README.md; rm -r src/deep; chmod 600 run.sh").await;
        assert_eq!(succeed(&sandbox, "cat src/new.py README.md; ls src").await, "new\nchanged\napp.py\nnew.py\n");
        let (outcome, text) = run(&sandbox, "echo out; echo err >&2; exit 3").await;
        assert_eq!((outcome.exit, text.as_str()), (sandbox::Exit::Code(3), "out\nerr\n"));
        sandbox.close().await.unwrap();
        assert_eq!(before, bench.snapshot(), "{wall}");
    }
}
