//! Adds what a Python manifest asks for to its package.

use super::super::requirement::{pinned_version, split_requirement};
use super::super::{Dependency, Package};
use crate::place::{Finder, Place};
use toml::Value;

pub(super) fn push_dependency(
    package: &mut Package,
    name: &str,
    requirement: String,
    development: bool,
    place: Place,
) {
    let version = pinned_version(&requirement).filter(|_| requirement.starts_with("=="));
    package.dependencies.push(Dependency {
        name: name.to_owned(),
        requirement,
        version,
        development,
        place,
    });
}

pub(super) fn push_requirements<'t>(
    package: &mut Package,
    path: &str,
    finder: &mut Finder<'_>,
    lines: impl Iterator<Item = &'t str>,
    development: bool,
) {
    for line in lines {
        let Some((name, requirement)) = split_requirement(line) else {
            continue;
        };
        let place = Place::new(path, finder.pass(line));
        push_dependency(package, name, requirement, development, place);
    }
}

pub(super) fn texts_of_array(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Returns whether a name is one under which projects keep what only their own work needs.
pub(super) fn is_development(group: &str) -> bool {
    let words = [
        "dev", "test", "lint", "doc", "type", "typing", "ci", "debug", "check", "format", "qa",
    ];
    words.iter().any(|word| {
        group
            .to_lowercase()
            .split(['-', '_', '.'])
            .any(|part| part.starts_with(word))
    })
}

/// Returns a version as Poetry and Pipenv write it: plain text or a table.
pub(super) fn requirement_of(value: &Value) -> String {
    let text = value
        .as_str()
        .or_else(|| value.get("version").and_then(Value::as_str));
    match text {
        Some("*") => String::new(),
        Some(text) => text.to_owned(),
        None if value.get("path").is_some() || value.get("git").is_some() => "@ source".to_owned(),
        None => String::new(),
    }
}
