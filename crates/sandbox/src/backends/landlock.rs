//! Landlock and a filter of system calls alone, on a copy of the repository: for where user
//! namespaces are denied, as in most containers. What can't be mounted over is denied instead, and
//! with the network closed there is no loopback either, because nothing here can tell it from the
//! rest.
//!
//! ```text
//! hidden: /home/me/.ssh, and the repository     /usr       allowed whole
//!                                               /home      not itself: /home/me lies on the way to .ssh
//!                                               /home/me   each entry but .ssh, and no links
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::none::on_a_copy;
use super::{Backend, BackendRequest};
use crate::lockdown::landlock_level;
use crate::mount_plan::{MountPlan, Visibility};
use crate::policy::{BackendName, Copies, Network, Tier};
use crate::protocol::{Calls, Confinement};

/// The devices that a program may count on.
const DEVICES: &[&str] = &[
    "null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm",
];

/// Sets up the backend, if the kernel has Landlock.
pub(super) fn build_landlock(site: &BackendRequest<'_>) -> Result<Backend, String> {
    let (there, scoped) = landlock_level();
    if !there {
        return Err("the kernel has no Landlock, or it is not switched on".into());
    }
    let closed = site.network == Network::Closed;
    let mut details =
        vec!["commands see the copy's path instead of the repository's, and no `/tmp`".to_owned()];
    details.push(if closed {
        "with the network closed, the loopback and named sockets are closed too, so that a test can't start a server"
            .to_owned()
    } else {
        "with the network open, named sockets of the host are in reach".to_owned()
    });
    if !site.policy.services.is_empty() && closed {
        details.push("services are not forwarded".to_owned());
    }
    if !scoped {
        details
            .push("the kernel's Landlock can't keep commands from sending signals to your other processes".to_owned());
    }
    let tier = Tier {
        name: "Landlock on a copy".into(),
        details: details.join("; "),
        has_loopback: !closed,
    };
    let policy = site.policy;
    on_a_copy(site, BackendName::Landlock, tier, &|plan, copy| {
        Confinement {
            calls: if closed {
                Calls::NoKernelNoNetwork
            } else {
                Calls::NoKernel
            },
            landlock_required: true,
            readable: readable_paths(plan, policy.copies.as_ref()),
            writable: ["home", "tmp"]
                .iter()
                .map(|name| policy.scratch.join(name))
                .chain(copy.parent().map(Path::to_path_buf))
                .filter(|folder| folder.is_dir())
                .chain(DEVICES.iter().map(|name| Path::new("/dev").join(name)))
                .collect(),
            own_signals: scoped,
            own_sockets: scoped,
        }
    })
}

/// Returns everything but what the plan of mounts hides: as Landlock can only allow, each folder on
/// the way to something hidden is taken apart into what lies in it.
fn readable_paths(plan: &MountPlan, copies: Option<&Copies>) -> Vec<PathBuf> {
    let is_hidden =
        |sight: &Visibility| matches!(sight, Visibility::Nothing | Visibility::Private(_));
    let mut hidden: BTreeSet<PathBuf> = plan
        .places
        .iter()
        .filter(|place| is_hidden(&place.what))
        .map(|place| place.at.clone())
        .collect();
    // What is listed there comes and goes with each process, so that it can't be taken apart; what is secret of it
    // takes capabilities that commands don't have.
    hidden.retain(|path| !path.starts_with("/proc"));
    hidden.extend([
        plan.root.clone(),
        plan.scratch.clone(),
        PathBuf::from("/dev"),
    ]);
    // Those of other repositories are none of a command's business, and its own is allowed apart.
    hidden.extend(copies.and_then(|copies| copies.folder.canonicalize().ok()));
    let mut found = Vec::new();
    allow_visible(Path::new("/"), &hidden, &mut found);
    let shown = plan
        .places
        .iter()
        .filter(|place| !is_hidden(&place.what) && place.at != plan.root);
    for place in shown {
        allow_visible(&place.at, &hidden, &mut found);
    }
    found
}

/// Adds a path to `found`, if nothing in it is hidden; else those of its entries that are not.
fn allow_visible(path: &Path, hidden: &BTreeSet<PathBuf>, found: &mut Vec<PathBuf>) {
    if hidden.contains(path) {
        return;
    }
    if !hidden.iter().any(|hidden| hidden.starts_with(path)) {
        found.push(path.to_path_buf());
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        // A rule for a link would be one for what it leads to.
        if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            allow_visible(&entry.path(), hidden, found);
        }
    }
}
