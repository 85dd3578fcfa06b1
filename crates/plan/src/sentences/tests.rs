//! Every entry of the vocabulary decides the sentence that stands beside it.

use super::form::{Mood, Supposed, read_form};
use crate::blocks::Lead;
use crate::inline::code_spans;
use crate::mention::{Mention, base_folder, is_empty_note, read_mention};
use crate::vocabulary::{Use, entry_at_start, read_languages};

/// Returns whether the entry does in the sentence what its table says.
fn decides(what: Use, example: &str) -> bool {
    let bare = example.replace('_', "");
    let form = read_form(&bare);
    match what {
        Use::Change | Use::Remove | Use::Judge | Use::Run | Use::Person | Use::Read | Use::Keep => {
            form.mood == Mood::Asks(what)
        }
        Use::Lead | Use::Place => example
            .split_once('_')
            .is_some_and(|(_, rest)| form.head == rest.to_lowercase()),
        Use::Modal | Use::Demand => form.mood == Mood::Demands,
        Use::Negation => form.negated,
        Use::TestWord => form.tests,
        Use::Caution => form.cautions,
        Use::Anaphor => form.refers || entry_at_start(&form.head, Use::Pronoun).is_some(),
        Use::Pronoun => form.mood == Mood::States && !form.refers,
        Use::Alter => !super::prohibition::protected_names(example).is_empty(),
        Use::Gone => !super::removal::removals_of_words(example, &(0..0)).is_empty(),
        Use::Stays => super::prohibition::protected_names(example)
            .iter()
            .any(|one| !one.only_from_loss),
        Use::Except => {
            super::prohibition::protected_names(example).is_empty() && example.contains('`')
        }
        Use::Solely => super::bounds::bound_of_sentence(example).is_some(),
        Use::Condition | Use::WorkWord => form.conditional,
        Use::Employ => {
            form.mood == Mood::Asks(Use::Change) && entry_at_start(&form.head, what).is_some()
        }
        Use::Supposing => form.supposes.is_some(),
        Use::Answer => form.supposes == Some(Supposed::Program),
        Use::Proviso => form.proviso,
        Use::Rationale | Use::Given => form.explains,
        Use::Test => form.test,
        Use::Outcome => form.outcome,
        Use::Comment => form.comments,
        Use::Import => form.imports,
        Use::Determiner => form.mood == Mood::Asks(Use::Change),
        Use::Function => form.mood != Mood::Asks(Use::Change),
        Use::Abbreviation => super::split::sentence_ends(&bare).len() == 1,
        Use::Shown | Use::Rejected | Use::Later | Use::Instead => {
            crate::blocks::read_lead(&bare, "") == Lead::Shows
        }
        Use::Present => crate::blocks::read_lead(&bare, "") == Lead::Stands,
        Use::Passive => crate::blocks::read_altered(&bare) == Some(crate::blocks::Altered::Is),
        Use::Below => crate::blocks::read_altered(&bare).is_some(),
        Use::New => crate::blocks::read_lead(&bare, "") == Lead::Asks,
        Use::Empty => is_empty_note(&bare),
        Use::Base => base_folder(&bare).is_some(),
        Use::Source | Use::Goal => {
            let name = code_spans(&bare, 0)
                .pop()
                .map(|span| span.outer)
                .unwrap_or_default();
            match what {
                Use::Source => read_mention(&bare, &name) == Mention::Source,
                _ => read_mention(&bare, &name) == Mention::Spoken,
            }
        }
    }
}

#[test]
fn every_entry_decides_its_example() {
    let mut wrong = Vec::new();
    for language in read_languages() {
        for (what, entries) in language.unwrap().uses {
            for (entry, example) in entries {
                let held = example.replace('_', "").to_lowercase().contains(&entry);
                if !held || !decides(what, &example) {
                    wrong.push(format!(
                        "{what:?} {entry:?}: {example:?} {:?}",
                        read_form(&example.replace('_', ""))
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} entries:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_sentence_ends_where_something_new_begins() {
    let cases: &[(&str, usize)] = &[
        ("Add the key. It is read once.", 2),
        ("Use a map, e.g. `a.b`. Sort it.", 2),
        ("See v1.2 of the guide.", 1),
        ("**1. Sort the rows.** Then go on.", 2),
        ("**Files:** 2. `a.py`", 1),
        ("It takes 2. Then go on.", 2),
        ("Return `a. B` as it is.", 1),
        ("加上路由。再测试。", 2),
        ("(Sort it. Twice.) Then go on.", 3),
        ("Is it there? Add it!", 2),
    ];
    for (text, count) in cases {
        assert_eq!(super::split::sentence_ends(text).len(), *count, "{text}");
    }
}

#[test]
fn an_outcome_has_no_object() {
    for ends in [
        "The suite passes.",
        "It passes with the flag.",
        "It passes all tests.",
        "The test fails.",
    ] {
        assert!(read_form(ends).outcome, "{ends}");
    }
    for hands_on in [
        "Every caller in `a.py` passes the new argument.",
        "The view passes its form.",
    ] {
        assert!(!read_form(hands_on).outcome, "{hands_on}");
    }
}

#[test]
fn negation_belongs_to_the_main_statement() {
    for no in [
        "Do not touch `a.py`.",
        "No file remains.",
        "Leave the route alone.",
        "The icon won't be cropped.",
        "Never log the key.",
    ] {
        assert!(read_form(no).negated, "{no}");
    }
    for yes in [
        "Don't forget the log entry.",
        "Don't forget `import { now } from \"../clock.js\";`.",
        "Vergiss nicht den Eintrag im Protokoll.",
        "Use a map, not a list.",
        "Add the guard so it cannot fail.",
        "Use `not`.",
        "Add the check (tests must not import it).",
    ] {
        assert!(!read_form(yes).negated, "{yes}");
    }
}

#[test]
fn code_that_does_more_begins_its_sentence() {
    for (head, more) in [
        ("`create` also emits `created`.", true),
        ("`create` additionally logs `id`.", true),
        ("`create` is also called by `index`.", false),
        ("`create` emits `created`.", false),
        ("also, `create` emits `created`.", false),
    ] {
        assert_eq!(super::form::says_what_code_does(head), more, "{head}");
    }
}
