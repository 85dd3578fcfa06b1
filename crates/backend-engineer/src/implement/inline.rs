//! Carries out replacements that a sentence spells out in itself: "Replace `a.get(x)` with `a.find(x)` in `load`."
//!
//! Only where the old code stands in one place of one file of the unit: anything else is left to who reads the sentence.

use std::ops::Range;

use code::languages::Language;
use graft::Graft;
use journal::{Event, FileAction};
use plan::{Phase, Replacement, Sentence};

use super::emit_staged_file;
use super::literal::stage_answer;
use super::placement::{Placement, PlacementOutcome};
use crate::prohibitions::{breaks_prohibition, definition_bytes, is_path, last_symbol_name};
use crate::stop::Stop;
use crate::understand::PlacedBy;
use crate::unit_work::UnitWork;

/// Carries out the replacement of a sentence, where it is one and its place is clear.
pub(super) fn carry_out_replacement(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    sentence: &Sentence,
) -> Result<Option<Placement>, Stop> {
    let Some(wanted) = &sentence.replacement else {
        return Ok(None);
    };
    let found = files_with_places(work, phase, wanted);
    let [(path, text, places)] = found.as_slice() else {
        return Ok(None);
    };
    let answer = match places.as_slice() {
        [CodePlace::Old(_)] if is_made_later(phase, sentence, (path, text)) => return Ok(None),
        [CodePlace::Old(at)] => graft::replace_at(path, text, (at.clone(), &wanted.new)),
        [CodePlace::New] => Graft::AlreadyApplied,
        _ => return Ok(None),
    };
    if let Graft::Applied(applied) = &answer
        && phase
            .sentences
            .iter()
            .flat_map(|one| &one.protects)
            .any(|one| breaks_prohibition(one, path, (text, &applied.text)))
    {
        return Ok(None);
    }
    if matches!(answer, Graft::Refused(_)) {
        return Ok(None);
    }
    let placed = stage_answer(work, path, true, answer)?;
    let line = work.run.plan.location(sentence.span.start).line;
    let placement = placed.map(|placed: PlacementOutcome| Placement {
        block: None,
        sentence: Some(sentence.span.clone()),
        path: Some(path.clone()),
        line,
        by: PlacedBy::Stated,
        placed,
    });
    if let Some(placement) = &placement {
        emit_placement(work, placement)?;
    }
    Ok(placement)
}

/// Returns the unit's files in which the code of a replacement stands, old or new: path, text and places.
fn files_with_places(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    wanted: &Replacement,
) -> Vec<(String, String, Vec<CodePlace>)> {
    let named = |path: &String| wanted.path.as_ref().is_none_or(|own| is_path(path, own));
    let files = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == phase.id);
    let paths: Vec<String> = files
        .filter_map(|file| file.path.clone())
        .filter(named)
        .collect();
    let mut found = Vec::new();
    for path in paths.into_iter().filter(|path| !work.run.protects(path)) {
        let Ok(Some(text)) = work.workspace.tree.read_text(&path) else {
            continue;
        };
        let places = find_code_places(&path, &text, wanted);
        found.extend((!places.is_empty()).then_some((path, text, places)));
    }
    found
}

/// Returns whether the code that a sentence wants replaced is what a later one has put there: "`f(1)` with `g(1)`",
/// "`h(1)` with `f(1)`" are both done where an earlier run has left `g(1)` and `f(1)`.
fn is_made_later(phase: &Phase, sentence: &Sentence, (path, text): (&str, &str)) -> bool {
    let Some(wanted) = &sentence.replacement else {
        return false;
    };
    let later = phase
        .sentences
        .iter()
        .filter(|one| one.span.start > sentence.span.start);
    let mut later = later.filter_map(|one| one.replacement.as_ref());
    later.any(|other| {
        !whole_tokens(&other.new, &wanted.old).is_empty()
            && find_code_places(path, text, other).as_slice() == [CodePlace::New]
    })
}

/// Carries out the replacement of a passage that is one sentence.
pub(super) fn of_passage(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    span: &plan::Span,
) -> Result<Option<Placement>, Stop> {
    let mut inside = phase
        .sentences
        .iter()
        .filter(|one| one.span.start < span.end && span.start < one.span.end);
    match (inside.next(), inside.next()) {
        (Some(only), None) => carry_out_replacement(work, phase, &only.clone()),
        _ => Ok(None),
    }
}

/// Tells what came of one block.
pub(super) fn emit_placement(work: &mut UnitWork<'_>, placement: &Placement) -> Result<(), Stop> {
    let path = placement.path.clone().unwrap_or_default();
    match &placement.placed {
        PlacementOutcome::Now { how, created } => {
            let action = if *created {
                FileAction::Create
            } else {
                FileAction::Modify
            };
            emit_staged_file(work, &path, action, how.clone())
        }
        PlacementOutcome::Before => work.run.emit(Event::FileUnchanged {
            path,
            why: "what the plan shows stands there already".to_owned(),
        }),
        PlacementOutcome::HeldBack => Ok(()),
        PlacementOutcome::Refused {
            reason,
            message,
            candidates,
        } => work.run.emit(Event::FileRefused {
            path,
            reason: (*reason).to_owned(),
            message: message.clone(),
            line: Some(placement.line),
            candidates: candidates.clone(),
        }),
    }
}

/// A place of one of the two codes.
#[derive(Debug, PartialEq, Eq)]
enum CodePlace {
    /// The old code stands here.
    Old(Range<usize>),
    /// The new code stands, and the old does not.
    New,
}

/// Returns where a file has the old code, or that it has the new one alone.
fn find_code_places(path: &str, text: &str, wanted: &Replacement) -> Vec<CodePlace> {
    let whole = match &wanted.within {
        Some(name) => match find_definition(path, text, name) {
            Some(bytes) => bytes,
            None => return Vec::new(),
        },
        None => 0..text.len(),
    };
    let new: Vec<Range<usize>> = whole_tokens(text, &wanted.new);
    let inside = |at: &Range<usize>| whole.start <= at.start && at.end <= whole.end;
    let covered = |at: &Range<usize>| {
        new.iter()
            .any(|new| new.start <= at.start && at.end <= new.end)
    };
    let old: Vec<Range<usize>> = whole_tokens(text, &wanted.old)
        .into_iter()
        .filter(inside)
        .collect();
    let open: Vec<CodePlace> = old
        .into_iter()
        .filter(|at| !covered(at))
        .map(CodePlace::Old)
        .collect();
    if open.is_empty() && new.iter().any(inside) {
        vec![CodePlace::New]
    } else {
        open
    }
}

/// Where code stands in a text, not as a part of a longer word.
fn whole_tokens(text: &str, code: &str) -> Vec<Range<usize>> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let begins = code.starts_with(is_part);
    let ends = code.ends_with(is_part);
    let found = text
        .match_indices(code)
        .map(|(at, code)| at..at + code.len());
    let alone = |at: &Range<usize>| {
        let goes_on = ends && text[at.end..].starts_with(is_part);
        let went_on =
            begins && text[..at.start].ends_with(|letter| is_part(letter) || letter == '.');
        !went_on && !goes_on
    };
    found.filter(alone).collect()
}

/// Returns the bytes of the only definition of this name, at whatever depth.
fn find_definition(path: &str, text: &str, name: &str) -> Option<Range<usize>> {
    match definition_bytes(text, Language::of_path(path)?, last_symbol_name(name)).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_code_outside_the_new_one_is_old() {
        let wanted = |old: &str, new: &str, within: Option<&str>| Replacement {
            old: old.to_owned(),
            new: new.to_owned(),
            within: within.map(str::to_owned),
            path: None,
        };
        let text = "LIMIT = 1\n\n\ndef f(x):\n    return x.a() + max.a()\n\n\ndef g(x):\n    return x.a()\n";
        let starts = |wanted: &Replacement| -> Vec<Option<usize>> {
            let places = find_code_places("a.py", text, wanted);
            places
                .into_iter()
                .map(|place| {
                    if let CodePlace::Old(at) = place {
                        Some(at.start)
                    } else {
                        None
                    }
                })
                .collect()
        };
        assert_eq!(starts(&wanted("x.a()", "x.b()", None)).len(), 2);
        assert_eq!(
            starts(&wanted("x.a()", "x.b()", Some("g"))),
            [text.rfind("x.a()")]
        );
        assert_eq!(starts(&wanted("LIMIT = 1", "LIMIT = 12", None)), [Some(0)]);
        assert_eq!(
            starts(&wanted("x.a()", "x.a() + max.a()", Some("f"))),
            [None]
        );
        assert!(starts(&wanted("x.a()", "x.b()", Some("h"))).is_empty());
    }
}
