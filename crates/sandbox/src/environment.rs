//! The variables that a command is given: an allow list from our own, the run's, and those that
//! keep a command from waiting for a person.
//!
//! Later ones win: inherited, unattended, unreachable, home and temporary folders, `PATH`, those that the policy
//! passes, those that it sets.
//!
//! ```text
//! LANG, LC_ALL, NVM_DIR     pass from our own environment
//! AWS_SECRET_ACCESS_KEY     does not, unless the policy passes it by name
//! PATH                      the command's folders, the policy's, then our own; relative ones are left out
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::home::TOOLCHAIN_VARIABLES;
use crate::policy::{Network, Policy};

/// Names that pass from our own environment, besides `LC_*` and those of toolchains.
const ALLOWED: &[&str] = &[
    "LANG",
    "LANGUAGE",
    "LOGNAME",
    "SHELL",
    "TZ",
    "USER",
    "NODE_VERSION",
    "PYENV_VERSION",
    "RUSTUP_TOOLCHAIN",
];

/// Variables for a command that nobody answers, pages for or watches.
const UNATTENDED: &[(&str, &str)] = &[
    ("CI", "true"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("EDITOR", "false"),
    ("GIT_ASKPASS", "false"),
    ("GIT_EDITOR", "false"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("NO_COLOR", "1"),
    ("NPM_CONFIG_AUDIT", "false"),
    ("NPM_CONFIG_FUND", "false"),
    ("NPM_CONFIG_UPDATE_NOTIFIER", "false"),
    ("PAGER", "cat"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("PIP_NO_INPUT", "1"),
    ("TERM", "dumb"),
];

/// With the network closed, trying again only costs time: npm alone waits for 70 seconds and more
/// before it says that it does not reach its registry, longer than most checks run.
const UNREACHABLE: &[(&str, &str)] = &[
    ("NPM_CONFIG_FETCH_RETRIES", "0"),
    ("PIP_RETRIES", "0"),
    ("UV_HTTP_RETRIES", "0"),
];

/// Where commands find things.
pub(crate) struct CommandPaths<'a> {
    /// The repository.
    pub(crate) tree: &'a Path,
    /// The folder that the command takes for its home.
    pub(crate) home: &'a Path,
    /// The folder for temporary files.
    pub(crate) temporary: &'a Path,
    /// Variables by which commands outside of mounts find a toolchain of the real home.
    pub(crate) real_home: Option<&'a Path>,
}

/// Returns all variables of a command, later ones over earlier ones; its own folders of programs
/// come before the policy's.
pub(crate) fn build_environment(
    policy: &Policy,
    command: &Command,
    places: &CommandPaths<'_>,
) -> BTreeMap<String, String> {
    let own_paths = &command.paths_first;
    let first: Vec<PathBuf> = own_paths
        .iter()
        .chain(&policy.paths_first)
        .map(|folder| in_tree(policy, places, folder))
        .collect();
    let own = |name: &str| std::env::var(name).ok();
    let mut found = inherited_variables();
    found.extend(
        UNATTENDED
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    if command.network_under(policy) == Network::Closed {
        found.extend(
            UNREACHABLE
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
    }
    found.insert("HOME".into(), path_text(places.home));
    for name in ["TMPDIR", "TMP", "TEMP"] {
        found.insert(name.into(), path_text(places.temporary));
    }
    found.insert("PATH".into(), search_path(policy, &first, places));
    if let Some(home) = places.real_home {
        for (name, folder) in [
            ("PYENV_ROOT", ".pyenv"),
            ("NVM_DIR", ".nvm"),
            ("RUSTUP_HOME", ".rustup"),
            ("VOLTA_HOME", ".volta"),
        ] {
            let folder = home.join(folder);
            if folder.is_dir() && !found.contains_key(name) {
                found.insert(name.into(), path_text(&folder));
            }
        }
    }
    // A folder of programs of a virtual environment: tools look for the environment by this variable.
    let environment = first
        .iter()
        .filter_map(|folder| folder.parent())
        .find(|folder| folder.join("pyvenv.cfg").is_file());
    found.extend(environment.map(|folder| ("VIRTUAL_ENV".into(), path_text(folder))));
    for name in &policy.pass {
        found.extend(own(name).map(|value| (name.clone(), value)));
    }
    found.extend(policy.env.iter().cloned());
    found
}

/// Returns the variables that a command has from the program's own environment: the allowed, those that name
/// toolchains, and the locale (`LC_ALL`).
fn inherited_variables() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let toolchains = TOOLCHAIN_VARIABLES.iter().map(|(name, _)| *name);
    for name in ALLOWED.iter().copied().chain(toolchains) {
        found.extend(
            std::env::var(name)
                .ok()
                .map(|value| (name.to_owned(), value)),
        );
    }
    found.extend(std::env::vars_os().filter_map(|(name, value)| {
        let name = name
            .into_string()
            .ok()
            .filter(|name| name.starts_with("LC_"))?;
        Some((name, value.into_string().ok()?))
    }));
    found
}

/// Returns `PATH`: the folders that come first, then our own absolute ones. A folder with a colon in it can't be
/// written.
fn search_path(policy: &Policy, first: &[PathBuf], places: &CommandPaths<'_>) -> String {
    const PLAIN: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let own = std::env::var_os("PATH").unwrap_or_else(|| PLAIN.into());
    let first = first.iter().cloned();
    let rest = std::env::split_paths(&own)
        .filter(|folder| folder.is_absolute())
        .map(|folder| in_tree(policy, places, &folder));
    let all: Vec<String> = first
        .chain(rest)
        .map(|folder| path_text(&folder))
        .filter(|folder| !folder.contains(':'))
        .collect();
    all.join(":")
}

/// Returns a path of the repository as commands find it; any other stays what it is.
fn in_tree(policy: &Policy, places: &CommandPaths<'_>, path: &Path) -> PathBuf {
    match path.strip_prefix(&policy.root) {
        Ok(rest) => places.tree.join(rest),
        Err(_) if path.is_relative() => places.tree.join(path),
        Err(_) => path.to_path_buf(),
    }
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
