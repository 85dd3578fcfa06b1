//! The original at a path: read from the disk, compared, and put back byte for byte.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use crate::digest::hash;
use crate::disk::{NewState, Placement};

/// The permission bits that are kept and restored.
const PERMISSIONS: u32 = 0o7777;

/// The state of a path at one moment: a file, a symbolic link, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// From the root, with `/`.
    pub path: String,
    /// The file's bytes; none for a link and for nothing.
    pub content: Option<Vec<u8>>,
    /// The file's permission bits.
    pub mode: Option<u32>,
    /// The link's target.
    pub link: Option<String>,
}

impl Original {
    /// Reads what stands at `path` below `root` now. A last part that is a symbolic link is not
    /// followed.
    ///
    /// # Errors
    /// The error of the system; also a folder, a device or a link whose target is not UTF-8, none of
    /// which can be kept.
    pub fn read(root: &Path, path: &str) -> io::Result<Self> {
        let place = root.join(path);
        let nothing = Self {
            path: path.to_owned(),
            content: None,
            mode: None,
            link: None,
        };
        let found = match fs::symlink_metadata(&place) {
            Ok(found) => found,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(nothing);
            }
            Err(error) => return Err(error),
        };
        if found.is_symlink() {
            let target = fs::read_link(&place)?;
            let target = target
                .to_str()
                .ok_or_else(|| io::Error::other("the link's target is not UTF-8"))?;
            return Ok(Self {
                link: Some(target.to_owned()),
                ..nothing
            });
        }
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !found.is_file() {
            return Err(io::Error::other("neither a file nor a symbolic link"));
        }
        let mode = found.permissions().mode() & PERMISSIONS;
        Ok(Self {
            content: Some(fs::read(&place)?),
            mode: Some(mode),
            ..nothing
        })
    }

    /// Returns whether nothing stood there.
    pub fn is_absent(&self) -> bool {
        self.content.is_none() && self.link.is_none()
    }

    /// Returns the hash of the content, or of the link's target; none for nothing.
    pub fn hash(&self) -> Option<String> {
        self.content
            .as_deref()
            .or(self.link.as_deref().map(str::as_bytes))
            .map(hash)
    }

    /// Returns whether `self`, seen on the disk, is what `known` says: a mode that was never noted
    /// fits any.
    pub(crate) fn is(&self, known: &Known) -> bool {
        let modes_agree = match (self.mode, known.mode) {
            (Some(found), Some(noted)) => found & PERMISSIONS == noted & PERMISSIONS,
            _ => true,
        };
        self.link == known.link && self.content.as_deref().map(hash) == known.hash && modes_agree
    }

    /// Returns the change that puts this state in place of whatever file or link stands at its
    /// path. Folders on the way are made.
    pub(crate) fn placement(&self, root: &Path, passing: String) -> Placement {
        let at = root.join(&self.path);
        let state = match (&self.link, &self.content) {
            (Some(target), _) => NewState::Link(target.clone()),
            (None, Some(content)) => NewState::File(content.clone(), self.mode_at(&at)),
            (None, None) => NewState::Absent,
        };
        Placement { at, passing, state }
    }

    /// Returns the permission bits of the file: where none are known those of what stands there.
    fn mode_at(&self, place: &Path) -> u32 {
        let standing = || {
            let found = fs::symlink_metadata(place).ok();
            let file = found.filter(fs::Metadata::is_file);
            file.map(|found| found.permissions().mode())
        };
        self.mode.or_else(standing).unwrap_or(0o644) & PERMISSIONS
    }
}

/// A state as the journal has it, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) hash: Option<String>,
    pub(crate) mode: Option<u32>,
    pub(crate) link: Option<String>,
}

/// Returns folders between `root` and the file `path` that are not there, outermost first.
pub(crate) fn missing_folders(root: &Path, path: &str) -> Vec<String> {
    let folders = Path::new(path)
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.as_os_str().is_empty());
    let mut missing: Vec<String> = folders
        .take_while(|folder| fs::symlink_metadata(root.join(folder)).is_err())
        .map(|folder| folder.to_string_lossy().into_owned())
        .collect();
    missing.reverse();
    missing
}

/// Why `path` must not be written below `root`, if so: it leaves the root by its own parts, or a
/// folder on its way is a link that does.
pub(crate) fn leaves_root(root: &Path, path: &str) -> Option<&'static str> {
    let path = Path::new(path);
    if path.as_os_str().is_empty()
        || !path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    {
        return Some("its path leads out of the repository");
    }
    let deepest: Option<PathBuf> = path
        .ancestors()
        .skip(1)
        .find_map(|folder| root.join(folder).canonicalize().ok());
    match (deepest, root.canonicalize()) {
        (Some(folder), Ok(root)) if folder.starts_with(&root) => None,
        _ => Some("its folder now leads out of the repository"),
    }
}
