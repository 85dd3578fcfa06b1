//! The kinds of checks: the line of the report that a command belongs to.

use std::collections::BTreeSet;

use serde::Serialize;
use shell::{Reading, Trait};

use super::vacuous::{fixes_in_silence, strict_form, vacuous_reason};

/// The line of the report that a check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Runs tests.
    Tests,
    /// Checks style, format or suspicious code.
    Lint,
    /// Checks types.
    TypeCheck,
    /// Anything else: a build, a migration, a search, a request.
    Other,
}

/// Tells that a script changes sources instead of checking them, be it in one of its parts: nothing is proven by it.
pub(crate) fn is_fixing_script(reading: &Reading) -> bool {
    reading.calls().into_iter().any(fixes_in_silence)
}

/// Returns everything that a script checks, of the parts whose success counts.
///
/// Commands that fix instead of checking (`--fix`, `--write`) don't count, nor do unknown checks (`make check`
/// without its recipe); a formatter that only compares is a linter.
pub(crate) fn checked_by(reading: &Reading) -> BTreeSet<Kind> {
    let is_none = |kind: shell::Kind| {
        let mut calls = reading
            .calls()
            .into_iter()
            .filter(|call| call.kind() == kind)
            .peekable();
        calls.peek().is_some()
            && calls.all(|call| fixes_in_silence(call) || call.is(Trait::General))
    };
    let checked = reading.kinds().into_iter().filter(|kind| !is_none(*kind));
    let kinds = checked.filter_map(|kind| match kind {
        shell::Kind::Test => Some(Kind::Tests),
        shell::Kind::Lint | shell::Kind::Format => Some(Kind::Lint),
        shell::Kind::Typecheck => Some(Kind::TypeCheck),
        _ => None,
    });
    kinds.collect()
}

/// Tells that the success of a command line, run as it stands, says nothing of what it checks.
pub(crate) fn proves_nothing(script: &str) -> bool {
    let reading = shell::read(script);
    let checks = !checked_by(&reading).is_empty();
    vacuous_reason(&shell::read(&strict_form(&reading, checks)), checks, false).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(script: &str) -> Kind {
        checked_by(&shell::read(script))
            .into_iter()
            .next()
            .unwrap_or(Kind::Other)
    }

    #[test]
    fn commands_are_told_by_what_they_run() {
        let cases = [
            ("pytest -q", Kind::Tests),
            (
                "cd backend && uv run pytest tests/test_a.py::test_b -v",
                Kind::Tests,
            ),
            ("python -m pytest", Kind::Tests),
            ("python manage.py test shop", Kind::Tests),
            ("python -m mypy app", Kind::TypeCheck),
            ("DATABASE_URL=sqlite:// poetry run pytest", Kind::Tests),
            ("npm test", Kind::Tests),
            ("npm run test:unit -- --run", Kind::Tests),
            ("pnpm --filter api test", Kind::Tests),
            ("npx vitest run src/a.test.ts", Kind::Tests),
            ("node --import tsx --test test/a.test.ts", Kind::Tests),
            ("docker compose exec -T api pytest", Kind::Tests),
            ("bash -c 'cd api && pytest'", Kind::Tests),
            ("make test", Kind::Tests),
            ("make -C server lint", Kind::Lint),
            ("ruff check .", Kind::Lint),
            ("npm run lint", Kind::Lint),
            ("npm run types", Kind::TypeCheck),
            ("node tools/types.mjs", Kind::Other),
            ("bash scripts/typecheck.sh", Kind::TypeCheck),
            ("npx eslint src", Kind::Lint),
            ("black --check app", Kind::Lint),
            ("npx tsc --noEmit", Kind::TypeCheck),
            ("npm run typecheck", Kind::TypeCheck),
            ("pnpm check-types", Kind::TypeCheck),
            ("npm run build", Kind::Other),
            ("npm run build -- --noEmit", Kind::TypeCheck),
            ("alembic upgrade head", Kind::Other),
            ("curl -s localhost:8000/health", Kind::Other),
            ("node dist/server.js", Kind::Other),
            ("echo test", Kind::Other),
        ];
        for (script, kind) in cases {
            assert_eq!(kind_of(script), kind, "{script}");
        }
        let all = checked_by(&shell::read("npm test && npm run lint; npm run typecheck"));
        assert_eq!(all, [Kind::Tests, Kind::Lint, Kind::TypeCheck].into());
    }

    #[test]
    fn what_only_names_a_checker_checks_nothing() {
        let cases = [
            "grep -r pytest docs",
            "grep -E '(mypy|ruff)' pyproject.toml",
            "grep -rnE \"unit|pytest|tests\" docs",
            "rg 'eslint|jest' package.json | sort",
            "cat jest.config.js | grep 'vitest;'",
            "prettier --write src",
            "djlint --reformat templates",
            "black app",
            "npm install -D vitest",
            "pip install pytest mypy",
            "uv add --dev ruff",
            "npx playwright install",
            "make test-db-up",
            "make prepare-e2e",
            "npm run install:tests",
            "ls tests && cat pytest.ini",
        ];
        for script in cases {
            assert_eq!(kind_of(script), Kind::Other, "{script}");
        }
    }

    #[test]
    fn what_fixes_is_no_check() {
        for script in [
            "prettier --write src",
            "djlint --reformat a",
            "ruff check --fix .",
            "eslint --fix . && npm test",
            "jest -u",
        ] {
            assert!(is_fixing_script(&shell::read(script)), "{script}");
        }
        for script in [
            "prettier --check src",
            "ruff check .",
            "npm install",
            "sed -i s/a/b/ c",
            "pytest > out.txt",
            "pre-commit run -a",
        ] {
            assert!(!is_fixing_script(&shell::read(script)), "{script}");
        }
    }
}
