//! What a command is for, told from its words: tests, lint, type check, or something else.

use std::collections::BTreeSet;

use serde::Serialize;

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

/// Programs, and what they are for.
const PROGRAMS: [(Kind, &[&str]); 3] = [
    (
        Kind::Tests,
        &[
            "pytest",
            "py.test",
            "unittest",
            "tox",
            "nox",
            "nose2",
            "nosetests",
            "jest",
            "vitest",
            "mocha",
            "ava",
            "tap",
            "jasmine",
            "playwright",
            "cypress",
            "newman",
            "behave",
            "robot",
        ],
    ),
    (
        Kind::Lint,
        &[
            "ruff",
            "flake8",
            "pylint",
            "pycodestyle",
            "pydocstyle",
            "black",
            "isort",
            "bandit",
            "eslint",
            "biome",
            "prettier",
            "oxlint",
            "xo",
            "standard",
            "tslint",
            "dprint",
            "stylelint",
            "pre-commit",
            "semgrep",
            "vulture",
        ],
    ),
    (Kind::TypeCheck, &["mypy", "pyright", "basedpyright", "pyre", "pytype", "tsc", "vue-tsc", "ty", "pyrefly", "tsd"]),
];

/// Script and target names, matched on their leading part (`test:unit`, `lint-fix`).
const SCRIPTS: [(Kind, &[&str]); 3] = [
    (Kind::TypeCheck, &["typecheck", "type-check", "type_check", "check-types", "types", "check:types", "tsc", "mypy"]),
    (Kind::Tests, &["test", "tests", "unit", "e2e", "integration", "vitest", "jest", "pytest", "spec"]),
    (Kind::Lint, &["lint", "format", "fmt", "style", "eslint", "ruff", "prettier", "biome"]),
];

/// Programs that run a script or target by name.
const RUNNERS: [&str; 15] = [
    "npm", "pnpm", "yarn", "bun", "deno", "make", "just", "task", "turbo", "nx", "lerna", "rush", "hatch", "pdm",
    "invoke",
];

/// Words in front of the program that matters.
const WRAPPERS: [&str; 21] = [
    "uv", "run", "poetry", "pipenv", "pdm", "rye", "hatch", "npx", "bunx", "exec", "dlx", "time", "env", "python",
    "python3", "-m", "sudo", "command", "timeout", "node", "coverage",
];

/// What `script` is for: the first kind among its simple commands, tests before lint before types.
pub(crate) fn kind_of(script: &str) -> Kind {
    kinds_of(script).into_iter().next().unwrap_or(Kind::Other)
}

/// Everything that the simple commands of `script` are for.
pub(crate) fn kinds_of(script: &str) -> BTreeSet<Kind> {
    simple_commands(script).filter_map(kind_of_simple).collect()
}

/// The parts of a shell script between its operators, as words.
fn simple_commands(script: &str) -> impl Iterator<Item = Vec<&str>> {
    script
        .split(['\n', ';', '|', '&', '(', ')'])
        .map(|part| part.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
}

fn kind_of_simple(words: Vec<&str>) -> Option<Kind> {
    let mut words = words.into_iter().skip_while(|word| is_assignment(word)).peekable();
    let first = program_name(words.peek()?);
    if first == "node" {
        return words.any(|word| word == "--test").then_some(Kind::Tests);
    }
    if matches!(first, "python" | "python3") {
        let rest: Vec<&str> = words.collect();
        if rest.get(1).is_some_and(|script| script.ends_with("manage.py")) {
            return (rest.get(2) == Some(&"test")).then_some(Kind::Tests);
        }
        return rest.iter().find_map(|word| program_kind(program_name(word)));
    }
    if RUNNERS.contains(&first) {
        let words: Vec<&str> = words.collect();
        // `npm run build -- --noEmit`: whatever compiles writes nothing and only checks.
        if words.iter().any(|word| matches!(*word, "--noEmit" | "--noEmit=true")) {
            return Some(Kind::TypeCheck);
        }
        return words
            .into_iter()
            .skip(1)
            .find_map(|word| script_kind(word).or_else(|| program_kind(program_name(word))));
    }
    let program = words.find(|word| !is_wrapper(word))?;
    program_kind(program_name(program))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

fn is_wrapper(word: &str) -> bool {
    WRAPPERS.contains(&program_name(word))
        || word.starts_with('-')
        || word.chars().all(|letter| letter.is_ascii_digit())
}

/// The program without its folder and without a package version (`node_modules/.bin/tsc`, `vitest@2`).
fn program_name(word: &str) -> &str {
    let name = word.rsplit('/').next().unwrap_or(word);
    name.split_once('@').map_or(name, |(before, _)| if before.is_empty() { name } else { before })
}

fn program_kind(program: &str) -> Option<Kind> {
    PROGRAMS.iter().find(|(_, names)| names.contains(&program)).map(|(kind, _)| *kind)
}

fn script_kind(script: &str) -> Option<Kind> {
    let matches = |name: &str| {
        script == name || script.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', '-', '_', '.']))
    };
    let by_part = |part: &str| SCRIPTS.iter().find(|(_, names)| names.contains(&part)).map(|(kind, _)| *kind);
    SCRIPTS
        .iter()
        .find(|(_, names)| names.iter().any(|name| matches(name)))
        .map(|(kind, _)| *kind)
        .or_else(|| script.contains(':').then(|| script.rsplit(':').find_map(by_part)).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_by_their_words() {
        let cases = [
            ("pytest -q", Kind::Tests),
            ("cd backend && uv run pytest tests/test_a.py::test_b -v", Kind::Tests),
            ("python -m pytest", Kind::Tests),
            ("python manage.py test shop", Kind::Tests),
            ("python -m mypy app", Kind::TypeCheck),
            ("DATABASE_URL=sqlite:// poetry run pytest", Kind::Tests),
            ("npm test", Kind::Tests),
            ("npm run test:unit -- --run", Kind::Tests),
            ("pnpm --filter api test", Kind::Tests),
            ("npx vitest run src/a.test.ts", Kind::Tests),
            ("node --import tsx --test test/a.test.ts", Kind::Tests),
            ("make test", Kind::Tests),
            ("make -C server lint", Kind::Lint),
            ("ruff check .", Kind::Lint),
            ("npm run lint", Kind::Lint),
            ("npx eslint src", Kind::Lint),
            ("npx tsc --noEmit", Kind::TypeCheck),
            ("npm run typecheck", Kind::TypeCheck),
            ("pnpm check-types", Kind::TypeCheck),
            ("npm run build", Kind::Other),
            ("npm run build -- --noEmit", Kind::TypeCheck),
            ("alembic upgrade head", Kind::Other),
            ("grep -r pytest docs", Kind::Other),
            ("curl -s localhost:8000/health", Kind::Other),
            ("node dist/server.js", Kind::Other),
            ("echo test", Kind::Other),
        ];
        for (script, kind) in cases {
            assert_eq!(kind_of(script), kind, "{script}");
        }
        let all = kinds_of("npm test && npm run lint; npm run typecheck");
        assert_eq!(all, [Kind::Tests, Kind::Lint, Kind::TypeCheck].into());
    }
}
