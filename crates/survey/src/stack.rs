//! The parts that a project is built from: languages, packages with their managers and
//! dependencies, frameworks with versions, databases and the tool that migrates them.

mod requirement;

mod locks;

mod python;

mod node;

mod known;

mod databases;

mod migrations;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::documents::{Documents, strip_folder};
use crate::place::Place;
use crate::source::Sources;
use code::languages::Language;

/// The parts that a project is built from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Languages of the source files, the most used first.
    pub languages: Vec<LanguageUse>,
    /// Packages: what has a manifest of its own.
    pub packages: Vec<Package>,
    /// Frameworks and tools that shape the code, by role.
    pub components: Vec<Component>,
    /// Databases and other stores, the one with most to show for it first.
    pub databases: Vec<Database>,
    /// The tools that bring the database's tables up to date.
    pub migrations: Vec<Migrations>,
}

/// A language and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageUse {
    /// `Python`, `TypeScript` or `JavaScript`.
    pub name: String,
    /// The number of files that were read.
    pub files: usize,
}

/// A family of packages and their managers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ecosystem {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    Node,
}

/// A folder with a manifest of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The name in its manifest, or that of its folder.
    pub name: String,
    /// Folder from the root; empty for the root.
    pub folder: String,
    /// Whose package it is.
    pub ecosystem: Ecosystem,
    /// The package manager: `uv`, `poetry`, `pdm`, `pipenv`, `pip`, `npm`, `pnpm`, `yarn`, `bun`.
    pub manager: String,
    /// Where its manifest stands.
    pub manifest: Place,
    /// The lock file that holds for it.
    pub lock: Option<String>,
    /// The folder of the workspace that lists it, where one does.
    pub workspace: Option<String>,
    /// The version of the language that it asks for.
    pub runtime: Option<String>,
    /// Its dependencies, in the order of its manifests.
    pub dependencies: Vec<Dependency>,
}

/// A package that another depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name in the registry, in the registry's own spelling.
    pub name: String,
    /// The version that the manifest asks for, empty for any.
    pub requirement: String,
    /// The version in the lock file, or where the manifest pins one.
    pub version: Option<String>,
    /// Only needed for work on the project.
    pub development: bool,
    /// Where it stands.
    pub place: Place,
}

/// A dependency that shapes the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The name that people use.
    pub name: String,
    /// Its role: `web`, `graphql`, `orm`, `validation`, `migrations`, `authentication`, `queue`,
    /// `logging`, `tests`, `lint`, `format`, `types`, `build`.
    pub role: String,
    /// Its version, where a lock file or a pin tells it.
    pub version: Option<String>,
    /// The version that the manifest asks for.
    pub requirement: String,
    /// Folder of the package that depends on it.
    pub package: String,
    /// Where it is asked for.
    pub place: Place,
}

/// A store of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    /// `PostgreSQL`, `MySQL`, `MongoDB`, …
    pub name: String,
    /// The version, where a container image names one.
    pub version: Option<String>,
    /// The signs of it: `driver asyncpg`, `address`, `image postgres:16`, each with its place.
    pub evidence: Vec<(String, Place)>,
}

/// A tool for migrations and where these lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrations {
    /// `Alembic`, `Django`, `Prisma`, …
    pub tool: String,
    /// Folders of migrations; several where each part of the project has its own.
    pub folders: Vec<String>,
    /// The sign of it.
    pub place: Place,
}

impl Stack {
    /// Returns the package that a file belongs to: the innermost folder with a manifest of the
    /// ecosystem.
    ///
    /// Returns none where no package of the ecosystem is around the file.
    pub fn package_of(&self, file: &str, ecosystem: Ecosystem) -> Option<&Package> {
        let holds = |package: &&Package| {
            package.ecosystem == ecosystem && strip_folder(&package.folder, file).is_some()
        };
        self.packages
            .iter()
            .filter(holds)
            .max_by_key(|package| package.folder.len())
    }
}

impl Package {
    /// Returns the dependency of that name, in any spelling that the registry takes for the same.
    pub fn dependency(&self, name: &str) -> Option<&Dependency> {
        let wanted = requirement::canonical_name(name, self.ecosystem);
        self.dependencies.iter().find(|dependency| {
            requirement::canonical_name(&dependency.name, self.ecosystem) == wanted
        })
    }
}

/// Reads the stack from what was read of the tree.
pub(crate) fn read_stack(documents: &Documents, sources: &Sources) -> Stack {
    let Stack { packages, .. } = read_packages(documents);
    Stack {
        languages: count_languages(sources),
        components: known_components(&packages),
        databases: databases::find_databases(&packages, documents, sources),
        migrations: migrations::find_migrations(&packages, documents, sources),
        packages,
    }
}

/// Returns the packages of a stack alone, which documents tell.
pub(crate) fn read_packages(documents: &Documents) -> Stack {
    let mut packages = python::read_python_packages(documents);
    packages.extend(node::read_node_packages(documents));
    for package in &mut packages {
        locks::fill_in(package, documents);
    }
    packages.sort_by(|a, b| (&a.folder, a.ecosystem).cmp(&(&b.folder, b.ecosystem)));
    Stack {
        packages,
        ..Stack::default()
    }
}

/// Counts the files of each language; `.tsx` counts as TypeScript.
fn count_languages(sources: &Sources) -> Vec<LanguageUse> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &sources.files {
        *counts
            .entry(match file.language {
                Language::Python => "Python",
                Language::JavaScript => "JavaScript",
                Language::TypeScript | Language::Tsx => "TypeScript",
            })
            .or_default() += 1;
    }
    let mut languages: Vec<_> = counts
        .into_iter()
        .map(|(name, files)| LanguageUse {
            name: name.to_owned(),
            files,
        })
        .collect();
    languages.sort_by_key(|language| std::cmp::Reverse(language.files));
    languages
}

/// Returns the dependencies that are known to shape code, in the order of roles; each once a
/// package.
fn known_components(packages: &[Package]) -> Vec<Component> {
    let mut components = Vec::new();
    for (rank, (role, names)) in known::ROLES.iter().enumerate() {
        for package in packages {
            for (name, shown) in names
                .iter()
                .filter_map(|known| known::of_ecosystem(known, package.ecosystem))
            {
                let Some(dependency) = package.dependency(name) else {
                    continue;
                };
                components.push((
                    rank,
                    Component {
                        name: shown.to_owned(),
                        role: (*role).to_owned(),
                        version: dependency.version.clone(),
                        requirement: dependency.requirement.clone(),
                        package: package.folder.clone(),
                        place: dependency.place.clone(),
                    },
                ));
            }
        }
    }
    components.sort_by_key(|(rank, _)| *rank);
    components
        .into_iter()
        .map(|(_, component)| component)
        .collect()
}
