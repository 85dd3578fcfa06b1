//! The survey of a codebase with what an earlier one left: kept in `.backend-engineer/`, and only where runs have made that
//! folder already, so that looking at somebody's code leaves nothing behind.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use survey::{Cache, Survey};

/// Where runs keep their records; a repository without it is left as it is.
const FOLDER: &str = ".backend-engineer";
/// What a run has made there first.
const SIGN: &str = "journal.db";
/// The survey's own file.
const FILE: &str = "survey.json";

/// The file's content: another version of this program reads another survey out of the same code.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    version: String,
    cache: Cache,
}

/// Surveys the codebase at `root`, or takes the survey of an earlier call if nothing has changed since.
pub(crate) fn surveyed(root: &Path) -> Survey {
    let folder = root.join(FOLDER);
    let is_ours = |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| !found.is_symlink());
    if !is_ours(&folder) || !folder.join(SIGN).is_file() {
        return survey::survey(root, None);
    }
    let file = folder.join(FILE);
    let known = fs::read(&file).ok().filter(|_| is_ours(&file));
    let kept = known.as_deref().and_then(|bytes| serde_json::from_slice::<Kept>(bytes).ok());
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let mut cache = kept.filter(|kept| kept.version == version).map(|kept| kept.cache).unwrap_or_default();
    let before = cache.fingerprint();
    let survey = survey::survey(root, Some(&mut cache));
    if cache.fingerprint() != before {
        keep(&folder, &file, &Kept { version, cache });
    }
    survey
}

/// Writes the file whole or not at all. A survey that can't be kept is made again next time.
fn keep(folder: &Path, file: &Path, kept: &Kept) {
    let write = || -> std::io::Result<()> {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(std::io::BufWriter::new(new.as_file_mut()), kept)?;
        new.persist(file)?;
        Ok(())
    };
    drop(write());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_runs_keeps_a_survey() {
        let root = tempfile::tempdir().unwrap();
        fs::write(
            root.path().join("main.py"),
            "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n",
        )
        .unwrap();
        assert_eq!(surveyed(root.path()).routes.len(), 1);
        assert!(!root.path().join(FOLDER).exists());
        fs::create_dir(root.path().join(FOLDER)).unwrap();
        surveyed(root.path());
        assert!(!root.path().join(FOLDER).join(FILE).exists(), "a folder with a configuration alone is not ours");
        fs::write(root.path().join(FOLDER).join(SIGN), "").unwrap();
        let first = surveyed(root.path());
        assert!(root.path().join(FOLDER).join(FILE).exists());
        assert_eq!(surveyed(root.path()), first);
        fs::write(root.path().join(FOLDER).join(FILE), "not json").unwrap();
        assert_eq!(surveyed(root.path()), first);
    }
}
