//! Keys, tokens and history of a home are not there, toolchains are.

use std::path::Path;

use crate::bench::{BACKENDS, Bench, open, skipped, succeed};

const SECRETS: &[&str] = &[
    ".ssh/id_ed25519",
    ".aws/credentials",
    ".bash_history",
    ".cargo/credentials.toml",
    ".config/gh/hosts.yml",
    ".docker/config.json",
    ".git-credentials",
    ".kube/config",
    ".local/share/keyrings/login",
    ".local/share/uv/credentials/x",
    ".netrc",
    ".npmrc",
    ".pypirc",
    "notes/diary.txt",
];

const TOOLS: &[&str] = &[
    ".pyenv/versions/3/bin/tool",
    ".cargo/registry/index",
    ".local/share/uv/tools/x",
    ".cache/pip/wheel",
];

/// Returns a process with a home and an environment of its own, which opens a sandbox and runs
/// scripts in it.
#[expect(
    clippy::disallowed_methods,
    reason = "a home of one's own takes a process of one's own"
)]
fn in_home(bench: &Bench, home: &Path, backend: &str, scripts: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sandbox-supervisor"))
        .arg(backend)
        .args([&bench.root, &bench.scratch])
        .args(scripts)
        .env("HOME", home)
        .env("AWS_SECRET_ACCESS_KEY", "do-not-pass")
        .env("GITHUB_TOKEN", "do-not-pass")
        .env("SSH_AUTH_SOCK", "/do-not-pass")
        .output()
        .unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn a_home_holds_toolchains_and_no_secrets() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let home = bench.root.with_file_name("home");
        for path in SECRETS.iter().chain(TOOLS) {
            std::fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
            let content = if SECRETS.contains(path) {
                "do-not-show"
            } else {
                "a tool"
            };
            std::fs::write(home.join(path), content).unwrap();
        }
        let list = |paths: &[&str]| {
            paths
                .iter()
                .map(|path| home.join(path).display().to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let read = format!("cat {}; ls -laR {}; true", list(SECRETS), home.display());
        let tools = format!("cat {} && echo all tools", list(TOOLS));
        let write = format!("echo spoilt > {}; env; ls -la ~", list(&TOOLS[..1]));
        let text = in_home(
            &bench,
            &home,
            &backend.to_string(),
            &[
                &read,
                &tools,
                &write,
                "cat /proc/*/environ | tr '\\0' '\\n'",
            ],
        );
        if skipped(*backend, &text) {
            continue;
        }
        assert!(
            !text.contains("do-not-show") && !text.contains("do-not-pass"),
            "{backend}: {text}"
        );
        assert!(text.contains("all tools"), "{backend}: {text}");
        assert_eq!(
            std::fs::read_to_string(home.join(TOOLS[0])).unwrap(),
            "a tool"
        );
        for path in SECRETS {
            assert_eq!(
                std::fs::read_to_string(home.join(path)).unwrap(),
                "do-not-show"
            );
        }
    }
}

#[test]
fn a_home_that_is_the_repository_hides_its_secrets_too() {
    for backend in BACKENDS {
        let bench = Bench::new();
        std::fs::create_dir_all(bench.root.join(".ssh")).unwrap();
        std::fs::write(bench.root.join(".ssh/id_rsa"), "do-not-show").unwrap();
        std::fs::write(bench.root.join(".bash_history"), "do-not-show").unwrap();
        let read = format!(
            "cat .ssh/id_rsa .bash_history {}/.ssh/id_rsa; cat README.md",
            bench.root.display()
        );
        let text = in_home(&bench, &bench.root, &backend.to_string(), &[&read]);
        if skipped(*backend, &text) {
            continue;
        }
        assert!(
            !text.contains("do-not-show") && text.contains("read me"),
            "{backend}: {text}"
        );
    }
}

#[tokio::test]
async fn variables_pass_only_by_name() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let mut policy = bench.policy(*backend);
        policy.pass = vec!["CARGO_PKG_NAME".into(), "NOT_SET_ANYWHERE".into()];
        policy.env = vec![
            ("GIVEN".into(), "a b\nc".into()),
            ("CI".into(), "no".into()),
        ];
        std::fs::create_dir_all(bench.root.join("venv/bin")).unwrap();
        std::fs::write(bench.root.join("venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        policy.paths_first = vec!["venv/bin".into()];
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        let text = succeed(
            &sandbox,
            "env; echo \"<$GIVEN>\"; tty; echo \"in=$(cat)\"; echo ${PATH%%:*}",
        )
        .await;
        assert!(
            text.contains("CARGO_PKG_NAME=sandbox")
                && text.contains("<a b\nc>")
                && text.contains("CI=no"),
            "{text}"
        );
        assert!(
            !text.contains("CARGO_PKG_VERSION") && !text.contains("NOT_SET_ANYWHERE"),
            "{text}"
        );
        assert!(
            text.contains("TERM=dumb") && text.contains("not a tty") && text.contains("in=\n"),
            "{text}"
        );
        let environment = sandbox.root().join("venv");
        assert!(
            text.contains(&format!("VIRTUAL_ENV={}\n", environment.display())),
            "{text}"
        );
        assert!(
            text.ends_with(&format!("{}/bin\n", environment.display())),
            "{text}"
        );
        sandbox.close().await.unwrap();
    }
}
