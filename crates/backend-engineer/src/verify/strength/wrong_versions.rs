//! The wrong versions of the functions that a unit added or changed.

use std::collections::BTreeSet;
use std::ops::Range;

use code::mutants::{Mutant, Operator, list_mutants};
use code::paths::{belongs_to_tests, is_code, is_generated, is_migration};
use similar::{DiffOp, TextDiff};

use super::Survivor;
use crate::implement::Change;
use crate::unit_work::UnitWork;

/// Bytes by which a wrong version is longer than the right code, at the least: no edit adds as many.
const APART: usize = 64;

/// A wrong version of a file.
#[derive(Debug, Clone)]
pub(super) struct WrongVersion {
    pub(super) path: String,
    /// The whole file.
    pub(super) text: String,
    /// The code that was made wrong is a model's work.
    pub(super) by_model: bool,
    /// The length of the right code.
    right: usize,
    mutant: Mutant,
}

impl WrongVersion {
    /// Returns whether a constant of its module is wrong, and nothing else.
    pub(super) fn is_of_constant(&self) -> bool {
        self.mutant.operator == Operator::Named
    }

    /// Returns whether its function gives nothing back instead of a value.
    pub(super) fn returns_nothing(&self) -> bool {
        self.mutant.operator == Operator::Return
    }

    /// Returns whether both make the same function wrong.
    pub(super) fn is_of_same_function(&self, other: &WrongVersion) -> bool {
        self.path == other.path && self.mutant.function == other.mutant.function
    }

    /// Returns whether it gives nothing back, in the place of what another one of `all` gives another value of the same
    /// type: a test of the type alone rejects it.
    pub(super) fn is_told_by_type(&self, all: &[WrongVersion]) -> bool {
        let same_result = |other: &&WrongVersion| {
            other.mutant.operator == Operator::Constant
                && self.is_of_same_function(other)
                && (self.mutant.line, &self.mutant.before)
                    == (other.mutant.line, &other.mutant.before)
        };
        self.mutant.operator == Operator::Return && all.iter().any(|other| same_result(&other))
    }

    pub(super) fn survivor(&self) -> Survivor {
        let Mutant {
            function,
            line,
            before,
            after,
            ..
        } = self.mutant.clone();
        Survivor {
            path: self.path.clone(),
            line,
            function,
            before,
            after,
        }
    }
}

/// Makes the wrong versions of what the unit changed and its tests may reach, one of each function before the second of
/// any, and a model's work before what the plan shows.
pub(super) fn make_wrong_versions(
    work: &mut UnitWork<'_>,
    change: &Change,
    test_files: &[String],
) -> Vec<WrongVersion> {
    let has_tests = |path: &str| {
        test_files
            .iter()
            .any(|file| is_python(file) == is_python(path))
    };
    let mut found: Vec<WrongVersion> = Vec::new();
    for file in &change.written {
        let path = file.path.as_str();
        let is_meant =
            is_code(path) && !belongs_to_tests(path) && !is_migration(path) && !is_generated(path);
        if !is_meant || !has_tests(path) {
            continue;
        }
        let Some(now) = work.workspace.tree.read_text(path).ok().flatten() else {
            continue;
        };
        let before = file
            .before
            .as_ref()
            .map(|found| String::from_utf8_lossy(&found.bytes).into_owned());
        let worked = work.state.worked.get(path).map(|before| {
            before
                .as_ref()
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                .unwrap_or_default()
        });
        found.extend(of_file(
            path,
            &now,
            &before.unwrap_or_default(),
            worked.as_deref(),
        ));
    }
    found.sort_by_key(|version| (version.mutant.turn, !version.by_model));
    for (at, version) in found.iter_mut().enumerate() {
        set_apart(version, at);
    }
    found
}

/// Makes the wrong versions of a file; `worked` is the text that a model began with.
fn of_file(path: &str, now: &str, before: &str, worked: Option<&str>) -> Vec<WrongVersion> {
    let by_model = worked.map_or_else(Vec::new, |worked| {
        list_mutants(path, now, &changed_rows(worked, now))
    });
    let texts: BTreeSet<String> = by_model.iter().map(|mutant| mutant.text.clone()).collect();
    let shown = list_mutants(path, now, &changed_rows(before, now))
        .into_iter()
        .filter(|one| !texts.contains(&one.text));
    let made = by_model
        .into_iter()
        .map(|mutant| (mutant, true))
        .chain(shown.map(|mutant| (mutant, false)));
    made.map(|(mutant, by_model)| WrongVersion {
        path: path.to_owned(),
        text: mutant.text.clone(),
        by_model,
        right: now.len(),
        mutant,
    })
    .collect()
}

/// Makes the text of a length that no other version of its file has, by empty lines at its end: a cache of bytecode takes
/// a source of the same second and the same length for the same.
fn set_apart(version: &mut WrongVersion, at: usize) {
    let wanted = version.right + APART + at;
    let missing = wanted.saturating_sub(version.text.len());
    version.text.push_str(&"\n".repeat(missing));
}

/// Returns the lines (from 0) of a text that differ from an earlier one; where some were only taken away, those around.
fn changed_rows(old: &str, new: &str) -> Vec<Range<usize>> {
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.ops().iter().filter_map(|op| match *op {
        DiffOp::Equal { .. } => None,
        DiffOp::Delete { new_index, .. } => Some(new_index.saturating_sub(1)..new_index + 1),
        DiffOp::Insert {
            new_index, new_len, ..
        }
        | DiffOp::Replace {
            new_index, new_len, ..
        } => Some(new_index..new_index + new_len),
    });
    changed.collect()
}

pub(super) fn is_python(path: &str) -> bool {
    path.ends_with(".py")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_found() {
        for (old, new, rows) in [
            ("", "a\nb\n", vec![(0, 2)]),
            ("a\nb\nc\n", "a\nx\nc\n", vec![(1, 2)]),
            ("a\nb\nc\n", "a\nc\n", vec![(0, 2)]),
            ("a\n", "a\n", Vec::new()),
        ] {
            let found: Vec<(usize, usize)> = changed_rows(old, new)
                .iter()
                .map(|one| (one.start, one.end))
                .collect();
            assert_eq!(found, rows, "{new}");
        }
    }

    #[test]
    fn a_models_lines_are_told_from_the_plans() {
        let plans = "def f(a):\n    return a\n";
        let now = format!("{plans}\n\ndef g(a):\n    return a\n");
        let made = of_file("a.py", &now, "", Some(plans));
        let told: Vec<(&str, bool)> = made
            .iter()
            .map(|version| (version.mutant.function.as_str(), version.by_model))
            .collect();
        assert_eq!(told, [("g", true), ("f", false)]);
        assert_eq!(of_file("a.py", &now, plans, None).len(), 1);
    }

    #[test]
    fn no_two_versions_have_one_length() {
        let now = "def f(a):\n    if a < 1:\n        return a\n    return b\n";
        let mut made = of_file("a.py", now, "", None);
        made.iter_mut()
            .enumerate()
            .for_each(|(at, version)| set_apart(version, at));
        let lengths: BTreeSet<usize> = made
            .iter()
            .map(|version| version.text.len())
            .chain([now.len()])
            .collect();
        assert_eq!(lengths.len(), made.len() + 1);
    }
}
