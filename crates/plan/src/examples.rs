//! Every entry of a label, a heading or a list decides the example that stands beside it.

use crate::approval::{Approval, approval_of_status};
use crate::blocks::{is_new_label, is_old_label, leads_to_path, reads_mark};
use crate::boxes::State;
use crate::changes::{
    Action, action_of, action_of_note, asks_for_change, leaves_a_list, names_part, only_looks,
    plainly_modifies, removes_whole,
};
use crate::criteria::{CriterionKind, kind_of_criterion};
use crate::imports::asks_for_the_same;
use crate::inline::{comparison_key, read_label};
use crate::labels::{heading_topic, is_base, is_check, topic_of_label};
use crate::mention::is_empty_note;
use crate::naming::{Rank, read_marks, unit_name};
use crate::sentences::{bound_of_sentence, removals_of_words};
use crate::vocabulary::{List, read_languages};

/// Returns whether the example is read the way that its list says.
fn is_read_as_listed(list: List, example: &str) -> bool {
    let is_unit = |rank| unit_name(example).is_some_and(|unit| unit.rank == rank);
    let is_state = |state| read_marks(example).state == Some(state);
    let name = || read_label(example).map_or_else(|| comparison_key(example), |label| label.name);
    let status = || approval_of_status(example.split_once(": ").map_or("", |(_, word)| word));
    match list {
        List::BaseLabel => is_base(&name()),
        List::CheckLabel => is_check(&name()),
        List::CreateVerb => action_of(example) == Some(Action::Create),
        List::ModifyVerb => action_of(example) == Some(Action::Unstated),
        List::DeleteVerb => action_of(example) == Some(Action::Delete),
        List::RemovalCondition => action_of_note(example) != Action::Delete,
        List::LookVerb => only_looks(example),
        List::PlainModifyVerb => plainly_modifies(example),
        List::BesideFile | List::WholeFile => removes_whole(example),
        List::WholeTree => !leaves_a_list(example.rsplit('`').next().unwrap_or(example)),
        List::BesideEmpty => is_empty_note(example),
        List::PartOfFile => names_part(example),
        List::Imperative | List::ImperativeLead | List::ImperativePlace => asks_for_change(example),
        List::PhaseWord => is_unit(Rank::Phase),
        List::TaskWord => is_unit(Rank::Task),
        List::StepWord => is_unit(Rank::Step),
        List::Done => is_state(State::Done),
        List::Begun => is_state(State::InProgress),
        List::LeftOut => is_state(State::Skipped),
        List::NotBegun => is_state(State::Open),
        List::OptionalNote => read_marks(example).optional,
        List::ShownAbove => List::ShownAbove
            .words()
            .contains(&comparison_key(example).as_str()),
        List::OldCodeLabel => is_old_label(&comparison_key(example)),
        List::NewCodeLabel => is_new_label(&comparison_key(example)),
        List::OldCodeComment => reads_mark(example) == Some(true),
        List::NewCodeComment => reads_mark(example) == Some(false),
        List::ByAPerson => kind_of_criterion(None, example, false) == CriterionKind::Manual,
        List::NoteCreate => action_of_note(example) == Action::Create,
        List::NoteModify => action_of_note(example) == Action::Modify,
        List::NoteDelete => action_of_note(example) == Action::Delete,
        List::StatusRefused => status() == Approval::Refused,
        List::StatusApproved => status() == Approval::Approved,
        List::StatusNotDone => status() == Approval::Unmarked,
        List::DefinitionNoun => !removals_of_words(example, &(0..0)).is_empty(),
        List::InFile => leads_to_path(example),
        List::SameAsBefore => asks_for_the_same(example),
        List::BeforeBoundPath => bound_of_sentence(example).is_some(),
    }
}

/// Returns the example without its entry, or nothing where it does not hold it.
fn without_entry(entry: &str, example: &str) -> Option<String> {
    let lower = example.to_lowercase();
    let rest = lower.replacen(entry, "qqq", 1);
    (rest != lower).then_some(rest)
}

#[test]
fn every_entry_of_a_list_decides_its_example() {
    let mut wrong = Vec::new();
    for (list, entries) in read_languages().flat_map(|language| language.unwrap().lists) {
        for (entry, example) in entries {
            let alone = without_entry(&entry, &example).is_some_and(|rest| {
                let remains = list == List::StatusNotDone || !is_read_as_listed(list, &rest);
                remains && is_read_as_listed(list, &example)
            });
            if !alone {
                wrong.push(format!("{list:?} {entry:?}: {example:?}"));
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
fn every_label_and_heading_announces_what_its_table_says() {
    let mut wrong = Vec::new();
    for language in read_languages() {
        let language = language.unwrap();
        for (announced, entries) in language.labels {
            for (entry, example) in entries {
                let name = read_label(&example)
                    .map_or_else(|| comparison_key(&example), |label| label.name);
                if name != entry || topic_of_label(&name) != Some(announced) {
                    wrong.push(format!("{announced:?} {entry:?}: {example:?} {name:?}"));
                }
            }
        }
        for (announced, entries) in language.headings {
            for (entry, example) in entries {
                let held = without_entry(&entry, &example);
                let alone = held.is_some_and(|rest| heading_topic(&rest) != Some(announced));
                if !alone || heading_topic(&example) != Some(announced) {
                    wrong.push(format!("heading {announced:?} {entry:?}: {example:?}"));
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
