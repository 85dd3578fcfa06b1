//! Checks what a policy names before a sandbox is set up by it.

use std::path::Path;

use crate::error::SandboxError;
use crate::policy::Policy;

/// Checks what a policy names, and gives it with its paths as the system knows them.
pub(crate) fn check_policy(mut policy: Policy) -> Result<Policy, SandboxError> {
    let refuse = |path: &Path, reason: &str| SandboxError::Policy {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    };
    policy.root = policy
        .root
        .canonicalize()
        .map_err(SandboxError::file("find the repository at", &policy.root))?;
    if !policy.root.is_dir() || policy.root.parent().is_none() {
        return Err(refuse(
            &policy.root,
            "is not a folder that can be a repository",
        ));
    }
    if !policy.scratch.is_absolute() {
        return Err(refuse(
            &policy.scratch,
            "the scratch folder must be an absolute path",
        ));
    }
    let outputs = policy.scratch.join("outputs");
    std::fs::create_dir_all(&outputs).map_err(SandboxError::file("make", &outputs))?;
    policy.scratch = policy
        .scratch
        .canonicalize()
        .map_err(SandboxError::file("find", &policy.scratch))?;
    // One that is not there is no loss: the copy lies in the scratch.
    policy.memory = policy.memory.and_then(|folder| folder.canonicalize().ok());
    if policy.root.starts_with(&policy.scratch) {
        return Err(refuse(
            &policy.scratch,
            "the scratch folder can't hold the repository",
        ));
    }
    policy.hidden.extend(
        policy
            .scratch
            .strip_prefix(&policy.root)
            .map(Path::to_path_buf),
    );
    Ok(policy)
}
