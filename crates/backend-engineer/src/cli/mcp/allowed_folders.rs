//! The repositories that calls may speak of: those of the server's roots, within the roots of the client.

use std::path::{Path, PathBuf};

use ::mcp::Bounds;
use serde_json::{Map, Value};

use crate::cli::repository;
use crate::stop::Stop;

/// The folders that the server was started for.
#[derive(Debug, Clone)]
pub(super) enum AllowedFolders {
    /// Those that were named.
    Named(Vec<PathBuf>),
    /// None was named: the client's roots, else this one, the repository around the current folder.
    Around(PathBuf),
}

/// The repository of one call, and the plan in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RepositoryOfCall {
    /// The repository's folder.
    pub(super) root: PathBuf,
    /// The plan, absolute, where the call names one.
    pub(super) plan: Option<PathBuf>,
}

impl AllowedFolders {
    /// Finds the folders that are named.
    ///
    /// # Errors
    /// One that is no folder.
    pub(super) fn new(roots: &[PathBuf]) -> Result<Self, Stop> {
        if roots.is_empty() {
            return Ok(AllowedFolders::Around(repository::find_repository(None)?));
        }
        Ok(AllowedFolders::Named(
            roots
                .iter()
                .map(|root| repository::find_repository(Some(root)))
                .collect::<Result<_, _>>()?,
        ))
    }

    /// Returns the folders that calls may speak of within the client's bounds.
    pub(super) fn repositories(&self, bounds: &Bounds) -> Vec<PathBuf> {
        match (self, bounds) {
            (AllowedFolders::Around(folder), Bounds::Unset) => vec![folder.clone()],
            (AllowedFolders::Around(_), Bounds::Within(roots)) => roots.clone(),
            (AllowedFolders::Named(folders), Bounds::Unset) => folders.clone(),
            // The narrower of two folders where one lies in the other.
            (AllowedFolders::Named(folders), Bounds::Within(roots)) => {
                let within = folders
                    .iter()
                    .filter(|folder| bounds.includes(folder))
                    .cloned();
                let inner = roots
                    .iter()
                    .filter(|root| folders.iter().any(|folder| root.starts_with(folder)))
                    .cloned();
                let mut all: Vec<PathBuf> = within.chain(inner).collect();
                all.sort();
                all.dedup();
                all
            }
        }
    }

    /// Finds the repository and the plan that a call means.
    ///
    /// # Errors
    /// Why they can't be spoken of, for whoever calls.
    pub(super) fn resolve(
        &self,
        arguments: &Map<String, Value>,
        bounds: &Bounds,
    ) -> Result<RepositoryOfCall, String> {
        let text = |name: &str| match arguments.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(PathBuf::from(text))),
            Some(_) => Err(format!("`{name}` must be a path")),
        };
        let (repository, plan) = (text("repository")?, text("plan")?);
        let allowed = self.repositories(bounds);
        let root = match &repository {
            Some(named) if named.is_absolute() => resolve_allowed_path(named, &allowed)?,
            Some(named) => {
                let candidates: Vec<PathBuf> =
                    allowed.iter().map(|folder| folder.join(named)).collect();
                let mut found = candidates.iter().filter(|folder| folder.is_dir());
                let first = found.next().ok_or_else(|| {
                    format!(
                        "`{}` is no folder of {}",
                        named.display(),
                        join_folders(&allowed)
                    )
                })?;
                match found.next() {
                    None => resolve_allowed_path(first, &allowed)?,
                    Some(_) => {
                        return Err(format!(
                            "`{}` may be several; give its absolute path",
                            named.display()
                        ));
                    }
                }
            }
            None => match (allowed.as_slice(), &plan) {
                ([only], _) => only.clone(),
                ([], _) => {
                    return Err("no folder may be worked on: the client's roots and the server's share none".to_owned());
                }
                (several, Some(plan)) if plan.is_absolute() => {
                    let plan = resolve_allowed_path(plan, several)?;
                    let nearest = several
                        .iter()
                        .filter(|folder| plan.starts_with(folder))
                        .max_by_key(|it| it.components().count());
                    nearest
                        .cloned()
                        .ok_or_else(|| outside_message(&plan, several))?
                }
                (several, _) => {
                    return Err(format!(
                        "name the `repository`, one of {}",
                        join_folders(several)
                    ));
                }
            },
        };
        if !root.is_dir() {
            return Err(format!("`{}` is not a folder", root.display()));
        }
        let plan = plan
            .map(|plan| resolve_allowed_path(&root.join(plan), std::slice::from_ref(&root)))
            .transpose()?;
        Ok(RepositoryOfCall { root, plan })
    }
}

/// Resolves a path that must lie in one of the folders.
fn resolve_allowed_path(path: &Path, folders: &[PathBuf]) -> Result<PathBuf, String> {
    let found = path
        .canonicalize()
        .map_err(|error| format!("`{}`: {error}", path.display()))?;
    match folders.iter().any(|folder| found.starts_with(folder)) {
        true => Ok(found),
        false => Err(outside_message(&found, folders)),
    }
}

fn outside_message(path: &Path, folders: &[PathBuf]) -> String {
    format!(
        "`{}` lies outside of {}",
        path.display(),
        join_folders(folders)
    )
}

fn join_folders(folders: &[PathBuf]) -> String {
    match folders {
        [] => "every folder that may be worked on (there is none)".to_owned(),
        _ => folders
            .iter()
            .map(|folder| format!("`{}`", folder.display()))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve(
        allowed: &AllowedFolders,
        bounds: &Bounds,
        arguments: Value,
    ) -> Result<RepositoryOfCall, String> {
        allowed.resolve(arguments.as_object().expect("an object"), bounds)
    }

    #[test]
    fn a_call_reaches_what_both_sides_let_it_reach() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("a folder");
        for path in ["work/shop/docs", "work/blog", "other"] {
            std::fs::create_dir_all(top.join(path)).expect("a folder");
        }
        std::fs::write(top.join("work/shop/docs/plan.md"), "# Plan\n").expect("a file");
        std::fs::write(top.join("other/plan.md"), "# Plan\n").expect("a file");
        std::os::unix::fs::symlink(top.join("other"), top.join("work/shop/link")).expect("a link");
        let allowed = AllowedFolders::Named(vec![top.join("work")]);
        let shop = Bounds::Within(vec![top.join("work/shop")]);
        let found =
            resolve(&allowed, &shop, json!({ "plan": "docs/plan.md" })).expect("a repository");
        assert_eq!(
            found,
            RepositoryOfCall {
                root: top.join("work/shop"),
                plan: Some(top.join("work/shop/docs/plan.md"))
            }
        );
        let whole = resolve(
            &allowed,
            &Bounds::Unset,
            json!({ "repository": "shop", "plan": "docs/plan.md" }),
        );
        assert_eq!(whole.expect("a repository").root, top.join("work/shop"));
        for (bounds, arguments) in [
            (&shop, json!({ "repository": top.join("work/blog") })),
            (&shop, json!({ "plan": "../../other/plan.md" })),
            (&shop, json!({ "plan": "link/plan.md" })),
            (&shop, json!({ "plan": top.join("other/plan.md") })),
            (&shop, json!({ "plan": "nowhere.md" })),
            (&shop, json!({ "plan": 7 })),
            (&Bounds::Unset, json!({ "repository": "../other" })),
            (&Bounds::Within(vec![top.join("other")]), json!({})),
            (&Bounds::Within(Vec::new()), json!({})),
        ] {
            assert!(
                resolve(&allowed, bounds, arguments.clone()).is_err(),
                "{bounds:?} {arguments}"
            );
        }
        let around = AllowedFolders::Around(top.join("other"));
        assert_eq!(
            resolve(&around, &Bounds::Unset, json!({}))
                .expect("a repository")
                .root,
            top.join("other")
        );
        assert_eq!(
            resolve(&around, &shop, json!({}))
                .expect("a repository")
                .root,
            top.join("work/shop")
        );
        assert!(resolve(&around, &Bounds::Within(Vec::new()), json!({})).is_err());
    }
}
