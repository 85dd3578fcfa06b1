//! Where definitions lie: in the repository, walking up; then the user's; then the one inside the program. The nearest
//! of a name is meant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{DEFAULT_NAME, Definition, DefinitionError};
use crate::stop::Stop;

/// Folders of a repository, and of a home, that hold definitions.
const FOLDERS: [&str; 2] = [".claude/agents", ".backend-engineer/agents"];

/// The folders that are looked through, nearest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct SearchPaths(Vec<PathBuf>);

impl SearchPaths {
    /// Those of a run on `root`, started in the folder `here`.
    pub(crate) fn new(root: &Path, here: &Path, user: Option<&Path>, home: Option<&Path>) -> Self {
        let start = if here.starts_with(root) { here } else { root };
        let upward = start
            .ancestors()
            .take_while(|folder| folder.starts_with(root));
        let mut places: Vec<PathBuf> = upward
            .flat_map(|folder| FOLDERS.iter().map(move |inside| folder.join(inside)))
            .collect();
        places.extend(home.map(|home| home.join(".claude/agents")));
        places.extend(user.map(|user| user.join("backend-engineer/agents")));
        SearchPaths(places)
    }

    /// Those of this process.
    pub(crate) fn of_process(root: &Path) -> Self {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = absolute("HOME");
        let user = absolute("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
        let here = std::env::current_dir()
            .and_then(|here| here.canonicalize())
            .unwrap_or_else(|_| root.to_owned());
        SearchPaths::new(root, &here, user.as_deref(), home.as_deref())
    }

    /// Returns every file in them that may hold a definition, nearest first, by name within a folder.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in &self.0 {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            let mut found: Vec<PathBuf> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .collect();
            found.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
            found.sort();
            files.extend(found);
        }
        files
    }
}

/// Returns every definition that is found, the built-in last; one that is wrong is told as such.
pub(crate) fn list_definitions(
    places: &SearchPaths,
) -> Vec<(Option<PathBuf>, Result<Definition, DefinitionError>)> {
    let files = places
        .files()
        .into_iter()
        .map(|file| (Some(file.clone()), Definition::load(&file)));
    files.chain([(None, Definition::built_in())]).collect()
}

/// Returns the definition that is asked for: a file, or the nearest one of the name; the default for none.
pub(crate) fn find_definition(
    asked: Option<&str>,
    places: &SearchPaths,
) -> Result<Definition, Stop> {
    if let Some(asked) = asked.filter(|asked| is_file(asked)) {
        return Ok(Definition::load(Path::new(asked))?);
    }
    let name = asked.unwrap_or(DEFAULT_NAME);
    let mut names = BTreeSet::new();
    for (file, found) in list_definitions(places) {
        match found {
            Ok(definition) if definition.name == name => return Ok(definition),
            Ok(definition) => drop(names.insert(definition.name)),
            // It can't be told to be another one: a wrong file of that name is never passed over.
            Err(wrong) if file_stem(file.as_deref()) == Some(name) => return Err(wrong.into()),
            Err(_) => {}
        }
    }
    let known: Vec<String> = names.into_iter().collect();
    Err(
        Stop::usage(format!("no agent is named `{name}`")).hint(format!(
            "Known are {}. `backend-engineer agents` lists them with their files.",
            known.join(", ")
        )),
    )
}

fn is_file(asked: &str) -> bool {
    asked.contains('/') || asked.ends_with(".md") || Path::new(asked).is_file()
}

fn file_stem(file: Option<&Path>) -> Option<&str> {
    file?.file_stem()?.to_str()
}
