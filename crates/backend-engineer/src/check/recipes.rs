//! The recipes of the project's own runners, as the tree has them now: what `make check` comes to.

use shell::{Call, NothingReason, Recipes, Target};

use super::vacuous::{Vacuous, drops_statuses};

use crate::facts::read_text;
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
        TreeRecipes {
            run,
            workspace,
            folder: folder.trim_end_matches('/'),
        }
    }

    fn read_staged_text(&self, path: &str) -> Option<String> {
        match self.workspace.tree.staged().get(path) {
            Some(staged) => String::from_utf8(staged.bytes.clone()?).ok(),
            None => read_text(&self.run.root().join(path)),
        }
    }

    /// Returns the text of the shell script of the tree that a call runs: `./run.sh`, `sh scripts/start.sh`.
    pub(super) fn shell_script(&self, call: &Call) -> Option<String> {
        let base = (!self.folder.is_empty()).then_some(self.folder);
        let folder = match &call.folder {
            Some(inner) => shell::join_folders(base, inner).unwrap_or_default(),
            None => self.folder.to_owned(),
        };
        let path = join_folder(&folder, call.written.trim_start_matches("./"));
        let inside = !path.starts_with(['/', '.', '~']) && !path.contains("..");
        let text = self.read_staged_text(&path).filter(|_| inside)?;
        let shebang = text
            .lines()
            .next()
            .filter(|line| line.starts_with("#!"))
            .unwrap_or_default();
        (path.ends_with(".sh") || path.ends_with(".bash") || shebang.ends_with("sh"))
            .then_some(text)
    }

    /// Tells why a success of a command says nothing: a script of the tree that it runs drops a status, or the target that
    /// it runs where there is one is not there (`npm run x --if-present`).
    pub(super) fn lost(&self, reading: &shell::Reading) -> Option<Vacuous> {
        let calls = reading.calls();
        let drops = |call: &&Call| {
            self.shell_script(call)
                .is_some_and(|text| drops_statuses(&text))
        };
        let absent = |call: &&Call| {
            let optional = call
                .arguments
                .iter()
                .any(|argument| argument == "--if-present");
            optional
                && call
                    .target
                    .as_ref()
                    .is_some_and(|target| self.recipe(target).is_none())
        };
        match () {
            () if calls.iter().any(drops) => Some(Vacuous::Nothing(NothingReason::Sequence)),
            () if calls.iter().any(absent) => Some(Vacuous::Idle),
            () => None,
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
        let manifests = self
            .run
            .files
            .all()
            .iter()
            .filter(|path| path.rsplit('/').next() == Some("package.json"));
        let mut folders = manifests.map(|path| {
            path.strip_suffix("package.json")
                .unwrap_or("")
                .trim_end_matches('/')
        });
        let bears = |folder: &&str| {
            let text = self
                .read_staged_text(&join_folder(folder, "package.json"))
                .unwrap_or_default();
            let manifest = serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default();
            *folder == name || manifest["name"] == name
        };
        folders.find(bears).map(str::to_owned)
    }
}

impl Recipes for TreeRecipes<'_> {
    fn recipe(&self, target: &Target) -> Option<String> {
        let folder = self.folder_of(target)?;
        let paths = survey::recipe_files(target)
            .iter()
            .map(|name| join_folder(&folder, name));
        let (path, text) = paths
            .filter_map(|path| self.read_staged_text(&path).map(|text| (path, text)))
            .next()?;
        survey::recipe_of(target, &survey::read_recipes(&path, &text))
    }
}

fn join_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
