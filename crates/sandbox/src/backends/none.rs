//! No backend: commands run on a copy of the repository, so that the user's tree is still not
//! theirs to write, but everything else of the machine is in their reach.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Backend, BackendRequest};
use crate::client::SandboxClient;
use crate::error::SandboxError;
use crate::mount_plan::MountPlan;
use crate::policy::{BackendName, Network, Policy, Tier};
use crate::process::new_command;
use crate::protocol::{Calls, Confinement, CopySite, Setup};
use crate::supervisor::SUPERVISOR_ARGUMENT;
use crate::tree;

/// Makes the copy, and a supervisor that denies nothing.
pub(super) fn build_unconfined(site: &BackendRequest<'_>) -> Result<Backend, String> {
    let confinement = Confinement {
        calls: Calls::All,
        landlock_required: false,
        readable: Vec::new(),
        writable: Vec::new(),
        own_signals: false,
        own_sockets: false,
    };
    let mut details = vec!["commands are not confined; only the repository is a copy".to_owned()];
    if site.network == Network::Closed {
        details.push("the network is open all the same".to_owned());
    }
    let tier = Tier {
        name: "none".into(),
        details: details.join("; "),
        has_loopback: true,
    };
    on_a_copy(site, BackendName::Off, tier, &|_, _| confinement.clone())
}

/// Returns a supervisor that mounts nothing, over a copy that lies in the scratch.
///
/// A copy that the run has is used again. `confine` says what is denied, from what the plan of mounts would hide and the
/// place of the copy.
pub(super) fn on_a_copy(
    site: &BackendRequest<'_>,
    name: BackendName,
    mut tier: Tier,
    confine: &dyn Fn(&MountPlan, &Path) -> Confinement,
) -> Result<Backend, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    if policy.at_own_path {
        return Err("commands would see a copy's path instead of the repository's".into());
    }
    let plan = MountPlan::decide(policy, site.network, None).map_err(text)?;
    let copy = match &site.copy {
        Some(copy) => copy.clone(),
        None => make_copy(policy, &plan).map_err(text)?.into(),
    };
    let setup = Setup {
        plan: None,
        first: false,
        raise_loopback: false,
        tree: copy.at.clone(),
        outputs: policy.scratch.join("outputs"),
        layers: Vec::new(),
        ports: Vec::new(),
        confinement: confine(&plan, &copy.at),
        memory: policy.memory.clone(),
        limits: policy.limits,
        copy: Some(CopySite {
            kept: copy
                .lock
                .as_ref()
                .and_then(|_| Some(copy.at.parent()?.to_owned())),
            bytes: copy.bytes,
        }),
    };
    let mut supervisor = new_command(&policy.helper);
    supervisor.args([SUPERVISOR_ARGUMENT, "keep"]);
    let client = SandboxClient::launch(supervisor, &setup, &[], false)?;
    for note in &client.notes {
        tier.details.push_str("; ");
        tier.details.push_str(note);
    }
    Ok(Backend {
        client,
        name,
        network: site.network,
        tier,
        tree: copy.at.clone(),
        home: policy.scratch.join("home"),
        temporary: policy.scratch.join("tmp"),
        real_home: crate::mount_plan::home_folders().into_iter().next(),
        copy: Some(copy),
        layers: Vec::new(),
        compared: Arc::default(),
        before: Vec::new(),
    })
}

/// Copies the repository to where a copy of it is kept, else into memory where it fits, else to the disk.
fn make_copy(policy: &Policy, plan: &MountPlan) -> Result<tree::TreeCopy, SandboxError> {
    let name = policy
        .root
        .file_name()
        .map_or_else(|| PathBuf::from("repository"), PathBuf::from);
    let memory = policy
        .memory
        .as_ref()
        .map(|folder| folder.join("copy").join(&name));
    let sites = tree::Sites {
        kept: policy.copies.as_ref(),
        disk: &policy.scratch.join("copy").join(&name),
        memory: memory.as_deref(),
    };
    tree::copy_tree(&policy.root, sites, &plan.hidden, true)
}
