//! Node's manifests: package.json, and the workspaces of npm, Yarn, pnpm and Bun.
//!
//! ```text
//! { "name": "api", "packageManager": "pnpm@9.1.0", "dependencies": { "express": "^4.18.0" } }
//!     package `api` with the manager pnpm; it asks for express, `^4.18.0`
//! ```
//!
//! The manager is the one that the manifest names, else the one whose lock file lies beside it, else that of the
//! workspace, else npm.

use serde_json::Value;

use super::python::matches_member;
use super::requirement::pinned_version;
use super::{Dependency, Ecosystem, Package};
use crate::documents::{Documents, folder_of, join_folder, name_of, strip_folder};
use crate::place::{Finder, Place};

/// Lock files and what writes them; where several lie in a folder, the first of these counts.
const LOCKS: [(&str, &str); 6] = [
    ("pnpm-lock.yaml", "pnpm"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("yarn.lock", "yarn"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
];

/// The keys of dependencies, and whether these are only for work on the project.
const KEYS: [(&str, bool); 4] = [
    ("dependencies", false),
    ("devDependencies", true),
    ("optionalDependencies", false),
    ("peerDependencies", false),
];

/// Returns every package.json, as a package.
pub(super) fn read_node_packages(documents: &Documents) -> Vec<Package> {
    let read: Vec<(&str, &str, Value)> = documents
        .named("package.json")
        .filter_map(|(path, text)| Some((path, text, serde_json::from_str(text).ok()?)))
        .filter(|(_, _, manifest): &(_, _, Value)| manifest.is_object())
        .collect();
    let workspaces: Vec<(&str, Vec<String>)> = read
        .iter()
        .map(|(path, _, manifest)| {
            (
                folder_of(path),
                workspace_members(folder_of(path), manifest, documents),
            )
        })
        .filter(|(_, members)| !members.is_empty())
        .collect();
    read.iter()
        .map(|(path, text, manifest)| {
            let folder = folder_of(path);
            let lists = |(root, members): &&(&str, Vec<String>)| {
                *root != folder
                    && strip_folder(root, folder).is_some_and(|inside| {
                        members.iter().any(|member| matches_member(member, inside))
                    })
            };
            let workspace = workspaces
                .iter()
                .find(lists)
                .map(|(root, _)| (*root).to_owned());
            // A workspace's root may keep its lock file although nothing else is in it.
            let is_root = workspaces.iter().any(|(at, _)| *at == folder);
            let manager = stated_manager(manifest)
                .or_else(|| locked_manager(folder, documents))
                .or_else(|| manager_of_workspace(workspace.as_deref()?, documents))
                .or_else(|| pnpm_of_root(folder, documents).filter(|_| is_root))
                .unwrap_or_else(|| "npm".to_owned());
            Package {
                manager,
                workspace,
                ..read_manifest(path, text, manifest)
            }
        })
        .collect()
}

/// Returns the package that a manifest says; its manager and workspace are not the manifest's to say.
fn read_manifest(path: &str, text: &str, manifest: &Value) -> Package {
    let folder = folder_of(path);
    let mut dependencies = Vec::new();
    // A name that stands under several keys keeps the first of them.
    for (key, development) in KEYS {
        let mut finder = Finder::new(text);
        finder.next(&format!("\"{key}\""));
        for (name, asked) in manifest[key].as_object().into_iter().flatten() {
            let requirement = asked.as_str().unwrap_or_default().to_owned();
            if dependencies
                .iter()
                .any(|known: &Dependency| known.name == *name)
            {
                continue;
            }
            let place = Place::new(path, finder.next(&format!("\"{name}\"")));
            let version = pinned_version(&requirement);
            dependencies.push(Dependency {
                name: name.clone(),
                requirement,
                version,
                development,
                place,
            });
        }
    }
    Package {
        name: manifest["name"]
            .as_str()
            .unwrap_or(name_of(folder))
            .to_owned(),
        folder: folder.to_owned(),
        ecosystem: Ecosystem::Node,
        manager: String::new(),
        manifest: Place::new(path, Finder::new(text).next("\"name\"")),
        lock: None,
        workspace: None,
        runtime: manifest["engines"]["node"].as_str().map(str::to_owned),
        dependencies,
    }
}

/// Returns the member patterns of a workspace whose root is `folder`.
///
/// The patterns of `workspaces` (a list, or `packages` in it), `pnpm-workspace.yaml` and `lerna.json` count together.
fn workspace_members(folder: &str, manifest: &Value, documents: &Documents) -> Vec<String> {
    let written = &manifest["workspaces"];
    let listed = written
        .as_array()
        .or_else(|| written["packages"].as_array());
    let mut members: Vec<String> = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    for (name, key) in [
        ("pnpm-workspace.yaml", "packages"),
        ("lerna.json", "packages"),
    ] {
        let Some(text) = documents.text(&join_folder(folder, name)) else {
            continue;
        };
        let Ok(table) = serde_saphyr::from_str::<Value>(text) else {
            continue;
        };
        members.extend(
            table[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    members
}

/// Returns the manager that a manifest names: `"packageManager": "pnpm@9.1.0"`.
///
/// Returns none where it names none.
fn stated_manager(manifest: &Value) -> Option<String> {
    manifest["packageManager"]
        .as_str()
        .and_then(|text| text.split('@').next())
        .map(str::to_owned)
}

/// Returns the manager whose lock file lies in a folder.
///
/// `yarn.lock` gives `yarn`. Returns none where no lock file is there.
fn locked_manager(folder: &str, documents: &Documents) -> Option<String> {
    LOCKS
        .iter()
        .find(|(name, _)| documents.text(&join_folder(folder, name)).is_some())
        .map(|(_, manager)| (*manager).to_owned())
}

/// Returns the manager of a workspace by its root's manifest, then by its lock file.
fn manager_of_workspace(root: &str, documents: &Documents) -> Option<String> {
    let text = documents.text(&join_folder(root, "package.json"))?;
    let manifest = serde_json::from_str::<Value>(text).ok();
    manifest
        .and_then(|manifest| stated_manager(&manifest))
        .or_else(|| locked_manager(root, documents))
}

/// Returns pnpm where a folder holds the file with which pnpm makes a workspace.
fn pnpm_of_root(folder: &str, documents: &Documents) -> Option<String> {
    documents.text(&join_folder(folder, "pnpm-workspace.yaml"))?;
    Some("pnpm".to_owned())
}
