//! What commands are in their plan, and what is expected of them, by where they stand.

use plan::{CommandReading, CommandRole, read_commands};

fn read(text: &str) -> Vec<(String, CommandReading)> {
    let plan = plan::read(text.as_bytes()).unwrap();
    let all = read_commands(&plan);
    all.into_iter()
        .map(|one| (text[one.span.clone()].to_owned(), one))
        .collect()
}

fn one(text: &str, command: &str) -> CommandReading {
    let found = read(text)
        .into_iter()
        .find(|(written, _)| written == command);
    found.unwrap().1
}

/// A heading, the words below it, a command in a fence, and its role.
const FENCED: &[(&str, &str, &str, CommandRole)] = &[
    ("Verification Commands", "", "npm test", CommandRole::Check),
    (
        "Regression Testing",
        "After each phase:",
        "pytest tests/a.py",
        CommandRole::Check,
    ),
    (
        "验证步骤",
        "",
        "docker compose exec redis redis-cli ping",
        CommandRole::Check,
    ),
    ("Prerequisites", "", "npm install", CommandRole::Setup),
    ("Manual Testing", "", "npm run dev", CommandRole::Manual),
    (
        "Deployment Steps",
        "",
        "npx wrangler deploy",
        CommandRole::Manual,
    ),
    (
        "Troubleshooting",
        "",
        "npm test",
        CommandRole::ExampleOrMention,
    ),
    ("Background", "", "npm test", CommandRole::ExampleOrMention),
];

/// Lines of a task, a command in them, and its role.
const IN_LINES: &[(&str, &str, CommandRole)] = &[
    (
        "- [ ] Add the `search` command to `cli.py`:\n  ```bash\n  shop search --all\n  ```",
        "shop search --all",
        CommandRole::ExampleOrMention,
    ),
    (
        "- [ ] Add notes on the volume to `docs/SETUP.md` (`docker compose down -v`)",
        "docker compose down -v",
        CommandRole::ExampleOrMention,
    ),
    (
        "**Files:**\n- Modify: `package.json` (via `npm install`)",
        "npm install",
        CommandRole::ExampleOrMention,
    ),
    (
        "Expected: `make report` is listed",
        "make report",
        CommandRole::ExampleOrMention,
    ),
    (
        "- Generate it: `alembic revision --autogenerate -m a`",
        "alembic revision --autogenerate -m a",
        CommandRole::StepExpectedToPass,
    ),
    (
        "Run `pytest tests/a.py`, `ruff check b`, and\n`mypy c`.\n\n### Migration\n\nGenerate with `alembic revision -m a`.",
        "pytest tests/a.py",
        CommandRole::StepExpectedToPass,
    ),
    (
        "**Exit:**\n- `ruff check a`",
        "ruff check a",
        CommandRole::Check,
    ),
    (
        "**Verify** `npm run build` + `npm run lint` clean.",
        "npm run lint",
        CommandRole::Check,
    ),
    (
        "Verify manually:\n\n```bash\npython -m app\n```",
        "python -m app",
        CommandRole::Manual,
    ),
    (
        "Write the guide:\n\n```markdown\nTo begin:\nnpm ci\n```",
        "npm ci",
        CommandRole::ExampleOrMention,
    ),
];

#[test]
fn sections_say_what_their_commands_are() {
    let fence = |heading: &str, lead: &str, command: &str| {
        format!(
            "# Plan\n\n## Task 1: Work\n\nChange `a.py`.\n\n## {heading}\n\n{lead}\n\n```bash\n{command}\n```\n"
        )
    };
    for &(heading, lead, command, role) in FENCED {
        assert_eq!(
            one(&fence(heading, lead, command), command).role,
            role,
            "{heading}: {command}"
        );
    }
    for &(body, command, role) in IN_LINES {
        let text = format!("# Plan\n\n## Task 1: Work\n\n{body}\n");
        let found = read(&text)
            .into_iter()
            .find(|(written, _)| written == command)
            .map(|(_, one)| one.role);
        // What is expected to be seen is not to be run, so that it need not be read.
        assert_eq!(
            found.unwrap_or(CommandRole::ExampleOrMention),
            role,
            "{body}"
        );
    }
}

#[test]
fn folders_are_taken_from_titles_labels_and_the_line_above() {
    let cases = [
        (
            "**Working directory:** `services/api`\n\n```bash\npytest a\n```",
            "pytest a",
            "services/api",
        ),
        (
            "Working directory: `api/`\n\nRun: `pytest a`",
            "pytest a",
            "api",
        ),
        (
            "- [ ] **Step 1: Build (from `web/`)**: `npm run build`",
            "npm run build",
            "web",
        ),
        (
            "From `web/`:\n\n```bash\nnpm run build\n```",
            "npm run build",
            "web",
        ),
        ("Run `npm run build` (from `web/`).", "npm run build", "web"),
    ];
    for (body, command, folder) in cases {
        let text = format!("# Plan\n\n## Task 1: Work\n\n{body}\n");
        assert_eq!(
            one(&text, command).folder.as_deref(),
            Some(folder),
            "{body}"
        );
    }
}

/// A criterion, and what it expects of its command.
const CRITERIA: &[(&str, &str)] = &[
    ("Exactly three exports: `grep -c export a.ts`", "count = 3"),
    ("No hits for `grep -rn old src`", "empty or exit 1"),
    ("Exit code 1: `grep -q old src`", "exit 1 or exit nonzero"),
    ("`grep -c old src` stays below 10", "count < 10"),
    ("`git status --short` is empty", "empty or exit 1"),
    (
        "`git status` is clean",
        "prints contains working tree clean or prints = working tree clean",
    ),
    ("`grep -rn old src` finds nothing", "empty or exit 1"),
    ("`grep -rn old src` is clean", "empty or exit 1"),
    ("`grep -rn old src` is not empty", "exit 0"),
    ("Genau drei Treffer: `grep -n old src`", "count = 3"),
    (
        "The old name is gone: `grep -rn old src`",
        "empty or exit 1",
    ),
    (
        "The old name is nowhere left: `grep -rn old src`",
        "unreadable",
    ),
    ("`wc -l a.txt` prints 1,200 lines", "count = 1200"),
    (
        "`node a.js` gives 500 instead of 200",
        "count = 500 or prints = 500",
    ),
    ("`grep -n new src` returns the block", "exit 0"),
    ("The route is registered: `grep -n route src`", "exit 0"),
    (
        "`grep -n new src` lists both handlers in their order",
        "unreadable",
    ),
    ("`git diff --stat` shows only the two files", "unreadable"),
    ("`rg old src` shows no hits outside `legacy/`", "unreadable"),
    ("`pytest` covers the new branches", "-"),
    ("`npm run build` writes the bundle", "-"),
    ("Exit code 2: `node a.js --bad`", "exit 2 or exit nonzero"),
    ("B8: `ls src/main.py`", "-"),
    ("The dev server starts: `npm run dev`", "unreadable"),
    ("Its errors are shown: `node a.js`", "exit 0"),
    ("`node a.js` does not mention `old`", "prints no old"),
    ("Contains `old` nowhere: `node a.js`", "prints no old"),
    ("`node a.js` enthält kein `old`", "prints no old"),
    (
        "`node a.js` enthält `fertig`",
        "prints contains fertig or prints = fertig",
    ),
    ("`node a.js` ends with `two`", "prints contains two"),
    (
        "`node a.js` → `{\"ok\": true}`",
        "exit 0 or prints contains {\"ok\": true} or prints = {\"ok\": true}",
    ),
    (
        "`node a.js` returns an empty list",
        "prints contains [] or prints = []",
    ),
    (
        "`node a.js` outputs the version 1.2.3",
        "prints contains 1.2.3 or prints = 1.2.3",
    ),
    ("`node a.js` != 200", "exit 0 or count != 200"),
    ("`node a.js` gibt nicht 3 aus", "unreadable"),
    ("`grep -c old src` no longer returns 3", "count != 3"),
    ("`grep -c old src` returns a dozen", "unreadable"),
    (
        "`wc -l < a.txt` prints between 1 and 3",
        "count >= 1 and <= 3",
    ),
    ("`node a.js` prints three lines or fewer", "count <= 3"),
    ("HTTP 404 from `node a.js`", "count = 404 or prints = 404"),
    ("Nothing is printed by `node a.js`", "empty or exit 1"),
    ("Coverage stays above 80%: `node a.js`", "count > 80%"),
    ("`node a.js` sort avec le code 2", "exit 2 or exit nonzero"),
    (
        "`node a.js` は終了コード 2 で終わる",
        "exit 2 or exit nonzero",
    ),
    ("`node a.js` has `ok` set to true", "unreadable"),
    ("`node a.js` prints `a` and nothing else", "unreadable"),
    ("`node a.js` prints 3 twice", "unreadable"),
    ("`node a.js` finishes in under 1 second", "unreadable"),
    ("`node a.js` is rejected", "unreadable"),
    (
        "`node a.js` writes nothing to stderr",
        "exit 0 or prints no stderr",
    ),
    (
        "`node a.js` has an empty stderr",
        "exit 0 or prints no stderr",
    ),
    (
        "No stderr output: `node a.js`",
        "exit 0 or prints no stderr",
    ),
    (
        "`node a.js` emits nothing on standard error",
        "exit 0 or prints no stderr",
    ),
    (
        "`node a.js` prints `ok` and nothing on stderr",
        "unreadable",
    ),
    ("Migration: `ls migrations/*add_notes.js`", "-"),
    (
        "`npx eslint .` reports no warnings",
        "exit 0 or prints no warning",
    ),
    ("`pytest` rejects 3 of the requests", "-"),
];

#[test]
fn criteria_are_heard_on_both_sides_of_their_command() {
    let mut wrong = Vec::new();
    for &(criterion, expect) in CRITERIA {
        let text = format!(
            "# Plan\n\n## Phase 1: Work\n\nChange `a.py`.\n\n### Success Criteria\n\n#### Automated Verification:\n- [ ] {criterion}\n"
        );
        let found = read(&text).into_iter().next().map(|(_, one)| one.expect);
        if found.as_deref() != Some(expect) {
            wrong.push(format!("{criterion}: {found:?}, not {expect}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cells_and_further_lines_say_what_is_expected() {
    let table = "| Check | Command | Expected |\n|---|---|---|\n| Gone | `rg old src` | no hits |\n| Tests | `pytest` | all green |";
    let lines = "- [ ] `rg old src`\n  returns nothing\n- [ ] `pytest`\n  passes";
    for body in [table, lines] {
        let text = format!(
            "# Plan\n\n## Phase 1: Work\n\nChange `a.py`.\n\n### Success Criteria\n\n{body}\n"
        );
        assert_eq!(one(&text, "rg old src").expect, "empty or exit 1", "{body}");
    }
}

#[test]
fn what_is_to_be_there_in_gits_lists_is_at_least_a_line() {
    let of = |words: &str, command: &str| {
        let text = format!(
            "# Plan\n\n## Phase 1: Work\n\nChange `a.py`.\n\n### Success Criteria\n\n- [ ] {words}: `{command}`\n"
        );
        one(&text, command).expect
    };
    assert_eq!(
        of("The history is there", "git log --oneline -1"),
        "count >= 1"
    );
    assert_eq!(of("The tag exists", "git tag --list v1"), "count >= 1");
    assert_ne!(
        of("The history is as it was", "git log --oneline"),
        "count >= 1"
    );
}

#[test]
fn a_title_that_says_failure_decides_where_the_words_only_show_it() {
    use plan::ExpectedOutcome::{Fail, Unstated};
    let rows: [(&str, &str, plan::ExpectedOutcome, &[&str]); 5] = [
        ("Run to verify failure", "404 not mounted.", Fail, &["404"]),
        (
            "Run to verify failure",
            "404 / NotImplementedError.",
            Fail,
            &["NotImplementedError", "404"],
        ),
        ("Run to verify failure", "FAIL (404 on all).", Fail, &[]),
        (
            "Run to verify failure",
            "the route is not mounted.",
            Unstated,
            &[],
        ),
        ("Run it", "404 not mounted.", Unstated, &[]),
    ];
    for (title, words, outcome, shows) in rows {
        let text = format!(
            "# Plan\n\n## Task 1: Work\n\n- [ ] **Step 1: {title}**\n\nRun: `pytest tests/a.py -v`\nExpected: {words}\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let expect = &plan.phases()[0].commands[0].expect;
        assert_eq!(expect.outcome, outcome, "{title}: {words}");
        assert_eq!(expect.shows, shows, "{title}: {words}");
    }
}
