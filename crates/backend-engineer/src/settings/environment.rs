//! Reads settings from the environment: one variable for each key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::stop::Stop;

use super::key::KEYS;
use super::layer::Layer;
use super::origin::{Origin, Sourced};
use super::value::{read_duration, read_strength, read_variable_name, read_yes_no};

/// The prefix of our environment variables.
const PREFIX: &str = "BACKEND_ENGINEER_";

/// Reads the variables of `environment` that are ours; the sentences name those that mean nothing.
///
/// # Errors
/// A variable with a value that its key doesn't take.
pub(super) fn read_environment(
    environment: &BTreeMap<String, String>,
) -> Result<(Layer, Vec<String>), Stop> {
    let mut layer = Layer::default();
    let mut unknown = Vec::new();
    for (name, value) in environment
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
    {
        let Some(key) = KEYS.iter().find(|key| key.variable == name) else {
            // Not an error: the environment is shared with other versions of the program.
            unknown.push(format!(
                "the environment variable {name} means nothing to this version"
            ));
            continue;
        };
        let set = set_value(
            &mut layer,
            (key.name, value),
            Origin::Environment(key.variable),
        );
        set.map_err(|why| Stop::usage(format!("{name}: {why}")))?;
    }
    Ok((layer, unknown))
}

/// Sets the key `name` of a layer to a value as a variable has it.
///
/// # Errors
/// The reason why the value is wrong.
fn set_value(layer: &mut Layer, (name, value): (&str, &str), origin: Origin) -> Result<(), String> {
    match name {
        "sandbox" => layer.sandbox = Some(Sourced::new(value.parse()?, origin)),
        "network" => layer.network = Some(Sourced::new(read_yes_no(value)?, origin)),
        "commit" => layer.commit = Some(Sourced::new(read_yes_no(value)?, origin)),
        "services_for_model" => {
            layer.services_for_model = Some(Sourced::new(read_yes_no(value)?, origin));
        }
        "timeout" => layer.timeout = Some(Sourced::new(read_duration(value)?, origin)),
        "strength" => layer.strength = Some(Sourced::new(read_strength(value)?, origin)),
        "model" => {
            layer.model = (!value.is_empty()).then(|| Sourced::new(value.to_owned(), origin))
        }
        "effort" => layer.effort = Some(Sourced::new(value.parse()?, origin)),
        "repair_effort" => layer.repair_effort = Some(Sourced::new(value.parse()?, origin)),
        "protected" | "env" | "show" | "trusted" => set_list(layer, (name, value), origin)?,
        "commands.test" => layer.commands.test = command_setting(value, origin),
        "commands.lint" => layer.commands.lint = command_setting(value, origin),
        "commands.type_check" => layer.commands.type_check = command_setting(value, origin),
        "commands.setup" => layer.commands.setup = command_setting(value, origin),
        _ => {}
    }
    Ok(())
}

/// Sets a key that takes several values: `protected` and `env` between commas, `show` and `trusted` as `PATH` has them.
fn set_list(layer: &mut Layer, (name, value): (&str, &str), origin: Origin) -> Result<(), String> {
    match name {
        "protected" => {
            layer.protected = split_items(value)
                .map(|item| Sourced::new(item, origin.clone()))
                .collect()
        }
        "env" => {
            for item in split_items(value) {
                layer
                    .env
                    .push(Sourced::new(read_variable_name(&item)?, origin.clone()));
            }
        }
        "show" | "trusted" => {
            let paths = std::env::split_paths(value).filter(|path| path != &PathBuf::new());
            let held = paths
                .map(|path| Sourced::new(path, origin.clone()))
                .collect();
            *(if name == "show" {
                &mut layer.show
            } else {
                &mut layer.trusted
            }) = held;
        }
        _ => {}
    }
    Ok(())
}

fn split_items(value: &str) -> impl Iterator<Item = String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
}

fn command_setting(value: &str, origin: Origin) -> Option<Sourced<Vec<String>>> {
    (!value.trim().is_empty()).then(|| Sourced::new(vec![value.to_owned()], origin))
}
