//! The backends that can confine a run, strongest first. One file each; choosing one means building
//! it, and one that can't be built says why.
//!
//! ```text
//! auto          bubblewrap, namespaces, landlock (Linux) or sandbox-exec (macOS): the first that can be built
//! namespaces    that one, or an error with the reason
//! off           a copy of the repository, and nothing is denied
//! ```
//!
//! What `auto` passed over, and why, stands in the details of the tier. It never falls back to `off`.

mod none;

#[cfg(target_os = "linux")]
mod namespaces;

#[cfg(target_os = "linux")]
mod bubblewrap;

#[cfg(target_os = "linux")]
mod landlock;

#[cfg(target_os = "macos")]
mod macos;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::client::SandboxClient;
use crate::effects::Compared;
use crate::error::SandboxError;
use crate::mount_plan::Layers;
#[cfg(target_os = "linux")]
use crate::mount_plan::MountPlan;
use crate::policy::{BackendChoice, BackendName, Network, Policy, Tier};
#[cfg(target_os = "linux")]
use crate::tree;
use crate::tree::TreeCopy;

/// The input for setting up a backend.
pub(crate) struct BackendRequest<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) network: Network,
    /// The copy of an earlier backend of the same run.
    pub(crate) copy: Option<Arc<TreeCopy>>,
}

/// A backend that is set up.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) client: SandboxClient,
    pub(crate) name: BackendName,
    /// The network that commands find.
    pub(crate) network: Network,
    pub(crate) tier: Tier,
    /// The repository, as commands find it.
    pub(crate) tree: PathBuf,
    pub(crate) home: PathBuf,
    pub(crate) temporary: PathBuf,
    /// The real home, where toolchains are found in it by variables because it can't be mounted
    /// over.
    pub(crate) real_home: Option<PathBuf>,
    /// The copy that commands work on, where there is no overlay.
    pub(crate) copy: Option<Arc<TreeCopy>>,
    /// Words before a command's shell, where a program confines it.
    pub(crate) before: Vec<String>,
    /// The overlay's sides, where the supervisor does not hold them.
    pub(crate) layers: Vec<Layers>,
    /// What of their files was compared before.
    pub(crate) compared: Arc<Mutex<Compared>>,
}

/// Copies the repository without what is hidden from commands, or returns the copy that an earlier
/// backend of the run left.
#[cfg(target_os = "linux")]
fn copy_repository(site: &BackendRequest<'_>) -> Result<Arc<TreeCopy>, SandboxError> {
    if let Some(copy) = &site.copy {
        return Ok(copy.clone());
    }
    let policy = site.policy;
    let hidden = MountPlan::decide(policy, site.network, None)?.hidden;
    let sites = tree::Sites {
        kept: None,
        disk: &policy.scratch.join("copy"),
        memory: None,
    };
    let copy = tree::copy_tree(&policy.root, sites, &hidden, false)?;
    Ok(copy.into())
}

type Build = fn(&BackendRequest<'_>) -> Result<Backend, String>;

/// In the order in which they are tried.
const BACKENDS: &[(BackendName, Build)] = &[
    #[cfg(target_os = "linux")]
    (BackendName::Bubblewrap, bubblewrap::build_bubblewrap),
    #[cfg(target_os = "linux")]
    (BackendName::Namespaces, namespaces::build_namespaces),
    #[cfg(target_os = "linux")]
    (BackendName::Landlock, landlock::build_landlock),
    #[cfg(target_os = "macos")]
    (BackendName::Macos, macos::build_macos),
];

/// Sets up the backend that the policy asks for, or refuses.
///
/// # Errors No backend could be built; each that was tried is named with its reason.
pub(crate) fn build_backend(
    choice: BackendChoice,
    site: &BackendRequest<'_>,
) -> Result<Backend, SandboxError> {
    let refuse = |tried, hint: &str| SandboxError::NoBackend {
        tried,
        hint: hint.to_owned(),
    };
    match choice {
        BackendChoice::Off | BackendChoice::Only(BackendName::Off) => none::build_unconfined(site)
            .map_err(|reason| {
                refuse(
                    vec![(BackendName::Off, reason)],
                    "Look at the scratch folder and the disk.",
                )
            }),
        BackendChoice::Only(name) => {
            let backend = BACKENDS.iter().find(|(known, _)| *known == name);
            let built = backend.map_or_else(
                || Err("this system has no such backend".into()),
                |(_, build)| build(site),
            );
            built.map_err(|reason| {
                refuse(
                    vec![(name, reason)],
                    "Choose another backend, or `auto` for the strongest.",
                )
            })
        }
        BackendChoice::Auto => {
            let mut tried = Vec::new();
            for (name, build) in BACKENDS {
                match build(site) {
                    Ok(mut backend) => {
                        backend.tier.details = join_details(&tried, &backend);
                        return Ok(backend);
                    }
                    Err(reason) => tried.push((*name, reason)),
                }
            }
            Err(refuse(
                tried,
                "Install bubblewrap or allow user namespaces; with the sandbox off, commands run on a copy but can \
                 reach everything else.",
            ))
        }
    }
}

/// Joins what was passed over and why, then what this backend lacks.
///
/// `bubblewrap was passed over: the program bwrap is not installed; …`
fn join_details(tried: &[(BackendName, String)], backend: &Backend) -> String {
    let passed = tried
        .iter()
        .map(|(name, reason)| format!("{name} was passed over: {reason}"));
    let own = Some(backend.tier.details.clone()).filter(|details| !details.is_empty());
    passed.chain(own).collect::<Vec<_>>().join("; ")
}
