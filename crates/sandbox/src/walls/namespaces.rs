//! User, mount, PID, IPC and network namespaces that we make ourselves, with an overlay at the repository's own path;
//! Landlock and a filter of system calls stand behind them.

use std::path::{Path, PathBuf};

use super::{Site, Standing};
use crate::confine::landlock_level;
use crate::keeper::Keeper;
use crate::policy::{Network, Tier, WallName};
use crate::process::program;
use crate::tree;
use crate::view::View;
use crate::warden::WARDEN_ARGUMENT;
use crate::wire::{Calls, Confinement, Setup, Unbuilt};

/// Builds the wall; on a copy where overlays can't be had.
pub(super) fn build(site: &Site<'_>) -> Result<Standing, String> {
    let start = |setup: &Setup| {
        let mut warden = program(&site.policy.helper);
        let network = if site.network == Network::Open {
            "open"
        } else {
            "closed"
        };
        warden.args([WARDEN_ARGUMENT, "leave", network]);
        Keeper::start(warden, setup, &site.policy.services, true)
    };
    build_with(site, WallName::Namespaces, "namespaces", &start)
}

/// Builds a wall whose warden mounts by itself, however it came into its namespaces.
pub(super) fn build_with(
    site: &Site<'_>,
    name: WallName,
    title: &str,
    start: &dyn Fn(&Setup) -> Result<Keeper, Unbuilt>,
) -> Result<Standing, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    let mut details = Vec::new();
    if site.copy.is_none() {
        let view = View::decide(policy, site.network, None).map_err(text)?;
        match start(&setup(site, &view, false)) {
            Ok(keeper) => {
                details.extend(keeper.notes.iter().cloned());
                return Ok(standing(
                    site,
                    name,
                    &format!("{title} with overlay"),
                    details,
                    keeper,
                    &view,
                ));
            }
            Err(unbuilt) if unbuilt.lacks_overlay => details.push(unbuilt.reason),
            Err(unbuilt) => return Err(unbuilt.reason),
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
    let keeper = start(&setup(site, &view, true))?;
    details.extend(keeper.notes.iter().cloned());
    let mut standing = standing(
        site,
        name,
        &format!("{title} on a copy"),
        details,
        keeper,
        &view,
    );
    standing.copy = Some(copy);
    Ok(standing)
}

fn standing(
    site: &Site<'_>,
    name: WallName,
    title: &str,
    details: Vec<String>,
    keeper: Keeper,
    view: &View,
) -> Standing {
    Standing {
        keeper,
        name,
        tier: Tier {
            name: title.to_owned(),
            details: details.join("; "),
            has_loopback: true,
        },
        tree: site.policy.root.clone(),
        home: view.home.clone(),
        temporary: PathBuf::from("/tmp"),
        real_home: None,
        copy: None,
        layers: Vec::new(),
        before: Vec::new(),
    }
}

pub(super) fn setup(site: &Site<'_>, view: &View, copied: bool) -> Setup {
    let policy = site.policy;
    let closed = site.network == Network::Closed;
    Setup {
        view: Some(view.clone()),
        first: true,
        raise_loopback: closed,
        tree: policy.root.clone(),
        outputs: policy.scratch.join("outputs"),
        layers: if copied { Vec::new() } else { view.layers() },
        ports: if closed {
            policy.services.iter().map(|service| service.port).collect()
        } else {
            Vec::new()
        },
        confinement: confinement(view, site.network),
    }
}

/// The second line: the same as the mounts say, once more.
fn confinement(view: &View, network: Network) -> Confinement {
    let (_, scoped) = landlock_level();
    Confinement {
        calls: Calls::NoKernel,
        landlock_required: false,
        readable: vec![Path::new("/").to_path_buf()],
        writable: view.writable(),
        own_signals: false,
        own_sockets: scoped && network == Network::Open,
    }
}
