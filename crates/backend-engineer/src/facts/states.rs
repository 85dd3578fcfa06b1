//! The states of all files that go into a fingerprint: looked at once with all cores, then kept up with what the run
//! writes.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;

use survey::{Kind, on_all_cores};

use super::cached::Found;
use super::stamp::Stamp;
use super::{LARGE, OWN, TreeFacts};
use crate::content_id::ContentId;
use crate::fingerprint::{self, FileState, is_by_product};

/// The states of files, by path.
pub(super) type States = Vec<(Arc<str>, FileState)>;

/// What a look at a file yields.
pub(super) enum Look {
    Found(Option<Found>),
    /// It is a link, or was looked at before.
    Later,
}

/// What a look at all files yields, by path.
pub(super) type Looked = Vec<((Arc<str>, Kind), Look)>;

impl TreeFacts {
    /// Returns the fingerprint of the tree with some files laid over it (`None`: taken away). The plan and by-products
    /// are no part of it.
    pub(crate) fn fingerprint<'a>(
        &self,
        plan: Option<&str>,
        laid: impl Iterator<Item = (&'a str, Option<fingerprint::Laid<'a>>)>,
    ) -> String {
        let stale = self.stale.take();
        let mut states = self.states.borrow_mut();
        let states = states.get_or_insert_with(|| self.look_at_all());
        // Also of a look that was begun before these were written.
        stale.iter().for_each(|path| self.look_again(states, path));
        let files = states.iter().map(|(path, state)| (&**path, state));
        fingerprint::of_tree(files.filter(|(path, _)| Some(*path) != plan), laid)
    }

    /// Begins to look at all files, unless they are known or looked at already, and does not wait for it.
    pub(crate) fn look_soon(&self) {
        let mut looking = self.looking.borrow_mut();
        if looking.is_none() && self.states.borrow().is_none() {
            *looking = Some(std::thread::spawn(self.prepare_look()));
        }
    }

    /// Returns whether a look at all files was begun and is not over.
    pub(crate) fn is_looking(&self) -> bool {
        let looking = self.looking.borrow();
        looking.as_ref().is_some_and(|look| !look.is_finished())
    }

    /// Returns the states of all files: of a look that was begun, or that is made now.
    fn look_at_all(&self) -> States {
        let begun = self.looking.take();
        // One that broke off is made again.
        let looked = begun.and_then(|look| look.join().ok());
        let looked = looked.unwrap_or_else(|| self.prepare_look()());
        let states = looked.into_iter().map(|((path, kind), look)| {
            let state = match look {
                Look::Later if kind == Kind::Link => self.link_state(&path),
                Look::Later => self.file_state(&path),
                Look::Found(found) => self.state_of_found(&path, found),
            };
            (path, state)
        });
        states.collect()
    }

    /// Gathers what a look at all files needs, so that any thread can take it: it compares their stamps, and reads those
    /// whose content neither an earlier run nor git's index knows.
    fn prepare_look(&self) -> impl FnOnce() -> Looked + Send + use<> {
        let listed = self.listing().files().iter();
        let listed = listed.filter(|listed| !listed.is_by_product);
        let listed = listed.map(|listed| (Arc::clone(&listed.path), listed.kind));
        let ignored = self.ignored_and_known().into_iter();
        let ignored = ignored.filter(|path| !is_by_product(path));
        let mut listed: Vec<(Arc<str>, Kind)> = listed
            .chain(ignored.map(|path| (path, Kind::File)))
            .collect();
        let known = self.known().borrow();
        // What is known of a file under the stamp that it bore; nothing more of one that was looked at.
        let known: HashMap<String, Option<Stamp>> = known
            .files
            .iter()
            .filter(|(_, facts)| facts.is_compared || facts.content.is_some())
            .map(|(path, facts)| {
                let stamp = (!facts.is_compared).then_some(facts.stamp);
                (path.clone(), stamp)
            })
            .collect();
        let (index, root) = (self.index().cloned(), self.root.clone());
        move || {
            listed.sort();
            listed.dedup_by(|one, other| one.0 == other.0);
            let looks = on_all_cores(&listed, |(path, kind)| match known.get(&**path) {
                _ if *kind == Kind::Link => Look::Later,
                Some(None) => Look::Later,
                stamp => {
                    let known = (stamp.copied().flatten(), index.as_deref());
                    Look::Found(Found::with_content(&root.join(&**path), path, known))
                }
            });
            listed.into_iter().zip(looks).collect()
        }
    }

    /// Returns the state of a file that was looked at. What git's index tells need not be kept beside it.
    fn state_of_found(&self, path: &str, found: Option<Found>) -> FileState {
        let mut known = self.known().borrow_mut();
        if let Some(found) = &found
            && found.is_indexed
            && !known.files.contains_key(path)
        {
            return state_of(found.stamp, found.content);
        }
        known.update_stamp(path, found);
        drop(known);
        self.file_state(path)
    }

    /// Looks at a file that the run wrote or removed.
    fn look_again(&self, states: &mut States, path: &str) {
        let data = fs::symlink_metadata(self.root.join(path)).ok();
        let is_known = || {
            let is_there = data.as_ref().is_some_and(|data| !data.is_dir());
            is_there && !path.starts_with(OWN) && self.index().is_some_and(|index| index.has(path))
        };
        let counts = (self.paths().contains(path) || is_known()) && !is_by_product(path);
        let state = counts.then(|| match data.is_some_and(|data| data.is_symlink()) {
            true => self.link_state(path),
            false => self.file_state(path),
        });
        let place = states.binary_search_by(|(known, _)| (**known).cmp(path));
        match (place, state) {
            (Ok(at), Some(state)) => states[at].1 = state,
            (Ok(at), None) => drop(states.remove(at)),
            (Err(at), Some(state)) => states.insert(at, (path.into(), state)),
            (Err(_), None) => {}
        }
    }

    /// Returns the files that git knows although its ignore files leave them out: whoever commits, commits them.
    fn ignored_and_known(&self) -> Vec<Arc<str>> {
        let known = self.index().into_iter().flat_map(|index| index.paths());
        let unlisted = known.filter(|path| !self.paths().contains(*path) && !path.starts_with(OWN));
        let is_there = |path: &&str| {
            fs::symlink_metadata(self.root.join(path)).is_ok_and(|data| !data.is_dir())
        };
        unlisted.filter(is_there).map(Arc::from).collect()
    }

    /// Returns what stands for a link in the fingerprint: two that lead to the same content may lie beside other files.
    fn link_state(&self, path: &str) -> FileState {
        let target = fs::read_link(self.root.join(path)).unwrap_or_default();
        let words = format!("link to {}, {}", target.display(), self.file_state(path));
        FileState::told(&words, false)
    }

    /// Returns what stands for a file in the fingerprint.
    fn file_state(&self, path: &str) -> FileState {
        let Some(stamp) = self.stamp(path) else {
            return FileState::told(UNREADABLE, false);
        };
        let content = || {
            self.hash(path).or_else(|| {
                survey::Contents::read(self, path)
                    .ok()
                    .and_then(|_| self.hash(path))
            })
        };
        state_of(stamp, (stamp.size <= LARGE).then(content).flatten())
    }
}

/// What stands for a file that can't be read.
const UNREADABLE: &str = "unreadable";

/// Returns the state of a file with this stamp and content; a large one is told by its stamp alone.
fn state_of(stamp: Stamp, content: Option<ContentId>) -> FileState {
    let is_executable = stamp.is_executable;
    match content {
        _ if stamp.size > LARGE => FileState::told(&stamp.of_large(), is_executable),
        Some(id) => FileState::Content { id, is_executable },
        None => FileState::told(UNREADABLE, is_executable),
    }
}
