//! The recipes of the project's own runners, as the tree has them now: what `make check` comes to.

use shell::{Recipes, Target};

use crate::run::{RunContext, Workspace};

/// The recipes that a command sees.
pub(crate) struct TreeRecipes<'a> {
    run: &'a RunContext,
    workspace: &'a Workspace,
    /// Where the command runs, from the root.
    folder: &'a str,
}

impl<'a> TreeRecipes<'a> {
    pub(crate) fn new(run: &'a RunContext, workspace: &'a Workspace, folder: &'a str) -> Self {
        TreeRecipes { run, workspace, folder: folder.trim_end_matches('/') }
    }

    fn text(&self, path: &str) -> Option<String> {
        match self.workspace.tree.staged().get(path) {
            Some(staged) => String::from_utf8(staged.bytes.clone()?).ok(),
            None => std::fs::read_to_string(self.run.root().join(path)).ok(),
        }
    }

    /// Returns the folder in which the target's runner looks; `None` where it lies outside of the repository.
    fn folder_of(&self, target: &Target) -> Option<String> {
        if let Some(name) = &target.workspace {
            return self.package(name.trim_start_matches("./"));
        }
        let base = (!self.folder.is_empty()).then_some(self.folder);
        let folder = match &target.folder {
            Some(inner) => shell::join_folders(base, inner).unwrap_or_default(),
            None => self.folder.to_owned(),
        };
        (!folder.starts_with(['/', '.', '~'])).then_some(folder)
    }

    /// Returns the folder of the package that has the name, or lies there.
    fn package(&self, name: &str) -> Option<String> {
        let manifests = self.run.files.all().iter().filter(|path| path.rsplit('/').next() == Some("package.json"));
        let mut folders = manifests.map(|path| path.strip_suffix("package.json").unwrap_or("").trim_end_matches('/'));
        let bears = |folder: &&str| {
            let text = self.text(&below(folder, "package.json")).unwrap_or_default();
            let manifest = serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default();
            *folder == name || manifest["name"] == name
        };
        folders.find(bears).map(str::to_owned)
    }
}

impl Recipes for TreeRecipes<'_> {
    fn recipe(&self, target: &Target) -> Option<String> {
        let folder = self.folder_of(target)?;
        let paths = survey::recipe_files(target).iter().map(|name| below(&folder, name));
        let (path, text) = paths.filter_map(|path| self.text(&path).map(|text| (path, text))).next()?;
        survey::recipe_of(target, &survey::recipes(&path, &text))
    }
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
