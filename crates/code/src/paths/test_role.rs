//! Which files belong to the tests, and as what.
//!
//! `tests/test_orders.py`, `src/orders.spec.ts` hold tests. `tests/factories.py`, `conftest.py`,
//! `src/testUtils.ts` and `tests/fixtures/order.json` help them. `jest.config.js` and `.env.test`
//! set up what runs them. All three stay with the tests where tests are tried without the change
//! that they came with: taking one away fails the tests for a reason that says nothing about the
//! change.

use super::table::{Kind, split_names};
use super::words_of;

/// The role of a file for the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TestRole {
    /// Holds tests, as far as its name says.
    Suite,
    /// Fixtures, factories, snapshots, test data, what tests import.
    Helper,
    /// Configuration of a runner, or of the program for its tests.
    Configuration,
}

/// Returns what the file is to the tests; none for one that does not belong to them.
#[must_use]
pub fn test_role(path: &str) -> Option<TestRole> {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let own_name = path.rsplit('/').next().unwrap_or(path);
    let is_code = split_names(Kind::Code).fit(name);
    if split_names(Kind::TestConfiguration).fit(name) || is_set_up_for_tests(folders, name) {
        return Some(TestRole::Configuration);
    }
    if split_names(Kind::TestFile).files.contains_key(name) {
        return Some(TestRole::Helper);
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_document = split_names(Kind::Document).fit(name);
    let own_stem = own_name.rsplit_once('.').map_or(own_name, |(stem, _)| stem);
    if is_code && is_helper_name(own_stem) {
        return Some(TestRole::Helper);
    }
    if is_code && (is_suite_name(stem, own_stem, name) || stem == "test" && folders.is_empty()) {
        return Some(TestRole::Suite);
    }
    if has_test_part(stem) && !is_document {
        let is_snapshot = name.ends_with(".snap");
        return Some(if is_code {
            TestRole::Suite
        } else if is_snapshot {
            TestRole::Helper
        } else {
            TestRole::Configuration
        });
    }
    let home = folders
        .split('/')
        .rfind(|folder| is_test_folder(folder, is_code))?;
    if name.starts_with("readme") {
        return None;
    }
    Some(
        if is_code && holds_tests_only(folders, home, name, own_stem) {
            TestRole::Suite
        } else {
            TestRole::Helper
        },
    )
}

/// Returns whether a name is that of a file of tests: `test_x`, `test-x`, `x_test`, `x-spec`,
/// `tests`; `OrderTest` where the language calls tests so.
fn is_suite_name(stem: &str, own_stem: &str, name: &str) -> bool {
    stem == "tests"
        || ["test_", "test-"]
            .iter()
            .any(|start| stem.starts_with(start))
        || ["_test", "-test", "_tests", "_spec", "-spec"]
            .iter()
            .any(|end| stem.ends_with(end))
        || split_names(Kind::ClassLanguage).fit(name)
            && ["Test", "Tests", "Spec", "IT"]
                .iter()
                .any(|end| own_stem.len() > end.len() && own_stem.ends_with(end))
}

/// Returns whether a name has `test` or the like between dots, as in `orders.test.ts`, or at the end of such a part:
/// `e2e-spec`, `int-test`.
fn has_test_part(stem: &str) -> bool {
    let is_mark = |part: &str| {
        split_names(Kind::TestPart).files.contains_key(part)
            || part.ends_with("-spec")
            || part.ends_with("-test")
    };
    stem.split('.').skip(1).any(is_mark)
}

/// Returns whether a name is made of words for tests and for what helps them, and no other:
/// `testUtils`, `setupTests`, `jest.setup`. What Python calls `test_utils` holds tests by the rule
/// of its runner.
fn is_helper_name(own_stem: &str) -> bool {
    if own_stem.starts_with("test_") {
        return false;
    }
    let words = words_of(own_stem);
    let is_test = |word: &String| {
        split_names(Kind::TestWord)
            .folders
            .contains_key(word.as_str())
            || split_names(Kind::TestRunner)
                .files
                .contains_key(word.as_str())
    };
    let helps = |word: &String| {
        split_names(Kind::TestHelper)
            .files
            .contains_key(word.as_str())
    };
    let alone = words.len() == 1 && words.iter().any(|word| word == "testing");
    alone
        || words.iter().any(is_test)
            && words.iter().any(helps)
            && words.iter().all(|word| is_test(word) || helps(word))
}

/// Returns whether a file holds settings of the program under test: `settings/test.py`,
/// `config/environments/testing.ts`.
fn is_set_up_for_tests(folders: &str, name: &str) -> bool {
    let folder = folders.rsplit('/').next().unwrap_or(folders);
    let stem = name.split('.').next().unwrap_or(name);
    matches!(
        folder,
        "settings" | "config" | "configs" | "environments" | "conf"
    ) && matches!(stem, "test" | "testing")
}

/// Returns the outermost folder of tests that the file lies in.
#[must_use]
pub fn test_folder(path: &str) -> Option<&str> {
    let is_code = split_names(Kind::Code).fit(&path.to_ascii_lowercase());
    let ends = path.match_indices('/').map(|(end, _)| end);
    ends.map(|end| path.get(..end).unwrap_or_default())
        .find(|folders| {
            let last = folders.rsplit('/').next().unwrap_or(folders);
            is_test_folder(&last.to_ascii_lowercase(), is_code)
        })
}

/// Returns whether a folder, in lower case, is one of tests. What lies in `specs/` is a test only
/// if it is code.
fn is_test_folder(folder: &str, is_code: bool) -> bool {
    if split_names(Kind::Test).folders.contains_key(folder) {
        return true;
    }
    if is_code && split_names(Kind::TestCode).folders.contains_key(folder) {
        return true;
    }
    // Most folders have neither in their name, and need not be cut into words.
    if !folder.contains("test") && folder != "e2e" && !folder.contains("e2e") {
        return false;
    }
    let words = words_of(folder);
    let is_test = |word: &String| {
        split_names(Kind::TestWord)
            .folders
            .contains_key(word.as_str())
    };
    let qualifies = |word: &String| {
        split_names(Kind::TestQualifier)
            .folders
            .contains_key(word.as_str())
    };
    words.iter().any(is_test) && words.iter().all(|word| is_test(word) || qualifies(word))
}

/// Returns whether a script's runner takes it for tests by its folder, but for what its name or a
/// folder on the way says is a helper.
fn holds_tests_only(folders: &str, home: &str, name: &str, own_stem: &str) -> bool {
    let is_script = [".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"]
        .iter()
        .any(|end| name.ends_with(end));
    let helps = |word: &String| {
        split_names(Kind::TestHelper)
            .files
            .contains_key(word.as_str())
    };
    is_script
        && matches!(home, "__tests__" | "__specs__" | "test" | "spec" | "specs")
        && !words_of(own_stem).iter().any(helps)
        && !folders
            .rsplit('/')
            .take_while(|folder| *folder != home)
            .any(|folder| words_of(folder).iter().any(helps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_role_by_name_and_place() {
        for (path, role) in [
            ("tests/test_orders.py", "suite"),
            ("app/services/orders_test.py", "suite"),
            ("orders/tests.py", "suite"),
            ("app/test_utils.py", "suite"),
            ("src/orders/orders.service.spec.ts", "suite"),
            ("src/orders/__tests__/orders.ts", "suite"),
            ("src/orders/__tests__/fixtures/orders.ts", "helper"),
            ("test/orders.e2e-spec.ts", "suite"),
            ("test/orders.js", "suite"),
            ("test/helpers/login.js", "helper"),
            ("spec/orders.rb", "helper"),
            ("spec/orders_spec.rb", "suite"),
            ("src/test/java/shop/OrderServiceTest.java", "suite"),
            ("test.js", "suite"),
            ("src/orders.test.ts", "suite"),
            ("src/__snapshots__/orders.test.ts.snap", "helper"),
            ("tests/__init__.py", "helper"),
            ("tests/factories.py", "helper"),
            ("tests/fixtures/orders.json", "helper"),
            ("api/integration-tests/orders.json", "helper"),
            ("app/conftest.py", "helper"),
            ("src/testUtils.ts", "helper"),
            ("src/test-utils.tsx", "helper"),
            ("app/testing.py", "helper"),
            ("app/testing/clients.py", "helper"),
            ("jest.setup.ts", "helper"),
            ("src/setupTests.ts", "helper"),
            ("jest.config.js", "configuration"),
            (".env.test", "configuration"),
            ("docker-compose.test.yml", "configuration"),
            ("config/settings/test.py", "configuration"),
        ] {
            let found = test_role(path).map(|role| format!("{role:?}").to_lowercase());
            assert_eq!(found.as_deref(), Some(role), "{path}");
        }
    }

    #[test]
    fn the_outermost_folder_of_tests_is_found() {
        assert_eq!(test_folder("api/tests/unit/test_a.py"), Some("api/tests"));
        assert_eq!(
            test_folder("src/orders/__tests__/a.ts"),
            Some("src/orders/__tests__")
        );
        assert_eq!(test_folder("src/orders/a.spec.ts"), None);
    }

    #[test]
    fn what_only_sounds_like_a_test_is_none() {
        for path in [
            "app/main.py",
            "app/contest.py",
            "src/latest.ts",
            "src/models/test.ts",
            "src/models/LabTest.ts",
            "app/lab_tests/models.py",
            "app/ab_testing_campaigns/views.py",
            "app/factories.py",
            "app/fixtures/countries.json",
            "src/mocks/handlers.ts",
            "specs/001-orders/plan.md",
            "specs/openapi.yaml",
            "tests/README.md",
            "docs/test_plan.md",
            "app/attestation.py",
            "src/app.module.ts",
            "src/config/database.ts",
            "package.json",
        ] {
            assert_eq!(test_role(path), None, "{path}");
        }
    }
}
