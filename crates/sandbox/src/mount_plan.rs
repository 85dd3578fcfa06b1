//! Plans what commands see of the machine, decided before anything is mounted: which folders are
//! hidden, which are shown, and which have a private layer over them.

mod outside;

use outside::{
    git_folders, installation_folder, linked_packages, listening_sockets, virtual_environment,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::SandboxError;
use crate::home::{
    CACHES, HIDDEN_FOLDERS, MACHINE_SECRETS, SECRETS, SYSTEM_PARTS, TOOLCHAIN_VARIABLES, TOOLCHAINS,
};
use crate::mountinfo::read_mounts;
use crate::policy::{Network, Policy};

/// The machine as commands see it. Everything that is not named here is there and read-only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MountPlan {
    /// The repository, where commands find it.
    pub(crate) root: PathBuf,
    /// The run's private folder, as the host sees it.
    pub(crate) scratch: PathBuf,
    /// The places that differ from the machine's own; a folder always before what lies in it.
    pub(crate) places: Vec<Place>,
    /// Relative to the repository: what is not to be seen.
    pub(crate) hidden: Vec<PathBuf>,
    /// The value of `HOME`.
    pub(crate) home: PathBuf,
}

/// An overlay's two sides, as paths of whoever compares them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Layers {
    /// Where it lies in the repository.
    pub(crate) path: PathBuf,
    pub(crate) lower: PathBuf,
    pub(crate) upper: PathBuf,
    /// Relative to it: what commands don't see, and so has no effects.
    pub(crate) hidden: Vec<PathBuf>,
}

/// One path that differs from the machine's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Where commands see it, absolute.
    pub(crate) at: PathBuf,
    /// The view that commands have of it.
    pub(crate) what: Visibility,
}

/// The view of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Visibility {
    /// An empty folder, or an empty file over a file.
    Nothing,
    /// A folder of the run's scratch, writable.
    Private(PathBuf),
    /// The host's own, read-only.
    Host,
    /// The host's own, with a writable layer of the run over it.
    Layered {
        /// Holds `upper` and the overlay's working folders.
        layer: PathBuf,
        /// True if the backend can't do without it; else it is shown read-only.
        needed: bool,
    },
    /// The same, but of a copy of the repository, writable.
    Copy(PathBuf),
}

impl MountPlan {
    /// Decides on the plan of mounts and makes the folders of the scratch that it needs. `copy` is
    /// the repository's copy, where there is to be no overlay.
    pub(crate) fn decide(
        policy: &Policy,
        network: Network,
        copy: Option<&Path>,
    ) -> Result<Self, SandboxError> {
        let homes = home_folders();
        let mut places = system_places(policy);
        let mut home = None;
        for folder in homes
            .iter()
            .filter(|folder| !folder.starts_with(&policy.root))
        {
            let sight = if home.is_none() {
                Visibility::Private(policy.scratch.join("home"))
            } else {
                Visibility::Nothing
            };
            home.get_or_insert_with(|| folder.clone());
            places.insert(folder.clone(), sight);
        }
        let mut plan = Self {
            root: policy.root.clone(),
            scratch: policy.scratch.clone(),
            places: Vec::new(),
            hidden: hidden_paths(policy, &homes),
            home: home.unwrap_or_else(|| PathBuf::from("/tmp/home")),
        };
        show_system_parts(network, &mut places);
        show_folders(policy, &homes, &mut places);
        mask_secrets(&mut places, &homes);
        match copy {
            Some(copy) => {
                places.insert(policy.root.clone(), Visibility::Copy(copy.to_path_buf()));
            }
            None => {
                places.insert(
                    policy.root.clone(),
                    Visibility::Layered {
                        layer: policy.scratch.clone(),
                        needed: true,
                    },
                );
                plan.add_mounted(&mut places)?;
            }
        }
        if !is_covered(&places, &policy.scratch) && !policy.scratch.starts_with(&policy.root) {
            places.insert(policy.scratch.clone(), Visibility::Nothing);
        }
        plan.places = places
            .into_iter()
            .map(|(at, what)| Place { at, what })
            .collect();
        plan.make_folders()?;
        Ok(plan)
    }

    fn make_folders(&self) -> Result<(), SandboxError> {
        let make =
            |path: PathBuf| fs::create_dir_all(&path).map_err(SandboxError::file("make", &path));
        for place in &self.places {
            match &place.what {
                Visibility::Private(folder) => make(folder.clone())?,
                Visibility::Layered { layer, .. } => make(layer.join("upper"))?,
                Visibility::Nothing | Visibility::Host | Visibility::Copy(_) => {}
            }
        }
        make(self.scratch.join("home"))?;
        make(self.scratch.join("tmp"))?;
        if self.home.starts_with("/tmp") {
            make(self.scratch.join("tmp/home"))?;
        }
        // A copy or a mapped user may look like somebody else's repository, which git would refuse to read.
        let settings = self.scratch.join("home/.gitconfig");
        if settings.exists() {
            return Ok(());
        }
        fs::write(&settings, "[safe]\n\tdirectory = *\n")
            .map_err(SandboxError::file("write", &settings))
    }

    /// Adds mounts inside of the repository, which are no part of what an overlay shows of it: a
    /// folder gets an overlay of its own, a file lies in the upper layer from the start.
    fn add_mounted(&self, places: &mut BTreeMap<PathBuf, Visibility>) -> Result<(), SandboxError> {
        let mounts = read_mounts().unwrap_or_default().into_keys();
        for (number, at) in mounts
            .filter(|at| at.starts_with(&self.root) && *at != self.root)
            .enumerate()
        {
            let Ok(path) = at.strip_prefix(&self.root) else {
                continue;
            };
            if self.hidden.iter().any(|hidden| path.starts_with(hidden)) {
                continue;
            }
            if at.is_dir() {
                let layer = self
                    .scratch
                    .join("layers")
                    .join(format!("mounted-{number}"));
                places.insert(
                    at.clone(),
                    Visibility::Layered {
                        layer,
                        needed: false,
                    },
                );
            } else if at.is_file() {
                let kept = self.scratch.join("upper").join(path);
                let folder = kept.parent().unwrap_or(&self.scratch);
                fs::create_dir_all(folder).map_err(SandboxError::file("make", folder))?;
                fs::copy(&at, &kept).map_err(SandboxError::file("copy", &at))?;
            }
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
impl MountPlan {
    /// Returns the sides of every overlay that lies in the repository.
    pub(crate) fn layers(&self) -> Vec<Layers> {
        self.places
            .iter()
            .filter_map(|place| {
                let Visibility::Layered { layer, .. } = &place.what else {
                    return None;
                };
                let path = place.at.strip_prefix(&self.root).ok()?;
                let below =
                    |hidden: &PathBuf| hidden.strip_prefix(path).map(Path::to_path_buf).ok();
                Some(Layers {
                    path: path.to_path_buf(),
                    lower: place.at.clone(),
                    upper: layer.join("upper"),
                    hidden: self.hidden.iter().filter_map(below).collect(),
                })
            })
            .collect()
    }

    /// Returns what commands may write.
    pub(crate) fn writable(&self) -> Vec<PathBuf> {
        self.places
            .iter()
            .filter(|place| {
                matches!(
                    place.what,
                    Visibility::Private(_) | Visibility::Layered { .. } | Visibility::Copy(_)
                )
            })
            .map(|place| place.at.clone())
            .chain(["/dev", "/proc"].map(PathBuf::from))
            .collect()
    }
}

/// Returns the folders that may hold this user's keys: what `HOME` says, and what the system says.
pub(crate) fn home_folders() -> Vec<PathBuf> {
    let own = rustix::process::getuid().as_raw().to_string();
    let listed = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let listed = listed
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&own.as_str()))
        .and_then(|fields| fields.get(5).map(PathBuf::from));
    let mut found: Vec<PathBuf> = Vec::new();
    for home in std::env::var_os("HOME")
        .map(PathBuf::from)
        .into_iter()
        .chain(listed)
    {
        if let Ok(home) = home.canonicalize()
            && home.is_dir()
            && home.components().count() > 1
            && !["/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run"]
                .iter()
                .any(|taken| home == Path::new(taken))
            && !found.contains(&home)
        {
            found.push(home);
        }
    }
    found
}

/// Returns whether a path lies under something that is hidden, and under nothing that is shown.
fn is_covered(places: &BTreeMap<PathBuf, Visibility>, path: &Path) -> bool {
    path.ancestors()
        .find_map(|ancestor| places.get(ancestor))
        .is_some_and(|sight| matches!(sight, Visibility::Nothing | Visibility::Private(_)))
}

/// Returns the folders of the system that no command sees, and those that it has for itself.
fn system_places(policy: &Policy) -> BTreeMap<PathBuf, Visibility> {
    let mut places = BTreeMap::new();
    for folder in HIDDEN_FOLDERS
        .iter()
        .map(Path::new)
        .filter(|folder| folder.is_dir() && !folder.is_symlink())
    {
        places.insert(folder.to_path_buf(), Visibility::Nothing);
    }
    for (name, at) in [("tmp", "/tmp"), ("var-tmp", "/var/tmp")] {
        if Path::new(at).is_dir() {
            places.insert(at.into(), Visibility::Private(policy.scratch.join(name)));
        }
    }
    places
}

/// Shows the parts of the host's system that lie in covered folders, with its names of servers where the network is open.
fn show_system_parts(network: Network, places: &mut BTreeMap<PathBuf, Visibility>) {
    let names = fs::canonicalize("/etc/resolv.conf")
        .ok()
        .filter(|_| network == Network::Open);
    for part in SYSTEM_PARTS
        .iter()
        .map(PathBuf::from)
        .chain(names)
        .filter(|part| part.exists())
    {
        if is_covered(places, &part) {
            places.insert(part, Visibility::Host);
        }
    }
}

/// Shows toolchains and caches of the homes again: folders below a layer of the run, files as they are.
fn show_folders(policy: &Policy, homes: &[PathBuf], places: &mut BTreeMap<PathBuf, Visibility>) {
    for (number, shown) in shown_folders(policy, homes, places).into_iter().enumerate() {
        let layer = policy.scratch.join("layers").join(number.to_string());
        let sight = if shown.is_dir() {
            Visibility::Layered {
                layer,
                needed: false,
            }
        } else {
            Visibility::Host
        };
        places.insert(shown, sight);
    }
}

/// Toolchains and caches that hiding would take away, outermost first, none inside of another.
fn shown_folders(
    policy: &Policy,
    homes: &[PathBuf],
    places: &BTreeMap<PathBuf, Visibility>,
) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for home in homes {
        found.extend(TOOLCHAINS.iter().chain(CACHES).map(|part| home.join(part)));
    }
    found.extend(folders_of_variables());
    found.extend(git_folders(&policy.root));
    found.extend(linked_packages(&policy.root));
    found.extend(policy.show.iter().cloned());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    found.extend(
        programs
            .iter()
            .filter_map(|folder| virtual_environment(folder)),
    );
    let first: Vec<PathBuf> = policy
        .paths_first
        .iter()
        .map(|folder| policy.root.join(folder))
        .collect();
    found.extend(
        programs
            .iter()
            .filter(|folder| folder.file_name().is_some_and(|name| name != "sbin"))
            .cloned(),
    );
    for folder in first.iter().chain(&programs) {
        found.extend(
            ["python", "python3", "node"]
                .iter()
                .filter_map(|name| installation_folder(&folder.join(name))),
        );
    }
    found.retain(|path| {
        let sane = path
            .components()
            .all(|part| !matches!(part, std::path::Component::ParentDir));
        let secret = homes.iter().any(|home| {
            home.starts_with(path)
                || SECRETS
                    .iter()
                    .any(|secret| path.starts_with(home.join(secret)))
        });
        sane && !secret
            && path.exists()
            && is_covered(places, path)
            && !policy.root.starts_with(path)
            && !path.starts_with(&policy.root)
    });
    keep_outermost(found)
}

/// Returns paths without those that lie inside of another: `/a`, `/a/b`, `/c` are `/a`, `/c`.
fn keep_outermost(mut found: Vec<PathBuf>) -> Vec<PathBuf> {
    // An outer path sorts before what lies in it.
    found.sort();
    found.dedup();
    let mut outermost: Vec<PathBuf> = Vec::new();
    for path in found {
        if !outermost.iter().any(|other| path.starts_with(other)) {
            outermost.push(path);
        }
    }
    outermost
}

/// Returns the folders that the variables of toolchains name: `CARGO_HOME` names `bin`, `env`, `git` and `registry` in it.
fn folders_of_variables() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (name, parts) in TOOLCHAIN_VARIABLES {
        if let Some(folder) = std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
        {
            found.extend(parts.iter().map(|part| {
                if *part == "." {
                    folder.clone()
                } else {
                    folder.join(part)
                }
            }));
        }
    }
    found
}

/// Secrets that lie in what is shown, and listening sockets of the host.
fn mask_secrets(places: &mut BTreeMap<PathBuf, Visibility>, homes: &[PathBuf]) {
    let mut found: Vec<PathBuf> = MACHINE_SECRETS.iter().map(PathBuf::from).collect();
    for home in homes {
        found.extend(SECRETS.iter().map(|secret| home.join(secret)));
    }
    if let Ok(keys) = fs::read_dir("/etc/ssh") {
        found.extend(keys.flatten().map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("ssh_host_") && !name.ends_with(".pub")
        }));
    }
    found.extend(listening_sockets());
    found.retain(|path| path.exists() && !path.is_symlink() && !is_covered(places, path));
    for path in found {
        places.insert(path, Visibility::Nothing);
    }
}

/// Returns what of the repository is not to be seen: what the policy says, the scratch, and secrets
/// where the repository itself is a home.
fn hidden_paths(policy: &Policy, homes: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = policy
        .hidden
        .iter()
        .map(|path| {
            path.strip_prefix(&policy.root)
                .unwrap_or(path)
                .to_path_buf()
        })
        .filter(|path| {
            path.components()
                .all(|part| matches!(part, std::path::Component::Normal(_)))
        })
        .collect();
    found.extend(
        policy
            .scratch
            .strip_prefix(&policy.root)
            .map(Path::to_path_buf),
    );
    for home in homes {
        found.extend(
            SECRETS
                .iter()
                .map(|secret| home.join(secret))
                .filter_map(|secret| {
                    secret
                        .strip_prefix(&policy.root)
                        .map(Path::to_path_buf)
                        .ok()
                }),
        );
    }
    found.retain(|path| !path.as_os_str().is_empty());
    found.sort();
    found.dedup();
    let mut outermost: Vec<PathBuf> = Vec::new();
    for path in found {
        if !outermost.iter().any(|other| path.starts_with(other)) {
            outermost.push(path);
        }
    }
    outermost
}
