//! Folders of the project as code sees them: where a module lies, and what a folder lists.
//!
//! ```text
//! fs.readdirSync(path.join(__dirname, "routes"))   in `src/index.js`: the names in `src/routes`
//! require(path.join(__dirname, "routes", name))    the module `src/routes/NAME`
//! ```
//!
//! Paths of the project begin with a mark that no code writes, so that a text made of several parts is still known as
//! one. Only files that the survey reads are listed; the disk is not asked.

use super::machine::Machine;
use super::value::{Arguments, Place, Value};
use code::modules::ModuleId;

/// The beginning of a path of the project, which tells it from other text.
const ROOT: &str = "/@/";

impl<'a> Machine<'a> {
    /// Returns the folder of a module as an absolute path: `/@/src` for `src/index.js`.
    pub(super) fn folder_of(&self, module: ModuleId) -> Value<'a> {
        let folder = self
            .path(module)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        Value::text(&format!("{ROOT}{folder}"))
    }

    /// Returns the names in a folder, as `fs.readdirSync` gives them: what nothing of the survey
    /// reads is left out.
    pub(super) fn list_folder(&self, arguments: &Arguments<'a>, place: Place) -> Option<Value<'a>> {
        let folder = self.project_folder(&arguments.at(0)?.as_text()?, place)?;
        let names = self.names_in(&folder);
        let with_types = arguments
            .at(1)
            .and_then(|options| options.entry("withFileTypes"));
        let entry = |name: String| match &with_types {
            Some(_) => Value::map(vec![("name".into(), Value::text(&name))]),
            None => Value::text(&name),
        };
        (!names.is_empty()).then(|| Value::list(names.into_iter().map(entry).collect()))
        // An empty folder is one that was not found: unknown says so, an empty list would not.
    }

    /// Returns the names directly in a folder, sorted, without tests: files with their ending, folders without.
    fn names_in(&self, folder: &str) -> Vec<String> {
        let inside = |path: &str| match folder {
            "" => Some(path.to_owned()),
            _ => path
                .strip_prefix(folder)?
                .strip_prefix('/')
                .map(str::to_owned),
        };
        let files = self
            .files
            .iter()
            .filter(|file| !file.is_test)
            .filter_map(|file| inside(&file.path));
        let mut names: Vec<String> = files
            .map(|rest| rest.split('/').next().unwrap_or(&rest).to_owned())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Returns the folder that a text names: an absolute one, or one below a folder around the
    /// module, if only one has it.
    fn project_folder(&self, text: &str, place: Place) -> Option<String> {
        if let Some(inside) = text.strip_prefix(ROOT) {
            return normalize_path(inside);
        }
        if text.starts_with('/') {
            // An absolute path of the machine is none of the project.
            return None;
        }
        let folder = self
            .path(place.module)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let mut candidates = code::modules::folders_upwards(folder)
            // `readdirSync("./routes")` counts from where the program starts, which is the module's folder or one
            // above.
            .filter_map(|above| normalize_path(&format!("{above}/{text}")));
        let mut found: Vec<String> = candidates
            .by_ref()
            .filter(|candidate| !self.names_in(candidate).is_empty())
            .collect();
        found.dedup();
        // Two folders of that name: which one is meant is not known.
        (found.len() == 1).then(|| found.remove(0))
    }
}

/// Returns a module of the project by the absolute path that code made of it, as a path from the
/// root.
///
/// `/@/src/routes/users.js` gives `./src/routes/users.js`; any other text gives none.
pub(super) fn from_root(source: &str) -> Option<String> {
    Some(format!("./{}", normalize_path(source.strip_prefix(ROOT)?)?))
}

/// Returns a path without `.`, `..` and empty parts (`a/./b/../c` gives `a/c`); none where it leaves the root.
fn normalize_path(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}
