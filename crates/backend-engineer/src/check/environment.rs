//! The environment of the project where what enters it is missing: `uv run pytest` is then `pytest` of `.venv`, or of the
//! environment that is activated.

use std::path::PathBuf;

/// Returns where the user's own shell finds a program; links are followed.
pub(super) fn on_host(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(name)).filter(|file| file.is_file());
    found.next().map(|file| file.canonicalize().unwrap_or(file))
}

/// Returns the script without the runners that are not installed, where the folders of the project's own programs, or the
/// activated environment, have what they run.
pub(super) fn in_environment(script: &str, own: &[PathBuf]) -> Option<String> {
    let activated = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os);
    let folders: Vec<PathBuf> =
        own.iter().cloned().chain(activated.map(|root| PathBuf::from(root).join("bin"))).collect();
    let has = |tool: &str| folders.iter().any(|folder| folder.join(tool).exists());
    without_missing(script, &|runner| on_host(runner).is_some(), &has)
}

/// Returns the script without the runners that `installed` denies, of tools that `has` grants.
fn without_missing(script: &str, installed: &dyn Fn(&str) -> bool, has: &dyn Fn(&str) -> bool) -> Option<String> {
    let is_plain = |tool: &str| !tool.contains('/');
    shell::read(script).without_environments(&|runner, tool| is_plain(tool) && !installed(runner) && has(tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_gives_way_only_where_it_is_missing_and_the_environment_has_the_tool() {
        let found = |script: &str| without_missing(script, &|runner| runner == "uv", &|tool| tool == "pytest");
        assert_eq!(found("poetry run pytest -q").as_deref(), Some("pytest -q"));
        assert_eq!(found("poetry run mypy ."), None);
        assert_eq!(found("uv run pytest"), None);
        assert_eq!(found("pytest"), None);
    }
}
