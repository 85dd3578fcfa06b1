//! Facts in the user's cache folder, one file a tree: written whole by a rename, bounded in size and number, and read only
//! if this very program wrote it. Whatever else lies there is as good as nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use survey::Cache;

use super::cached::{CachedFacts, FileFacts};

/// The file of a tree's facts.
const FILE: &str = "facts.json";

/// Bytes past which facts are not kept: reading them would take longer than finding them again.
const LARGEST: usize = 64 << 20;

/// Trees past which the facts that were written longest ago are removed.
const MOST_TREES: usize = 40;

/// Letters of the hash of a tree's path that name its folder: enough that two of a user's trees don't share one.
const NAME: usize = 24;

/// Where the facts of one tree are kept.
#[derive(Debug)]
pub(super) struct Store {
    root: String,
    folder: PathBuf,
}

/// The content of the file, as it is read.
#[derive(Debug, Deserialize)]
struct StoredFacts {
    program: String,
    root: String,
    files: BTreeMap<String, FileFacts>,
    survey: Cache,
    near: Cache,
}

/// The content of the file, as it is written.
#[derive(Debug, Serialize)]
struct FactsToStore<'a> {
    program: String,
    root: &'a str,
    files: BTreeMap<&'a String, &'a FileFacts>,
    survey: &'a Cache,
    near: &'a Cache,
}

impl Store {
    /// Makes the store of the tree at `root` in the user's cache folder; nothing is read or made yet.
    pub(super) fn new(cache: &Path, root: &Path) -> Self {
        let root = root.to_string_lossy().into_owned();
        let folder = cache
            .join("backend-engineer")
            .join("trees")
            .join(&journal::hash(root.as_bytes())[..NAME]);
        Self { root, folder }
    }

    /// Reads what an earlier run of this program kept.
    pub(super) fn read_stored_facts(&self) -> Option<CachedFacts> {
        let file = self.folder.join(FILE);
        fs::metadata(&file)
            .ok()
            .filter(|data| data.is_file() && data.len() <= LARGEST as u64)?;
        let kept: StoredFacts = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let is_ours = kept.program == program_id() && kept.root == self.root;
        is_ours.then(|| CachedFacts {
            files: kept.files,
            survey: kept.survey,
            near: kept.near,
            ..CachedFacts::default()
        })
    }

    /// Writes the facts whose files have settled, all of them or none.
    pub(super) fn write(&self, known: &CachedFacts) -> io::Result<()> {
        let now = SystemTime::now();
        let CachedFacts {
            files,
            survey,
            near,
            ..
        } = known;
        let files = files
            .iter()
            .filter(|(_, facts)| facts.content.is_some() && facts.stamp.is_settled(now))
            .filter(|(_, facts)| !facts.is_indexed || facts.names.is_some())
            .collect();
        let kept = serde_json::to_vec(&FactsToStore {
            program: program_id(),
            root: &self.root,
            files,
            survey,
            near,
        })?;
        if kept.len() > LARGEST {
            return Ok(());
        }
        let is_new = !self.folder.exists();
        make_private(&self.folder)?;
        let mut new = BufWriter::new(tempfile::NamedTempFile::new_in(&self.folder)?);
        new.write_all(&kept)?;
        let new = new.into_inner().map_err(io::IntoInnerError::into_error)?;
        new.persist(self.folder.join(FILE))?;
        if is_new {
            self.sweep();
        }
        Ok(())
    }

    /// Removes the facts of the trees that were looked at longest ago.
    fn sweep(&self) {
        let Some(entries) = self
            .folder
            .parent()
            .and_then(|trees| fs::read_dir(trees).ok())
        else {
            return;
        };
        let written =
            |folder: &Path| fs::metadata(folder.join(FILE)).and_then(|data| data.modified());
        let mut trees: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(Result::ok)
            .map(|entry| (written(&entry.path()).unwrap_or(UNIX_EPOCH), entry.path()))
            .filter(|(_, folder)| *folder != self.folder)
            .collect();
        trees.sort();
        let too_many = (trees.len() + 1).saturating_sub(MOST_TREES);
        for (_, folder) in trees.into_iter().take(too_many) {
            // One that can't be removed is tried again by the next new tree.
            drop(fs::remove_dir_all(folder));
        }
    }
}

/// Returns the name of this program: its version, and which build it is. Another build reads other facts out of the
/// same files.
fn program_id() -> String {
    let build = std::env::current_exe()
        .and_then(fs::metadata)
        .and_then(|data| Ok((data.len(), data.modified()?)));
    let build = build.map(|(size, time)| {
        (
            size,
            time.duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_nanos(),
        )
    });
    format!("{} {build:?}", env!("CARGO_PKG_VERSION"))
}

/// Makes a folder that only its owner may enter: facts tell names of other people's code.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}
