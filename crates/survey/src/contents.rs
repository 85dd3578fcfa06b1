//! The contents of the files of a listing, as the caller gives it: read each time, or known from
//! before.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::regular::read_regular;

/// Gives the contents of files. Paths are from the root, with forward slashes.
pub trait Contents {
    /// Returns the size of a file in bytes, or nothing where that can't be told.
    fn size(&self, path: &str) -> Option<u64>;

    /// Returns a number that stands for a file's content, or nothing where the file would have to
    /// be read for it. Of a file that was tried and can't be read it is 0.
    fn key(&self, path: &str) -> Option<u64>;

    /// Reads a file; from then on its key is known.
    ///
    /// # Errors
    /// As the system says.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// Reads the files below a folder.
#[derive(Debug)]
pub(crate) struct OnDisk {
    root: PathBuf,
    keys: RefCell<HashMap<String, u64>>,
}

impl OnDisk {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            keys: RefCell::default(),
        }
    }
}

impl Contents for OnDisk {
    fn size(&self, path: &str) -> Option<u64> {
        fs::metadata(self.root.join(path))
            .ok()
            .map(|data| data.len())
    }

    fn key(&self, path: &str) -> Option<u64> {
        self.keys.borrow().get(path).copied()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let read = read_regular(&self.root.join(path), u64::MAX);
        let key = read.as_ref().map_or(0, |bytes| {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            hasher.finish()
        });
        self.keys.borrow_mut().insert(path.to_owned(), key);
        read
    }
}
