//! The folders whose programs a command means first: the nearest virtual environment and `node_modules/.bin`.

use std::path::{Path, PathBuf};

/// Names that virtual environments go by.
const ENVIRONMENTS: [&str; 4] = [".venv", "venv", "env", ".env"];

/// Existing folders of programs for a command in `folder` (from the root), nearest first, up to the root.
pub(crate) fn nearest_tools(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let start = root.join(folder);
    let upward: Vec<&Path> = start
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .collect();
    let environment = upward.iter().find_map(|folder| {
        let programs = ENVIRONMENTS
            .iter()
            .map(|name| folder.join(name).join("bin"));
        programs
            .into_iter()
            .find(|programs| programs.join("python").exists())
    });
    let node = upward
        .iter()
        .map(|folder| folder.join("node_modules/.bin"))
        .filter(|folder| folder.is_dir());
    environment.into_iter().chain(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_environment_and_every_node_folder_upward() {
        let root = tempfile::tempdir().unwrap();
        for folder in [
            ".venv/bin",
            "api/venv/bin",
            "api/node_modules/.bin",
            "node_modules/.bin",
            "api/src",
        ] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join(".venv/bin/python"), "").unwrap();
        fs::write(root.path().join("api/venv/bin/python"), "").unwrap();
        let found = nearest_tools(root.path(), Path::new("api/src"));
        let expected = ["api/venv/bin", "api/node_modules/.bin", "node_modules/.bin"]
            .map(|path| root.path().join(path));
        assert_eq!(found, expected);
        assert_eq!(
            nearest_tools(root.path(), Path::new(""))[0],
            root.path().join(".venv/bin")
        );
    }
}
