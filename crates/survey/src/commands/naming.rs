//! What a script or target is for, told from its name.

use super::Purpose;

/// First parts of names.
const WORDS: [(Purpose, &[&str]); 6] = [
    (
        Purpose::TypeCheck,
        &["typecheck", "typechecks", "types", "typing", "tsc", "mypy", "pyright", "checktypes", "typechecker"],
    ),
    (
        Purpose::Test,
        &[
            "test",
            "tests",
            "unittest",
            "unittests",
            "pytest",
            "jest",
            "vitest",
            "e2e",
            "coverage",
            "cov",
            "spec",
            "testing",
            "unit",
        ],
    ),
    (
        Purpose::Lint,
        &[
            "lint",
            "linter",
            "lints",
            "linting",
            "eslint",
            "ruff",
            "flake8",
            "pylint",
            "style",
            "codestyle",
            "biome",
            "precommit",
            "pep8",
        ],
    ),
    (Purpose::Format, &["format", "fmt", "prettier", "black", "prettify", "formatting", "isort", "reformat"]),
    (Purpose::Migrate, &["migrate", "migration", "migrations", "upgrade"]),
    (Purpose::Build, &["build", "compile", "bundle", "dist"]),
];

/// Words by which a migration is undone or data lost: nothing to offer as the way to migrate.
const UNDOING: [&str; 13] = [
    "revert",
    "rollback",
    "down",
    "drop",
    "reset",
    "undo",
    "downgrade",
    "clean",
    "clear",
    "refresh",
    "fresh",
    "status",
    "rm",
];

/// The purpose that a name tells (`test:unit`, `check-types`, `db:migrate`), or `None` where it tells none.
pub(super) fn purpose_of(name: &str) -> Option<Purpose> {
    let lower = name.to_lowercase();
    let parts: Vec<&str> = lower.split([':', '-', '_', '.', '/']).filter(|part| !part.is_empty()).collect();
    let known = |part: &str| WORDS.iter().find(|(_, words)| words.contains(&part)).map(|(purpose, _)| *purpose);
    let found = match parts.as_slice() {
        ["type", "check" | "checks" | "checking", ..] | ["check", "type" | "types", ..] => Some(Purpose::TypeCheck),
        ["db" | "database" | "prisma" | "typeorm" | "knex" | "sequelize" | "drizzle" | "orm", rest @ ..] => {
            rest.iter().find_map(|part| known(part)).filter(|purpose| *purpose == Purpose::Migrate)
        }
        ["run" | "do" | "make" | "ci" | "check" | "validate" | "verify", second, ..] if known(second).is_some() => {
            known(second)
        }
        [first, rest @ ..] => known(first).or_else(|| {
            // `api:test` and `translations-lint` end with what they do; `start:test` starts something.
            let acts = [
                "start", "serve", "dev", "watch", "deploy", "install", "seed", "clean", "init", "setup", "update",
                "generate",
            ];
            rest.last().filter(|_| !acts.contains(first)).and_then(|last| known(last))
        }),
        [] => None,
    };
    // A report on what was built builds nothing.
    let reports = parts.iter().any(|part| matches!(*part, "visualizer" | "analyze" | "analyzer" | "stats" | "size"));
    if found == Some(Purpose::Build) && reports {
        return None;
    }
    let undoes = parts.iter().any(|part| UNDOING.contains(part));
    found.filter(|purpose| !(*purpose == Purpose::Migrate && undoes))
}

/// Whether the name speaks of coverage alone, which may as well be a report on tests that ran before.
pub(super) fn is_coverage(name: &str) -> bool {
    name.to_lowercase().starts_with("cov")
}

/// Whether a name speaks against taking it as the command for everything.
pub(super) fn is_special(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "e2e",
        "docker",
        "debug",
        "watch",
        "ui",
        "update",
        "cov",
        "coverage",
        "smoke",
        "playwright",
        "cypress",
        "browser",
        "generators",
        "frontend",
        "staged",
        "perf",
        "load",
        "bench",
        "selenium",
        "docs",
        "translations",
        "acceptance",
    ];
    name.to_lowercase().split([':', '-', '_', '.', '/', ' ']).any(|part| WORDS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_purposes() {
        let cases = [
            ("test", Some(Purpose::Test)),
            ("test:unit", Some(Purpose::Test)),
            ("check-types", Some(Purpose::TypeCheck)),
            ("type-check", Some(Purpose::TypeCheck)),
            ("validate:lint", Some(Purpose::Lint)),
            ("db:migrate", Some(Purpose::Migrate)),
            ("migration:run", Some(Purpose::Migrate)),
            ("migration:revert", None),
            ("db:seed", None),
            ("format", Some(Purpose::Format)),
            ("build:server", Some(Purpose::Build)),
            ("start", None),
            ("start:test", None),
            ("translations-lint", Some(Purpose::Lint)),
            ("run-api-tests", Some(Purpose::Test)),
            ("latest", None),
        ];
        for (name, purpose) in cases {
            assert_eq!(purpose_of(name), purpose, "{name}");
        }
    }
}
