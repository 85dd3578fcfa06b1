//! Adds what a Python manifest asks for to its package.
//!
//! ```text
//! "httpx==0.27.0"                    httpx, `==0.27.0`, version 0.27.0
//! "httpx>=0.27"                      httpx, `>=0.27`, no version
//! requests = { git = "https://…" }   requests, `@ source`
//! ```

use super::super::requirement::{pinned_version, split_requirement};
use super::super::{Dependency, Package};
use crate::place::{Finder, Place};
use toml::Value;

/// The manifest that is read, and the package that its dependencies are added to.
pub(super) struct ManifestReader<'m> {
    pub(super) package: &'m mut Package,
    pub(super) path: &'m str,
    pub(super) text: &'m str,
}

impl ManifestReader<'_> {
    /// Adds the requirements of a list, each at the line where the search meets it: `["httpx>=0.27"]`.
    pub(super) fn push_list(
        &mut self,
        finder: &mut Finder<'_>,
        list: Option<&Value>,
        development: bool,
    ) {
        for line in texts_of_array(list) {
            if let Some(requirement) = split_requirement(line) {
                let place = Place::new(self.path, finder.pass(line));
                self.package
                    .dependencies
                    .push(new_dependency(requirement, development, place));
            }
        }
    }
}

/// Returns a dependency; its version is known where the requirement pins it (`==1.2.3`).
pub(super) fn new_dependency(
    (name, requirement): (&str, String),
    development: bool,
    place: Place,
) -> Dependency {
    let version = pinned_version(&requirement).filter(|_| requirement.starts_with("=="));
    Dependency {
        name: name.to_owned(),
        requirement,
        version,
        development,
        place,
    }
}

/// Returns the texts of an array; nothing of any other value.
fn texts_of_array(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Returns whether a name is one under which projects keep what only their own work needs.
///
/// `dev`, `type-check` and `unit_tests` are; `main` and `api` are not. A part needs only begin with one of the words.
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
///
/// `"^2.0"` and `{ version = "^2.0" }` are `^2.0`, `"*"` is empty, a path or repository is `@ source`.
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
