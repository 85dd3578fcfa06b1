//! A command that takes too much of the machine is ended with all that it started, and said.

use std::time::{Duration, Instant};

use sandbox::{BackendName, Command, Exit, Limit, Limits, Policy};

use crate::bench::{Bench, open};

const FEW: Limits = Limits {
    processes: 20,
    memory: 200 << 20,
    disk: 30 << 20,
};

/// What is run, and how it ends.
const CASES: [(&str, Exit); 5] = [
    (
        "for i in $(seq 100); do sleep 20 & done; wait",
        Exit::OverLimit(Limit::Processes(FEW.processes)),
    ),
    (
        "x=$(head -c 600m /dev/zero | tr '\\0' x); sleep 5",
        Exit::OverLimit(Limit::Memory(FEW.memory)),
    ),
    (
        "while :; do head -c 8m /dev/urandom >>filled; sleep 0.05; done",
        Exit::OverLimit(Limit::Disk(FEW.disk)),
    ),
    (
        "for i in 1 2 3 4 5; do sleep 0.5 & done; wait",
        Exit::Code(0),
    ),
    ("head -c 5m /dev/urandom >small; sleep 0.6", Exit::Code(0)),
];

#[tokio::test]
async fn what_takes_too_much_is_ended() {
    for backend in [
        BackendName::Namespaces,
        BackendName::Landlock,
        BackendName::Off,
    ] {
        let bench = Bench::new();
        let policy = Policy {
            limits: FEW,
            ..bench.policy(backend)
        };
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        for (script, expected) in &CASES {
            let began = Instant::now();
            let outcome = sandbox.run(Command::new(*script)).await.unwrap();
            assert_eq!(outcome.exit, *expected, "{backend}: {script}");
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{backend}: {script}"
            );
            let clean = Command::new("rm -f held filled small");
            assert_eq!(sandbox.run(clean).await.unwrap().exit, Exit::Code(0));
        }
        sandbox.close().await.unwrap();
    }
}
