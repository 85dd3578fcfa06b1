//! Exact edits: each case gives its edits and what comes of them.

use graft::Replacement;

use crate::cases;

#[test]
fn edits_apply_exactly_or_by_one_tier_or_not_at_all() {
    cases::check("edits", |case, before| {
        let edits: Vec<Replacement<'_>> = case.asked["edits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edit| Replacement {
                old: edit["old"].as_str().unwrap(),
                new: edit["new"].as_str().unwrap(),
                all: edit["all"].as_bool().unwrap_or(false),
            })
            .collect();
        graft::apply_edits(before.unwrap_or_default(), &edits)
    });
}

#[test]
fn evidence_names_the_tier() {
    let graft::Graft::Applied(applied) =
        graft::apply_replacement("a = 1  \nb = 2\n", "a = 1\nb = 2", "a = 1\nb = 3", false)
    else {
        panic!("not applied");
    };
    assert!(
        applied.evidence[0].0.contains("trailing blanks"),
        "{:?}",
        applied.evidence
    );
}

#[test]
fn a_stale_edit_shows_the_nearest_line() {
    let text = "one()\ntwo()\nthree()\n";
    let graft::Graft::Refused(refusal) =
        graft::apply_replacement(text, "two()\nthree(1)", "x", false)
    else {
        panic!("not refused");
    };
    assert_eq!(refusal.nearest.map(|place| place.line), Some(2));
}

#[test]
fn an_ambiguous_edit_shows_every_candidate() {
    let graft::Graft::Refused(refusal) =
        graft::apply_replacement("x = 1\ny = 2\nx = 1\n", "x = 1", "x = 2", false)
    else {
        panic!("not refused");
    };
    assert_eq!(
        refusal
            .candidates
            .iter()
            .map(|place| place.line)
            .collect::<Vec<_>>(),
        [1, 3]
    );
}

#[test]
fn search_and_replace_sections_of_a_block_are_all_applied_or_none() {
    let file = graft::File {
        path: "a.py",
        text: Some("a = 1\nb = 2\n"),
    };
    let place = |text: &str| {
        graft::apply(
            &file,
            &graft::Snippet { text, language: "" },
            &graft::Context::default(),
        )
    };
    let both = "<<<<<<< SEARCH\na = 1\n=======\na = 10\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\nb = 2\n=======\nb = 20\n>>>>>>> REPLACE\n";
    assert!(
        matches!(place(both), graft::Graft::Applied(applied) if applied.text == "a = 10\nb = 20\n")
    );
    let stale = both.replace("b = 2\n=", "c = 2\n=");
    assert!(matches!(place(&stale), graft::Graft::Refused(_)));
    let open = both.replace("=======\nb", "b");
    assert!(matches!(place(&open), graft::Graft::Refused(_)));
}

#[test]
fn code_that_is_to_be_replaced_stands_or_its_file_names_it() {
    let place = |text: &str, current: &str, new: &str| {
        let context = graft::Context {
            current: Some(current),
            ..graft::Context::default()
        };
        let file = graft::File {
            path: "a.py",
            text: Some(text),
        };
        let snippet = graft::Snippet {
            text: new,
            language: "python",
        };
        graft::apply(&file, &snippet, &context)
    };
    let loan = "class Loan:\n    days = 14\n";
    let lend = "def lend():\n    return 1\n";
    let other = place("class Book:\n    pass\n", loan, lend);
    assert!(
        matches!(&other, graft::Graft::Refused(refusal) if refusal.reason == graft::Reason::NotFound),
        "{other:?}"
    );
    let drifted = place(
        "class Loan:\n    days = 7\n",
        loan,
        "class Loan:\n    days = 21\n",
    );
    assert!(matches!(drifted, graft::Graft::Applied(_)), "{drifted:?}");
}
