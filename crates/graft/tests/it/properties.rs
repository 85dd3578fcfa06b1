//! What holds for any input: no panic, no byte lost outside the edits, no second change, nothing changed by a refusal.

use graft::{Context, File, Graft, Replacement, Snippet};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::cases::{self, unfaithful};

const PATHS: [&str; 18] = [
    "package.json",
    "pyproject.toml",
    "docker-compose.yml",
    ".env",
    "requirements.txt",
    "Dockerfile",
    "schema.prisma",
    "schema.graphql",
    "a.sql",
    "a.html",
    "README.md",
    "Makefile",
    ".gitignore",
    "a.py",
    "a.ts",
    "a.tsx",
    "a.js",
    "a.unknown",
];

/// What the readers of the formats look for.
const ODD_PARTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "`",
    ":",
    ",",
    "=",
    "#",
    "//",
    "/*",
    "*/",
    "...",
    "…",
    "\n",
    "\r\n",
    "\t",
    "  ",
    "- ",
    "a",
    "b: 1",
    "model A {",
    "type Q",
    "# ... existing code",
    "@@",
    "@@ -1 +1 @@",
    "--- a/x",
    "+++ b/x",
    "+x",
    "-x",
    " x",
    "\\",
    "\"\"\"",
    "{%",
    "%}",
    "{% block a %}",
    "{% endblock %}",
    "## H",
    "```",
    "|",
    ">",
    "é",
    "\u{feff}",
    "\u{2019}",
    "𝕏",
    "[a]",
    "[[b]]",
    "a = [",
    "KEY=1",
    "FROM x",
    "<<<<<<< SEARCH",
    "=======",
    ">>>>>>> REPLACE",
    "---",
    "?",
    "&x",
    "!t",
    "def f():",
    "class A:",
    "import a",
    "export const x = 1;",
    ";",
];

/// Text with what the readers look for in it.
fn odd_text() -> impl Strategy<Value = String> {
    let parts = select(ODD_PARTS);
    prop_oneof![
        3 => prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
}

/// A file of a case, with lines taken from all snippets of its format.
fn mixed() -> impl Strategy<Value = (String, String, String, String)> {
    let cases = cases::all("formats");
    let formats = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
    let known: Vec<(String, String, Vec<String>)> = cases
        .iter()
        .map(|case| {
            let format = formats(&case.name);
            let same = cases.iter().filter(|other| formats(&other.name) == format);
            let lines = same
                .filter_map(|other| other.text("snippet"))
                .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
            (
                case.path().to_owned(),
                case.before.clone().unwrap_or_default(),
                lines.collect(),
            )
        })
        .collect();
    let prose = select(vec![
        "",
        "Add it.",
        "Update it.",
        "Replace `User`.",
        "Add to `services`.",
        "At the end.",
    ]);
    (select(known), prose).prop_flat_map(|((path, before, lines), prose)| {
        let count = lines.len();
        (
            Just(path),
            Just(before),
            subsequence(lines, 0..count.min(12)),
            Just(prose.to_owned()),
        )
            .prop_map(|(path, before, lines, prose)| (path, before, lines.join("\n"), prose))
    })
}

fn holds(before: &str, run: impl Fn(&str) -> Graft) -> Result<(), TestCaseError> {
    if let Graft::Applied(applied) = run(before) {
        prop_assert_eq!(unfaithful(before, &applied), None);
        prop_assert_ne!(before, &applied.text);
        if let Graft::Applied(again) = run(&applied.text) {
            return Err(TestCaseError::fail(format!(
                "again:\n{}\nthen:\n{}",
                applied.text, again.text
            )));
        }
    }
    Ok(())
}

fn place(path: &str, before: &str, snippet: &str, prose: &str) -> Graft {
    let context = Context {
        prose,
        ..Context::default()
    };
    graft::apply(
        &File {
            path,
            text: Some(before),
        },
        &Snippet {
            text: snippet,
            language: "",
        },
        &context,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snippet_in_any_file(path in select(&PATHS[..]), before in odd_text(), snippet in odd_text(), prose in odd_text()) {
        holds(&before, |before| place(path, before, &snippet, &prose))?;
    }

    #[test]
    fn snippets_made_of_real_lines((path, before, snippet, prose) in mixed()) {
        holds(&before, |before| place(&path, before, &snippet, &prose))?;
    }

    #[test]
    fn any_edit_of_any_text(before in odd_text(), old in odd_text(), new in odd_text(), all in any::<bool>()) {
        holds(&before, |before| graft::apply_replacement(before, &old, &new, all))?;
    }

    #[test]
    fn an_edit_of_a_part_of_the_text(
        lines in prop::collection::vec(select(vec!["a", "  b", "", "c {", "}", "  d;", "\te", "f"]), 1..12),
        (from, to) in (0usize..12, 0usize..12),
        new in prop::collection::vec(select(vec!["a", "  b", "", "x", "  y", "}"]), 0..4),
    ) {
        let before = lines.join("\n") + "\n";
        let (from, to) = (from.min(lines.len()), to.min(lines.len()));
        let old = lines[from.min(to)..from.max(to)].join("\n");
        let edits = [Replacement { old: &old, new: &new.join("\n"), all: false }];
        holds(&before, |before| graft::apply_edits(before, &edits))?;
    }

    #[test]
    fn any_diff_of_any_text(before in odd_text(), diff in odd_text()) {
        holds(&before, |before| graft::apply_diff(Some(before), &diff, "x"))?;
    }
}
