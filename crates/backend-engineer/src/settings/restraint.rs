//! Restrains a repository's own configuration, which may not by itself weaken the sandbox that protects its user.
//!
//! A cloned repository is other people's text. What it asks beyond the user's own settings is withheld and said, until
//! the user trusts the repository or asks for the same.

use std::fmt;
use std::path::{Path, PathBuf};

use super::layer::Layer;
use super::origin::{Origin, Sourced};
use super::value::SandboxMode;

/// Something that a repository asked for and did not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WithheldSetting {
    /// The key.
    pub(crate) key: String,
    /// The value that it asked for.
    pub(crate) asked: String,
    /// Where it asks.
    pub(crate) origin: Origin,
}

impl WithheldSetting {
    /// The network for the repository's own setup commands.
    pub(super) fn setup_network(origin: Origin) -> Self {
        WithheldSetting {
            key: "network".to_owned(),
            asked: "true while commands.setup runs".to_owned(),
            origin,
        }
    }
}

impl fmt::Display for WithheldSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} = {} ({})", self.key, self.asked, self.origin)
    }
}

/// Takes out of `repository` what would weaken the user's protection as it stands in `lower`.
pub(super) fn restrain_layer(repository: &mut Layer, lower: &Layer) -> Vec<WithheldSetting> {
    let mut withheld = Vec::new();
    let mut withhold = |key: &str, asked: String, origin: &Origin| {
        withheld.push(WithheldSetting {
            key: key.to_owned(),
            asked,
            origin: origin.clone(),
        });
    };
    let floor = lower
        .sandbox
        .as_ref()
        .map_or(SandboxMode::Auto, |held| held.value);
    if let Some(held) = repository
        .sandbox
        .take_if(|held| held.value.strength() < floor.strength())
    {
        withhold("sandbox", held.value.to_string(), &held.origin);
    }
    // A commit runs the repository's hooks in the open, with the user's identity.
    for (key, asked, own) in [
        ("network", &mut repository.network, &lower.network),
        (
            "services_for_model",
            &mut repository.services_for_model,
            &lower.services_for_model,
        ),
        ("commit", &mut repository.commit, &lower.commit),
    ] {
        let allowed = own.as_ref().is_some_and(|held| held.value);
        if let Some(held) = asked.take_if(|held| held.value && !allowed) {
            withhold(key, held.value.to_string(), &held.origin);
        }
    }
    repository.env.retain(|held| {
        let known = lower.env.iter().any(|lower| lower.value == held.value);
        if !known {
            withhold("env", held.value.clone(), &held.origin);
        }
        known
    });
    repository.services.retain(|name, held| {
        let known = lower
            .services
            .values()
            .any(|lower| held.value.opens_no_more_than(&lower.value));
        if !known {
            withhold(
                &format!("services.{name}"),
                held.value.to_string(),
                &held.origin,
            );
        }
        known
    });
    withheld
}

/// Returns who vouches for the repository at `root`: the origin of the folder that names it.
pub(super) fn find_trust_origin<'l>(
    root: &Path,
    folders: impl Iterator<Item = &'l Sourced<PathBuf>>,
    home: Option<&str>,
) -> Option<Origin> {
    let root = root.canonicalize().ok()?;
    let mut folders = folders;
    let found = folders.find(|held| {
        let folder = match (held.value.strip_prefix("~"), home) {
            (Ok(below), Some(home)) => Path::new(home).join(below),
            _ => held.value.clone(),
        };
        // A relative folder would mean another repository in each place that the program is started from.
        folder.is_absolute() && folder.canonicalize().is_ok_and(|folder| folder == root)
    })?;
    Some(found.origin.clone())
}
