//! The facts of the repository's files, for everybody who asks: one walk, one look at each file, one fingerprint. What
//! a file held is remembered by its stamp in the user's cache folder, so that a file which nobody wrote is not read
//! again.

mod stamp;

mod conversion;

mod index;

mod names;

mod cached;

mod store;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use survey::{Command, Contents, Kind, Listing, Survey, read_regular};

use crate::content_id;
use crate::fingerprint::{self, is_by_product};
use crate::secrets;
use cached::{CachedFacts, Found};
use index::Index;
use names::Names;
pub(crate) use names::{is_source, package_of};
use stamp::Stamp;
use store::Store;

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
    index: OnceCell<Option<Index>>,
    first: State,
}

/// One state of the tree. The states of a run are a list that only grows, so that whoever reads an earlier one keeps it.
#[derive(Debug, Default)]
struct State {
    listing: OnceCell<Listing>,
    paths: OnceCell<BTreeSet<String>>,
    /// The state of each file that goes into the fingerprint, by path.
    states: OnceCell<Vec<(String, String)>>,
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
            first: State::default(),
        }
    }

    /// Returns the repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns every file of the repository that git would not ignore, from the root, with `/`; links as well.
    pub(crate) fn paths(&self) -> &BTreeSet<String> {
        self.state().paths.get_or_init(|| {
            self.listing()
                .files()
                .iter()
                .map(|listed| listed.path.clone())
                .collect()
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
            .cloned()
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
        let mut by_distance: Vec<(usize, &String)> = sources()
            .map(|path| (folder_distance(path, files), path))
            .collect();
        by_distance.sort();
        let near: HashSet<&str> = by_distance
            .iter()
            .take(MOST_NEAR)
            .map(|(_, path)| path.as_str())
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

    /// Returns the fingerprint of the tree with some files laid over it (`None`: taken away). The plan and by-products
    /// are no part of it.
    pub(crate) fn fingerprint<'a>(
        &'a self,
        plan: Option<&str>,
        laid: impl Iterator<Item = (&'a str, Option<fingerprint::Laid<'a>>)>,
    ) -> String {
        let states = self.state().states.get_or_init(|| {
            let ignored = self.ignored_and_known();
            let listed: BTreeSet<&String> = self.paths().iter().chain(&ignored).collect();
            let listed: Vec<&String> = listed
                .into_iter()
                .filter(|path| !is_by_product(path))
                .collect();
            self.look_at_all(&listed);
            let links = self
                .listing()
                .files()
                .iter()
                .filter(|listed| listed.kind == Kind::Link);
            let links: HashSet<&str> = links.map(|link| link.path.as_str()).collect();
            let state = |path: &String| match links.contains(path.as_str()) {
                true => self.link_state(path),
                false => self.file_state(path),
            };
            listed
                .into_iter()
                .map(|path| (path.clone(), state(path)))
                .collect()
        });
        fingerprint::of_tree(
            states
                .iter()
                .filter(|(path, _)| Some(path.as_str()) != plan),
            laid,
        )
    }

    /// Returns the files that git knows although its ignore files leave them out: whoever commits, commits them.
    fn ignored_and_known(&self) -> Vec<String> {
        let known = self.index().into_iter().flat_map(Index::paths);
        let unlisted = known.filter(|path| !self.paths().contains(*path) && !path.starts_with(OWN));
        let is_there = |path: &&str| {
            std::fs::symlink_metadata(self.root.join(path)).is_ok_and(|data| !data.is_dir())
        };
        unlisted.filter(is_there).map(str::to_owned).collect()
    }

    /// Returns the first source file that defines a name.
    pub(crate) fn defining(&self, name: &str) -> Option<String> {
        self.sources()
            .find(|path| self.with_names(path, |names| names.defines(name)))
            .cloned()
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
        if let Some(listing) = state.listing.get().filter(|_| !changes_rules) {
            let mut listing = listing.clone();
            paths
                .iter()
                .for_each(|path| listing.look_again(&self.root, path));
            let _ = next.listing.set(listing);
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
                known.files.retain(|path, _| self.paths().contains(path));
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
        self.state()
            .listing
            .get_or_init(|| Listing::read(&self.root))
    }

    /// Returns the source files. A survey reads all of them, so that none is read for its names alone.
    fn sources(&self) -> impl Iterator<Item = &String> {
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
        let found = Found::of(&self.root.join(path), path, self.index());
        self.known().borrow_mut().update_stamp(path, found)
    }

    /// Compares the stamps of all these files, and reads those whose content neither an earlier run nor git's index knows;
    /// with as many threads as the machine has.
    fn look_at_all(&self, paths: &[&String]) {
        let index = self.index();
        let known = self.known().borrow();
        let files = &known.files;
        let unseen = |path: &&&String| {
            !files
                .get(path.as_str())
                .is_some_and(|facts| facts.is_compared)
        };
        let unseen: Vec<&String> = paths.iter().filter(unseen).copied().collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let root = &self.root;
        let look =
            |path: &String| Found::with_content(&root.join(path), path, (files.get(path), index));
        let look = &look;
        let found: Vec<Option<Found>> = std::thread::scope(|scope| {
            let parts = unseen.chunks(unseen.len().div_ceil(threads).max(1));
            let at_work = parts.map(|part| {
                scope.spawn(move || part.iter().map(|path| look(path)).collect::<Vec<_>>())
            });
            let at_work: Vec<_> = at_work.collect();
            // A part that broke off is looked at again, file by file.
            at_work
                .into_iter()
                .flat_map(|part| part.join().unwrap_or_default())
                .collect()
        });
        drop(known);
        let mut known = self.known().borrow_mut();
        if found.len() == unseen.len() {
            for (path, found) in unseen.into_iter().zip(found) {
                known.update_stamp(path, found);
            }
        }
    }

    fn index(&self) -> Option<&Index> {
        self.index
            .get_or_init(|| Index::from_repository(&self.root))
            .as_ref()
    }

    /// Returns what stands for a link in the fingerprint: two that lead to the same content may lie beside other files.
    fn link_state(&self, path: &str) -> String {
        let target = std::fs::read_link(self.root.join(path)).unwrap_or_default();
        format!("link to {}, {}", target.display(), self.file_state(path))
    }

    /// Returns what stands for a file in the fingerprint.
    fn file_state(&self, path: &str) -> String {
        let unreadable = || "unreadable".to_owned();
        let Some(stamp) = self.stamp(path) else {
            return unreadable();
        };
        let content = match stamp.size > LARGE {
            true => Some(stamp.of_large()),
            false => self
                .hash(path)
                .or_else(|| self.read(path).ok().and_then(|_| self.hash(path))),
        };
        fingerprint::file_entry(&content.unwrap_or_else(unreadable), stamp.is_executable)
    }

    fn hash(&self, path: &str) -> Option<String> {
        self.known().borrow().files.get(path)?.content.clone()
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
fn folder_distance(path: &str, files: &[&str]) -> usize {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let own = parts(path);
    let steps = |other: &&str| {
        let other = parts(other);
        let shared = own
            .iter()
            .zip(&other)
            .take_while(|(one, other)| one == other)
            .count();
        own.len() + other.len() - 2 * shared
    };
    files.iter().map(steps).min().unwrap_or(own.len())
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
        // Half of a hash is enough to tell two states of a tree apart.
        u64::from_str_radix(self.hash(path)?.get(..16)?, 16).ok()
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
                    facts.content = Some(content_id::git_blob_id(bytes));
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
