//! Reads all sources of settings and lays them over each other.

use std::collections::BTreeMap;
use std::path::Path;

use super::file::{self, Owner};
use super::layer::Layer;
use super::{
    Flags, HiddenText, Origin, REPOSITORY_FILE, SettingsSources, Sourced, WithheldSetting,
    environment, of_flags, refuse_one_port_twice, restraint,
};
use crate::stop::Stop;

/// All sources of settings as one layer, with what was noticed on the way.
pub(super) struct MergedLayers {
    pub(super) layer: Layer,
    /// Variables of `--env-file`, by name.
    pub(super) from_files: BTreeMap<String, HiddenText>,
    /// The origin of the trust in the repository, where somebody vouches for it.
    pub(super) trusted: Option<Origin>,
    /// The settings that the repository asked for in vain.
    pub(super) withheld: Vec<WithheldSetting>,
    pub(super) warnings: Vec<String>,
}

impl MergedLayers {
    /// Reads the sources and lays them over each other: the user's file, the repository's, the environment, the flags. The
    /// repository's is restrained against the user's file first, as whoever cloned it need not trust it.
    pub(super) fn merge_sources(
        root: &Path,
        flags: &Flags,
        surroundings: &SettingsSources,
    ) -> Result<Self, Stop> {
        let mut layer = match &surroundings.user_file {
            Some(path) => file::read_settings_file(path, path, Owner::User)?,
            None => Layer::default(),
        };
        let mut repository = file::read_settings_file(
            &root.join(REPOSITORY_FILE),
            Path::new(REPOSITORY_FILE),
            Owner::Repository,
        )?;
        let (environment, warnings) = environment::read_environment(&surroundings.environment)?;
        let home = surroundings.environment.get("HOME").map(String::as_str);
        let trusted = restraint::find_trust_origin(
            root,
            layer.trusted.iter().chain(&environment.trusted),
            home,
        );
        let withheld = if trusted.is_none() {
            restraint::restrain_layer(&mut repository, &layer)
        } else {
            Vec::new()
        };
        layer.cover(repository);
        layer.cover(environment);
        let (flagged, from_files) = of_flags(flags)?;
        layer.cover(flagged);
        refuse_one_port_twice(&layer.services)?;
        Ok(MergedLayers {
            layer,
            from_files,
            trusted,
            withheld,
            warnings,
        })
    }
}

/// Returns the values of the variables that commands are given by name, from the environment, and all of the files'
/// (`from_files`), which come before it; warns of a name that has no value in either.
pub(super) fn values_of_names(
    names: &[Sourced<String>],
    (environment, from_files): (&BTreeMap<String, String>, BTreeMap<String, HiddenText>),
    warnings: &mut Vec<String>,
) -> BTreeMap<String, HiddenText> {
    let mut values = BTreeMap::new();
    for held in names {
        match environment.get(&held.value) {
            Some(value) => drop(values.insert(held.value.clone(), HiddenText::new(value.clone()))),
            None if from_files.contains_key(&held.value) => {}
            None => warnings.push(format!(
                "{} names {}, which is not set in this environment",
                held.origin, held.value
            )),
        }
    }
    values.extend(from_files);
    values
}
