//! Resolves paths below a folder that a label of unknown words states, where the tree decides.
//!
//! "**Basismappe:** `server/api/`" above `handlers/ping.py`: `server/api/handlers/` is there and `handlers/` is not.

use code::modules;
use plan::{Action, PlannedChange};

use super::paths::{Files, PathMeaning, Resolution};

impl Files {
    /// Returns the file that a path means below a folder that a label of unknown words states: the one that is there, or a
    /// new one in a folder that is only there. A new one that may as well lie at the root is not decided.
    pub(crate) fn below_supposed_base(
        &self,
        base: &str,
        change: &PlannedChange,
    ) -> Option<PathMeaning> {
        let path = &change.path;
        let is_new =
            !self.path_exists(path) && !path.starts_with(['/', '~', '.']) && !change.pattern;
        let reaches = is_new && self.has_folder(base) && !path.starts_with(&format!("{base}/"));
        let below = modules::join_upwards(base, path).filter(|_| reaches)?;
        let resolved = || PathMeaning::Resolved {
            path: below.clone(),
            why: Resolution::Base(base.to_owned()),
        };
        if self.path_exists(&below) {
            return Some(resolved());
        }
        if change.action == Action::Modify || plan::is_in_many_folders(path) {
            return None;
        }
        let first = path.split_once('/').map(|(first, _)| first);
        match first {
            Some(first) if self.path_exists(first) => None,
            Some(first) if self.path_exists(&format!("{base}/{first}")) => Some(resolved()),
            _ => Some(PathMeaning::Between(vec![path.clone(), below])),
        }
    }
}
