//! Finds the file of a short path by the places of the plan that name it in full. One answer or none.

use std::collections::BTreeSet;

use plan::{Action, Basis, PhaseId, Plan, PlannedChange};

use super::paths::{Files, PathMeaning, Resolution};

/// Returns the file that a path means by the plan's own longer paths.
pub(super) fn in_full(
    plan: &Plan,
    files: &Files,
    (unit, change): (PhaseId, &PlannedChange),
    found: PathMeaning,
) -> PathMeaning {
    match found {
        PathMeaning::Between(candidates) => of_several(plan, (unit, change), candidates),
        PathMeaning::AsWritten(path) if path == change.path && is_new(files, change) => {
            of_new(plan, files, unit, change)
        }
        found => found,
    }
}

/// Of several files that a path may mean, the only one that the unit names by its whole path.
fn of_several(
    plan: &Plan,
    (unit, change): (PhaseId, &PlannedChange),
    candidates: Vec<String>,
) -> PathMeaning {
    let own = plan
        .phase(unit)
        .map(|phase| phase.changes.as_slice())
        .unwrap_or_default();
    let all: Vec<&PlannedChange> = plan.all().flat_map(|unit| &unit.changes).collect();
    // The unit itself has the last word, then the whole plan.
    for changes in [own.iter().collect::<Vec<_>>(), all] {
        let longer = changes
            .iter()
            .filter(|other| other.path.len() > change.path.len());
        let named: BTreeSet<&String> = longer
            .map(|other| &other.path)
            .filter(|path| candidates.contains(path))
            .collect();
        match named.first() {
            Some(path) if named.len() == 1 => {
                return resolved_meaning((*path).clone(), Resolution::NamedInFull);
            }
            Some(_) => break,
            None => {}
        }
    }
    PathMeaning::Between(candidates)
}

fn resolved_meaning(path: String, why: Resolution) -> PathMeaning {
    PathMeaning::Resolved { path, why }
}

/// Returns whether a file would be made at the path as it is written.
fn is_new(files: &Files, change: &PlannedChange) -> bool {
    let made = matches!(
        change.action,
        Action::Create | Action::Modify | Action::Unstated
    );
    made && !change.path.ends_with('/') && !files.path_exists(&change.path)
}

/// Resolves a new file whose path other places of the plan say in full, or that stands behind a path in a list. Written
/// in the wrong folder it is found by nobody, so two readings leave it unmade.
fn of_new(plan: &Plan, files: &Files, unit: PhaseId, change: &PlannedChange) -> PathMeaning {
    let as_written = || PathMeaning::AsWritten(change.path.clone());
    let NamedPath {
        full,
        elsewhere,
        exact,
    } = find_named_path(plan, files, unit, &change.path);
    let own_folder = change
        .path
        .split_once('/')
        .is_some_and(|(first, _)| files.path_exists(first));
    if exact || change.path.contains('/') && change.listed {
        return as_written();
    }
    let mut full: Vec<String> = full.into_iter().collect();
    match full.as_slice() {
        [only] if !own_folder => return resolved_meaning(only.clone(), Resolution::NamedInFull),
        [] if elsewhere.is_empty() || own_folder => {}
        [] if !change.listed && elsewhere.len() == 1 => {
            return resolved_meaning(
                elsewhere.into_iter().next().unwrap_or_default(),
                Resolution::NamedInFull,
            );
        }
        _ => {
            full.extend(elsewhere);
            full.insert(0, change.path.clone());
            return PathMeaning::Between(full);
        }
    }
    let Some(folder) = &change.beside else {
        return as_written();
    };
    let path = format!("{folder}/{}", change.path);
    if contains_path_stem(plan.text(), &path) || files.path_exists(&path) {
        return resolved_meaning(path, Resolution::BehindPath(folder.clone()));
    }
    PathMeaning::Between(vec![change.path.clone(), path])
}

/// The longer paths of the plan that end in a path.
#[derive(Default)]
struct NamedPath {
    /// Outside the units, in those that hold the unit, and in the first comments of blocks.
    full: BTreeSet<String>,
    /// In other units.
    elsewhere: BTreeSet<String>,
    /// A list of files outside the units names the path as it is.
    exact: bool,
}

fn find_named_path(plan: &Plan, files: &Files, unit: PhaseId, path: &str) -> NamedPath {
    let mut named = NamedPath::default();
    if plan::is_in_many_folders(path) && !path.contains('/') {
        return named;
    }
    let ending = format!("/{path}");
    let is_longer = |other: &&PlannedChange| {
        let goes = matches!(other.action, Action::Delete | Action::Rename { .. });
        other.path.ends_with(&ending) && other.basis == Basis::Stated && !other.pattern && !goes
    };
    let outside = plan.files_outside();
    named.exact = plan.lists_outside(path);
    named.full.extend(
        outside
            .iter()
            .filter(is_longer)
            .map(|other| other.path.clone()),
    );
    let around: Vec<PhaseId> =
        std::iter::successors(Some(unit), |id| plan.parent(*id).map(|unit| unit.id)).collect();
    for other in plan.all() {
        let found = other
            .changes
            .iter()
            .filter(is_longer)
            .map(|other| other.path.clone());
        if around.contains(&other.id) {
            named.full.extend(found);
            let said = other.blocks.iter().filter_map(plan::CodeBlock::path_said);
            named
                .full
                .extend(said.filter(|said| said.ends_with(&ending)));
        } else {
            named.elsewhere.extend(found);
        }
    }
    let drawn = files_of_drawn_trees(plan, files);
    named.exact |= drawn.iter().any(|drawn| drawn == path);
    named
        .full
        .extend(drawn.into_iter().filter(|drawn| drawn.ends_with(&ending)));
    // What leaves the repository is no other name of a file in it.
    let inside = |path: &String| {
        !matches!(
            files.meaning(path, true, &BTreeSet::new()),
            PathMeaning::Outside(_)
        )
    };
    named.full.retain(inside);
    named
        .elsewhere
        .retain(|path| !named.full.contains(path) && inside(path));
    named
}

/// Returns the files of the plan's drawings of folders. Such a drawing often begins with the repository's own folder,
/// and one of which the first folder does not stand says of no folder where it lies.
fn files_of_drawn_trees(plan: &Plan, files: &Files) -> Vec<String> {
    let stands = |path: &str| {
        path.split_once('/')
            .is_none_or(|(first, _)| files.has_folder(first))
    };
    let inside = |path: String| match path.split_once('/') {
        _ if stands(&path) => Some(path),
        Some((_, rest)) if stands(rest) => Some(rest.to_owned()),
        _ => None,
    };
    plan.files_drawn().into_iter().filter_map(inside).collect()
}

/// Returns whether a text holds a path without its ending, as in a command, or as the module that an import names.
fn contains_path_stem(text: &str, path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let bounded = |name: &str| {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        text.match_indices(name).any(|(at, _)| {
            let after = text[at + name.len()..].chars().next();
            !text[..at].ends_with(is_word)
                && !after.is_some_and(|letter| is_word(letter) || letter == '-')
        })
    };
    bounded(stem) || bounded(&stem.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{assignment_of, files_of};
    use crate::facts::TreeFacts;

    /// Returns what the first unit's files are taken for, `-` where that is in doubt; `files` stand in the repository.
    fn taken(files: &[&str], text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let plan = plan::read(text.as_bytes()).unwrap();
        let files = files_of(TreeFacts::new(folder.path(), None), &plan);
        let unit = plan.phases().first().unwrap().id;
        let (assignment, _) = assignment_of(&plan, &files, unit).unwrap();
        assignment
            .files
            .into_iter()
            .map(|file| file.path.unwrap_or_else(|| "-".to_owned()))
            .collect()
    }

    const TABLE: &str = "# X\n\n## File Map\n\n| File | What |\n|---|---|\n";

    #[test]
    fn a_new_file_lies_where_the_plan_names_it_in_full() {
        let task = "\n## Task 1: A\n\n**Files:**\n- Create: `b.ts`\n";
        let one = format!("{TABLE}| `web/src/b.ts` | B |\n{task}");
        assert_eq!(taken(&["web/x.ts"], &one), ["web/src/b.ts"]);
        let two = format!("{TABLE}| `web/src/b.ts` | B |\n| `api/src/b.ts` | B |\n{task}");
        assert_eq!(taken(&[], &two), ["-"]);
        let root = format!("{TABLE}| `web/src/b.ts` | B |\n| `b.ts` | B |\n{task}");
        assert_eq!(taken(&[], &root), ["b.ts"]);
        let other = format!("# X\n{task}\n## Task 2: B\n\n**Files:**\n- Create: `web/src/b.ts`\n");
        assert_eq!(taken(&[], &other), ["-"]);
        let outside = format!("# X\n{task}\n## Task 2: B\n\n**Files:**\n- Modify: `../web/b.ts`\n");
        assert_eq!(taken(&[], &outside), ["b.ts"]);
    }

    #[test]
    fn a_path_below_a_folder_of_the_task_is_found_in_the_map() {
        let task = "\n## Task 1: A\n\n```ts\n// src/b.ts\nexport const b = 1;\n```\n";
        let map = format!("{TABLE}| `web/src/b.ts` | B |\n{task}");
        assert_eq!(taken(&["web/x.ts"], &map), ["web/src/b.ts"]);
        assert_eq!(taken(&["web/x.ts", "src/a.ts"], &map), ["-"]);
    }

    #[test]
    fn a_short_path_is_found_in_a_drawing_of_the_folders() {
        let draw = |tree: &str, path: &str| {
            format!(
                "# X\n\n## Files\n\n```\n{tree}```\n\n## Task 1: A\n\n```python\n# {path}\nB = 1\n```\n"
            )
        };
        let auth = draw(
            "api/app/auth/\n  config.py   # loads it\n\napi/app/me/\n  views.py\n",
            "auth/config.py",
        );
        assert_eq!(
            taken(&["api/app/main.py"], &auth),
            ["api/app/auth/config.py"]
        );
        let signs = draw(
            "shop/\n├── api/\n│   └── auth/\n│       └── config.py\n└── README.md\n",
            "auth/config.py",
        );
        assert_eq!(taken(&["api/main.py"], &signs), ["api/auth/config.py"]);
        // Nothing of the drawing stands, and a second place is a second reading.
        assert_eq!(taken(&["web/main.py"], &auth), ["auth/config.py"]);
        let two = draw(
            "api/auth/\n  config.py\nweb/auth/\n  config.py\n",
            "auth/config.py",
        );
        assert_eq!(taken(&["api/main.py", "web/main.py"], &two), ["-"]);
        let root = draw("shop/\n├── api/\n│   └── run.py\n└── run.py\n", "run.py");
        assert_eq!(
            taken(&["api/main.py"], &root.replace("# run.py", "# ./run.py")),
            ["run.py"]
        );
    }

    #[test]
    fn a_bare_name_behind_a_path_lies_beside_it() {
        let task = "# X\n\n## Task 1: A\n\n**Files:**\n- Create: `app/x/a.py`, `b.py`\n";
        assert_eq!(taken(&[], task), ["app/x/a.py", "-"]);
        for code in ["# app/x/b.py\nB = 1\n", "from app.x.b import B\n"] {
            let shown = format!("{task}\n```python\n{code}```\n");
            assert_eq!(taken(&[], &shown), ["app/x/a.py", "app/x/b.py"], "{code}");
        }
        assert_eq!(taken(&["b.py"], task), ["app/x/a.py", "b.py"]);
        let other = "# X\n\n## Task 1: A\n\n**Files:**\n- Create: `app/x/a.py`, `conftest.py`, `setup.cfg`\n";
        assert_eq!(
            taken(&[], other),
            ["app/x/a.py", "conftest.py", "setup.cfg"]
        );
    }
}
