//! The facts of the repository's files, for everybody who asks: one walk, one look at each file, one fingerprint. What
//! a file held is remembered by its stamp in the user's cache folder, so that a file which nobody wrote is not read
//! again.

mod stamp;

mod conversion;

mod index;

mod names;

mod cached;

mod store;

mod states;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use survey::{Command, Contents, Listing, Survey, read_regular};

use crate::content_id::ContentId;
use crate::secrets;
use cached::{CachedFacts, Found};
use index::Index;
use names::Names;
pub(crate) use names::{is_source, package_of};
use stamp::Stamp;
use states::{Looked, States};
use store::Store;

/// Paths from the root, with `/`, by their letters; each is kept once for all who list it.
pub(crate) type Paths = BTreeSet<Arc<str>>;

/// Our own folder, which we write ourselves.
const OWN: &str = ".backend-engineer/";

/// Bytes past which a file (data, a database) is told by its size and time instead of its content, as build tools do.
const LARGE: u64 = 8 << 20;

/// Source files near a unit's own that are surveyed for whoever implements it.
const MOST_NEAR: usize = 3_000;

/// Source files past which no more are asked for names.
const MOST_SOURCES: usize = 20_000;

/// Bytes past which a file is no source, manifest or script that somebody wrote.
const LARGEST_TEXT: u64 = 4 << 20;

/// Returns the text of a regular file of ordinary size, or of one that a link leads to. A pipe or a device would be waited
/// for, or never end.
pub(crate) fn read_text(file: &Path) -> Option<String> {
    String::from_utf8(read_regular(file, LARGEST_TEXT).ok()?).ok()
}

/// The facts of one repository, each found when first asked for. They are of the state that this run saw first; what the
/// run itself writes is reported by [`TreeFacts::changed`].
#[derive(Debug)]
pub(crate) struct TreeFacts {
    root: PathBuf,
    store: Option<Store>,
    known: OnceCell<RefCell<CachedFacts>>,
    index: OnceCell<Option<Arc<Index>>>,
    /// The look at all files that was begun and not asked for yet.
    looking: RefCell<Option<JoinHandle<Looked>>>,
    /// The states of the files that go into the fingerprint, and what the run wrote since they were looked at.
    states: RefCell<Option<States>>,
    stale: RefCell<BTreeSet<String>>,
    first: State,
}

/// One state of the tree. The states of a run are a list that only grows, so that whoever reads an earlier one keeps it.
#[derive(Debug, Default)]
struct State {
    listing: OnceCell<Rc<Listing>>,
    paths: OnceCell<Rc<Paths>>,
    survey: OnceCell<Rc<Survey>>,
    commands: OnceCell<Rc<Vec<Command>>>,
    next: OnceCell<Box<State>>,
}

impl TreeFacts {
    /// Makes facts of the tree below `root`, nothing of it read as yet; `cache` is the user's cache folder, where they are
    /// kept. Without one they end with the run.
    pub(crate) fn new(root: &Path, cache: Option<&Path>) -> Self {
        TreeFacts {
            root: root.to_owned(),
            store: cache.map(|cache| Store::new(cache, root)),
            known: OnceCell::new(),
            index: OnceCell::new(),
            looking: RefCell::default(),
            states: RefCell::default(),
            stale: RefCell::default(),
            first: State::default(),
        }
    }

    /// Returns the repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns every file of the repository that git would not ignore, from the root, with `/`; links as well.
    pub(crate) fn paths(&self) -> &Paths {
        self.state().paths.get_or_init(|| {
            let listed = self.listing().files().iter();
            Rc::new(listed.map(|listed| Arc::clone(&listed.path)).collect())
        })
    }

    /// Returns the environment files at the root and in the folders near it.
    pub(crate) fn environments(&self) -> &[String] {
        self.listing().environments()
    }

    /// Returns the files that hold keys by their names, those that git ignores left out.
    pub(crate) fn key_files(&self) -> Vec<String> {
        self.paths()
            .iter()
            .filter(|path| secrets::holds_keys(path))
            .map(|path| path.to_string())
            .collect()
    }

    /// Returns whether the repository's ignore files leave the path out.
    pub(crate) fn is_ignored(&self, path: &str) -> bool {
        self.listing().is_ignored(path)
    }

    /// Returns the survey of the code.
    pub(crate) fn survey(&self) -> Rc<Survey> {
        let made = self.state().survey.get_or_init(|| {
            let mut cache = std::mem::take(&mut self.known().borrow_mut().survey);
            let before = cache.fingerprint();
            let survey = survey::survey_listed(self.listing(), self, Some(&mut cache));
            let mut known = self.known().borrow_mut();
            known.is_changed |= cache.fingerprint() != before;
            known.survey = cache;
            Rc::new(survey)
        });
        Rc::clone(made)
    }

    /// Returns the commands by which the project checks itself. No source is read for them but Django's own.
    pub(crate) fn commands(&self) -> Rc<Vec<Command>> {
        let state = self.state();
        let read = || match state.survey.get() {
            Some(survey) => survey.commands.clone(),
            None => survey::read_commands(self.listing(), self),
        };
        Rc::clone(state.commands.get_or_init(|| Rc::new(read())))
    }

    /// Returns the survey of the code near some files: of all of a tree of ordinary size, else of the sources that lie
    /// nearest to them. What lies far away is not worth the wait for whoever is to read of it.
    pub(crate) fn survey_near(&self, files: &[&str]) -> Rc<Survey> {
        let sources = || self.paths().iter().filter(|path| names::is_source(path));
        if self.state().survey.get().is_some() || sources().nth(MOST_NEAR).is_none() {
            return self.survey();
        }
        let files: Vec<Vec<&str>> = files.iter().map(|file| file.split('/').collect()).collect();
        let mut by_distance: Vec<(usize, &str)> = sources()
            .map(|path| (folder_distance(path, &files), &**path))
            .collect();
        by_distance.select_nth_unstable(MOST_NEAR);
        let near: HashSet<&str> = by_distance
            .iter()
            .take(MOST_NEAR)
            .map(|(_, path)| *path)
            .collect();
        let listing = self
            .listing()
            .only(|path| !names::is_source(path) || near.contains(path));
        let mut cache = std::mem::take(&mut self.known().borrow_mut().near);
        let before = cache.fingerprint();
        let survey = survey::survey_listed(&listing, self, Some(&mut cache));
        let mut known = self.known().borrow_mut();
        known.is_changed |= cache.fingerprint() != before;
        known.near = cache;
        Rc::new(survey)
    }

    /// Returns the first source file that defines a name.
    pub(crate) fn defining(&self, name: &str) -> Option<String> {
        self.sources()
            .find(|path| self.with_names(path, |names| names.defines(name)))
            .map(|path| path.to_string())
    }

    /// Returns whether some source file imports from a package.
    pub(crate) fn imports(&self, package: &str) -> bool {
        self.sources()
            .any(|path| self.with_names(path, |names| names.imports(package)))
    }

    /// Begins a new state of the tree, in which the run itself has written or removed these files. The rest of what is
    /// known stays.
    pub(crate) fn changed(&self, paths: &[&str]) {
        let state = self.state();
        if paths.is_empty() || (state.listing.get().is_none() && self.known.get().is_none()) {
            return;
        }
        paths
            .iter()
            .for_each(|path| self.known().borrow_mut().forget(path));
        let next = State::default();
        let changes_rules = paths
            .iter()
            .any(|path| path.rsplit('/').next() == Some(".gitignore"));
        if changes_rules {
            self.looking.take();
            self.states.take();
        } else {
            let paths = paths.iter().map(|path| (*path).to_owned());
            self.stale.borrow_mut().extend(paths);
        }
        if let Some(listing) = state.listing.get().filter(|_| !changes_rules) {
            let mut new = Rc::clone(listing);
            paths
                .iter()
                .filter(|path| new.would_change(&self.root, path))
                .copied()
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|path| Rc::make_mut(&mut new).look_again(&self.root, path));
            if let Some(paths) = state.paths.get().filter(|_| Rc::ptr_eq(&new, listing)) {
                // Files came and went none: the list is the same one.
                let _ = next.paths.set(Rc::clone(paths));
            }
            let _ = next.listing.set(new);
        }
        let _ = state.next.set(Box::new(next));
    }

    /// Keeps the facts for later runs. Where that can't be done, they are found again.
    pub(crate) fn store_facts(&self) {
        let (Some(store), Some(known)) = (&self.store, self.known.get()) else {
            return;
        };
        let known = &mut *known.borrow_mut();
        if std::mem::take(&mut known.is_changed) {
            if self.state().listing.get().is_some() {
                known
                    .files
                    .retain(|path, _| self.paths().contains(path.as_str()));
            }
            drop(store.write(known));
        }
    }

    fn state(&self) -> &State {
        let mut state = &self.first;
        while let Some(next) = state.next.get() {
            state = next;
        }
        state
    }

    fn listing(&self) -> &Listing {
        self.state().listing.get_or_init(|| {
            if self.index.get().is_some() {
                return Rc::new(Listing::read(&self.root));
            }
            // Whoever lists the files asks for these next.
            let (root, store) = (&self.root, &self.store);
            std::thread::scope(|scope| {
                let beside = scope.spawn(|| {
                    let kept = store.as_ref().and_then(Store::read_stored_facts);
                    (Index::from_repository(root).map(Arc::new), kept)
                });
                let listing = Rc::new(Listing::read(root));
                if let Ok((index, kept)) = beside.join() {
                    let _ = self.index.set(index);
                    self.known
                        .get_or_init(|| RefCell::new(kept.unwrap_or_default()));
                }
                listing
            })
        })
    }

    /// Returns the source files. A survey reads all of them, so that none is read for its names alone.
    fn sources(&self) -> impl Iterator<Item = &Arc<str>> {
        self.survey();
        self.paths()
            .iter()
            .filter(|path| names::is_source(path))
            .take(MOST_SOURCES)
    }

    fn known(&self) -> &RefCell<CachedFacts> {
        self.known.get_or_init(|| {
            let kept = self.store.as_ref().and_then(Store::read_stored_facts);
            RefCell::new(kept.unwrap_or_default())
        })
    }

    /// Returns the stamp of a file as it is in this run, and forgets what is known of it under another one.
    fn stamp(&self, path: &str) -> Option<Stamp> {
        let known = self.known().borrow();
        match known.files.get(path) {
            Some(facts) if facts.is_compared => return Some(facts.stamp),
            _ if known.missing.contains(path) => return None,
            _ => drop(known),
        }
        let found = Found::of(&self.root.join(path), path, self.index().map(Arc::as_ref));
        self.known().borrow_mut().update_stamp(path, found)
    }

    fn index(&self) -> Option<&Arc<Index>> {
        self.index
            .get_or_init(|| Index::from_repository(&self.root).map(Arc::new))
            .as_ref()
    }

    fn hash(&self, path: &str) -> Option<ContentId> {
        self.known().borrow().files.get(path)?.content
    }

    /// Asks the names of a source file; one that can't be read has none.
    fn with_names(&self, path: &str, ask: impl Fn(&Names) -> bool) -> bool {
        if self
            .stamp(path)
            .is_none_or(|stamp| stamp.size > names::LARGEST)
        {
            return false;
        }
        let is_known = self
            .known()
            .borrow()
            .files
            .get(path)
            .is_some_and(|facts| facts.names.is_some());
        if !is_known && self.read(path).is_err() {
            return false;
        }
        let known = self.known().borrow();
        known
            .files
            .get(path)
            .and_then(|facts| facts.names.as_ref())
            .is_some_and(ask)
    }
}

/// Returns how many steps lie between a file and the nearest of some others: up to the folder that holds both, and down.
fn folder_distance(path: &str, files: &[Vec<&str>]) -> usize {
    let parts = || path.split('/');
    let own = parts().count();
    let steps = |other: &Vec<&str>| {
        let shared = parts()
            .zip(other)
            .take_while(|(one, other)| one == *other)
            .count();
        own + other.len() - 2 * shared
    };
    files.iter().map(steps).min().unwrap_or(own)
}

impl Contents for TreeFacts {
    fn size(&self, path: &str) -> Option<u64> {
        self.stamp(path).map(|stamp| stamp.size)
    }

    fn key(&self, path: &str) -> Option<u64> {
        let stamp = self.stamp(path);
        if stamp.is_none() || self.known().borrow().unreadable.contains(path) {
            return Some(0);
        }
        Some(self.hash(path)?.first_half())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        // A pipe or a device would be waited for.
        self.stamp(path)
            .ok_or_else(|| io::Error::other("not a regular file"))?;
        let read = read_regular(&self.root.join(path), u64::MAX);
        let mut known = self.known().borrow_mut();
        known.is_changed = true;
        match &read {
            Ok(bytes) => {
                if let Some(facts) = known.files.get_mut(path) {
                    facts.content = Some(ContentId::of(bytes));
                    facts.names =
                        is_source(path).then(|| names::read_names(path, bytes).unwrap_or_default());
                }
            }
            Err(_) => drop(known.unreadable.insert(path.to_owned())),
        }
        read
    }
}

impl Drop for TreeFacts {
    fn drop(&mut self) {
        self.store_facts();
    }
}

#[cfg(test)]
mod tests;
