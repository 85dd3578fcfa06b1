//! Table: tools and what a call of one is for, whether it writes or watches, and how it is called for one file.

use super::Purpose;
use super::shell::{Call, is_python, quoted};
use crate::stack::Ecosystem;

/// What a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) purpose: Purpose,
    pub(super) ecosystem: Option<Ecosystem>,
    pub(super) writes: bool,
    pub(super) watches: bool,
    /// The call for one file, without its prefix.
    pub(super) for_file: Option<String>,
}

const PYTHON: Option<Ecosystem> = Some(Ecosystem::Python);
const NODE: Option<Ecosystem> = Some(Ecosystem::Node);

/// What the call is for, where its program is known.
pub(super) fn use_of(call: &Call) -> Option<Use> {
    let words: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
    let first = words.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("");
    // `npm run build -- --noEmit`: whatever compiles writes nothing and only checks.
    if is_node_runner(&call.program) && words.iter().any(|word| matches!(*word, "--noEmit" | "--noEmit=true")) {
        return Some(plain(Purpose::TypeCheck, NODE));
    }
    check_of(call, first, &words).or_else(|| making_of(call, first, &words))
}

fn is_node_runner(program: &str) -> bool {
    matches!(program, "npm" | "pnpm" | "yarn" | "bun")
}

fn plain(purpose: Purpose, ecosystem: Option<Ecosystem>) -> Use {
    Use { purpose, ecosystem, writes: false, watches: false, for_file: None }
}

/// A tool that tests, lints, formats or checks types.
fn check_of(call: &Call, first: &str, words: &[&str]) -> Option<Use> {
    let has = |options: &[&str]| words.iter().any(|word| options.contains(word));
    let tool = |purpose, ecosystem, writes: bool, head: &str| Use {
        writes,
        for_file: Some(one_file(head, words, "{file}")),
        ..plain(purpose, ecosystem)
    };
    let fixes = has(&["--fix", "--write", "--unsafe-fixes", "-w", "--apply", "--fix-only"]);
    let program = call.program.as_str();
    Some(match program {
        "pytest" | "py.test" => tool(Purpose::Test, PYTHON, false, program),
        "unittest" => Use { for_file: Some("unittest {file}".to_owned()), ..plain(Purpose::Test, PYTHON) },
        "nose2" | "nosetests" | "behave" => plain(Purpose::Test, PYTHON),
        "manage.py" => managed(program, words)?,
        _ if is_python(program) && first.ends_with("manage.py") => {
            let at = words.iter().position(|word| *word == first)?;
            managed(&format!("{program} {first}"), words.get(at + 1..)?)?
        }
        "django-admin" => managed(program, words)?,
        "jest" => Use { watches: has(&["--watch", "--watchAll"]), ..tool(Purpose::Test, NODE, has(&["-u"]), program) },
        "vitest" => vitest(words),
        "mocha" | "ava" | "tap" | "jasmine" => {
            Use { watches: has(&["--watch", "-w"]), ..tool(Purpose::Test, NODE, false, program) }
        }
        "node" | "tsx" | "ts-node" if has(&["--test"]) => {
            Use { watches: has(&["--watch"]), ..tool(Purpose::Test, NODE, false, program) }
        }
        "bun" if first == "test" => Use { for_file: Some("bun test {file}".to_owned()), ..plain(Purpose::Test, NODE) },
        "deno" if first == "test" => plain(Purpose::Test, NODE),
        "playwright" if first == "test" => Use { watches: has(&["--ui"]), ..plain(Purpose::Test, NODE) },
        "cypress" if first == "run" => plain(Purpose::Test, NODE),
        "newman" => plain(Purpose::Test, None),
        "ruff" if first == "format" => {
            let rest: Vec<&str> = words.iter().copied().filter(|word| *word != "format").collect();
            let checks = has(&["--check", "--diff"]);
            Use {
                writes: !checks,
                for_file: Some(one_file("ruff format", &rest, "{file}")),
                ..plain(Purpose::Format, PYTHON)
            }
        }
        "ruff" => {
            let rest: Vec<&str> = words.iter().copied().filter(|word| *word != "check").collect();
            Use {
                writes: fixes,
                for_file: Some(one_file("ruff check", &rest, "{file}")),
                ..plain(Purpose::Lint, PYTHON)
            }
        }
        "flake8" | "pylint" | "bandit" | "pycodestyle" | "pydocstyle" | "pyflakes" | "vulture" => {
            tool(Purpose::Lint, PYTHON, false, program)
        }
        "djlint" => plain(Purpose::Lint, PYTHON),
        "pre-commit" | "prek" if first == "run" => Use {
            writes: true,
            for_file: Some(format!("{program} run --files {{file}}")),
            ..plain(Purpose::Lint, None)
        },
        "black" => tool(Purpose::Format, PYTHON, !has(&["--check", "--diff"]), program),
        "isort" => tool(Purpose::Format, PYTHON, !has(&["--check", "--check-only", "-c", "--diff"]), program),
        "yapf" | "autopep8" | "autoflake" | "pyupgrade" => {
            tool(Purpose::Format, PYTHON, has(&["-i", "--in-place", "-r"]) || program == "pyupgrade", program)
        }
        "mypy" | "pyright" | "basedpyright" => {
            Use { watches: has(&["--watch", "-w"]), ..tool(Purpose::TypeCheck, PYTHON, false, program) }
        }
        "ty" | "pyrefly" if first == "check" => {
            let rest: Vec<&str> = words.iter().copied().filter(|word| *word != "check").collect();
            let form = one_file(&format!("{program} check"), &rest, "{file}");
            Use { for_file: Some(form), ..plain(Purpose::TypeCheck, PYTHON) }
        }
        "dmypy" | "pytype" => plain(Purpose::TypeCheck, PYTHON),
        "eslint" | "oxlint" | "standard" | "xo" | "tslint" | "semistandard" => {
            tool(Purpose::Lint, NODE, fixes, program)
        }
        "stylelint" => Use { writes: fixes, ..plain(Purpose::Lint, NODE) },
        "biome" => biome(first, fixes, words),
        "prettier" => prettier(words),
        "dprint" => Use { writes: first == "fmt", ..plain(Purpose::Format, NODE) },
        "tsc" | "vue-tsc" | "tsgo" => {
            let purpose = if has(&["--noEmit", "--noEmit=true"]) { Purpose::TypeCheck } else { Purpose::Build };
            Use { watches: has(&["-w", "--watch"]), ..plain(purpose, NODE) }
        }
        "ng" if first == "test" => {
            Use { watches: !has(&["--watch=false", "--no-watch"]), ..plain(Purpose::Test, NODE) }
        }
        "ng" if first == "lint" => Use { writes: fixes, ..plain(Purpose::Lint, NODE) },
        _ => return None,
    })
}

/// A tool that migrates or builds.
fn making_of(call: &Call, first: &str, words: &[&str]) -> Option<Use> {
    let has = |options: &[&str]| words.iter().any(|word| options.contains(word));
    let program = call.program.as_str();
    Some(match program {
        "alembic" if matches!(first, "upgrade" | "revision" | "check") => plain(Purpose::Migrate, PYTHON),
        "flask" if first == "db" && has(&["upgrade", "migrate"]) => plain(Purpose::Migrate, PYTHON),
        "aerich" if matches!(first, "upgrade" | "migrate") => plain(Purpose::Migrate, PYTHON),
        "prisma" if first == "migrate" && !has(&["reset"]) => plain(Purpose::Migrate, NODE),
        "prisma" if first == "db" && has(&["push"]) => plain(Purpose::Migrate, NODE),
        "prisma" if first == "generate" => plain(Purpose::Build, NODE),
        "typeorm" | "typeorm-ts-node-commonjs" | "typeorm-ts-node-esm"
            if matches!(first, "migration:run" | "migration:generate" | "migration:create") =>
        {
            plain(Purpose::Migrate, NODE)
        }
        "knex" if matches!(first, "migrate:latest" | "migrate:up" | "migrate:make") => plain(Purpose::Migrate, NODE),
        "sequelize" | "sequelize-cli" if matches!(first, "db:migrate" | "migration:generate") => {
            plain(Purpose::Migrate, NODE)
        }
        "drizzle-kit" if !matches!(first, "drop" | "studio") => plain(Purpose::Migrate, NODE),
        "node-pg-migrate" | "migrate-mongo" if first == "up" => plain(Purpose::Migrate, NODE),
        "vite" | "next" | "nest" | "nuxt" | "ng" | "email" | "docusaurus" if first == "build" => {
            Use { watches: has(&["--watch"]), ..plain(Purpose::Build, NODE) }
        }
        "webpack" | "rollup" | "esbuild" | "tsup" | "swc" | "unbuild" | "babel" | "ncc" | "pkgroll" => {
            Use { watches: has(&["--watch", "-w"]), ..plain(Purpose::Build, NODE) }
        }
        "build" | "hatch" | "poetry" | "uv" | "flit"
            if program == "build" && !call.prefix.is_empty() || first == "build" =>
        {
            plain(Purpose::Build, PYTHON)
        }
        "docker" | "docker-compose" | "podman" if has(&["build"]) => plain(Purpose::Build, None),
        "mkdocs" | "zensical" | "sphinx-build" if first == "build" || program == "sphinx-build" => {
            plain(Purpose::Build, PYTHON)
        }
        _ => return None,
    })
}

/// The call for one file: the options stay, but for coverage; paths and patterns give way to the file.
fn one_file(head: &str, words: &[&str], place: &str) -> String {
    const WITH_VALUE: [&str; 22] = [
        "-c",
        "--config",
        "--config-file",
        "-k",
        "-m",
        "-n",
        "-p",
        "--project",
        "--ext",
        "-W",
        "--rcfile",
        "--settings",
        "--import",
        "-r",
        "--require",
        "--loader",
        "--settings-path",
        "--line-length",
        "-l",
        "--ds",
        "--rootdir",
        "--select",
    ];
    let mut kept: Vec<String> = vec![head.to_owned()];
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-')
            || word.starts_with("--cov")
            || word.starts_with("--ignore")
            || *word == "--"
            || word.contains("report=")
        {
            continue;
        }
        // Which tests are chosen, and how many at once, is nothing for a single file.
        let dropped =
            matches!(*word, "-n" | "--numprocesses" | "-k" | "--coverage" | "--watch" | "--watchAll" | "--select");
        if !dropped {
            kept.push(quoted(word));
        }
        if WITH_VALUE.contains(word)
            && let Some(value) = words.next()
            && !dropped
        {
            kept.push(quoted(value));
        }
    }
    kept.push(place.to_owned());
    kept.join(" ")
}

/// Commands of Django's manage.py.
fn managed(head: &str, words: &[&str]) -> Option<Use> {
    let (first, rest) = words.split_first()?;
    let plain = |purpose| Use { purpose, ecosystem: PYTHON, writes: false, watches: false, for_file: None };
    match *first {
        "test" => {
            let rest: Vec<&str> = rest.iter().copied().filter(|word| !word.starts_with("--parallel")).collect();
            let head = format!("{head} test");
            Some(Use { for_file: Some(one_file(&head, &rest, "{module}")), ..plain(Purpose::Test) })
        }
        "migrate" => Some(plain(Purpose::Migrate)),
        "makemigrations" => Some(Use { writes: !rest.contains(&"--check"), ..plain(Purpose::Migrate) }),
        "check" => Some(plain(Purpose::Lint)),
        "collectstatic" => Some(plain(Purpose::Build)),
        _ => None,
    }
}

fn vitest(words: &[&str]) -> Use {
    let once = words.iter().any(|word| matches!(*word, "run" | "--run" | "--watch=false" | "related"));
    let rest: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "run" | "--run" | "watch")).collect();
    Use {
        purpose: Purpose::Test,
        ecosystem: NODE,
        writes: words.iter().any(|word| matches!(*word, "-u" | "--update")),
        watches: !once,
        for_file: Some(one_file("vitest run", &rest, "{file}")),
    }
}

fn biome(first: &str, fixes: bool, words: &[&str]) -> Use {
    let purpose = if first == "format" { Purpose::Format } else { Purpose::Lint };
    let rest: Vec<&str> = words.iter().copied().filter(|word| *word != first).collect();
    let form = one_file(&format!("biome {first}"), &rest, "{file}");
    Use { purpose, ecosystem: NODE, writes: fixes, watches: false, for_file: Some(form) }
}

fn prettier(words: &[&str]) -> Use {
    let writes = words.iter().any(|word| matches!(*word, "--write" | "-w"));
    // `-c` is prettier's check, not a configuration.
    let rest: Vec<&str> =
        words.iter().copied().filter(|word| !matches!(*word, "-c" | "--check" | "-l" | "-w" | "--write")).collect();
    let head = if writes { "prettier --write" } else { "prettier --check" };
    Use {
        purpose: Purpose::Format,
        ecosystem: NODE,
        writes,
        watches: false,
        for_file: Some(one_file(head, &rest, "{file}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::shell::{call_of, simple_commands};

    fn found(script: &str) -> Option<(Purpose, bool, bool, String)> {
        let call = call_of(&simple_commands(script)[0].words).unwrap();
        use_of(&call).map(|found| (found.purpose, found.writes, found.watches, found.for_file.unwrap_or_default()))
    }

    #[test]
    fn calls_are_told_by_program_and_options() {
        let cases = [
            (
                "pytest -rf --cov=app -n auto -W ignore::X tests/",
                Purpose::Test,
                false,
                false,
                "pytest -rf -W ignore::X {file}",
            ),
            ("uv run ruff check --fix app", Purpose::Lint, true, false, "ruff check --fix {file}"),
            ("ruff format --check .", Purpose::Format, false, false, "ruff format --check {file}"),
            (
                "python app/manage.py test app --parallel",
                Purpose::Test,
                false,
                false,
                "python app/manage.py test {module}",
            ),
            ("jest --watchAll -i", Purpose::Test, false, true, "jest -i {file}"),
            ("vitest", Purpose::Test, false, true, "vitest run {file}"),
            ("npx tsc --noEmit", Purpose::TypeCheck, false, false, ""),
            ("tsc -p tsconfig.json", Purpose::Build, false, false, ""),
            ("npm run build -- --noEmit", Purpose::TypeCheck, false, false, ""),
            ("pnpm build --noEmit", Purpose::TypeCheck, false, false, ""),
            ("prettier -c 'src/**/*.ts'", Purpose::Format, false, false, "prettier --check {file}"),
            (
                "node --import tsx --test \"test/**/*.ts\"",
                Purpose::Test,
                false,
                false,
                "node --import tsx --test {file}",
            ),
            ("python manage.py makemigrations --check", Purpose::Migrate, false, false, ""),
            ("python -m build", Purpose::Build, false, false, ""),
        ];
        for (script, purpose, writes, watches, file) in cases {
            assert_eq!(found(script), Some((purpose, writes, watches, file.to_owned())), "{script}");
        }
        for script in
            ["alembic downgrade -1", "prisma migrate reset", "node dist/server.js", "echo test", "poetry install"]
        {
            assert_eq!(found(script), None, "{script}");
        }
    }
}
