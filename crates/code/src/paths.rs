//! Classifies a file by its path: of the tests, generated, a migration, of a cache, a build or a
//! dependency, a lock file.
//!
//! Paths are relative to the repository, with `/`. A name can deceive: `build/` may be a package of
//! the project. Where a folder's name is a word that people use for their own, the ending of the
//! file decides (`data/paths.tsv`); what git ignores is the caller's to ask.

mod table;

mod test_role;

use std::collections::HashMap;
use std::sync::LazyLock;

use table::{Kind, split_names};
pub use test_role::{TestRole, test_folder, test_role};

/// Returns whether a path, in any case, is of a kind.
fn has_kind(kind: Kind, path: &str) -> bool {
    split_names(kind).fit(&path.to_ascii_lowercase())
}

/// Returns whether the file holds tests or helps them: test modules, fixtures, factories,
/// snapshots, test data.
#[must_use]
pub fn is_test(path: &str) -> bool {
    matches!(test_role(path), Some(TestRole::Suite | TestRole::Helper))
}

/// Returns whether the file belongs to the tests, configuration of their runners included.
#[must_use]
pub fn belongs_to_tests(path: &str) -> bool {
    test_role(path).is_some()
}

/// Returns whether the file itself holds tests, as far as its name says.
#[must_use]
pub fn holds_tests(path: &str) -> bool {
    test_role(path) == Some(TestRole::Suite)
}

/// Returns whether the file is one that a generator writes and people don't edit.
#[must_use]
pub fn is_generated(path: &str) -> bool {
    has_kind(Kind::Generated, path)
}

/// Returns whether the file lies among migrations of a database's schema.
#[must_use]
pub fn is_migration(path: &str) -> bool {
    has_kind(Kind::Migration, path) || is_revision(path)
}

/// Returns whether the file is what a test expects, as its runner wrote it down.
#[must_use]
pub fn is_snapshot(path: &str) -> bool {
    has_kind(Kind::Snapshot, path)
}

/// Returns whether a file is a revision in Alembic's form, whatever its folder of scripts is
/// called: `versions/1a2b3c4d5e6f_orders.py`.
fn is_revision(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let revision = name.split('_').next().unwrap_or_default();
    // Alembic's revisions have twelve digits; eight are enough to tell them from words.
    folder == "versions"
        && name.ends_with(".py")
        && revision.len() >= 8
        && revision.chars().all(|letter| letter.is_ascii_hexdigit())
}

/// Returns whether the file is a cache's or a trace of a tool at work.
#[must_use]
pub fn is_cache(path: &str) -> bool {
    is_or_lies_in(Kind::Cache, &lower_case(path))
}

/// Returns whether the file is what a build, a coverage or a test run puts out.
#[must_use]
pub fn is_build_output(path: &str) -> bool {
    is_or_lies_in(Kind::Build, &lower_case(path))
}

/// Returns the outermost part of a path that is the output of a build: the folder that a build
/// makes as a whole.
///
/// `web/dist/js/a.js` -> `web/dist`; `None` for what is no output.
#[must_use]
pub fn build_output_root(path: &str) -> Option<&str> {
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    ends.map(|end| &path[..end])
        .find(|part| is_build_output(part))
        .filter(|_| is_build_output(path))
}

/// Returns whether the file is other people's code, installed.
#[must_use]
pub fn is_dependency(path: &str) -> bool {
    is_or_lies_in(Kind::Dependency, &lower_case(path))
}

/// Returns a path in lower case, without slashes at its end.
fn lower_case(path: &str) -> String {
    path.trim_end_matches('/').to_ascii_lowercase()
}

/// Returns whether a path lies in a folder of the kind, or is the folder itself or a link in its place.
fn is_or_lies_in(kind: Kind, lower: &str) -> bool {
    let names = split_names(kind);
    names.fit(lower)
        || names
            .folders
            .contains_key(lower.rsplit('/').next().unwrap_or(lower))
}

/// Returns whether the file is a by-product of running commands: cache, build output or dependency.
#[must_use]
pub fn is_by_product(path: &str) -> bool {
    let lower = lower_case(path);
    [Kind::Cache, Kind::Build, Kind::Dependency]
        .iter()
        .any(|kind| is_or_lies_in(*kind, &lower))
}

/// Returns whether a folder of this name holds by-products only, whatever lies in it, so that a
/// walk can pass it over.
#[must_use]
pub fn is_by_product_folder(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [Kind::Cache, Kind::Build, Kind::Dependency]
        .iter()
        .any(|kind| {
            split_names(*kind)
                .folders
                .get(lower.as_str())
                .is_some_and(|exceptions| *exceptions == "-")
        })
}

/// Returns whether the file is a source of any programming language.
#[must_use]
pub fn is_code(path: &str) -> bool {
    has_kind(Kind::Code, path)
}

/// The names of lock files, each with the manifest that it locks.
static LOCKS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("../data/locks.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut columns = row.split('\t');
        Some((columns.next()?, columns.next()?))
    })
    .collect()
});

/// Returns the name of the manifest that a lock file locks; it lies beside it. `requirements.txt`
/// is a lock file only where a `requirements.in` lies there.
#[must_use]
pub fn locked_manifest(path: &str) -> Option<&'static str> {
    LOCKS.get(path.rsplit('/').next().unwrap_or(path)).copied()
}

/// Returns whether the file is a manifest: what a lock file beside it would lock.
#[must_use]
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    LOCKS.values().any(|manifest| *manifest == name)
}

/// Returns the words of a name in lower case: `testUtils`, `test-utils` and `__test_utils__` have
/// the same.
fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        let is_letter = letter.is_ascii_alphanumeric();
        if (!is_letter || letter.is_ascii_uppercase() && was_lower) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_letter {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::table::{kind_of, table_rows};
    use super::*;

    #[test]
    fn each_row_has_an_example_that_is_of_its_kind() {
        let mut seen = HashSet::new();
        for row in table_rows() {
            let kind = kind_of(row.kind).unwrap_or_else(|| panic!("no kind `{}`", row.kind));
            assert!(seen.insert((kind, row.form, row.name)), "twice: {row:?}");
            assert_eq!(row.name, row.name.to_ascii_lowercase(), "{row:?}");
            let path = row.example;
            let fits = match kind {
                Kind::Cache => is_cache(path),
                Kind::Dependency => is_dependency(path),
                Kind::Build => is_build_output(path),
                Kind::Generated => is_generated(path),
                Kind::Migration => is_migration(path),
                Kind::Snapshot => is_snapshot(path),
                Kind::Code => is_code(path),
                Kind::Document => has_kind(kind, path) && !is_code(path),
                Kind::ClassLanguage => holds_tests(path),
                Kind::TestConfiguration => test_role(path) == Some(TestRole::Configuration),
                Kind::TestPart => holds_tests(path),
                Kind::TestHelper | Kind::TestRunner | Kind::TestFile => {
                    test_role(path) == Some(TestRole::Helper)
                }
                Kind::Test | Kind::TestCode | Kind::TestWord | Kind::TestQualifier => is_test(path),
            };
            assert!(fits, "{row:?}");
            let named = match row.form {
                "folder" | "folders" => path.to_ascii_lowercase().contains(row.name),
                "folder-ending" => path.contains(row.name),
                "file" | "start" | "ending" => path.to_ascii_lowercase().contains(row.name),
                _ => false,
            };
            assert!(named, "the example has not the name: {row:?}");
            for ending in row.exceptions.split(',').filter(|ending| *ending != "-") {
                let source = format!("{}/orders{ending}", row.name);
                assert!(!has_kind(kind, &source), "{source}: {row:?}");
            }
        }
        assert!(seen.len() > 150, "{} rows", seen.len());
    }

    #[test]
    fn by_products_are_known_by_name() {
        for path in [
            "app/__pycache__/a.pyc",
            ".coverage",
            ".coverage.host.1",
            "dist/a.js",
            "x.egg-info/PKG-INFO",
            "venv",
        ] {
            assert!(is_by_product(path), "{path}");
        }
        for path in [
            "app/main.py",
            "package-lock.json",
            "app/coverage_report.py",
            "app/coverage/models.py",
            "src/target/target.service.ts",
            "src/build/pipeline.ts",
            "shop.db",
            "logs.py",
        ] {
            assert!(!is_by_product(path), "{path}");
        }
        assert!(is_by_product_folder("node_modules") && is_by_product_folder("dist"));
        assert!(!is_by_product_folder("coverage") && !is_by_product_folder("app"));
    }

    #[test]
    fn a_build_has_an_outermost_folder() {
        for (path, root) in [
            ("dist/a/b.js", Some("dist")),
            ("api/build/lib/c.py", Some("api/build")),
            ("coverage.xml", Some("coverage.xml")),
            ("src/build/pipeline.ts", None),
            ("app/main.py", None),
        ] {
            assert_eq!(build_output_root(path), root, "{path}");
        }
    }

    #[test]
    fn migrations_are_told_from_what_only_sounds_alike() {
        for path in [
            "app/db/versions/1a2b3c4d5e6f_orders.py",
            "prisma/migrations/1_a/migration.sql",
            "drizzle/meta/1.json",
        ] {
            assert!(is_migration(path), "{path}");
        }
        for path in [
            "api/versions/v1.py",
            "src/drizzle/schema.ts",
            "app/versions/decade.py",
            "app/immigration/a.py",
        ] {
            assert!(!is_migration(path), "{path}");
        }
    }

    #[test]
    fn lock_files_name_their_manifest() {
        for row in include_str!("../data/locks.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let columns: Vec<_> = row.split('\t').collect();
            assert_eq!(columns.len(), 3, "{row}");
            assert_eq!(locked_manifest(columns[2]), Some(columns[1]));
        }
        assert_eq!(locked_manifest("api/package.json"), None);
    }

    #[test]
    fn words_are_the_same_in_every_case() {
        for name in [
            "testUtils",
            "test-utils",
            "__test_utils__",
            "test.utils",
            "TestUtils",
        ] {
            assert_eq!(words_of(name), ["test", "utils"], "{name}");
        }
        assert_eq!(words_of("e2e"), ["e2e"]);
    }
}
