//! A repository on disk for a test, and a run that writes in it as the program would.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use journal::{Journal, Original, Run, RunId, RunStart};
use tempfile::TempDir;

/// A folder that is gone at the end of the test, with its journal.
pub(crate) struct Repository {
    folder: TempDir,
    pub(crate) journal: Journal,
}

impl Repository {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(folder.path()).expect("a journal");
        Self { folder, journal }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn begin(&self) -> Run {
        self.journal.begin(&start("docs/plan.md")).expect("a run")
    }

    /// Writes a file as a person would.
    pub(crate) fn put(&self, path: &str, content: &[u8], mode: u32) {
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
        fs::write(&place, content).expect("written");
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        symlink(target, self.root().join(path)).expect("a link");
    }

    pub(crate) fn see(&self, path: &str) -> Original {
        Original::read(self.root(), path).expect("readable")
    }

    /// Writes a file in a run: keep, note, put in place.
    pub(crate) fn write(&self, run: &Run, path: &str, content: &[u8], mode: u32) {
        run.keep_original(path, &self.see(path)).expect("kept");
        run.wrote(path, Some(content), Some(mode)).expect("noted");
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().expect("a folder")).expect("folders");
        // Replaced, not written through: a link at the place is replaced too.
        let passing = place.with_file_name("passing");
        fs::write(&passing, content).expect("written");
        fs::set_permissions(&passing, fs::Permissions::from_mode(mode)).expect("permissions");
        fs::rename(&passing, &place).expect("in place");
    }

    /// Removes a file in a run.
    pub(crate) fn remove(&self, run: &Run, path: &str) {
        run.keep_original(path, &self.see(path)).expect("kept");
        run.wrote(path, None, None).expect("noted");
        fs::remove_file(self.root().join(path)).expect("removed");
    }

    /// Returns a finished run that writes one file.
    pub(crate) fn run_writing(&self, path: &str, content: &[u8]) -> RunId {
        let run = self.begin();
        self.write(&run, path, content, 0o644);
        let id = run.id().clone();
        run.finish(0, "Implementation Complete").expect("finished");
        id
    }
}

pub(crate) fn start(plan: &str) -> RunStart {
    RunStart {
        plan: plan.to_owned(),
        plan_hash: None,
        phases: vec!["Phase 1".to_owned()],
        root: "/repository".to_owned(),
        argv: vec![
            "backend-engineer".to_owned(),
            "implement".to_owned(),
            plan.to_owned(),
        ],
        version: "0.1.0".to_owned(),
        dry_run: false,
    }
}
