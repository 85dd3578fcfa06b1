//! Python's manifests: pyproject.toml in its dialects, setup.cfg, setup.py, Pipfile and requirement
//! files.
//!
//! ```text
//! [project] dependencies = ["httpx>=0.27"]             httpx, `>=0.27`
//! [dependency-groups] dev = ["pytest"]                 pytest, for development
//! [tool.poetry.dependencies] python = "^3.11"          the runtime, no dependency
//! requirements/dev.txt: black==24.1.0                  black, `==24.1.0`, for development, of the folder above
//! ```
//!
//! All manifests of a folder make one package.

mod dependencies;

use dependencies::{ManifestReader, is_development, new_dependency, requirement_of};
use std::collections::BTreeMap;

use toml::{Table, Value};

use super::requirement::split_requirement;
use super::{Ecosystem, Package};
use crate::documents::{Documents, folder_of, ini, join_folder, name_of, strip_folder};
use crate::place::{Finder, Place};

/// Returns every folder with a manifest of Python, as a package.
pub(super) fn read_python_packages(documents: &Documents) -> Vec<Package> {
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    let mut workspaces = Vec::new();
    for (path, text) in documents.all() {
        if name_of(path) != "pyproject.toml" {
            read_manifest(&mut packages, path, text);
            continue;
        }
        let Some(table) = text.parse::<Table>().ok().filter(is_package) else {
            continue;
        };
        let folder = folder_of(path);
        workspaces.extend(workspace_members(&table).map(|member| (folder.to_owned(), member)));
        let reader = ManifestReader {
            package: package_in_folder(&mut packages, folder, path),
            path,
            text,
        };
        of_pyproject(reader, &table);
    }
    for package in packages.values_mut() {
        package.manager = manager_of_package(package, documents);
        let lists = |(root, member): &&(String, String)| {
            *root != package.folder
                && strip_folder(root, &package.folder)
                    .is_some_and(|path| matches_member(member, path))
        };
        package.workspace = workspaces.iter().find(lists).map(|(root, _)| root.clone());
        // The same dependency in two manifests counts once, at the place that was read first.
        let mut seen = std::collections::HashSet::new();
        package.dependencies.retain(|dependency| {
            seen.insert((dependency.name.to_lowercase(), dependency.development))
        });
    }
    packages.into_values().collect()
}

/// Reads a manifest other than pyproject.toml, if the file is one, into the package of its folder.
fn read_manifest(packages: &mut BTreeMap<String, Package>, path: &str, text: &str) {
    let folder = folder_of(path);
    match name_of(path) {
        "setup.cfg" => {
            let sections = ini::parse_ini(text);
            if sections
                .iter()
                .any(|section| section.name.starts_with("options"))
            {
                of_setup_cfg(package_in_folder(packages, folder, path), path, &sections);
            }
        }
        "setup.py" if text.contains("setup(") => {
            of_setup_py(package_in_folder(packages, folder, path), path, text)
        }
        "Pipfile" => {
            if let Ok(table) = text.parse::<Table>() {
                let package = package_in_folder(packages, folder, path);
                of_pipfile(package, path, text, &table);
            }
        }
        name if name.ends_with(".txt") || name.ends_with(".in") => {
            // `requirements/dev.txt` and `deploy/requirements.txt` alike ask for what their folder's project needs.
            let home = if name_of(folder) == "requirements" {
                folder_of(folder)
            } else {
                folder
            };
            of_requirements(package_in_folder(packages, home, path), path, text);
        }
        _ => {}
    }
}

/// Returns whether a member pattern of a workspace (`packages/*`, `backend`) means the folder.
///
/// `packages/*` means `packages/api`, not `packages/api/inner`; `apps/**` means everything below `apps`.
pub(super) fn matches_member(pattern: &str, folder: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let (mut wanted, mut parts) = (pattern.split('/'), folder.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) | (Some("**"), Some(_)) => return true,
            (Some(glob), Some(part)) if glob == "*" || glob == part => {}
            (Some(glob), Some(part)) => match glob.split_once('*') {
                Some((head, tail)) if part.starts_with(head) && part.ends_with(tail) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}

/// Returns whether a pyproject.toml makes a package: not if it only configures tools, unless it is the root of a
/// workspace or of everything.
fn is_package(table: &Table) -> bool {
    let tool = |name: &str| {
        table
            .get("tool")
            .and_then(|tools| tools.get(name))
            .is_some()
    };
    table.contains_key("project")
        || table.contains_key("dependency-groups")
        || table.contains_key("build-system")
        || tool("poetry")
        || tool("uv")
        || tool("pdm")
}

/// Returns the member patterns of uv's workspace: `members = ["packages/*"]`.
fn workspace_members(table: &Table) -> impl Iterator<Item = String> + '_ {
    let members = table
        .get("tool")
        .and_then(|tool| tool.get("uv")?.get("workspace")?.get("members"));
    members
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|member| member.as_str().map(str::to_owned))
}

/// Returns the package of a folder, and makes one named after the folder where there is none yet.
fn package_in_folder<'p>(
    packages: &'p mut BTreeMap<String, Package>,
    folder: &str,
    path: &str,
) -> &'p mut Package {
    packages
        .entry(folder.to_owned())
        .or_insert_with(|| Package {
            name: name_of(folder).to_owned(),
            folder: folder.to_owned(),
            ecosystem: Ecosystem::Python,
            manager: String::new(),
            manifest: Place::new(path, 1),
            lock: None,
            workspace: None,
            runtime: None,
            dependencies: Vec::new(),
        })
}

/// Reads a pyproject.toml: `[project]`, dependency groups, then the sections of Poetry, uv, PDM and Hatch.
fn of_pyproject(mut reader: ManifestReader<'_>, table: &Table) {
    reader.package.manifest = Place::new(reader.path, 1);
    if let Some(project) = table.get("project").and_then(Value::as_table) {
        of_project(&mut reader, project);
    }
    for (group, list) in entries_of(table.get("dependency-groups")) {
        let mut finder = find_section(reader.text, "[dependency-groups]", group);
        reader.push_list(&mut finder, Some(list), true);
    }
    let tool = |name: &str| table.get("tool").and_then(|tools| tools.get(name));
    if let Some(poetry) = tool("poetry").and_then(Value::as_table) {
        of_poetry(&mut reader, poetry);
    }
    if let Some(uv) = tool("uv").and_then(Value::as_table) {
        let mut finder = find_section(reader.text, "[tool.uv]", "dev-dependencies");
        reader.push_list(&mut finder, uv.get("dev-dependencies"), true);
    }
    let groups = tool("pdm").and_then(|pdm| pdm.get("dev-dependencies"));
    for (group, list) in entries_of(groups) {
        let mut finder = find_section(reader.text, "[tool.pdm.dev-dependencies]", group);
        reader.push_list(&mut finder, Some(list), true);
    }
    let environments = tool("hatch").and_then(|hatch| hatch.get("envs"));
    for (name, environment) in entries_of(environments) {
        let heading = format!("[tool.hatch.envs.{name}");
        let mut finder = find_section(reader.text, &heading, "dependencies");
        reader.push_list(&mut finder, environment.get("dependencies"), true);
    }
}

/// Returns the entries of a value that is a table; nothing of any other.
fn entries_of(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_table).into_iter().flatten()
}

/// Reads `[project]`, the part of pyproject.toml that all tools share.
fn of_project(reader: &mut ManifestReader<'_>, project: &Table) {
    let text = reader.text;
    if let Some(name) = project.get("name").and_then(Value::as_str) {
        reader.package.name = name.to_owned();
        reader.package.manifest.line = Finder::new(text).next("[project]");
    }
    reader.package.runtime = project
        .get("requires-python")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let mut finder = Finder::new(text);
    finder.next("dependencies");
    reader.push_list(&mut finder, project.get("dependencies"), false);
    for (group, list) in entries_of(project.get("optional-dependencies")) {
        let mut finder = find_section(text, "[project.optional-dependencies]", group);
        reader.push_list(&mut finder, Some(list), is_development(group));
    }
}

/// Returns a search that begins at a key of a section.
fn find_section<'t>(text: &'t str, heading: &str, key: &str) -> Finder<'t> {
    let mut finder = Finder::new(text);
    finder.pass(heading);
    finder.next(key);
    finder
}

/// Reads Poetry's section: `dependencies`, `dev-dependencies` and groups, of which all but `main` are for development.
fn of_poetry(reader: &mut ManifestReader<'_>, poetry: &Table) {
    let ManifestReader {
        package,
        path,
        text,
    } = reader;
    if let Some(name) = poetry.get("name").and_then(Value::as_str) {
        package.name = name.to_owned();
        package.manifest.line = Finder::new(text).next("[tool.poetry]");
    }
    let groups = poetry
        .get("group")
        .and_then(Value::as_table)
        .into_iter()
        .flatten();
    let groups = groups.filter_map(|(name, group)| {
        let heading = format!("[tool.poetry.group.{name}.dependencies]");
        Some((
            heading,
            name != "main",
            group.get("dependencies")?.as_table()?,
        ))
    });
    let of_key = |key: &str, development| {
        Some((
            format!("[tool.poetry.{key}]"),
            development,
            poetry.get(key)?.as_table()?,
        ))
    };
    for (heading, development, list) in of_key("dependencies", false)
        .into_iter()
        .chain(of_key("dev-dependencies", true))
        .chain(groups)
    {
        for (name, value) in list {
            let requirement = requirement_of(value);
            if name == "python" {
                package.runtime = Some(requirement);
                continue;
            }
            let place = Place::new(path, find_section(text, &heading, "").key(name));
            package
                .dependencies
                .push(new_dependency((name, requirement), development, place));
        }
    }
}

/// Reads a Pipfile: `[packages]`, `[dev-packages]`, and `python_version`.
fn of_pipfile(package: &mut Package, path: &str, text: &str, table: &Table) {
    for (key, development) in [("packages", false), ("dev-packages", true)] {
        for (name, value) in table
            .get(key)
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let place = Place::new(path, find_section(text, &format!("[{key}]"), "").key(name));
            package.dependencies.push(new_dependency(
                (name, requirement_of(value)),
                development,
                place,
            ));
        }
    }
    let wanted = table
        .get("requires")
        .and_then(|requires| requires.get("python_version"))
        .and_then(Value::as_str);
    package.runtime = package.runtime.take().or(wanted.map(str::to_owned));
}

/// Reads a setup.cfg: its name, `python_requires`, `install_requires` and extras.
fn of_setup_cfg(package: &mut Package, path: &str, sections: &[ini::Section<'_>]) {
    for section in sections {
        let first = |key: &str| {
            section
                .entry(key)?
                .values
                .first()
                .map(|(_, value)| (*value).to_owned())
        };
        match section.name {
            "metadata" => package.name = first("name").unwrap_or_else(|| package.name.clone()),
            "options" => {
                package.runtime = package.runtime.take().or(first("python_requires"));
                for (line, value) in section
                    .entry("install_requires")
                    .iter()
                    .flat_map(|entry| &entry.values)
                {
                    if let Some((name, requirement)) = split_requirement(value) {
                        package.dependencies.push(new_dependency(
                            (name, requirement),
                            false,
                            Place::new(path, *line),
                        ));
                    }
                }
            }
            "options.extras_require" => {
                for entry in &section.entries {
                    for (line, value) in &entry.values {
                        if let Some((name, requirement)) = split_requirement(value) {
                            package.dependencies.push(new_dependency(
                                (name, requirement),
                                is_development(entry.key),
                                Place::new(path, *line),
                            ));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads what a setup.py spells out; what it computes is not followed.
///
/// `install_requires=["flask>=2"]` gives flask, `>=2`; only texts in quotes count.
fn of_setup_py(package: &mut Package, path: &str, text: &str) {
    for (key, development) in [("install_requires", false), ("tests_require", true)] {
        let Some(start) = text
            .find(&format!("{key}=["))
            .or_else(|| text.find(&format!("{key} = [")))
        else {
            continue;
        };
        let list = text.get(start..).unwrap_or("");
        let list = list.split_once('[').map_or("", |(_, list)| list);
        // The list ends at the first bracket that is not in quotes.
        let mut quote = None;
        let end = list.char_indices().find(|(_, letter)| {
            match (quote, *letter) {
                (None, '"' | '\'') => quote = Some(*letter),
                (Some(open), letter) if open == letter => quote = None,
                (None, ']') => return true,
                _ => {}
            }
            false
        });
        let list = list
            .get(..end.map_or(list.len(), |(at, _)| at))
            .unwrap_or("");
        let before = text.get(..start).unwrap_or("");
        let first = u32::try_from(before.lines().count().max(1)).unwrap_or(1);
        for (line, row) in (first..).zip(list.lines()) {
            for part in row.split(',') {
                let bare = part.trim().trim_matches(['"', '\'']);
                if let Some((name, requirement)) =
                    split_requirement(bare).filter(|_| bare.len() < part.trim().len())
                {
                    package.dependencies.push(new_dependency(
                        (name, requirement),
                        development,
                        Place::new(path, line),
                    ));
                }
            }
        }
    }
}

/// Reads a file of requirements. Its name says whether they are for development: `requirements-dev.txt`, `test.in`.
fn of_requirements(package: &mut Package, path: &str, text: &str) {
    if name_of(path) == "requirements.txt" && package.manifest.file.ends_with(".txt") {
        package.manifest = Place::new(path, 1);
    }
    let stem = name_of(path)
        .trim_start_matches("requirements")
        .trim_matches(['-', '_', '.']);
    let development = is_development(stem.rsplit_once('.').map_or(stem, |(stem, _)| stem));
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((name, requirement)) = split_requirement(line) {
            package.dependencies.push(new_dependency(
                (name, requirement),
                development,
                Place::new(path, number),
            ));
        }
    }
}

/// Returns the package manager, by the lock file, then by the manifest.
///
/// The lock file may lie in a folder above. Without any sign it is pip.
fn manager_of_package(package: &Package, documents: &Documents) -> String {
    let locks = [
        ("uv.lock", "uv"),
        ("poetry.lock", "poetry"),
        ("pdm.lock", "pdm"),
        ("Pipfile.lock", "pipenv"),
    ];
    if let Some((path, _)) = documents.upward(&package.folder, &locks.map(|(name, _)| name))
        && let Some((_, manager)) = locks.iter().find(|(name, _)| *name == name_of(path))
    {
        return (*manager).to_owned();
    }
    let text = documents
        .text(&join_folder(&package.folder, "pyproject.toml"))
        .unwrap_or("");
    let marks = [
        ("[tool.poetry", "poetry"),
        ("[tool.uv", "uv"),
        ("[tool.pdm", "pdm"),
        ("[tool.hatch.envs", "hatch"),
    ];
    let marked = marks
        .iter()
        .find(|(mark, _)| text.contains(mark))
        .map(|(_, manager)| *manager);
    let pipfile = documents
        .text(&join_folder(&package.folder, "Pipfile"))
        .map(|_| "pipenv");
    marked.or(pipfile).unwrap_or("pip").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_workspaces() {
        assert!(
            matches_member("packages/*", "packages/api")
                && matches_member("./backend", "backend")
                && matches_member("apps/**", "apps/a/b")
        );
        assert!(
            !matches_member("packages/*", "packages/api/inner")
                && !matches_member("backend", "frontend")
        );
    }
}
