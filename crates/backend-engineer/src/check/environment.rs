//! The environment of the project where what enters it is missing: `uv run pytest` is then `pytest` of `.venv`, or of the
//! environment that is activated, and `yarn test` is `npm test`.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analyze::nearest_tools;
use crate::unit_work::UnitWork;

/// Returns where the user's own shell finds a program; links are followed.
pub(super) fn on_host(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .filter(|file| file.is_file());
    found.next().map(|file| file.canonicalize().unwrap_or(file))
}

/// Returns the name of the program that a command of an unknown program means, where there is none: not in the tree, in the
/// project's environment, nor in a folder of PATH. The folders of the system have a program for many a word of the prose, so
/// that they tell nothing.
pub(super) fn absent_program(work: &UnitWork<'_>, script: &str, folder: &str) -> Option<String> {
    const SYSTEM: [&str; 4] = ["/bin", "/usr/bin", "/sbin", "/usr/sbin"];
    let reading = shell::read(script);
    let name = reading.calls().first().map(|call| call.written.clone())?;
    if name.contains('/') {
        let bare = name.trim_start_matches("./");
        let path = if folder.is_empty() {
            bare.to_owned()
        } else {
            format!("{folder}/{bare}")
        };
        let stands =
            work.run.files.path_exists(&path) || work.workspace.tree.staged().contains_key(&path);
        return (!stands).then_some(name);
    }
    let own = nearest_tools(work.run.root(), Path::new(folder))
        .into_iter()
        .chain(activated_program_folders());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&path).filter(|folder| {
        !SYSTEM
            .iter()
            .any(|system| folder.as_path() == Path::new(system))
    });
    let found = own.chain(others).any(|folder| folder.join(&name).is_file());
    (!found).then_some(name)
}

/// Returns the folders of programs of the environment that is activated.
fn activated_program_folders() -> impl Iterator<Item = PathBuf> {
    let roots = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(std::env::var_os);
    roots.map(|root| PathBuf::from(root).join("bin"))
}

/// Returns the script without the runners that are not installed, where the folders of the project's own programs, or the
/// activated environment, have what they run; scripts of the manifest in `folder` run by npm where their manager is not
/// installed.
pub(super) fn in_environment(script: &str, root: &Path, folder: &Path) -> Option<String> {
    let own = nearest_tools(root, folder);
    let folders: Vec<PathBuf> = own
        .iter()
        .cloned()
        .chain(activated_program_folders())
        .collect();
    let has = |tool: &str| folders.iter().any(|folder| folder.join(tool).exists());
    let installed = |program: &str| on_host(program).is_some();
    let scripts = OnceCell::new();
    let is_script = |name: &str| {
        let manifest = || read_scripts(&root.join(folder).join("package.json"));
        scripts.get_or_init(manifest).contains(name)
    };
    let bare = without_missing(script, &installed, &has);
    let text = bare.as_deref().unwrap_or(script);
    let by_npm = shell::read(text).with_npm(&|manager, name| {
        !installed(manager) && !has(manager) && installed("npm") && is_script(name)
    });
    by_npm.or(bare)
}

/// Returns the names of a manifest's scripts; none where it can't be read.
fn read_scripts(manifest: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let scripts = manifest
        .get("scripts")
        .and_then(|scripts| scripts.as_object());
    scripts
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

/// Returns the script without the runners that `installed` denies, of tools that `has` grants.
fn without_missing(
    script: &str,
    installed: &dyn Fn(&str) -> bool,
    has: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let is_plain = |tool: &str| !tool.contains('/');
    shell::read(script)
        .without_environments(&|runner, tool| is_plain(tool) && !installed(runner) && has(tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_gives_way_only_where_it_is_missing_and_the_environment_has_the_tool() {
        let found = |script: &str| {
            without_missing(script, &|runner| runner == "uv", &|tool| tool == "pytest")
        };
        assert_eq!(found("poetry run pytest -q").as_deref(), Some("pytest -q"));
        assert_eq!(found("poetry run mypy ."), None);
        assert_eq!(found("uv run pytest"), None);
        assert_eq!(found("pytest"), None);
    }
}
