//! This crate on its own, for its tests and for trying a backend by hand: the supervisor, and
//! otherwise `sandbox-supervisor BACKEND ROOT SCRATCH SCRIPT…`, which runs scripts one after the
//! other and shows what came of them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use sandbox::{BackendChoice, BackendName, Command, Limits, Network, Policy, Sandbox};

fn main() -> ExitCode {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == sandbox::SUPERVISOR_ARGUMENT)
    {
        return sandbox::supervisor_main();
    }
    match supervise() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn supervise() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| format!("{name} is missing"));
    let backend = match next("BACKEND")?.as_str() {
        "auto" => BackendChoice::Auto,
        "bubblewrap" => BackendChoice::Only(BackendName::Bubblewrap),
        "namespaces" => BackendChoice::Only(BackendName::Namespaces),
        "landlock" => BackendChoice::Only(BackendName::Landlock),
        "off" => BackendChoice::Off,
        other => return Err(format!("there is no backend called {other}").into()),
    };
    let policy = read_policy(
        backend,
        Path::new(&next("ROOT")?),
        Path::new(&next("SCRATCH")?),
    )?;
    let scripts: Vec<String> = arguments.collect();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let mut out = std::io::stdout();
            let started = std::time::Instant::now();
            let sandbox = Sandbox::open(policy).await?;
            let opened = started.elapsed();
            let tier = sandbox.tier();
            writeln!(out, "[{tier}: opened in {opened:?}; {}]", tier.details)?;
            for script in scripts {
                let outcome = sandbox.run(Command::new(script)).await?;
                write!(out, "{}", outcome.output.head(1 << 20)?)?;
                writeln!(
                    out,
                    "[{} in {:?}, left behind: {}]",
                    outcome.exit, outcome.elapsed, outcome.left_behind
                )?;
            }
            for effect in sandbox.changes().await? {
                writeln!(out, "[{:?} {}]", effect.kind, effect.path)?;
            }
            Ok(sandbox.close().await?)
        })
}

fn read_policy(backend: BackendChoice, root: &Path, scratch: &Path) -> std::io::Result<Policy> {
    Ok(Policy {
        root: root.to_path_buf(),
        scratch: scratch.to_path_buf(),
        memory: None,
        copies: None,
        backend,
        network: Network::Closed,
        services: Vec::new(),
        env: Vec::new(),
        pass: Vec::new(),
        paths_first: vec![
            PathBuf::from(".venv/bin"),
            PathBuf::from("node_modules/.bin"),
        ],
        hidden: vec![PathBuf::from(".backend-engineer")],
        show: Vec::new(),
        timeout: Duration::from_secs(600),
        limits: Limits::default(),
        helper: std::env::current_exe()?,
        at_own_path: false,
        lease: None,
    })
}
