//! The paths that a phase may change: its named files, and where the plan names a pattern, what fits it.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};
use plan::{Action, PlannedChange};

use super::{Files, NamedFile};

/// The paths that may be promoted to the user's tree.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    files: BTreeSet<String>,
    removed: BTreeSet<String>,
    patterns: Vec<GlobMatcher>,
}

impl Scope {
    /// Lets in what one change of the plan names.
    pub(super) fn admit(&mut self, file: &NamedFile, change: &PlannedChange, files: &Files) {
        if let Some(path) = &file.path {
            self.files.insert(path.clone());
            if matches!(change.action, Action::Delete | Action::Rename { .. }) {
                self.removed.insert(path.clone());
            }
        }
        if let Action::Rename { to } = &change.action {
            self.files.insert(to.clone());
        }
        if change.pattern && !change.path.contains("..") && !change.path.starts_with('/') {
            let folder = files.has_folder(&change.path);
            self.patterns.extend(compile_pattern(&change.path, folder));
        }
    }

    /// Returns whether the plan says that the file goes.
    pub(crate) fn removes(&self, path: &str) -> bool {
        self.removed.contains(path)
    }

    /// Returns the files that the phase names.
    pub(crate) fn named_files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Returns whether the path may be changed.
    pub(crate) fn allows(&self, path: &str) -> bool {
        self.files.contains(path) || self.patterns.iter().any(|pattern| pattern.is_match(path))
    }
}

/// Returns a matcher for a path with placeholders (`versions/XXXX_add_orders.py`, `<date>-x.sql`), a glob, or a folder.
fn compile_pattern(path: &str, folder: bool) -> Option<GlobMatcher> {
    let mut glob = placeholders_to_stars(path.trim_end_matches('/'));
    if folder || path.ends_with('/') {
        glob.push_str("/**");
    }
    // A pattern that is nothing but stars would let everything in.
    if glob.trim_matches(['*', '/', '.']).is_empty() {
        return None;
    }
    GlobBuilder::new(&glob)
        .literal_separator(true)
        .build()
        .ok()
        .map(|glob| glob.compile_matcher())
}

/// Turns `<name>`, `{name}`, runs of `X`, `...` and date letters into `*`; square brackets are file names of routers.
fn placeholders_to_stars(path: &str) -> String {
    let mut glob = String::new();
    let mut rest = path;
    while let Some(letter) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(letter).len();
        let closed = match letter {
            '<' => rest.find('>'),
            '{' => rest.find('}').filter(|end| !rest[..*end].contains(',')),
            _ => None,
        };
        let (taken, put) = match (closed, letter) {
            (Some(end), _) => (end + 1, "*".to_owned()),
            (None, 'X' | 'x' | 'Y' | '#') if run >= 3 => (run, "*".to_owned()),
            (None, '.') if run >= 3 => (run, "*".to_owned()),
            (None, '…') => (letter.len_utf8(), "*".to_owned()),
            (None, '[' | ']') => (1, format!("\\{letter}")),
            (None, _) => (letter.len_utf8(), letter.to_string()),
        };
        if !(put == "*" && glob.ends_with('*')) {
            glob.push_str(&put);
        }
        rest = &rest[taken..];
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern_path: &str, path: &str) -> bool {
        compile_pattern(pattern_path, false).is_some_and(|matcher| matcher.is_match(path))
    }

    #[test]
    fn placeholders_fit_one_name_and_no_more() {
        assert!(fits(
            "alembic/versions/XXXX_add_orders.py",
            "alembic/versions/3f9_add_orders.py"
        ));
        assert!(fits(
            "migrations/<timestamp>-orders.sql",
            "migrations/20260101-orders.sql"
        ));
        assert!(fits(
            "prisma/migrations/{ts}_orders/migration.sql",
            "prisma/migrations/1_orders/migration.sql"
        ));
        assert!(!fits(
            "alembic/versions/XXXX_add_orders.py",
            "alembic/versions/deep/3f9_add_orders.py"
        ));
        assert!(!fits(
            "alembic/versions/XXXX_add_orders.py",
            "alembic/env.py"
        ));
        assert!(fits("src/[id]/XXX.ts", "src/[id]/a.ts"));
        assert!(fits("tests/", "tests/a/b.py"));
        assert!(compile_pattern("**", false).is_none() && compile_pattern("*/*", false).is_none());
    }
}
