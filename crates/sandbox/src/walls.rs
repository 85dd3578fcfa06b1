//! The walls that a run can stand behind, strongest first. One file each; choosing one means building it, and one that
//! can't be built says why.

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
use std::sync::Arc;

use crate::error::SandboxError;
use crate::keeper::Keeper;
use crate::policy::{Network, Policy, Tier, WallChoice, WallName};
use crate::tree::Copy;
use crate::view::Layers;

/// What a wall is built for.
pub(crate) struct Site<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) network: Network,
    /// The copy of an earlier wall of the same run.
    pub(crate) copy: Option<Arc<Copy>>,
}

/// A wall that stands.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) keeper: Keeper,
    pub(crate) name: WallName,
    pub(crate) tier: Tier,
    /// The repository, as commands find it.
    pub(crate) tree: PathBuf,
    pub(crate) home: PathBuf,
    pub(crate) temporary: PathBuf,
    /// The real home, where toolchains are found in it by variables because it can't be mounted over.
    pub(crate) real_home: Option<PathBuf>,
    /// The copy that commands work on, where there is no overlay.
    pub(crate) copy: Option<Arc<Copy>>,
    /// What comes before a command's shell, where a program confines it.
    pub(crate) before: Vec<String>,
    /// The overlay's sides, where the warden does not hold them.
    pub(crate) layers: Vec<Layers>,
}

type Build = fn(&Site<'_>) -> Result<Standing, String>;

/// In the order in which they are tried.
const WALLS: &[(WallName, Build)] = &[
    #[cfg(target_os = "linux")]
    (WallName::Bubblewrap, bubblewrap::build),
    #[cfg(target_os = "linux")]
    (WallName::Namespaces, namespaces::build),
    #[cfg(target_os = "linux")]
    (WallName::Landlock, landlock::build),
    #[cfg(target_os = "macos")]
    (WallName::Macos, macos::build),
];

/// Builds the wall that the policy asks for, or refuses.
pub(crate) fn build(choice: WallChoice, site: &Site<'_>) -> Result<Standing, SandboxError> {
    let refuse = |tried, hint: &str| SandboxError::NoWall {
        tried,
        hint: hint.to_owned(),
    };
    match choice {
        WallChoice::Off | WallChoice::Only(WallName::Off) => none::build(site).map_err(|reason| {
            refuse(
                vec![(WallName::Off, reason)],
                "Look at the scratch folder and the disk.",
            )
        }),
        WallChoice::Only(name) => {
            let wall = WALLS.iter().find(|(known, _)| *known == name);
            let built = wall.map_or_else(
                || Err("this system has no such wall".into()),
                |(_, build)| build(site),
            );
            built.map_err(|reason| {
                refuse(
                    vec![(name, reason)],
                    "Choose another wall, or let the strongest be found.",
                )
            })
        }
        WallChoice::Auto => {
            let mut tried = Vec::new();
            for (name, build) in WALLS {
                match build(site) {
                    Ok(mut standing) => {
                        standing.tier.details = told(&tried, &standing);
                        return Ok(standing);
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

/// What was passed over and why, then what this wall lacks.
fn told(tried: &[(WallName, String)], standing: &Standing) -> String {
    let passed = tried
        .iter()
        .map(|(name, reason)| format!("{name} was passed over: {reason}"));
    let own = Some(standing.tier.details.clone()).filter(|details| !details.is_empty());
    passed.chain(own).collect::<Vec<_>>().join("; ")
}
