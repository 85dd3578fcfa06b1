//! Versions from lock files, for the packages that a manifest asks for itself.
//!
//! ```text
//! manifest   express ^4.18.0
//! yarn.lock  express@^4.18.0, express@^4.17.1:     the version below it is the one of express
//! pnpm-lock  importers, then the package's folder  the version that this folder has
//! uv.lock    [[package]] name = "flask"            the first of that name
//! ```
//!
//! A dependency that the lock file does not name keeps what it has: the version that its manifest pins, or none.

use std::collections::HashMap;

use serde_json::Value;

use super::requirement::canonical_name;
use super::{Ecosystem, Package};
use crate::documents::{Documents, folder_of, join_folder, name_of, strip_folder};
use code::modules::without_comments;

/// Versions by package name; where several are locked, by the folder that asks.
type Versions = HashMap<String, String>;

/// Puts the locked versions into the package's dependencies, and names the lock file.
///
/// The first lock file that is there counts, one of the package's folder before one of its workspace.
pub(super) fn fill_in(package: &mut Package, documents: &Documents) {
    let names: &[&str] = match package.ecosystem {
        Ecosystem::Python => &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"],
        Ecosystem::Node => &[
            "pnpm-lock.yaml",
            "bun.lock",
            "yarn.lock",
            "package-lock.json",
            "npm-shrinkwrap.json",
        ],
    };
    // A lock file of the folder itself, or that of the workspace it belongs to.
    let at_home = names.iter().map(|name| join_folder(&package.folder, name));
    let above = package
        .workspace
        .iter()
        .flat_map(|root| names.iter().map(|name| join_folder(root, name)));
    let Some((path, text)) = at_home
        .chain(above)
        .find_map(|path| documents.text(&path).map(|text| (path.clone(), text)))
    else {
        return;
    };
    let wanted: Vec<&str> = package
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    // The package's folder as the lock file of a workspace names it; empty for the workspace itself.
    let member = strip_folder(folder_of(&path), &package.folder).unwrap_or("");
    let versions = match name_of(&path) {
        "uv.lock" | "poetry.lock" | "pdm.lock" => of_toml(text),
        "Pipfile.lock" => of_pipfile(text),
        "pnpm-lock.yaml" => of_pnpm(text, member),
        "bun.lock" => of_bun(text, &wanted),
        "yarn.lock" => of_yarn(text, package),
        _ => of_npm(text, member, &wanted),
    };
    for dependency in &mut package.dependencies {
        if let Some(version) = versions.get(&canonical_name(&dependency.name, package.ecosystem)) {
            dependency.version = Some(version.clone());
        }
    }
    package.lock = Some(path);
}

/// Reads `[[package]]` with `name` and `version`, as uv, Poetry and PDM write it; of several versions, the first.
fn of_toml(text: &str) -> Versions {
    let mut versions = Versions::new();
    let mut name = None;
    for line in text.lines() {
        if line.starts_with('[') {
            name = None;
        } else if let Some(value) = line.strip_prefix("name = ") {
            name = Some(canonical_name(value.trim_matches('"'), Ecosystem::Python));
        } else if let Some(value) = line.strip_prefix("version = ")
            && let Some(name) = name.take()
        {
            versions
                .entry(name)
                .or_insert_with(|| value.trim_matches('"').to_owned());
        }
    }
    versions
}

/// Reads Pipfile.lock; what is in both lists has the version of `default`, which is read last.
fn of_pipfile(text: &str) -> Versions {
    let Ok(lock) = serde_json::from_str::<Value>(text) else {
        return Versions::new();
    };
    let lists = ["develop", "default"]
        .into_iter()
        .filter_map(|key| lock[key].as_object())
        .flatten();
    lists
        .filter_map(|(name, entry)| {
            let version = entry["version"].as_str()?.trim_start_matches('=');
            Some((canonical_name(name, Ecosystem::Python), version.to_owned()))
        })
        .collect()
}

/// Reads package-lock.json: a version in the package's own `node_modules` comes before that of the root. The key
/// `dependencies` is of the first form of the file.
fn of_npm(text: &str, member: &str, wanted: &[&str]) -> Versions {
    let Ok(lock) = serde_json::from_str::<Value>(text) else {
        return Versions::new();
    };
    let version = |name: &str| {
        let nested = join_folder(member, &format!("node_modules/{name}"));
        let entry = lock["packages"]
            .get(&nested)
            .or_else(|| lock["packages"].get(format!("node_modules/{name}")));
        let entry = entry.or_else(|| lock["dependencies"].get(name))?;
        entry["version"].as_str().map(str::to_owned)
    };
    wanted
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), version(name)?)))
        .collect()
}

/// Reads bun.lock, whose JSON has comments: `"hono": ["hono@4.1.0", …]`.
fn of_bun(text: &str, wanted: &[&str]) -> Versions {
    let Ok(lock) = serde_json::from_str::<Value>(&without_comments(text)) else {
        return Versions::new();
    };
    let version = |name: &str| {
        let resolved = lock["packages"][name][0].as_str()?;
        resolved
            .rsplit_once('@')
            .map(|(_, version)| version.to_owned())
    };
    wanted
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), version(name)?)))
        .collect()
}

/// Entries headed by what is asked for (`express@^4.18.0, express@^4.17.1:`) with the version
/// below.
fn of_yarn(text: &str, package: &Package) -> Versions {
    let asked: HashMap<String, &str> = package
        .dependencies
        .iter()
        .flat_map(|dependency| {
            let (name, wanted) = (dependency.name.as_str(), dependency.requirement.as_str());
            [
                // Yarn 2 and later write `name@npm:wanted`.
                (format!("{name}@{wanted}"), name),
                (format!("{name}@npm:{wanted}"), name),
            ]
        })
        .collect();
    let mut versions = Versions::new();
    let mut heads: Vec<&str> = Vec::new();
    for line in text.lines() {
        if !line.starts_with([' ', '#']) && line.ends_with(':') {
            let keys = line
                .trim_end_matches(':')
                .split(", ")
                .map(|key| key.trim_matches('"'));
            heads = keys.filter_map(|key| asked.get(key).copied()).collect();
        } else if let Some(value) = line.strip_prefix("  version").filter(|_| !heads.is_empty()) {
            for name in heads.drain(..) {
                versions.insert(
                    name.to_owned(),
                    value.trim_matches([':', ' ', '"']).to_owned(),
                );
            }
        }
    }
    versions
}

/// Returns the importer's entries, in both forms: `name: 1.2.3` and a `version:` below the name.
fn of_pnpm(text: &str, member: &str) -> Versions {
    let importer = if member.is_empty() { "." } else { member };
    let mut versions = Versions::new();
    let (mut in_importers, mut is_ours, mut name) = (false, member.is_empty(), String::new());
    let bare = |text: &str| {
        text.trim()
            .trim_matches(['\'', '"'])
            .split('(')
            .next()
            .unwrap_or("")
            .to_owned()
    };
    for line in text.lines() {
        let depth = line.len() - line.trim_start().len();
        let Some((key, value)) = line.trim().split_once(':') else {
            continue;
        };
        let key = key.trim_matches(['\'', '"']);
        match depth {
            0 => {
                in_importers = key == "importers";
                is_ours = in_importers || member.is_empty();
                if matches!(key, "packages" | "snapshots") {
                    break;
                }
            }
            2 if in_importers => is_ours = key == importer,
            _ if !is_ours => {}
            // `name: 1.2.3` of an old lock file, or the value below a name.
            _ if key == "version" => {
                versions.insert(name.clone(), bare(value));
            }
            _ if key == "specifier" => {}
            _ if value
                .trim()
                .starts_with(|letter: char| letter.is_ascii_digit()) =>
            {
                versions.insert(
                    key.to_owned(),
                    bare(value.split('_').next().unwrap_or(value)),
                );
            }
            _ => key.clone_into(&mut name),
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_each_lock_file() {
        let toml = of_toml(
            "version = 1\n\n[[package]]\nname = \"Django\"\nversion = \"4.2\"\ndependencies = []\n",
        );
        assert_eq!(toml["django"], "4.2");
        let pnpm = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      express:\n        specifier: ^4\n        version: 4.1.0\n\n  api:\n    dependencies:\n      '@nestjs/core':\n        specifier: ^10\n        version: 10.3.0(rxjs@7)\n\npackages:\n  x@1: {}\n";
        assert_eq!(of_pnpm(pnpm, "api")["@nestjs/core"], "10.3.0");
        assert_eq!(of_pnpm(pnpm, "")["express"], "4.1.0");
        assert!(!of_pnpm(pnpm, "api").contains_key("express"));
        let old = "lockfileVersion: 5.4\n\nspecifiers:\n  express: ^4.18.2\n\ndependencies:\n  express: 4.18.2\n";
        assert_eq!(of_pnpm(old, "")["express"], "4.18.2");
        let npm = r#"{"packages": {"node_modules/a": {"version": "1.0.0"}, "api/node_modules/a": {"version": "2.0.0"}}}"#;
        assert_eq!(of_npm(npm, "api", &["a"])["a"], "2.0.0");
        assert_eq!(of_npm(npm, "web", &["a"])["a"], "1.0.0");
        let bun = "{\"packages\": {\"@x/a\": [\"@x/a@1.2.3\", \"\", {},],},}";
        assert_eq!(of_bun(bun, &["@x/a"])["@x/a"], "1.2.3");
    }
}
