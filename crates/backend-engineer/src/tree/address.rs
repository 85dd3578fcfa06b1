//! Where a path of the plan lies on disk, and whether that is inside the repository, symbolic links followed.

use std::path::{Component, Path, PathBuf};

/// A path proven to lie inside the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    real: PathBuf,
}

/// A path that leaves the repository, or one that no run may touch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutsideTree {
    /// It climbs out, is absolute, or a link on the way leads out.
    #[error("`{path}` leaves the repository ({why})")]
    Leaves {
        /// The path as it was given.
        path: String,
        /// The way out: a `..`, an absolute path, or a link.
        why: String,
    },
    /// It lies in git's or our own folder.
    #[error("`{path}` is never written: `{folder}` belongs to {owner}")]
    Owned {
        /// The path as it was given.
        path: String,
        /// The folder.
        folder: &'static str,
        /// Whose it is.
        owner: &'static str,
    },
}

/// Folders that no plan may name, with their owners.
const OWNED: [(&str, &str); 2] = [(".git", "git"), (".backend-engineer", "this program")];

impl Address {
    /// Resolves `path` below `root`; existing links are followed, missing parts are taken as they are.
    pub(crate) fn resolve(root: &Path, path: &str) -> Result<Self, OutsideTree> {
        let leaves = |why: String| OutsideTree::Leaves {
            path: path.to_owned(),
            why,
        };
        let parts = plain_parts(path).map_err(|why| leaves(why.to_owned()))?;
        let owned = OWNED
            .iter()
            .find(|(folder, _)| parts.iter().any(|part| part.eq_ignore_ascii_case(folder)));
        if let Some((folder, owner)) = owned {
            return Err(OutsideTree::Owned {
                path: path.to_owned(),
                folder,
                owner,
            });
        }
        let home = root
            .canonicalize()
            .map_err(|error| leaves(format!("{} can't be resolved: {error}", root.display())))?;
        let mut real = home.clone();
        for (index, part) in parts.iter().enumerate() {
            real.push(part);
            let Ok(metadata) = real.symlink_metadata() else {
                continue;
            };
            if !metadata.is_symlink() {
                continue;
            }
            let link = parts[..=index].join("/");
            real = real
                .canonicalize()
                .map_err(|_| leaves(format!("the link `{link}` leads nowhere")))?;
            if !real.starts_with(&home)
                || real
                    .strip_prefix(&home)
                    .is_ok_and(|inside| inside.starts_with(".git"))
            {
                return Err(leaves(format!(
                    "the link `{link}` leads to {}",
                    real.display()
                )));
            }
        }
        Ok(Address { real })
    }

    /// Returns the path on disk, all links followed.
    pub(crate) fn real(&self) -> &Path {
        &self.real
    }
}

/// Returns the path's parts, or why it can't stay inside a repository.
fn plain_parts(path: &str) -> Result<Vec<String>, &'static str> {
    if path.contains('\0') {
        return Err("it holds a zero byte");
    }
    let mut parts = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop().ok_or("`..` climbs above its root")?;
            }
            Component::RootDir | Component::Prefix(_) => return Err("it is absolute"),
        }
    }
    if parts.is_empty() {
        Err("it names no file")
    } else {
        Ok(parts)
    }
}
