//! The program `bwrap`, which may make namespaces on systems that deny them to others. Where it leaves its rights to the
//! warden, the warden mounts by itself; else `bwrap` mounts everything, with an overlay if its version has them and a
//! copy if not.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::namespaces::{build_with, setup};
use super::{Site, Standing};
use crate::keeper::Keeper;
use crate::mounts::{fresh_work, hide_all};
use crate::policy::{Network, Tier, WallName};
use crate::process::program;
use crate::tree;
use crate::view::{Sight, View};
use crate::warden::WARDEN_ARGUMENT;
use crate::wire::Setup;

/// Where the warden and the outputs are found inside, if `bwrap` mounts.
const INSIDE: &str = "/run/sandbox";

/// Parts of `/proc` through which root would change the host's kernel.
const KERNEL_FILES: &[&str] = &[
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
];

/// Builds the wall in the first of its three ways that works.
pub(super) fn build(site: &Site<'_>) -> Result<Standing, String> {
    let bwrap = find("bwrap").ok_or("the program bwrap is not installed")?;
    if rustix::process::geteuid().is_root() && owner(&site.policy.root) != Some(0) {
        return Err("as root, bwrap can't write a repository that belongs to another user".into());
    }
    let start = |setup: &Setup| {
        let mut command = program(&bwrap);
        command.args(namespaces(site.network)).args([
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
            .args([WARDEN_ARGUMENT, "keep"]);
        Keeper::start(command, setup, &site.policy.services, false)
    };
    let first = match build_with(site, WallName::Bubblewrap, "bubblewrap", &start) {
        Ok(standing) => return Ok(standing),
        Err(reason) => reason,
    };
    mounting(site, &bwrap)
        .map_err(|second| format!("{first}; and without rights of our own in it: {second}"))
}

/// Lets `bwrap` mount everything.
fn mounting(site: &Site<'_>, bwrap: &Path) -> Result<Standing, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    let mut details = Vec::new();
    if site.copy.is_none() && knows_overlays(bwrap) {
        let view = View::decide(policy, site.network, None).map_err(text)?;
        match stand(site, bwrap, &view, None) {
            Ok(standing) => return Ok(standing),
            Err(reason) => details.push(reason),
        }
    }
    let copy = match &site.copy {
        Some(copy) => copy.clone(),
        None => {
            let hidden = View::decide(policy, site.network, None)
                .map_err(text)?
                .hidden;
            tree::copy(&policy.root, &policy.scratch.join("copy"), &hidden, false)
                .map_err(text)?
                .into()
        }
    };
    let view = View::decide(policy, site.network, Some(&copy.at)).map_err(text)?;
    let mut standing = stand(site, bwrap, &view, Some(copy)).map_err(|reason| {
        details.push(reason);
        details.join("; ")
    })?;
    details.append(&mut vec![standing.tier.details.clone()]);
    standing.tier.details = details
        .into_iter()
        .filter(|detail| !detail.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    Ok(standing)
}

fn stand(
    site: &Site<'_>,
    bwrap: &Path,
    view: &View,
    copy: Option<Arc<tree::Copy>>,
) -> Result<Standing, String> {
    let policy = site.policy;
    let mut command = program(bwrap);
    command
        .args(namespaces(site.network))
        .args(mounts(site, view, copy.is_none())?);
    command
        .args(["--as-pid-1", "--"])
        .arg(Path::new(INSIDE).join("warden"))
        .args([WARDEN_ARGUMENT, "keep"]);
    let mut setup = setup(site, view, true);
    setup.view = None;
    // `bwrap` does that, and leaves nobody else the right to.
    setup.raise_loopback = false;
    setup.outputs = Path::new(INSIDE).join("outputs");
    let keeper = Keeper::start(command, &setup, &policy.services, false)?;
    let layers = if copy.is_none() {
        view.layers()
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
    Ok(Standing {
        keeper,
        name: WallName::Bubblewrap,
        tier: Tier {
            name: title.into(),
            details: details.into(),
            has_loopback: true,
        },
        tree: policy.root.clone(),
        home: view.home.clone(),
        temporary: PathBuf::from("/tmp"),
        real_home: None,
        copy,
        layers,
        before: Vec::new(),
    })
}

fn namespaces(network: Network) -> Vec<&'static str> {
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

/// The view, in the words of `bwrap`.
fn mounts(site: &Site<'_>, view: &View, overlays: bool) -> Result<Vec<OsString>, String> {
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
    for place in &view.places {
        let at = &place.at;
        match &place.what {
            Sight::Nothing if at.is_dir() => add(&[&"--tmpfs", at]),
            Sight::Nothing => add(&[&"--ro-bind", &"/dev/null", at]),
            Sight::Private(folder) | Sight::Copy(folder) => add(&[&"--bind", folder, at]),
            Sight::Layered { layer, .. } if overlays => {
                let upper = layer.join("upper");
                if *at == view.root {
                    hide_all(view, &upper)?;
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
            Sight::Host | Sight::Layered { .. } => add(&[&"--ro-bind", at, at]),
        }
    }
    let inside = Path::new(INSIDE);
    add(&[&"--ro-bind", &site.policy.helper, &inside.join("warden")]);
    add(&[
        &"--bind",
        &site.policy.scratch.join("outputs"),
        &inside.join("outputs"),
    ]);
    for place in view
        .places
        .iter()
        .filter(|place| place.what == Sight::Nothing && place.at.is_dir())
    {
        add(&[&"--remount-ro", &place.at]);
    }
    Ok(arguments)
}

fn knows_overlays(bwrap: &Path) -> bool {
    let mut command = program(bwrap);
    command.arg("--help").stdout(std::process::Stdio::piped());
    command
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--overlay-src"))
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| found.uid())
}
