//! Determines whether git may keep another content than a file has: line ends, encodings, identifiers and filters, by
//! the settings and attributes of the tree, of git's own folder, of the user and of the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use survey::read_regular;

use super::stamp::GitStamp;

/// The file of attributes of a folder and of all below it.
const ATTRIBUTES: &str = ".gitattributes";

/// The largest file of attributes or settings that is looked at, in bytes. Of a larger one the worst is taken for true.
const LARGEST: u64 = 1 << 20;

/// Words in files of attributes after which git may keep another content than the file has.
const CONVERTING: [&str; 6] = ["text", "eol", "crlf", "filter", "encoding", "ident"];

/// Words in settings that convert, or that name attributes which may: `core.autocrlf`, `core.attributesFile`, `attr.tree`.
const CONVERTING_SETTINGS: [&str; 3] = ["autocrlf", "attributesfile", "[attr]"];

/// The depth to which files of settings may include each other; as deep as git itself follows them.
const DEEPEST: usize = 10;

/// Folders of the machine's own settings and attributes, by how git was installed.
const OF_MACHINE: [&str; 3] = ["/etc", "/usr/local/etc", "/opt/homebrew/etc"];

/// The files of attributes of a tree, none of which converts: when each was changed, by its folder. A file that was added
/// before may have been converted by what stood there then.
#[derive(Debug, Default)]
pub(super) struct Attributes(BTreeMap<String, (u32, u32)>);

impl Attributes {
    /// Looks into the folders of some files that git knows; none where what one says converts, or where one that git knows
    /// is not in the tree: git goes by it all the same.
    pub(super) fn of<'p>(root: &Path, paths: impl Iterator<Item = &'p str>) -> Option<Self> {
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if name == ATTRIBUTES {
                known.insert(folder);
            }
            // The folders above one that was met before were met with it.
            folders_upwards(folder)
                .take_while(|folder| folders.insert(folder))
                .for_each(drop);
        }
        let mut found = BTreeMap::new();
        for folder in folders {
            let place = root.join(folder).join(ATTRIBUTES);
            let Ok(data) = std::fs::symlink_metadata(&place) else {
                if known.contains(folder) {
                    return None;
                }
                continue;
            };
            if read_small_text(&place)
                .is_none_or(|text| CONVERTING.iter().any(|word| text.contains(word)))
            {
                return None;
            }
            found.insert(folder.to_owned(), GitStamp::new(&data).changed);
        }
        Some(Attributes(found))
    }

    /// Returns whether no attributes of a file's folders were changed after the file was.
    pub(super) fn are_older(&self, path: &str, changed: (u32, u32)) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.0.is_empty()
            || folders_upwards(folder)
                .all(|folder| self.0.get(folder).is_none_or(|then| *then <= changed))
    }
}

/// Returns a folder and those above it, the root (empty) last.
fn folders_upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
    })
}

/// Returns whether settings convert, or attributes that lie outside of the tree. `folder` is git's own of the repository.
pub(super) fn is_set(folder: &Path) -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let users = std::env::var_os("XDG_CONFIG_HOME")
        .filter(|set| !set.is_empty())
        .map(PathBuf::from);
    let users = users
        .or_else(|| home.as_ref().map(|home| home.join(".config")))
        .map(|folder| folder.join("git"));
    let machine = |name: &'static str| {
        OF_MACHINE
            .iter()
            .map(move |folder| Path::new(folder).join(name))
    };
    let elsewhere = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"]
        .into_iter()
        .filter_map(std::env::var_os);
    let mut settings = vec![folder.join("config"), folder.join("config.worktree")];
    settings.extend(home.iter().map(|home| home.join(".gitconfig")));
    settings.extend(users.iter().map(|users| users.join("config")));
    settings.extend(machine("gitconfig").chain(elsewhere.map(PathBuf::from)));
    let mut attributes = vec![folder.join("info/attributes")];
    attributes.extend(users.iter().map(|users| users.join("attributes")));
    attributes.extend(machine("gitattributes"));
    let converts = |path: &PathBuf| {
        path.exists() && read_small_text(path).is_none_or(|text| has_attribute(&text, &CONVERTING))
    };
    attributes.iter().any(converts)
        || settings
            .iter()
            .any(|path| sets_conversion(path, home.as_deref(), DEEPEST))
        || std::env::vars_os().any(|(name, value)| is_converting_variable(&name, &value))
}

/// Returns whether a file of settings, or one that it includes on whatever condition, sets a conversion.
fn sets_conversion(path: &Path, home: Option<&Path>, depth: usize) -> bool {
    if !path.exists() || path == Path::new("/dev/null") {
        return false;
    }
    let Some(text) = read_small_text(path).filter(|_| depth > 0) else {
        return true;
    };
    if has_attribute(&text.to_ascii_lowercase(), &CONVERTING_SETTINGS) {
        return true;
    }
    let mut includes = false;
    text.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            includes = line.to_ascii_lowercase().starts_with("[include");
        }
        // A value may stand on the line of its section.
        let line = line.rsplit(']').next().unwrap_or(line).trim();
        let Some((name, value)) = line.split_once('=').filter(|_| includes) else {
            return false;
        };
        let value = value.trim().trim_matches('"');
        let included = match (value.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => path.parent().unwrap_or(Path::new("/")).join(value),
        };
        name.trim().eq_ignore_ascii_case("path") && sets_conversion(&included, home, depth - 1)
    })
}

/// Returns whether a variable of the environment gives git a setting or attributes that convert.
fn is_converting_variable(name: &OsString, value: &OsString) -> bool {
    let (name, value) = (
        name.to_string_lossy(),
        value.to_string_lossy().to_ascii_lowercase(),
    );
    name == "GIT_ATTR_SOURCE"
        || name.starts_with("GIT_CONFIG_")
            && (has_attribute(&value, &CONVERTING_SETTINGS) || value.contains("attr.tree"))
}

fn has_attribute(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn read_small_text(path: &Path) -> Option<String> {
    read_regular(path, LARGEST)
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
