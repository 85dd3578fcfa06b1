//! The workspace of a run: the staged tree, and the sandbox that commands see it in.

mod script_run;
mod overlay;
mod restoring;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::context::RunContext;
use super::scratch::Scratch;
use crate::facts::TreeFacts;
use crate::fingerprint;
use crate::settings::Settings;
use crate::stop::Stop;
use crate::tree::{Pending, Staged, Tree};
use overlay::Walls;

pub(crate) use overlay::{PathRole, last_lines};
pub(crate) use script_run::ScriptRun;

/// The tree of a run and its sandbox.
pub(crate) struct Workspace {
    /// The user's tree with what is staged over it.
    pub(crate) tree: Tree,
    facts: Rc<TreeFacts>,
    settings: Settings,
    walls: Walls,
    /// The private folders of the run, which the sandbox keeps as well.
    scratch: Option<Arc<Vec<Scratch>>>,
    synced: BTreeMap<String, Staged>,
    /// Files into which secrets came back that a model's commands found made up.
    pub(crate) revealed: BTreeSet<String>,
    /// Paths that the configured setup commands made on the overlay.
    set_up: BTreeSet<String>,
    /// By-products that commands made and the user does not get, by the command that made each.
    pub(crate) unkept: BTreeMap<String, String>,
    /// The version of Node that commands find, where that was asked.
    node: Option<Option<u32>>,
    /// It was made for checks apart: nothing ran on it but them.
    apart: bool,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Workspace")
            .field("root", &self.tree.root())
            .finish_non_exhaustive()
    }
}

impl Workspace {
    /// Makes the workspace of a run; its sandbox begins when it is first needed.
    pub(crate) fn new(run: &RunContext) -> Self {
        Workspace::on(run.root(), run.files.facts(), &run.settings)
    }

    /// Makes a workspace without a run: commands that look run on it, and nothing of it is recorded.
    pub(crate) fn on(root: &Path, facts: &Rc<TreeFacts>, settings: &Settings) -> Self {
        Workspace {
            tree: Tree::at(root),
            facts: Rc::clone(facts),
            settings: settings.clone(),
            walls: Walls::None,
            scratch: None,
            synced: BTreeMap::new(),
            revealed: BTreeSet::new(),
            set_up: BTreeSet::new(),
            unkept: BTreeMap::new(),
            node: None,
            apart: false,
        }
    }

    /// Makes a workspace apart from the run's own: the user's tree with what `tree` stages, and nothing that commands of the
    /// run made beside.
    pub(crate) fn apart(run: &RunContext, tree: Tree) -> Self {
        Workspace {
            tree,
            apart: true,
            ..Workspace::new(run)
        }
    }

    /// Returns whether it was made for checks apart.
    pub(crate) fn is_apart(&self) -> bool {
        self.apart
    }

    /// Returns whether commands on two workspaces can meet nowhere: each has mounts and a network of its own, and none
    /// reaches a service or waits for what the user's set-up makes.
    pub(crate) fn allows_apart(settings: &Settings) -> bool {
        !settings.network() && settings.services().is_empty() && settings.setup().is_empty()
    }

    /// Returns whether a staged file makes the folder.
    pub(crate) fn makes_folder(&self, folder: &str) -> bool {
        let inside = format!("{}/", folder.trim_end_matches('/'));
        self.tree
            .staged()
            .keys()
            .any(|path| path.starts_with(&inside))
    }

    /// Returns whether the repository, what is staged, or a file that the plan makes has a module or package of that name:
    /// before a step makes it, a test rightly fails for its sake.
    pub(crate) fn knows_module(&self, run: &RunContext, name: &str) -> bool {
        let bears = |path: &str| {
            path.split('/')
                .any(|part| part.split('.').next() == Some(name))
        };
        let planned = || {
            let changes = run.plan.phases().iter().flat_map(|phase| &phase.changes);
            changes
                .filter(|change| change.action == plan::Action::Create)
                .any(|change| bears(&change.path))
        };
        run.files.has_module(name) || self.tree.staged().keys().any(|path| bears(path)) || planned()
    }

    /// Returns the fingerprint of the tree that evidence speaks of: the user's files with what is staged laid over them;
    /// the plan, our own folder and by-products left out.
    pub(crate) fn staged_fingerprint(&self, run: &RunContext) -> String {
        self.fingerprint_under(run, self.tree.staged())
    }

    /// Returns the fingerprint of the user's files with others laid over them.
    pub(crate) fn fingerprint_under(
        &self,
        run: &RunContext,
        staged: &BTreeMap<String, Staged>,
    ) -> String {
        let staged = staged.iter().map(|(path, staged)| {
            (
                path.as_str(),
                staged.bytes.as_deref().map(|bytes| (bytes, staged.mode)),
            )
        });
        self.facts.fingerprint(run.plan_inside(), staged)
    }

    /// Returns whether nobody would commit the path: by its name, or because git ignores it.
    pub(crate) fn by_product(&self, path: &str) -> bool {
        fingerprint::is_by_product(path) || self.facts.is_ignored(path)
    }

    /// Returns what is staged and not written, as a unified diff.
    pub(crate) fn diff(&self) -> String {
        let text = |bytes: Option<&Vec<u8>>| {
            String::from_utf8_lossy(bytes.map_or(&[], Vec::as_slice)).into_owned()
        };
        let of_file = |file: Pending| {
            let (old, new) = (
                text(file.before.as_ref().map(|found| &found.bytes)),
                text(file.after.bytes.as_ref()),
            );
            let name = |there: bool, side: &str| {
                if there {
                    format!("{side}/{}", file.path)
                } else {
                    "/dev/null".to_owned()
                }
            };
            let names = (
                name(file.before.is_some(), "a"),
                name(file.after.bytes.is_some(), "b"),
            );
            similar::TextDiff::from_lines(&old, &new)
                .unified_diff()
                .header(&names.0, &names.1)
                .to_string()
        };
        self.tree.pending().into_iter().map(of_file).collect()
    }

    /// Ends the sandbox with all that runs in it, and removes the run's private folder.
    pub(crate) async fn close(&mut self) -> Result<(), Stop> {
        match std::mem::take(&mut self.walls) {
            Walls::Standing(sandbox) => sandbox.close().await?,
            Walls::Rising(rising) => {
                if let Ok(sandbox) = rising.wait().await {
                    sandbox.close().await?;
                }
            }
            Walls::None => {}
        }
        self.scratch = None;
        self.synced.clear();
        Ok(())
    }
}
