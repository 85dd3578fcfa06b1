//! Code by structure: each case gives a file, a block of a plan for it and the prose beside the block.

use code::scopes::{Purpose, Resolution, Scopes, When};
use graft::{Context, File, Graft, Intent, Snippet};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::cases::{self, Case, unfaithful};

fn place(case: &Case, before: Option<&str>) -> Graft {
    let snippet = case.text("snippet").unwrap_or_default();
    let current = case.text("current");
    let asked = |name: &str| case.asked[name].as_str().unwrap_or_default().to_owned();
    let (prose, language) = (asked("prose"), asked("language"));
    let pending = case.asked["pending"].as_array().into_iter().flatten();
    let pending: Vec<String> = pending
        .filter_map(|name| name.as_str())
        .map(str::to_owned)
        .collect();
    let context = Context {
        prose: &prose,
        intent: if asked("intent") == "create" {
            Intent::Create
        } else {
            Intent::Unstated
        },
        lines: None,
        current: current.as_deref(),
        pending: &pending,
        found: case.asked["found"].as_str(),
        ..Context::default()
    };
    graft::apply(
        &File {
            path: case.path(),
            text: before,
        },
        &Snippet {
            text: &snippet,
            language: &language,
        },
        &context,
    )
}

#[test]
fn blocks_are_placed_by_structure_or_refused() {
    cases::check("structure", place);
}

#[test]
fn line_ends_and_byte_order_mark_of_the_file_are_kept() {
    for case in cases::all("structure") {
        let (Some(before), Some(after)) = (case.before.as_deref(), case.text("after")) else {
            continue;
        };
        if before.contains('\r') {
            continue;
        }
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        match place(&case, Some(&windows(before))) {
            Graft::Applied(applied) => assert_eq!(applied.text, windows(&after), "{}", case.name),
            other => panic!("{}: {other:?}", case.name),
        }
    }
}

/// A file of a case, with lines taken from all files and snippets of its language.
fn mixed() -> impl Strategy<Value = (String, String, String, String)> {
    let cases = cases::all("structure");
    let language = |case: &Case| case.name.split('/').next().unwrap_or_default().to_owned();
    let known: Vec<(String, String, Vec<String>)> = cases
        .iter()
        .map(|case| {
            let same = cases
                .iter()
                .filter(|other| language(other) == language(case));
            let lines = same
                .flat_map(|other| [other.text("snippet"), other.before.clone()])
                .flatten()
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
        "Replace `create`.",
        "Add to `OrderService`, after `create`.",
        "At the end.",
        "In `create`, before the `return`:",
        "Append to the file.",
        "In the `User` model, after `email`:",
    ]);
    (select(known), prose).prop_flat_map(|((path, before, lines), prose)| {
        let count = lines.len();
        (
            Just(path),
            Just(before),
            subsequence(lines, 0..count.min(14)),
            Just(prose.to_owned()),
        )
            .prop_map(|(path, before, lines, prose)| (path, before, lines.join("\n"), prose))
    })
}

/// The names that a file reads while it is imported and that nothing binds.
fn unbound(path: &str, text: &str) -> Vec<String> {
    let Some(scopes) = Scopes::of_file(path, text) else {
        return Vec::new();
    };
    let reads = scopes
        .reads
        .iter()
        .filter(|read| read.when == When::ImportTime && read.purpose == Purpose::Value);
    let unbound = reads.filter(|read| matches!(scopes.resolve(read), Resolution::Unbound { .. }));
    unbound.map(|read| read.name.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_placed_is_faithful_and_stands((path, before, snippet, prose) in mixed()) {
        let run = |before: &str| {
            let context = Context { prose: &prose, ..Context::default() };
            graft::apply(&File { path: &path, text: Some(before) }, &Snippet { text: &snippet, language: "" }, &context)
        };
        if let Graft::Applied(applied) = run(&before) {
            prop_assert_eq!(unfaithful(&before, &applied), None);
            prop_assert_eq!(run(&applied.text), Graft::AlreadyApplied);
            let had = unbound(&path, &before);
            prop_assert!(unbound(&path, &applied.text).iter().all(|name| had.contains(name)), "{}", applied.text);
        }
    }

    #[test]
    fn any_text_is_taken_without_a_fault(path in select(vec!["a.py", "a.ts", "a.tsx", "a.js"]), before in any::<String>(), snippet in any::<String>(), prose in any::<String>()) {
        let context = Context { prose: &prose, ..Context::default() };
        let answer = graft::apply(&File { path, text: Some(&before) }, &Snippet { text: &snippet, language: "" }, &context);
        if let Graft::Applied(applied) = answer {
            prop_assert_eq!(unfaithful(&before, &applied), None);
        }
    }
}
