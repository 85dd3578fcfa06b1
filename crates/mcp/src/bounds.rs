//! The folders that a client works in, by its roots: what a call may speak of.

use std::path::{Path, PathBuf};

/// The bound that a client's roots set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bounds {
    /// The client tells of no roots: it sets no bound of its own.
    Unset,
    /// Only what lies in one of these folders; none where the roots could not be had.
    Within(Vec<PathBuf>),
}

impl Bounds {
    /// Makes the bound from the addresses of roots. What is no folder of this machine bounds nothing in.
    #[must_use]
    pub fn of_addresses<'a>(addresses: impl Iterator<Item = &'a str>) -> Self {
        let folder = |address| path_of(address)?.canonicalize().ok();
        Self::Within(addresses.filter_map(folder).collect())
    }

    /// Returns whether the bound lets `path`, resolved, be spoken of.
    #[must_use]
    pub fn includes(&self, path: &Path) -> bool {
        match self {
            Self::Unset => true,
            Self::Within(roots) => roots.iter().any(|root| path.starts_with(root)),
        }
    }
}

/// Returns the path that a `file://` address of this machine names.
fn path_of(address: &str) -> Option<PathBuf> {
    let rest = address.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        left = rest;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(
            u8::from_str_radix(digits, 16)
                .ok()
                .filter(|byte| *byte != 0)?,
        );
        left = &rest[2..];
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_paths_and_others_are_none() {
        for (address, path) in [
            ("file:///home/me/a%20b", Some("/home/me/a b")),
            ("file://localhost/srv", Some("/srv")),
            ("file:///srv/%C3%A9", Some("/srv/é")),
            ("file://elsewhere/srv", None),
            ("file:///srv/%0", None),
            ("file:///srv/%00", None),
            ("file:///srv/%zz", None),
            ("https://example.org/", None),
            ("/srv", None),
        ] {
            assert_eq!(path_of(address), path.map(PathBuf::from), "{address}");
        }
    }

    #[test]
    fn roots_bound_by_folders_and_not_by_letters() {
        let root = tempfile_folder();
        let address = format!("file://{}", root.display());
        let bounds = Bounds::of_addresses([address.as_str(), "https://example.org"].into_iter());
        assert!(bounds.includes(&root) && bounds.includes(&root.join("a")));
        assert!(!bounds.includes(Path::new(&format!("{}-other", root.display()))));
        assert!(!Bounds::of_addresses(["file:///nowhere-at-all"].into_iter()).includes(&root));
        assert!(Bounds::Unset.includes(&root));
    }

    fn tempfile_folder() -> PathBuf {
        std::env::temp_dir().canonicalize().expect("a folder")
    }
}
