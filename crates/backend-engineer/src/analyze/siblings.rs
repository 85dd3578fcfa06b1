//! Finds the existing file that a new one should look like: of the same role, in the same or the nearest folder.

use code::paths::{TestRole, test_role};

use crate::understand::Files;

/// Files that hold a folder together and show nothing of its style.
const HOLDERS: [&str; 9] = [
    "__init__.py",
    "index.ts",
    "index.js",
    "index.mjs",
    "conftest.py",
    "mod.ts",
    "setup.py",
    "package-lock.json",
    "types.d.ts",
];

/// Returns the file nearest to `path` in role and place, of those that `fits` lets in; `None` where nothing is near.
pub(crate) fn find_sibling(
    files: &Files,
    path: &str,
    fits: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let wanted = Name::new(path);
    if HOLDERS.contains(&wanted.file) {
        return None;
    }
    let scored = files
        .all()
        .iter()
        .filter(|file| ***file != *path && fits(file))
        .filter_map(|file| {
            let score = score_similarity(&wanted, &Name::new(file))?;
            (score >= 4).then_some((score, file))
        });
    // Of several alike the last by name: numbered files grow at the end, and there the newest is the model.
    scored
        .max_by_key(|(score, file)| (*score, &***file))
        .map(|(_, file)| file.to_string())
}

/// A path taken apart.
struct Name<'a> {
    folder: Vec<&'a str>,
    file: &'a str,
    ending: &'a str,
    /// The last word of the stem: `service` in `orders.service.ts`, `order_service.py`, `OrderService.ts`.
    role: String,
    test: Option<TestRole>,
}

impl<'a> Name<'a> {
    fn new(path: &'a str) -> Self {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        let start = stem
            .rfind(|letter: char| matches!(letter, '.' | '_' | '-') || letter.is_ascii_uppercase());
        let role = start.filter(|start| *start > 0).map(|start| {
            stem[start..]
                .trim_start_matches(['.', '_', '-'])
                .to_lowercase()
        });
        Name {
            folder: folder.split('/').filter(|part| !part.is_empty()).collect(),
            file,
            ending,
            role: role.unwrap_or_default(),
            test: test_role(path),
        }
    }
}

/// Returns how near two files are; `None` where one is no model for the other.
fn score_similarity(wanted: &Name<'_>, other: &Name<'_>) -> Option<usize> {
    if wanted.ending != other.ending || wanted.test != other.test || HOLDERS.contains(&other.file) {
        return None;
    }
    let common = wanted
        .folder
        .iter()
        .zip(&other.folder)
        .take_while(|(one, other)| one == other)
        .count();
    let same_folder = wanted.folder == other.folder;
    let same_last = wanted
        .folder
        .last()
        .is_some_and(|last| other.folder.last() == Some(last));
    let same_role = !wanted.role.is_empty() && wanted.role == other.role;
    let prefix = wanted.file.starts_with("test_") && other.file.starts_with("test_");
    let near = 6 * usize::from(same_folder) + 3 * usize::from(same_last && !same_folder);
    Some(near + 4 * usize::from(same_role) + usize::from(prefix) + common.min(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn role_and_folder_decide() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "app/routes/__init__.py",
            "app/routes/orders.py",
            "app/services/order_service.py",
            "tests/test_orders.py",
            "migrations/001_a.sql",
            "migrations/002_b.sql",
            "web/src/users/users.service.ts",
            "web/src/users/users.controller.ts",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let files = Files::new(crate::facts::TreeFacts::new(folder.path(), None));
        for (new, expected) in [
            ("app/routes/users.py", Some("app/routes/orders.py")),
            (
                "app/services/user_service.py",
                Some("app/services/order_service.py"),
            ),
            ("tests/test_users.py", Some("tests/test_orders.py")),
            ("migrations/003_c.sql", Some("migrations/002_b.sql")),
            (
                "web/src/orders/orders.service.ts",
                Some("web/src/users/users.service.ts"),
            ),
            (
                "web/src/orders/orders.controller.ts",
                Some("web/src/users/users.controller.ts"),
            ),
            ("Dockerfile", None),
            ("app/routes/__init__.py", None),
        ] {
            assert_eq!(
                find_sibling(&files, new, &|_| true).as_deref(),
                expected,
                "{new}"
            );
        }
    }
}
