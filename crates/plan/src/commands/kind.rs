//! What kind of program a command starts: a server or watcher that does not
//! return by itself, or a check that prints a verdict rather than a result.

/// Words before a program that only say how to run it.
const WRAPPERS: &[&str] = &[
    "sudo",
    "exec",
    "nohup",
    "time",
    "npx",
    "bunx",
    "pnpx",
    "uvx",
    "env",
    "then",
    "do",
    "(",
    "dotenv",
    "cross-env",
    "command",
    "strace",
    "doppler",
];

/// Programs whose `run` or `exec` starts another program.
const RUNNERS: &[(&str, &str)] = &[
    ("uv", "run"),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("rye", "run"),
    ("conda", "run"),
    ("pixi", "run"),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("npm", "exec"),
    ("yarn", "exec"),
    ("yarn", "dlx"),
    ("bundle", "exec"),
    ("bun", "x"),
    ("dotenv", "run"),
    ("doppler", "run"),
];

/// Options of those whose value is a word of its own.
const VALUED: &[&str] = &[
    "--with",
    "--filter",
    "-F",
    "--prefix",
    "--cwd",
    "--dir",
    "--directory",
    "-C",
    "--project",
    "--package",
    "--workspace",
    "-w",
    "--python",
    "-p",
    "--extra",
    "--group",
    "--env-file",
    "-n",
    "--name",
    "-f",
    "--file",
    "--profile",
    "-e",
    "--env",
    "--config",
    "-c",
    "--project-directory",
];

/// Whether the script starts something that runs until it is stopped.
pub(super) fn is_server(text: &str) -> bool {
    let joined = text.replace("\\\n", " ");
    let parts = simple_commands(&joined);
    let last = parts.len().saturating_sub(1);
    parts.iter().enumerate().any(|(at, (words, background))| (!background || at == last) && serves(words))
}

/// Whether a test runner, linter, type checker or build is all that the script runs.
pub(crate) fn is_check(text: &str) -> bool {
    let joined = text.replace("\\\n", " ");
    let parts = simple_commands(&joined);
    let mut ran = parts.iter().map(|(words, _)| bare(words)).filter(|words| !is_setting(words)).peekable();
    ran.peek().is_some() && ran.all(|words| checks(&words))
}

fn is_setting(words: &[&str]) -> bool {
    words.first().is_some_and(|word| word.starts_with("$env:"))
        || matches!(
            words.first().copied(),
            None | Some("cd" | "pushd" | "popd" | "export" | "source" | "." | "set" | "echo")
        )
}

/// The simple commands of a script as words, each with whether it is put into
/// the background. What stands behind a pipe only reads.
fn simple_commands(text: &str) -> Vec<(Vec<&str>, bool)> {
    let mut found: Vec<(Vec<&str>, bool)> = Vec::new();
    let (mut from, mut quote, mut piped) = (0, None, false);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at <= bytes.len() {
        let letter = bytes.get(at).copied();
        match (letter, quote) {
            (Some(b'\'' | b'"'), None) => quote = letter,
            (Some(sign), Some(open)) if sign == open => quote = None,
            (Some(b'&'), None) if at > 0 && matches!(bytes[at - 1], b'>' | b'<') => {}
            (Some(b'&'), None) if bytes.get(at + 1) == Some(&b'>') => {}
            (None | Some(b'\n' | b';' | b'|' | b'&'), _) if quote.is_none() || letter.is_none() => {
                let double = letter.is_some() && bytes.get(at + 1).copied() == letter;
                let words: Vec<&str> = text[from..at].split_whitespace().collect();
                if !words.is_empty() && !words[0].starts_with('#') && !piped {
                    found.push((words, letter == Some(b'&') && !double));
                }
                piped = letter == Some(b'|') && !double;
                at += usize::from(double && matches!(letter, Some(b'&' | b'|')));
                from = (at + 1).min(bytes.len());
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Without assignments and the words that only say how to run the rest.
fn bare<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut rest: Vec<&str> = words.to_vec();
    loop {
        let Some(first) = rest.first().copied() else { return rest };
        let name = name_of(first);
        let assigned = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        });
        let second = rest.get(1).copied().unwrap_or("");
        if assigned || WRAPPERS.contains(&name) && rest.get(1).is_some_and(|next| *next != "run") {
            rest.remove(0);
        } else if RUNNERS.contains(&(name, second)) {
            rest.drain(..2);
        } else if matches!(name, "python" | "python3" | "py") && second == "-m" {
            rest.drain(..2);
            return rest;
        } else {
            return rest;
        }
        while rest.first().is_some_and(|word| word.starts_with('-') && *word != "-m") {
            let option = rest.remove(0);
            if VALUED.contains(&option) && !rest.is_empty() {
                rest.remove(0);
            }
        }
        if rest.first() == Some(&"-m") {
            rest.remove(0);
            return rest;
        }
    }
}

/// The program's own name, without its folder.
fn name_of(word: &str) -> &str {
    word.trim_start_matches('(').rsplit('/').next().unwrap_or(word)
}

/// The words that are no options, nor values of options.
fn arguments<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut found = Vec::new();
    let mut skip = false;
    for word in words {
        if skip {
            skip = false;
        } else if word.starts_with('-') {
            skip = VALUED.contains(word);
        } else {
            found.push(word.trim_end_matches(')'));
        }
    }
    found
}

/// Whether one command runs until it is stopped.
fn serves(words: &[&str]) -> bool {
    let words = bare(words);
    let Some((first, rest)) = words.split_first() else { return false };
    let name = name_of(first);
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(word));
    if has(&["--help", "--version", "-h", "--watch=false", "--watchAll=false", "--no-watch"]) {
        return false;
    }
    let said = arguments(rest);
    let one = said.first().copied().unwrap_or("");
    let two = said.get(1).copied().unwrap_or("");
    let watches = has(&["--watch", "--watchAll", "--watch-all", "--hot", "--reload", "watch"]);
    match name {
        "uvicorn" | "gunicorn" | "hypercorn" | "daphne" | "granian" | "waitress-serve" | "nodemon" | "air"
        | "http.server" | "http-server" | "serve" | "live-server" | "json-server" | "ts-node-dev" | "tsnd"
        | "watch" | "watchexec" | "entr" | "ngrok" | "caddy" | "watchfiles" => true,
        "flask" | "quart" => one == "run",
        "fastapi" => matches!(one, "dev" | "run"),
        "manage.py" => matches!(one, "runserver" | "runserver_plus" | "qcluster"),
        "python" | "python3" | "py" => {
            let script = name_of(one);
            script == "manage.py" && matches!(two, "runserver" | "runserver_plus") || script == "server.py"
        }
        "django" | "django-admin" => one == "runserver",
        "node" | "tsx" | "ts-node" | "bun" | "deno" if watches || one == "watch" => true,
        "node" | "tsx" | "ts-node" => two.is_empty() && is_entry(one, name == "node"),
        "npm" | "pnpm" | "yarn" | "bun" | "npm.cmd" => is_script_of_server(name, &said, rest),
        "turbo" => is_server_script(if one == "run" { two } else { one }),
        "nx" => matches!(one, "serve" | "dev") || one.ends_with(":serve"),
        "nest" => one == "start",
        "vite" | "astro" | "nuxt" | "nuxi" | "remix" | "vinxi" | "ng" | "parcel" | "vitepress" => {
            (one.is_empty() && name != "ng") || matches!(one, "dev" | "serve" | "preview" | "start") || watches
        }
        "next" => matches!(one, "dev" | "start"),
        "wrangler" | "netlify" | "vercel" | "convex" | "mastra" | "storybook" | "encore" | "dagster" => one == "dev",
        "expo" => one == "start",
        "php" => has(&["-S"]) || one == "artisan" && matches!(two, "serve" | "queue:work" | "queue:listen" | "horizon"),
        "rails" => matches!(one, "server" | "s"),
        "docker" if one == "compose" => composes(&said[1..], &has),
        "docker-compose" => composes(&said, &has),
        "docker" | "podman" => one == "logs" && has(&["-f", "--follow"]),
        "kubectl" => one == "port-forward" || one == "logs" && has(&["-f", "--follow"]),
        "tail" => rest.iter().any(|word| {
            *word == "--follow" || word.starts_with('-') && !word.starts_with("--") && word.contains(['f', 'F'])
        }),
        "celery" => said.iter().any(|word| matches!(*word, "worker" | "beat" | "flower")) && !has(&["inspect"]),
        "rq" | "arq" | "dramatiq" => !one.is_empty(),
        "cargo" => one == "watch",
        "go" => {
            one == "run"
                && ["/server", "/api", "./cmd"].iter().any(|end| two.ends_with(end) || two.starts_with("./cmd"))
        }
        "make" | "just" | "task" => {
            matches!(one, "dev" | "serve" | "run" | "start" | "watch" | "run-dev" | "runserver")
        }
        "mix" => one == "phx.server",
        "prisma" => one == "studio",
        "drizzle-kit" => one == "studio",
        "mkdocs" => one == "serve",
        "flutter" => one == "run",
        "dotnet" => one == "watch" || one == "run",
        "streamlit" | "chainlit" | "langgraph" => matches!(one, "run" | "dev" | "up"),
        "tsc" => watches || has(&["-w"]),
        "jest" | "vitest" | "webpack" | "rollup" | "esbuild" | "tsup" | "mocha" | "concurrently" => watches,
        _ => has(&["--watch", "--watchAll"]),
    }
}

/// `docker compose up` that stays in the foreground.
fn composes(said: &[&str], has: &dyn Fn(&[&str]) -> bool) -> bool {
    let ends = ["-d", "--detach", "--wait", "--abort-on-container-exit", "--exit-code-from", "--no-start"];
    said.contains(&"up") && !has(&ends) || said.first() == Some(&"logs") && has(&["-f", "--follow"])
}

/// Whether a script that is run by name or path is the entry of a server.
fn is_entry(path: &str, built: bool) -> bool {
    let name = name_of(path);
    let stem = name.split('.').next().unwrap_or("");
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let built = built && (folder.contains("dist") || folder.contains("build"));
    stem == "server"
        || matches!(stem, "main" | "index" | "app") && (built || folder.ends_with("src") || folder.is_empty())
}

/// `npm run dev`, `pnpm --filter api start:dev`, `yarn workspace api dev`.
fn is_script_of_server(name: &str, said: &[&str], rest: &[&str]) -> bool {
    let mut said = said;
    if said.first() == Some(&"workspace") {
        said = said.get(2..).unwrap_or(&[]);
    }
    let named = said.first() == Some(&"run") || said.first() == Some(&"run-script");
    let script = said.get(usize::from(named)).copied().unwrap_or("");
    if rest.iter().any(|word| matches!(*word, "--watch" | "--watchAll")) {
        return !matches!(script, "install" | "add" | "i");
    }
    let direct = named || matches!(name, "pnpm" | "yarn" | "bun") || script == "start";
    if name == "bun" && script.contains('.') {
        return is_entry(script, false);
    }
    direct && is_server_script(script)
}

fn is_server_script(script: &str) -> bool {
    let base = |word: &str| matches!(word, "dev" | "start" | "serve" | "watch" | "develop" | "server" | "preview");
    let mut parts = script.split(':');
    let first = parts.next().unwrap_or("");
    let last = parts.next_back().unwrap_or(first);
    let once = ["build", "test", "setup", "install", "seed", "check", "lint", "db", "migrate", "reset", "e2e"];
    base(script) || (base(first) || base(last)) && !once.contains(&last) && !(once.contains(&first) && last != "watch")
}

/// Whether one command prints a verdict: tests, lints, type checks, builds.
fn checks(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    let name = name_of(first);
    let said = arguments(rest);
    let one = said.first().copied().unwrap_or("");
    let two = said.get(1).copied().unwrap_or("");
    let word = |word: &str| {
        [
            "test",
            "lint",
            "check",
            "typecheck",
            "type-check",
            "build",
            "format",
            "fmt",
            "vet",
            "e2e",
            "tsc",
            "coverage",
            "ci",
            "verify",
        ]
        .iter()
        .any(|known| word.split([':', '-', '_', '.']).any(|part| part == *known || part == "tests"))
            || word == "t"
    };
    match name {
        "pytest" | "py.test" | "unittest" | "tox" | "nox" | "ruff" | "mypy" | "pyright" | "basedpyright" | "black"
        | "isort" | "flake8" | "pylint" | "bandit" | "tsc" | "vue-tsc" | "eslint" | "prettier" | "biome" | "jest"
        | "vitest" | "mocha" | "ava" | "playwright" | "cypress" | "golangci-lint" | "staticcheck" | "gofmt"
        | "phpunit" | "rspec" | "rubocop" | "ctest" | "py_compile" | "compileall" | "coverage" | "tsd" | "oxlint"
        | "bats" | "shellcheck" | "pest" | "ty" => true,
        "npm" | "pnpm" | "yarn" | "bun" | "deno" => word(if one == "run" { two } else { one }),
        "cargo" | "go" | "dotnet" | "mix" | "make" | "just" | "task" | "mvn" | "gradle" | "gradlew" | "mvnw"
        | "rake" | "rails" | "turbo" | "nx" | "swift" | "flutter" | "forge" | "zig" | "sbt" => {
            word(one) || matches!(one, "clippy" | "nextest") || word(two) && one == "run"
        }
        "docker" | "docker-compose" => {
            let inner = words.iter().position(|word| matches!(*word, "exec" | "run"));
            inner.is_some_and(|at| {
                (at + 1..words.len()).any(|from| !matches!(words[from], "run" | "test") && checks(&words[from..]))
            })
        }
        "manage.py" | "artisan" => matches!(one, "test" | "check"),
        "python" | "python3" | "php" => {
            matches!(name_of(one), "manage.py" | "artisan") && matches!(two, "test" | "check")
        }
        _ => false,
    }
}
