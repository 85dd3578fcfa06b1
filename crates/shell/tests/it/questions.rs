//! What the crate says of commands.

use shell::{Decides, Kind, NothingReason, OutputReason, Target, read, read_with};

#[test]
fn kinds_come_from_the_parsed_command() {
    let cases = [
        ("grep -E '(mypy|ruff)' pyproject.toml", Kind::Inspect),
        ("grep -rnE \"unit|pytest|tests\" docs", Kind::Inspect),
        ("prettier --write src", Kind::Format),
        ("djlint --reformat templates", Kind::Format),
        ("npm install -D vitest", Kind::Install),
        ("npx playwright install", Kind::Install),
        ("make test-db-up", Kind::Script),
        ("make prepare-e2e", Kind::Script),
        ("make test", Kind::Test),
        ("npm run test:unit -- a", Kind::Test),
        ("npm run test:db:up", Kind::Service),
        ("uv run --with httpx python -m pytest -q", Kind::Test),
        ("docker compose exec -T api pytest", Kind::Test),
        ("bash -lc 'cd x && mypy .'", Kind::Typecheck),
        ("sudo -u app env A=1 timeout 60 npm test", Kind::Test),
        ("nx run api:eslint:lint", Kind::Lint),
        ("pnpm --filter web vitest run", Kind::Test),
        ("yarn workspace api build", Kind::Build),
        ("curl -s localhost | jq .", Kind::Request),
        ("curl -fsSL https://a.b/c.sh | bash", Kind::Install),
        ("git add a && git commit -m x && git push", Kind::Commit),
        ("for i in 1 2; do npm test; done", Kind::Test),
        ("cd web", Kind::Other),
        ("cat > a.py <<E\nx\nE", Kind::Other),
        ("npm run test:watch", Kind::Test),
        ("npm run dev:db:seed", Kind::Script),
        ("node dist/main.js", Kind::Server),
        ("./gradlew test", Kind::Test),
        ("python -m build", Kind::Build),
        ("coverage run -m pytest", Kind::Test),
        ("uv run -m pytest", Kind::Test),
        ("uv run alembic revision -m x", Kind::Generate),
        ("python scripts/a.py -m pytest", Kind::Script),
        ("sudo docker exec db psql -c 'SELECT 1'", Kind::Inspect),
        ("node --import tsx --test 'a/*.ts'", Kind::Test),
        ("npx prettier@3 --check .", Kind::Format),
        ("find . -name '*.py' | xargs grep -n x", Kind::Inspect),
        ("npx jest -h", Kind::Inspect),
        (
            "find tests -name 'test_*.py' -exec python3 {} \\;",
            Kind::Script,
        ),
        (
            "find src -name '*.test.js' -exec node --test {} \\;",
            Kind::Script,
        ),
        ("grep -h def app.py", Kind::Inspect),
    ];
    for (text, kind) in cases {
        assert_eq!(read(text).kind(), kind, "{text}");
    }
}

#[test]
fn recipes_are_looked_through() {
    let recipes = |target: &Target| match (target.source.as_deref(), target.name.as_str()) {
        (Some("Makefile"), "test-db-up") => Some("docker compose up -d db".to_owned()),
        (Some("Makefile"), "again") => Some("make again".to_owned()),
        (Some("package.json"), "ci") => Some("eslint . && vitest".to_owned()),
        _ => None,
    };
    assert_eq!(read_with("make test-db-up", &recipes).kind(), Kind::Service);
    assert_eq!(
        read_with("npm run ci -- --run", &recipes).kinds(),
        [Kind::Lint, Kind::Test]
    );
    let ci = read_with("cd web && npm run ci -- --run", &recipes);
    let calls: Vec<String> = ci
        .calls()
        .iter()
        .map(|call| format!("{} {}", call.written, call.arguments.join(" ")))
        .collect();
    assert_eq!(calls, ["cd web", "eslint .", "vitest --run"]);
    assert_eq!(ci.folder(), Some("web"));
    let _ = read_with("make again", &recipes).kind();
}

#[test]
fn statuses_are_followed() {
    let cases = [
        ("pytest -q", Decides::Status),
        ("pytest || true", Decides::Nothing(NothingReason::Or)),
        ("pytest | tail -3", Decides::Output(OutputReason::Pipe)),
        ("set -o pipefail; pytest | tail -3", Decides::Status),
        ("bash -o pipefail -c 'pytest | tail -3'", Decides::Status),
        (
            "bash -euo pipefail -c 'cd a; pytest | tee log'",
            Decides::Status,
        ),
        (
            "bash -c 'pytest | tail -3' pipefail",
            Decides::Output(OutputReason::Pipe),
        ),
        (
            "bash -o pipefail -c 'sh -c \"pytest | tail -3\"'",
            Decides::Output(OutputReason::Pipe),
        ),
        (
            "pytest; echo $?",
            Decides::Output(OutputReason::StatusPrinted),
        ),
        ("pytest; true", Decides::Nothing(NothingReason::Sequence)),
        ("pytest && echo ok", Decides::Status),
        (
            "pytest && echo ok || echo no",
            Decides::Output(OutputReason::Or),
        ),
        ("pytest || exit 1", Decides::Status),
        (
            "uvicorn app:app &",
            Decides::Nothing(NothingReason::Background),
        ),
        ("uvicorn app:app", Decides::Nothing(NothingReason::Serves)),
        (
            "npm run test:watch",
            Decides::Nothing(NothingReason::Watches),
        ),
        ("npx jest --watch", Decides::Nothing(NothingReason::Watches)),
        ("grep -rn x src", Decides::Found),
        ("! grep -rn x src", Decides::Status),
        ("grep -rc x src", Decides::Output(OutputReason::Shows)),
        ("cat a.json | python3 -m json.tool", Decides::Status),
        ("if grep -q x a; then exit 1; fi", Decides::Status),
        (
            "if [ -f a ]; then pytest; fi",
            Decides::Nothing(NothingReason::Condition),
        ),
        ("git status", Decides::Output(OutputReason::Shows)),
        (
            "bash -c 'pytest; echo done'",
            Decides::Nothing(NothingReason::Sequence),
        ),
        ("bash -ec 'pytest; echo done'", Decides::Status),
        ("sh -c 'set -e; pytest; echo done'", Decides::Status),
        ("sh -c 'cd api; pytest'", Decides::Status),
    ];
    for (text, decides) in cases {
        assert_eq!(read(text).decides(), decides, "{text}");
    }
}

#[test]
fn what_is_written_is_told() {
    let writes = [
        "ruff check --fix .",
        "npm i zod",
        "sed -i s/a/b/ c",
        "rm src/a.ts",
        "cat > a.py <<E\nx\nE",
        "npm run format",
        "cp a b",
        "alembic revision -m x",
    ];
    let leaves = [
        "ruff check .",
        "npm ci",
        "sed -n 1p c",
        "rm -rf node_modules .next",
        "pytest > out.log",
        "npm run format:check",
        "cp a /tmp/b",
        "git add .",
        "pytest 2>/dev/null",
        "echo x >&2",
        "mkdir -p a",
    ];
    for text in writes {
        assert!(read(text).writes(), "{text}");
    }
    for text in leaves {
        assert!(!read(text).writes(), "{text}");
    }
}

#[test]
fn commits_have_message_and_paths() {
    let commit =
        read("git add a.py \"b c.py\" && git commit -am \"feat: it's \\\"x\\\"\"").commit();
    let commit = commit.unwrap();
    assert_eq!(commit.message.as_deref(), Some("feat: it's \"x\""));
    assert_eq!(commit.paths, ["a.py", "b c.py"]);
    let document = read("git add -A\ngit commit -m \"$(cat <<'EOF'\nfeat: x\n\nmore (y)\nEOF\n)\"")
        .commit()
        .unwrap();
    assert_eq!(document.message.as_deref(), Some("feat: x\n\nmore (y)"));
    assert_eq!(read("git log --grep commit").commit(), None);
}

#[test]
fn what_ends_early_in_a_pipe_reads_on() {
    let on = |text: &str| read(text).reading_on();
    let whole = "a | ( early=0; grep -q x || early=$?; cat >/dev/null; exit $early )";
    assert_eq!(on("a | grep -q x").as_deref(), Some(whole));
    assert_eq!(
        on("a && b | head -1 | wc -l").map(|text| text.matches("early=0").count()),
        Some(1)
    );
    assert_eq!(on("a | tail -3").as_deref(), Some("a | tail -3"));
    for endless in [
        "tail -f x.log",
        "yes",
        "cat /dev/urandom",
        "(a; yes)",
        "while true; do echo x; done",
    ] {
        assert_eq!(on(&format!("{endless} | head -3")), None, "{endless}");
    }
}

#[test]
fn strict_forms_end_at_the_first_failure() {
    let cases = [
        ("pytest", "pytest"),
        ("a && b", "a && b"),
        ("a\nb", "set -e\na\nb"),
        ("a | grep x", "set -e -o pipefail\na | grep x"),
        ("a | head -3", "set -e -o pipefail\na | head -3"),
        ("tail -f x.log | head -3", "set -e\ntail -f x.log | head -3"),
        ("$ a", "a"),
        ("a; echo $?", "a; echo $?"),
    ];
    for (text, strict) in cases {
        assert_eq!(read(text).strict_form(), strict, "{text}");
    }
}

#[test]
fn one_file_is_run_with_the_options_that_matter() {
    let cases = [
        (
            "pytest -rf --cov=app -n auto -W ignore::X tests/",
            "pytest -rf -W ignore::X {file}",
        ),
        ("uv run ruff check --fix app", "ruff check --fix {file}"),
        ("ruff format --check .", "ruff format --check {file}"),
        (
            "python app/manage.py test app --parallel",
            "app/manage.py test {module}",
        ),
        ("jest --watchAll -i", "jest -i {file}"),
        ("vitest", "vitest run {file}"),
        ("prettier -c 'src/**/*.ts'", "prettier --check {file}"),
        (
            "node --import tsx --test \"test/**/*.ts\"",
            "node --import tsx --test {file}",
        ),
    ];
    for (text, form) in cases {
        assert_eq!(
            read(text).calls()[0].for_one_file().as_deref(),
            Some(form),
            "{text}"
        );
    }
}

#[test]
fn imports_are_put_in_order_by_the_program_that_checks_them() {
    let files = ["app/a b.py".to_owned(), "app/c.py".to_owned()];
    let sorting = |text: &str| {
        let order = read(text).calls()[0].import_order(&files)?;
        Some((order.look, order.code, order.sort))
    };
    assert_eq!(
        sorting("A=1 uv run ruff check ."),
        Some((
            "A=1 uv run ruff check --no-fix --output-format concise 'app/a b.py' app/c.py"
                .to_owned(),
            Some("I001".to_owned()),
            "A=1 uv run ruff check --select I001 --fix 'app/a b.py' app/c.py".to_owned(),
        ))
    );
    assert_eq!(
        sorting("isort -c src").map(|(_, code, sort)| (code, sort)),
        Some((None, "isort 'app/a b.py' app/c.py".to_owned()))
    );
    assert_eq!(sorting("flake8 src"), None);
}

#[test]
fn commands_are_told_from_words() {
    for text in [
        "pytest",
        "npm test",
        "git status",
        "make test",
        "make routes",
        "just good",
        "go test ./...",
        "./run.sh",
        "CI=1 vitest",
        "for i in 1; do a; done",
        "case $A in *) pytest;; esac",
        "{ pytest; }",
        "scripts/a.sh x",
        "npx tsc --noEmit",
        "uv run pytest",
    ] {
        assert!(shell::is_command(text), "{text}");
    }
    for text in [
        "test name",
        "case by case",
        "{ id, total }",
        "{ pytest }",
        "file path",
        "npm",
        "python",
        "make sure it works",
        "app/main.py",
        "UserService",
        "find users",
        "npm / pnpm",
        "time",
        "next page",
        "true",
    ] {
        assert!(!shell::is_command(text), "{text}");
    }
}

#[test]
fn substituted_programs_are_run_before_what_takes_their_output() {
    let works =
        |call: &shell::Call| matches!(call.kind(), Kind::Lint | Kind::Format | Kind::Script);
    let cases = [
        (
            "test -z \"$(gofmt -l .)\"",
            Some("{ substituted1=$(gofmt -l .) && test -z \"${substituted1}\"; }"),
        ),
        (
            "cd a && test -z \"$(node b.js)\"",
            Some("cd a && { substituted2=$(node b.js) && test -z \"${substituted2}\"; }"),
        ),
        ("test -z \"$(node b.js | sort)\"", None),
        ("out=$(node b.js)", None),
        (
            "diff <(node b.js) b.txt",
            Some(
                "{ substituted1=$(node b.js) && diff <(printf '%s\\n' \"${substituted1}\") b.txt; }",
            ),
        ),
        ("test -z \"$(git status --short)\"", None),
    ];
    for (script, wanted) in cases {
        assert_eq!(
            read(script).with_substituted_statuses(&works).as_deref(),
            wanted,
            "{script}"
        );
    }
    assert!(read("test -z \"$(node b.js | sort)\"").loses_substituted(&works));
    assert!(!read("[ \"$(node b.js | wc -l)\" -eq 3 ]").loses_substituted(&works));
    assert_eq!(
        read("trap 'exit 0' EXIT; pytest").decides(),
        Decides::Nothing(NothingReason::Trap)
    );
    assert_eq!(
        read("trap 'rm -r tmp' EXIT; pytest").decides(),
        Decides::Status
    );
    assert!(read("cd a && ! pytest").is_negated() && !read("! true; pytest").is_negated());
}

#[test]
fn statuses_that_a_script_drops_are_told() {
    let works = |call: &shell::Call| matches!(call.kind(), Kind::Test | Kind::Script);
    let rows = [
        ("python3 a.py\necho done", true),
        ("set -e\npython3 a.py\necho done", false),
        ("set +e\npython3 a.py\necho done", true),
        ("#!/bin/bash -e\npython3 a.py\necho done", false),
        ("trap 'exit 0' EXIT\npython3 a.py", true),
        ("cd api\npython3 a.py", false),
        ("python3 a.py || exit 1\necho done", false),
        ("python3 a.py\nexit $?", false),
    ];
    for (text, wanted) in rows {
        assert_eq!(read(text).drops_statuses(&works), wanted, "{text}");
    }
    let negated = read("! grep -q x a").with_negated_searches();
    assert_eq!(
        negated.as_deref(),
        Some("if grep -q x a; then false; else [ $? -eq 1 ] || exit 2; fi")
    );
    assert_eq!(read("! test -f a").with_negated_searches(), None);
}

/// Commands; whether they act outside of this machine, and whether they ask there.
const OUTSIDE: &[(&str, bool, bool)] = &[
    ("git push origin main", true, false),
    ("git add a && git commit -m x && git push", true, false),
    ("git push --dry-run", false, false),
    ("git fetch", false, false),
    (
        "ssh root@192.168.50.100 'systemctl restart app'",
        true,
        false,
    ),
    ("npm publish", true, false),
    ("doppler run -- npm test", false, false),
    ("vercel --prod", true, false),
    ("vercel", true, false),
    ("vercel env ls", false, false),
    ("vercel build", false, false),
    ("netlify deploy --prod", true, false),
    ("netlify status", false, false),
    ("serverless deploy", true, false),
    ("npx serverless offline", false, false),
    ("fly deploy", true, false),
    ("flyctl status", false, false),
    ("fly secrets list", false, false),
    ("fly secrets set A=b", true, false),
    ("heroku run python manage.py migrate", true, false),
    ("heroku logs", false, false),
    ("heroku config:set A=b", true, false),
    ("heroku config", false, false),
    ("aws s3 cp a s3://b", true, false),
    ("aws s3 ls", false, false),
    ("aws --profile x ec2 describe-instances", false, false),
    (
        "aws --endpoint-url http://localhost:4566 s3 mb s3://a",
        false,
        false,
    ),
    (
        "aws --endpoint-url=http://127.0.0.1:4566 sqs send-message",
        false,
        false,
    ),
    ("terraform apply -auto-approve", true, false),
    ("terraform -chdir=infra destroy", true, false),
    ("terraform plan -out=p", false, false),
    ("terraform validate", false, false),
    ("terraform state rm a.b", true, false),
    ("gh pr create --fill", true, false),
    ("gh pr view 1", false, false),
    ("gh pr checks 1", false, false),
    ("gh api user", false, false),
    ("gh api -X POST repos/a/b/issues", true, false),
    ("gh workflow run deploy.yml", true, false),
    ("kubectl apply -f k8s/", true, false),
    ("kubectl apply --dry-run=client -f k8s/", false, false),
    ("kubectl get pods", false, false),
    ("kubectl rollout restart deploy/api", true, false),
    ("kubectl rollout status deploy/api", false, false),
    ("helm upgrade --install api chart", true, false),
    ("helm template chart", false, false),
    ("helm lint chart", false, false),
    ("wrangler deploy", true, false),
    ("npx wrangler deploy", true, false),
    ("wrangler deploy --dry-run", false, false),
    ("wrangler d1 execute db --local --command x", false, false),
    ("wrangler d1 migrations apply db --remote", true, false),
    ("wrangler secret put KEY", true, false),
    ("gcloud run deploy api", true, false),
    ("gcloud auth login", false, false),
    ("az webapp up", true, false),
    ("az account show", false, false),
    ("docker push ghcr.io/a/b", true, false),
    ("docker push localhost:5000/b", false, false),
    ("docker build -t x .", false, false),
    ("docker buildx build --push -t x .", true, false),
    ("docker compose push", true, false),
    ("pnpm publish --access public", true, false),
    ("yarn npm publish", true, false),
    ("poetry publish --build", true, false),
    ("twine upload dist/a", true, false),
    ("python -m twine upload dist/a", true, false),
    ("cargo publish", true, false),
    ("cargo publish --dry-run", false, false),
    ("npm publish --registry http://localhost:4873", false, false),
    ("ansible-playbook site.yml", true, false),
    ("cdk deploy", true, false),
    ("cdk synth", false, false),
    ("sam local start-api", false, false),
    ("firebase deploy", true, false),
    (
        "curl -s -X POST https://home.example.org/api/sync -d '{}'",
        true,
        true,
    ),
    ("curl -fsS https://home.example.org/health", false, true),
    (
        "curl -s -X POST http://localhost:3000/a -d '{}'",
        false,
        false,
    ),
    (
        "curl -s -X POST http://127.0.0.1:3000/a -d '{}'",
        false,
        false,
    ),
    ("curl -s http://api:3000/a", false, false),
    ("curl -s $BASE/a", false, false),
];

#[test]
fn what_acts_on_other_machines_is_told() {
    for (text, acts, asks) in OUTSIDE.iter().copied() {
        let reading = read(text);
        let any = |told: fn(&shell::Call) -> bool| reading.calls().into_iter().any(told);
        assert_eq!(any(shell::Call::acts_outside), acts, "{text}");
        assert_eq!(any(shell::Call::asks_outside), asks, "{text}");
    }
}
