//! Which paths of the overlay may reach the user's tree.

use std::collections::BTreeMap;

use super::context::RunContext;
use crate::understand::Scope;

/// Which paths may reach the user's tree for the unit at work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promotable<'a> {
    run: &'a RunContext,
    scope: &'a Scope,
    admitted: &'a BTreeMap<String, String>,
}

impl<'a> Promotable<'a> {
    /// Makes the rule for a unit of this scope, with the files that a model was allowed to change beside.
    pub(crate) fn new(
        run: &'a RunContext,
        scope: &'a Scope,
        admitted: &'a BTreeMap<String, String>,
    ) -> Self {
        Promotable {
            run,
            scope,
            admitted,
        }
    }

    /// Returns whether the unit names the path, or a model was allowed to change it.
    pub(crate) fn includes(&self, path: &str) -> bool {
        self.scope.allows(path) || self.admitted.contains_key(path)
    }

    /// Returns whether the unit names this very file, and not only a folder or a pattern that it fits, or it was let in.
    pub(crate) fn names_path(&self, path: &str) -> bool {
        self.admitted.contains_key(path) || self.scope.named_files().any(|named| named == path)
    }

    /// Returns whether the file may be written: included, and not protected.
    pub(crate) fn allows(&self, path: &str) -> bool {
        self.includes(path) && !self.run.protects(path)
    }

    /// Returns whether the plan removes the file.
    pub(crate) fn removes(&self, path: &str) -> bool {
        self.scope.removes(path)
    }
}
