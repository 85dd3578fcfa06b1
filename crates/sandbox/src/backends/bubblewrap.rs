//! The program `bwrap`, which may make namespaces on systems that deny them to others. Where it
//! leaves its rights to the supervisor, the supervisor mounts by itself; else `bwrap` mounts
//! everything, with an overlay if its version has them and a copy if not.
//!
//! ```text
//! 1. bwrap only makes namespaces     the supervisor mounts, with overlay or on a copy
//! 2. bwrap mounts, with overlays     where it does not leave its rights, and its `--help` names `--overlay-src`
//! 3. bwrap mounts, on a copy
//! ```

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::namespaces::{build_with, setup_for};
use super::{Backend, BackendRequest, copy_repository};
use crate::client::SandboxClient;
use crate::mount_plan::{MountPlan, Visibility};
use crate::mounts::{fresh_work, hide_all};
use crate::policy::{BackendName, Network, Tier};
use crate::process::new_command;
use crate::protocol::Setup;
use crate::supervisor::SUPERVISOR_ARGUMENT;
use crate::tree;

/// Where the supervisor and the outputs are found inside, if `bwrap` mounts.
const INSIDE: &str = "/run/sandbox";

/// Parts of `/proc` through which root would change the host's kernel.
const KERNEL_FILES: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
];

/// Sets up the backend in the first of its three ways that works.
pub(super) fn build_bubblewrap(site: &BackendRequest<'_>) -> Result<Backend, String> {
    let bwrap = find_program("bwrap").ok_or("the program bwrap is not installed")?;
    if rustix::process::geteuid().is_root() && owner_of(&site.policy.root) != Some(0) {
        return Err("as root, bwrap can't write a repository that belongs to another user".into());
    }
    let start = |setup: &Setup| {
        let mut command = new_command(&bwrap);
        command.args(namespace_arguments(site.network)).args([
            "--dev-bind",
            "/",
            "/",
            "--cap-add",
            "ALL",
            "--as-pid-1",
            "--",
        ]);
        command
            .arg(&site.policy.helper)
            .args([SUPERVISOR_ARGUMENT, "keep"]);
        SandboxClient::launch(command, setup, &site.policy.services, false)
    };
    let first = match build_with(site, BackendName::Bubblewrap, "bubblewrap", &start) {
        Ok(backend) => return Ok(backend),
        Err(reason) => reason,
    };
    build_mounting(site, &bwrap)
        .map_err(|second| format!("{first}; and without rights of our own in it: {second}"))
}

/// Lets `bwrap` mount everything.
fn build_mounting(site: &BackendRequest<'_>, bwrap: &Path) -> Result<Backend, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    let mut details = Vec::new();
    if site.copy.is_none() && knows_overlays(bwrap) {
        let plan = MountPlan::decide(policy, site.network, None).map_err(text)?;
        match start_bwrap(site, bwrap, &plan, None) {
            Ok(backend) => return Ok(backend),
            Err(reason) => details.push(reason),
        }
    }
    let copy = copy_repository(site).map_err(text)?;
    let plan = MountPlan::decide(policy, site.network, Some(&copy.at)).map_err(text)?;
    let mut backend = start_bwrap(site, bwrap, &plan, Some(copy)).map_err(|reason| {
        details.push(reason);
        details.join("; ")
    })?;
    details.append(&mut vec![backend.tier.details.clone()]);
    backend.tier.details = details
        .into_iter()
        .filter(|detail| !detail.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    Ok(backend)
}

/// Starts `bwrap` so that it mounts everything, with overlays where there is no copy.
fn start_bwrap(
    site: &BackendRequest<'_>,
    bwrap: &Path,
    plan: &MountPlan,
    copy: Option<Arc<tree::TreeCopy>>,
) -> Result<Backend, String> {
    let policy = site.policy;
    let mut command = new_command(bwrap);
    command
        .args(namespace_arguments(site.network))
        .args(mount_arguments(site, plan, copy.is_none())?);
    command
        .args(["--as-pid-1", "--"])
        .arg(Path::new(INSIDE).join("supervisor"))
        .args([SUPERVISOR_ARGUMENT, "keep"]);
    let mut setup = setup_for(site, plan, true);
    setup.plan = None;
    // `bwrap` does that, and leaves nobody else the right to.
    setup.raise_loopback = false;
    setup.outputs = Path::new(INSIDE).join("outputs");
    let client = SandboxClient::launch(command, &setup, &policy.services, false)?;
    let layers = if copy.is_none() {
        plan.layers()
    } else {
        Vec::new()
    };
    let title = if copy.is_none() {
        "bubblewrap with overlay"
    } else {
        "bubblewrap on a copy"
    };
    let details = if copy.is_none() {
        ""
    } else {
        "toolchains and caches are read-only"
    };
    Ok(Backend {
        client,
        name: BackendName::Bubblewrap,
        network: site.network,
        tier: Tier {
            name: title.into(),
            details: details.into(),
            has_loopback: true,
        },
        tree: policy.root.clone(),
        home: plan.home.clone(),
        temporary: PathBuf::from("/tmp"),
        real_home: None,
        copy,
        layers,
        compared: Arc::default(),
        before: Vec::new(),
    })
}

/// Returns the namespaces that `bwrap` makes; one of the network only where that is closed.
fn namespace_arguments(network: Network) -> Vec<&'static str> {
    let mut arguments = vec![
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
    ];
    if network == Network::Closed {
        arguments.push("--unshare-net");
    }
    arguments
}

/// Returns the plan, in the words of `bwrap`.
fn mount_arguments(
    site: &BackendRequest<'_>,
    plan: &MountPlan,
    overlays: bool,
) -> Result<Vec<OsString>, String> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |words: &[&dyn AsRef<std::ffi::OsStr>]| {
        arguments.extend(words.iter().map(|word| word.as_ref().to_os_string()));
    };
    add(&[
        &"--ro-bind",
        &"/",
        &"/",
        &"--dev",
        &"/dev",
        &"--proc",
        &"/proc",
    ]);
    for file in KERNEL_FILES.iter().filter(|file| Path::new(file).exists()) {
        add(&[&"--ro-bind", file, file]);
    }
    for place in &plan.places {
        let at = &place.at;
        match &place.what {
            Visibility::Nothing if at.is_dir() => add(&[&"--tmpfs", at]),
            Visibility::Nothing => add(&[&"--ro-bind", &"/dev/null", at]),
            Visibility::Private(folder) | Visibility::Copy(folder) => add(&[&"--bind", folder, at]),
            Visibility::Layered { layer, .. } if overlays => {
                let upper = layer.join("upper");
                if *at == plan.root {
                    hide_all(plan, &upper)?;
                }
                add(&[
                    &"--overlay-src",
                    at,
                    &"--overlay",
                    &upper,
                    &fresh_work(layer)?,
                    at,
                ]);
            }
            Visibility::Host | Visibility::Layered { .. } => add(&[&"--ro-bind", at, at]),
        }
    }
    let inside = Path::new(INSIDE);
    add(&[
        &"--ro-bind",
        &site.policy.helper,
        &inside.join("supervisor"),
    ]);
    add(&[
        &"--bind",
        &site.policy.scratch.join("outputs"),
        &inside.join("outputs"),
    ]);
    for place in plan
        .places
        .iter()
        .filter(|place| place.what == Visibility::Nothing && place.at.is_dir())
    {
        add(&[&"--remount-ro", &place.at]);
    }
    Ok(arguments)
}

/// Returns whether the help of `bwrap` names overlays; older versions have none.
fn knows_overlays(bwrap: &Path) -> bool {
    let mut command = new_command(bwrap);
    command.arg("--help").stdout(std::process::Stdio::piped());
    command
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--overlay-src"))
}

/// Returns the first file of that name in the folders of `PATH`; none where there is none.
fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Returns the number of a path's owner; none where it can't be read.
fn owner_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| found.uid())
}
