//! The scope of a model's writes beyond the files that the phase names, and the paths that no model may write.

use std::fmt;
use std::str::FromStr;

use code::paths::holds_tests;

use super::Scope;

/// The files that Edit, Write and the effects of Bash may change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ScopeMode {
    /// The files that the phase names, and no other.
    Strict,
    /// Those, their tests, and the `__init__` files of their packages.
    #[default]
    Phase,
    /// Every file of the repository that is not kept from writing.
    Repo,
}

impl ScopeMode {
    /// The names that are accepted.
    pub(crate) const NAMES: [&'static str; 3] = ["strict", "phase", "repo"];

    /// Returns how it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ScopeMode::Strict => "strict",
            ScopeMode::Phase => "phase",
            ScopeMode::Repo => "repo",
        }
    }
}

impl FromStr for ScopeMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "strict" => Ok(ScopeMode::Strict),
            "phase" => Ok(ScopeMode::Phase),
            "repo" => Ok(ScopeMode::Repo),
            _ => Err(format!(
                "`{text}` is none of {}",
                ScopeMode::NAMES.join(", ")
            )),
        }
    }
}

/// Why a path may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WriteReason {
    /// The phase names it.
    Named,
    /// It tests a file that the phase names.
    TestOf(String),
    /// It is new, and helps this file of tests.
    HelperOf(String),
    /// It makes the folder of such a file a package.
    Package,
    /// The user let the whole repository in.
    Anywhere,
    /// It locks what a manifest says that was changed.
    Lock(String),
    /// A migration, and the phase asks for one.
    Migration,
    /// The phase's words, commands or criteria name it in full.
    Worded,
    /// A manifest or lock file that a step of the plan changed by installing something.
    Installed,
    /// A snapshot of tests that a step of the plan makes or updates.
    Snapshot,
    /// Code that a step of the plan generates.
    Generated,
}

impl fmt::Display for WriteReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteReason::Named => formatter.write_str("the phase names it"),
            WriteReason::TestOf(path) => write!(formatter, "it tests `{path}`"),
            WriteReason::HelperOf(path) => write!(formatter, "it helps `{path}`"),
            WriteReason::Package => formatter.write_str("it makes a folder a package"),
            WriteReason::Anywhere => formatter.write_str("--scope repo lets it in"),
            WriteReason::Lock(manifest) => write!(formatter, "it locks what `{manifest}` says"),
            WriteReason::Migration => formatter.write_str("a migration, which the phase asks for"),
            WriteReason::Worded => formatter.write_str("the phase's words name it"),
            WriteReason::Installed => formatter.write_str("a step of the plan installs something"),
            WriteReason::Snapshot => {
                formatter.write_str("a step of the plan updates the snapshots of tests")
            }
            WriteReason::Generated => formatter.write_str("a step of the plan generates it"),
        }
    }
}

/// Words in names of tests that say nothing about what is tested.
const TEST_WORDS: [&str; 9] = [
    "test",
    "tests",
    "spec",
    "specs",
    "e2e",
    "unit",
    "integration",
    "it",
    "py",
];

/// Names of files that every package has.
const USUAL: [&str; 18] = [
    "index",
    "main",
    "app",
    "init",
    "model",
    "view",
    "url",
    "route",
    "router",
    "schema",
    "crud",
    "service",
    "serializer",
    "controller",
    "admin",
    "form",
    "module",
    "type",
];

/// Configuration of what runs beside the code, and by whose rights; the phase must name it.
const CI: [&str; 12] = [
    ".github/workflows/",
    ".github/actions/",
    ".gitlab-ci.yml",
    ".gitlab/ci/",
    ".circleci/",
    ".travis.yml",
    ".drone.yml",
    ".buildkite/",
    ".woodpecker",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
];

/// Folders that hold instructions for agents, or belong to a program.
const KEPT: [(&str, &str); 4] = [
    (
        ".claude/agents",
        "agent definitions are not for agents to write",
    ),
    (".backend-engineer", "it belongs to this program"),
    (".git", "it belongs to git"),
    (
        ".claude/settings",
        "settings of agents are not for agents to write",
    ),
];

impl Scope {
    /// Why the path may be changed, going as far as `reach`; none where it may not.
    pub(crate) fn permits(&self, path: &str, reach: ScopeMode) -> Option<WriteReason> {
        if self.allows(path) {
            return Some(WriteReason::Named);
        }
        match reach {
            ScopeMode::Strict => None,
            ScopeMode::Repo => Some(WriteReason::Anywhere),
            ScopeMode::Phase => {
                let tested = self.named_files().find(|named| is_test_of(path, named));
                tested
                    .map(|named| WriteReason::TestOf(named.to_owned()))
                    .or_else(|| self.package(path))
            }
        }
    }

    fn package(&self, path: &str) -> Option<WriteReason> {
        let folder = path.strip_suffix("__init__.py")?;
        let above = |named: &str| named.starts_with(folder) && named.ends_with(".py");
        let of_tests = folder
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .is_some_and(|last| TEST_WORDS.contains(&last));
        (!folder.is_empty() && (of_tests || self.named_files().any(above)))
            .then_some(WriteReason::Package)
    }

    /// Why nobody but the user may write the path, whatever the reach.
    pub(crate) fn forbids(&self, path: &str, plan: Option<&str>) -> Option<&'static str> {
        if plan == Some(path) {
            return Some("it is the plan; its boxes are ticked by the harness, for what is proven");
        }
        let lower = path.to_ascii_lowercase();
        let within =
            |folder: &str| lower.starts_with(folder) || lower.contains(&format!("/{folder}"));
        if let Some((_, why)) = KEPT.iter().find(|(folder, _)| {
            within(&format!("{folder}/"))
                || *folder == ".claude/settings" && within(".claude/settings")
        }) {
            return Some(why);
        }
        let ci = CI.iter().any(|ci| path.starts_with(ci));
        (ci && !self.allows(path))
            .then_some("it configures the project's CI, and the phase does not name it")
    }
}

/// Returns whether `test` is a test of the file `named`, by the words of their names.
fn is_test_of(test: &str, named: &str) -> bool {
    if !holds_tests(test) {
        return false;
    }
    let (folder, name) = named.rsplit_once('/').unwrap_or(("", named));
    let stem = name_words(name.split('.').next().unwrap_or(name));
    let of_name: Vec<String> = name_words(test.rsplit('/').next().unwrap_or(test));
    let of_path = name_words(test);
    let telling: Vec<&String> = stem
        .iter()
        .filter(|word| !USUAL.contains(&word.as_str()))
        .collect();
    if !telling.is_empty() {
        return telling.iter().all(|word| of_name.contains(word));
    }
    let Some(package) = folder
        .rsplit('/')
        .find_map(|part| name_words(part).into_iter().next())
    else {
        return stem.iter().all(|word| of_name.contains(word)) && !stem.is_empty();
    };
    let subject = of_name.contains(&package);
    of_path.contains(&package)
        && (subject || of_name.is_empty() || stem.iter().all(|word| of_name.contains(word)))
}

/// Returns the words of a name, singular and in lower case; those that only say "test" and endings left out.
fn name_words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    for letter in text.chars() {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.push(letter.to_ascii_lowercase());
    }
    let singular = |word: &str| match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 => format!("{stem}y"),
        _ => word
            .strip_suffix('s')
            .filter(|stem| stem.len() > 2 && !stem.ends_with('s'))
            .unwrap_or(word)
            .to_owned(),
    };
    let endings = ["ts", "js", "tsx", "jsx", "mjs", "cjs", "mts", "cts", ""];
    let parts = spaced.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts
        .filter(|word| !TEST_WORDS.contains(word) && !endings.contains(word))
        .map(singular)
        .collect()
}

#[cfg(test)]
mod tests_of_reach {
    use super::*;

    #[test]
    fn tests_are_told_by_the_words_of_their_names() {
        for (test, named) in [
            ("tests/test_orders.py", "app/services/orders.py"),
            ("tests/api/test_order_service.py", "app/services/order.py"),
            ("app/services/orders_test.py", "app/services/orders.py"),
            (
                "src/orders/orders.service.spec.ts",
                "src/orders/orders.service.ts",
            ),
            ("src/orders/__tests__/orders.ts", "src/orders/orders.ts"),
            ("test/orders.e2e-spec.ts", "src/orders/orders.controller.ts"),
            ("orders/tests.py", "orders/models.py"),
            ("orders/tests/test_views.py", "orders/views.py"),
            ("tests/test_orders.py", "app/orders/router.py"),
            ("src/orderItems.test.ts", "src/orderItems.ts"),
        ] {
            assert!(is_test_of(test, named), "{test} {named}");
        }
        for (test, named) in [
            ("tests/test_users.py", "app/services/orders.py"),
            ("tests/conftest.py", "app/services/orders.py"),
            ("tests/test_views.py", "orders/views.py"),
            ("users/tests.py", "orders/models.py"),
            ("app/services/users.py", "app/services/users.py"),
            ("tests/fixtures/orders.json", "app/orders.py"),
        ] {
            assert!(!is_test_of(test, named), "{test} {named}");
        }
    }

    #[test]
    fn what_is_kept_from_writing_is_kept_at_any_reach() {
        let scope = Scope::default();
        for path in [
            "docs/plan.md",
            ".claude/agents/a.md",
            "api/.claude/agents/a.md",
            ".claude/settings.json",
            ".backend-engineer/config.toml",
            ".git/hooks/pre-commit",
            ".github/workflows/ci.yml",
            ".gitlab-ci.yml",
        ] {
            assert!(
                scope.forbids(path, Some("docs/plan.md")).is_some(),
                "{path}"
            );
        }
        for path in [
            "app/main.py",
            ".github/CODEOWNERS",
            "docs/other.md",
            ".gitignore",
        ] {
            assert!(
                scope.forbids(path, Some("docs/plan.md")).is_none(),
                "{path}"
            );
        }
        assert_eq!(scope.permits("app/x.py", ScopeMode::Phase), None);
        assert_eq!(
            scope.permits("app/x.py", ScopeMode::Repo),
            Some(WriteReason::Anywhere)
        );
    }
}
