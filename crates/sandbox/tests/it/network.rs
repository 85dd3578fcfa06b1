//! The network is a loopback of the run's own, and what is forwarded into it.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use sandbox::{Command, Network, SandboxError, Service};

use crate::bench::{BACKENDS, Bench, MOUNTING, eventually, open, run, runs_on_host, succeed};

/// Returns a service of the host that greets everyone.
fn greeter() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().write_all(b"greetings from the host\n");
        }
    });
    port
}

#[tokio::test]
async fn a_closed_network_does_not_reach_the_host() {
    let port = greeter();
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let (outcome, text) = run(
            &sandbox,
            &format!("exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3"),
        )
        .await;
        assert!(
            !outcome.exit.is_success() && !text.contains("greetings"),
            "{backend}: {text}"
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn named_sockets_of_the_host_are_out_of_reach() {
    // A folder that commands can see, as they can see that of a database.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let abstracted = format!("sandbox-test-{}", std::process::id());
    let name =
        <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(
            &abstracted,
        );
    let unnamed = std::os::unix::net::UnixListener::bind_addr(&name.unwrap()).unwrap();
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        for address in [
            format!("'{}'", path.display()),
            format!("'\\0{abstracted}'"),
        ] {
            let script = format!(
                "import socket; socket.socket(socket.AF_UNIX).connect({address}); print('reached')"
            );
            std::fs::write(bench.root.join("connect.py"), &script).unwrap();
            sandbox
                .write_file("connect.py", script.as_bytes(), None)
                .await
                .unwrap();
            let (outcome, text) = run(&sandbox, "python3 connect.py").await;
            assert!(
                outcome.exit == sandbox::Exit::Code(1) && text.contains("Error"),
                "{backend}: {address}: {text}"
            );
        }
        sandbox.close().await.unwrap();
    }
    drop((listener, unnamed));
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_server_is_met_by_a_later_command() {
    for backend in MOUNTING {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let server = sandbox
            .start_server(Command::new("python3 -m http.server 8123 --bind 127.0.0.1"))
            .await
            .unwrap();
        assert_eq!(
            (server.listening.as_slice(), &server.exited),
            (&[8123][..], &None),
            "{backend}"
        );
        let get = "python3 -c \"import urllib.request as r; print(r.urlopen('http://localhost:8123/README.md').read())\"";
        assert!(succeed(&sandbox, get).await.contains("read me"));
        // The end of a command leaves the server alone.
        succeed(&sandbox, "(sleep 1000 &) ; true").await;
        assert!(succeed(&sandbox, get).await.contains("read me"));
        let elsewhere = Command {
            network: Some(Network::Open),
            ..Command::new("true")
        };
        assert!(!sandbox.can_run(&elsewhere).await && sandbox.can_run(&Command::new("true")).await);
        assert!(matches!(
            sandbox.run(elsewhere).await,
            Err(SandboxError::ServerRuns)
        ));
        let outcome = sandbox.stop(server).await.unwrap();
        assert!(
            outcome
                .output
                .head(10_000)
                .unwrap()
                .contains("GET /README.md"),
            "{backend}"
        );
        assert!(!run(&sandbox, get).await.0.exit.is_success());
        let failed = sandbox
            .start_server(Command::new("echo no; exit 7"))
            .await
            .unwrap();
        assert_eq!(failed.exited, Some(sandbox::Exit::Code(7)));
        assert_eq!(
            sandbox
                .stop(failed)
                .await
                .unwrap()
                .output
                .head(100)
                .unwrap(),
            "no\n"
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn services_are_forwarded_and_nothing_else() {
    let (port, other) = (greeter(), greeter());
    for backend in MOUNTING {
        let bench = Bench::new();
        let mut policy = bench.policy(*backend);
        policy.services = vec![Service {
            name: "greeter".into(),
            host: "localhost".into(),
            port,
        }];
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        for _ in 0..3 {
            let text = succeed(
                &sandbox,
                &format!("exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3"),
            )
            .await;
            assert_eq!(text, "greetings from the host\n", "{backend}");
        }
        assert!(
            !run(&sandbox, &format!("exec 3<>/dev/tcp/127.0.0.1/{other}"))
                .await
                .0
                .exit
                .is_success()
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_command_alone_reaches_neither_service_nor_network() {
    let port = greeter();
    let connect = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3");
    let alone = || Command {
        alone: true,
        ..Command::new(connect.as_str())
    };
    for backend in MOUNTING {
        for network in [Network::Closed, Network::Open] {
            let bench = Bench::new();
            let mut policy = bench.policy(*backend);
            policy.network = network;
            policy.services = vec![Service {
                name: "greeter".into(),
                host: "localhost".into(),
                port,
            }];
            let Some(sandbox) = open(policy).await else {
                continue;
            };
            for _ in 0..2 {
                let outcome = sandbox.run(alone()).await.unwrap();
                let text = outcome.output.head(100).unwrap();
                assert!(!text.contains("greetings"), "{backend}: {text}");
                // What a check reaches is there again.
                assert_eq!(
                    succeed(&sandbox, &connect).await,
                    "greetings from the host\n",
                    "{backend}"
                );
            }
            sandbox.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_setup_command_may_have_the_network_over_the_same_files() {
    let port = greeter();
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        succeed(&sandbox, "echo before > before").await;
        let script =
            format!("cat before && exec 3<>/dev/tcp/127.0.0.1/{port} && cat <&3 | tee got");
        let outcome = sandbox
            .run(Command {
                network: Some(Network::Open),
                ..Command::new(script)
            })
            .await
            .unwrap();
        assert_eq!(
            outcome.output.head(1000).unwrap(),
            "before\ngreetings from the host\n",
            "{backend}"
        );
        assert_eq!(
            succeed(&sandbox, "cat got").await,
            "greetings from the host\n"
        );
        assert!(
            !run(&sandbox, &format!("exec 3<>/dev/tcp/127.0.0.1/{port}"))
                .await
                .0
                .exit
                .is_success(),
            "{backend}"
        );
        let found = sandbox.changes().await.unwrap();
        assert_eq!(
            found
                .iter()
                .map(|effect| effect.path.as_str())
                .collect::<Vec<_>>(),
            ["before", "got"]
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_can_not_reach_its_registry_does_not_try_again() {
    const SCRIPT: &str = "echo \"<$NPM_CONFIG_FETCH_RETRIES>\"";
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        assert_eq!(succeed(&sandbox, SCRIPT).await, "<0>\n", "{backend}");
        let open = Command {
            network: Some(Network::Open),
            ..Command::new(SCRIPT)
        };
        assert_eq!(
            sandbox.run(open).await.unwrap().output.head(100).unwrap(),
            "<>\n",
            "{backend}"
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_never_returns_is_told_from_a_slow_command() {
    for backend in MOUNTING {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let short = |script: &str| Command {
            timeout: Some(Duration::from_secs(3)),
            ..Command::new(script)
        };
        let server = sandbox
            .run(short("python3 -m http.server 8124; sleep 86401"))
            .await
            .unwrap();
        let slow = sandbox
            .run(short("while :; do echo still working; sleep 0.1; done"))
            .await
            .unwrap();
        let after = Duration::from_secs(3);
        assert_eq!(
            server.exit,
            sandbox::Exit::TimedOut {
                after,
                looks_like_server: true
            },
            "{backend}"
        );
        assert_eq!(
            slow.exit,
            sandbox::Exit::TimedOut {
                after,
                looks_like_server: false
            },
            "{backend}"
        );
        assert!(slow.output.tail(20).unwrap().contains("still"));
        assert!(eventually(|| !runs_on_host("sleep 86401")));
        sandbox.close().await.unwrap();
    }
}
