//! User, mount, PID, IPC and network namespaces that we make ourselves, with an overlay at the
//! repository's own path; Landlock and a filter of system calls stand behind them.
//!
//! ```text
//! 1. with an overlay                              "namespaces with overlay"
//! 2. the kernel denies the overlay                a copy of the repository, "namespaces on a copy"
//! 3. anything else fails                          the backend can't be built
//! ```
//!
//! A run that has a copy already begins with the copy.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Backend, BackendRequest, copy_repository};
use crate::client::SandboxClient;
use crate::lockdown::landlock_level;
use crate::mount_plan::MountPlan;
use crate::policy::{BackendName, Network, Tier};
use crate::process::new_command;
use crate::protocol::{Calls, Confinement, Setup, SetupError};
use crate::supervisor::SUPERVISOR_ARGUMENT;

/// Sets up the backend; on a copy where overlays can't be had.
pub(super) fn build_namespaces(site: &BackendRequest<'_>) -> Result<Backend, String> {
    let start = |setup: &Setup| {
        let mut supervisor = new_command(&site.policy.helper);
        let network = if site.network == Network::Open {
            "open"
        } else {
            "closed"
        };
        supervisor.args([SUPERVISOR_ARGUMENT, "leave", network]);
        SandboxClient::launch(supervisor, setup, &site.policy.services, true)
    };
    build_with(site, BackendName::Namespaces, "namespaces", &start)
}

/// Sets up a backend whose supervisor mounts by itself, however it came into its namespaces.
pub(super) fn build_with(
    site: &BackendRequest<'_>,
    name: BackendName,
    title: &str,
    start: &dyn Fn(&Setup) -> Result<SandboxClient, SetupError>,
) -> Result<Backend, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    let mut details = Vec::new();
    if site.copy.is_none() {
        let plan = MountPlan::decide(policy, site.network, None).map_err(text)?;
        match start(&setup_for(site, &plan, false)) {
            Ok(client) => {
                details.extend(client.notes.iter().cloned());
                let tier = tier_of(format!("{title} with overlay"), &details);
                return Ok(backend_of(site, (name, tier), client, &plan));
            }
            Err(unbuilt) if unbuilt.lacks_overlay => details.push(unbuilt.reason),
            Err(unbuilt) => return Err(unbuilt.reason),
        }
    }
    let copy = copy_repository(site).map_err(text)?;
    let plan = MountPlan::decide(policy, site.network, Some(&copy.at)).map_err(text)?;
    let client = start(&setup_for(site, &plan, true))?;
    details.extend(client.notes.iter().cloned());
    let tier = tier_of(format!("{title} on a copy"), &details);
    let mut backend = backend_of(site, (name, tier), client, &plan);
    backend.copy = Some(copy);
    Ok(backend)
}

/// Returns the tier of a backend with namespaces; their network has a loopback of its own.
fn tier_of(name: String, details: &[String]) -> Tier {
    Tier {
        name,
        details: details.join("; "),
        has_loopback: true,
    }
}

/// Returns the backend of a supervisor that is set up. Commands find the repository at its own path, and `/tmp`.
fn backend_of(
    site: &BackendRequest<'_>,
    (name, tier): (BackendName, Tier),
    client: SandboxClient,
    plan: &MountPlan,
) -> Backend {
    Backend {
        client,
        name,
        network: site.network,
        tier,
        tree: site.policy.root.clone(),
        home: plan.home.clone(),
        temporary: PathBuf::from("/tmp"),
        real_home: None,
        copy: None,
        layers: Vec::new(),
        compared: Arc::default(),
        before: Vec::new(),
    }
}

/// Returns what the supervisor is told. On a copy there are no layers to look for changes in; ports of services are
/// forwarded only with the network closed, as they are in reach otherwise.
pub(super) fn setup_for(site: &BackendRequest<'_>, plan: &MountPlan, copied: bool) -> Setup {
    let policy = site.policy;
    let closed = site.network == Network::Closed;
    Setup {
        plan: Some(plan.clone()),
        first: true,
        raise_loopback: closed,
        tree: policy.root.clone(),
        outputs: policy.scratch.join("outputs"),
        memory: None,
        layers: if copied { Vec::new() } else { plan.layers() },
        ports: if closed {
            policy.services.iter().map(|service| service.port).collect()
        } else {
            Vec::new()
        },
        confinement: confinement_for(plan, site.network),
        limits: policy.limits,
        copy: None,
    }
}

/// Returns the second line of defence: the same limits as the mounts set, once more.
fn confinement_for(plan: &MountPlan, network: Network) -> Confinement {
    let (_, scoped) = landlock_level();
    Confinement {
        calls: Calls::NoKernel,
        landlock_required: false,
        readable: vec![Path::new("/").to_path_buf()],
        writable: plan.writable(),
        own_signals: false,
        own_sockets: scoped && network == Network::Open,
    }
}
