//! Nothing outlives its command, its run or its host.

use std::process::Stdio;
use std::time::Duration;

use sandbox::{Command, Exit};

use crate::bench::{ALL, BACKENDS, Bench, eventually, open, run, runs_on_host, succeed};
use crate::required::skip;

#[tokio::test]
async fn whatever_a_command_lets_go_of_is_ended() {
    let scripts = [
        "sleep 7100 &",
        "setsid sleep 7100 & sleep 0.1",
        "(setsid sh -c 'sleep 7100 & sleep 7100 & exit' &) ; sleep 0.1",
        "nohup sh -c 'trap \"\" TERM HUP INT; sleep 7100; sleep 7100' > /dev/null 2>&1 & disown; sleep 0.1",
        "python3 -c 'import os\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\nos.execvp(\"sleep\", [\"sleep\", \"7100\"])'; sleep 0.2",
        "for i in $(seq 200); do sleep 7100 & done",
    ];
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        for script in scripts {
            let marked = script.replace("7100", &format!("7100{}", *backend as u8));
            let (outcome, text) = run(&sandbox, &format!("{marked}\necho said")).await;
            assert_eq!(
                (&outcome.exit, text.as_str()),
                (&Exit::Code(0), "said\n"),
                "{backend}: {script}"
            );
            assert!(outcome.left_behind, "{backend}: {script}");
            assert!(
                !runs_on_host(&format!("sleep 7100{}", *backend as u8)),
                "{backend}: {script}"
            );
        }
        assert!(!run(&sandbox, "true").await.0.left_behind);
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_bomb_ends_with_its_time() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        // Multiplies as a bomb does, but only so often: the machine is not ours alone.
        let script = format!(
            "f() {{ sleep 7200{} & if [ $1 -gt 0 ]; then f $(($1 - 1)) & f $(($1 - 1)) & fi; wait; }}; f 5",
            *backend as u8
        );
        let bomb = Command {
            timeout: Some(Duration::from_secs(1)),
            ..Command::new(script)
        };
        let outcome = sandbox.run(bomb).await.unwrap();
        assert!(
            matches!(outcome.exit, Exit::TimedOut { .. }),
            "{backend}: {}",
            outcome.exit
        );
        assert!(
            eventually(|| !runs_on_host(&format!("sleep 7200{}", *backend as u8))),
            "{backend}"
        );
        assert_eq!(succeed(&sandbox, "echo alive").await, "alive\n");
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn ends_are_told_apart() {
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        for (script, exit) in [
            ("exit 42", Exit::Code(42)),
            ("no-such-program-anywhere", Exit::Code(127)),
            ("kill -SEGV $$", Exit::Signal(11)),
            ("false | true", Exit::Code(0)),
            ("kill -9 -1; echo survived", Exit::Signal(9)),
        ] {
            // Without a PID namespace, Landlock spares the host's processes, and the launcher is not spared.
            if script.contains("-1") && *backend == sandbox::BackendName::Off {
                continue;
            }
            assert_eq!(
                run(&sandbox, script).await.0.exit,
                exit,
                "{backend}: {script}"
            );
        }
        let gone = Command {
            folder: "no/such".into(),
            ..Command::new("true")
        };
        assert!(sandbox.run(gone).await.is_err());
        let out = Command {
            folder: "../..".into(),
            ..Command::new("true")
        };
        assert!(sandbox.run(out).await.is_err());
        let deep = Command {
            folder: "src/deep".into(),
            ..Command::new("ls; pwd -P | sed 's/.*repository//'")
        };
        assert_eq!(
            sandbox.run(deep).await.unwrap().output.head(100).unwrap(),
            "one.txt\ntwo.txt\n/src/deep\n"
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_large_output_is_kept_whole_and_shown_in_part() {
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let outcome = sandbox
            .run(Command::new(
                "echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo é last",
            ))
            .await;
        let output = outcome.unwrap().output;
        assert_eq!(output.bytes, 100_000_000 + 6 + 1 + 8, "{backend}");
        assert_eq!(output.path.metadata().unwrap().len(), output.bytes);
        assert_eq!(
            (output.head(8).unwrap(), output.tail(7).unwrap()),
            ("first\nxx".into(), " last\n".into())
        );
        sandbox.close().await.unwrap();
        assert!(output.path.exists());
    }
}

#[tokio::test]
async fn commands_run_side_by_side_and_a_dropped_one_ends() {
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let wait = "until test -e go; do sleep 0.02; done; echo went";
        let (one, two) = tokio::join!(run(&sandbox, wait), run(&sandbox, "touch go; echo let go"));
        assert_eq!(
            (one.1.as_str(), two.1.as_str()),
            ("went\n", "let go\n"),
            "{backend}"
        );
        let marked = format!("sleep 7300{}", *backend as u8);
        let forgotten = tokio::time::timeout(
            Duration::from_millis(500),
            sandbox.run(Command::new(&marked)),
        )
        .await;
        assert!(forgotten.is_err());
        assert!(eventually(|| !runs_on_host(&marked)), "{backend}");
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn dropping_the_sandbox_ends_its_server() {
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let marked = format!("sleep 7400{}", *backend as u8);
        let forever = sandbox.run(Command::new(format!("setsid {marked} & wait")));
        assert!(
            tokio::time::timeout(Duration::from_millis(300), forever)
                .await
                .is_err()
        );
        drop(sandbox);
        assert!(eventually(|| !runs_on_host(&marked)), "{backend}");
    }
}

/// Killed at whatever moment: before the sandbox stand, while the command starts, and when it
/// surely runs.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "what is killed has to be a process of its own"
)]
fn a_killed_host_takes_everything_with_it() {
    for backend in ALL {
        for (turn, waits) in [
            Some(0),
            Some(20),
            Some(40),
            Some(60),
            Some(80),
            Some(120),
            None,
        ]
        .into_iter()
        .enumerate()
        {
            let bench = Bench::new();
            let number = format!("75{turn}0{}", *backend as u8);
            let marked = format!("sleep {number}");
            let mut host = std::process::Command::new(env!("CARGO_BIN_EXE_sandbox-supervisor"))
                .arg(backend.to_string())
                .args([&bench.root, &bench.scratch])
                // The host's own command line must not have the words that its command is found by.
                .arg(format!(
                    "trap '' TERM HUP; s=sleep; setsid $s {number} & $s {number}"
                ))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            match waits {
                Some(waits) => std::thread::sleep(Duration::from_millis(waits)),
                None => assert!(
                    eventually(|| runs_on_host(&marked) || host_ended(&host)),
                    "{backend}"
                ),
            }
            let ended = host_ended(&host);
            let _ = host.kill();
            host.wait().unwrap();
            if ended {
                skip(backend, "the sandbox ended before its command did");
            }
            assert!(
                eventually(|| !runs_on_host(&marked)),
                "{backend}, killed after {waits:?} ms"
            );
        }
    }
}

fn host_ended(host: &std::process::Child) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", host.id())).unwrap_or_default();
    status.is_empty() || status.contains(") Z ")
}
