//! Data formats and documents: each case gives a snippet, its file and the prose beside it.

use graft::{Context, File, Graft, Snippet};

use crate::cases::{self, Case};

fn place(case: &Case, before: Option<&str>) -> Graft {
    let snippet = case.text("snippet").unwrap_or_default();
    let context = Context {
        prose: case.asked["prose"].as_str().unwrap_or_default(),
        ..Context::default()
    };
    graft::apply(
        &File {
            path: case.path(),
            text: before,
        },
        &Snippet {
            text: &snippet,
            language: case.asked["language"].as_str().unwrap_or_default(),
        },
        &context,
    )
}

#[test]
fn snippets_of_every_format_are_placed_or_refused() {
    cases::check("formats", place);
}

#[test]
fn every_format_has_cases_that_refuse_and_cases_that_apply() {
    for format in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/formats")).unwrap()
    {
        let name = format.unwrap().file_name().into_string().unwrap();
        let cases = cases::all(&format!("formats/{name}"));
        assert!(cases.len() >= 6, "{name} has {} cases", cases.len());
        assert!(
            cases.iter().any(|case| case.asked["refuses"].is_string()),
            "{name} refuses nothing"
        );
    }
}

#[test]
fn line_ends_and_byte_order_mark_of_the_file_are_kept_by_every_format() {
    for case in cases::all("formats") {
        let (Some(before), Some(after)) = (case.before.as_deref(), case.text("after")) else {
            continue;
        };
        if before.contains('\r') || before.is_empty() {
            continue;
        }
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        match place(&case, Some(&windows(before))) {
            Graft::Applied(applied) if before.contains('\n') => {
                assert_eq!(applied.text, windows(&after), "{}", case.name)
            }
            Graft::Applied(_) => {}
            other => panic!("{}: {other:?}", case.name),
        }
    }
}
