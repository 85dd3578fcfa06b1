//! No wall: commands run on a copy of the repository, so that the user's tree is still not theirs to write, but
//! everything else of the machine is in their reach.

use std::path::PathBuf;

use super::{Site, Standing};
use crate::keeper::Keeper;
use crate::policy::{Network, Tier, WallName};
use crate::process::program;
use crate::tree;
use crate::view::View;
use crate::warden::WARDEN_ARGUMENT;
use crate::wire::{Calls, Confinement, Setup};

/// Makes the copy, and a warden that denies nothing.
pub(super) fn build(site: &Site<'_>) -> Result<Standing, String> {
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
    on_a_copy(site, WallName::Off, tier, &|_| confinement.clone())
}

/// A warden that mounts nothing, over a copy that lies in the scratch.
pub(super) fn on_a_copy(
    site: &Site<'_>,
    name: WallName,
    mut tier: Tier,
    confine: &dyn Fn(&View) -> Confinement,
) -> Result<Standing, String> {
    let text = |error: crate::SandboxError| error.to_string();
    let policy = site.policy;
    let view = View::decide(policy, site.network, None).map_err(text)?;
    let copy = match &site.copy {
        Some(copy) => copy.clone(),
        None => {
            let name = policy
                .root
                .file_name()
                .map_or_else(|| PathBuf::from("repository"), PathBuf::from);
            let at = policy.scratch.join("copy").join(name);
            tree::copy(&policy.root, &at, &view.hidden, true)
                .map_err(text)?
                .into()
        }
    };
    let setup = Setup {
        view: None,
        first: false,
        raise_loopback: false,
        tree: copy.at.clone(),
        outputs: policy.scratch.join("outputs"),
        layers: Vec::new(),
        ports: Vec::new(),
        confinement: confine(&view),
    };
    let mut warden = program(&policy.helper);
    warden.args([WARDEN_ARGUMENT, "keep"]);
    let keeper = Keeper::start(warden, &setup, &[], false)?;
    for note in &keeper.notes {
        tier.details.push_str("; ");
        tier.details.push_str(note);
    }
    Ok(Standing {
        keeper,
        name,
        tier,
        tree: copy.at.clone(),
        home: policy.scratch.join("home"),
        temporary: policy.scratch.join("tmp"),
        real_home: crate::view::homes().into_iter().next(),
        copy: Some(copy),
        layers: Vec::new(),
        before: Vec::new(),
    })
}
