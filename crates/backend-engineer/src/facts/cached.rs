//! Facts of each file, kept from run to run and compared by its stamp.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use survey::{Cache, read_regular};

use super::LARGE;
use super::index::Index;
use super::names::Names;
use super::stamp::{GitStamp, Stamp};
use crate::content_id::ContentId;

/// The facts of a file's content, for the stamp that the file bore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileFacts {
    pub(super) stamp: Stamp,
    /// The name of its content; nothing before it was read or found in git's index.
    pub(super) content: Option<ContentId>,
    /// Names that a source file defines and imports; nothing before it was read.
    pub(super) names: Option<Names>,
    /// The stamp was compared in this run.
    #[serde(skip)]
    pub(super) is_compared: bool,
    /// Git's index tells the content, so that it need not be kept for the next run.
    #[serde(skip)]
    pub(super) is_indexed: bool,
}

/// Facts that are kept from run to run, with marks for those that this run has confirmed.
#[derive(Debug, Default)]
pub(super) struct CachedFacts {
    pub(super) files: BTreeMap<String, FileFacts>,
    /// Paths at which no regular file was found in this run.
    pub(super) missing: HashSet<String>,
    /// Files that were tried and could not be read.
    pub(super) unreadable: HashSet<String>,
    pub(super) survey: Cache,
    /// The survey of what lies near the files of a unit.
    pub(super) near: Cache,
    pub(super) is_changed: bool,
}

/// The facts that a look at a file yields.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) stamp: Stamp,
    /// The name of its content, where git's index or a look into the file tells it.
    pub(super) content: Option<ContentId>,
    /// Git's index tells it.
    pub(super) is_indexed: bool,
}

impl Found {
    /// Looks at a file's stamp; none where no regular file stands.
    pub(super) fn of(file: &Path, path: &str, index: Option<&Index>) -> Option<Self> {
        let data = std::fs::metadata(file)
            .ok()
            .filter(std::fs::Metadata::is_file)?;
        let content = index.and_then(|index| index.content(path, &GitStamp::new(&data)));
        Some(Found {
            stamp: Stamp::of_data(&data),
            is_indexed: content.is_some(),
            content,
        })
    }

    /// [`Found::of`], and reads the file where neither the index tells its content nor an earlier run, under the stamp
    /// `known`.
    pub(super) fn with_content(
        file: &Path,
        path: &str,
        (known, index): (Option<Stamp>, Option<&Index>),
    ) -> Option<Self> {
        let found = Found::of(file, path, index)?;
        let is_known = known == Some(found.stamp);
        if found.content.is_some() || is_known || found.stamp.size > LARGE {
            return Some(found);
        }
        let content = read_regular(file, LARGE)
            .ok()
            .map(|bytes| ContentId::of(&bytes));
        Some(Found { content, ..found })
    }
}

impl CachedFacts {
    /// Forgets a file, so that it is looked at again.
    pub(super) fn forget(&mut self, path: &str) {
        self.files
            .entry(path.to_owned())
            .and_modify(|facts| facts.is_compared = false);
        self.missing.remove(path);
        self.unreadable.remove(path);
    }

    /// Takes in what was found at a path; what was known under another stamp is forgotten.
    pub(super) fn update_stamp(&mut self, path: &str, found: Option<Found>) -> Option<Stamp> {
        let Some(Found {
            stamp,
            content,
            is_indexed,
        }) = found
        else {
            self.is_changed |= self.files.remove(path).is_some();
            self.missing.insert(path.to_owned());
            return None;
        };
        match self.files.get_mut(path) {
            Some(facts) if facts.stamp == stamp => {
                facts.is_compared = true;
                facts.is_indexed = is_indexed;
                if facts.content.is_none() {
                    facts.content = content;
                }
            }
            _ => {
                self.is_changed |= !is_indexed;
                let facts = FileFacts {
                    stamp,
                    content,
                    names: None,
                    is_compared: true,
                    is_indexed,
                };
                self.files.insert(path.to_owned(), facts);
            }
        }
        Some(stamp)
    }
}
